"""From AVAL to a duration in a stated unit.

The unit of AVAL is the one that AVALU states, else the text of PARAM, else the one the dates prove,
else the one the user states; it is never assumed, and two that contradict each other are refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ...schemas.errors import ConfigurationError, Refused
from ...schemas.evidence.duration import DurationFormula
from ...schemas.evidence.duration_inference import DurationInference
from ...schemas.evidence.time_unit import TimeUnit, other_unit_in, unit_from_text
from ...schemas.study.columns import Numbers
from ...schemas.study.dataset import Dataset
from .aval_formula import Evidence, UnitLength, agreed_length, formulas_of
from .conversion import conversion_of
from .records import AnalysedRecords

_PROOF = 10
"""Records that prove a unit by their dates where AVAL is rounded; whole days show themselves at once."""


@dataclass(frozen=True, eq=False)
class TimeScale:
    """Durations of a selection and how they came about.

    Attributes
    ----------
    durations : ndarray of float, shape (n_records,)
        In `unit`, not rounded; NaN where AVAL is missing.
    unit : TimeUnit
        Of the durations.
    aval_unit : TimeUnit
        Of AVAL.
    found_by : str
        What states the unit of AVAL.
    formulas : tuple of DurationFormula
        How the dates make AVAL, equally good ones, the most usual first; empty where they do not.
    exceptions : int
        Records of the selection with both dates whose AVAL is not what a formula gives; their AVAL is kept.
    made_from : str
        The duration in words: "AVAL", "AVAL * 30.44 / 7", "(ADT - STARTDT + 1) / 30.4375 (months)".
    length : UnitLength or None
        Days of one unit of AVAL; None where they are not needed and the data do not settle them.
    from_dates : int
        Records of the selection that were counted from their dates; the others are AVAL.
    """

    durations: Numbers
    unit: TimeUnit
    aval_unit: TimeUnit
    found_by: str
    formulas: tuple[DurationFormula, ...]
    exceptions: int
    made_from: str
    length: UnitLength | None
    from_dates: int = 0

    @property
    def days_per_unit(self) -> float | None:
        """Days of one unit of the durations; None where AVAL is the duration and nothing settles it."""
        if self.unit is not self.aval_unit:
            return self.unit.days
        return self.length.days if self.length else None


def time_scale(selection: AnalysedRecords, unit: TimeUnit | None, aval_unit: TimeUnit | None) -> TimeScale:
    """Durations of the selected records.

    Parameters
    ----------
    selection : AnalysedRecords
    unit : TimeUnit or None
        Wanted; None for the unit of AVAL.
    aval_unit : TimeUnit or None
        What the user states about AVAL.

    Raises
    ------
    ConfigurationError
        When the user's statement contradicts the data.
    Refused
        When the data contradict themselves, nothing tells the unit, or a change of unit would have to
        guess.
    """
    evidence = Evidence(selection)
    known, found_by = _unit_of_aval(selection, evidence.inference, aval_unit)
    target = unit or known
    formulas = formulas_of(evidence, known, ask_siblings=target is not known)
    times = evidence.selected
    exceptions = int(np.count_nonzero(times.dated & ~times.following(formulas))) if formulas else 0
    if target is known:
        length = agreed_length(known, formulas)
        return TimeScale(times.aval, target, known, found_by, formulas, exceptions, "AVAL", length)
    made = conversion_of(evidence, known, target, formulas)
    return TimeScale(
        made.durations,
        target,
        known,
        found_by,
        formulas,
        exceptions,
        made.made_from,
        made.length,
        made.from_dates,
    )


def _unit_of_aval(
    selection: AnalysedRecords, inference: DurationInference, stated: TimeUnit | None
) -> tuple[TimeUnit, str]:
    sources: Mapping[str, TimeUnit | None] = {
        "AVALU": _unit_in(selection.data, "AVALU", must_be_unit=True),
        "the text of PARAM": _unit_in(selection.data, "PARAM", must_be_unit=False),
        "the dates ADT and STARTDT": _proven(inference),
        "aval_unit": stated,
    }
    found = {source: unit for source, unit in sources.items() if unit is not None}
    _refuse_other_units(selection)
    where = f"{selection.data.name}, {selection.paramcd}"
    if not found:
        raise Refused(
            f"the unit of AVAL for {selection.paramcd} is unknown",
            f"{where}: no unit in AVALU or PARAM, and none can be inferred from the dates",
            "give it with --aval-unit days, weeks, months or years",
        )
    if len(set(found.values())) > 1:
        said = ", ".join(f"{unit} from {source}" for source, unit in found.items())
        if stated is not None and len({unit for source, unit in found.items() if source != "aval_unit"}) == 1:
            raise ConfigurationError(
                "the stated unit of AVAL contradicts the data",
                f"{where}: {said}",
                "omit aval_unit (--aval-unit)",
            )
        raise Refused(
            "the sources of the unit of AVAL contradict each other", f"{where}: {said}", "correct the data"
        )
    return next(iter(found.values())), next(iter(found))


def _refuse_other_units(selection: AnalysedRecords) -> None:
    for variable in ("AVALU", "PARAM"):
        if variable not in selection.data:
            continue
        others = sorted(filter(None, map(other_unit_in, selection.data.distinct(variable))))
        if others:
            raise Refused(
                f"AVAL is in {others[0]}; durations must be in days, weeks, months or years",
                f"{selection.data.name}, {selection.paramcd}, from {variable}",
                "derive AVAL in one of these units",
            )


def _unit_in(data: Dataset, variable: str, *, must_be_unit: bool) -> TimeUnit | None:
    """The unit that a text variable states for all selected records; None where it names none known."""
    if variable not in data or data.missing(variable).all():
        return None
    texts = data.distinct(variable).values
    incomplete = bool(data.missing(variable).any())
    units = [unit_from_text(text) for text in texts]
    stated = {unit for unit in units if unit is not None}
    if len(stated) == 1 and None not in units and not incomplete:
        return stated.pop()
    if not stated or (len(stated) < 2 and not must_be_unit):
        return None
    shown = [str(unit or "unknown unit") for unit in dict.fromkeys(units)]
    shown += ["missing"] if incomplete else []
    raise Refused(
        f"{variable} does not state one unit of time",
        f"{data.name}: {', '.join(shown)}",
        "correct the data, or select the records of one unit with a condition",
    )


def _proven(inference: DurationInference) -> TimeUnit | None:
    if inference.unit is None:
        return None
    return inference.unit if inference.unit is TimeUnit.DAYS or inference.records >= _PROOF else None
