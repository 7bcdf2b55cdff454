"""`adamgate describe`: what datasets hold."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

import adamgate

from ..inputs import read_study, settings_for
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
@READING_OPTIONS
def command(paths: tuple[Path, ...], form: str, ranges: bool, config: Path | None, **overrides: Any) -> None:
    """Show dataset contents, like PROC CONTENTS."""
    from ...reports import contents

    settings = settings_for(paths, config, overrides)
    with progress(sys.stderr) as callbacks:
        study = read_study(paths, settings, callbacks)
        described = [adamgate.describe(dataset, ranges=ranges) for dataset in study]
    tell_notes(study, quiet=True)  # those on a dataset are in its description
    show(contents.RENDERERS[form](described))
