"""Damaged transport files: refused with what, where and what to do, and never half-read."""

import gzip
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from xpt_bytes import Member, Var, header, ibm, library, missing

from adamgate.converters.formats.format import ReadOptions
from adamgate.converters.formats.xpt.reader import read_xpt
from adamgate.schemas.errors import UnreadableInput
from adamgate.schemas.study.dataset import Dataset

LIBRARY_BYTES = 240
VARIABLES = (
    Var("USUBJID", "Char", 11, "Subject"),
    Var("AVAL", label="a label of more than forty bytes, as only version 8 can hold it"),
    Var("ADT", length=4, format=("DATE", 9, 0)),
)
RECORDS = tuple([b"01-%03d" % i, ibm(i / 3), ibm(19000 + i, 4)] for i in range(10))


def good(version=5, **changes):
    return Member(**{"variables": VARIABLES, "records": RECORDS, "version": version} | changes)


def refused(folder, raw):
    path = folder / "adtte.xpt"
    path.write_bytes(raw)
    with pytest.raises(UnreadableInput) as refusal:
        read_xpt(path, ReadOptions())
    assert refusal.value.where.startswith(str(path))
    assert refusal.value.advice
    assert "\n" not in refusal.value.what
    return refusal.value


# Something else by the name of XPT


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "the file is empty"),
        (b"\0" * 500, "a file of binary zeros"),
        (b"<!DOCTYPE html>\n<html><body>404</body></html>", "an HTML page"),
        (b"\n\n <html lang='en'>", "an HTML page"),
        (b"<?xml version='1.0'?>", "an XML document"),
        (b"PK\x03\x04" + b"x" * 100, "a ZIP archive or an Excel workbook"),
        (gzip.compress(b"HEADER RECORD", mtime=0), "gzip-compressed"),
        (bytes(12) + bytes.fromhex("c2ea8160b31411cfbd92080009c7318c181f1011"), "sas7bdat"),
        (b"**COMPRESSED** **COMPRESSED** **COMPRESSED** " * 3, "PROC CPORT"),
        ("HEADER RECORD*******LIBRARY".encode("cp037"), "EBCDIC"),
        (b"PAR1" + b"\0" * 90, "a Parquet file"),
        (b'{"datasetJSONVersion": "1.1.0"}', "a JSON document"),
        (b"version https://git-lfs.github.com/spec/v1\n", "a Git LFS pointer"),
        (b"STUDYID,USUBJID,AVAL\nX,01-001,5\n", "a text file, perhaps CSV"),
        ("STUDYID\tUSUBJID\n".encode("utf-16"), "UTF-16 text"),
        (bytes(range(1, 200)), "not a SAS transport file"),
        (b"HEADER RECORD*******LIBRARY", "truncated or changed within its first header record"),
    ],
)
def test_other_files_are_named_for_what_they_are(tmp_path, raw, said):
    assert said in refused(tmp_path, raw).what


def test_a_cport_file_gets_its_own_advice(tmp_path):
    assert "XPORT engine" in refused(tmp_path, b"**COMPRESSED** **COMPRESSED** **COMPRESSED**").advice


# Cut short


@pytest.mark.parametrize("version", [5, 8])
def test_a_file_cut_at_every_section_is_refused(tmp_path, version):
    member = good(version)
    raw = library(member)
    sections = {name: LIBRARY_BYTES + start for name, start in member.sections.items()}
    cuts = {0, 1, 79, 80, 81, 160, 239, 240, len(raw) - 1}
    for start in sections.values():
        cuts |= {start - 1, start, start + 1, start + 40, start + 79}
    cuts |= {sections["namestrs"] + 140 * i + d for i in range(4) for d in (-1, 0, 1)}
    cuts |= {sections["data"] + 23 * i + d for i in range(10) for d in (0, 1, 11, 22)}
    if version == 5:
        cuts.remove(sections["data"])  # all there but the records, whose number version 5 does not state
    last = sections["data"] + 10 * 23 if version == 8 else len(raw)  # version 8 can do without padding
    for cut in sorted(cut for cut in cuts if cut < last):
        refused(tmp_path, raw[:cut])


def test_version_5_cut_between_two_cards_within_a_record_is_refused(tmp_path):
    raw = library(good())
    start = LIBRARY_BYTES + good_sections()["data"]
    for cut in range(start + 80, len(raw), 80):
        assert (cut - start) % 23
        assert "is incomplete" in refused(tmp_path, raw[:cut]).what


def good_sections(version=5):
    member = good(version)
    library(member)
    return member.sections


def test_version_8_says_how_many_records_are_missing(tmp_path):
    raw = library(good(8))
    refusal = refused(tmp_path, raw[: LIBRARY_BYTES + good_sections(8)["data"] + 80])
    assert "states 10 records, 3 are present" in refusal.what
    assert "dataset ADTTE" in refusal.where


def test_a_transfer_in_text_mode_is_refused(tmp_path):
    raw = library(good(records=[[b"01", ibm(10 / 3), ibm(0, 4)], [b"\n", ibm(1), ibm(1, 4)]]))
    assert b"\n" in raw
    refused(tmp_path, raw.replace(b"\n", b"\r\n"))


# Bytes that should not be there


@pytest.mark.parametrize("version", [5, 8])
def test_a_residue_after_the_last_record_is_refused(tmp_path, version):
    raw = library(good(version))
    assert raw.endswith(b"  ")
    for damaged in (raw[:-1] + b"x", raw + b"x" * 80, raw[:-20] + b"\0" * 20):
        what = refused(tmp_path, damaged).what
        assert "non-blank" in what if version == 8 else "incomplete" in what


def test_blank_records_that_hold_numbers_are_no_data(tmp_path):
    assert "padded in transfer" in refused(tmp_path, library(good()) + b" " * 800).what


def test_a_second_library_header_within_the_file_is_refused(tmp_path):
    refused(tmp_path, library(good(8)) + library(good(8, name="ADSL")))


# Headers that lie


@pytest.mark.parametrize("version", [5, 8])
@pytest.mark.parametrize("count", [0, 1, 2, 4, 5, 999])
def test_a_variable_count_that_lies_is_refused(tmp_path, version, count):
    refused(tmp_path, library(good(version, stated_variables=count)))


@pytest.mark.parametrize("count", [9, 11, 1000, "x"])
def test_a_record_count_that_lies_is_refused(tmp_path, count):
    refused(tmp_path, library(good(8, stated_records=count)))


def test_a_record_count_of_zero_means_that_it_was_not_stated(tmp_path):
    path = tmp_path / "adtte.xpt"
    path.write_bytes(library(good(8, stated_records=0)))
    assert len(read_xpt(path, ReadOptions())[0]) == 10


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ([Var("AVAL", position=8)], "variable 1 is at byte 8 of a record"),
        ([Var("AVAL", position=-1)], "variable 1 is at byte -1"),
        ([Var("AVAL", position=2**31 - 1)], "variable 1 is at byte 2147483647"),
        (
            [Var("A"), Var("B", position=4)],
            "variable 2 is at byte 4 of a record, not at byte 8 as expected",
        ),
        ([Var("A", length=9)], "numeric variable 1 has a length of 9, not 2 to 8"),
        ([Var("A", length=1)], "numeric variable 1 has a length of 1"),
        ([Var("A", "Char", 0)], "variable 1 has a length of 0"),
        ([Var("A", "Char", -5)], "variable 1 has a length of -5"),
        ([Var("")], "variable 1 has no name"),
        ([Var("AVAL"), Var("aval")], "variable 2 has the same name as another"),
        ([Var("\x1b[2J")], "has the same name as another"),
    ],
)
@pytest.mark.parametrize("version", [5, 8])
def test_descriptions_that_cannot_be_are_refused(tmp_path, version, variables, said):
    variables = variables * 2 if said == "has the same name as another" else variables
    refusal = refused(tmp_path, library(Member(variables=variables, version=version)))
    assert said in refusal.what
    assert "dataset ADTTE" in refusal.where
    assert "\x1b" not in str(refusal)


def test_names_that_are_one_text_in_two_encodings_are_refused(tmp_path):
    variables = [Var("É".encode()), Var("É".encode("cp1252"))]
    assert "two variables have the same name" in refused(tmp_path, library(Member(variables=variables))).what


def test_a_type_that_is_neither_is_refused(tmp_path):
    raw = bytearray(library(good()))
    struct.pack_into(">h", raw, LIBRARY_BYTES + good_sections()["namestrs"], 3)
    assert "is of type 3" in refused(tmp_path, bytes(raw)).what


def test_a_description_length_that_nobody_writes_is_refused(tmp_path):
    assert "states 141 bytes" in refused(tmp_path, library(good(namestr_length=141))).what


def test_a_long_label_for_no_variable_is_refused(tmp_path):
    raw = library(good(8)).replace(b"AVALa label", b"OTHRa label")
    assert "a variable that is not present" in refused(tmp_path, raw).what


def test_a_library_without_a_dataset_is_refused(tmp_path):
    assert "contains no dataset" in refused(tmp_path, library()).what


def test_headers_of_the_other_version_are_refused(tmp_path):
    raw = library(good(8))
    refused(tmp_path, raw.replace(b"LIBV8   ", b"LIBRARY "))
    refused(tmp_path, library(good()) + header("MEMBV8"))


# Whatever else may happen to bytes


def crafted():
    texts = [
        Var("USUBJID", "Char", 5),
        Var("SEX", "Char", 1),
        Var("AVAL"),
        Var("ADT", length=3, format=("DATE", 9, 0)),
    ]
    records = [[b"01-%02d" % i, b"FM"[i % 2 : i % 2 + 1], ibm(i), missing("A", 3)] for i in range(5)]
    return [
        library(Member("ADSL", texts, records), Member("ADTTE")),
        library(good(8), good(8, name="ADSL")),
        library(Member("SUPP", [Var("QVAL", "Char", 20)], [[b"a"], [b""], [b"caf\xe9"]])),
    ]


@pytest.fixture(scope="module")
def scratch(tmp_path_factory):
    return tmp_path_factory.mktemp("fuzz") / "fuzz.xpt"


@pytest.mark.slow
@given(
    raw=st.sampled_from(crafted()),
    changes=st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), max_size=6),
    cut=st.one_of(st.none(), st.integers(0, 10_000)),
)
@settings(max_examples=5 * settings.default.max_examples)
def test_any_damage_is_read_or_refused(scratch, raw, changes, cut):
    damaged = bytearray(raw)
    for position, byte in changes:
        damaged[position % len(damaged)] = byte
    if cut is not None:
        del damaged[cut % len(damaged) :]
    scratch.write_bytes(damaged)
    for dataset in _read_or_refused(scratch):
        assert isinstance(dataset, Dataset)


def _read_or_refused(path):
    try:
        return read_xpt(path, ReadOptions())
    except UnreadableInput:
        return []
