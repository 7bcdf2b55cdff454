"""Delimited raw files: every value is the text of the file, every record knows its line."""

import csv
import gzip
import io
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import adamgate as ag
from adamgate.converters.formats.csv import record_lines
from adamgate.converters.formats.format import ReadOptions
from adamgate.converters.raw_exports.options import RawFile
from adamgate.converters.raw_exports.raw_table import RawTable
from adamgate.converters.raw_exports.reading import read_raw_tables
from adamgate.converters.values.memory import Memory
from adamgate.schemas.errors import ConfigurationError, UnreadableInput, UnreadableInputs


def read(folder: Path, content: bytes | str, name: str = "ae.csv", **declared: object) -> RawTable:
    (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    (table,) = read_raw_tables([folder], RawFile(files=(name,), **declared))
    return table


def cells(table: RawTable) -> dict[str, list[str]]:
    """The columns as lists; what is missing by declaration is None."""
    return {
        name: [None if pd.isna(value) else value for value in table.dataset.frame[name]]
        for name in table.columns
    }


def test_nothing_of_a_text_is_changed(tmp_path):
    table = read(tmp_path, 'Subject Id,IT.AETERM,n\n007, x ,1e5\n"7",NA,""\n,"a ""b""\nc",.\n')
    assert cells(table) == {
        "Subject Id": ["007", "7", ""],
        "IT.AETERM": [" x ", "NA", 'a "b"\nc'],
        "n": ["1e5", "", "."],
    }
    assert [each.type for each in table.dataset.variables] == ["Char"] * 3
    assert table.dataset.notes == ()


def test_names_are_exactly_those_of_the_file(tmp_path):
    assert read(tmp_path, " SubjectId ,It.x,a-b%\n1,2,3\n").columns == (" SubjectId ", "It.x", "a-b%")


def test_each_record_knows_its_line(tmp_path):
    table = read(tmp_path, 'A,B\r\n1,"x\r\ny"\r\n\r\n2,z\r\n\r\n\r\n3,"\n"\r\n4,q\r\n\r\n')
    assert table.line.tolist() == [2, 5, 8, 10]
    assert cells(table)["A"] == ["1", "2", "3", "4"]


def test_of_an_only_column_blank_lines_are_records(tmp_path):
    table = read(tmp_path, "A\n1\n\n2\n")
    assert (cells(table)["A"], table.line.tolist()) == (["1", "", "2"], [2, 3, 4])


@settings(max_examples=settings.default.max_examples * 60 // 100)
@given(
    st.lists(
        st.lists(
            st.sampled_from(["", "a", "b c", "x\ny", "\r", "\r\n", '"', ",", "\n\n"]), min_size=3, max_size=3
        )
    ),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.integers(1, 9),
    st.data(),
)
def test_cells_and_lines_as_python_parts_them(tmp_path_factory, rows, end, block, data):
    """Against Python's csv: any text, quoted as RFC 4180 has it, with blank lines between."""
    rows = [row for row in rows if any(row)]
    while rows and not any(rows[-1]):
        rows.pop()
    content, lines, line = f"A1,B1,C1{end}", [], 2
    for row in rows:
        blank = data.draw(st.integers(0, 2))
        content += end * blank
        line += blank
        lines.append(line)
        out = io.StringIO()
        csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="").writerow(row)
        content += out.getvalue() + end
        inner = out.getvalue().replace("\r\n", "\n").replace("\r", "\n").count("\n")
        line += inner + 1
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(record_lines, "BLOCK", block)
        table = read(tmp_path_factory.mktemp("raw"), content, header_lines=("names",))
    assert list(map(list, zip(*cells(table).values(), strict=True))) == rows
    assert table.line.tolist() == lines


def test_labels_above_names_and_units_below(tmp_path):
    content = "Subject Id,Weight\nSubjectId,WT\n,kg\n01,70\n"
    table = read(tmp_path, content, header_lines=("labels", "names", "units"))
    assert table.columns == ("SubjectId", "WT")
    assert table.labels == {"SubjectId": "Subject Id", "WT": "Weight"}
    assert table.units == {"WT": "kg"}
    assert [each.label for each in table.dataset.variables] == ["Subject Id", "Weight"]
    assert (cells(table)["WT"], table.line.tolist()) == (["70"], [4])


def test_lines_above_the_header_are_skipped_as_declared(tmp_path):
    content = "Export of 2024\n\n# a comment\n\n# another\nA,B\n1,2\n"
    table = read(tmp_path, content, skip_lines=1, comment="#")
    assert (table.columns, table.line.tolist()) == (("A", "B"), [7])


@pytest.mark.parametrize(
    "content",
    [
        "Subject Id,Event Date\nSubjectId,EventDate\n01,2024\n",
        "Code Text,Code Value\nCodeText,CodeValue\nYes,Y\n",
        "Subject Id,Event Date\nSubjectId,EventDate\n",
        "SUBJECT,AESTDAT\nSubject identifier,Start of event\n01,2024\n",
    ],
)
def test_a_second_header_line_is_not_taken_for_a_record(tmp_path, content):
    with pytest.raises(UnreadableInput, match="the second line looks like a line of"):
        read(tmp_path, content)
    assert len(read(tmp_path, content, header_lines=("names",))) == len(content.splitlines()) - 1


@pytest.mark.parametrize(
    "content",
    [
        "Subject Id,Term,Severity\nKIEM-01,Headache,Mild\nKIEM-02,Fever,Severe\n",
        "SUBJID,AETERM\n01,Headache\n",
        "Site,Subject Id\nBoston,A1\n",
        "TERM,NOTE\nlast seen well,died at home\nlost one,went home\n",
    ],
)
def test_an_ordinary_record_is_not_taken_for_a_header_line(tmp_path, content):
    assert len(read(tmp_path, content)) == len(content.splitlines()) - 1


def test_declared_texts_are_missing_and_counted(tmp_path):
    table = read(tmp_path, 'A,B\nNA,"NA"\n.,NA \nx,ND\n', missing_values=("NA", ".", "ND"))
    assert cells(table) == {"A": [None, None, "x"], "B": [None, "NA ", None]}
    assert [str(note) for note in table.dataset.notes] == [
        "ae.csv: 2 values 'NA' read as missing, as declared",
        "ae.csv: 1 value '.' read as missing, as declared",
        "ae.csv: 1 value 'ND' read as missing, as declared",
    ]
    assert table.dataset.read_as_missing.values == 4


def test_a_declared_text_that_is_never_met_is_counted_as_0(tmp_path):
    table = read(tmp_path, "A\nx\n", missing_values=("NA",))
    assert [str(note) for note in table.dataset.notes] == [
        "ae.csv: 0 values 'NA' read as missing, as declared"
    ]


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [
        ("utf-8", ""),
        ("utf-8-sig", ""),
        ("utf-16", ""),
        ("cp1252", ""),
        ("cp1252", "wlatin1"),
        ("cp1250", "cp1250"),
    ],
)
def test_encodings(tmp_path, encoding, declared):
    table = read(tmp_path, "Größe,B\nMüller,x\n".encode(encoding), encoding=declared)
    assert cells(table) == {"Größe": ["Müller"], "B": ["x"]}


@pytest.mark.parametrize(
    ("content", "declared"),
    [
        ("A;B\n1;2\n", {}),
        ("A\tB\n1\t2\n", {}),
        ("A|B\n1|2\n", {}),
        ("sep=;\nA;B\n1;2\n", {}),
        ("A~B\n1~2\n", {"delimiter": "~"}),
        ("A,B\n'1',2\n", {"quote": "'"}),
    ],
)
def test_delimiters_and_quotation_marks(tmp_path, content, declared):
    assert cells(read(tmp_path, content, **declared)) == {"A": ["1"], "B": ["2"]}


def test_a_file_without_quotation_marks(tmp_path):
    table = read(tmp_path, 'A,B\n5" scar,"x\n', quote="none")
    assert cells(table) == {"A": ['5" scar'], "B": ['"x']}


def test_blank_records_at_the_end_are_excluded_and_counted(tmp_path):
    table = read(tmp_path, "A,B,\n1,2,\n,,\n,,\n")
    assert (cells(table), table.line.tolist()) == ({"A": ["1"], "B": ["2"]}, [2])
    assert [note.message for note in table.dataset.notes] == [
        "columns at the end without name or values, excluded: 1",
        "records at the end without values, excluded: 2",
    ]


def test_names_that_cannot_be_used_are_numbered_only_when_declared(tmp_path):
    table = read(tmp_path, "A,,a,A_2,A\n1,2,3,4,5\n", unusable_names="number")
    assert table.columns == ("A", "COLUMN2", "a_3", "A_2", "A_4")


REFUSED = {
    "a record with too few values": (
        "A,B\n1,2\n\n3\n",
        {},
        "expected 2 values, found 1",
        "record 2 (line 4)",
    ),
    "a record with too many": (
        'A,B\n"x\ny",2\n3,4,5\n',
        {},
        "expected 2 values, found 3",
        "record 2 (line 4)",
    ),
    "a quotation mark within a value": ('A,B\n1,2\n3,4" x\n', {}, "an unescaped quotation mark", "line 3"),
    "a quotation mark never closed": ('A,B\n1,"2\n3,4\n', {}, "a quotation mark is not closed", "line 2"),
    "an empty file": ("", {}, "the file is empty", "ae.csv"),
    "binary": (b"A,B\n1,\0\n", {}, "the file is binary, not CSV", "zero bytes"),
    "a workbook": (
        b"PK\x03\x04" + b"x" * 600,
        {},
        "the file is a ZIP archive or an Excel workbook, not CSV",
        "ae.csv",
    ),
    "a column without a name": ("A,,B\n1,2,3\n", {}, "column 2 has no name", "ae.csv"),
    "a last column without a name": ("A,B,\n1,2,3\n", {}, "column 3 has no name", "ae.csv"),
    "a name used twice": ("A,B,a\n1,2,3\n", {}, "columns 1 and 3 have the same name, a", "ae.csv"),
    "a comment": (
        "# x, y\nA,B,C\n1,2,3\n",
        {},
        "1 line above the names of the columns, beginning with #",
        "ae.csv",
    ),
    "no names": ("1,2\n3,4\n", {}, "the line of names contains values", "ae.csv"),
    "too few lines": (
        "A,B\n",
        {"header_lines": ("labels", "names")},
        "the file ends in its header lines",
        "ae.csv",
    ),
    "all lines skipped": ("A,B\n1,2\n", {"skip_lines": 5}, "all lines of the file are skipped", "ae.csv"),
    "another encoding": ("é,B\n1,2\n".encode("cp1252"), {"encoding": "utf-8"}, "text is not utf-8", "line 1"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_read_is_refused_with_its_place(tmp_path, case):
    content, declared, what, where = REFUSED[case]
    with pytest.raises(UnreadableInput) as refusal:
        read(tmp_path, content, **declared)
    assert what in refusal.value.what
    assert refusal.value.where.endswith(where)
    assert refusal.value.advice


def test_compressed_and_in_a_bounded_memory(tmp_path):
    rows = "".join(f"{number},x\n" for number in range(3000))
    (tmp_path / "lab.txt.gz").write_bytes(gzip.compress(b"A,B\n" + rows.encode()))
    (held,) = read_raw_tables([tmp_path], RawFile(files=("lab.txt.gz",)))
    bounded = ReadOptions(memory=Memory(1, tmp_path))
    (kept,) = read_raw_tables([tmp_path], RawFile(files=("lab.txt.gz",), missing_values=("7",)), bounded)
    assert cells(held)["A"][2999] == "2999"
    assert np.array_equal(kept.line, np.arange(2, 3002))
    assert cells(kept)["A"] == [None if number == 7 else str(number) for number in range(3000)]


def test_each_site_is_a_table_and_every_problem_is_reported(tmp_path):
    for site in "123":
        (tmp_path / f"site{site}").mkdir()
        (tmp_path / f"site{site}" / "ae.csv").write_text(f"A,B\n{site},x\n")
    (tmp_path / "site3" / "~$ae.csv").write_text("")
    tables = read_raw_tables([tmp_path], RawFile(files=("site*/ae.csv", "site1/ae.csv")))
    assert [each.name for each in tables] == ["site1/ae.csv", "site2/ae.csv", "site3/ae.csv"]
    assert len({each.dataset.source.sha256 for each in tables}) == 3
    for site in "12":
        (tmp_path / f"site{site}" / "ae.csv").write_text("A,B\n1\n")
    with pytest.raises(UnreadableInputs) as refusal:
        read_raw_tables([tmp_path], RawFile(files=("site*/*.csv",)))
    assert len(refusal.value.problems) == 2


@pytest.mark.parametrize(
    "pattern", ["../ae.csv", "/etc/passwd", "~/ae.csv", "a/../../ae.csv", "C:/ae.csv", "**/*.csv", "a\\b.csv"]
)
def test_a_declaration_names_nothing_outside_of_the_source_folder(tmp_path, pattern):
    with pytest.raises(ConfigurationError):
        read_raw_tables([tmp_path], RawFile(files=(pattern,)))


def test_a_file_that_is_not_found_is_named_with_the_nearest(tmp_path):
    (tmp_path / "ae_site1.csv").write_text("A\n1\n")
    with pytest.raises(UnreadableInputs) as refusal:
        read_raw_tables([tmp_path], RawFile(files=("ae_site2.csv", "dm*.csv")))
    first, second = refusal.value.problems
    assert (first.what, first.advice) == ("the source has no file ae_site2.csv", "did you mean ae_site1.csv?")
    assert second.what == "no file fits dm*.csv"


def test_a_file_may_be_the_source(tmp_path):
    (tmp_path / "ae.csv").write_text("A\n1\n")
    (table,) = read_raw_tables([tmp_path / "ae.csv"], RawFile(files=("ae.csv",)))
    assert table.name == "ae.csv"
    with pytest.raises(UnreadableInput, match="does not exist"):
        read_raw_tables([tmp_path / "gone"], RawFile(files=("ae.csv",)))


def test_a_named_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "ae.csv")
    with pytest.raises(UnreadableInput, match="cannot be opened"):
        read_raw_tables([tmp_path], RawFile(files=("ae.csv",)))


def test_files_that_describe_their_variables_are_read_as_delivered(tmp_path):
    frame = pd.DataFrame({"USUBJID": ["1", "2"], "AVAL": [1.0, 2.5]})
    variables = (ag.Variable("USUBJID", "Subject"), ag.Variable("AVAL", "", "Num"))
    data = ag.Dataset.from_frame(frame, "AE", variables=variables)
    ag.write(data, tmp_path / "ae.parquet")
    (table,) = read_raw_tables([tmp_path], RawFile(files=("ae.parquet",)))
    assert (table.line.tolist(), table.labels) == ([1, 2], {"USUBJID": "Subject"})
    assert table.dataset.frame["AVAL"].tolist() == [1.0, 2.5]
    with pytest.raises(ConfigurationError, match="header_lines is declared"):
        read_raw_tables([tmp_path], RawFile(files=("ae.parquet",), header_lines=("names",)))


@pytest.mark.slow
def test_the_export_of_an_edc_system(shared):
    declared = RawFile(files=("DEMO_*.csv",), header_lines=("labels", "names"))
    tables = {each.name[27:-4]: each for each in read_raw_tables([shared / "data/raw/edc_export"], declared)}
    assert (len(tables), len(tables["AE"]), len(tables["CodeLists"])) == (21, 4, 250)
    for name, table in tables.items():
        path = shared / f"data/raw/edc_export/DEMO_GDISC_20240903_072908_{name}.csv"
        with path.open(encoding="utf-8-sig", newline="") as file:
            labels, names, *rows = csv.reader(file)
        assert list(table.columns) == names
        assert [table.labels.get(each, "") for each in names] == labels
        assert [list(row) for row in zip(*cells(table).values(), strict=True)] == rows
