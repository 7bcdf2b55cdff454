"""`adamgate init`: a file to start from."""

from __future__ import annotations

import click

from ....schemas.errors import ConfigurationError
from ...configuration.specimens import PIPELINE, SETTINGS, SPECIMENS, specimen
from ..options import DEBUG
from ..streams import show


@click.command("init")
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
@DEBUG
def command(*, dataset: str | None, pipeline: bool) -> None:
    """Print a commented adamgate.toml to start from.

    adamgate init > adamgate.toml
    """
    if pipeline and dataset:
        raise ConfigurationError(
            "--pipeline and --derive are given together",
            "--derive",
            "use --pipeline alone; it derives ADTTE, and another specification can be put in its place",
        )
    show(specimen(PIPELINE if pipeline else dataset or SETTINGS))
