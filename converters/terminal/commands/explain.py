"""`adamgate explain`: what a rule checks, and why; the rules about a variable."""

from __future__ import annotations

from pathlib import Path

import click

import adamgate

from ..completion import explained
from ..error_pages import is_section, section
from ..inputs import rules_here
from ..options import CONFIG, DEBUG, OWN_RULES
from ..streams import show


@click.command("explain")
@click.argument("rule_id", metavar="RULE_ID|VARIABLE|ERROR", shell_complete=explained)
@OWN_RULES
@CONFIG
@DEBUG
def command(rule_id: str, rule_files: tuple[Path, ...], config: Path | None) -> None:
    """Show what a rule checks, why it matters, and the smallest fix.

    For a variable, such as CNSR, list the rules about it; for the name that an error ends with, show what
    the error means and what to do. `adamgate explain errors` lists these names.
    """
    if is_section(rule_id):
        show(section(rule_id))
        return
    show(adamgate.explain(rule_id, rules_here(rule_files, config)))
