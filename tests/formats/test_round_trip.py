"""What is written and read again is the same, for every format and any dataset."""

import math
import re
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import adamgate as ag
from adamgate.converters.formats import readable, writable
from adamgate.converters.formats.holds import Holds
from adamgate.schemas.study.dataset import Dataset
from adamgate.schemas.study.variable import SpecialMissing, Variable

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::adamgate.converters.writing.losses.MetadataNotKept"),
]

FORMATS = [
    suffix[1:] for suffix, form in writable().items() if suffix in readable() and Holds.FORMATS in form.holds
]
HOLDS_SPECIAL_MISSING = {
    suffix[1:] for suffix, form in writable().items() if Holds.SPECIAL_MISSING in form.holds
}
OPTIONS = {"xpt": {"xpt_encoding": "utf-8"}}
"""With which each format holds all text."""
NULL_IS_BLANK = {"csv", "xpt", "dta", "xlsx"}
"""Which have no missing text."""
WITHOUT_UNDERSCORE = {"dta"}
"""Which have no special missing value ._."""
EXACT = [to for to in FORMATS if to != "xpt"]
"""XPT has names, labels and texts of fewer kinds: test_xpt_writer_properties says which."""
DAY = np.timedelta64(1, "D")

text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
tricky = st.sampled_from(
    ["", ".", ".A", "NA", "null", "007", ' "', '",\n', "\r\n", "\r", " x ", "1e5", "true", "é", "-"]
)
dates = st.integers(-719_162, 2_932_896)  # 0001-01-01 to 9999-12-31
micros = st.integers(-719_162 * 86_400_000_000, 2_932_897 * 86_400_000_000 - 1)
odd_names = ["sep=;", "SEP=,", "A^B", "A;B", "A,B", "A\tB", "A\rB", "A\nB", '"', '"A"', "NA", ".", "1"]
odd_names += [
    "a b",
    "{A",
    "<A>",
    "PAR1",
    "2020-01-01",
    "\ufeffA",
    "\ufeff",
    "\x1aA",
    "é",
    "Subject Identifier",
]
names = st.one_of(
    st.from_regex(r"[A-Z_][A-Z0-9_]{0,7}", fullmatch=True), st.sampled_from(odd_names), st.text(max_size=4)
)
words = st.sampled_from(["Subject Identifier", "Analysis Value", "12", "2020-01-31", "A"])
seconds = st.floats(-1e6, 1e15, allow_nan=False) | st.sampled_from([-0.0, 0.1, 1e-7, 86_400.0])
number = st.one_of(st.floats(allow_nan=False, allow_infinity=False), st.integers(-(2**53), 2**53).map(float))


def some(values, missing=None):
    return st.one_of(st.just(missing), values)


COLUMNS = {
    "text": some(text | tricky),
    "category": some(st.sampled_from(["Y", "N", "", "a,b"])),
    "number": some(number, math.nan),
    "date": some(dates),
    "datetime": some(micros),
    "time": some(seconds, math.nan),
    "looks like a label": some(words),
    "empty": st.sampled_from([None, "", " "]),
}
DECLARED = {
    "number": ["", "double", "float", "decimal", "integer", "boolean", "time"],
    "datetime": ["", "datetime", "double"],
    "date": ["", "date", "integer"],
}
"""What Dataset-JSON calls a variable; the values may contradict it."""
FORMATS_OF_KIND = {"date": ["DATE9.", "E8601DA10.", ""], "datetime": ["DATETIME20.", ""], "time": ["TIME8."]}


@st.composite
def datasets(draw, special_missing):
    records = draw(st.integers(0, 6))
    kinds = draw(st.lists(st.sampled_from(sorted(COLUMNS)), max_size=5))
    named = draw(st.lists(names, min_size=len(kinds), max_size=len(kinds), unique_by=str.upper))
    columns, variables, special = {}, [], {}
    for name, kind in zip(named, kinds, strict=True):
        values = draw(st.lists(COLUMNS[kind], min_size=records, max_size=records))
        columns[name] = column_of(kind, values)
        is_text = kind in TEXTS
        length = draw(st.none() | st.integers(1, 200) | st.sampled_from([0, -1, 2**31 - 1, 2**31]))
        declared = draw(st.sampled_from(DECLARED.get(kind, [""])))
        formats = ["TIME8."] if declared == "time" else FORMATS_OF_KIND.get(kind, [""])
        variable = Variable(
            name,
            label=draw(text | tricky),
            type="Char" if is_text else "Num",
            length=length,
            format=draw(st.sampled_from(formats)),  # a time that is declared so has always a format
            data_type=declared,
        )
        variables.append(variable)
        empty = np.flatnonzero(pd.isna(columns[name]))
        if special_missing and not is_text and len(empty):
            tags = draw(st.lists(st.sampled_from("_AZ"), min_size=len(empty), max_size=len(empty)))
            special[name] = SpecialMissing(empty.astype(np.int64), np.array(tags))
    frame = pd.DataFrame(columns, index=pd.RangeIndex(records))
    return Dataset("ADX", frame, tuple(variables), label=draw(text | tricky), special_missing=special)


TEXTS = {"text", "category", "looks like a label", "empty"}


def column_of(kind, values):
    if kind in TEXTS - {"category"}:
        return pd.array(values, dtype="string[pyarrow]")
    if kind == "category":
        return pd.Categorical(values, categories=pd.Index(["N", "Y", "", "a,b", "unused"], dtype=object))
    if kind == "date":
        days = np.array([0 if value is None else value for value in values], dtype="datetime64[D]")
        return stamps(days.astype("datetime64[s]"), values)
    if kind == "datetime":
        ticks = np.array([0 if value is None else value for value in values], dtype="datetime64[us]")
        return stamps(ticks, values)
    return np.array(values, dtype=np.float64)


def stamps(ticks, values):
    ticks[[value is None for value in values]] = "NaT"
    return ticks


@pytest.mark.parametrize("to", EXACT)
@given(data=st.data())
@settings(
    max_examples=settings.default.max_examples * 60 // 100,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_any_dataset_comes_back_or_is_refused(to, data, assert_same):
    dataset = held_by(to, data.draw(datasets(special_missing=True)))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"adx.{to}"
        try:
            ag.write(dataset, path)
        except ag.UnwritableOutput:
            assert not is_ordinary(dataset, to)
            return
        (back,) = ag.read(path)
    assert_same(dataset, back, null_is_blank=to in NULL_IS_BLANK)
    assert [note for note in back.notes if not EXPECTED_NOTES.search(note.message)] == []


EXPECTED_NOTES = re.compile("has more digits|which R writes for missing values")
"""JSON does not tell 1e17 from a whole number that was rounded to it; NA may stand for missing."""


def held_by(to, dataset):
    """The dataset without the special missing values that a format has no place for; ._ becomes .Z."""
    if to == "xlsx":
        dataset = dataset.replace(frame=dataset.frame.apply(held_by_a_sheet))
    if to not in HOLDS_SPECIAL_MISSING:
        return dataset.replace(special_missing={})
    if to not in WITHOUT_UNDERSCORE:
        return dataset
    changed = {
        name: replace(each, tags=np.where(each.tags == "_", "Z", each.tags))
        for name, each in dataset.special_missing.items()
    }
    return dataset.replace(special_missing=changed)


def held_by_a_sheet(column):
    """A column with dates and datetimes that spreadsheets have; others keep what they are."""
    if column.dtype.kind != "M":
        return column
    stamps = column.to_numpy().astype("datetime64[ms]").astype(column.dtype)
    return np.where(stamps < np.datetime64("1900-03-01"), np.datetime64("NaT"), stamps)


def stamps_in(dataset):
    return [dataset[name].to_numpy() for name in dataset.frame if dataset[name].dtype.kind == "M"]


def is_far(dataset):
    """Whether it has datetimes with microseconds that a double of milliseconds does not hold."""
    near = np.array(["1820-01-01", "2100-01-01"], "datetime64[us]")
    return any(((each < near[0]) | (each > near[1])).any() for each in stamps_in(dataset))


def has_stamps_no_sheet_has(dataset):
    """Dates before March 1900, or parts of a millisecond."""
    first = np.datetime64("1900-03-01")
    return any(((each < first) | (each.astype("datetime64[ms]") < each)).any() for each in stamps_in(dataset))


NOT_HELD = {"dta": is_far, "xlsx": has_stamps_no_sheet_has}
"""What a format may refuse of an ordinary dataset."""


def is_ordinary(dataset, to):
    """Whether a format must hold it."""
    if to in NOT_HELD and NOT_HELD[to](dataset):
        return False
    return bool(dataset.variables) and all(
        re.fullmatch("[A-Z_][A-Z0-9_]*", each.name)
        and (each.length is None or 0 < each.length < 2**31)
        and each.data_type in {"", "double", "float", "decimal"}
        and "\0" not in each.label
        for each in dataset.variables
    )


@pytest.mark.parametrize("to", FORMATS)
def test_everything_comes_back(to, everything, assert_same, tmp_path):
    dataset = held_by(to, everything)
    ag.write(dataset, tmp_path / f"adae.{to}", **OPTIONS.get(to, {}))
    (back,) = ag.read(tmp_path / f"adae.{to}")
    assert_same(dataset, back, null_is_blank=to in NULL_IS_BLANK)
    assert back.carries == dataset.carries
    assert (back.created, back.modified) == (dataset.created, dataset.modified)
    if to in HOLDS_SPECIAL_MISSING:
        assert [variable.informat for variable in back.variables] == [
            "$20.",
            "",
            "",
            "BEST12.",
            "",
            "",
            "",
            "",
        ]
    if Holds.CLASS in writable()[f".{to}"].holds and to in HOLDS_SPECIAL_MISSING:
        assert (back.declared_class, back.declared_subclass) == ("OCCURRENCE DATA STRUCTURE", "ADVERSE EVENT")


@pytest.mark.parametrize("to", FORMATS)
def test_times_that_are_not_known_are_not_made_up(to, plain, tmp_path):
    unknown = held_by(to, plain).replace(created=None, modified=None)
    ag.write(unknown, tmp_path / "csv" / "adae.csv")
    ag.convert(tmp_path / "csv" / "adae.csv", tmp_path / "out" / f"adae.{to}", **OPTIONS.get(to, {}))
    (back,) = ag.read(tmp_path / "out")
    assert (back.created, back.modified) == (None, None)


@pytest.mark.parametrize("to", FORMATS)
def test_same_input_gives_same_bytes(to, plain, tmp_path):
    for folder in ("one", "two"):
        ag.write(held_by(to, plain), tmp_path / folder / f"adae.{to}", **OPTIONS.get(to, {}))
    assert (tmp_path / "one" / f"adae.{to}").read_bytes() == (tmp_path / "two" / f"adae.{to}").read_bytes()


@pytest.mark.parametrize("to", FORMATS)
def test_real_xpt_survives_every_format(to, shared, assert_same, tmp_path):
    alone = tmp_path / "adam"  # a define.xml beside them would complete what they lack
    alone.mkdir()
    for path in (shared / "data" / "cdiscpilot" / "adam").glob("*.xpt"):
        shutil.copy(path, alone)
    study = ag.read(alone)
    written = ag.convert(alone, tmp_path / "out", to=to)
    back = ag.read(tmp_path / "out")
    assert (
        len(study)
        == len(back)
        == sum(path.name.endswith(f".{to}") and path.name[0] != "_" for path in written)
    )
    for dataset in study:
        assert_same(dataset, back[dataset.name])


@pytest.mark.parametrize("through", FORMATS)
@pytest.mark.parametrize("table", ["dm", "ds"])
def test_dataset_json_survives_every_format(table, through, shared, assert_same, tmp_path):
    source = shared / "data" / "datasetjson" / f"{table}.json"
    ag.convert(source, tmp_path / f"{table}.{through}", **OPTIONS.get(through, {}))
    (before,), (after,) = ag.read(source), ag.read(tmp_path / f"{table}.{through}")
    assert_same(known(before, after) if through == "xpt" else before, after)
    if Holds.OIDS in writable()[f".{through}"].holds:
        assert after.variables == before.variables
        assert dict(after.attributes) == dict(before.attributes)


def test_real_special_missing_values_survive(shared, assert_same, tmp_path):
    source = shared / "data" / "formats" / "missing_test.sas7bdat"
    (before,) = ag.read(source)
    # Of names in lower case in XPT and their repair see test_xpt_repairs.
    for to in HOLDS_SPECIAL_MISSING.intersection(FORMATS) - {"xpt"}:
        held = held_by(to, before)
        ag.write(held, tmp_path / f"{before.name.lower()}.{to}", **OPTIONS.get(to, {}))
        (after,) = ag.read(tmp_path / f"{before.name.lower()}.{to}")
        assert_same(held, after, null_is_blank=True)


def test_many_blocks_of_lines_come_back(assert_same, tmp_path):
    records = 100_001
    frame = pd.DataFrame(
        {
            "N": np.arange(records, dtype=np.float64) / 8,
            "T": pd.array([f"té,{i}" for i in range(records)], dtype="string[pyarrow]"),
            "C": pd.Categorical(["a", "b", None, ""] * (records // 4) + ["a"]),
        }
    )
    dataset = Dataset.from_frame(frame, "ADX")
    for to in FORMATS:
        ag.write(dataset, tmp_path / f"adx.{to}", **OPTIONS.get(to, {}))
        (back,) = ag.read(tmp_path / f"adx.{to}")
        assert_same(known(dataset, back) if to == "xpt" else dataset, back, null_is_blank=to in NULL_IS_BLANK)
        (tmp_path / f"adx.{to}").unlink()


def known(dataset, back):
    """With the lengths that an XPT file always states."""
    lengths = {each.name: each.length for each in back.variables}
    return dataset.replace(
        variables=tuple(replace(each, length=lengths[each.name]) for each in dataset.variables)
    )
