"""`adamgate define`: a define.xml from data, to be completed."""

from __future__ import annotations

import os
import sys
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ....schemas.errors import ConfigurationError
from ....schemas.wording import counted
from ...reports.files import refuse_existing, write_document
from ...writing.inputs import refuse_inputs
from ...writing.names import require_document_name
from ..exit_codes import PASSED
from ..inputs import kept_files, read_study, settings_for
from ..messages import tell_notes
from ..options import OVERWRITING, PATH, PATHS, QUIET, READING_OPTIONS
from ..progress import progress
from ..streams import show, tell

if TYPE_CHECKING:
    from ....schemas.study.definition import Definition
    from ....schemas.study.study import Study

_EARLIEST = datetime(1970, 1, 1)


@click.command("define")
@PATHS
@click.option("-o", "--output", type=PATH, metavar="FILE", help="Output file (default: stdout).")
@click.option(
    "--created",
    metavar="DATETIME",
    help="Date and time of the document, 2024-05-06T07:08:09 (default: the latest in the data).",
)
@click.option("--study-name", metavar="NAME", default="", help="Name of the study (default: STUDYID).")
@READING_OPTIONS
@OVERWRITING
@QUIET
def command(
    *,
    paths: tuple[Path, ...],
    output: Path | None,
    created: str | None,
    study_name: str,
    config: Path | None,
    overwrite: bool,
    quiet: bool,
    **overrides: Any,
) -> int:
    """Write a skeleton of a define.xml (Define-XML 2.1) from data.

    It has what the data show: datasets, variables with types and lengths, flags and parameters as codelists,
    and how AVAL is made of the dates. Variables that adamgate.toml derives have their tables as methods.
    Complete what is to be stated.
    """
    from ...configuration.declared_methods import declared_methods
    from ...metadata.define_xml.skeleton import skeleton
    from ...metadata.define_xml.writer import define_xml

    file = None if output is None or str(output) == "-" else output
    stated = None if created is None else _moment(created)
    settings = settings_for(paths, config, overrides)
    if file is not None:
        require_document_name(file)
        refuse_inputs([file], chain(*kept_files(paths, settings)))
        refuse_existing(file, overwrite=overwrite)
    with progress(sys.stderr, shown=not quiet) as callbacks:
        study = read_study(paths, settings, callbacks)
        methods = declared_methods(settings.entries, study)
        definition = skeleton(study, stated or _latest(study), study_name, methods)
        text = define_xml(definition).decode()
    tell_notes(study, quiet)
    if file is None:
        show(text)
    else:
        write_document(text, file, overwrite=overwrite)
    if not quiet:
        tell(_summary(definition, file))
    return PASSED


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise ConfigurationError(
            f"{text!r} is not a date and time", "--created", "give 2024-05-06T07:08:09"
        ) from error


def _latest(study: Study) -> datetime:
    """The latest time that the data state, so that the same data give the same document."""
    times = (time for each in study for time in (each.created, each.modified) if time is not None)
    return max((time.replace(tzinfo=None) for time in times), default=_EARLIEST)


def _summary(definition: Definition, file: Path | None) -> str:
    variables = [variable for _, variable in definition.variables()]
    unstated = sum(not each.origins for each in variables)
    written = f"written: {os.fspath(file)}\n" if file is not None else ""
    return (
        f"{written}{counted(len(definition.datasets), 'dataset')}, {counted(len(variables), 'variable')}, "
        f"{counted(len(definition.codelists), 'codelist')}, {counted(len(definition.methods), 'method')}; "
        f"origin to be stated: {counted(unstated, 'variable')}"
    )
