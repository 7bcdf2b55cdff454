"""Export files of one format into another, with their metadata."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..formats.format import ReadingProgress
from ..reading.read import read
from .options import write_options
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
    xpt_version: int = 5,
    fix: bool = False,
    lengths: str = "source",
    xpt_encoding: str = "ascii",
    read_back: bool = True,
    split_size: int | str = "5GB",
    one_file: bool = False,
) -> list[Path]:
    """Convert export files: XPT, sas7bdat, CSV, Parquet, Dataset-JSON to XPT, Parquet, CSV or Dataset-JSON.

    Values and types are unchanged, or the conversion fails. Metadata that the target format cannot
    hold are reported with a `MetadataNotKept` warning; Parquet holds everything.

    Parameters
    ----------
    source : path or sequence of paths
        A file, a folder, or several of them.
    target : path
        A file for one dataset, whose suffix is the format; or a folder, with `to`.
    to : str, optional
        Format of the files in a folder: "parquet", "csv", "xpt", "json", "ndjson", "ndjson.gz" or
        "dsjc".
    encoding : str, optional
        Text encoding of the source, as in `read`.
    catalog : path, optional
        SAS format catalogue, as in `read`.
    recursive : bool
        Also read the subfolders of a folder; all datasets are written to one folder.
    overwrite : bool
        Replace existing files, but never a source, or a file beside one that contains another dataset.
    progress : callable, optional
        Called with file name, amount done and total; when reading in units of the reader, when writing in
        records.
    missing, date_order, decimal, max_unpacked
        As in `read`.
    memory : int or str, optional
        Memory limit for the data, as in `read` (default: 256 MB). A conversion needs only a
        block of records at a time; the rest is kept on disk.
    work_dir : path, optional
        Folder for data kept on disk, as in `read`.
    xpt_version, fix, lengths, xpt_encoding, read_back, split_size, one_file
        How SAS transport files are written, as in `write`.

    Returns
    -------
    list of Path
        The files written, data files first, then sidecars.

    Raises
    ------
    ConfigurationError
        If the target format is unknown, several datasets are to be written to one file, or an option of
        `read` is unknown.
    UnreadableInput
        If a source cannot be read.
    UnwritableOutput
        If the target format cannot hold the data, a file exists, or it cannot be written. Nothing is
        left behind.

    Examples
    --------
    >>> [path.name for path in ag.convert("adam", "out", to="parquet")]
    ['adsl.parquet', 'adtte.parquet']
    >>> ag.read("out")["ADTTE"]["AVAL"].tolist() == ag.read("adam")["ADTTE"]["AVAL"].tolist()
    True
    """
    options = write_options(
        xpt_version, fix, lengths, xpt_encoding, read_back=read_back, split_size=split_size, one_file=one_file
    )
    place = Target.of(target, to, options)
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
