"""Whatever is written is read again as it was, or is refused with every breach: there is no third outcome."""

import math
import re
import tempfile
import warnings
from datetime import datetime, timedelta
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from xpt_independent_parser import parsed

import adamgate as ag
from adamgate.converters.formats.xpt.transliteration import transliterated
from adamgate.schemas.study.dataset import Dataset
from adamgate.schemas.study.variable import SpecialMissing, Variable
from adamgate.schemas.wording import one_line

pytestmark = pytest.mark.slow

LIMITS = {5: (8, 40, 200, 8), 8: (32, 256, 32_767, 32)}
"""Bytes of names, labels, texts and names of formats, by version."""
NAME = {5: re.compile("[A-Z_][A-Z0-9_]*", re.ASCII), 8: re.compile("[A-Za-z_][A-Za-z0-9_]*", re.ASCII)}
FORMAT = re.compile(r"(\$?)(?:[A-Za-z_](?:\w*[A-Za-z_])?)?\d{0,5}(?:\.\d{0,2})?", re.ASCII)

ordinary = st.from_regex(r"[A-Z_][A-Z0-9_]{0,7}", fullmatch=True)
names = ordinary | st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,34}", fullmatch=True)
words = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
plain = st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), max_size=12).map(str.rstrip)
long = st.integers(38, 260).map("x".__mul__)
labels = plain | words | long
texts = (
    plain | words | st.integers(190, 210).map("y".__mul__) | st.sampled_from(["", " ", "a ", " a", "a\nb"])
)
numbers = (
    st.floats(allow_infinity=True, allow_nan=True)
    | st.integers(-1000, 1000).map(float)
    | st.sampled_from([-0.0, 1e75, 7.3e75, 16.0**63, 16.0**-65, 5e-79, 5e-324, 0.1])
)
formats = {
    "text": st.sampled_from(["", "$8.", "$CHAR20.", "8.", "$LONGFORMAT."]),
    "number": st.sampled_from(["", "8.", "8.2", "BEST12.", "12", "$8.", "A B.", "TIME8.", "LONGFORMAT5."]),
    "date": st.sampled_from(["", "DATE9.", "E8601DA10.", "YYMMDD10."]),
    "datetime": st.sampled_from(["", "DATETIME20.", "E8601DT19."]),
}
days = st.integers(-719_162, 2_932_896)  # 0001-01-01 to 9999-12-31
FIRST_DAY = -141_428  # 1582-01-01
ticks = st.integers(-719_162 * 86_400_000_000, 2_932_897 * 86_400_000_000 - 1)
whole = st.integers(-1000, 1000) | st.integers(-3, 3).map((2**53).__add__)
STAMPS = {"date": (days, "D", "s"), "datetime": (ticks, "us", "us")}
"""Values, their unit, and that of the column."""
NULLABLE = {"integer": (whole, "Int64"), "truth": (st.booleans(), "boolean")}


@st.composite
def datasets(draw):
    records = draw(st.integers(0, 5))
    kinds = draw(st.lists(st.sampled_from(["text", "category", "number", *STAMPS, *NULLABLE]), max_size=4))
    named = draw(st.lists(names, min_size=len(kinds), max_size=len(kinds), unique_by=str.upper))
    columns, variables, special = {}, [], {}
    for name, kind in zip(named, kinds, strict=True):
        form = {"category": "text", "integer": "number", "truth": "number"}.get(kind, kind)
        if kind == "number":
            columns[name] = np.array(draw(st.lists(numbers, min_size=records, max_size=records)), np.float64)
            missing = np.flatnonzero(np.isnan(columns[name]))
            tags = draw(st.lists(st.sampled_from("_AMZ"), min_size=len(missing), max_size=len(missing)))
            special[name] = SpecialMissing(missing.astype(np.int64), np.array(tags, "U1"))
        elif kind in STAMPS:
            some, unit, held = STAMPS[kind]
            values = draw(st.lists(st.none() | some, min_size=records, max_size=records))
            stamps = np.array([0 if each is None else each for each in values], f"datetime64[{unit}]")
            columns[name] = stamps.astype(f"datetime64[{held}]")
            columns[name][[each is None for each in values]] = "NaT"
        elif kind in NULLABLE:
            some, dtype = NULLABLE[kind]
            values = draw(st.lists(st.none() | some, min_size=records, max_size=records))
            columns[name] = pd.array(values, dtype)
        else:
            values = draw(st.lists(st.none() | texts, min_size=records, max_size=records))
            make = pd.Categorical if kind == "category" else (lambda each: pd.array(each, "string[pyarrow]"))
            columns[name] = make(pd.array(values, object)) if kind == "category" else make(values)
        length = draw(st.none() | st.integers(1, 250))
        is_text = form == "text"
        variables.append(
            Variable(
                name,
                draw(labels),
                "Char" if is_text else "Num",
                length,
                draw(formats[form]),
                draw(formats[form]),
            )
        )
    frame = pd.DataFrame(columns, index=pd.RangeIndex(records))
    return Dataset(draw(ordinary), frame, tuple(variables), draw(plain), special_missing=special)


def expected_breaches(data, version, encoding):
    """Every variable with a breach, as this test knows the limits; "" for one of the dataset."""
    return {each.name for each in data.variables if unfit(data, each, version, encoding)}


def unfit(data, variable, version, encoding):
    name, label, text, form = LIMITS[version]
    is_text = variable.type == "Char"
    for given_format in (variable.format, variable.informat):
        match = FORMAT.fullmatch(given_format)
        if given_format and (match is None or given_format.isdigit() or bool(match[1]) is not is_text):
            return True
        if len(re.sub(r"\d*(\.\d*)?$", "", given_format)) > form:
            return True
    if len(variable.name.encode()) > name or not NAME[version].fullmatch(variable.name):
        return True
    raw = encoded(variable.label, encoding)
    if raw is None or len(raw) > label or b"\0" in raw or raw.endswith(b" "):
        return True
    column = data[variable.name]
    if is_text:
        values = [each for each in column.astype(object) if not pd.isna(each)]
        raws = [encoded(each, encoding) for each in values]
        return any(
            each is None
            or b"\0" in each
            or (each.endswith(b" ") and each.strip(b" "))
            or len(each.rstrip(b" ")) > text
            for each in raws
        )
    if column.dtype.kind == "M":
        stamps = column.dropna().to_numpy()
        if any(each < FIRST_DAY for each in stamps.astype("datetime64[D]").astype(int)):
            return True
        micros = stamps.astype("datetime64[us]").astype(object)
        return any(map(is_lost, micros))
    if str(column.dtype) in ("Int64", "boolean"):
        return any(abs(int(each)) > 2**53 for each in column.dropna())
    return any(
        math.isinf(each)
        or (each == 0 and math.copysign(1, each) < 0)
        or (each != 0 and not math.isnan(each) and not 16.0**-65 <= abs(each) < 16.0**63)
        for each in column
    )


def is_lost(moment):
    """Whether the seconds from 1960, as a double, are nearer to another microsecond."""
    micros = (moment - EPOCH) // MICROSECOND
    return round(Fraction(float(Fraction(micros, 10**6))) * 10**6) != micros


EPOCH, MICROSECOND = datetime(1960, 1, 1), timedelta(microseconds=1)


def encoded(value, encoding):
    try:
        return value.encode(encoding)
    except UnicodeEncodeError:
        return None


def ends_blank(data):
    """Whether the last record of a version 5 file may be taken for padding."""
    texts = [data[each.name] for each in data.variables if each.type == "Char"]
    all_text = len(data) > 0 and len(texts) == len(data.variables)
    return all_text and all(blank_is_missing(each)[-1] == "" for each in texts)


def attempted(data, folder, **options):
    """The file of a dataset or of another file, or why there is none."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        act = ag.convert if isinstance(data, Path) else ag.write
        try:
            return act(data, Path(folder) / "adx.xpt", **options)[0]
        except ag.UnwritableOutput as refusal:
            return refusal


@settings(max_examples=settings.default.max_examples * 4)
@given(
    data=datasets(),
    version=st.sampled_from([5, 8]),
    encoding=st.sampled_from(["ascii", "utf-8"]),
    read_back=st.booleans(),
    through=st.none() | st.just("parquet"),
)
def test_what_is_written_is_read_again_or_refused_with_every_breach(
    data, version, encoding, read_back, through
):
    expected = expected_breaches(data, version, encoding)
    with tempfile.TemporaryDirectory() as folder:
        if through is not None:
            try:
                given = ag.write(data, Path(folder) / "in" / f"adx.{through}")[0]
            except ag.UnwritableOutput:  # what no format holds: integers beyond 2**53
                through = None
        source = data if through is None else given
        done = attempted(source, folder, xpt_version=version, xpt_encoding=encoding, read_back=read_back)
        if isinstance(done, ag.UnwritableOutput):
            named = {line.split(": ")[0].partition(".")[2] for line in done.details}
            of_dataset = not data.variables or (version == 5 and ends_blank(data))
            assert named - {""} == {shown(name) for name in expected}
            assert of_dataset or "" not in named
            return
        assert not expected
        (back,) = ag.read(done, encoding=encoding)
        _, (parsed_back,) = parsed(done.read_bytes(), encoding)
    same(data, back)
    assert len(parsed_back.records) == len(data)


def shown(name):
    return one_line(f"ADX.{name}").partition(".")[2]


def same(data, back):
    assert (back.name, back.label, len(back)) == (data.name, data.label, len(data))
    assert [each.name for each in back.variables] == [each.name for each in data.variables]
    assert [each.label for each in back.variables] == [each.label for each in data.variables]
    for each in data.variables:
        theirs = back.variable(each.name)
        column, found = data[each.name], back[each.name]
        if column.dtype.kind == "M":
            is_date = np.datetime_data(column.dtype)[0] == "s"
            assert theirs.format == (each.format or ("DATE9." if is_date else "DATETIME20."))
            assert found.astype("datetime64[us]").tolist() == column.astype("datetime64[us]").tolist()
            continue
        assert theirs.format == (each.format if "." in each.format or not each.format else each.format + ".")
        if each.type == "Char":
            assert blank_is_missing(found) == blank_is_missing(column)
        elif found.dtype.kind == "f":
            numbers = column.dropna().to_numpy(np.float64)
            assert found.dropna().to_numpy().tobytes() == numbers.tobytes()
            assert (found.isna() == column.isna()).all()
        if len(column):
            special, known = back.special_missing.get(each.name), data.special_missing.get(each.name)
            assert (special.tags.tolist() if special else []) == (known.tags.tolist() if known else [])


def blank_is_missing(column):
    return ["" if pd.isna(each) or not each.strip(" ") else each for each in column.astype(object)]


@settings(max_examples=settings.default.max_examples * 2)
@given(data=datasets(), version=st.sampled_from([5, 8]))
def test_repaired_data_are_written_but_for_breaches_without_a_repair(data, version):
    with tempfile.TemporaryDirectory() as folder:
        done = attempted(data, folder, xpt_version=version, fix=True)
        if isinstance(done, ag.UnwritableOutput):
            assert "--fix" not in done.advice
            assert all(NO_REPAIR.search(line) for line in done.details), done.details
            return
        (back,) = ag.read(done)
        parsed(done.read_bytes())
    assert len(back) == len(data)
    # Each value is there, in one variable or in several after each other.
    found = [data[each.name] for each in data.variables if each.type == "Char"]
    whole = ["".join(transliterated(text, "ascii").rstrip(" ") for text in row) for row in texts_of(found)]
    kept = [back[each.name] for each in back.variables if each.type == "Char"]
    assert ["".join(row) for row in texts_of(kept)] == whole


def texts_of(columns):
    return zip(*map(blank_is_missing, columns), strict=True)


NO_REPAIR = re.compile(
    "NUL character|outside the range|outside the years|cannot be transliterated|it would be padding"
    "|has no name|is not valid Unicode|has records but no variables|beyond 2\\*\\*53|more decimals than"
)
