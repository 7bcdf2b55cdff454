"""Columns become lines a block at a time; distinct values become text once."""

import pyarrow as pa
import pytest

from adamgate.converters.values.lines import block, lines


def counting(calls):
    def tokens(values):
        calls.append(len(values))
        return values.cast(pa.large_string())

    return tokens


@pytest.mark.parametrize("records", [1, 32_768, 100_001])
def test_text_of_distinct_values_is_made_once_however_many_blocks(records):
    """Else the time grows with records times distinct values, and identifiers are many."""
    calls = []
    column = pa.array([f"S{number // 4}" for number in range(records)]).dictionary_encode()
    written = b"".join(lines([block(column, counting(calls))], records, null="", end="\n"))
    assert calls == [len(column.dictionary)]
    assert written.decode().split() == column.to_pylist()


def test_nulls_and_an_empty_dictionary():
    column = pa.DictionaryArray.from_arrays(pa.array([None, None], pa.int32()), pa.array([], pa.string()))
    written = b"".join(lines([block(column, counting([]))], 2, null="-", end="\n"))
    assert written == b"-\n-\n"
