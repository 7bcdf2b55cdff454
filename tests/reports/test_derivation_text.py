"""What a derivation did, as text."""

import adamgate as ag
from adamgate.converters.derivations.record import PolicyEffect
from adamgate.converters.reports.derivation import render_text


def text_of(*counts):
    """The report on effects of policies, each with its number of subjects."""
    effects = tuple(
        PolicyEffect("ADSL", "", policy, "first", effect, count, ("S1-01",) * count)
        for policy, effect, count in counts
    )
    return render_text(ag.DerivationRecord({"ADSL": 3}, effects))


def test_a_policy_that_did_something_is_not_without_effect():
    shown = text_of(("impute", "partial dates imputed", 2), ("impute", "partial dates not imputed", 0))
    assert "impute = first  2 subjects  partial dates imputed" in shown
    assert "without effect" not in shown


def test_a_policy_without_effect_is_listed_once():
    shown = text_of(("impute", "partial dates imputed", 0), ("impute", "partial dates not imputed", 0))
    assert shown.count("impute = first") == 1
    assert "without effect: impute = first" in shown
