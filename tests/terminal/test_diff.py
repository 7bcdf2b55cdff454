"""`adamgate diff`: exit codes, streams, options, files."""

import json
import os
from pathlib import Path
from typing import NamedTuple

import pytest
from syrupy.assertion import SnapshotAssertion

from adamgate import cli
from adamgate.converters.diff import diff
from adamgate.converters.reports import differences
from adamgate.converters.terminal.commands.diff import command

ADTTE = "USUBJID,PARAMCD,AVAL,ADT\nS-01,OS,11,2020-01-11\nS-01,PFS,9,2020-01-09\nS-02,OS,12.5,2020-01-12\n"
ADSL = "USUBJID,AGE\nS-01,51\nS-02,52\n"


class Ran(NamedTuple):
    """What a command gave back."""

    code: int
    out: str
    err: str


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]):
    def command(*arguments: str) -> Ran:
        code = cli.run(("diff", *arguments))
        return Ran(code, *capfd.readouterr())

    return command


@pytest.fixture(autouse=True)
def deliveries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two deliveries: ``a/`` and ``b/``, where an AVAL differs and the records have another order."""
    (tmp_path / ".git").mkdir()
    first, *records = ADTTE.splitlines(keepends=True)
    other = [first, *reversed(records)]
    for name, adtte in (("a", ADTTE), ("b", "".join(other).replace(",9,", ",9.25,"))):
        (tmp_path / name).mkdir()
        (tmp_path / name / "adtte.csv").write_text(adtte)
        (tmp_path / name / "adsl.csv").write_text(ADSL)
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("ADAMGATE_")]:
        monkeypatch.delenv(name)
    return tmp_path


def test_equal(run, snapshot: SnapshotAssertion):
    ran = run("a", "a")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == snapshot


def test_different(run, snapshot: SnapshotAssertion):
    ran = run("a", "b")
    assert (ran.code, ran.err) == (1, "")
    assert ran.out == snapshot


def test_values_are_shown_if_asked_for(run, snapshot: SnapshotAssertion):
    assert run("a/adtte.csv", "b/adtte.csv", "--show-values").out == snapshot
    hidden = run("a/adtte.csv", "b/adtte.csv").out
    assert "S-01" not in hidden
    assert "9.25" not in hidden


def test_quiet(run):
    assert run("a", "b", "-q") == (1, "DIFFERENT  1 of 2 datasets differs\n", "")
    assert run("a", "a", "-q") == (0, "EQUAL  2 datasets are equal\n", "")
    assert run("a/adsl.csv", "b/adsl.csv", "-q") == (0, "EQUAL  1 dataset is equal\n", "")


def test_the_verdict_says_what_a_tolerance_hid(run):
    ran = run("a", "b", "-q", "--abs", "1")
    assert ran == (0, "EQUAL  2 datasets are equal within the tolerance (1 cell)\n", "")


def test_json_on_stdout_and_the_verdict_on_stderr(run):
    ran = run("a", "b", "--format", "json")
    assert json.loads(ran.out)["equal"] is False
    assert (ran.code, ran.err) == (1, "DIFFERENT  1 of 2 datasets differs\n")
    assert run("a", "b", "--format", "json", "-q").err == ""
    assert run("a", "b", "--format", "json", "-o", "-").out == ran.out


@pytest.mark.slow
def test_a_file_beside_the_text(run):
    ran = run("a", "b", "-o", "found.json")
    assert ran.out == run("a", "b").out
    assert json.loads(Path("found.json").read_text())["datasets"][1]["cells"] == 1
    again = run("a", "b", "-o", "found.json")
    assert again.code == 4
    assert "found.json" in again.err
    assert run("a", "b", "-o", "found.json", "--force", "-q").out.startswith("DIFFERENT  ")
    run("a", "b", "-o", "found.txt")
    assert Path("found.txt").read_text() == ran.out
    assert run("a", "b", "-o", os.devnull, "--format", "json") == ran


def test_an_existing_file_is_refused_before_anything_is_read(run):
    Path("found.json").write_text("{}")
    ran = run("a", "nowhere", "-o", "found.json")
    assert (ran.code, ran.out) == (4, "")
    assert "the output already exists" in ran.err
    assert run("a", "nowhere", "-o", "found.json", "--overwrite").code == 3
    assert Path("found.json").read_text() == "{}"


def test_no_output_replaces_an_input(run):
    ran = run("a/adtte.csv", "b/adtte.csv", "-o", "a/adtte.csv", "--format", "json", "--force")
    assert ran.code == 4
    assert Path("a/adtte.csv").read_text() == ADTTE


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (("--abs", "0.25"), 0),
        (("--abs", "AVAL=0.25"), 0),
        (("--abs", "0.1", "--abs", "aval=0.25"), 0),
        (("--rel", "0.1"), 0),
        (("--rel", "1e-9"), 1),
        (("--ignore", "AVAL"), 0),
        (("--ignore", "ADT", "--ignore", "AVAL"), 0),
        (("--only", "ADT,AGE"), 0),
        (("--only", "AVAL"), 1),
        (("--by", "USUBJID,PARAMCD"), 1),
        (("--by", "ADTTE=USUBJID,PARAMCD", "--by", "USUBJID"), 1),
        (("--only", "AVAL", "--ignore", "AVAL"), 2),
        (("--abs", "=1"), 2),
        (("--by", "_N_", "--ignore", "AVAL"), 1),
        (("--no-metadata",), 1),
        (("--first", "0"), 1),
        (("--memory", "2MB"), 1),
        (("--by", "QQ"), 2),
        (("--by", "ADLB=USUBJID"), 2),
        (("--by", ""), 2),
        (("--abs", "much"), 2),
        (("--abs", "-1"), 2),
        (("--abs", "nan"), 2),
        (("--abs", "AVAAL=1"), 2),
        (("--rel", "AVAL="), 2),
        (("--ignore", "QQ"), 2),
        (("--only", "QQ"), 2),
        (("--first", "-1"), 2),
        (("--list", "0"), 2),
        (("--format", "html"), 2),
        (("-o", "found.docx"), 2),
    ],
)
def test_options_and_exit_codes(run, options: tuple[str, ...], code: int):
    ran = run("a", "b", *options)
    assert ran.code == code, ran
    assert bool(ran.out) is (code < 2)
    assert "Traceback" not in ran.err


@pytest.mark.parametrize(
    "options",
    [
        ("--by", "USUBJID", "--by", "PARAMCD"),
        ("--by", "ADTTE=USUBJID", "--by", "adtte=PARAMCD"),
    ],
)
def test_keys_of_a_repeated_option_are_added(run, options: tuple[str, ...]):
    assert "3 records matched by USUBJID, PARAMCD (given)" in run("a", "b", *options).out


def test_a_slip_is_met_with_advice(run):
    assert run("a", "b", "--abs", "AVAAL=1").err == (
        "error: variable AVAAL is not present\n  where: abs, rel\n  to do: did you mean AVAL?\n"
        "  more: adamgate explain name-not-present\n"
    )
    assert run("a", "b", "--by", "USUBJD").err.endswith("to do: did you mean USUBJID?\n")
    assert run("a", "b", "--by", "USUBJID,PARAMDC").err == (
        "error: key PARAMDC is not present in both\n  where: by\n  to do: did you mean PARAMCD?\n"
    )
    assert run("a", "b", "--by", "USUBJID,PARAMCD,AGE").err == (
        "error: no dataset has all of the keys USUBJID, PARAMCD, AGE\n"
        "  where: by\n"
        "  to do: give the keys of each dataset with its name\n"
    )


@pytest.mark.parametrize("paths", [("a", "c"), ("c", "a"), ("a", "a/adsl.docx")])
def test_what_cannot_be_read(run, paths: tuple[str, str]):
    Path("a/adsl.docx").write_text("x")
    ran = run(*paths)
    assert (ran.code, ran.out) == (3, "")
    assert "to do:" in ran.err


@pytest.mark.parametrize("paths", [(), ("a",), ("a", "b", "a")])
def test_two_paths_are_needed(run, paths: tuple[str, ...]):
    assert run(*paths).code == 2


def test_patterns_and_one_dataset_of_another_name(run):
    Path("a/adtte.csv").rename("a/adtte_v1.csv")
    ran = run("a/adtte*.csv", "b/adtte.csv", "--abs", "1")
    assert ran.code == 0
    assert "note: the dataset is ADTTE_V1 in A and ADTTE in B" in ran.out


def test_files_of_a_folder_that_were_not_read_are_reported(run):
    Path("b/adlb.xlsx").write_text("x")
    ran = run("a", "b", "-q")
    assert ran.err.startswith("B: note: not read in b")
    assert "adlb.xlsx" in ran.err


def test_as_many_differences_are_listed_as_in_python():
    defaults = {each.name: each.default for each in command.params}
    assert (defaults["first"], defaults["listed"]) == (diff.FIRST, differences.LISTED)


def test_settings_show_values(run, deliveries: Path):
    (deliveries / "adamgate.toml").write_text("[settings]\nshow_values = true\n")
    assert "9.25" in run("a", "b").out
    assert "9.25" not in run("a", "b", "--no-show-values").out
