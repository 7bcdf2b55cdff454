"""The parts of an Excel workbook that do not depend on its cells, as ISO/IEC 29500 has them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape, quoteattr

_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_MADE = "1980-01-01T00:00:00Z"
_STYLES = (
    f'<styleSheet xmlns="{MAIN}">'
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/><family val="2"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/><family val="2"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>'
    '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0" applyAlignment="1">'
    '<alignment vertical="top" wrapText="1"/></xf></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
    "</styleSheet>"
)
"""Cells of style 1 are heads, those of style 2 the others."""


def xml_text(text: str) -> str:
    """A text between two tags."""
    return escape(text)


def content_types(sheets: int) -> str:
    """What each part is."""
    parts = {
        "docProps/core.xml": "application/vnd.openxmlformats-package.core-properties+xml",
        "xl/workbook.xml": f"{_TYPE}.sheet.main+xml",
        "xl/styles.xml": f"{_TYPE}.styles+xml",
        "xl/sharedStrings.xml": f"{_TYPE}.sharedStrings+xml",
        **{f"xl/worksheets/sheet{number}.xml": f"{_TYPE}.worksheet+xml" for number in range(1, sheets + 1)},
    }
    overrides = "".join(f'<Override PartName="/{name}" ContentType="{of}"/>' for name, of in parts.items())
    return (
        f'{HEAD}<Types xmlns="{_PACKAGE}/content-types">'
        f'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>'
    )


def core(title: str, described: str) -> str:
    """The properties of the workbook."""
    return (
        f'{HEAD}<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{escape(title)}</dc:title><dc:description>{escape(described)}</dc:description>"
        f'<dcterms:created xsi:type="dcterms:W3CDTF">{_MADE}</dcterms:created>'
        f'<dcterms:modified xsi:type="dcterms:W3CDTF">{_MADE}</dcterms:modified></cp:coreProperties>'
    )


def relations(names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The parts that say which parts there are, each with its name."""
    properties = f"{_PACKAGE}/relationships/metadata/core-properties"
    yield (
        "_rels/.rels",
        _relations(
            (f"{_OFFICE}/relationships/officeDocument", "xl/workbook.xml"), (properties, "docProps/core.xml")
        ),
    )
    kinds = [
        (f"{_OFFICE}/relationships/worksheet", f"worksheets/sheet{at}.xml") for at in range(1, len(names) + 1)
    ]
    of_book = [
        *kinds,
        *((f"{_OFFICE}/relationships/{name}", f"{name}.xml") for name in ("styles", "sharedStrings")),
    ]
    yield "xl/_rels/workbook.xml.rels", _relations(*of_book)
    sheets = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{at}" r:id="rId{at}"/>' for at, name in enumerate(names, 1)
    )
    book = (
        f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{_OFFICE}/relationships">'
        f"<bookViews><workbookView/></bookViews><sheets>{sheets}</sheets></workbook>"
    )
    yield "xl/workbook.xml", book
    yield "xl/styles.xml", HEAD + _STYLES


def _relations(*targets: tuple[str, str]) -> str:
    found = "".join(
        f'<Relationship Id="rId{at}" Type="{kind}" Target="{target}"/>'
        for at, (kind, target) in enumerate(targets, 1)
    )
    return f'{HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{found}</Relationships>'


def sheet_head(letters: Sequence[str], widths: Sequence[int], rows: int, *, is_first: bool) -> str:
    """A sheet up to its cells: its first row stays in view."""
    columns = "".join(
        f'<col min="{at}" max="{at}" width="{width + 0.7109375}" style="2" customWidth="1"/>'
        for at, width in enumerate(widths, 1)
    )
    selected = ' tabSelected="1"' if is_first else ""
    return (
        f'{HEAD}<worksheet xmlns="{MAIN}"><dimension ref="{_area(letters, rows)}"/>'
        f'<sheetViews><sheetView{selected} workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
        '<selection pane="bottomLeft"/></sheetView></sheetViews>'
        f'<sheetFormatPr defaultRowHeight="15"/><cols>{columns}</cols><sheetData>'
    )


def sheet_tail(letters: Sequence[str], rows: int) -> str:
    """A sheet after its cells: each column can be filtered."""
    filtered = f'<autoFilter ref="{_area(letters, rows)}"/>' if rows else ""
    return f"</sheetData>{filtered}</worksheet>"


def _area(letters: Sequence[str], rows: int) -> str:
    return f"A1:{letters[-1]}{rows + 1}"
