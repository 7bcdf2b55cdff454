"""Published figures, and the same of datasets: which record or statistic each is, and whether they agree.

A figure agrees if it has the printed value at the printed number of decimals, halves rounded away from zero.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from pathlib import Path

import numpy as np

from ...schemas.conditions.grammar import compile_expression
from ...schemas.errors import AdamgateError, ConfigurationError, UnreadableInput
from ...schemas.study.columns import Mask
from ...schemas.study.dataset import Dataset
from ...schemas.study.study import Study
from ...schemas.wording import counted, did_you_mean, one_line, plain
from ..reports.aligned import aligned
from ..values.regular_file import open_regular

NOT_ESTIMABLE = "NE"
_NO_NUMBER = frozenset({"ne", "nr", "na", "not estimable", "not reached"})
"""How publications write a number that there is none of, in lower case."""
_LARGEST = 4_000_000
_TELLING = 12
"""Significant digits beyond which a number is not told from its neighbours: 34.449999999999996 is 34.45."""


@dataclass(frozen=True, slots=True)
class PublishedFigure:
    """A line of the file of published figures.

    Attributes
    ----------
    figure : str
        What it is, in words.
    published : str
        As it is printed.
    dataset : str
        Where it is found; empty for a figure that is quoted and not reproduced.
    where : str
        Condition on its records; empty for all.
    statistic : str
        A name of `STATISTICS`; by default "value" with a variable, else "records".
    variable : str
    line : int
    """

    figure: str
    published: str
    dataset: str = ""
    where: str = ""
    statistic: str = ""
    variable: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class ComparedFigure:
    """A published figure and its like.

    Attributes
    ----------
    figure, published : str
    reproduced : str
        At the printed number of decimals; empty where it is not reproduced.
    equal : bool or None
        None where it is not reproduced.
    found : str
        Where: "KM_SUMMARY.median, group == 'all'".
    """

    figure: str
    published: str
    reproduced: str
    equal: bool | None
    found: str


def _number(statistic: Callable[..., np.floating]) -> Callable[[Dataset, Mask, str], float]:
    """A statistic of the values of a numeric variable that are not missing; missing if there are none."""

    def computed(data: Dataset, records: Mask, variable: str) -> float:
        values = data.numbers(variable)[records]
        values = values[~np.isnan(values)]
        return float(statistic(values)) if len(values) else math.nan

    return computed


def _value(data: Dataset, records: Mask, variable: str) -> float | str:
    """The value of the only record."""
    (chosen,) = np.nonzero(records)
    if len(chosen) != 1:
        raise ValueError(f"{counted(len(chosen), 'record')} of {data.name} meet the condition, not one")
    if data.is_character(variable):
        text = data[variable].iloc[int(chosen[0])]
        return math.nan if data.missing(variable)[chosen[0]] else str(text)
    return float(data.numbers(variable)[chosen[0]])


def _subjects(data: Dataset, records: Mask, _: str) -> float:
    codes = data.distinct("USUBJID").codes[records]
    return float(len(np.unique(codes[codes >= 0])))


STATISTICS: Mapping[str, Callable[[Dataset, Mask, str], float | str]] = {
    "value": _value,
    "records": lambda _data, records, _variable: float(records.sum()),
    "subjects": _subjects,
    "median": _number(np.median),
    "mean": _number(np.mean),
    "min": _number(np.min),
    "max": _number(np.max),
    "sum": _number(np.sum),
}
_WITHOUT_VARIABLE = ("records", "subjects")


def read_published(path: Path) -> tuple[PublishedFigure, ...]:
    """The figures in a CSV file with the columns of `PublishedFigure`.

    Raises
    ------
    UnreadableInput
        If it cannot be read, or a line is not such a figure.
    """
    rows = csv.reader(io.StringIO(_text(path)))
    try:
        head = [each.strip() for each in next(rows, [])]
        known = [each.name for each in fields(PublishedFigure) if each.name != "line"]
        for name in head:
            if name not in known:
                what = f"{one_line(name) or 'a column without a name'} is not a column of published figures"
                raise UnreadableInput(what, f"{path}, line 1", did_you_mean(name, known))
        if absent := [each for each in known[:2] if each not in head]:
            raise UnreadableInput(f"the column {absent[0]} is not present", f"{path}, line 1", "add it")
        return tuple(
            _figure(path, rows.line_num, dict(zip(head, row, strict=False)), row, head) for row in rows if row
        )
    except csv.Error as fault:
        raise UnreadableInput(
            f"not CSV: {fault}", f"{path}, line {rows.line_num}", "correct the file"
        ) from None


def _text(path: Path) -> str:
    try:
        with open_regular(path) as file:
            content = file.read(_LARGEST + 1)
        text = content.decode("utf-8-sig")
    except OSError as failure:
        raise UnreadableInput(
            f"the published figures cannot be read: {failure.strerror}", str(path), "check the path"
        ) from failure
    except UnicodeDecodeError as failure:
        raise UnreadableInput(
            "the published figures are not UTF-8", f"{path}, byte {failure.start}", "save the file as UTF-8"
        ) from None
    if len(content) > _LARGEST:
        raise UnreadableInput(f"the file has more than {_LARGEST:,} bytes", str(path), "check the path")
    return text


def _figure(
    path: Path, line: int, given: Mapping[str, str], row: Sequence[str], head: Sequence[str]
) -> PublishedFigure:
    place = f"{path}, line {line}"
    if len(row) != len(head):
        what = f"{counted(len(row), 'value')} for {counted(len(head), 'column')}"
        raise UnreadableInput(what, place, "put text with commas in double quotes")
    figure = PublishedFigure(**{name: each.strip() for name, each in given.items()}, line=line)
    if not figure.figure or not figure.published:
        raise UnreadableInput("figure or published is missing", place, "add it")
    if figure.statistic and figure.statistic not in STATISTICS:
        what = f"{one_line(figure.statistic)} is not a statistic"
        raise UnreadableInput(what, place, did_you_mean(figure.statistic, STATISTICS))
    if figure.dataset and figure.statistic not in ("", *_WITHOUT_VARIABLE) and not figure.variable:
        raise UnreadableInput(f"the variable of {figure.statistic} is missing", place, "add it")
    return figure


def compared(published: Sequence[PublishedFigure], study: Study, path: Path) -> tuple[ComparedFigure, ...]:
    """Each figure with its like.

    Raises
    ------
    ConfigurationError
        If one names a dataset or variable that is not present, or a condition that is not valid; all of them.
    """
    found, faults = [], []
    for each in published:
        try:
            found.append(_compared(each, study))
        except (AdamgateError, ValueError) as fault:
            what = fault.what if isinstance(fault, AdamgateError) else str(fault)
            faults.append(f"line {each.line}, {one_line(each.figure)}: {what}")
    if faults:
        number = counted(len(faults), "figure")
        raise ConfigurationError(
            f"{number} cannot be found in the data", str(path), "correct the lines", details=faults
        )
    return tuple(found)


def _compared(published: PublishedFigure, study: Study) -> ComparedFigure:
    if not published.dataset:
        return ComparedFigure(published.figure, published.published, "", None, "")
    name = published.dataset.upper()
    if name not in study:
        raise ValueError(f"dataset {name} is not present; {did_you_mean(name, study.datasets)}")
    data, variable = study[name], published.variable.strip()
    if variable and variable not in data:
        near = did_you_mean(variable, [each.name for each in data.variables])
        raise ValueError(f"{variable} is not present in {name}; {near}")
    statistic = published.statistic or ("value" if variable else "records")
    if statistic == "subjects" and "USUBJID" not in data:
        raise ValueError(f"USUBJID is not present in {name}")
    if statistic not in ("value", *_WITHOUT_VARIABLE) and data.is_character(variable):
        raise ValueError(f"{name}.{variable} is a character variable")
    records = np.ones(len(data), dtype=np.bool_)
    if published.where:
        records = compile_expression(published.where).where(data)
    value = STATISTICS[statistic](data, records, variable)
    place = f"{name}.{variable}" if variable else name
    among = "in" if statistic in _WITHOUT_VARIABLE else "of"
    stated = place if statistic == "value" else f"{statistic} {among} {place}"
    found = ", ".join(filter(None, (stated, published.where)))
    return ComparedFigure(published.figure, published.published, *_judged(published.published, value), found)


def _judged(printed: str, value: float | str) -> tuple[str, bool]:
    """A value as it would be printed, and whether that is what was printed."""
    number = _printed_number(printed)
    if isinstance(value, str):
        # A CSV file is read with numbers of more than 15 digits as text: what a table of ours holds.
        stated = _printed_number(value)
        if value == printed or number is None or stated is None:
            return value, value == printed
        value = float(stated)
    if not math.isfinite(value):
        return NOT_ESTIMABLE, printed.lower() in _NO_NUMBER
    exact = Decimal(f"{value:.{_TELLING}g}")
    if number is None:
        return f"{exact}", False
    exponent = number.as_tuple().exponent
    decimals = -exponent if isinstance(exponent, int) and exponent < 0 else 0
    rounded = exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return f"{rounded:f}", rounded == number


def _printed_number(printed: str) -> Decimal | None:
    """A number as it is printed: "2,072", "60.7"."""
    try:
        number = Decimal(printed.replace(",", "").replace("\N{MINUS SIGN}", "-"))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def as_csv(figures: Sequence[ComparedFigure]) -> str:
    """The figures as a CSV file."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("figure", "published", "reproduced", "equal", "found"))
    for each in figures:
        writer.writerow((each.figure, each.published, each.reproduced, _word(each), each.found))
    return out.getvalue()


def as_text(figures: Sequence[ComparedFigure]) -> str:
    """The figures side by side."""
    return "".join(f"{line}\n" for line in _lines(figures))


def _lines(figures: Sequence[ComparedFigure]) -> Iterator[str]:
    rows: list[tuple[str, ...]] = [("", "Published", "Reproduced", "")]
    rows += [
        tuple(map(plain, (each.figure, each.published, each.reproduced, _word(each)))) for each in figures
    ]
    yield from (line.rstrip() for line in aligned(rows, indent=0, right=(1, 2)))


def _word(each: ComparedFigure) -> str:
    return "not reproduced" if each.equal is None else "equal" if each.equal else "DIFFERENT"
