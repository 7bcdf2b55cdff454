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
        "only one column was found, and its name holds :; "
        "delimiters that are read are , ; |, tab and ^ ~ ! # *"
    )


def test_one_column_alone_is_nothing_to_note(tmp_path: Path) -> None:
    assert notes(read(tmp_path, "USUBJID\nS1-001\nS1-002\n")) == []


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
    assert notes(data) == [f"lines above the names, left out as titles: {count}"]


def test_a_line_of_records_is_never_taken_for_names(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInput, match="expected 1 values, found 3"):
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
    assert notes(data) == ["names are in the second line, below a line of labels"]


def test_labels_below_names(tmp_path: Path) -> None:
    data = read(
        tmp_path,
        "USUBJID,AETERM,AESEQ\nUnique Subject Identifier,Reported Term,Sequence Number\nS1,headache,1\n",
    )
    assert data.variable("USUBJID").label == "Unique Subject Identifier"
    assert texts(data, "AETERM") == ["headache"]
    assert notes(data) == ["labels are in the second line, below the names"]


def test_labels_below_names_of_an_empty_dataset(tmp_path: Path) -> None:
    data = read(tmp_path, "USUBJID,AETERM,AESEQ\nUnique Subject Identifier,Reported Term,Sequence Number\n")
    assert (len(data), data.variable("AESEQ").label) == (0, "Sequence Number")


def test_what_may_be_labels_or_a_record_is_kept_and_noted(tmp_path: Path) -> None:
    data = read(tmp_path, "NAME,TEXT\nFirst name,Some text\nAnna,b\n")
    assert texts(data, "NAME") == ["First name", "Anna"]
    assert [str(note) for note in data.notes] == [
        "AE record 1: looks like labels of the variables, and is kept"
    ]


@pytest.mark.parametrize(
    "content",
    [
        "Subject Id,Arm,Sex\nS001,A,M\nS002,B,F\n",
        "USUBJID,AETERM\nS1,chest pain\nS2,nausea\n",
        "USUBJID,AETERM,AEDECOD\nS1,chest pain,Chest pain\nS2,x,y\n",
        "Subject Id,Visit,Result\nS001,WEEK1,NEG\nS002,WEEK2,POS\n",
    ],
)
def test_records_stay_records(tmp_path: Path, content: str) -> None:
    data = read(tmp_path, content)
    assert len(data) == 2
    assert notes(data) == []


# Empty columns and records


def test_columns_at_the_end_without_name_and_value_are_left_out(tmp_path: Path) -> None:
    data = read(tmp_path, "USUBJID,AETERM,,\r\n1,a,,\r\n2,b,,\r\n")
    assert data.frame.columns.tolist() == ["USUBJID", "AETERM"]
    assert notes(data) == ["columns at the end without a name and without a value, left out: 2"]


@pytest.mark.parametrize("header", ["USUBJID,AETERM,", ",USUBJID,AETERM", "USUBJID,,AETERM"])
def test_a_value_without_a_name_is_refused(tmp_path: Path, header: str) -> None:
    with pytest.raises(UnreadableInput, match=r"column [123] has no name"):
        read(tmp_path, f"{header}\n1,a,b\n")


def test_records_at_the_end_without_a_value_are_left_out(tmp_path: Path) -> None:
    data = read(tmp_path, "USUBJID,AETERM,AESEQ\n1,a,1\n,,\n2,b,2\n,,\n,,\n")
    assert texts(data, "USUBJID") == ["1", "", "2"]
    assert data["AESEQ"].tolist()[::2] == [1, 2]
    assert notes(data) == ["records at the end without any value, left out: 2"]


def test_a_described_file_keeps_every_record(tmp_path: Path) -> None:
    (tmp_path / "_variables.csv").write_text("dataset,variable,type\nAE,USUBJID,Char\nAE,AETERM,Char\n")
    assert len(read(tmp_path, "USUBJID,AETERM\n1,a\n,\n")) == 2


# Traces of spreadsheets


def test_identifiers_that_lost_their_digits_are_noted(tmp_path: Path) -> None:
    data = read(tmp_path, "USUBJID,AESPID\n1.2E+14,1\n1.20E+14,2\n")
    assert texts(data, "USUBJID") == ["1.2E+14", "1.20E+14"]
    (note,) = notes(data)
    assert note.startswith("2 values in the form 9.9E+99: a spreadsheet has dropped digits of long numbers")


def test_blanks_that_nobody_sees_are_noted_and_kept(tmp_path: Path) -> None:
    data = read(tmp_path, "USUBJID,SEX\n1,F\u00a0\n2,F\n")
    assert texts(data, "SEX") == ["F\u00a0", "F"]
    assert notes(data) == ["1 value with a no-break blank at the beginning or end, kept"]


@pytest.mark.parametrize("names", ["USUBJID,AETERM", "USUBJID"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_byte_order_mark_in_the_first_value_is_kept(tmp_path: Path, names: str, mark: str) -> None:
    rest = ",x" if "," in names else ""
    data = read(tmp_path, f"{mark}{names}\n\ufeffS1{rest}\nS2{rest}\n")
    assert texts(data, "USUBJID") == ["\ufeffS1", "S2"]


WORDS = st.text("abc ", min_size=1, max_size=8).filter(lambda text: text.strip() == text)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(WORDS, WORDS, WORDS), min_size=1, max_size=5))
def test_words_below_names_are_always_records(tmp_path: Path, rows: list[tuple[str, ...]]) -> None:
    lines = ["STUDYID,USUBJID,AETERM", *map(",".join, rows)]
    data = read(tmp_path, "\n".join(lines) + "\n")
    assert [tuple(row) for row in data.frame.astype(object).to_numpy()] == rows


@pytest.mark.parametrize("text", ["sep=;\n", "sep=,\r\n\r\n\n"])
def test_a_file_of_nothing_but_excels_line_is_refused(text, tmp_path):
    file = tmp_path / "adsl.csv"
    file.write_text(text, newline="")
    with pytest.raises(UnreadableInput, match="the file holds no names and no records"):
        ag.read(file)
