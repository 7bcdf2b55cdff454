"""`adamgate describe`: what datasets hold."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

import adamgate

from ...configuration.settings import Settings
from ..inputs import read_study, reading_options, settings_for
from ..messages import tell_notes
from ..options import PATHS, READING_OPTIONS
from ..progress import progress
from ..streams import show


@click.command("describe")
@PATHS
@click.option("--format", "form", type=click.Choice(("text", "json")), default="text", help="Output format.")
@click.option(
    "--range", "ranges", is_flag=True, help="Show first and last values of numeric variables (patient data)."
)
@click.option(
    "--suggest",
    "is_raw",
    is_flag=True,
    help="Propose how raw exports become SDTM datasets, as tables [raw.NAME] of adamgate.toml to be checked.",
)
@READING_OPTIONS
def command(
    paths: tuple[Path, ...],
    form: str,
    ranges: bool,
    is_raw: bool,
    config: Path | None,
    **overrides: Any,
) -> None:
    """Show dataset contents, like PROC CONTENTS; or what a define.xml states, if it is given alone."""
    from ...reports import contents

    settings = settings_for(paths, config, overrides)
    if is_raw:
        show(_proposal(paths, settings))
        return
    if len(paths) == 1 and paths[0].suffix.lower() == ".xml":
        from ...metadata.define_xml.reader import read_define

        show(contents.RENDERERS[form]([], read_define(paths[0])))
        return
    with progress(sys.stderr) as callbacks:
        study = read_study(paths, settings, callbacks)
        described = [adamgate.describe(dataset, ranges=ranges) for dataset in study]
    tell_notes(study, quiet=True)  # those on a dataset are in its description
    show(contents.RENDERERS[form](described, study.definition))


def _proposal(paths: tuple[Path, ...], settings: Settings) -> str:
    """What raw files may become, as a document."""
    from ...raw_exports.suggestion.as_toml import as_toml
    from ...raw_exports.suggestion.files import suggestions_for
    from ...reading.options import checked_options

    with progress(sys.stderr) as callbacks:
        options = checked_options(**reading_options(settings, callbacks))
        return as_toml(suggestions_for(paths, options))
