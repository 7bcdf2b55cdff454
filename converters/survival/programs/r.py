"""R's survival: CSV, with the class of each column stated.

Help pages of survival: `Surv`, `survfit.formula` (conf.type), `survdiff` (strata), `coxph` (ties, iter.max,
strata), `strata`; of utils `read.table` (colClasses, na.strings, check.names); of base `factor`.
"""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from ....schemas.study import columns
from ...values.arrow_columns import are_whole_days, stamps_of
from .model import EndpointColumns, Model
from .r_words import NAME, argument
from .r_words import name_in_formula as _name
from .r_words import quoted as _text


def reading(file: str, frame: pd.DataFrame, model: Model) -> str:
    """The statements that read the file."""
    return "; ".join(reading_statements(file, frame, model))


def program(file: str, frame: pd.DataFrame, model: Model) -> str:
    """The program, of several statements on lines of their own."""
    lines = opening(file, frame, model)
    for endpoint in model.endpoints:
        lines += ["", *_fits(endpoint, model)]
    return "\n".join(lines) + "\n"


def opening(file: str, frame: pd.DataFrame, model: Model) -> list[str]:
    """The lines with which a program begins: what it does, and how it reads the file."""
    lines = [
        f"# {model.title} by R's survival; run it in the folder of the file.",
        "library(survival)",
        "",
        *reading_statements(file, frame, model),
    ]
    if model.arms is not None:
        lines.insert(-1, f"# {model.on_order}")
    return lines


def reading_statements(file: str, frame: pd.DataFrame, model: Model) -> Iterator[str]:
    """The same, one by one."""
    # Without classes R drops leading zeros of identifiers and takes a column of "F" for FALSE; without
    # na.strings it takes the text NA, as the country code, for missing.
    names = list(map(str, frame.columns))
    classes = ", ".join(f"{argument(name)} = {_text(_class(frame[name]))}" for name in names)
    kept = "" if all(map(NAME.match, names)) else ", check.names = FALSE"
    here = f"./{file}" if file.startswith("~") else file
    options = f'colClasses = c({classes}), na.strings = "", encoding = "UTF-8"{kept}'
    yield f"t <- read.csv({_text(here)}, {options})"
    if model.arms is not None:
        levels = ", ".join(map(_text, model.arms.levels))
        arm = f"t${_name(model.arms.variable)}"
        yield f"{arm} <- factor({arm}, levels = c({levels}))"


def _fits(endpoint: EndpointColumns, model: Model) -> Iterator[str]:
    km, log_rank, cox = map(endpoint.called, ("km", "log_rank", "cox"))
    to_end = f"{_name(endpoint.end)}, {_name(endpoint.event)}"
    response = f"Surv({_name(endpoint.begin)}, {to_end})" if endpoint.begin else f"Surv({to_end})"
    of_subjects, rows = response, "t"
    if endpoint.begin and model.subject:
        of_subjects, rows = f"Surv({to_end})", "subjects"
        yield "# Intervals of a subject follow each other from 0: the last one has the time and the event."
        yield f"subjects <- t[order(t${_name(endpoint.end)}), ]"
        yield f"subjects <- subjects[!duplicated(subjects${_name(model.subject)}, fromLast = TRUE), ]"
    arm = "1" if model.arms is None else _name(model.arms.variable)
    yield f'{km} <- survfit({of_subjects} ~ {arm}, data = {rows}, conf.type = "log-log")'
    yield f"print({km})"
    if model.arms is None:
        return
    strata = f" + strata({', '.join(map(_name, model.strata))})" if model.strata else ""
    if endpoint.begin and not model.subject:
        yield "# survdiff takes no late entries: the score test with exact ties is the log-rank test."
        yield f'exact <- coxph({response} ~ {arm}{strata}, data = t, ties = "exact", iter.max = 0)'
        yield f"{log_rank} <- c(test = exact$score, df = sum(!is.na(exact$coefficients)))"
        yield f'{log_rank}["pvalue"] <- pchisq({log_rank}["test"], {log_rank}["df"], lower.tail = FALSE)'
    else:
        yield f"{log_rank} <- survdiff({of_subjects} ~ {arm}{strata}, data = {rows})"
    yield f"print({log_rank})"
    yield f'{cox} <- coxph({response} ~ {arm}{strata}, data = t, ties = "efron")'
    yield f"print(summary({cox}))"


def _class(column: pd.Series) -> str:
    if columns.is_date(column):
        return "Date" if are_whole_days(stamps_of(column)) else "POSIXct"
    if columns.is_character(column):
        return "character"
    return "logical" if pd.api.types.is_bool_dtype(column.dtype) else "numeric"
