"""Every delivery of ../shared/cases/gate against what is asked of it: what is found, and nothing else."""

from pathlib import Path

import pytest

import adamgate as ag

pytestmark = pytest.mark.slow

NOTHING: frozenset[tuple[str, str, str, str]] = frozenset()

CASES = {
    "F1-reverse-km": NOTHING,
    "F2-interim-cutoff": NOTHING,
    "F3-unselected-record": {
        ("TTE003", "ADTTE", "AVAL", "warning"),
        ("TTE015", "ADTTE", "ADT", "warning"),
        ("TTE014", "ADTTE", "CNSR", "note"),
    },
    "F4-ceil-weeks": NOTHING,
    "F4b-ceil-months": NOTHING,
    "F5-constant-of-siblings": NOTHING,
    "F5b-constant-gregorian": NOTHING,
    "F6-fractional-days": NOTHING,
    "F7-two-analysis-sets": NOTHING,
    "F9-recurrent-undeclared": {("TTE002", "ADTTE", "USUBJID", "error")},
    "M1-adae-arm": {("XD014", "ADAE", "TRTA", "warning")},
    "M1b-adae-arm-records": {("XD014", "ADAE", "TRTA", "warning")},
    "M2-later-event": {("XD034", "ADTTE", "ADT", "warning")},
    "M3-event-censored": {("XD034", "ADTTE", "CNSR", "warning")},
    "M4-event-not-emergent": {("XD034", "ADTTE", "SRCSEQ", "warning")},
    "M5-second-progression": {("XD030", "ADTTE", "ADT", "warning")},
    "M5b-progression-without-pd": {
        ("XD030", "ADTTE", "ADT", "warning"),
        ("TTE022", "ADTTE", "CNSR", "warning"),
    },
    "M6-pfs-censored-at-death": {("XD031", "ADTTE", "CNSR", "warning")},
    "M7-mixed-origin": {("XD035", "ADTTE", "STARTDT", "warning")},
    "M8-ten-years": {("XD035", "ADTTE", "STARTDT", "error")},
    "M9-adsl-last-alive": {("SL012", "ADSL", "LSTALVDT", "error")},
    "M9b-treated-before-randomization": {("SL013", "ADSL", "TRTSDT", "warning")},
    "M10-small-parameter": {("TTE007", "ADTTE", "AVAL", "error")},
    "M11-dor-start": {("XD032", "ADTTE", "STARTDT", "warning")},
    "M12-arm-blank": {("XD014", "ADTTE", "TRTP", "warning"), ("XD014", "ADTTE", "TRTA", "warning")},
    "M12b-startdt-missing": {("TTE031", "ADTTE", "STARTDT", "warning")},
    "M12c-sex-blank": {("SL016", "ADSL", "SEX", "note")},
    "M13-responders-lost": {("XD033", "ADTTE", "USUBJID", "warning")},
    "M14-ae-after-death": {("AE042", "ADAE", "AENDT", "warning")},
    "M15-constants-differ": {("TTE032", "ADTTE", "AVAL", "note")},
    "M16-cnsr-1-2": {("TTE030", "ADTTE", "CNSR", "error"), ("AD0001", "(study)", "ADSL", "warning")},
    "M17-aoccfl-not-te": {("AE049", "ADAE", "AOCCFL", "warning")},
    "M18-trtpn": {("XD014", "ADTTE", "TRTPN", "warning")},
    "M19-merge": {("TTE002", "ADTTE", "USUBJID", "error")},
    "M21-resolved-no-end": {("AE044", "ADAE", "AENDT", "note")},
    "M21b-century": {("XD060", "ADAE", "ASTDT", "warning")},
    "M21c-grade-severity": {("AE046", "ADAE", "AESEV", "note")},
    "M22-lost-subjects": {("XD004", "ADTTE", "USUBJID", "warning")},
    "S1-unit-changes-data": {("TTE007", "ADTTE", "AVAL", "error")},
    "S3-covariate-traps": {("SL016", "ADSL", "SEX", "note")},
}
"""All findings of a delivery: rule, dataset, first variable, severity."""

IN_THE_PILOT = {
    "trtp-empty": {("XD014", "ADTTE", "TRTP", "warning")},
    "arm-lost": {("XD015", "ADTTE", "TRT01P", "error"), ("XD015", "ADTTE", "TRT01P", "warning")},
    "30-events-lost": {("XD004", "ADTTE", "USUBJID", "warning")},
}
"""The same of copies of the CDISC pilot, beside the findings that it has itself."""

OF_THE_PILOT = frozenset(
    {
        *("AD0269", "AD0625", "AE019", "AE022", "AE040", "AE041", "CT002"),
        *("TTE026", "XD017", "XD019", "XD061"),
    }
)
"""Rules with findings in the pilot; tests/test_real_studies.py gives the reasons."""

WRITTEN_BY_R = "S2-R-write-csv"
"""Read with NA and without; what is asked is that the message proposes the option."""


def judged(folder: Path, **options: str) -> ag.Report:
    report = ag.validate(ag.read(folder, **options))
    assert report.not_run == ()
    return report


def found(report: ag.Report) -> set[tuple[str, str, str, str]]:
    return {(each.rule_id, each.dataset, each.variables[0], str(each.severity)) for each in report.findings}


def test_each_case_is_here(shared: Path) -> None:
    folders = {each.name for each in (shared / "cases" / "gate").iterdir() if each.is_dir()}
    assert folders == {*CASES, *IN_THE_PILOT, WRITTEN_BY_R}


@pytest.mark.parametrize("case", CASES)
def test_what_is_asked_and_nothing_else(shared: Path, case: str) -> None:
    assert found(judged(shared / "cases" / "gate" / case)) == CASES[case]


@pytest.mark.parametrize("case", IN_THE_PILOT)
def test_what_is_asked_of_copies_of_the_pilot(shared: Path, case: str) -> None:
    known = found(judged(shared / "cases" / "gate" / case))
    assert {each for each in known if each[0] not in OF_THE_PILOT} == IN_THE_PILOT[case]


def test_a_delivery_written_by_r(shared: Path) -> None:
    """Clean with NA read as missing; without it, the notes of each dataset propose the option."""
    folder = shared / "cases" / "gate" / WRITTEN_BY_R
    assert found(judged(folder, missing="NA")) == found(judged(folder, missing=["NA"])) == NOTHING
    notes = [str(note) for data in ag.read(folder) for note in data.notes]
    assert [("--missing NA" in note) for note in notes] == [True] * 3


def test_a_recurrent_event_is_told_how_to_be_declared(shared: Path) -> None:
    (finding,) = judged(shared / "cases" / "gate" / "F9-recurrent-undeclared").findings
    assert "recurrent" in finding.message
