"""The parts of a workbook beside its cells. They state no time but that of the dataset."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import IO, BinaryIO
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_COMPRESSION = 1
_NO_TIME = datetime(1980, 1, 1)
"""The earliest that a ZIP archive can state."""

BEGIN_OF_SHEET = (
    _HEAD + f'<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
    '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
    "<sheetData>\n"
).encode()
END_OF_SHEET = b"</sheetData></worksheet>"

_STYLES = (
    _HEAD + f'<styleSheet xmlns="{_MAIN}"><numFmts count="2">'
    '<numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/>'
    '<numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/></numFmts>'
    '<fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="165" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


class Package:
    """A workbook that is being written, with sheets of these names in this order."""

    def __init__(self, archive: ZipFile, sheets: Sequence[str]) -> None:
        self._archive = archive
        self._parts = {name: f"xl/worksheets/sheet{place}.xml" for place, name in enumerate(sheets, start=1)}

    @contextmanager
    def sheet(self, name: str) -> Iterator[IO[bytes]]:
        """Where the rows of a sheet go."""
        with self._archive.open(_entry(self._parts[name]), "w", force_zip64=True) as part:
            part.write(BEGIN_OF_SHEET)
            yield part
            part.write(END_OF_SHEET)

    def write_description(self, title: str, time: datetime) -> None:
        """All parts that are not sheets; some tools know a workbook by the first."""
        for name, content in (
            ("[Content_Types].xml", _types(self._parts.values())),
            ("_rels/.rels", _relations([("officeDocument", "xl/workbook.xml"), ("", "docProps/core.xml")])),
            ("docProps/core.xml", _properties(title, time)),
            ("xl/workbook.xml", _workbook(self._parts)),
            ("xl/styles.xml", _STYLES),
            (
                "xl/_rels/workbook.xml.rels",
                _relations(
                    [
                        *(("worksheet", part.removeprefix("xl/")) for part in self._parts.values()),
                        ("styles", "styles.xml"),
                    ]
                ),
            ),
        ):
            with self._archive.open(_entry(name), "w") as part:
                part.write(content.encode())


@contextmanager
def package(stream: BinaryIO, sheets: Sequence[str]) -> Iterator[Package]:
    with ZipFile(stream, "w", ZIP_DEFLATED, compresslevel=_COMPRESSION) as archive:
        yield Package(archive, sheets)


def _entry(name: str) -> ZipInfo:
    entry = ZipInfo(name, _NO_TIME.timetuple()[:6])
    entry.compress_type = ZIP_DEFLATED
    entry._compresslevel = _COMPRESSION  # type: ignore[attr-defined]
    return entry


def _types(sheets: Iterable[str]) -> str:
    parts = [
        ("xl/workbook.xml", f"{_KIND}.sheet.main+xml"),
        ("xl/styles.xml", f"{_KIND}.styles+xml"),
        ("docProps/core.xml", "application/vnd.openxmlformats-package.core-properties+xml"),
        *((sheet, f"{_KIND}.worksheet+xml") for sheet in sheets),
    ]
    overrides = "".join(f'<Override PartName="/{part}" ContentType="{kind}"/>' for part, kind in parts)
    return (
        f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>'
    )


def _relations(targets: Iterable[tuple[str, str]]) -> str:
    relations = "".join(
        f'<Relationship Id="rId{place}" Type="{_type_of(kind)}" Target="{target}"/>'
        for place, (kind, target) in enumerate(targets, start=1)
    )
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{relations}</Relationships>'


def _type_of(kind: str) -> str:
    return f"{_RELATED}/{kind}" if kind else f"{_PACKAGE}/relationships/metadata/core-properties"


def _workbook(sheets: Iterable[str]) -> str:
    named = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{place}" r:id="rId{place}"/>'
        for place, name in enumerate(sheets, start=1)
    )
    return f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_RELATED}"><sheets>{named}</sheets></workbook>'


def _properties(title: str, time: datetime) -> str:
    stamp = f'xsi:type="dcterms:W3CDTF">{time.replace(microsecond=0, tzinfo=None).isoformat()}Z'
    return (
        f'{_HEAD}<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{escape(title)}</dc:title><dc:creator>adamgate</dc:creator>"
        f"<dcterms:created {stamp}</dcterms:created><dcterms:modified {stamp}</dcterms:modified>"
        "</cp:coreProperties>"
    )
