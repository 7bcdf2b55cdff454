"""A table on disk with its codebook beside it."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

import adamgate
from adamgate.converters.reading.read import read
from adamgate.converters.survival.layouts import LAYOUTS
from adamgate.converters.survival.programs.model import Model
from adamgate.converters.survival.survival import survival
from adamgate.converters.writing.write import write
from adamgate.schemas.errors import ConfigurationError, UnwritableOutput
from adamgate.schemas.study.study import Study
from adamgate.schemas.study.variable import Source, Variable


@pytest.fixture
def made(make):
    datasets = [
        data.replace(
            source=Source(Path(f"in/{data.name.lower()}.xpt"), "XPT v5", sha256=f"hash of {data.name}")
        )
        for data in make()
    ]
    return survival(
        Study.of(*datasets),
        "OS",
        arm="TRT01P",
        covariates=["AGE"],
        population="SAFFL",
        where="AGE > 61 or missing(AGE)",
        allow_no_events=True,
        unit="months",
        gate=False,
    )


def test_table_and_codebook_appear_together(made, tmp_path):
    assert made.write(tmp_path / "new" / "os.parquet") == [
        tmp_path / "new" / "os.parquet",
        tmp_path / "new" / "os.codebook.json",
    ]
    back = pd.read_parquet(tmp_path / "new" / "os.parquet")
    assert back["duration"].tolist() == made.frame["duration"].tolist()
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == ["os.codebook.json", "os.parquet"]


def test_labels_of_every_column_stand_in_parquet(made, tmp_path):
    made.write(tmp_path / "os.parquet")
    schema = pq.read_schema(tmp_path / "os.parquet")
    labels = {each.name: each.metadata[b"label"].decode() for each in schema}
    assert list(labels) == list(made.frame.columns)
    assert labels["duration"] == "Time to event or censoring, months"
    assert labels["AGE"] == "Label of AGE"
    assert all(labels.values())
    assert b"pandas" in schema.metadata, "pandas reads the types as they were"
    (back,) = read(tmp_path / "os.parquet")
    assert {each.name: each.label for each in back.variables} == labels


@pytest.mark.parametrize("suffix", ["json", "ndjson"])
def test_labels_and_types_survive_dataset_json(made, tmp_path, suffix, monkeypatch):
    monkeypatch.chdir(tmp_path)
    table, codebook = made.write(Path(f"os.{suffix}"))
    (back,) = read(table)
    assert {each.name: each.label for each in back.variables} == made.labels
    assert {each.name: each.data_type for each in back.variables} == {
        "USUBJID": "string", "duration": "double", "event": "boolean", "CNSR": "integer",
        "reason": "string", "TRT01P": "string", "AGE": "double",
    }  # fmt: skip
    line = json.loads(codebook.read_text())["read_with"]
    frame = eval(line, {"adamgate": adamgate})
    assert frame["duration"].tolist() == made.frame["duration"].tolist()
    assert frame["event"].tolist() == made.frame["event"].astype(float).tolist()


def test_a_table_is_a_dataset(made, make):
    table = made.dataset
    assert table.frame is made.frame
    assert table.label == "ADTTE OS, one record per subject"
    assert [(each.name, each.type) for each in table.variables] == [
        ("USUBJID", "Char"),
        ("duration", "Num"),
        ("event", "Num"),
        ("CNSR", "Num"),
        ("reason", "Char"),
        ("TRT01P", "Char"),
        ("AGE", "Num"),
    ]
    assert {each.name: each.label for each in table.variables} == made.labels
    assert all(made.labels.values())
    assert [each.name for each in table.variables if each.key_sequence] == ["USUBJID"]
    assert made.frame.dtypes[["duration", "event", "CNSR"]].tolist() == [float, bool, "int64"]


def test_lengths_and_formats_are_those_of_the_data(make):
    study = make(EVNTDESC=["Death"] * 6)
    lengths = {"USUBJID": 11, "EVNTDESC": 40, "CNSDTDSC": 60, "AVAL": 8, "CNSR": 8}
    described = [
        replace(each, length=lengths.get(each.name), format="8.1" if each.name == "CNSR" else "")
        for each in study["ADTTE"].variables
    ]
    study = Study.of(study["ADTTE"].replace(variables=tuple(described)), study["ADSL"])
    table = survival(study, "OS", gate=False).dataset
    assert {each.name: each.length for each in table.variables} == {
        "USUBJID": 11, "duration": None, "event": None, "CNSR": 8, "reason": 60,
    }  # fmt: skip
    assert table.variable("CNSR").format == "8.1"


def test_what_parquet_cannot_hold_is_refused(made, tmp_path):
    finer = made.frame.assign(AGE=pd.to_datetime(["2020-01-01T00:00:00.000000001"] * len(made.frame)))
    broken = replace(made, dataset=made.dataset.replace(frame=finer))
    with pytest.raises(UnwritableOutput, match="cannot hold all of the data") as caught:
        broken.write(tmp_path / "os.parquet")
    assert "OS.AGE: contains datetimes with more than 6 decimals of a second" in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_codebook(made, tmp_path, snapshot):
    made.write(str(tmp_path / "os.csv"), "r")
    content = json.loads((tmp_path / "os.codebook.json").read_text(encoding="utf-8"))
    assert set(content.pop("versions")) == {"adamgate", "pandas", "numpy"}
    assert content.pop("table_sha256") == hashlib.sha256((tmp_path / "os.csv").read_bytes()).hexdigest()
    assert content == snapshot


@pytest.mark.slow
def test_the_same_table_gives_the_same_bytes(made, tmp_path):
    for name in LAYOUTS:
        suffix = LAYOUTS[name].writes[0]
        contents = []
        for folder in ("one", "other"):
            paths = made.write(tmp_path / folder / name / f"os{suffix}", name)
            contents.append([path.read_bytes() for path in paths])
        assert contents[0] == contents[1]


@pytest.mark.parametrize(
    "change",
    [
        lambda table, codebook: table.write_text("somebody's"),
        lambda table, codebook: codebook.write_text("{}"),
        lambda table, codebook: codebook.write_text("[" * 100_000),
        lambda table, codebook: codebook.write_text(codebook.read_text().replace("os.csv", "pfs.csv")),
        lambda table, codebook: codebook.unlink(),
        lambda table, codebook: table.unlink(),
    ],
    ids=["table", "codebook", "no JSON", "codebook of another", "no codebook", "no table"],
)
def test_nothing_is_overwritten_unasked_but_a_table_with_its_codebook(made, tmp_path, change):
    made.write(tmp_path / "os.csv")
    before = (tmp_path / "os.csv").read_bytes()
    made.write(tmp_path / "os.csv", "r", program=False)
    assert (tmp_path / "os.csv").read_bytes() != before
    change(tmp_path / "os.csv", tmp_path / "os.codebook.json")
    left = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(UnwritableOutput, match="exists"):
        made.write(tmp_path / "os.csv")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == left
    made.write(tmp_path / "os.csv", overwrite=True)
    assert (tmp_path / "os.csv").read_bytes() == before


def test_nothing_is_half_written(made, tmp_path):
    frame = made.frame.assign(COUNTRY=pd.Series("\udc80", made.frame.index, dtype=object))
    variables = (*made.dataset.variables, Variable("COUNTRY", "Country", "Char"))
    broken = replace(made, dataset=made.dataset.replace(frame=frame, variables=variables))
    with pytest.raises(UnwritableOutput, match="COUNTRY"):
        broken.write(tmp_path / "os.csv", "r")
    with pytest.raises(ConfigurationError):
        made.write(tmp_path / "os.docx")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["adtte.csv", "_variables.csv"])
def test_no_file_of_the_study_is_replaced(make, tmp_path, name):
    write(Study.of(*make()), tmp_path, to="csv")
    table = survival(read(tmp_path), "OS", gate=False)
    before = (tmp_path / name).read_bytes()
    with pytest.raises(UnwritableOutput, match="would replace an input"):
        table.write(tmp_path / name, overwrite=True)
    assert (tmp_path / name).read_bytes() == before
    assert table.write(tmp_path / "os.csv") == [tmp_path / "os.csv", tmp_path / "os.codebook.json"]


# Programs

TOOLS = {"lifelines": "csv", "scikit-survival": "parquet", "r": "csv", "sas": "xpt", "stata": "dta"}


@pytest.mark.parametrize("tool", TOOLS)
def test_a_program_appears_with_its_table(made, tmp_path, tool):
    table, codebook, program = made.write(tmp_path / f"os.{TOOLS[tool]}", tool)
    assert program.stem == "os"
    assert program.suffix == LAYOUTS[tool].program_suffix
    said = json.loads(codebook.read_text(encoding="utf-8"))
    assert said["program"] == program.name
    assert said["program_sha256"] == hashlib.sha256(program.read_bytes()).hexdigest()
    for statement in said["read_with"].split("; "):
        assert statement.rstrip(";") in program.read_text(encoding="utf-8")
    assert made.write(table, tool) == [table, codebook, program], "they belong together, so are replaced"


@pytest.mark.parametrize("tool", [*TOOLS, "csv", "parquet"])
def test_data_alone(made, tmp_path, tool):
    suffix = TOOLS.get(tool, tool)
    assert len(made.write(tmp_path / f"os.{suffix}", tool, program=False)) == 2
    said = json.loads((tmp_path / "os.codebook.json").read_text(encoding="utf-8"))
    assert "program" not in said
    assert said["read_with"]


def test_a_program_that_somebody_changed_is_not_replaced_unasked(made, tmp_path):
    *_, program = made.write(tmp_path / "os.csv", "r")
    program.write_text("# mine\n", encoding="utf-8")
    with pytest.raises(UnwritableOutput, match="exists"):
        made.write(tmp_path / "os.csv", "r")
    assert program.read_text(encoding="utf-8") == "# mine\n"
    made.write(tmp_path / "os.csv", "r", overwrite=True)
    assert program.read_text(encoding="utf-8") != "# mine\n"
    program.unlink()
    made.write(tmp_path / "os.csv", "r")
    assert program.exists()


@pytest.mark.parametrize("other", ["lifelines", "csv", "r without program"])
def test_a_program_does_not_remain_beside_the_table_of_another_tool(made, tmp_path, other):
    made.write(tmp_path / "os.csv", "r")
    left = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    layout, program = other.split()[0], other.endswith("program")
    for overwrite in (False, True):
        with pytest.raises(UnwritableOutput, match=r"was written with an earlier os\.csv") as refused:
            made.write(tmp_path / "os.csv", layout, program=not program, overwrite=overwrite)
        assert refused.value.where == str(tmp_path / "os.R")
        assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == left
    (tmp_path / "os.R").unlink()
    assert made.write(tmp_path / "os.csv", layout, program=not program)
    assert made.write(tmp_path / "other.csv", "csv"), "another name"


def test_what_is_not_beside_the_table_is_nothing_of_it(made, tmp_path):
    *_, codebook, program = made.write(tmp_path / "sub" / "os.csv", "r")
    program.rename(tmp_path / "os.R")
    codebook.write_text(codebook.read_text().replace('"os.R"', '"../os.R"'))
    assert made.write(tmp_path / "sub" / "os.csv", "lifelines")
    assert (tmp_path / "os.R").exists()


def test_a_program_is_no_input(made, tmp_path):
    (tmp_path / "os.R").write_text("# of the study\n", encoding="utf-8")
    with pytest.raises(UnwritableOutput, match="would replace an input"):
        made.write(tmp_path / "os.csv", "r", overwrite=True, keep=[tmp_path / "os.R"])


def test_a_model_that_the_tool_cannot_fit_is_written_as_data_alone(made, tmp_path):
    stratified = replace(made, model=Model(strata=("AGE",)))
    with pytest.raises(ConfigurationError, match="does not have strata in a Cox model"):
        stratified.write(tmp_path / "os.csv", "scikit-survival")
    assert list(tmp_path.iterdir()) == []
    assert len(stratified.write(tmp_path / "os.csv", "scikit-survival", program=False)) == 2


def test_names_that_sas_cannot_have_are_listed(made, tmp_path):
    variables = tuple(
        replace(each, name="AGE_AT_START", label="Age at the start of the treatment, in years")
        if each.name == "AGE"
        else each
        for each in made.dataset.variables
    )
    frame = made.frame.rename(columns={"AGE": "AGE_AT_START"})
    table = replace(made, dataset=made.dataset.replace(frame=frame, variables=variables))
    with pytest.warns(adamgate.MetadataNotKept) as told:
        table.write(tmp_path / "os.xpt")
    assert [str(each.message) for each in told] == [
        "os.xpt: renamed for sas: AGE_AT_START is AGE_AT_S",
        "os.xpt: labels cut to 40 bytes, whole in the codebook: AGE_AT_START",
    ]
    said = json.loads((tmp_path / "os.codebook.json").read_text(encoding="utf-8"))
    assert said["renamed"] == {"AGE_AT_START": "AGE_AT_S"}
    (back,) = read(tmp_path / "os.xpt")
    assert [each.name for each in back.variables][-1] == "AGE_AT_S"
