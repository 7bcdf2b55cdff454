"""How an analysis table is laid out for the tool that reads it; one entry for each in `LAYOUTS`.

The event is a truth value, or 1 for an event and 0 for a censoring; never CNSR's own polarity. Needs no
pandas: `tools` has the code that reads the table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, cast

from ..formats import written_formats
from ..formats.table_style import TableStyle

if TYPE_CHECKING:
    import pandas as pd

    from .arms import Arms

    ReadWith = Callable[[str, pd.DataFrame, Arms | None], str]


@dataclass(frozen=True, slots=True)
class Layout:
    """A table for one tool.

    Attributes
    ----------
    name : str
    summary : str
        For whom, and how the event is written; one line.
    writes : tuple of str
        Suffixes of the files that the tool reads.
    style : TableStyle
        Its words for true, false and missing, for formats that leave a choice.
    reader : str
        The function of `tools` for `read_with`.
    """

    name: str
    summary: str
    writes: tuple[str, ...]
    style: TableStyle
    reader: str

    @property
    def read_with(self) -> ReadWith:
        """File name, table and its arms to the line of code that reads the file and analyses it."""
        return cast("ReadWith", getattr(import_module(".tools", __package__), self.reader))


_FOR_PYTHON = TableStyle("True", "False", "")
_FOR_SAS = TableStyle("1", "0", "")
_FOR_R = TableStyle("TRUE", "FALSE", "", quotes_all_text=True)


LAYOUTS: Mapping[str, Layout] = {
    layout.name: layout
    for layout in (
        Layout(
            "lifelines",
            "Python's lifelines: event True or False",
            (".parquet", ".csv"),
            _FOR_PYTHON,
            "in_lifelines",
        ),
        Layout(
            "scikit-survival",
            "Python's scikit-survival: event True or False, as Surv.from_dataframe needs it",
            (".parquet", ".csv"),
            _FOR_PYTHON,
            "in_scikit_survival",
        ),
        Layout(
            "r",
            'R\'s survival: event TRUE or FALSE, missing values empty (na.strings = "")',
            (".csv",),
            _FOR_R,
            "in_r",
        ),
        Layout(
            "csv",
            "SAS, Stata, spreadsheets: event 1, censored 0, missing values empty",
            (".csv",),
            _FOR_SAS,
            "in_sas_and_stata",
        ),
        Layout(
            "parquet",
            "any tool that reads Parquet: event boolean",
            (".parquet",),
            TableStyle(),
            "in_pandas",
        ),
        Layout(
            "dataset-json",
            "any tool that reads Dataset-JSON: event true or false, with labels and types",
            (".json", ".ndjson"),
            TableStyle(),
            "in_adamgate",
        ),
    )
}
"""Tools, and formats of which more is to be said than that a tool reads them."""


def layouts() -> Mapping[str, Layout]:
    """Every layout by its name: those of tools, and one for each format that is written."""
    further = (
        Layout(each.word, f"any tool that reads {each.name}", each.written, TableStyle(), "in_adamgate")
        for each in written_formats()
        if each.word not in LAYOUTS
    )
    return {**LAYOUTS, **{each.name: each for each in further}}


def written_suffixes() -> tuple[str, ...]:
    """Suffixes of the files of tables, each once."""
    return tuple(dict.fromkeys(suffix for each in layouts().values() for suffix in each.writes))
