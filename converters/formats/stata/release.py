"""How the releases of the format differ: sizes of what describes a dataset.

From "Stata: dta file formats", https://www.stata.com/help.cgi?dta (113 to 115 are one layout, 117 to 119
another, with tags).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class DtaRelease:
    """Bytes of each part of one release.

    Attributes
    ----------
    number : int
    name, format, label : int
        Of a variable's name (also of a value label), display format and label.
    variables, records, file_label : str
        Integers (as numpy has them) for how many there are, and for how long the dataset label is.
    long_text : tuple of int
        Bytes for variable and record in the data, where a long text is referred to.
    long_text_record : str
        Integer for the record in the section of long texts.
    stata : str
        The Stata that writes it.
    """

    number: int
    name: int
    format: int
    label: int
    variables: str
    records: str
    file_label: str = ""
    long_text: tuple[int, int] = (0, 0)
    long_text_record: str = ""
    stata: str = ""

    @property
    def has_tags(self) -> bool:
        return self.number >= 117


RELEASES: Mapping[int, DtaRelease] = MappingProxyType(
    {
        each.number: each
        for each in (
            DtaRelease(113, 33, 12, 81, "u2", "u4", stata="Stata 8"),
            DtaRelease(114, 33, 49, 81, "u2", "u4", stata="Stata 10"),
            DtaRelease(115, 33, 49, 81, "u2", "u4", stata="Stata 12"),
            DtaRelease(117, 33, 49, 81, "u2", "u4", "u1", (4, 4), "u4", "Stata 13"),
            DtaRelease(118, 129, 57, 321, "u2", "u8", "u2", (2, 6), "u8", "Stata 14"),
            DtaRelease(119, 129, 57, 321, "u4", "u8", "u2", (3, 5), "u8", "Stata 15"),
        )
    }
)
WRITTEN = RELEASES[118]
