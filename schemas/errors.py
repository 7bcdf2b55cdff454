"""What can go wrong, told in three lines: what is wrong, where, and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from .wording import plain


class AdamgateError(Exception):
    """An error that the user can correct.

    Parameters
    ----------
    what : str
        What is wrong, in one line.
    where : str
        File, dataset, variable, record or subject affected.
    advice : str
        What to do.
    details : sequence of str
        Lines below `what`, if several things need correction.

    Attributes
    ----------
    exit_code : int
        With which a command ends: 1 refused, 2 configuration, 3 input, 4 output.

    Examples
    --------
    >>> print(ag.AdamgateError("AVAL is text", "adtte.csv, ADTTE.AVAL", "write numbers"))
    AVAL is text
      where: adtte.csv, ADTTE.AVAL
      to do: write numbers
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, what: str, where: str = "", advice: str = "", *, details: Sequence[str] = ()) -> None:
        super().__init__(what, where, advice)
        self.details = tuple(details)
        self.what = what
        self.where = where
        self.advice = advice

    def __str__(self) -> str:
        lines = [plain(self.what), *(f"  {plain(each)}" for each in self.details)]
        if self.where:
            lines.append(f"  where: {plain(self.where)}")
        if self.advice:
            lines.append(f"  to do: {plain(self.advice)}")
        return "\n".join(lines)


class Terminated(BaseException):
    """The run was told to end by a signal; nothing takes it for an error of a rule.

    Attributes
    ----------
    code : int or None
        Exit code that the signal asks for; None as long as none came. Whoever raises this without a signal
        ends nothing.
    """

    code: ClassVar[int | None] = None


class UnreadableInput(AdamgateError):
    """An input cannot be read, or not without loss. Exit code 3.

    Examples
    --------
    >>> try:
    ...     ag.read("gone.xpt")
    ... except ag.UnreadableInput as problem:
    ...     print(problem.where.split(":")[0])
    gone.xpt
    """

    exit_code = 3


class UnreadableInputs(UnreadableInput):
    """Several inputs cannot be read; all of them are reported at once. Exit code 3.

    Examples
    --------
    >>> try:
    ...     ag.read(["gone.xpt", "lost.xpt"])
    ... except ag.UnreadableInputs as problem:
    ...     print(len(problem.problems))
    2
    """

    def __init__(self, problems: Sequence[UnreadableInput]) -> None:
        self.problems = tuple(problems)
        super().__init__(f"{len(self.problems)} inputs cannot be read")

    def __reduce__(self) -> tuple[type[UnreadableInputs], tuple[tuple[UnreadableInput, ...]]]:
        return type(self), (self.problems,)

    def __str__(self) -> str:
        return "\n".join([f"{self.what}:", *(str(problem) for problem in self.problems)])


class UnwritableOutput(AdamgateError):
    """An output cannot be written, or not without loss. Exit code 4.

    Examples
    --------
    >>> try:
    ...     ag.convert("adam/adsl.csv", "adam/adtte.csv", overwrite=True)
    ... except ag.UnwritableOutput as problem:
    ...     print(problem.where)
    adam/adtte.csv
    """

    exit_code = 4


class ConfigurationError(AdamgateError):
    """An option, a configuration file or an expression is not valid. Exit code 2.

    Examples
    --------
    >>> try:
    ...     ag.Standards(adamig="9.9")
    ... except ag.ConfigurationError as problem:
    ...     print(problem.advice)
    known versions: 1.0, 1.1, 1.2, 1.3
    """

    exit_code = 2


class Refused(AdamgateError):
    """The data were read, but are not fit for what was requested. Exit code 1.

    Examples
    --------
    >>> try:
    ...     ag.survival(ag.read("broken"), "OS", gate=False)
    ... except ag.Refused as refusal:
    ...     print("S1-03" in refusal.where)
    True
    """

    exit_code = 1
