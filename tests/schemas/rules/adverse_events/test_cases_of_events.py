"""Deliveries with one fault of adverse events each: the rule that says it, and with which weight."""

import pytest

import adamgate as ag


@pytest.mark.slow
@pytest.mark.parametrize(
    ("folder", "rule", "severity", "variable"),
    [
        ("M14-ae-after-death", "AE042", "warning", "AENDT"),
        ("M17-aoccfl-not-te", "AE049", "warning", "AOCCFL"),
        ("M21-resolved-no-end", "AE044", "note", "AENDT"),
        ("M21c-grade-severity", "AE046", "note", "AESEV"),
    ],
)
def test_the_fault_is_all_that_is_found(shared, folder, rule, severity, variable):
    report = ag.validate(ag.read(shared / "cases" / "gate" / folder))
    found = [(each.rule_id, str(each.severity), each.variables[0], each.records) for each in report.findings]
    assert found == [(rule, severity, variable, 3)]
