"""How an analysis table is laid out for the tool that reads it; one entry for each in `LAYOUTS`.

The event is a truth value, or 1 for an event and 0 for a censoring; never CNSR's own polarity. Needs no
pandas: `programs` has the code that reads and analyses the table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, cast

from ..formats import Format, written_formats
from ..formats.table_style import TableStyle
from .programs.model import Model, Need
from .tool_names import NAMES_OF_SAS, NAMES_OF_STATA, NameRules

if TYPE_CHECKING:
    import pandas as pd

    Code = Callable[[str, pd.DataFrame, Model], str]


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
        Module and function for `read_with`, as "r:reading".
    program_module : str
        The module that writes the program; empty where there is none.
    program_suffix : str
        Of the program.
    lacks : frozenset of Need
        What models may need and the tool does not have, but for families of which it has no programs.
    names : NameRules or None
        Which names it takes; None where it takes any.
    """

    name: str
    summary: str
    writes: tuple[str, ...]
    style: TableStyle
    reader: str
    program_module: str = ""
    program_suffix: str = ""
    lacks: frozenset[Need] = frozenset()
    names: NameRules | None = None

    @property
    def read_with(self) -> Code:
        """File name, table and model to the code that reads the file."""
        return _code(self.reader)

    def program_of(self, model: Model) -> Code:
        """File name, table and model to the program that reads and analyses the file."""
        return _code(f"{self._module_for(model)}:program")

    def lacking(self, model: Model) -> tuple[str, ...]:
        """What a model needs and the tool does not have."""
        if model.family is not None and find_spec(_full(self._module_for(model)), __package__) is None:
            return (model.family.need,)
        return tuple(each for each in Need if each in self.lacks & model.needs)

    def _module_for(self, model: Model) -> str:
        return self.program_module if model.family is None else f"{model.family.folder}.{self.program_module}"


def _code(place: str) -> Code:
    module, _, name = place.partition(":")
    return cast("Code", getattr(import_module(_full(module), __package__), name))


def _full(module: str) -> str:
    return f".programs.{module}"


_FOR_PYTHON = TableStyle("True", "False", "")
_FOR_R = TableStyle("TRUE", "FALSE", "", quotes_all_text=True)


LAYOUTS: Mapping[str, Layout] = {
    layout.name: layout
    for layout in (
        Layout(
            "lifelines",
            "Python's lifelines: event True or False",
            (".parquet", ".csv"),
            _FOR_PYTHON,
            "python:reading_with_arms",
            "lifelines",
            ".py",
        ),
        Layout(
            "scikit-survival",
            "Python's scikit-survival: event True or False, as Surv.from_dataframe needs it",
            (".parquet", ".csv"),
            _FOR_PYTHON,
            "python:reading_with_arms",
            "scikit_survival",
            ".py",
            lacks=frozenset(Need),
        ),
        Layout(
            "r",
            'R\'s survival: event TRUE or FALSE, missing values empty (na.strings = "")',
            (".csv",),
            _FOR_R,
            "r:reading",
            "r",
            ".R",
        ),
        Layout(
            "sas",
            "SAS: transport file, event 1, censored 0, names of at most 8 characters",
            (".xpt",),
            TableStyle(),
            "sas:reading",
            "sas",
            ".sas",
            names=NAMES_OF_SAS,
        ),
        Layout(
            "stata",
            "Stata: event 1, censored 0, arms and strata as numbers with value labels",
            (".dta",),
            TableStyle(),
            "stata:reading",
            "stata",
            ".do",
            names=NAMES_OF_STATA,
        ),
        Layout(
            "csv",
            "spreadsheets and any tool: event 1, censored 0, missing values empty",
            (".csv",),
            TableStyle(),
            "from_csv:reading",
        ),
        Layout(
            "parquet",
            "any tool that reads Parquet: event boolean",
            (".parquet",),
            TableStyle(),
            "python:reading",
        ),
        Layout(
            "dataset-json",
            "any tool that reads Dataset-JSON: event true or false, with labels and types",
            (".json", ".ndjson"),
            TableStyle(),
            "python:reading_by_adamgate",
        ),
    )
}
"""Tools, and formats of which more is to be said than that a tool reads them."""


def layouts() -> Mapping[str, Layout]:
    """Every layout by its name: those of tools, and one for each format that is written."""
    further = (
        Layout(
            each.word,
            f"any tool that reads {each.name}",
            each.written,
            TableStyle(),
            "python:reading_by_adamgate",
        )
        for each in written_formats()
        if each.word not in LAYOUTS and _tool_of(each) is None
    )
    return {**LAYOUTS, **{each.name: each for each in further}}


def _tool_of(form: Format) -> Layout | None:
    """The layout of the tool that a format is written for, where it has none of its own: SAS's."""
    if form.word in LAYOUTS:
        return None
    tools = (each for each in LAYOUTS.values() if each.program_module)
    return next((each for each in tools if each.writes == form.written), None)


def layouts_by_suffix() -> Mapping[str, Layout]:
    """The layout of a file by its suffix alone: that of the format, or of the only tool that reads it."""
    known = layouts()
    of_formats = {
        suffix: layout
        for form in written_formats()
        for layout in (known.get(form.word) or _tool_of(form),)
        if layout is not None
        for suffix in layout.writes
    }
    return {suffix: each for each in known.values() for suffix in each.writes} | of_formats


def written_suffixes() -> tuple[str, ...]:
    """Suffixes of the files of tables, each once."""
    return tuple(dict.fromkeys(suffix for each in layouts().values() for suffix in each.writes))
