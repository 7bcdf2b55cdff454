"""Tables beside the data: what they may say, and what is refused."""

from datetime import datetime
from pathlib import Path

import pandas as pd
import pytest

import adamgate as ag
from adamgate.converters.metadata import sidecars
from adamgate.converters.reading.read import read
from adamgate.converters.values.sas_formats import FormatKind
from adamgate.schemas.errors import UnreadableInput
from adamgate.schemas.study.dataset import Dataset
from adamgate.schemas.study.study import Study


def variables(folder: Path, content: str | bytes) -> sidecars.VariablesTable | None:
    raw = content.encode() if isinstance(content, str) else content
    (folder / "_variables.csv").write_bytes(raw)
    return sidecars.variables_beside(folder / "adtte.csv", "ADTTE")


@pytest.mark.parametrize(
    ("type_", "expected"),
    [
        ("Char", "Char"),
        ("TEXT", "Char"),
        ("character", "Char"),
        ("$", "Char"),
        ("Num", "Num"),
        ("float", "Num"),
        ("integer", "Num"),
        ("date", "Num"),
        ("", None),
    ],
)
def test_types_by_their_many_names(tmp_path: Path, type_: str, expected: str | None) -> None:
    table = variables(tmp_path, f"dataset,variable,type\nadtte,NEW,{type_}\n")
    assert table is not None
    assert table.entries["NEW"].type == expected


def test_an_iso_date_by_define_is_text_where_adam_says_so(tmp_path: Path) -> None:
    table = variables(tmp_path, "dataset,variable,type\nADTTE,AESTDTC,date\nADTTE,ADT,date\nADTTE,NEW,time\n")
    assert table is not None
    assert [(entry.type, entry.kind) for entry in table.entries.values()] == [
        ("Char", FormatKind.DATE),
        ("Num", FormatKind.DATE),
        ("Num", FormatKind.TIME),
    ]


def test_headers_in_any_case_and_order_with_unknown_columns(tmp_path: Path) -> None:
    table = variables(
        tmp_path,
        "\ufeffLABEL;Extra;Variable;DATASET;length\r\nVal\u00fce;x;AVAL;ADTTE;8\r\n\r\n;;B;ADTTE;\r\n",
    )
    assert table is not None
    assert table.carries == {"label", "length"}
    assert table.entries["AVAL"].label == "Val\u00fce"
    assert [entry.length for entry in table.entries.values()] == [8, None]


def test_stray_bytes_in_a_label(tmp_path: Path) -> None:
    table = variables(tmp_path, b"dataset,variable,label\nADTTE,AVAL,caf\xe9\n")
    assert table is not None
    assert table.entries["AVAL"].label == "caf\u00e9"


def test_nothing_about_the_dataset_or_no_table(tmp_path: Path) -> None:
    assert sidecars.variables_beside(tmp_path / "adtte.csv", "ADTTE") is None
    assert variables(tmp_path, "dataset,variable\nADSL,AGE\n") is None


BROKEN = {
    "empty": "",
    "columns absent": "variable,label\nAVAL,x\n",
    "ragged": "dataset,variable,label\nADTTE,AVAL\n",
    "twice": "dataset,variable\nADTTE,AVAL\nADTTE,aval\n",
    "type": "dataset,variable,type\nADTTE,AVAL,blob\n",
    "length": "dataset,variable,length\nADTTE,AVAL,long\n",
    "length 0": "dataset,variable,length\nADTTE,AVAL,0\n",
    "quote": 'dataset,variable\nADTTE,"AVAL\n',
}


@pytest.mark.parametrize("case", BROKEN)
def test_broken_tables_are_refused(tmp_path: Path, snapshot: object, case: str) -> None:
    with pytest.raises(UnreadableInput) as refusal:
        variables(tmp_path, BROKEN[case])
    assert str(refusal.value).replace(str(tmp_path), "FOLDER") == snapshot


@pytest.mark.parametrize("name", ["datasets.csv", "_datasets.csv", "Datasets.CSV"])
@pytest.mark.parametrize("key", ["Filename", "dataset", "name"])
def test_datasets_are_described_by_file_or_name(tmp_path: Path, name: str, key: str) -> None:
    file = "adtte.xpt" if key == "Filename" else "ADTTE"
    (tmp_path / name).write_text(f"{key},Label,class,SUBCLASS\n{file},Time,BDS,TIME-TO-EVENT\n")
    (entry,) = sidecars.datasets_beside(tmp_path).entries
    assert (entry.dataset, entry.file) == ("ADTTE", file if key == "Filename" else "")
    assert (entry.label, entry.declared_class, entry.declared_subclass) == ("Time", "BDS", "TIME-TO-EVENT")


def test_our_own_table_comes_first(tmp_path: Path) -> None:
    (tmp_path / "datasets.csv").write_text("dataset,label\nADTTE,other\n")
    (tmp_path / "_datasets.csv").write_text("dataset,label\nADTTE,own\n")
    assert [entry.label for entry in sidecars.datasets_beside(tmp_path).entries] == ["own"]


def test_what_a_dataset_says_itself_stays() -> None:
    entry = sidecars.DatasetEntry("X", label="Label beside", declared_class="BDS")
    silent = Dataset("X", pd.DataFrame(), ())
    labelled = silent.replace(label="Own label", declared_class="OCCDS")
    assert (entry.applied_to(silent).label, entry.applied_to(silent).declared_class) == (
        "Label beside",
        "BDS",
    )
    assert (entry.applied_to(labelled).label, entry.applied_to(labelled).declared_class) == (
        "Own label",
        "OCCDS",
    )


def test_a_table_of_datasets_without_names_is_refused(tmp_path: Path) -> None:
    (tmp_path / "datasets.csv").write_text("label,class\nx,BDS\n")
    with pytest.raises(UnreadableInput, match="no column identifies the dataset"):
        sidecars.datasets_beside(tmp_path)


@pytest.mark.parametrize(
    ("text", "name"),
    [("adsl.xpt", "ADSL"), ("ADSL", "ADSL"), ("a.csv.gz", "A"), ("ad.v2.csv", "AD.V2"), (" x.ndjson ", "X")],
)
def test_dataset_names(text: str, name: str) -> None:
    assert sidecars.dataset_name(text) == name


def folder_of(folder: Path, datasets: str, **files: str) -> Path:
    (folder / "_datasets.csv").write_text(datasets)
    for name, content in files.items():
        (folder / f"{name}.csv").write_text(content)
    return folder


def test_a_csv_file_holds_the_dataset_that_the_table_says(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, "dataset,Filename,Label\nadtte,NEW.csv ,Time\n", new="AVAL\n1\n")
    (folder / "_variables.csv").write_text("dataset,variable,label\nADTTE,AVAL,Value\n")
    (data,) = read(folder)
    assert (data.name, data.label, data.variable("AVAL").label) == ("ADTTE", "Time", "Value")


@pytest.mark.parametrize("said", ["", "Time to Event"])
def test_without_a_name_in_the_table_the_file_names_the_dataset(tmp_path: Path, said: str) -> None:
    folder = folder_of(tmp_path, f"dataset,Filename,Label\n{said},adtte.csv,Time\n", adtte="AVAL\n1\n")
    (data,) = read(folder)
    assert (data.name, data.label) == ("ADTTE", "Time")


def test_a_csv_file_of_two_datasets_is_refused(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, "Filename,dataset\nx.csv,ADSL\nx.csv,ADTTE\n", x="AVAL\n1\n")
    with pytest.raises(UnreadableInput, match="says that the file contains ADSL and ADTTE"):
        read(folder)


def test_two_files_of_one_dataset_are_refused(tmp_path: Path) -> None:
    folder = folder_of(tmp_path, "Filename,dataset\nnew.csv,ADTTE\n", adtte="AVAL\n1\n", new="AVAL\n2\n")
    with pytest.raises(UnreadableInput, match="dataset ADTTE was found twice"):
        read(folder)
    assert read(folder / "new.csv")["ADTTE"]["AVAL"].tolist() == [2]


def test_the_line_of_the_file_comes_before_that_of_another(tmp_path: Path) -> None:
    table = (
        "Filename,dataset,label,created\n"
        "adtte.csv,ADTTE,own,2024-05-01T12:00:00\n"
        "adtte.xpt,ADTTE,other,2020-01-01\n"
    )
    (data,) = read(folder_of(tmp_path, table, adtte="AVAL\n1\n"))
    assert (data.label, data.created) == ("own", datetime(2024, 5, 1, 12))
    (tmp_path / "adtte.csv").rename(tmp_path / "adtte.tsv")
    (data,) = read(tmp_path)
    assert (data.label, data.created) == ("other", None)


def test_times_that_are_none_are_left_alone(tmp_path: Path) -> None:
    table = "Filename,dataset,created,modified\nadtte.csv,ADTTE,yesterday,2024-05-02\n"
    (data,) = read(folder_of(tmp_path, table, adtte="AVAL\n1\n"))
    assert (data.created, data.modified) == (None, datetime(2024, 5, 2))


def test_blanks_around_a_label_stay_unless_the_table_is_laid_out_with_them(tmp_path: Path) -> None:
    table = variables(tmp_path, "dataset,variable,label\nADTTE, AVAL , two blanks  \n")
    assert table is not None
    assert table.entries["AVAL"].label == " two blanks  "
    table = variables(tmp_path, "dataset, variable, label\nADTTE,   AVAL,     Value \n")
    assert table is not None
    assert table.entries["AVAL"].label == "Value"


def test_bytes_that_are_not_utf_8_are_told_and_harm_no_other_line(tmp_path):
    (tmp_path / "adx.csv").write_bytes(b"AETERM,X\na,b\n")
    (tmp_path / "_variables.csv").write_bytes(
        b"dataset,variable,label\nadx,AETERM,Gr\xc3\xb6\xc3\x9fe\nadx,X,Gr\xf6\xdfe\n"
    )
    (tmp_path / "datasets.csv").write_bytes(b"Filename,Label\nadx.csv,Gr\xf6\xdfe\n")
    study = ag.read(tmp_path)
    data = study["ADX"]
    assert [each.label for each in data.variables] == ["Größe", "Größe"]
    assert data.label == "Größe"
    (note,) = data.notes
    assert "_variables.csv, line 3: bytes" in str(note)
    assert "datasets.csv, line 2: bytes" in str(study.notes[0])


def test_the_encoding_that_the_user_names_holds_for_tables_too(tmp_path):
    (tmp_path / "adx.csv").write_bytes("X\n有害\n".encode("cp932"))
    (tmp_path / "_variables.csv").write_bytes("dataset,variable,label\nadx,X,有害事象\n".encode("cp932"))
    data = ag.read(tmp_path, encoding="cp932")["ADX"]
    assert (data.variables[0].label, data["X"][0], data.notes) == ("有害事象", "有害", ())
    with pytest.raises(ag.UnreadableInput, match="text is not ascii"):
        ag.read(tmp_path, encoding="ascii")


def test_a_table_is_read_once_for_all_files_that_it_describes(tmp_path, monkeypatch):
    frame = pd.DataFrame({"USUBJID": ["S-1"]})
    study = Study.of(*(Dataset.from_frame(frame, f"ADX{number}", "of many") for number in range(5)))
    ag.write(study, tmp_path, to="csv")
    tables = []
    table_read = sidecars._Table.read
    monkeypatch.setattr(
        sidecars._Table,
        "read",
        lambda path, *more, **named: tables.append(path.name) or table_read(path, *more, **named),
    )
    read_again = ag.read(tmp_path)
    assert sorted(tables) == ["_datasets.csv", "_variables.csv"]
    assert [each.label for each in read_again] == ["of many"] * 5
    ag.read(tmp_path)
    assert len(tables) == 4  # a table that changes between two readings is read again
