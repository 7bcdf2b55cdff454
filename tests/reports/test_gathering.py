"""Findings that are told together."""

from dataclasses import replace

import adamgate as ag
from adamgate.converters.reports.gathering import MANY, of_one_cause, on_many_records
from adamgate.converters.reports.presentation import Detail, Presentation
from adamgate.converters.reports.text import render

ABSENT = ("AELLT", "AELLTCD", "AEHLT", "AEHLTCD")


def absent(variable, rule_id, severity="warning"):
    return ag.Finding(rule_id, ag.Severity(severity), "ADAE", (variable,), f"{variable} is not present")


def note(rule_id, records):
    return ag.Finding(rule_id, ag.Severity.NOTE, "ADAE", ("AENDT",), f"of {rule_id}", records=records)


def told(report, *findings, detail=Detail.SUMMARY):
    return render(replace(report, findings=findings), Presentation(ag.Severity.ERROR, detail=detail))


def test_absent_variables_are_one_group_in_their_order():
    findings = [absent(name, f"AD062{number}") for number, name in enumerate(ABSENT)]
    (group,) = of_one_cause(findings)
    assert list(group) == findings
    assert of_one_cause(findings[:2]) == [(findings[0],), (findings[1],)]


def test_another_severity_or_statement_is_another_group():
    findings = [absent(name, "AD0624") for name in ABSENT[:3]]
    other = absent("AETERM", "AD0620", "error")
    assert of_one_cause([other, *findings]) == [(other,), tuple(findings)]


def test_findings_about_records_stay_apart():
    findings = [note("AE040", 5)] * 4
    assert of_one_cause(findings) == [(each,) for each in findings]


def test_notes_on_many_records_are_summed_up_where_there_are_several():
    many, few = [note("AE040", MANY), note("AE041", MANY + 7)], note("CT002", MANY - 1)
    assert on_many_records([*many, few]) == tuple(many)
    assert on_many_records([many[0], few]) == ()


def test_the_text_has_one_line_each_until_asked_for(faulty):
    findings = [absent(name, f"AD062{number}") for number, name in enumerate(ABSENT)]
    notes = [note("AE040", 250), note("AE041", 1599)]
    text = told(faulty, *findings, *notes)
    line = "AELLT is not present; likewise AELLTCD, AEHLT, AEHLTCD (AD0621, AD0622, AD0623)"
    assert line in " ".join(text.split())
    assert "AE040 (250 records), AE041 (1,599 records) (-v shows them)" in text
    everything = told(faulty, *findings, *notes, detail=Detail.EVERYTHING)
    assert everything.count("is not present") == len(ABSENT)
    assert "of AE040" in everything
