"""Help of a command that makes tables of several shapes: the options of each shape are under its name."""

from __future__ import annotations

from collections.abc import Iterable

import click

from ...schemas.options import DeclaredOption, options_of
from ..survival.shapes import DEFAULT_SHAPE, SHAPES
from .options import asked_option

_OF_ALL = {each.name for each in options_of(SHAPES[DEFAULT_SHAPE].options)}


class ByShape(click.Command):
    """A command whose parameters are those of all shapes."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        own = {shape: _own(options_of(SHAPES[shape].options)) for shape in SHAPES}
        of_some = {each.name for options in own.values() for each in options}
        with formatter.section("Shapes"):
            formatter.write_dl([(each.name, f"{each.summary.capitalize()}.") for each in SHAPES.values()])
        given = (each for each in self.get_params(ctx) if isinstance(each, click.Option))
        _section("Options", (each for each in given if each.name not in of_some), ctx, formatter)
        for shape, options in own.items():
            _section(f"Options of the shape {shape}", map(asked_option, options), ctx, formatter)


def _own(options: Iterable[DeclaredOption]) -> list[DeclaredOption]:
    """The options that not every shape has."""
    return [each for each in options if each.name not in _OF_ALL]


def _section(
    heading: str, params: Iterable[click.Parameter], ctx: click.Context, formatter: click.HelpFormatter
) -> None:
    records = [record for each in params for record in (each.get_help_record(ctx),) if record is not None]
    if records:
        with formatter.section(heading):
            formatter.write_dl(records)
