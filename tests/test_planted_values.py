"""No value of a subject is in what is said without ``show_values``: planted markers never come back."""

import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from zlib import crc32

import numpy as np
import pandas as pd
import pytest
from bases import base
from damages import DAMAGES
from mixtures import mixes, mixture
from two_arm_trial import two_arm_trial

import adamgate as ag
from adamgate.converters.formats import writable
from adamgate.converters.reports import REPORTS
from adamgate.converters.reports.contents import RENDERERS
from adamgate.converters.reports.differences import RENDERERS as DIFFERENCES
from adamgate.schemas.gate.check import key_variables

pytestmark = pytest.mark.slow

STUDY = Path(__file__).parents[1] / "fixtures" / "cartitude1"
GROUPS = 6
TEXT, NUMBER, DAY = "Zebra Quagga", 7654321.25, np.datetime64("2077-07-09", "s")
MARKERS = re.compile("zebra|quagga|7,?654,?321|2077-07|JUL2077|42924|39271", re.IGNORECASE)
"""The text, the number and the day, also as days since 1960 and since 1970."""
HASHES = re.compile(
    r'"(record_keys|fingerprint|sha256|sha-256|adamgate/v1|primaryLocationLineHash)": "[^"]*"'
)
TWO, SIXTY, ALL = slice(0, 2), slice(0, 60), slice(None)
TEXTS = {"words": TEXT, "code": "ZEBRA", "day": "2077-07-09", "number": "7654321.25"}


@pytest.fixture(scope="module")
def study():
    return ag.read(STUDY)


@pytest.fixture(scope="module")
def trial():
    """A study with all that rules look at."""
    return two_arm_trial()


def _planted(dataset: ag.Dataset, group: int, records: slice, text: str = TEXT) -> ag.Dataset:
    frame = dataset.frame.copy()
    keys = {*key_variables(dataset), "PARAMCD"}
    for number, name in enumerate(frame.columns):
        if name in keys or number % GROUPS != group:
            continue
        if dataset.is_character(name):
            frame[name] = frame[name].astype(object)
            frame.loc[frame.index[records], name] = text
        else:
            dated = pd.api.types.is_datetime64_any_dtype(frame[name])
            frame.loc[frame.index[records], name] = DAY if dated else NUMBER
    return dataset.replace(frame=frame)


def _leaks(said: Iterator[str]) -> list[str]:
    return [line for text in said for line in HASHES.sub("", text).splitlines() if MARKERS.search(line)]


def _of_the_gate(study: ag.Study) -> Iterator[str]:
    """Reports, as texts and at a glance, and the refusal of the gate."""
    report = ag.validate(study)
    assert report.findings, "what is planted breaks rules"
    yield from (ag.render(report, each.name) for each in REPORTS.values() if each.is_text)
    yield repr(report) + report._repr_html_()
    try:
        report.raise_for(ag.Severity.NOTE)
    except ag.GateRefused as failure:
        yield str(failure)


CHOICES = (
    {"covariates": ["AGE"], "unit": "days", "where": "SAFFL == 'Y'"},
    {"unit": "months", "population": "SAFFL"},
    {"where": "AVAL == 'many'"},
    {"where": "ADT > 3", "aval_unit": "weeks"},
)


def _of_survival(study: ag.Study) -> Iterator[str]:
    """Why tables are refused. A table that is made shows what it is made of: reasons, arms."""
    for paramcd in ("OS", "PFS", "TTD"):
        for choice in CHOICES:
            try:
                ag.survival(study, paramcd, gate=False, **choice)
            except ag.AdamgateError as failure:
                yield str(failure)


def _of_differences(study: ag.Study, other: ag.Study) -> Iterator[str]:
    """What differs, as texts and at a glance, matched by keys and by record number."""
    for by in (None, "_N_"):
        found = ag.diff(study, other, by=by, rel=1e-9)
        assert not found.equal, "what is planted differs"
        yield from (render(found) for render in DIFFERENCES.values())
        yield repr(found) + found._repr_html_()
        for each in found.datasets.values():
            yield repr(each) + each._repr_html_() + repr(each.variables) + repr((each.only_a, each.only_b))
            yield repr(each.metadata)


def _of_datasets(study: ag.Study, folder: Path) -> Iterator[str]:
    """What the datasets hold, at a glance and as contents, and what formats cannot hold of them."""
    yield repr(study) + study._repr_html_()
    for dataset in study:
        described = ag.describe(dataset)
        yield repr(dataset) + dataset._repr_html_() + repr(described)
        yield from (render([described]) for render in RENDERERS.values())
        for suffix in writable():
            with warnings.catch_warnings(record=True) as lost:
                warnings.simplefilter("always")
                try:
                    ag.write(dataset, folder / f"out{suffix}", overwrite=True)
                except ag.AdamgateError as failure:
                    yield str(failure)
            yield from (str(each.message) for each in lost)


@pytest.mark.parametrize("records", [TWO, SIXTY, ALL], ids=["two", "sixty", "all"])
@pytest.mark.parametrize("group", range(GROUPS))
def test_no_planted_value_comes_back(study: ag.Study, group: int, records: slice):
    planted = ag.Study.of(*(_planted(each, group, records) for each in study))
    assert not _leaks(_of_the_gate(planted))
    assert not _leaks(_of_survival(planted))
    assert not _leaks(_of_differences(planted, study))
    fewer = ag.Study.of(*(each.replace(frame=each.frame.iloc[1:].reset_index(drop=True)) for each in planted))
    assert not _leaks(_of_differences(study, fewer))


def test_differing_values_that_are_asked_for_are_shown(study: ag.Study):
    planted = ag.Study.of(*(_planted(each, 1, TWO) for each in study))
    assert _leaks(render(ag.diff(study, planted, show_values=True)) for render in DIFFERENCES.values())


@pytest.mark.parametrize("group", range(GROUPS))
def test_no_planted_value_comes_back_from_a_trial_with_all_that_rules_look_at(
    trial: ag.Study, group: int, tmp_path: Path
):
    for name, text in TEXTS.items():
        records = TWO if name == "words" else ALL
        planted = ag.Study.of(*(_planted(each, group, records, text) for each in trial))
        assert not _leaks(_of_the_gate(planted))
    assert not _leaks(_of_survival(planted))
    assert not _leaks(_of_datasets(planted, tmp_path))


@pytest.mark.parametrize("dataset", ["ADSL", "ADTTE", "ADAE"])
def test_no_text_in_place_of_numbers_comes_back(trial: ag.Study, dataset: str, tmp_path: Path):
    """Every numeric variable, some of its numbers texts, as a frame from elsewhere may hold them."""
    frame, keys = trial[dataset].frame.copy(), key_variables(trial[dataset])
    for name in frame.columns:
        if name not in keys and not trial[dataset].is_character(name):
            frame[name] = frame[name].astype(object)
            frame.loc[frame.index[:3], name] = TEXT
    mixed = trial[dataset].replace(frame=frame, special_missing={})
    planted = ag.Study.of(*(mixed if each.name == dataset else each for each in trial))
    assert not _leaks(_of_the_gate(planted))
    assert not _leaks(_of_survival(planted))
    assert not _leaks(_of_datasets(planted, tmp_path))


def _leaks_of_damages(study: ag.Study, group: int) -> list[str]:
    planted = ag.Study.of(*(_planted(each, group, TWO) for each in study))
    return [*_leaks(_of_the_gate(planted)), *_leaks(_of_survival(planted))]


MIXTURES = 48
"""The faults that the rules are tested by, some at a time: a run judges them all, and few hide another."""


@pytest.mark.parametrize("number", range(MIXTURES))
def test_no_planted_value_comes_back_from_damaged_records(number: int):
    assert not _leaks_of_damages(mixture(number, MIXTURES), number % GROUPS)


@pytest.mark.one_version
@pytest.mark.parametrize("damage", [each for each in DAMAGES if not mixes(each)], ids=lambda each: each.name)
def test_no_planted_value_comes_back_from_damaged_data(study: ag.Study, trial: ag.Study, damage):
    """Faults that change variables, and those of other studies: each alone."""
    known = {"trial": trial, "cartitude1": study}.get(damage.study) or base(damage.study)
    if known is None:
        pytest.skip(f"{damage.study} is not here")
    assert not _leaks_of_damages(damage.done_to(known), crc32(damage.name.encode()) % GROUPS)
