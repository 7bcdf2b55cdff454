"""CNSR of a parameter without a zero: events coded with another value, and parameters without an event."""

import numpy as np
import pytest

import adamgate as ag


def one_and_two(trial, parameter):
    own = trial.of(parameter)
    trial.adtte.loc[own, "CNSR"] += 1
    return own


class TestEventsWithoutZero:
    def test_case(self, shared):
        report = ag.validate(ag.read(shared / "cases" / "gate" / "M16-cnsr-1-2"))
        found = [(each.rule_id, str(each.severity), each.records) for each in report.findings]
        assert ("TTE030", "error", 36) in found
        assert "TTE019" not in {rule for rule, _, _ in found}

    def test_clean(self, trial):
        assert trial.findings("TTE030") == []

    @pytest.mark.parametrize(("parameter", "events"), [("OS", 10), ("PFS", 14)])
    def test_one_for_events_and_two_for_censored(self, trial, parameter, events):
        one_and_two(trial, parameter)
        assert trial.told("TTE030") == [("error", events)]
        assert trial.finding("TTE030").parameter == parameter
        assert trial.findings("TTE019") == []

    def test_progressions_written_as_pd(self, trial):
        own = one_and_two(trial, "PFS")
        trial.adtte.loc[own, "EVNTDESC"] = np.where(
            trial.adtte.loc[own].CNSR.eq(1), "PD or death", "Last visit"
        )
        assert trial.told("TTE030") == [("error", 14)]

    def test_by_source_alone(self, trial):
        one_and_two(trial, "OS")
        del trial.adtte["EVNTDESC"]
        assert trial.told("TTE030") == [("error", 10)]

    def of_adverse_events(self, trial, event, reason):
        """Time to a first adverse event with CNSR 1 = event, 2 = censored."""
        own = one_and_two(trial, "OS")
        first = trial.adtte.loc[own].CNSR.eq(1)
        trial.adtte.loc[own, ["PARAMCD", "PARAM"]] = ["TTMACE", "Time to First Major Cardiovascular Event"]
        trial.adtte.loc[own, "EVNTDESC"] = np.where(first, event, "Study completed")
        trial.adtte.loc[own, "SRCDOM"] = np.where(first, "ADAE", "ADSL")
        trial.adtte.loc[own, "SRCVAR"] = np.where(first, "ASTDT", "EOSDT")
        trial.adtte.loc[own, "CNSDTDSC"] = np.where(first, reason, "End of study")

    def test_by_the_start_of_adverse_events(self, trial):
        self.of_adverse_events(trial, "MACE", None)
        assert trial.told("TTE030") == [("error", 10)]
        assert trial.findings("TTE019") == []

    @pytest.mark.parametrize(
        ("event", "reason"),
        [("Other event", "Discontinued due to adverse event"), ("Withdrawn due to adverse event", None)],
    )
    def test_censored_at_an_adverse_event(self, trial, event, reason):
        self.of_adverse_events(trial, event, reason)
        assert trial.findings("TTE030") == []

    @pytest.mark.parametrize(
        ("param", "event", "told"),
        [
            ("Time to Pain Relief (Hours)", "Pain relief", [("error", 10)]),
            ("Time to First Stroke", "STROKE", [("error", 10)]),
            ("Time to First Stroke", "Surgery", []),
            ("Time to Censoring", "Censoring", []),
        ],
    )
    def test_in_the_words_of_param(self, trial, param, event, told):
        own = one_and_two(trial, "OS")
        first = trial.adtte.loc[own].CNSR.eq(1)
        trial.adtte.loc[own, ["PARAMCD", "PARAM", "SRCDOM", "SRCVAR"]] = ["TTX", param, None, None]
        trial.adtte.loc[own, "EVNTDESC"] = np.where(first, event, "Study completed")
        assert trial.told("TTE030") == told

    def test_the_other_way_round_in_one_parameter(self, trial):
        own = trial.of("OS")
        trial.adtte.loc[own, "CNSR"] = 1 - trial.adtte.loc[own, "CNSR"]
        assert trial.told("TTE011") == [("error", 40)]
        assert trial.findings("TTE030") == []

    @pytest.mark.parametrize("cnsr", [-1.0, -2.0, 0.5])
    def test_a_negative_cnsr_is_no_code_of_events(self, trial, cnsr):
        trial.adtte.loc[trial.of("OS")[0], "CNSR"] = cnsr
        assert trial.findings("TTE030") == []

    def test_no_event_at_all(self, trial):
        own = trial.of("OS")
        trial.adtte.loc[own, ["CNSR", "EVNTDESC", "CNSDTDSC", "SRCVAR"]] = [1, "Alive", "Alive", "LSTALVDT"]
        trial.adtte.loc[own[::2], ["CNSR", "EVNTDESC"]] = [2, "Lost to follow-up"]
        assert trial.findings("TTE030") == []
        assert trial.told("TTE019") == [("note", 0)]

    @pytest.mark.parametrize(
        ("param", "text"),
        [
            ("Time to Cytokine Release Syndrome (Days)", "Death"),
            ("Time to Progression (Days)", "Death"),
            ("Progression-Free Survival (Days)", "Death after two missed visits"),
            ("Progression-Free Survival (Days)", "Progression after new therapy"),
        ],
    )
    def test_deaths_that_are_censored(self, trial, param, text):
        own = one_and_two(trial, "OS")
        events = trial.adtte.loc[own].CNSR.eq(1)
        trial.adtte.loc[own, ["PARAMCD", "PARAM", "SRCDOM", "SRCVAR"]] = ["TTX", param, None, None]
        trial.adtte.loc[own, "EVNTDESC"] = np.where(events, text, "Last contact")
        assert trial.findings("TTE030") == []
