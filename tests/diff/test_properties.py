"""What always holds: a dataset equals itself, and exactly what was changed is found, whatever the order."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import adamgate as ag
from adamgate.converters.formats import readable, writable

pytestmark = pytest.mark.slow

TEXTS = (
    st.none()
    | st.sampled_from(["", " ", "a", "a ", "B", "\u00e9", "longer text"])
    | st.text("xyz ", max_size=4)
)
NUMBERS = st.none() | st.sampled_from([0.0, -0.0, 1.0, 2.5, 1e300, np.inf]) | st.floats(-1e6, 1e6)
DAYS = st.none() | st.dates(pd.Timestamp("1900-01-01").date(), pd.Timestamp("2100-01-01").date())
COLUMNS = st.sampled_from([TEXTS, NUMBERS, DAYS])


@st.composite
def frames(draw: st.DrawFn, least: int = 0) -> pd.DataFrame:
    """A frame with a key and some columns of each kind."""
    records = draw(st.integers(least, 12))
    columns = {"USUBJID": pd.Series([f"S{number:02}" for number in range(records)], dtype="string")}
    for number in range(draw(st.integers(1, 4))):
        kind = draw(COLUMNS)
        values = draw(st.lists(kind, min_size=records, max_size=records))
        dtype = {id(TEXTS): "string", id(NUMBERS): "float64"}.get(id(kind))
        made = (
            pd.to_datetime(pd.Series(values, dtype=object))
            if dtype is None
            else pd.Series(values, dtype=dtype)
        )
        columns[f"V{number}"] = made.astype("category") if dtype == "string" and draw(st.booleans()) else made
    return pd.DataFrame(columns)


def dataset(frame: pd.DataFrame) -> ag.Dataset:
    return ag.Dataset.from_frame(frame, "ADX")


def is_missing(value: object) -> bool:
    return value is None or value is pd.NaT or value is pd.NA or value != value or not str(value).strip(" ")


def same(one: object, other: object) -> bool:
    """Whether two values are equal: by definition, not by the code under test."""
    if is_missing(one) or is_missing(other):
        return is_missing(one) and is_missing(other)
    return (one.rstrip(" ") == other.rstrip(" ")) if isinstance(one, str) else one == other


def cells(found: ag.Differences) -> set[tuple[str, int, int]]:
    frame = found.frame
    return set(zip(frame["variable"], frame["record_a"], frame["record_b"], strict=True))


@given(frames())
def test_a_dataset_equals_itself(frame: pd.DataFrame):
    data = dataset(frame)
    before = data.frame.copy(deep=True)
    for by in (None, "USUBJID", "_N_"):
        found = ag.diff(data, data, by=by)
        assert found.equal
        assert found.datasets["ADX"].matched == len(frame)
    pd.testing.assert_frame_equal(data.frame, before)


@given(frames(), st.randoms(use_true_random=False))
def test_the_order_of_records_and_variables_is_free(frame: pd.DataFrame, random):
    moved = frame.iloc[random.sample(range(len(frame)), len(frame))].reset_index(drop=True)
    moved = moved[random.sample(list(moved.columns), moved.shape[1])]
    assert ag.diff(dataset(frame), dataset(moved), by="USUBJID").equal
    assert ag.diff(dataset(frame), dataset(moved)).equal


@given(frames(1), st.data())
def test_exactly_what_was_changed_is_found(frame: pd.DataFrame, data: st.DataObject):
    """After the records were shuffled, too."""
    changed = frame.copy()
    expected = set()
    for name in frame.columns[1:]:
        records = data.draw(st.sets(st.integers(0, len(frame) - 1)))
        is_text = isinstance(frame[name].dtype, pd.CategoricalDtype | pd.StringDtype)
        is_date = pd.api.types.is_datetime64_any_dtype(frame[name])
        planted = "planted" if is_text else pd.Timestamp("2150-05-05") if is_date else 123456.789
        held = changed[name].astype("string") if is_text else changed[name].copy()
        for record in records:
            held.iloc[record] = planted
        changed[name] = held
        expected |= {(name, record) for record in records}
    order = data.draw(st.permutations(range(len(frame))))
    moved = changed.iloc[list(order)].reset_index(drop=True)
    place = {record: position for position, record in enumerate(order)}
    found = ag.diff(dataset(frame), dataset(moved), by="USUBJID")
    assert cells(found) == {(name, record + 1, place[record] + 1) for name, record in expected}
    back = ag.diff(dataset(moved), dataset(frame), by="USUBJID")
    assert {(name, b, a) for name, a, b in cells(back)} == cells(found)


@given(frames(), frames())
def test_it_is_what_a_merge_of_pandas_finds_and_symmetric(one: pd.DataFrame, other: pd.DataFrame):
    common = [name for name in one.columns[1:] if name in other.columns]
    kinds = {
        name: {
            pd.api.types.infer_dtype(each[name].dropna()) for each in (one, other) if each[name].notna().any()
        }
        for name in common
    }
    comparable = [name for name in common if len({str(kind) for kind in kinds[name]}) <= 1]
    a, b = one[["USUBJID", *comparable]], other[["USUBJID", *comparable]]
    merged = a.assign(record_a=range(1, len(a) + 1)).merge(
        b.assign(record_b=range(1, len(b) + 1)), on="USUBJID", suffixes=("", "_b")
    )
    expected = {
        (name, row["record_a"], row["record_b"])
        for _, row in merged.iterrows()
        for name in comparable
        if not same(row[name], row[f"{name}_b"])
    }
    found = ag.diff(dataset(a), dataset(b), by="USUBJID")
    assert cells(found) == expected
    assert found.datasets["ADX"].only_a.count == len(a) - len(merged)
    assert found.datasets["ADX"].only_b.count == len(b) - len(merged)
    back = ag.diff(dataset(b), dataset(a), by="USUBJID")
    assert {(name, at_b, at_a) for name, at_a, at_b in cells(back)} == expected


KEYED = st.lists(
    st.tuples(st.sampled_from("ab"), st.sampled_from([1.0, 2.0, None]), st.integers(0, 3)), max_size=8
)


@given(KEYED, KEYED)
def test_duplicate_keys_are_matched_in_their_order(one: list, other: list):
    """As a merge does by the keys and the number of the record among those with the same keys."""

    def numbered(rows: list) -> pd.DataFrame:
        frame = pd.DataFrame(rows, columns=["K", "L", "X"]).astype({"K": object, "L": float, "X": float})
        frame["occurrence"] = frame.groupby(["K", "L"], dropna=False).cumcount()
        return frame.assign(record=range(1, len(frame) + 1))

    a, b = numbered(one), numbered(other)
    merged = a.merge(b, on=["K", "L", "occurrence"], suffixes=("", "_b"))
    differ = merged[merged["X"] != merged["X_b"]]
    found = ag.diff(dataset(a[["K", "L", "X"]]), dataset(b[["K", "L", "X"]]), by=["K", "L"])
    assert cells(found) == {
        ("X", one, other) for one, other in zip(differ["record"], differ["record_b"], strict=True)
    }
    each = found.datasets["ADX"]
    assert each.matched == len(merged)
    for repeated, frame in ((each.repeated_a, a), (each.repeated_b, b)):
        sizes = frame.groupby(["K", "L"], dropna=False).size()
        assert (repeated.keys, repeated.records) == ((sizes > 1).sum(), sizes[sizes > 1].sum())


@given(
    st.lists(st.tuples(st.floats(-1e3, 1e3), st.floats(-1, 1)), min_size=1),
    st.sampled_from([0.0, 1e-9, 0.1]),
    st.sampled_from([0.0, 1e-6, 0.5]),
)
def test_tolerances_are_those_of_isclose(pairs: list, absolute: float, relative: float):
    import math

    a = [first for first, _ in pairs]
    b = [first + second for first, second in pairs]
    keys = [str(number) for number in range(len(pairs))]
    frames = (pd.DataFrame({"USUBJID": keys, "X": each}) for each in (a, b))
    found = ag.diff(*map(dataset, frames), by="USUBJID", abs=absolute, rel=relative)
    close = [math.isclose(x, y, rel_tol=relative, abs_tol=absolute) for x, y in zip(a, b, strict=True)]
    assert [number for _, number, _ in sorted(cells(found), key=lambda cell: cell[1])] == [
        number for number, each in enumerate(close, 1) if not each
    ]


# Files


@pytest.fixture(scope="module")
def study(root: Path) -> ag.Study:
    return ag.read(root / "fixtures" / "cartitude1")


@pytest.mark.filterwarnings("ignore::adamgate.MetadataNotKept")
@pytest.mark.parametrize("suffix", [each for each in writable() if each in readable()])
def test_a_written_study_equals_its_source(study: ag.Study, suffix: str, tmp_path: Path):
    for dataset_ in study:
        ag.write(dataset_, tmp_path / f"{dataset_.name.lower()}{suffix}")
    found = ag.diff(study, tmp_path)
    assert found.equal, found.to_dict()
    assert [each.matched for each in found.datasets.values()] == [len(each) for each in study]


def test_within_a_memory_limit_the_answer_is_the_same(root: Path):
    folders = [root / "fixtures" / name for name in ("cartitude1", "cartitude1-broken")]
    free = ag.diff(*folders)
    bound = ag.diff(*(ag.read(each, memory="1MB") for each in folders))
    tight = ag.diff(*(ag.read(each, memory="100KB") for each in folders))
    assert free.to_dict() == bound.to_dict() == tight.to_dict()
    pd.testing.assert_frame_equal(free.frame, tight.frame)


def test_the_caller_s_frames_are_not_changed(root: Path):
    study = ag.read(root / "fixtures" / "cartitude1-broken")
    other = ag.read(root / "fixtures" / "cartitude1")
    before = {each.name: each.frame.copy(deep=True) for each in study}
    asked = {each.name: len(each.asked) for each in study}
    found = ag.diff(study, other, show_values=True)
    assert len(found.frame) > 100
    for each in study:
        pd.testing.assert_frame_equal(each.frame, before[each.name])
        assert len(each.asked) == asked[each.name], "nothing is kept"


wholes = st.integers(-(2**63), 2**63 - 1) | st.integers(-3, 3).map((2**53).__add__)
floats = wholes.map(float) | st.floats(allow_nan=False)


@given(
    a=st.lists(wholes, min_size=1, max_size=5),
    b=st.lists(floats, min_size=5, max_size=5),
    dtype=st.sampled_from(["int64", "Int64"]),
)
def test_integers_and_doubles_are_equal_where_they_are_for_python(a: list, b: list, dtype: str):
    b = [float(n) if at % 2 else x for at, (n, x) in enumerate(zip(a, b, strict=False))]
    one, other = (
        ag.Dataset.from_frame(pd.DataFrame({"X": pd.array(each, kind)}), "ADX")
        for each, kind in ((a, dtype), (b, "float64"))
    )
    for found in (ag.diff(one, other, by="_N_"), ag.diff(other, one, by="_N_")):
        assert found.datasets["ADX"].cells == sum(x != y for x, y in zip(a, b, strict=True))
