"""Writers take a dataset block by block: its columns may lie anywhere, the files are the same."""

import tempfile
import weakref
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_round_trip import HOLDS_SPECIAL_MISSING, NULL_IS_BLANK, OPTIONS, datasets, held_by

import adamgate as ag
from adamgate.converters.fixed_width import stored_columns
from adamgate.converters.formats import writable
from adamgate.converters.formats.parquet import writer
from adamgate.converters.formats.rds import writer as rds
from adamgate.converters.formats.xlsx import sheet_xml
from adamgate.converters.formats.xpt import read_back, survey
from adamgate.converters.values import lines
from adamgate.schemas.study.columns import InFrame

pytestmark = pytest.mark.filterwarnings("ignore::adamgate.converters.writing.losses.MetadataNotKept")

FORMATS = [suffix[1:] for suffix in writable()]


class Elsewhere:
    """Columns that are made when they are fetched, of which nobody may hold more than one.

    Once records are fetched part by part, no whole column is. Dictionaries are those of the part, in an
    order of their own, unless they are `shared`.
    """

    def __init__(self, dataset, *, shared=False):
        self.held = InFrame(dataset.frame, dataset.special_missing)
        self.shared, self.asked, self.last, self.fetched = shared, [], None, 0

    def __len__(self):
        return len(self.held)

    def column(self, name):
        assert self.last is None or self.last() is None, f"{name}: another column is still held"
        assert not self.asked, f"{name}: a whole column while blocks are written"
        self.fetched += 1
        made = self.made(self.held.column(name))
        self.last = weakref.ref(made)
        return made

    def part(self, name, first, count):
        part = self.held.part(name, first, count)
        if count:
            self.asked.append((name, first, count))
        return part.copy() if self.shared else self.made(part)

    def special_missing(self, name):
        return self.held.special_missing(name)

    def frame(self):
        raise AssertionError("nobody needs all columns at once")

    @staticmethod
    def made(column):
        if not isinstance(column.dtype, pd.CategoricalDtype):
            return column.copy()
        used = column.cat.remove_unused_categories()
        return used.cat.reorder_categories(used.cat.categories[::-1])


def elsewhere(dataset, **how):
    return ag.Dataset.of(dataset.description, Elsewhere(dataset, **how))


def written(dataset, folder, to):
    """The bytes of all files, or why there are none."""
    folder.mkdir()
    try:
        return {path.name: path.read_bytes() for path in ag.write(dataset, folder / f"adx.{to}")}
    except ag.UnwritableOutput as refusal:
        return refusal.what, refusal.details


@pytest.fixture
def small_blocks(monkeypatch):
    monkeypatch.setattr(lines, "_BLOCK", 2)
    monkeypatch.setattr(writer, "_ROW_GROUP", 2)
    monkeypatch.setattr(rds, "_BLOCK", 2)
    monkeypatch.setattr(sheet_xml, "_BLOCK", 2)
    monkeypatch.setattr(survey, "_BLOCK", 2)
    monkeypatch.setattr(stored_columns, "_MOST_RECORDS", 2)
    monkeypatch.setattr(read_back, "_FETCHED", 2)


@pytest.mark.slow
@pytest.mark.parametrize("shared", [False, True], ids=["own dictionaries", "one dictionary"])
@pytest.mark.parametrize("to", FORMATS)
@given(data=st.data())
@settings(
    max_examples=settings.default.max_examples * 40 // 100,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_the_files_are_the_same_wherever_columns_lie(to, shared, small_blocks, data):
    dataset = data.draw(datasets(special_missing=to in HOLDS_SPECIAL_MISSING))
    with tempfile.TemporaryDirectory() as folder:
        before = written(dataset, Path(folder) / "memory", to)
        after = written(elsewhere(dataset, shared=shared), Path(folder) / "elsewhere", to)
    assert after == before


def test_xpt_fetches_parts_to_judge_them_to_write_them_and_to_compare(small_blocks, everything, tmp_path):
    dataset = elsewhere(everything)
    ag.write(dataset, tmp_path / "adae.xpt", read_back=False, **OPTIONS["xpt"])
    variables = [each.name for each in dataset.variables]
    judged = [(name, first, 2) for name in variables for first in (0, 2)]
    written_by_block = [(name, first, 2) for first in (0, 2) for name in variables]
    assert dataset.columns.asked == [*judged, *written_by_block]
    dataset = elsewhere(everything)
    ag.write(dataset, tmp_path / "adae2.xpt", **OPTIONS["xpt"])
    compared = [(name, 0, 4) for name in variables]
    assert dataset.columns.asked == [*judged, *written_by_block, *compared]


HOLD_EVERYTHING = [to for to in FORMATS if to not in {"sav", "rds"}]
"""SPSS has no microseconds in the year 9999; R files are written only."""


@pytest.mark.parametrize("to", [to for to in HOLD_EVERYTHING if to != "xpt"])
def test_every_part_of_every_variable_is_fetched_once(to, small_blocks, everything, tmp_path):
    dataset = elsewhere(held_by(to, everything))
    ag.write(dataset, tmp_path / f"adae.{to}")
    parts = [(each.name, first, 2) for first in (0, 2) for each in dataset.variables]
    assert dataset.columns.asked == parts


def test_rds_fetches_variable_by_variable(small_blocks, everything, tmp_path):
    dataset = elsewhere(everything)
    ag.write(dataset, tmp_path / "adae.rds")
    assert dataset.columns.asked == [(each.name, first, 2) for each in dataset.variables for first in (0, 2)]


@pytest.mark.parametrize("to", HOLD_EVERYTHING)
def test_what_small_blocks_hold_comes_back(to, small_blocks, everything, assert_same, tmp_path):
    dataset = held_by(to, everything)
    ag.write(elsewhere(dataset), tmp_path / f"adae.{to}", **OPTIONS.get(to, {}))
    (back,) = ag.read(tmp_path / f"adae.{to}")
    assert_same(dataset, back, null_is_blank=to in NULL_IS_BLANK)


@pytest.mark.parametrize(
    "column", [["a"] * 3, [None] * 3, pd.Categorical([None, None, "b"]), [1.0, 2.0, 3.0]]
)
def test_a_record_that_is_the_last_of_many_groups(small_blocks, column, tmp_path):
    dataset = ag.Dataset.from_frame(pd.DataFrame({"A": column}), "ADX")
    for to in FORMATS:
        assert written(elsewhere(dataset), tmp_path / f"{to}-elsewhere", to) == written(
            dataset, tmp_path / to, to
        )


def test_other_tools_read_groups_whose_dictionaries_differ(monkeypatch, tmp_path):
    monkeypatch.setattr(writer, "_ROW_GROUP", 3)
    texts = ["a", None, "b", None, None, None, "c", "", "a", "d"]
    frame = pd.DataFrame({"T": pd.Categorical(texts), "N": np.arange(10.0), "F": pd.array(texts, "string")})
    path = tmp_path / "adx.parquet"
    ag.write(elsewhere(ag.Dataset.from_frame(frame, "ADX")), path)
    with pq.ParquetFile(path) as file:
        assert [file.metadata.row_group(group).num_rows for group in range(4)] == [3, 3, 3, 1]
        assert file.schema_arrow.field("T").type == pa.dictionary(pa.int32(), pa.string())
        assert file.schema_arrow.field("F").type == pa.large_string()
        assert pa.concat_arrays(file.read_row_group(2, ["T"]).column("T").chunks).to_pylist() == [
            "c",
            "",
            "a",
        ]
    assert pq.read_table(path).column("T").to_pylist() == texts
    assert pd.read_parquet(path)["F"].astype(object).where(lambda each: each.notna(), None).tolist() == texts


@pytest.mark.slow
def test_a_large_dataset_has_groups_of_a_fixed_size(tmp_path, assert_same):
    records = 300_000
    frame = pd.DataFrame(
        {
            "USUBJID": pd.Categorical.from_codes(
                np.arange(records) // 4, pd.Index([f"S{number}" for number in range(records)], dtype=object)
            ),
            "AVAL": np.arange(records) / 8,
        }
    )
    dataset = ag.Dataset.from_frame(frame, "ADX")
    ag.write(dataset, tmp_path / "adx.parquet")
    groups = pq.read_metadata(tmp_path / "adx.parquet")
    counts = [groups.row_group(each).num_rows for each in range(groups.num_row_groups)]
    assert counts == [262_144, 37_856]
    (back,) = ag.read(tmp_path / "adx.parquet")
    assert_same(dataset, back)
    assert b"S299999" not in (tmp_path / "adx.parquet").read_bytes()
