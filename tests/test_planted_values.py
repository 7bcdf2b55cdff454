"""No value of a subject is in what is said without ``show_values``: planted markers never come back."""

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import adamgate as ag
from adamgate.schemas.trial import key_variables

STUDY = Path(__file__).parents[1] / "fixtures" / "cartitude1"
GROUPS = 6
TEXT, NUMBER, DAY = "Zebra Quagga", 7654321.25, np.datetime64("2077-07-09", "s")
MARKERS = re.compile("zebra|quagga|7,?654,?321|2077-07|JUL2077|42924|39271", re.IGNORECASE)
"""The text, the number and the day, also as days since 1960 and since 1970."""


@pytest.fixture(scope="module")
def study():
    return ag.read(STUDY)


def _planted(dataset: ag.Dataset, group: int, records: slice) -> ag.Dataset:
    frame = dataset.frame.copy()
    keys = {*key_variables(dataset), "PARAMCD"}
    for number, name in enumerate(frame.columns):
        if name in keys or number % GROUPS != group:
            continue
        if dataset.is_character(name):
            frame[name] = frame[name].astype(object)
            frame.loc[frame.index[records], name] = TEXT
        else:
            dated = pd.api.types.is_datetime64_any_dtype(frame[name])
            frame.loc[frame.index[records], name] = DAY if dated else NUMBER
    return dataset.replace(frame=frame)


def _said(study: ag.Study) -> str:
    report = ag.validate(study)
    said = [ag.render(report, "text"), ag.render(report, "json")]
    try:
        ag.survival(study, paramcd="OS", gate=False, covariates=["AGE"], unit="days", where="SAFFL == 'Y'")
    except ag.AdamgateError as failure:
        said.append(str(failure))
    try:
        report.raise_for(ag.Severity.NOTE)
    except ag.GateRefused as failure:
        said.append(str(failure))
    return "\n".join(said)


@pytest.mark.parametrize("records", [slice(0, 2), slice(0, 60), slice(None)], ids=["two", "sixty", "all"])
@pytest.mark.parametrize("group", range(GROUPS))
def test_no_planted_value_comes_back(study: ag.Study, group: int, records: slice):
    planted = ag.Study.of(*(_planted(each, group, records) for each in study))
    said = _said(planted)
    assert "error" in said or "warning" in said, "what is planted breaks rules"
    assert not [line for line in said.splitlines() if MARKERS.search(line)]


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


DAMAGE = {
    "AVAL is missing": lambda frame: frame.assign(AVAL=np.nan),
    "AVAL is negative": lambda frame: frame.assign(AVAL=-1.0),
    "several OS records": lambda frame: pd.concat([frame, frame.assign(AVAL=2.0)], ignore_index=True),
    "CNSR is not a whole number": lambda frame: frame.assign(CNSR=0.5),
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
