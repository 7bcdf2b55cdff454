"""Where converted files go, and what is refused before anything is read or written."""

import inspect

import numpy as np
import pandas as pd
import pytest

import adamgate as ag
from adamgate.converters.formats.parquet import writer
from adamgate.converters.values import lines
from adamgate.converters.writing.target import Target
from adamgate.schemas.errors import ConfigurationError, UnreadableInput, UnwritableOutput
from adamgate.schemas.study.dataset import Dataset
from adamgate.schemas.study.study import Study


def dataset(name):
    return Dataset.from_frame(pd.DataFrame({"USUBJID": ["001", "002"], "AVAL": [1.0, np.nan]}), name)


@pytest.fixture
def source(tmp_path):
    folder = tmp_path / "source"
    ag.write(Study.of(dataset("ADSL"), dataset("ADTTE")), folder, to="csv")
    return folder


def test_a_file_goes_to_the_format_of_its_suffix(source, tmp_path):
    for suffix in ("parquet", "json", "ndjson", "dsjc", "PARQUET"):
        target = tmp_path / f"of_{suffix}.{suffix}"
        assert ag.convert(source / "adtte.csv", target) == [target]
        assert target.stat().st_size


def test_a_folder_goes_to_a_folder(source, tmp_path):
    written = ag.convert(source, tmp_path / "out", to="parquet")
    assert written == [tmp_path / "out" / "adsl.parquet", tmp_path / "out" / "adtte.parquet"]
    back = ag.read(tmp_path / "out")
    assert [each.name for each in back] == ["ADSL", "ADTTE"]
    assert back["ADTTE"]["USUBJID"].tolist() == ["001", "002"]


def test_sidecars_are_written_once_per_folder(source):
    assert sorted(path.name for path in source.iterdir()) == [
        "_datasets.csv",
        "_variables.csv",
        "adsl.csv",
        "adtte.csv",
    ]


def test_a_file_may_go_to_a_folder_and_one_of_that_name_is_no_file(source, tmp_path):
    assert ag.convert(source / "adsl.csv", tmp_path / "out", to=".NDJSON") == [
        tmp_path / "out" / "adsl.ndjson"
    ]
    (tmp_path / "v1.csv").mkdir()
    assert ag.convert(source / "adsl.csv", tmp_path / "v1.csv", to="json") == [
        tmp_path / "v1.csv" / "adsl.json"
    ]


def test_a_dataset_keeps_its_name_in_a_file_of_another(source, tmp_path):
    ag.convert(source / "adtte.csv", tmp_path / "other.parquet")
    assert [each.name for each in ag.read(tmp_path / "other.parquet")] == ["ADTTE"]


def test_a_csv_file_of_another_name_keeps_its_dataset(source, tmp_path):
    (tmp_path / "out").mkdir()
    for name in ("adtte", "adsl"):
        ag.convert(source / f"{name}.csv", tmp_path / "out" / f"new_{name}.csv")
    back = ag.read(tmp_path / "out")
    assert [(each.name, each.source.path.name) for each in back] == [
        ("ADSL", "new_adsl.csv"),
        ("ADTTE", "new_adtte.csv"),
    ]
    assert back["ADTTE"].variables == ag.read(source)["ADTTE"].variables


def test_one_folder_has_one_csv_file_of_a_dataset(source, tmp_path):
    with pytest.raises(UnwritableOutput, match="contains ADTTE") as caught:
        ag.convert(source / "adtte.csv", source / "new.csv")
    assert caught.value.where == str(source / "adtte.csv")
    (source / "_datasets.csv").write_text("Filename,dataset\nx.csv,A\nx.csv,B\n")
    (source / "x.csv").write_text("A\n1\n")
    with pytest.raises(UnwritableOutput, match="contains A and B"):
        ag.write(dataset("ADAE"), source / "adae.csv")


@pytest.mark.parametrize("name", ["_variables.csv", "datasets.csv", "_own.csv"])
def test_data_are_not_written_where_tables_about_them_stand(source, tmp_path, name):
    with pytest.raises(UnwritableOutput, match="a metadata table"):
        ag.convert(source / "adtte.csv", tmp_path / name, overwrite=True)


@pytest.mark.parametrize(
    ("target", "to", "what", "advice"),
    [
        ("adtte.xport", None, "written as .xpt", "Parquet"),
        ("out", "xport", "written as .xpt", "Parquet"),
        ("adtte.sas7bdat", None, "only SAS writes this format", "Parquet"),
        ("adtte.ods", None, "'.ods'", "Parquet"),
        ("adtte", None, "no suffix", "for a folder add --to FORMAT"),
        ("out/", None, "no output format is given", "--to parquet"),
        ("adtte.csv", "parquet", "suffix .csv, but --to is parquet", "one of the two"),
        ("adtte.xpt.gz", "xpt", "no output format has the suffix '.xpt.gz'", "ends with /"),
        ("delivery.zip", "csv", "no output format has the suffix '.zip'", "ends with /"),
        ("adtte.sas7bdat", "csv", "no output format has the suffix '.sas7bdat'", "ends with /"),
        ("out", "excel", "'.excel'", "Parquet"),
        ("all.json", None, "2 datasets cannot be written to one file", "--to json"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_advice(source, tmp_path, target, to, what, advice):
    with pytest.raises(ConfigurationError) as caught:
        ag.convert(source, f"{tmp_path}/{target}", to=to)
    assert what in caught.value.what
    assert advice in caught.value.advice
    assert [path.name for path in tmp_path.iterdir()] == ["source"]


def test_the_target_is_judged_before_the_source_is_read(tmp_path):
    with pytest.raises(ConfigurationError):
        ag.convert(tmp_path / "absent.csv", tmp_path / "adtte.sas7bdat")
    with pytest.raises(UnreadableInput):
        ag.convert(tmp_path / "absent.csv", tmp_path / "adtte.parquet")


def test_existing_files_are_kept_unless_told(source, tmp_path):
    target = tmp_path / "adtte.parquet"
    target.write_bytes(b"old")
    with pytest.raises(UnwritableOutput, match="exists"):
        ag.convert(source / "adtte.csv", target)
    assert target.read_bytes() == b"old"
    ag.convert(source / "adtte.csv", target, overwrite=True)
    assert target.read_bytes()[:4] == b"PAR1"


@pytest.mark.parametrize("name", ["adtte.csv", "../source/adtte.csv", "link.csv", "hard.csv"])
def test_no_source_is_replaced_under_any_name(source, name):
    (source / "link.csv").symlink_to(source / "adtte.csv")
    (source / "hard.csv").hardlink_to(source / "adtte.csv")
    before = (source / "adtte.csv").read_bytes()
    with pytest.raises(UnwritableOutput, match="would replace an input") as caught:
        ag.convert([source / "adsl.csv", source / "adtte.csv"], source, to="csv", overwrite=True)
    assert caught.value.where == f"{source / 'adsl.csv'}, {source / 'adtte.csv'}"
    with pytest.raises(UnwritableOutput, match="would replace an input"):
        ag.convert(source / "adtte.csv", source / name, overwrite=True)
    assert (source / "adtte.csv").read_bytes() == before


def test_a_format_of_its_own_may_stand_beside_its_source(source):
    ag.convert(source, source, to="parquet")
    ag.convert(source / "adtte.csv", source / "adtte.parquet", overwrite=True)
    assert (source / "adtte.csv").exists()


def test_one_dataset_that_cannot_be_written_stops_all(tmp_path):
    bad = Dataset.from_frame(pd.DataFrame({"AVAL": [np.inf]}), "ADTTE")
    with pytest.raises(UnwritableOutput, match=r"ADTTE\.AVAL"):
        ag.write(Study.of(dataset("ADSL"), bad), tmp_path / "out", to="csv")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["../ADSL", "..", ".ADSL", "A/B", "A\0B", "A" * 300, ""])
def test_a_datasets_name_cannot_leave_the_folder(name, tmp_path):
    with pytest.raises(UnwritableOutput, match="not a valid file name"):
        ag.write(dataset("ADSL").replace(name=name), tmp_path / "out", to="parquet")
    assert list(tmp_path.iterdir()) == []


def test_long_lists_of_breaches_are_cut_and_counted(tmp_path):
    frame = pd.DataFrame({f"V{i}": [np.inf] for i in range(60)})
    with pytest.raises(UnwritableOutput, match="and 10 more"):
        ag.write(Dataset.from_frame(frame, "ADX"), tmp_path / "adx.csv")


@pytest.mark.parametrize("to", ["parquet", "csv", "json", "ndjson", "ndjson.gz", "dsjc"])
def test_progress_is_told_while_reading_and_writing(source, tmp_path, to):
    told = []
    ag.convert(source, tmp_path / "out", to=to, progress=lambda *step: told.append(step))
    assert {name for name, _, _ in told} == {"adsl.csv", "adtte.csv", f"adsl.{to}", f"adtte.{to}"}
    assert told[-2:] == [(f"adsl.{to}", 2, 2), (f"adtte.{to}", 2, 2)]


@pytest.mark.parametrize("to", ["parquet", "csv", "ndjson"])
def test_progress_of_write_counts_records(tmp_path, monkeypatch, to):
    monkeypatch.setattr(lines, "_BLOCK", 2)
    monkeypatch.setattr(writer, "_ROW_GROUP", 2)
    frame = pd.DataFrame({"USUBJID": ["1", "2", "3", "4", "5"]})
    told = []
    ag.write(Dataset.from_frame(frame, "ADX"), tmp_path / f"x.{to}", progress=lambda *step: told.append(step))
    assert told == [(f"x.{to}", 2, 5), (f"x.{to}", 4, 5), (f"x.{to}", 5, 5)]
    with pytest.raises(TypeError, match="progress must be a function, not int"):
        ag.write(dataset("ADSL"), tmp_path / f"y.{to}", progress=1)


def test_a_target_says_where_datasets_go(tmp_path):
    target = Target.of(tmp_path, "csv")
    assert [output.path.name for output in target.outputs([dataset("ADSL")])] == ["adsl.csv"]
    with pytest.raises(ConfigurationError, match="0 datasets"):
        Target.of("x.csv").outputs([])


def test_a_conversion_reads_as_read_does(tmp_path):
    shared = set(inspect.signature(ag.read).parameters) - {
        "path",
        "xsd",
    }  # a schema judges, and changes nothing
    assert shared <= set(inspect.signature(ag.convert).parameters)
    (tmp_path / "adsl.csv").write_text("USUBJID,AGE,TRTSDT\n1,NA,03/04/2020\n2,54,NA\n")
    ag.convert(tmp_path / "adsl.csv", tmp_path / "adsl.parquet", missing="NA", date_order="dmy")
    data = ag.read(tmp_path / "adsl.parquet")["ADSL"]
    assert data["AGE"].isna().tolist() == [True, False]
    assert str(data["TRTSDT"][0]) == "2020-04-03 00:00:00"
