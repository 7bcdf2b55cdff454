"""The parts of a workbook that say what is in it, as ISO/IEC 29500 has them. Needs no pandas."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from xml.sax.saxutils import escape, quoteattr

HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def content_types(sheets: Iterable[str]) -> str:
    """What each part is."""
    parts = [
        ("xl/workbook.xml", f"{_KIND}.sheet.main+xml"),
        ("xl/styles.xml", f"{_KIND}.styles+xml"),
        ("docProps/core.xml", "application/vnd.openxmlformats-package.core-properties+xml"),
        *((sheet, f"{_KIND}.worksheet+xml") for sheet in sheets),
    ]
    overrides = "".join(f'<Override PartName="/{part}" ContentType="{kind}"/>' for part, kind in parts)
    return (
        f'{HEAD}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>'
    )


def relations(targets: Iterable[tuple[str, str]]) -> str:
    """Other parts that a part needs, each by its kind."""
    relations = "".join(
        f'<Relationship Id="rId{place}" Type="{_type_of(kind)}" Target="{target}"/>'
        for place, (kind, target) in enumerate(targets, start=1)
    )
    return f'{HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{relations}</Relationships>'


def _type_of(kind: str) -> str:
    return f"{_RELATED}/{kind}" if kind else f"{_PACKAGE}/relationships/metadata/core-properties"


def sheets_of(sheets: Iterable[str]) -> str:
    """The sheets in their order."""
    named = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{place}" r:id="rId{place}"/>'
        for place, name in enumerate(sheets, start=1)
    )
    return f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{_RELATED}"><sheets>{named}</sheets></workbook>'


def properties(title: str, time: datetime, description: str) -> str:
    described = f"<dc:description>{escape(description)}</dc:description>" if description else ""
    stamp = f'xsi:type="dcterms:W3CDTF">{time.replace(microsecond=0, tzinfo=None).isoformat()}Z'
    return (
        f'{HEAD}<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{escape(title)}</dc:title><dc:creator>adamgate</dc:creator>"
        f"{described}"
        f"<dcterms:created {stamp}</dcterms:created><dcterms:modified {stamp}</dcterms:modified>"
        "</cp:coreProperties>"
    )
