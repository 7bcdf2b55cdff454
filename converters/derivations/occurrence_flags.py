"""Flags of one record per group within a subject: first occurrences, and those of the worst severity."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ...schemas.study.columns import Mask, Numbers
from ...schemas.study.dataset import Dataset
from ...schemas.wording import counted
from .choosing import chosen, order_key
from .column_values import yes
from .derived_table import DerivedTable
from .occurrence_flag_options import OccurrenceFlag
from .severities import severity_ranks
from .table_condition import selected_by


def flag_variable(name: str, flag: OccurrenceFlag) -> str:
    """The variable that a table derives."""
    return flag.variable or name


def add_flag(table: DerivedTable, name: str, flag: OccurrenceFlag) -> None:
    """Derive a flag."""
    named = {"by": flag.by, "order": flag.order, "worst": (flag.worst,) if flag.worst else ()}
    needed = {each.upper(): f"[flag.{name}] {key}" for key, variables in named.items() for each in variables}
    found = selected_by(table, flag.where, f"[flag.{name}] where", needed)
    if found is None:
        return
    data, selected = found
    flagged = selected if flag.take == "all" else _Flagging(table, name, flag, data).flagged(selected)
    variable = flag_variable(name, flag)
    table.effect(f"flag.{name}", flag.take, f"{variable} is Y", flagged)
    table.add(variable, yes(flagged), flag.label)


@dataclass(frozen=True, eq=False)
class _Flagging:
    """A flag of one record per group, and the variables that it goes by."""

    table: DerivedTable
    name: str
    flag: OccurrenceFlag
    data: Dataset

    def flagged(self, selected: Mask) -> Mask:
        """The record of each group that comes first by the keys."""
        flag = self.flag
        among = np.flatnonzero(selected & self._grouped(selected))
        groups = self.data.groups("USUBJID", *flag.by, among=among)
        _, groups = np.unique(groups, return_inverse=True)
        keys = [key[among] for key in self._keys()]
        last = flag.same_order == "last"
        found = chosen(among, groups.reshape(-1), keys, len(self.data), last=last)
        self._judge_alike(found.alike)
        flagged = np.zeros(len(self.data), dtype=np.bool_)
        flagged[found.record] = True
        return flagged

    def _grouped(self, selected: Mask) -> Mask:
        """Records that belong to a group."""
        flag, missing = self.flag, np.zeros(len(self.data), dtype=np.bool_)
        for variable in flag.by:
            missing = missing | self.data.missing(variable)
        own_group = flag.missing_group == "group"
        if flag.by:
            effect = (
                f"{' or '.join(flag.by)} missing: {'a group of their own' if own_group else 'not flagged'}"
            )
            policy = f"flag.{self.name}: missing_group"
            self.table.effect(policy, flag.missing_group, effect, missing & selected)
        return np.ones(len(self.data), dtype=np.bool_) if own_group else ~missing

    def _keys(self) -> Iterator[Numbers]:
        """What is compared within a group, the smallest first; infinite where missing."""
        flag, data = self.flag, self.data
        if flag.worst:
            place = f"[flag.{self.name}] worst"
            severity = severity_ranks(data, flag.worst, flag.severities, self.table.task.account, place)
            yield np.where(np.isnan(severity), np.inf, -severity)
        for variable in flag.order:
            yield order_key(data, variable, last=flag.take == "last")

    def _judge_alike(self, alike: Mask) -> None:
        flag = self.flag
        if flag.same_order != "error":
            effect = f"order does not distinguish these: the {flag.same_order} by position"
            self.table.effect(f"flag.{self.name}: same_order", flag.same_order, effect, alike)
        elif alike.any():
            number, variable = counted(int(alike.sum()), "record"), flag_variable(self.name, flag)
            self.table.task.account.problem(
                f"order does not distinguish {number}, of which {variable} is one per group",
                f"[flag.{self.name}] order",
                'add variables to order, or declare same_order = "first"',
                self.data,
                alike,
            )
