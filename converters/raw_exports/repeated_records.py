"""Records that two files of a table have, equal in every column: one file has records of the other."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ...schemas.study.columns import Codes
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
    first = first_alike(records)
    repeated = records.table[first] < records.table
    if options.same_records == "keep":
        effect = "records equal in every column to one of another file, kept"
        account.note("same_records", "keep", effect, int(repeated.sum()))
        return
    (at,) = np.nonzero(repeated)
    pairs = pd.DataFrame({"other": records.table[first[at]], "own": records.table[at], "at": at})
    for _, alike in pairs.groupby(["other", "own"], sort=True)["at"]:
        here, there = int(alike.iloc[0]), int(first[alike.iloc[0]])
        one, other = (records.tables[records.table[each]] for each in (here, there))
        account.problem(
            f"{counted(len(alike), 'record')} of {one} equal in every column to records of {other}; "
            f"first: {records.place_of(here)} and {records.place_of(there)}",
            f"[raw.{name}] files",
            'remove what was delivered twice, or declare same_records = "keep"',
        )


def first_alike(records: RawRecords) -> Codes:
    """Position of the first record that is equal to each."""
    keys = np.zeros(len(records), dtype=np.intp)
    for column in records.columns.values():
        keys = pd.factorize(keys * (len(column) + 1) + column.codes + 1)[0]
    first = np.full(int(keys.max(initial=-1)) + 1, len(records), dtype=np.intp)
    np.minimum.at(first, keys, np.arange(len(records)))
    found: Codes = first[keys]
    return found
