"""How a sheet is shown: what does not change its cells. Needs no pandas."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .cell_place import cell_place
from .package_styles import Style


@dataclass(frozen=True, slots=True)
class SheetView:
    """How a sheet is shown.

    Attributes
    ----------
    heads : int
        First rows that stay in view.
    widths : tuple of int
        Of the columns, in characters; those of the program where there are none.
    style : Style
        Of cells that are not written, in columns with a width.
    filtered : int
        Rows, with that of the names, whose columns can be filtered; 0 for none.
    """

    heads: int = 1
    widths: tuple[int, ...] = ()
    style: Style = Style.PLAIN
    filtered: int = 0

    def before(self) -> str:
        """The elements of a sheet before its cells."""
        return (
            '<sheetViews><sheetView workbookViewId="0">'
            f'<pane ySplit="{self.heads}" topLeftCell="{cell_place(self.heads, 0)}" '
            'activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
            f"{''.join(self._columns())}"
        )

    def _columns(self) -> Iterator[str]:
        if not self.widths:
            return
        yield "<cols>"
        for at, width in enumerate(self.widths, start=1):
            size = f'width="{width + _PADDING}" customWidth="1"'
            yield f'<col min="{at}" max="{at}" {size} style="{self.style}"/>'
        yield "</cols>"

    def after(self) -> str:
        """The elements after its cells."""
        if not self.filtered:
            return ""
        return f'<autoFilter ref="A1:{cell_place(self.filtered - 1, len(self.widths) - 1)}"/>'


_PADDING = 0.7109375
"""Of a cell at both sides, in characters of the usual font."""
