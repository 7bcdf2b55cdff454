"""What a killed run leaves in a folder goes with the next one; files of others and of live runs stay."""

import os
import signal
import subprocess
import sys
import time

import pytest

from adamgate.converters.formats.planned_file import PlannedFile
from adamgate.converters.values import temporary_names
from adamgate.converters.writing.atomic import write_together

DAY = 86_400

WRITING = """
import sys, time
from pathlib import Path
from adamgate.converters.writing.atomic import write_together
from adamgate.converters.formats.planned_file import PlannedFile

def write(stream):
    stream.write(b"half")
    stream.flush()
    print("writing", flush=True)
    time.sleep(60)

write_together([PlannedFile(Path(sys.argv[1]), write)])
"""


def write(path):
    write_together([PlannedFile(path, lambda stream: stream.write(b"whole") and None)], overwrite=True)


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def running(tmp_path):
    """A process in the middle of writing a file."""
    process = subprocess.Popen(
        [sys.executable, "-c", WRITING, str(tmp_path / "a.csv")], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "writing\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


@pytest.mark.skipif(os.name != "posix", reason="asks a POSIX system for its processes")
def test_a_killed_run_leaves_a_file_that_the_next_run_removes(running, tmp_path):
    assert len(names(tmp_path)) == 1
    write(tmp_path / "b.csv")
    assert len(names(tmp_path)) == 2, "the file of a live run stays"
    running.kill()
    running.wait()
    write(tmp_path / "b.csv")
    assert names(tmp_path) == ["b.csv"]


def named(folder, name, age):
    path = folder / name
    path.write_bytes(b"x")
    os.utime(path, (time.time() - age,) * 2)
    return path


OF_ELSEWHERE = ".adamgate-0123456789ab-77-0123456789abcdef.part"


@pytest.mark.parametrize(("age", "stays"), [(0, True), (DAY - 60, True), (DAY + 60, False)])
@pytest.mark.parametrize("name", [OF_ELSEWHERE, OF_ELSEWHERE.replace(".part", ".old")])
def test_of_another_machine_what_nobody_touched_for_a_day(tmp_path, name, age, stays):
    path = named(tmp_path, name, age)
    write(tmp_path / "a.csv")
    assert path.exists() is stays


def test_where_processes_cannot_be_asked_for_age_decides(tmp_path, monkeypatch):
    monkeypatch.setattr(temporary_names, "_CAN_ASK", False)
    fresh, old = (named(tmp_path, temporary_names.temporary_name(), age) for age in (0, DAY + 60))
    write(tmp_path / "a.csv")
    assert (fresh.exists(), old.exists()) == (True, False)


@pytest.mark.parametrize(
    "name",
    [
        "a.part",
        ".adamgate-notes.part",
        OF_ELSEWHERE + ".csv",
        "x" + OF_ELSEWHERE,
        OF_ELSEWHERE.replace("-77-", "-0-"),
        OF_ELSEWHERE.replace("-77-", "--1-"),
    ],
)
def test_files_of_other_names_stay(tmp_path, name):
    path = named(tmp_path, name, 10 * DAY)
    write(tmp_path / "a.csv")
    assert path.exists()


def test_neither_links_nor_folders_are_followed(tmp_path):
    outside = named(tmp_path, "precious", 10 * DAY)
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / OF_ELSEWHERE).symlink_to(outside)
    (folder / OF_ELSEWHERE.replace("77", "78")).mkdir()
    write(folder / "a.csv")
    assert len(names(folder)) == 3
    assert outside.exists()


SIGNALLED = """
import sys, time
import adamgate.cli as cli
import adamgate.converters.writing.atomic as atomic

flush = atomic.os.fsync
atomic.os.fsync = lambda handle: (print("writing", flush=True), time.sleep(60), flush(handle))
sys.argv[0] = "adamgate"
cli.main()
"""


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_leaves_nothing(tmp_path, root, number, code):
    source = str(root / "fixtures" / "cartitude1" / "adtte.xpt")
    command = [sys.executable, "-c", SIGNALLED, "convert", source, str(tmp_path / "a.csv"), "-q"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "writing\n"
        assert len(names(tmp_path)) == 1
        process.send_signal(number)
        assert process.wait(20) == code
    assert names(tmp_path) == []


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_a_run_under_nohup_goes_on(tmp_path, root):
    source = str(root / "fixtures" / "cartitude1" / "adtte.xpt")
    script = "import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN)" + SIGNALLED.replace("60", "1")
    command = [sys.executable, "-c", script, "convert", source, str(tmp_path / "a.csv"), "-q"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "writing\n"
        process.send_signal(signal.SIGHUP)
        process.stdout.read()
        assert process.wait(60) == 0
    assert "a.csv" in names(tmp_path)
