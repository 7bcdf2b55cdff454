"""Tables and their programs as files, and the tools that run them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
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


@pytest.fixture
def run_r(rscript: str) -> Callable[[Path, str], str]:
    """Run an R program in a folder, whatever its locale."""

    def ran(folder: Path, code: str) -> str:
        (folder / "run.R").write_text(code, encoding="utf-8")
        return run([rscript, "--vanilla", "run.R"], folder)

    return ran


@pytest.fixture
def run_python() -> Callable[[Path, str], str]:
    def ran(folder: Path, code: str) -> str:
        (folder / "run.py").write_text(code, encoding="utf-8")
        return run([sys.executable, "run.py"], folder)

    return ran
