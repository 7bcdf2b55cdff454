"""CSV byte by byte, and its sidecars among those of other datasets."""

import csv

import numpy as np
import pandas as pd
import pytest

import adamgate as ag
from adamgate.schemas.errors import UnwritableOutput
from adamgate.schemas.study.dataset import Dataset
from adamgate.schemas.study.variable import Variable


def numbers(values):
    return Dataset.from_frame(pd.DataFrame({"N": np.array(values, dtype=np.float64), "X": "x"}), "ADX")


def written(dataset, folder):
    ag.write(dataset, folder / f"{dataset.name.lower()}.csv")
    return (folder / f"{dataset.name.lower()}.csv").read_bytes().decode()


def rows(path):
    with path.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def test_everything_byte_by_byte(everything, tmp_path):
    assert written(everything, tmp_path) == (
        "USUBJID,SEX,AETERM,AVAL,ADT,ADTM,ATM,NOTHING\n"
        '001,M,"a ""b"", c",12,1959-12-31,2014-01-02T03:04:05,0,\n'
        '002,F,"line\nbreak\r\n",0.1,9999-12-31,1960-01-01T00:00:00.25,86399.5,\n'
        "003,,,.A,._,,,\n"
        "004,,Übelkeit \\ 疼痛,,2014-01-02,1899-12-31T23:59:59.999999,3600,\n"
    )


def test_sidecars_tell_what_csv_cannot(everything, tmp_path):
    ag.write(everything, tmp_path / "adae.csv")
    variables = rows(tmp_path / "_variables.csv")
    assert list(variables[0]) == ["dataset", "variable", "label", "type", "length", "format", "informat"]
    assert variables[3] == {
        "dataset": "ADAE",
        "variable": "AVAL",
        "label": "Analysis Value",
        "type": "Num",
        "length": "8",
        "format": "8.2",
        "informat": "BEST12.",
    }
    assert rows(tmp_path / "_datasets.csv") == [
        {
            "Filename": "adae.csv",
            "dataset": "ADAE",
            "Label": "Adverse Events",
            "class": "OCCURRENCE DATA STRUCTURE",
            "subclass": "ADVERSE EVENT",
            "created": "2024-05-01T12:00:00",
            "modified": "2024-05-02T13:30:00",
        }
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (12, "12"),
        (0.1, "0.1"),
        (1 / 3, "0.3333333333333333"),
        (1e300, "1e+300"),
        (5e-324, "5e-324"),
        (-0.0, "-0"),
    ],
)
def test_numbers_are_the_shortest_equal_decimal(value, text, tmp_path):
    assert written(numbers([value]), tmp_path) == f"N,X\n{text},x\n"
    assert float(text) == value


def test_another_csv_reader_agrees(everything, tmp_path):
    ag.write(everything, tmp_path / "adae.csv")
    read = rows(tmp_path / "adae.csv")
    assert [row["AETERM"] for row in read] == ['a "b", c', "line\nbreak\r\n", "", "Übelkeit \\ 疼痛"]
    assert [row["USUBJID"] for row in read] == ["001", "002", "003", "004"]


def test_a_record_of_one_empty_value_is_a_record(tmp_path):
    dataset = Dataset.from_frame(pd.DataFrame({"AVAL": [1.0, np.nan, 2.0]}), "ADX")
    assert written(dataset, tmp_path) == 'AVAL\n1\n""\n2\n'
    assert len(ag.read(tmp_path)["ADX"]) == 3


def test_dates_without_a_format_stay_dates(tmp_path):
    frame = pd.DataFrame(
        {"D": np.array(["2014-01-02"], "datetime64[s]"), "X": np.array(["2014-01-02"], "datetime64[us]")}
    )
    ag.write(Dataset.from_frame(frame, "ADX"), tmp_path / "adx.csv")
    assert [row["type"] for row in rows(tmp_path / "_variables.csv")] == ["date", "datetime"]
    back = ag.read(tmp_path)["ADX"]
    pd.testing.assert_frame_equal(back.frame, frame)
    assert [variable.format for variable in back.variables] == ["", ""]


def test_sidecars_of_other_datasets_are_kept(everything, tmp_path):
    (tmp_path / "_variables.csv").write_text(
        "variable;dataset;Label;Origin\nAGE;ADSL;Age;CRF\nOLD;ADAE;Replaced;CRF\n", encoding="utf-8-sig"
    )
    (tmp_path / "datasets.csv").write_text("Filename,Label\nadsl.xpt,Subject Level\nadae.csv,Replaced\n")
    written = ag.write(everything, tmp_path / "adae.csv")
    assert [path.name for path in written] == ["adae.csv", "_variables.csv", "datasets.csv"]
    variables = rows(tmp_path / "_variables.csv")
    assert list(variables[0]) == [
        "variable",
        "dataset",
        "Label",
        "Origin",
        "type",
        "length",
        "format",
        "informat",
    ]
    assert [(row["dataset"], row["variable"]) for row in variables] == [
        ("ADSL", "AGE"),
        *[("ADAE", variable.name) for variable in everything.variables],
    ]
    assert variables[0]["Origin"] == "CRF"
    datasets = rows(tmp_path / "datasets.csv")
    assert [(row["Filename"], row["Label"]) for row in datasets] == [
        ("adsl.xpt", "Subject Level"),
        ("adae.csv", "Adverse Events"),
    ]


def test_a_line_about_another_file_of_the_dataset_is_kept(everything, tmp_path):
    (tmp_path / "datasets.csv").write_text("Filename,Label\nadae.xpt,As delivered\nADAE.csv,Replaced\n")
    ag.write(everything, tmp_path / "adae.csv")
    assert [(row["Filename"], row["Label"]) for row in rows(tmp_path / "datasets.csv")] == [
        ("adae.xpt", "As delivered"),
        ("adae.csv", "Adverse Events"),
    ]
    assert ag.read(tmp_path)["ADAE"].label == "Adverse Events"


def test_blanks_of_a_layout_do_not_become_part_of_a_label(everything, tmp_path):
    (tmp_path / "_variables.csv").write_text("dataset, variable, label\nADSL,    AGE,      Age  \n")
    ag.write(everything, tmp_path / "adae.csv")
    assert rows(tmp_path / "_variables.csv")[0]["label"] == "Age"


def test_writing_again_changes_nothing(everything, tmp_path):
    ag.write(everything, tmp_path / "adae.csv")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    ag.write(everything, tmp_path / "adae.csv", overwrite=True)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize(
    "damaged", [b"dataset,variable\nADSL\n", b"\xff\xfe", b'dataset,variable\n"ADSL,AGE\n']
)
def test_a_damaged_sidecar_is_not_thrown_away(everything, tmp_path, damaged):
    (tmp_path / "_variables.csv").write_bytes(damaged)
    with pytest.raises(UnwritableOutput, match="damaged"):
        ag.write(everything, tmp_path / "adae.csv")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"_variables.csv": damaged}


def test_a_folder_that_cannot_be_looked_into_is_told(everything, tmp_path, monkeypatch):
    def refuse(folder):
        raise PermissionError(13, "Permission denied", str(folder))

    monkeypatch.setattr("os.listdir", refuse)
    with pytest.raises(UnwritableOutput, match="cannot be listed"):
        ag.write(everything, tmp_path / "adtte.csv")


def test_what_the_source_does_not_carry_is_not_claimed(tmp_path):
    ag.write(numbers([1.5]), tmp_path / "adx.csv")
    assert list(rows(tmp_path / "_variables.csv")[0]) == ["dataset", "variable", "type"]
    assert ag.read(tmp_path)["ADX"].carries == frozenset()


def test_breaches_are_told_all_at_once(tmp_path):
    frame = pd.DataFrame(
        {
            "INF": [np.inf],
            "YEAR": np.array(["10000-01-01"], "datetime64[s]"),
            "XXDTC": np.array(["2014-01-01"], "datetime64[s]"),
        }
    )
    with pytest.raises(UnwritableOutput) as caught:
        ag.write(Dataset.from_frame(frame, "AD-X"), tmp_path / "other.csv")
    for part in ("AD-X.INF: contains infinite", "AD-X.YEAR: contains dates", "not a SAS name"):
        assert part in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_dates_that_read_back_as_text_are_refused(tmp_path):
    frame = pd.DataFrame({"XXDTC": np.array(["2014-01-01"], "datetime64[s]")})
    with pytest.raises(UnwritableOutput, match="character by its name"):
        ag.write(Dataset.from_frame(frame, "ADX"), tmp_path / "adx.csv")
    described = Dataset.from_frame(frame, "ADX", variables=[Variable("XXDTC", type="Num", format="DATE9.")])
    ag.write(described, tmp_path / "adx.csv")
    pd.testing.assert_frame_equal(ag.read(tmp_path)["ADX"].frame, frame)


def test_times_stay_times_where_no_format_is_written(tmp_path):
    (tmp_path / "adae.csv").write_text("USUBJID,ASTTM,ASTDT\n1,08:30:00,2020-01-31\n2,23:59,\n")
    ag.convert(tmp_path / "adae.csv", tmp_path / "out" / "adae.csv")
    assert "ADAE,ASTTM,time\n" in (tmp_path / "out" / "_variables.csv").read_text()
    before, after = (ag.read(folder)["ADAE"] for folder in (tmp_path, tmp_path / "out"))
    assert after.variable("ASTTM") == before.variable("ASTTM")
    assert after.variable("ASTTM").format == "TIME8."
    assert after["ASTTM"].tolist() == [30600, 86340]
