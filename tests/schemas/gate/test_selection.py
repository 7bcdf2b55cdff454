"""What is selected judges, what is set aside is stated, and nothing is lost between the two."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import adamgate as ag
from adamgate.schemas.gate.selection import RuleSelection, full_book, selectors

BOOK = full_book()
PREFIXES = sorted({rule_id[:length] for rule_id in BOOK for length in range(1, len(rule_id) + 1)})
FAMILIES = sorted({rule.family for rule in BOOK.values()})
NAMES = st.sampled_from([*PREFIXES, *FAMILIES])
SCOPED = st.builds(lambda dataset, name: f"{dataset}:{name}", st.sampled_from(["ADAE", "ADTTE"]), NAMES)


def ids(report):
    return {each.rule_id for each in report.outcomes}


def deselected(report):
    return {each.rule_id for each in report.terms.deselected}


@pytest.mark.parametrize("name", ["TTE006", "tte006", "TTE00", "tte", "TTE"])
def test_an_id_or_its_beginning_in_any_case(trial, name):
    report = ag.validate(trial.study(), select=[name])
    assert "TTE006" in ids(report)
    assert all(rule_id.startswith(name.upper()) for rule_id in ids(report))


@pytest.mark.parametrize("name", ["time_to_event", "time-to-event", "Time to Event"])
def test_a_family(trial, name):
    report = ag.validate(trial.study(), select=[name])
    assert {BOOK[rule_id].family for rule_id in ids(report)} == {"time_to_event"}


def test_one_text_with_commas(trial):
    report = ag.validate(trial.study(), select="TTE006, XD001", ignore="XD001")
    assert ids(report) == {"TTE006"}


def test_to_ignore_wins_and_both_are_stated(trial):
    report = ag.validate(trial.study(), select=["TTE"], ignore=["TTE006"])
    assert "TTE006" not in ids(report)
    reasons = {each.rule_id: each.reason for each in report.terms.deselected}
    assert reasons["TTE006"] == "ignore TTE006"
    assert reasons["XD001"] == "select TTE"


def test_in_one_dataset_only(trial):
    report = ag.validate(trial.study(), ignore=["adtte:XD001"])
    where = {each.dataset for each in report.outcomes if each.rule_id == "XD001"}
    assert "ADAE" in where
    assert "ADTTE" not in where
    assert [(each.dataset, each.reason) for each in report.terms.deselected] == [
        ("ADTTE", "ignore ADTTE:XD001")
    ]


def test_a_selection_of_one_dataset_leaves_the_others_alone(trial):
    every = ag.validate(trial.study())
    report = ag.validate(trial.study(), select=["ADTTE:TTE006"])
    assert {each.rule_id for each in report.outcomes if each.dataset == "ADTTE"} == {"TTE006"}
    others = {(each.rule_id, each.dataset) for each in every.outcomes if each.dataset != "ADTTE"}
    kept = {(each.rule_id, each.dataset) for each in report.outcomes if each.dataset != "ADTTE"}
    assert kept - others <= {("WV003", "(study)")}
    assert others <= kept


@settings(
    max_examples=settings.default.max_examples * 25 // 100,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(NAMES | SCOPED, max_size=3), st.lists(NAMES | SCOPED, max_size=3))
def test_selected_and_set_aside_are_all_there_is(select, ignore):
    """Asked of the selection itself, over every rule and dataset."""
    selection = RuleSelection.of(BOOK, select, ignore)
    for rule in BOOK.values():
        for dataset in ("ADAE", "ADTTE", "ADSL"):
            ignored = any(each.concerns(dataset) and each.matches(rule) for each in selection.ignored)
            asked = [each for each in selection.selected if each.concerns(dataset)]
            selected = rule.family == "waivers" or not asked or any(each.matches(rule) for each in asked)
            reason = selection.deselected(rule, dataset)
            assert bool(reason) == (ignored or not selected)
            assert reason.startswith("ignore " if ignored else "select " if reason else "")


@settings(
    max_examples=settings.default.max_examples * 6 // 100,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(ignore=st.lists(st.sampled_from(["TTE", "AD", "AD0", "censoring", "ADTTE:XD", "SL001"]), max_size=3))
def test_outcomes_and_what_was_set_aside_partition_the_checks(trial, ignore):
    study = trial.study()
    every = {(each.rule_id, each.dataset) for each in ag.validate(study).outcomes}
    report = ag.validate(study, ignore=ignore)
    kept = {(each.rule_id, each.dataset) for each in report.outcomes if each.rule_id[:2] != "WV"}
    aside = [(each.rule_id, each.dataset) for each in report.terms.deselected]
    assert not kept.intersection(aside)
    assert kept.union(aside) == every
    assert len(aside) == len(set(aside))


@pytest.mark.parametrize(
    "names", [["TTEX"], ["censorin"], ["AD9999"], [""], ["ADAE:"], ["?"], ["\x1b[31m" * 50]]
)
def test_an_unknown_name_is_refused(trial, names, snapshot):
    with pytest.raises(ag.ConfigurationError) as wrong:
        ag.validate(trial.study(), ignore=names)
    assert wrong.value.where == "ignore"
    assert "\x1b" not in str(wrong.value)
    if names in (["censorin"], ["AD9999"]):
        assert wrong.value.advice.startswith("did you mean ")


def test_a_selection_that_leaves_no_rule_is_refused(trial):
    with pytest.raises(ag.ConfigurationError, match="no rule is left to run on these datasets"):
        ag.validate(trial.study(), ignore=list(ag.rule_book()))


def test_severities_by_the_most_precise_name(trial):
    trial.adtte.loc[0, "AVAL"] = -4.0
    study = trial.study()

    def severity(**severities):
        report = ag.validate(
            study, select=["TTE006"], severities={k.replace("_", ":"): v for k, v in severities.items()}
        )
        (finding,) = report.findings
        return str(finding.severity)

    assert severity() == "error"
    assert severity(TTE="note") == "note"
    assert severity(TTE="note", TTE006="warning") == "warning"
    assert severity(TTE006="note", ADTTE_TTE="warning") == "warning"
    assert severity(TTE00="note", TTE="error") == "note"
    assert severity(ADAE_TTE006="note") == "error"


def test_a_severity_that_was_set_is_stated_and_decides(trial):
    trial.adtte.loc[0, "AVAL"] = -4.0
    report = ag.validate(trial.study(), select=["TTE006"], severities={"TTE006": ag.Severity.NOTE})
    assert dict(report.terms.severities) == {"TTE006": ag.Severity.NOTE}
    assert not report.refuses(ag.Severity.WARNING)


def test_a_wrong_severity_is_refused(trial):
    with pytest.raises(ag.ConfigurationError, match="did you mean warning"):
        ag.validate(trial.study(), severities={"TTE006": "warnin"})
    with pytest.raises(ag.ConfigurationError, match="'TTX9' is not a rule id, prefix or family"):
        ag.validate(trial.study(), severities={"TTX9": "note"})


def test_settings_of_a_dataset_that_was_not_read_are_noted(trial):
    report = ag.validate(trial.study(), ignore=["ADTTTE:TTE006"])
    (finding,) = [each for each in report.findings if each.rule_id == "WV003"]
    assert finding.severity is ag.Severity.NOTE
    assert finding.message == "settings refer to ADTTTE, which was not read; did you mean ADTTE?"


def test_names_are_asked_of_the_book_with_ones_own_rules():
    own = ag.condition_rule("ACME001", "too long", "AVAL < 10")
    assert selectors(["ACME"], full_book([own]), "select")
    with pytest.raises(ag.ConfigurationError):
        selectors(["ACME"], full_book(), "select")
