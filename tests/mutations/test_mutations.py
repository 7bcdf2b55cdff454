"""Every kind of damage to clean data is caught by a rule that names the variable.

``pytest -s tests/mutations/test_mutations.py -k share`` prints how many, by base study.
"""

import sys
from collections import Counter

import pytest
from bases import BASES, MADE_UP
from damages import DAMAGES
from delivery import Delivery, as_text
from matrix import Outcome, rules_of, said, shortfall, table, tried
from misses import MISSES

import adamgate as ag
from adamgate.schemas.gate.validate import judge
from adamgate.schemas.severity import Severity

ENOUGH, NEARLY_ALL = 250, 0.97


@pytest.fixture(scope="module")
def known(clean):
    """Findings on the clean studies, by name of the study."""
    return {name: Counter(map(said, ag.validate(study).findings)) for name, study in clean.items()}


@pytest.fixture(scope="module")
def results(clean):
    """Every kind of damage tried on every base study that is there."""
    return [tried(damage, name, study) for name, study in clean.items() for damage in DAMAGES]


@pytest.mark.parametrize("name", MADE_UP)
def test_clean_data_stay_clean(clean, name):
    report = ag.validate(clean[name])
    assert [each for each in report.findings if each.severity >= Severity.WARNING] == []
    assert report.not_run == ()


def test_there_are_many_kinds_of_damage():
    assert len(DAMAGES) >= ENOUGH
    assert len({each.name for each in DAMAGES}) == len(DAMAGES)


OF_TRIAL = [each for each in DAMAGES if each.study == "trial" and ("trial", each.name) not in MISSES]


@pytest.mark.parametrize("damage", OF_TRIAL, ids=lambda each: each.name)
def test_damage_is_caught(clean, known, damage):
    report = judge(damage.done_to(clean["trial"]), declarations=damage.declarations, rules=rules_of(damage))
    new = [each for each in report.findings if not known["trial"][said(each)]]
    whole = [each for each in report.findings if not each.records]
    identities = {(*each.subject, each.parameter, each.cause, each.severity) for each in whole}
    assert len(identities) == len(whole), "two faults of a dataset as a whole have the same cause"
    for rules in damage.rules:
        missed = [shortfall(damage, rule, new) for rule in rules.split("|")]
        assert not all(missed), missed


def test_the_share_that_is_caught(results):
    """In every study nearly all of what can be done to it; what is missed has its reason."""
    sys.stdout.write(f"\n{len(DAMAGES)} kinds of damage\n{table(results)}\n")
    for name in {each.study for each in results}:
        outcomes = Counter(each.outcome for each in results if each.study == name)
        caught, missed = outcomes[Outcome.CAUGHT], outcomes[Outcome.MISSED]
        assert caught >= NEARLY_ALL * (caught + missed), name


def test_what_is_missed_has_its_reason(clean, results):
    missed = {(each.study, each.kind): each.why for each in results if each.outcome is Outcome.MISSED}
    assert missed.keys() == {(study, kind) for study, kind in MISSES if study in clean}, missed


def test_every_kind_is_done_to_some_study(results):
    """Not to a study that lacks the variable, which says so, nor to one with nothing to compare with."""
    done = {each.kind for each in results if each.outcome in (Outcome.CAUGHT, Outcome.MISSED)}
    firsts = {each.study for each in DAMAGES}
    if firsts <= {each.study for each in results}:
        assert done == {each.name for each in DAMAGES}
    assert all(each.why for each in results if each.outcome is not Outcome.CAUGHT)


def test_damage_is_done_to_many_studies(shared, results):
    """With the shared data all base studies are there, and most kinds are done to three."""
    assert {each.study for each in results} == set(BASES)
    done = Counter(each.kind for each in results if each.outcome in (Outcome.CAUGHT, Outcome.MISSED))
    assert sum(studies >= 3 for studies in done.values()) > len(DAMAGES) / 2


@pytest.mark.parametrize(("dataset", "variable"), [("ADTTE", "AVAL"), ("ADTTE", "CNSR"), ("ADSL", "TRTSDT")])
def test_a_text_where_numbers_must_be_refuses(clean, dataset, variable):
    delivery = Delivery(clean["trial"])
    as_text(dataset, variable)(delivery, None)
    report = ag.validate(delivery.study())
    assert variable in {outcome.reason.split()[0] for outcome in report.not_run}
    assert all("is not numeric" in outcome.reason for outcome in report.not_run)
    assert report.refuses(Severity.ERROR)
