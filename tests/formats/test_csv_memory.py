"""A CSV file that does not fit into the memory allowed is read by parts: what comes out of it is the same."""

import gzip
import os

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import adamgate as ag
from adamgate.converters.formats import unpacking
from adamgate.converters.formats.csv import delimited, head, plain_text, reader
from adamgate.converters.formats.format import ReadOptions
from adamgate.converters.values import content, kept_columns
from adamgate.converters.values.content import HeldBytes
from adamgate.converters.values.kept_columns import KeptColumns
from adamgate.converters.values.memory import Memory

pytestmark = [pytest.mark.slow, pytest.mark.one_version]

NAMES = b"STUDYID,USUBJID,AVAL,ADT,AETERM\n"
RECORDS = b"".join(
    b'S1,%03d,%d.5,2014-01-%02d,"term, ""%d"""\n' % (n, n % 9, n % 28 + 1, n % 5) for n in range(300)
)
PLAIN = NAMES + RECORDS
BYTE_ORDER_MARK = b"\xef\xbb\xbf"

FILES = {
    "plain": PLAIN,
    "windows line breaks": PLAIN.replace(b"\n", b"\r\n"),
    "old Macintosh line breaks": PLAIN.replace(b"\n", b"\r"),
    "no line break at the end": PLAIN.rstrip(),
    "names alone": NAMES,
    "nothing": b"",
    "blanks": b" \n\t\n" * 100,
    "line breaks": b"\n" * 500,
    "line breaks above": b"\r\n" * 200 + PLAIN,
    "line breaks below": PLAIN + b"\r\n" * 200,
    "UTF-8": PLAIN.replace(b"term", "Übelkeit\N{ZERO WIDTH NO-BREAK SPACE}€😀".encode()),
    "stray bytes": PLAIN.replace(b"term", b"\xdcbel\x80"),
    "a stray byte at the end": PLAIN + b"S1,999,1,2014-01-01,\xe9\n",
    "a character cut off at the end": PLAIN + b"S1,999,1,2014-01-01,ab\xc3",
    "stray bytes behind a byte order mark": BYTE_ORDER_MARK + PLAIN + b"S1,9,1,2014-01-01,\xe9\n",
    "a byte order mark": BYTE_ORDER_MARK + PLAIN,
    "two byte order marks": BYTE_ORDER_MARK * 2 + PLAIN,
    "a byte order mark alone": BYTE_ORDER_MARK,
    "byte order marks in records": PLAIN.replace(b"S1,", b"\xef\xbb\xbfS1,"),
    "UTF-16": PLAIN.replace(b"term", b"t\xc3\xa9rm").decode().encode("utf-16"),
    "UTF-16, big end first": b"\xfe\xff" + PLAIN.decode().encode("utf-16-be"),
    "UTF-16, an odd byte": PLAIN.decode().encode("utf-16") + b"x",
    "zero bytes": PLAIN + b"\0,1,2,3,4\n",
    "zero bytes at once": b"\0\1" + PLAIN,
    "a JSON document": b'{"a": 1}' + PLAIN,
    "quoted line breaks": PLAIN.replace(b"term, ", b'te\r\nrm\n,""\r""\n'),
    "repeated names": PLAIN + NAMES + PLAIN + NAMES,
    "an empty end": PLAIN + b",,,,\n" * 70,
    "nothing but an empty end": NAMES + b",,,,\n" * 70,
    "an empty end with stray bytes": PLAIN.replace(b"term", b"\xdcbel") + b",,,,\n" * 70,
    "NA": PLAIN.replace(b".5,", b"NA,").replace(b"2NA", b"NA").replace(b",3NA,", b",NA,"),
    "NA without and with quotation marks": NAMES + b'S1,1,NA,NA,NA\nS1,2,2,,"NA"\nS1,3,"NA",.,x\n' * 90,
    "words for missing": NAMES + b"S1,1,NULL,NaT,N/A\nS1,2,2,,null\nS1,3,5,2014-01-01,x\n" * 90,
    "decimal commas": b"STUDYID;AVAL;AGE;NEW\n" + b"S1;1,5;40;1,5\nS1;1,234;41;2,25\n" * 90,
    "special missing values": NAMES + b"S1,1,.A,.,x\nS1,2,4,.b,y\n" * 90,
    "numbers in an unknown variable": b"STUDYID,NEW,OTHER\n" + b"S1,1,x\nS1,,007\nS1,2,.\n" * 90,
    "numbers that turn out to be text": NAMES + b"S1,1,1,2014-01-01,x\n" * 150 + b"S1,2,<5,JAN2014,x\n",
    "titles": b"A listing\nof events\n" + PLAIN,
    "labels": NAMES
    + b"Study Identifier,Unique Subject Identifier,Analysis Value,Analysis Date,Term\n"
    + RECORDS,
    "sep": b"sep=;\r\n" + PLAIN.replace(b",", b";"),
    "one column": b"USUBJID\n" + b"1\n\n2\n" * 200 + b"\n\n\n",
    "one column, windows line breaks": b"USUBJID\r\n" + b"1\r\n\r\n2\r\n" * 200 + b"\r\n\r\n",
    "columns without a name": PLAIN.replace(b"\n", b",,\n"),
    "a value in a column without a name": PLAIN.replace(b"\n", b",,\n") + b"S1,1,1,2014-01-01,x,,y\n",
    "no names": RECORDS,
    "a name twice": PLAIN.replace(b"AVAL", b"USUBJID"),
    "ragged records": PLAIN + b"S1,2\n" + RECORDS + b"1,2,3,4,5,6\n\nS1,4\n",
    "a quotation mark within a value": PLAIN * 3 + b'S1,2,3,4,5"x\n' + RECORDS,
    "a quotation mark behind another": PLAIN * 3 + b'S1,2,3,4,"5"x\n' + RECORDS,
    "a quotation mark that is not closed": PLAIN * 3 + b'S1,2,3,4,"5\n',
    "the same with windows line breaks": (PLAIN * 3 + b'S1,2,3,4,"5\n').replace(b"\n", b"\r\n"),
    "a quotation mark among the names": b'STUDYID,USU"BJID\n' + b"S1,2\n" * 90,
    "a long record": NAMES + b'S1,2,3,4,"' + b"x" * 9000 + b'"\n' + RECORDS,
    "no separator": b"a word\n" * 90,
}
OPTIONS = {
    "nothing said": {},
    "missing": {"missing": ("NA", "NULL", "-99")},
    "a dot is missing": {"missing": (".",)},
    "decimal": {"decimal": ","},
    "date order": {"date_order": "dmy"},
    "UTF-8": {"encoding": "utf-8"},
    "UTF-8 with a mark": {"encoding": "utf-8-sig"},
    "ASCII": {"encoding": "ascii"},
    "Latin 1": {"encoding": "latin1"},
    "Japanese": {"encoding": "shift_jis"},
    "UTF-16": {"encoding": "utf-16"},
    "UTF-32": {"encoding": "utf-32"},
}


def outcome(path, **options):
    """Everything that a user sees of a file: the dataset, or why it is refused."""
    try:
        (data,) = reader.read_csv(path, ReadOptions(**options))
    except ag.UnreadableInput as refusal:
        return str(refusal), refusal.where, refusal.advice
    return data


def assert_same(held, kept):
    if isinstance(held, tuple):
        assert kept == held
        return
    assert isinstance(kept.columns, KeptColumns), kept
    pd.testing.assert_frame_equal(held.frame, kept.frame, check_exact=True, check_categorical=True)
    assert kept.notes == held.notes
    assert kept.description.__getstate__() == held.description.__getstate__()
    assert kept.read_as_missing == held.read_as_missing
    assert kept.special_missing.keys() == held.special_missing.keys()
    for name, special in held.special_missing.items():
        np.testing.assert_array_equal(special.records, kept.special_missing[name].records)
        np.testing.assert_array_equal(special.tags, kept.special_missing[name].tags)


@pytest.fixture
def small_blocks(monkeypatch):
    """Blocks of so many bytes, of which a file has many: a head, and what Arrow parts, have more."""

    def set_to(size):
        monkeypatch.setattr(content, "BLOCK", size)
        monkeypatch.setattr(delimited, "_SCANNED", size)
        monkeypatch.setattr(unpacking, "_CHUNK", size)
        monkeypatch.setattr(unpacking, "_INFLATED", size)
        monkeypatch.setattr(kept_columns, "BLOCK", 7)

    monkeypatch.setattr(delimited, "_BLOCK", 4096)
    return set_to


def work(tmp_path):
    folder = tmp_path / "work"
    folder.mkdir(exist_ok=True)
    return folder


OFTEN = ("stray bytes", "NA", "quoted line breaks")
"""Kinds of files that every run tests; the others are slow."""


@pytest.mark.parametrize(
    "name", [name if name in OFTEN else pytest.param(name, marks=pytest.mark.slow) for name in FILES]
)
def test_every_kind_of_file(tmp_path, small_blocks, name):
    path = tmp_path / "adae.csv"
    path.write_bytes(FILES[name])
    packed = tmp_path / "adae.csv.gz"
    packed.write_bytes(gzip.compress(FILES[name]))
    for options in OPTIONS.values():
        small_blocks(1 << 20)
        held, held_packed = outcome(path, **options), outcome(packed, **options)
        small_blocks(61)
        for each, expected in ((path, held), (packed, held_packed)):
            assert_same(expected, outcome(each, memory=Memory(1, work(tmp_path)), **options))
    assert not any(work(tmp_path).iterdir())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None)
@given(body=st.text('",\nab\r 1é', max_size=60), size=st.integers(1, 9))
@example(body="a,b\r\n1,2\r\n", size=9)
@example(body='a\n"\r', size=1)
def test_blocks_of_any_size(tmp_path, small_blocks, body, size):
    path = tmp_path / "adae.csv"
    path.write_bytes(body.encode())
    small_blocks(1 << 20)
    held = outcome(path)
    small_blocks(size)
    assert_same(held, outcome(path, memory=Memory(1, work(tmp_path))))


def test_variables_that_are_described(tmp_path, small_blocks):
    (tmp_path / "_variables.csv").write_text(
        "dataset,variable,label,type,length,format\nADAE,STUDYID,Study,Char,2,\nADAE,USUBJID,Subject,Char,3,\n"
        "ADAE,AVAL,Value,Num,8,\nADAE,ADT,Date,Num,8,DATE9.\nADAE,AETERM,Term,Char,20,\nADAE,GONE,,Char,1,\n"
    )
    path = tmp_path / "adae.csv"
    path.write_bytes(PLAIN + b",,,,\n" * 5)
    held = outcome(path)
    small_blocks(61)
    assert_same(held, outcome(path, memory=Memory(1, work(tmp_path))))


def test_refusals_name_the_same_place(tmp_path, small_blocks):
    small_blocks(61)
    path = tmp_path / "adae.csv"
    path.write_bytes(FILES["a quotation mark within a value"].replace(b"\n", b"\r\n"))
    assert outcome(path, memory=Memory(1, work(tmp_path)))[1] == f"{path}, line 904"
    path.write_bytes(FILES["ragged records"])
    assert outcome(path, memory=Memory(1, work(tmp_path)))[1] == f"{path}, record 301 (line 302)"


@pytest.mark.parametrize("cut", [1, 9, 200])
def test_compression_that_is_cut_short(tmp_path, small_blocks, cut):
    small_blocks(61)
    path = tmp_path / "adae.csv.gz"
    path.write_bytes(gzip.compress(PLAIN)[:-cut])
    expected = outcome(path)
    assert expected[0].startswith("the gzip data are damaged or incomplete")
    assert outcome(path, memory=Memory(1, work(tmp_path))) == expected


def test_a_file_that_unpacks_too_far_leaves_nothing_behind(tmp_path, monkeypatch):
    monkeypatch.setattr(unpacking, "AT_LEAST", 100_000)
    path = tmp_path / "adae.csv.gz"
    path.write_bytes(gzip.compress(b"A,B\n" + b"1,2\n" * 100_000))
    expected = outcome(path)
    assert "unpacks to more than 100,000 bytes" in expected[0]
    assert outcome(path, memory=Memory(1, work(tmp_path))) == expected
    assert not any(work(tmp_path).iterdir())


def test_the_copy_of_a_packed_file_goes_when_it_is_read(tmp_path):
    path = tmp_path / "adae.csv.gz"
    path.write_bytes(gzip.compress(PLAIN))
    data = outcome(path, memory=Memory(1, work(tmp_path)))
    (folder,) = work(tmp_path).iterdir()
    assert len(list(folder.iterdir())) == 1
    assert len(data) == 300


def test_a_file_that_is_changed_while_it_is_read_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "adae.csv"
    path.write_bytes(PLAIN)
    before = delimited.scan

    def meanwhile(*given, **options):
        os.truncate(path, 1000)
        return before(*given, **options)

    monkeypatch.setattr(delimited, "scan", meanwhile)
    found = outcome(path, memory=Memory(1, work(tmp_path)))
    assert found[0].startswith("the file changed while it was being read")


def first_undecodable(data, codec):
    try:
        str(data, codec)
    except UnicodeDecodeError as error:
        return error.start
    return None


@pytest.mark.parametrize(
    "codec", ["utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "shift_jis", "gb18030", "cp1252"]
)
def test_the_first_byte_that_is_no_text_is_found_in_blocks_as_in_the_whole(monkeypatch, codec):
    rng = np.random.default_rng(1)
    for size in (1, 3, 7, 64):
        monkeypatch.setattr(content, "BLOCK", size)
        for _ in range(50):
            data = "aé€日本\n".encode(codec, "ignore") * 3 + rng.bytes(40)
            held = HeldBytes(data)
            place = first_undecodable(data, codec)
            if place is None:
                texts = "".join(plain_text._decoded(held, codec))
                assert texts == str(data, codec) or (codec == "utf-8" and set(texts) <= set(str(data, codec)))
            else:
                with pytest.raises(plain_text._Undecodable) as found:
                    list(plain_text._decoded(held, codec))
                assert found.value.place == place


@pytest.mark.parametrize("size", [1, 2, 3, 50])
def test_line_breaks_are_counted_across_blocks(monkeypatch, size):
    monkeypatch.setattr(content, "BLOCK", size)
    data = b"\r\n\r\r\na\n\n\r\nb\r"
    for end in range(len(data) + 1):
        assert plain_text.line_breaks(HeldBytes(data), 0, end) == len(head._LINE_BREAK.findall(data[:end]))
