"""`adamgate rules`: the rules there are; `adamgate rules test`: their examples."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ...configuration.file_search import nearest_file
from ...configuration.load import load_settings
from ..exit_codes import PASSED, REFUSED
from ..inputs import rules_here
from ..options import CONFIG, DEBUG, OWN_RULES, PATH_HERE, STRUCTURES
from ..streams import show, tell

if TYPE_CHECKING:
    from ....schemas.study.declarations import Declarations


@click.group("rules", invoke_without_command=True)
@click.option("--dataset", metavar="NAME", help="Only rules that apply to this dataset.")
@click.option("--structure", type=click.Choice(STRUCTURES), help="Only rules that apply to this structure.")
@click.option("--family", metavar="NAME", help="Only rules of this family, such as censoring.")
@click.option("--variable", metavar="NAME", help="Only rules about this variable, such as CNSR.")
@click.option(
    "--since", metavar="VERSION", help="Only rules that are new or changed after this version of adamgate."
)
@click.option("--format", "form", type=click.Choice(("text", "json")), default="text", help="Output format.")
@OWN_RULES
@CONFIG
@DEBUG
@click.pass_context
def command(
    context: click.Context,
    /,
    form: str,
    rule_files: tuple[Path, ...],
    config: Path | None,
    **chosen: str | None,
) -> None:
    """List the rules: id, severity, structures, title."""
    if context.invoked_subcommand is not None:
        return
    from ....schemas.gate.selection import full_book
    from ...reports.rule_page import LISTS, listed, render_changes

    book = full_book(rules_here(rule_files, config))
    found = listed(book.values(), **chosen)
    if chosen["since"] and not found:
        tell(f"no rule is new or changed after {chosen['since']}")
    as_list = render_changes if chosen["since"] and form == "text" else LISTS[form]
    show(as_list(found))


@command.command(name="test")
@click.argument("folder", type=PATH_HERE, metavar="DIR")
@OWN_RULES
@CONFIG
@DEBUG
def check_examples(folder: Path, rule_files: tuple[Path, ...], config: Path | None) -> int:
    """Test rules on example studies.

    The studies are in DIR/RULE_ID/pass-*/ and DIR/RULE_ID/fail-*/.
    """
    from ...reports.rule_examples import render_examples, run_examples

    results = run_examples(folder, rules_here(rule_files, config), _declared_beside)
    show(render_examples(results))
    return PASSED if all(each.as_expected for each in results) else REFUSED


def _declared_beside(example: Path) -> Declarations | None:
    """What is beside an example, which was named to be run."""
    return load_settings(config_path=nearest_file(example), environ={}).declarations()
