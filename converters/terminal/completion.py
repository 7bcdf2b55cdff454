"""What shells complete: click's own mechanism, with words that are known without loading what defines them.

Rules need pandas, and the help of each command its module; a shell that is asked to complete a word does not
wait for these. Both are in ``completion_words.json``, which ``make docs`` makes from them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import click
from click.shell_completion import BashComplete, CompletionItem, FishComplete, ShellComplete, ZshComplete

from .error_pages import titles

VARIABLE = "_ADAMGATE_COMPLETE"
"""Shells set it to ask for completions: see click's "Shell Completion"."""
SHELLS: Mapping[str, type[ShellComplete]] = {"bash": BashComplete, "zsh": ZshComplete, "fish": FishComplete}
WORDS = Path(__file__).with_name("completion_words.json")


def script(shell: str, program: click.Command) -> str:
    """What a shell runs to have the words of a program completed."""
    # Not that of bash itself, which starts one to see its version: the script may be for another machine.
    return ShellComplete.source(SHELLS[shell](program, {}, "adamgate", VARIABLE))


def made_words(program: click.Group) -> Mapping[str, Mapping[str, str]]:
    """What the file has to hold: commands, rules and sections about errors, with their titles."""
    from ...schemas.gate.selection import full_book

    context = click.Context(program)
    commands = {name: program.get_command(context, name) for name in program.list_commands(context)}
    return {
        "commands": {name: each.get_short_help_str(100) for name, each in commands.items() if each},
        "rules": {rule.id: rule.title for rule in full_book().values()},
        "errors": titles(),
    }


def commands(beginning: str) -> list[CompletionItem]:
    return list(_beginning("commands", beginning))


def explained(_context: click.Context, _parameter: click.Parameter, beginning: str) -> list[CompletionItem]:
    """The id of a rule, in any case, or the name of a section about errors."""
    return [*_beginning("rules", beginning.upper()), *_beginning("errors", beginning)]


def rule_ids(_context: click.Context, _parameter: click.Parameter, beginning: str) -> list[CompletionItem]:
    """Ids of rules with commas between them, of which the last is completed."""
    before, comma, last = beginning.rpartition(",")
    return list(_beginning("rules", last.upper(), before + comma))


OF_SETTINGS: Mapping[str, Mapping[str, Any]] = {
    name: {"shell_complete": rule_ids} for name in ("select", "ignore")
}
"""How values of settings are completed, where their kind does not say it."""


def _beginning(kind: str, beginning: str, before: str = "") -> Iterator[CompletionItem]:
    known: Iterable[tuple[str, str]] = _words()[kind].items()
    for word, described in known:
        if word.startswith(beginning):
            yield CompletionItem(before + word, help=described)


@cache
def _words() -> Mapping[str, Mapping[str, str]]:
    found: Mapping[str, Mapping[str, str]] = json.loads(WORDS.read_text(encoding="utf-8"))
    return found
