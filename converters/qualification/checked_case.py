"""One case: what was expected, what was observed; and what was not run, and why."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CheckedCase:
    """One example, with its stored answer and what was observed.

    Attributes
    ----------
    subject : str
        What it is an example of: "TTE006", "Parquet (.parquet)", "landmark".
    case : str
        What the example is.
    expected, observed : tuple of str
        In lines, equal if the installation does what it is to do.
    """

    subject: str
    case: str
    expected: tuple[str, ...]
    observed: tuple[str, ...]

    @property
    def equal(self) -> bool:
        return self.expected == self.observed


@dataclass(frozen=True, slots=True)
class NotRun:
    """What was not run.

    Attributes
    ----------
    subject : str
    reason : str
        Such as the extra that is not installed.
    """

    subject: str
    reason: str


@dataclass(frozen=True, slots=True)
class CheckedPart:
    """The cases of a part: the rules, the formats, the shapes.

    Attributes
    ----------
    name : str
    cases : tuple of CheckedCase
    not_run : tuple of NotRun
    """

    name: str
    cases: tuple[CheckedCase, ...]
    not_run: tuple[NotRun, ...] = ()

    @classmethod
    def of(cls, name: str, found: Iterable[CheckedCase | NotRun]) -> CheckedPart:
        """A part of what its cases give, in their order."""
        given: Sequence[CheckedCase | NotRun] = list(found)
        return cls(
            name,
            tuple(each for each in given if isinstance(each, CheckedCase)),
            tuple(each for each in given if isinstance(each, NotRun)),
        )

    @property
    def different(self) -> tuple[CheckedCase, ...]:
        return tuple(each for each in self.cases if not each.equal)


_FOLDER = re.compile(r"\S*adamgate-qualify-\w+")
"""A folder of this run alone, which no record names."""


def failure(error: Exception) -> tuple[str]:
    """What is observed where something raised an error."""
    return (_FOLDER.sub("…", f"{type(error).__name__}: {error}"),)
