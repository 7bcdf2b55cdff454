"""What a column is to the writers: by what it holds, and as it is declared."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pytest

import adamgate as ag
from adamgate.converters.values.arrow_columns import Shape, arrow_column, shape_of, with_nulls
from adamgate.converters.values.text_column import TextColumn
from adamgate.schemas.study.dataset import Dataset
from adamgate.schemas.study.variable import Variable

EVENT = Variable("EVENT", "Event occurred", "Num", data_type="boolean")
CNSR = Variable("CNSR", "Censor", "Num", data_type="integer")


def of(event, cnsr, *variables):
    return Dataset("T", pd.DataFrame({"EVENT": event, "CNSR": cnsr}), variables)


DECLARED = of([True, False], [0, 2], EVENT, CNSR)
PLAIN = of([True, False], [0, 2], Variable("EVENT", type="Num"), Variable("CNSR", type="Num"))
READ = of([1.0, 0.0], [0.0, 2.0], EVENT, CNSR)


@pytest.mark.parametrize(
    ("dataset", "shapes", "types"),
    [
        (DECLARED, [Shape.TRUTH, Shape.WHOLE], [pa.bool_(), pa.int64()]),
        (PLAIN, [Shape.NUMBER, Shape.NUMBER], [pa.float64(), pa.float64()]),
        (READ, [Shape.NUMBER, Shape.NUMBER], [pa.float64(), pa.float64()]),
    ],
    ids=["declared and held", "held, not declared", "declared, not held"],
)
def test_truth_values_and_whole_numbers_need_both_declaration_and_column(dataset, shapes, types):
    assert [shape_of(dataset, each) for each in dataset.variables] == shapes
    columns = [arrow_column(dataset, each) for each in dataset.variables]
    assert [each.type for each in columns] == types
    assert [each.to_pylist() for each in columns] == [[1, 0], [0, 2]]


@pytest.mark.filterwarnings("ignore::adamgate.MetadataNotKept")  # CSV has no place for declared types
@pytest.mark.parametrize("suffix", ["csv", "parquet", "json", "ndjson"])
def test_every_format_reads_them_back_as_the_same_numbers(tmp_path, suffix):
    ag.write(DECLARED, tmp_path / f"t.{suffix}")
    (back,) = ag.read(tmp_path / f"t.{suffix}")
    assert back["EVENT"].tolist() == [1.0, 0.0]
    assert back["CNSR"].tolist() == [0.0, 2.0]
    assert [each.label for each in back.variables] == ["Event occurred", "Censor"]


def test_parquet_and_dataset_json_keep_what_they_are(tmp_path):
    ag.write(DECLARED, tmp_path / "t.parquet")
    assert pd.read_parquet(tmp_path / "t.parquet").dtypes.tolist() == [np.dtype(bool), np.dtype("int64")]
    ag.write(DECLARED, tmp_path / "t.ndjson")
    assert (tmp_path / "t.ndjson").read_text().splitlines()[1:] == ["[true,0]", "[false,2]"]
    for name in ("t.parquet", "t.ndjson"):
        (back,) = ag.read(tmp_path / name)
        assert [each.data_type for each in back.variables] == ["boolean", "integer"]


def test_they_are_described_as_numbers():
    event, cnsr = ag.describe(DECLARED, ranges=True).variables
    assert (event.kind, event.first, event.last) == ("", 0.0, 1.0)
    assert (cnsr.kind, cnsr.first, cnsr.last) == ("", 0.0, 2.0)


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.large_binary()])
@pytest.mark.parametrize("first", range(4))
def test_null_in_place_of_some_texts_of_a_part_leaves_the_others(kind, first):
    texts = pa.array(["a", "bb", "", "ccc", None, "dddd"]).cast(kind)[first:]
    kept = [None if each in ("", b"", None) else each for each in texts.to_pylist()]
    assert with_nulls(texts, pc.equal(texts.cast(pa.large_binary()), b"")).to_pylist() == kept


def test_parts_of_a_column_lose_no_text_where_others_become_null():
    column = TextColumn(pa.array(["x", "NA", "yy", "NA", "zzz"], pa.large_string())[1:], None)
    assert column.without(["NA"]).array().to_pylist() == [None, "yy", None, "zzz"]
