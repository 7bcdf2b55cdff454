"""SAS datasets of ReadStat's own writer, which shares nothing with the reader or with our maker."""

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest
from readstat_files import StoredColumn, available, compiled, write

from adamgate.converters.formats.format import ReadOptions
from adamgate.converters.formats.sas7bdat.reader import read_sas7bdat

RECORDS = 30_000


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not available():
        if os.environ.get("TESTS_REQUIRE_READSTAT"):
            pytest.fail("gcc and libreadstat-dev are required here and absent")
        pytest.skip("no gcc, or no libreadstat-dev")
    return compiled(tmp_path_factory.mktemp("readstat"))


def columns() -> list[StoredColumn]:
    random = np.random.default_rng(20240131)
    number = np.arange(RECORDS)
    gaps = np.where(number % 7 == 0, np.nan, number / 8)
    days = np.where(number % 5 == 0, np.nan, 20_000.0 + number % 400)
    subject = np.array([b"01-%06d" % each for each in number], "S9").view(np.uint8).reshape(-1, 9)
    term = random.choice([b"HEADACHE", b"", b"NAUSEA  AND @@@@@@ VOMITING", "FIÈVRE".encode()], RECORDS)
    long = np.char.multiply(b"ab c", random.integers(0, 50, RECORDS)).astype("S200")
    return [
        StoredColumn("USUBJID", subject, label="Unique Subject Identifier"),
        StoredColumn("AVAL", gaps, "8.2", "Analysis Value"),
        StoredColumn("ADT", days, "DATE9", "Analysis Date"),
        StoredColumn("AETERM", _blanked(term.astype("S40"))),
        StoredColumn("LONG", _blanked(long)),
        StoredColumn("NOTHING", np.full(RECORDS, np.nan)),
        StoredColumn("ZERO", np.zeros(RECORDS)),
    ]


def _blanked(texts: np.ndarray) -> np.ndarray:
    stored = texts.view(np.uint8).reshape(len(texts), -1).copy()
    stored[stored == 0] = ord(" ")
    return stored


@pytest.mark.slow
@pytest.mark.parametrize("compression", ["none", "rle"])
def test_every_cell_is_what_was_written_and_pyreadstats(
    program: Path, tmp_path: Path, compression: str
) -> None:
    written = columns()
    path = tmp_path / "adae.sas7bdat"
    write(program, written, path, compression)
    assert (b"SASYZCRL" in path.read_bytes()) is (compression == "rle")
    (data,) = read_sas7bdat(path, ReadOptions())
    frame, metadata = pyreadstat.read_sas7bdat(path, disable_datetime_conversion=True)
    assert len(data) == RECORDS == len(frame)
    for column in written:
        ours, theirs = data[column.name], frame[column.name]
        variable = data.variable(column.name)
        assert variable.label == (column.label or "-") == metadata.column_names_to_labels[column.name]
        if column.is_text:
            texts = column.raw.view(f"S{column.raw.shape[1]}")[:, 0]
            assert ours.astype(object).tolist() == [text.rstrip().decode() for text in texts.tolist()]
            assert ours.astype(object).tolist() == theirs.tolist()
        elif column.format == "DATE9":
            assert ours.dtype == "datetime64[s]"
            counted = (ours - np.datetime64("1960-01-01")) / pd.Timedelta(days=1)
            np.testing.assert_array_equal(counted, column.values)
        else:
            np.testing.assert_array_equal(ours, column.values)
            np.testing.assert_array_equal(theirs, column.values)
