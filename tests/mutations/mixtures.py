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


def mixture(number):
    """A study with every fifth of the defects that concern records."""
    delivery, rng = Delivery(two_arm_trial()), np.random.default_rng(number)
    of_records = [each for each in DAMAGES if each.study == "trial" and keeps_variables(each)]
    for damage in of_records[number::MIXTURES]:
        try:
            damage.change(delivery, rng)
        except AssertionError:
            continue  # an earlier defect left nothing to damage
    return delivery.study()


def keeps_variables(damage):
    return not CHANGING_VARIABLES.search(damage.name)
