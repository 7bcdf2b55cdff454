"""What stands before the data of a .dta file: releases 113 to 115 and, with tags, 117 to 119."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import BufferedReader
from pathlib import Path

import numpy as np

from ....schemas.errors import UnreadableInput
from ...values.distinct_bytes import until_nul
from ...values.file_kind import seems
from ..format import refuse_too_many
from .release import RELEASES, DtaRelease

LONG_TEXT = "strL"
_TEXT = 2045
_KINDS = {65526: "f8", 65527: "f4", 65528: "i4", 65529: "i2", 65530: "i1", 32768: LONG_TEXT}
_OLDER_TEXT = 244
_OLDER_KINDS = {255: "f8", 254: "f4", 253: "i4", 252: "i2", 251: "i1"}
_FIRST = b"<stata_dta><header><release>"
_OLDEST_KNOWN = 102


@dataclass(frozen=True, slots=True)
class DtaField:
    """A variable as the file describes it; names and texts are bytes.

    Attributes
    ----------
    kind : str
        "i1", "i2", "i4", "f4" or "f8" for numbers, "strL" for long text, else "" for text.
    length : int
        Bytes of a record that it takes.
    labels : bytes
        Name of its value labels.
    """

    name: bytes
    kind: str
    length: int
    display: bytes
    label: bytes
    labels: bytes


@dataclass(frozen=True, slots=True)
class DtaLayout:
    """All that stands before the data.

    Attributes
    ----------
    order : {"<", ">"}
        Of bytes.
    characteristics : mapping of (variable, name) to text
        Those of the dataset are of a variable "_dta".
    """

    release: DtaRelease
    order: str
    records: int
    label: bytes
    timestamp: bytes
    fields: tuple[DtaField, ...]
    characteristics: Mapping[tuple[bytes, bytes], bytes] = field(default_factory=dict)

    @property
    def record_length(self) -> int:
        return sum(each.length for each in self.fields)


class DtaFile:
    """An open file that is read from its beginning to its end.

    Raises
    ------
    UnreadableInput
        By its methods, where the file ends early or has something else than is due.
    """

    def __init__(self, file: BufferedReader, path: Path, size: int) -> None:
        self.file, self.path, self.size = file, path, size
        self.order = "<"

    def take(self, count: int) -> bytes:
        """The next bytes."""
        if count > self.left:
            raise self.damaged(f"it ends at byte {self.size:,}, in the middle of its content")
        return self.file.read(count)

    @property
    def left(self) -> int:
        return self.size - self.file.tell()

    def whole(self, kind: str) -> int:
        """The next integer."""
        return int(np.frombuffer(self.take(int(kind[1])), self.order + kind)[0])

    def wholes(self, kind: str, count: int) -> list[int]:
        raw = self.take(int(kind[1]) * count)
        return [int(each) for each in np.frombuffer(raw, self.order + kind)]

    def texts(self, width: int, count: int) -> list[bytes]:
        raw = self.take(width * count)
        return [until_nul(raw[start : start + width]) for start in range(0, len(raw), width)]

    def expect(self, tag: str) -> None:
        found = self.take(min(len(tag), self.left))
        if found != tag.encode():
            raise self.damaged(f"it lacks {tag} at byte {self.file.tell() - len(found):,}")

    def has(self, tag: str) -> bool:
        """Whether that is next; then it is passed."""
        place = self.file.tell()
        if self.file.read(len(tag)) == tag.encode():
            return True
        self.file.seek(place)
        return False

    def damaged(self, why: str) -> UnreadableInput:
        return UnreadableInput(
            "a damaged or incomplete Stata file",
            f"{self.path}: {why}",
            "copy or save it again, and check that the copy is complete",
        )


def read_layout(file: DtaFile) -> DtaLayout:
    """Read all that stands before the data, up to the first record.

    Raises
    ------
    UnreadableInput
        When it is not a .dta file, of a release that is not read, or damaged.
    """
    start = file.file.peek(len(_FIRST))[: len(_FIRST)]
    if start == _FIRST:
        file.take(len(_FIRST))
        return _with_tags(file)
    if len(start) > 3 and start[0] in RELEASES and start[1] in (1, 2) and start[2] == 1:
        return _without_tags(file)
    if len(start) > 3 and _OLDEST_KNOWN <= start[0] < min(RELEASES) and start[1] in (1, 2):
        raise _unknown(file, str(start[0]))
    kind = seems(start)
    raise UnreadableInput(
        "the file is empty" if kind == "empty" else "the file is not a Stata dataset",
        f"{file.path}: it is {kind}" if kind not in {"", "empty"} else str(file.path),
        "check the file name and the source of the file",
    )


def _unknown(file: DtaFile, release: str) -> UnreadableInput:
    return UnreadableInput(
        f"release {release} of the .dta format is not read",
        str(file.path),
        f"save it again with Stata 8 or later (releases {', '.join(map(str, RELEASES))} are read)",
    )


def _with_tags(file: DtaFile) -> DtaLayout:
    number = file.take(3)
    release = RELEASES.get(int(number)) if number.isdigit() else None
    if release is None or not release.has_tags:
        raise _unknown(file, number.decode("ascii", "replace"))
    file.expect("</release><byteorder>")
    order = {b"LSF": "<", b"MSF": ">"}.get(file.take(3))
    if order is None:
        raise file.damaged("it does not state the order of bytes")
    file.order = order
    file.expect("</byteorder><K>")
    variables = file.whole(release.variables)
    refuse_too_many(variables, str(file.path))
    file.expect("</K><N>")
    records = file.whole(release.records)
    file.expect("</N><label>")
    label = file.take(file.whole(release.file_label))
    file.expect("</label><timestamp>")
    timestamp = file.take(file.whole("u1"))
    file.expect("</timestamp></header><map>")
    file.take(14 * 8)
    file.expect("</map><variable_types>")
    types = [_type(file, each) for each in file.wholes("u2", variables)]
    described: dict[str, list[bytes]] = {}
    file.expect("</variable_types>")
    for tag, width, count in (
        ("varnames", release.name, variables),
        ("sortlist", int(release.variables[1]), variables + 1),
        ("formats", release.format, variables),
        ("value_label_names", release.name, variables),
        ("variable_labels", release.label, variables),
    ):
        file.expect(f"<{tag}>")
        described[tag] = file.texts(width, count)
        file.expect(f"</{tag}>")
    file.expect("<characteristics>")
    characteristics = dict(_tagged_characteristics(file, release))
    file.expect("</characteristics><data>")
    del described["sortlist"]
    fields = tuple(
        DtaField(name, kind, length, display, text, labels)
        for (kind, length), name, display, labels, text in zip(types, *described.values(), strict=True)
    )
    return DtaLayout(release, order, records, label, timestamp, fields, characteristics)


def _type(file: DtaFile, code: int) -> tuple[str, int]:
    if 1 <= code <= _TEXT:
        return "", code
    kind = _KINDS.get(code)
    if kind is None:
        raise file.damaged(f"it has a variable of type {code}, which no release has")
    return kind, 8 if kind == LONG_TEXT else int(kind[1])


def _tagged_characteristics(
    file: DtaFile, release: DtaRelease
) -> Iterator[tuple[tuple[bytes, bytes], bytes]]:
    while file.has("<ch>"):
        raw = file.take(file.whole("u4"))
        file.expect("</ch>")
        yield _characteristic(raw, release)


def _characteristic(raw: bytes, release: DtaRelease) -> tuple[tuple[bytes, bytes], bytes]:
    width = release.name
    return (until_nul(raw[:width]), until_nul(raw[width : 2 * width])), until_nul(raw[2 * width :])


def _without_tags(file: DtaFile) -> DtaLayout:
    number, order, _, _ = file.take(4)
    release = RELEASES[number]
    file.order = ">" if order == 1 else "<"
    variables = file.whole(release.variables)
    refuse_too_many(variables, str(file.path))
    records = file.whole(release.records)
    label, timestamp = until_nul(file.take(81)), until_nul(file.take(18))
    types = [_older_type(file, each) for each in file.take(variables)]
    names = file.texts(release.name, variables)
    file.take(2 * (variables + 1))
    displays = file.texts(release.format, variables)
    labels = file.texts(release.name, variables)
    texts = file.texts(release.label, variables)
    characteristics = dict(_older_characteristics(file, release))
    fields = tuple(
        DtaField(name, kind, length, display, text, named)
        for (kind, length), name, display, named, text in zip(
            types, names, displays, labels, texts, strict=True
        )
    )
    return DtaLayout(release, file.order, records, label, timestamp, fields, characteristics)


def _older_type(file: DtaFile, code: int) -> tuple[str, int]:
    if 1 <= code <= _OLDER_TEXT:
        return "", code
    if code not in _OLDER_KINDS:
        raise file.damaged(f"it has a variable of type {code}, which its release does not have")
    return _OLDER_KINDS[code], int(_OLDER_KINDS[code][1])


def _older_characteristics(file: DtaFile, release: DtaRelease) -> Iterator[tuple[tuple[bytes, bytes], bytes]]:
    while True:
        kind, length = file.whole("u1"), file.whole("u4")
        if not kind and not length:
            return
        raw = file.take(length)
        if kind == 1:
            yield _characteristic(raw, release)
