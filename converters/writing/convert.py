"""Export files of one format into another, with their metadata."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path

from ..formats.format import ReadingProgress
from ..reading.options import checked_options
from ..reading.read import read_each
from ..values.address import place_of
from ..values.work_folder import working_in
from .conversion_run import Request, converted
from .losses import MetadataNotKept, Repaired
from .options import write_options
from .selection import Selection
from .target import Target

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
    stdin_name: str | None = None,
    define: str | Path | None = None,
    keep: str | Sequence[str] | None = None,
    drop: str | Sequence[str] = (),
    where: str | Sequence[str] = (),
    rename: Mapping[str, str] | str | Sequence[str] = (),
    manifest: str | Path | None = None,
    xpt_version: int = 5,
    fix: bool = False,
    lengths: str = "source",
    xpt_encoding: str = "ascii",
    read_back: bool = True,
    split_size: int | str = "5GB",
    one_file: bool = False,
    label_row: bool = False,
) -> list[Path]:
    """Convert export files: of every format that is read to every format that is written.

    Values and types are unchanged, or the conversion fails. Metadata that the target format cannot
    hold are reported with a `MetadataNotKept` warning; Parquet holds everything. Either all files appear or
    none; the command ``adamgate convert`` writes every dataset that can be written, unless it is given
    ``--all-or-none``.

    Parameters
    ----------
    source : path or sequence of paths
        A file, a folder, or several of them.
    target : path
        A file for one dataset, whose suffix is the format; or a folder, with `to`.
    to : str, optional
        Format of the files in a folder by its suffix: "parquet", "csv", "xpt", "json", "ndjson",
        "ndjson.gz", "dsjc", "feather", "arrow", "dta", "xlsx" or "rds".
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
    stdin_name : str, optional
        File name of what is read from standard input, as in `read`.
    define : path, optional
        The define.xml that describes the data, as in `read`.
    keep, drop : str or sequence of str, optional
        Variables to write (default: all), or to omit: ``"USUBJID"`` of every dataset that has it,
        ``"ADTTE.AVAL"`` of one. They stay in the order of the dataset.
    where : str or sequence of str
        Conditions on the records of all datasets, or of one (``"ADTTE: PARAMCD == 'OS'"``); records are
        written for which all of them are true. Names are those before `rename`.
    rename : mapping of str to str, or sequence of "OLD=NEW"
        New names of variables; labels, formats, keys and special missing values go with them.
    manifest : path, optional
        JSON file to write with the SHA-256 of all inputs and outputs, and what was selected and not kept;
        its schema is ``manifest.schema.json`` in the package.
    xpt_version, fix, lengths, xpt_encoding, read_back, split_size, one_file, label_row
        How SAS transport files and Excel workbooks are written, as in `write`.

    Returns
    -------
    list of Path
        The files written, data files first, then sidecars and the manifest.

    Raises
    ------
    ConfigurationError
        If the target format is unknown, several datasets are to be written to one file, two have the same
        name, an option has an invalid value, or a name is not present in any dataset.
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
    >>> _ = ag.convert("adam/adtte.csv", "events.parquet", where="CNSR == 0", drop="EVNTDESC")
    >>> ag.read("events.parquet")["ADTTE"]["AVAL"].tolist()
    [30.0, 95.0, 240.0]
    """
    writing = write_options(
        xpt_version,
        fix,
        lengths,
        xpt_encoding,
        read_back=read_back,
        split_size=split_size,
        one_file=one_file,
        label_row=label_row,
    )
    request = Request(
        Target.of(target, to, writing),
        Selection.of(keep=keep, drop=drop, where=where, rename=rename),
        all_or_none=True,
        overwrite=overwrite,
        manifest=None if manifest is None else place_of(manifest),
        progress=progress,
        options={
            "to": to,
            "encoding": encoding,
            "catalog": catalog,
            "recursive": recursive,
            "missing": missing,
            "date_order": date_order,
            "decimal": decimal,
            "max_unpacked": max_unpacked,
            "define": define,
        },
    )
    request.check()
    options = checked_options(
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
        stdin_name=stdin_name,
        define=define,
    )
    with working_in(None if work_dir is None else Path(work_dir)):
        conversion = converted(read_each(source, options), request)
    for repair in conversion.repairs:
        warnings.warn(repair, Repaired, stacklevel=2)
    for loss in conversion.losses:
        warnings.warn(loss, MetadataNotKept, stacklevel=2)
    return conversion.files
