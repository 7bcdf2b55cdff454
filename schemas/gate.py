"""The gate: pick rules by scope, run them, collect outcomes. It fails closed."""

from __future__ import annotations

import platform
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from . import contract
from .columns import Mask
from .dataset import Dataset, Study
from .declarations import Declarations
from .finding import EXAMPLES, Example, Finding, Inferred, Input, Outcome, Report, Status
from .rule import UNDELIVERED, Fault, Grain, Inapplicable, Inference, Rule, Standards, Yield, rule_book

Progress = Callable[[str, str], None]
"""Called before each rule with its id and the dataset's name."""

_KEYS = ("USUBJID", "PARAMCD", "AVISIT", "ASEQ")
_LIBRARIES = ("adamgate", "pandas", "numpy", "pandera", "pyarrow", "pyreadstat")
STUDY_NAME = "(study)"
"""Stands for the dataset in outcomes and findings of rules about the study as a whole."""


def validate(
    study: Study,
    *,
    standards: Standards | None = None,
    declarations: Declarations | None = None,
    complete: bool = False,
    show_values: bool = False,
    rules: Collection[str] | None = None,
    progress: Progress | None = None,
) -> Report:
    """Judge a study by every rule in scope; the study is not changed.

    Parameters
    ----------
    study : Study
    standards : Standards, optional
        Versions to judge by; the default is ADaMIG 1.3 with OCCDS 1.1.
    declarations : Declarations, optional
        What is declared of the study; what was declared must hold, so that notes and warnings that rest
        on inference become errors.
    complete : bool
        The delivery is declared complete: a rule that lacks a dataset is *not run* and refuses,
        instead of *not applicable*.
    show_values : bool
        Put the values of the variables concerned into the examples. They are patient data.
    rules : collection of str, optional
        Ids to run; all by default.
    progress : callable, optional
        Called before each rule with its id and the dataset's name.

    Returns
    -------
    Report
        Outcomes of every rule on every dataset it covers. See `Report.refuses`.
    """
    chosen = standards or Standards()
    if declarations is not None:
        study = study.declaring(declarations)
    trials: list[_Trial] = []
    for rule, dataset in _pairs(study, chosen):
        if rules is not None and rule.id not in rules:
            continue
        if progress is not None:
            progress(rule.id, dataset.name if dataset is not None else STUDY_NAME)
        trials.append(_try(rule, dataset, study, complete=complete, show_values=show_values))
    return _report(study, trials, chosen)


@dataclass(frozen=True, slots=True)
class _Trial:
    outcome: Outcome
    findings: tuple[Finding, ...] = ()
    inferred: tuple[Inferred, ...] = ()


def _pairs(study: Study, standards: Standards) -> Iterator[tuple[Rule, Dataset | None]]:
    """Every rule with every dataset it covers: the checks of each dataset's schema, then the rules
    that need more than one dataset."""
    wider = [rule for rule in rule_book().values() if contract.needs_study(rule)]
    for dataset in study:
        for rule in contract.rules_checked_by(contract.schema_of(dataset, standards)):
            yield rule, dataset
    for rule in wider:
        if not rule.scope.belongs_to(standards):
            continue
        if rule.grain is Grain.STUDY:
            yield rule, None
            continue
        for dataset in study:
            if rule.scope.covers(dataset) and dataset.name not in rule.scope.datasets:
                yield rule, dataset


def _try(rule: Rule, dataset: Dataset | None, study: Study, *, complete: bool, show_values: bool) -> _Trial:
    name = dataset.name if dataset is not None else STUDY_NAME
    if dataset is not None:
        obstacle = rule.scope.obstacle(dataset, study)
        if obstacle:
            refused = complete and obstacle.startswith(UNDELIVERED)
            status = Status.NOT_RUN if refused else Status.NOT_APPLICABLE
            return _Trial(Outcome(rule.id, name, status, obstacle))
    start = time.perf_counter()
    try:
        yielded = list(rule.run(dataset, study))
        findings = tuple(_findings(rule, dataset, yielded, show_values))
    except Exception as crash:  # a rule that breaks must not pass, nor hide the verdict of the others
        reason = f"{type(crash).__name__}: {crash}"
        return _Trial(Outcome(rule.id, name, Status.NOT_RUN, reason, time.perf_counter() - start))
    outcome = _judged(rule, name, yielded, findings, time.perf_counter() - start)
    inferred = tuple(
        Inferred(name, each.subject, each.statement, each.parameter)
        for each in yielded
        if isinstance(each, Inference)
    )
    return _Trial(outcome, findings, inferred)


def _judged(
    rule: Rule, name: str, yielded: Iterable[Yield], findings: tuple[Finding, ...], seconds: float
) -> Outcome:
    if findings:
        return Outcome(rule.id, name, Status.FAILED, "", seconds)
    reasons = [each.reason for each in yielded if isinstance(each, Inapplicable)]
    if reasons:
        return Outcome(rule.id, name, Status.NOT_APPLICABLE, reasons[0], seconds)
    return Outcome(rule.id, name, Status.PASSED, "", seconds)


def _findings(
    rule: Rule, dataset: Dataset | None, yielded: Iterable[object], show_values: bool
) -> Iterator[Finding]:
    for fault in yielded:
        if not isinstance(fault, Fault):
            continue
        if fault.mask is not None:
            _require_mask(fault.mask, 0 if dataset is None else len(dataset))
        if not fault.found:
            continue
        yield Finding(
            rule_id=rule.id,
            severity=fault.severity or rule.severity,
            dataset=dataset.name if dataset is not None else STUDY_NAME,
            variables=fault.variables,
            message=fault.message,
            records=0 if fault.mask is None else int(np.count_nonzero(fault.mask)),
            examples=_examples(dataset, fault, show_values),
        )


def _require_mask(mask: Any, records: int) -> None:
    """A mask with nulls or of another length would let faults through."""
    if not isinstance(mask, np.ndarray) or mask.dtype != np.bool_ or mask.shape != (records,):
        raise TypeError(f"a mask must be {records} booleans, not {type(mask).__name__}")


def _examples(dataset: Dataset | None, fault: Fault, show_values: bool) -> tuple[Example, ...]:
    if dataset is None or fault.mask is None:
        return ()
    positions = _first(fault.mask, EXAMPLES)
    keys = [dataset.variable(key).name for key in _KEYS if key in dataset]
    keys += [name for name in dataset.frame.columns if len(name) == 5 and name.endswith("SEQ")]
    shown = (
        [dataset.variable(name).name for name in fault.variables if name in dataset] if show_values else []
    )
    rows = dataset.frame.loc[positions, list(dict.fromkeys([*keys, *shown]))]
    return tuple(
        Example(
            record=int(position) + 1,
            keys={key: _plain(rows.at[position, key]) for key in keys},
            values={name: _plain(rows.at[position, name]) for name in shown},
        )
        for position in positions
    )


def _first(mask: Mask, count: int) -> np.ndarray[Any, np.dtype[np.intp]]:
    return np.flatnonzero(mask)[:count]


def _plain(value: Any) -> Any:
    """A value as JSON and people know it."""
    if value is None or value is pd.NaT or (not isinstance(value, str) and pd.isna(value)):
        return None
    if isinstance(value, pd.Timestamp):
        return value.isoformat() if value != value.normalize() else value.date().isoformat()
    if isinstance(value, np.datetime64):
        return str(value)
    if isinstance(value, float | np.floating):
        return int(value) if float(value).is_integer() else float(value)
    return value.item() if isinstance(value, np.generic) else value


def _report(study: Study, trials: list[_Trial], standards: Standards) -> Report:
    place = {dataset.name: number for number, dataset in enumerate(study)}
    findings = [finding for trial in trials for finding in trial.findings]
    findings.sort(
        key=lambda f: (-f.severity.rank, place.get(f.dataset, -1), f.rule_id, f.variables, f.message)
    )
    outcomes = [trial.outcome for trial in trials]
    outcomes.sort(key=lambda o: (o.rule_id, place.get(o.dataset, -1)))
    return Report(
        outcomes=tuple(outcomes),
        findings=tuple(findings),
        inferred=tuple(each for trial in trials for each in trial.inferred),
        inputs=tuple(_input(dataset) for dataset in study),
        notes=tuple(note for dataset in study for note in dataset.notes),
        standards={"ADaMIG": standards.adamig, "OCCDS": standards.occds},
        versions=dict(_versions()),
    )


def _input(dataset: Dataset) -> Input:
    source = dataset.source
    return Input(
        dataset=dataset.name,
        label=dataset.label,
        structure=str(dataset.structure),
        records=len(dataset),
        variables=len(dataset.variables),
        path=str(source.path) if source else "",
        format=source.format if source else "",
        sha256=source.sha256 if source else "",
        encoding=source.encoding if source else "",
    )


@cache
def _versions() -> Mapping[str, str]:
    found = {"python": platform.python_version()}
    for library in _LIBRARIES:
        try:
            found[library] = version(library)
        except PackageNotFoundError:
            found[library] = "not installed"
    return MappingProxyType(found)
