"""SAS transport files are written as they were, and survive other formats."""

import shutil
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from xpt_datasets import written
from xpt_independent_parser import parsed

import adamgate as ag
from adamgate.schemas.study.dataset import Dataset

STUDY = ("cdiscpilot/adam", "cdiscpilot/sdtm", "datasetjson", "define/adam_xpt", "formats")


def public_files(shared):
    return sorted(path for folder in STUDY for path in (shared / "data" / folder).rglob("*.xpt"))


POSITIONS_DIFFER = "dates_xpt_v8.xpt"
"""%LOC2XPT wrote the positions of another order of variables into its NAMESTRs: five numbers differ."""


def alone(path, folder):
    """The file without a define.xml beside it, which would complete what it lacks."""
    folder.mkdir()
    return Path(shutil.copy(path, folder))


@pytest.mark.slow
def test_public_files_are_written_byte_by_byte_as_they_were(shared, tmp_path):
    files = public_files(shared)
    assert len(files) == 21
    for number, path in enumerate(files):
        version = 8 if b"LIBV8" in path.read_bytes()[:80] else 5
        copy = tmp_path / f"{number}.xpt"
        ag.convert(alone(path, tmp_path / f"in{number}"), copy, xpt_version=version)
        source, ours = path.read_bytes(), copy.read_bytes()
        if path.name == POSITIONS_DIFFER:
            assert len(ours) == len(source)
            different = [at for at, (one, other) in enumerate(zip(source, ours, strict=True)) if one != other]
            places = {(at - 640) % 140 for at in different}
            assert places <= set(range(84, 88)), "the position within a NAMESTR"
            assert max(different) < 640 + 9 * 140
        else:
            assert ours == source, path


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::adamgate.converters.writing.losses.MetadataNotKept")
def test_public_files_survive_a_chain_of_formats(shared, tmp_path):
    """XPT → Dataset-JSON → Parquet → CSV → XPT: all but informats, for which Dataset-JSON has no place."""
    for number, path in enumerate(public_files(shared)):
        folder = tmp_path / str(number)
        folder.mkdir()
        (before,) = ag.read(path)
        version = {"xpt_version": 8 if before.source.format == "XPT v8" else 5}
        name = before.name.lower()
        chain = [
            alone(path, folder / "in"),
            *(folder / f"{at}" / f"{name}{suffix}" for at, suffix in enumerate(SUFFIXES)),
        ]
        for at, (source, target) in enumerate(pairwise(chain)):
            ag.convert(source, target, **(version if at == len(SUFFIXES) - 1 else {}))
        (after,) = ag.read(chain[-1])
        _, (one,) = parsed(path.read_bytes()) if path.name != POSITIONS_DIFFER else (8, (None,))
        _, (other,) = parsed(chain[-1].read_bytes())
        if one is not None:
            assert other.records == one.records, path
        for mine, theirs in zip(before.variables, after.variables, strict=True):
            described_before = (mine.name, mine.label, mine.type, mine.length, mine.format)
            assert (theirs.name, theirs.label, theirs.type, theirs.length, theirs.format) == described_before
        assert (after.name, after.label, len(after)) == (before.name, before.label, len(before))
        (found,) = ag.diff(before, after, by="_N_").datasets.values()
        assert found.cells + found.only_a.count + found.only_b.count == 0, path
        assert {each.kind for each in found.metadata} <= {"informat"}, path


SUFFIXES = (".json", ".parquet", ".csv", ".xpt")


@pytest.mark.filterwarnings("ignore::adamgate.converters.writing.losses.MetadataNotKept")
def test_special_missing_values_survive_all_but_dataset_json(full, tmp_path):
    source = written(full, tmp_path)
    chain = [source, tmp_path / "1/adx.parquet", tmp_path / "2/adx.csv", tmp_path / "3/adx.xpt"]
    for one, other in pairwise(chain):
        ag.convert(one, other)
    assert chain[-1].read_bytes() == source.read_bytes()
    with pytest.raises(ag.UnwritableOutput, match=r"special missing values: \.A 1"):
        ag.convert(source, tmp_path / "adx.json")


@pytest.mark.slow
def test_many_blocks_from_disk_give_the_same_bytes(tmp_path):
    records = 150_001
    frame = pd.DataFrame(
        {
            "N": np.arange(records) / 8,
            "C": pd.Categorical(["a", "b", None] * (records // 3) + ["a"] * (records % 3)),
            "T": pd.array([f"text {number}" for number in range(records)], "string[pyarrow]"),
            "D": np.datetime64("2020-01-01", "s") + (np.arange(records) % 9000) * np.timedelta64(86_400, "s"),
        }
    )
    one = written(Dataset.from_frame(frame, "ADX"), tmp_path)
    other = tmp_path / "2" / "adx.xpt"
    ag.convert(one, other, memory="1MB")
    assert other.read_bytes() == one.read_bytes()
