"""Declared sources to ADSL, ADAE and ADTTE."""

from __future__ import annotations

from itertools import chain
from types import MappingProxyType

import numpy as np

from ...schemas.study.dataset import Dataset
from ...schemas.study.study import Study
from . import derivation_of
from .derived_dataset import DeriveAll, Derived, one_after_the_other
from .derived_study import DerivedStudy
from .graph import in_order, in_steps, needed_by
from .record import DerivationRecord, DerivationRefused
from .specification import Specification, require_values


def derive(
    study: Study, specification: Specification, *, executor: DeriveAll = one_after_the_other
) -> DerivedStudy:
    """Derive ADaM datasets from their sources.

    Parameters
    ----------
    study : Study
        The sources, with ADSL, unless that is derived; it is not changed.
    specification : Specification
        Each dataset may use others that are derived, in whatever order they are declared, and what the study
        has; a derived dataset takes the place of one of that name.
    executor : callable
        How datasets that do not need each other are derived: one after the other, or at the same time by
        ``derivations_on(engine)`` of `adamgate.converters.derivations.on_engine`. The result is the same.

    Returns
    -------
    DerivedStudy
        The derived datasets only, with the record of what each policy did.

    Raises
    ------
    ConfigurationError
        If the specification cannot be carried out, whatever the data.
    DerivationRefused
        If the data do not fit it: something named is not present, a subject is not in ADSL, a policy is
        "error" and would have to decide, …. The problems of all datasets are listed, but for those that need
        one that could not be derived.

    Examples
    --------
    >>> what = ag.Specification(
    ...     {"ADTTE": ag.TimeToEvent(carry=("SEX",))},
    ...     {"OS": ag.DerivedEndpoint(
    ...         param="Overall Survival (Days)", origin="TRTSDT", events=("DEATH",), censors=("ALIVE",)
    ...     )},
    ...     {
    ...         "DEATH": ag.DerivationSource(dataset="ADSL", date="DTHDT", set={"EVNTDESC": "Death"}),
    ...         "ALIVE": ag.DerivationSource(dataset="ADSL", date="LSTALVDT", set={"EVNTDESC": "Alive"}),
    ...     },
    ... )
    >>> derived = ag.derive(ag.read("adam"), what)
    >>> derived["ADTTE"].frame[["USUBJID", "AVAL", "CNSR", "SRCVAR"]].head(2)
      USUBJID  AVAL  CNSR    SRCVAR
    0   S1-01  30.0     0     DTHDT
    1   S1-02  61.0     1  LSTALVDT
    """
    study = Study.given(study)
    require_valid(specification)
    made: dict[str, Dataset] = {}
    found: dict[str, Derived] = {}
    not_derived: dict[str, tuple[str, ...]] = {}
    for step in in_steps(specification):
        lacking = {name: needed_by(name, specification).difference(made) for name in step}
        not_derived |= {name: tuple(sorted(each)) for name, each in lacking.items() if each}
        names = tuple(name for name in step if not lacking[name])
        sources = Study(MappingProxyType({**study.datasets, **made}))
        found |= zip(names, executor(names, sources, specification), strict=True)
        made |= {name: data for name in names if (data := found[name].dataset) is not None}
    order = in_order(specification)
    outcomes = [found[name] for name in order if name in found]
    problems = list(dict.fromkeys(chain.from_iterable(each.problems for each in outcomes)))
    if problems:
        raise DerivationRefused(problems, {name: not_derived[name] for name in order if name in not_derived})
    made = {name: made[name] for name in order}
    counts = {name: len(data) for name, data in made.items()}
    of_parameters = {name: _by_parameter(data) for name, data in made.items() if "PARAMCD" in data}
    record = DerivationRecord.together(counts, [each.record for each in outcomes], of_parameters)
    return DerivedStudy(MappingProxyType(made), record=record)


def _by_parameter(data: Dataset) -> dict[str, int]:
    """Number of records of each parameter."""
    parameters = data.distinct("PARAMCD")
    counts = np.bincount(parameters.codes[parameters.codes >= 0], minlength=len(parameters))
    return {str(each): int(count) for each, count in zip(parameters, counts, strict=True)}


def require_valid(specification: Specification) -> None:
    """Check that a specification can be carried out, whatever the data.

    Raises
    ------
    ConfigurationError
    """
    require_values(specification)
    for name, options in specification.datasets.items():
        derivation_of(options).check(name, options, specification)
    in_order(specification)
