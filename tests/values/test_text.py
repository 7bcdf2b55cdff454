"""Bytes to text, one value at a time."""

import encodings.aliases
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adamgate.converters.values.encodings import (
    codec_name,
    decode_values,
    shown_bytes,
    undecodable,
    undecoded_note,
    windows_latin_1,
)
from adamgate.converters.values.sas_encodings import CODECS
from adamgate.schemas.errors import ConfigurationError


def test_utf8_first_then_cp1252_for_the_values_that_need_it():
    texts, undecoded = decode_values(["é".encode(), b"caf\xe9", b"plain", b"\x80 5"])
    assert texts == ["é", "café", "plain", "€ 5"]
    assert (undecoded.position, undecoded.raw, undecoded.count) == (1, b"caf\xe9", 2)
    assert undecoded.encoding == "cp1252"


def test_the_declared_encoding_comes_before_cp1252():
    texts, undecoded = decode_values(["痛み".encode("shift_jis"), "é".encode()], declared="shift_jis")
    assert texts == ["痛み", "é"]
    assert undecoded is None


def test_what_is_not_in_the_declared_encoding_is_cp1252():
    texts, undecoded = decode_values([b"caf\xe9"], declared="ascii")
    assert texts == ["café"]
    assert undecoded.encoding == "cp1252"


def test_the_users_encoding_is_the_only_one():
    assert decode_values(["é".encode()], "latin1") == (["Ã©"], None)
    texts, undecoded = decode_values([b"ok", b"caf\xe9"], "utf-8")
    assert texts == ["ok", "caf\N{REPLACEMENT CHARACTER}"]
    assert (undecoded.position, undecoded.encoding) == (1, "")


@given(st.lists(st.text(st.characters(codec="utf-8"))))
def test_utf8_comes_back(texts):
    assert decode_values([text.encode() for text in texts]) == (texts, None)


@given(st.binary())
def test_windows_latin_1_takes_every_byte(raw):
    text = windows_latin_1(raw)
    assert len(text) == len(raw)
    assert "\N{REPLACEMENT CHARACTER}" not in text


@pytest.mark.parametrize(
    ("given_name", "python_name"),
    [
        ("WLATIN1", "cp1252"),
        ("UTF-8", "utf-8"),
        ("latin1", "iso8859-1"),
        ("euc_cn", "gb2312"),
        ("utf8", "utf-8"),
    ],
)
def test_sas_and_python_names_of_encodings(given_name, python_name):
    assert codec_name(given_name) == python_name


@pytest.mark.parametrize(
    "name", ["utf-9", "hex", "rot13", "", "a\0b", "idna", "punycode", "undefined", "unicode_escape", "utf-7"]
)
def test_unknown_encodings_are_refused(name):
    with pytest.raises(ConfigurationError, match="unknown encoding"):
        codec_name(name)


def test_every_encoding_that_is_taken_decodes_any_bytes():
    aliases = set(encodings.aliases.aliases.values()) | set(CODECS) | {"idna", "punycode", "undefined"}
    taken = []
    for name in sorted(aliases):
        with suppress(ConfigurationError):
            taken.append(codec_name(name))
    assert len(set(taken)) > 80
    values = [bytes(range(256)), b"\\x", b"a" * 70 + b".", b"\xff\xfe", b"\xd8\x00", b"+2AA-", b"-", b"xn--"]
    for name in taken:
        texts, _ = decode_values(values, name)
        for text in texts:
            text.encode()  # no lone surrogates


def test_what_is_told_shows_bytes_and_no_patient_text():
    _, undecoded = decode_values([b"a long term of a patient, caf\xe9 and more of it"])
    note = undecoded_note(undecoded, "ADAE", "AETERM", 7)
    assert str(note) == "ADAE.AETERM record 7: bytes 61 66 E9 20 61 6E are not UTF-8, read as cp1252"
    error = undecodable(undecoded, "utf-8", "adae.xpt, dataset ADAE", "AETERM", 7)
    assert error.what == "text is not utf-8: bytes 61 66 E9 20 61 6E"
    assert error.where == "adae.xpt, dataset ADAE, AETERM, record 7"


def test_shown_bytes_start_before_the_first_that_is_not_ascii():
    assert shown_bytes(b"\xe9t\xe9") == "E9 74 E9"
