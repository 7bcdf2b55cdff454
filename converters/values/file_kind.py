"""What a file seems to be by its first bytes, to tell a user who gave one by another's name."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

_SIGNATURES = (
    (b"HEADER RECORD*******LIB", "a SAS transport file (XPT)"),
    (b"**COMPRESSED** **COMPRESSED**", "a SAS transport file made by PROC CPORT"),
    (b"\xc8\xc5\xc1\xc4\xc5\xd9\x40", "a SAS transport file (XPT) translated to EBCDIC by a transfer"),
    (bytes(12) + b"\xc2\xea\x81\x60\xb3\x14\x11\xcf", "a SAS dataset (sas7bdat) or catalogue"),
    (b"PK\x03\x04", "a ZIP archive or an Excel workbook"),
    (b"\x1f\x8b", "gzip-compressed"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"PAR1", "a Parquet file"),
    (b"%PDF", "a PDF document"),
    (b"\xd0\xcf\x11\xe0", "an old Excel or Word document"),
    (b"version https://git-lfs", "a Git LFS pointer (the data were not fetched)"),
)
_TEXT_SIGNATURES = (
    (b"<!doctype html", "an HTML page"),
    (b"<html", "an HTML page"),
    (b"<?xml", "an XML document"),
    (b"{", "a JSON document"),
    (b"<", "an HTML or XML document"),
)
PLAIN_TEXT = "a text file, perhaps CSV"
_CONTROLS = bytes(range(9)) + bytes(range(14, 32))


def seems(head: bytes) -> str:
    """What a file is by its first bytes (some hundred of them), as "an HTML page"; "" when unknown."""
    if not head:
        return "empty"
    if not head.strip(b"\0"):
        return "a file of binary zeros"
    for signature, kind in _SIGNATURES:
        if head.startswith(signature):
            return kind
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:32].lower()
    for signature, kind in _TEXT_SIGNATURES:
        if text.startswith(signature):
            return kind
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "UTF-16 text"
    return "" if head.translate(None, _CONTROLS) != head else PLAIN_TEXT


def suffix_of(path: Path, known: Collection[str]) -> str:
    """The known suffix of a file name, the longest that fits; empty when none does."""
    name = path.name.lower()
    return max((suffix for suffix in known if name.endswith(suffix)), key=len, default="")
