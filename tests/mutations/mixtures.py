"""Studies with many defects at a time."""

import re

import numpy as np
from damages import DAMAGES
from delivery import Delivery
from two_arm_trial import two_arm_trial

MIXTURES = 5
"""Defects are done in so many mixtures: each part then has some, and few hide another."""

CHANGING_VARIABLES = re.compile("deliver|a name|a label|format|as text|a type|AVAL in ADAE")
"""Names of the defects that are not about records: they would hide the others."""


def mixture(number, among=MIXTURES):
    """A study with every fifth of the defects that concern records; with fewer if it is one among more."""
    delivery, rng = Delivery(two_arm_trial()), np.random.default_rng(number)
    for damage in [each for each in DAMAGES if mixes(each)][number::among]:
        try:
            damage.change(delivery, rng)
        except AssertionError:
            continue  # an earlier defect left nothing to damage
    return delivery.study()


def mixes(damage):
    """Whether a defect can be done to a study beside others."""
    return damage.study == "trial" and keeps_variables(damage)


def keeps_variables(damage):
    return not CHANGING_VARIABLES.search(damage.name)
