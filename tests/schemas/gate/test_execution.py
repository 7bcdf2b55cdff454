"""A study judged in parts of whole subjects gets the same report as in one piece; grains are honest."""

import os
from collections import defaultdict
from datetime import date

import numpy as np
import pandas as pd
import pytest
from damages import DAMAGES
from delivery import Delivery
from mixtures import MIXTURES, keeps_variables, mixture
from random_study import random_study
from two_arm_trial import two_arm_trial

import adamgate as ag
from adamgate.schemas.gate.check import CheckOptions, run_check
from adamgate.schemas.gate.execution import join, partition
from adamgate.schemas.gate.finding import Status
from adamgate.schemas.gate.validate import judge, validate
from adamgate.schemas.gate.waivers import Waiver
from adamgate.schemas.partitions import validate_partitions
from adamgate.schemas.rules import rule_book
from adamgate.schemas.rules.rule import Grain
from adamgate.schemas.severity import Severity
from adamgate.schemas.study.dataset import Dataset
from adamgate.schemas.study.declarations import Declarations
from adamgate.schemas.study.study import Study
from adamgate.schemas.study.variable import SpecialMissing

pytestmark = [pytest.mark.slow, pytest.mark.one_version]  # how a study is divided depends on no library

PARTS = 8
RANDOM_STUDIES = int(os.environ.get("RANDOM_STUDIES", "8"))

PARTED = [
    each for each in rule_book().values() if each.grain in {Grain.METADATA, Grain.RECORD, Grain.SUBJECT}
]


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
    options = CheckOptions()
    return [
        finding
        for dataset in study
        for rule in rules
        if rule.scope.covers(dataset)
        for finding in run_check(rule, dataset, study, options).findings
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


@pytest.mark.parametrize("seed", range(RANDOM_STUDIES))
def test_the_report_is_that_of_one_run_whatever_the_data(seed):
    """Findings, outcomes and what was inferred; with more studies: RANDOM_STUDIES=1000."""
    study = random_study(seed)
    whole = validate(study)
    for parts in (2, PARTS):
        assert validate_partitions(partition(study, parts)) == whole


@pytest.mark.parametrize("seed", range(RANDOM_STUDIES // 2))
def test_grains_are_honest_whatever_the_data(seed):
    study = random_study(seed)
    rules = [each for each in PARTED if each.grain is not Grain.METADATA]
    apart = [each for part in partition(study, 4) for each in tried(rules, part.study)]
    assert concerned(apart) == concerned(tried(rules, study))


def test_an_organ_class_that_is_blank_for_some_subjects():
    """AEBODSYS and AESOC are one to one among some subjects, and not among all."""
    subjects = [f"S-{number:03d}" for number in range(8)]
    blank = [number < 5 for number in range(8)]
    frame = pd.DataFrame({"STUDYID": "S", "USUBJID": subjects, "AESEQ": 1.0, "TRTEMFL": "Y", "SAFFL": "Y"})
    frame["AEBODSYS"] = "Cardiac disorders"
    frame["AESOC"] = np.where(blank, "", "Vascular disorders")
    frame["AOCCSFL"] = np.where(blank, "", "Y")
    study = Study.of(Dataset.from_frame(frame, "ADAE"))
    for parts in (2, 3, 5, 8):
        assert validate_partitions(partition(study, parts)) == validate(study)


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


def test_parts_are_whole_subjects_and_join_to_the_whole():
    study = two_arm_trial()
    parts = partition(study, PARTS)
    for name in ("ADSL", "ADTTE", "ADAE"):
        subjects = [set(part.study[name].frame.USUBJID) for part in parts]
        assert sum(map(len, subjects)) == len(set.union(*subjects)) > PARTS
        assert sum(len(part.study[name]) for part in parts) == len(study[name])
    for dataset in join(parts):
        pd.testing.assert_frame_equal(dataset.frame, study[dataset.name].frame)


def test_a_dataset_without_subjects_stands_in_every_part():
    study = two_arm_trial()
    assert all(part.study["TS"] is study["TS"] for part in partition(study, PARTS))


def test_identifiers_that_differ_in_blanks_case_or_zeros_stay_together():
    frame = pd.DataFrame({"USUBJID": ["S-001", "s-001", "S-1", "S -1", None, "S-001  "]})
    parts = partition(Study.of(Dataset.from_frame(frame, "ADSL")), 50)
    (known,) = [part.records["ADSL"] for part in parts if 0 in part.records["ADSL"]]
    assert {0, 1, 2, 3, 5} <= set(known)


def test_special_missing_values_stay_with_their_records():
    frame = pd.DataFrame({"USUBJID": [f"S-{number}" for number in range(40)], "AGE": np.nan})
    special = SpecialMissing(np.arange(0, 40, 3), np.array(list("ABCDEFGHIJKLMN")))
    study = Study.of(Dataset.from_frame(frame, "ADSL").replace(special_missing={"AGE": special}))
    parts = partition(study, PARTS)
    for part in parts:
        own = part.study["ADSL"].special_missing["AGE"]
        assert [frame.USUBJID[3 * "ABCDEFGHIJKLMN".index(tag)] for tag in own.tags] == list(
            part.study["ADSL"].frame.USUBJID.iloc[own.records]
        )
    joined = join(parts)["ADSL"].special_missing["AGE"]
    np.testing.assert_array_equal(joined.records, special.records)
    np.testing.assert_array_equal(joined.tags, special.tags)


def test_more_parts_than_subjects(mixtures):
    rules = {"AE001", "AE011", "AE036", "XD001", "XD016", "TTE002", "CT001", "SL001", "AD0041"}
    report = validate_partitions(partition(mixtures[0], 150), rules=rules)
    assert report == judge(mixtures[0], rules=rules)
    assert report.findings


def test_one_part(mixtures):
    assert validate_partitions(partition(mixtures[1], 1)) == validate(mixtures[1])


def test_a_study_cannot_be_split_into_nothing():
    with pytest.raises(ValueError, match="1 or more"):
        partition(two_arm_trial(), 0)


def test_options_of_the_gate_hold_in_parts(mixtures):
    options = {
        "declarations": Declarations(cut_off=date(2023, 6, 30), population="ITTFL"),
        "show_values": True,
        "ignore": ["AD0001", "CT"],
        "severities": {"XD016": "note"},
        "waivers": [
            Waiver(rule_id, dataset, "known", "a statistician", date(2030, 1, 1), record={"USUBJID": subject})
            for rule_id, dataset in (
                ("XD016", "ADAE"),
                ("XD016", "ADTTE"),
                ("AE036", "ADAE"),
                ("SL005", "ADSL"),
            )
            for subject in two_arm_trial()["ADSL"].frame.USUBJID
        ],
        "today": date(2026, 1, 1),
    }
    waived = 0
    for study in mixtures:
        report = validate_partitions(partition(study, PARTS), **options)
        assert report == validate(study, **options)
        assert report.findings_from(Severity.ERROR)
        waived += len(report.terms.waived)
    assert waived


def test_words_that_name_values_are_those_of_the_whole():
    """One part has N, another X: the message names both."""
    subjects = [f"S-{number}" for number in range(60)]
    flags = ["N" if number % 2 else "X" for number in range(60)]
    frame = pd.DataFrame({"USUBJID": subjects, "AESEQ": 1.0, "TRTEMFL": flags, "AETERM": "headache"})
    study = Study.of(Dataset.from_frame(frame, "ADAE"))
    (found,) = validate_partitions(partition(study, PARTS), rules={"AD0269"}, show_values=True).findings
    assert found.values == "N and X"
    assert found.records == 60
    assert [each.record for each in found.examples] == list(range(1, 11))


def test_a_text_where_numbers_must_be_is_not_run_whatever_part_it_is_in():
    delivery = Delivery(two_arm_trial())
    frame = delivery.frame("ADTTE")
    frame["AVAL"] = [None] * (len(frame) - 1) + ["12"]
    study = delivery.study()
    report = validate_partitions(partition(study, PARTS))
    assert report == validate(study)
    assert report.count(Status.NOT_RUN)
