"""`adamgate init`: a file to start from."""

from __future__ import annotations

import click

from ...configuration.specimens import SETTINGS, SPECIMENS, specimen
from ..options import DEBUG
from ..streams import show


@click.command("init")
@click.option(
    "--derive",
    "dataset",
    type=click.Choice([name for name in SPECIMENS if name != SETTINGS]),
    help="A specification that derives this dataset, or maps raw files, each policy explained.",
)
@DEBUG
def command(*, dataset: str | None) -> None:
    """Print a commented adamgate.toml to start from.

    adamgate init > adamgate.toml
    """
    show(specimen(dataset or SETTINGS))
