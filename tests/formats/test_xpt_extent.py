"""Blank records at the end told from padding, as far as the format allows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from xpt_bytes import Member, Var, ibm, library, missing

from adamgate.converters.formats.format import ReadOptions
from adamgate.converters.formats.xpt.reader import read_xpt
from adamgate.schemas.errors import UnreadableInput


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return tmp_path_factory.mktemp("extent") / "adae.xpt"


def read(path, *members):
    path.write_bytes(library(*members))
    return read_xpt(path, ReadOptions())


def values(dataset):
    return dataset["T"].astype(object).tolist()


def texts(width, records, **changes):
    return Member("ADAE", [Var("T", "Char", width)], [[record] for record in records], **changes)


@given(width=st.integers(1, 200), filled=st.integers(0, 30), blank=st.integers(0, 30))
def test_version_8_keeps_every_blank_record(path, width, filled, blank):
    (dataset,) = read(path, texts(width, [b"x"] * filled + [b""] * blank, version=8))
    if filled + blank:
        assert values(dataset) == ["x"] * filled + [""] * blank
        assert dataset.notes == ()


@given(width=st.integers(1, 200), filled=st.integers(0, 30), blank=st.integers(0, 30))
def test_version_5_keeps_what_is_certain_and_says_what_is_not(path, width, filled, blank):
    (dataset,) = read(path, texts(width, [b"x"] * filled + [b""] * blank))
    kept = len(dataset)
    assert filled <= kept <= filled + blank
    assert values(dataset) == ["x"] * filled + [""] * (kept - filled)
    # What is left out lies within the last card; what is doubtful is told.
    assert (filled + blank - kept) * width < 80
    doubtful = -(-(filled + blank) * width // 80) * 80 // width - kept
    assert len(dataset.notes) == (doubtful > 0)


def test_what_the_note_says(path):
    (dataset,) = read(path, texts(30, [b"x", b""]))
    (note,) = dataset.notes
    assert (note.dataset, note.record) == ("ADAE", 2)
    assert "room for 1 records" in note.message


def test_long_blank_records_are_certain(path):
    (dataset,) = read(path, texts(80, [b"x", b"", b""]))
    assert values(dataset) == ["x", "", ""]
    assert dataset.notes == ()


@given(width=st.integers(1, 60), records=st.integers(0, 40))
def test_numbers_leave_no_doubt(path, width, records):
    variables = [Var("T", "Char", width), Var("N", length=3)]
    (dataset,) = read(path, Member("ADAE", variables, [[b"", missing(".", 3)]] * records))
    assert len(dataset) == records
    assert dataset.notes == ()


def test_text_that_looks_like_a_header_elsewhere_than_on_a_card_is_data(path):
    header = b"HEADER RECORD*******MEMBER  HEADER RECORD!!!!!!!"
    (dataset,) = read(path, Member("ADAE", [Var("N"), Var("T", "Char", 79)], [[ibm(1), header]] * 3))
    assert values(dataset) == [header.decode()] * 3


@pytest.mark.parametrize("version", [5, 8])
def test_padding_between_datasets(path, version):
    members = [texts(7, [b"x"] * count, version=version) for count in range(1, 40)]
    named = [Member(f"D{i}", m.variables, m.records, version=version) for i, m in enumerate(members)]
    assert [len(dataset) for dataset in read(path, *named)] == list(range(1, 40))


def aval(records, **changes):
    variables = [Var("USUBJID", "Char", 8), Var("AVAL")]
    return Member("ADTTE", variables, [[b"1", ibm(5)]] * records, **changes)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(library(aval(2)) + b"RESIDUE".ljust(80), id="a residue after the padding"),
        pytest.param(library(aval(6))[:-1] + b"X", id="a residue in the padding"),
        pytest.param(library(aval(1, version=8, stated_records=5)), id="a count that reaches the padding"),
    ],
)
def test_blank_bytes_are_never_read_as_numbers(path, content):
    path.write_bytes(content)
    with pytest.raises(UnreadableInput, match=r"record [237] is blank in AVAL, a numeric variable"):
        read_xpt(path, ReadOptions())


@pytest.mark.parametrize("version", [5, 8])
@pytest.mark.parametrize(
    "member",
    [
        pytest.param(lambda **v: aval(20, **v), id="text and numbers"),
        pytest.param(lambda **v: texts(16, [b"x"] * 20, **v), id="text"),
    ],
)
def test_records_that_were_never_written_are_refused(path, version, member):
    content = library(member(version=version))
    written = len(content) - 2 * 80
    path.write_bytes(content[:written] + bytes(2 * 80))
    with pytest.raises(UnreadableInput, match=r"record \d+ contains only zero bytes"):
        read_xpt(path, ReadOptions())


@pytest.mark.parametrize("version", [5, 8])
def test_a_last_record_of_zeros_is_legal(path, version):
    zeros = Member("ADTTE", [Var("AVAL"), Var("CNSR")], [[ibm(1)] * 2, [ibm(0)] * 2], version=version)
    (dataset,) = read(path, zeros)
    assert dataset["CNSR"].tolist() == [1, 0]
    with_text = Member("ADTTE", [Var("T", "Char", 8), Var("N")], [[b"", ibm(0)]] * 5, version=version)
    (dataset,) = read(path, with_text)
    assert (len(dataset), dataset["N"].tolist()) == (5, [0] * 5)


def test_zero_bytes_after_the_padding_are_refused(path):
    path.write_bytes(library(aval(2)) + bytes(80))
    with pytest.raises(UnreadableInput, match="record 10 contains only zero bytes"):
        read_xpt(path, ReadOptions())
