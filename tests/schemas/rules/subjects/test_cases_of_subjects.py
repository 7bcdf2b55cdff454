"""Deliveries with one fault of arms, of dates in ADSL or of lost subjects."""

import pytest

import adamgate as ag

CASES = {
    "M1-adae-arm": {("XD014", "ADAE", "TRTA", "warning")},
    "M1b-adae-arm-records": {("XD014", "ADAE", "TRTA", "warning")},
    "M12-arm-blank": {("XD014", "ADTTE", "TRTP", "warning"), ("XD014", "ADTTE", "TRTA", "warning")},
    "M18-trtpn": {("XD014", "ADTTE", "TRTPN", "warning")},
    "M19-merge": {("TTE002", "ADTTE", "USUBJID", "error")},
    "M9-adsl-last-alive": {("SL012", "ADSL", "LSTALVDT", "error")},
    "M9b-treated-before-randomization": {("SL013", "ADSL", "TRTSDT", "warning")},
    "M12c-sex-blank": {("SL016", "ADSL", "SEX", "note")},
    "M22-lost-subjects": {("XD004", "ADTTE", "USUBJID", "warning")},
}
"""What is found in a delivery that has no other finding."""

IN_THE_PILOT = {
    "trtp-empty": {("XD014", "ADTTE", "TRTP", "warning")},
    "arm-lost": {("XD015", "ADTTE", "TRT01P", "error"), ("XD015", "ADTTE", "TRT01P", "warning")},
    "30-events-lost": {("XD004", "ADTTE", "USUBJID", "warning")},
}
"""The same of copies of the pilot, which have findings of their own."""


def _found(folder, **options):
    report = ag.validate(ag.read(folder), **options)
    assert report.not_run == ()
    return {(each.rule_id, each.dataset, each.variables[0], str(each.severity)) for each in report.findings}


@pytest.mark.parametrize("case", CASES)
def test_the_fault_and_nothing_else(shared, case):
    assert _found(shared / "cases" / "gate" / case) == CASES[case]


@pytest.mark.parametrize("case", IN_THE_PILOT)
def test_the_fault_in_the_pilot(shared, case):
    found = _found(shared / "cases" / "gate" / case, select=["XD004", "XD014", "XD015"])
    assert found == IN_THE_PILOT[case]
