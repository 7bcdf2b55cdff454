"""ZIP archives: all members are checked before the first is unpacked, none leaves our folder.

An archive is made by somebody else: its names may lead anywhere, a few kilobytes of it may stand for
terabytes, and two programs may see two different files in it. What is not plain is refused as a whole.
"""

from __future__ import annotations

import re
import stat
import unicodedata
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from ...schemas.errors import UnreadableInput
from ...schemas.wording import one_line
from ..formats.format import ReadOptions
from ..formats.unpacking import Allowance
from ..values.regular_file import open_regular
from ..values.work_folder import work_told

_MOST_MEMBERS = 10_000
_LISTED = 5
_LONGEST_NAME = 200
"""Bytes of one part of a name."""
_DEEPEST = 30
_CHUNK = 1 << 20
_ENCRYPTED = 0x1 | 0x40 | 0x2000
_METHODS = (ZIP_STORED, ZIP_DEFLATED)
_CONTROLS = re.compile(r"[\0-\x1f\x7f\\]")
_DRIVE = re.compile(r"[A-Za-z]:")
_OF_MAC = "__MACOSX"
_ANEW = "make the archive again, with the plain names and content of the files"


def bring(place: Path, folder: Path, options: ReadOptions, /) -> Path:
    """Unpack an archive.

    The folder to read is its top; where that has nothing but one folder, it is that folder.

    Raises
    ------
    UnreadableInput
        When it is damaged or encrypted; a name is absolute, leads out of the archive, is that of two members
        or of a file and a folder; a member is a link or a device; or it unpacks to more than is allowed.
        The first members for which it is refused are listed.
    """
    try:
        with open_regular(place) as file, ZipFile(file) as archive:
            members = archive.infolist()
            _refuse(members, place)
            allowance = Allowance.of_file(file, place, options)
            for member in members:
                _unpack(archive, member, folder, allowance)
    except (BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError) as error:
        raise UnreadableInput(
            "the ZIP archive is damaged or incomplete",
            f"{place}: {one_line(str(error), 200)}",
            "copy it again, or make it again",
        ) from error
    except OSError as error:
        raise UnreadableInput(
            "the file cannot be opened",
            f"{place}: {error.strerror or error}",
            "check that it is a file and that you have read permission",
        ) from error
    return _top(folder)


def _refuse(members: Sequence[ZipInfo], place: Path) -> None:
    """Refuse an archive with members that are not plain files and folders of plain names."""
    if len(members) > _MOST_MEMBERS:
        raise UnreadableInput(
            f"the archive has {len(members):,} members, more than {_MOST_MEMBERS:,}",
            str(place),
            "unpack it yourself, and give the folder",
        )
    faults = [f"{_shown(member)}: {fault}" for member in members for fault in _faults(member)]
    faults += _clashes([each for each in members if each.filename])  # one before a NUL may be empty
    if faults:
        more = [f"and {len(faults) - _LISTED} more"] if len(faults) > _LISTED else []
        raise UnreadableInput(
            "the archive is not safe to unpack:", str(place), _ANEW, details=[*faults[:_LISTED], *more]
        )


def _faults(member: ZipInfo) -> Iterator[str]:
    name = member.orig_filename
    parts = name.removesuffix("/").split("/")
    if not name or name.startswith("/") or _DRIVE.match(name):
        yield "the name is absolute, or empty"
    elif ".." in parts or "." in parts or "" in parts:
        yield "the name leads out of its folder"
    elif _CONTROLS.search(name):
        yield "the name contains a backslash or a control character"
    elif len(parts) > _DEEPEST or any(len(part.encode("utf-8", "replace")) > _LONGEST_NAME for part in parts):
        yield "the name is too long"
    kind = stat.S_IFMT(member.external_attr >> 16)
    if kind == stat.S_IFLNK:
        yield "a link"
    elif kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        yield "a device, not a file"
    if member.flag_bits & _ENCRYPTED:
        yield "encrypted"
    elif member.compress_type not in _METHODS:
        yield f"compressed by method {member.compress_type}, not by Deflate"


def _clashes(members: Sequence[ZipInfo]) -> Iterator[str]:
    """Names that two members have, where neither case nor form of Unicode counts, or a file and a folder."""
    files: set[str] = set()
    folders: set[str] = set()
    for member in members:
        path = PurePosixPath(_plain(member.filename))
        folders.update(str(each) for each in path.parents)
        if member.is_dir():
            folders.add(str(path))
        elif str(path) in files:
            yield f"{_shown(member)}: two members have this name"
        else:
            files.add(str(path))
    yield from (f"{one_line(each)}: a file and a folder have this name" for each in sorted(files & folders))


def _plain(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def _shown(member: ZipInfo) -> str:
    return one_line(member.orig_filename, _LONGEST_NAME)


def _unpack(archive: ZipFile, member: ZipInfo, folder: Path, allowance: Allowance) -> None:
    path = folder.joinpath(*member.filename.split("/"))
    with work_told(path):
        (path if member.is_dir() else path.parent).mkdir(parents=True, exist_ok=True)
    if member.is_dir():
        return
    with archive.open(member) as packed, work_told(path), path.open("xb") as file:
        while block := packed.read(_CHUNK):
            allowance.take(len(block))
            file.write(block)


def _top(folder: Path) -> Path:
    """The only folder in a folder, where there is nothing else in it."""
    entries = [each for each in folder.iterdir() if each.name != _OF_MAC and not each.name.startswith(".")]
    return entries[0] if len(entries) == 1 and entries[0].is_dir() else folder
