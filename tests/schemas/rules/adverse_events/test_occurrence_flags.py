"""Occurrence flags: one event per subject, organ class and term."""

import pytest


@pytest.fixture
def flagged(trial):
    """Four subjects of three events each on successive days; two terms of one class, all emergent."""
    trial.adae = trial.adae.assign(
        TRTEMFL="Y",
        AEDECOD=["Headache", "Headache", "Tremor"] * 4,
        AEBODSYS="Nervous system disorders",
        ASEV=["MILD", "SEVERE", "MODERATE"] * 4,
        AOCCFL=["Y", None, None] * 4,
        AOCCSFL=["Y", None, None] * 4,
        AOCCPFL=["Y", None, "Y"] * 4,
        AOCCIFL=[None, "Y", None] * 4,
        AOCCSIFL=[None, "Y", None] * 4,
        AOCCPIFL=[None, "Y", "Y"] * 4,
    )
    return trial


FIRST = {"AE011": "AOCCFL", "AE012": "AOCCSFL", "AE013": "AOCCPFL"}
WORST = {"AE014": "AOCCIFL", "AE015": "AOCCSIFL", "AE016": "AOCCPIFL"}


@pytest.mark.parametrize(("rule", "flag"), {**FIRST, **WORST}.items())
class TestOnePerGroup:
    def test_clean(self, flagged, rule, flag):
        assert flagged.findings(rule) == []

    def test_two(self, flagged, rule, flag):
        flagged.adae.loc[[3, 4], flag] = "Y"
        found = flagged.findings(rule)[0]
        assert (str(found.severity), found.records, found.variables[0]) == ("error", 2, flag)

    def test_none(self, flagged, rule, flag):
        flagged.adae.loc[[0, 1], flag] = None
        assert ("warning", 2 if flag.startswith("AOCCP") else 3) in flagged.told(rule)

    def test_an_organ_class_that_is_empty_throughout_hides_nothing(self, flagged, rule, flag):
        flagged.adae["AEBODSYS"] = ["Nervous system disorders"] * 6 + ["Eye disorders"] * 6
        flagged.adae["AESOC"] = ""
        flagged.adae.loc[[3, 4], flag] = "Y"
        assert flagged.told(rule)[0] == ("error", 2)

    def test_none_is_no_fault_where_nothing_is_emergent(self, flagged, rule, flag):
        flagged.adae.loc[[0, 1, 2], flag] = None
        flagged.adae.loc[[0, 1, 2], "TRTEMFL"] = None
        assert flagged.findings(rule) == []

    def test_nor_where_another_selection_leaves_the_events_out(self, flagged, rule, flag):
        flagged.adae.loc[[0, 1, 2], flag] = None
        flagged.adae["ANL01FL"] = [None] * 3 + ["Y"] * 9
        assert flagged.findings(rule) == []

    def test_one_per_period_is_a_note(self, flagged, rule, flag):
        flagged.adae.loc[[3, 4], flag] = "Y"
        flagged.adae["APERIOD"] = [1.0, 2.0, 1.0] * 4
        assert flagged.told(rule)[0] == ("note", 2)


@pytest.mark.parametrize(("rule", "flag"), FIRST.items())
class TestFirst:
    def test_on_a_later_one(self, flagged, rule, flag):
        flagged.adae.loc[[0, 1], flag] = [None, "Y"]
        assert flagged.told(rule) == [("note", 1)]

    def test_any_of_those_on_the_earliest_day(self, flagged, rule, flag):
        flagged.adae.loc[[0, 1], flag] = [None, "Y"]
        flagged.adae.loc[1, "ASTDT"] = flagged.adae.loc[0, "ASTDT"]
        assert flagged.findings(rule) == []

    def test_earlier_events_that_are_not_emergent_do_not_count(self, flagged, rule, flag):
        flagged.adae.loc[[0, 1], flag] = [None, "Y"]
        flagged.adae.loc[0, "TRTEMFL"] = None
        assert flagged.findings(rule) == []


@pytest.mark.parametrize(("rule", "flag"), WORST.items())
class TestWorst:
    def test_not_on_the_earliest(self, flagged, rule, flag):
        assert flagged.adae.loc[1, "ASTDT"] > flagged.adae.loc[0, "ASTDT"]
        assert flagged.findings(rule) == []

    def test_on_a_milder_one(self, flagged, rule, flag):
        flagged.adae.loc[[0, 1], flag] = ["Y", None]
        assert flagged.told(rule) == [("warning", 1)]

    def test_by_grade_where_severity_says_otherwise(self, flagged, rule, flag):
        flagged.adae.loc[[0, 1], flag] = ["Y", None]
        flagged.adae["AETOXGR"] = ["GRADE 4", "GRADE 3", "GRADE 2"] * 4
        assert flagged.findings(rule) == []


class TestGroups:
    def test_an_organ_class_may_be_the_primary_one(self, flagged):
        flagged.adae["AESOC"] = [
            "Nervous system disorders",
            "Nervous system disorders",
            "Cardiac disorders",
        ] * 4
        flagged.adae["AOCCSFL"] = ["Y", None, "Y"] * 4
        assert flagged.findings("AE012") == []

    def test_uncoded_events_have_no_group(self, flagged):
        flagged.adae.loc[[0, 1, 2], ["AEDECOD", "AOCCPFL"]] = None
        assert flagged.findings("AE013") == []

    def test_events_without_any_start(self, flagged):
        flagged.adae.loc[[0, 1, 2], ["ASTDT", "AOCCFL"]] = None
        assert flagged.findings("AE011") == []


class TestOthers:
    def test_several_may_be_flagged(self, flagged):
        flagged.adae["AOCC01FL"] = "Y"
        assert flagged.findings("AE017") == []

    def test_only_yes_or_nothing(self, flagged):
        flagged.adae["AOCC01FL"] = ["Y", "N", "", None] * 3
        found = flagged.finding("AE017")
        assert (str(found.severity), found.records, found.variables) == ("error", 3, ("AOCC01FL",))


class TestNotEmergent:
    """Four subjects of three events; the first event of each is before treatment."""

    @pytest.fixture
    def flagged(self, trial):
        trial.adae = trial.adae.assign(TRTEMFL=[None, "Y", "Y"] * 4, AOCCFL=[None, "Y", None] * 4)
        return trial

    def test_one_on_an_earlier_event(self, flagged):
        assert flagged.findings("AE049") == []
        flagged.adae.loc[[0, 1], "AOCCFL"] = ["Y", None]
        found = flagged.finding("AE049")
        assert (str(found.severity), found.records, found.variables) == ("warning", 1, ("AOCCFL", "TRTEMFL"))

    def test_a_subject_without_emergent_events(self, flagged):
        flagged.adae.loc[0:2, ["TRTEMFL", "AOCCFL"]] = [[None, "Y"], [None, None], [None, None]]
        assert flagged.told("AE049") == [("warning", 1)]

    def test_derived_from_all_events(self, flagged):
        flagged.adae["AOCCFL"] = ["Y", None, None] * 4
        assert flagged.findings("AE049") == []

    def test_nothing_shows_what_it_is_derived_from(self, flagged):
        flagged.adae["TRTEMFL"] = ["Y", "Y", None] * 4
        flagged.adae["AOCCFL"] = ["Y", None, None] * 4
        flagged.adae.loc[[0, 2], "AOCCFL"] = [None, "Y"]
        assert flagged.findings("AE049") == []

    def test_the_worst(self, flagged):
        flagged.adae = flagged.adae.assign(AESEV=["SEVERE", "MODERATE", "MILD"] * 4).rename(
            columns={"AOCCFL": "AOCCIFL"}
        )
        assert flagged.findings("AE049") == []
        flagged.adae.loc[[0, 1], "AOCCIFL"] = ["Y", None]
        assert flagged.told("AE049") == [("warning", 1)]
