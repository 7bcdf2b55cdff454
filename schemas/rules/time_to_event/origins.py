"""Rules about STARTDT: the date in ADSL at which the time at risk starts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from ...errors import ConfigurationError
from ...evidence.duration_inference import HOLDS
from ...evidence.parameters import split
from ...evidence.subjects import adsl_record, in_adsl
from ...severity import Severity
from ...standards.structure import Structure
from ...study.columns import Mask
from ...study.dataset import Dataset
from ...study.parameters import Parameters
from ...study.study import Study
from ..readiness import readiness
from ..rule import Fault, Grain, Inference, NotApplicable, Yield

_USUAL = ("RANDDT", "TRTSDT", "RFSTDT", "ENRLDT")
"""Named first where several dates agree equally well."""


@readiness(
    "XD006",
    title="STARTDT differs from the origin date in ADSL",
    severity=Severity.WARNING,
    grain=Grain.DATASET,
    structures=(Structure.TTE,),
    needs=("USUBJID", "PARAMCD", "STARTDT", "ADSL.USUBJID"),
)
def start_from_elsewhere(data: Dataset, study: Study) -> Iterator[Yield]:
    """STARTDT is not the ADSL date used on the other records of the parameter.

    ## What it checks
    The origin of a parameter is the date in ADSL (TRTSDT, RANDDT, …) that STARTDT equals on at least 95%
    of the records; it is reported. The exceptions are warnings, or errors if the origin is declared.

    ## Not a fault
    A parameter whose STARTDT is not a date in ADSL, such as duration of response: no origin is inferred.
    Subjects without the date in ADSL, such as subjects randomized but not treated. If several dates fit
    equally well, all are reported, and a record is a finding only if it differs from each.

    ## Why it matters
    An earlier STARTDT makes the time to event appear longer.

    ## Smallest fix
    Derive STARTDT from the same date in ADSL for all subjects, or document the exception.
    """
    adsl = study["ADSL"]
    candidates = _dates(adsl)
    if not candidates:
        yield NotApplicable("no numeric date is present in ADSL")
        return
    parameters = data.parameters
    judged = data.filled("STARTDT") & parameters.durations & (adsl_record(data, adsl) >= 0)
    compared = {name: _Compared.of(data, adsl, name, judged) for name in candidates}
    chosen = _origins(parameters, judged, compared)
    for number, origins in chosen.items():
        also = f" (and {', '.join(origins[1:])})" if len(origins) > 1 else ""
        yield Inference("STARTDT", f"STARTDT = {origins[0]} in ADSL{also}", parameters.names[number])
    codes = parameters.codes
    for origins in dict.fromkeys(chosen.values()):
        of_these = np.isin(codes, [number for number in chosen if chosen[number] == origins])
        exceptions = of_these & np.logical_and.reduce([compared[name].differs for name in origins])
        for of, mask in split(data, exceptions):
            own = parameters.names[int(codes[np.argmax(mask)])]
            severity = Severity.ERROR if parameters.endpoint(own).origin else None
            message = f"{of.opening}STARTDT differs from {' and '.join(origins)} in ADSL"
            yield Fault(mask, ("STARTDT",), message, severity, parameter=of.parameter)


class _Compared:
    """STARTDT beside one date in ADSL: where it is the same day, and where it is another."""

    __slots__ = ("differs", "same")

    def __init__(self, same: Mask, differs: Mask) -> None:
        self.same, self.differs = same, differs

    @classmethod
    def of(cls, data: Dataset, adsl: Dataset, name: str, judged: Mask) -> _Compared:
        day, startdt = in_adsl(data, adsl, name).days(), data.days("STARTDT")
        same = judged & (startdt == day)
        return cls(same, judged & ~same & ~np.isnan(day))


def _dates(adsl: Dataset) -> list[str]:
    """Dates in ADSL, the usual origins first."""
    names = [variable.name.upper() for variable in adsl.variables]
    dates = [name for name in names if name.endswith("DT") and not adsl.is_character(name)]
    return sorted(dates, key=lambda name: _USUAL.index(name) if name in _USUAL else len(_USUAL))


def _origins(
    parameters: Parameters, judged: Mask, compared: dict[str, _Compared]
) -> dict[int, tuple[str, ...]]:
    """The dates in ADSL that a parameter starts from: the declared one, else those that agree best."""
    names = list(compared)
    records = parameters.count(judged)
    same = np.array([parameters.count(compared[name].same) for name in names])
    other = np.array([parameters.count(compared[name].differs) for name in names])
    holds = (same >= HOLDS * (same + other)) & (2 * same >= records)
    agreeing = np.where(holds, same, 0)
    found: dict[int, tuple[str, ...]] = {}
    for number in map(int, np.flatnonzero(records)):
        declared = parameters.endpoint(parameters.names[number]).origin.upper()
        if declared:
            found[number] = (_known(declared, names),)
        elif agreeing[:, number].any():
            best = np.flatnonzero(agreeing[:, number] == agreeing[:, number].max())
            found[number] = tuple(names[each] for each in best)
    return found


def _known(declared: str, names: Sequence[str]) -> str:
    if declared not in names:
        raise ConfigurationError(f"the declared origin {declared} is not a date in ADSL")
    return declared
