"""One command line from its arguments to its exit code, whatever happens."""

from __future__ import annotations

import atexit
import os
import re
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NoReturn

import click

from ...schemas.errors import AdamgateError, Terminated, UnwritableOutput
from ...schemas.wording import plain
from ..configuration.settings import DEBUG_VARIABLE
from ..configuration.values import mark
from ..reports.files import reason_of, withdraw
from ..values.work_folder import remove_work
from .error_pages import INTERNAL, pointer, section_of
from .exit_codes import FAULT, INTERRUPTED, PASSED, PIPE_CLOSED, USAGE
from .streams import tell

JUDGING = frozenset({"validate", "report"})
"""The commands whose report is in a file."""

_ENDING = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
"""Windows has no SIGHUP."""
_AGAIN = 0.05
"""Seconds after which a signal is sent again whose exception Python has ignored."""


_ALONE = {
    "OPENBLAS_NUM_THREADS": "1",
    "NUMEXPR_NUM_THREADS": "1",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
}
"""Libraries that start threads when they are loaded. Nothing here uses them, and a thread that has no memory
keeps the process from ending."""


_ONLY_HELP: tuple[type[click.UsageError], ...] = (
    (click.exceptions.NoArgsIsHelpError,) if hasattr(click.exceptions, "NoArgsIsHelpError") else ()
)
"""What click raises where no argument was given, from 8.2 on; earlier ones print the help and leave."""


def prepare() -> None:
    """Set up the streams and the signals of this process, and what libraries do when they are loaded."""
    for name, alone in _ALONE.items():
        os.environ.setdefault(name, alone)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # what the terminal's encoding lacks is shown as an escape
            stream.reconfigure(errors="backslashreplace")
    for number in _ENDING:
        if signal.getsignal(number) is not signal.SIG_IGN:  # as nohup has it
            signal.signal(number, _leave)
    sys.unraisablehook = _unraisable


def _unraisable(ignored: sys.UnraisableHookArgs) -> None:
    """What Python does not raise, as in a finalizer; a signal that came just there comes again."""
    if isinstance(ignored.exc_value, KeyboardInterrupt):
        _send_again(signal.SIGINT)
    elif isinstance(ignored.exc_value, Terminated) and Terminated.code is not None:
        _send_again(Terminated.code - 128)
    else:
        sys.__unraisablehook__(ignored)


def _send_again(number: int) -> None:
    """Send this process a signal, when the finalizer that is running has ended."""
    if hasattr(signal, "pthread_kill"):  # wakes the main thread, too, in whatever it waits for
        again = threading.Timer(_AGAIN, signal.pthread_kill, (threading.main_thread().ident, number))
    else:
        again = threading.Timer(_AGAIN, signal.raise_signal, (number,))
    again.daemon = True
    again.start()


def _leave(number: int, _: object) -> NoReturn:
    Terminated.code = 128 + number
    raise Terminated(Terminated.code)


def end_with(work: Callable[[], int]) -> NoReturn:
    """Do the work and end the process with its exit code.

    Python tidies up, C libraries are not asked to: OpenBLAS, which had no memory for its threads, waits there
    for ever.
    """
    code = FAULT
    try:
        code = work()
    except BaseException as fault:  # Python itself fails where memory is short, in any line
        _own_fault(fault, debug=False)
    finally:
        try:
            _tidy_up()
        finally:
            os._exit(code)


def _tidy_up() -> None:
    with suppress(Exception):
        atexit._run_exitfuncs()
    remove_work()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):  # full or closed; what matters was flushed
            stream.flush()


def run(command: click.Command, arguments: Sequence[str]) -> int:
    """Run a command line and return its exit code; what went wrong is told on stderr.

    However `validate` or `report` ends without a verdict, no earlier report goes on saying "passed".
    """
    outputs, others = _outputs_among(arguments)
    earlier = {each: _identity(each) for each in outputs}
    code, problem = _ended(command, arguments)
    if problem is None or _is_another(command, arguments):
        return code
    for output, identity in earlier.items():
        claimed = _identity(output) != identity  # by this run, whose report says what came of it
        if identity is not None and not claimed:
            _withdraw(output, others, problem)
    return code


def _ended(command: click.Command, arguments: Sequence[str]) -> tuple[int, BaseException | None]:
    """The exit code, and what kept the command from doing what it was to do."""
    debug = "--debug" in arguments or mark(os.environ.get(DEBUG_VARIABLE, ""))
    try:
        # Not `command.main`: it takes an EOFError for Ctrl-D and a closed pipe for exit code 1.
        with command.make_context("adamgate", list(arguments)) as context:
            code = command.invoke(context)
    except AdamgateError as failure:
        _tell_traceback(debug)
        _tell_if_possible(f"error: {failure}{pointer(section_of(failure))}")
        return failure.exit_code, failure
    except click.exceptions.Exit as leave:  # --help, --version
        return leave.exit_code, None
    except click.ClickException as failure:
        _tell_usage(failure)
        return USAGE, failure
    except BrokenPipeError as failure:
        # Python would flush stdout once more on its way out, and complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PIPE_CLOSED, failure
    except KeyboardInterrupt as interrupt:
        _tell_if_possible("interrupted")
        return INTERRUPTED, interrupt
    except BaseException as fault:  # SystemExit, too: nothing ends a run with exit code 0 but its own end
        if isinstance(fault, OSError) and _is_of_click(fault):
            return _unwritten(fault)
        return Terminated.code if Terminated.code is not None else _own_fault(fault, debug), fault
    return int(code or PASSED), None


def _is_of_click(fault: BaseException) -> bool:
    """Whether click, which writes the help and the version itself, could not write."""
    frame, _ = list(traceback.walk_tb(fault.__traceback__))[-1]
    return str(frame.f_globals.get("__name__", "")).startswith("click.")


def _unwritten(fault: OSError) -> tuple[int, BaseException]:
    failure = UnwritableOutput(
        f"the output cannot be written: {fault.strerror}", "standard output", "free some disk space"
    )
    _tell_if_possible(f"error: {failure}")
    return failure.exit_code, failure


def _tell_if_possible(text: str) -> None:
    """Say what ends the run; where stderr is full, its exit code does."""
    with suppress(UnwritableOutput):
        tell(text)


def _own_fault(fault: BaseException, debug: bool) -> int:
    """Tell where it broke, but not the exception's text: it may quote patient data."""
    _tell_traceback(debug)
    frames = list(traceback.walk_tb(fault.__traceback__))
    own = [each for each in frames if each[0].f_globals.get("__name__", "").startswith("adamgate.")]
    frame, line = (own or frames)[-1]
    place = f"{frame.f_globals.get('__name__')}, line {line}, in {frame.f_code.co_name}"
    _tell_if_possible(
        f"error: internal error in adamgate: {type(fault).__name__}\n"
        f"  where: {place}\n"
        "  to do: run it again with --debug and report the output; it may contain patient data"
        f"{pointer(INTERNAL)}"
    )
    return FAULT


def _tell_usage(failure: click.ClickException) -> None:
    """As click would tell it, but for what a terminal might obey in arguments."""
    if isinstance(failure, _ONLY_HELP):
        _tell_if_possible(failure.format_message())
        return
    context = getattr(failure, "ctx", None)
    if context is not None:
        _tell_if_possible(context.get_usage())
        _tell_if_possible(f"Try '{context.command_path} {context.help_option_names[0]}' for help.\n")
    quotes_nothing = isinstance(failure, click.MissingParameter)  # and may list choices, a line each
    message = failure.format_message()
    _tell_if_possible(f"Error: {message.expandtabs(2) if quotes_nothing else plain(message)}")


def _withdraw(output: str, others: Sequence[str], problem: BaseException) -> None:
    if isinstance(problem, click.ClickException):
        reason = f"usage error: {problem.format_message()}"
    else:
        reason = reason_of(problem)
    try:
        with _undisturbed():
            withdraw(Path(output), others, reason)
    except UnwritableOutput as failure:
        if str(failure) != str(problem):  # which was told
            _tell_if_possible(f"error: {failure}")
    except Exception as fault:  # as where memory is short
        _tell_if_possible(
            f"error: the report of an earlier run could not be replaced: {type(fault).__name__}\n"
            f"  where: {plain(output)}\n"
            "  to do: delete it; its verdict is not from this run"
        )


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Ignore signals that would end the process: many a job sends the second right after the first."""
    numbers = [*_ENDING, signal.SIGINT] if threading.current_thread() is threading.main_thread() else []
    before = {number: signal.signal(number, signal.SIG_IGN) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler or signal.SIG_DFL)


def _is_another(command: click.Command, arguments: Sequence[str]) -> bool:
    """Whether these are arguments of another command than these; one that is misspelt is none."""
    name = next((each for each in arguments if not each.startswith("-")), "")
    known = command.list_commands(click.Context(command)) if isinstance(command, click.Group) else ()
    return name not in JUDGING and name in known


def _identity(output: str) -> tuple[int, int, int] | None:
    """What a file is until somebody writes it; None where there is none."""
    try:
        status = os.stat(output)
    except (OSError, ValueError):
        return None
    return status.st_dev, status.st_ino, status.st_mtime_ns


_OUTPUT_OPTION = re.compile(r"(?:--output(?:=|$)|-[qv]*o)(.*)", re.DOTALL)


def _outputs_among(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """What each -o names, and all else that may name a file, in arguments that are wrong somewhere."""
    outputs = []
    others = []
    left = iter(arguments)
    for argument in left:
        if argument == "--":
            break
        if option := _OUTPUT_OPTION.fullmatch(argument):
            outputs.append(option[1] or next(left, ""))
        else:
            others += [argument, argument.partition("=")[2]]
    return outputs, [*others, *left]


def _tell_traceback(debug: bool) -> None:
    if debug:
        _tell_if_possible(traceback.format_exc().rstrip())
