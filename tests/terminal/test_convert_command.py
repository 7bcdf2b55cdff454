"""`adamgate convert`: several datasets, what is selected of them, the record of a run."""

import errno
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import NamedTuple

import jsonschema
import numpy as np
import pandas as pd
import pytest
from syrupy.assertion import SnapshotAssertion

import adamgate as ag
from adamgate import cli
from adamgate.converters.formats.format import Output
from adamgate.converters.reading.read import Readings
from adamgate.converters.writing.conversion_run import Request, _output_of, converted
from adamgate.converters.writing.manifest import SCHEMA
from adamgate.converters.writing.target import Target

VALIDATOR = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))


class Ran(NamedTuple):
    code: int
    err: str


def dataset(name: str, **columns: list[object]) -> ag.Dataset:
    frame = pd.DataFrame({"USUBJID": ["S-01", "S-02", "S-03"], "AVAL": [1.5, np.nan, 3.0], **columns})
    described = [
        ag.Variable("USUBJID", "Subject", "Char", 8, key_sequence=1),
        ag.Variable("AVAL", "Value", "Num", 8, "8.2", key_sequence=2),
        *(ag.Variable(each, each.capitalize(), "Char", 8) for each in columns),
    ]
    return ag.Dataset.from_frame(frame, name, f"Label of {name}", described)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """``adam/`` with three datasets of which CSV cannot hold one, and a file that cannot be read."""
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith(("ADAMGATE_", "SOURCE_DATE"))]:
        monkeypatch.delenv(name)
    good = ag.Study.of(dataset("ADA", PARAMCD=["OS", "PFS", "OS"]), dataset("ADC"))
    ag.write(good, tmp_path / "adam", to="parquet")
    ag.write(dataset("ADB", TEXT=["a\0b", "", "c"]), tmp_path / "adam" / "adb.parquet")
    (tmp_path / "adam" / "add.parquet").write_bytes(b"PAR1 and no more")
    return tmp_path


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]):
    def command(*arguments: str) -> Ran:
        code = cli.run(["convert", *arguments])
        return Ran(code, capfd.readouterr().err)

    return command


def names(place: Path | str) -> list[str]:
    return sorted(each.name for each in Path(place).iterdir())


def manifest(path: str = "manifest.json") -> dict:
    found = json.loads(Path(path).read_bytes())
    VALIDATOR.validate(found)
    return found


# Several datasets


def test_what_can_be_written_is_and_the_rest_is_told(run, folder: Path, snapshot: SnapshotAssertion):
    code, err = run("adam", "out", "--to", "csv", "--where", "ADA: PARAMCD == 'OS'", "--drop", "ADC.AVAL")
    assert code == 4
    assert err == snapshot
    assert names("out") == ["_datasets.csv", "_variables.csv", "ada.csv", "adc.csv"]
    assert len(ag.read("out")["ADA"]) == 2


def test_sidecars_describe_what_was_written(run, folder: Path):
    run("adam", "out", "--to", "csv")
    described = pd.read_csv("out/_variables.csv")
    assert described["dataset"].unique().tolist() == ["ADA", "ADC"]
    assert pd.read_csv("out/_datasets.csv")["dataset"].tolist() == ["ADA", "ADC"]
    back = ag.read("out")
    assert [each.label for each in back] == ["Label of ADA", "Label of ADC"]
    assert back["ADC"].variable("AVAL").label == "Value"


def test_the_exit_code_is_the_highest(run, folder: Path):
    (folder / "adam" / "adb.parquet").unlink()
    assert run("adam", "one", "--to", "csv").code == 3, "one cannot be read"
    (folder / "adam" / "add.parquet").unlink()
    assert run("adam", "two", "--to", "csv").code == 0
    assert run("adam", "three", "--to", "csv", "--drop", "USUBJID,ADC.AVAL").code == 2, "ADC has nothing left"
    assert names("three") == ["_datasets.csv", "_variables.csv", "ada.csv"]
    Path("four").mkdir()
    Path("four/ada.parquet").write_bytes(b"of somebody else")
    code, err = run("adam", "four", "--to", "parquet", "--drop", "USUBJID,ADC.AVAL")
    assert code == 4
    assert "0 of 2 datasets written" in err
    assert names("four") == ["ada.parquet"]


def test_all_or_none(run, folder: Path):
    code, err = run("adam", "out", "--to", "csv", "--all-or-none", "--manifest", "manifest.json")
    assert (code, names(".")) == (3, [".git", "adam"])
    (folder / "adam" / "add.parquet").unlink()
    code, err = run("adam", "out", "--to", "csv", "--all-or-none", "--manifest", "manifest.json")
    assert (code, names(".")) == (4, [".git", "adam"])
    assert "ADB.TEXT: contains text with a NUL character" in err
    assert run("adam", "out", "--to", "parquet", "--all-or-none", "--manifest", "manifest.json").code == 0
    assert names("out") == ["ada.parquet", "adb.parquet", "adc.parquet"]
    assert [each["dataset"] for each in manifest()["datasets"]] == ["ADA", "ADB", "ADC"]


def test_python_writes_all_or_none(folder: Path):
    with pytest.raises(ag.UnreadableInput):
        ag.convert("adam", "out", to="csv")
    assert names(".") == [".git", "adam"]


def test_a_file_has_one_dataset_or_none(run, folder: Path):
    code, err = run("adam/ada.parquet", "adam/add.parquet", "out.csv")
    assert (code, names(".")) == (3, [".git", "adam"])
    assert "datasets written" not in err
    assert run("adam/ada.parquet", "adam/adc.parquet", "out.csv").code == 2


def test_two_of_one_name_are_refused_and_only_they(run, folder: Path):
    shutil.copytree("adam", "more")
    for each in ("adc", "adb", "add"):
        Path(f"more/{each}.parquet").unlink()
    (folder / "adam" / "add.parquet").unlink()
    code, err = run("adam", "more", "out", "--to", "parquet")
    assert code == 2
    assert err.count("dataset ADA was found twice") == 1
    assert names("out") == ["adb.parquet", "adc.parquet"]
    code, err = run("adam", "more", "two", "--to", "parquet", "--all-or-none")
    assert (code, err.count("dataset ADA was found twice")) == (2, 1)
    assert run("adam/ada.parquet", "more/ada.parquet", "one.xpt", "--one-file").code == 2
    assert names(".") == [".git", "adam", "more", "out"]


def test_several_of_one_name_are_told_together_and_with_what_cannot_be_read(run, folder: Path):
    shutil.copytree("adam", "more")
    code, err = run("adam", "more", "out", "--to", "parquet", "--all-or-none")
    assert code == 3, "the highest"
    assert [err.count(f"dataset {name} was found twice") for name in ("ADA", "ADB", "ADC")] == [1, 1, 1]
    for each in ("adam", "more"):
        Path(f"{each}/add.parquet").unlink()
    with pytest.raises(ag.ConfigurationError) as refused:
        ag.convert(["adam", "more"], "out", to="parquet")
    assert [each.split(":")[0] for each in refused.value.details] == [
        f"dataset {name} was found twice" for name in ("ADA", "ADB", "ADC")
    ]


def test_two_names_of_one_file_are_refused_and_only_they(folder: Path):
    alike = ("ADK", "AD\u212a")  # the Kelvin sign, whose lower case is k
    readings = Readings(tuple(dataset(name) for name in (*alike, "ADX")))
    done = converted(readings, Request(Target.of("out", "parquet")))
    assert [type(each.problem) for each in done.outcomes] == [ag.ConfigurationError] * 2 + [type(None)]
    assert names("out") == ["adx.parquet"]


def test_parts_belong_to_the_dataset_that_they_begin_with():
    outputs = [Output(dataset(name), Path(f"out/{name.lower()}.csv")) for name in ("AD", "ADX")]
    whole = {name: _output_of(Path("out", name), outputs).name for name in ("adx.csv", "adx1.csv", "ad1.csv")}
    assert whole == {"adx.csv": "adx.csv", "adx1.csv": "adx.csv", "ad1.csv": "ad.csv"}
    assert _output_of(Path("more/ad1.csv"), outputs) == Path("more/ad1.csv")


def test_every_input_that_cannot_be_read(run, folder: Path):
    code, err = run("gone.xpt", "adam/add.parquet", "out", "--to", "csv")
    assert code == 3
    assert "gone.xpt" in err
    assert "add.parquet" in err
    assert names(".") == [".git", "adam"]


def test_quiet_tells_what_failed(run, folder: Path):
    assert "error: CSV cannot hold" in run("adam", "out", "--to", "csv", "-q").err
    for each in ("adb", "add"):
        Path(f"adam/{each}.parquet").unlink()
    assert run("adam", "more", "--to", "parquet", "-q", "--keep", "AVAL") == (0, "")


# Selection


def test_a_selection_is_told(run, folder: Path, snapshot: SnapshotAssertion):
    selection = ("--where", "PARAMCD == 'OS'", "--keep", "AVAL,PARAMCD", "--rename", "AVAL=DURATION")
    code, err = run("adam/ada.parquet", "ada.parquet", *selection)
    assert (code, err) == (0, snapshot)
    assert ag.read("ada.parquet")["ADA"].frame["DURATION"].tolist() == [1.5, 3.0]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--keep", "AVALX"), "did you mean AVAL?"),
        (("--drop", "ADA.PARAM"), "PARAM is not present in ADA"),
        (("--where", "AVAL = 1"), "use == for equal"),
        (("--where", "ADX: AVAL == 1"), "dataset ADX is not present"),
        (("--rename", "AVAL"), "OLD=NEW"),
        (("--rename", "AVAL=USUBJID"), "would be named USUBJID"),
        (("--keep", "AVAL", "--drop", "AVAL"), "AVAL is kept and dropped"),
    ],
)
def test_a_selection_that_cannot_be_meant_writes_nothing(run, folder: Path, options, told):
    code, err = run("adam/ada.parquet", "adam/adc.parquet", "out", "--to", "csv", *options)
    assert code == 2
    assert told in err
    assert names(".") == [".git", "adam"]


def test_a_name_that_may_be_in_what_was_not_read_writes_nothing(run, folder: Path):
    code, err = run("adam", "out", "--to", "csv", "--drop", "BIRTHDT")
    assert code == 3
    assert "0 of 3 datasets written; 1 input not read" in err
    assert "BIRTHDT is not present" in err
    assert names(".") == [".git", "adam"]


# The manifest


def test_the_manifest_states_every_file(run, folder: Path):
    select = ("--where", "ADA: PARAMCD == 'OS'", "--rename", "AVAL=VALUE", "--drop", "USUBJID")
    code, err = run("adam", "out", "--to", "csv", "--manifest", "out/manifest.json", *select)
    assert code == 4
    assert "written: out/manifest.json" in err
    found = manifest("out/manifest.json")
    assert found["options"] == {
        "to": "csv",
        "drop": ["USUBJID"],
        "where": ["ADA: PARAMCD == 'OS'"],
        "rename": {"AVAL": "VALUE"},
    }
    assert found["created"] is None
    (unread,) = found["problems"]
    assert unread["where"].startswith("adam/add.parquet: ")
    stated = [
        *found["sidecars"]["outputs"],
        *(file for each in found["datasets"] for file in (*each["inputs"], *each["outputs"])),
    ]
    assert len(stated) == 7
    for each in stated:
        content = Path(each["path"]).read_bytes()
        assert (each["size"], each["sha256"]) == (len(content), hashlib.sha256(content).hexdigest())
    ada, adb, adc = found["datasets"]
    assert (ada["records"], ada["variables"]) == (2, ["VALUE", "PARAMCD"])
    assert ada["selection"] == {
        "where": ["PARAMCD == 'OS'"],
        "records_excluded": 1,
        "variables_dropped": ["USUBJID"],
        "keys_dropped": ["USUBJID"],
        "renamed": {"AVAL": "VALUE"},
    }
    assert ada["not_kept"] == [{"kind": "key order", "names": ["VALUE"]}]
    assert (adb["written"], adb["outputs"], adb["records"]) == (False, [], None)
    assert adb["problem"]["details"] == ["ADB.TEXT: contains text with a NUL character (first in record 1)"]
    assert adc["problem"] is None


def test_sidecars_of_the_inputs_are_stated_as_they_were(run, folder: Path):
    run("adam/ada.parquet", "source", "--to", "csv")
    before = {name: Path("source", name).read_bytes() for name in ("_variables.csv", "_datasets.csv")}
    assert (
        run("source/ada.csv", "adam/adc.parquet", "source", "--to", "csv", "--manifest", "m.json").code == 4
    )
    assert run("source/ada.csv", "x.parquet", "--manifest", "n.json").code == 0
    stated = {Path(each["path"]).name: each["sha256"] for each in manifest("m.json")["sidecars"]["inputs"]}
    assert stated == {name: hashlib.sha256(content).hexdigest() for name, content in before.items()}
    after = {Path(each["path"]).name: each["sha256"] for each in manifest("m.json")["sidecars"]["outputs"]}
    assert after["_variables.csv"] == hashlib.sha256(Path("source/_variables.csv").read_bytes()).hexdigest()
    assert after["_variables.csv"] != stated["_variables.csv"]


def test_the_same_inputs_give_the_same_bytes(run, folder: Path, monkeypatch: pytest.MonkeyPatch):
    for each in ("once", "again"):
        run("adam", "out", "--to", "csv", "--manifest", "m.json", "--overwrite")
        shutil.move("m.json", each)
    assert Path("once").read_bytes() == Path("again").read_bytes()
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    assert run("adam/ada.parquet", "x.csv", "--manifest", "m.json").code == 0
    assert manifest("m.json")["created"] == "2023-11-14T22:13:20+00:00"
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "9" * 30)
    assert run("adam/ada.parquet", "y.csv", "--manifest", "n.json").code == 2


def test_a_manifest_replaces_nothing_by_mistake(run, folder: Path):
    assert run("adam/ada.parquet", "x.csv", "--manifest", "x.csv").code == 4
    assert run("adam", "out", "--to", "csv", "--manifest", "out/ada.csv").code == 4
    assert run("adam/ada.parquet", "x.csv", "--manifest", "_variables.csv").code == 4
    assert names(".") == [".git", "adam"]
    Path("m.json").write_text("of somebody else")
    code, err = run("adam/ada.parquet", "x.csv", "--manifest", "m.json")
    assert (code, "already exists" in err, Path("x.csv").exists()) == (4, True, False)
    for name in ("ada", "adc"):
        assert run("adam/ada.parquet", "x.csv", "--manifest", f"adam/{name}.parquet", "--force").code == 4
    assert not Path("x.csv").exists()
    assert run("adam/ada.parquet", "x.csv", "--manifest", "m.json", "--force").code == 0
    assert manifest("m.json")["datasets"][0]["dataset"] == "ADA"


def test_a_manifest_beside_the_data_is_known_as_ours(run, folder: Path):
    run("adam/ada.parquet", "out", "--to", "json", "--manifest", "out/manifest.json")
    study = ag.read("out")
    assert ([each.name for each in study], study.notes) == (["ADA"], ())


def test_python_writes_the_manifest_too(folder: Path):
    given = {"keep": ["AVAL", "PARAMCD"], "where": "AVAL > 1", "rename": {"AVAL": "VALUE"}}
    written = ag.convert("adam/ada.parquet", "x.parquet", manifest="m.json", **given)
    assert written == [Path("x.parquet"), Path("m.json")]
    assert manifest("m.json")["options"] == {**given, "where": ["AVAL > 1"]}


# What may happen on the way


def test_a_full_disk_leaves_what_was_complete(run, folder: Path, monkeypatch: pytest.MonkeyPatch):
    flush, left = os.fsync, [4]

    def full(handle: int) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        flush(handle)

    monkeypatch.setattr("adamgate.converters.writing.atomic.os.fsync", full)
    for each in ("adb", "add"):
        Path(f"adam/{each}.parquet").unlink()
    code, err = run("adam", "out", "--to", "csv", "--manifest", "m.json")
    assert code == 4
    assert "1 of 2 datasets written" in err
    assert err.count("No space left on device") == 2, "of the second dataset and of the manifest"
    assert names("out") == ["_datasets.csv", "_variables.csv", "ada.csv"]
    assert pd.read_csv("out/_variables.csv")["dataset"].unique().tolist() == ["ADA"]
    assert not Path("m.json").exists()


KILLED = """
import os, signal, sys
import adamgate.cli as cli
import adamgate.converters.writing.atomic as atomic

left, flush = int(sys.argv.pop()), atomic.os.fsync

def killed(handle):
    global left
    left -= 1
    if left < 0:
        os.kill(os.getpid(), signal.SIGKILL)
    flush(handle)

atomic.os.fsync = killed
sys.argv[0] = "adamgate"
cli.main()
"""


@pytest.mark.one_version
@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.parametrize("flushed", range(0, 9, 2))
def test_a_killed_run_leaves_whole_datasets_and_the_next_one_tidies_up(folder: Path, run, flushed: int):
    for each in ("adb", "add"):
        Path(f"adam/{each}.parquet").unlink()
    words = ["convert", "adam", "out", "--to", "csv", "--manifest", "out/m.json"]
    command = [sys.executable, "-c", KILLED, *words, str(flushed)]
    assert subprocess.run(command, capture_output=True, check=False).returncode == -signal.SIGKILL
    whole = [each for each in names("out") if not each.startswith(".")]
    assert whole in ([], ["_datasets.csv", "_variables.csv", "ada.csv"], [*ALL[:-1]])
    assert "m.json" not in whole, "it is written last, so that a run without it did not end"
    for each in ag.read("out") if whole else ():
        assert each.label == f"Label of {each.name}"
    assert run(*words[1:], "--overwrite").code == 0
    assert names("out") == ALL


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_a_killed_run_leaves_no_earlier_manifest(folder: Path, run):
    """That would state files of which some are others now."""
    Path("adam/add.parquet").unlink()
    words = ["convert", "adam", "out", "--to", "parquet", "--manifest", "m.json", "--overwrite"]
    assert run(*words[1:]).code == 0
    earlier = manifest("m.json")["datasets"]
    command = [sys.executable, "-c", KILLED, *words, "--where", "AVAL > 1", "3"]
    assert subprocess.run(command, capture_output=True, check=False).returncode == -signal.SIGKILL
    stated = [each["sha256"] for dataset in earlier for each in dataset["outputs"]]
    now = [
        hashlib.sha256(Path(f"out/{each}").read_bytes()).hexdigest()
        for each in names("out")
        if each[0] != "."
    ]
    assert now != stated, "some were replaced"
    assert not Path("m.json").exists()


def test_a_run_that_can_write_nothing_keeps_the_earlier_manifest(run, folder: Path):
    for each in ("adb", "add"):
        Path(f"adam/{each}.parquet").unlink()
    words = ["adam", "out", "--to", "csv", "--manifest", "m.json", "--overwrite"]
    assert run(*words).code == 0
    earlier = Path("m.json").read_bytes()
    assert run(*words, "--all-or-none", "--drop", "USUBJID,AVAL,PARAMCD").code == 2
    assert run(*words, "--keep", "AVALL").code == 2
    assert Path("m.json").read_bytes() == earlier


ALL = ["_datasets.csv", "_variables.csv", "ada.csv", "adc.csv", "m.json"]


def test_a_run_that_writes_meanwhile_keeps_its_lines(folder: Path):
    """A large dataset takes long; another run ends in between, and both are described."""

    def other(name: str, done: int, total: int) -> None:
        if name == "ada.csv" and not Path("out/adc.csv").exists():
            ag.convert("adam/adc.parquet", "out/adc.csv")

    with pytest.warns(ag.MetadataNotKept):
        ag.convert("adam/ada.parquet", "out/ada.csv", progress=other)
    assert pd.read_csv("out/_variables.csv")["dataset"].unique().tolist() == ["ADC", "ADA"]
    assert [each.label for each in ag.read("out")] == ["Label of ADA", "Label of ADC"]


@pytest.mark.slow
def test_two_runs_at_once(folder: Path):
    """Whatever their order, every dataset is whole and is described."""
    for each in ("adb", "add"):
        Path(f"adam/{each}.parquet").unlink()
    done = []

    def convert(number: int) -> None:
        words = ["convert", "adam", "out", "--to", "csv", "--overwrite", "--manifest", f"{number}.json"]
        command = [sys.executable, "-m", "adamgate", *words]
        done.append(subprocess.run(command, capture_output=True, check=False).returncode)

    runs = [threading.Thread(target=convert, args=[number]) for number in range(3)]
    for each in runs:
        each.start()
    for each in runs:
        each.join(120)
    assert done == [0, 0, 0]
    assert names("out") == ALL[:-1]
    assert [each.label for each in ag.read("out")] == ["Label of ADA", "Label of ADC"]
    for number in range(3):
        for each in manifest(f"{number}.json")["datasets"]:
            (file,) = each["outputs"]
            assert file["sha256"] == hashlib.sha256(Path(file["path"]).read_bytes()).hexdigest()


def test_tables_of_a_dataset_that_failed_are_not_told(run, folder: Path, monkeypatch: pytest.MonkeyPatch):
    Path("out").mkdir()
    for name in ("ada.csv", "adc.csv"):
        Path("out", name).write_text("of somebody else")
    code, err = run("adam", "out", "--to", "csv", "--manifest", "m.json")
    assert code == 4
    assert "written: out/_variables.csv" not in err
    assert manifest("m.json")["sidecars"]["outputs"] == []
