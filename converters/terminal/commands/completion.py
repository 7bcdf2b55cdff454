"""`adamgate completion`: what a shell needs to complete commands."""

from __future__ import annotations

import click

from ..completion import SHELLS, script
from ..options import DEBUG
from ..streams import show


@click.command("completion")
@click.argument("shell", type=click.Choice(tuple(SHELLS)))
@DEBUG
@click.pass_context
def command(context: click.Context, /, shell: str) -> None:
    """Print what a shell needs to complete commands, options, rule ids and formats.

    \b
    bash:  eval "$(adamgate completion bash)"     in ~/.bashrc
    zsh:   eval "$(adamgate completion zsh)"      in ~/.zshrc, after compinit
    fish:  adamgate completion fish | source      in ~/.config/fish/config.fish
    """
    show(script(shell, context.find_root().command))
