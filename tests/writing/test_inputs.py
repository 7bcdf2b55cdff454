"""What counts as an input, and by which names it is recognised."""

from pathlib import Path

import pandas as pd
import pytest

import adamgate as ag
from adamgate.converters.writing.inputs import inputs_of, refuse_inputs
from adamgate.schemas.errors import UnwritableOutput
from adamgate.schemas.study.dataset import Dataset


def test_inputs_are_files_of_data_and_the_tables_beside(tmp_path):
    dataset = Dataset.from_frame(pd.DataFrame({"USUBJID": ["1"]}), "ADSL")
    ag.write(dataset, tmp_path / "adsl.csv")
    names = [path.name for path in inputs_of(ag.read(tmp_path))]
    assert names == ["adsl.csv", "_variables.csv", "_datasets.csv"]
    assert inputs_of([dataset]) == ()


def test_an_input_is_recognised_by_any_name(tmp_path, monkeypatch):
    path = tmp_path / "adsl.csv"
    path.write_bytes(b"data")
    (tmp_path / "link").symlink_to(path)
    monkeypatch.chdir(tmp_path)
    for name in (path, Path("adsl.csv"), Path("link"), tmp_path / ".." / tmp_path.name / "adsl.csv"):
        with pytest.raises(UnwritableOutput, match="would replace an input") as caught:
            refuse_inputs([tmp_path / "other", name], [path])
        assert caught.value.where == str(name)


def test_what_is_not_there_is_no_input(tmp_path):
    (tmp_path / "here").write_bytes(b"")
    refuse_inputs([tmp_path / "new", tmp_path / "here"], [tmp_path / "new", tmp_path / "gone"])


def test_a_folder_of_parts_gets_no_further_part(tmp_path):
    dataset = Dataset.from_frame(pd.DataFrame({"USUBJID": ["1"]}), "ADSL")
    folder = tmp_path / "adsl.parquet"
    ag.write(dataset, folder / "part-0.parquet")
    for to in ("parquet", "csv"):
        with pytest.raises(UnwritableOutput, match="become part of an input"):
            ag.convert(folder, folder, to=to, overwrite=True)
    with pytest.raises(UnwritableOutput, match="would replace an input"):
        ag.convert(folder, tmp_path, to="parquet", overwrite=True)
    assert [path.name for path in folder.iterdir()] == ["part-0.parquet"]
