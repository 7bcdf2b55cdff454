"""Raw records of another form: one becomes several (long), or several become one (wide)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from ...schemas.study.columns import Codes, Distinct, Mask
from .mapping_options import ColumnUnit, ColumnValue, LongEntry, Wide
from .raw_records import RawRecords, all_missing, constant_column, recoded, text_of, together, used_only

Units = Sequence[Mapping[str, str]]
"""The units of the columns of each file, by the position of the file."""


def lengthened(records: RawRecords, entries: Sequence[LongEntry], units: Units) -> tuple[RawRecords, Mask]:
    """A record for each raw one and each entry, and which have a value in none of the entry's columns."""
    size, number = len(records), len(entries)
    again = np.tile(np.arange(size), number)
    names = dict.fromkeys(name for each in entries for name in each)
    new = {name: together([_of_entry(name, each, records, units) for each in entries]) for name in names}
    empty = np.concatenate([_empty(each, records) for each in entries])
    inner = np.arange(size * number).reshape(number, size).T.ravel()  # records of one raw record together
    return records.take(again).with_columns(new).take(inner), empty[inner]


def _of_entry(name: str, entry: LongEntry, records: RawRecords, units: Units) -> Distinct:
    new = entry.get(name)
    if new is None:
        return all_missing(len(records))
    if isinstance(new, ColumnValue):
        return constant_column(new.value, len(records))
    if isinstance(new, ColumnUnit):
        return used_only(recoded([each.get(new.column) for each in units], records.table))
    return records.columns[new]


def _empty(entry: LongEntry, records: RawRecords) -> Mask:
    missing = [records.columns[each].codes < 0 for each in entry.values() if isinstance(each, str)]
    return np.asarray(np.all(missing, axis=0))


def repeated_names(records: RawRecords, wide: Wide) -> Mask:
    """Records that have the name of another one with the same `by`."""
    keys = _groups(records, (*wide.by, wide.name))
    return np.asarray(np.bincount(keys)[keys] > 1) if len(keys) else np.zeros(0, dtype=np.bool_)


def widened(records: RawRecords, wide: Wide) -> RawRecords:
    """A record for each combination of `by`, with a column for each name; at the line of its first record."""
    groups = _groups(records, wide.by)
    first = pd.Series(groups).drop_duplicates().index.to_numpy()
    place = np.empty(len(first), dtype=np.intp)
    place[groups[first]] = np.arange(len(first))
    record = place[groups]
    names, values = records.columns[wide.name], records.columns[wide.value]
    kept = records.take(first)
    columns = {name: kept.columns[name] for name in wide.by}
    for code, name in enumerate(names):
        own = np.flatnonzero(names.codes == code)
        codes = np.full(len(first), -1, dtype=np.intp)
        codes[record[own]] = values.codes[own]
        columns[text_of(name)] = used_only(Distinct(values.held, codes))
    return RawRecords(kept.tables, kept.table, kept.line, columns)


def _groups(records: RawRecords, names: Sequence[str]) -> Codes:
    frame = pd.DataFrame({at: records.columns[name].codes for at, name in enumerate(names)})
    return frame.groupby(list(frame.columns), sort=False).ngroup().to_numpy().astype(np.intp)
