"""The records of the sources: of one findings domain, or of several below each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from ....schemas.conditions.three_valued import constant_kind
from ....schemas.study.columns import Codes
from ....schemas.study.dataset import Dataset
from ....schemas.study.raw_places import RawPlaces, after_each_other, unknown_places
from ....schemas.study.variable import SpecialMissing, Variable
from ....schemas.wording import did_you_mean
from ..sources import dataset_called
from ..supplement import supplemented
from ..task import DerivationTask
from ..templates import variables_in
from .options import ANY_DOMAIN, Measurements
from .parts import MeasurementParts, collected_of
from .stacked_columns import missing_like, stacked

_ROLES = ("TESTCD", "TEST", "STRESN", "STRESC", "STRESU", "DTC", "SEQ")
"""What variables of each domain are called after its two letters, which derivations ask for."""


@dataclass(frozen=True, eq=False)
class Findings:
    """Records of sources, with their supplemental qualifiers.

    Attributes
    ----------
    data : Dataset
        All of them. Of several domains, what each calls by its own name (LBSTRESN, VSSTRESN) is also in one
        variable (--STRESN).
    sources : tuple of Dataset
    source : ndarray of int, shape (n_records,)
        Position of the source of each record.
    """

    data: Dataset
    sources: tuple[Dataset, ...]
    source: Codes

    def note_used(self, task: DerivationTask, records: Codes) -> None:
        """Note the records that have a place in the derived dataset."""
        start = 0
        for at, each in enumerate(self.sources):
            task.account.used(each, records[self.source[records] == at] - start)
            start += len(each)


def findings(task: DerivationTask, options: Measurements, parts: MeasurementParts) -> Findings:
    """The records of the declared sources.

    Raises
    ------
    DerivationRefused
        If one of them is not present, or they do not fit each other.
    """
    declared = {name: _source(task, name) for name in options.sources}
    task.account.require_none()
    found = {name: each for name, each in declared.items() if each is not None}
    sources = tuple(supplemented(task, options, name, each) for name, each in found.items())
    task.account.require_none()
    if len(sources) == 1:
        return Findings(sources[0], sources, np.zeros(len(sources[0]), dtype=np.intp))
    _require_in_each(task, options, parts, sources)
    roles = dict.fromkeys([*_ROLES, *_named(options, parts)]) if options.prefix == ANY_DOMAIN else {}
    together = _together(task, sources, tuple(roles))
    task.account.require_none()
    return Findings(together, sources, np.repeat(np.arange(len(sources)), [len(each) for each in sources]))


def _source(task: DerivationTask, name: str) -> Dataset | None:
    account, place = task.account, f"[derive.{task.name}] dataset"
    data = dataset_called(name, task.study)
    if data is None:
        advice = did_you_mean(name, task.study.datasets)
        account.problem(f"dataset {name} is not present", place, advice)
    elif "USUBJID" not in data:
        account.problem(f"USUBJID is not present in {data.name}", place, did_you_mean("USUBJID", data.names))
    return data


def _named(options: Measurements, parts: MeasurementParts) -> Iterator[str]:
    """What texts name of any domain: TEST of ``"{--TEST}"``."""
    for template in (options.param, *(each.param for each in parts.measurements.values())):
        for name in variables_in(template, ""):
            if name.startswith(ANY_DOMAIN):
                yield name.removeprefix(ANY_DOMAIN)


def _require_in_each(
    task: DerivationTask, options: Measurements, parts: MeasurementParts, sources: Sequence[Dataset]
) -> None:
    """Variables that are derived of each record are in each source: else they would be missing in some."""
    collected = [parts.measurements[name] for name in collected_of(parts)]
    has_aval = bool(options.param) or not all(each.aval for each in collected)
    for name, data in zip(options.sources, sources, strict=True):
        prefix = name[:2]
        needed = {
            "dataset": f"{prefix}TESTCD",
            **({"aval": options.aval or f"{prefix}STRESN"} if has_aval else {}),
            "date": options.date or f"{prefix}DTC",
            **({"unit": options.unit} if options.unit else {}),
            **({"avalc": f"{prefix}STRESC"} if options.avalc != "none" else {}),
            **({"trace": f"{prefix}SEQ"} if options.trace else {}),
        }
        for key, variable in needed.items():
            if variable not in data:
                what, advice = f"{variable} is not present in {data.name}", did_you_mean(variable, data.names)
                task.account.problem(what, f"[derive.{task.name}] {key}", advice)


def _together(task: DerivationTask, sources: Sequence[Dataset], roles: Sequence[str]) -> Dataset:
    """All records, with the variables of all sources; those that a source does not have are missing."""
    names = dict.fromkeys(each.upper() for data in sources for each in data.names)
    parts: dict[str, list[str | None]] = {
        name: [name if name in data else None for data in sources] for name in names
    }
    for role in roles:
        own = [f"{data.name[:2]}{role}" for data in sources]
        present = [each if each in data else None for each, data in zip(own, sources, strict=True)]
        if any(present):
            parts[f"{ANY_DOMAIN}{role}"] = present
    columns: dict[str, pd.Series] = {}
    variables: list[Variable] = []
    special: dict[str, SpecialMissing] = {}
    for name, of_sources in parts.items():
        if _is_of_one_type(task, sources, name, of_sources):
            columns[name] = _column(sources, of_sources)
            variables.append(_variable(sources, name, of_sources))
            special |= _special(sources, name, of_sources)
    frame = pd.DataFrame(columns, copy=False)
    return Dataset(
        " and ".join(each.name for each in sources),
        frame,
        tuple(variables),
        special_missing=special,
        raw_places=_raw_places(sources),
    )


def _raw_places(sources: Sequence[Dataset]) -> RawPlaces | None:
    """The raw records of all records; None if those of no source are known."""
    if all(each.raw_places is None for each in sources):
        return None
    return after_each_other(
        unknown_places(len(each)) if each.raw_places is None else each.raw_places.load() for each in sources
    )


def _is_of_one_type(
    task: DerivationTask, sources: Sequence[Dataset], name: str, own: Sequence[str | None]
) -> bool:
    kinds: Mapping[str, str] = {
        data.name: constant_kind(data, each)
        for data, each in zip(sources, own, strict=True)
        if each and data.filled(each).any()
    }
    if len({*kinds.values()}) > 1:
        typed = ", ".join(f"{kind} in {source}" for source, kind in kinds.items())
        what = f"{name} is of several types: {typed}"
        task.account.problem(what, f"[derive.{task.name}] dataset", "convert it in one of the sources")
        return False
    return True


def _column(sources: Sequence[Dataset], own: Sequence[str | None]) -> pd.Series:
    like = next(data[each] for data, each in zip(sources, own, strict=True) if each)
    return stacked(
        data[each] if each else missing_like(like, len(data)) for data, each in zip(sources, own, strict=True)
    )


def _variable(sources: Sequence[Dataset], name: str, own: Sequence[str | None]) -> Variable:
    """As the first source describes it that has it; a text as long as the longest."""
    found = [data.variable(each) for data, each in zip(sources, own, strict=True) if each]
    lengths = [each.length for each in found if each.length is not None]
    return replace(found[0], name=name, length=max(lengths) if len(lengths) == len(found) else None)


def _special(sources: Sequence[Dataset], name: str, own: Sequence[str | None]) -> dict[str, SpecialMissing]:
    """Special missing values at the positions that their records have now."""
    starts = np.cumsum([0, *(len(data) for data in sources)])
    found = [
        SpecialMissing(each.records + start, each.tags)
        for data, of_data, start in zip(sources, own, starts, strict=False)
        for key, each in data.special_missing.items()
        if of_data and key.upper() == of_data.upper()
    ]
    if not found:
        return {}
    records, tags = (np.concatenate([getattr(each, key) for each in found]) for key in ("records", "tags"))
    return {name: SpecialMissing(records, tags)}
