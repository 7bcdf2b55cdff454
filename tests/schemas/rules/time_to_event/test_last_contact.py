"""The end of overall survival, the last contact, and what is dated after it."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adamgate.schemas.evidence import survival_ends
from adamgate.schemas.rules.rule import Fault
from adamgate.schemas.rules.time_to_event.last_contact import dated_after_survival
from adamgate.schemas.study.dataset import Dataset
from adamgate.schemas.study.declarations import Declarations
from adamgate.schemas.study.study import Study

START = pd.Timestamp("2020-01-06")
DAY = pd.Timedelta("1D")


class TestCensoredApart:
    @pytest.mark.parametrize(("shift", "word"), [(5, "before"), (-5, "after")])
    def test_on_another_day(self, trial, shift, word):
        trial.adsl.loc[1, "LSTALVDT"] += shift * DAY
        assert trial.told("XD009") == [("warning", 1)]
        assert f"OS censoring date (ADT) is {word} LSTALVDT" in trial.finding("XD009").sentence

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
        assert "is after the OS censoring date in ADTTE" in trial.finding("XD010").sentence

    def test_after_death(self, trial):
        trial.adae.loc[0, "ASTDT"] = trial.adtte.ADT[0] + DAY
        assert trial.finding("XD010").sentence == "ASTDT is after the date of death in ADTTE"

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
        assert trial.reason("XD010") == "no dataset with overall survival is present"


_SUBJECTS = st.sampled_from(["S1", "S2", "S3", "S4", None])
_DAYS = st.one_of(st.none(), st.integers(0, 6))
_SURVIVAL = st.lists(
    st.tuples(_SUBJECTS, st.sampled_from(["OS", "OS", "PFS", "TTP"]), _DAYS, st.sampled_from([0, 1, None])),
    min_size=1,
    max_size=7,
)
_VISITS = st.lists(st.tuples(_SUBJECTS, _DAYS, st.booleans()), min_size=1, max_size=6)
_CUT_OFF = st.one_of(st.none(), st.integers(2, 6))


class TestManyDatasets:
    @pytest.mark.slow
    @settings(deadline=None)
    @given(survival=st.lists(_SURVIVAL, min_size=1, max_size=4), visits=_VISITS, cut_off=_CUT_OFF)
    def test_each_dataset_is_compared_with_each(self, survival, visits, cut_off):
        datasets = [
            Dataset.from_frame(
                pd.DataFrame(
                    {
                        "USUBJID": pd.Series([each[0] for each in rows], dtype=object),
                        "PARAMCD": [each[1] for each in rows],
                        "ADT": _dates(each[2] for each in rows),
                        "CNSR": pd.Series([each[3] for each in rows], dtype=float),
                    }
                ),
                f"ADTTE{number}",
            )
            for number, rows in enumerate(survival)
        ]
        frame = pd.DataFrame({"USUBJID": pd.Series([each[0] for each in visits], dtype=object)})
        frame["ASTDT"] = _dates(each[1] for each in visits)
        frame["ASTDTF"] = ["D" if each[2] else "" for each in visits]
        study = Study.of(*datasets, Dataset.from_frame(frame, "ADAE"))
        if cut_off is not None:
            study = study.declaring(Declarations(cut_off=(START + cut_off * DAY).date()))
        found = [
            (data.name, fault.message, fault.mask.tolist())
            for data in study
            for fault in dated_after_survival(data, study)
            if isinstance(fault, Fault) and fault.found
        ]
        assert found == list(_by_records(survival, visits, cut_off))

    def test_only_those_that_are_exceeded_are_compared(self, trial, monkeypatch):
        for number in range(20):
            trial.others[f"ADTTE{number}"] = trial.adtte
        trial.adae.loc[3, "ASTDT"] = trial.adtte.ADT[1] + DAY
        compared = []
        by_record = survival_ends._Source.by_record
        monkeypatch.setattr(
            survival_ends._Source, "by_record", lambda *them: compared.append(them) or by_record(*them)
        )
        assert len(trial.findings("XD010")) == 21
        assert len(compared) == 21


def _dates(days):
    return pd.Series([pd.NaT if day is None else START + day * DAY for day in days], dtype="datetime64[s]")


def _by_records(survival, visits, cut_off):
    """The rule record by record, dataset by dataset."""
    names = [f"ADTTE{number}" for number in range(len(survival))]
    others = {
        name: ("ADT", [(s, None if code in ("OS", "PFS") else day) for s, code, day, _ in rows])
        for name, rows in zip(names, survival, strict=True)
    }
    others["ADAE"] = ("ASTDT", [(subject, None if imputed else day) for subject, day, imputed in visits])
    for dataset, (variable, records) in others.items():
        for name, rows in zip(names, survival, strict=True):
            ends = {}
            for subject in {each[0] for each in rows} - {None}:
                own = [each for each in rows if each[:2] == (subject, "OS")]
                if len(own) == 1 and own[0][2] is not None:
                    _, _, day, cnsr = own[0]
                    if not (cnsr == 1 and day == cut_off):
                        ends[subject] = (day, cnsr == 0)
            for died, words in (
                (True, f"{variable} is after the date of death in {name}"),
                (False, f"{variable} is after the OS censoring date in {name}"),
            ):
                mask = [
                    day is not None
                    and subject in ends
                    and ends[subject][1] is died
                    and day > ends[subject][0]
                    for subject, day in records
                ]
                if any(mask):
                    yield dataset, words, mask
