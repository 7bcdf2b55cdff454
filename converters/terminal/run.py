"""One command line from its arguments to its exit code, whatever happens."""

from __future__ import annotations

import os
import re
import signal
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import click

from ...schemas.errors import AdamgateError, Terminated, UnwritableOutput
from ...schemas.wording import plain
from ..reports.files import withdraw
from .exit_codes import EXIT_CODES, FAULT, INTERRUPTED, PASSED, PIPE_CLOSED, USAGE
from .streams import tell

VALIDATE = "validate"
"""The command whose report stands in a file."""


def prepare() -> None:
    """Set up the streams and the signals of this process."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # what the terminal's encoding lacks is shown as an escape
            stream.reconfigure(errors="backslashreplace")
    for name in ("SIGTERM", "SIGHUP"):  # Windows has no SIGHUP
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:  # as nohup has it
            signal.signal(number, _leave)


def _leave(number: int, _: object) -> NoReturn:
    Terminated.code = 128 + number
    raise Terminated(Terminated.code)


def run(command: click.Command, arguments: Sequence[str]) -> int:
    """Run a command line and return its exit code; what went wrong is told on stderr."""
    debug = "--debug" in arguments or bool(os.environ.get("ADAMGATE_DEBUG"))
    try:
        # Not `command.main`: it takes an EOFError for Ctrl-D and a closed pipe for exit code 1.
        with command.make_context("adamgate", list(arguments)) as context:
            code = command.invoke(context)
    except AdamgateError as failure:
        _tell_traceback(debug)
        tell(f"error: {failure}")
        return next(code for kind, code in EXIT_CODES if isinstance(failure, kind))
    except click.exceptions.Exit as leave:  # --help, --version
        return leave.exit_code
    except click.ClickException as failure:
        _tell_usage(failure)
        _withdraw(arguments, failure)
        return USAGE
    except BrokenPipeError:
        # Python would flush stdout once more on its way out, and complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PIPE_CLOSED
    except KeyboardInterrupt:
        tell("interrupted")
        return INTERRUPTED
    except BaseException as fault:  # SystemExit, too: nothing ends a run with exit code 0 but its own end
        return Terminated.code if Terminated.code is not None else _own_fault(fault, debug)
    return int(code or PASSED)


def _own_fault(fault: BaseException, debug: bool) -> int:
    """Tell where it broke, but not the exception's text: it may quote patient data."""
    _tell_traceback(debug)
    frames = list(traceback.walk_tb(fault.__traceback__))
    own = [each for each in frames if each[0].f_globals.get("__name__", "").startswith("adamgate.")]
    frame, line = (own or frames)[-1]
    place = f"{frame.f_globals.get('__name__')}, line {line}, in {frame.f_code.co_name}"
    tell(
        f"error: this is a fault in adamgate: {type(fault).__name__}\n"
        f"  where: {place}\n"
        "  to do: run it again with --debug and report what it prints; it may hold patient data"
    )
    return FAULT


def _tell_usage(failure: click.ClickException) -> None:
    """As click would tell it, but for what a terminal might obey in arguments."""
    context = getattr(failure, "ctx", None)
    if context is not None:
        tell(context.get_usage())
        tell(f"Try '{context.command_path} {context.help_option_names[0]}' for help.\n")
    quotes_nothing = isinstance(failure, click.MissingParameter)  # and may list choices, a line each
    message = failure.format_message()
    tell(f"Error: {message if quotes_nothing else plain(message)}")


def _withdraw(arguments: Sequence[str], failure: click.ClickException) -> None:
    """Wrong usage keeps `validate` from starting: what -o names must not go on saying "passed"."""
    context = getattr(failure, "ctx", None)
    output, others = _output_among(arguments)
    within_another = context is not None and context.parent is not None and context.command.name != VALIDATE
    if output is None or within_another:
        return
    try:
        withdraw(Path(output), others, f"wrong usage: {failure.format_message()}")
    except UnwritableOutput as problem:
        tell(f"error: {problem}")


_OUTPUT_OPTION = re.compile(r"(?:--output(?:=|$)|-[qv]*o)(.*)", re.DOTALL)


def _output_among(arguments: Sequence[str]) -> tuple[str | None, list[str]]:
    """What -o names, and all else that may name a file, in arguments that are wrong somewhere."""
    output = None
    others = []
    left = iter(arguments)
    for argument in left:
        if argument == "--":
            break
        if option := _OUTPUT_OPTION.fullmatch(argument):
            output = option[1] or next(left, None)
        else:
            others += [argument, argument.partition("=")[2]]
    return output, [*others, *left]


def _tell_traceback(debug: bool) -> None:
    if debug:
        tell(traceback.format_exc().rstrip())
