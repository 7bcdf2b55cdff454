"""Styles of cells, and the part of a workbook that lists them. Needs no pandas."""

from __future__ import annotations

from enum import IntEnum

from .package_parts import HEAD, MAIN


class Style(IntEnum):
    """Number of a style in `STYLES`."""

    PLAIN = 0
    DATE = 1
    DATETIME = 2
    NAME = 3
    """Bold: a name above a column."""
    WRAPPED = 4
    """Long text on several lines."""


_CELLS = {
    Style.PLAIN: 'numFmtId="0" fontId="0"/>',
    Style.DATE: 'numFmtId="164" fontId="0" applyNumberFormat="1"/>',
    Style.DATETIME: 'numFmtId="165" fontId="0" applyNumberFormat="1"/>',
    Style.NAME: 'numFmtId="0" fontId="1" applyFont="1"/>',
    Style.WRAPPED: (
        'numFmtId="0" fontId="0" applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf>'
    ),
}
_LISTED = "".join(f'<xf xfId="0" fillId="0" borderId="0" {_CELLS[style]}' for style in Style)
STYLES = (
    f'{HEAD}<styleSheet xmlns="{MAIN}"><numFmts count="2">'
    '<numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/>'
    '<numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/></numFmts>'
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/><family val="2"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/><family val="2"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    f'<cellXfs count="{len(Style)}">'
    f"{_LISTED}</cellXfs>"
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)
