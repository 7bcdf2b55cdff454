"""How an analysis table is laid out for the tool that reads it; one line for each in `LAYOUTS`.

The event is a truth value, or 1 for an event and 0 for a censoring; never CNSR's own polarity.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ...schemas.errors import ConfigurationError, UnwritableOutput
from ...schemas.study import columns
from ...schemas.wording import did_you_mean
from ..formats import dataset_named, writable, written_formats
from ..formats.format import Output, TableStyle
from ..formats.planned_file import PlannedFile
from ..values.arrow_columns import are_whole_days, stamps_of
from ..writing.losses import tell_losses
from ..writing.write import refuse_breaches


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
    read_with : callable
        File name and table to the line of code that reads the file and analyses it.
    unfit : callable
        What of a table the tool would misread, in words; empty when nothing. None when it never does.
    """

    name: str
    summary: str
    writes: tuple[str, ...]
    style: TableStyle
    read_with: Callable[[str, pd.DataFrame], str]
    unfit: Callable[[pd.DataFrame], str] | None = None


def layout_for(path: Path, name: str | None = None) -> Layout:
    """The layout of that name, or the one for the suffix of a file.

    Raises
    ------
    ConfigurationError
        When there is no such layout, or its tool does not read such files.
    """
    suffix = path.suffix.lower()
    known = layouts()
    if name is None:
        by_suffix = {each: form.word for form in written_formats() for each in known[form.word].writes}
        if suffix not in by_suffix:
            raise ConfigurationError(
                f"a table cannot be written as {suffix or 'a file without suffix'}",
                str(path),
                f"use {' or '.join(by_suffix)}",
            )
        name = by_suffix[suffix]
    if not isinstance(name, str):
        raise TypeError(f"the name of a layout must be a string, not {type(name).__name__}")
    if name not in known:
        raise ConfigurationError(f"{name} is not a layout", str(path), did_you_mean(name, known))
    layout = known[name]
    if suffix not in layout.writes:
        raise ConfigurationError(
            f"the layout {name} cannot be written as {suffix or 'a file without suffix'}",
            str(path),
            f"use {' or '.join(layout.writes)}",
        )
    return layout


def planned_table(layout: Layout, output: Output) -> PlannedFile:
    """The file of a table, in the format that its suffix names and in the style of the layout.

    Raises
    ------
    UnwritableOutput
        When the format cannot hold the table, or the tool would misread it.
    """
    fault = layout.unfit(output.dataset.frame) if layout.unfit else ""
    if fault:
        raise UnwritableOutput(fault, str(output.path), "omit the variable, or choose another layout")
    form = writable()[output.path.suffix.lower()]
    writer = form.load_writer().of_tables(layout.style)
    refuse_breaches([output], form, writer, output.path)
    (planned,) = writer.plan([output])
    return planned


def tell_losses_of_table(output: Output) -> None:
    """Warn of what a format has no place for, unless its tables for tools hold names alone."""
    form = writable()[output.path.suffix.lower()]
    if form.load_writer().styled is None:
        tell_losses([output], form)


_FOR_PYTHON = TableStyle("True", "False", "")
_FOR_SAS = TableStyle("1", "0", "")
_FOR_R = TableStyle("TRUE", "FALSE", "NA", quotes_all_text=True)


def _text_na(frame: pd.DataFrame) -> str:
    """R takes the text NA for a missing value, in quotes too."""
    for name in frame.columns:
        if columns.is_character(frame[name]) and (frame[name].astype(object) == "NA").any():
            return f'{name} contains the text "NA", which R reads as missing'
    return ""


def _r_class(column: pd.Series) -> str:
    if columns.is_date(column):
        return "Date" if are_whole_days(stamps_of(column)) else "POSIXct"
    if columns.is_character(column):
        return "character"
    return "logical" if pd.api.types.is_bool_dtype(column.dtype) else "numeric"


_R_NAME = re.compile(r"[A-Za-z][A-Za-z0-9._]*\Z")


def _r_name(name: str) -> str:
    return name if _R_NAME.match(name) else json.dumps(name)


def _in_r(file: str, frame: pd.DataFrame) -> str:
    # Without classes R drops leading zeros of identifiers and takes a column of "F" for FALSE.
    classes = ", ".join(f"{_r_name(name)} = {json.dumps(_r_class(frame[name]))}" for name in frame.columns)
    kept = "" if all(map(_R_NAME.match, frame.columns)) else ", check.names = FALSE"
    read = f"read.csv({json.dumps(file)}, colClasses = c({classes}){kept})"
    return f"library(survival); survfit(Surv(duration, event) ~ 1, data = {read})"


def _in_pandas(file: str, frame: pd.DataFrame) -> str:
    if Path(file).suffix.lower() == ".parquet":
        return f"pandas.read_parquet({json.dumps(file)})"
    # Without types pandas drops leading zeros of identifiers and takes the text NA for missing.
    texts = {name: "str" for name in frame.columns if columns.is_character(frame[name])}
    dates = [name for name in frame.columns if columns.is_date(frame[name])]
    parsed = f", parse_dates={json.dumps(dates)}" if dates else ""
    # Python's own conversion: that of pandas before 3.1 is off by one unit in the last place at times.
    floats = [name for name in frame.columns if pd.api.types.is_float_dtype(frame[name].dtype)]
    exact = f'converters=dict.fromkeys({json.dumps(floats)}, lambda x: float(x or "nan"))'
    options = f'dtype={json.dumps(texts)}, keep_default_na=False, na_values=[""], {exact}{parsed}'
    return f"pandas.read_csv({json.dumps(file)}, {options})"


def _in_adamgate(file: str, frame: pd.DataFrame) -> str:
    name = dataset_named(Path(file))
    # Numbers are numbers in every dataset that is read, 1 for true.
    truths = {each: "bool" for each in frame.columns if pd.api.types.is_bool_dtype(frame[each].dtype)}
    return f"adamgate.read({json.dumps(file)})[{json.dumps(name)}].frame.astype({json.dumps(truths)})"


def _in_lifelines(file: str, frame: pd.DataFrame) -> str:
    return f't = {_in_pandas(file, frame)}; lifelines.KaplanMeierFitter().fit(t["duration"], t["event"])'


def _in_scikit_survival(file: str, frame: pd.DataFrame) -> str:
    return f't = {_in_pandas(file, frame)}; y = sksurv.util.Surv.from_dataframe("event", "duration", t)'


def _in_sas(file: str, frame: pd.DataFrame) -> str:
    # Types are stated, as PROC IMPORT guesses them and drops leading zeros of identifiers.
    texts = [name for name in frame.columns if columns.is_character(frame[name])]
    lengths = " ".join(f"{name} ${_bytes(frame[name])}" for name in texts)
    names = " ".join(f"{name}{_sas_informat(frame[name])}" for name in frame.columns)
    infile = f"infile {json.dumps(file)} dsd firstobs=2 truncover termstr=lf encoding='utf-8' lrecl=32767"
    read = f"data t; {infile}; length {lengths}; input {names}; run;"
    return f"{read} proc lifetest data=t; time duration*event(0); run;"


def _bytes(column: pd.Series) -> int:
    return max((len(str(text).encode()) for text in column.dropna().unique()), default=1)


def _sas_informat(column: pd.Series) -> str:
    if not columns.is_date(column):
        return ""
    return " :yymmdd10." if are_whole_days(stamps_of(column)) else " :e8601dt26."


def _in_stata(file: str, frame: pd.DataFrame) -> str:
    texts = [str(place) for place, name in enumerate(frame.columns, 1) if columns.is_character(frame[name])]
    options = f"varnames(1) case(preserve) stringcols({' '.join(texts)}) encoding(utf-8) clear"
    return f"import delimited using {json.dumps(file)}, {options}; stset duration, failure(event == 1)"


def _in_sas_and_stata(file: str, frame: pd.DataFrame) -> str:
    return f"SAS: {_in_sas(file, frame)} Stata: {_in_stata(file, frame)}"


LAYOUTS: Mapping[str, Layout] = {
    layout.name: layout
    for layout in (
        Layout(
            "lifelines",
            "Python's lifelines: event True or False",
            (".parquet", ".csv"),
            _FOR_PYTHON,
            _in_lifelines,
        ),
        Layout(
            "scikit-survival",
            "Python's scikit-survival: event True or False, as Surv.from_dataframe needs it",
            (".parquet", ".csv"),
            _FOR_PYTHON,
            _in_scikit_survival,
        ),
        Layout("r", "R's survival: event TRUE or FALSE, missing NA", (".csv",), _FOR_R, _in_r, _text_na),
        Layout(
            "csv",
            "SAS, Stata, spreadsheets: event 1, censored 0, missing values empty",
            (".csv",),
            _FOR_SAS,
            _in_sas_and_stata,
        ),
        Layout(
            "parquet",
            "any tool that reads Parquet: event boolean",
            (".parquet",),
            TableStyle(),
            _in_pandas,
        ),
        Layout(
            "dataset-json",
            "any tool that reads Dataset-JSON: event true or false, with labels and types",
            (".json", ".ndjson"),
            TableStyle(),
            _in_adamgate,
        ),
    )
}
"""Tools, and formats of which more is to be said than that a tool reads them."""


def layouts() -> Mapping[str, Layout]:
    """Every layout by its name: those of tools, and one for each format that is written."""
    further = (
        Layout(each.word, f"any tool that reads {each.name}", each.written, TableStyle(), _in_adamgate)
        for each in written_formats()
        if each.word not in LAYOUTS
    )
    return {**LAYOUTS, **{each.name: each for each in further}}
