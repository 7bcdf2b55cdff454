"""A long study that is judged part by part gets the report of the whole, byte for byte."""

import os
from itertools import chain

import pytest
from bases import BASES, base
from mixtures import MIXTURES, mixture
from random_study import random_study
from two_arm_trial import two_arm_trial

import adamgate as ag
from adamgate.converters.reports import document_of
from adamgate.schemas.gate.by_part import Here
from adamgate.schemas.gate.elsewhere import Elsewhere
from adamgate.schemas.gate.subject_parts import parts_by_subject
from adamgate.schemas.gate.validate import judge
from adamgate.schemas.study.answers import AnswersInMemory
from adamgate.schemas.study.columns import InFrame
from adamgate.schemas.study.totals import Totals

pytestmark = pytest.mark.one_version  # how a study is divided depends on no library

RANDOM_STUDIES = int(os.environ.get("RANDOM_STUDIES", "8"))


class Held:
    """A study for one process."""

    def __init__(self, opened):
        self._opened = opened

    def open(self):
        return self._opened


def json_of(report):
    return document_of(report, "json", ag.Severity.ERROR)


def bounded(study):
    """The same study, whose answers may take a megabyte."""
    answers = AnswersInMemory(1_000_000)
    datasets = (
        ag.Dataset.of(
            data.description,
            InFrame(data.frame, data.special_missing, answers),
            notes=data.notes,
            declarations=data.declarations,
            read_as_missing=data.read_as_missing,
            raw_places=data.raw_places,
        )
        for data in study
    )
    return ag.Study.of(*datasets, notes=study.notes, definition=study.definition)


def by_subject(study, *, shuffled=()):
    """The same study with the records of each subject together, but for those of some datasets."""
    return ag.Study.of(
        *(
            data.replace(frame=in_order(data.frame, shuffled=data.name in shuffled))
            if "USUBJID" in data and not data.special_missing
            else data
            for data in study
        ),
        notes=study.notes,
    )


def in_order(frame, *, shuffled):
    if shuffled:
        return frame.sample(frac=1, random_state=3, ignore_index=True)
    return frame.sort_values("USUBJID", kind="stable", ignore_index=True)


def longest(study):
    return max(len(data) for data in study if "USUBJID" in data)


def compared(study, **options):
    """In one process and as tasks of others: the parts of one way are judged as those of the other."""
    few, many = (max(longest(study) // parts, 1) for parts in (2, 8))
    assert parts_by_subject(study, few) is not None
    here = judge(bounded(study), executor=Here(many), **options)
    elsewhere = judge(study, executor=Elsewhere(map, Held, few), **options)
    assert json_of(here) == json_of(elsewhere) == json_of(judge(study, **options))


@pytest.mark.slow
@pytest.mark.parametrize("name", BASES)
def test_of_studies(name):
    study = base(name)
    if study is None:
        pytest.skip("no shared data beside this checkout")
    compared(by_subject(study), show_values=True, complete=True)
    compared(by_subject(study, shuffled={"ADSL", "ADTTE"}))


@pytest.mark.slow
def test_parts_are_told_before_they_are_judged():
    study, told = by_subject(two_arm_trial()), []
    records = longest(study) // 3
    number = parts_by_subject(study, records).number
    judge(bounded(study), executor=Here(records, told=told.append))
    first = [each.partition(":")[0] for each in told[:number]]
    assert first == [f"part {part + 1}" for part in range(number)]
    assert "ADTTE" in told[0]


@pytest.mark.slow
@pytest.mark.parametrize("number", range(MIXTURES))
def test_of_studies_with_many_defects(number):
    compared(by_subject(mixture(number)), show_values=True)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(RANDOM_STUDIES))
def test_whatever_the_data(seed):
    study = by_subject(random_study(seed))
    if longest(study) > 1:
        compared(study)


def test_a_study_is_not_divided_if_the_records_of_a_subject_are_apart():
    study = by_subject(base("trial"))
    name = max((data for data in study if "USUBJID" in data), key=len).name
    assert parts_by_subject(study, 50).judged(name)
    assert parts_by_subject(by_subject(study, shuffled={name}), 50) is None
    assert parts_by_subject(study, longest(study)) is None
    assert parts_by_subject(ag.Study.of(), 1) is None


def test_every_record_is_in_one_part_with_all_of_its_subject():
    study = by_subject(base("trial"), shuffled={"ADSL"})
    parts = parts_by_subject(study, 100)
    assert parts.number > 3
    for data in study:
        if "USUBJID" not in data:
            continue
        records = [list(each) for each in parts.records[data.name]]
        assert sorted(chain.from_iterable(records)) == list(range(len(data)))
        subjects = [set(data["USUBJID"].iloc[each]) for each in records]
        assert sum(map(len, subjects)) == len(set(data["USUBJID"]))
    assert not parts.judged("ADSL")
    together = parts.of(study, (0, 2), Totals())
    assert sum(len(each) for each in together) < sum(len(each) for each in study)
