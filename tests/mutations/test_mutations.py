"""Every kind of damage to clean data is caught by a rule that names the variable.

``pytest -s tests/mutations/test_mutations.py -k share`` prints how many, by base study.
"""

import sys
from collections import Counter

import pytest
from bases import BASES, MADE_UP
from damages import DAMAGES
from delivery import Delivery, as_text
from matrix import Kept, Outcome, table
from misses import MISSES

import adamgate as ag
from adamgate.schemas.severity import Severity

ENOUGH, NEARLY_ALL = 250, 0.97


@pytest.fixture(scope="session")
def kept(tmp_path_factory, request):
    """Outcomes of this run, in a folder that its workers share."""
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if hasattr(request.config, "workerinput") else own) / "outcomes"
    folder.mkdir(exist_ok=True)
    return Kept(folder)


@pytest.fixture(scope="module")
def results(clean, kept):
    """Every kind of damage tried on every base study that is there."""
    return [kept.tried(damage, name, study) for name, study in clean.items() for damage in DAMAGES]


@pytest.mark.parametrize("name", MADE_UP)
def test_clean_data_stay_clean(clean, name):
    report = ag.validate(clean[name])
    assert [each for each in report.findings if each.severity >= Severity.WARNING] == []
    assert report.not_run == ()


def test_there_are_many_kinds_of_damage():
    assert len(DAMAGES) >= ENOUGH
    assert len({each.name for each in DAMAGES}) == len(DAMAGES)


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda each: each.name)
def test_damage_is_caught(clean, kept, damage):
    """In every study that has what is damaged, if no reason says otherwise; in its own by all its rules."""
    for name, study in clean.items():
        outcome = kept.tried(damage, name, study)
        assert (outcome.outcome is Outcome.MISSED) == ((name, damage.name) in MISSES), outcome
        assert not outcome.alike, "two faults of a dataset as a whole have the same cause"
        if name == damage.study and outcome.outcome is not Outcome.MISSED:
            assert (outcome.outcome, outcome.why) == (Outcome.CAUGHT, "")


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
