"""A table for each time-to-event parameter of a study: each is made once, so that what is proposed can be."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ....schemas.errors import AdamgateError
from ....schemas.evidence.parameters import quotable_codes, with_role
from ....schemas.gate.event_counts import EventCount
from ....schemas.gate.report import Report
from ....schemas.kinds import Choice
from ....schemas.options import keys_of
from ....schemas.standards.structure import Structure
from ....schemas.study.dataset import Dataset
from ....schemas.study.study import Study
from ...survival.summaries.kaplan_meier.summary import kaplan_meier
from ...survival.survival import survival
from ..registry import ENDPOINT

_NOT_IN_NAMES = re.compile(r"[^a-z0-9_]+")
_LONGEST = 32


@dataclass(frozen=True, slots=True)
class ProposedTable:
    """What is known of a time-to-event parameter, and whether tables of it can be made.

    Attributes
    ----------
    name : str
        Of the tables, steps and files: "os".
    paramcd, label : str
    counts : EventCount
    role : str
        The type of endpoint that the gate takes it for; empty for none.
    inferred : tuple of str
        What the gate inferred from its data.
    unit, unit_from : str
        Of AVAL, and what states it.
    arm : str
        The variable of the arms, if it has several.
    problem : str
        Why no table can be made; empty if it can.
    """

    name: str
    paramcd: str
    label: str
    counts: EventCount
    role: str
    inferred: tuple[str, ...]
    unit: str = ""
    unit_from: str = ""
    arm: str = ""
    problem: str = ""

    @property
    def can_be_declared(self) -> bool:
        """Whether PARAMCD can be the name of a table of a settings file, where names are in capitals."""
        return self.paramcd.split() == [self.paramcd.upper()]


def proposed_tables(study: Study, report: Report) -> tuple[ProposedTable, ...]:
    """A table for each parameter of the time-to-event datasets."""
    taken: set[str] = set()
    return tuple(
        _proposed(dataset, each, report, study, taken)
        for dataset in study
        if dataset.structure is Structure.TTE
        for each in _counts(dataset, report)
    )


def _counts(dataset: Dataset, report: Report) -> Iterator[EventCount]:
    named = quotable_codes(dataset)
    return (each for each in report.events if each.dataset == dataset.name and each.parameter in named)


def _proposed(
    dataset: Dataset, counts: EventCount, report: Report, study: Study, taken: set[str]
) -> ProposedTable:
    paramcd = counts.parameter
    unit, unit_from, problem = "", "", ""
    arm = counts.arm_variable if len(counts.arms) > 1 else ""
    try:
        table = survival(study, paramcd, gate=False, show_keys=False, arm=arm or None)
        kaplan_meier(study, paramcd, gate=False, show_keys=False, by=arm or None)
    except AdamgateError as refusal:
        problem, arm = refusal.what, ""
    else:
        if table.codebook.time is not None:
            unit, unit_from = table.codebook.time.aval_unit, table.codebook.time.aval_unit_found_by
    return ProposedTable(
        _name(paramcd, taken),
        paramcd,
        _label(dataset, paramcd),
        counts,
        _role(dataset, paramcd),
        tuple(
            each.statement
            for each in report.inferred
            if each.dataset == dataset.name and each.parameter == paramcd
        ),
        unit,
        unit_from,
        arm,
        problem,
    )


def _name(paramcd: str, taken: set[str]) -> str:
    """A name that tables, steps and files may have, which no other parameter has."""
    stem = _NOT_IN_NAMES.sub("_", paramcd.lower())[:_LONGEST].strip("_") or "parameter"
    name, number = stem, 1
    while name in taken:
        number += 1
        name = f"{stem}_{number}"
    taken.update((name, f"{name}_km"))
    return name


def _label(dataset: Dataset, paramcd: str) -> str:
    """The text of PARAM; empty where it has none, or several."""
    if "PARAM" not in dataset:
        return ""
    own = dataset.frame.loc[dataset.equals("PARAMCD", paramcd), "PARAM"].dropna().unique()
    return str(own[0]) if len(own) == 1 else ""


def _role(dataset: Dataset, paramcd: str) -> str:
    at = list(dataset.parameters.names).index(paramcd)
    return next((role for role in _ROLES if with_role(dataset, role)[at]), "")


_ROLES = next(
    each.kind.allowed
    for each in keys_of(ENDPOINT.options)
    if each.name == "role" and isinstance(each.kind, Choice)
)
