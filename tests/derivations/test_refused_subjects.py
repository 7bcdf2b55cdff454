"""What a specification of ADSL must not say, and data that do not fit: each is refused with its place."""

from dataclasses import replace

import pandas as pd
import pytest

import adamgate as ag
from adamgate.converters.configuration.from_tables import specification
from adamgate.converters.configuration.load import load_settings

DM = pd.DataFrame({"USUBJID": ["1", "2"], "AGE": [40.0, 50.0], "ARM": ["A", "B"]})
EX = pd.DataFrame(
    {
        "USUBJID": ["1", "1", "2"],
        "EXDOSE": [1.0, 2.0, 3.0],
        "EXTRT": ["A", "A", "B"],
        "EXSTDTC": ["2024-01-01", "2024-01-02", "2024-01-01"],
    }
)
SOURCES = {
    "DOSE": ag.DerivationSource(dataset="EX", date="EXSTDTC"),
    "UNDATED": ag.DerivationSource(dataset="EX"),
    "CAUSE": ag.DerivationSource(dataset="EX", date="EXSTDTC", set={"DTHCAUS": "Unknown"}),
    "NUMBER": ag.DerivationSource(dataset="EX", date="EXSTDTC", set={"DTHCAUS": 1.0}),
}
TAKE = {"sources": ("DOSE",), "take": "first"}


def derive(subjects, sources=SOURCES, dm=DM, ex=EX, **options):
    what = ag.Specification({"ADSL": ag.SubjectLevel(**options)}, sources=sources, subjects=subjects)
    frames = {"DM": dm, "EX": ex}
    return ag.derive(ag.Study.of(*(ag.Dataset.from_frame(each, name) for name, each in frames.items())), what)


@pytest.mark.parametrize(
    ("variable", "what", "where"),
    [
        ({}, "the derivation is not declared", "[subject.X]"),
        ({"where": "AGE > 1", "exists": "DOSE"}, "exists and where are declared", "[subject.X]"),
        ({"take": "first"}, "sources is not declared", "[subject.X]"),
        ({"map": {"A": 1.0}}, "of is not declared", "[subject.X]"),
        ({**TAKE, "no": "N"}, "no has no effect with take", "[subject.X] no"),
        ({"where": "AGE > 1", "value": "AGE"}, "value has no effect with where", "[subject.X] value"),
        ({"where": "AGE > 1", "impute": "first"}, "impute has no effect with where", "[subject.X] impute"),
        ({"exists": "DOSES"}, "DOSES is not a declared source", "[subject.X] exists"),
        ({"sources": ("UNDATED",), "take": "first"}, "UNDATED has no date", "[subject.X] sources"),
        ({"exists": "UNDATED", "since": "AGE"}, "UNDATED has no date", "[subject.X] exists"),
        ({**TAKE, "also": ("SRCDOM",)}, "SRCDOM is not set by DOSE", "[subject.X] also"),
        (
            {"sources": ("CAUSE", "NUMBER"), "take": "first", "value": "DTHCAUS"},
            "DTHCAUS is set to texts and to numbers",
            "[subject.X] value",
        ),
        (
            {"sources": ("CAUSE", "NUMBER"), "take": "first", "also": ("DTHCAUS",)},
            "DTHCAUS is set to texts and to numbers",
            "[subject.X] also",
        ),
        (
            {**TAKE, "time": "first"},
            "X does not end with DT, and the datetime has no name",
            "[subject.X] time",
        ),
        ({**TAKE, "time": "first", "value": "EXTRT"}, "time and value are declared", "[subject.X] time"),
        ({**TAKE, "take": "highest"}, "of is not declared with highest", "[subject.X] of"),
        ({**TAKE, "of": "EXDOSE"}, "of has no effect with first", "[subject.X] of"),
        (
            {**TAKE, "without_value": "exclude"},
            "without_value has no effect with first",
            "[subject.X] without_value",
        ),
        (
            {**TAKE, "take": "lowest", "of": "EXDOSE", "time": "first"},
            "time has no effect with lowest",
            "[subject.X] time",
        ),
        (
            {**TAKE, "take": "lowest", "of": "EXDOSE +"},
            "the expression cannot be parsed",
            "[subject.X] of: EXDOSE +",
        ),
        ({"sources": ("DOSE",), "statistic": "sum"}, "of is not declared", "[subject.X] of"),
        (
            {"sources": ("DOSE",), "statistic": "count", "of": "EXDOSE"},
            "of is declared with count",
            "[subject.X] of",
        ),
        (
            {"cases": (ag.Case("AGE > 1", "a"), ag.Case("AGE > 2", 1.0))},
            "texts and numbers are values of one variable",
            "[subject.X] cases",
        ),
        (
            {"of": "ARM", "map": {"A": "a"}, "otherwise": 1.0},
            "texts and numbers are values of one variable",
            "[subject.X] map",
        ),
        (
            {"cases": (ag.Case("AGE > 1", ag.FromVariable("AGE")),), "number": "XN"},
            "a value that is taken from a variable has no number",
            "[subject.X] number",
        ),
        (
            {"date_of": "ARM", "impute_up_to": "year"},
            'impute_up_to has no effect without impute = "first"',
            "[subject.X] impute_up_to",
        ),
        (
            {"date_of": "ARM", "impute": "none", "not_before": ("ARM",)},
            'not_before has no effect without impute = "first"',
            "[subject.X] not_before",
        ),
        (
            {"where": "AGE > 1", "unknown": "missing"},
            "unknown has no effect without no",
            "[subject.X] unknown",
        ),
        (
            {"cases": (ag.Case("AGE > 1", "a"),), "unknown": "otherwise"},
            "unknown has no effect without otherwise",
            "[subject.X] unknown",
        ),
        ({"where": "AGE > 1", "no": "Y"}, "yes and no are the same value", "[subject.X] no"),
        ({"where": "AGE >"}, "the condition cannot be parsed", "[subject.X] where: AGE >"),
        ({"expression": "AGE +"}, "the expression cannot be parsed", "[subject.X] expression: AGE +"),
        (
            {"cases": (ag.Case("AGE = 1", "a"),)},
            "the condition cannot be parsed",
            "[subject.X] cases, entry 1: AGE = 1",
        ),
        (
            {"where": "AGE > 1", "dataset": "ADSS"},
            "ADSS is not a derived dataset of subjects",
            "[subject.X] dataset",
        ),
        ({"sources": ("DOSE", "DOSE"), "take": "first"}, "DOSE is listed again", "[subject.X] sources"),
        ({**TAKE, "take": "middle"}, "'middle' is not a value of take", "[subject.X]"),
    ],
)
def test_a_declaration_that_cannot_be_carried_out_is_refused(variable, what, where):
    with pytest.raises(ag.ConfigurationError) as refused:
        derive({"X": ag.DerivedVariable(**variable)})
    assert (refused.value.what, refused.value.where) == (what, where)
    assert refused.value.advice


def test_variables_that_need_each_other_are_refused():
    circle = {
        "ONE": ag.DerivedVariable(where="TWO == 'Y'"),
        "TWO": ag.DerivedVariable(where="THREE == 'Y'"),
        "THREE": ag.DerivedVariable(where="ONE == 'Y'"),
    }
    with pytest.raises(ag.ConfigurationError) as refused:
        derive(circle)
    assert refused.value.what == "ONE needs itself: ONE needs TWO needs THREE needs ONE"
    assert refused.value.where == "[subject.ONE]"


def test_variables_that_need_each_other_by_a_source_of_adsl_are_refused():
    circle = {
        "LASTDT": ag.DerivedVariable(sources=("OWN",), take="last"),
        "ENDDT": ag.DerivedVariable(expression="LASTDT + 1"),
    }
    with pytest.raises(ag.ConfigurationError) as refused:
        derive(circle, {"OWN": ag.DerivationSource(dataset="ADSL", date="ENDDT")})
    assert refused.value.what == "LASTDT needs itself: LASTDT needs ENDDT needs LASTDT"


def test_a_variable_that_is_derived_twice_is_refused():
    twice = {
        "AGEGR1": ag.DerivedVariable(cases=(ag.Case("AGE > 1", "a"),), number="AGEGR1N"),
        "AGEGR1N": ag.DerivedVariable(expression="AGE"),
    }
    with pytest.raises(ag.ConfigurationError) as refused:
        derive(twice)
    assert refused.value.what == "AGEGR1N is derived by [subject.AGEGR1], too"


@pytest.mark.parametrize(
    ("variable", "what", "where", "advice"),
    [
        (
            {"where": "AGEE > 1"},
            "AGEE is neither derived nor present in DM",
            "[subject.X] where",
            "did you mean AGE?",
        ),
        ({"where": "AGE == 'old'"}, "AGE is numeric", "[subject.X] where", ""),
        ({"date_of": "AGE"}, "AGE is not a date", "[subject.X] date_of", "name a date"),
        (
            {"date_of": "ARM"},
            "ARM is not a date of 2 subjects",
            "[subject.X] date_of",
            'correct the data, or declare date_forms, such as ["DD-MMM-YYYY"]',
        ),
        ({"expression": "ARM + 1"}, "ARM of ADSL is not a number", "[subject.X] expression", ""),
        (
            {**TAKE, "value": "EXTRTT"},
            "EXTRTT is neither set by DOSE nor present in EX",
            "[subject.X] value",
            "did you mean EXTRT",
        ),
        ({**TAKE, "since": "AGE"}, "AGE is not a date", "[subject.X] since", "name a date"),
        (
            {"sources": ("DOSE",), "statistic": "sum", "of": "EXTRT"},
            "EXTRT of EX is not a number",
            "[subject.X] of",
            "use numeric variables",
        ),
        (
            {"sources": ("DOSE",), "statistic": "distinct", "of": "EXTRTT"},
            "EXTRTT is not present in EX",
            "[subject.X] of",
            "did you mean EXTRT",
        ),
        (
            {
                "cases": (
                    ag.Case("AGE < 45", ag.FromVariable("AGE")),
                    ag.Case("AGE > 45", ag.FromVariable("ARM")),
                )
            },
            "the values are not of one type",
            "[subject.X] cases",
            "use values of one type: text, numbers or dates",
        ),
    ],
)
def test_data_that_do_not_fit_are_refused(variable, what, where, advice):
    with pytest.raises(ag.DerivationRefused) as refused:
        derive({"X": ag.DerivedVariable(**variable)})
    (problem,) = refused.value.problems
    assert problem.what.startswith(what)
    assert problem.where == where
    assert advice in problem.advice


def test_all_problems_are_reported_together_and_none_that_only_follows():
    """Y and Z need X, which could not be derived: nothing is said of them."""
    subjects = {
        "XDT": ag.DerivedVariable(date_of="ARM"),
        "BAD": ag.DerivedVariable(where="SEXX == 'F'"),
        "YFL": ag.DerivedVariable(where="BAD == 'Y'"),
        "Z": ag.DerivedVariable(sources=("OWN",), take="last", since="BAD"),
    }
    with pytest.raises(ag.DerivationRefused) as refused:
        derive(subjects, {"OWN": ag.DerivationSource(dataset="ADSL", date="XDT", may_be_empty=True)})
    assert [each.where for each in refused.value.problems] == ["[subject.XDT] date_of", "[subject.BAD] where"]


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        ({"dm": pd.concat([DM, DM], ignore_index=True)}, "4 records of subjects who have several in DM"),
        ({"dm": DM.drop(columns="USUBJID")}, "USUBJID is not present in DM"),
        ({"dm": DM.assign(USUBJID=["1", None])}, "USUBJID is missing in 1 record of DM"),
        ({"ex": EX.drop(columns="USUBJID")}, "USUBJID is not present in EX"),
        ({"ex": EX.drop(columns="EXSTDTC")}, "EXSTDTC is not present in EX"),
        ({"ex": EX.iloc[:0]}, "no record of EX meets the condition"),
        ({"ex": EX.assign(EXSTDTC="2024-13-01")}, "EXSTDTC of EX is not a date in 3 records"),
        ({"where": "AGE > 99"}, "no record of DM meets the condition"),
        ({"where": "AGEE > 99"}, "AGEE in the condition is not present in DM"),
        ({"carry": ("AGEE",)}, "AGEE is not present in DM"),
        ({"carry": ("TRTSDT",)}, "TRTSDT is not present in DM"),
        ({"supplement": "SUPPDS"}, "dataset SUPPDS is not present"),
        ({"dataset": "DMM"}, "dataset DMM is not present"),
        ({"variables": ("USUBJID", "TRTSTD")}, "TRTSTD is not derived, nor carried from DM"),
    ],
)
def test_sources_that_do_not_fit_are_refused(changed, what):
    with pytest.raises(ag.DerivationRefused) as refused:
        derive({"TRTSDT": ag.DerivedVariable(**TAKE)}, **changed)
    assert what in [each.what for each in refused.value.problems]


def test_what_is_carried_is_judged_with_the_rest():
    with pytest.raises(ag.DerivationRefused) as refused:
        derive({"X": ag.DerivedVariable(where="SEXX == 'F'")}, carry=("AGEE",), carry_as={"TRT01P": "ARMM"})
    assert [each.where for each in refused.value.problems] == [
        "[derive.ADSL] carry",
        "[derive.ADSL] carry_as",
        "[subject.X] where",
    ]


def test_what_follows_from_a_source_that_is_not_present_is_not_reported():
    subjects = {
        "TRTSDT": ag.DerivedVariable(**TAKE),
        "ARMD": ag.DerivedVariable(sources=("DOSE",), take="first", value="EXTRT"),
        "LSTALVDT": ag.DerivedVariable(sources=("TREATED",), take="last"),
        "X": ag.DerivedVariable(sources=("TREATED", "SEEN"), take="last", value="ARMD"),
    }
    sources = {
        "DOSE": ag.DerivationSource(dataset="EXX", date="EXSTDTC"),
        "TREATED": ag.DerivationSource(dataset="ADSL", date="TRTSDT"),
        "SEEN": ag.DerivationSource(dataset="ADSL", date="SEENDT"),
    }
    with pytest.raises(ag.DerivationRefused) as refused:
        derive(subjects, sources, DM.assign(SEENDT=pd.Timestamp("2024-01-01")))
    assert [each.what for each in refused.value.problems] == ["dataset EXX is not present"]


@pytest.mark.parametrize("date", ["EXDOSE", "EXDTM"])
def test_a_number_is_not_taken_for_a_date(date):
    numbers = EX.assign(EXDTM=[2.0e9, 2.0e9, 2.0e9])
    with pytest.raises(ag.DerivationRefused) as refused:
        derive(
            {"TRTSDT": ag.DerivedVariable(**TAKE)},
            {"DOSE": ag.DerivationSource(dataset="EX", date=date)},
            ex=numbers,
        )
    (problem,) = refused.value.problems
    assert problem.what == f"{date} of EX is a number without a date format"
    assert problem.where == "[source.DOSE] date"


def test_a_number_that_is_named_as_a_date_is_a_sas_date():
    sas = ag.DerivationSource(dataset="EX", date="EXSTDT")
    found = derive({"TRTSDT": ag.DerivedVariable(**TAKE)}, {"DOSE": sas}, ex=EX.assign(EXSTDT=23376.0))
    assert [str(each.date()) for each in found["ADSL"].frame["TRTSDT"]] == ["2024-01-01"] * 2


def test_infinite_values_have_no_statistic():
    total = ag.DerivedVariable(sources=("DOSE",), statistic="mean", of="EXDOSE")
    with pytest.raises(ag.DerivationRefused) as refused:
        derive({"X": total}, ex=EX.assign(EXDOSE=[float("inf"), 1.0, 2.0]))
    (problem,) = refused.value.problems
    assert (problem.what, problem.subjects) == ("EXDOSE is infinite in 1 record", ("1",))


def test_a_date_that_is_not_a_whole_day_is_refused():
    start = ag.DerivedVariable(**TAKE)
    with pytest.raises(ag.DerivationRefused) as refused:
        derive({"TRTSDT": start, "WINDT": ag.DerivedVariable(expression="TRTSDT + 30.4375")})
    (problem,) = refused.value.problems
    assert problem.what == "WINDT is a date, but not a whole day of 2 subjects"
    assert (problem.where, problem.subjects) == ("[subject.WINDT] expression", ("1", "2"))
    found = derive({"TRTSDT": start, "WINDT": ag.DerivedVariable(expression="floor(TRTSDT + 30.4375)")})
    assert [str(each.date()) for each in found["ADSL"].frame["WINDT"]] == ["2024-01-31"] * 2


def test_a_dataset_without_subjects_is_derived_without_records():
    found = derive(
        {"AGEGR1": ag.DerivedVariable(cases=(ag.Case("AGE > 1", "a"),), number="AGEGR1N")}, dm=DM[:0]
    )
    assert (len(found["ADSL"]), found["ADSL"].names) == (0, ("USUBJID", "AGEGR1", "AGEGR1N"))


def test_an_endpoint_needs_dated_sources():
    ends = {"OS": ag.DerivedEndpoint(param="OS", origin="TRTSDT", events=("UNDATED",))}
    what = ag.Specification({"ADTTE": ag.TimeToEvent()}, ends, SOURCES)
    with pytest.raises(ag.ConfigurationError) as refused:
        ag.derive(ag.Study.of(ag.Dataset.from_frame(DM, "ADSL")), what)
    assert (refused.value.what, refused.value.where) == ("UNDATED has no date", "[endpoint.OS] events")


def test_a_fault_has_the_line_of_the_file(tmp_path, root):
    text = (root / "fixtures" / "derivations" / "trial_adsl.toml").read_text(encoding="utf-8")
    file = tmp_path / "adamgate.toml"
    file.write_text(text.replace('take = "first"', 'take = "frist"', 1), encoding="utf-8")
    with pytest.raises(ag.ConfigurationError) as refused:
        load_settings((), file)
    line = text[: text.index('take = "first"')].count("\n") + 1
    assert refused.value.where.endswith(f"adamgate.toml:{line}, [subject.TRTSDT] take")
    assert "did you mean first?" in refused.value.advice


def test_a_file_and_python_declare_the_same(tmp_path):
    file = tmp_path / "adamgate.toml"
    file.write_text(
        """
        [derive.ADSL]
        kind = "subjects"
        carry = ["AGE"]

        [source.DOSE]
        dataset = "EX"
        date = "EXSTDTC"

        [subject.TRTSDT]
        sources = ["DOSE"]
        take = "first"

        [subject.AGEGR1]
        cases = [
            { where = "AGE < 45", value = "<45" },
            { where = "AGE >= 45", value = { variable = "ARM" } },
        ]
        """,
        encoding="utf-8",
    )
    found = specification(load_settings((), file).entries)
    cases = (ag.Case("AGE < 45", "<45"), ag.Case("AGE >= 45", ag.FromVariable("ARM")))
    expected = ag.Specification(
        {"ADSL": ag.SubjectLevel(carry=("AGE",))},
        sources={"DOSE": SOURCES["DOSE"]},
        subjects={"TRTSDT": ag.DerivedVariable(**TAKE), "AGEGR1": ag.DerivedVariable(cases=cases)},
    )
    assert replace(found, adverse_events=expected.adverse_events) == expected
