"""Controlled terminology of SDTM and of ADaM: the text and ODM XML of NCI EVS, the CSV of the CDISC Library.

All hold codelists and their terms by NCI concept code. Text and CSV have the same columns, and a line for
each codelist and term: a codelist's has no "Codelist Code", a term's has that of its codelist. Document type
declarations and entities are refused: the files of NCI EVS have none, and a file that has may expand without
end or name other files.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from ...schemas.errors import UnreadableInput
from ...schemas.standards.terminology import Codelist, Terminology
from ...schemas.wording import one_line
from ..values.encodings import BYTE_ORDER_MARKS, windows_latin_1
from ..values.file_kind import PLAIN_TEXT, seems
from ..values.regular_file import read_regular

_COLUMNS = ("Code", "Codelist Code", "Codelist Extensible (Yes/No)", "CDISC Submission Value")
_VERSION_COLUMN = "Standard and Date"
_EXTENSIBLE = {"YES": True, "NO": False}
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_STANDARD_IN_NAME = re.compile(
    r"(?<![A-Za-z])(SDTM|ADaM|SEND|CDASH|Define-XML|Protocol)(?![A-Za-z])", re.IGNORECASE
)
_DELIMITERS = (
    "\t,;"  # of NCI EVS, of the CDISC Library, and of spreadsheets where the comma is a decimal mark
)
_ODM_OID = re.compile(r"CDISC_CT\.(?P<standard>[^.]+)\.(?P<date>\d{4}-\d{2}-\d{2})\Z")
_LINE_BREAK = re.compile(r"\r\n|\n|\r")
_CUT = "download it again; the file may be incomplete"
_ADVICE = "use SDTM or ADaM terminology as text or ODM XML from NCI EVS, or as CSV from the CDISC Library"


def read_terminology(path: str | Path) -> Terminology:
    """Read a download of NCI EVS or of the CDISC Library.

    Parameters
    ----------
    path : path
        "SDTM Terminology.txt", "ADaM Terminology.odm.xml", "ADaM_CT_2025-09-26.csv"; told apart by content.

    Returns
    -------
    Terminology
        The codelists of the file. ``BUILT_IN.updated_by(...)`` puts them in place of those built in.

    Raises
    ------
    UnreadableInput
        When the file cannot be opened, is something else, or contradicts itself.
    """
    path = Path(path)
    try:
        content = read_regular(path)
    except OSError as error:
        raise UnreadableInput(
            "the terminology cannot be opened",
            f"{path}: {error.strerror or error}",
            "check that it exists, that it is a file and that you have read permission",
        ) from error
    drafts = _xml(content, path) if _is_xml(content) else _table(content, path)
    return _terminology(drafts, path)


@dataclass(slots=True)
class _Draft:
    """A codelist as far as it is read."""

    code: str
    name: str
    extensible: str
    version: str
    where: str
    terms: list[str] = field(default_factory=list)


def _terminology(drafts: Iterable[_Draft], path: Path) -> Terminology:
    codelists: dict[str, Codelist] = {}
    for draft in drafts:
        extensible = _EXTENSIBLE.get(draft.extensible.upper())
        if extensible is None:
            raise UnreadableInput(
                "the terminology has a codelist without an extensible flag",
                f"{path} {draft.where}: {one_line(draft.name or draft.code)}",
                f"{_ADVICE}; define.xml describes one study only",
            )
        if not draft.name or draft.name in codelists:
            what = "two codelists with the same name" if draft.name else "a codelist without a name"
            raise UnreadableInput(
                f"the terminology has {what}", f"{path} {draft.where}: {one_line(draft.name)}", _ADVICE
            )
        terms = tuple(dict.fromkeys(filter(None, draft.terms)))
        if not terms:
            raise UnreadableInput(
                "the terminology has a codelist without terms",
                f"{path} {draft.where}: {one_line(draft.name)}",
                _CUT,
            )
        codelists[draft.name] = Codelist(draft.name, draft.code, extensible, terms, draft.version)
    if not codelists:
        raise UnreadableInput("the terminology contains no codelists", str(path), _ADVICE)
    return Terminology(tuple(codelists.values()))


def _version_in_name(path: Path) -> str:
    """ "SDTM Terminology 2023-12-15.txt" is of SDTM CT 2023-12-15; another name stands for itself."""
    standard, date = _STANDARD_IN_NAME.search(path.stem), _DATE.search(path.name)
    if standard is None:
        return path.name
    return f"{standard[1]} CT {date[0]}" if date else f"{standard[1]} CT, {path.name}"


# Text and CSV


def _table(content: bytes, path: Path) -> list[_Draft]:
    text = _decoded(content)
    first = text[: end.start()] if (end := _LINE_BREAK.search(text)) else text
    delimiter = max(_DELIMITERS, key=first.count)
    lines = _lines(text) if delimiter == "\t" else _records(text, delimiter, path)
    _, header = next(lines, (1, []))
    lacking = [name for name in _COLUMNS if name not in header]
    if lacking:
        raise UnreadableInput(
            "the file is not controlled terminology from NCI EVS or the CDISC Library",
            f"{path}: {_instead(content, header, lacking)}",
            _ADVICE,
        )
    return _drafts(_rows(lines, header, path), path)


def _instead(content: bytes, header: list[str], lacking: list[str]) -> str:
    """What a file is that lacks columns."""
    kind = seems(content[:512])
    if kind != PLAIN_TEXT:
        return f"it seems to be {kind}" if kind else "unknown file type"
    return f"{lacking[0]!r} is not among its columns, {one_line(', '.join(header)) or 'which are unnamed'}"


def _decoded(content: bytes) -> str:
    """Text of the file; older downloads are in Windows Latin 1."""
    encoding = next((name for mark, name in BYTE_ORDER_MARKS if content.startswith(mark)), "utf-8")
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return windows_latin_1(content)


Line = tuple[int, list[str]]
"""Its number in the file, and its cells."""


def _lines(text: str) -> Iterator[Line]:
    """Lines of the text of NCI EVS, in which a quotation mark may stand anywhere."""
    for number, line in enumerate(_LINE_BREAK.split(text), start=1):
        if line.strip():
            yield number, [_unquoted(cell) for cell in line.split("\t")]


def _records(text: str, delimiter: str, path: Path) -> Iterator[Line]:
    """Records of a CSV, which may go over several lines."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 1
    try:
        for cells in reader:
            if any(map(str.strip, cells)):
                yield number, [cell.strip() for cell in cells]
            number = reader.line_num + 1
    except csv.Error as error:
        raise UnreadableInput(
            f"the CSV of the terminology is not valid: {error}", f"{path} line {number}", _CUT
        ) from error


def _rows(lines: Iterator[Line], header: list[str], path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    for number, cells in lines:
        if len(cells) != len(header):
            raise UnreadableInput(
                f"a line of the terminology has {len(cells)} cells, but the header has {len(header)}",
                f"{path} line {number}",
                "download the file again; saving it from a spreadsheet program can damage it",
            )
        yield number, dict(zip(header, cells, strict=True))


def _unquoted(cell: str) -> str:
    """A cell without the quotation marks that spreadsheets put around some."""
    cell = cell.strip()
    if len(cell) > 1 and cell[0] == cell[-1] == '"':
        return cell[1:-1].replace('""', '"').strip()
    return cell


def _drafts(rows: Iterable[tuple[int, dict[str, str]]], path: Path) -> list[_Draft]:
    code, parent, extensible, value = _COLUMNS
    drafts: dict[str, _Draft] = {}
    terms: list[tuple[int, str, str]] = []
    for number, row in rows:
        if row[parent]:
            terms.append((number, row[parent], row[value]))
            continue
        if row[code] in drafts:
            raise UnreadableInput(
                "the terminology contains a codelist twice",
                f"{path} line {number}: {one_line(row[code])}",
                "give a file with the terminology of one standard and one date",
            )
        version = row.get(_VERSION_COLUMN) or _version_in_name(path)
        drafts[row[code]] = _Draft(row[code], row[value], row[extensible], version, f"line {number}")
    for number, of, term in terms:
        if of not in drafts:
            raise UnreadableInput(
                "the terminology has a term of a codelist that is not present",
                f"{path} line {number}: {one_line(of)}",
                "download the file again; it may be incomplete",
            )
        drafts[of].terms.append(term)
    return list(drafts.values())


# ODM XML


def _is_xml(content: bytes) -> bool:
    encoding = next((name for mark, name in BYTE_ORDER_MARKS if content.startswith(mark)), "utf-8")
    return content[:512].decode(encoding, errors="replace").lstrip().startswith("<")


def _xml(content: bytes, path: Path) -> list[_Draft]:
    document = _Document()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = document.start
    parser.EndElementHandler = document.end
    parser.CharacterDataHandler = document.characters
    parser.StartDoctypeDeclHandler = _refusing("a document type declaration", path)
    parser.EntityDeclHandler = _refusing("an entity declaration", path)
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        raise UnreadableInput(
            "the XML of the terminology is not well-formed",
            f"{path} line {error.lineno}: {expat.errors.messages[error.code]}",
            "download the file again; it may be incomplete",
        ) from error
    except (LookupError, ValueError) as error:  # expat asks Python for the encoding that is declared
        raise UnreadableInput(
            "the XML of the terminology declares an unsupported encoding",
            f"{path}: {one_line(str(error))}",
            "download the file again; NCI EVS writes UTF-8",
        ) from error
    return document.drafts


def _refusing(what: str, path: Path) -> Callable[..., None]:
    def refuse(*_: object) -> None:
        raise UnreadableInput(
            f"the XML contains {what}, which is not allowed",
            str(path),
            "NCI EVS files contain none; download the file from there",
        )

    return refuse


class _Document:
    """Codelists of an ODM document, gathered as its elements go by; namespaces do not matter."""

    def __init__(self) -> None:
        self.drafts: list[_Draft] = []
        self._version = ""
        self._inside: list[str] = []
        self._named: list[str] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        element = _local(name)
        facts = {_local(key): value for key, value in attributes.items()}
        self._inside.append(element)
        if element in {"ODM", "Study"}:
            self._version = _version_of(facts) or self._version
        elif element == "CodeList":
            self._named = []
            self.drafts.append(
                _Draft(
                    code=facts.get("ExtCodeID", ""),
                    name=facts.get("OID", "").rpartition(".")[2],
                    extensible=facts.get("CodeListExtensible", ""),
                    version=self._version,
                    where=facts.get("OID", "CodeList"),
                )
            )
        elif element in {"EnumeratedItem", "CodeListItem"} and self.drafts:
            self.drafts[-1].terms.append(facts.get("CodedValue", ""))

    def characters(self, text: str) -> None:
        if self._inside[-2:] == ["CodeList", "CDISCSubmissionValue"]:
            self._named.append(text)

    def end(self, name: str) -> None:
        self._inside.pop()
        if _local(name) == "CodeList" and (submission_value := "".join(self._named).strip()):
            self.drafts[-1].name = submission_value


def _local(name: str) -> str:
    return name.rpartition(" ")[2]


def _version_of(facts: dict[str, str]) -> str:
    """The OID "CDISC_CT.SDTM.2023-12-15" stands for SDTM CT 2023-12-15."""
    oid = _ODM_OID.fullmatch(facts.get("FileOID") or facts.get("OID", ""))
    return f"{oid['standard']} CT {oid['date']}" if oid else ""
