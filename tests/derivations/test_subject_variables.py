"""Each way to derive a variable of ADSL, on a few subjects."""

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import adamgate as ag

DM = pd.DataFrame(
    {
        "STUDYID": ["S1"] * 4,
        "USUBJID": ["1", "2", "3", "4"],
        "ARM": ["A", "B", "A", "Screen Failure"],
        "AGE": [40.0, 65.0, np.nan, 80.0],
        "RFENDTC": ["2024-03-31", "2024-03", "2024", None],
        "DTHFL": [None, "Y", None, None],
        "CONSENT": ["2023-12-20", "2024-01-01", "2024-02-01", "2024-03-01"],
    }
)
SUPPDM = pd.DataFrame(
    {
        "USUBJID": ["1", "2"],
        "RDOMAIN": ["DM"] * 2,
        "IDVAR": [None] * 2,
        "IDVARVAL": [None] * 2,
        "QNAM": ["STRATUM"] * 2,
        "QLABEL": ["Stratum"] * 2,
        "QVAL": ["HIGH", "LOW"],
    }
)
EX = pd.DataFrame(
    {
        "USUBJID": ["1", "1", "1", "2", "2", "3"],
        "EXSEQ": [1.0, 2.0, 3.0, 1.0, 2.0, 1.0],
        "EXTRT": ["A", "A", "B", "B", "B", "A"],
        "EXDOSE": [10.0, 20.0, 30.0, 5.0, np.nan, 0.0],
        "EXSTDTC": ["2024-01-01T08:30", "2024-01-01T07", "2024-02-01", "2024-01-10", "2024-02", "2024-01-05"],
    }
)
DS = pd.DataFrame(
    {
        "USUBJID": ["1", "2", "2", "3"],
        "DSSEQ": [1.0, 1.0, 2.0, 1.0],
        "DSDECOD": ["COMPLETED", "DEATH", "OTHER", "COMPLETED"],
        "DSSTDTC": ["2024-02-01", "2024-05-01", "2024-05-01", "2024-06-01"],
    }
)
DOSE = ag.DerivationSource(dataset="EX", date="EXSTDTC", impute="first", order=("EXSEQ",))
END = ag.DerivationSource(dataset="DS", date="DSSTDTC", order=("DSSEQ",), set={"SRCDOM": "DS"})


def study(**others):
    frames = {"DM": DM, "SUPPDM": SUPPDM, "EX": EX, "DS": DS, **others}
    return ag.Study.of(*(ag.Dataset.from_frame(each, name) for name, each in frames.items()))


def derived(subjects, sources=None, data=None, **options):
    what = ag.Specification(
        {"ADSL": ag.SubjectLevel(**options)}, sources=sources or {"DOSE": DOSE, "END": END}, subjects=subjects
    )
    return ag.derive(data or study(), what)


def values(variable, name="X", of=None, **options):
    """What a declaration derives, with missing values as None; days of dates as ISO 8601."""
    found = derived({name: ag.DerivedVariable(**variable)}, **options)["ADSL"]
    return [*map(plain, found.frame[of or name])]


def plain(value):
    if pd.isna(value):
        return None
    return value.isoformat()[:10] if isinstance(value, pd.Timestamp) and value.hour == 0 else value


def effects(variable, name="X", **options):
    record = derived({name: ag.DerivedVariable(**variable)}, **options).record
    return {(each.policy, each.effect): each.count for each in record.effects}


def test_the_date_of_the_first_or_last_record():
    assert values({"sources": ("DOSE",), "take": "first"}, "TRTSDT") == [
        "2024-01-01",
        "2024-01-10",
        "2024-01-05",
        None,
    ]
    assert values({"sources": ("DOSE",), "take": "last"}, "TRTEDT") == [
        "2024-02-01",
        "2024-02-01",
        "2024-01-05",
        None,
    ]


def test_an_imputed_date_has_a_flag():
    last = {"sources": ("DOSE",), "take": "last"}
    assert values(last, "TRTEDT", "TRTEDTF") == [None, "D", None, None]
    assert effects(last, "TRTEDT")["subject.TRTEDT: flag", "with an imputed date"] == 1


def test_the_flag_of_an_imputed_date_may_have_another_name():
    last = {"sources": ("DOSE",), "take": "last", "flag": "LASTF"}
    assert values(last, "LASTDOSEDT", "LASTF") == [None, "D", None, None]


def test_the_first_record_is_that_of_the_first_time():
    """Of subject 1 the dose at 07 is before that at 08:30, whatever EXSEQ."""
    first = {"sources": ("DOSE",), "take": "first", "time": "first"}
    found = derived({"TRTSDT": ag.DerivedVariable(**first)})["ADSL"].frame
    assert found["TRTSDTM"].tolist()[:3] == [
        pd.Timestamp("2024-01-01T07:00"),
        pd.Timestamp("2024-01-10"),
        pd.Timestamp("2024-01-05"),
    ]
    assert [*map(plain, found["TRTSTMF"])] == ["M", "H", "H", None]


def test_the_last_second_of_a_partial_time():
    last = {"sources": ("DOSE",), "take": "last", "time": "last", "until": "CUTOFF"}
    cut = {
        "CUTOFF": ag.DerivedVariable(date_of="CONSENT"),
        "TRTEDT": ag.DerivedVariable(**{**last, "until": "LIMITDT"}),
        "LIMITDT": ag.DerivedVariable(expression="CUTOFF + 15"),
    }
    found = derived(cut)["ADSL"].frame
    assert found["TRTEDTM"].tolist()[0] == pd.Timestamp("2024-01-01T08:30:59")
    assert [*map(plain, found["TRTETMF"])] == ["S", "H", "H", None]
    assert found["TRTEDTM"].tolist()[1] == pd.Timestamp("2024-01-10T23:59:59")


def test_a_value_of_that_record():
    last = {"sources": ("DOSE",), "take": "last", "value": "EXTRT"}
    assert values(last) == ["B", "B", "A", None]
    assert values({**last, "value": "EXDOSE"}) == [30.0, None, 0.0, None]


def test_values_that_sources_set_come_with_the_date():
    found = derived(
        {
            "LSTALVDT": ag.DerivedVariable(
                sources=("DOSED", "END"), take="last", flag="none", also=("SRCDOM",)
            )
        },
        {
            "DOSED": ag.DerivationSource(
                dataset="EX", date="EXSTDTC", impute="first", order=("EXSEQ",), set={"SRCDOM": "EX"}
            ),
            "END": END,
        },
    )
    frame = found["ADSL"].frame
    assert [*map(plain, frame["LSTALVDT"])] == ["2024-02-01", "2024-05-01", "2024-06-01", None]
    assert [*map(plain, frame["SRCDOM"])] == ["DS", "DS", "DS", None]
    ties = {each.effect: each.count for each in found.record.effects if "sources" in each.policy}
    assert ties == {"with two sources on the deciding date": 1}


@pytest.mark.parametrize(
    ("take", "order", "domain"),
    [("last", ("DOSED", "END"), "DS"), ("last", ("END", "DOSED"), "EX"), ("first", ("END", "ALSO"), "DS")],
)
def test_of_sources_on_one_date_the_first_counts_for_the_first_and_the_last_for_the_last(take, order, domain):
    sources = {
        "DOSED": ag.DerivationSource(dataset="EX", where="EXSEQ == 3", date="EXSTDTC", set={"SRCDOM": "EX"}),
        "END": END,
        "ALSO": ag.DerivationSource(dataset="DS", date="DSSTDTC", order=("DSSEQ",), set={"SRCDOM": "ALSO"}),
    }
    found = values({"sources": order, "take": take, "value": "SRCDOM"}, sources=sources)
    assert found[0] == domain


def test_records_of_one_date_need_an_order_only_for_their_values():
    source = {"END": ag.DerivationSource(dataset="DS", date="DSSTDTC")}
    assert values({"sources": ("END",), "take": "last"}, sources=source)[1] == "2024-05-01"
    with pytest.raises(ag.DerivationRefused) as refused:
        values({"sources": ("END",), "take": "last", "value": "DSDECOD"}, sources=source)
    (problem,) = refused.value.problems
    assert problem.what == "1 subject with several records on the deciding date of X"
    assert problem.where == "[source.END] order"
    assert problem.advice == 'declare order = ["DSSEQ"], or same_date = "first" or "last"'
    assert problem.subjects == ("2",)
    source = {"END": ag.DerivationSource(dataset="DS", date="DSSTDTC", order=("DSSTDTC",))}
    with pytest.raises(ag.DerivationRefused) as refused:
        values({"sources": ("END",), "take": "last", "value": "DSDECOD"}, sources=source)
    (problem,) = refused.value.problems
    assert problem.advice == 'add variables to order, or same_date = "first" or "last"'
    by_position = {"END": ag.DerivationSource(dataset="DS", date="DSSTDTC", same_date="first")}
    last = {"sources": ("END",), "take": "last", "value": "DSDECOD"}
    assert values(last, sources=by_position)[1] == "DEATH"
    assert values(last)[1] == "OTHER"


PEAK = {"sources": ("DOSE",), "take": "highest", "of": "EXDOSE", "without_value": "exclude"}


def test_the_highest_and_the_lowest_record_have_a_date_and_values():
    """Of subject 2 the record without a dose does not count."""
    assert values(PEAK, "PEAKDT") == ["2024-02-01", "2024-01-10", "2024-01-05", None]
    assert values({**PEAK, "value": "EXDOSE"}) == [30.0, 5.0, 0.0, None]
    assert values({**PEAK, "take": "lowest"}, "LOWDT") == ["2024-01-01", "2024-01-10", "2024-01-05", None]
    assert values({**PEAK, "of": "EXDOSE * (EXSEQ - 3)", "value": "EXSEQ"}) == [3.0, 1.0, 1.0, None]
    assert values({**PEAK, "until": "CONSENT", "value": "EXDOSE"}) == [None, None, 0.0, None]
    key = "subject.X: without_value", "with records without a value, which are excluded"
    assert effects(PEAK)[key] == 1
    with pytest.raises(ag.DerivationRefused) as refused:
        values({**PEAK, "without_value": "error"})
    assert refused.value.problems[0].what == "EXDOSE is missing in 1 record"


@pytest.mark.parametrize("take", ["lowest", "highest"])
def test_of_records_with_one_value_the_first_in_order_counts(take):
    level = EX.assign(EXDOSE=[7.0, 7.0, 7.0, 1.0, 2.0, 3.0])
    given = {"sources": ("DOSE",), "take": take, "of": "EXDOSE"}
    unordered = {"DOSE": ag.DerivationSource(dataset="EX", date="EXSTDTC", impute="first")}
    with pytest.raises(ag.DerivationRefused) as refused:
        values(given, data=study(EX=level), sources=unordered)
    (problem,) = refused.value.problems
    assert problem.what == "1 subject with several records with the deciding value of X"
    assert problem.advice == 'declare order = ["EXSTDTC"], or same_date = "first" or "last"'
    for shuffled in (level, level[::-1].reset_index(drop=True)):
        found = values({**given, "value": "EXSEQ"}, data=study(EX=shuffled))
        assert found[0] == 1.0
    last = {"DOSE": ag.DerivationSource(dataset="EX", date="EXSTDTC", impute="first", same_date="last")}
    assert values({**given, "value": "EXSEQ"}, data=study(EX=level), sources=last)[0] == 3.0


def test_of_sources_with_one_value_the_one_listed_first_counts():
    sources = {
        "FIRST": ag.DerivationSource(dataset="EX", where="EXSEQ == 1", date="EXSTDTC", impute="first"),
        "OTHER": ag.DerivationSource(dataset="EX", where="EXSEQ > 1", date="EXSTDTC", impute="first"),
    }
    level = study(EX=EX.assign(EXDOSE=[7.0, 5.0, 7.0, 1.0, 2.0, 3.0]))
    for order, expected in (
        (("FIRST", "OTHER"), [1.0, 2.0, 1.0, None]),
        (("OTHER", "FIRST"), [3.0, 2.0, 1.0, None]),
    ):
        highest = {"sources": order, "take": "highest", "of": "EXDOSE", "value": "EXSEQ"}
        assert values(highest, data=level, sources=sources) == expected


def test_records_before_and_after_dates_do_not_count():
    since = {"sources": ("DOSE",), "take": "first", "since": "CONSENT"}
    assert values(since) == ["2024-01-01", "2024-01-10", None, None]
    until = {"sources": ("DOSE",), "statistic": "count", "until": "CONSENT"}
    assert values(until) == [0.0, 0.0, 1.0, 0.0]
    assert values({"exists": "DOSE", "since": "CONSENT", "no": "N"}) == ["Y", "Y", "N", "N"]
    assert effects(since)["subject.X: since, until", "with records of DOSE that do not count"] == 1


def test_imputed_dates_are_moved_where_they_may_have_been_that_day():
    dated = ag.DerivedVariable(sources=("DOSE",), take="last", not_before=("LIMITDT",))
    limit = ag.DerivedVariable(expression="CONSENT1 + 44")
    consent = ag.DerivedVariable(date_of="CONSENT")
    found = derived({"LASTDT": dated, "LIMITDT": limit, "CONSENT1": consent})
    assert [*map(plain, found["ADSL"].frame["LASTDT"])][1] == "2024-02-14"
    moved = [each for each in found.record.effects if each.policy == "subject.LASTDT: not_before, not_after"]
    assert [(each.count, each.subjects) for each in moved] == [(1, ("2",))]


def test_statistics():
    dosed = {"DOSE": ag.DerivationSource(dataset="EX", where="not missing(EXDOSE)"), "ALL": DOSE}
    cases = {
        "count": [3.0, 1.0, 1.0, 0.0],
        "sum": [60.0, 5.0, 0.0, None],
        "mean": [20.0, 5.0, 0.0, None],
        "min": [10.0, 5.0, 0.0, None],
        "max": [30.0, 5.0, 0.0, None],
        "distinct": [3.0, 1.0, 1.0, 0.0],
    }
    for statistic, expected in cases.items():
        of = {} if statistic == "count" else {"of": "EXDOSE"}
        found = values({"sources": ("DOSE",), "statistic": statistic, **of}, sources=dosed)
        assert found == expected, statistic
    doubled = {"sources": ("DOSE",), "statistic": "sum", "of": "EXDOSE * 2 + 1"}
    assert values(doubled, sources=dosed) == [123.0, 11.0, 1.0, None]
    distinct = {"sources": ("DOSE",), "statistic": "distinct", "of": "EXTRT"}
    assert values(distinct, sources=dosed) == [2.0, 1.0, 1.0, 0.0]


@pytest.mark.parametrize("seed", range(3))
def test_a_sum_is_the_same_in_whatever_order(seed):
    """Values of many sizes, which added one after the other would be rounded by their order."""
    random = np.random.default_rng(seed)
    dose = random.normal(size=2000) * 10.0 ** random.integers(-8, 8, 2000)
    records = pd.DataFrame({"USUBJID": random.choice(["1", "2", "3"], 2000), "EXDOSE": dose})
    total = {"sources": ("DOSE",), "statistic": "sum", "of": "EXDOSE"}
    sources = {"DOSE": ag.DerivationSource(dataset="EX")}
    one, other = (
        values(total, sources=sources, data=study(EX=each))
        for each in (records, records.sample(frac=1, random_state=seed).reset_index(drop=True))
    )
    exact = [math.fsum(dose[records["USUBJID"] == each]) for each in ("1", "2", "3")]
    assert one == other
    assert one[:3] == pytest.approx(exact, rel=1e-15)


def test_records_without_a_value_are_refused_or_excluded():
    total = {"sources": ("DOSE",), "statistic": "sum", "of": "EXDOSE"}
    with pytest.raises(ag.DerivationRefused) as refused:
        values(total)
    (problem,) = refused.value.problems
    assert (problem.what, problem.where) == ("EXDOSE is missing in 1 record", "[subject.X] of")
    assert problem.subjects == ("2",)
    excluded = {**total, "without_value": "exclude"}
    assert values(excluded) == [60.0, 5.0, 0.0, None]
    key = "subject.X: without_value", "with records without a value, which are excluded"
    assert effects(excluded)[key] == 1


def test_a_source_for_statistics_needs_no_date():
    undated = {"DOSE": ag.DerivationSource(dataset="EX")}
    assert values({"sources": ("DOSE",), "statistic": "count"}, sources=undated) == [3.0, 2.0, 1.0, 0.0]
    assert values({"exists": "DOSE"}, sources=undated) == ["Y", "Y", "Y", None]


def test_flags():
    assert values({"where": "not missing(RFENDTC)"}) == ["Y", "Y", "Y", None]
    assert values({"where": "not missing(RFENDTC)", "no": "N"}) == ["Y", "Y", "Y", "N"]
    assert values({"where": "ARM == 'A'", "yes": "1", "no": "0"}) == ["1", "0", "1", "0"]
    assert values({"where": "AGE >= 65"}) == [None, "Y", None, "Y"]
    assert values({"exists": "DOSE", "no": "N"}) == ["Y", "Y", "Y", "N"]


@pytest.mark.parametrize(
    ("variable", "missing", "otherwise"),
    [
        ({"where": "AGE >= 65", "no": "N"}, ["N", "Y", None, "Y"], ["N", "Y", "N", "Y"]),
        (
            {"cases": (ag.Case("AGE < 65", "<65"),), "otherwise": ">=65"},
            ["<65", ">=65", None, ">=65"],
            ["<65", ">=65", ">=65", ">=65"],
        ),
    ],
)
def test_an_unknown_condition_is_not_guessed(variable, missing, otherwise):
    with pytest.raises(ag.DerivationRefused) as refused:
        values(variable)
    (problem,) = refused.value.problems
    assert problem.what == "a condition of X is unknown for 1 subject, since a value is missing"
    assert (problem.where, problem.subjects) == ("[subject.X] unknown", ("3",))
    assert values({**variable, "unknown": "missing"}) == missing
    assert values({**variable, "unknown": "otherwise"}) == otherwise
    key = "subject.X: unknown", "a condition is unknown, since a value is missing"
    assert effects({**variable, "unknown": "missing"})[key] == 1


def test_cases_with_their_numbers():
    cases = (ag.Case("AGE < 65", "young"), ag.Case("AGE >= 80", "old"), ag.Case("AGE >= 65", "young"))
    found = derived({"AGEGR1": ag.DerivedVariable(cases=cases, number="AGEGR1N")})["ADSL"].frame
    assert [*map(plain, found["AGEGR1"])] == ["young", "young", None, "old"]
    assert [*map(plain, found["AGEGR1N"])] == [1.0, 1.0, None, 2.0]


def test_the_record_says_what_others_get():
    cases = (ag.Case("AGE < 65", 1.0),)
    for otherwise, shown in ((0.0, "0"), (ag.FromVariable("AGE"), "AGE"), (None, "missing")):
        unknown = "error" if otherwise is None else "otherwise"
        variable = ag.DerivedVariable(cases=cases, otherwise=otherwise, unknown=unknown)
        record = derived({"X": variable}).record
        (effect,) = (each for each in record.effects if each.policy == "subject.X: cases")
        assert (effect.value, effect.count, effect.subjects) == (shown, 3, ("2", "3", "4"))


def test_cases_take_values_of_variables():
    arm = (ag.Case("ARM != 'Screen Failure'", ag.FromVariable("ARM")),)
    assert values({"cases": arm, "otherwise": "None"}) == ["A", "B", "A", "None"]
    assert values({"cases": arm, "otherwise": ag.FromVariable("USUBJID")}) == ["A", "B", "A", "4"]
    age = (ag.Case("AGE < 65", 1.0), ag.Case("AGE >= 65", ag.FromVariable("AGE")))
    assert values({"cases": age}) == [1.0, 65.0, None, 80.0]


def test_the_least_of_dates_is_a_date_by_its_name():
    dated = {"DOSE": ag.DerivationSource(dataset="EX")}
    data = study(EX=EX.assign(EXDT=pd.to_datetime(EX["EXSTDTC"].str[:7]).astype("datetime64[s]")))
    least = {"sources": ("DOSE",), "statistic": "min", "of": "EXDT"}
    found = values(least, "FIRSTDT", sources=dated, data=data)
    assert found == ["2024-01-01", "2024-01-01", "2024-01-01", None]
    assert values(least, "FIRST", sources=dated, data=data) == [19723.0] * 3 + [None]


def test_a_map_of_dates_has_them_in_iso_8601():
    day = DM.assign(RFDT=pd.to_datetime(["2024-01-01", "2024-01-02", None, "2024-01-01"]))
    found = values({"of": "RFDT", "map": {"2024-01-01": "early"}, "otherwise": "late"}, data=study(DM=day))
    assert found == ["early", "late", None, "early"]


def test_maps():
    numbers = {"A": 1.0, "B": 2.0, "Screen Failure": 0.0}
    assert values({"of": "ARM", "map": numbers}) == [1.0, 2.0, 1.0, 0.0]
    assert values({"of": "AGE", "map": {"40": "x", "65": "y"}, "otherwise": "z"}) == ["x", "y", None, "z"]
    with pytest.raises(ag.DerivationRefused) as refused:
        values({"of": "ARM", "map": {"A": 1.0}})
    (problem,) = refused.value.problems
    assert problem.what == "ARM has values that map does not have for 2 subjects: B, Screen Failure"
    assert (problem.where, problem.subjects) == ("[subject.X] map", ("2", "4"))


def test_arithmetic():
    years = ag.DerivedVariable(expression="round(AGE / 3, 1)")
    consent = ag.DerivedVariable(date_of="CONSENT")
    window = ag.DerivedVariable(expression="ICDT + 30")
    found = derived({"THIRD": years, "WINDT": window, "ICDT": consent})["ADSL"].frame
    assert [*map(plain, found["THIRD"])] == [13.3, 21.7, None, 26.7]
    assert [*map(plain, found["WINDT"])] == ["2024-01-19", "2024-01-31", "2024-03-02", "2024-03-31"]


def test_what_is_not_selected_since_a_value_is_missing_is_counted():
    """Subject 3 has no AGE, and a dose of subject 2 no EXDOSE: of neither it is known whether they count."""
    given = replace(DOSE, where="EXDOSE > 0")
    first = ag.DerivedVariable(sources=("DOSE",), take="first")
    found = derived({"TRTSDT": first}, {"DOSE": given}, where="AGE < 70")
    assert found["ADSL"].frame["USUBJID"].tolist() == ["1", "2"]
    said = {(each.policy, each.effect): (each.count, each.subjects) for each in found.record.effects}
    of_source = "records of EX not selected, since a number or date of the condition is missing"
    assert said["source.DOSE: where", of_source] == (1, ("2",))
    known = "subjects of DM that do not meet the condition are not derived"
    unknown = "subjects of DM not derived: the condition is unknown, since a value is missing"
    assert said["where", known] == (1, ("4",))
    assert said["where", unknown] == (1, ("3",))


def test_times_of_datetimes_do_not_count_in_arithmetic_and_that_is_said():
    start = ag.DerivedVariable(sources=("DOSE",), take="first", time="first")
    apart = ag.DerivedVariable(expression="TRTSDTM - TRTSDT")
    found = derived({"TRTSDT": start, "APART": apart})
    assert [*map(plain, found["ADSL"].frame["APART"])] == [0, 0, 0, None]
    said = {
        each.effect: each.subjects
        for each in found.record.effects
        if each.policy == "subject.APART: expression"
    }
    assert said["the day of TRTSDTM counts, not its time"] == ("1",)


def test_dates_of_variables():
    ends = {"date_of": "RFENDTC", "impute": "last"}
    assert values(ends, "EOSDT") == ["2024-03-31", "2024-03-31", None, None]
    year = {**ends, "impute_up_to": "month"}
    assert values(year, "EOSDT") == ["2024-03-31", "2024-03-31", "2024-12-31", None]
    assert values(year, "EOSDT", "EOSDTF") == [None, "D", "M", None]
    assert values({"date_of": "RFENDTC", "impute": "none"}) == ["2024-03-31", None, None, None]
    bounded = {**year, "not_before": ("CONSENT",), "impute": "first"}
    assert values(bounded) == ["2024-03-31", "2024-03-01", "2024-02-01", None]
    with pytest.raises(ag.DerivationRefused) as refused:
        values({"date_of": "RFENDTC"})
    (problem,) = refused.value.problems
    assert (problem.what, problem.subjects) == ("RFENDTC is a partial date of 2 subjects", ("2", "3"))


def test_a_derived_variable_takes_the_place_of_that_of_the_source():
    flags = {
        "DTHFL": ag.DerivedVariable(where="DTHFL == 'Y'", no="N", unknown="otherwise"),
        "ALIVEFL": ag.DerivedVariable(where="DTHFL == 'N'"),
    }
    found = derived(flags)["ADSL"].frame
    assert found["DTHFL"].tolist() == ["N", "Y", "N", "N"]
    assert [*map(plain, found["ALIVEFL"])] == ["Y", None, "Y", "Y"]


def test_qualifiers_and_renamed_variables_are_variables():
    found = derived(
        {"HIGHFL": ag.DerivedVariable(where="STRATUM == 'HIGH' and TRT01P == 'A'")},
        carry=("STRATUM",),
        carry_as={"TRT01P": "ARM"},
    )["ADSL"]
    assert list(found.names) == ["STUDYID", "USUBJID", "STRATUM", "TRT01P", "HIGHFL"]
    assert [*map(plain, found.frame["HIGHFL"])] == ["Y", None, None, None]
    assert [*map(plain, found.frame["STRATUM"])] == ["HIGH", "LOW", None, None]


def test_subjects_who_do_not_meet_the_condition_are_not_derived():
    found = derived({"DOSES": ag.DerivedVariable(sources=("DOSE",), statistic="count")}, where="ARM == 'A'")
    assert found["ADSL"].frame["USUBJID"].tolist() == ["1", "3"]
    assert found["ADSL"].frame["DOSES"].tolist() == [3.0, 1.0]
    (effect,) = (each for each in found.record.effects if each.policy == "where")
    assert (effect.count, effect.subjects) == (2, ("2", "4"))


def test_records_of_subjects_who_are_not_in_the_source_are_refused_or_excluded():
    strange = pd.concat([EX, pd.DataFrame({"USUBJID": ["9"], "EXSTDTC": ["2024-01-01"]})], ignore_index=True)
    first = {"sources": ("DOSE",), "take": "first"}
    with pytest.raises(ag.DerivationRefused) as refused:
        values(first, data=study(EX=strange), where="ARM == 'A'")
    assert [each.what for each in refused.value.problems] == ["1 record of EX of a subject who is not in DM"]
    found = values(first, data=study(EX=strange), where="ARM == 'A'", unknown_subjects="exclude")
    assert found == ["2024-01-01", "2024-01-05"]


def test_records_of_unknown_subjects_are_told_once_and_those_without_a_subject_are_counted():
    strange = pd.DataFrame({"USUBJID": ["9", None], "EXSTDTC": ["2024-01-01"] * 2})
    sources = {
        "DOSE": ag.DerivationSource(dataset="EX", date="EXSTDTC", order=("EXSTDTC",)),
        "AGAIN": ag.DerivationSource(dataset="EX", date="EXSTDTC", order=("EXSTDTC",)),
    }
    first = {"sources": ("DOSE", "AGAIN"), "take": "first"}
    with pytest.raises(ag.DerivationRefused) as refused:
        values(first, sources=sources, data=study(EX=pd.concat([EX, strange], ignore_index=True)))
    unknown = [each.what for each in refused.value.problems if "not in DM" in each.what]
    assert unknown == ["2 records of EX of a subject who is not in DM, 1 of them without USUBJID"]


def test_a_misspelt_dataset_of_subjects_has_the_nearest_name():
    with pytest.raises(ag.DerivationRefused) as refused:
        derived({"DOSES": ag.DerivedVariable(sources=("DOSE",), statistic="count")}, dataset="DMM")
    assert [(each.what, each.where, each.advice) for each in refused.value.problems] == [
        ("dataset DMM is not present", "[derive.ADSL]", "did you mean DM?")
    ]


def test_a_source_of_adsl_itself_is_what_is_derived():
    found = derived(
        {
            "LSTALVDT": ag.DerivedVariable(sources=("TREATED", "ICF"), take="last", flag="none"),
            "TRTEDT": ag.DerivedVariable(sources=("DOSE",), take="last"),
        },
        {
            "DOSE": DOSE,
            "TREATED": ag.DerivationSource(dataset="ADSL", date="TRTEDT"),
            "ICF": ag.DerivationSource(dataset="ADSL", date="CONSENT"),
        },
    )
    expected = ["2024-02-01", "2024-02-01", "2024-02-01", "2024-03-01"]
    assert [*map(plain, found["ADSL"].frame["LSTALVDT"])] == expected
    assert not [each for each in found["ADSL"].names if each.startswith("LST") and each != "LSTALVDT"]
    flagged = [each.count for each in found.record.effects if each.policy == "subject.LSTALVDT: flag"]
    assert flagged == [1]
    assert "ADSL" not in {each.source for each in found.record.made_from}


def test_an_imputation_flag_of_nine_characters():
    """It is declared, or declared to be none; and the same where no date happens to be partial."""
    sources = {"DOSE": ag.DerivationSource(dataset="EX", date="EXSTDTC", impute="first")}
    given = {"sources": ("DOSE",), "take": "first"}
    with pytest.raises(ag.DerivationRefused) as refused:
        derived({"LSTALVDT": ag.DerivedVariable(**given)}, sources)
    (problem,) = refused.value.problems
    assert problem.what == "the imputation flag LSTALVDTF would have 9 characters"
    assert problem.where == "[subject.LSTALVDT] flag"
    assert problem.advice == 'declare flag = "LSTALVDF", or flag = "none"'
    found = derived({"LSTALVDT": ag.DerivedVariable(**given, flag="LSTALVDF")}, sources)["ADSL"]
    assert "LSTALVDF" in found
    with pytest.raises(ag.ConfigurationError, match="the datetime LSTALVDTM would have 9 characters"):
        derived({"LSTALVDT": ag.DerivedVariable(**given, flag="none", time="first")}, sources)


def test_a_source_of_adsl_has_what_is_derived_when_it_is_used():
    """The second variable needs a value that is derived after the first."""
    own = {"OWN": ag.DerivationSource(dataset="ADSL", date="ICDT"), "DOSE": DOSE}
    found = derived(
        {
            "ICDT": ag.DerivedVariable(date_of="CONSENT"),
            "FIRSTDT": ag.DerivedVariable(sources=("OWN",), take="first"),
            "LATE": ag.DerivedVariable(where="FIRSTDT > '2024-01-15'", no="N"),
            "WHEN": ag.DerivedVariable(sources=("OWN",), take="first", value="LATE"),
        },
        own,
    )["ADSL"].frame
    assert found["WHEN"].tolist() == found["LATE"].tolist() == ["N", "N", "Y", "Y"]


def test_periods_are_sources_by_epoch():
    epochs = EX.assign(EPOCH=["P1", "P1", "P2", "P1", "P2", "P1"])
    first, second = (
        ag.DerivationSource(
            dataset="EX", where=f"EPOCH == '{each}'", date="EXSTDTC", impute="first", order=("EXSEQ",)
        )
        for each in ("P1", "P2")
    )
    found = derived(
        {
            "TR01SDT": ag.DerivedVariable(sources=("ONE",), take="first"),
            "TR02SDT": ag.DerivedVariable(sources=("TWO",), take="first"),
            "TRT02A": ag.DerivedVariable(sources=("TWO",), take="first", value="EXTRT"),
        },
        {"ONE": first, "TWO": second},
        study(EX=epochs),
    )["ADSL"].frame
    assert [*map(plain, found["TR01SDT"])] == ["2024-01-01", "2024-01-10", "2024-01-05", None]
    assert [*map(plain, found["TR02SDT"])] == ["2024-02-01", "2024-02-01", None, None]
    assert [*map(plain, found["TRT02A"])] == ["B", "B", None, None]


@pytest.mark.parametrize("order", [[0, 1], [1, 0]])
def test_a_date_that_one_record_has_in_full_is_not_flagged_as_imputed(order):
    both = pd.DataFrame({"USUBJID": ["1", "1"], "EXSTDTC": ["2024-02", "2024-02-01"]}).iloc[order]
    first = {"sources": ("DOSE",), "take": "first", "time": "first"}
    source = {"DOSE": ag.DerivationSource(dataset="EX", date="EXSTDTC", impute="first")}
    data = study(EX=both.reset_index(drop=True))
    assert values(first, "TRTSDT", sources=source, data=data)[0] == "2024-02-01"
    assert values(first, "TRTSDT", "TRTSDTF", sources=source, data=data)[0] is None
