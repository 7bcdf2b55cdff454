"""The end of overall survival, the last contact, and what is dated after it."""

import pandas as pd
import pytest

from adamgate.schemas.study.declarations import Declarations

DAY = pd.Timedelta("1D")


class TestCensoredApart:
    @pytest.mark.parametrize(("shift", "word"), [(5, "before"), (-5, "after")])
    def test_on_another_day(self, trial, shift, word):
        trial.adsl.loc[1, "LSTALVDT"] += shift * DAY
        assert trial.told("XD009") == [("warning", 1)]
        assert f"censored {word} LSTALVDT" in trial.finding("XD009").message

    def test_events_are_not_asked(self, trial):
        trial.adsl.loc[0, "LSTALVDT"] -= 5 * DAY
        assert trial.findings("XD009") == []

    def test_at_a_stated_cut_off(self, trial):
        trial.adsl.loc[1, "LSTALVDT"] += 5 * DAY
        trial.declare(cut_off=trial.adtte.ADT[1].date())
        assert trial.findings("XD009") == []

    def test_at_what_looks_like_a_cut_off(self, trial):
        late = trial.adtte.ADT[20]
        trial.adtte.loc[trial.of("OS"), "ADT"] = trial.adtte.ADT.clip(upper=late)
        assert trial.findings("XD009") == []

    def test_raised_to_the_start(self, trial):
        trial.adsl.loc[1, "LSTALVDT"] = trial.adtte.STARTDT[1] - 3 * DAY
        trial.adtte.loc[1, "ADT"] = trial.adtte.STARTDT[1]
        assert trial.findings("XD009") == []

    @pytest.mark.parametrize("where", ["adsl", "adtte"])
    def test_imputed(self, trial, where):
        trial.adsl.loc[1, "LSTALVDT"] += 5 * DAY
        if where == "adsl":
            trial.adsl["LSTALVDF"] = "D"
        else:
            trial.adtte["ADTF"] = "D"
        assert trial.findings("XD009") == []

    def test_without_a_last_contact(self, trial):
        trial.adsl.loc[1, "LSTALVDT"] = pd.NaT
        assert trial.findings("XD009") == []


class TestDatedAfter:
    def test_after_the_last_contact(self, trial):
        trial.adae.loc[3, "ASTDT"] = trial.adtte.ADT[1] + DAY
        assert trial.told("XD010") == [("warning", 1)]
        assert "overall survival of ADTTE is censored" in trial.finding("XD010").message

    def test_after_death(self, trial):
        trial.adae.loc[0, "ASTDT"] = trial.adtte.ADT[0] + DAY
        assert trial.finding("XD010").message == "ASTDT is after the subject's death in ADTTE"

    def test_on_the_day_itself(self, trial):
        trial.adae.loc[[0, 3], "ASTDT"] = [trial.adtte.ADT[0], trial.adtte.ADT[1]]
        assert trial.findings("XD010") == []

    def test_imputed_and_derived_records(self, trial):
        trial.adae.loc[3, ["ASTDT", "ASTDTF"]] = [trial.adtte.ADT[1] + DAY, "D"]
        visits = pd.DataFrame({"USUBJID": ["S1-002"], "ADT": [trial.adtte.ADT[1] + DAY], "DTYPE": ["LOCF"]})
        trial.others["ADVS"] = visits.assign(PARAMCD="SYSBP", AVAL=1.0)
        assert trial.findings("XD010") == []
        trial.others["ADVS"]["DTYPE"] = ""
        assert [each.dataset for each in trial.findings("XD010")] == ["ADVS"]

    def test_beyond_the_cut_off_of_survival(self, trial):
        trial.adae.loc[3, "ASTDT"] = trial.adtte.ADT[1] + DAY
        trial.declarations = Declarations(cut_off=trial.adtte.ADT[1].date())
        assert trial.findings("XD010") == []

    def test_progression_free_survival_has_another_rule(self, trial):
        trial.adtte.loc[trial.of("PFS")[1], "ADT"] = trial.adtte.ADT[1] + DAY
        assert trial.findings("XD010") == []

    def test_without_overall_survival(self, trial):
        trial.adtte = trial.adtte.loc[trial.of("PFS")]
        assert trial.reason("XD010") == "no dataset has overall survival by subject"
