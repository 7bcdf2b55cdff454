"""Tables and their programs as files, and the tools that run them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from trials import SUFFIXES, Case, tool_table

from adamgate.converters.survival.layouts import LAYOUTS


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., tuple[Path, str]]:
    """Write a table for a tool; gives its path, and its program, which stands beside it."""

    def written(tool: str, case: Case, stem: str = "os", suffix: str = "") -> tuple[Path, str]:
        path = tmp_path / f"{stem}{suffix or SUFFIXES[tool]}"
        table = tool_table(tool, case, path)
        with path.open("wb") as stream:
            table.planned().write(stream)
        program = table.program()
        path.with_suffix(LAYOUTS[tool].program_suffix).write_text(program, encoding="utf-8")
        return path, program

    return written


def run(command: list[str], folder: Path) -> str:
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, encoding="utf-8")
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


@pytest.fixture(scope="session")
def run_r(rscript: str) -> Callable[[Path, str], str]:
    """Run an R program in a folder, whatever its locale."""

    def ran(folder: Path, code: str) -> str:
        (folder / "run.R").write_text(code, encoding="utf-8")
        return run([rscript, "--vanilla", "run.R"], folder)

    return ran


SERVER = """
import importlib.util, os, runpy, sys, traceback

for name in ("pandas", "lifelines", "sklearn.base"):
    if importlib.util.find_spec(name.partition(".")[0]):
        importlib.import_module(name)
for folder in sys.stdin:
    child = os.fork()
    if not child:
        os.chdir(folder.rstrip())
        for stream, name in ((1, "shown.txt"), (2, "errors.txt")):
            os.dup2(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), stream)
        failed = 1
        try:
            runpy.run_path("run.py", run_name="__main__")
            failed = 0
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            os._exit(failed)
    print(os.waitpid(child, 0)[1], flush=True)
"""
"""Runs run.py of each folder that is named to it in a process of its own; to import tools takes seconds."""


@pytest.fixture(scope="session")
def run_python() -> Iterator[Callable[[Path, str], str]]:
    """Run a Python program in a folder, in a process that nothing else was run in."""
    command = [sys.executable, "-c", SERVER]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdin is not None
        assert server.stdout is not None

        def ran(folder: Path, code: str) -> str:
            (folder / "run.py").write_text(code, encoding="utf-8")
            print(folder, file=server.stdin, flush=True)
            status = server.stdout.readline().strip()
            assert status == "0", (folder / "errors.txt").read_text(encoding="utf-8")
            return (folder / "shown.txt").read_text(encoding="utf-8")

        yield ran
        server.stdin.close()
