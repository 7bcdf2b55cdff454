"""SAS: a version 5 transport file, whose names have at most 8 characters.

`manuals.SAS` has the manual page of each statement. For late entries PHREG has no product-limit estimate, so
PROC SQL counts who is at risk and a DATA step multiplies.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pandas as pd

from ....schemas.errors import ConfigurationError
from ....schemas.study import columns
from ...values.arrow_columns import are_whole_days, stamps_of
from ..arms import Arms
from .model import EndpointColumns, Model

MEMBER = "TABLE"
"""The dataset within the transport file."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,31}\Z")


def reading(file: str, _frame: pd.DataFrame, _model: Model) -> str:
    """The statements that read the transport file."""
    return " ".join(reading_statements(file))


def reading_statements(file: str) -> Iterator[str]:
    """The same, one by one."""
    yield f"libname in xport {_file(file)} access=readonly;"
    yield f"data t; set in.{MEMBER}; run;"
    yield "libname in clear;"


def program(file: str, frame: pd.DataFrame, model: Model) -> str:
    """The program, of several statements on lines of their own.

    Raises
    ------
    ConfigurationError
        For an arm, or a file, that no SAS literal can hold.
    """
    lines = opening(file, frame, model)
    for endpoint in model.endpoints:
        lines += ["", *_curves_of(endpoint, model)]
        if model.arms is not None:
            lines += ["", *_cox(endpoint, model, model.arms)]
    return "\n".join(lines) + "\n"


def opening(file: str, frame: pd.DataFrame, model: Model) -> list[str]:
    """The lines with which a program begins: what it does, and how it reads the file."""
    return [
        f"/* {model.title} by SAS; run it with the folder of the file as the current one. */",
        *requiring_utf8(frame),
        *reading_statements(file),
    ]


def requiring_utf8(frame: pd.DataFrame) -> Iterator[str]:
    """The XPORT engine takes bytes as they are: texts beyond ASCII are right in a UTF-8 session alone."""
    if not all(_is_ascii(frame[name]) for name in frame.columns):
        yield "data _null_;"
        yield "  if upcase(getoption('encoding')) ne 'UTF-8' then do;"
        yield "    put 'ERROR: the table is in UTF-8; start SAS with -encoding utf-8.';"
        yield "    abort cancel;"
        yield "  end;"
        yield "run;"


def _is_ascii(column: pd.Series) -> bool:
    return not columns.is_character(column) or all(str(each).isascii() for each in column.dropna().unique())


def _curves_of(endpoint: EndpointColumns, model: Model) -> Iterator[str]:
    if endpoint.begin and not model.subject:
        yield from _late_curves(endpoint, model)
    elif endpoint.begin:
        yield "/* Intervals of a subject follow each other from 0: the last has the time and the event. */"
        yield f"proc sort data=t out=subjects; by {model.subject} {endpoint.end}; run;"
        yield f"data subjects; set subjects; by {model.subject}; if last.{model.subject}; run;"
        yield from _curves(endpoint, model, "subjects")
    else:
        yield from _curves(endpoint, model, "t")


def _curves(endpoint: EndpointColumns, model: Model, data: str) -> Iterator[str]:
    """By arm, with the log-rank test of all strata as one; then the test within strata."""
    time = f"  time {endpoint.end}*{endpoint.event}(0);"
    lifetest = f"proc lifetest data={data} method=km conftype=loglog alpha=0.05;"
    yield from (lifetest, time)
    if model.arms is not None:
        test = "notest" if model.strata else "test=(logrank)"
        yield f"  strata {model.arms.variable} / {test};"
    yield "run;"
    if model.arms is not None and model.strata:
        yield from ("", lifetest, time)
        yield f"  strata {' '.join(model.strata)} / group={model.arms.variable} test=(logrank);"
        yield "run;"


def _late_curves(endpoint: EndpointColumns, model: Model) -> Iterator[str]:
    """Kaplan-Meier with late entries, as LIFETEST has none; limits on the log(-log) scale."""
    arm = "" if model.arms is None else model.arms.variable
    end, event, begin = endpoint.end, endpoint.event, endpoint.begin
    own, of_all, same = (f"{arm}, ", f"e.{arm}, ", f"r.{arm} = e.{arm} and ") if arm else ("", "", "")
    known = f" and not missing({arm})" if arm else ""
    yield "proc sql;"
    yield f"  create table events as select {own}{end}, count(*) as events from t"  # noqa: S608 - it is SAS, of names
    yield f"    where {event} = 1{known} group by {own}{end};"
    yield f"  create table km as select {of_all}e.{end}, e.events, count(*) as at_risk"
    yield "    from events as e, t as r"
    yield f"    where {same}r.{begin} < e.{end} and e.{end} <= r.{end}"
    yield f"    group by {of_all}e.{end}, e.events order by {of_all}e.{end};"
    yield "quit;"
    yield "data km; set km;"
    yield f"  by {arm} {end};" if arm else f"  by {end};"
    yield "  retain survival greenwood;"
    first = f"first.{arm}" if arm else "_n_ = 1"
    yield f"  if {first} then do; survival = 1; greenwood = 0; end;"
    yield "  survival = survival * (1 - events / at_risk);"
    yield "  if at_risk > events then greenwood = greenwood + events / (at_risk * (at_risk - events));"
    yield "  if 0 < survival < 1 then do;"
    yield "    width = probit(0.975) * sqrt(greenwood) / abs(log(survival));"
    yield "    lower = survival ** exp(width);"
    yield "    upper = survival ** exp(-width);"
    yield "  end;"
    yield "  drop greenwood width;"
    yield "run;"
    yield "proc print data=km; run;"


def _cox(endpoint: EndpointColumns, model: Model, arms: Arms) -> Iterator[str]:
    """With late entries its score test is the log-rank test, but for ties."""
    arm, reference = arms.variable, arms.levels[0]
    in_intervals = bool(model.subject) and bool(endpoint.begin)
    times = f"({endpoint.begin}, {endpoint.end})" if in_intervals else endpoint.end
    entry = f" entry={endpoint.begin}" if endpoint.begin and not in_intervals else ""
    yield f"/* {model.on_order} */"
    yield "proc phreg data=t;"
    yield f"  class {arm} (ref={literal(reference)}) / param=ref order=internal;"
    yield f"  model {times}*{endpoint.event}(0) = {arm} / ties=efron{entry} risklimits alpha=0.05;"
    if model.strata:
        yield f"  strata {' '.join(model.strata)};"
    yield "run;"


def reading_csv(file: str, frame: pd.DataFrame, _: Model) -> str:
    """The DATA step that reads a CSV."""
    # Types are stated, as PROC IMPORT guesses them and drops leading zeros of identifiers.
    texts = [name for name in frame.columns if columns.is_character(frame[name])]
    lengths = " ".join(f"{_name(name)} ${_bytes(frame[name])}" for name in texts)
    names = " ".join(f"{_name(name)}{_informat(frame[name])}" for name in frame.columns)
    infile = f"infile {_file(file)} dsd firstobs=2 truncover termstr=lf encoding='utf-8' lrecl=32767"
    return f"data t; {infile}; length {lengths}; input {names}; run;"


def _file(name: str) -> str:
    if not name.isprintable():
        raise ConfigurationError(
            "the name of the file contains a character that a SAS program cannot hold",
            repr(name),
            "choose a name without line breaks and the like",
        )
    return _quoted(name)


def literal(text: str, what: str = "an arm") -> str:
    """A text in quotes.

    Raises
    ------
    ConfigurationError
        For one that no SAS literal can hold.
    """
    if not text.isprintable():
        raise ConfigurationError(
            f"{what} contains a character that a SAS program cannot hold",
            repr(text),
            "correct the text, or use --no-program to write the data alone",
        )
    return _quoted(text)


def _quoted(text: str) -> str:
    """Single quotes, in which SAS resolves no macro."""
    return "'" + text.replace("'", "''") + "'"


def _name(name: str) -> str:
    return name if _NAME.match(name) else f"{_quoted(name)}n"


def _bytes(column: pd.Series) -> int:
    return max((len(str(text).encode()) for text in column.dropna().unique()), default=1)


def _informat(column: pd.Series) -> str:
    if not columns.is_date(column):
        return ""
    return " :yymmdd10." if are_whole_days(stamps_of(column)) else " :e8601dt26."
