"""Subfolders of a delivery: named where they are not read, read when that is asked for."""

from pathlib import Path

import pytest
from define_documents import DEFINE_2_1

import adamgate as ag
from adamgate.cli import run
from adamgate.converters.reading import delivery
from adamgate.converters.reading.read import read
from adamgate.schemas.errors import UnreadableInput, UnreadableInputs
from adamgate.schemas.standards.structure import Structure

ADTTE = "USUBJID,AVAL\n1,2\n"
ADSL = "USUBJID,AGE\n1,50\n"
ECTD = "m5/datasets/abc-1/analysis/adam/datasets"


def put(folder: Path, name: str, content: str = ADTTE) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    return path


def notes(study: ag.Study, folder: Path) -> list[str]:
    return [str(note).replace(str(folder), "FOLDER") for note in study.notes]


def names(study: ag.Study) -> list[str]:
    return [dataset.name for dataset in study]


def test_subfolders_with_data_are_named(tmp_path):
    put(tmp_path, "adsl.csv", ADSL)
    for name in ("deep/er/adtte.csv", "sub/b.csv", "sub/a.xpt", "sub/c.xlsx", "sub/d.csv", "sub/e.csv"):
        put(tmp_path, name)
    for name in ("programs/adsl.sas", "docs/define.xml", "empty/_variables.csv", ".git/adae.csv"):
        put(tmp_path, name)
    (note,) = notes(read(tmp_path), tmp_path)
    assert note == (
        "not read: subfolders of FOLDER that may contain data: sub (a.xpt, b.csv, c.xlsx and 2 more), "
        "deep/er (adtte.csv); use --recursive (recursive=True in Python) to read them"
    )


def test_json_in_subfolders_counts_where_it_is_dataset_json(tmp_path):
    put(tmp_path, "adsl.csv", ADSL)
    put(tmp_path, "out/report.json", '{"verdict": "passed", "schema_version": "1"}')
    put(tmp_path, "schemas/x.json", '{"properties": {"datasetJSONVersion": {"type": "string"}}}')
    assert read(tmp_path).notes == ()
    put(tmp_path, "json/adtte.json", '{"datasetJSONVersion" : "1.1.0"')
    assert "data: json (adtte.json);" in notes(read(tmp_path), tmp_path)[0]


def test_no_note_on_a_subfolder_that_is_read_beside(tmp_path):
    put(tmp_path, "adsl.csv", ADSL)
    put(tmp_path, "sub/adtte.csv")
    assert read([tmp_path, tmp_path / "sub"]).notes == ()


def test_a_folder_that_holds_only_subfolders_says_where_the_data_are(tmp_path):
    put(tmp_path, f"{ECTD}/adsl.csv", ADSL)
    with pytest.raises(UnreadableInput, match="not read") as refusal:
        read(tmp_path)
    assert refusal.value.where == f"{tmp_path}, 0 files; data in {ECTD} (adsl.csv)"
    assert "--recursive" in refusal.value.advice


def test_recursive_reads_all_folders_with_their_own_tables(tmp_path):
    put(tmp_path, f"{ECTD}/adsl.csv", ADSL)
    put(tmp_path, f"{ECTD}/tte/adx.csv")
    put(tmp_path, f"{ECTD}/tte/_variables.csv", "dataset,variable,label\nADX,AVAL,Analysis Value\n")
    put(tmp_path, f"{ECTD}/tte/datasets.csv", "Filename,class,subclass\nadx.csv,BDS,TIME-TO-EVENT\n")
    put(tmp_path, "m5/datasets/abc-1/tabulations/ae.xlsx")
    put(tmp_path, ".trash/adsl.csv", ADSL)
    study = read(tmp_path, recursive=True)
    assert names(study) == ["ADSL", "ADX"]
    assert study["ADX"].structure is Structure.TTE
    assert study["ADX"].variable("AVAL").label == "Analysis Value"
    assert study["ADX"].source.path == tmp_path / ECTD / "tte/adx.csv"
    assert notes(study, tmp_path) == [
        "not read in FOLDER, may contain data: m5/datasets/abc-1/tabulations/ae.xlsx (Excel)"
    ]


def test_one_dataset_in_two_subfolders_is_refused_with_both(tmp_path):
    put(tmp_path, f"{ECTD}/adlb.csv")
    put(tmp_path, f"{ECTD}/split/adlb.csv")
    with pytest.raises(UnreadableInput, match="ADLB was found twice") as refusal:
        read(tmp_path, recursive=True)
    assert f"{ECTD}/adlb.csv" in refusal.value.where
    assert f"{ECTD}/split/adlb.csv" in refusal.value.where
    assert "folder to read" in refusal.value.advice


def test_links_do_not_loop_and_no_folder_is_read_twice(tmp_path):
    study = tmp_path / "study"
    put(study, "a/adsl.csv", ADSL)
    put(tmp_path, "beside/adae.csv")
    (study / "a/again").symlink_to(study)
    (study / "a/above").symlink_to(tmp_path)
    (study / "b").symlink_to(study / "a")
    (study / "beside").symlink_to(tmp_path / "beside")
    assert names(read(study, recursive=True)) == ["ADSL", "ADAE"]
    with pytest.raises(UnreadableInput) as refusal:
        read(study)
    assert "data in a (adsl.csv), beside (adae.csv)" in refusal.value.where


def test_a_subfolder_that_may_not_be_read_is_not_passed_over(tmp_path, monkeypatch):
    put(tmp_path, "adsl.csv", ADSL)
    closed = put(tmp_path, "closed/adtte.csv").parent
    for owner, name in ((delivery.os, "scandir"), (delivery, "contents_of")):
        monkeypatch.setattr(owner, name, refusing(closed, getattr(owner, name)))
    assert "data: closed (cannot be listed);" in notes(read(tmp_path), tmp_path)[0]
    with pytest.raises(UnreadableInput, match="cannot be listed") as refusal:
        read(tmp_path, recursive=True)
    assert refusal.value.where == f"{closed}: Permission denied"


def refusing(closed, look):
    """The function as it is where the system lets nobody into one folder."""

    def look_into(folder, *options):
        if folder == closed:
            raise PermissionError(13, "Permission denied", str(folder))
        return look(folder, *options)

    return look_into


def test_the_search_for_a_note_ends(tmp_path, monkeypatch):
    put(tmp_path, "adsl.csv", ADSL)
    for number in range(30):
        put(tmp_path, f"many/{number:02}/x.md")
    monkeypatch.setattr(delivery, "_LOOKED_AT", 20)
    assert "data: not all of them were searched;" in notes(read(tmp_path), tmp_path)[0]
    put(tmp_path, "first/adtte.csv")
    assert "data: first (adtte.csv) and possibly more;" in notes(read(tmp_path), tmp_path)[0]
    monkeypatch.undo()
    for number in range(8):
        put(tmp_path, f"many/{number:02}/adtte.csv")
    assert "many/03 (adtte.csv) and 4 more;" in notes(read(tmp_path), tmp_path)[0]


def test_all_bad_files_below_are_told_at_once(tmp_path):
    put(tmp_path, "a/adsl.csv", "")
    put(tmp_path, "b/adtte.csv", "")
    with pytest.raises(UnreadableInputs, match="2 inputs"):
        read(tmp_path, recursive=True)


@pytest.mark.parametrize("file", ["part-00000-1c2d.c000.csv", "part-0.parquet", "part.3.parquet"])
def test_parts_under_another_folders_name_are_refused_with_advice(tmp_path, file):
    put(tmp_path, f"adtte/{file}")
    with pytest.raises(UnreadableInput, match="parts of one dataset") as refusal:
        read(tmp_path / "adtte")
    advice = "rename the folder" if file.endswith(".parquet") else "to one file"
    assert advice in refusal.value.advice
    with pytest.raises(UnreadableInput, match="parts of one dataset"):
        read([put(tmp_path, f"adtte/{file}"), put(tmp_path, f"adtte/part-9{file[-8:]}")])


@pytest.mark.slow
def test_the_option_the_setting_and_the_variable(tmp_path, capsys, monkeypatch):
    put(tmp_path, "sub/adtte.csv")
    put(tmp_path, "sub/adsl.csv", ADSL)
    assert run(["describe", str(tmp_path)]) == 3
    assert "not read" in capsys.readouterr().err
    out = tmp_path / "out"
    assert run(["convert", "--recursive", str(tmp_path / "sub" / ".."), str(out), "--to", "parquet"]) == 0
    assert sorted(path.name for path in out.iterdir()) == ["adsl.parquet", "adtte.parquet"]
    monkeypatch.setenv("ADAMGATE_RECURSIVE", "yes")
    assert run(["describe", str(tmp_path / "sub")]) == 0
    put(tmp_path, "set/adamgate.toml", "[settings]\nrecursive = true\n")
    put(tmp_path, "set/sub/adtte.csv")
    monkeypatch.delenv("ADAMGATE_RECURSIVE")
    assert run(["describe", str(tmp_path / "set")]) == 0
    assert run(["describe", "--no-recursive", str(tmp_path / "set")]) == 3
    written = ag.convert(tmp_path / "set", out, to="csv", recursive=True)
    assert written[0].name == "adtte.csv"


def test_the_case_of_a_nested_delivery(shared, capsys):
    folder = shared / "cases/formats/nested_folder"
    assert run(["validate", str(folder)]) == 0
    assert "sub (adae.csv)" in " ".join(capsys.readouterr().out.split())
    assert names(read(folder, recursive=True)) == ["ADSL", "ADTTE", "ADAE"]


def test_delimited_text_and_odm_by_other_names_are_named(tmp_path: Path) -> None:
    (tmp_path / "adsl.csv").write_text("USUBJID,AGE\n1,54\n")
    (tmp_path / "adlb.txt").write_text("USUBJID|PARAMCD|AVAL\n1|ALT|5\n")
    (tmp_path / "readme.txt").write_text("These are the data, as of today.\nSend questions to us.\n")
    (tmp_path / "odm.xml").write_text("<ODM><ClinicalData/></ODM>")
    (tmp_path / "define.xml").write_text(DEFINE_2_1, encoding="utf-8")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "adae.txt").write_text("USUBJID;AESEQ\n1;1\n2;1\n")
    said = " ".join(map(str, ag.read(tmp_path).notes))
    for name in ("adlb.txt (delimited text)", "odm.xml (ODM)", "sub"):
        assert name in said
    assert "readme" not in said
    assert "define" not in said
