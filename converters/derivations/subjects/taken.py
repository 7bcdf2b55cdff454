"""Dates and values of one record of each subject, from one source or several.

It is the first or the last by date, or the lowest or the highest by a value.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ....schemas.study.columns import Codes, Days, Mask, Numbers
from ....schemas.study.imputation import FLAG_VALUES
from ....schemas.study.variable import Variable
from ....schemas.wording import counted, did_you_mean
from ..assignments import Assignment, FromVariable
from ..clock_times import PARTS, stamps
from ..column_values import dates, texts
from ..dated_records import DatedRecords
from ..deciding import Deciding, first_of, last_of, order_advice
from ..merged_values import MixedTypes, ValuePart, merged
from .candidates import Candidates, candidates
from .declared import Declared
from .ways import LONGEST, flag_name, is_extreme, outputs


@dataclass(frozen=True, eq=False)
class Taken:
    """The record of each subject.

    Attributes
    ----------
    found : tuple of Candidates
        By source.
    source : ndarray of int, shape (n_subjects,)
        Position of the deciding source; -1 where a subject has no record.
    chosen : ndarray of int, shape (n_subjects,)
        Position among the records of that source.
    tied : ndarray of bool, shape (n_subjects,)
        Another source has a record at the same time, or with the same value.
    deciding : tuple of Deciding
        By source.
    """

    found: tuple[Candidates, ...]
    source: Codes
    chosen: Codes
    tied: Mask
    deciding: tuple[Deciding, ...]

    def of_source(self, at: int) -> Codes:
        """Positions of the subjects that a source decides."""
        return np.flatnonzero(self.source == at)

    def spread(self, by_source: list[Numbers]) -> Numbers:
        """What the chosen records have, one array for the records of each source; NaN without a record."""
        found = np.full(len(self.source), np.nan)
        for at, values in enumerate(by_source):
            own = self.of_source(at)
            found[own] = values[self.chosen[own]]
        return found


def add_taken(declared: Declared) -> bool:
    """Derive a date, or values, of the record that is taken; whether that was possible."""
    found = [candidates(declared, each) for each in declared.variable.sources]
    usable = [each for each in found if each is not None]
    if len(usable) < len(found):
        return False
    taken = _taken(declared, usable)
    _trace(declared, taken)
    _note(declared, taken)
    wanted = {each: each for each in declared.variable.also}
    if declared.variable.value:
        wanted[declared.name] = declared.variable.value
    possible = [_add_value(declared, taken, each, given) for each, given in wanted.items()]
    if not declared.variable.value:
        _add_date(declared, taken)
    return all(possible)


def _taken(declared: Declared, found: list[Candidates]) -> Taken:
    n_subjects, last = len(declared.table), declared.variable.take == "last"
    source = np.full(n_subjects, -1, dtype=np.intp)
    chosen, tied = source.copy(), np.zeros(n_subjects, dtype=np.bool_)
    best = np.full(n_subjects, np.nan)
    deciding = []
    for at, each in enumerate(found):
        one = (last_of if last else first_of)(each.deciding, n_subjects)
        deciding.append(one)
        better = np.isnan(best) | ((one.day >= best) if last else (one.day < best))
        better &= ~np.isnan(one.day)
        same = one.day == best
        tied = np.where(better & ~same, False, tied) | same
        source[better], chosen[better], best[better] = at, one.chosen[better], one.day[better]
    return Taken(tuple(found), source, chosen, tied, tuple(deciding))


def _note(declared: Declared, taken: Taken) -> None:
    """Count who has no record, and what decided between records and sources that are alike."""
    declared.effect("take", declared.variable.take, "without a record: missing", taken.source < 0)
    by_value = is_extreme(declared.variable)
    if not (by_value or declared.variable.value or declared.variable.also):
        return
    alike = "with the deciding value" if by_value else "on the deciding date"
    if len(taken.found) > 1:
        effect = f"with two sources {alike}"
        declared.effect("sources", "order of the list", effect, taken.tied)
    for at, each in enumerate(taken.deciding):
        source, own = declared.variable.sources[at], taken.source == at
        given = taken.found[at].records.source
        if given.order:
            effect = f"with several records of the source {alike}"
            order = ", ".join(given.order)
            declared.effect(f"source.{source}: order", order, effect, own & each.ordered)
        ambiguous = own & each.ambiguous
        if given.same_date == "error":
            number = counted(int(ambiguous.sum()), "subject")
            what = f"{number} with several records {alike} of {declared.name}"
            advice = order_advice(given, given.date if by_value else "")
            raw = declared.table.raw_places(declared.name) if ambiguous.any() else None
            declared.refuse(what, f"[source.{source}] order", advice, ambiguous, raw)
        else:
            effect = f"with records {alike} that order does not distinguish"
            value = given.same_date
            declared.effect(f"source.{source}: same_date", value, effect, ambiguous)


def _trace(declared: Declared, taken: Taken) -> None:
    """Note the records that the variables are of."""
    dated = () if declared.variable.value else outputs(declared.name, declared.variable)
    for at, each in enumerate(taken.found):
        own, records = taken.of_source(at), each.records
        record = records.record[taken.chosen[own]]
        values = {name: name for name in declared.variable.also}
        values |= {declared.name: declared.variable.value} if declared.variable.value else {}
        values |= {name: records.source.date for name in dated if name not in values}
        for name, given in values.items():
            declared.table.taken_from([name], own, records.dataset, record, given)


def _add_value(declared: Declared, taken: Taken, to: str, given: str) -> bool:
    """Derive a variable that has values of the records; whether that was possible."""
    parts = list(_parts(declared, taken, given))
    if len(parts) < len(taken.found):
        return False
    try:
        column = merged(len(declared.table), parts)
    except MixedTypes:
        what = f"{given} is not of one type in the sources"
        advice = "use values of one type: text, numbers or dates"
        declared.fail(what, "sources", advice)
        return False
    label = declared.variable.label if to == declared.name else ""
    declared.table.add(to, column, label, _described(taken, given))
    return True


def _parts(declared: Declared, taken: Taken, given: str) -> Iterator[ValuePart]:
    """The values by source; none of a source that does not have the variable, which is noted."""
    for at, each in enumerate(taken.found):
        own, records = taken.of_source(at), each.records
        value = assigned(records, given)
        if not isinstance(value, FromVariable):
            yield ValuePart(own, value)
        elif value.variable in records.dataset:
            at_record = records.record[taken.chosen[own]]
            column = records.dataset[value.variable].take(at_record).reset_index(drop=True)
            yield ValuePart(own, column)
        elif value.variable not in declared.table.failed:
            what = f"{given} is neither set by {records.name} nor present in {records.dataset.name}"
            advice = did_you_mean(given, [*records.source.set, *records.dataset.names])
            declared.fail(what, "value", advice)


def assigned(records: DatedRecords, name: str) -> Assignment:
    """What a source sets a variable to, else the variable of its dataset."""
    return records.source.set.get(name, FromVariable(name))


def _described(taken: Taken, given: str) -> Variable | None:
    """How a source describes a variable."""
    for each in taken.found:
        value = assigned(each.records, given)
        if isinstance(value, FromVariable) and value.variable in each.records.dataset:
            return each.records.dataset.variable(value.variable)
    return None


def _add_date(declared: Declared, taken: Taken) -> None:
    """Derive the date, its imputation flag, and the datetime with its own."""
    days: Days = taken.spread([each.records.day for each in taken.found])
    lacks = np.nan_to_num(_of_alike(taken, [each.records.lacks for each in taken.found], np.fmin))
    declared.add(dates(days))
    imputed = [each.records.source.impute not in ("", "none") for each in taken.found]
    if any(imputed) or lacks.any():
        add_date_flag(declared, lacks)
    if declared.variable.time:
        seconds = taken.spread([each.seconds for each in taken.found])
        known = _of_alike(taken, [each.known for each in taken.found], np.fmax)
        add_moment(declared, days, seconds, known)


def _of_alike(taken: Taken, by_source: Sequence[NDArray[Any]], better: np.ufunc) -> Numbers:
    """How much of each date was collected: of records that nothing tells apart the one with the most."""
    found = taken.spread([each.astype(np.float64) for each in by_source])
    for at, values in enumerate(by_source):
        records, one = taken.found[at].deciding, taken.deciding[at]
        alike = (taken.source == at) & one.ambiguous
        if records.source.same_date != "error" or not alike.any():
            continue
        (on_date,) = np.nonzero(alike[records.subject] & (records.day == one.day[records.subject]))
        better.at(found, records.subject[on_date], values[on_date])
    return found


def add_date_flag(declared: Declared, lacks: Numbers) -> None:
    """Derive the imputation flag of a date, by the position of the largest part that was imputed."""
    flag = flag_name(declared.name, declared.variable)
    if not flag and not declared.variable.flag:
        short = f"{declared.name[: LONGEST - 1]}F"
        what = f"the imputation flag {declared.name}F would have {len(declared.name) + 1} characters"
        declared.fail(what, "flag", f'declare flag = "{short}", or flag = "none"')
    if flag:
        declared.table.add(flag, texts(lacks.astype(np.int8) - 1, FLAG_VALUES[1:]))
    declared.effect("flag", flag or "none", "with an imputed date", lacks > 0)


def add_moment(declared: Declared, days: Days, seconds: Numbers, known: Numbers) -> None:
    """Derive the datetime beside a date, and the imputation flag of its time."""
    declared.table.add(f"{declared.name}M", pd.Series(stamps(days, np.nan_to_num(seconds))))
    open_ = ~np.isnan(days) & (known < len(PARTS))
    codes = np.where(open_, np.nan_to_num(known), -1).astype(np.int8)
    declared.table.add(f"{declared.name.removesuffix('DT')}TMF", texts(codes, PARTS))
    declared.effect("time", declared.variable.time, "times imputed in part or whole", open_)
