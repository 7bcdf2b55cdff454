"""Outputs whose names are not text, and sidecars that are others' by a link."""

import sys
from pathlib import Path

import pandas as pd
import pytest

import adamgate as ag
from adamgate import cli
from adamgate.schemas.study.dataset import Dataset

ODD = ["a\0b", "a\ud800b", "a\udcffb"]
ADSL = "STUDYID,USUBJID,SUBJID\nS,S-01,01\n"
ADTTE = "STUDYID,USUBJID,PARAMCD,PARAM,AVAL,CNSR\nS,S-01,OS,Overall Survival (days),11,0\n"


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "adsl.csv").write_text(ADSL)
    (folder / "adtte.csv").write_text(ADTTE)
    monkeypatch.chdir(tmp_path)
    return folder


@pytest.mark.parametrize("name", ODD)
@pytest.mark.parametrize("suffix", ["csv", "parquet", "json"])
def test_an_output_whose_name_is_not_text_is_refused(data: Path, name: str, suffix: str):
    study = ag.read(data)
    with pytest.raises(ag.UnwritableOutput, match="name is not valid text"):
        ag.write(study["ADTTE"], f"{name}.{suffix}")
    if suffix != "json":
        with pytest.raises(ag.UnwritableOutput, match="name is not valid text"):
            ag.survival(study, "OS", gate=False).write(f"{name}.{suffix}")
    assert [path.name for path in data.parent.iterdir()] == ["data"]


def test_nor_does_its_folder_hold_nul(data: Path):
    with pytest.raises(ag.UnwritableOutput, match="not valid text"):
        ag.write(ag.read(data), "a\0b", to="csv")


@pytest.mark.parametrize(
    "arguments",
    [
        ("convert", "data/adtte.csv", "x\udcff.csv"),
        ("survival", "data", "--param", "OS", "--no-gate", "-o", "x\udcff.csv"),
        ("survival", "data", "--param", "OS", "--no-gate", "--for", "r", "-o", "x\udcff.csv"),
        ("survival", "data", "--param", "OS", "--no-gate", "-o", "x\udcff.parquet"),
        ("validate", "data", "-o", "x\udcff.json"),
    ],
)
def test_on_the_command_line_too(data: Path, arguments: tuple[str, ...]):
    assert cli.run(arguments) == 4
    assert [path.name for path in data.parent.iterdir()] == ["data"]


@pytest.mark.parametrize(
    "option", ["--missing", "--encoding", "--select", "--ignore", "--today", "--max-unpacked"]
)
@pytest.mark.parametrize(
    "command", [("validate", "data"), ("survival", "data", "--param", "OS", "-o", "t.csv")]
)
def test_a_word_that_is_not_text_is_wrong_usage(data: Path, command: tuple[str, ...], option: str):
    assert cli.run([*command, option, "x\udcff"]) == 2


@pytest.mark.parametrize("setting", ["ct", "catalog", "missing", "encoding"])
@pytest.mark.parametrize(
    "command", [("validate", "data"), ("survival", "data", "--param", "OS", "-o", "t.csv")]
)
def test_nul_in_settings_is_told(data: Path, setting: str, command: tuple[str, ...]):
    listed = '["a\\u0000b"]' if setting in ("ct", "missing") else '"a\\u0000b"'
    Path("adamgate.toml").write_text(f"[settings]\n{setting} = {listed}\n")
    assert cli.run(command) in ((1, 0) if setting == "missing" else (2,))


@pytest.mark.parametrize("name", ODD)
def test_an_input_that_no_file_can_be_is_not_there(data: Path, name: str):
    for reading in (ag.read, ag.read_baseline):
        with pytest.raises(ag.UnreadableInput):
            reading(name)
    with pytest.raises(ag.UnreadableInput):
        ag.read(data, catalog=name)
    with pytest.raises(ag.ConfigurationError):
        ag.load_rules(name)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems hold no names of stray bytes")
def test_an_input_of_such_a_name_gives_a_table_whose_codebook_is_json(data: Path):
    (data / "adtte.csv").rename(data / "adtte.x\udcff.csv")
    (data / "_variables.csv").write_text("dataset,variable,label\nADSL,USUBJID,Subject\n")
    study = ag.Study.of(*(each.replace(name=each.name[:5].rstrip("X.")) for each in ag.read(data)))
    written = ag.survival(study, "OS", gate=False).write("t.csv")
    assert "\\udcff" in written[1].read_text("utf-8")


@pytest.mark.parametrize(
    "option",
    [
        {"encoding": 1},
        {"encoding": "x\ud800"},
        {"max_unpacked": "x"},
        {"max_unpacked": -1},
        {"max_unpacked": 0},
        {"max_unpacked": True},
        {"missing": 1},
        {"missing": [b"NA"]},
        {"missing": "x\ud800"},
        {"catalog": 1},
        {"recursive": "no"},
        {"progress": 1},
        {"decimal": []},
    ],
)
def test_options_of_a_wrong_kind_are_named(data: Path, option: dict[str, object]):
    (name,) = option
    for reading in (ag.read, lambda path, **given: ag.convert(path, "out", to="json", **given)):
        with pytest.raises(ag.ConfigurationError, match=f"is not a value of {name}"):
            reading(data, **option)


def described(folder: Path) -> Path:
    folder.mkdir()
    dataset = Dataset.from_frame(pd.DataFrame({"USUBJID": ["1"], "AVAL": [1.0]}), "ADTTE")
    ag.write(dataset, folder / "adtte.csv")
    return folder / "_variables.csv"


@pytest.mark.parametrize("sidecar", ["_variables.csv", "_datasets.csv"])
def test_a_sidecar_of_the_input_is_not_written_through_a_link(tmp_path: Path, sidecar: str):
    source = described(tmp_path / "in").with_name(sidecar)
    before = source.read_bytes()
    out = tmp_path / "out"
    out.mkdir()
    (out / sidecar).symlink_to(source)
    with pytest.raises(ag.UnwritableOutput, match="would replace an input"):
        ag.convert(tmp_path / "in" / "adtte.csv", out / "other.csv")
    assert source.read_bytes() == before
    assert [path.name for path in out.iterdir()] == [sidecar]


def test_a_sidecar_may_grow_in_its_own_folder(tmp_path: Path):
    described(tmp_path / "in")
    study = ag.read(tmp_path / "in")
    (tmp_path / "link").symlink_to(tmp_path / "in")
    ag.write(study["ADTTE"].replace(name="ADSL"), tmp_path / "link" / "adsl.csv")
    assert "ADSL" in (tmp_path / "in" / "_variables.csv").read_text()
