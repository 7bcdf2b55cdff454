"""`adamgate explain`: what a rule checks, and why; the rules about a variable."""

from __future__ import annotations

from pathlib import Path

import click

import adamgate

from ..completion import rule_id as completed
from ..inputs import rules_here
from ..options import CONFIG, DEBUG, OWN_RULES
from ..streams import show


@click.command("explain")
@click.argument("rule_id", metavar="RULE_ID|VARIABLE", shell_complete=completed)
@OWN_RULES
@CONFIG
@DEBUG
def command(rule_id: str, rule_files: tuple[Path, ...], config: Path | None) -> None:
    """Show what a rule checks, why it matters, and the smallest fix.

    For a variable, such as CNSR, list the rules about it.
    """
    show(adamgate.explain(rule_id, rules_here(rule_files, config)))
