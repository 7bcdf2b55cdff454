"""A check is one rule run on one dataset: its outcome, its findings, what it worked out, what is waived."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ..errors import AdamgateError
from ..evidence.identifiers import IDENTIFYING, WITHHELD, names_subject
from ..evidence.parameters import identifying_codes
from ..evidence.raw_traces import of_subject, raw_places
from ..rules.ids import is_adamgates
from ..rules.rule import Fault, Inference, NotApplicable, Rule, UnsoundRule, Yield
from ..study.columns import Mask, WrongType
from ..study.dataset import Dataset
from ..study.raw_places import RawPlaces
from ..study.study import Study
from ..study.totals import NotYetKnown
from ..wording import UNDELIVERED
from .finding import EXAMPLES, Example, Finding, Inferred, Outcome, Status
from .fingerprint import BoundedKeyColumns, KeyColumns, hashed_keys_of
from .lending import lend, lend_study
from .own_code import ends_the_run, own_code, place_of, plain_yield, words_of
from .report import Waived
from .selection import RuleSelection
from .waivers import Waiver, Waivers, spare

STUDY_NAME = "(study)"
"""Stands for the dataset in outcomes and findings of rules about the study as a whole."""

_KEYS = ("USUBJID", "PARAMCD", "AVISIT", "ASEQ")


@dataclass(frozen=True, slots=True)
class CheckOptions:
    """How checks are run.

    Attributes
    ----------
    complete : bool
        An undelivered dataset that a rule needs refuses.
    show_values : bool
        Examples hold the values of the variables concerned.
    selection : RuleSelection
        Whose severities hold.
    waivers : Waivers or None
    show_keys : bool
        Examples and hashes of keys say which records are concerned.
    """

    complete: bool = False
    show_values: bool = False
    selection: RuleSelection = field(default_factory=RuleSelection)
    waivers: Waivers | None = None
    show_keys: bool = True
    _key_columns: dict[str, KeyColumns | BoundedKeyColumns] = field(default_factory=dict, repr=False)
    _raw_places: dict[str, RawPlaces | None] = field(default_factory=dict, repr=False)

    def afresh(self) -> CheckOptions:
        """The same options for other datasets of the same names."""
        return replace(self, _key_columns={}, _raw_places={})

    def key_columns(self, data: Dataset) -> KeyColumns | BoundedKeyColumns:
        """The keys of a dataset's records, for all its findings."""
        if data.name not in self._key_columns:
            self._key_columns[data.name] = hashed_keys_of(data, key_variables(data))
        return self._key_columns[data.name]

    def raw_places(self, data: Dataset, study: Study) -> RawPlaces | None:
        """The raw records of a dataset's records, for all its findings."""
        if data.name not in self._raw_places:
            self._raw_places[data.name] = raw_places(data, study)
        return self._raw_places[data.name]

    def waivers_of(self, rule_id: str, dataset: str) -> tuple[Waiver, ...]:
        return self.waivers.in_force(rule_id, dataset) if self.waivers is not None else ()


@dataclass(frozen=True, slots=True)
class Check:
    """One rule that was run on one dataset, or on the study: what came of it."""

    outcome: Outcome
    findings: tuple[Finding, ...] = ()
    inferred: tuple[Inferred, ...] = ()
    waived: tuple[Waived, ...] = ()


def run_check(rule: Rule, data: Dataset | None, study: Study, options: CheckOptions) -> Check:
    """Judge one dataset, or the study where `data` is None; whatever breaks is *not run*.

    Raises
    ------
    NotYetKnown
        When the rule asks for a total of the dataset that `data` is a part of.
    """
    name = data.name if data is not None else STUDY_NAME
    start = time.perf_counter()
    try:
        obstacle = "" if data is None else rule.obstacle(data, study)
        if obstacle:
            refused = options.complete and obstacle.startswith(UNDELIVERED)
            status = Status.NOT_RUN if refused else Status.NOT_APPLICABLE
            return Check(Outcome(rule.id, name, status, obstacle))
        yielded = _yielded(rule, data, study)
        found, waived = _found(rule, data, study, yielded, options)
    except NotYetKnown:
        raise
    except BaseException as crash:  # a rule that breaks must not pass, nor hide the verdict of the others
        if ends_the_run(crash):
            raise
        reason = _reason(crash, options)
        return Check(Outcome(rule.id, name, Status.NOT_RUN, reason, time.perf_counter() - start))
    status, reason = _status(yielded, found, waived)
    seconds = time.perf_counter() - start
    return Check(
        Outcome(rule.id, name, status, reason, seconds), found, _inferred(data, yielded, options), waived
    )


def _inferred(data: Dataset | None, yielded: Iterable[Yield], options: CheckOptions) -> tuple[Inferred, ...]:
    name = data.name if data is not None else STUDY_NAME
    inferences = [each for each in yielded if isinstance(each, Inference)]
    of_parameters = data is not None and any(each.parameter for each in inferences)
    withheld = identifying_codes(data) if data is not None and of_parameters else frozenset()
    said = (
        Inferred(
            name,
            each.subject,
            _statement(data, each, options),
            WITHHELD if each.parameter in withheld else each.parameter,
        )
        for each in inferences
    )
    return tuple(dict.fromkeys(said))


def _statement(data: Dataset | None, inference: Inference, options: CheckOptions) -> str:
    values = _values(data, inference.values, options)
    return f"{inference.statement}: {values}" if values else inference.statement


def _yielded(rule: Rule, data: Dataset | None, study: Study) -> list[Yield]:
    """What a rule yields. One of a user's own gets data that it cannot change."""
    if rule.is_ours:
        return list(rule.run(data, study))
    whole = lend_study(study) if rule.needs_study else study
    lent, records = (None, 0) if data is None else (lend(data), len(data))
    with own_code():
        return [plain_yield(each, records) for each in rule.run(lent, whole)]


def _reason(crash: BaseException, options: CheckOptions) -> str:
    """Why a rule was not run. Messages that are not ours may quote values, which are patient data."""
    if isinstance(crash, AdamgateError | WrongType | UnsoundRule) or options.show_values:
        return words_of(crash)
    return place_of(crash)


def _status(
    yielded: Iterable[Yield], found: tuple[Finding, ...], waived: tuple[Waived, ...]
) -> tuple[Status, str]:
    if found:
        return Status.FAILED, ""
    if waived:
        return Status.PASSED, "all findings are waived"
    reasons = [each.reason for each in yielded if isinstance(each, NotApplicable)]
    return (Status.NOT_APPLICABLE, reasons[0]) if reasons else (Status.PASSED, "")


def _found(
    rule: Rule, data: Dataset | None, study: Study, yielded: Iterable[Yield], options: CheckOptions
) -> tuple[tuple[Finding, ...], tuple[Waived, ...]]:
    """Findings, and what waivers took out of them."""
    name = data.name if data is not None else STUDY_NAME
    waivers = options.waivers_of(rule.id, name)
    findings, waived = [], []
    for fault in yielded:
        if not isinstance(fault, Fault) or not fault.found:
            continue
        left, met = spare(data, fault, waivers)
        quotable = replace(fault, parameter=_parameter(data, fault))
        waived += [_waived(rule, name, quotable, waiver, records) for waiver, records in met]
        if left is not None:
            findings.append(_finding(rule, data, study, left, options))
    return tuple(findings), tuple(waived)


def _waived(rule: Rule, dataset: str, fault: Fault, waiver: Waiver, records: int) -> Waived:
    return Waived(
        rule_id=rule.id,
        dataset=dataset,
        variables=fault.variables,
        message=fault.message,
        parameter=fault.parameter,
        records=records,
        reason=waiver.reason,
        owner=waiver.owner,
        expires=waiver.expires,
        place=waiver.place,
    )


def _finding(rule: Rule, data: Dataset | None, study: Study, fault: Fault, options: CheckOptions) -> Finding:
    name = data.name if data is not None else STUDY_NAME
    finding = Finding(
        rule_id=rule.id,
        severity=options.selection.severity(rule, name) or fault.severity or rule.severity,
        dataset=name,
        variables=fault.variables,
        message=fault.message,
        title=rule.title,
        values=_values(data, fault.values, options),
        parameter=_parameter(data, fault),
        cause="" if fault.mask is not None else _cause(rule, fault),
        line=fault.line,
    )
    if data is None or fault.mask is None:
        return finding
    mask, keys = fault.mask, options.key_columns(data)
    return replace(
        finding,
        records=int(np.count_nonzero(mask)),
        examples=_examples(data, study, mask, fault.variables, options),
        keys=keys.of(mask),
        keys_shown=options.show_keys,
    )


def _parameter(data: Dataset | None, fault: Fault) -> str:
    """PARAMCD of a fault, unless it identifies a subject."""
    withheld = data is not None and fault.parameter and fault.parameter in identifying_codes(data)
    return WITHHELD if withheld else fault.parameter


def _cause(rule: Rule, fault: Fault) -> str:
    """What tells a fault of a dataset as a whole from others; of a user's own rules their words may."""
    return fault.cause if fault.cause or is_adamgates(rule.id) else fault.message


def _values(data: Dataset | None, values: str, options: CheckOptions) -> str:
    """Values in words, where they were asked for and name no subject who is not to be named."""
    withheld = not options.show_keys and (data is None or names_subject(data, values))
    return values if options.show_values and not withheld else ""


def key_variables(data: Dataset) -> list[str]:
    """The variables that tell one record of a dataset from another."""
    keys = [key for key in _KEYS if key in data]
    keys += [name for name in data.names if len(name) == 5 and name.endswith("SEQ")]
    return [data.variable(key).name for key in dict.fromkeys(keys)]


def _examples(
    data: Dataset, study: Study, mask: Mask, variables: tuple[str, ...], options: CheckOptions
) -> tuple[Example, ...]:
    positions = _first(mask, EXAMPLES)
    keys = key_variables(data) if options.show_keys else []
    shown = [data.variable(name).name for name in variables if name in data] if options.show_values else []
    if not options.show_keys:
        shown = [
            name for name in shown if name not in key_variables(data) and name.upper() not in IDENTIFYING
        ]
    held = {name: data[name].array.take(positions).tolist() for name in (*keys, *shown)}
    places = options.raw_places(data, study)
    return tuple(
        Example(
            record=int(position) + 1,
            keys={key: _plain(held[key][number]) for key in keys},
            values={name: _shown(data, held[name][number], options) for name in shown},
            raw=None if places is None else places.of(position),
            raw_of_variables={
                **of_subject(data, study, int(position), variables),
                **({} if places is None else places.of_variables(position, variables)),
            },
        )
        for number, position in enumerate(positions)
    )


def _shown(data: Dataset, value: Any, options: CheckOptions) -> Any:
    unnamed = options.show_keys or not isinstance(value, str) or not names_subject(data, value)
    return _plain(value) if unnamed else WITHHELD


def _first(mask: Mask, count: int) -> NDArray[np.intp]:
    """Positions of the first records under a mask; what comes after them is not looked at."""
    found: list[int] = []
    start = 0
    while len(found) < count and start < len(mask):
        start += int(mask[start:].argmax())
        if not mask[start]:
            break
        found.append(start)
        start += 1
    return np.array(found, dtype=np.intp)


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
