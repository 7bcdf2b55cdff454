"""What the records of a SAS transport file are called and how they are laid out, for reading and writing.

Sources: SAS technical paper TS-140, "The Record Layout of a Data Set in SAS Transport (XPORT) Format"
(version 5), and "Record Layout of a SAS Version 8 or 9 Data Set in SAS Transport Format" (version 8).
"""

from __future__ import annotations

import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from .cards import text_of

NUMERIC, CHARACTER = 1, 2
OF_DATASET = b"SAS     "
"""How the description of a dataset begins."""
NAMESTR = struct.Struct(">h2x2h8s40s8s2h4x8s2hi")
"""Type, length, number, name, label, format, informat, position; hash and justification are zero."""
NAMESTR_LENGTH = 140
LONG_NAME = slice(88, 120)
"""Of a variable of version 8, within its NAMESTR."""
NAMESTR_LABEL = 40
NAMESTR_FORMAT = 8
"""Bytes of a label and of a format's name that a NAMESTR holds; in version 8 more are in other records."""
LABEL_ENTRY = {b"LABELV8 ": struct.Struct(">3h"), b"LABELV9 ": struct.Struct(">5h")}
DATASET_LABEL = 40


@dataclass(frozen=True, slots=True)
class XptVersion:
    """How a version names its headers, and the longest of each thing, in bytes.

    Attributes
    ----------
    name : str
        "XPT v5".
    library, member, descriptor, namestrs, data : bytes
        Kinds of header.
    longest_name, longest_label, longest_format, longest_text : int
        Of a dataset or variable; of a variable; without width and decimals; in a record.
    most_variables : int
    states_records : bool
        Whether it says how many records there are, and keeps names as they are written.
    """

    name: str
    library: bytes
    member: bytes
    descriptor: bytes
    namestrs: bytes
    data: bytes
    longest_name: int
    longest_label: int
    longest_format: int
    longest_text: int
    most_variables: int
    states_records: bool


V5 = XptVersion(
    "XPT v5",
    b"LIBRARY ",
    b"MEMBER  ",
    b"DSCRPTR ",
    b"NAMESTR ",
    b"OBS     ",
    longest_name=8,
    longest_label=NAMESTR_LABEL,
    longest_format=NAMESTR_FORMAT,
    longest_text=200,
    most_variables=9_999,
    states_records=False,
)
V8 = XptVersion(
    "XPT v8",
    b"LIBV8   ",
    b"MEMBV8  ",
    b"DSCPTV8 ",
    b"NAMSTV8 ",
    b"OBSV8   ",
    longest_name=32,
    longest_label=256,
    longest_format=32,
    longest_text=32_767,
    most_variables=32_767,
    states_records=True,
)
VERSIONS: Mapping[bytes, XptVersion] = MappingProxyType({each.library: each for each in (V5, V8)})

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_STAMP = re.compile(r"(\d\d)([A-Z]{3})(\d\d):(\d\d):(\d\d):(\d\d)")
FIRST_YEAR = 1960
"""Two-digit years are those from SAS's own epoch on."""
UNKNOWN_TIME = datetime(FIRST_YEAR, 1, 1)
"""Stated where a time is not known: SAS's zero."""


def stamp_in(raw: bytes) -> datetime | None:
    """A header's date and time, as 15OCT12:22:56:22; None where it states none, or SAS's zero."""
    match = _STAMP.fullmatch(text_of(raw).upper())
    if match is None or match[2] not in _MONTHS:
        return None
    day, year, hour, minute, second = (int(match[i]) for i in (1, 3, 4, 5, 6))
    century = FIRST_YEAR // 100 * 100 + (0 if year >= FIRST_YEAR % 100 else 100)
    try:
        stamp = datetime(century + year, _MONTHS.index(match[2]) + 1, day, hour, minute, second)
    except ValueError:
        return None
    return None if stamp == UNKNOWN_TIME else stamp


def stamp_of(time: datetime) -> bytes:
    """The same as a header states it; years are those of `has_stamp`."""
    return f"{time:%d}{_MONTHS[time.month - 1]}{time:%y:%H:%M:%S}".encode()


def has_stamp(time: datetime) -> bool:
    """Whether two digits state its year."""
    return FIRST_YEAR <= time.year < FIRST_YEAR + 100


@dataclass(frozen=True, slots=True)
class SasFormat:
    """A format or informat as a file states it; width and decimals are 0 where there are none."""

    name: str = ""
    width: int = 0
    decimals: int = 0

    @property
    def is_character(self) -> bool:
        return self.name.startswith("$")


NO_FORMAT = SasFormat()
_FORMAT = re.compile(r"(\$?(?:[A-Za-z_](?:[A-Za-z0-9_]*[A-Za-z_])?)?)(\d{0,5})(?:\.(\d{0,2}))?", re.ASCII)
_WIDEST = 32_767


def sas_format(text: str) -> SasFormat | None:
    """A format by SAS's grammar: $, name, width, point, decimals; the point may be left out after a name.

    Parameters
    ----------
    text : str
        As "DATE9.", "8.2", "$20." or "".

    Returns
    -------
    SasFormat or None
        None where the grammar does not have it.
    """
    if not text:
        return NO_FORMAT
    match = _FORMAT.fullmatch(text)
    if match is None:
        return None
    width, decimals = int(match[2] or 0), int(match[3] or 0)
    # Width and decimals alone are a format only with a width, and a name alone may lack the point.
    is_one = bool(match[1]) or (width and match[3] is not None)
    return SasFormat(match[1], width, decimals) if is_one and width <= _WIDEST else None


def text_of_format(name: bytes, width: int, decimals: int, character: bool) -> str:
    """A format as people write it, by what a NAMESTR states."""
    text = text_of(name)
    if not text and width <= 0:
        return ""
    if not text and character:
        text = "$"
    return f"{text}{width if width > 0 else ''}.{decimals if decimals > 0 else ''}"
