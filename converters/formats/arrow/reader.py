"""Arrow IPC (Feather 2): files of our own writer with all their metadata, and those that others made.

What a column becomes is as in Parquet: see `parquet.reader`.
"""

from __future__ import annotations

from pathlib import Path

from ....schemas.study.dataset import Dataset
from ..format import ReadOptions
from ..parquet.reader import dataset_of
from .table import IpcTable, readable


def read_arrow(path: Path, options: ReadOptions, /) -> list[Dataset]:
    """Read an Arrow file as one dataset.

    Parameters
    ----------
    path : Path
    options : ReadOptions
        `encoding` has no meaning here: text in Arrow is UTF-8.

    Raises
    ------
    UnreadableInput
        When the file is damaged or is something else, or no dataset can hold a column of it.
    """
    table = IpcTable.of(path)
    with readable(path):
        return [dataset_of(table, (), options, "Arrow")]
