"""Toxicity grades by a dataset of criteria, such as a CSV file."""

import io
import math
import random

import pandas as pd
import pytest

import adamgate as ag

ADSL = pd.DataFrame({"USUBJID": ["1"], "TRTSDT": pd.to_datetime(["2024-01-10"])})
CRITERIA = """\
TERM,DIRECTION,PARAMCD,UNIT,WHERE,GRADE,VALUE,COMPARISON,LIMIT
Platelet count decreased,low,PLAT,10^9/L,,4,,<,25
Platelet count decreased,low,PLAT,10^9/L,,3,,<,50
Platelet count decreased,low,PLAT,10^9/L,,2,,<,75
Platelet count decreased,low,PLAT,10^9/L,,1,AVAL / ANRLO,<,1
ALT increased,high,ALT,U/L,BASE <= ANRHI,1,AVAL / ANRHI,>,1
ALT increased,high,ALT,U/L,BASE <= ANRHI,2,AVAL / ANRHI,>,3
ALT increased,high,ALT,U/L,BASE <= ANRHI,3,AVAL / ANRHI,>,5
ALT increased,high,ALT,U/L,BASE > ANRHI,1,AVAL / BASE,>=,1.5
ALT increased,high,ALT,U/L,BASE > ANRHI,2,AVAL / BASE,>,3
ALT increased,high,ALT,U/L,BASE > ANRHI,3,AVAL / BASE,>,5
"""
UNITS = {"PLAT": "10^9/L", "ALT": "U/L"}
LIMITS = {"PLAT": (150.0, 400.0), "ALT": (7.0, 40.0)}


def findings(*given):
    """LB of (test, day, value): before treatment up to day 9."""
    return pd.DataFrame(
        {
            "USUBJID": "1",
            "LBSEQ": range(1, len(given) + 1),
            "LBTESTCD": [each[0] for each in given],
            "LBSTRESN": pd.Series([each[2] for each in given], dtype=float),
            "LBSTRESU": [UNITS[each[0]] for each in given],
            "LBSTNRLO": [LIMITS[each[0]][0] for each in given],
            "LBSTNRHI": [LIMITS[each[0]][1] for each in given],
            "LBDTC": [f"2024-01-{each[1]:02}" for each in given],
        }
    )


def derive(lb, criteria=CRITERIA, measurements=None, grade=None, **options):
    what = ag.Specification(
        {
            "ADLB": ag.Measurements(
                **{"dataset": "LB", "param": "{LBTESTCD}", "by": ("ADT",), "baseline_may_be_empty": True}
                | options
            )
        },
        measurements=measurements or {},
        variables={
            "ANRLO": ag.AnalysisVariable(expression="LBSTNRLO"),
            "ANRHI": ag.AnalysisVariable(expression="LBSTNRHI"),
        },
        grades={"CTCAE": grade or ag.Grade(criteria="CTCAE")},
    )
    criteria = criteria if isinstance(criteria, pd.DataFrame) else pd.read_csv(io.StringIO(criteria))
    frames = {"ADSL": ADSL, "LB": lb, "CTCAE": criteria}
    return ag.derive(ag.Study.of(*(ag.Dataset.from_frame(each, name) for name, each in frames.items())), what)


def grades(derived, paramcd, variable):
    data = derived["ADLB"].frame
    data = data[data["PARAMCD"] == paramcd].sort_values("LBSEQ")
    return [None if pd.isna(each) else each for each in data[variable]]


def effects(derived):
    return {(each.policy, each.value, each.effect): each.count for each in derived.record.effects}


def test_grades_and_terms():
    lb = findings(("PLAT", 9, 150.0), *(("PLAT", 20, each) for each in (149.0, 75.0, 74.9, 49.0, 24.0, None)))
    derived = derive(lb)
    assert grades(derived, "PLAT", "ATOXGRL") == ["0", "1", "1", "2", "3", "4", None]
    assert set(grades(derived, "PLAT", "ATOXDSCL")) == {"Platelet count decreased"}
    assert set(grades(derived, "PLAT", "ATOXGRH")) == {None}


def test_grades_that_depend_on_the_baseline():
    normal = findings(("ALT", 9, 40.0), *(("ALT", 20, each) for each in (40.5, 120.0, 120.1, 201.0)))
    assert grades(derive(normal), "ALT", "ATOXGRH") == ["0", "1", "1", "2", "3"]
    raised = findings(("ALT", 9, 60.0), *(("ALT", 20, each) for each in (89.0, 90.0, 180.0, 180.1, 301.0)))
    assert grades(derive(raised), "ALT", "ATOXGRH") == ["0", "0", "1", "1", "2", "3"]


def test_without_a_baseline_the_grade_is_missing_and_counted():
    derived = derive(findings(("ALT", 20, 41.0), ("ALT", 21, 39.0)))
    assert grades(derived, "ALT", "ATOXGRH") == [None, None]
    why = "a value is missing that the grade depends on: no grade"
    assert effects(derived)[("grade.CTCAE", "ALT increased", why)] == 2


def test_records_that_no_row_is_of_have_no_grade():
    only_normal = "".join(each for each in CRITERIA.splitlines(keepends=True) if "BASE >" not in each)
    derived = derive(findings(("ALT", 9, 60.0), ("ALT", 20, 600.0)), only_normal)
    assert grades(derived, "ALT", "ATOXGRH") == [None, None]
    why = "no row of the criteria is of these records: no grade"
    assert effects(derived)[("grade.CTCAE", "ALT increased", why)] == 2


def test_a_worse_grade_that_is_unknown_leaves_none():
    """The lesser one is true, but the worse one cannot be judged."""
    criteria = """TERM,DIRECTION,PARAMCD,GRADE,VALUE,COMPARISON,LIMIT
ALT increased,high,ALT,1,,>,40
ALT increased,high,ALT,3,AVAL / BASE,>,5
"""
    derived = derive(findings(("ALT", 20, 41.0), ("ALT", 21, 39.0)), criteria)
    assert grades(derived, "ALT", "ATOXGRH") == [None, None]


def test_what_calculation_leaves_is_not_a_grade():
    """6.9 is 3 times 2.3, though 6.9 / 2.3 is a little more."""
    assert 6.9 / 2.3 > 3
    lb = findings(("ALT", 9, 2.0), ("ALT", 20, 6.9)).assign(LBSTNRHI=2.3)
    assert grades(derive(lb), "ALT", "ATOXGRH") == ["0", "1"]


@pytest.mark.parametrize("seed", range(6))
def test_each_grade_is_what_plain_python_finds(seed):
    chance = random.Random(seed)
    base = chance.choice([30.0, 60.0, 90.0])
    values = [chance.choice([None, chance.uniform(5, 600)]) for _ in range(40)]
    given = [("ALT", 9, base), *(("ALT", 20, each) for each in values)]
    wanted = []
    for _, _, value in given:
        size = None if value is None else value / (40.0 if base <= 40 else base)
        first = 1.5 if base > 40 else math.nextafter(1, 2)
        wanted.append(None if size is None else str((size >= first) + (size > 3) + (size > 5)))
    rows = CRITERIA.splitlines(keepends=True)
    mixed = rows[:1] + chance.sample(rows[1:], len(rows) - 1)
    assert grades(derive(findings(*given), "".join(mixed)), "ALT", "ATOXGRH") == wanted


def test_a_restriction_of_the_table():
    grade = ag.Grade(criteria="CTCAE", where="ADT > TRTSDT", otherwise="")
    derived = derive(findings(("PLAT", 9, 20.0), ("PLAT", 20, 20.0), ("PLAT", 20, 200.0)), grade=grade)
    assert grades(derived, "PLAT", "ATOXGRL") == [None, "4", None]
    assert grades(derived, "PLAT", "ATOXDSCL") == [None, *["Platelet count decreased"] * 2]


def test_criteria_of_parameters_without_records_are_noted():
    derived = derive(findings(("PLAT", 9, 150.0)))
    assert [(each.where, each.value) for each in derived.record.absent] == [("[grade.CTCAE] criteria", "ALT")]


def test_a_parameter_with_a_quotation_mark():
    odd = changed(PARAMCD="P'LAT")
    derived = derive(findings(("PLAT", 9, 150.0)), odd)
    assert [each.value for each in derived.record.absent] == ["P'LAT", "ALT"]


def changed(**cells):
    frame = pd.read_csv(io.StringIO(CRITERIA))
    for name, value in cells.items():
        frame[name] = frame[name].astype(object)
        frame.loc[1, name] = value
    return frame


@pytest.mark.parametrize(
    ("criteria", "what", "where"),
    [
        (changed(DIRECTION="lo"), "lo is not a direction", "row 2 of CTCAE"),
        (changed(GRADE="7"), "7 is not a grade", "row 2 of CTCAE"),
        (changed(GRADE="severe"), "severe is not a grade", "row 2 of CTCAE"),
        (changed(COMPARISON="="), "= is not a comparison", "row 2 of CTCAE"),
        (changed(COMPARISON=">"), "AVAL > 50 is a criterion of values that are low", "row 2 of CTCAE"),
        (changed(LIMIT="3 x ULN"), "LIMIT 3 x ULN is not a number", "row 2 of CTCAE"),
        (changed(LIMIT="inf"), "LIMIT inf is not a number", "row 2 of CTCAE"),
        (changed(LIMIT=None), "LIMIT is missing", "row 2 of CTCAE"),
        (changed(TERM=" "), "TERM is missing", "row 2 of CTCAE"),
        (changed(WHERE="BASE <"), "the condition cannot be parsed", "row 2 of CTCAE, WHERE"),
        (changed(VALUE="__import__('os')"), "the expression", "row 2 of CTCAE, VALUE"),
        (changed(LIMIT="100"), "grades 2 and 3 of PLAT are AVAL < 75 and < 100", "[grade.CTCAE] criteria"),
        (changed(GRADE="4"), "grades 4 and 4 of PLAT are AVAL < 25 and < 50", "[grade.CTCAE] criteria"),
        (changed(VALUE="AVAL / LBSTRESU"), "LBSTRESU of ADLB is not a number", "row 2 of CTCAE"),
        (changed(WHERE="LBSTRESU > 3"), "LBSTRESU is character", "row 2 of CTCAE"),
        (changed(VALUE="AVAL / ANRL0"), "ANRL0 is not present in ADLB", "row 2 of CTCAE"),
        (changed(VALUE="AVAL / ATOXGRL"), "ATOXGRL is not present in ADLB", "row 2 of CTCAE"),
        (changed(UNIT="/uL"), "criteria of PLAT are in /uL, but 1 record with a value in", "criteria"),
        (changed(TERM="Thrombocytopenia"), "1 record have two terms that are low", "[grade.CTCAE] criteria"),
        (changed().drop(columns="LIMIT"), "LIMIT is not present in CTCAE", "[grade.CTCAE] criteria"),
        (changed().iloc[:0], "CTCAE has no row", "[grade.CTCAE] criteria"),
    ],
)
def test_criteria_that_cannot_be_used(criteria, what, where):
    with pytest.raises(ag.DerivationRefused) as refused:
        derive(findings(("PLAT", 9, 150.0)), criteria)
    found = refused.value.problems
    assert any(what in each.what and where in each.where for each in found), found


def test_the_dataset_of_criteria_is_not_present():
    with pytest.raises(ag.DerivationRefused) as refused:
        derive(findings(("PLAT", 9, 150.0)), grade=ag.Grade(criteria="CTCEA"))
    (problem,) = refused.value.problems
    assert (problem.what, problem.advice) == ("dataset CTCEA is not present", "did you mean CTCAE?")


def test_the_unit_of_a_converted_value_is_declared():
    per_litre = {"aval": "LBSTRESN / 1000", "param": "Platelets (10^9/L)"}
    lb = findings(("PLAT", 9, 49_000.0)).assign(LBSTRESU="/uL")
    with pytest.raises(ag.DerivationRefused) as refused:
        derive(lb, measurements={"PLAT": ag.Measurement(**per_litre)})
    assert refused.value.problems[0].what == "criteria of PLAT are in 10^9/L, AVAL is in a unit not declared"
    found = derive(lb, measurements={"PLAT": ag.Measurement(**per_litre, unit="10^9/L")})
    assert grades(found, "PLAT", "ATOXGRL") == ["3"]


@pytest.mark.parametrize(
    ("grade", "what"),
    [
        ({"criteria": "CTCAE", "term": "x"}, "term has no meaning with criteria"),
        ({"criteria": "CTCAE", "direction": "low"}, "direction has no meaning with criteria"),
        ({"where": "AVAL > 1", "term": "x", "direction": "low"}, "cases is not declared"),
        ({"term": "x", "direction": "low", "cases": (ag.Case("AVAL < 1", "1"),)}, "where is not declared"),
    ],
)
def test_a_grade_is_declared_in_one_way(grade, what):
    with pytest.raises(ag.ConfigurationError, match=what):
        derive(findings(("PLAT", 9, 150.0)), grade=ag.Grade(**grade))
