"""What is read of a path, a folder or several, and how problems are collected."""

import csv
import hashlib
import json
import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest
from define_documents import DEFINE_2_1

from adamgate.converters.formats import readable
from adamgate.converters.formats.csv import reader as csv_reader
from adamgate.converters.formats.format import ReadOptions
from adamgate.converters.reading.read import read
from adamgate.schemas.errors import UnreadableInput, UnreadableInputs
from adamgate.schemas.gate.validate import validate
from adamgate.schemas.standards.structure import Structure
from adamgate.schemas.study.declarations import Declarations
from adamgate.schemas.study.study import Study

ADTTE = "USUBJID,AVAL\n1,2\n"
ADSL = "USUBJID,AGE\n1,50\n"


def put(folder: Path, name: str, content: str = ADTTE) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    return path


def shown(problem: UnreadableInput, folder: Path) -> str:
    return str(problem).replace(str(folder), "FOLDER")


def test_a_file_a_folder_and_several(tmp_path: Path) -> None:
    adtte, adsl = put(tmp_path, "adtte.csv"), put(tmp_path, "ADSL.CSV", ADSL)
    assert [data.name for data in read(adtte)] == ["ADTTE"]
    assert [data.name for data in read(str(tmp_path))] == ["ADSL", "ADTTE"]
    assert [data.name for data in read([adtte, adsl])] == ["ADTTE", "ADSL"]
    assert [data.name for data in read([adtte, tmp_path])] == ["ADTTE", "ADSL"]


def test_a_folders_other_files_are_left_out(tmp_path: Path) -> None:
    put(tmp_path, "adtte.csv")
    for name in ("_variables.csv", "_own.csv", ".hidden.csv", "~$adsl.csv", "notes.md"):
        put(tmp_path, name, "dataset,variable\n")
    put(tmp_path, "define.xml", DEFINE_2_1)
    put(tmp_path, "datasets.csv", "dataset,label\nADTTE,Time\n")
    put(tmp_path, "report.json", '{"findings": []}')
    put(tmp_path, "deeper/adsl.csv", ADSL)
    assert [data.name for data in read(tmp_path)] == ["ADTTE"]


def test_json_that_is_named_or_broken_is_not_left_out(tmp_path: Path) -> None:
    put(tmp_path, "adtte.csv")
    report = put(tmp_path, "report.json", '{"findings": []}')
    with pytest.raises(UnreadableInput, match="not Dataset-JSON"):
        read(report)
    put(tmp_path, "cut.json", '{"findings": [')
    put(tmp_path, "empty.json", "")
    with pytest.raises(UnreadableInputs) as refusal:
        read(tmp_path)
    assert [problem.what for problem in refusal.value.problems] == [
        "the file is truncated: the JSON is incomplete",
        "the file is empty",
    ]


def test_sidecars_among_several_files_are_no_data(tmp_path: Path) -> None:
    files = [put(tmp_path, "_variables.csv", "dataset,variable\n"), put(tmp_path, "adtte.csv")]
    assert [data.name for data in read(files)] == ["ADTTE"]


def test_every_file_has_its_hash_and_path(tmp_path: Path) -> None:
    path = put(tmp_path, "adtte.csv")
    source = read(path)["ADTTE"].source
    assert source is not None
    assert (source.path, source.sha256) == (path, hashlib.sha256(path.read_bytes()).hexdigest())


def test_datasets_csv_declares_structures_of_any_format(tmp_path: Path) -> None:
    put(tmp_path, "adx.csv")
    put(
        tmp_path,
        "datasets.csv",
        "Filename,Label,class,subclass\nadx.csv,X,BASIC DATA STRUCTURE,TIME-TO-EVENT\n",
    )
    data = read(tmp_path)["adx"]
    assert data.structure is Structure.TTE
    assert (data.label, data.declared_class) == ("X", "BASIC DATA STRUCTURE")


@pytest.mark.slow
def test_all_conformance_cases_are_read(shared: Path) -> None:
    folders = sorted({path.parent for path in (shared / "conformance/cases").glob("*/*/*.json")})
    assert folders
    for folder in folders:
        study = read(folder)
        assert len(study) == len(list(folder.glob("*.json")))
        told = {
            row["dataset"]: row for row in csv.DictReader((folder / "datasets.csv").read_text().splitlines())
        }
        assert all(data.declared_class == told[data.name]["class"] for data in study)
        assert all(data.declared_subclass == told[data.name]["subclass"] for data in study)
        assert not any(data.notes for data in study)


def test_one_bad_file_is_told_as_it_is(tmp_path: Path) -> None:
    put(tmp_path, "adtte.csv", "")
    put(tmp_path, "adsl.csv", ADSL)
    with pytest.raises(UnreadableInput) as refusal:
        read(tmp_path)
    assert not isinstance(refusal.value, UnreadableInputs)


def test_all_bad_files_are_told_at_once(tmp_path: Path, snapshot: object) -> None:
    put(tmp_path, "adae.csv", "USUBJID,AETERM\n1\n")
    put(tmp_path, "adsl.csv", ADSL)
    put(tmp_path, "adtte.csv", "")
    put(tmp_path, "adrs.tsv", "<html></html>")
    put(tmp_path, "datasets.csv", "label\nx\n")
    with pytest.raises(UnreadableInputs) as refusal:
        read([tmp_path, tmp_path / "adls.csv"])
    assert shown(refusal.value, tmp_path) == snapshot


def test_a_broken_sidecar_is_told_once(tmp_path: Path) -> None:
    put(tmp_path, "adtte.csv")
    put(tmp_path, "adsl.csv", ADSL)
    put(tmp_path, "_variables.csv", "label\n")
    with pytest.raises(UnreadableInput) as refusal:
        read(tmp_path)
    assert not isinstance(refusal.value, UnreadableInputs)


def test_two_files_for_one_dataset_are_refused(tmp_path: Path, snapshot: object) -> None:
    put(tmp_path, "adtte.csv")
    put(tmp_path, "adtte.tsv")
    with pytest.raises(UnreadableInput) as refusal:
        read(tmp_path)
    assert shown(refusal.value, tmp_path) == snapshot


@pytest.mark.parametrize(
    "name", ["adtte.ods", "adtte", "formats.sas7bcat", "define.xml", "adtt.csv", "_variables.csv"]
)
def test_what_cannot_be_read_is_told_with_advice(tmp_path: Path, snapshot: object, name: str) -> None:
    put(tmp_path, "adtte.csv")
    if name != "adtt.csv":
        put(tmp_path, name, "x")
    with pytest.raises(UnreadableInput) as refusal:
        read([tmp_path / name, tmp_path / name])
    assert shown(refusal.value, tmp_path) == snapshot


def test_a_folder_without_data_and_no_input_at_all(tmp_path: Path, snapshot: object) -> None:
    put(tmp_path, "notes.md")
    with pytest.raises(UnreadableInput) as refusal:
        read(tmp_path)
    assert shown(refusal.value, tmp_path) == snapshot
    with pytest.raises(UnreadableInput, match="no input is given"):
        read([])


def test_a_file_that_changes_while_it_is_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put(tmp_path, "adtte.csv")

    def grow(name: str, done: int, total: int) -> None:
        with path.open("a") as file:
            file.write("2,3\n")

    with pytest.raises(UnreadableInput, match="changed while it was being read"):
        read(path, progress=grow)


def test_failures_of_the_machine_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = put(tmp_path, "adtte.csv")

    def fail(error: Exception) -> None:
        def reader(*_: object) -> list[object]:
            raise error

        monkeypatch.setattr(csv_reader, "read_csv", reader)

    fail(PermissionError(13, "Permission denied"))
    with pytest.raises(UnreadableInput, match="cannot be opened") as refusal:
        read(path)
    assert "Permission denied" in refusal.value.where
    fail(MemoryError())
    with pytest.raises(UnreadableInput, match="does not fit into memory"):
        read(path)


def test_every_reader_is_there() -> None:
    for each in readable().values():
        with pytest.raises((FileNotFoundError, UnreadableInput)):
            each.read(Path("/nowhere/x.file"), ReadOptions())


@pytest.mark.slow
def test_a_csv_is_read_without_the_other_formats_tools(tmp_path: Path) -> None:
    path = put(tmp_path, "adtte.csv")
    program = (
        "import sys; from adamgate.converters.reading.read import read; "
        f"read({str(path)!r}); print([m for m in ('pyreadstat', 'orjson', 'pandera') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_what_may_be_data_and_is_not_read_is_listed(tmp_path: Path) -> None:
    put(tmp_path, "adsl.csv", ADSL)
    for name in ("adtte.xpt.bz2", "adae.XLSX", "adrs.sas7bdat.zip", "adlb.rds"):
        put(tmp_path, name, "x")
    put(tmp_path, "adtte.json", "{}")
    put(tmp_path, "adae.json", "[1]")
    put(tmp_path, "adex.csv/notes.md", "x")
    for name in ("README.md", "make.py", "formats.sas7bcat", "_variables.csv", "guide.pdf"):
        put(tmp_path, name, "dataset,variable\n")
    put(tmp_path, "define.xml", DEFINE_2_1)
    put(tmp_path, "old.json", '{"schema_version": "1.1", "verdict": "passed", "findings": []}')
    put(tmp_path, "os.codebook.json", '{"schema_version": "1.0", "polarity": "event is CNSR = 0"}')
    (note,) = read(tmp_path).notes
    assert str(note).replace(str(tmp_path), "FOLDER") == (
        "not read in FOLDER, may contain data: adae.XLSX (Excel), "
        "adae.json (JSON, but not Dataset-JSON), adlb.rds (R), "
        "adrs.sas7bdat.zip (archive), adtte.json (JSON, but not Dataset-JSON), adtte.xpt.bz2 (compressed)"
    )


_FILL = '{"a": "%s", ' % ("x" * 200_000)


@pytest.mark.parametrize("end", ['"findings": []}', "cut"])
def test_long_json_is_left_out_by_its_head_and_its_lack_of_the_key(end: str, tmp_path: Path) -> None:
    put(tmp_path, "adsl.csv", ADSL)
    put(tmp_path, "big.json", _FILL + end)
    (note,) = read(tmp_path).notes
    assert "big.json (JSON, but not Dataset-JSON)" in str(note)


@pytest.mark.parametrize("before", [0, 65_520, 65_536, 131_050])
def test_the_key_of_dataset_json_is_found_wherever_it_stands(before: int, tmp_path: Path) -> None:
    put(tmp_path, "adsl.csv", ADSL)
    put(
        tmp_path,
        "late.json",
        json.dumps({"a": "x" * before, "datasetJSONVersion": "9", "b": "y" * 70_000}),
    )
    with pytest.raises(UnreadableInput, match="the file is Dataset-JSON 9"):
        read(tmp_path)


def test_long_json_that_we_wrote_is_left_out_without_a_note(tmp_path: Path) -> None:
    put(tmp_path, "adsl.csv", ADSL)
    report = {"schema_version": "1.1", "verdict": "passed", "findings": ["x" * 70_000]}
    put(tmp_path, "old.json", json.dumps(report, indent=2))
    assert read(tmp_path).notes == ()


def test_files_that_are_named_have_no_such_note(tmp_path: Path) -> None:
    put(tmp_path, "adae.xlsx", "x")
    path = put(tmp_path, "adtte.csv")
    assert read(path).notes == ()
    assert len(read([tmp_path, path, tmp_path]).notes) == 1


def test_a_long_list_of_files_is_cut_and_counted(tmp_path: Path) -> None:
    put(tmp_path, "adtte.csv")
    for number in range(25):
        put(tmp_path, f"{number:02}.xlsx", "x")
    (note,) = read(tmp_path).notes
    assert note.message.endswith("19.xlsx (Excel) and 5 more")


def test_the_gate_tells_what_was_not_read(tmp_path: Path) -> None:
    put(tmp_path, "adsl.csv", ADSL)
    put(tmp_path, "adtte.xlsx", "x")
    study = read(tmp_path)
    assert study.notes
    assert validate(study).notes[: len(study.notes)] == study.notes


def test_notes_on_a_study_stay_with_it(tmp_path: Path) -> None:
    put(tmp_path, "adsl.csv", ADSL)
    put(tmp_path, "adtte.xlsx", "x")
    study = read(tmp_path)
    assert study.declaring(Declarations()).notes == study.notes
    assert pickle.loads(pickle.dumps(study)).notes == study.notes
    assert Study.of(*study).notes == ()


def test_links_to_nothing_are_refused_with_all_other_problems(tmp_path: Path) -> None:
    put(tmp_path, "adsl.csv", ADSL)
    (tmp_path / "adtte.xpt").symlink_to(tmp_path / "gone.xpt")
    with pytest.raises(UnreadableInput, match="link target does not exist") as refusal:
        read(tmp_path)
    assert refusal.value.where == str(tmp_path / "adtte.xpt")
    put(tmp_path, "adae.csv", "")
    os.mkfifo(tmp_path / "adrs.csv")
    with pytest.raises(UnreadableInputs) as refusals:
        read(tmp_path)
    assert [problem.what for problem in refusals.value.problems] == [
        "not a file",
        "the link target does not exist",
        "the file is empty",
    ]


@pytest.mark.parametrize("name", ["_variables.csv", "datasets.csv"])
def test_a_sidecar_that_is_a_link_to_nothing_is_refused(tmp_path: Path, name: str) -> None:
    put(tmp_path, "adsl.csv", ADSL)
    (tmp_path / name).symlink_to(tmp_path / "gone.csv")
    with pytest.raises(UnreadableInput, match="cannot be read as a table"):
        read(tmp_path)


def test_a_folder_without_readable_data_tells_what_is_there(tmp_path: Path) -> None:
    put(tmp_path, "adtte.xlsx", "x")
    with pytest.raises(UnreadableInput, match="no data files that can be read") as refusal:
        read(tmp_path)
    assert "adtte.xlsx (Excel)" in refusal.value.where


def test_a_catalogue_that_is_not_there_is_told_whatever_is_read(root, tmp_path):
    with pytest.raises(UnreadableInput, match="format catalogue does not exist"):
        read(root / "fixtures" / "cartitude1", catalog=tmp_path / "formats.sas7bcat")
