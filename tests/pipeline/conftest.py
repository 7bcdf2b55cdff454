"""The project before its first run, and after it."""

import os
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from trial_project import TrialProject, make_project

from adamgate import cli
from adamgate.converters.pipeline import run


@pytest.fixture(scope="session", autouse=True)
def code_hashed_once() -> Iterator[None]:
    """Nobody edits the code while tests run: each step would read all of it again."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run, "hash_of_code", cache(run.hash_of_code))
        yield


@pytest.fixture
def project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> TrialProject:
    """The project, in the working directory, without settings of this machine."""
    folder = tmp_path / "project"
    make_project(folder)
    monkeypatch.chdir(folder)
    for name in [name for name in os.environ if name.startswith("ADAMGATE_") or name == "SOURCE_DATE_EPOCH"]:
        monkeypatch.delenv(name)
    return TrialProject(folder, capfd)


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project after its first run; to be copied."""
    folder = tmp_path_factory.mktemp("finished") / "project"
    make_project(folder)
    here = Path.cwd()
    os.chdir(folder)
    try:
        assert cli.run(["run", "-q"]) == 0
    finally:
        os.chdir(here)
    return folder


@pytest.fixture
def after_run(
    finished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> TrialProject:
    """The project after its first run."""
    folder = tmp_path / "project"
    shutil.copytree(finished, folder)
    monkeypatch.chdir(folder)
    return TrialProject(folder, capfd)
