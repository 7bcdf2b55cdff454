"""Flags of one record per group within a subject: first occurrences, and those of the worst severity."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ....schemas.study.columns import Codes, Mask, Numbers
from ....schemas.study.dataset import Dataset
from ....schemas.wording import counted
from ..assembled import ordered
from .event_table import EventTable, flags
from .options import OccurrenceFlag
from .queries import selected_by
from .severities import severity_ranks


def add_flag(table: EventTable, name: str, flag: OccurrenceFlag) -> None:
    """Derive a flag."""
    place = f"[flag.{name}]"
    needed = (*flag.by, *flag.order, *([flag.worst] if flag.worst else []))
    found = selected_by(table, flag.where, place, needed)
    if found is None:
        return
    data, selected = found
    if flag.take == "all":
        flagged = selected
    else:
        grouped = selected & _grouped(table, name, flag, data, selected)
        keys = _keys(table, flag, data, place)
        if keys is None:
            return
        flagged = _one_of_each_group(table, name, flag, data, np.flatnonzero(grouped), keys)
    table.effect(f"flag.{name}", flag.take, f"{name} is Y", flagged)
    table.add(name, flags(flagged), flag.label)


def _grouped(table: EventTable, name: str, flag: OccurrenceFlag, data: Dataset, selected: Mask) -> Mask:
    """Records that belong to a group."""
    missing = np.zeros(len(data), dtype=np.bool_)
    for variable in flag.by:
        missing = missing | data.missing(variable)
    if flag.by:
        doing = "a group of their own" if flag.missing_group == "group" else "not flagged"
        table.effect(
            f"flag.{name}: missing_group",
            flag.missing_group,
            f"{' or '.join(flag.by)} missing: {doing}",
            missing & selected,
        )
    return np.ones(len(data), dtype=np.bool_) if flag.missing_group == "group" else ~missing


def _keys(table: EventTable, flag: OccurrenceFlag, data: Dataset, place: str) -> list[Numbers] | None:
    """What is compared within a group, the smallest first; infinite where missing."""
    keys = []
    if flag.worst:
        severity = severity_ranks(data, flag.worst, flag.severities, table.task.account, f"{place} worst")
        if severity is None:
            return None
        keys.append(np.where(np.isnan(severity), np.inf, -severity))
    return [*keys, *_order_keys(flag, data)]


def _order_keys(flag: OccurrenceFlag, data: Dataset) -> Iterator[Numbers]:
    for variable in flag.order:
        if data.is_character(variable):
            values = ordered(data[variable]).astype(np.float64)
        elif data[variable].dtype.kind == "M":
            values = data[variable].to_numpy(dtype="datetime64[us]").astype(np.int64).astype(np.float64)
        else:
            values = data.numbers(variable)
        missing = data.missing(variable)
        yield np.where(missing, np.inf, values if flag.take == "first" else -values)


def _one_of_each_group(
    table: EventTable, name: str, flag: OccurrenceFlag, data: Dataset, among: Codes, keys: list[Numbers]
) -> Mask:
    """The record of each group that comes first by the keys."""
    groups, n_groups = _numbered(data.groups("USUBJID", *flag.by, among=among))
    left = np.arange(len(among))
    for key in keys:
        left = _smallest(left, groups, key[among], n_groups)
    several = np.bincount(groups[left], minlength=n_groups)[groups] > 1
    alike = np.zeros(len(data), dtype=np.bool_)
    alike[among[left[several[left]]]] = True
    if flag.same_order == "error":
        number = counted(int(alike.sum()), "record")
        advice = f'order them, or declare same_order = "first" in [flag.{name}]'
        what = f"{number} that {name} cannot choose between"
        if alike.any():
            table.task.account.problem(what, f"[flag.{name}] order", advice, table.source, alike)
    else:
        effect = f"order does not tell these apart: the {flag.same_order} by position"
        table.effect(f"flag.{name}: same_order", flag.same_order, effect, alike)
        position = among.astype(np.float64)
        left = _smallest(left, groups, position if flag.same_order == "first" else -position, n_groups)
    flagged = np.zeros(len(data), dtype=np.bool_)
    flagged[among[left]] = True
    return flagged


def _numbered(groups: Codes) -> tuple[Codes, int]:
    if not len(groups):
        return groups, 0
    used, codes = np.unique(groups, return_inverse=True)
    return codes.astype(np.intp), len(used)


def _smallest(left: Codes, groups: Codes, key: Numbers, n_groups: int) -> Codes:
    """Of some records those that have the smallest key of their group."""
    smallest = np.full(n_groups, np.inf)
    np.minimum.at(smallest, groups[left], key[left])
    return left[key[left] == smallest[groups[left]]]
