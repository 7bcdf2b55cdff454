"""A named pipe or a device in place of a file is refused at once, wherever a file may be named."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

import adamgate as ag
from adamgate.converters.values.regular_file import open_regular, read_regular

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
_SECONDS = 20


def _run(*arguments, cwd):
    """Exit code and stderr of the command line; a wait without end fails."""
    command = [sys.executable, "-m", "adamgate", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, cwd=cwd, check=False)
    return done.returncode, done.stderr


@pytest.mark.parametrize(
    "name", ["x.csv", "x.xpt", "x.sas7bdat", "x.parquet", "x.json", "x.dsjc", "x.csv.gz"]
)
def test_a_named_pipe_is_no_input(name, tmp_path):
    os.mkfifo(tmp_path / name)
    with pytest.raises(ag.UnreadableInput, match="a named pipe, not a file"):
        ag.read(tmp_path / name)


def test_a_device_is_no_input(tmp_path):
    (tmp_path / "zero.csv").symlink_to("/dev/zero")
    with pytest.raises(ag.UnreadableInput, match="a device, not a file"):
        ag.read(tmp_path / "zero.csv")


@pytest.mark.parametrize("name", ["datasets.csv", "_variables.csv", "adsl.csv", "adsl.json"])
def test_a_folder_with_a_named_pipe_is_refused(name, root, tmp_path):
    shutil.copy(root / "fixtures/cartitude1/adae.csv", tmp_path)
    os.mkfifo(tmp_path / name)
    with pytest.raises(ag.UnreadableInput, match="not a file"):
        ag.read(tmp_path)


def test_a_part_that_is_a_named_pipe_is_refused(tmp_path):
    (tmp_path / "adtte.parquet").mkdir()
    os.mkfifo(tmp_path / "adtte.parquet/part-0.parquet")
    with pytest.raises(ag.UnreadableInput, match="not a file"):
        ag.read(tmp_path / "adtte.parquet")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("option", "code"), [("--ct", 3), ("--baseline", 3), ("--config", 2), ("--rules", 2)]
)
def test_options_that_name_a_pipe_end_at_once(option, code, root, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    found, told = _run("validate", root / "fixtures/cartitude1", "-q", option, "pipe", cwd=tmp_path)
    assert (found, "Traceback" in told) == (code, False), told


def test_the_catalogue_may_not_be_a_pipe(root, tmp_path):
    os.mkfifo(tmp_path / "formats.sas7bcat")
    with pytest.raises(ag.UnreadableInput, match="format catalogue does not exist"):
        ag.read(root / "fixtures/cartitude1/adsl.xpt", catalog=tmp_path / "formats.sas7bcat")


@pytest.mark.slow
def test_settings_beside_the_data_that_are_a_pipe_are_refused(root, tmp_path):
    shutil.copy(root / "fixtures/cartitude1/adsl.xpt", tmp_path)
    os.mkfifo(tmp_path / "adamgate.toml")
    assert _run("describe", "adsl.xpt", cwd=tmp_path)[0] == 2


def test_what_is_no_file_is_named(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="a named pipe, not a file"):
        open_regular(tmp_path / "pipe")
    with pytest.raises(IsADirectoryError):
        open_regular(tmp_path)
    with pytest.raises(FileNotFoundError):
        open_regular(tmp_path / "absent")
    (tmp_path / "file").write_bytes(b"content")
    (tmp_path / "link").symlink_to("file")
    assert read_regular(Path(tmp_path / "link")) == b"content"


def test_a_file_that_cannot_be_read_is_not_hashed_to_its_end(tmp_path):
    """200 GB with nothing in them take minutes to hash."""
    with (tmp_path / "adtte.xpt").open("wb") as file:
        file.truncate(200 << 30)
    began = time.perf_counter()
    with pytest.raises(ag.UnreadableInput, match="a file of binary zeros"):
        ag.read(tmp_path / "adtte.xpt")
    assert time.perf_counter() - began < _SECONDS
