"""Run again every command that README.md and docs/ show, and put its real output under it.

    .venv/bin/python docs/refresh.py

A block of ```` ```console ```` holds commands after ``$`` and, below each, what it printed. A line ``# exit
code N`` follows where the command did not end with 0. The tests hold the pages to this.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BLOCK = re.compile(r"(?<=^```console\n).*?(?=^```$)", re.MULTILINE | re.DOTALL)


def pages() -> list[Path]:
    return [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def refreshed(page: str) -> str:
    """The page with the output of every command as it is today."""
    return BLOCK.sub(lambda block: _rerun(block.group()), page)


def _rerun(block: str) -> str:
    commands = [line for line in block.splitlines() if line.startswith("$ ")]
    return "\n".join(_shown(command.removeprefix("$ ")) for command in commands)


def _shown(command: str) -> str:
    environment = os.environ | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
        "COLUMNS": "100",
        "NO_COLOR": "1",
        "PYTHONWARNINGS": "",
    }
    done = subprocess.run(
        ["bash", "-c", f"{command} 2>&1"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    ending = f"# exit code {done.returncode}\n" if done.returncode else ""
    return f"$ {command}\n{done.stdout}{ending}"


if __name__ == "__main__":
    for path in pages():
        path.write_text(refreshed(path.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
