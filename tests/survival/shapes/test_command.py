"""adamgate survival with a shape, or a table that the settings declare."""

import json
import os
import re
import shutil

import pandas as pd
import pytest
from dozen import day, study

import adamgate as ag
from adamgate.cli import run as run_command
from adamgate.converters.survival.shapes import SHAPES
from adamgate.converters.survival.summaries import SUMMARIES
from adamgate.converters.terminal.commands.survival import ALL_OPTIONS
from adamgate.schemas.kinds import amount, switch, time_point
from adamgate.schemas.options import options_of


@pytest.fixture(scope="module")
def delivered(tmp_path_factory):
    place = tmp_path_factory.mktemp("study") / "adam"
    ag.write(study(), place, to="parquet")
    return place


@pytest.fixture
def folder(delivered, tmp_path, monkeypatch):
    shutil.copytree(delivered, tmp_path / "adam")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments):
    return run_command(["survival", "adam", "--no-gate", *arguments])


@pytest.mark.parametrize(
    ("arguments", "columns", "records"),
    [
        (["--param", "OS"], ["duration", "event", "CNSR", "reason"], 13),
        (
            ["--param", "OS", "--shape", "person-time", "--cut", "60,120"],
            ["start", "stop", "event", "interval"],
            22,
        ),
        (
            ["--param", "OS", "--shape", "delayed-entry", "--entry", "PFS: EVNTDESC == 'Event'"],
            ["entry", "duration", "event", "CNSR", "reason"],
            4,
        ),
        (
            [
                "--param",
                "OS",
                "--shape",
                "landmark",
                "--landmark",
                "60",
                "--landmark-status",
                "RSPDT,PFS:ADT",
            ],
            ["duration", "event", "CNSR", "reason", "RSPDT_by_landmark", "PFS_ADT_by_landmark"],
            8,
        ),
        (
            ["--param", "PFS", "--shape", "competing-risks", "--competing", "OS"],
            ["duration", "status", "cause"],
            12,
        ),
        (
            ["--param", "OS", "--shape", "counting-process"],
            "start,stop,event,events,event_number,interval,gap_start,gap_stop".split(","),
            12,
        ),
        (
            ["--param", "OS", "--param", "PFS", "--shape", "wide"],
            [f"{a}_{b}" for a in ("OS", "PFS") for b in ("duration", "event", "CNSR", "reason")],
            14,
        ),
    ],
)
@pytest.mark.parametrize("suffix", [".parquet", ".csv"])
def test_a_shape(folder, capsys, arguments, columns, records, suffix):
    assert run(*arguments, "--arm", "TRT01P", "-o", f"out{suffix}") == 0
    read = pd.read_parquet if suffix == ".parquet" else pd.read_csv
    frame = read(f"out{suffix}")
    assert list(frame.columns) == ["USUBJID", *columns, "TRT01P"]
    assert len(frame) == records
    codebook = json.loads((folder / "out.codebook.json").read_text())
    asked = arguments[arguments.index("--shape") + 1] if "--shape" in arguments else "one-record"
    assert codebook["shape"]["name"] == asked
    assert codebook["subjects"] == frame["USUBJID"].nunique()
    assert "subjects" in capsys.readouterr().err


def test_the_help_has_the_options_of_a_shape_under_its_name(capsys):
    assert run_command(["survival", "--help"]) == 0
    first, *parts = re.split(r"^Options of the shape (.*):$", capsys.readouterr().out, flags=re.MULTILINE)
    sections = dict(zip(parts[::2], parts[1::2], strict=True))
    assert "--where" in first
    for shape in SHAPES.values():
        assert f"  {shape.name} " in first
        own = [each for each in options_of(shape.options) if each.flag not in first]
        shown = re.findall(r"^  (--[a-z-]+)", sections.get(shape.name, ""), flags=re.MULTILINE)
        assert shown == [each.flag for each in own]
    said = {shape: " ".join(text.split()) for shape, text in sections.items()}
    assert "--same-day [one|refuse] Several events" in said["counting-process"]
    assert "--same-day A,B States in the order" in said["multi-state"]


def options(name):
    """The options of a command that take a value, and what the command needs beside them."""
    declared = [*ALL_OPTIONS.values()] if name == "survival" else options_of(SUMMARIES[name].options)
    return [each for each in declared if each.kind is not switch]


COMMANDS = {"survival": "survival", "kaplan-meier": "km", "adverse-events": "ae"}
EVERY = [(command, each) for name, command in COMMANDS.items() for each in options(name)]
NUMBERS = ("--tau", "--at", "--landmark", "--cut", "--per")


def named(each):
    return each if isinstance(each, str) else each.flag


@pytest.mark.parametrize(("command", "option"), EVERY, ids=named)
@pytest.mark.parametrize("given", ["", "  "])
def test_an_option_whose_value_is_blank_is_refused(folder, capsys, command, option, given):
    assert run_command([command, "adam", "--no-gate", "-o", "out.csv", option.flag, given]) == 2
    told = capsys.readouterr().err
    assert option.flag in told
    assert "No such option" not in told
    assert not os.path.exists("out.csv")


@pytest.mark.parametrize("flag", ["--strata", "--covariates", "--arm-order"])
@pytest.mark.parametrize("given", [",", " , "])
def test_a_list_of_blanks_is_refused(folder, capsys, flag, given):
    assert run("--param", "OS", "--arm", "TRT01P", flag, given, "-o", "out.csv") == 2
    assert "not blank" in capsys.readouterr().err
    (folder / "adamgate.toml").write_text(f"[table.os]\nparam = 'OS'\n{flag[2:].replace('-', '_')} = ['']")
    assert run("--table", "os", "-o", "out.csv") == 2
    assert "not blank" in capsys.readouterr().err


def test_every_option_that_takes_a_number_is_tried():
    assert {option.flag for _, option in EVERY if option.kind in (amount, time_point)} <= {*NUMBERS}


@pytest.mark.parametrize("written", ["{}=-1", "{} -1"])
@pytest.mark.parametrize(
    ("command", "option"), [each for each in EVERY if each[1].flag in NUMBERS], ids=named
)
def test_a_negative_number_is_a_value_not_an_option(folder, capsys, command, option, written):
    arguments = written.format(option.flag).split()
    assert run_command([command, "adam", "--no-gate", "-o", "out.csv", *arguments]) == 2
    told = capsys.readouterr().err
    assert f"is not a value of {option.name}" in told
    assert "a number" in told


DECLARED = """
[table.late]
shape = "landmark"
param = "OS"
landmark = 60
landmark_status = ["RSPDT"]
strata = ["REGION1"]

[table.os]
param = "OS"
unit = "weeks"

[table.curve]
shape = "kaplan-meier"
param = "OS"
by = "TRT01P"
at = [60, 120]
total = false
"""


def test_a_table_that_the_settings_declare(folder, capsys):
    (folder / "adamgate.toml").write_text(DECLARED)
    assert run("--table", "late", "-o", "late.parquet") == 0
    assert list(pd.read_parquet("late.parquet").columns)[5:] == ["RSPDT_by_landmark", "REGION1"]
    assert "strata by REGION1: 2" in capsys.readouterr().err
    assert run("--table", "late", "--landmark", "30", "-o", "earlier.parquet") == 0, "the command line counts"
    assert len(pd.read_parquet("earlier.parquet")) > len(pd.read_parquet("late.parquet"))
    assert run("--table", "OS", "-o", "os.parquet") == 0, "names are known in any case"
    assert pd.read_parquet("os.parquet")["duration"].max() == 366 / 7


CHANGING = """
[table.grade]
shape = "counting-process"
param = "OS"
arm = "TRT01P"

[[table.grade.time_varying]]
name = "PAIN"
dataset = "ADPAIN"
where = "PARAMCD == 'PAIN'"
same_day = "max"
"""
IN_BRACES = "{ name = 'PAIN', dataset = 'ADPAIN', where = \"PARAMCD == 'PAIN'\", same_day = 'max' }"


def test_a_covariate_that_changes_is_declared_or_given_in_braces(folder, capsys):
    values = [("S-01", 10, 1.0), ("S-01", 10, 4.0), ("S-01", 95, 2.0), ("S-11", 1, 3.0)]
    pain = pd.DataFrame(
        {
            "USUBJID": [each[0] for each in values],
            "PARAMCD": "PAIN",
            "AVAL": [each[2] for each in values],
            "ADT": [day(each[1]) for each in values],
        }
    )
    trial = ag.Study.of(*study(), ag.Dataset.from_frame(pain, "ADPAIN"))
    ag.write(trial, folder / "adam", to="parquet", overwrite=True)
    (folder / "adamgate.toml").write_text(CHANGING)
    assert run("--table", "grade", "-o", "declared.csv") == 0
    given = ["--shape", "counting-process", "--param", "OS", "--arm", "TRT01P", "--time-varying", IN_BRACES]
    assert run(*given, "-o", "given.csv") == 0
    assert (folder / "declared.csv").read_bytes() == (folder / "given.csv").read_bytes()
    frame = pd.read_csv("given.csv").query("USUBJID == 'S-01'")
    assert frame[["start", "stop", "event"]].to_numpy().tolist() == [[0, 10, 0], [10, 91, 1]]
    assert frame["PAIN"].tolist()[1:] == [4.0]
    assert "PAIN of ADPAIN: on or after the last day, not used" in capsys.readouterr().err
    codebook = json.loads((folder / "given.codebook.json").read_text())
    (stated,) = codebook["shape"]["options"]["time_varying"]
    assert stated["before_first"] == "missing"
    assert run(*given[:-1], "{ name = 'PAIN', datset = 'ADPAIN' }", "-o", "wrong.csv") == 2
    assert "did you mean dataset" in capsys.readouterr().err
    assert run(*given[:-1], "PAIN", "-o", "wrong.csv") == 2
    assert "is not a time-varying covariate" in capsys.readouterr().err


def test_a_parameter_recurs_as_the_settings_declare(folder, capsys):
    records = [("S-01", 10, 0.0), ("S-01", 30, 0.0), ("S-01", 61, 1.0), ("S-03", 60, 1.0)]
    hospitalised = pd.DataFrame(
        {
            "USUBJID": [each[0] for each in records],
            "PARAMCD": "HOSP",
            "PARAM": "Hospitalisation (Days)",
            "AVAL": [float(each[1]) for each in records],
            "CNSR": [each[2] for each in records],
            "STARTDT": day(1),
            "ADT": [day(each[1]) for each in records],
        }
    )
    trial = ag.Study.of(*study(), ag.Dataset.from_frame(hospitalised, "ADHOSP"))
    ag.write(trial, folder / "adam", to="parquet", overwrite=True)
    given = ["--shape", "counting-process", "--param", "HOSP", "-o", "hosp.csv"]
    assert run(*given) == 1
    assert 'recurrent = ["HOSP"] under [study]' in capsys.readouterr().err
    (folder / "adamgate.toml").write_text('[study]\nrecurrent = ["HOSP"]\n')
    assert run(*given) == 0
    frame = pd.read_csv("hosp.csv")
    assert frame[["stop", "event", "event_number"]].to_numpy().tolist() == [
        [10, 1, 1],
        [30, 1, 2],
        [61, 0, 3],
        [60, 0, 1],
    ]


def test_a_summary_that_the_settings_declare(folder, capsys):
    (folder / "adamgate.toml").write_text(DECLARED)
    assert run("--table", "curve", "-o", "km.csv") == 0
    estimates = pd.read_csv("km.csv")
    assert estimates["group"].tolist() == ["A", "A", "B", "B", "C", "C"]
    assert estimates["time"].tolist() == [60, 120] * 3
    assert os.path.exists("km_summary.csv")
    assert "Kaplan-Meier" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--table", "curve", "--cut", "6"], "--cut is not an option of the shape kaplan-meier"),
        (["--table", "lat"], "to do: did you mean late"),
        (["--table", "late", "--shape", "wide"], "[table.late] has the shape landmark"),
        (["--param", "OS", "--cut", "6"], "--cut is not an option of the shape one-record"),
        (["--param", "OS", "--shape", "person-time"], "the shape person-time needs --cut"),
        (["--shape", "counting-process"], "needs either a parameter or a dataset of events"),
        (["--param", "OS", "--shape", "counting-process", "--start", "X"], "param does not use start"),
        (
            [*"--param OS --shape multi-state --state a --state b --transition".split(), "a => b"],
            "error: 'a => b' is not a value of transitions",
        ),
        (["--param", "OS", "--param", "PFS"], "--param is given 2 times"),
        (["--param", "OS", "--shape", "delayed-entry", "--entry", "RSPDX"], "did you mean RSPDT"),
        (["--param", "OS", "--shape", "landmark", "--landmark", "0"], "a number greater than 0"),
        (["--param", "OS", "--strata", "REGION"], "did you mean REGION1"),
    ],
    ids=lambda each: " ".join(each) if isinstance(each, list) else "",
)
def test_wrong_usage_is_told(folder, capsys, arguments, said):
    (folder / "adamgate.toml").write_text(DECLARED)
    assert run(*arguments, "-o", "out.csv") == 2
    assert said in capsys.readouterr().err
    assert not os.path.exists("out.csv")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[table.os]\nparam = 'OS'\ncut = [6]", "unknown setting 'cut'"),
        ("[table.os]\nshape = 'wid'\nparam = ['OS']", "did you mean wide"),
        ("[table.os]\nshape = 'person-time'\nparam = 'OS'", "cut"),
    ],
)
def test_a_declaration_that_is_wrong_is_told(folder, capsys, content, said):
    (folder / "adamgate.toml").write_text(content)
    assert run("--table", "os", "-o", "out.csv") == 2
    told = capsys.readouterr().err
    assert said in told
    assert "[table.os]" in told
