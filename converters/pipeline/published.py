"""The file of published figures: what each is, as it is printed, and where its like is found."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

from ...schemas.errors import UnreadableInput
from ...schemas.wording import counted, did_you_mean, one_line
from ..values.regular_file import open_regular
from .figure_statistics import STATISTICS, WITHOUT_VARIABLE

_LARGEST = 4_000_000


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
    among : str
        Condition over ADSL: only records of subjects who meet it. These subjects are also the denominator of
        "31 of 32"; empty for all of ADSL.
    against : str
        Condition over ADSL: other subjects, with whom those of `among` are compared.
    statistic : str
        A name of `STATISTICS`; by default "value" with a variable, else "records".
    variable : str
        Of "value" several, one for each printed number, with a blank between.
    source : str
        Where it was published.
    line : int
    """

    figure: str
    published: str
    dataset: str = ""
    where: str = ""
    among: str = ""
    against: str = ""
    statistic: str = ""
    variable: str = ""
    source: str = ""
    line: int = 0


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
    if figure.dataset and figure.statistic not in ("", *WITHOUT_VARIABLE) and not figure.variable:
        raise UnreadableInput(f"the variable of {figure.statistic} is missing", place, "add it")
    return figure
