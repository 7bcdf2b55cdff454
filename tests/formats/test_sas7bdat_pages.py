"""Records of sas7bdat files, however they lie on their pages: as written, and as pyreadstat has them."""

from __future__ import annotations

import struct
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyreadstat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sas7bdat_bytes import Data, Value, Var, rle, sas7bdat

from adamgate.converters.formats.format import ReadOptions
from adamgate.converters.formats.sas7bdat import columns, contents, packed_records, records
from adamgate.converters.formats.sas7bdat.reader import read_sas7bdat
from adamgate.schemas.errors import UnreadableInput
from adamgate.schemas.study.dataset import Dataset

BITS, ORDERS, COMPRESSIONS = (32, 64), ("little", "big"), ("", "rle", "rdc")
LETTERS = [*"_ABCDEFGHIJKLMNOPQRSTUVWXYZ"]


def read(raw: bytes, path: Path, **options: Any) -> Dataset:
    path.write_bytes(raw)
    return read_sas7bdat(path, ReadOptions(**options))[0]


def cells(data: Dataset) -> list[list[Value | None]]:
    """By record, as pyreadstat gives them: None for missing, a letter for a special missing value."""
    found = []
    for variable in data.variables:
        values = data[variable.name].astype(object).tolist()
        if variable.type == "Num":
            values = [None if value != value else value for value in values]
        if special := data.special_missing.get(variable.name):
            for record, tag in zip(special.records.tolist(), special.tags.tolist(), strict=True):
                values[record] = tag
        found.append(values)
    return [list(record) for record in zip(*found, strict=True)]


def kept(data: Data) -> list[list[Value | None]]:
    """What was written, as `cells` has it."""
    return [
        [None if value == "." and var.kind == "Num" else _stored(value, var) for value, var in
         zip(record, data.variables, strict=True)]
        for number, record in enumerate(data.records) if number not in data.deleted
    ]  # fmt: skip


def _stored(value: Value, var: Var) -> Value:
    if var.kind == "Char":
        return str(value).rstrip(" ")
    if isinstance(value, str):
        return value
    cut = struct.pack(">d", value)[: var.length].ljust(8, b"\0")
    return float(struct.unpack(">d", cut)[0])


def pyreadstats(path: Path) -> list[list[Value | None]]:
    values, _ = pyreadstat.read_sas7bdat(
        path, user_missing=True, disable_datetime_conversion=True, output_format="dict"
    )
    return [list(record) for record in zip(*values.values(), strict=True)]


numbers = st.one_of(st.floats(allow_nan=False, allow_infinity=False), st.sampled_from([".", *LETTERS]))
texts = st.one_of(
    st.text(st.sampled_from("ab @é"), max_size=40),
    st.builds("{}{}{}".format, st.text("xyz", max_size=9), st.just("@ab" * 9), st.text("q", max_size=30)),
)


@st.composite
def made(draw: st.DrawFn) -> Data:
    widths = draw(st.lists(st.integers(3, 8), min_size=1, max_size=4))
    variables = [Var("T", "Char", 120), *(Var(f"N{i}", length=width) for i, width in enumerate(widths))]
    row = st.tuples(texts, *(numbers for _ in widths)).map(list)
    rows = draw(st.lists(row, min_size=1, max_size=12)) * draw(st.sampled_from([1, 2, 25]))
    places = st.sets(st.integers(0, len(rows) - 1), max_size=4)
    compression = draw(st.sampled_from(COMPRESSIONS))
    return Data(
        variables,
        rows,
        bits=draw(st.sampled_from(BITS)),
        order=draw(st.sampled_from(ORDERS)),
        page_size=draw(st.sampled_from([4096, 8192])),
        deleted=draw(places),
        records_beside_metadata=draw(st.booleans()),
        compression=compression,
        moved=draw(places) if compression else (),
        unpacked=draw(places) if compression else (),
    )


@pytest.mark.slow
@settings(max_examples=settings.default.max_examples * 80 // 100)
@given(made(), st.sampled_from([1, 3, 1000]))
def test_every_cell_is_what_was_written(data: Data, block: int) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        # Blocks of few records and pages have as many ends as those of millions.
        patch.setattr(columns, "_BLOCK_BYTES", block * 150)
        patch.setattr(records, "_READ_BYTES", block * 4096)
        patch.setattr(records, "_PACKED_BYTES", block * 4096)
        patch.setattr(records, "_UNPACKED_BYTES", block * 150)
        path = Path(folder, "adtte.sas7bdat")
        found = cells(read(sas7bdat(data), path))
        assert found == kept(data)
        assert found == pyreadstats(path)


@pytest.mark.parametrize("compression", COMPRESSIONS)
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("bits", BITS)
def test_long_runs_and_texts_that_come_again(tmp_path: Path, bits: Any, order: Any, compression: Any) -> None:
    texts = ["", "x" * 6000, "ab" * 3000, "@" * 5000 + "y", "0123456789abcdef" * 375]
    texts += [chr(33 + number % 90) * number for number in range(1, 200)]
    data = Data(
        [Var("T", "Char", 6000), Var("N")],
        [[text, float(number)] for number, text in enumerate(texts)],
        bits=bits,
        order=order,
        page_size=65536,
        compression=compression,
    )
    path = tmp_path / "adtte.sas7bdat"
    found = cells(read(sas7bdat(data), path))
    assert found == kept(data) == pyreadstats(path)


@pytest.mark.parametrize("variables", [1, 2])
@pytest.mark.parametrize("bits", BITS)
def test_stat_transfer_puts_records_next_to_the_pointers(tmp_path: Path, bits: Any, variables: int) -> None:
    names = [f"N{number}" for number in range(variables)]
    data = Data(
        [Var(name) for name in names],
        [[number + 1 / 3] * variables for number in range(20)],
        bits=bits,
        release=b"9.0000M0",
        aligned=False,
    )
    path = tmp_path / "adtte.sas7bdat"
    found = cells(read(sas7bdat(data), path))
    assert found == kept(data) == pyreadstats(path)


def test_letters_of_missing_values_in_either_way_of_writing() -> None:
    column = columns.DoubleColumn(_Held(), "<")
    by_number = [bytes([0, 0, 0, 0, 0, 0xFF - tag, 0xFF, 0xFF]) for tag in range(28)]
    by_letter = [bytes([0, 0, 0, 0, 0, 0xFF - ord(tag), 0xFF, 0xFF]) for tag in [".", *LETTERS]]
    column.add(np.frombuffer(b"".join(by_number + by_letter), np.uint8).reshape(-1, 8))
    special = column.special_missing
    assert special is not None
    assert special.tags.tolist() == LETTERS * 2
    assert special.records.tolist() == [0, *range(2, 28), *range(29, 56)]


class _Held:
    def add(self, values: np.ndarray) -> None:
        assert np.isnan(values).all()


def test_a_zero_byte_within_text_is_kept(tmp_path: Path) -> None:
    data = Data([Var("T", "Char", 8)], [[b"a\0b"], [b"\0\0"], [b"c\0 "]])
    assert cells(read(sas7bdat(data), tmp_path / "x.sas7bdat")) == [["a\0b"], [""], ["c"]]


def test_text_that_never_repeats_keeps_bytes_of_its_own_encoding(tmp_path: Path) -> None:
    texts = [f"été {number} ÿ" for number in range(3000)]
    data = Data([Var("T", "Char", 20)], [[text.encode("cp1252")] for text in texts], encoding=62)
    found = read(sas7bdat(data), tmp_path / "x.sas7bdat")
    assert found["T"].astype(object).tolist() == texts
    assert found.notes == ()


# Damage

PLAIN = Data([Var("T", "Char", 6), Var("N")], [[f"S-{number:03d}", float(number)] for number in range(400)])


def place_of_row_size(raw: bytes, pages: int = 8192) -> int:
    return raw.index(struct.pack("<Q", 0xF7F7F7F7), pages)


@pytest.mark.parametrize(
    ("word", "value", "message"),
    [
        (5, 8, "variable 2 has an impossible length or place"),
        (5, 1 << 40, "states 400 records, but is large enough for 0 at most"),
        (6, 399 + 2, r"it states 401 records, but has 400"),
        (6, 1 << 62, r"states 4,611,686,018,427,387,904 records, but is large enough for"),
        (7, 401, "more deleted records than records"),
        (15, 5000, "a page has more records than it can hold"),
    ],
    ids=["width", "wide", "one more", "many more", "deleted", "beside the metadata"],
)
def test_a_wrong_size_is_refused(tmp_path: Path, word: int, value: int, message: str) -> None:
    raw = bytearray(sas7bdat(PLAIN))
    place = place_of_row_size(raw) + 8 * word
    raw[place : place + 8] = struct.pack("<Q", value)
    with pytest.raises(UnreadableInput, match=message):
        read(bytes(raw), tmp_path / "x.sas7bdat")


@pytest.mark.parametrize(
    "packed",
    [b"", rle(b"S-001 " + bytes(8)) + b"\xe0", rle(b"S-001"), b"\x30" * 5, b"\x8f", b"\x40", b"\x00\xff"],
    ids=["nothing", "too long", "too short", "unknown command", "copy beyond", "length beyond", "long copy"],
)
def test_a_damaged_compressed_record_is_refused(packed: bytes) -> None:
    raw = np.frombuffer(rle(b"S-000 " + bytes(8)) + packed, np.uint8)
    first = len(rle(b"S-000 " + bytes(8)))
    places = np.array([0, first])
    lengths = np.array([first, len(packed)])
    with pytest.raises(ValueError, match="a compressed record is damaged"):
        packed_records.unpacked_records(raw, places, lengths, 14, contents.Compression.RLE)


@pytest.mark.parametrize(
    "packed",
    [b"", b"\x80\0", b"\x80\0\x0f", b"\x80\0\x30\0", b"\x80\x00\xff\x0f", b"\0\0ab", b"\x80\x00\x10\xff "],
    ids=["nothing", "no command", "half a command", "before the record", "far before", "short", "too long"],
)  # fmt: skip
def test_a_damaged_record_of_the_other_kind_is_refused(packed: bytes) -> None:
    raw = np.frombuffer(packed.ljust(8, b"\0"), np.uint8)
    with pytest.raises(ValueError, match="a compressed record is damaged"):
        packed_records.unpacked_records(
            raw, np.array([0]), np.array([len(packed)]), 14, contents.Compression.RDC
        )


@pytest.mark.slow
@settings(max_examples=settings.default.max_examples * 150 // 100)
@given(st.sampled_from(COMPRESSIONS), st.data())
def test_a_damaged_file_is_read_or_refused(compression: Any, data: st.DataObject) -> None:
    raw = bytearray(_WHOLE[compression])
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(raw) - 1))
        raw[place] = data.draw(st.integers(0, 255))
    with tempfile.TemporaryDirectory() as folder:
        try:
            found = read(bytes(raw), Path(folder, "x.sas7bdat"))
        except UnreadableInput:
            return
        assert len(found.frame) == len(found)


_WHOLE = {
    each: sas7bdat(replace(PLAIN, page_size=4096, compression=each, deleted={3}, moved={5} if each else ()))
    for each in COMPRESSIONS
}


def test_a_file_that_shrinks_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    raw = sas7bdat(PLAIN)
    monkeypatch.setattr(records.PageFile, "__len__", lambda _: 100)
    with pytest.raises(UnreadableInput, match="became shorter while it was being read"):
        read(
            raw.replace(struct.pack("<Q", 400), struct.pack("<Q", 500)),
            tmp_path / "x.sas7bdat",
        )
