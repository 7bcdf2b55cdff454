"""`adamgate init`: a file to start from."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from ....schemas.errors import ConfigurationError
from ...configuration.file_search import FILE_NAME
from ...configuration.specimens import PIPELINE, SETTINGS, SPECIMENS, specimen
from ...reports.files import refuse_existing, write_document
from ...values.address import Address
from ...writing.names import require_document_name
from ..options import DEBUG, OVERWRITING, PATH, QUIET, named_settings
from ..streams import show, tell

_STDOUT = Path("-")


@click.command("init")
@click.argument("folder", type=PATH, required=False, metavar="[FOLDER]")
@click.option(
    "--derive",
    "dataset",
    type=click.Choice([name for name in SPECIMENS if name not in (SETTINGS, PIPELINE)]),
    help="A specification that derives this dataset, or maps raw files, each policy explained.",
)
@click.option(
    "--pipeline",
    is_flag=True,
    help="The steps of `adamgate run`: derive ADTTE, validate, survival tables, published figures.",
)
@click.option(
    "-o",
    "--output",
    type=PATH,
    metavar="FILE",
    help=f"Output file, - for stdout (default: {FILE_NAME} with FOLDER, else stdout).",
)
@click.option("--dry-run", is_flag=True, help="Print the file on stdout; write nothing.")
@named_settings("encoding", "date_order", "decimal", "missing", "memory")
@OVERWRITING
@QUIET
@DEBUG
def command(
    *,
    folder: Path | None,
    dataset: str | None,
    pipeline: bool,
    output: Path | None,
    dry_run: bool,
    overwrite: bool,
    quiet: bool,
    **reading: Any,
) -> None:
    """Write a commented adamgate.toml for the data in FOLDER, or print one to start from.

    With FOLDER: what it and its subfolders contain (ADaM, SDTM or raw exports), each time-to-event parameter
    with its unit, tables of it, the steps of `adamgate run`, and all settings with their defaults. Options
    about reading are set in the file.
    """
    if sum((folder is not None, pipeline, dataset is not None)) > 1:
        raise ConfigurationError(
            "FOLDER, --pipeline and --derive are given together"
            if folder is not None
            else "--pipeline and --derive are given together",
            "--derive" if dataset else "--pipeline",
            "use --pipeline alone; it derives ADTTE, and another specification can be put in its place"
            if folder is None
            else "give one of them",
        )
    asked = output or (_STDOUT if folder is None else Path(FILE_NAME))
    file = None if dry_run or asked == _STDOUT else asked
    if file is not None:
        require_document_name(file)
        refuse_existing(file, overwrite=overwrite)
    if folder is None:
        text, said = specimen(PIPELINE if pipeline else dataset or SETTINGS), ""
    else:
        text, said = _begun(folder, file, reading)
    if file is None:
        show(text)
    else:
        write_document(text, file, overwrite=overwrite)
        said = f"written: {file}\n{said}".rstrip("\n")
    if said and not quiet:
        tell(said)


def _begun(folder: Path, file: Path | None, reading: Mapping[str, Any]) -> tuple[str, str]:
    """The text of a file for the data of a folder, and what is reported of it."""
    from ...configuration.beginning.begun_file import begun_file, outcome
    from ...configuration.load import settings_without_file

    if isinstance(folder, Address):
        raise ConfigurationError(
            "an address, not a folder of this machine", str(folder), "copy the data, or give a folder"
        )
    settings = settings_without_file(reading, os.environ)
    begun = begun_file(folder, (file or Path(FILE_NAME)).absolute().parent, settings)
    return begun.text, outcome(begun, file or Path(FILE_NAME))
