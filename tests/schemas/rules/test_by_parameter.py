"""PARAMCD with very many values: identifiers by a slip, or parameters; findings stay few, and time linear."""

import pandas as pd
import pytest

from adamgate.schemas.evidence.parameters import SHOWN
from adamgate.schemas.gate.finding import Status
from adamgate.schemas.rules.rule import NO_PARAMETERS
from adamgate.schemas.severity import Severity

RULES = ("TTE001", "TTE002", "TTE007", "TTE008", "TTE011", "TTE019", "TTE022", "XD004", "XD015")


class TestIdentifiersInPlaceOfParameters:
    def test_subjects_are_one_finding_and_rules_about_parameters_do_not_apply(self, trial):
        trial.adtte["PARAMCD"] = trial.adtte.USUBJID
        report = trial.report(*RULES)
        assert [each.rule_id for each in report.findings] == ["TTE001"]
        assert trial.finding("TTE001").sentence == NO_PARAMETERS
        reasons = {each.rule_id: each.reason for each in report.outcomes}
        assert {reasons[rule_id] for rule_id in RULES[1:]} == {NO_PARAMETERS}

    def test_record_numbers_without_a_subject(self, trial):
        trial.adtte["PARAMCD"] = [f"R{number}" for number in range(len(trial.adtte))]
        trial.adtte = trial.adtte.drop(columns="USUBJID")
        messages = [each.sentence for each in trial.findings("TTE001")]
        assert NO_PARAMETERS in messages

    def test_a_parameter_per_term_has_many_subjects(self, trial):
        terms = [trial.adtte.assign(PARAMCD=f"T{number}") for number in range(60)]
        trial.adtte = pd.concat(terms, ignore_index=True)
        assert trial.findings("TTE001") == []
        (outcome,) = trial.report("XD004").outcomes
        assert outcome.status is Status.PASSED

    def test_few_subjects_with_few_parameters(self, trial):
        trial.adtte = trial.adtte[:10].assign(PARAMCD=[f"P{number}" for number in range(10)])
        assert trial.findings("TTE001") == []


PARAMETERS = 100


@pytest.fixture
def many(trial):
    """Overall survival under a hundred names, each with the duration of a subject wrong and one absent."""
    survival = trial.adtte[trial.adtte.PARAMCD == "OS"].reset_index(drop=True)
    survival.loc[3, "AVAL"] += 9
    parts = [
        survival.drop(index=number % len(survival)).assign(PARAMCD=f"P{number:03d}", PARAM="Time to Event")
        for number in range(PARAMETERS)
    ]
    trial.adtte = pd.concat(parts, ignore_index=True)
    return trial


@pytest.mark.slow
@pytest.mark.parametrize(("rule_id", "faulty"), [("TTE007", 97), ("TTE008", 100), ("XD004", 100)])
def test_what_is_wrong_with_many_parameters_is_told_together(many, rule_id, faulty):
    found = many.findings(rule_id)
    assert SHOWN <= len(found) <= SHOWN + len(Severity)
    named = {each.sentence[:4] for each in found if each.sentence.startswith("P")}
    further = sum(int(each.sentence.split()[0]) for each in found if " further parameter" in each.sentence)
    assert len(named) == SHOWN - 1
    assert len(named) + further == faulty


@pytest.mark.slow
def test_no_record_is_lost_among_further_parameters(many):
    wrong = _days(many.adtte) != many.adtte.AVAL
    assert sum(each.records for each in many.findings("TTE007")) == wrong.sum() == 97


def _days(frame):
    return (frame.ADT - frame.STARTDT).dt.days + 1
