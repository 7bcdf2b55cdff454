"""Rules about AVAL of time-to-event data: its unit, and its derivation from the dates."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import chain
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from ...evidence.duration import DurationFormula
from ...evidence.duration_inference import DurationInference, Scale, in_use, infer_duration
from ...evidence.parameters import quoted
from ...evidence.time_unit import TimeUnit, other_unit_in, unit_from_text
from ...evidence.timed_duration import TimedInference, infer_timed_duration
from ...severity import Severity
from ...standards.structure import Structure
from ...study.columns import Mask, is_date
from ...study.dataset import Dataset
from ...wording import one_line
from ..by_parameter import OfParameter, Positions, by_parameter
from ..readiness import readiness
from ..rule import Fault, Grain, Inference, Yield
from ..statements import listed

_FEW = 20
"""A parameter of fewer records shows a constant only with the help of others."""
_SIDE_BY_SIDE = 6
_MOST = 0.75
"""So many records of another parameter must follow its formula."""
_ENOUGH = 4
"""So many durations above zero prove a unit."""


@readiness(
    "TTE007",
    title="AVAL is inconsistent with ADT and STARTDT",
    severity=Severity.ERROR,
    grain=Grain.DATASET,
    structures=(Structure.TTE,),
    needs=("PARAMCD", "AVAL", "ADT", "STARTDT"),
)
def duration_against_dates(data: Dataset) -> Iterator[Yield]:
    """AVAL does not follow the formula that the other records of the parameter follow.

    ## What it checks
    For each parameter, the formula that gives AVAL from ADT and STARTDT on at least 95% of the records is
    inferred and reported: the unit, the days per unit (7; 30.4375, 30.44, 30.42, 30.4, 365/12, 30 or
    calendar months; 365.25, 365; less often 365.2425, 365.2425/12 or 28; or another constant that the
    records agree on), whether one day is added, and the decimals. With fewer than 20 records, constants of
    other parameters of the dataset are tried first. AVAL may differ by half a unit of its last decimal;
    whole days may not differ. Records that do not follow an inferred formula are errors. If no formula fits
    95%, one that fits half of the records while another fits nearly all others means two units in one
    parameter, an error; anything else is a warning about the whole parameter. If no formula fits the dates,
    ADTM - STARTDTM is tried in days, hours, minutes, seconds and weeks. A parameter without a formula,
    three quarters of whose records follow the formula of a parameter of 20 or more records, is checked by
    that one.

    ## Not a fault
    Months rounded to one decimal, which are up to a day and a half off; study weeks, which are rounded up;
    truncated values; values rounded up or down at exactly one half; durations of zero all replaced by one
    value; records without AVAL or a date. Several records that differ by one in the last decimal, or
    that another constant explains, are a warning: the method of rounding is not known.

    ## Why it matters
    A shifted date, or days taken for months, changes the survival curve, and the value looks plausible.

    ## Smallest fix
    Correct the date or the duration, then derive AVAL again for the whole parameter.
    """
    inferences, timed = _inferences(data), _timed_inferences(data)
    for name, (_, inference) in inferences.items():
        if inference.fits:
            yield Inference("AVAL", inference.statement, name)
    for name, (_, by_time) in timed.items():
        yield Inference("AVAL", f"AVAL = {by_time.formula}", name)
    of_times = (
        OfParameter(name, f"AVAL differs from {each.formula}, the formula of the other records", own)
        for name, (positions, each) in timed.items()
        for own in [positions[each.exceptions]]
    )
    of_dates = (
        fault
        for name, (positions, inference) in inferences.items()
        if name not in timed
        for fault in _faults(data, name, positions, inference)
    )
    found = chain(of_dates, of_times)
    yield from by_parameter(
        data, ("AVAL", "ADT", "STARTDT"), found, "no single formula derives AVAL from ADT and STARTDT"
    )


def _faults(
    data: Dataset, name: str, positions: Positions, inference: DurationInference
) -> Iterator[OfParameter]:
    second, closest = inference.second, inference.closest
    if inference.fits:
        near = _near_misses(data, positions, inference)
        usual = inference.fits[0]
        message = f"AVAL differs from {usual}, the formula of the other records"
        if second is not None:
            message = f"AVAL follows {second}; the other records follow {usual}"
        yield OfParameter(name, message, positions[inference.exceptions & ~near])
        message = f"AVAL differs from {inference.fits[0]} by one in the last decimal"
        yield OfParameter(name, message, positions[near], Severity.WARNING)
    elif second is not None and closest is not None:
        if second.unit is not closest.unit:
            message = f"two units in one parameter: these records follow {second}, most others {closest}"
            yield OfParameter(name, message, positions[inference.exceptions])
        else:
            message = f"two formulas in one parameter: these records follow {second}, most others {closest}"
            yield OfParameter(name, message, positions[inference.exceptions], Severity.WARNING)
    elif inference.records:
        message = f"no formula derives AVAL from ADT and STARTDT on 95% of {inference.records} records"
        if closest is not None and in_use(closest):
            message += f"; the closest, {closest}, fits {inference.explained}"
        yield OfParameter(name, message, severity=Severity.WARNING)


def _near_misses(data: Dataset, positions: Positions, inference: DurationInference) -> Mask:
    """Exceptions whose rounded AVAL is off by one in its last decimal, if another formula may be why:
    there are several, or a constant that is not in use gives them too."""
    formula = inference.fits[0]
    near = np.zeros(len(positions), dtype=np.bool_)
    if formula.decimals is None or formula.unit is TimeUnit.DAYS:
        return near
    own = np.flatnonzero(inference.exceptions)
    aval, adt, startdt = (each[positions[own]] for each in _values(data))
    near[own] = (formula.misses(aval, adt, startdt) < 1.5) & formula.carries(aval)
    doubtful = np.count_nonzero(near) > 1 or inference.rival is not None
    return near if doubtful else np.zeros_like(near)


@readiness(
    "TTE008",
    title="Unit of AVAL is not stated or inconsistent",
    severity=Severity.ERROR,
    grain=Grain.DATASET,
    structures=(Structure.TTE,),
    needs=("PARAMCD", "AVAL"),
)
def unit_of_duration(data: Dataset) -> Iterator[Fault]:
    """The unit of AVAL is not stated, or AVALU, PARAM and the dates are inconsistent.

    ## What it checks
    The unit of each parameter is stated in AVALU or in PARAM (in brackets, or at the end after "in" or a
    comma). AVALU, PARAM and the unit derived from ADT and STARTDT agree; otherwise it is an error. If no
    unit is stated, it is a note if the unit can be derived from the dates, else a warning. An AVALU that is
    not a known unit is a warning.

    ## Not a fault
    A unit elsewhere in PARAM, as in "Month 12 response". Hours, minutes, seconds and cycles are taken as
    stated: they cannot be verified from dates without times.

    ## Why it matters
    Survival software has no units: a median of 12 may be months or weeks.

    ## Smallest fix
    Populate AVALU, or state the unit in PARAM: "Overall Survival (Months)".
    """
    proven = _proven_units(data)
    parameters = data.parameters
    units, params = parameters.texts("AVALU"), parameters.texts("PARAM")
    judged = np.flatnonzero(parameters.count(parameters.durations & data.filled("AVAL")))
    found = (
        fault
        for number in map(int, judged)
        for name in [parameters.names[number]]
        for fault in _unit_faults(name, {"AVALU": units[number], "PARAM": params[number]}, proven.get(name))
    )
    yield from by_parameter(
        data, ("AVALU", "PARAM", "AVAL"), found, "unit of AVAL is not stated, unknown or inconsistent"
    )


def _unit_faults(
    name: str, texts: Mapping[str, Iterable[str]], proven: tuple[str, TimeUnit | str] | None
) -> Iterator[OfParameter]:
    stated: dict[str, dict[TimeUnit | str, None]] = {}
    units: list[str] = []
    for variable, its_texts in texts.items():
        for text in its_texts:
            unit = unit_from_text(text) or other_unit_in(text)
            if unit:
                stated.setdefault(variable, {})[unit] = None
            elif variable == "AVALU":
                units.append(one_line(text, 20))
    if units:
        message, shown = "AVALU is not a known unit", ", ".join(sorted(units))
        yield OfParameter(name, message, severity=Severity.WARNING, values=shown, cause="unknown unit")
    if not stated:
        if proven is not None:
            variables, unit = proven
            message = f"unit of AVAL is not stated; {variables} give {unit}"
            yield OfParameter(name, message, severity=Severity.NOTE, cause="not stated")
        else:
            message = "unit of AVAL is not stated"
            yield OfParameter(name, message, severity=Severity.WARNING, cause="not stated")
        return
    said = [f"{variable} states {listed([*map(str, its)], 'and')}" for variable, its in stated.items()]
    distinct = set(chain.from_iterable(stated.values()))
    if proven is not None:
        variables, unit = proven
        said.append(f"{variables} give {unit}")
        distinct.add(unit)
    if len(distinct) > 1:
        message = f"unit of AVAL is inconsistent: {', '.join(said)}"
        yield OfParameter(name, message, cause="contradicted")


def _proven_units(data: Dataset) -> dict[str, tuple[str, TimeUnit | str]]:
    """For each parameter whose dates or times prove a unit: by which variables, and the unit."""
    if "ADT" not in data or "STARTDT" not in data:
        return {}
    aval = data.numbers("AVAL")
    by_dates: dict[str, tuple[str, TimeUnit | str]] = {
        name: ("ADT and STARTDT", inference.unit)
        for name, (positions, inference) in _inferences(data).items()
        if inference.unit is not None and np.count_nonzero(aval[positions][inference.judged] > 0) >= _ENOUGH
    }
    return by_dates | {
        name: ("ADTM and STARTDTM", each.formula.unit) for name, (_, each) in _timed_inferences(data).items()
    }


@readiness(
    "TTE017",
    title="ADT is before STARTDT",
    severity=Severity.ERROR,
    grain=Grain.DATASET,
    structures=(Structure.TTE,),
    needs=("ADT", "STARTDT"),
)
def end_before_start(data: Dataset) -> Iterator[Fault]:
    """The date of the event or censoring is before the start of the time at risk.

    ## What it checks
    ADT is on or after STARTDT.

    ## Not a fault
    Either date missing.

    ## Why it matters
    The event is outside the time at risk. Some derivations set ADT to STARTDT and hide it, others give a
    negative duration.

    ## Smallest fix
    Correct the wrong date, or exclude the subject and document why.
    """
    before = data.parameters.durations & (data.days("ADT") < data.days("STARTDT"))
    yield Fault(before, ("ADT", "STARTDT"), "ADT is before STARTDT")


@readiness(
    "TTE032",
    title="Parameters derive AVAL with different constants",
    severity=Severity.NOTE,
    grain=Grain.DATASET,
    structures=(Structure.TTE,),
    needs=("PARAMCD", "AVAL", "ADT", "STARTDT"),
)
def constants_differ(data: Dataset) -> Iterator[Fault]:
    """Parameters of a dataset convert days to the same unit with different constants, or only some add a day.

    ## What it checks
    The formulas inferred for AVAL of the parameters (see TTE007): those with the same unit have the same
    number of days per unit, and all parameters either add one day or do not. The note lists them side by
    side.

    ## Not a fault
    Parameters in different units. Parameters for which several constants fit equally well, one of them that
    of the others.

    ## Why it matters
    Months of 30.4375 and of 30 days differ by 1.5%: medians of two endpoints cannot be compared.

    ## Smallest fix
    None if the analysis plan defines it so. Otherwise use one constant for all parameters.
    """
    fits = {name: inference.fits for name, (_, inference) in _inferences(data).items() if inference.fits}
    by_unit: dict[TimeUnit, dict[str, tuple[DurationFormula, ...]]] = defaultdict(dict)
    for name, formulas in fits.items():
        by_unit[formulas[0].unit][name] = formulas
    for unit, of_unit in by_unit.items():
        constants = {name: [each.days_per_unit for each in its] for name, its in of_unit.items()}
        if not _have_one_in_common(constants.values()):
            message = f"{unit} differ between parameters: {_side_by_side(data, of_unit)}"
            yield Fault(None, ("AVAL",), message, cause=f"constants {unit}")
    offsets = {name: [each.offset for each in its] for name, its in fits.items()}
    if not _have_one_in_common(offsets.values()):
        message = f"only some parameters add one day: {_side_by_side(data, fits)}"
        yield Fault(None, ("AVAL",), message, cause="first day")


def _have_one_in_common(several: Iterable[Iterable[object]]) -> bool:
    sets = [set(each) for each in several]
    return not sets or bool(set.intersection(*sets))


def _side_by_side(data: Dataset, fits: Mapping[str, tuple[DurationFormula, ...]]) -> str:
    """The formulas of parameters, the first ones by name: "OS: …; PFS: …"."""
    shown = [f"{quoted(data, name)}: {its[0]}" for name, its in [*fits.items()][:_SIDE_BY_SIDE]]
    return "; ".join([*shown, *(["…"] if len(fits) > _SIDE_BY_SIDE else [])])


_KNOWN: WeakKeyDictionary[Dataset, dict[str, tuple[Positions, DurationInference]]] = WeakKeyDictionary()


def _inferences(data: Dataset) -> dict[str, tuple[Positions, DurationInference]]:
    """Record positions and inference of each parameter; worked out once per dataset."""
    if data not in _KNOWN:
        aval, adt, startdt = _values(data)
        parameters = data.parameters
        judged = parameters.durations & ~_in_another_unit(data)
        found = {
            name: (own, infer_duration(aval[own], adt[own], startdt[own]))
            for name, own in parameters.each(judged)
        }
        proven = _proven_scales(inference for _, inference in found.values())
        for name, (own, inference) in found.items():
            if proven and (inference.records < _FEW or not inference.fits):
                found[name] = own, infer_duration(aval[own], adt[own], startdt[own], proven)
        _KNOWN[data] = _proved_by_siblings(found)
    return _KNOWN[data]


def _proven_scales(inferences: Iterable[DurationInference]) -> tuple[Scale, ...]:
    """Units of several days and their constants that parameters of many records show, the commonest first."""
    shown = Counter(
        (formula.unit, formula.days_per_unit)
        for inference in inferences
        if inference.records >= _FEW
        for formula in inference.fits[:1]
        if formula.unit is not TimeUnit.DAYS
    )
    return tuple(scale for scale, _ in shown.most_common())


_TIMED: WeakKeyDictionary[Dataset, dict[str, tuple[Positions, TimedInference]]] = WeakKeyDictionary()


def _timed_inferences(data: Dataset) -> dict[str, tuple[Positions, TimedInference]]:
    """The same by times of day, of the parameters that dates do not explain; worked out once per dataset."""
    if data not in _TIMED:
        _TIMED[data] = dict(_timed(data)) if _has_times(data) else {}
    return _TIMED[data]


def _has_times(data: Dataset) -> bool:
    return all(name in data and is_date(data[name]) for name in ("ADTM", "STARTDTM"))


def _timed(data: Dataset) -> Iterator[tuple[str, tuple[Positions, TimedInference]]]:
    by_dates = _inferences(data)
    explained = [name for name, (_, inference) in by_dates.items() if inference.fits]
    start, end = (data[name].to_numpy(dtype="datetime64[s]") for name in ("STARTDTM", "ADTM"))
    elapsed = np.where(np.isnat(start) | np.isnat(end), np.nan, (end - start).astype(np.float64))
    aval, parameters = data.numbers("AVAL"), data.parameters
    for name, own in parameters.each(parameters.durations & ~parameters.among(explained)):
        found = infer_timed_duration(aval[own], elapsed[own])
        if found is not None:
            yield name, (own, found)


def _proved_by_siblings(
    found: dict[str, tuple[Positions, DurationInference]],
) -> dict[str, tuple[Positions, DurationInference]]:
    """The same, with the formula of other parameters where it gives most records of one without a formula.

    One record in twelve is more than one in twenty: what the others prove names it all the same.
    """
    proved = {
        _kind(formula)
        for _, inference in found.values()
        if inference.records >= _FEW
        for formula in inference.fits[:1]
    }
    for name, (own, inference) in found.items():
        shared = [formula for formula in inference.best[:1] if _kind(formula) in proved]
        open_to_proof = not inference.fits and inference.second is None
        if shared and open_to_proof and inference.explained >= _MOST * inference.records:
            found[name] = own, replace(inference, fits=(shared[0],))
    return found


def _kind(formula: DurationFormula) -> tuple[object, ...]:
    """What formulas of parameters share whose AVAL differ in decimals."""
    return formula.unit, formula.days_per_unit, formula.offset, formula.truncated


def _values(data: Dataset) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    return data.numbers("AVAL"), data.days("ADT"), data.days("STARTDT")


def _in_another_unit(data: Dataset) -> Mask:
    """Records in hours or another unit that dates without times cannot give."""
    if "AVALU" not in data:
        return np.zeros(len(data), dtype=np.bool_)
    return data.matching("AVALU", lambda text: bool(other_unit_in(text)))
