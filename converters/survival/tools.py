"""The file of an analysis table, and the line of code with which each tool reads it; see `layouts`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pandas as pd

from ...schemas.errors import ConfigurationError
from ...schemas.study import columns
from ...schemas.wording import did_you_mean
from ..formats import dataset_named, writable, written_formats
from ..formats.format import Output
from ..formats.planned_file import PlannedFile
from ..values.arrow_columns import are_whole_days, stamps_of
from ..writing.losses import tell_losses
from ..writing.write import refuse_breaches
from .arms import Arms
from .layouts import Layout, layouts


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
        When the format cannot hold the table.
    """
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


def _r_class(column: pd.Series) -> str:
    if columns.is_date(column):
        return "Date" if are_whole_days(stamps_of(column)) else "POSIXct"
    if columns.is_character(column):
        return "character"
    return "logical" if pd.api.types.is_bool_dtype(column.dtype) else "numeric"


_R_NAME = re.compile(r"[A-Za-z][A-Za-z0-9._]*\Z")


def _r_name(name: str) -> str:
    return name if _R_NAME.match(name) else json.dumps(name)


def in_r(file: str, frame: pd.DataFrame, arms: Arms | None) -> str:
    # Without classes R drops leading zeros of identifiers and takes a column of "F" for FALSE; without
    # na.strings it takes the text NA, as the country code, for missing.
    classes = ", ".join(f"{_r_name(name)} = {json.dumps(_r_class(frame[name]))}" for name in frame.columns)
    kept = "" if all(map(_R_NAME.match, frame.columns)) else ", check.names = FALSE"
    read = f'read.csv({_in_quotes(file)}, colClasses = c({classes}), na.strings = ""{kept})'
    if arms is None:
        return f"library(survival); survfit(Surv(duration, event) ~ 1, data = {read})"
    arm = arms.variable if _R_NAME.match(arms.variable) else f"`{arms.variable}`"
    levels = f", levels = c({', '.join(map(_in_quotes, arms.levels))})" if arms.reference is not None else ""
    factor = f"t${arm} <- factor(t${arm}{levels})"
    return f"library(survival); t <- {read}; {factor}; survfit(Surv(duration, event) ~ {arm}, data = t)"


def _in_quotes(text: str) -> str:
    """A text in double quotes, as R and Python read it."""
    return json.dumps(text, ensure_ascii=False)


def _read_by_pandas(file: str, frame: pd.DataFrame) -> str:
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


def in_pandas(file: str, frame: pd.DataFrame, _: Arms | None) -> str:
    return _read_by_pandas(file, frame)


def in_adamgate(file: str, frame: pd.DataFrame, _: Arms | None) -> str:
    name = dataset_named(Path(file))
    # Numbers are numbers in every dataset that is read, 1 for true.
    truths = {
        each: "boolean" if frame[each].isna().any() else "bool"  # bool makes a missing value true
        for each in frame.columns
        if pd.api.types.is_bool_dtype(frame[each].dtype)
    }
    return f"adamgate.read({json.dumps(file)})[{json.dumps(name)}].frame.astype({json.dumps(truths)})"


def _table_in_python(file: str, frame: pd.DataFrame, arms: Arms | None) -> str:
    """The table as t, its arms in their order, which Parquet keeps."""
    read = f"t = {_read_by_pandas(file, frame)}"
    if arms is None or arms.reference is None or not columns.is_character(frame[arms.variable]):
        return read
    if Path(file).suffix.lower() == ".parquet":
        return read
    arm, levels = _in_quotes(arms.variable), f"[{', '.join(map(_in_quotes, arms.levels))}]"
    return f"{read}; t[{arm}] = pandas.Categorical(t[{arm}], {levels}, ordered=True)"


def in_lifelines(file: str, frame: pd.DataFrame, arms: Arms | None) -> str:
    table = _table_in_python(file, frame, arms)
    if arms is None:
        return f'{table}; lifelines.KaplanMeierFitter().fit(t["duration"], t["event"])'
    fit = 'lifelines.KaplanMeierFitter(label=str(arm)).fit(of["duration"], of["event"])'
    by_arm = f"t.groupby({_in_quotes(arms.variable)}, observed=True)"
    return f"{table}; km = {{arm: {fit} for arm, of in {by_arm}}}"


def in_scikit_survival(file: str, frame: pd.DataFrame, arms: Arms | None) -> str:
    table = _table_in_python(file, frame, arms)
    return f'{table}; y = sksurv.util.Surv.from_dataframe("event", "duration", t)'


def _in_sas(file: str, frame: pd.DataFrame, arms: Arms | None) -> str:
    # Types are stated, as PROC IMPORT guesses them and drops leading zeros of identifiers.
    texts = [name for name in frame.columns if columns.is_character(frame[name])]
    lengths = " ".join(f"{name} ${_bytes(frame[name])}" for name in texts)
    names = " ".join(f"{name}{_sas_informat(frame[name])}" for name in frame.columns)
    infile = f"infile {json.dumps(file)} dsd firstobs=2 truncover termstr=lf encoding='utf-8' lrecl=32767"
    read = f"data t; {infile}; length {lengths}; input {names}; run;"
    if arms is None:
        return f"{read} proc lifetest data=t; time duration*event(0); run;"
    curves = f"proc lifetest data=t; time duration*event(0); strata {arms.variable}; run;"
    base = "" if arms.reference is None else f" (ref={_in_sas_quotes(arms.reference)})"
    model = f"class {arms.variable}{base}; model duration*event(0) = {arms.variable};"
    return f"{read} {curves} proc phreg data=t; {model} run;"


def _in_sas_quotes(text: str) -> str:
    """Single quotes, in which SAS resolves no macro."""
    return "'" + text.replace("'", "''") + "'"


def _bytes(column: pd.Series) -> int:
    return max((len(str(text).encode()) for text in column.dropna().unique()), default=1)


def _sas_informat(column: pd.Series) -> str:
    if not columns.is_date(column):
        return ""
    return " :yymmdd10." if are_whole_days(stamps_of(column)) else " :e8601dt26."


def _in_stata(file: str, frame: pd.DataFrame, arms: Arms | None) -> str:
    texts = [str(place) for place, name in enumerate(frame.columns, 1) if columns.is_character(frame[name])]
    options = f"varnames(1) case(preserve) stringcols({' '.join(texts)}) encoding(utf-8) clear"
    read = f"import delimited using {json.dumps(file)}, {options}; stset duration, failure(event == 1)"
    if arms is None:
        return read
    if not columns.is_character(frame[arms.variable]):
        return f"{read}; stcox ib{arms.reference}.{arms.variable}"
    # encode numbers texts by the alphabet, unless a label has their numbers.
    coded = next(name for name in _coded_names(arms.variable) if name not in frame.columns)
    label = " ".join(f"{place} {_in_stata_quotes(arm)}" for place, arm in enumerate(arms.levels, 1))
    encode = f"encode {arms.variable}, generate({coded}) label({coded})"
    base = "i" if arms.reference is None else "ib1"
    return f"{read}; label define {coded} {label}; {encode}; stcox {base}.{coded}"


def _coded_names(variable: str) -> Iterator[str]:
    """Names for the numbers of a variable; Stata takes 32 characters."""
    for number in count(1):
        yield f"{variable[:28]}_{number}"


def _in_stata_quotes(text: str) -> str:
    """Compound quotes, within which a text may have quotes."""
    return f'`"{text}"\''


def in_sas_and_stata(file: str, frame: pd.DataFrame, arms: Arms | None) -> str:
    return f"SAS: {_in_sas(file, frame, arms)} Stata: {_in_stata(file, frame, arms)}"
