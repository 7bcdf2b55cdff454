"""The streams of a terminal: what may leave for them, their colours, their width."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

import click

from ...schemas.errors import UnwritableOutput
from ...schemas.wording import plain
from ..reports.presentation import Presentation

NARROWEST = 40


def tell(text: str, *, styled: bool = False) -> None:
    """Write lines for people; none of their characters can move a cursor or forge another line.

    Raises
    ------
    UnwritableOutput
        If they cannot be written: what nobody is told of has not happened as it should.
    """
    with _writing_to("standard error"):
        click.echo(printable(text, styled=styled), err=True, color=True)


def show(document: str) -> None:
    """Write a result that was asked for."""
    if sys.stdout is None:  # closed by whoever started us
        raise UnwritableOutput("the output cannot be written: it is closed", "standard output", "use -o")
    with _writing_to("standard output"):
        click.echo(printable(document, styled=True), nl=False, color=True)


@contextmanager
def _writing_to(stream: str) -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as failure:
        raise UnwritableOutput(
            f"the output cannot be written: {failure.strerror}", stream, "free some disk space, or use -o"
        ) from failure


def is_closed_or(output: Path) -> bool:
    """Whether stdout is closed, or is itself what a document was written to, as /dev/stdout is."""
    if sys.stdout is None:
        return True
    with suppress(OSError, ValueError):  # no file behind the stream, or none of that name
        return os.path.samestat(os.stat(output), os.fstat(sys.stdout.fileno()))
    return False


def printable(text: str, *, styled: bool = False) -> str:
    """Lines as they may leave for a terminal; what it might obey otherwise is shown as an escape.

    Parameters
    ----------
    text : str
    styled : bool
        Keep colours, which only renderers make; texts from outside are `plain` in what they render.
    """
    if text.replace("\n", "").isprintable():
        return text
    parts = _COLOUR.split(text) if styled else [text]
    parts[::2] = ["\n".join(map(plain, part.split("\n"))) for part in parts[::2]]
    return "".join(parts)


_COLOUR = re.compile("(\x1b\\[[0-9;]*m)")


def colours(stream: TextIO | None, environ: Mapping[str, str] = os.environ) -> bool:
    """Whether a stream is to get terminal colours: NO_COLOR, then FORCE_COLOR, then what it is."""
    if environ.get("NO_COLOR"):
        return False
    if environ.get("FORCE_COLOR"):
        return True
    return is_terminal(stream, environ)


def is_terminal(stream: TextIO | None, environ: Mapping[str, str] = os.environ) -> bool:
    """Whether a stream is a terminal that can move its cursor; one that was closed (None) is not."""
    return stream is not None and stream.isatty() and environ.get("TERM", "") not in ("dumb", "unknown")


def columns(stream: TextIO | None) -> int:
    """The width of a terminal; a fixed one for anything else, so that logs are alike everywhere."""
    width = 0
    if stream is not None and stream.isatty():
        with suppress(OSError, ValueError):  # no file behind the stream
            width = os.get_terminal_size(stream.fileno()).columns
    return max(width, NARROWEST) if width else Presentation.width
