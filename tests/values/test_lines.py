"""Columns become lines a block at a time; distinct values become text once."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from adamgate.converters.values.arrow_columns import Shape
from adamgate.converters.values.lines import fetched, lines
from adamgate.schemas.study.dataset import Dataset


def counting(calls):
    def tokens(values):
        calls.append(len(values))
        return values.cast(pa.large_string())

    return tokens


def of_categories(codes, names):
    codes = pd.Categorical.from_codes(codes, pd.Index(names, dtype=object))
    return Dataset.from_frame(pd.DataFrame({"T": codes}), "ADX")


def test_categories_become_text_once_for_as_long_as_they_are_the_same():
    """Else the time grows with records times distinct values, and identifiers are many."""
    calls, records = [], 100_001
    dataset = of_categories(np.arange(records) // 4, [f"S{number}" for number in range(records // 4 + 2)])
    column = fetched(dataset, dataset.variables[0], Shape.TEXT, counting(calls))
    written = b"".join(lines([column], records, null="", end="\n"))
    assert calls == [records // 4 + 2]
    assert written.decode().split() == dataset["T"].tolist()
    assert column(records - 1, 5).to_pylist() == [f"S{records // 4}"]


def test_no_category_that_no_record_has_is_written():
    dataset = of_categories([0, -1, 2], ["a", "hidden", "c"])
    column = fetched(dataset, dataset.variables[0], Shape.TEXT, counting([]))
    assert b"".join(lines([column], 3, null="-", end="\n")) == b"a\n-\nc\n"
    nothing = fetched(empty := of_categories([-1, -1], []), empty.variables[0], Shape.TEXT, counting([]))
    assert b"".join(lines([nothing], 2, null="-", end="\n")) == b"-\n-\n"


@pytest.mark.parametrize(("records", "told"), [(0, []), (5, [5]), (70_000, [32_768, 65_536, 70_000])])
def test_records_are_told_after_their_block_was_taken(records, told):
    heard = []
    dataset = of_categories(np.zeros(records, int), ["a"])
    column = fetched(dataset, dataset.variables[0], Shape.TEXT, counting([]))
    taken = 0
    for some in lines([column], records, null="", end="\n", told=heard.append):
        assert heard == told[: len(heard)]
        assert not heard or heard[-1] == taken
        taken += len(some) // 2
    assert heard == told
