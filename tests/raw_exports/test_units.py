"""Numbers of units: by unit, or by test and unit, and what becomes of other units."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from raw_mapping import mapped, plain, refusal

import adamgate as ag

LAB = """[raw.LB]
files = ["lb.csv"]
same_order = "position"
[raw.LB.variables]
USUBJID = "ID"
LBTESTCD = "TEST"
[raw.LB.variables.LBSTRESN]
column = "V"
number = true
unit = "U"
factors_by = "TEST"
offsets = { TEMP = { F = -17 } }
[raw.LB.variables.LBSTRESN.factors]
HGB = { "g/dL" = 10, "g/L" = 1 }
GLUC = { "mg/dL" = 0.0555, "mmol/L" = 1 }
TEMP = { C = 1, F = 0.5 }
"""
HEAD = "ID,TEST,V,U\n"


def values(study):
    return [each["LBSTRESN"] for each in plain(study["LB"])]


def effect_of(study, policy):
    (found,) = [each for each in study.record.effects if each.policy == policy]
    return found


def test_a_unit_has_a_factor_for_each_test(tmp_path):
    lines = "1,HGB,9.5,g/dL\n2,HGB,95,g/L\n3,GLUC,100,mg/dL\n4,TEMP,100,F\n5,GLUC,,mg/dL\n"
    study = mapped(tmp_path, {"lb.csv": HEAD + lines}, LAB)
    assert values(study) == [95.0, 95.0, pytest.approx(5.55), 33.0, None]
    found = effect_of(study, "variables.LBSTRESN.factors")
    assert (found.value, found.count) == ("6 units", 4)
    assert [(each.value, each.became, each.count) for each in found.values] == [
        ("HGB g/dL", "x 10", 1),
        ("HGB g/L", "x 1", 1),
        ("GLUC mg/dL", "x 0.0555", 1),
        ("GLUC mmol/L", "x 1", 0),
        ("TEMP C", "x 1", 0),
        ("TEMP F", "x 0.5 - 17", 1),
    ]


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("1,GLUC,5,g/dL", "units without a factor in 1 record: 'GLUC g/dL' (1); first: lb.csv line 2"),
        ("1,ALB,5,g/dL", "units without a factor in 1 record: 'ALB g/dL' (1); first: lb.csv line 2"),
        ("1,,5,g/dL", "units without a factor in 1 record: 'missing g/dL' (1); first: lb.csv line 2"),
        ("1,HGB,5,", "numbers without a unit in 1 record; first: lb.csv line 2"),
    ],
)
def test_a_unit_that_a_test_does_not_have_is_refused(tmp_path, line, what):
    assert refusal(tmp_path, {"lb.csv": f"{HEAD}{line}\n"}, LAB)[0] == what


OTHER = "1,HGB,9,g/dL\n2,HGB,8,mmol/L\n3,HGB,7,mmol/L\n4,HGB,6,\n5,HGB,<5,g/dL\n6,HGB,,cc\n"


def test_other_units_are_missing_only_if_that_is_declared(tmp_path):
    declared = LAB.replace("number = true", 'number = true\notherwise = "missing"')
    what, _ = refusal(tmp_path, {"lb.csv": HEAD + OTHER}, declared)
    assert what == "units without a factor in 2 records: 'HGB mmol/L' (2); first: lb.csv line 3"
    declared = LAB.replace("number = true", 'number = true\nother_units = "missing"')
    what, _ = refusal(tmp_path, {"lb.csv": HEAD + OTHER}, declared)
    assert what == "values that are not numbers in 1 record: '<9' (1); first: lb.csv line 6"


def test_other_units_and_what_is_not_a_number_are_counted_apart(tmp_path):
    both = 'number = true\nother_units = "missing"\notherwise = "missing"'
    study = mapped(tmp_path, {"lb.csv": HEAD + OTHER}, LAB.replace("number = true", both))
    assert values(study) == [90.0, None, None, None, None, None]
    units = effect_of(study, "variables.LBSTRESN.other_units")
    assert (units.count, [(each.value, each.became, each.count) for each in units.values]) == (
        3,
        [("HGB mmol/L", None, 2), ("HGB missing", None, 1)],
    )
    assert effect_of(study, "variables.LBSTRESN.otherwise").count == 1


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ('factors_by = "TEST"\n', "", "LBSTRESN has factors in tables without factors_by"),
        (
            "offsets = { TEMP = { F = -17 } }",
            "offsets = { F = 1 }",
            "LBSTRESN has factors_by, and offsets of units alone",
        ),
        (
            "{ TEMP = { F = -17 } }",
            "{ TEMP = { K = 1 } }",
            "LBSTRESN has an offset of TEMP K, which has no factor",
        ),
        (', "g/L" = 1', ', "g/L" = 0', None),
        ("HGB = {", "X = 1\nHGB = {", None),
        ('factors_by = "TEST"', 'factors_by = "TSET"', "column TSET is not present in lb.csv"),
    ],
)
def test_factors_that_do_not_fit_are_refused(tmp_path, old, new, what):
    assert old in LAB
    with pytest.raises((ag.ConfigurationError, ag.DerivationRefused)) as caught:
        mapped(tmp_path, {"lb.csv": f"{HEAD}1,HGB,5,g/L\n"}, LAB.replace(old, new))
    found = caught.value
    said = found.problems[0].what if isinstance(found, ag.DerivationRefused) else found.what
    assert said == what if what else "LBSTRESN is not valid" in said


FLAT = """[raw.LB]
files = ["lb.csv"]
same_order = "position"
[raw.LB.variables.LBSTRESN]
column = "V"
number = true
unit = "U"
factors = { a = 2, b = 0.1, c = 1 }
other_units = "missing"
"""
RECORDS = st.lists(
    st.tuples(
        st.sampled_from(["A", "B"]),
        st.sampled_from(["", "1", "2.5", "-3"]),
        st.sampled_from(["a", "b", "d", ""]),
    ),
    min_size=1,
    max_size=30,
)


@settings(max_examples=settings.default.max_examples // 4)
@given(RECORDS)
def test_the_same_as_one_number_after_the_other(tmp_path_factory, records):
    lines = "".join(f"{number},{','.join(each)}\n" for number, each in enumerate(records))
    study = mapped(tmp_path_factory.mktemp("units"), {"lb.csv": HEAD + lines}, FLAT)
    factors = {"a": 2.0, "b": 0.1}
    expected = [float(v) * factors[u] if v and u in factors else math.nan for _, v, u in records]
    found = [math.nan if each is None else each for each in values(study)]
    assert all(
        one == other or (one != one and other != other) for one, other in zip(found, expected, strict=True)
    )
    counts = {each.value: each.count for each in effect_of(study, "variables.LBSTRESN.factors").values}
    assert counts == {unit: sum(1 for _, v, u in records if v and u == unit) for unit in "abc"}


UNITS_LINE = """[raw.LB]
files = ["lab*.csv"]
header_lines = ["names", "units"]
long = [
    { TEST = { value = "HGB" }, RESULT = "HGB", UNIT = { unit_of = "HGB" } },
    { TEST = { value = "ALT" }, RESULT = "ALT", UNIT = { unit_of = "ALT" } },
]
[raw.LB.variables]
USUBJID = "ID"
LBTESTCD = "TEST"
LBORRESU = "UNIT"
[raw.LB.variables.LBSTRESN]
column = "RESULT"
number = true
unit = "UNIT"
factors = { "g/dL" = 10, "g/L" = 1, "U/L" = 1 }
"""


def test_the_line_of_units_has_the_unit_of_each_result(tmp_path):
    files = {
        "lab1.csv": "ID,HGB,ALT\n,g/dL,U/L\n01,13.2,40\n",
        "lab2.csv": "ID,ALT,HGB\n,U/L,g/L\n02,41,131\n",
    }
    found = plain(mapped(tmp_path, files, UNITS_LINE)["LB"])
    assert [(each["USUBJID"], each["LBTESTCD"], each["LBORRESU"], each["LBSTRESN"]) for each in found] == [
        ("01", "ALT", "U/L", 40.0),
        ("01", "HGB", "g/dL", 132.0),
        ("02", "ALT", "U/L", 41.0),
        ("02", "HGB", "g/L", 131.0),
    ]


def test_a_new_unit_in_the_line_of_units_is_an_error(tmp_path):
    files = {"lab.csv": "ID,HGB,ALT\n,mmol/L,U/L\n01,8.2,40\n"}
    what, where = refusal(tmp_path, files, UNITS_LINE)
    assert what == "units without a factor in 1 record: 'mmol/L' (1); first: lab.csv line 3"
    assert where == "[raw.LB] variables LBSTRESN"


def test_a_unit_that_only_one_file_lacks_is_missing(tmp_path):
    files = {
        "lab1.csv": "ID,HGB,ALT\n,g/dL,U/L\n01,13.2,40\n",
        "lab2.csv": "ID,HGB,ALT\n,,U/L\n02,131,41\n",
    }
    what, _ = refusal(tmp_path, files, UNITS_LINE)
    assert what == "numbers without a unit in 1 record; first: lab2.csv line 3"


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        (', "units"]', ', "ignore"]', "unit_of: no file has a unit of HGB"),
        ('unit_of = "HGB"', 'unit_of = "HB"', "column HB is not present in lab.csv"),
    ],
)
def test_a_unit_that_is_not_present_is_an_error(tmp_path, old, new, what):
    files = {"lab.csv": "ID,HGB,ALT\n,g/dL,U/L\n01,13.2,40\n"}
    assert refusal(tmp_path, files, UNITS_LINE.replace(old, new)) == (what, "[raw.LB] long")


@pytest.mark.parametrize("unit", ["{ unit_of = 1 }", '{ unit_of = "" }', '{ unit_of = "HGB", value = "x" }'])
def test_unit_of_is_a_column(tmp_path, unit):
    declared = UNITS_LINE.replace('{ unit_of = "HGB" }', unit)
    with pytest.raises(ag.ConfigurationError, match="long"):
        mapped(tmp_path, {"lab.csv": "ID,HGB,ALT\n,g/dL,U/L\n01,13.2,40\n"}, declared)


def test_units_that_nothing_uses_are_listed(tmp_path):
    declared = UNITS_LINE.replace('{ unit_of = "HGB" }', '{ value = "g/dL" }')
    files = {"lab.csv": "ID,HGB,ALT\n,g/L,U/L\n01,132,40\n"}
    effects = mapped(tmp_path, files, declared).record.effects
    assert [each.effect for each in effects if each.policy == "header_lines"] == [
        "units in the files that nothing uses: HGB (g/L)"
    ]
