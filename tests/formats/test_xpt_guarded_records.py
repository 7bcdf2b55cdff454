"""Nothing in the records of a version 5 file is read as the header of the next dataset."""

import io
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from xpt_datasets import dataset, refused, written

import adamgate as ag
from adamgate.converters.formats.xpt.cards import CARD
from adamgate.converters.formats.xpt.guarded_records import GuardedRecords

MEMBER = "HEADER RECORD*******MEMBER  HEADER RECORD!!!!!!!000000000000000001600000000140  "
TWO_VARIABLES = {"A": ["x" * 20, MEMBER[:20]], "B": ["y" * 60, MEMBER[20:].rstrip()]}
FOUR_RECORDS = {"A": ["x" * 20] * 4 + [MEMBER[at : at + 20].rstrip() for at in range(0, CARD, 20)]}
FILLED_UP = {"A": ["x" * 8] * 10 + [MEMBER[at : at + 8].rstrip() for at in range(0, 48, 8)]}
"""Blanks after the last record are the counts of the header."""


@pytest.mark.parametrize("read_back", [True, False])
@pytest.mark.parametrize(
    ("columns", "record"),
    [(TWO_VARIABLES, 2), (FOUR_RECORDS, 5), (FILLED_UP, 11)],
    ids=["across", "down", "end"],
)
def test_values_that_are_a_header_together_are_refused(columns, record, read_back, tmp_path):
    data = ag.Dataset.from_frame(pd.DataFrame(columns), "ADX")
    with pytest.raises(
        ag.UnwritableOutput, match="several values together would be read as the header"
    ) as told:
        ag.write(data, tmp_path / "adx.xpt", read_back=read_back)
    assert told.value.where == f"{tmp_path / 'adx.xpt'}: ADX, record {record}"
    assert list(tmp_path.iterdir()) == []
    (back,) = ag.read(ag.write(data, tmp_path / "adx.xpt", xpt_version=8, read_back=read_back)[0])
    assert ag.diff(data, back, by="_N_", metadata=False).equal


@pytest.mark.parametrize("kind", ["LIBRARY ", "DSCRPTR ", "NAMESTR ", "OBS     ", "MEMBV8  "])
def test_other_headers_are_text(kind, tmp_path):
    text = MEMBER.replace("MEMBER  ", kind).rstrip()
    data = ag.Dataset.from_frame(pd.DataFrame({"A": ["x" * CARD, text]}), "ADX", text[:40])
    data = data.replace(variables=[ag.Variable("A", text[:40])])
    (back,) = ag.read(ag.write(data, tmp_path / "adx.xpt", read_back=False)[0])
    assert (back["A"].tolist(), back.label) == (["x" * CARD, text], text[:40].rstrip())
    assert back.variables[0].label == text[:40].rstrip()


PIECES = st.lists(
    st.sampled_from([MEMBER, MEMBER[:48] + " " * 32, "x" * 80, "HEADER RECORD", "x", " " * 40, MEMBER[:41]]),
    max_size=9,
)


@given(pieces=PIECES, cuts=st.lists(st.integers(0, 700)))
def test_a_card_is_found_however_the_records_are_cut(pieces, cuts):
    raw = "".join(pieces).encode()
    raw += b" " * (-len(raw) % CARD)
    is_header = any(
        raw[at:].startswith(b"HEADER RECORD*******MEMBER  HEADER RECORD!!!!!!!")
        for at in range(0, len(raw), CARD)
    )
    part = SimpleNamespace(
        first=0, name="ADX", path=Path("adx.xpt"), described=SimpleNamespace(record_length=8)
    )
    stream = io.BytesIO()
    guarded = GuardedRecords(stream, part)
    try:
        for start, end in pairwise(sorted({0, len(raw), *(cut for cut in cuts if cut < len(raw))})):
            guarded.write(raw[start:end])
    except ag.UnwritableOutput:
        assert is_header
    else:
        assert not is_header
        assert stream.getvalue() == raw


def test_text_that_would_be_read_as_a_header(tmp_path):
    text = MEMBER.rstrip()
    data = dataset(A=["x" * 80, text])
    refusal = refused(data, tmp_path)
    assert refusal.details == (
        "ADX.A: contains text that would be read as the header of another dataset (first in record 2)",
    )
    assert "--xpt-version 8" in refusal.advice
    (back,) = ag.read(written(data, tmp_path, xpt_version=8))
    assert back["A"].tolist() == ["x" * 80, text]
