"""Export files of one format into another, with their metadata."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..formats.format import ReadingProgress
from ..reading.read import read
from .write import Target, write

MEMORY = "256MB"
"""What the data of a conversion may take, unless its caller says otherwise."""


def convert(
    source: str | Path | Sequence[str | Path],
    target: str | Path,
    *,
    to: str | None = None,
    encoding: str | None = None,
    catalog: Path | None = None,
    recursive: bool = False,
    overwrite: bool = False,
    progress: ReadingProgress | None = None,
    missing: str | Sequence[str] = (),
    date_order: str | None = None,
    decimal: str | None = None,
    max_unpacked: int | None = None,
    memory: int | str | None = None,
    work_dir: str | Path | None = None,
) -> list[Path]:
    """Convert export files: XPT, sas7bdat, CSV, Parquet, Dataset-JSON to Parquet, CSV or Dataset-JSON.

    Values and types stay what they are, or the conversion is refused. Metadata that the target has no
    place for are told by a `MetadataNotKept` warning; Parquet holds all.

    Parameters
    ----------
    source : path or sequence of paths
        A file, a folder, or several of them.
    target : path
        A file for one dataset, its format by its suffix; or a folder, with `to`.
    to : str, optional
        Format of the files in a folder: "parquet", "csv", "json", "ndjson", "ndjson.gz" or "dsjc".
    encoding : str, optional
        Of text in the source, as in `read`.
    catalog : path, optional
        SAS format catalogue, as in `read`.
    recursive : bool
        Read the subfolders of a folder, too; all datasets are written to one folder.
    overwrite : bool
        Replace existing files; never a source, nor a file beside one that holds another dataset.
    progress : callable, optional
        Called with file name, amount done and total: while reading in the reader's unit, while writing in
        records.
    missing, date_order, decimal, max_unpacked
        What a source leaves open, as in `read`.
    memory : int or str, optional
        What the data may take of memory, as in `read`; by default 256 MB: a conversion needs no more than a
        block of records at once, and what does not fit waits on disk.
    work_dir : path, optional
        Where it waits, as in `read`.

    Returns
    -------
    list of Path
        The files written; sidecars follow the data.

    Raises
    ------
    ConfigurationError
        When the target's format is unknown, several datasets are to go to one file, or an option of
        `read` is not one of those known.
    UnreadableInput
        When a source cannot be read.
    UnwritableOutput
        When the target's format cannot hold the data, a file exists, or the system refuses. Nothing is
        left behind.

    Examples
    --------
    >>> [path.name for path in ag.convert("adam", "out", to="parquet")]
    ['adsl.parquet', 'adtte.parquet']
    >>> ag.read("out")["ADTTE"]["AVAL"].tolist() == ag.read("adam")["ADTTE"]["AVAL"].tolist()
    True
    """
    place = Target.of(target, to)
    study = read(
        source,
        encoding=encoding,
        catalog=catalog,
        recursive=recursive,
        progress=progress,
        missing=missing,
        date_order=date_order,
        decimal=decimal,
        max_unpacked=max_unpacked,
        memory=MEMORY if memory is None else memory,
        work_dir=work_dir,
    )
    return write(study, place, overwrite=overwrite, progress=progress)
