"""Every kind of damage to clean data is caught by a rule that names the variable."""

from collections import Counter

import pytest
from damages import DAMAGES
from delivery import Delivery, as_text

import adamgate as ag
from adamgate.schemas.gate.validate import judge
from adamgate.schemas.severity import Severity

ENOUGH = 60


@pytest.fixture(scope="module")
def known(clean):
    """Findings on the clean studies, by name of the study."""
    return {name: Counter(map(subject_of, ag.validate(study).findings)) for name, study in clean.items()}


@pytest.mark.parametrize("name", ["trial", "cartitude1"])
def test_clean_data_stay_clean(clean, name):
    report = ag.validate(clean[name])
    assert [each for each in report.findings if each.severity >= Severity.WARNING] == []
    assert report.not_run == ()


def test_there_are_many_kinds_of_damage():
    assert len(DAMAGES) >= ENOUGH
    assert len({each.name for each in DAMAGES}) == len(DAMAGES)


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda each: each.name)
def test_damage_is_caught(clean, known, damage):
    report = judge(damage.done_to(clean[damage.study]), declarations=damage.declarations, rules=damage.rules)
    new = [each for each in report.findings if not known[damage.study][subject_of(each)]]
    whole = [each for each in report.findings if not each.records]
    identities = {(*each.subject, each.parameter, each.cause, each.severity) for each in whole}
    assert len(identities) == len(whole), "two faults of a dataset as a whole have the same cause"
    for rule_id in damage.rules:
        caught = [each for each in new if each.rule_id == rule_id]
        assert caught, f"{rule_id} finds nothing"
        assert any(damage.variable in each.variables for each in caught), caught
        assert any(each.severity >= damage.severity for each in caught), caught


@pytest.mark.parametrize(("dataset", "variable"), [("ADTTE", "AVAL"), ("ADTTE", "CNSR"), ("ADSL", "TRTSDT")])
def test_a_text_where_numbers_must_be_refuses(clean, dataset, variable):
    delivery = Delivery(clean["trial"])
    as_text(dataset, variable)(delivery, None)
    report = ag.validate(delivery.study())
    assert variable in {outcome.reason.split()[0] for outcome in report.not_run}
    assert all("is not numeric" in outcome.reason for outcome in report.not_run)
    assert report.refuses(Severity.ERROR)


def subject_of(finding):
    """What a finding says, so that it can be told from those that were there before."""
    return finding.rule_id, finding.dataset, finding.variables, finding.sentence, finding.records
