"""A transport file is the old one or the whole new one, whatever ends the run, and nothing else is left."""

import os
import random
import resource
import signal
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest

import adamgate as ag
from adamgate.schemas.study.dataset import Dataset

pytestmark = [
    pytest.mark.slow,
    pytest.mark.one_version,
    pytest.mark.skipif(os.name == "nt", reason="needs signals of Unix"),
]

RECORDS = 60_000


def data(value):
    frame = pd.DataFrame({"N": np.full(RECORDS, value), "T": pd.Categorical([f"{value:.0f}" * 20] * RECORDS)})
    return Dataset.from_frame(frame, "ADX")


@pytest.fixture
def prepared(tmp_path):
    """A folder with an old file and the data of a new one; the bytes of both."""
    (tmp_path / "in").mkdir()
    (tmp_path / "out").mkdir()
    ag.write(data(1), tmp_path / "out" / "adx.xpt")
    ag.write(data(2), tmp_path / "in" / "adx.parquet")
    ag.write(data(2), tmp_path / "in" / "expected.xpt")
    old, new = (tmp_path / "out" / "adx.xpt").read_bytes(), (tmp_path / "in" / "expected.xpt").read_bytes()
    (tmp_path / "in" / "expected.xpt").unlink()
    return tmp_path, old, new


def started(folder, **how):
    command = [sys.executable, "-m", "adamgate", "convert", "in/adx.parquet", "out/adx.xpt", "--force"]
    return subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE, text=True, **how)


def ended(process):
    """Its exit code and what it said."""
    _, said = process.communicate()
    return process.returncode, said


def writes(folder, process):
    """Wait until the process has begun to write."""
    while process.poll() is None and not any(path.name[0] == "." for path in (folder / "out").iterdir()):
        time.sleep(0.001)


def test_a_run_that_is_killed_leaves_the_old_file_or_the_new_one(prepared):
    folder, old, new = prepared
    chance = random.Random(20240501)
    for _ in range(8):
        process = started(folder)
        writes(folder, process)
        time.sleep(chance.uniform(0, 0.1))
        process.send_signal(signal.SIGKILL)
        ended(process)
        assert (folder / "out" / "adx.xpt").read_bytes() in (old, new)
        (folder / "out" / "adx.xpt").write_bytes(old)


KILLED_WHILE_IT_WRITES = """
import os, signal, sys
os.fsync = lambda handle: os.kill(os.getpid(), signal.SIGKILL)
sys.argv = ["adamgate", "convert", "in/adx.parquet", "out/adx.xpt", "--force"]
from adamgate.cli import main
main()
"""


def test_what_a_killed_run_leaves_is_removed_by_the_next(prepared):
    folder, old, new = prepared
    command = [sys.executable, "-c", KILLED_WHILE_IT_WRITES]
    killed = subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert (folder / "out" / "adx.xpt").read_bytes() == old
    assert len(list((folder / "out").iterdir())) == 2, "the old file, and what was being written"
    assert ended(started(folder))[0] == 0
    assert (folder / "out" / "adx.xpt").read_bytes() == new
    assert [path.name for path in (folder / "out").iterdir()] == ["adx.xpt"], "no litter after the next run"


def small_files():
    """As a disk with room for less than the file."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))


def test_a_full_disk_leaves_the_old_file(prepared):
    folder, old, _ = prepared
    process = started(folder, preexec_fn=small_files, env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})
    code, said = ended(process)
    assert code == 4, said
    assert "error: the output cannot be written: File too large" in said
    assert "Traceback" not in said
    assert (folder / "out" / "adx.xpt").read_bytes() == old
    assert [path.name for path in (folder / "out").iterdir()] == ["adx.xpt"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_permission_is_named(prepared):
    folder, old, _ = prepared
    (folder / "out").chmod(0o500)
    try:
        code, said = ended(started(folder))
    finally:
        (folder / "out").chmod(0o700)
    assert code == 4
    assert "no permission to write in" in said
    assert (folder / "out" / "adx.xpt").read_bytes() == old


def test_two_writers_at_once_leave_one_whole_file(prepared):
    folder, _, new = prepared
    processes = [started(folder) for _ in range(3)]
    assert [ended(process) for process in processes] == [(0, "written: out/adx.xpt\n")] * 3
    assert (folder / "out" / "adx.xpt").read_bytes() == new
    assert [path.name for path in (folder / "out").iterdir()] == ["adx.xpt"]


def test_a_folder_that_may_not_be_written_by_its_owner(prepared, monkeypatch):
    """As root would not see it: the system refuses to make the temporary file."""
    folder, old, _ = prepared
    monkeypatch.setattr("pathlib.Path.open", refuse)
    with pytest.raises(ag.UnwritableOutput, match="no permission to write in"):
        ag.write(data(2), folder / "out" / "adx.xpt", overwrite=True)
    monkeypatch.undo()
    assert (folder / "out" / "adx.xpt").read_bytes() == old


def refuse(*_, **__):
    raise PermissionError(13, "Permission denied")
