"""Code of a user's own: what it does to the process ends with it, what it yields is taken in plain values.

A rule may raise anything, move to another folder, or yield objects whose methods are code again. Nothing of
that decides whether or where there is a verdict.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout, suppress
from pathlib import Path

import numpy as np

from ..errors import AdamgateError, Terminated
from ..rules.rule import Fault, Inference, NotApplicable, Yield, require_sound
from ..study.columns import Mask, WrongType
from ..wording import plain_text


@contextmanager
def own_code() -> Iterator[None]:
    """Run such code: it prints to stderr and ends in the folder where it began; no signal gets lost in it."""
    folder = _folder()
    try:
        with redirect_stdout(sys.stderr):  # stdout may carry the report
            yield
    finally:
        if folder is not None and _folder() != folder:
            with suppress(OSError):  # removed meanwhile
                os.chdir(folder)
    if Terminated.code is not None:
        raise Terminated(Terminated.code)


def _folder() -> str | None:
    try:
        return os.getcwd()
    except OSError:
        return None


def ends_the_run(crash: BaseException) -> bool:
    """Whether Ctrl-C or a signal ended the run; whatever else a rule raises is a fault of the rule."""
    return isinstance(crash, KeyboardInterrupt) or Terminated.code is not None


def words_of(crash: BaseException) -> str:
    """Kind and text of an exception; of one of ours its text."""
    return _said(crash, _words)


def place_of(crash: BaseException) -> str:
    """Kind of an exception and where it was raised, without its text, which may quote values."""
    return _said(crash, _place)


def _said(crash: BaseException, saying: Callable[[BaseException], str]) -> str:
    """What is said of an exception, which is code of whoever wrote its class."""
    try:
        return plain_text(saying(crash))
    except BaseException as second:
        if ends_the_run(second):
            raise
        return "an exception that cannot be shown"


def _place(crash: BaseException) -> str:
    frame, line = list(traceback.walk_tb(crash.__traceback__))[-1]
    return f"{type(crash).__name__} in {Path(frame.f_code.co_filename).name}, line {line}"


def _words(crash: BaseException) -> str:
    if isinstance(crash, AdamgateError):
        return "; ".join(filter(None, (crash.what, crash.advice)))
    return str(crash) if isinstance(crash, WrongType) else f"{type(crash).__name__}: {crash}"


def plain_yield(yielded: Yield, records: int) -> Yield:
    """What was yielded as an object of ours, whatever the rule does with its own next.

    Raises
    ------
    UnsoundRule
        When it is not what a rule may yield once its values are plain.
    """
    plain: Yield
    match yielded:
        case Fault():
            variables = tuple(map(plain_text, yielded.variables))
            message, values, parameter, cause = map(
                plain_text, (yielded.message, yielded.values, yielded.parameter, yielded.cause)
            )
            mask, line = _copied(yielded.mask), int.__int__(yielded.line)
            plain = Fault(mask, variables, message, yielded.severity, values, parameter, cause, line)
        case Inference():
            parts = (yielded.subject, yielded.statement, yielded.parameter, yielded.values)
            plain = Inference(*map(plain_text, parts))
        case _:
            plain = NotApplicable(plain_text(yielded.reason))
    require_sound(plain, records)
    return plain


def _copied(mask: Mask | None) -> Mask | None:
    return None if mask is None else np.array(mask)
