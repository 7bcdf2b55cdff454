"""What stands above the records of a CSV file, and what spreadsheets leave around them."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import adamgate as ag
from adamgate.schemas.errors import UnreadableInput


def read(folder: Path, content: str | bytes, name: str = "ae.csv") -> ag.Dataset:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    (dataset,) = ag.read(path)
    return dataset


def texts(dataset: ag.Dataset, variable: str) -> list[str]:
    return dataset[variable].astype(object).tolist()


def notes(dataset: ag.Dataset) -> list[str]:
    return [note.message for note in dataset.notes]


# Delimiters


@pytest.mark.parametrize("line", ["sep=;", "SEP=;", '"sep=;"', "\ufeffsep=;"])
def test_excels_line_names_the_delimiter(tmp_path: Path, line: str) -> None:
    data = read(tmp_path, f"{line}\r\nUSUBJID;AETERM\r\n1;a,b,c\r\n")
    assert data.frame.columns.tolist() == ["USUBJID", "AETERM"]
    assert texts(data, "AETERM") == ["a,b,c"]
    assert notes(data) == []


@pytest.mark.parametrize("delimiter", ["^", "~", "#", "!", "*", "\x01", "\x1f"])
def test_an_unusual_delimiter_is_read_where_it_parts_every_line(tmp_path: Path, delimiter: str) -> None:
    lines = (["STUDYID", "USUBJID", "AETERM"], ["S1", "S1-001", "a, b"], ["S1", "S1-002", "c"])
    data = read(tmp_path, "\n".join(map(delimiter.join, lines)) + "\n")
    assert data.frame.columns.tolist() == ["STUDYID", "USUBJID", "AETERM"]
    shown = delimiter if delimiter.isprintable() else f"byte {ord(delimiter):02X}"
    assert notes(data) == [f"delimiter: {shown}"]


def test_one_column_that_seems_to_be_several_is_noted(tmp_path: Path) -> None:
    data = read(tmp_path, "USUBJID:AETERM\nS1:a\nS2:b\n")
    assert data.frame.columns.tolist() == ["USUBJID:AETERM"]
    (note,) = notes(data)
    assert note == (
        "only one column was found, and its name contains :; "
        "supported delimiters are , ; |, tab and ^ ~ ! # *"
    )


def test_one_column_alone_is_nothing_to_note(tmp_path: Path) -> None:
    assert notes(read(tmp_path, "USUBJID\nS1-001\nS1-002\n")) == []


@pytest.mark.parametrize(
    ("content", "names", "first"),
    [
        ("USUBJID;Value, mg\n01;12,5\n02;13,7\n", ["USUBJID", "Value, mg"], "12,5"),
        ("USUBJID;AVALC, mean;BASE, mean\n01;1,5;2,5\n", ["USUBJID", "AVALC, mean", "BASE, mean"], "1,5"),
        ("USUBJID|AVALC,x\n01|3,5\n", ["USUBJID", "AVALC,x"], "3,5"),
        ("Subject;Gewicht (kg, n);Ort (a, b), c\n01;12,5;x\n02;13;y\n", None, "12,5"),
    ],
)
def test_a_comma_in_the_names_is_not_the_delimiter(
    tmp_path: Path, content: str, names: list[str] | None, first: str
) -> None:
    data = read(tmp_path, content)
    assert names is None or data.frame.columns.tolist() == names
    second = data[data.variables[1].name][0]
    assert second in (first, float(first.replace(",", ".")))


def test_a_comma_that_parts_more_fields_is_the_delimiter(tmp_path: Path) -> None:
    data = read(tmp_path, "USUBJID,A;B,AETERM\n1,x;y,a\n2,x;z,b\n")
    assert data.frame.columns.tolist() == ["USUBJID", "A;B", "AETERM"]


# Titles


@pytest.mark.parametrize(
    "titles",
    [
        "Adverse events\n",
        "Adverse events,,\n",
        '"Listing 16.2, adverse events"\n\nRun on 2020-01-31\n',
    ],
)
def test_titles_above_the_names_are_left_out_and_counted(tmp_path: Path, titles: str) -> None:
    data = read(tmp_path, titles + "USUBJID,AESEQ,AETERM\nS1,1,a\nS2,2,b\n")
    assert data.frame.columns.tolist() == ["USUBJID", "AESEQ", "AETERM"]
    assert len(data) == 2
    count = sum(1 for line in titles.split("\n") if line)
    assert notes(data) == [f"title lines above the header, excluded: {count}"]


def test_titles_with_commas_are_told_from_names_by_the_records(tmp_path: Path) -> None:
    data = read(tmp_path, "Adverse events, safety set\nProtocol: X, page 1\n\nUSUBJID,AESEQ\n01,1\n02,2\n")
    assert data.frame.columns.tolist() == ["USUBJID", "AESEQ"]
    assert notes(data) == ["title lines above the header, excluded: 2"]


def test_the_name_of_one_of_several_columns_is_not_a_title(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput, match="column 2 has no name"):
        read(tmp_path, "SUBJECT,,\nA1,LOW,HIGH\n102,1,2\n103,3,4\n")


@pytest.mark.parametrize("content", ["01-001,34,M\n01-002,44,F\n", "1,2,3\n4,5,6\n", "S1,54,2020-01-31\n"])
def test_a_file_without_names_is_refused(tmp_path: Path, content: str) -> None:
    with pytest.raises(UnreadableInput, match="the first line contains values, not variable names"):
        read(tmp_path, content)


def test_a_line_of_records_is_never_taken_for_names(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput, match="expected 1 value, found 3"):
        read(tmp_path, "TITLE\nS1,mild,a\nS2,severe,b\n")


# Labels


def test_names_below_labels(tmp_path: Path) -> None:
    data = read(
        tmp_path,
        "Subject Id,Site name,Term as reported,Sequence number\n"
        "SUBJID,SITENAME,AETERM,AESEQ\nS1,Bern,headache,1\nS2,Basel,nausea,2\n",
    )
    assert [variable.name for variable in data.variables] == ["SUBJID", "SITENAME", "AETERM", "AESEQ"]
    assert data.variable("AETERM").label == "Term as reported"
    assert data["AESEQ"].tolist() == [1, 2]
    assert data.carries == {"label"}
    assert notes(data) == ["variable names are in the second line, below a line of labels"]


def test_labels_below_names(tmp_path: Path) -> None:
    data = read(
        tmp_path,
        "USUBJID,AETERM,AESEQ\nUnique Subject Identifier,Reported Term,Sequence Number\nS1,headache,1\n",
    )
    assert data.variable("USUBJID").label == "Unique Subject Identifier"
    assert texts(data, "AETERM") == ["headache"]
    assert notes(data) == ["labels are in the second line, below the variable names"]


def test_labels_below_names_of_a_study_without_a_number(tmp_path: Path) -> None:
    data = read(
        tmp_path,
        "STUDYID,USUBJID,PARAM,AVAL\nStudy Identifier,Unique Subject Identifier,Parameter,Analysis Value\n"
        "CARTITUDE,C-01,OS,12\nCARTITUDE,C-02,OS,13\n",
    )
    assert data["AVAL"].tolist() == [12, 13]
    assert data.variable("STUDYID").label == "Study Identifier"


def test_labels_below_names_of_an_empty_dataset(tmp_path: Path) -> None:
    data = read(tmp_path, "USUBJID,AETERM,AESEQ\nUnique Subject Identifier,Reported Term,Sequence Number\n")
    assert (len(data), data.variable("AESEQ").label) == (0, "Sequence Number")


def test_what_may_be_labels_or_a_record_is_kept_and_noted(tmp_path: Path) -> None:
    data = read(tmp_path, "NAME,TEXT\nFirst name,Some text\nAnna,b\n")
    assert texts(data, "NAME") == ["First name", "Anna"]
    assert [str(note) for note in data.notes] == ["AE record 1: looks like variable labels, kept as a record"]


@pytest.mark.parametrize(
    "content",
    [
        "Subject Id,Arm,Sex\nS001,A,M\nS002,B,F\n",
        "USUBJID,AETERM\nS1,chest pain\nS2,nausea\n",
        "USUBJID,AETERM,AEDECOD\nS1,chest pain,Chest pain\nS2,x,y\n",
        "Subject Id,Visit,Result\nS001,WEEK1,NEG\nS002,WEEK2,POS\n",
        "Subject Id,Pain Score,Sleep Score,Mood Score\nS1,ND,NK,UNK\nS2,3,4,5\n",
        "USUBJID,LBTEST,LBORRES,VISIT\nS-001,Some Test,Not Done,Visit 1\nS-001,Some Test,23,Visit 2\n",
        "USUBJID,PARAM,AVALC\nTEST PATIENT,Tumor Response,Not Done\nS-02,OS x,12\n",
        "USUBJID,QSTEST,QSORRES,AGE\nS 001,First question,Not at all,Not known\nS 002,Other question,2,54\n",
    ],
)
def test_records_stay_records(tmp_path: Path, content: str) -> None:
    data = read(tmp_path, content)
    assert len(data) == 2
    assert not any("second line" in note for note in notes(data))
    assert {variable.label for variable in data.variables} == {""}


# Empty columns and records


def test_columns_at_the_end_without_name_and_value_are_left_out(tmp_path: Path) -> None:
    data = read(tmp_path, "USUBJID,AETERM,,\r\n1,a,,\r\n2,b,,\r\n")
    assert data.frame.columns.tolist() == ["USUBJID", "AETERM"]
    assert notes(data) == ["columns at the end without name or values, excluded: 2"]


@pytest.mark.parametrize("header", ["USUBJID,AETERM,", ",USUBJID,AETERM", "USUBJID,,AETERM"])
def test_a_value_without_a_name_is_refused(tmp_path: Path, header: str) -> None:
    with pytest.raises(UnreadableInput, match=r"column [123] has no name"):
        read(tmp_path, f"{header}\n1,a,b\n")


@pytest.mark.parametrize("content", [",", ",\n", ",,\n,,\n", '"",""\n'])
def test_a_file_of_columns_without_names_is_refused(tmp_path: Path, content: str) -> None:
    with pytest.raises(UnreadableInput, match="column 1 has no name"):
        read(tmp_path, content)


def test_records_at_the_end_without_a_value_are_left_out(tmp_path: Path) -> None:
    data = read(tmp_path, "USUBJID,AETERM,AESEQ\n1,a,1\n,,\n2,b,2\n,,\n,,\n")
    assert texts(data, "USUBJID") == ["1", "", "2"]
    assert data["AESEQ"].tolist()[::2] == [1, 2]
    assert notes(data) == ["records at the end without values, excluded: 2"]


def test_a_described_file_keeps_every_record(tmp_path: Path) -> None:
    (tmp_path / "_variables.csv").write_text("dataset,variable,type\nAE,USUBJID,Char\nAE,AETERM,Char\n")
    assert len(read(tmp_path, "USUBJID,AETERM\n1,a\n,\n")) == 2


# Traces of spreadsheets


def test_identifiers_that_lost_their_digits_are_noted(tmp_path: Path) -> None:
    data = read(tmp_path, "USUBJID,AESPID\n1.2E+14,1\n1.20E+14,2\n")
    assert texts(data, "USUBJID") == ["1.2E+14", "1.20E+14"]
    (note,) = notes(data)
    assert note.startswith("2 values in the form 9.9E+99; a spreadsheet has dropped digits of long numbers")


def test_blanks_that_nobody_sees_are_noted_and_kept(tmp_path: Path) -> None:
    data = read(tmp_path, "USUBJID,SEX\n1,F\u00a0\n2,F\n")
    assert texts(data, "SEX") == ["F\u00a0", "F"]
    assert notes(data) == ["1 value with leading or trailing no-break spaces, kept"]


@pytest.mark.parametrize("names", ["USUBJID,AETERM", "USUBJID"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_byte_order_mark_in_the_first_value_is_kept(tmp_path: Path, names: str, mark: str) -> None:
    rest = ",x" if "," in names else ""
    data = read(tmp_path, f"{mark}{names}\n\ufeffS1{rest}\nS2{rest}\n")
    assert texts(data, "USUBJID") == ["\ufeffS1", "S2"]


WORDS = st.text("abc ", min_size=1, max_size=8).filter(lambda text: text.strip() == text)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(st.tuples(WORDS, WORDS, WORDS), min_size=1, max_size=5))
def test_words_below_names_are_always_records(tmp_path: Path, rows: list[tuple[str, ...]]) -> None:
    lines = ["STUDYID,USUBJID,AETERM", *map(",".join, rows)]
    data = read(tmp_path, "\n".join(lines) + "\n")
    assert [tuple(row) for row in data.frame.astype(object).to_numpy()] == rows


@pytest.mark.parametrize("text", ["sep=;\n", "sep=,\r\n\r\n\n"])
def test_a_file_of_nothing_but_excels_line_is_refused(text, tmp_path):
    file = tmp_path / "adsl.csv"
    file.write_text(text, newline="")
    with pytest.raises(UnreadableInput, match="the file has no variable names and no records"):
        ag.read(file)
