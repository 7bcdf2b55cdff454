"""Rules of a user's own: by conditions and in Python; the rule book stays as it is."""

import pickle

import pandas as pd
import pytest

import adamgate as ag
from adamgate.schemas.gate.selection import full_book
from adamgate.schemas.rules.ids import OWN_LETTERS, prefixes


def acme(**changes):
    given = {
        "rule_id": "ACME001",
        "title": "A death has no cause",
        "require": "not missing(EVNTDESC)",
        "where": "PARAMCD == 'OS' and CNSR == 0",
        "structures": ["TTE"],
        "why": "Competing risks need the cause.",
        "fix": "Fill EVNTDESC.",
    }
    return ag.condition_rule(**(given | changes))


def judged(trial, *rules, **more):
    return ag.validate(trial.study(), extra_rules=rules, select=["ACME"], **more)


def test_records_for_which_the_condition_is_false_are_at_fault(trial):
    rows = trial.of("OS")[:3]
    trial.adtte.loc[rows, "EVNTDESC"] = ""
    dead = trial.adtte.loc[rows].CNSR.eq(0).sum()
    report = judged(trial, acme())
    (finding,) = report.findings
    assert (finding.rule_id, finding.records, finding.variables) == ("ACME001", dead, ("EVNTDESC",))
    assert (finding.message, str(finding.severity)) == ("A death has no cause", "warning")
    assert report.terms.own_rules == ("ACME001",)
    assert {each.dataset for each in report.outcomes} == {"ADTTE"}


@pytest.mark.parametrize(("needed", "status"), [("ADSL.DTHDT", "passed"), ("ADSL.XYZ", "not applicable")])
def test_a_variable_of_another_dataset_may_be_needed(trial, needed, status):
    report = judged(trial, acme(needs=[needed]))
    assert {str(each.status) for each in report.outcomes} == {status}


def test_what_is_unknown_is_not_at_fault(trial):
    trial.adtte.loc[0, "AVAL"] = None
    assert not judged(trial, acme(require="AVAL > 0", where="")).findings


def test_by_the_name_of_a_dataset(trial):
    report = judged(trial, acme(structures=(), datasets=["adae"], require="AESEQ > 99", where=""))
    assert [(each.dataset, each.records) for each in report.findings] == [("ADAE", 12)]


def test_severity_selection_and_waivers_are_those_of_any_rule(trial):
    from datetime import date

    rule = acme(require="AVAL < 0", where="", severity="error")
    study = trial.study()
    assert ag.validate(study, extra_rules=[rule], select=["ACME001"]).refuses()
    assert ag.validate(study, extra_rules=[rule], select=["own"]).refuses()
    assert not ag.validate(study, extra_rules=[rule], ignore=["own"]).terms.waived
    waiver = ag.Waiver("ACME001", "ADTTE", "r", "o", date(2100, 1, 1), {"PARAMCD": "OS"})
    report = ag.validate(study, extra_rules=[rule], select=["ACME"], waivers=[waiver])
    assert report.findings[0].records == 40


def test_a_variable_that_is_absent_refuses_unless_the_rule_says_that_it_may_be(trial):
    report = judged(trial, acme(require="AVALL > 0", where=""))
    (outcome,) = report.outcomes
    assert outcome.status is ag.Status.NOT_RUN
    assert "AVALL" in outcome.reason
    assert "did you mean" in outcome.reason
    assert report.refuses(None)
    (outcome,) = judged(trial, acme(require="AVALL > 0", where="", needs=["AVALL"])).outcomes
    assert (outcome.status, outcome.reason) == (ag.Status.NOT_APPLICABLE, "AVALL is not present")


def test_its_page(snapshot):
    assert ag.explain("acme001", [acme(message="no cause", place="adamgate.toml, rule 1")]) == snapshot


@pytest.mark.parametrize(
    "rule_id", ["TTE999", "AD9999", "WV009", "acme001", "ACME", "A1", "001", "ACME 1", ""]
)
def test_ids_of_another_form_or_of_our_own_are_refused(rule_id):
    with pytest.raises(ag.ConfigurationError):
        acme(rule_id=rule_id)


def test_an_id_that_is_taken_is_refused(trial):
    with pytest.raises(ag.ConfigurationError, match="ACME001 is already in use"):
        judged(trial, acme(), acme())


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('true')",
        "AVAL.__class__",
        "(lambda: 1)()",
        "AVAL > 1e999",
        "AVAL == 'x' or [x for x in y]",
        "(" * 100 + "AVAL" + ")" * 100,
        "A" * 3000,
        "AVAL = 3",
    ],
)
def test_a_condition_that_is_more_than_one_is_refused_and_says_where(text):
    with pytest.raises(ag.ConfigurationError) as wrong:
        acme(require=text, place="adamgate.toml, rule 4")
    assert wrong.value.where.startswith("adamgate.toml, rule 4: ")


def test_it_can_be_sent_between_processes(trial):
    rule = pickle.loads(pickle.dumps(acme()))
    assert judged(trial, rule).outcomes == judged(trial, acme()).outcomes


def test_a_function_of_ones_own(trial):
    before = dict(ag.rule_book())

    @ag.rule(
        "ACME002",
        title="a record",
        severity=ag.Severity.NOTE,
        grain=ag.Grain.RECORD,
        structures=(ag.Structure.ADAE,),
    )
    def every_record(data):
        """Every record."""
        yield ag.Fault(data.filled("USUBJID"), ("USUBJID",), "a record")

    assert dict(ag.rule_book()) == before
    assert "ACME002" not in full_book()
    report = judged(trial, every_record, acme())
    assert [(each.rule_id, each.records) for each in report.findings] == [("ACME002", 12)]
    assert report.terms.own_rules == ("ACME002", "ACME001")
    with pytest.raises(ag.ConfigurationError, match="is already in use"):
        judged(trial, every_record, every_record)


def test_what_is_no_rule_is_refused(trial):
    for thing in (len, "TTE006", 3):
        with pytest.raises(ag.ConfigurationError, match="is not a rule"):
            ag.validate(trial.study(), extra_rules=[thing])


def test_rules_of_one_study_are_not_those_of_the_next(trial):
    judged(trial, acme())
    report = ag.validate(trial.study())
    assert "ACME001" not in {each.rule_id for each in report.outcomes}
    frame = pd.DataFrame({"USUBJID": ["a"], "PARAMCD": ["OS"], "AVAL": [1.0]})
    assert "ACME001" not in {
        each.rule_id for each in ag.validate(ag.Study.of(ag.Dataset.from_frame(frame, "ADTTE"))).outcomes
    }


def test_a_function_has_an_id_of_ones_own_too(trial):
    @ag.rule("TTE999", title="t", severity=ag.Severity.NOTE, grain=ag.Grain.RECORD)
    def taken(data):
        """Nothing."""
        yield ag.NotApplicable("nothing")

    with pytest.raises(ag.ConfigurationError, match="ids starting with TTE are reserved for adamgate"):
        ag.validate(trial.study(), extra_rules=[taken])


def test_the_letters_that_are_taken_are_those_of_the_rules_there_are():
    assert prefixes(full_book()) == OWN_LETTERS
