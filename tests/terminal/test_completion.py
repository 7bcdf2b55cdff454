"""Shells complete commands, options, rule ids, shapes and formats; those of this machine are asked really."""

import importlib.util
import json
import os
import pty
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.shell_completion import ShellComplete

from adamgate.cli import COMMANDS, cli
from adamgate.converters.terminal.completion import SHELLS, VARIABLE, WORDS
from adamgate.schemas.gate.selection import full_book

pytestmark = pytest.mark.one_version
BASH = shutil.which("bash")
needs_bash = pytest.mark.skipif(BASH is None, reason="no bash")
HEAVY = ("numpy", "pandas", "pandera", "pyarrow", "pyreadstat", "rich", "jinja2", "orjson")


@pytest.fixture
def program(tmp_path: Path) -> dict[str, str]:
    """The environment of a shell in which `adamgate` is this checkout."""
    folder = tmp_path / "bin"
    folder.mkdir()
    started = folder / "adamgate"
    started.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m adamgate "$@"\n')
    started.chmod(0o755)
    return {**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}


def completed(*words: str) -> list[str]:
    """What is offered for the last of these words."""
    return [each.value for each in offered(*words)]


def offered(*words: str):
    return ShellComplete(cli, {}, "adamgate", VARIABLE).get_completions(list(words[:-1]), words[-1])


def test_the_words_are_those_of_today(root: Path):
    spec = importlib.util.spec_from_file_location("made", root / "docs" / "make_completions.py")
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    assert made.completions() == WORDS.read_text(encoding="utf-8"), "run make docs"
    held = json.loads(WORDS.read_text(encoding="utf-8"))
    assert list(held["commands"]) == sorted(COMMANDS)
    assert list(held["rules"]) == list(full_book())


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("conv",), ["convert"]),
        (("config", "s"), ["schema", "show"]),
        (("completion", ""), list(SHELLS)),
        (("survival", "--shape", "land"), ["landmark"]),
        (("survival", "data", "--for", "lifel"), ["lifelines"]),
        (("validate", "data", "--format", "s"), ["sarif"]),
        (("validate", "--no-k"), ["--no-keys"]),
        (("explain", "tte01"), [f"TTE01{each}" for each in range(10)]),
        (("validate", "--ignore", "TTE001,TTE021"), ["TTE001,TTE021"]),
        (("survival", "--select", "ad0269,XD00"), [f"ad0269,XD00{each}" for each in range(1, 10)]),
        (("explain", "NOSUCH"), []),
    ],
    ids=" ".join,
)
def test_what_is_offered(words: tuple[str, ...], expected: list[str]):
    assert completed(*words) == expected


def test_every_command_is_offered_with_its_help():
    assert completed("") == sorted(COMMANDS)
    assert {each.value for each in offered("--")} == {"--debug", "--version", "--help"}
    assert [each.help for each in offered("validate")] == ["Validate a study with every rule that applies."]


def test_files_are_left_to_the_shell():
    assert [each.type for each in offered("validate", "da")] == ["file"]


@pytest.mark.slow
@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_nothing_heavy_is_loaded(command: str):
    asked = [command, "--"] if command else [""]
    code = (
        "import sys; from adamgate.cli import cli; from click.shell_completion import ShellComplete\n"
        f"asked = ShellComplete(cli, {{}}, 'adamgate', {VARIABLE!r})\n"
        f"found = asked.get_completions({asked[:-1]}, {asked[-1]!r})\n"
        f"print(len(found), *(each for each in {HEAVY} if each in sys.modules))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    count, *heavy = ran.stdout.split()
    assert (int(count) > 1, heavy) == (True, [])


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_of_each_shell(run, shell: str):
    ran = run("completion", shell)
    assert (ran.code, ran.err) == (0, "")
    assert f"{VARIABLE}={shell}_complete" in ran.out


def test_another_shell_is_a_usage_error(run):
    ran = run("completion", "tcsh")
    assert (ran.code, "'bash', 'zsh', 'fish'" in ran.err) == (2, True)


IN_BASH = """
eval "$(adamgate completion bash)"
COMP_WORDS=({words}); COMP_CWORD={last}
_adamgate_completion adamgate
printf '%s\\n' "${{COMPREPLY[@]}}"
"""


@needs_bash
@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("adamgate", "vali"), "validate"),
        (("adamgate", "survival", "data", "--shape", "wi"), "wide"),
        (("adamgate", "explain", "TTE021"), "TTE021"),
    ],
    ids=str,
)
def test_bash_completes(program, words: tuple[str, ...], expected: str):
    script = IN_BASH.format(words=" ".join(words), last=len(words) - 1)
    ran = subprocess.run(
        [BASH, "--norc", "-c", script], env=program, capture_output=True, text=True, check=True
    )
    assert (ran.stdout, ran.stderr) == (f"{expected}\n", "")


@needs_bash
@pytest.mark.slow
def test_tab_completes_at_a_terminal_of_bash(program, tmp_path: Path):
    """A command, then a file of the folder, as somebody types them."""
    (tmp_path / "adsl_final.csv").write_text("USUBJID\n1\n")
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(tmp_path)
        plain = program | {"TERM": "dumb", "PS1": "ready> "}
        os.execve(BASH, [BASH, "--norc", "--noprofile", "-i"], plain)
    try:
        _typed(terminal, 'eval "$(adamgate completion bash)"; echo load""ed\n', "loaded")
        _typed(terminal, "adamgate descr\t", "adamgate describe ")
        _typed(terminal, "adsl\t", "adsl_final.csv")
    finally:
        os.close(terminal)
        os.waitpid(child, 0)


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("zsh") is None, reason="no zsh")
def test_tab_completes_at_a_terminal_of_zsh(program, tmp_path: Path):
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(tmp_path)
        os.execvpe("zsh", ["zsh", "-f", "-i"], program | {"TERM": "dumb", "PS1": "ready> "})
    try:
        _typed(terminal, 'autoload -Uz compinit && compinit -u -D && echo init""ed\n', "inited")
        _typed(terminal, 'eval "$(adamgate completion zsh)"; echo load""ed\n', "loaded")
        _typed(terminal, "adamgate descr\t", "adamgate describe ")
    finally:
        os.close(terminal)
        os.waitpid(child, 0)


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("fish") is None, reason="no fish")
def test_fish_completes(program, tmp_path: Path):
    """By the line that the help names, in a home without a folder for completions."""
    asked = 'adamgate completion fish | source; complete -C "adamgate descr"'
    ran = subprocess.run(
        ["fish", "--no-config", "-c", asked],
        env=program | {"HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert (ran.stdout.split("\t")[0], ran.stderr) == ("describe", "")


def _typed(terminal: int, keys: str, expected: str) -> None:
    os.write(terminal, keys.encode())
    seen, end = "", time.monotonic() + 60
    while expected not in seen:
        ready, _, _ = select.select([terminal], [], [], max(0, end - time.monotonic()))
        assert ready, f"{expected!r} did not appear in {seen!r}"
        seen += os.read(terminal, 4096).decode(errors="replace")
