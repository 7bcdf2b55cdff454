"""Parameters that are calculated from others of the same subject, visit and date."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ....schemas.conditions.arithmetic import Arithmetic, compile_arithmetic, rounded_to
from ....schemas.study.columns import Codes, Mask, Numbers
from ....schemas.study.dataset import Dataset
from ....schemas.wording import counted, did_you_mean
from ..assembled import KEYS
from ..column_values import taken
from .measurement_table import MeasurementTable, has_value
from .options import Measurement
from .parts import paramcd_of
from .stacked_columns import constants


def add_calculated(table: MeasurementTable, name: str, measurement: Measurement) -> None:
    """Take the records of a parameter that has an expression."""
    place = f"[measurement.{name}]"
    by = table.options.by if measurement.by is None else measurement.by
    values = ["AVAL", "AVALC"] if "AVALC" in table.columns else ["AVAL"]
    wanted = dict.fromkeys(["USUBJID", "PARAMCD", *values], place) | dict.fromkeys(by, f"{place} by")
    if measurement.where:
        found = table.selected(measurement.where, f"{place} where", wanted)
        if found is None:
            return
        data, selected = found
    else:
        part = table.part(wanted)
        if part is None:
            return
        data, selected = part, np.ones(len(table), dtype=np.bool_)
    arithmetic = compile_arithmetic(measurement.expression, f"{place} expression")
    _Calculation(table, name, measurement, by, data, arithmetic).add(selected)


@dataclass(frozen=True, eq=False)
class _Calculation:
    table: MeasurementTable
    name: str
    measurement: Measurement
    by: tuple[str, ...]
    data: Dataset
    arithmetic: Arithmetic

    @property
    def paramcd(self) -> str:
        return paramcd_of(self.name, self.measurement)

    def add(self, selected: Mask) -> None:
        names = dict.fromkeys(each.upper() for each in self.arithmetic.variables)
        operands = {each: selected & self.data.equals("PARAMCD", each) for each in names}
        self._require_records(operands)
        varying = [each for each in operands if each not in self.measurement.constant]
        has_operand = np.logical_or.reduce([operands[each] for each in varying])
        own = self.data.equals("PARAMCD", self.paramcd) & has_value(self.data)
        among = np.flatnonzero(has_operand | own)
        groups, first = _numbered(self.data.groups("USUBJID", *self.by, among=among))
        first = among[first]  # a record of each combination
        n_groups = len(first)
        values = {}
        for each, is_operand in operands.items():
            if each in varying:
                values[each] = self._values(each, is_operand[among], among, groups, n_groups)
            else:
                at = np.flatnonzero(is_operand)
                n_subjects = len(self.table.task.adsl)
                of_subject = self._values(each, is_operand[at], at, self.table.subject[at], n_subjects)
                values[each] = of_subject[self.table.subject[first]]
        operand_values = Dataset.from_frame(pd.DataFrame(values), self.table.task.name)
        result = rounded_to(self.measurement.decimals, self.arithmetic.values(operand_values))
        undefined = self.arithmetic.undefined(operand_values)
        with_operand = _any(has_operand[among], groups, n_groups)
        self._count(first, with_operand & np.isnan(result) & ~undefined, undefined)
        calculated = ~np.isnan(result)
        if self.measurement.collected:
            collected = _any(own[among], groups, n_groups)
            self._judge_collected(own, among, (calculated & collected)[groups])
            calculated &= ~collected
        self._append(first[calculated], result[calculated])

    def _append(self, at: Codes, aval: Numbers) -> None:
        """New records, with `by` of the records at some positions."""
        every = np.ones(len(at), dtype=np.bool_)
        dtype = {"DTYPE": constants(self.measurement.dtype, every)} if self.measurement.dtype else {}
        columns = {
            "PARAMCD": constants(self.paramcd, every),
            "AVAL": pd.Series(aval),
            **dtype,
            **{each: taken(self.data[each], at) for each in self.by if each not in KEYS},
        }
        self.table.append(self.table.subject[at], columns)

    def _judge_collected(self, own: Mask, among: Codes, both: Mask) -> None:
        """Collected records of combinations for which there is a calculated value, too."""
        concerned = np.zeros(len(self.data), dtype=np.bool_)
        concerned[among[both]] = True
        concerned &= own
        if self.measurement.prefer == "error":
            number = counted(int(concerned.sum()), "record")
            what = f"{number} of {self.paramcd} collected in combinations for which it can be calculated"
            place = f"[measurement.{self.name}] prefer"
            self.table.problem(what, place, 'declare prefer = "collected", or restrict by where', concerned)
        else:
            effect = f"{self.paramcd} is collected: not calculated"
            self.table.effect(f"measurement.{self.name}: prefer", "collected", effect, concerned)

    def _require_records(self, operands: Mapping[str, Mask]) -> None:
        """Note a parameter that no record is of, which may be misspelt."""
        if self.measurement.may_be_empty:
            return
        parameters = [str(each) for each in self.data.distinct("PARAMCD")]
        for each, own in operands.items():
            if not own.any():
                advice = f"{did_you_mean(each, parameters)}; or declare may_be_empty = true"
                place = f"[measurement.{self.name}] expression"
                self.table.task.account.problem(f"no record is of {each}", place, advice)

    def _values(self, operand: str, own: Mask, among: Codes, groups: Codes, n_groups: int) -> Numbers:
        """The value of a parameter in each group; NaN for none."""
        value = self.data.numbers("AVAL")[among]
        used = own & ~np.isnan(value)
        count = np.bincount(groups[used], minlength=n_groups)
        several = used & (count[groups] > 1)
        concerned = np.zeros(len(self.data), dtype=np.bool_)
        concerned[among[several]] = True
        place = f"[measurement.{self.name}]"
        if self.measurement.several == "error":
            number = counted(int(several.sum()), "record")
            what = f"{number} of {operand} share what {self.paramcd} has one record for"
            advice = 'add variables to by, or declare several = "mean"'
            self.table.problem(what, f"{place} several", advice, concerned)
        else:
            effect = f"records of {operand} in one combination: their mean"
            self.table.effect(f"measurement.{self.name}: several", "mean", effect, concerned)
        return means(groups[used], value[used], n_groups)

    def _count(self, first: Codes, incomplete: Mask, undefined: Mask) -> None:
        policy = f"measurement.{self.name}: expression"
        for mask, effect in (
            (incomplete, "a parameter has no value: no record"),
            (undefined, "not defined: no record"),
        ):
            concerned = np.zeros(len(self.data), dtype=np.bool_)
            concerned[first[mask]] = True
            self.table.effect(policy, self.measurement.expression, effect, concerned)


def _any(of_records: Mask, groups: Codes, n_groups: int) -> Mask:
    """Whether some record of each group is one of these."""
    found = np.zeros(n_groups, dtype=np.bool_)
    found[groups[of_records]] = True
    return found


def _numbered(groups: Codes) -> tuple[Codes, Codes]:
    """Groups numbered from 0 in the order in which they come, and the first record of each."""
    codes, _ = pd.factorize(groups)
    n_groups = int(codes.max()) + 1 if len(codes) else 0
    first = np.full(n_groups, len(codes), dtype=np.intp)
    np.minimum.at(first, codes, np.arange(len(codes)))
    return codes.astype(np.intp), first


def means(groups: Codes, values: Numbers, n_groups: int) -> Numbers:
    """The mean of each group, whatever the order of the records; NaN for none."""
    return sums(groups, values, n_groups, mean=True)


def sums(groups: Codes, values: Numbers, n_groups: int, *, mean: bool = False) -> Numbers:
    """The sum of each group, whatever the order of the records; NaN for none.

    Values are added by size, so that the last digit does not depend on where they were.
    """
    order = np.lexsort([values, groups])
    count = np.bincount(groups, minlength=n_groups)
    found = np.full(n_groups, np.nan)
    used = count > 0
    if used.any():
        starts = (np.cumsum(count) - count)[used]
        total = np.add.reduceat(values[order].astype(np.longdouble), starts)
        found[used] = (total / count[used] if mean else total).astype(np.float64)
    return found
