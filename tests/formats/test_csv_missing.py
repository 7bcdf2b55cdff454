"""What stands for a missing value in CSV: empty fields, and the words that a user declares."""

from pathlib import Path
from shlex import quote

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import adamgate as ag
from adamgate.schemas.study.variable import ReadAsMissing


def read(folder: Path, content: str, **options: object) -> ag.Dataset:
    (folder / "adsl.csv").write_text(content)
    return ag.read(folder, **options)["ADSL"]


def values(dataset: ag.Dataset, variable: str) -> list[object]:
    column = dataset[variable].astype(object)
    return column.where(column.notna(), None).tolist()


AS_R_WRITES = '"USUBJID","COUNTRY","AGE","TRTSDT","RACE"\n"S1","NA",54,2020-01-05,NA\n"S2","CH",NA,NA,"NA"\n'


def test_na_of_r_is_text_until_it_is_declared(tmp_path: Path) -> None:
    data = read(tmp_path, AS_R_WRITES)
    assert values(data, "RACE") == ["NA", "NA"]
    assert values(data, "AGE") == ["54", "NA"]
    (note,) = data.notes
    assert str(note) == (
        "ADSL: NA in 3 variables (AGE, TRTSDT, RACE), which R writes for missing values; kept as text, so 2 "
        "numeric variables stay character (use --missing NA to read it as missing)"
    )


def test_declared_na_is_missing_and_quoted_na_is_namibia(tmp_path: Path) -> None:
    data = read(tmp_path, AS_R_WRITES, missing="NA")
    assert values(data, "AGE") == [54, None]
    assert data["TRTSDT"].isna().tolist() == [False, True]
    assert values(data, "COUNTRY") == ["NA", "CH"]
    assert values(data, "RACE") == [None, "NA"]
    assert [note.message for note in data.notes] == [
        "NA read as missing: 3 values of AGE, TRTSDT, RACE",
        "NA in quotation marks is read as text, without them as missing: 2 values of COUNTRY, RACE",
    ]


def test_where_no_word_is_bare_a_quoted_one_is_missing_and_said_so(tmp_path: Path) -> None:
    data = read(tmp_path, '"USUBJID","RACE","AGE"\n"S1","NA","54"\n"S2","WHITE","NA"\n', missing=["NA"])
    assert values(data, "RACE") == [None, "WHITE"]
    assert values(data, "AGE") == [54, None]
    assert [note.message for note in data.notes] == [
        "NA read as missing: 2 values of RACE, AGE",
        "NA in quotation marks is also read as missing: 1 value of RACE",
    ]


def test_several_words_and_blanks_around_them(tmp_path: Path) -> None:
    data = read(tmp_path, "USUBJID,AGE,RACE\nS1, NA ,NULL\nS2,NULL,x\n", missing=["NA", "NULL"])
    assert data["AGE"].isna().all()
    assert values(data, "RACE") == [None, "x"]


TEXTS = st.lists(st.sampled_from(["Y", "N", "NR", " NR ", "", "."]), min_size=1, max_size=20)
NUMBERS = st.sampled_from(["1", "2.5", "-99", "-99.0", ""])


@given(texts=TEXTS, numbers=st.data(), quoted=st.booleans(), words=st.sampled_from([("NR",), ("NR", "-99")]))
@settings(
    max_examples=settings.default.max_examples * 60 // 100,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_what_was_a_value_without_the_words_is_counted(
    tmp_path: Path, texts: list[str], numbers: st.DataObject, quoted: bool, words: tuple[str, ...]
) -> None:
    """No more and no less: what was missing before is not read as missing."""
    mark = '"' if quoted else ""
    lines = [f"S{n},{mark}{text}{mark},{numbers.draw(NUMBERS)}\n" for n, text in enumerate(texts)]
    content = "USUBJID,SAFFL,AGE\n" + "".join(lines)
    before, after = read(tmp_path, content), read(tmp_path, content, missing=words)
    gone = sum(int((after.missing(name) & before.filled(name)).sum()) for name in after.names)
    assert after.read_as_missing == ReadAsMissing(words, gone)
    noted = [note.message for note in after.notes if " read as missing: " in note.message]
    noted = [each for each in noted if "in quotation marks" not in each]
    assert len(noted) == bool(gone)
    assert before.read_as_missing.values == 0


def test_what_is_missing_anyway_is_not_counted(tmp_path: Path) -> None:
    content = "USUBJID,AGE,RACE\nS1,.,\nS2,54,WHITE\n"
    for words in (".", "", ["", "."]):
        data = read(tmp_path, content, missing=words)
        assert (data.read_as_missing.values, data.notes) == (0, ())


def test_an_identifier_that_stays_text_is_counted(tmp_path: Path) -> None:
    (tmp_path / "_variables.csv").write_text("dataset,variable,type\nADSL,USUBJID,Char\nADSL,SITEID,Num\n")
    data = read(tmp_path, "USUBJID,SITEID\nS1,007\nS2,NR\n", missing="NR")
    assert values(data, "SITEID") == ["007", None]
    assert data.read_as_missing == ReadAsMissing(("NR",), 1)


def test_a_number_that_stands_for_missing(tmp_path: Path) -> None:
    data = read(tmp_path, "USUBJID,AGE,RACE\nS1,-99.0,-99\nS2,-99,x\nS3,54,-99.0\n", missing="-99")
    assert np.isnan(data["AGE"]).tolist() == [True, True, False]
    assert values(data, "RACE") == [None, "x", "-99.0"]


def test_blanks_around_a_word_in_text(tmp_path: Path) -> None:
    assert values(read(tmp_path, "USUBJID,RACE\nS1, NA \nS2,x\n", missing="NA"), "RACE") == [None, "x"]


def test_declaring_one_word_silences_no_note_about_another(tmp_path: Path) -> None:
    (note,) = read(tmp_path, "USUBJID,AGE\nS1,NA\nS2,1\n", missing="NULL").notes
    assert "--missing NA to read it as missing" in note.message


def test_two_words_in_one_number(tmp_path: Path) -> None:
    data = read(tmp_path, "USUBJID,AGE,TRTSDT\nS1,NA,NaT\nS2,NaN,2020-01-31\nS3,54,\n")
    assert [note.message.split(", which")[0] for note in data.notes] == [
        "NA in 1 variable (AGE)",
        "NaN in 1 variable (AGE)",
        "NaT in 1 variable (TRTSDT)",
    ]


def test_declared_words_leave_other_words_alone(tmp_path: Path) -> None:
    data = read(tmp_path, "USUBJID,RACE\nS1,NAN\nS2,na\nS3,N/A\n", missing="NA")
    assert values(data, "RACE") == ["NAN", "na", "N/A"]


@pytest.mark.parametrize(
    ("word", "writer"), [("NULL", "databases write"), ("#N/A", "Excel writes"), ("nan", "Python writes")]
)
def test_the_word_that_keeps_a_number_from_being_one_is_named(tmp_path: Path, word: str, writer: str) -> None:
    data = read(tmp_path, f"USUBJID,AGE,RACE\nS1,54,{word}\nS2,{word},x\n")
    (note,) = data.notes
    assert note.message == (
        f"{word} in 2 variables (AGE, RACE), which {writer} for missing values; kept as text, so AGE stays "
        f"character (use --missing {quote(word)} to read it as missing)"
    )
    assert read(tmp_path, f"USUBJID,AGE,RACE\nS1,54,{word}\nS2,{word},x\n", missing=word)["AGE"][0] == 54


@pytest.mark.parametrize(
    "content",
    [
        "USUBJID,COUNTRY\nS1,NA\nS2,CH\n",
        "USUBJID,AEACNOTH\nS1,None\nS2,NULL\n",
        "USUBJID,AECODE,AEOUT\nS1,NA,\nS2,X,y\n",
        '"USUBJID","COUNTRY","ETHNIC"\n"S1","NA",""\n',
    ],
)
def test_no_note_where_a_word_may_be_what_it_says(tmp_path: Path, content: str) -> None:
    assert read(tmp_path, content).notes == ()


def test_long_columns_lose_the_word_too(tmp_path: Path) -> None:
    lines = "".join(f"S{i:05},{'NA' if i % 7 == 0 else f'text {i}'},{i}\n" for i in range(3000))
    data = read(tmp_path, "USUBJID,RACE,AGE\n" + lines, missing="NA")
    assert values(data, "RACE") == [None if i % 7 == 0 else f"text {i}" for i in range(3000)]


@pytest.mark.slow
def test_a_study_of_r_is_the_same_as_one_with_empty_fields(tmp_path: Path, shared: Path) -> None:
    folder = shared / "cases/gate/S2-R-write-csv"
    declared = ag.validate(ag.read(folder, missing="NA"))
    assert (declared.count(ag.Severity.ERROR), declared.count(ag.Severity.WARNING)) == (0, 0)
    undeclared = ag.read(folder)
    noted = [data.name for data in undeclared if "--missing NA" in str(data.notes)]
    assert noted == ["ADAE", "ADSL", "ADTTE"]
