"""`adamgate derive` with raw files: what is written, printed and recorded."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

import adamgate as ag
from adamgate.converters.reports.derivation_document import SCHEMA

FIXTURES = Path(__file__).parents[2] / "fixtures/derivations"
RAW_AE = "PATNUM,TERM,SEV,START,END,X\n01,Rash,1,05JAN2024,06JAN2024,a\n02,Cough,9,01FEB2024,,b\n"
ADSL = "STUDYID,USUBJID,TRTSDT,TRTEDT\nS1,S1-01,2024-01-01,2024-03-01\nS1,S1-02,2024-01-01,2024-03-01\n"
SPECIFICATION = """
[raw.AE]
files = ["ae_raw.csv"]
sequence = "AESEQ"
order = ["AESTDTC"]
[raw.AE.variables]
STUDYID = { value = "S1" }
USUBJID = { template = "S1-{PATNUM}" }
AETERM = "TERM"
AEDECOD = { column = "TERM", case = "upper" }
AESEV = { column = "SEV", map = { 1 = "MILD", 9 = "SEVERE" } }
AESTDTC = { column = "START", date_forms = ["%d%b%Y"] }
AEENDTC = { column = "END", date_forms = ["%d%b%Y"] }
"""
DERIVED = """
[derive.ADAE]
kind = "adverse_events"
dataset = "AE"
"""


@pytest.fixture
def source(tmp_path):
    folder = tmp_path / "source"
    folder.mkdir()
    (folder / "ae_raw.csv").write_text(RAW_AE)
    return folder


@pytest.fixture
def derive(tmp_path, source, run):
    """Derives what a specification declares from the folder `source`."""

    def derived(declared, *options):
        (tmp_path / "adamgate.toml").write_text(declared)
        return run("derive", str(tmp_path / "adamgate.toml"), "--source", str(source), *options)

    return derived


def test_mapped_datasets_are_written_and_their_columns_accounted_for(tmp_path, source, derive):
    result = derive(SPECIFICATION, "--to", str(tmp_path / "sdtm"), "--record", str(tmp_path / "r.json"))
    assert result.code == 0, result.err
    assert sorted(each.name for each in (tmp_path / "sdtm").iterdir()) == ["_ae.raw.parquet", "ae.xpt"]
    assert "unmapped = not declared 1 column columns: X" in " ".join((result.out + result.err).split())
    record = json.loads((tmp_path / "r.json").read_text())
    Draft202012Validator(json.loads(SCHEMA.read_text())).validate(record)
    (dataset,) = record["datasets"]
    assert dataset["declaration"] == "[raw.AE]"
    assert dataset["made_from"] == [{"dataset": "ae_raw.csv", "records": 2, "used": 2}]
    (raw,) = record["inputs"]
    assert (raw["dataset"], len(raw["sha256"])) == ("ae_raw.csv", 64)


def test_datasets_are_derived_from_mapped_ones_and_both_are_written(tmp_path, source, derive):
    (source / "adsl.csv").write_text(ADSL)
    result = derive(SPECIFICATION + DERIVED, "--to", str(tmp_path / "out"), "--for", "csv")
    assert result.code == 0, result.err
    found = ag.read([tmp_path / "out/ae.csv", tmp_path / "out/adae.csv"])
    assert [each.strftime("%Y-%m-%d") for each in found["ADAE"]["ASTDT"]] == ["2024-01-05", "2024-02-01"]
    assert len(found["AE"]) == 2


GRAPH = """
[raw.DM]
files = ["dm_raw.csv"]
[raw.DM.variables]
STUDYID = { value = "S1" }
USUBJID = { template = "S1-{PATNUM}" }
AGE = { column = "AGE", number = true }
RFSTDTC = { lookup = "EX.EXSTDTC", take = "earliest" }

[raw.EX]
files = ["ex_raw.csv"]
sequence = "EXSEQ"
order = ["EXSTDTC"]
[raw.EX.variables]
STUDYID = { value = "S1" }
USUBJID = { template = "S1-{PATNUM}" }
EXSTDTC = { column = "FROM", date_forms = ["DDMMMYYYY"] }
EXENDTC = { column = "TO", date_forms = ["DDMMMYYYY"] }
EXSTDY = { day_of = "EXSTDTC" }

[derive.ADAE]
kind = "adverse_events"
dataset = "AE"
carry = ["AGE", "TRTSDT"]

[derive.ADSL]
kind = "subjects"
carry = ["AGE"]

[source.DOSE]
dataset = "EX"
date = "EXSTDTC"
order = ["EXSEQ"]

[source.LAST_DOSE]
dataset = "EX"
date = "EXENDTC"
order = ["EXSEQ"]

[subject.TRTSDT]
sources = ["DOSE"]
take = "first"

[subject.TRTEDT]
sources = ["LAST_DOSE"]
take = "last"
"""


def test_one_run_leads_from_raw_files_to_adae(tmp_path, source, derive):
    (source / "dm_raw.csv").write_text("PATNUM,AGE\n01,60\n02,70\n")
    (source / "ex_raw.csv").write_text(
        "PATNUM,FROM,TO\n01,02JAN2024,09JAN2024\n01,10JAN2024,20JAN2024\n02,03FEB2024,09FEB2024\n"
    )
    options = ("--to", str(tmp_path / "out"), "--record", str(tmp_path / "r.json"))
    result = derive(SPECIFICATION + GRAPH, *options)
    assert result.code == 0, result.err
    found = ag.read(tmp_path / "out")
    assert sorted(found.datasets) == ["ADAE", "ADSL", "AE", "DM", "EX"]
    assert found["ADSL"]["TRTSDT"].dt.strftime("%Y-%m-%d").tolist() == ["2024-01-02", "2024-02-03"]
    assert found["ADAE"]["ASTDY"].tolist() == [4, -2]
    assert found["EX"]["EXSTDY"].tolist() == [1, 9, 1]
    record = json.loads((tmp_path / "r.json").read_text())
    declared = {each["name"]: each["declaration"] for each in record["datasets"]}
    assert declared["ADSL"] == "[derive.ADSL]"
    assert declared["DM"] == "[raw.DM]"
    made = {each["name"]: [one["dataset"] for one in each["made_from"]] for each in record["datasets"]}
    assert made["DM"] == ["dm_raw.csv", "EX"]
    assert sorted(made["ADAE"]) == ["ADSL", "AE"]


def test_a_refused_value_is_shown_with_file_line_and_key(tmp_path, source, derive):
    result = derive(SPECIFICATION.replace(", 9 = ", ", 3 = "))
    assert result.code == 1
    assert (
        "[raw.AE] variables AESEV: values that the map does not have in 1 record: '9' (1)"
        in result.out + result.err
    )
    assert "first: ae_raw.csv line 3" in result.out + result.err
    assert "Traceback" not in result.err


def test_a_fault_of_the_specification_has_its_line(tmp_path, source, derive):
    result = derive(SPECIFICATION.replace('column = "SEV"', 'colum = "SEV"'))
    assert result.code == 2
    assert "adamgate.toml:11, [raw.AE] variables" in result.out + result.err


def test_files_that_are_not_named_are_not_read_where_nothing_is_derived(tmp_path, source, derive):
    (source / "other.csv").write_text("A,A\n1,2\n")
    result = derive(SPECIFICATION)
    assert result.code == 0, result.err
    assert "not read, no [raw.NAME] names them: other.csv" in result.out + result.err


def test_a_file_that_nothing_needs_and_cannot_be_read_is_noted(tmp_path, source, derive):
    (source / "adsl.csv").write_text(ADSL)
    (source / "other.csv").write_text("A,B\n1,2,3\n")
    result = derive(SPECIFICATION + DERIVED)
    assert result.code == 0, result.err
    assert "not read: " in result.out + result.err


def test_a_dataset_that_is_made_and_delivered_is_refused(tmp_path, source, derive):
    (source / "adsl.csv").write_text(ADSL)
    (source / "ae.csv").write_text("USUBJID,AETERM\nS1-01,X\n")
    result = derive(SPECIFICATION + DERIVED)
    assert result.code == 3
    assert "dataset AE is made from raw files, and is present" in result.out + result.err


def test_mapped_datasets_are_checked_against_delivered_ones(tmp_path, source, derive):
    derive(SPECIFICATION, "--to", str(tmp_path / "sdtm"))
    again = derive(SPECIFICATION, "--check", str(tmp_path / "sdtm"))
    assert again.code == 0, again.err
    changed = SPECIFICATION.replace('"MILD"', '"Mild"')
    result = derive(changed, "--check", str(tmp_path / "sdtm"))
    assert result.code == 1, result.err
    assert "AESEV" in result.out + result.err


@pytest.mark.parametrize("name", ["pharmaverse_raw", "edc_export", "raw_exports"])
def test_specifications_of_raw_files_are_valid(run, name):
    result = run("config", "show", "--config", str(FIXTURES / f"{name}.toml"))
    assert result.code == 0, result.err
