"""`adamgate km`: what a user types, sees and finds written, and the exit codes."""

import json
from pathlib import Path

import pandas as pd
import pytest

ARMS = ("Placebo", "Drug") * 4
ADSL = "STUDYID,USUBJID,SUBJID,SITEID,AGE,AGEU,SEX,RACE,ARM,TRT01P,TRT01PN,SAFFL\n" + "".join(
    f"S,S-{n:02},{n:02},007,5{n},YEARS,{'FM'[n // 2 % 2]},WHITE,{arm},{arm},{2 - n % 2},Y\n"
    for n, arm in enumerate(ARMS, 1)
)
DIED = "0,Death"
ADTTE = "STUDYID,USUBJID,PARAMCD,PARAM,AVAL,CNSR,EVNTDESC,STARTDT,ADT\n" + "".join(
    f"S,S-{n:02},OS,Overall Survival (days),{n},{outcome},2020-01-01,2020-01-{n:02}\n"
    for n, outcome in enumerate((DIED, DIED, "1,Alive", DIED, DIED, "1,Alive", DIED, DIED), 1)
)


@pytest.fixture
def study(delivered) -> Path:
    """A clean study in ``data/``, from whose parent commands are run."""
    return delivered(adsl=ADSL, adtte=ADTTE)


@pytest.fixture
def km(run):
    """Runs the command; its exit code and what it printed on stderr."""

    def command(*arguments: str, output: str = "km.csv") -> tuple[int, str]:
        code, out, err = run("km", "data", *arguments, "-o", output)
        assert out == ""
        return code, err

    return command


def test_what_a_user_sees(km, study, snapshot):
    code, err = km("--param", "OS", "--by", "TRT01P", "--at", "3,6,9", "--tau", "10", "--strata", "SEX")
    assert code == 0
    assert err.startswith("ADTTE OS, Overall Survival (days): 8 subjects, 6 events, 2 censored\n")
    assert err[err.index("Kaplan-Meier, ") :] == snapshot


@pytest.fixture
def delayed(delivered) -> Path:
    """The study with a date of response: S-04 did not respond, S-08 did on the day it died."""
    responses = (None, 1, 2, None, 3, 1, 4, 8)
    lines = zip(ADSL.splitlines(), ("RSPDT", *responses), strict=True)
    dated = ((line, f"2020-01-{day:02}" if isinstance(day, int) else day or "") for line, day in lines)
    return delivered(adsl="".join(f"{line},{day}\n" for line, day in dated), adtte=ADTTE)


def test_what_a_user_sees_of_delayed_entry(km, delayed, snapshot):
    code, err = km("--param", "OS", "--by", "TRT01P", "--entry", "RSPDT", "--tau", "6")
    assert code == 0
    assert err[err.index("  excluded: ") :] == snapshot
    assert pd.read_csv("km.csv").columns.tolist()[:3] == ["group", "time", "at_risk"]
    assert Path("km.csv").read_text(encoding="utf-8") == snapshot(name="the estimates")


@pytest.mark.slow
def test_an_entry_that_the_settings_declare(run, delayed):
    settings = '[table.km]\nshape = "kaplan-meier"\nparam = "OS"\nentry = "RSPDT"\n'
    Path("adamgate.toml").write_text(settings, encoding="utf-8")
    assert run("survival", "data", "--table", "km", "-o", "declared.csv")[0] == 0
    assert run("km", "data", "--param", "OS", "--entry", "RSPDT", "-o", "given.csv")[0] == 0
    for ending in (".csv", "_summary.csv"):
        assert Path(f"declared{ending}").read_bytes() == Path(f"given{ending}").read_bytes()


def test_nobody_who_enters_before_the_end(km, delayed):
    code, err = km("--param", "OS", "--entry", "RSPDT", "--where", "USUBJID in ('S-04', 'S-08')")
    assert code == 1
    assert "no subject has an entry before the end of follow-up" in err
    assert list(Path.cwd().glob("km*")) == []


def test_what_is_written(km, study):
    code, _ = km("--param", "OS", "--by", "TRT01P", "--at", "6, 3,", "--no-total", "-q")
    assert code == 2  # a time is missing
    code, err = km("--param", "OS", "--by", "TRT01P", "--at", "6, 3", "--no-total", "-q")
    assert (code, err) == (0, "")
    estimates, summary = pd.read_csv("km.csv"), pd.read_csv("km_summary.csv")
    assert estimates["group"].tolist() == ["Placebo", "Placebo", "Drug", "Drug"]
    assert estimates["time"].tolist() == [3, 6, 3, 6]
    assert estimates["events"].tolist() == [1, 2, 1, 2]
    assert summary["n"].tolist() == [4, 4]
    codebook = json.loads(Path("km.codebook.json").read_text(encoding="utf-8"))
    assert codebook["conf_type"] == "log-log"
    assert codebook["gate"]["verdict"] == "passed"


def test_limits_and_units_are_asked_for(km, study):
    assert km("--param", "OS", "--conf-type", "plain", "--unit", "weeks", "--curve", "-q") == (0, "")
    assert set(pd.read_csv("km_summary.csv")["conf_type"]) == {"plain"}
    assert pd.read_csv("km.csv")["time"].tolist() == pytest.approx([n / 7 for n in range(1, 9)])
    code, err = km("--param", "OS", "--conf-type", "arcsin")
    assert code == 2
    assert "log-log" in err


@pytest.mark.parametrize(
    ("options", "advice"),
    [
        (("--param", "OSS"), "did you mean OS?"),
        (("--param", "OS", "--by", "TRT01"), "TRT01P"),
        (("--param", "OS", "--by", "TRT01P", "--strata", "SEXX"), "SEX"),
        (("--param", "OS", "--by", "TRT01P", "--reference", "Placbo"), "did you mean Placebo?"),
        (("--param", "OS", "--population", "SAFL"), "SAFFL"),
        (("--param", "OS", "--entry", "ADTT"), "ADT"),
        (("--param", "OS", "--entry", "TRT01P"), "use a numeric date variable"),
        (("--param", "OS", "--entry", "OSS: CNSR == 0"), "did you mean OS?"),
        (("--param", "OS", "--strata", "SEX"), "give the variable of the groups with --by"),
        (("--param", "OS", "--at", "3", "--curve"), "give the times (--at), or --curve"),
        (("--param", "OS", "--at", "three"), "numbers with commas between them"),
        (("--param", "OS", "--tau", "nan"), "a number, 0 or more"),
        (("--param", "OS", "--tau", "0"), "give a time above 0"),
        (("--param", "OS", "--no-total"), "give --by, or omit --no-total"),
        (("--param", "OS", "--by", "USUBJID", "--reference", "x"), "is not an arm of the table"),
    ],
)
def test_usage_errors_have_exit_code_2_and_advice(km, study, options, advice):
    code, err = km(*options)
    assert code == 2
    assert advice in err
    assert [each.name for each in Path.cwd().iterdir() if each.suffix] == []


def test_a_file_that_no_table_can_be(km, study):
    code, err = km("--param", "OS", output="km.docx")
    assert code == 2
    assert "a table cannot be written as .docx" in err


@pytest.mark.slow
def test_a_study_that_fails_gives_no_table(km, study):
    (study / "adtte.csv").write_text(ADTTE.replace(",3,1,", ",-3,1,"))
    code, err = km("--param", "OS")
    assert code == 1
    assert "REFUSED" in err
    assert "No table was written." in err
    assert km("--param", "OS", "-q")[1].startswith("REFUSED")
    code, err = km("--param", "OS", "--no-gate")
    assert code == 1
    assert "AVAL is negative" in err
    assert "S-03" in err
    assert "S-03" not in km("--param", "OS", "--no-gate", "--no-keys")[1]
    assert list(Path.cwd().glob("km*")) == []


@pytest.mark.slow
def test_no_events(km, study):
    code, err = km("--param", "OS", "--where", "CNSR == 1")
    assert code == 1
    assert "--allow-no-events" in err
    code, err = km("--param", "OS", "--by", "TRT01P", "--where", "CNSR == 1", "--allow-no-events")
    assert code == 0
    assert "log-rank test: not possible, no two arms have subjects at risk at an event" in err


@pytest.mark.slow
def test_an_output_that_exists_is_kept(km, study):
    Path("km_summary.csv").write_text("mine")
    code, err = km("--param", "OS")
    assert code == 4
    assert "km_summary.csv" in err
    assert sorted(each.name for each in Path.cwd().glob("km*")) == ["km_summary.csv"]
    assert km("--param", "OS", "--force", "-q") == (0, "")
    assert km("--param", "OS", "-q") == (0, "")  # ours by now


def test_an_input_is_not_replaced(km, study):
    before = (study / "adtte.csv").read_bytes()
    code, err = km("--param", "OS", "--force", output="data/adtte.csv")
    assert code == 4
    assert "would replace an input" in err
    assert (study / "adtte.csv").read_bytes() == before
