"""Cells of one variable: what is equal, what differs, and by how much."""

import datetime

import numpy as np
import pandas as pd
import pytest

import adamgate as ag


def dataset(name: str = "ADX", /, special: dict | None = None, **columns: object) -> ag.Dataset:
    made = ag.Dataset.from_frame(pd.DataFrame(columns), name)
    return made.replace(special_missing=special) if special else made


def of_values(a: object, b: object, **options: object):
    """The differences of one variable X in two datasets with the same keys."""
    keys = [f"S{number}" for number in range(len(a))]
    found = ag.diff(dataset(USUBJID=keys, X=a), dataset(USUBJID=keys, X=b), by="USUBJID", **options)
    return found.datasets["ADX"]


def cells_of(a: object, b: object, **options: object):
    (variable,) = of_values(a, b, **options).variables
    return variable


def category(*values: object) -> pd.Categorical:
    return pd.Categorical(values)


EQUAL = {
    "numbers": ([1.0, 2.5], [1.0, 2.5]),
    "integers and doubles": ([1, 2], [1.0, 2.0]),
    "missing numbers": ([1.0, np.nan], [1.0, np.nan]),
    "negative zero": ([0.0], [-0.0]),
    "infinite": ([np.inf, -np.inf], [np.inf, -np.inf]),
    "texts": (["a", "b"], ["a", "b"]),
    "trailing blanks": (["a  ", "b"], ["a", "b "]),
    "missing and empty text": (["a", None], ["a", ""]),
    "missing and blank text": (["a", None], ["a", "   "]),
    "categories in another order": (
        pd.Categorical(["a", "b"], ["a", "b"]),
        pd.Categorical(["a", "b"], ["b", "z", "a"]),
    ),
    "codes and texts": (category("a", "b "), ["a", "b"]),
    "trailing blanks of categories": (category("a ", "b"), category("a", "b ")),
    "dates": (pd.to_datetime(["2020-01-31", None]), [datetime.date(2020, 1, 31), None]),
    "dates after 2262": ([datetime.date(9999, 12, 31)], [datetime.date(9999, 12, 31)]),
    "nothing at all": ([None, None], [np.nan, np.nan]),
    "no text and no number": (pd.Series([None, None], dtype="string"), [np.nan, np.nan]),
}


@pytest.mark.parametrize("name", EQUAL)
def test_equal(name: str):
    a, b = EQUAL[name]
    for found in (of_values(a, b), of_values(b, a)):
        assert found.equal
        assert found.cells == 0
        assert found.compared == ("USUBJID", "X")


DIFFERENT = {
    "numbers": ([1.0, 2.5], [1.0, 2.75], 1, 0, 0.25),
    "the last bit": ([0.1 + 0.2], [0.3], 1, 0, (0.1 + 0.2) - 0.3),
    "one missing": ([1.0, np.nan], [1.0, 3.0], 1, 1, None),
    "infinite": ([np.inf, 1.0], [-np.inf, 1.0], 1, 0, np.inf),
    "texts": (["a", "b"], ["a", "c"], 1, 0, None),
    "case": (["a"], ["A"], 1, 0, None),
    "leading blank": (["a"], [" a"], 1, 0, None),
    "composed and decomposed": (["\u00e9"], ["e\u0301"], 1, 0, None),
    "a missing text": (["a", "b"], ["a", None], 1, 1, None),
    "categories": (category("a", "b"), category("a", "c"), 1, 0, None),
    "codes and texts": (category("a", "b"), ["a", "c"], 1, 0, None),
    "a tab is not a blank": (["a\t"], ["a"], 1, 0, None),
    "dates": ([datetime.date(2020, 1, 1)], [datetime.date(2020, 3, 1)], 1, 0, 60.0),
    "integers that are the same double": ([2**53, 1], [2**53 + 1, 1], 1, 0, 1.0),
    "integers far apart": ([2**63 - 1], [-(2**63)], 1, 0, 2.0**64),
    "an integer and a double": ([3, 1], [3.5, 1.0], 1, 0, 0.5),
    "an integer beyond 2**53 and its double": ([2**53 + 1, 1], [2.0**53, 1.0], 1, 0, 1.0),
    "the largest integer and its double": ([2**63 - 1], [2.0**63], 1, 0, 1.0),
    "the largest unsigned integer and its double": (
        pd.array([2**64 - 1, None], "UInt64"),
        [2.0**64, np.nan],
        1,
        0,
        1.0,
    ),
    "nullable integers that are the same double": (
        pd.array([2**53, None], "Int64"),
        pd.array([2**53 + 1, None], "Int64"),
        1,
        0,
        1.0,
    ),
    "nanoseconds": (
        pd.to_datetime(["2020-01-01T10:00:00.000000001"]).astype("datetime64[ns]"),
        pd.to_datetime(["2020-01-01T10:00:00.000000003"]).astype("datetime64[ns]"),
        1,
        0,
        2e-9,
    ),
    "datetimes": (
        pd.to_datetime(["2020-01-01T10:00:00.5"]),
        pd.to_datetime(["2020-01-01T10:00:02"]),
        1,
        0,
        1.5,
    ),
}


@pytest.mark.parametrize("name", DIFFERENT)
def test_different(name: str):
    a, b, count, one_missing, largest = DIFFERENT[name]
    for found in (cells_of(a, b), cells_of(b, a)):
        assert (found.cells.differ, found.cells.one_missing) == (count, one_missing)
        assert found.cells.largest == largest
        assert found.cells.tolerated == 0


@pytest.mark.parametrize(
    ("a", "b", "unit"),
    [
        ([datetime.date(2020, 1, 1)], [datetime.date(2020, 1, 2)], "days"),
        (pd.to_datetime(["2020-01-01T10:00:01"]), pd.to_datetime(["2020-01-01T10:00:02"]), "seconds"),
        ([1.0], [2.0], ""),
        (["1"], ["2"], ""),
    ],
)
def test_the_unit_of_the_largest_difference(a, b, unit):
    assert cells_of(a, b).cells.unit == unit


def special(**tags: str) -> dict[str, ag.SpecialMissing]:
    """Special missing values of X: record to letter."""
    records = np.array([int(each[1:]) for each in tags])
    return {"X": ag.SpecialMissing(records, np.array(list(tags.values())))}


def test_special_missing_values():
    values = {"USUBJID": list("abcd"), "X": [1.0, np.nan, np.nan, np.nan]}
    a = dataset("ADX", special(_1="A", _2="B"), **values)
    b = dataset("ADX", special(_1="A", _2="_"), **values)
    plain = dataset(**values)
    assert ag.diff(a, a).equal
    (found,) = ag.diff(a, b, by="USUBJID", show_values=True).datasets["ADX"].variables
    assert (found.cells.differ, found.cells.one_missing, found.cells.largest) == (1, 1, None)
    assert [(each.record_a, each.a, each.b) for each in found.examples] == [(3, ".B", "._")]
    (found,) = ag.diff(plain, a, by="USUBJID", show_values=True).datasets["ADX"].variables
    assert [(each.record_a, each.a, each.b) for each in found.examples] == [(2, None, ".A"), (3, None, ".B")]
    assert ag.diff(plain, a).frame[["a", "b"]].to_numpy().tolist() == [[None, ".A"], [None, ".B"]]


@pytest.mark.parametrize("blank", [None, "", "  "])
def test_a_variable_with_special_missing_values_alone_is_numeric(blank: str | None):
    """Also beside a column that has nothing at all, such as one of a CSV."""
    values = {"USUBJID": list("ab")}
    tagged = dataset("ADX", special(_1="A"), **values, X=[np.nan, np.nan])
    empty = dataset(**values, X=pd.Series([blank, None], dtype="string"))
    for a, b in ((tagged, empty), (empty, tagged)):
        (found,) = ag.diff(a, b, by="USUBJID").datasets["ADX"].variables
        assert (found.cells.differ, found.cells.one_missing) == (1, 1)
    text = dataset(**values, X=["x", None])
    assert [str(each.kind) for each in ag.diff(tagged, text).datasets["ADX"].metadata] == ["type"]


def test_special_missing_values_of_dates():
    values = {"USUBJID": list("ab"), "X": [datetime.date(2020, 1, 1), None]}
    found = ag.diff(dataset(**values), dataset("ADX", special(_1="Z"), **values), by="USUBJID")
    assert found.frame[["record_a", "b"]].to_numpy().tolist() == [[2, ".Z"]]


def test_special_missing_values_when_records_move():
    a = dataset("ADX", special(_1="A"), USUBJID=list("abc"), X=[1.0, np.nan, np.nan])
    b = dataset("ADX", special(_2="A"), USUBJID=list("acb"), X=[1.0, np.nan, np.nan])
    assert ag.diff(a, b, by="USUBJID").equal
    assert ag.diff(a, b, by="_N_").datasets["ADX"].cells == 2 + 2  # USUBJID, too


def test_integers_beyond_2_53_are_keys_beside_doubles():
    a = dataset(K=pd.array([2**53, 2**53 + 1, None], "Int64"), X=[0.0, 1.0, 2.0])
    b = dataset(K=[np.nan, 2.0**53, 2.0**53 + 2], X=[2.0, 0.0, 1.0])
    found = ag.diff(a, b, by="K").datasets["ADX"]
    assert (found.matched, found.only_a.first, found.only_b.first) == (2, (2,), (3,))
    assert (found.cells, found.repeated_a.keys) == (0, 0)


def test_integers_beyond_2_53_are_keys():
    a, b = ({"K": [2**53 + n for n in order], "X": [float(n) for n in order]} for order in ((0, 1), (1, 0)))
    found = ag.diff(dataset(**a), dataset(**b), by="K")
    assert found.equal
    assert found.datasets["ADX"].repeated_a.keys == 0


# Tolerances


@pytest.mark.parametrize(
    ("options", "differ", "tolerated"),
    [
        ({}, 3, 0),
        ({"abs": 0.5}, 2, 1),
        ({"abs": {"X": 0.5}}, 2, 1),
        ({"abs": {"x": 0.5, "*": 100}}, 2, 1),
        ({"abs": {"*": 100}}, 1, 2),
        ({"rel": 0.01}, 2, 1),
        ({"rel": {"X": 0.1}, "abs": 0.5}, 1, 2),
        ({"abs": 1e300, "rel": 1e300}, 1, 2),
    ],
)
def test_tolerances(options: dict, differ: int, tolerated: int):
    found = cells_of([1.0, 1000.0, np.inf], [1.25, 1010.0, 5.0], **options)
    assert (found.cells.differ, found.cells.tolerated) == (differ, tolerated)


def test_a_tolerance_says_what_it_tolerates():
    found = of_values([1.0, 2.0], [1.0, 2.0 + 1e-12], abs=1e-9)
    assert found.equal
    (variable,) = found.variables
    assert (variable.cells.differ, variable.cells.tolerated, variable.examples) == (0, 1, ())
    assert variable.cells.largest == pytest.approx(1e-12, rel=1e-3)


def test_a_missing_value_is_within_no_tolerance():
    assert cells_of([1.0], [np.nan], abs=1e300, rel=1.0).cells.differ == 1


def test_dates_have_a_tolerance_only_if_they_are_named():
    """A relative tolerance would let datetimes pass that are hours apart."""
    a, b = [datetime.date(2020, 1, 1)], [datetime.date(2020, 1, 2)]
    assert cells_of(a, b, abs=5.0, rel=0.5).cells.differ == 1
    assert of_values(a, b, abs={"X": 1}).equal
    assert not of_values(a, b, abs={"X": 0.5}).equal
    seconds = pd.to_datetime(["2020-01-01T10:00:01"]), pd.to_datetime(["2020-01-01T10:00:02"])
    assert not of_values(*seconds, abs={"X": 0.5}).equal
    assert of_values(*seconds, abs={"X": 1}).equal


@pytest.mark.parametrize(
    ("a", "b", "options", "said"),
    [
        (["a"], ["b"], {"abs": {"X": 1}}, "a character variable has no tolerance"),
        (["a"], ["b"], {"rel": {"X": 0.1}}, "a character variable has no tolerance"),
        (
            [datetime.date(2020, 1, 1)],
            [datetime.date(2020, 1, 2)],
            {"rel": {"X": 0.5}},
            "a date or datetime has no relative tolerance",
        ),
    ],
)
def test_a_tolerance_that_would_be_ignored_is_refused(a, b, options, said):
    with pytest.raises(ag.ConfigurationError, match=said) as refused:
        of_values(a, b, **options)
    assert "X" in refused.value.where


def test_a_tolerance_is_for_the_datasets_in_which_the_variable_is_numeric():
    one, other = (
        ag.Study.of(dataset("ADX", K=[1], X=[x]), dataset("ADY", K=[1], X=["a"])) for x in (1.0, 1.5)
    )
    assert ag.diff(one, other, rel={"X": 0.5}).equal


# Columns of two kinds


def test_character_and_numeric_are_a_type_difference_and_not_compared():
    found = of_values([1.0, 2.0], ["1", "2"])
    assert [(each.kind, each.variable, each.a, each.b) for each in found.metadata] == [
        ("type", "X", "Num", "Char")
    ]
    assert found.compared == ("USUBJID",)
    assert not found.equal
    assert not of_values([1.0, 2.0], ["1", "2"], metadata=False).equal


def test_dates_and_numbers_of_the_same_days_differ_in_kind_alone():
    """SAS counts days from 1960."""
    found = of_values([21915.0, np.nan], [datetime.date(2020, 1, 1), None])
    assert [(each.kind, each.a, each.b) for each in found.metadata] == [("kind", "number", "date")]
    assert (found.cells, found.equal, found.sysinfo) == (0, False, 0), "SAS has no kinds"
    assert of_values([21915.0], [datetime.date(2020, 1, 1)], metadata=False).equal
    assert cells_of([21915.0], [datetime.date(2020, 1, 3)]).cells.largest == 2.0


def test_datetimes_and_numbers_of_the_same_seconds_differ_in_kind_alone():
    stamps = pd.to_datetime(["1960-01-02T00:00:01.25"])
    found = of_values([86401.25], stamps)
    assert [(each.kind, each.a, each.b) for each in found.metadata] == [("kind", "number", "datetime")]
    assert found.cells == 0


def test_dates_and_datetimes_are_compared_as_points_in_time():
    a = [datetime.date(2020, 1, 1), datetime.date(2020, 1, 2)]
    b = pd.to_datetime(["2020-01-01T00:00", "2020-01-02T00:01"])
    found = cells_of(a, b)
    assert (found.cells.differ, found.cells.largest, found.cells.unit) == (1, 60.0, "seconds")


@pytest.mark.parametrize(
    ("distance", "stated"),
    [(0.25, 0.25), (2089.03, 2100.0), (1e-12, 1e-12), (9.95, 10.0), (123456.0, 130000.0), (np.inf, np.inf)],
)
def test_the_largest_difference_without_values_is_rounded_up(distance: float, stated: float):
    """Else the difference from 0 would be a value; as a tolerance it lets all pass."""
    cells = cells_of([0.0], [distance]).cells
    assert cells.largest_stated(exact=True) == cells.largest == distance
    assert cells.largest_stated(exact=False) == pytest.approx(stated)
    assert cells.largest_stated(exact=False) >= distance
    assert str(distance) not in repr(cells)


def test_many_blocks(monkeypatch: pytest.MonkeyPatch):
    from adamgate.converters.diff import cells

    monkeypatch.setattr(cells, "_BLOCK", 7)
    n = 100
    a = {
        "USUBJID": [f"S{i}" for i in range(n)],
        "X": np.arange(n) * 1.0,
        "T": [f"t{i % 9}" for i in range(n)],
    }
    b = {name: list(values) for name, values in a.items()}
    b["X"][40], b["T"][99] = -1.0, "other"
    for order in (range(n), [*range(50, n), *range(50)]):
        moved = {name: [values[i] for i in order] for name, values in b.items()}
        found = ag.diff(dataset(**a), dataset(**moved), by="USUBJID").frame
        assert found[["variable", "record_a"]].to_numpy().tolist() == [["X", 41], ["T", 100]]
        assert found["record_b"].tolist() == [[*order].index(40) + 1, [*order].index(99) + 1]
