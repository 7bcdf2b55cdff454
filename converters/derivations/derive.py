"""Declared sources to ADSL, ADAE and ADTTE."""

from __future__ import annotations

from types import MappingProxyType

import numpy as np

from ...schemas.evidence.raw_traces import led_to
from ...schemas.study.dataset import Dataset
from ...schemas.study.study import Study
from ...schemas.wording import counted, nearest
from . import derivation_of
from .account import Account
from .derived_study import DerivedStudy
from .graph import in_order, needed_by
from .record import DerivationRecord, DerivationRefused, Problem
from .specification import Specification, require_values
from .task import DerivationTask


def derive(study: Study, specification: Specification) -> DerivedStudy:
    """Derive ADaM datasets from their sources.

    Parameters
    ----------
    study : Study
        The sources, with ADSL, unless that is derived; it is not changed.
    specification : Specification
        Each dataset may use others that are derived, in whatever order they are declared, and what the study
        has; a derived dataset takes the place of one of that name.

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
    parts = []
    problems: list[Problem] = []
    not_derived: dict[str, tuple[str, ...]] = {}
    for name in in_order(specification):
        account = Account(name)
        lacking = needed_by(name, specification).difference(made)
        if lacking:
            not_derived[name] = tuple(sorted(lacking))
            continue
        try:
            sources = Study(MappingProxyType({**study.datasets, **made}))
            made[name] = _derived(name, sources, specification, account)
            parts.append(account.record)
        except DerivationRefused as refusal:
            problems += [each for each in refusal.problems if each not in problems]
    if problems:
        raise DerivationRefused(problems, not_derived)
    counts = {name: len(data) for name, data in made.items()}
    of_parameters = {name: _by_parameter(data) for name, data in made.items() if "PARAMCD" in data}
    record = DerivationRecord.together(counts, parts, of_parameters)
    return DerivedStudy(MappingProxyType(made), record=record)


def _derived(name: str, sources: Study, specification: Specification, account: Account) -> Dataset:
    """One dataset, with the raw records of its sources where these have them.

    Raises
    ------
    DerivationRefused
    """
    options = specification.datasets[name]
    subjects = _subjects(options.subjects_from, sources, account)
    task = DerivationTask(name, sources, subjects, specification, account)
    found = derivation_of(options).derive(task, options)
    places = led_to(found, sources)
    account.require_none()
    return found if places is None else found.replace(raw_places=places)


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


def _subjects(name: str, study: Study, account: Account) -> Dataset:
    """ADSL, or what it is derived from, with one record per subject.

    Raises
    ------
    DerivationRefused
    """
    if name not in study:
        close = nearest(name, study.datasets)
        advice = f"did you mean {' or '.join(close)}?" if close else "add the folder or file that has it"
        account.problem(f"dataset {name} is not present", f"[derive.{account.dataset}]", advice)
        account.require_none()
    subjects = study[name]
    if "USUBJID" not in subjects:
        account.problem(f"USUBJID is not present in {name}", name, "add it")
        account.require_none()
    codes, place = subjects.distinct("USUBJID").codes, f"{name}.USUBJID"
    unnamed = codes < 0
    if unnamed.any():
        number = counted(int(unnamed.sum()), "record")
        account.problem(f"USUBJID is missing in {number} of {name}", place, "correct the data")
    repeated = ~unnamed & (np.bincount(codes + 1)[codes + 1] > 1)
    if repeated.any():
        number = counted(int(repeated.sum()), "record")
        what = f"{number} of subjects who have several in {name}"
        account.problem(what, place, "keep one record per subject", subjects, repeated)
    account.require_none()
    return subjects
