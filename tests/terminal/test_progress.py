"""Progress: a bar on a terminal, nothing anywhere else."""

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from adamgate.converters.terminal import progress as module
from adamgate.converters.terminal.progress import Callbacks, progress

pytestmark = [pytest.mark.slow, pytest.mark.one_version]

pty = pytest.importorskip("pty", reason="no pseudo-terminals here")

WORK = """
import sys
from adamgate.converters.terminal import progress as module
module.DELAY = {delay}
with module.progress(sys.stderr, shown={shown}) as callbacks:
    for done in range(0, 101, 10):
        if callbacks.reading:
            callbacks.reading("adtte[red].xpt", done, 100)
            callbacks.judging("TTE006", "ADTTE")
            callbacks.writing("adae.parquet", done * 10, 1000)
print("result")
"""


def on_a_terminal(code: str, **environ: str) -> tuple[str, str]:
    """What the code writes to stdout (a pipe) and to stderr (a terminal)."""
    parent, child = pty.openpty()
    environment = {
        name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR")
    }
    with subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        stderr=child,
        env={**environment, "TERM": "xterm", **environ},
    ) as process:
        os.close(child)
        shown = b""
        while True:
            try:
                part = os.read(parent, 65536)
            except OSError:  # Linux says so at the end of a terminal
                break
            if not part:
                break
            shown += part
        out, _ = process.communicate()
    os.close(parent)
    assert process.returncode == 0, shown.decode()
    return out.decode(), shown.decode()


def test_a_terminal_shows_what_is_read_and_judged_and_is_left_clean():
    out, shown = on_a_terminal(WORK.format(delay=0, shown=True))
    assert out == "result\n"
    assert "Reading adtte[red].xpt" in shown
    assert "ADTTE TTE006" in shown
    assert "Writing adae.parquet" in shown
    assert "1,000 of 1,000 records" in shown
    assert shown.endswith("\x1b[2K"), "the last line is erased"
    assert "\x1b[?25h" in shown, "the cursor is back"


def test_no_color_leaves_the_bar_without_colours():
    _, shown = on_a_terminal(WORK.format(delay=0, shown=True), NO_COLOR="1")
    assert "Reading" in shown
    assert "\x1b[38" not in shown


@pytest.mark.parametrize(
    ("delay", "shown", "environ"), [(60, True, {}), (0, False, {}), (0, True, {"TERM": "dumb"})]
)
def test_short_work_a_quiet_run_and_a_dumb_terminal_show_nothing(
    delay: int, shown: bool, environ: dict[str, str]
):
    assert on_a_terminal(WORK.format(delay=delay, shown=shown), **environ) == ("result\n", "")


def test_a_pipe_gets_nothing_even_with_force_color():
    code = WORK.format(delay=0, shown=True)
    environment = {**os.environ, "FORCE_COLOR": "1", "TERM": "xterm"}
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, env=environment, check=True)
    assert (ran.stdout, ran.stderr) == (b"result\n", b"")
    with progress(io.StringIO()) as callbacks:
        assert callbacks == Callbacks()


def test_the_command_shows_it_too(tmp_path: Path):
    (tmp_path / "adtte.csv").write_text("USUBJID,PARAMCD,AVAL,CNSR\n1,OS,3,0\n")
    code = (
        "from adamgate.converters.terminal import progress; progress.DELAY = 0\n"
        f"import sys; from adamgate.cli import run; sys.exit(run(['describe', {str(tmp_path)!r}]))"
    )
    out, shown = on_a_terminal(code)
    assert out.startswith("ADTTE\n")
    assert "Reading adtte.csv" in shown


def test_convert_shows_the_records_that_are_written(tmp_path: Path):
    (tmp_path / "adtte.csv").write_text("USUBJID,PARAMCD,AVAL,CNSR\n1,OS,3,0\n")
    words = ["convert", str(tmp_path / "adtte.csv"), str(tmp_path / "adtte.parquet")]
    code = (
        "from adamgate.converters.terminal import progress; progress.DELAY = 0\n"
        f"import sys; from adamgate.cli import run; sys.exit(run({words!r}))"
    )
    _, shown = on_a_terminal(code)
    assert "Writing adtte.parquet" in shown
    assert "1 of 1 records" in shown


@pytest.mark.parametrize("words", [[], ["--jobs", "2"]])
def test_run_shows_the_step_that_runs(tmp_path: Path, words: list[str]):
    (tmp_path / "adtte.csv").write_text("USUBJID,PARAMCD,AVAL,CNSR\n1,OS,3,0\n")
    (tmp_path / "adamgate.toml").write_text(
        '[step.copy]\nkind = "convert"\ndata = ["adtte.csv"]\nto = "copied/adtte.csv"\n'
    )
    given = ["run", str(tmp_path), *words]
    code = f"import sys; from adamgate.cli import run; sys.exit(run({given!r}))"
    out, shown = on_a_terminal(code)
    assert out.startswith("ran        copy  3 files\n")
    assert "Running copy" in shown
    assert shown.index("Running copy") < shown.rindex("\x1b[?25h"), "the cursor is there again"
    assert "Running" not in on_a_terminal(code)[1], "nothing runs"


def test_what_breaks_under_a_bar_still_leaves_the_terminal_clean(monkeypatch: pytest.MonkeyPatch):
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(module, "DELAY", 0)
    monkeypatch.setenv("TERM", "xterm")
    terminal = Terminal()

    def breaks() -> None:
        with progress(terminal) as callbacks:
            callbacks.reading("a.xpt", 1, 2)
            raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        breaks()
    assert "Reading a.xpt" in terminal.getvalue()
    assert "\x1b[?25h" in terminal.getvalue()
