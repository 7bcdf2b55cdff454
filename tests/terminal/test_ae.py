"""`adamgate ae`: what is written, what is said, and what is refused."""

import json
from pathlib import Path

import pandas as pd
import pytest
from syrupy.assertion import SnapshotAssertion

import adamgate

ADSL = (
    "STUDYID,USUBJID,SUBJID,SITEID,AGE,AGEU,SEX,RACE,ARM,TRT01P,TRT01A,TRT01AN,SAFFL,TRTSDT,TRTEDT\n"
    + "".join(
        f"S,S-0{n},0{n},007,5{n},YEARS,F,WHITE,{arm},{arm},{arm},{number},Y,2020-01-01,2020-03-0{n}\n"
        for n, arm, number in ((1, "B", 1), (2, "A", 2), (3, "B", 1), (4, "A", 2))
    )
)
ADAE = "STUDYID,USUBJID,AESEQ,TRTA,AETERM,AEDECOD,AEBODSYS,AESER,AESEV,ASTDT,TRTEMFL\n" + "".join(
    f"S,S-0{n},{seq},{arm},{term},{term},Nerves,N,{severity},2020-01-{day},Y\n"
    for n, seq, arm, term, severity, day in (
        (1, 1, "B", "Headache", "MILD", "05"),
        (1, 2, "B", "Headache", "SEVERE", "09"),
        (3, 1, "B", "Dizziness", "MILD", "05"),
        (2, 1, "A", "Headache", "MODERATE", "11"),
    )
)
COMMAND = ("ae", "data", "--by", "AEBODSYS,AEDECOD", "--arm", "TRTA", "--population", "SAFFL",
           "--where", "TRTEMFL == 'Y'", "-o", "ae.csv")  # fmt: skip
AT_RISK = ("--start", "TRTSDT", "--end", "TRTEDT + 30")


@pytest.fixture
def study(delivered) -> Path:
    """A clean study in ``data/``, from whose parent commands are run."""
    return delivered(adsl=ADSL, adae=ADAE)


@pytest.mark.parametrize(
    "more",
    [
        (),
        ("--measure", "worst-grade"),
        ("--measure", "eair", *AT_RISK),
        ("--measure", "eaer", "--total", "--per", "1000", "--interval", "byar", *AT_RISK),
    ],
    ids=["incidence", "worst-grade", "eair", "eaer"],
)
def test_a_table_and_what_is_said_about_it(
    run, study: Path, snapshot: SnapshotAssertion, more: tuple[str, ...]
):
    code, out, err = run(*COMMAND, *more)
    assert (code, out) == (0, "")
    assert err == snapshot(name="said")
    assert Path("ae.csv").read_text() == snapshot(name="table")
    document = json.loads(Path("ae.codebook.json").read_text())
    assert document["gate"]["verdict"] == "passed"
    assert [each["name"] for each in document["columns"]] == list(pd.read_csv("ae.csv").columns)


@pytest.mark.slow
def test_the_table_is_read_as_the_codebook_says(run, study: Path):
    assert run(*COMMAND, "-q") == (0, "", "")
    document = json.loads(Path("ae.codebook.json").read_text())
    read = eval(document["read_with"], {"pandas": pd})
    assert read["AEDECOD"].isna().sum() == 4
    assert read.loc[0, ["AEBODSYS", "arm", "subjects"]].tolist() == ["any", "B", 2]
    for suffix in ("parquet", "json"):
        assert run(*COMMAND[:-1], f"ae.{suffix}", "-q", "--force").code == 0
        document = json.loads(Path("ae.codebook.json").read_text())
        again = eval(document["read_with"], {"pandas": pd, "adamgate": adamgate})
        assert again["subjects"].tolist() == read["subjects"].tolist()


@pytest.mark.slow
def test_a_table_replaces_another_of_ours_and_nothing_else(run, study: Path):
    assert run(*COMMAND, "-q") == (0, "", "")
    first = Path("ae.csv").read_bytes()
    assert run(*COMMAND, "-q") == (0, "", "")
    Path("ae.csv").write_bytes(first + b"a record added by hand\n")
    code, _, err = run(*COMMAND, "-q")
    assert code == 4
    assert "already exists" in err
    assert run(*COMMAND[:-1], "data/adae.csv", "--force").code == 4
    assert (study / "adae.csv").read_text() == ADAE


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--by", "AEDECODE"), "did you mean AEDECOD"),
        (("--arm", "TRTX"), "did you mean TRTA"),
        (("--population", "SAFL"), "did you mean SAFFL"),
        (("--where", "TRTEMFL ="), "use == for equal"),
        (("--measure", "eair"), "start is not given"),
        (("--measure", "eair", "--start", "TRTSD", "--end", "TRTEDT"), "did you mean TRTSDT"),
        (("--measure", "eair", "--start", "TRTSDT", "--end", "eval(1)"), "only min() is supported"),
        (("--per", "0", "--measure", "eair", *AT_RISK), "is not a value of per"),
        (("--measure", "rates"), "rates"),
        (("-o", "ae.docx"), "cannot be written as .docx"),
    ],
)
def test_wrong_requests(run, study: Path, more: tuple[str, ...], said: str):
    kept = [each for each in COMMAND if not ("--by" in more and each in ("--by", "AEBODSYS,AEDECOD"))]
    code, out, err = run(*kept, *more)
    assert (code, out) == (2, "")
    assert said in err
    assert not list(Path.cwd().glob("ae.*"))


def test_data_that_make_no_table(run, study: Path):
    (study / "adae.csv").write_text(ADAE.replace("S-02,1,A,", "S-02,1,B,"))
    code, out, err = run(*COMMAND, "--no-gate")
    assert (code, out) == (1, "")
    assert "TRTA differs from TRT01A of the subject in ADSL" in err
    assert "1 subject: S-02" in err
    assert "S-02" not in run(*COMMAND, "--no-gate", "--no-keys").err
    assert not Path("ae.csv").exists()


def test_the_gate_stands_before_a_table(run, study: Path):
    (study / "adae.csv").write_text(ADAE.replace(",1,B,Headache", ",,B,Headache").replace("S-01", ""))
    code, out, err = run(*COMMAND)
    assert (code, out) == (1, "")
    assert err.startswith("REFUSED")
    assert "No table was written. Correct the data, or use --no-gate to skip validation.\n" in err
    assert err.endswith("\nMore: adamgate explain gate-failed\n")
    assert not Path("ae.csv").exists()
