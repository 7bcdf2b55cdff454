"""The command line: streams, exit codes, messages."""

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import jsonschema
import pandas as pd
import pytest
from syrupy.assertion import SnapshotAssertion

import adamgate as ag
from adamgate.converters.reports.json_document import SCHEMA
from adamgate.converters.survival.layouts import layouts
from adamgate.schemas.gate.selection import full_book

SCHEMA_OF_REPORTS = json.loads(SCHEMA.read_text(encoding="utf-8"))

ADSL = "STUDYID,USUBJID,SUBJID,SITEID,AGE,AGEU,SEX,RACE,ARM,TRT01P\n" + "".join(
    f"S,S-0{n},0{n},007,5{n},YEARS,F,WHITE,A,A\n" for n in (1, 2)
)
ADTTE = "STUDYID,USUBJID,PARAMCD,PARAM,AVAL,CNSR,STARTDT,ADT\n" + "".join(
    f"S,S-0{n},OS,Overall Survival (days),1{n},{n - 1},2020-01-01,2020-01-1{n}\n" for n in (1, 2)
)


@pytest.fixture
def study(delivered) -> Path:
    """A clean study in ``data/``, from whose parent commands are run."""
    return delivered(adsl=ADSL, adtte=ADTTE)


@pytest.fixture
def broken(study: Path) -> Path:
    """The same with one negative AVAL."""
    (study / "adtte.csv").write_text(ADTTE.replace(",12,", ",-4,"))
    return study


def process(*arguments: str, **more: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "adamgate", *arguments], text=True, capture_output=True, check=False, **more
    )


# What comes out where


def test_the_report_is_for_people_and_goes_to_stdout(run, study: Path):
    code, out, err = run("validate", "data")
    assert (code, err) == (0, "")
    assert out.startswith("PASSED  ")
    assert "Standards: ADaMIG 1.3 (default), OCCDS 1.1 (default)\n" in out
    assert len(out.splitlines()) <= 20


@pytest.mark.slow
@pytest.mark.skipif(not Path("/dev/stdout").exists(), reason="the system has no /dev/stdout")
def test_a_document_for_dev_stdout_has_nothing_beside_it(study: Path):
    done = process("validate", "data", "--format", "json", "-o", "/dev/stdout")
    assert json.loads(done.stdout)["verdict"] == "passed"
    assert done.stderr.startswith("PASSED  ")


@pytest.mark.slow
def test_a_report_file_is_written_where_stdout_is_closed(study: Path):
    command = f"{sys.executable} -m adamgate validate data -o report.json >&-"
    done = subprocess.run(["sh", "-c", command], text=True, capture_output=True, check=False)
    assert done.returncode == 0
    assert done.stderr.startswith("PASSED  ")
    assert json.loads(Path("report.json").read_text())["verdict"] == "passed"


def test_the_json_document_is_all_that_stands_on_stdout(run, broken: Path):
    code, out, err = run("validate", "data", "--format", "json")
    found = json.loads(out)
    jsonschema.Draft202012Validator(SCHEMA_OF_REPORTS).validate(found)
    assert code == 1
    assert found["verdict"] == "refused"
    assert [each["path"] for each in found["inputs"]] == ["data/adsl.csv", "data/adtte.csv"]
    assert all(re.fullmatch("[0-9a-f]{64}", each["sha256"]) for each in found["inputs"])
    assert "TTE006" in {each["rule_id"] for each in found["findings"]}
    assert err.startswith("REFUSED  ")
    assert len(err.splitlines()) == 1


def test_the_same_input_gives_the_same_bytes(run, broken: Path):
    assert run("validate", "data", "--format", "json").out == run("validate", "data", "--format", "json").out


def test_text_that_is_asked_for_goes_to_stdout(run, broken: Path):
    code, out, err = run("validate", "data", "--format", "text")
    assert (code, err) == (1, "")
    assert out.startswith("REFUSED  ")
    assert run("validate", "data", "-o", "-").out == out


@pytest.mark.parametrize("options", [("-o", "findings.json"), ("-o", "findings.log", "--format", "json")])
def test_a_report_file_takes_its_format_from_its_name_or_the_option(run, broken: Path, options: list[str]):
    code, out, err = run("validate", "data", *options)
    assert (code, err) == (1, "")
    assert out.startswith("REFUSED  ")
    assert "TTE006" in out
    written = Path(options[1]).read_text(encoding="utf-8")
    assert written == run("validate", "data", "--format", "json").out
    assert sorted(each.name for each in Path.cwd().iterdir()) == [".git", "data", options[1]]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["findings.txt", "findings.json", "data/findings.json"])
def test_the_report_of_an_earlier_run_is_replaced_and_nothing_else(run, broken: Path, name: str):
    for _ in range(2):
        assert run("validate", "data", "-o", name).code == 1
    report = Path(name).read_bytes()
    other = Path("other").with_suffix(Path(name).suffix)
    other.write_text("notes of somebody")
    code, _, err = run("validate", "data", "-o", str(other))
    assert (code, other.read_text()) == (4, "notes of somebody")
    assert "is not an adamgate report" in err
    assert run("validate", "data", "-o", str(other), "--force").code == 1
    assert other.read_bytes() == report


def test_a_device_is_written_to_and_not_replaced(run, study: Path):
    assert run("validate", "data", "--format", "json", "-o", os.devnull).code == 0
    assert not Path(os.devnull).is_file()


@pytest.mark.slow
def test_quiet_and_verbose(run, broken: Path):
    code, out, err = run("validate", "data", "-q")
    assert (code, out.count("\n"), err) == (1, 1, "")
    assert run("validate", "data", "-q", "--format", "json").err == ""
    assert run("validate", "data", "-q", "-o", "report.txt").out == out
    assert "TTE006" in Path("report.txt").read_text()
    verbose = run("validate", "data", "-v").out
    assert "All checks\n" in verbose
    assert re.search(r"TTE006 +ADTTE +failed +[\d.]+ ms\n", verbose)
    assert run("validate", "data", "-q", "-v").code == 2


def test_whether_an_input_may_be_read_is_no_question_of_usage(
    run, study: Path, monkeypatch: pytest.MonkeyPatch
):
    def refuse(*given: object) -> None:
        raise PermissionError(13, "Permission denied", "data")

    monkeypatch.setattr("os.access", lambda *given, **named: False)
    monkeypatch.setattr(Path, "iterdir", refuse)
    code, out, err = run("validate", "data")
    assert (code, out) == (3, "")
    assert "where: data: Permission denied\n" in err


UNREAD = "note: not read in data, may contain data: adlb.xlsx (Excel)\n"


@pytest.mark.slow
def test_files_that_were_not_read_are_told_even_when_quiet(run, study: Path):
    (study / "adlb.xlsx").write_bytes(b"PK")
    code, out, err = run("validate", "data", "-q")
    assert (code, out.count("\n"), err) == (0, 1, UNREAD)
    assert run("validate", "data", "--format", "json").err.endswith(f"\n{UNREAD}")
    assert run("convert", "data", "out", "--to", "parquet", "-q") == (0, "", UNREAD)
    assert run("survival", "data", "--param", "OS", "-o", "os.csv", "-q") == (0, "", UNREAD)
    code, out, err = run("describe", "data")
    assert (code, err) == (0, UNREAD)
    assert "adlb" not in out


def test_what_was_decided_while_reading_is_told(run, study: Path):
    (study / "adsl.csv").write_bytes(ADSL.replace("WHITE", "WEI\xdf").encode("latin-1"))
    told = "note: ADSL.RACE record 1: bytes 45 49 DF are not UTF-8, read as cp1252\n"
    assert run("convert", "data/adsl.csv", "adsl.parquet").err == f"{told}written: adsl.parquet\n"
    assert run("survival", "data", "--param", "OS", "-o", "os.csv").err.startswith(told)


@pytest.mark.parametrize(
    ("code", "arguments"),
    [
        (3, ("validate", "NAME")),
        (3, ("validate", "NAME*")),
        (2, ("validate", "data", "--rules", "NAME.py")),
        (4, ("validate", "data", "-o", "NAME.json")),
        (4, ("convert", "data/adsl.csv", "NAME.parquet")),
        (4, ("convert", "data", "NAME", "--to", "csv")),
        (4, ("survival", "data", "--param", "OS", "-o", "NAME.csv")),
    ],
)
def test_a_name_that_is_too_long_is_told_like_any_other(run, study: Path, code: int, arguments: tuple[str]):
    found = run(*(each.replace("NAME", "a" * 300) for each in arguments))
    assert found.code == code
    assert "a" * 300 in found.err


def test_patient_values_are_shown_only_when_asked_for(run, broken: Path):
    without, given = run("validate", "data").out, run("validate", "data", "--show-values").out
    assert "S-02, OS (record 2)" in without
    assert "-4" not in without
    assert "by USUBJID, PARAMCD, AVAL: S-02, OS, -4 (record 2)" in given


# Settings


def test_fail_on_decides_the_exit_code(run, broken: Path):
    codes = {word: run("validate", "data", "-q", "--fail-on", word).code for word in ("error", "never")}
    assert codes == {"error": 1, "never": 0}


@pytest.mark.slow
def test_settings_of_the_study_and_their_origin(run, broken: Path):
    Path("adamgate.toml").write_text('[settings]\nfail_on = "never"\noccds = "1.0"\n')
    code, out, _ = run("validate", "data", "--standard", "adamig-1.1")
    assert code == 0
    assert "Standards: ADaMIG 1.1 (--standard), OCCDS 1.0 (adamgate.toml)\n" in out
    assert run("validate", "data", "--fail-on", "error").code == 1
    found = json.loads(run("validate", "data", "--format", "json").out)
    assert found["standards"][1] == {"name": "OCCDS", "version": "1.0", "origin": "adamgate.toml"}


def test_complete_refuses_what_was_not_delivered(run, study: Path):
    assert run("validate", "data").code == 0
    code, out, _ = run("validate", "data", "--complete")
    assert code == 1
    assert "Could not be checked (fails the gate)\n" in out
    assert "not present: " in out


def test_patterns_are_expanded_where_the_shell_did_not(run, study: Path):
    _, out, _ = run("describe", "data/*.csv")
    assert re.findall("^AD[A-Z]+", out, re.M) == ["ADSL", "ADTTE"]


# What goes wrong: message and exit code

TOLD = {
    "unknown rule": (2, "explain", "TTE666"),
    "unknown report format": (2, "validate", "data", "-o", "report.xyz"),
    "unknown encoding": (2, "validate", "data", "--encoding", "utf-9"),
    "no configuration": (2, "validate", "data", "--config", "none.toml"),
    "nothing matches": (3, "validate", "data/*.xpt"),
    "output in a file": (4, "validate", "data", "-q", "-o", "data/adsl.csv/report.json"),
    "output is a folder": (4, "validate", "data", "-q", "--format", "json", "-o", "data"),
}


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["validat"], "validat"),
        (["validate", "data", "--fail"], "--fail"),
        (
            ["validate", "data", "--fail-on", "eror"],
            "'eror' is not one of 'error', 'warning', 'note', 'never'",
        ),
        (["validate"], "PATHS..."),
    ],
    ids=["unknown command", "unknown option", "unknown word", "no input"],
)
def test_wrong_usage_is_told(run, study: Path, arguments: list[str], named: str):
    """In the words of click, which differ between its versions."""
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert err.startswith("Usage: adamgate ")
    assert named in err.partition("\nError: ")[2]


def test_without_arguments_the_help_is_shown(run):
    """On stdout or stderr and with exit code 0 or 2, as the version of click has it."""
    code, out, err = run()
    assert code in {0, 2}
    assert (out + err).startswith("Usage: adamgate ")
    assert "\n  validate " in out + err
    assert "Error" not in out + err


@pytest.mark.parametrize("arguments", [(), ("completion",), ("config",), ("rules", "test")], ids=" ".join)
def test_no_line_of_help_or_usage_is_an_escape(run, arguments: tuple[str, ...]):
    said = run(*arguments)
    assert not re.search(r"\\[nt]", said.out + said.err)


@pytest.mark.parametrize("case", TOLD)
def test_what_a_user_is_told(run, study: Path, case: str, snapshot: SnapshotAssertion):
    expected, *arguments = TOLD[case]
    code, out, err = run(*arguments)
    assert (code, out) == (expected, "")
    assert "Traceback" not in err
    assert re.sub(r"\.adamgate-[\w-]+\.part", "<temporary>", err) == snapshot


def test_every_input_that_cannot_be_read_is_told_at_once(run, study: Path):
    (study / "adae.xpt").write_bytes(b"")
    (study / "adcm.csv").write_text("A,B\n1,2,3\n")
    code, out, err = run("validate", "data", "--format", "json")
    assert (code, out) == (3, "")
    assert err.startswith("error: 2 inputs cannot be read:\n")
    assert "adae.xpt" in err
    assert "adcm.csv" in err
    assert run("validate", "none").code == 3


def test_an_output_that_cannot_be_written_leaves_nothing(run, study: Path):
    before = sorted(Path.cwd().rglob("*"))
    run("validate", "data", "-o", "data/adsl.csv/report.json")
    assert sorted(Path.cwd().rglob("*")) == before


def test_each_failure_has_its_own_exit_code():
    of_hosts = "adamgate.converters.hosts"  # for an error in a step, with the code of a fault of ours
    every = ag.AdamgateError.__subclasses__()
    families = [each for each in every if not each.__module__.startswith(of_hosts)]
    assert {each: vars(each).get("exit_code") for each in families} == {
        ag.Refused: 1,
        ag.ConfigurationError: 2,
        ag.UnreadableInput: 3,
        ag.UnwritableOutput: 4,
    }


@pytest.mark.parametrize("failure", [ValueError("PATIENT 7 HAS X"), EOFError("PATIENT 7 HAS X")])
def test_a_fault_of_ours_names_its_place_and_quotes_no_data(
    run, study: Path, monkeypatch: pytest.MonkeyPatch, failure: Exception
):
    def breaks(*given: object, **named: object) -> None:
        raise failure

    monkeypatch.setattr(ag, "validate", breaks)
    code, out, err = run("validate", "data")
    assert (code, out) == (70, "")
    kind = type(failure).__name__
    assert re.fullmatch(
        rf"error: internal error in adamgate: {kind}\n"
        r"  where: adamgate\.converters\.terminal\.judgement, line \d+, in judged\n"
        r"  to do: run it again with --debug .*\n"
        r"  more: adamgate explain internal-error\n",
        err,
    )
    debugged = run("validate", "data", "--debug").err
    assert debugged.startswith("Traceback (most recent call last):\n")
    assert f"{kind}: PATIENT 7 HAS X\n" in debugged
    monkeypatch.setenv("ADAMGATE_DEBUG", "1")
    assert "Traceback" in run("validate", "data").err


@pytest.mark.slow
def test_ctrl_c(run, study: Path, monkeypatch: pytest.MonkeyPatch):
    def interrupted(*given: object, **named: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(ag, "read", interrupted)
    code, out, err = run("validate", "data")
    assert (code, out, err.strip()) == (130, "", "interrupted")


@pytest.mark.slow
def test_a_reader_that_goes_away(study: Path):
    reading, writing = os.pipe()
    os.close(reading)
    try:
        ran = subprocess.run(
            [sys.executable, "-m", "adamgate", "rules"],
            stdout=writing,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    finally:
        os.close(writing)
    assert (ran.returncode, ran.stderr) == (141, "")


@pytest.mark.slow
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
@pytest.mark.parametrize("arguments", ["rules", "--help", "--version", "validate --help"])
def test_a_full_disk(arguments: str):
    with Path("/dev/full").open("w") as full:
        ran = subprocess.run(
            [sys.executable, "-m", "adamgate", *arguments.split()],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert ran.returncode == 4
    assert ran.stderr.startswith("error: the output cannot be written: No space left on device\n")


@pytest.mark.slow
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
@pytest.mark.parametrize(("arguments", "code"), [("validate absent", 3), ("validade data", 2)])
def test_the_exit_code_says_it_where_nothing_can_be_told(arguments: str, code: int):
    with Path("/dev/full").open("w") as full:
        ran = subprocess.run([sys.executable, "-m", "adamgate", *arguments.split()], stderr=full, check=False)
    assert ran.returncode == code


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "closed", "code"),
    [("rules", ">&-", 4), ("validate data --format json", ">&-", 4), ("validate data", "2>&-", 0)],
)
def test_streams_that_were_closed(study: Path, arguments: str, closed: str, code: int):
    command = f"{shlex.quote(sys.executable)} -m adamgate {arguments} {closed}"
    ran = subprocess.run(["sh", "-c", command], text=True, capture_output=True, check=False)
    assert ran.returncode == code
    assert ran.stderr.startswith("error: the output cannot be written: it is closed\n" if code else "")


def test_an_empty_path_is_not_the_current_folder(run, study: Path):
    code, out, err = run("validate", "")
    assert (code, out) == (2, "")
    assert "the path is empty" in err
    with pytest.raises(ag.UnreadableInput, match="a path is empty"):
        ag.read("")


@pytest.mark.parametrize("given", [None, 5, pd.DataFrame({"USUBJID": ["a"]}), ["data", None]])
def test_what_is_no_path(study: Path, given: object):
    with pytest.raises(TypeError, match="a path is required, not "):
        ag.read(given)


@pytest.mark.slow
def test_what_the_terminal_cannot_show_is_escaped(study: Path):
    ran = process(
        "validate", "\N{CJK UNIFIED IDEOGRAPH-65E5}", env={**os.environ, "PYTHONIOENCODING": "cp1252"}
    )
    assert ran.returncode == 3
    assert "where: \\u65e5\n" in ran.stderr


# Other commands


def test_describe_as_text_and_as_json(run, study: Path, snapshot: SnapshotAssertion):
    code, out, err = run("describe", "data/adtte.csv")
    assert (code, err) == (0, "")
    assert out == snapshot
    found = json.loads(run("describe", "data", "--format", "json").out)
    assert [(each["name"], each["records"]) for each in found["datasets"]] == [("ADSL", 2), ("ADTTE", 2)]
    (aval,) = [each for each in found["datasets"][1]["variables"] if each["name"] == "AVAL"]
    assert (aval["type"], aval["missing"], aval["distinct"]) == ("Num", 0, 2)


@pytest.mark.parametrize("given", ["TTE006", "tte006"])
def test_explain_in_any_case(run, given: str):
    code, out, err = run("explain", given)
    assert (code, err) == (0, "")
    assert out == ag.explain("TTE006")


def test_rules_lists_every_rule(run):
    code, out, err = run("rules")
    assert (code, err) == (0, "")
    assert [line.split()[0] for line in out.splitlines()] == list(full_book())


def test_version(run):
    assert run("--version").out == f"adamgate {ag.__version__}\n"


# Survival tables and conversion


def test_a_survival_table_and_what_is_said_about_it(run, study: Path, snapshot: SnapshotAssertion):
    code, out, err = run(
        "survival", "data", "--param", "OS", "--unit", "weeks", "--arm", "TRT01P", "--covariates", "AGE, SEX",
        "-o", "os.csv",
    )  # fmt: skip
    assert (code, out) == (0, "")
    assert err == snapshot
    header, first, _ = Path("os.csv").read_text().splitlines()
    assert header == "USUBJID,duration,event,CNSR,reason,TRT01P,AGE,SEX"
    assert first.startswith("S-01,1.57142857142857")
    assert json.loads(Path("os.codebook.json").read_text())["time"]["unit"] == "weeks"


@pytest.mark.slow
def test_a_survival_table_replaces_another_of_ours_and_nothing_else(run, study: Path):
    command = ("survival", "data", "--param", "OS", "-o", "os.csv", "-q")
    assert run(*command) == (0, "", "")
    first = Path("os.csv").read_bytes()
    assert run(*command) == (0, "", "")
    Path("os.csv").write_bytes(first + b"a record added by hand\n")
    code, _, err = run(*command)
    assert code == 4
    assert "already exists" in err
    assert run(*command, "--force").code == 0
    assert Path("os.csv").read_bytes() == first


def test_the_gate_stands_before_a_survival_table(run, broken: Path):
    Path("adamgate.toml").write_text('[settings]\nfail_on = "never"\n')
    code, out, err = run("survival", "data", "--param", "OS", "-o", "os.csv")
    assert (code, out) == (1, "")
    assert err.startswith("REFUSED  1 error")
    assert "No table was written. Correct the data, or use --no-gate to skip validation.\n" in err
    assert err.endswith("\nMore: adamgate explain gate-failed\n")
    assert not Path("os.csv").exists()
    without = run("survival", "data", "--param", "OS", "-o", "os.csv", "--no-gate")
    assert without.code == 1, "a negative duration stops it with or without the gate"
    assert "S-02" in without.err


def test_wrong_requests_for_a_survival_table(run, study: Path):
    command = ("survival", "data", "-o", "os.csv", "--param")
    assert run(*command, "PFS").code == 2
    assert run(*command, "OS", "--where", "AVAL >").code == 2
    assert run(*command, "OS", "--covariates", "NONE").code == 2
    assert run(*command, "OS", "--for", "r", "-o", "os.parquet").code == 2
    assert run(*command, "OS", "--unit", "fortnights").code == 2
    assert not list(Path.cwd().glob("os.*"))


@pytest.mark.slow
def test_a_survival_table_with_its_program(run, study: Path):
    command = ("survival", "data", "--param", "OS", "--for", "r", "-o", "os.csv")
    code, out, err = run(*command)
    assert (code, out) == (0, "")
    assert err.endswith("written: os.csv\nwritten: os.codebook.json\nwritten: os.R\n")
    assert Path("os.R").read_text().startswith("# Kaplan-Meier")
    Path("os.R").write_text("changed")
    assert run(*command).code == 4
    assert Path("os.R").read_text() == "changed"
    assert run(*command, "--force", "-q") == (0, "", "")
    assert run("survival", "data", "--param", "OS", "-o", "os.xpt", "--no-program", "-q", "--force").code == 0
    assert sorted(path.name for path in Path().glob("os.*")) == [
        "os.R",
        "os.codebook.json",
        "os.csv",
        "os.xpt",
    ]
    assert run("convert", "data/adtte.csv", "adtte.dat").code == 2
    assert run("survival", "data", "--param", "OS", "-o", "a$b.dta").code == 2


def test_the_help_names_every_survival_table(run):
    shown = " ".join(
        run("survival", "--help").out.replace("|", " ").replace("[", " ").replace("]", " ").split()
    )
    for each in layouts().values():
        assert f" {each.name} " in shown
        assert all(f"{suffix}, " in shown or f"{suffix}." in shown for suffix in each.writes)


def test_convert_and_read_back(run, study: Path):
    assert run("convert", "data/adtte.csv", "adtte.parquet") == (0, "", "written: adtte.parquet\n")
    before, after = ag.read("data/adtte.csv")["ADTTE"], ag.read("adtte.parquet")["ADTTE"]
    assert after.frame.equals(before.frame)
    code, out, err = run("convert", "data/adtte.csv", "adtte.parquet")
    assert (code, out) == (4, "")
    assert "already exists" in err
    assert run("convert", "data/adtte.csv", "adtte.parquet", "--force", "-q") == (0, "", "")
    assert run("convert", "data/*.csv", "both", "--to", "parquet").code == 0
    assert sorted(each.name for each in Path("both").iterdir()) == ["adsl.parquet", "adtte.parquet"]
    assert run("convert", "data/adtte.csv", "adtte.xyz").code == 2
    assert run("convert", "data/none.csv", "none.parquet").code == 3


# Start-up

HEAVY = ("lifelines", "numpy", "pandas", "pandera", "pyarrow", "pyreadstat", "rich", "sksurv")


@pytest.mark.slow
@pytest.mark.parametrize(
    "code",
    [
        "import adamgate",
        "from adamgate.cli import run; run(['--help'])",
        "from adamgate.cli import run; run(['validate', '--help'])",
    ],
)
def test_nothing_heavy_is_imported_before_it_is_needed(code: str):
    listing = (
        f"{code}\nimport sys; print(*sorted({{m.partition('.')[0] for m in sys.modules}}), file=sys.stderr)"
    )
    ran = subprocess.run([sys.executable, "-c", listing], text=True, capture_output=True, check=True)
    assert "adamgate" in ran.stderr.split()
    assert not set(HEAVY).intersection(ran.stderr.split())


@pytest.mark.slow
def test_no_command_imports_a_survival_tool(study: Path):
    code = "from adamgate.cli import run; run(['validate', 'data'])\nimport sys; print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], text=True, capture_output=True, check=True)
    assert "pandas" in ran.stdout.split()
    assert not {"lifelines", "sksurv"}.intersection(ran.stdout.split())


@pytest.mark.slow
def test_a_report_never_replaces_what_was_judged(tmp_path, root):
    judged = tmp_path / "adtte.json"
    judged.write_bytes((root / "fixtures" / "cartitude1-json" / "adtte.json").read_bytes())
    before = judged.read_bytes()
    done = subprocess.run(
        [sys.executable, "-m", "adamgate", "validate", str(judged), "-o", str(judged), "-q"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 4
    assert "the output would replace an input" in done.stderr
    assert judged.read_bytes() == before


def test_the_order_of_arms_and_the_permission_come_from_the_command_line(run, study: Path):
    (study / "adtte.csv").write_text(
        ADTTE.replace(",ADT\n", ",ADT,TRTP\n")
        .replace("-11\n", "-11,B\n")
        .replace("-12\n", '-12,"A, 10 mg"\n')
    )
    command = ("survival", "data", "--param", "OS", "--arm", "TRTP", "-o", "os.csv", "--no-gate", "--force")
    code, out, err = run(*command, "--arm-order", "B;A, 10 mg")
    assert (code, out) == (0, "")
    assert "\n  TRTP B: 1 subject, 1 event (reference)\n  TRTP A, 10 mg: 1 subject, 0 events\n" in err
    assert "order of the arms: from arm_order\n" in err
    code, _, err = run(*command, "--reference", "C")
    assert code == 2
    assert err.startswith("error: 'C' is not an arm of the table\n")
    (study / "adtte.csv").write_text(ADTTE.replace(",0,2020", ",1,2020"))
    command = ("survival", "data", "--param", "OS", "-o", "os.csv", "--no-gate", "--force")
    assert run(*command).code == 1
    assert run(*command, "--allow-no-events").code == 0
