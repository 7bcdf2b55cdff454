"""No value of a subject is in what is said without ``show_values``: planted markers never come back."""

import json
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


@pytest.mark.parametrize(
    "records",
    [TWO, pytest.param(SIXTY, marks=pytest.mark.slow), pytest.param(ALL, marks=pytest.mark.slow)],
    ids=["two", "sixty", "all"],
)
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


@pytest.mark.slow
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


@pytest.mark.slow
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


EVERY_VERSION = DAMAGES[::6]
"""Messages are ours, whatever pandas: a sixth of the kinds shows whether those of its errors come through."""


@pytest.mark.slow
@pytest.mark.parametrize(
    "damage",
    [
        each if each in EVERY_VERSION else pytest.param(each, marks=pytest.mark.one_version)
        for each in DAMAGES
    ],
    ids=lambda each: each.name,
)
def test_no_planted_value_comes_back_from_damaged_data(study: ag.Study, trial: ag.Study, damage):
    """Each fault that the rules are tested by, with markers in some variables."""
    known = {"trial": trial, "cartitude1": study}.get(damage.study) or base(damage.study)
    if known is None:
        pytest.skip(f"{damage.study} is not here")
    damaged = damage.done_to(known)
    group = crc32(damage.name.encode()) % GROUPS
    planted = ag.Study.of(*(_planted(each, group, TWO) for each in damaged))
    assert not _leaks(_of_the_gate(planted))
    assert not _leaks(_of_survival(planted))


@pytest.mark.parametrize(("variable", "rule"), [("SAFFL", "AD0005"), ("AESER", "CT001"), ("AEOUT", "CT001")])
def test_values_that_are_asked_for_are_shown(study: ag.Study, variable: str, rule: str):
    frame = study["ADAE"].frame.copy()
    frame[variable] = frame[variable].astype(object)
    frame.loc[0, variable] = TEXT
    judged = ag.Study.of(study["ADAE"].replace(frame=frame), study["ADSL"])
    for shown in (False, True):
        found = [each for each in ag.validate(judged, show_values=shown).findings if each.rule_id == rule]
        assert found
        assert any(TEXT in each.said for each in found) is shown
        assert not any(TEXT in each.message for each in found)
        assert {each.fingerprint for each in found} == {
            each.fingerprint for each in ag.validate(judged).findings if each.rule_id == rule
        }


def _subjects(study: ag.Study) -> re.Pattern[str]:
    names = {str(each) for each in study["ADSL"].frame["USUBJID"]}
    return re.compile("|".join(map(re.escape, names)))


def test_without_keys_no_report_names_a_subject():
    broken = ag.read(STUDY.with_name("cartitude1-broken"))
    named = _subjects(ag.read(STUDY))
    with_keys = ag.validate(broken)
    without = ag.validate(broken, show_keys=False, show_values=True)
    for form in ("text", "json"):
        assert named.search(ag.render(with_keys, form))
        assert not named.search(ag.render(without, form))
    document = json.loads(ag.render(without, "json"))
    assert {each["record_keys"] for each in document["findings"]} == {None}, "hashes of keys can be guessed"
    assert [each.records for each in without.findings] == [each.records for each in with_keys.findings]
    assert [each.fingerprint for each in without.findings] == [
        each.fingerprint for each in with_keys.findings
    ]


def _last_part(subjects: pd.Series) -> pd.Series:
    return subjects.str.rsplit("-").str[-1]


CODED = {
    "every record by USUBJID": lambda frame: frame.assign(PARAMCD=frame.USUBJID),
    "every record by site number": lambda frame: frame.assign(PARAMCD=_last_part(frame.USUBJID)),
    "one parameter of three by USUBJID": lambda frame: frame.assign(
        PARAMCD=frame.PARAMCD.where(frame.PARAMCD != "PFS", frame.USUBJID)
    ),
    "one parameter by one subject": lambda frame: frame.assign(
        PARAMCD=frame.PARAMCD.where(frame.PARAMCD != "OS", frame.USUBJID.iloc[5])
    ),
    "one parameter by the last part of one subject": lambda frame: frame.assign(
        PARAMCD=frame.PARAMCD.where(frame.PARAMCD != "DOR", _last_part(frame.USUBJID).iloc[5])
    ),
    "by SUBJID": lambda frame: frame.assign(
        SUBJID=pd.factorize(frame.USUBJID)[0].astype(str),
        PARAMCD=("X" + pd.Series(pd.factorize(frame.USUBJID)[0]).astype(str)),
    ),
    "few subjects, a parameter each": lambda frame: frame[frame.PARAMCD == "OS"][:5].assign(
        PARAMCD=[f"Z{number}04" for number in range(5)]
    ),
}


@pytest.mark.parametrize("coded", CODED)
@pytest.mark.parametrize("show_values", [False, True], ids=["", "values shown"])
def test_a_parameter_coded_by_a_subject_is_not_quoted(study: ag.Study, coded: str, *, show_values: bool):
    """Neither in a report nor where survival lists the parameters; findings and records keep their number."""
    adtte = study["ADTTE"]
    frame = adtte.frame.assign(PARAMCD=adtte.frame.PARAMCD.astype(object), PARAM="Time to Event")
    frame = CODED[coded](frame.assign(USUBJID=frame.USUBJID.astype(object))).reset_index(drop=True)
    frame.loc[frame.index[::4], "AVAL"] += 9
    frame.loc[frame.index[1::9], "CNSR"] = np.nan
    dataset = ag.Dataset.from_frame(frame, "ADTTE")
    judged = ag.Study.of(dataset, study["ADSL"])
    codes = set(frame.PARAMCD) - {"OS", "PFS", "DOR"}
    named = re.compile("|".join(rf"\b{re.escape(each)}\b" for each in codes))
    report = ag.validate(judged, show_keys=False, show_values=show_values)
    assert report.findings
    said = [ag.render(report, "text"), ag.render(report, "json")]
    with pytest.raises(ag.ConfigurationError, match="parameter QQ is not present") as refused:
        ag.survival(judged, "QQ", show_keys=False)
    said.append(str(refused.value))
    assert not [line for text in said for line in text.splitlines() if named.search(line)]
    assert "with a subject's identifier as PARAMCD" in said[2]


@pytest.mark.parametrize("group", range(GROUPS))
def test_without_keys_a_value_that_is_an_identifier_is_withheld(study: ag.Study, group: int):
    """Values are asked for, subjects are not."""
    named, planted = _subjects(study), []
    for dataset in study:
        frame, keys = dataset.frame.copy(), {*key_variables(dataset)}
        for number, name in enumerate(frame.columns):
            if name not in keys and number % GROUPS == group and dataset.is_character(name):
                frame[name] = frame["USUBJID"].astype(object).where(frame.index % 3 > 0, frame[name])
        planted.append(dataset.replace(frame=frame))
    for keys in (True, False):
        report = ag.validate(ag.Study.of(*planted), show_keys=keys, show_values=True)
        said = ag.render(report, "text") + ag.render(report, "json")
        assert bool(named.search(said)) is keys


DAMAGE = {
    "AVAL is missing": lambda frame: frame.assign(AVAL=np.nan),
    "AVAL is negative": lambda frame: frame.assign(AVAL=-1.0),
    "several OS records": lambda frame: pd.concat([frame, frame.assign(AVAL=2.0)], ignore_index=True),
    "CNSR is not a non-negative integer": lambda frame: frame.assign(CNSR=0.5),
}


@pytest.mark.parametrize("fault", DAMAGE)
def test_without_keys_survival_counts_subjects_and_names_none(study: ag.Study, fault: str):
    adtte = study["ADTTE"]
    damaged = ag.Study.of(adtte.replace(frame=DAMAGE[fault](adtte.frame)), study["ADSL"])
    named = _subjects(study)
    for keys in (True, False):
        with pytest.raises(ag.AdamgateError, match=fault) as refused:
            ag.survival(damaged, paramcd="OS", gate=False, show_keys=keys)
        assert "97 subjects" in str(refused.value)
        assert bool(named.search(str(refused.value))) is keys
