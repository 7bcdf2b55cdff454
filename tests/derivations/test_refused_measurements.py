"""Specifications of measurements and data that do not fit: each is refused with its place."""

import numpy as np
import pandas as pd
import pytest

import adamgate as ag

ADSL = pd.DataFrame({"USUBJID": ["1", "2"], "TRTSDT": pd.to_datetime(["2024-01-10", "2024-01-10"])})
VS = pd.DataFrame(
    {
        "USUBJID": ["1", "1", "1", "2", "2"],
        "VSSEQ": [1.0, 2.0, 3.0, 1.0, 2.0],
        "VSTESTCD": ["WEIGHT", "WEIGHT", "HEIGHT", "WEIGHT", "HEIGHT"],
        "VSTEST": ["Weight", "Weight", "Height", "Weight", "Height"],
        "VSSTRESN": [80.0, 82.0, 180.0, 70.0, 160.0],
        "VSSTRESC": ["80", "82", "180", "70", "160"],
        "VSSTRESU": ["kg", "kg", "cm", "kg", "cm"],
        "VSDTC": ["2024-01-09", "2024-01-20", "2024-01-09", "2024-01-10", "2024-01-10"],
        "VISITNUM": [1.0, 2.0, 1.0, 1.0, 1.0],
        "VISIT": ["DAY 1", "WEEK 1", "DAY 1", "DAY 1", "DAY 1"],
    }
)
MEASUREMENTS = {"WEIGHT": ag.Measurement(param="Weight (kg)"), "HEIGHT": ag.Measurement(param="Height (cm)")}
BMI = {"param": "Body Mass Index", "expression": "WEIGHT / (HEIGHT / 100) ** 2"}
BY_TEST = {"param": "{VSTEST} ({VSSTRESU})"}


def derive(vs=VS, adsl=ADSL, parts=None, measurements=MEASUREMENTS, **options):
    what = ag.Specification(
        {"ADVS": ag.Measurements(**{"dataset": "VS", **options})},
        measurements=measurements,
        **(parts or {}),
    )
    frames = {"ADSL": adsl, "VS": vs}
    return ag.derive(ag.Study.of(*(ag.Dataset.from_frame(each, name) for name, each in frames.items())), what)


def effects(derived):
    return {(each.policy, each.effect): each.count for each in derived.record.effects}


def changed(column, at, value):
    found = VS.copy()
    found[column] = found[column].astype(object)
    found.loc[at, column] = value
    return found.infer_objects()


def measurement(**given):
    return {"measurements": {**MEASUREMENTS, "BMI": ag.Measurement(**given)}}


def record(**given):
    return {"parts": {"records": {"X": ag.DerivedRecords(**{"by": ("PARAMCD",), **given})}}}


def variable(**given):
    return {"parts": {"variables": {"X": ag.AnalysisVariable(**given)}}}


@pytest.mark.parametrize(
    ("given", "what", "where"),
    [
        ({"dataset": ""}, "the source is not declared", "[derive.ADVS] dataset"),
        ({"where": "VSTEST ="}, "the condition cannot be parsed", "[derive.ADVS] where"),
        ({"baseline_where": "ADT <"}, "the condition cannot be parsed", "[derive.ADVS] baseline_where"),
        ({"population": "SAFFL"}, "does not compare SAFFL", "[derive.ADVS] population"),
        ({"change": ("CHANGE",)}, "CHANGE is not a change from baseline", "[derive.ADVS] change"),
        ({"param": "{VSTEST"}, "a brace encloses no variable", "[derive.ADVS] param"),
        ({"measurements": {}}, "no parameter of the source is declared", "[derive.ADVS]"),
        (
            {"measurements": {"BODYWEIGHT": ag.Measurement(param="x")}},
            "is not a value of PARAMCD",
            "BODYWEIGHT",
        ),
        (measurement(**BMI | {"expression": "WEIGHT /"}), "cannot be parsed", "[measurement.BMI] expression"),
        (measurement(**BMI | {"expression": "WIEGHT"}), "WIEGHT is not a parameter", "expression"),
        (measurement(**BMI | {"expression": "BMI + 1"}), "BMI is not a parameter", "expression"),
        (measurement(**BMI | {"expression": "1 + 1"}), "has no parameter", "expression"),
        (measurement(**BMI, constant=("LENGTH",)), "LENGTH is not in the expression", "constant"),
        (measurement(**BMI, constant=("HEIGHT", "WEIGHT")), "all parameters of the expression", "constant"),
        (measurement(**BMI, aval="VSSTRESN"), "aval and expression are declared", "[measurement.BMI] aval"),
        (measurement(**BMI | {"param": "{VSTEST}"}), "names a variable of the source", "param"),
        (measurement(param="BMI", constant=("WEIGHT",)), "constant has no meaning without", "constant"),
        (measurement(param="BMI", by=("ADT",)), "by has no meaning without expression", "by"),
        (measurement(param="BMI", dtype="X"), "dtype has no meaning without expression", "dtype"),
        (measurement(param="BMI", collected="AVAL > 1"), "collected has no meaning without", "collected"),
        (measurement(**BMI, collected="VSTESTCD ="), "cannot be parsed", "[measurement.BMI] collected"),
        (measurement(**BMI, prefer="collected"), "prefer has no meaning without collected", "prefer"),
        (record(take="mean", order=("ADT",)), "order has no meaning", "[record.X] order"),
        (record(take="mean", when="last"), "makes new records", "[record.X] when"),
        (record(take="last"), "has no order", "[record.X] order"),
        (record(take="minimum", missing_aval="use"), "records without AVAL have no minimum", "missing_aval"),
        (record(take="last", order=("ADT",), visits={"Week 1": "one"}), "is not a number", "visits"),
        (record(take="mean", set={"AVAL": 1.0}), "AVAL is not to be set", "[record.X] set"),
        (variable(), "how to derive it is not declared", "[variable.X]"),
        (variable(where="AVAL > 1", expression="AVAL"), "where and expression are declared", "[variable.X]"),
        (variable(expression="AVAL", no="N"), "no has no meaning with expression", "[variable.X] no"),
        (
            variable(where="AVAL > 1", decimals=1),
            "decimals has no meaning with where",
            "[variable.X] decimals",
        ),
        (measurement(param="BMI", decimals=1), "decimals has no meaning without aval or", "decimals"),
        (variable(map={"A": 1.0}), "of is not declared", "[variable.X]"),
        (variable(expression="X + 1"), "it needs [variable.X]", "[variable.X]"),
        (
            variable(number="XN", cases=(ag.Case("AVAL > 1", ag.FromVariable("VISIT")),)),
            "a value that is taken from a variable has no number",
            "[variable.X] number",
        ),
        (
            variable(cases=(ag.Case("AVAL > 1", "A"), ag.Case("AVAL > 0", 2.0))),
            "texts and numbers",
            "[variable.X] cases",
        ),
    ],
)
def test_a_specification_that_cannot_be_carried_out(given, what, where):
    with pytest.raises(ag.ConfigurationError) as refused:
        derive(**given)
    assert what in refused.value.what
    assert where in refused.value.where


def test_visits_that_overlap():
    visits = {
        "Day 1": ag.AnalysisVisit(number=0.0, last=1),
        "Week 1": ag.AnalysisVisit(number=1.0, first=1, last=10),
    }
    with pytest.raises(ag.ConfigurationError, match="Week 1 overlaps with Day 1"):
        derive(parts={"visits": visits})
    turned = {"Week 1": ag.AnalysisVisit(number=1.0, first=10, last=1)}
    with pytest.raises(ag.ConfigurationError, match="first is after last"):
        derive(parts={"visits": turned})


def visits(**declared):
    return {"parts": {"visits": {name.replace("_", " "): each for name, each in declared.items()}}}


def grade(*cases):
    each = ag.Grade(where="PARAMCD == 'WEIGHT'", term="Weight", direction="low", cases=cases)
    return {"parts": {"grades": {"X": each}}}


DAY_1, WEEK_1 = ag.AnalysisVisit(number=1.0, last=1), ag.AnalysisVisit(number=1.0, first=2)
LATE = ag.AnalysisVisit(number=2.0, first=2, avisit="Day 1")


@pytest.mark.parametrize(
    ("given", "what", "where"),
    [
        (visits(Day_1=DAY_1, Week_1=WEEK_1), "AVISITN 1 is of Day 1 and of Week 1", "[visit.Week 1]"),
        (visits(Day_1=DAY_1, LATE=LATE), "AVISIT Day 1 has two values of AVISITN: 1 and 2", "[visit.LATE]"),
        (
            {
                "parts": {
                    **visits(Day_1=DAY_1)["parts"],
                    **record(take="last", order=("ADT",), visits={"Week 1": 1.0})["parts"],
                }
            },
            "AVISITN 1 is of Day 1 and of Week 1",
            "[record.X] visits",
        ),
        (measurement(param="Weight (kg)", where="VISITNUM == 9"), "PARAM Weight (kg) is of WEIGHT", "BMI"),
        (
            {"measurements": {each: ag.Measurement(param=each, paramn=1) for each in MEASUREMENTS}},
            "PARAMN 1 is of WEIGHT and of HEIGHT",
            "[measurement.HEIGHT]",
        ),
        (
            grade(ag.Case("AVAL < 80", "1"), ag.Case("AVAL < 60", "3")),
            "grade 3 is after grade 1",
            "[grade.X] cases",
        ),
    ],
)
def test_tables_that_are_not_one_to_one(given, what, where):
    with pytest.raises(ag.ConfigurationError) as refused:
        derive(**given)
    assert what in refused.value.what
    assert where in refused.value.where


def test_a_value_of_two_cases_has_one_number():
    cases = (ag.Case("AVAL < 75", "B"), ag.Case("AVAL > 170", "A"), ag.Case("AVAL < 81", "B"))
    parts = {"variables": {"X": ag.AnalysisVariable(cases=cases, number="XN", otherwise="A")}}
    (found,) = derive(parts=parts)
    pairs = {*found.frame[["X", "XN"]].itertuples(index=False, name=None)}
    assert pairs == {("A", 2.0), ("B", 1.0)}


def test_one_visit_may_have_two_windows():
    late = ag.AnalysisVisit(number=1.0, first=8, avisit="Day 1")
    (found,) = derive(parts={"visits": {"Day 1": DAY_1, "LATE": late}})
    assert set(found.frame["AVISIT"].dropna()) == {"Day 1"}


@pytest.mark.parametrize("order", [[0, 1, 2, 3, 4], [4, 2, 0, 1, 3]])
def test_values_that_are_not_one_to_one(order):
    """A map of visits to numbers that were exchanged, and tests of one name."""
    vs = changed("VSTEST", slice(None), "Size").assign(VSSTRESU="cm").iloc[order].reset_index(drop=True)
    parts = {
        "AVISIT": ag.AnalysisVariable(of="VISIT", map={"DAY 1": "Baseline", "WEEK 1": "Baseline"}),
        "AVISITN": ag.AnalysisVariable(of="VISIT", map={"DAY 1": 0.0, "WEEK 1": 1.0}),
    }
    with pytest.raises(ag.DerivationRefused) as refused:
        derive(vs, parts={"variables": parts}, measurements={}, **BY_TEST)
    assert [(each.what, each.subjects) for each in refused.value.problems] == [
        ("PARAM Size (cm) has several values of PARAMCD: HEIGHT, WEIGHT", ("1", "2")),
        ("AVISIT Baseline of WEIGHT has several values of AVISITN: 0, 1", ("1", "2")),
    ]


def test_variables_that_need_each_other():
    variables = {"X": ag.AnalysisVariable(expression="Y"), "Y": ag.AnalysisVariable(where="ANL01FL == 'Y'")}
    flags = {"ANL01FL": ag.OccurrenceFlag(dataset="ADVS", order=("X",))}
    with pytest.raises(ag.ConfigurationError, match="which needs it"):
        derive(parts={"variables": variables, "flags": flags})


@pytest.mark.parametrize(
    ("given", "what", "where"),
    [
        ({"dataset": "VZ"}, "dataset VZ is not present", "[derive.ADVS] dataset"),
        *(
            ({"vs": VS.assign(**{each: "X"})}, f"{each} is a variable of VS, and derived", "[derive.ADVS]")
            for each in ("PARAMCD", "AVAL", "ADT", "BASE")
        ),
        ({"vs": VS.assign(ASEQ=1.0), "number": ("VSSEQ",)}, "ASEQ is another variable", "number"),
        ({"number": ("VSQES",)}, "VSQES is not derived, nor carried from ADSL", "[derive.ADVS] number"),
        ({"number": ("PARAMCD",)}, "1 record with the same PARAMCD as another", "[derive.ADVS] number"),
        (
            measurement(**BMI | {"expression": "WEIGHT / HIEGHT"}) | BY_TEST,
            "no record is of HIEGHT",
            "[measurement.BMI] expression",
        ),
        (
            {"measurements": {"HEIGHT": ag.Measurement(param="x", expression="WEIGHT * 2")}, **BY_TEST},
            "HEIGHT is calculated, and VSTESTCD of 2 records of VS",
            "[measurement.HEIGHT] expression",
        ),
        ({"vs": VS.drop(columns="USUBJID")}, "USUBJID is not present in VS", "[derive.ADVS] dataset"),
        ({"vs": VS.drop(columns="VSTESTCD")}, "VSTESTCD is not present in VS", "[derive.ADVS] dataset"),
        ({"vs": VS.drop(columns="VSSTRESN")}, "VSSTRESN is not present in VS", "[derive.ADVS] aval"),
        ({"vs": VS.drop(columns="VSDTC")}, "VSDTC is not present in VS", "[derive.ADVS] date"),
        ({"aval": "VSSTRESC"}, "VSSTRESC of VS is not numeric", "[derive.ADVS] aval"),
        ({"adsl": ADSL.drop(columns="TRTSDT")}, "TRTSDT is not present in", "[derive.ADVS]"),
        ({"adsl": ADSL.iloc[:1]}, "2 records of VS of a subject who is not in ADSL", "[derive.ADVS] dataset"),
        ({"where": "VSTEST == 'x'"}, "no record of VS meets the condition", "[derive.ADVS] where"),
        ({"where": "VSTEST > 3"}, "VSTEST", "[derive.ADVS] where"),
        ({"population": "USUBJID == '9'"}, "no subject meets the condition", "[derive.ADVS] population"),
        ({"vs": changed("VSTESTCD", 0, "PULSE")}, "1 record of VS of no parameter", "[derive.ADVS] unmapped"),
        ({"vs": changed("VSDTC", 0, "2024-01")}, "is a partial date in 1 record", "[derive.ADVS] impute"),
        ({"vs": changed("VSDTC", 0, "soon")}, "is not a date in 1 record", "[derive.ADVS] date"),
        ({"vs": changed("VSSTRESU", 0, "LB")}, "WEIGHT is in several units: LB, kg", "mixed_units"),
        (
            {"vs": changed("VSDTC", 1, "2024-01-09")},
            "baseline_order does not distinguish 2",
            "baseline_order",
        ),
        ({"baseline_order": ("VSDATE",)}, "VSDATE is not present in ADVS", "[derive.ADVS] baseline_order"),
        ({"carry": ("AGE",)}, "AGE is not present in ADSL", "[derive.ADVS] carry"),
        ({"variables": ("USUBJID", "AVALX")}, "AVALX is not derived", "[derive.ADVS] variables"),
        (
            {"measurements": {**MEASUREMENTS, "TEMP": ag.Measurement(param="x")}},
            "no record of VS is of TEMP",
            "[measurement.TEMP] where",
        ),
        (
            measurement(param="x", where="VSTESTCD == 'WEIGHT'"),
            "3 records of VS of several parameters",
            "[derive.ADVS] dataset",
        ),
        (measurement(**BMI, by=("VISITX",)), "VISITX is not present in ADVS", "[measurement.BMI] by"),
        (measurement(**BMI, by=()), "share what BMI has one record for", "[measurement.BMI] several"),
        (
            {
                "measurements": {
                    "WEIGHT": ag.Measurement(param="{VSSTRESC}"),
                    "HEIGHT": MEASUREMENTS["HEIGHT"],
                }
            },
            "WEIGHT has several values of PARAM: 70, 80, 82",
            "[measurement.WEIGHT] param",
        ),
        (
            {"measurements": {"WEIGHT": ag.Measurement(param="{VSX}"), "HEIGHT": MEASUREMENTS["HEIGHT"]}},
            "VSX is not present in VS",
            "[measurement.WEIGHT] param",
        ),
        (
            {"measurements": {**MEASUREMENTS, "WEIGHT": ag.Measurement(param="x", aval="VSTEST * 2")}},
            "VSTEST of VS is not a number",
            "[measurement.WEIGHT] aval",
        ),
        (
            {"vs": VS.assign(VSSTRESU=["kg", "kg", None, "kg", None]), "measurements": {}, **BY_TEST},
            "HEIGHT has no PARAM",
            "[derive.ADVS] param",
        ),
        (record(take="last", order=("VSTEST",)), "of which X is one per combination", "[record.X] order"),
        (record(take="mean", where="BASE > 1"), "BASE is derived after these records", "[record.X] where"),
        (variable(expression="VSTEST"), "VSTEST of ADVS is not a number", "[variable.X]"),
        (variable(where="AVALX > 1"), "AVALX is not present in ADVS", "[variable.X] where"),
        (variable(where="PARAMCD > 1"), "PARAMCD", "[variable.X] where"),
        (variable(of="VISIT", map={"DAY 1": 1.0}), "does not have in 1 record: WEEK 1", "[variable.X] map"),
        (
            {"parts": {"variables": {"VISIT": ag.AnalysisVariable(compose="x")}}},
            "VISIT is a variable of VS",
            "",
        ),
    ],
)
def test_data_that_do_not_fit(given, what, where):
    with pytest.raises(ag.DerivationRefused) as refused:
        derive(**given)
    found = [each for each in refused.value.problems if what in each.what]
    assert found, [each.what for each in refused.value.problems]
    assert where in found[0].where
    assert found[0].advice


def test_problems_of_several_places_are_reported_together():
    with pytest.raises(ag.DerivationRefused) as refused:
        derive(changed("VSDTC", 0, "soon"), aval="VSSTRESX", carry=("AGE",))
    assert len(refused.value.problems) == 2


def test_tables_that_name_no_dataset_need_an_only_one():
    what = ag.Specification(
        {"ADVS": ag.Measurements(dataset="VS"), "ADVS2": ag.Measurements(dataset="VS")},
        measurements=MEASUREMENTS,
    )
    study = ag.Study.of(ag.Dataset.from_frame(ADSL, "ADSL"), ag.Dataset.from_frame(VS, "VS"))
    with pytest.raises(ag.ConfigurationError, match="its dataset of measurements is not declared"):
        ag.derive(study, what)


def test_all_tests_at_once_by_the_texts_of_the_source():
    found = derive(measurements={}, **BY_TEST)["ADVS"]
    pairs = found.frame[["PARAMCD", "PARAM"]].astype(str).drop_duplicates().to_numpy().tolist()
    assert sorted(pairs) == [["HEIGHT", "Height (cm)"], ["WEIGHT", "Weight (kg)"]]


def test_declared_policies_are_counted():
    given = pd.concat([VS, VS.iloc[:1].assign(USUBJID="9"), VS.iloc[:1].assign(VSTESTCD="PULSE")])
    derived = derive(given.reset_index(drop=True), unknown_subjects="exclude", unmapped="exclude")
    counts = effects(derived)
    assert counts["unknown_subjects", "records of VS whose subject is not in ADSL excluded"] == 1
    assert counts["unmapped", "records of VS of no parameter excluded"] == 1
    assert counts["baseline", "ABLFL is Y"] == 4
    assert len(derived["ADVS"]) == 5
    (source,) = [each for each in derived.record.made_from if each.source == "VS"]
    assert (source.records, source.used) == (7, 5)


def test_a_calculated_parameter_without_an_operand_has_no_record_and_is_counted():
    derived = derive(
        changed("VSSTRESN", 4, None), **measurement(**BMI, constant=("HEIGHT",), by=("VISITNUM",))
    )
    bmi = derived["ADVS"].frame.query("PARAMCD == 'BMI'")
    assert bmi["USUBJID"].astype(str).tolist() == ["1", "1"]
    assert bmi["AVAL"].tolist() == pytest.approx([80 / 1.8**2, 82 / 1.8**2])
    assert effects(derived)["measurement.BMI: expression", "a parameter has no value: no record"] == 1


def test_what_is_not_defined_is_counted():
    zero = changed("VSSTRESN", 4, 0.0)
    derived = derive(zero, **measurement(**BMI, by=("VISITNUM", "USUBJID")))
    assert effects(derived)["measurement.BMI: expression", "not defined: no record"] == 1


def test_units_are_converted_by_arithmetic_of_the_source():
    pounds = {**MEASUREMENTS, "WEIGHT": ag.Measurement(param="Weight (lb)", aval="VSSTRESN / 0.45359237")}
    found = derive(measurements=pounds)["ADVS"].frame.query("PARAMCD == 'WEIGHT'")
    assert found["AVAL"].round(2).tolist() == [176.37, 180.78, 154.32]


def test_baseline_by_time():
    timed = VS.assign(
        VSDTC=["2024-01-10T08:00", "2024-01-10T11:00", "2024-01-09", "2024-01-10T07:00", "2024-01-09"]
    )
    adsl = ADSL.assign(TRTSDTM=pd.to_datetime(["2024-01-10 10:00", "2024-01-10 06:00"]))
    derived = derive(timed, adsl, baseline_where="ADTM < TRTSDTM", times=True, baseline_order=("ADTM",))
    found = derived["ADVS"].frame
    assert found["ABLFL"].eq("Y").tolist() == [True, True, False, True, False]
    assert found["PARAMCD"].astype(str).tolist() == ["HEIGHT", "WEIGHT", "WEIGHT", "HEIGHT", "WEIGHT"]
    assert found["BASE"].isna().tolist() == [False, False, False, False, True]
    assert effects(derived)["baseline", "no baseline"] == 1


def test_text_results():
    text = changed("VSSTRESC", 0, "<81").assign(VSSTRESN=[None, 82.0, 180.0, 70.0, 160.0])
    found = derive(text, avalc="not_numeric")["ADVS"].frame.astype(object)
    assert found["AVALC"].dropna().tolist() == ["<81"]
    assert found["BASEC"].dropna().tolist() == ["<81", "<81"]
    assert derive(text, avalc="all")["ADVS"].filled("AVALC").all()


@pytest.mark.parametrize(("percent_of", "expected"), [("absolute", [50.0, 50.0]), ("sign", [-50.0, 50.0])])
def test_percentages_of_a_negative_baseline(percent_of, expected):
    values = VS.iloc[:2].assign(VSSTRESN=[-2.0, -1.0])
    more = VS.iloc[2:].assign(VSSTRESN=[2.0, 1.0, 0.0], VSTESTCD="HEIGHT", VSSTRESU="cm")
    more["VSDTC"] = ["2024-01-09", "2024-01-10", "2024-01-11"]
    more["USUBJID"] = ["1", "2", "2"]
    given = pd.concat([values, more, more.iloc[:1].assign(VSDTC="2024-02-01", VSSTRESN=3.0, VSSEQ=9.0)])
    found = derive(given.reset_index(drop=True), percent_of=percent_of, change_where="ADT > TRTSDT")
    frame = found["ADVS"].frame.query("USUBJID == '1' and PCHG == PCHG")
    by_parameter = frame.assign(PARAMCD=frame["PARAMCD"].astype(str)).sort_values("PARAMCD", ascending=False)
    assert by_parameter["PCHG"].tolist() == expected


def test_a_percentage_of_zero_is_missing_and_counted():
    derived = derive(changed("VSSTRESN", 0, 0.0))
    assert effects(derived)["change", "BASE is 0: no PCHG"] == 2
    assert derived["ADVS"].frame.query("PARAMCD == 'WEIGHT'")["PCHG"].isna().tolist() == [True, True, False]


def test_grades_by_criteria():
    grades = {
        "LIGHT": ag.Grade(
            where="PARAMCD == 'WEIGHT'",
            term="Underweight",
            direction="low",
            cases=(ag.Case("AVAL < 75", "2"), ag.Case("AVAL < 81", "1")),
        )
    }
    derived = derive(parts={"grades": grades}, baseline_values={"BTOXGRL": "ATOXGRL"})
    found = derived["ADVS"].frame.astype(object).query("PARAMCD == 'WEIGHT'")
    assert found["ATOXGRL"].tolist() == ["1", "0", "2"]
    assert found["BTOXGRL"].tolist() == ["1", "1", "2"]
    others = derived["ADVS"].frame.query("PARAMCD == 'HEIGHT'")
    assert others[["ATOXGRL", "ATOXDSCL"]].isna().all(axis=None)


def test_two_grades_of_one_record_are_refused():
    cases = (ag.Case("AVAL < 75", "2"),)
    grades = {
        name: ag.Grade(where="PARAMCD == 'WEIGHT'", term=name, direction="low", cases=cases)
        for name in ("ONE", "OTHER")
    }
    with pytest.raises(ag.DerivationRefused, match="have two terms"):
        derive(parts={"grades": grades})


def test_the_record_closest_to_the_target_of_a_window():
    later = VS.iloc[:1].assign(VSDTC="2024-01-18", VSSEQ=7.0, VISITNUM=3.0)
    visits = {"Week 1": ag.AnalysisVisit(number=1.0, first=2, last=14, target=8)}
    flag = ag.OccurrenceFlag(
        dataset="ADVS", where="AVISITN == 1", by=("PARAMCD", "AVISIT"), order=("AWTDIFF",)
    )
    derived = derive(
        pd.concat([VS, later]).reset_index(drop=True), parts={"visits": visits, "flags": {"ANL01FL": flag}}
    )
    found = derived["ADVS"].frame.query("ANL01FL == 'Y'")
    assert found[["VSSEQ", "ADY", "AWTARGET", "AWTDIFF"]].to_numpy().tolist() == [[7.0, 9.0, 8.0, 1.0]]


def test_a_variable_that_only_others_use():
    variables = {
        "HALF": ag.AnalysisVariable(expression="AVAL / 2", output=False),
        "HALFC": ag.AnalysisVariable(compose="{HALF} of {VISIT} and {BASEX}", missing_text="none"),
        "BASEX": ag.AnalysisVariable(expression="1 / (AVAL - AVAL)"),
    }
    found = derive(parts={"variables": variables})["ADVS"]
    assert "HALF" not in found
    assert found.frame["HALFC"].astype(str).tolist()[0] == "90 of DAY 1 and none"


def test_no_records():
    derived = derive(
        VS.iloc[:0],
        measurements={
            name: ag.Measurement(param=name, may_be_empty=True, expression=text)
            for name, text in (("WEIGHT", ""), ("HEIGHT", ""), ("BMI", "WEIGHT / HEIGHT"))
        },
        parts={
            "records": {"MEAN": ag.DerivedRecords(by=("PARAMCD",), take="mean")},
            "variables": {"ANRIND": ag.AnalysisVariable(compose="{PARAMCD}")},
            "visits": {"Day 1": ag.AnalysisVisit(number=1.0)},
            "flags": {"ANL01FL": ag.OccurrenceFlag(dataset="ADVS", order=("ADT",))},
        },
        number=("PARAMCD", "ADT"),
        trace=True,
    )
    assert len(derived["ADVS"]) == 0
    assert {"PARAMCD", "AVAL", "BASE", "CHG", "ABLFL", "ANL01FL", "ASEQ", "SRCSEQ"} <= {
        *derived["ADVS"].names
    }


def test_the_trace_is_of_the_source_alone():
    parts = {
        "records": {"MEAN": ag.DerivedRecords(by=("PARAMCD",), take="mean", where="PARAMCD == 'WEIGHT'")}
    }
    found = derive(parts=parts, trace=True)["ADVS"].frame.astype(object)
    means = found["DTYPE"].eq("MEAN")
    assert found.loc[~means, "SRCSEQ"].tolist() == found.loc[~means, "VSSEQ"].tolist()
    assert found.loc[means, ["SRCDOM", "SRCVAR", "SRCSEQ"]].isna().all(axis=None)
    assert {*found.loc[~means, "SRCDOM"]} == {"VS"}


def test_labels_of_numbered_variables_are_those_of_the_standard():
    variables = {
        "AVALCAT1": ag.AnalysisVariable(cases=(ag.Case("AVAL > 75", "> 75"),), number="AVALCA1N"),
        "A1LO": ag.AnalysisVariable(expression="VSSTRESN"),
        "CRIT2FL": ag.AnalysisVariable(where="AVAL > 1", label="Above 1"),
    }
    found = derive(parts={"variables": variables})["ADVS"]
    assert {name: found.variable(name).label for name in ("AVALCAT1", "AVALCA1N", "A1LO", "CRIT2FL")} == {
        "AVALCAT1": "Analysis Value Category 1",
        "AVALCA1N": "Analysis Value Category 1 (N)",
        "A1LO": "Analysis Range 1 Lower Limit",
        "CRIT2FL": "Above 1",
    }


def test_special_missing_values_of_the_source_are_kept():
    data = ag.Dataset.from_frame(VS.assign(VSDOSE=[None, 1.0, None, None, 2.0]), "VS")
    data = data.replace(special_missing={"VSDOSE": ag.SpecialMissing(np.array([0, 3]), np.array(["A", "B"]))})
    records = {"MAXIMUM": ag.DerivedRecords(by=("PARAMCD",), take="maximum", order=("ADT",), when="last")}
    what = ag.Specification(
        {"ADVS": ag.Measurements(dataset="VS")}, measurements=MEASUREMENTS, records=records
    )
    found = ag.derive(ag.Study.of(ag.Dataset.from_frame(ADSL, "ADSL"), data), what)["ADVS"]
    special = found.special_missing["VSDOSE"]
    assert special.tags.tolist() == ["A", "B", "B"]
    kept = found.frame.iloc[special.records]
    assert kept["USUBJID"].astype(str).tolist() == ["1", "2", "2"]
    assert kept["VSSEQ"].tolist() == [1.0, 1.0, 1.0]


@pytest.mark.parametrize("form", ["Int64", "Float64", "float32", "int8"])
def test_numbers_of_any_type(form):
    typed = VS.assign(
        VSSTRESN=pd.Series([80, 82, 100, 70, 60]).astype(form), VISITNUM=VS["VISITNUM"].astype(form)
    )
    plain = VS.assign(VSSTRESN=[80.0, 82.0, 100.0, 70.0, 60.0])
    given = measurement(**BMI, constant=("HEIGHT",), by=("VISITNUM",))
    one, other = (derive(each, **given)["ADVS"] for each in (typed, plain))
    assert ag.diff(one, other, by="USUBJID,PARAMCD,VISITNUM", metadata=False).datasets["ADVS"].equal


def test_texts_of_any_type():
    for form in ("object", "string", "string[pyarrow]", "category"):
        texts = {name: VS[name].astype(form) for name in VS.columns if VS[name].dtype != float}
        assert len(derive(VS.assign(**texts), measurements={}, **BY_TEST)["ADVS"]) == 5


def test_a_missing_paramcd_and_subjects_without_a_first_dose():
    untreated = ADSL.assign(TRTSDT=pd.to_datetime([None, "2024-01-10"]))
    derived = derive(changed("VSTESTCD", 0, None), untreated, unmapped="exclude")
    found = derived["ADVS"].frame
    assert len(found) == 4
    assert found.loc[found["USUBJID"].astype(str) == "1", ["ADY", "BASE", "CHG"]].isna().all(axis=None)


def test_a_grade_may_depend_on_the_baseline_and_the_baseline_has_a_grade():
    grades = {
        "LOSS": ag.Grade(
            where="PARAMCD == 'WEIGHT'",
            term="Weight loss",
            direction="low",
            cases=(ag.Case("AVAL < BASE", "1"),),
        )
    }
    lighter = changed("VSSTRESN", 1, 70.0)
    derived = derive(lighter, parts={"grades": grades}, baseline_values={"BTOXGRL": "ATOXGRL"})
    found = derived["ADVS"].frame.astype(object).query("PARAMCD == 'WEIGHT'")
    assert found[["ATOXGRL", "BTOXGRL"]].to_numpy().tolist() == [["0", "0"], ["1", "0"], ["0", "0"]]


def test_copies_before_the_baseline_have_the_visit_that_is_set():
    parts = {
        "records": {
            "HIGHEST": ag.DerivedRecords(
                by=("PARAMCD",), take="maximum", order=("ADT",), set={"AVISIT": "Highest", "AVISITN": 99.0}
            )
        },
        "visits": {"Day 1": ag.AnalysisVisit(number=1.0, last=5)},
    }
    found = derive(parts=parts, baseline_where="ADT <= TRTSDT and missing(DTYPE)")["ADVS"].frame.astype(
        object
    )
    assert found.loc[found["DTYPE"].eq("HIGHEST"), "AVISIT"].tolist() == ["Highest"] * 4
    assert found.loc[found["DTYPE"].isna(), "AVISIT"].fillna("").tolist() == [
        "Day 1",
        "Day 1",
        "",
        "Day 1",
        "Day 1",
    ]


def test_names_in_an_expression_are_of_any_case():
    given = {"param": "BMI", "expression": "weight / (HEIGHT * height / 10000) + 0 * Weight"}
    found = derive(**measurement(**given, by=("VISITNUM",)))["ADVS"].frame.query("PARAMCD == 'BMI'")
    assert found["AVAL"].round(3).tolist() == [24.691, 27.344]


def test_dtype_is_known_where_records_are_derived_last():
    parts = {
        "records": {"LAST": ag.DerivedRecords(by=("PARAMCD",), take="last", order=("ADT",), when="last")},
        "flags": {"ANL01FL": ag.OccurrenceFlag(dataset="ADVS", where="missing(DTYPE)", take="all")},
    }
    assert derive(parts=parts)["ADVS"].filled("ANL01FL").all()


def test_a_parameter_of_an_expression_may_have_no_record():
    may = measurement(**BMI | {"expression": "WEIGHT / HIEGHT"}, may_be_empty=True)
    derived = derive(**may, **BY_TEST)
    assert set(derived["ADVS"].frame["PARAMCD"]) == {"WEIGHT", "HEIGHT"}


@pytest.mark.filterwarnings("error")
def test_infinite_values_have_no_change():
    derived = derive(vs=VS.assign(VSSTRESN=np.inf))
    assert derived["ADVS"].frame["CHG"].isna().all()


def test_the_record_does_not_depend_on_the_order_of_the_source():
    one, other = (derive(vs=each, number=("VSSEQ",)) for each in (VS, VS.iloc[::-1]))
    assert one.record == other.record
    assert one["ADVS"].frame.astype(str).equals(other["ADVS"].frame.astype(str))
