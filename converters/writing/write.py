"""Datasets to files, all or none; `formats` names the formats."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from ...schemas.study.dataset import Dataset
from ...schemas.study.study import Study
from ..formats.format import WritingProgress
from .atomic import write_together
from .inputs import inputs_of
from .losses import tell_changes, tell_losses, tell_repairs
from .options import write_options
from .plan import planned
from .target import Target


def write(
    data: Study | Dataset,
    path: str | Path | Target,
    *,
    to: str | None = None,
    overwrite: bool = False,
    keep: Iterable[Path] = (),
    progress: WritingProgress | None = None,
    xpt_version: int = 5,
    fix: bool = False,
    lengths: str = "source",
    xpt_encoding: str = "ascii",
    read_back: bool = True,
    split_size: int | str = "5GB",
    one_file: bool = False,
    label_row: bool = False,
) -> list[Path]:
    """Write a dataset to a file, or a study's datasets to a folder.

    Parameters
    ----------
    data : Study or Dataset
    path : path or Target
        A file, whose suffix is the format; or a folder, if `to` is given. Folders are created.
    to : str, optional
        Format of the files in a folder by its suffix: "parquet", "csv", "xpt", "json", "ndjson",
        "ndjson.gz", "dsjc", "feather", "arrow", "dta", "xlsx" or "rds".
        Each dataset is written to a file with its name, such as ``adtte.parquet``.
    overwrite : bool
        Replace existing files, but never one that the data were read from, or one beside it that contains
        another dataset.
    keep : iterable of Path
        Further files that are never replaced.
    progress : callable, optional
        Called with the name of an output, the number of records written, and the total.
    xpt_version : {5, 8}
        Version of SAS transport files; this and the options down to `one_file` are for them alone.
    fix : bool
        Repair what the version cannot hold: shorten names and labels, transliterate, split long text.
    lengths : {"source", "data"}
        Lengths of variables: those of the source where they suffice, else what the data need; or always
        the shortest that hold the data.
    xpt_encoding : str
        Encoding of text, by its Python or SAS name.
    read_back : bool
        Compare each file with the data before it appears.
    split_size : int or str
        Bytes, or a text such as "1GB"; a larger dataset is split by subject (USUBJID) into several files.
    one_file : bool
        Write all datasets into one file.
    label_row : bool
        Write the labels of variables in a second row, below their names; for Excel workbooks alone.

    Returns
    -------
    list of Path
        The files written, data files first, then sidecars.

    Raises
    ------
    TypeError
        If `progress` is not a function.
    ConfigurationError
        If the format is unknown, or several datasets are to be written to one file.
    UnwritableOutput
        If the format cannot hold the data (everything it cannot hold is listed), a file exists, or it
        cannot be written. Nothing is left behind.

    Warns
    -----
    MetadataNotKept
        For each dataset with metadata that the format cannot hold.
    Repaired
        For each repair, with `fix`.

    Examples
    --------
    >>> frame = pd.DataFrame({"USUBJID": ["1", "2"], "AVAL": [3.5, None]})
    >>> data = ag.Dataset.from_frame(frame, "ADX", "Values")
    >>> [path.name for path in ag.write(data, "adx.parquet")]
    ['adx.parquet']
    >>> ag.read("adx.parquet")["ADX"].label
    'Values'
    """
    if progress is not None and not callable(progress):
        raise TypeError(f"progress must be a function, not {type(progress).__name__}")
    options = write_options(
        xpt_version,
        fix,
        lengths,
        xpt_encoding,
        read_back=read_back,
        split_size=split_size,
        one_file=one_file,
        label_row=label_row,
    )
    target = path if isinstance(path, Target) else Target.of(path, to, options)
    datasets = list(Study.given(data))
    outputs = [replace(output, progress=progress) for output in target.outputs(datasets)]
    plan = planned(outputs, target, inputs_of(datasets), tuple(keep), overwrite=overwrite)
    written = write_together(plan.files, overwrite=overwrite)
    tell_repairs(plan.repairs)
    tell_changes(plan.changes, target.format)
    tell_losses(plan.outputs, target.format)
    return written
