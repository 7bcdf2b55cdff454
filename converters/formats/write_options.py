"""What a user may say about how files are written. Needs no pandas."""

from __future__ import annotations

from dataclasses import dataclass, fields

XPT_VERSIONS = (5, 8)
LENGTHS = ("source", "data")


@dataclass(frozen=True, slots=True)
class WriteOptions:
    """What a user may say about how files are written; each format takes its own (`Format.takes`).

    Attributes
    ----------
    xpt_version : {5, 8}
        Version of the file.
    fix : bool
        Repair what the format cannot hold, where there is a repair, and report each.
    lengths : {"source", "data"}
        Lengths of variables: those of the source where they suffice, or the shortest that hold the data.
    xpt_encoding : str
        Encoding of text.
    read_back : bool
        Compare what was written with the data before the file appears.
    split_size : int
        Bytes beyond which a dataset is split into several files by subject.
    one_file : bool
        Write all datasets into one file.
    label_row : bool
        Write the labels of variables below their names.
    """

    xpt_version: int = 5
    fix: bool = False
    lengths: str = "source"
    xpt_encoding: str = "ascii"
    read_back: bool = True
    split_size: int = 5_000_000_000
    one_file: bool = False
    label_row: bool = False

    @property
    def given(self) -> tuple[str, ...]:
        """Names of those that are not the default."""
        return tuple(each.name for each in fields(self) if getattr(self, each.name) != each.default)


AS_USUAL = WriteOptions()
OF_XPT = frozenset({"xpt_version", "fix", "lengths", "xpt_encoding", "read_back", "split_size", "one_file"})
OF_EXCEL = frozenset({"label_row"})
FIX = "--fix"
"""How that option is named in `Breach.ways`."""
