"""Frames as other tools make them: any type of column, of name and of index."""

from __future__ import annotations

import datetime
import decimal
from collections.abc import Callable
from random import Random

import numpy as np
import pandas as pd
import pyarrow as pa

_NAMES = (
    "USUBJID",
    "AVAL",
    "ADT",
    "PARAMCD",
    "CNSR",
    "é",
    "a b",
    "",
    "x" * 300,
    "\ud800",
    "A\0",
    7,
    10**5000,
    None,
    1.5,
    ("a", 1),
)
_DAY = datetime.date(2020, 1, 31)
_STAMP = datetime.datetime(2020, 1, 31, 8, 30)
_OBJECTS = (
    *(
        "S-1",
        "",
        " ",
        "é",
        "\ud800",
        "a\0b",
        "x" * 10_000,
        b"raw",
        None,
        np.nan,
        pd.NA,
        pd.NaT,
        1,
        -1.5,
        2**70,
        True,
    ),
    *(
        _DAY,
        _STAMP,
        datetime.time(8, 30),
        datetime.timedelta(1),
        datetime.date(9999, 12, 31),
        datetime.date(1, 1, 1),
    ),
    *(
        decimal.Decimal("1.10"),
        decimal.Decimal("NaN"),
        decimal.Decimal("sNaN"),
        decimal.Decimal("1E+400"),
        10**5000,
        np.timedelta64(1, "D"),
        np.complex128(1j),
        1j,
        [1],
        {"a": 1},
        (1, 2),
        {1},
        object,
        float("inf"),
        -0.0,
    ),
    pd.Timestamp("2020-01-31", tz="Asia/Tokyo"),
    pd.Period("2020-01"),
    pd.Interval(0, 1),
)


def _arrow(kind: pa.DataType, *values: object) -> Callable[[int], pd.Series]:
    def make(size: int) -> pd.Series:
        held = [*values, None]
        array = pa.array([held[n % len(held)] for n in range(size)], kind)
        return pd.Series(pd.arrays.ArrowExtensionArray(array))

    return make


def _repeated(dtype: object, *values: object) -> Callable[[int], pd.Series]:
    return lambda size: pd.Series([values[n % len(values)] for n in range(size)], dtype=dtype)


def _undecoded(dtype: pd.ArrowDtype | pd.StringDtype) -> Callable[[int], pd.Series]:
    """Text of Latin-1 in memory that says that it is UTF-8, as a Parquet file may hold it."""

    def make(size: int) -> pd.Series:
        ends = pa.py_buffer(np.arange(size + 1, dtype=np.int64))
        held = pa.LargeStringArray.from_buffers(size, ends, pa.py_buffer(b"\xe9" * size))
        if isinstance(dtype, pd.StringDtype):
            return pd.Series(pd.array(pa.chunked_array([held]), dtype=dtype))
        return pd.Series(pd.arrays.ArrowExtensionArray(held))

    return make


_COLUMNS: tuple[Callable[[int], pd.Series], ...] = (
    _repeated("float64", 1.0, np.nan, np.inf),
    _repeated("float32", 1.5, np.nan),
    _repeated("Int64", 1, pd.NA),
    _repeated("uint64", 2**63),
    _repeated("boolean", True, pd.NA),
    _repeated("bool", True, False),
    _repeated("complex128", 1j, 0),
    lambda size: pd.Series(list(np.zeros(size, dtype=[("a", "i4")])), dtype=object),
    lambda size: pd.DataFrame(index=range(size)).assign(X=np.zeros(size, dtype=[("a", "i4")]))["X"],
    _undecoded(pd.ArrowDtype(pa.large_string())),
    _undecoded(pd.StringDtype("pyarrow")),
    _repeated("string", "a", pd.NA, ""),
    _repeated("category", "a", "b", None),
    _repeated("category", 1, 2.5, "x"),
    _repeated("category", _DAY, None),
    _repeated("datetime64[ns]", "2020-01-31", None),
    _repeated("datetime64[s]", "9999-12-31", "0001-01-01", None),
    _repeated("datetime64[ns, UTC]", "2020-01-31", None),
    _repeated("timedelta64[ns]", 1, None),
    _repeated("period[D]", "2020-01-31", None),
    _repeated("Sparse[float64]", 1.0, np.nan),
    lambda size: pd.Series(pd.arrays.IntervalArray.from_breaks(range(size + 1))),
    lambda size: pd.Series([None] * size, dtype=object),
    _arrow(pa.date32(), _DAY),
    _arrow(pa.date64(), _DAY),
    _arrow(pa.timestamp("us"), _STAMP),
    _arrow(pa.timestamp("ns", "UTC"), _STAMP),
    _arrow(pa.time64("us"), datetime.time(8, 30)),
    _arrow(pa.duration("s"), datetime.timedelta(1)),
    _arrow(pa.list_(pa.int64()), [1, 2]),
    _arrow(pa.struct([("a", pa.int64())]), {"a": 1}),
    _arrow(pa.decimal128(10, 2), decimal.Decimal("1.10")),
    _arrow(pa.large_string(), "a", ""),
    _arrow(pa.binary(), b"raw"),
    _arrow(pa.null()),
    _arrow(pa.bool_(), True),
    _arrow(pa.int8(), 1),
)


def frame(random: Random) -> pd.DataFrame:
    """A frame of up to five columns and six records."""
    size = random.choice((0, 1, 2, 6))
    columns = [_column(size, random) for _ in range(random.randint(0, 5))]
    made = pd.DataFrame(dict(enumerate(columns)), index=range(size))
    names = [random.choice(_NAMES) for _ in columns]
    if random.random() < 0.05 and columns:
        made.columns = pd.MultiIndex.from_product([["A"], range(len(columns))])
    else:
        made.columns = pd.Index(names, dtype=object)
    if random.random() < 0.3:
        made.index = pd.Index([random.choice(("a", 1, None, _DAY)) for _ in range(size)], dtype=object)
    return made


_SUBJECTS = ("S-1", "S-2", "S-3")
_FIRST, _LAST = pd.Timestamp("2020-01-31"), pd.Timestamp("2020-03-31")
_STUDY: dict[str, pd.DataFrame] = {
    "ADSL": pd.DataFrame(
        {
            "STUDYID": "ST",
            "USUBJID": _SUBJECTS,
            "SUBJID": ("1", "2", "3"),
            "ARM": ("A", "B", "A"),
            "AGE": (51.0, 62.0, 73.0),
            "SEX": ("M", "F", "M"),
            "SAFFL": ("Y", "Y", "N"),
            "TRTSDT": _FIRST,
            "TRTEDT": _LAST,
            "DTHDT": (_LAST, pd.NaT, pd.NaT),
            "DTHFL": ("Y", None, None),
        }
    ),
    "ADTTE": pd.DataFrame(
        {
            "STUDYID": "ST",
            "USUBJID": [*_SUBJECTS, *_SUBJECTS],
            "PARAMCD": ["OS"] * 3 + ["PFS"] * 3,
            "PARAM": ["Overall Survival (Days)"] * 3 + ["Progression-Free Survival (Days)"] * 3,
            "AVAL": 61.0,
            "CNSR": (0, 1, 1, 0, 2, 0),
            "STARTDT": _FIRST,
            "ADT": _LAST,
            "EVNTDESC": ("Death", "Alive", "Alive", "Death", "Lost", "Progression"),
            "SRCDOM": "ADSL",
            "SRCVAR": "DTHDT",
            "SRCSEQ": (1, 1, 1, 1, 1, 1),
            "ANL01FL": "Y",
            "SAFFL": ("Y", "Y", "N", "Y", "Y", "N"),
            "TRTP": ("A", "B", "A", "A", "B", "A"),
        }
    ),
    "ADAE": pd.DataFrame(
        {
            "STUDYID": "ST",
            "USUBJID": _SUBJECTS,
            "AESEQ": (1, 1, 1),
            "AETERM": ("COUGH", "RASH", "COUGH"),
            "AEDECOD": ("Cough", "Rash", "Cough"),
            "AEBODSYS": ("Respiratory", "Skin", "Respiratory"),
            "AESTDTC": ("2020-02-01", "2020-02", ""),
            "ASTDT": (_FIRST, _LAST, pd.NaT),
            "AENDT": (_LAST, _LAST, pd.NaT),
            "ASTDY": (1, 61, None),
            "TRTEMFL": ("Y", None, "Y"),
            "AESER": ("N", "Y", "N"),
            "AESEV": ("MILD", "SEVERE", None),
            "AOCCFL": ("Y", "Y", "Y"),
            "TRTA": ("A", "B", "A"),
        }
    ),
}


def study(random: Random) -> dict[str, pd.DataFrame]:
    """Datasets of three subjects, in which some columns are of any type, absent, or further ones."""
    made = {name: frame.copy() for name, frame in _STUDY.items() if random.random() < 0.9}
    for name, whole in made.items():
        chosen = [random.choice(list(whole.columns)) for _ in range(random.choice((0, 1, 1, 2)))]
        changed = {column: _column(len(whole), random) for column in chosen if random.random() < 0.8}
        dropped = [column for column in chosen if column not in changed]
        made[name] = whole.drop(columns=dropped).assign(**changed)  # pandas drops nothing beside some types
        if random.random() < 0.1:
            made[name] = made[name].iloc[: random.randint(0, 2)]
    return made


def _column(size: int, random: Random) -> pd.Series:
    if random.random() < 0.5:
        return random.choice(_COLUMNS)(size)
    few = random.sample(_OBJECTS, random.randint(1, 3))
    return pd.Series([random.choice(few) for _ in range(size)], dtype=object)
