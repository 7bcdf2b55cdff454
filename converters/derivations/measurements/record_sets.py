"""Records that are derived from others: means, extremes, observations carried forward."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ....schemas.study.columns import Codes, Mask, Numbers
from ....schemas.study.dataset import Dataset
from ....schemas.wording import counted
from ..assembled import KEYS
from .calculated import sums
from .choosing import chosen, order_key
from .measurement_table import MeasurementTable
from .options import DerivedRecords
from .stacked_columns import constants, taken

SUMMARIES = ("mean", "median", "sum")


def add_records(table: MeasurementTable, name: str, declared: DerivedRecords) -> None:
    """Take the records of a declaration."""
    place = f"[record.{name}]"
    named = dict.fromkeys(declared.by, f"{place} by") | dict.fromkeys(declared.order, f"{place} order")
    if declared.visits:
        named["AVISITN"] = f"{place} visits"
    found = table.selected(declared.where, f"{place} where", {"AVAL": place, **named})
    if found is None:
        return
    data, selected = found
    if declared.missing_aval == "exclude":
        without = selected & data.missing("AVAL")
        table.effect(f"record.{name}: missing_aval", "exclude", "records without AVAL not used", without)
        selected = selected & ~without
    making = _Making(table, name, declared, data)
    if declared.take in SUMMARIES:
        count = making.summarise(selected)
    elif declared.visits:
        count = sum(
            making.copy(selected & before, {"AVISIT": avisit, "AVISITN": float(number)})
            for avisit, number, before in making.visits(selected)
        )
    else:
        count = making.copy(selected, {})
    effect = f"derived, DTYPE {making.dtype or 'missing'}"
    table.effect(f"record.{name}", declared.take, effect, _last(len(table), count))


def _last(n_records: int, count: int) -> Mask:
    return np.arange(n_records) >= n_records - count


@dataclass(eq=False)
class _Making:
    table: MeasurementTable
    name: str
    declared: DerivedRecords
    data: Dataset

    @property
    def dtype(self) -> str:
        return self.name if self.declared.dtype is None else self.declared.dtype

    def summarise(self, selected: Mask) -> int:
        """New records with a statistic of AVAL; how many."""
        among = np.flatnonzero(selected)
        groups, first = self._groups(among)
        values = self.data.numbers("AVAL")[among]
        by = [each for each in self.declared.by if each not in KEYS]
        columns = {each: taken(self.data[each], among[first]) for each in by}
        columns["AVAL"] = pd.Series(_statistic(self.declared.take, groups, values, len(first)))
        self.table.append(self.table.subject[among[first]], {**columns, **self._set(len(first), {})})
        return len(first)

    def copy(self, selected: Mask, given: Mapping[str, str | float]) -> int:
        """Copies of one record of each combination; how many."""
        among = np.flatnonzero(selected)
        groups, _ = self._groups(among)
        keys = [each[among] for each in self._keys()]
        last = self.declared.same_order == "last"
        found = chosen(among, groups, keys, len(self.data), last=last)
        self._judge_alike(found.alike)
        self.table.copy(found.record, self._set(len(found.record), given))
        return len(found.record)

    def visits(self, selected: Mask) -> list[tuple[str, float, Mask]]:
        """Each visit, and the records before it of combinations that have none of it."""
        number = self.data.numbers("AVISITN")
        groups = self.data.groups("USUBJID", *self.declared.by)
        _, groups = np.unique(groups, return_inverse=True)
        groups = groups.reshape(-1)
        found = []
        for avisit, of_visit in self.declared.visits.items():
            own = selected & (number == float(of_visit))
            has = np.zeros(int(groups.max()) + 1 if len(groups) else 0, dtype=np.bool_)
            has[groups[own]] = True
            found.append((avisit, float(of_visit), (number < float(of_visit)) & ~has[groups]))
        return found

    def _groups(self, among: Codes) -> tuple[Codes, Codes]:
        """Combinations numbered, and the first record of each among those."""
        groups = self.data.groups("USUBJID", *self.declared.by, among=among)
        _, first, codes = np.unique(groups, return_index=True, return_inverse=True)
        return codes.reshape(-1), first

    def _keys(self) -> list[Numbers]:
        """What is compared, the smallest first."""
        take = self.declared.take
        order = [order_key(self.data, each, last=take == "last") for each in self.declared.order]
        if take in ("first", "last"):
            return order
        value = self.data.numbers("AVAL")
        return [value if take == "minimum" else -value, *order]

    def _judge_alike(self, alike: Mask) -> None:
        full = np.zeros(len(self.table), dtype=np.bool_)
        full[: len(alike)] = alike
        policy = self.declared.same_order
        if policy == "error":
            number = counted(int(alike.sum()), "record")
            what = f"order does not distinguish {number}, of which {self.name} is one per combination"
            advice = 'add variables to order, or declare same_order = "first"'
            self.table.problem(what, f"[record.{self.name}] order", advice, full)
        else:
            effect = f"order does not distinguish these: the {policy} by position"
            self.table.effect(f"record.{self.name}: same_order", policy, effect, full)

    def _set(self, count: int, given: Mapping[str, str | float]) -> dict[str, pd.Series]:
        dtype = {"DTYPE": self.dtype} if self.dtype else {}
        values = {**dtype, **given, **self.declared.set}
        every = np.ones(count, dtype=np.bool_)
        return {name: constants(value, every) for name, value in values.items()}


def _statistic(take: str, groups: Codes, values: Numbers, n_groups: int) -> Numbers:
    if take == "median":
        order = np.lexsort([values, groups])
        count = np.bincount(groups, minlength=n_groups)
        start = np.cumsum(count) - count
        low, high = (values[order][start + each] for each in ((count - 1) // 2, count // 2))
        middle: Numbers = (low + high) / 2
        return middle
    return sums(groups, values, n_groups, mean=take == "mean")
