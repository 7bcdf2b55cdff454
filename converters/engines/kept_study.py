"""A study on disk, for several processes: each fetches the columns that it is asked about."""

from __future__ import annotations

import os
import pickle
import platform
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Generic, TypeVar, cast

import numpy as np
import pandas as pd
from pandas.api.types import is_object_dtype

from ...schemas.errors import UnreadableInput
from ...schemas.gate.elsewhere import Opened
from ...schemas.study.answers import AnswersInMemory
from ...schemas.study.columns import Columns
from ...schemas.study.dataset import Dataset
from ...schemas.study.study import Study
from ..values.kept_columns import KeptColumns, OnDisk
from ..values.kept_file import KeptFile
from ..values.work_folder import WorkFolder, work_told

KeptThere = TypeVar("KeptThere")


@dataclass(frozen=True, slots=True)
class InFolder(Generic[KeptThere]):
    """A study, or what holds one, in a file of a work folder that other processes see, too."""

    path: Path

    def open(self) -> KeptThere:
        """All of it; the columns are fetched later.

        Raises
        ------
        UnreadableInput
            When the folder is not seen from here.
        """
        try:
            content = self.path.read_bytes()
        except OSError as error:
            raise UnreadableInput(
                "a worker does not see the folder that data are kept in",
                f"{self.path.parent} on {platform.node()}: {error.strerror}",
                "give a folder that is the same for all machines: --shared-dir FOLDER",
            ) from error
        return cast("KeptThere", pickle.loads(content))  # noqa: S301  of a folder of ours


class StudyKeeper:
    """Keeps studies on disk until it is gone.

    Parameters
    ----------
    work_dir : Path or None
        Where the work folder is made; None for the system's folder for temporary files.
    """

    def __init__(self, work_dir: Path | None = None) -> None:
        self._folder = WorkFolder(work_dir)
        self._kept: dict[int, tuple[Columns, Columns]] = {}
        self._unbounded = AnswersInMemory(sys.maxsize)

    def keep(self, opened: Opened) -> InFolder[Opened]:
        """Put a study, how it is checked and its parts where other processes find them."""
        return self.put(replace(opened, study=self.on_disk(opened.study)))

    def on_disk(self, study: Study) -> Study:
        """A study whose columns are on disk; those of a dataset that was kept before are there once."""
        return Study.of(*map(self._on_disk, study), notes=study.notes, definition=study.definition)

    def put(self, content: KeptThere) -> InFolder[KeptThere]:
        """Put what holds a study on disk into a file."""
        path = self._folder.new_file()
        with work_told(path), open(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            pickle.dump(content, file)
        return InFolder(path)

    def _on_disk(self, data: Dataset) -> Dataset:
        """A dataset with its columns on disk; as it is where they cannot be."""
        before, kept = self._kept.get(id(data.columns), (None, None))
        if before is not data.columns or kept is None:
            kept = self._columns_on_disk(data)
            self._kept[id(data.columns)] = data.columns, kept
        if kept is data.columns:
            return data
        return Dataset.of(
            data.description,
            kept,
            notes=data.notes,
            declarations=data.declarations,
            read_as_missing=data.read_as_missing,
            raw_places=data.raw_places,
        )

    def _columns_on_disk(self, data: Dataset) -> Columns:
        if isinstance(data.columns, KeptColumns):
            data.columns.settle()
            return data.columns
        columns = {each.name: data[each.name] for each in data.variables}
        if not all(map(_stays_the_same, columns.values())):
            return data.columns
        gathered = OnDisk(KeptFile(self._folder), data.columns.answers or self._unbounded)
        for name, column in columns.items():
            gathered.add(name, column, data.columns.special_missing(name))
        kept = cast("KeptColumns", gathered.columns(len(data)))
        kept.settle()
        return kept


def _stays_the_same(column: pd.Series) -> bool:
    """Whether a column is on disk as it is in memory: as readers make it."""
    dtype: Any = column.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        categories = dtype.categories
        of_texts = is_object_dtype(categories.dtype) and all(isinstance(each, str) for each in categories)
        return of_texts and not dtype.ordered
    return isinstance(dtype, pd.StringDtype) or (isinstance(dtype, np.dtype) and not is_object_dtype(dtype))
