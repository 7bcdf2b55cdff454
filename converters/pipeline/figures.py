"""Published figures, and the same of datasets: which record or statistic each is, and whether they agree.

A figure agrees if each of its numbers has the printed value at the printed number of decimals, halves rounded
away from zero.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ...schemas.conditions.grammar import compile_expression
from ...schemas.errors import AdamgateError, ConfigurationError
from ...schemas.evidence.subjects import adsl_record, of_each
from ...schemas.study.columns import Mask
from ...schemas.study.dataset import Dataset
from ...schemas.study.study import Study
from ...schemas.wording import counted, did_you_mean, one_line, plain
from ..reports.aligned import aligned
from .figure_statistics import OF_TEXTS, STATISTICS, WITHOUT_VARIABLE
from .printed import NOT_ESTIMABLE, judged, numbers_in
from .published import PublishedFigure

_DIRECTIONS = ("lower", "equal", "higher")


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
    source : str
        Where it was published.
    """

    figure: str
    published: str
    reproduced: str
    equal: bool | None
    found: str
    source: str = ""


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
        return ComparedFigure(published.figure, published.published, "", None, "", published.source)
    searched = _Searched(published, _dataset(published.dataset.upper(), study), study)
    reproduced, equal = searched.judged()
    return ComparedFigure(
        published.figure, published.published, reproduced, equal, searched.found, published.source
    )


@dataclass(frozen=True, slots=True)
class _Searched:
    """A published figure, and the dataset in which its like is looked for."""

    published: PublishedFigure
    data: Dataset
    study: Study

    def judged(self) -> tuple[str, bool]:
        """The like of the printed text, and whether they agree."""
        self._require_variables()
        printed = self.published.published
        if printed in _DIRECTIONS and self.published.against:
            one, other = self._numbers_of_groups()
            if not np.isfinite([one, other]).all():
                return NOT_ESTIMABLE, False
            direction = _DIRECTIONS[1 + int(np.sign(one - other))]
            return direction, direction == printed
        values = self._values(len(numbers_in(printed)))
        wanted = max(len(numbers_in(printed)), 1)
        if len(values) != wanted:
            raise ValueError(
                f"{counted(wanted, 'number')} {'is' if wanted == 1 else 'are'} printed, "
                f"and {len(values)} found"
            )
        return judged(printed, values)

    @property
    def statistic(self) -> str:
        return self.published.statistic or ("value" if self.published.variable else "records")

    @property
    def variables(self) -> list[str]:
        return self.published.variable.split()

    @property
    def found(self) -> str:
        """Where the like is found."""
        name, published = self.data.name, self.published
        place = f"{name}.{' '.join(self.variables)}" if self.variables else name
        among = "in" if self.statistic in WITHOUT_VARIABLE else "of"
        stated = place if self.statistic == "value" else f"{self.statistic} {among} {place}"
        of_subjects = f"subjects with {published.among}" if published.among else ""
        against = f"against those with {published.against}" if published.against else ""
        return ", ".join(filter(None, (stated, published.where, f"{of_subjects} {against}".strip())))

    def _require_variables(self) -> None:
        for variable in self.variables:
            if variable not in self.data:
                near = did_you_mean(variable, [each.name for each in self.data.variables])
                raise ValueError(f"{variable} is not present in {self.data.name}; {near}")
            if self.statistic not in OF_TEXTS and self.data.is_character(variable):
                raise ValueError(f"{self.data.name}.{variable} is a character variable")
        if len(self.variables) > 1 and self.statistic != "value":
            raise ValueError(f"several variables are named, and {self.statistic} is of one")
        if self.statistic == "subjects" and "USUBJID" not in self.data:
            raise ValueError(f"USUBJID is not present in {self.data.name}")

    def _values(self, wanted: int) -> Sequence[float | str]:
        """As many values as are found; of a count of subjects as many as are printed."""
        published = self.published
        records = self._records(published.among)
        if published.against:
            return self._numbers_of_groups()
        found = [self._statistic(records, each) for each in self.variables or [""]]
        if self.statistic == "subjects" and wanted in (2, 3):
            number = self._denominator()
            part = float(found[0])
            return [part, float(number), 100 * part / number if number else np.nan][:wanted]
        return found

    def _numbers_of_groups(self) -> tuple[float, float]:
        """The statistic of the subjects of `among`, and of those of `against`."""
        variable = " ".join(self.variables)
        found = [
            self._statistic(self._records(each), variable)
            for each in (self.published.among, self.published.against)
        ]
        if any(isinstance(each, str) for each in found):
            raise ValueError(f"{self.data.name}.{variable} is not a number")
        return float(found[0]), float(found[1])

    def _statistic(self, records: Mask, variable: str) -> float | str:
        return STATISTICS[self.statistic](self.data, records, variable)

    def _records(self, of_subjects: str) -> Mask:
        """Records that meet the condition, of subjects of ADSL who meet another."""
        records = np.ones(len(self.data), dtype=np.bool_)
        if self.published.where:
            records = compile_expression(self.published.where).where(self.data)
        if not of_subjects:
            return records
        if "USUBJID" not in self.data:
            raise ValueError(f"USUBJID is not present in {self.data.name}")
        adsl = _dataset("ADSL", self.study)
        chosen = compile_expression(of_subjects).where(adsl)
        of_chosen: Mask = of_each(chosen, adsl_record(self.data, adsl), unknown=False)
        return records & of_chosen

    def _denominator(self) -> int:
        """The number of subjects of ADSL, or of those who meet the condition."""
        adsl = _dataset("ADSL", self.study)
        chosen = np.ones(len(adsl), dtype=np.bool_)
        if self.published.among:
            chosen = compile_expression(self.published.among).where(adsl)
        return int(STATISTICS["subjects"](adsl, chosen, ""))


def _dataset(name: str, study: Study) -> Dataset:
    if name not in study:
        raise ValueError(f"dataset {name} is not present; {did_you_mean(name, study.datasets)}")
    return study[name]


def as_csv(figures: Sequence[ComparedFigure], cut_off: str) -> str:
    """The figures as a CSV file, each with the data cut-off."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("figure", "published", "reproduced", "equal", "found", "source", "cut_off"))
    for each in figures:
        writer.writerow(
            (each.figure, each.published, each.reproduced, _word(each), each.found, each.source, cut_off)
        )
    return out.getvalue()


def as_text(figures: Sequence[ComparedFigure], cut_off: str) -> str:
    """The figures side by side, under the data cut-off."""
    return "".join(f"{line}\n" for line in _lines(figures, cut_off))


def _lines(figures: Sequence[ComparedFigure], cut_off: str) -> Iterator[str]:
    stated = f"Data cut-off {cut_off}" if cut_off else ""
    rows: list[tuple[str, ...]] = [(stated, "Published", "Reproduced", "", "")]
    rows += [
        tuple(map(plain, (each.figure, each.published, each.reproduced, _word(each), each.source)))
        for each in figures
    ]
    yield from (line.rstrip() for line in aligned(rows, indent=0, right=(1, 2)))


def _word(each: ComparedFigure) -> str:
    return "not reproduced" if each.equal is None else "equal" if each.equal else "DIFFERENT"
