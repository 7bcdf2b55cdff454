"""A delivery in ``data/``, and commands run beside it."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from adamgate import cli


class Ran(NamedTuple):
    """What a command gave back."""

    code: int
    out: str
    err: str


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """Runs a command."""

    def command(*arguments: str) -> Ran:
        code = cli.run(arguments)
        return Ran(code, *capfd.readouterr())

    return command


@pytest.fixture
def delivered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Puts datasets into ``data/``, from whose parent commands are run, without settings of this machine."""

    def delivery(**datasets: str) -> Path:
        (tmp_path / ".git").mkdir()
        folder = tmp_path / "data"
        folder.mkdir()
        for name, content in datasets.items():
            (folder / f"{name}.csv").write_text(content)
        monkeypatch.chdir(tmp_path)
        for name in [name for name in os.environ if name.startswith("ADAMGATE_")]:
            monkeypatch.delenv(name)
        return folder

    return delivery
