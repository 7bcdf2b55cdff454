"""CNSR, and the texts that say what an event or a censoring was."""

import numpy as np
import pandas as pd
import pytest

from adamgate.schemas.study.declarations import Endpoint


def other_parameter(trial, **values):
    """Three records of a parameter beside the times to an event."""
    frame = pd.concat([trial.adtte, trial.adtte.iloc[:3]], ignore_index=True)
    frame.loc[len(trial.adtte) :, list(values)] = list(values.values())
    return frame


@pytest.mark.parametrize("value", [-1, 0.5, np.inf])
def test_no_whole_number(trial, value):
    trial.adtte.loc[0, "CNSR"] = value
    assert trial.told("TTE009") == [("error", 1)]


def test_any_whole_number(trial):
    trial.adtte.loc[0, "CNSR"] = 7
    trial.adtte.loc[1, "CNSR"] = np.nan
    assert trial.findings("TTE009") == []


class TestCensoringMissing:
    def test_where_others_have_it(self, trial):
        trial.adtte.loc[[0, 1, 45], "CNSR"] = np.nan
        assert [(each.sentence[:4], each.records) for each in trial.findings("TTE010")] == [
            ("OS: ", 2),
            ("PFS:", 1),
        ]

    def test_everywhere(self, trial):
        trial.adtte["CNSR"] = np.nan
        assert trial.told("TTE010") == [("error", 80)]

    def test_a_parameter_that_is_no_time_to_an_event(self, trial):
        trial.adtte = other_parameter(trial, PARAMCD="SIZE", CNSR=np.nan, STARTDT=pd.NaT, EVNTDESC="")
        assert trial.findings("TTE010") == []

    def test_a_parameter_with_an_origin_but_no_censoring(self, trial):
        trial.adtte = other_parameter(trial, PARAMCD="DOR", CNSR=np.nan)
        assert trial.told("TTE010") == [("warning", 3)]


def inverted(trial, *dropped):
    trial.adtte["CNSR"] = 1 - trial.adtte.CNSR
    trial.adtte = trial.adtte.drop(columns=list(dropped))
    return trial.findings("TTE011")


class TestCensoringInverted:
    def test_all_clues_are_named(self, trial):
        found = inverted(trial)
        assert [str(each.severity) for each in found] == ["error", "error"]
        assert [each.records for each in found] == [40, 40]
        assert found[0].sentence == (
            "OS: CNSR appears to be inverted: records with CNSR = 0 have censoring descriptions, "
            "end of follow-up dates (SRCVAR) and CNSDTDSC; "
            "records with CNSR >= 1 have event descriptions "
            "and deaths or adverse events as source (SRCDOM, SRCVAR)"
        )

    def test_texts_alone_are_two_clues(self, trial):
        found = inverted(trial, "SRCVAR", "SRCDOM", "CNSDTDSC")
        assert [str(each.severity) for each in found] == ["error", "error"]

    @pytest.mark.parametrize("text", ["No PD or death", "Without progression", "No event"])
    def test_no_event_is_a_text_of_censored_records(self, trial, text):
        own = trial.of("PFS")
        cnsr = trial.adtte.loc[own].CNSR
        trial.adtte.loc[own, "EVNTDESC"] = np.where(cnsr.eq(0), "PD per RECIST 1.1", text)
        trial.adtte = trial.adtte.drop(columns=["SRCVAR", "SRCDOM", "CNSDTDSC"], errors="ignore")
        assert trial.findings("TTE011") == []
        trial.adtte.loc[own, "CNSR"] = 1 - cnsr
        assert trial.told("TTE011") == [("error", 40)]

    @pytest.mark.parametrize("text", ["No limitation of activities", "Not detected"])
    def test_an_event_may_be_that_something_is_not_present(self, trial, text):
        own = trial.of("PFS")
        trial.adtte.loc[own, ["PARAMCD", "PARAM"]] = ["TTREC", "Time to Recovery"]
        trial.adtte.loc[own, "EVNTDESC"] = np.where(trial.adtte.loc[own].CNSR.eq(0), text, "In hospital")
        assert trial.findings("TTE011") == []

    def test_sources_alone(self, trial):
        (found,) = inverted(trial, "EVNTDESC", "CNSDTDSC")
        assert (str(found.severity), found.sentence[:3]) == ("error", "OS:")

    def test_one_clue_is_a_warning(self, trial):
        found = inverted(trial, "EVNTDESC", "SRCVAR", "SRCDOM")
        assert [str(each.severity) for each in found] == ["warning", "warning"]

    def test_deaths_among_the_censored(self, trial):
        trial.adtte["DTHFL"] = np.where(trial.adtte.index % 4 == 0, "Y", None)
        (found,) = inverted(trial, "EVNTDESC", "SRCVAR", "SRCDOM", "CNSDTDSC")
        assert (str(found.severity), found.sentence) == (
            "warning",
            ("OS: CNSR appears to be inverted: records with CNSR >= 1 have the deaths (DTHFL, DTHDT)"),
        )

    def test_a_minority_is_not_judged_here(self, trial):
        trial.adtte.loc[[1, 2], "CNSR"] = 0
        assert trial.findings("TTE011") == []

    def test_death_after_missed_visits_may_be_censored(self, trial):
        of_pfs = trial.of("PFS")
        censored = of_pfs[trial.adtte.loc[of_pfs, "CNSR"] == 1]
        trial.adtte.loc[censored, ["EVNTDESC", "SRCVAR"]] = ["Death after two missed visits", "DTHDT"]
        assert trial.findings("TTE011") == []

    def test_time_to_the_last_dose(self, trial):
        events = trial.adtte.index[trial.adtte.CNSR == 0]
        trial.adtte.loc[events, ["EVNTDESC", "SRCVAR"]] = ["Last dose", "TRTEDT"]
        trial.adtte["PARAM"] = "Time to Last Dose (" + trial.adtte.PARAMCD + ")"
        trial.adtte["EVNTDESC"] = trial.adtte.EVNTDESC.where(trial.adtte.CNSR == 0, "On treatment")
        trial.adtte["SRCVAR"] = trial.adtte.SRCVAR.where(trial.adtte.CNSR == 0, "LSTVISDT")
        assert trial.findings("TTE011") == []

    def test_discontinuation_of_all_but_those_still_on_treatment(self, trial):
        events = trial.adtte.CNSR == 0
        trial.adtte["PARAM"] = "Time to Treatment Discontinuation " + trial.adtte.PARAMCD
        trial.adtte["EVNTDESC"] = np.where(events, "Discontinued", "Ongoing at data cut-off")
        trial.adtte["SRCVAR"] = np.where(events, "TRTEDT", "DCUTDT")
        assert trial.findings("TTE011") == []

    @pytest.mark.parametrize(
        ("param", "told"),
        [
            ("Time to Study Discontinuation", []),
            ("Time on Study", []),
            ("Survival from Study Entry", ["warning"]),
        ],
    )
    def test_the_end_of_the_study_is_an_event_where_the_parameter_is_about_it(self, trial, param, told):
        events = trial.adtte.CNSR == 0
        trial.adtte["PARAM"] = param
        trial.adtte["PARAMCD"] = "TTSD"
        trial.adtte["EVNTDESC"] = np.where(events, "Left", "Under observation")
        trial.adtte["SRCVAR"] = np.where(events, "EOSDT", "LSTVISDT")
        trial.adtte = trial.adtte.drop(columns="CNSDTDSC", errors="ignore")
        assert [str(each.severity) for each in trial.findings("TTE011")] == told

    def test_without_any_censored_record_it_stays_a_warning(self, trial):
        trial.adtte = trial.adtte.assign(CNSR=0, EVNTDESC="Alive", SRCVAR="LSTALVDT")
        assert {str(each.severity) for each in trial.findings("TTE011")} == {"warning"}


class TestFollowUp:
    """Parameters whose event is the end of follow-up: deaths are censored."""

    @pytest.fixture
    def follow_up(self, trial):
        own = trial.adtte.loc[trial.of("OS")]
        died = own.CNSR.eq(0)
        added = own.assign(
            PARAMCD="FU",
            PARAM="Duration of Follow-up (Days)",
            CNSR=np.where(died, 1.0, 0.0),
            CNSDTDSC=np.where(died, "Death", None),
        )
        trial.adtte = pd.concat([trial.adtte, added], ignore_index=True)
        return trial

    @pytest.mark.parametrize(
        "param",
        [
            "Duration of Follow-up (Days)",
            "Follow-Up Time (Days)",
            "Length of Survival Follow-up (Days)",
            "Time to Censoring (Days)",
            "Time from Randomization to Last Contact, days",
            "Overall Survival, Reverse Kaplan-Meier (Days)",
        ],
    )
    def test_by_param(self, follow_up, param):
        follow_up.adtte.loc[follow_up.of("FU"), "PARAM"] = param
        assert follow_up.findings("TTE011") == []

    @pytest.mark.parametrize(
        "param", ["Time to Loss to Follow-up (Days)", "Time to Follow-up Therapy (Days)"]
    )
    def test_other_words_are_no_follow_up(self, follow_up, param):
        follow_up.adtte.loc[follow_up.of("FU"), "PARAM"] = param
        assert {str(each.severity) for each in follow_up.findings("TTE011")} == {"error"}

    def test_declared(self, follow_up):
        follow_up.adtte.loc[follow_up.of("FU"), "PARAM"] = "Observation (Days)"
        assert follow_up.findings("TTE011")
        follow_up.declare(endpoints={"FU": Endpoint(role="follow-up")})
        assert follow_up.findings("TTE011") == []

    def test_the_reverse_is_a_fault_of_it(self, follow_up):
        own = follow_up.of("FU")
        follow_up.adtte.loc[own, "CNSR"] = 1 - follow_up.adtte.CNSR[own]
        follow_up.adtte.loc[own, "CNSDTDSC"] = None
        found = follow_up.finding("TTE011")
        assert (str(found.severity), found.parameter) == ("warning", "FU")
        assert "for a follow-up parameter" in found.message
        follow_up.declare(endpoints={"FU": Endpoint(role="follow-up")})
        assert str(follow_up.finding("TTE011").severity) == "error"

    def test_everybody_followed_to_an_end(self, follow_up):
        follow_up.adtte.loc[follow_up.of("FU"), ["CNSR", "CNSDTDSC"]] = [0.0, None]
        assert follow_up.findings("TTE011") == []

    def test_is_not_overall_survival(self, follow_up):
        own = follow_up.adtte.PARAMCD.eq("FU")
        adtte = follow_up.adtte
        follow_up.adtte = adtte[own].assign(PARAMCD="OS", PARAM="Overall Survival Follow-up Time (Days)")
        assert follow_up.findings("XD002") == follow_up.findings("XD003") == []
        follow_up.declare(endpoints={"OS": Endpoint(role="OS")})
        assert follow_up.findings("XD002")
        assert follow_up.findings("XD003")


class TestTexts:
    def test_one_text_for_event_and_censoring(self, trial):
        trial.adtte.loc[[0, 4], "CNSR"] = 1
        found = trial.finding("TTE012")
        assert (str(found.severity), found.records) == ("error", 2)
        assert (
            found.sentence
            == "OS: events (CNSR = 0) and censored records (CNSR >= 1) have the same description"
        )

    def test_case_and_blanks_make_no_other_text(self, trial):
        trial.adtte.loc[0, ["CNSR", "EVNTDESC"]] = [1, "  DEATH "]
        assert trial.told("TTE012") == [("error", 1)]

    def test_another_reason_of_censoring_makes_another_text(self, trial):
        trial.adtte.loc[0, ["CNSR", "CNSDTDSC"]] = [1, "Last assessment before two missed visits"]
        assert trial.findings("TTE012") == []

    def test_parameters_are_told_apart(self, trial):
        trial.adtte.loc[trial.of("PFS")[1], "EVNTDESC"] = "Death"
        assert trial.findings("TTE012") == []

    def test_a_record_without_a_text_has_none(self, trial):
        trial.adtte["EVNTDESC"] = ""
        assert trial.findings("TTE012") == []

    def test_an_event_with_the_words_of_the_censored(self, trial):
        trial.adtte.loc[trial.of("OS")[0], "EVNTDESC"] = "Alive"
        found = trial.finding("TTE012")
        assert (str(found.severity), found.records, found.variables) == ("error", 1, ("CNSR", "EVNTDESC"))
        assert found.sentence == "OS: events (CNSR = 0) have the EVNTDESC of censored records"

    def test_one_text_for_all_records_of_a_parameter(self, trial):
        trial.adtte.loc[trial.of("OS"), "EVNTDESC"] = "Overall survival"
        assert trial.findings("TTE012") == []

    def test_few_events_with_the_text_of_most_of_the_censored(self, trial):
        own = trial.of("OS")
        trial.adtte.loc[own[1:], ["CNSR", "EVNTDESC", "CNSDTDSC"]] = [1, "Death or censored", "Cut-off"]
        trial.adtte.loc[own[0], "EVNTDESC"] = "Death or censored"
        trial.adtte.loc[own[-3:], "EVNTDESC"] = "Lost to follow-up"
        assert trial.findings("TTE012") == []

    def test_one_text_for_two_reasons(self, trial):
        trial.adtte.loc[[1, 2], "CNSR"] = 2
        found = trial.finding("TTE013")
        assert (str(found.severity), found.sentence) == (
            "warning",
            "OS: censored records with the same description have different values of CNSR",
        )

    def test_several_texts_for_one_reason(self, trial):
        trial.adtte.loc[[1, 2], "CNSDTDSC"] = "Lost to follow-up"
        assert trial.told("TTE013") == []
        assert [(str(each.severity), each.sentence) for each in trial.findings("TTE014")] == [
            ("note", "OS: one value of CNSR is used for several censoring reasons")
        ]

    def test_a_value_for_each_reason(self, trial):
        trial.adtte.loc[[1, 2], "CNSDTDSC"] = "Lost to follow-up"
        trial.adtte.loc[[1, 2], "CNSR"] = 2
        assert trial.told("TTE013") == trial.told("TTE014") == []

    def test_a_composite_endpoint_has_several_events(self, trial):
        trial.adtte.loc[trial.of("PFS")[0], "EVNTDESC"] = "Death"
        assert trial.told("TTE012") == trial.told("TTE014") == []


class TestDescribed:
    def test_without_a_date(self, trial):
        trial.adtte.loc[[0, 1, 2], "ADT"] = pd.NaT
        assert [(str(each.severity), each.sentence, each.records) for each in trial.findings("TTE015")] == [
            ("error", "ADT is missing for a censored record", 2),
            ("error", "ADT is missing for an event", 1),
        ]

    def test_without_a_text(self, trial):
        trial.adtte.loc[[0, 1, 2], "EVNTDESC"] = ""
        trial.adtte.loc[2, "CNSDTDSC"] = None
        assert [(str(each.severity), each.sentence, each.records) for each in trial.findings("TTE016")] == [
            ("warning", "EVNTDESC and CNSDTDSC are missing for a censored record", 1),
            ("warning", "EVNTDESC is missing for an event", 1),
        ]

    def test_without_event_texts_at_all(self, trial):
        trial.adtte = trial.adtte.drop(columns="EVNTDESC")
        assert trial.findings("TTE016") == []

    def test_a_parameter_without_events(self, trial):
        trial.adtte.loc[trial.of("OS"), "CNSR"] = 1
        assert [(str(each.severity), each.sentence) for each in trial.findings("TTE019")] == [
            ("note", "OS: no events, all records are censored")
        ]


class TestRecordsThatNoFlagSelects:
    """What is not analysed may lack what an analysis needs."""

    @pytest.fixture
    def partly(self, trial):
        trial.adtte["ANL01FL"] = "Y"
        trial.adtte.loc[[2, 5, 41], "ANL01FL"] = None
        return trial

    def test_without_a_date(self, partly):
        partly.adtte.loc[[2, 5, 41], "ADT"] = pd.NaT
        found = partly.finding("TTE015")
        assert (str(found.severity), found.records, found.variables) == ("warning", 3, ("ADT", "ANL01FL"))
        partly.adtte.loc[3, "ADT"] = pd.NaT
        assert sorted(partly.told("TTE015")) == [("error", 1), ("warning", 3)]

    def test_without_cnsr(self, partly):
        partly.adtte.loc[[2, 41], "CNSR"] = np.nan
        assert partly.told("TTE010") == [("warning", 1), ("warning", 1)]
        partly.adtte.loc[3, "CNSR"] = np.nan
        assert ("error", 1) in partly.told("TTE010")

    def test_without_a_text(self, partly):
        partly.adtte.loc[[2, 41], ["EVNTDESC", "CNSDTDSC"]] = None
        assert partly.findings("TTE016") == []
        partly.adtte.loc[3, ["EVNTDESC", "CNSDTDSC"]] = None
        assert partly.told("TTE016") == [("warning", 1)]

    def test_a_second_derivation_of_survival(self, trial):
        """Deaths are compared with the record that the flag selects."""
        own = trial.of("OS")
        second = trial.adtte.loc[own].assign(ANL01FL=None, CNSR=1.0, EVNTDESC="Alive")
        second["ADT"] = second.ADT.min()
        trial.adtte = pd.concat([trial.adtte.assign(ANL01FL="Y"), second], ignore_index=True)
        assert trial.report("XD002", "XD003", "XD009", "XD010", "TTE020", "TTE021").findings == ()
        trial.adtte.loc[own[0], "CNSR"] = 1.0
        assert trial.told("XD003") == [("error", 1)]

    def test_a_flag_that_is_set_for_other_parameters_only(self, trial):
        trial.adtte["ANL01FL"] = np.where(trial.adtte.PARAMCD.eq("PFS"), "Y", None)
        trial.adtte.loc[0, "CNSR"] = 1.0
        assert trial.told("XD003") == [("error", 1)]
