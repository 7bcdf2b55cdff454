"""A study judged in parts of whole subjects gets the same report as in one piece; grains are honest."""

import re
from collections import defaultdict
from datetime import date

import numpy as np
import pandas as pd
import pytest
from damages import DAMAGES
from delivery import Delivery
from two_arm_trial import two_arm_trial

import adamgate as ag
from adamgate.schemas.dataset import Dataset, SpecialMissing, Study
from adamgate.schemas.declarations import Declarations
from adamgate.schemas.finding import Status
from adamgate.schemas.gate import validate
from adamgate.schemas.partitions import added_up, join, partition, validate_partitions
from adamgate.schemas.rule import Grain, rule_book
from adamgate.schemas.trial import Manner, try_rule
from adamgate.schemas.waiver import Waiver

PARTS = 8
MIXTURES = 5
"""Defects are done in so many mixtures: each part then has some, and few hide another."""

PARTED = [
    each for each in rule_book().values() if each.grain in {Grain.METADATA, Grain.RECORD, Grain.SUBJECT}
]


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


@pytest.fixture(scope="module")
def mixtures():
    return [mixture(number) for number in range(MIXTURES)]


def concerned(findings):
    """How many records each rule marks and which, by variables and severity: whatever the words."""
    found = defaultdict(lambda: (0, (0, 0)))
    for each in findings:
        key = each.rule_id, each.dataset, each.variables, each.severity
        records, sums = found[key]
        both = tuple((one + more) % 2**64 for one, more in zip(sums, each.keys.sums, strict=True))
        found[key] = records + each.records, both
    return dict(found)


def tried(rules, study):
    """Findings of rules on each dataset they cover."""
    manner = Manner()
    return [
        finding
        for dataset in study
        for rule in rules
        if rule.scope.covers(dataset)
        for finding in try_rule(rule, dataset, study, manner).findings
    ]


@pytest.mark.parametrize("parts", [2, PARTS])
@pytest.mark.parametrize("number", range(MIXTURES))
def test_grains_are_honest(mixtures, number, parts):
    """Rules that need see a record or a subject only mark the same records wherever these stand."""
    study = mixtures[number]
    rules = [each for each in PARTED if each.grain is not Grain.METADATA]
    whole = concerned(tried(rules, study))
    apart = concerned([each for part in partition(study, parts) for each in tried(rules, part.study)])
    assert apart == whole


def test_metadata_are_the_same_in_every_part(mixtures):
    rules = [each for each in PARTED if each.grain is Grain.METADATA]
    for damage in DAMAGES:
        if damage.study == "trial" and not keeps_variables(damage):
            study = damage.done_to(two_arm_trial())
            whole = concerned(tried(rules, study))
            for part in partition(study, PARTS):
                assert concerned(tried(rules, part.study)) == whole, damage.name


@pytest.mark.parametrize("number", range(MIXTURES))
def test_the_report_is_that_of_one_run(mixtures, number):
    study = mixtures[number]
    report = validate_partitions(partition(study, PARTS))
    assert report.findings
    assert report == validate(study)
    assert not report.count(Status.NOT_RUN)


@pytest.mark.parametrize("name", ["cartitude1", "cartitude1-broken"])
def test_the_report_of_files_is_that_of_one_run(root, name):
    study = ag.read(root / "fixtures" / name)
    assert validate_partitions(partition(study, PARTS)) == validate(study)
