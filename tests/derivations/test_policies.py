"""Every policy is explicit, refuses by default, and says how many subjects it concerns."""

import re
from datetime import date

import pandas as pd
import pytest
from pfs import SOURCES, derived, pfs, results, study_of

import adamgate as ag

SEEN = {"seen": (56, 112)}


def effect(study, policy):
    (found,) = [each for each in study.record.effects if each.policy == policy]
    return found


def refusal(call):
    with pytest.raises(ag.DerivationRefused) as refused:
        call()
    return refused.value.problems


EARLY = {"S1-01": {"death": -3}, "S1-02": {"seen": (5,), "death": 10}}


class TestBeforeOrigin:
    def test_it_is_refused_unless_declared(self):
        (problem,) = refusal(lambda: derived(EARLY))
        assert problem.what == "1 subject whose deciding date is before the origin"
        assert problem.where == "[endpoint.PFS] before_origin"
        assert problem.subjects == ("S1-01",)

    def test_raised(self):
        study = derived(EARLY, before_origin="raise")
        assert results(study) == {"S1-01": (1, 0, "Death"), "S1-02": (11, 0, "Death")}
        assert effect(study, "before_origin").subjects == ("S1-01",)

    def test_dropped(self):
        study = derived(EARLY, before_origin="drop")
        assert results(study) == {"S1-01": (1, 1, "Randomization"), "S1-02": (11, 0, "Death")}
        assert effect(study, "before_origin").count == 1


class TestWithoutOrigin:
    def study(self, **policies):
        subjects = {"S1-01": SEEN, "S1-02": SEEN}
        study = study_of(subjects)
        adsl = study["ADSL"].frame.copy()
        adsl.loc[0, "RANDDT"] = pd.NaT
        what = ag.Specification({"ADTTE": ag.TimeToEvent()}, {"PFS": pfs(**policies)}, SOURCES)
        return ag.derive(ag.Study.of(ag.Dataset.from_frame(adsl, "ADSL"), study["ADRS"]), what)

    def test_it_is_refused_unless_declared(self):
        (problem,) = refusal(self.study)
        assert (problem.what, problem.subjects) == ("1 subject without an origin", ("S1-01",))

    def test_excluded(self):
        study = self.study(without_origin="exclude")
        assert list(results(study)) == ["S1-02"]
        assert effect(study, "without_origin").count == 1

    def test_kept_without_a_duration(self):
        frame = self.study(without_origin="keep")["ADTTE"].frame
        assert frame["AVAL"].isna().tolist() == [True, False]
        assert frame["STARTDT"].isna().tolist() == [True, False]


NOT_SEEN = {"S1-01": {}, "S1-02": SEEN}


class TestWithoutCandidate:
    def test_it_is_refused_unless_declared(self):
        (problem,) = refusal(lambda: derived(NOT_SEEN, censors=("TUMOR",)))
        assert problem.what == "1 subject without a dated record of any source"

    def test_excluded(self):
        study = derived(NOT_SEEN, censors=("TUMOR",), without_candidate="exclude")
        assert list(results(study)) == ["S1-02"]
        assert effect(study, "without_candidate").subjects == ("S1-01",)


class TestSameDate:
    """Two assessments of one date, in another order than that of ASEQ."""

    def study(self, **keys):
        adsl = study_of({"S1-01": SEEN})["ADSL"]
        day = pd.Timestamp("2024-03-01")
        adrs = pd.DataFrame(
            {"USUBJID": "S1-01", "ADT": [day] * 3, "AVALC": "PD", "ASEQ": [3, 1, 2], "VISIT": ["B", "A", "A"]}
        )
        source = ag.DerivationSource(dataset="ADRS", date="ADT", **keys)
        what = ag.Specification(
            {"ADTTE": ag.TimeToEvent()}, {"PFS": pfs(events=("PD",), censors=())}, {"PD": source}
        )
        return ag.derive(ag.Study.of(adsl, ag.Dataset.from_frame(adrs, "ADRS")), what)

    def test_it_is_refused_unless_something_decides(self):
        (problem,) = refusal(self.study)
        assert problem.what == "1 subject with several records on the deciding date of PFS"
        assert problem.where == "[source.PD] order"

    def test_the_order_decides(self):
        study = self.study(order=("ASEQ",))
        assert study["ADTTE"].frame["SRCSEQ"].tolist() == [1]
        assert effect(study, "source.PD: order").count == 1

    def test_an_order_that_does_not_tell_apart_is_refused(self):
        (problem,) = refusal(lambda: self.study(order=("VISIT",)))
        assert problem.subjects == ("S1-01",)

    @pytest.mark.parametrize(("keys", "sequence"), [({}, (3, 2)), ({"order": ("VISIT",)}, (1, 2))])
    def test_the_position_decides_where_declared(self, keys, sequence):
        for same_date, expected in zip(("first", "last"), sequence, strict=True):
            study = self.study(same_date=same_date, **keys)
            assert study["ADTTE"].frame["SRCSEQ"].tolist() == [expected]
            assert effect(study, "source.PD: same_date").count == 1


def test_ties_between_sources_are_counted_and_decided_by_the_list():
    subjects = {"S1-01": {"pd": 56, "death": 56}, "S1-02": {"pd": 56}}
    study = derived(subjects)
    assert results(study)["S1-01"] == (57, 0, "PD")
    assert effect(study, "events, censors").subjects == ("S1-01",)
    assert results(derived(subjects, events=("DEATH", "PD")))["S1-01"] == (57, 0, "Death")


def test_an_event_beats_a_censoring_whatever_the_dates():
    assert results(derived({"S1-01": {"seen": (300,), "death": 10}})) == {"S1-01": (11, 0, "Death")}


@pytest.mark.parametrize(("first_day", "aval"), [(1, 57), (0, 56)])
def test_the_first_day_is_declared(first_day, aval):
    assert results(derived({"S1-01": {"pd": 56}}, first_day=first_day)) == {"S1-01": (aval, 0, "PD")}


@pytest.mark.parametrize(("unit", "days"), [("weeks", 7), ("months", 30.4375), ("years", 365.25)])
def test_the_unit_is_never_rounded(unit, days):
    study = derived({"S1-01": {"pd": 56}}, unit=unit)
    (row,) = study["ADTTE"].frame[["AVAL", "AVALU"]].to_numpy().tolist()
    assert row == [57 / days, unit.upper()]


class TestSources:
    def test_everything_that_does_not_fit_is_said_at_once(self):
        sources = {
            **SOURCES,
            "PD": ag.DerivationSource(dataset="ADRSX", date="ADT"),
            "DEATH": ag.DerivationSource(dataset="ADSL", date="DTHDTT"),
            "TUMOR": ag.DerivationSource(dataset="ADRS", date="ADT", where="AVALC == 'XX'"),
        }
        what = ag.Specification({"ADTTE": ag.TimeToEvent()}, {"PFS": pfs()}, sources)
        problems = refusal(lambda: ag.derive(study_of({"S1-01": SEEN}), what))
        assert [(each.where, each.what) for each in problems] == [
            ("[source.PD] dataset", "dataset ADRSX is not present"),
            ("[source.DEATH] date", "DTHDTT is not present in ADSL"),
            ("[source.TUMOR] where", "no record of ADRS meets the condition"),
        ]
        assert "ADRS" in problems[0].advice
        assert "DTHDT" in problems[1].advice

    def test_subjects_who_are_not_in_adsl(self):
        study = study_of({"S1-01": SEEN, "S1-02": SEEN})
        adsl = study["ADSL"].replace(frame=study["ADSL"].frame.iloc[:1])
        few = ag.Study.of(adsl, study["ADRS"])
        sources = {"TUMOR": SOURCES["TUMOR"], "RAND": SOURCES["RAND"]}
        ends = {"PFS": pfs(events=())}
        what = ag.Specification({"ADTTE": ag.TimeToEvent()}, ends, sources)
        (problem,) = refusal(lambda: ag.derive(few, what))
        assert problem.what == "2 records of ADRS of a subject who is not in ADSL"
        assert problem.subjects == ("S1-02",)
        what = ag.Specification({"ADTTE": ag.TimeToEvent(unknown_subjects="exclude")}, ends, sources)
        assert list(results(ag.derive(few, what))) == ["S1-01"]

    def test_adsl_has_one_record_per_subject(self):
        study = study_of({"S1-01": SEEN})
        adsl = study["ADSL"]
        twice = adsl.replace(frame=pd.concat([adsl.frame, adsl.frame], ignore_index=True))
        what = ag.Specification({"ADTTE": ag.TimeToEvent()}, {"PFS": pfs()}, SOURCES)
        (problem,) = refusal(lambda: ag.derive(ag.Study.of(twice, study["ADRS"]), what))
        assert problem.what == "2 records of subjects who have several in ADSL"

    def test_values_of_the_source_are_taken(self):
        sources = {
            **SOURCES,
            "DEATH": ag.DerivationSource(
                dataset="ADSL", date="DTHDT", set={"EVNTDESC": "Death", "FROM": ag.FromVariable("STUDYID")}
            ),
        }
        what = ag.Specification({"ADTTE": ag.TimeToEvent()}, {"PFS": pfs()}, sources)
        frame = ag.derive(study_of({"S1-01": {"death": 5}, "S1-02": SEEN}), what)["ADTTE"].frame
        assert frame["FROM"].fillna("").tolist() == ["S1", ""]

    def test_nothing_given_is_changed(self):
        study = study_of({"S1-01": SEEN})
        before = {each.name: each.frame.copy() for each in study}
        ag.derive(study, ag.Specification({"ADTTE": ag.TimeToEvent()}, {"PFS": pfs()}, SOURCES))
        for each in study:
            pd.testing.assert_frame_equal(each.frame, before[each.name])


WRONG = {
    "no such policy": (lambda: {"pfs": {"before_origin": "rise"}}, "'rise' is not a value of before_origin"),
    "not a list": (lambda: {"pfs": {"events": "PD"}}, "'PD' is not a value of events"),
    "not a set": (lambda: {"set": ("PD", {"EVNTDESC": None})}, "None is not a value of EVNTDESC"),
    "no endpoint": (lambda: {"endpoints": {}}, "ADTTE has no parameter"),
    "no such endpoint": (lambda: {"options": {"endpoints": ("OSS",)}}, "OSS is not a declared endpoint"),
    "no such event": (lambda: {"pfs": {"events": ("PDD",)}}, "PDD is not a declared source"),
    "no such stop": (lambda: {"pfs": {"stops": ("NEWTXX",)}}, "NEWTXX is not a declared stop"),
    "no origin": (lambda: {"pfs": {"origin": ""}}, "the origin is not declared"),
    "two origins": (lambda: {"pfs": {"origin_source": "RAND"}}, "two origins are declared"),
    "no source": (lambda: {"pfs": {"events": (), "censors": ()}}, "no source is declared"),
    "no param": (lambda: {"options": {"endpoints": ("PFS",)}, "pfs": {"param": ""}}, "param is not present"),
    "condition": (lambda: {"pfs": {"subjects": "SAFFL = 'Y'"}}, "use =="),
    "CNSR of an event": (lambda: {"set": ("PD", {"CNSR": 1})}, "CNSR of an event is 0"),
    "CNSR of a censoring": (lambda: {"set": ("TUMOR", {"CNSR": 0})}, "not a positive integer"),
    "derived": (lambda: {"set": ("PD", {"AVAL": 1})}, "AVAL is derived"),
    "stop without a way": (lambda: {"stop": ag.Stop()}, "exactly one of"),
    "stop with two": (lambda: {"stop": ag.Stop(source="PD", at_cut_off=True)}, "exactly one of"),
    "cut-off": (lambda: {"stop": ag.Stop(at_cut_off=True)}, "cut-off date is not declared"),
    "cut-off of all": (
        lambda: {
            "stop": ag.Stop(at_cut_off=True, always=True, censor_at="stop"),
            "cut_off": date(2024, 6, 30),
        },
        "also those last seen before",
    ),
    "assessments": (lambda: {"stop": ag.Stop(source="PD")}, "source of assessments is not declared"),
    "schedule": (
        lambda: {"stop": ag.Stop(missed_visits_in_a_row=2, assessments="TUMOR")},
        "schedule of the visits is not declared",
    ),
    "no missed visit": (
        lambda: {"stop": ag.Stop(missed_visits_in_a_row=0, visit_days=(56,), assessments="TUMOR")},
        "the number of visits is 0",
    ),
    "missed visits have no date": (
        lambda: {
            "stop": ag.Stop(missed_visits_in_a_row=2, visit_days=(56,), assessments="TUMOR", censor_at="stop")
        },
        "missed visits do not have a date",
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_cannot_be_derived_whatever_the_data(what):
    given, words = WRONG[what]
    changed = given()
    sources = dict(SOURCES)
    if "set" in changed:
        name, values = changed["set"]
        given_source = SOURCES[name]
        sources[name] = ag.DerivationSource(dataset=given_source.dataset, date=given_source.date, set=values)
    stops = {"STOP": changed["stop"]} if "stop" in changed else {}
    endpoint = pfs(**{**({"stops": ("STOP",)} if stops else {}), **changed.get("pfs", {})})
    endpoints = changed.get("endpoints", {"PFS": endpoint})
    specification = ag.Specification(
        {"ADTTE": ag.TimeToEvent(**changed.get("options", {}))},
        endpoints,
        sources,
        stops,
        cut_off=changed.get("cut_off"),
    )
    with pytest.raises(ag.ConfigurationError, match=re.escape(words)) as wrong:
        ag.derive(study_of({"S1-01": SEEN}), specification)
    assert wrong.value.where.startswith("[")


def test_a_comparison_that_is_not_possible_is_a_fault_of_its_place():
    sources = {**SOURCES, "PD": ag.DerivationSource(dataset="ADRS", where="ASEQ == 'PD'", date="ADT")}
    what = ag.Specification({"ADTTE": ag.TimeToEvent()}, {"PFS": pfs()}, sources)
    with pytest.raises(ag.ConfigurationError, match="ASEQ is numeric") as wrong:
        ag.derive(study_of({"S1-01": SEEN}), what)
    assert wrong.value.where.startswith("[source.PD] where: ADRS")


class TestNumber:
    """ASEQ counts the parameters of a subject by their codes, unless another order is declared."""

    def numbers(self, **options):
        parameters = {"PFS": pfs(paramn=1), "AFTER": pfs(paramn=2)}
        what = ag.Specification({"ADTTE": ag.TimeToEvent(**options)}, parameters, SOURCES)
        frame = ag.derive(study_of({"S1-01": SEEN, "S1-02": SEEN}), what)["ADTTE"].frame
        return {(row.USUBJID, row.PARAMCD): row.ASEQ for row in frame.itertuples()}

    def test_by_code_or_by_number(self):
        subjects = ("S1-01", "S1-02")
        assert self.numbers() == {
            (each, code): n for each in subjects for code, n in (("AFTER", 1), ("PFS", 2))
        }
        by_number = self.numbers(number=("PARAMN",))
        assert by_number == {(each, code): n for each in subjects for code, n in (("AFTER", 2), ("PFS", 1))}

    def test_what_does_not_distinguish_them_is_refused(self):
        (problem,) = refusal(lambda: self.numbers(number=("AVALU",)))
        assert problem.what == "2 records with the same AVALU as another of the subject"
        (problem,) = refusal(lambda: self.numbers(number=("PARAMM",)))
        assert problem.what.startswith("PARAMM is not derived")
