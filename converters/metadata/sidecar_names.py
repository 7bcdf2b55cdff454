"""Which files beside the data describe them."""

from __future__ import annotations

import os
import re
from pathlib import Path

VARIABLES_FILE = "_variables.csv"
DATASETS_FILES = ("_datasets.csv", "datasets.csv")
_RAW_PLACES = ".raw.parquet"
_DEFINE = re.compile(r"define([-_.]?\d[-_.\d]*)?\.xml", re.IGNORECASE)
"""define.xml, define2-1.xml, define_2.0.0.xml."""


def sidecars_of(file: Path) -> tuple[Path, ...]:
    """Files that may be written beside a dataset in this file."""
    names = (VARIABLES_FILE, *DATASETS_FILES) if file.suffix.lower() == ".csv" else ()
    return (*(file.with_name(each) for each in names), raw_places_file(file.parent, file.stem))


def is_sidecar(path: Path) -> bool:
    """Whether a file describes others and holds no data itself."""
    name = path.name.lower()
    described = name.startswith("_") and name.endswith((".csv", _RAW_PLACES))
    return name in DATASETS_FILES or described or _DEFINE.fullmatch(name) is not None


def raw_places_file(folder: Path, dataset: str) -> Path:
    """The file that says which raw records the records of a dataset were made of."""
    return folder / f"_{dataset.lower()}{_RAW_PLACES}"


def sidecars_in(folder: Path) -> tuple[Path, ...]:
    """The files of a folder that a reader of its data takes for sidecars."""
    described = (find_beside(folder, names) for names in ((VARIABLES_FILE,), DATASETS_FILES))
    return (*filter(None, described), *sorted(folder.glob(f"_*{_RAW_PLACES}")), *define_files_in(folder))


def define_files_in(folder: Path) -> tuple[Path, ...]:
    """The define.xml of a folder, or all files that may be it where none has this very name."""
    try:
        named = sorted(each for each in os.listdir(folder) if _DEFINE.fullmatch(each))
    except OSError:
        return ()
    files = [folder / each for each in named if not (folder / each).is_dir()]
    plain = [each for each in files if each.name.lower() == "define.xml"]
    return tuple(plain[:1] or files)


def find_beside(folder: Path, names: tuple[str, ...]) -> Path | None:
    """The first of these files in a folder, in any case."""
    try:
        listed = sorted((each for each in os.listdir(folder) if each.lower() in names), reverse=True)
    except OSError:
        return None
    present = {each.lower(): folder / each for each in listed}
    found = (present[name] for name in names if name in present)
    # A link to nothing or a pipe is taken, too: it fails on being read, and is not overlooked.
    return next((path for path in found if not path.is_dir()), None)
