"""A workbook that is being written: a ZIP archive of its parts, which state no time but the given one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import IO, BinaryIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from .package_parts import HEAD, MAIN, content_types, properties, relations, sheets_of
from .package_styles import STYLES
from .sheet_view import SheetView

_COMPRESSION = 1
NO_TIME = datetime(1980, 1, 1)
"""The earliest that a ZIP archive can state."""
_AS_USUAL = SheetView()


class Package:
    """A workbook that is being written, with sheets of these names in this order."""

    def __init__(self, archive: ZipFile, sheets: Sequence[str]) -> None:
        self._archive = archive
        self._parts = {name: f"xl/worksheets/sheet{place}.xml" for place, name in enumerate(sheets, start=1)}

    @contextmanager
    def sheet(self, name: str, view: SheetView = _AS_USUAL) -> Iterator[IO[bytes]]:
        """Where the rows of a sheet go."""
        with self._archive.open(_entry(self._parts[name]), "w", force_zip64=True) as part:
            part.write(f'{HEAD}<worksheet xmlns="{MAIN}">{view.before()}<sheetData>\n'.encode())
            yield part
            part.write(f"</sheetData>{view.after()}</worksheet>".encode())

    def write_description(self, title: str, time: datetime, description: str = "") -> None:
        """All parts that are not sheets; some tools know a workbook by the first."""
        for name, content in (
            ("[Content_Types].xml", content_types(self._parts.values())),
            ("_rels/.rels", relations([("officeDocument", "xl/workbook.xml"), ("", "docProps/core.xml")])),
            ("docProps/core.xml", properties(title, time, description)),
            ("xl/workbook.xml", sheets_of(self._parts)),
            ("xl/styles.xml", STYLES),
            (
                "xl/_rels/workbook.xml.rels",
                relations(
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
    entry = ZipInfo(name, NO_TIME.timetuple()[:6])
    entry.compress_type = ZIP_DEFLATED
    entry._compresslevel = _COMPRESSION  # type: ignore[attr-defined]
    return entry
