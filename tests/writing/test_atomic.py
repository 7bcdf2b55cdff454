"""Files appear together and complete, or the disk stays as it was."""

import errno
import os
import sys
import threading
import time
from pathlib import Path

import pytest

from adamgate.converters.formats.planned_file import PlannedFile
from adamgate.converters.writing import turns
from adamgate.converters.writing.atomic import write_together
from adamgate.schemas.errors import UnwritableOutput


def planned(path, content=b"new", merged=False):
    return PlannedFile(path, lambda stream: stream.write(content) and None, merged)


def failing(path, error):
    def write(stream):
        stream.write(b"half")
        raise error

    return PlannedFile(path, write)


def tree(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in folder.rglob("*")
    }


def test_files_and_their_folders_appear(tmp_path):
    paths = [tmp_path / "out" / "deep" / "a.csv", tmp_path / "b.csv"]
    assert write_together([planned(path) for path in paths]) == paths
    assert [path.read_bytes() for path in paths] == [b"new", b"new"]
    assert len(tree(tmp_path)) == 4


@pytest.mark.parametrize("error", [RuntimeError("bug"), KeyboardInterrupt(), SystemExit(143), MemoryError()])
def test_a_writer_that_fails_midway_leaves_nothing(tmp_path, error):
    old = tmp_path / "old.csv"
    old.write_bytes(b"old")
    files = [planned(tmp_path / "out" / "a.csv"), planned(old), failing(tmp_path / "out" / "b.csv", error)]
    with pytest.raises(type(error)):
        write_together(files, overwrite=True)
    assert tree(tmp_path) == {"old.csv": b"old"}


def test_a_failing_rename_restores_what_was_replaced(tmp_path, monkeypatch):
    old, new, last = tmp_path / "old.csv", tmp_path / "new.csv", tmp_path / "last.csv"
    old.write_bytes(b"old")
    link = os.link

    def refuse_last(source, target):
        if target == last:
            raise OSError(errno.EPERM, "no hard links")
        link(source, target)

    monkeypatch.setattr(os, "link", refuse_last)
    monkeypatch.setattr(
        "pathlib.Path.rename", lambda *_: (_ for _ in ()).throw(OSError(errno.ENOSPC, "disk full"))
    )
    with pytest.raises(UnwritableOutput, match="disk full"):
        write_together([planned(old), planned(new), planned(last)], overwrite=True)
    assert tree(tmp_path) == {"old.csv": b"old"}


def test_an_existing_file_is_kept_unless_told(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"old")
    with pytest.raises(UnwritableOutput, match="exists") as caught:
        write_together([planned(tmp_path / "b.csv"), planned(path)])
    assert str(path) in caught.value.where
    assert tree(tmp_path) == {"a.csv": b"old"}
    write_together([planned(path)], overwrite=True)
    assert tree(tmp_path) == {"a.csv": b"new"}


def test_a_merged_file_may_replace_its_predecessor(tmp_path):
    path = tmp_path / "_variables.csv"
    path.write_bytes(b"old")
    write_together([planned(path, merged=True)])
    assert tree(tmp_path) == {"_variables.csv": b"new"}


def test_a_file_that_appears_meanwhile_is_kept(tmp_path):
    path = tmp_path / "a.csv"

    def write(stream):
        stream.write(b"new")
        path.write_bytes(b"of another program")

    with pytest.raises(UnwritableOutput, match="exists"):
        write_together([PlannedFile(path, write)])
    assert tree(tmp_path) == {"a.csv": b"of another program"}


def test_works_without_hard_links(tmp_path, monkeypatch):
    def refuse(*_):
        raise OSError(errno.EPERM, "no hard links")

    monkeypatch.setattr(os, "link", refuse)
    old = tmp_path / "old.csv"
    old.write_bytes(b"old")
    write_together([planned(old), planned(tmp_path / "new.csv")], overwrite=True)
    assert tree(tmp_path) == {"old.csv": b"new", "new.csv": b"new"}


def test_a_link_stays_and_its_file_is_replaced(tmp_path):
    (tmp_path / "real").mkdir()
    real, link = tmp_path / "real" / "a.csv", tmp_path / "a.csv"
    real.write_bytes(b"old")
    link.symlink_to(real)
    write_together([planned(link)], overwrite=True)
    assert link.is_symlink()
    assert real.read_bytes() == b"new"


def test_permissions_of_a_replaced_file_stay(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"old")
    path.chmod(0o640)
    write_together([planned(path)], overwrite=True)
    assert path.stat().st_mode & 0o777 == 0o640


def test_two_outputs_of_one_name_are_refused(tmp_path):
    with pytest.raises(UnwritableOutput, match="the same name"):
        write_together([planned(tmp_path / "a.csv"), planned(tmp_path / "a.csv")])
    assert tree(tmp_path) == {}


def test_a_folder_of_that_name_is_refused(tmp_path):
    (tmp_path / "a.csv").mkdir()
    with pytest.raises(UnwritableOutput, match="folder"):
        write_together([planned(tmp_path / "a.csv")], overwrite=True)


def refusal_of(path, write=None):
    with pytest.raises(UnwritableOutput, match="cannot be written") as caught:
        write_together([planned(path) if write is None else PlannedFile(path, write)])
    assert caught.value.where == str(path)
    assert ".adamgate-" not in str(caught.value)
    return caught.value


@pytest.mark.parametrize("name", ["file/a.csv", "file/deep/a.csv"])
def test_a_file_in_place_of_a_folder_is_told(tmp_path, name):
    (tmp_path / "file").write_bytes(b"")
    assert f"{tmp_path / 'file'} is a file, not a folder" in refusal_of(tmp_path / name).what
    (tmp_path / "file").unlink()
    (tmp_path / "file").symlink_to(tmp_path / "gone")
    assert f"{tmp_path / 'file'} is a link whose target does not exist" in refusal_of(tmp_path / name).what


@pytest.mark.parametrize(
    ("number", "what", "advice"),
    [
        (errno.EACCES, "no permission to write in {folder}", "permission"),
        (errno.EROFS, "Read-only file system", "read-only"),
        (errno.ENOSPC, "No space left", "free some space"),
        (errno.EIO, "Input/output error", "choose another folder"),
    ],
)
def test_what_the_system_refuses_is_told_by_the_name_asked_for(tmp_path, number, what, advice):
    def fail(_stream):
        raise OSError(number, os.strerror(number), str(tmp_path / ".adamgate-00.part"))

    refusal = refusal_of(tmp_path / "new" / "a.csv", fail)
    assert what.format(folder=tmp_path) in refusal.what
    assert advice in refusal.advice
    assert tree(tmp_path) == {}


def test_a_name_that_is_too_long_is_told(tmp_path):
    assert "shorter" in refusal_of(tmp_path / ("a" * 300 + ".csv")).advice


def test_of_several_files_the_one_that_fails_is_named(tmp_path):
    files = [planned(tmp_path / "a.csv"), failing(tmp_path / "b.csv", OSError(errno.EIO, "broken"))]
    with pytest.raises(UnwritableOutput) as caught:
        write_together(files)
    assert caught.value.where == str(tmp_path / "b.csv")


@pytest.mark.skipif(sys.platform == "win32", reason="no lock on a folder")
def test_two_runs_that_write_at_once_leave_the_files_of_one(tmp_path, monkeypatch):
    """One is between its two renames when the other comes."""
    table, codebook = tmp_path / "os.csv", tmp_path / "os.codebook.json"
    between = threading.Event()
    replace = Path.replace

    def slowly(self, target):
        replace(self, target)
        if threading.current_thread() is slow and target == table:
            between.set()
            time.sleep(0.3)

    def write(content):
        write_together([planned(table, content), planned(codebook, content)], overwrite=True)

    monkeypatch.setattr(Path, "replace", slowly)
    slow = threading.Thread(target=write, args=[b"slow"])
    write(b"old")
    slow.start()
    assert between.wait(20)
    write(b"quick")
    slow.join(20)
    assert (table.read_bytes(), codebook.read_bytes()) == (b"quick", b"quick")
    assert sorted(tmp_path.iterdir()) == [codebook, table]


@pytest.mark.skipif(sys.platform == "win32", reason="no lock on a folder")
def test_nobody_is_waited_for_without_end(tmp_path, monkeypatch):
    monkeypatch.setattr(turns, "_PATIENCE", 0.05)
    with turns.taking_turns([tmp_path, tmp_path / ".." / tmp_path.name]):
        write_together([planned(tmp_path / "a.csv")])
    with turns.taking_turns([tmp_path / "gone"]):
        write_together([planned(tmp_path / "b.csv")])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv", "b.csv"]
