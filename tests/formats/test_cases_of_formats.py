"""Files as people met them: each is read right, refused with the true reason, or read with a note."""

from pathlib import Path

import numpy as np
import pytest

import adamgate as ag


@pytest.fixture
def cases(shared: Path) -> Path:
    return shared / "cases" / "formats"


def notes(dataset: ag.Dataset) -> str:
    return "\n".join(map(str, dataset.notes))


def values(dataset: ag.Dataset, variable: str) -> list[object]:
    column = dataset[variable].astype(object)
    return column.where(column.notna(), None).tolist()


def read(path: Path, **options: object) -> ag.Dataset:
    (dataset,) = ag.read(path, **options)
    return dataset


def test_a_file_of_readr(cases: Path) -> None:
    path = cases / "readr_adsl" / "adsl.csv"
    assert "NA in 3 variables" in notes(read(path))
    data = read(path, missing="NA")
    assert values(data, "AGE") == [54, None]
    assert str(data["TRTSDT"].dtype) == "datetime64[s]"
    assert data["TRTSDTM"][0] == np.datetime64("2020-01-05T08:30:00")
    assert "time zone (Z)" in notes(data)


def test_na_in_character_variables(cases: Path) -> None:
    folder = cases / "na_text_tte"
    assert "NA in 3 variables (EVNTDESC, CNSDTDSC, TRTP), which R writes for missing values" in notes(
        read(folder / "adtte.csv")
    )
    report = ag.validate(ag.read(folder, missing="NA"))
    found = [finding.rule_id for finding in report.findings if finding.dataset == "ADTTE"]
    assert found == ["TTE016", "TTE016"]
    assert not report.refuses(ag.Severity.ERROR)


@pytest.mark.parametrize(
    ("case", "variable", "kind", "note"),
    [
        ("csv_dtm_z/adae.csv", "ASTDTM", "datetime64[us]", "2 values with a time zone (Z)"),
        ("csv_pandas_datetime/adtte.csv", "ADT", "datetime64[s]", "2 values with time 00:00:00"),
        ("csv_dtm_midnight/adae.csv", "ASTDT", "datetime64[s]", "1 value with time 00:00:00"),
        ("excel_decimal_comma/adtte.csv", "AVAL", "float64", "2 values with a decimal comma"),
    ],
)
def test_forms_of_dates_and_numbers(cases: Path, case: str, variable: str, kind: str, note: str) -> None:
    data = read(cases / case)
    assert str(data[variable].dtype) == kind
    assert note in notes(data)


def test_dates_of_excel(cases: Path) -> None:
    path = cases / "excel_dates" / "adtte.csv"
    undecided = read(path)
    assert values(undecided, "STARTDT")[0] == "03/04/2020"
    assert (
        "in the form 99/99/9999, which may be day/month or month/day (set --date-order dmy or mdy)"
        in notes(undecided)
    )
    assert read(path, date_order="dmy")["STARTDT"][0] == np.datetime64("2020-04-03")


def test_times_from_csv_to_csv(cases: Path, tmp_path: Path) -> None:
    ag.convert(cases / "csv_time" / "adae.csv", tmp_path / "adae.csv")
    data = read(tmp_path / "adae.csv")
    assert data.variable("ASTTM").format == "TIME8."
    assert values(data, "ASTTM") == [30600, 86340]


def test_excels_delimiter_line(cases: Path) -> None:
    assert values(read(cases / "excel_sep_line" / "adtte.csv"), "AVAL") == [12.5, 7]


def test_excels_columns_at_the_end(cases: Path) -> None:
    data = read(cases / "excel_trailing_columns" / "adtte.csv")
    assert data.names == ("STUDYID", "USUBJID", "PARAMCD", "AVAL", "CNSR")
    assert "without name or values, excluded: 2" in notes(data)


def test_a_delimiter_of_a_data_capture_system(cases: Path) -> None:
    data = read(cases / "edc_caret" / "ae.csv")
    assert data.names == ("STUDYID", "USUBJID", "AESEQ", "AETERM")
    assert "delimiter: ^" in notes(data)


def test_labels_below_and_above_names(cases: Path) -> None:
    below = read(cases / "edc_label_row" / "ae.csv")
    assert (len(below), below.variable("AETERM").label) == (2, "Reported Term")
    above = read(cases / "edc_two_header_lines_ae.csv")
    assert (len(above), above.variable("AETERM").label) == (4, "Reported Term for the Adverse Event")
    for data in (below, above):
        assert "in the second line" in notes(data)


def test_a_byte_order_mark_in_the_first_value(cases: Path) -> None:
    assert values(read(cases / "csv_bom_first_value" / "ae.csv"), "USUBJID")[0] == "\ufeffS1-001"


def test_text_of_sas_files(cases: Path) -> None:
    patched = cases / "sas_patched"
    plain = read(patched / "enc68_vietnamese.sas7bdat")
    assert "mychar" in [name.lower() for name in plain.names]
    assert all(not variable.format.startswith("e") for variable in plain.variables)
    assert values(read(patched / "enc68_vietnamese_text.sas7bdat"), "MYCHAR") == ["à", "á", "â", "ă", "ä"]
    assert "Fièvre" in values(read(cases / "sas_utf8_in_wlatin1" / "adae.sas7bdat"), "AETERM")
    arabic = read(patched / "enc70_mac_arabic.sas7bdat")
    assert len(arabic) == len(plain)


def test_of_two_catalogues_the_one_named_like_the_data_is_taken(cases: Path) -> None:
    data = read(cases / "two_catalogs" / "study.sas7bdat")
    assert data.attributes["value_labels"]
    assert "catalogue" not in notes(data)


def test_formats_of_dates_in_national_languages(cases: Path) -> None:
    kinds = {
        each.format: each.kind for each in ag.describe(read(cases / "xpt_formats" / "adtte.xpt")).variables
    }
    for name, kind in (("NLDATMZ", "datetime"), ("E8601TX", "time")):
        (found,) = [each for sas_format, each in kinds.items() if sas_format.startswith(name)]
        assert found == kind
