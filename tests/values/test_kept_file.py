"""Arrays that are kept in files: what is open is closed, whoever held it."""

import gc
import io
import os
from pathlib import Path

import numpy as np
import pytest

from adamgate.converters.values.kept_file import KeptFile
from adamgate.converters.values.work_folder import WorkFolder

pytestmark = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="open files are listed by Linux")


def open_files(folder):
    listed = (Path("/proc/self/fd") / each for each in os.listdir("/proc/self/fd"))
    return [each for each in listed if each.exists() and folder in each.resolve().parents]


def test_files_that_refer_to_themselves_are_closed_without_a_warning(tmp_path):
    """No file object is there, which may go before what closes it, and then warns: an error here."""
    files = [KeptFile(WorkFolder(tmp_path)) for _ in range(20)]
    for each in files:
        each.write(np.arange(5.0))
        each.folder_and_file = [each, files]
    assert len(open_files(tmp_path)) == 20
    assert not [
        each
        for each in gc.get_objects()
        if isinstance(each, io.FileIO) and f"{each.name}".startswith(f"{tmp_path}")
    ]
    del each, files
    gc.collect()
    assert open_files(tmp_path) == []
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_settled_is_opened_again(tmp_path):
    file = KeptFile(WorkFolder(tmp_path))
    place = file.write(np.arange(5.0))
    file.settle()
    file.settle()
    assert open_files(tmp_path) == []
    assert file.read(place).tolist() == [0, 1, 2, 3, 4]
    file.remove()
    assert open_files(tmp_path) == []
