"""Nothing from outside reaches a terminal as anything but printable text, and no line can be forged."""

import io
import json
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import adamgate as ag
from adamgate.cli import run
from adamgate.converters.reports.presentation import as_json
from adamgate.converters.terminal.streams import printable

STUDY = Path(__file__).parents[2] / "fixtures" / "cartitude1"
FORGED = "x\n\x1b[2K\x1b[1A\rPASSED  no findings \x9b31m\u202e.xpt"
"""Another line, moves of the cursor, in seven and in eight bits, and a change of direction."""

COMMANDS = {
    "no such file": ["validate", FORGED],
    "no such pattern": ["validate", f"*{FORGED}"],
    "output": ["validate", "{study}", "-o", f"{FORGED}x"],
    "option": ["validate", "{study}", f"--{FORGED}"],
    "value": ["validate", "{study}", "--fail-on", FORGED],
    "extra argument": ["explain", "TTE001", FORGED],
    "command": [FORGED],
    "rule": ["explain", FORGED],
    "selection": ["validate", "{study}", "--select", FORGED],
    "settings": ["validate", "{study}", "--config", FORGED],
    "rules": ["validate", "{study}", "--rules", FORGED],
    "terminology": ["validate", "{study}", "--ct", FORGED],
    "baseline": ["validate", "{study}", "--baseline", FORGED],
    "day": ["validate", "{study}", "--today", FORGED],
    "encoding": ["validate", "{study}", "--encoding", FORGED],
    "parameter": ["survival", "{study}", "--param", FORGED, "-o", "os.csv", "--no-gate"],
    "condition": ["survival", "{study}", "--param", "OS", "--where", FORGED, "-o", "os.csv", "--no-gate"],
    "covariate": ["survival", "{study}", "--param", "OS", "--covariates", FORGED, "-o", "a.csv", "--no-gate"],
    "table": ["survival", "{study}", "--param", "OS", "-o", FORGED],
    "terms": ["ae", "{study}", "--by", FORGED, "-o", "ae.csv", "--no-gate"],
    "arm": ["ae", "{study}", "--by", "AEDECOD", "--arm", FORGED, "-o", "ae.csv", "--no-gate"],
    "end": [
        "ae",
        "{study}",
        "--by",
        "AEDECOD",
        "--measure",
        "eair",
        "--start",
        "TRTSDT",
        "--end",
        FORGED,
        "-o",
        "ae.csv",
        "--no-gate",
    ],
    "start": [
        "ae",
        "{study}",
        "--by",
        "AEDECOD",
        "--measure",
        "eair",
        "--start",
        FORGED,
        "--end",
        "TRTEDT",
        "-o",
        "ae.csv",
        "--no-gate",
    ],
    "target": ["convert", "{study}/adtte.xpt", FORGED],
    "format": ["convert", "{study}/adtte.xpt", "out", "--to", FORGED],
    "family": ["rules", "--family", FORGED],
    "examples": ["rules", "test", FORGED],
    "describe": ["describe", FORGED],
}


def _require_plain(said: str) -> None:
    assert said.replace("\n", "").isprintable()
    assert not [line for line in said.splitlines() if line.startswith("PASSED")]


@pytest.mark.parametrize("case", COMMANDS)
def test_no_argument_reaches_the_terminal_as_it_is(case, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    code = run([each.replace("{study}", str(STUDY)) for each in COMMANDS[case]])
    said = capsys.readouterr()
    assert code != 0 or case in {"family", "target"}
    _require_plain(said.out + said.err)
    assert "?[2K" not in said.out + said.err
    assert "\\\\x1b" not in said.out + said.err, "escaped once"


@pytest.mark.slow
def test_a_file_of_a_forged_name_is_told_as_it_is_named(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / FORGED).write_text("x")
    assert run(["validate", "data"]) == 3
    _require_plain(capsys.readouterr().err)
    (folder / FORGED).write_bytes((STUDY / "adtte.xpt").read_bytes())
    for arguments in (
        ["validate", "data", "--no-complete"],
        ["validate", "data", "--format", "json"],
        ["describe", "data"],
        ["describe", "data", "--format", "json"],
        ["convert", "data", "out\x1b[1A", "--to", "csv"],
        ["survival", "data", "--param", "OS", "-o", "os\x1b[1A\nPASSED.csv", "--no-gate"],
    ):
        run(arguments)
        said = capsys.readouterr()
        assert said.out.replace("\n", "").isprintable()
        assert said.err.replace("\n", "").isprintable()
        assert "written:" in said.err or arguments[0] in ("validate", "describe")


def test_a_missing_option_is_named(capsys):
    assert run(["survival", "data", "--param", "OS"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("Usage: adamgate survival")
    assert "Error: Missing option '-o' / '--output'" in said
    assert run(["survival", "data", "-o", "os.csv"]) == 2
    shown = capsys.readouterr().err
    assert "the shape one-record needs --param" in shown
    assert "to do: add --param: Parameter code, such as OS" in shown


def test_an_error_of_several_lines_has_only_its_own():
    failure = ag.AdamgateError("what\nPASSED", "where\x1b[2J", "do\rPASSED", details=["one\ntwo", "three"])
    assert str(failure).splitlines() == [
        "what\\nPASSED",
        "  one\\ntwo",
        "  three",
        "  where: where\\x1b[2J",
        "  to do: do\\rPASSED",
    ]


@given(st.text())
def test_whatever_is_told_is_printable(text):
    assert printable(text).replace("\n", "").isprintable()
    coloured = printable(f"\x1b[1;31m{text}\x1b[0m", styled=True)
    assert coloured.startswith("\x1b[1;31m")
    assert coloured.endswith("\x1b[0m")


@given(st.text())
def test_json_is_printable_and_says_the_same(text):
    document = as_json({"text": text})
    assert document.replace("\n", "").isprintable()
    assert json.loads(document) == {"text": text}


def test_progress_names_files_plainly(monkeypatch):
    from adamgate.converters.terminal import progress as module

    class Terminal(io.StringIO):
        def isatty(self):
            return True

    monkeypatch.setattr(module, "DELAY", 0.0)
    monkeypatch.setenv("TERM", "xterm")
    stream = Terminal()
    with module.progress(stream) as callbacks:
        callbacks.reading("a\x1b]0;title\x07.xpt", 1, 2)
    assert "\x1b]0" not in stream.getvalue()
    assert sys.stderr is not stream
