"""Other ways to derive a parameter, beside the declared one: who moves, by how much, and the medians."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from ...schemas.errors import ConfigurationError
from ...schemas.glance import Glance, Glanced
from ...schemas.study.study import Study
from ...schemas.wording import counted
from .derive import derive, require_valid
from .graph import before
from .record import DerivationRefused
from .specification import Specification, require_declared
from .time_to_event.extremes import median
from .time_to_event.options import TimeToEvent, Variation
from .time_to_event.requirements import endpoints_of

_ORIGINS = ("origin", "origin_source")
"""Of these keys a variation of one replaces the other."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A parameter, derived in one way.

    Attributes
    ----------
    records, events : int
    median : float
        Kaplan-Meier median in the unit of AVAL; NaN if it is not reached.
    """

    records: int
    events: int
    median: float


@dataclass(frozen=True, slots=True)
class MovedSubject:
    """A subject whose record is another one.

    Attributes
    ----------
    subject : str
    how : str
        A word of `MOVES`.
    cnsr, varied_cnsr : float
        As declared and as varied; NaN without a record.
    aval, varied_aval : float
        NaN where missing, or without a record.
    """

    subject: str
    how: str
    cnsr: float
    varied_cnsr: float
    aval: float
    varied_aval: float


MOVES = (
    "event to censored",
    "censored to event",
    "another censoring reason",
    "another AVAL",
    "no record",
    "a record",
)
"""How a subject moves, in the order of reports; the last two: a record only as declared, only as varied."""


@dataclass(frozen=True, eq=False, repr=False)
class VariedEndpoint(Glanced):
    """A parameter derived in another way.

    Attributes
    ----------
    name : str
        Of the variation.
    dataset, parameter : str
    changes : mapping of key to (declared, varied)
        Keys of the endpoint that differ.
    declared, varied : Estimate
    moved : tuple of MovedSubject
        In the order of `MOVES`, then of subjects.

    Examples
    --------
    >>> os = ag.DerivedEndpoint(
    ...     param="Overall Survival", origin="TRTSDT", events=("DEATH",), censors=("ALIVE",)
    ... )
    >>> sources = {
    ...     "DEATH": ag.DerivationSource(dataset="ADSL", date="DTHDT"),
    ...     "ALIVE": ag.DerivationSource(dataset="ADSL", date="LSTALVDT"),
    ... }
    >>> never = ag.Variation(endpoint="OS", events=())
    >>> what = ag.Specification(
    ...     {"ADTTE": ag.TimeToEvent()}, {"OS": os}, sources, variations={"NEVER": never}
    ... )
    >>> (found,) = ag.derive_variations(ag.read("adam"), what)
    >>> found.declared.events, found.varied.events
    (3, 0)
    """

    name: str
    dataset: str
    parameter: str
    changes: MappingProxyType[str, tuple[Any, Any]]
    declared: Estimate
    varied: Estimate
    moved: tuple[MovedSubject, ...]

    def by_move(self, how: str) -> tuple[MovedSubject, ...]:
        """Subjects who move in one way.

        Examples
        --------
        >>> os = ag.DerivedEndpoint(
        ...     param="Overall Survival", origin="TRTSDT", events=("DEATH",), censors=("ALIVE",)
        ... )
        >>> sources = {
        ...     "DEATH": ag.DerivationSource(dataset="ADSL", date="DTHDT"),
        ...     "ALIVE": ag.DerivationSource(dataset="ADSL", date="LSTALVDT"),
        ... }
        >>> never = ag.Variation(endpoint="OS", events=())
        >>> what = ag.Specification(
        ...     {"ADTTE": ag.TimeToEvent()}, {"OS": os}, sources, variations={"NEVER": never}
        ... )
        >>> (found,) = ag.derive_variations(ag.read("adam"), what)
        >>> len(found.by_move("event to censored"))
        3
        """
        return tuple(each for each in self.moved if each.how == how)

    def _glance(self) -> Glance:
        rows = [(how, counted(len(found), "subject")) for how in MOVES if (found := self.by_move(how))]
        return Glance((f"VariedEndpoint: {self.name} of {self.parameter}",), rows, len(rows))


def derive_variations(study: Study, specification: Specification) -> tuple[VariedEndpoint, ...]:
    """Derive each declared variation, and compare it with what is declared otherwise.

    Parameters
    ----------
    study : Study
        The sources, with ADSL.
    specification : Specification
        With `variations`.

    Returns
    -------
    tuple of VariedEndpoint
        One for each variation and each dataset that has its parameter.

    Raises
    ------
    ConfigurationError
        If no variation is declared, or one cannot be carried out.
    DerivationRefused
        If the sources do not fit one of them.

    Examples
    --------
    >>> os = ag.DerivedEndpoint(
    ...     param="Overall Survival", origin="TRTSDT", events=("DEATH",), censors=("ALIVE",)
    ... )
    >>> sources = {
    ...     "DEATH": ag.DerivationSource(dataset="ADSL", date="DTHDT"),
    ...     "ALIVE": ag.DerivationSource(dataset="ADSL", date="LSTALVDT"),
    ... }
    >>> day_0 = ag.Variation(endpoint="OS", first_day=0)
    >>> what = ag.Specification(
    ...     {"ADTTE": ag.TimeToEvent()}, {"OS": os}, sources, variations={"DAY0": day_0}
    ... )
    >>> ag.derive_variations(ag.read("adam"), what)
    (VariedEndpoint: DAY0 of OS
      another AVAL  6 subjects,)
    """
    study = Study.given(study)
    require_valid_variations(specification)
    return tuple(varied_endpoints(study, specification, derive(study, specification)))


def require_valid_variations(specification: Specification) -> None:
    """Refuse variations that cannot be carried out, whatever the data.

    Raises
    ------
    ConfigurationError
    """
    if not specification.variations:
        raise ConfigurationError(
            "no variation is declared", "[vary.NAME]", 'write [vary.NAME] with endpoint = "PARAMCD"'
        )
    for name, variation in specification.variations.items():
        place = f"[vary.{name}]"
        require_declared(specification, variation.endpoint, "endpoint", f"{place} endpoint")
        if not _datasets_of(variation, specification):
            raise ConfigurationError(
                f"no dataset has the parameter {variation.endpoint}",
                f"{place} endpoint",
                "add it to [derive.NAME]",
            )
        try:
            require_valid(_varied(variation, specification))
        except ConfigurationError as fault:
            where = _of_variation(fault.where, name, variation)
            raise ConfigurationError(fault.what, where, fault.advice) from None


def varied_endpoints(study: Study, specification: Specification, derived: Study) -> Iterator[VariedEndpoint]:
    """The variations, beside datasets derived as declared; as of `derive_variations`."""
    for name, variation in specification.variations.items():
        for dataset in _datasets_of(variation, specification):
            made = {each: derived[each] for each in before(dataset, specification)}
            sources = Study(MappingProxyType({**study.datasets, **made}))
            only = _only(variation.endpoint, dataset, specification)
            other = _varied(variation, only)
            try:
                declared, varied = (_records(sources, each, dataset) for each in (only, other))
            except DerivationRefused as refusal:
                problems = [
                    replace(each, where=_of_variation(each.where, name, variation))
                    for each in refusal.problems
                ]
                raise DerivationRefused(problems) from None
            yield VariedEndpoint(
                name,
                dataset,
                variation.endpoint,
                _changes(variation, specification),
                _estimate(declared),
                _estimate(varied),
                tuple(_moved(declared, varied)),
            )


def _datasets_of(variation: Variation, specification: Specification) -> list[str]:
    return [
        name
        for name, options in specification.datasets.items()
        if isinstance(options, TimeToEvent) and variation.endpoint in endpoints_of(options, specification)
    ]


def _only(parameter: str, dataset: str, specification: Specification) -> Specification:
    """One parameter of one dataset, with all that is compared."""
    options = specification.datasets[dataset]
    unknown = options.unknown_subjects
    return Specification(
        {dataset: TimeToEvent(endpoints=(parameter,), unknown_subjects=unknown)},
        specification.endpoints,
        specification.sources,
        specification.stops,
        cut_off=specification.cut_off,
    )


def _varied(variation: Variation, specification: Specification) -> Specification:
    given = {
        each.name: value
        for each in fields(variation)
        if each.name != "endpoint" and (value := getattr(variation, each.name)) is not None
    }
    named = [key for key in _ORIGINS if key in given]
    if len(named) == 1:
        given |= {key: "" for key in _ORIGINS if key not in named}
    endpoint = replace(specification.endpoints[variation.endpoint], **given)
    return replace(specification, endpoints={**specification.endpoints, variation.endpoint: endpoint})


def _changes(variation: Variation, specification: Specification) -> MappingProxyType[str, tuple[Any, Any]]:
    declared = specification.endpoints[variation.endpoint]
    varied = _varied(variation, specification).endpoints[variation.endpoint]
    both = {
        each.name: (getattr(declared, each.name), getattr(varied, each.name)) for each in fields(declared)
    }
    return MappingProxyType({key: values for key, values in both.items() if values[0] != values[1]})


def _of_variation(where: str, name: str, variation: Variation) -> str:
    """The place of a fault in the table of the variation, not in that of its endpoint."""
    return where.replace(f"[endpoint.{variation.endpoint}]", f"[vary.{name}]")


def _records(sources: Study, specification: Specification, dataset: str) -> pd.DataFrame:
    """CNSR and AVAL, by subject."""
    data = derive(sources, specification)[dataset]
    subjects = data.distinct("USUBJID")
    return pd.DataFrame(
        {"CNSR": data.numbers("CNSR"), "AVAL": data.numbers("AVAL")},
        index=pd.Index(
            subjects.spread(np.array([*map(str, subjects)], dtype=object), missing=""), dtype=object
        ),
    )


def _estimate(records: pd.DataFrame) -> Estimate:
    event = (records["CNSR"] == 0).to_numpy()
    return Estimate(len(records), int(event.sum()), median(records["AVAL"].to_numpy(), event))


def _moved(declared: pd.DataFrame, varied: pd.DataFrame) -> Iterator[MovedSubject]:
    both = declared.join(varied.add_suffix("_VARIED"), how="outer", sort=True)
    subjects = both.index.to_numpy()
    cnsr, other = both["CNSR"].to_numpy(), both["CNSR_VARIED"].to_numpy()
    aval, other_aval = both["AVAL"].to_numpy(), both["AVAL_VARIED"].to_numpy()
    known, other_known = ~np.isnan(cnsr), ~np.isnan(other)
    of_both = known & other_known
    same_aval = (aval == other_aval) | (np.isnan(aval) & np.isnan(other_aval))
    ways = (
        of_both & (cnsr == 0) & (other > 0),
        of_both & (cnsr > 0) & (other == 0),
        of_both & (cnsr > 0) & (other > 0) & (cnsr != other),
        of_both & (cnsr == other) & ~same_aval,
        known & ~other_known,
        ~known & other_known,
    )
    for how, own in zip(MOVES, ways, strict=True):
        for at in np.flatnonzero(own):
            values = (float(each[at]) for each in (cnsr, other, aval, other_aval))
            yield MovedSubject(str(subjects[at]), how, *values)
