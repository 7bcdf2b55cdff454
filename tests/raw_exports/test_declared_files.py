"""Files of a table as a whole: as many as are declared, and none without records."""

import pytest
from raw_mapping import mapped, refusal
from workbooks import xlsx

from adamgate.converters.raw_exports.declared_files import missing_numbers

LAB = """[raw.LB]
files = ["lab_site*.csv"]
expected_files = 4
[raw.LB.variables]
USUBJID = "ID"
"""


def sites(*numbers):
    return {f"lab_site{each}.csv": f"ID\n{each}\n" for each in numbers}


def test_as_many_files_as_declared(tmp_path):
    assert len(mapped(tmp_path, sites("01", "02", "03", "04"), LAB)["LB"]) == 4


def test_a_file_that_is_not_present_is_refused_with_its_number(tmp_path):
    assert refusal(tmp_path, sites("01", "02", "04"), LAB) == (
        (
            "3 files found, 4 expected: lab_site01.csv, lab_site02.csv, lab_site04.csv; "
            "in the numbers of the files, 03 is not present"
        ),
        "[raw.LB] expected_files",
    )


def test_the_last_file_that_is_not_present_is_refused(tmp_path):
    assert refusal(tmp_path, sites("1", "2", "3"), LAB)[0] == (
        "3 files found, 4 expected: lab_site1.csv, lab_site2.csv, lab_site3.csv"
    )


def test_a_file_too_many_is_refused(tmp_path):
    what, where = refusal(tmp_path, sites("1", "2", "3", "4", "2_old"), LAB)
    assert what.startswith("5 files found, 4 expected: lab_site1.csv, lab_site2.csv, lab_site2_old.csv, ")
    assert where == "[raw.LB] expected_files"


def test_sheets_are_counted(tmp_path):
    xlsx(tmp_path / "labs.xlsx", {"SITE_1": [["ID"], ["1"]], "SITE_3": [["ID"], ["3"]]})
    declared = LAB.replace("lab_site*.csv", "labs.xlsx#*").replace("= 4", "= 3")
    assert refusal(tmp_path, {}, declared)[0] == (
        "2 files found, 3 expected: labs.xlsx#SITE_1, labs.xlsx#SITE_3; "
        "in the numbers of the files, 2 is not present"
    )


def test_files_of_a_code_list_are_counted(tmp_path):
    codes = '[codes.SEX]\nfiles = ["codes*.csv"]\nexpected_files = 2\ncode = "C"\ntext = "T"\n'
    files = {**sites("1", "2", "3", "4"), "codes.csv": "C,T\n1,M\n"}
    assert refusal(tmp_path, files, codes + LAB) == (
        "1 file found, 2 expected: codes.csv",
        "[codes.SEX] expected_files",
    )


@pytest.mark.parametrize(
    ("names", "missing"),
    [
        (["lab_09.csv", "lab_11.csv", "lab_12.csv"], ("10",)),
        (["lab9.csv", "lab11.csv"], ("10",)),
        (["v2/lab1.csv", "v2/lab4.csv"], ("2", "3")),
        (["lab1.csv", "lab2.csv"], ()),
        (["lab1.csv"], ()),
        (["lab1_2.csv", "lab2_4.csv"], ()),  # numbered at two places
        (["lab1.csv", "vs3.csv"], ()),
        (["site101.csv", "site250.csv", "site318.csv"], ()),  # numbers of sites
        (["lab.csv", "lab1.csv"], ()),
    ],
)
def test_gaps_are_seen_where_one_number_counts_the_files(names, missing):
    assert missing_numbers(names) == missing


def test_a_file_without_records_is_refused(tmp_path):
    files = {**sites("1", "2", "3"), "lab_site4.csv": "ID\n"}
    assert refusal(tmp_path, files, LAB) == ("no records in 1 file: lab_site4.csv", "[raw.LB] files")


@pytest.mark.parametrize(("last", "count"), [("ID\n", 1), ("ID\n4\n", 0)])
def test_files_without_records_are_declared_and_counted(tmp_path, last, count):
    declared = LAB.replace("expected", 'empty_files = "keep"\nexpected')
    study = mapped(tmp_path, {**sites("1", "2", "3"), "lab_site4.csv": last}, declared)
    (effect,) = [each for each in study.record.effects if each.policy == "empty_files"]
    assert (effect.value, effect.count, effect.unit) == ("keep", count, "file")
    assert ("lab_site4.csv" in effect.effect) is bool(count)
