"""Records that two files of a table have, equal in every column: one file has records of the other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import pandas as pd

from ...schemas.study.columns import Codes, Mask
from ...schemas.wording import counted
from .mapping_options import RawDataset
from .raw_account import RawAccount
from .raw_records import RawRecords
from .raw_table import RawTable


def judge_repeated_records(
    name: str, options: RawDataset, tables: Sequence[RawTable], account: RawAccount
) -> None:
    """Note records that another file has, too: an error, or kept as declared."""
    if len(tables) < 2:
        return
    columns = dict.fromkeys(column for each in tables for column in each.columns)
    records = RawRecords.of(tables, columns)
    repeated, others = _repeated(records)
    if options.same_records == "keep":
        effect = "records equal in every column to one of another file, kept"
        account.note("same_records", "keep", effect, int(repeated.sum()))
        return
    pairs = Counter(zip(others[repeated].tolist(), records.table[repeated].tolist(), strict=True))
    for (first, second), number in sorted(pairs.items()):
        own = repeated & (others == first) & (records.table == second)
        account.problem(
            f"{counted(number, 'record')} of {records.tables[second]} equal in every column to records of "
            f"{records.tables[first]}; first: {records.place(own)}",
            f"[raw.{name}] files",
            'remove what was delivered twice, or declare same_records = "keep"',
        )


def _repeated(records: RawRecords) -> tuple[Mask, Codes]:
    """Records that an earlier file has, and the first file with each record."""
    keys = np.zeros(len(records), dtype=np.intp)
    for column in records.columns.values():
        keys = pd.factorize(keys * (len(column) + 1) + column.codes + 1)[0]
    first = np.full(int(keys.max(initial=-1)) + 1, len(records.tables), dtype=np.intp)
    np.minimum.at(first, keys, records.table)
    others = first[keys]
    return others < records.table, others
