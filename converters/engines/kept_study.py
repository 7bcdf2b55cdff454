"""A study on disk, for several processes: each fetches the columns that it is asked about."""

from __future__ import annotations

import os
import pickle
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd
from pandas.api.types import is_object_dtype

from ...schemas.gate.elsewhere import Opened
from ...schemas.study.answers import AnswersInMemory
from ...schemas.study.dataset import Dataset
from ...schemas.study.study import Study
from ..values.kept_columns import KeptColumns, OnDisk
from ..values.kept_file import KeptFile
from ..values.work_folder import WorkFolder, work_told


@dataclass(frozen=True, slots=True)
class StudyFile:
    """A study, how it is checked and its parts, in a file of a work folder."""

    path: Path

    def open(self) -> Opened:
        """All of it; the columns are fetched later."""
        content = self.path.read_bytes()
        return cast("Opened", pickle.loads(content))  # noqa: S301  of a folder of ours


class StudyKeeper:
    """Keeps studies on disk until it is gone.

    Parameters
    ----------
    work_dir : Path or None
        Where the work folder is made; None for the system's folder for temporary files.
    """

    def __init__(self, work_dir: Path | None = None) -> None:
        self._folder = WorkFolder(work_dir)

    def keep(self, opened: Opened) -> StudyFile:
        """Put a study, how it is checked and its parts where processes of this machine find them."""
        unbounded = AnswersInMemory(sys.maxsize)
        study = opened.study
        kept = Study.of(
            *(self._on_disk(data, unbounded) for data in study),
            notes=study.notes,
            definition=study.definition,
        )
        path = self._folder.new_file()
        with work_told(path), open(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            pickle.dump(replace(opened, study=kept), file)
        return StudyFile(path)

    def _on_disk(self, data: Dataset, unbounded: AnswersInMemory) -> Dataset:
        """A dataset with its columns on disk; as it is where they are, or cannot be."""
        if isinstance(data.columns, KeptColumns):
            return data
        columns = {each.name: data[each.name] for each in data.variables}
        if not all(map(_stays_the_same, columns.values())):
            return data
        gathered = OnDisk(KeptFile(self._folder), data.columns.answers or unbounded)
        for name, column in columns.items():
            gathered.add(name, column, data.columns.special_missing(name))
        return Dataset.of(
            data.description,
            gathered.columns(len(data)),
            notes=data.notes,
            declarations=data.declarations,
            read_as_missing=data.read_as_missing,
            raw_places=data.raw_places,
        )


def _stays_the_same(column: pd.Series) -> bool:
    """Whether a column is on disk as it is in memory: as readers make it."""
    dtype: Any = column.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        categories = dtype.categories
        of_texts = is_object_dtype(categories.dtype) and all(isinstance(each, str) for each in categories)
        return of_texts and not dtype.ordered
    return isinstance(dtype, pd.StringDtype) or (isinstance(dtype, np.dtype) and not is_object_dtype(dtype))
