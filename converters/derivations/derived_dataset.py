"""One dataset from its sources, or why not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ...schemas.evidence.raw_traces import led_to
from ...schemas.study.dataset import Dataset
from ...schemas.study.study import Study
from ...schemas.wording import counted, nearest
from . import derivation_of
from .account import Account
from .record import DerivationRecord, DerivationRefused, Problem
from .specification import Specification
from .task import DerivationTask


@dataclass(frozen=True, eq=False)
class Derived:
    """What came of the derivation of one dataset.

    Attributes
    ----------
    dataset : Dataset or None
        None where there are problems.
    record : DerivationRecord
        What each policy did.
    problems : tuple of Problem
    """

    dataset: Dataset | None
    record: DerivationRecord
    problems: tuple[Problem, ...] = ()


class DeriveAll(Protocol):
    """Derives datasets that do not need each other, in whatever way; what came of each, in their order."""

    def __call__(
        self, names: Sequence[str], sources: Study, specification: Specification, /
    ) -> Iterable[Derived]: ...


def one_after_the_other(
    names: Sequence[str], sources: Study, specification: Specification, /
) -> Iterable[Derived]:
    """Derive datasets here."""
    return (derived(name, sources, specification) for name in names)


def derived(name: str, sources: Study, specification: Specification) -> Derived:
    """Derive one dataset.

    Parameters
    ----------
    name : str
    sources : Study
        With the datasets that were derived before.
    specification : Specification
    """
    account = Account(name)
    try:
        return Derived(_dataset(name, sources, specification, account), account.record)
    except DerivationRefused as refusal:
        return Derived(None, account.record, tuple(refusal.problems))


def _dataset(name: str, sources: Study, specification: Specification, account: Account) -> Dataset:
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
