"""What every kind of step declares: what it reads, what it writes, which parts of the file decide it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from ...schemas.kinds import ListOf, one_kind
from ..page.run_shown import RunShown
from ..reports.marks import ReportDocument
from ..values.address import is_address
from .project import PipelineProject
from .step_outcome import StepOutcome

Document = Mapping[str, Any]
"""A settings file as `tomllib` gives it."""

_PATH = {"type": "string", "pattern": r"^[^\u0000]*\S[^\u0000]*$"}
_NAME = re.compile(r"\w[\w.-]{0,63}", re.ASCII)


@one_kind("path", _PATH)
def step_path(value: Any) -> Path:
    """A file or folder, relative to the folder of the settings file."""
    if not isinstance(value, str) or not value.strip() or "\0" in value:
        raise ValueError('a path in quotes, such as "adam/adtte.xpt"')
    if is_address(value):
        raise ValueError("a file or folder of this machine, not an address")
    try:
        os.fsencode(value)
    except UnicodeEncodeError:
        raise ValueError("a path that can be written in this locale, or set LC_ALL=C.UTF-8") from None
    return Path(value)


@one_kind("name", {"type": "string", "pattern": r"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$"})
def step_name(value: Any) -> str:
    """The name of a step."""
    if not isinstance(value, str) or _NAME.fullmatch(value) is None:
        raise ValueError("a name of letters, digits, underscores, dots and hyphens, such as adam")
    return value


STEP_PATHS = ListOf(step_path, expected='a list of paths in quotes, no addresses: ["adam"]', of="paths")


@dataclass(frozen=True, kw_only=True)
class StepOptions:
    """The options of a step of one kind, and what it does.

    Attributes
    ----------
    judges : bool
        It is a gate: what it refuses, others do not read.
    ungated : bool
        It runs on data that a gate refused, too: it shows what is wrong with them.
    compares : bool
        Exit code 1 means that something differs, not that something was refused.
    cites : bool
        Its outputs name the record of the steps before it, so that it runs again when that changes.
    unused : frozenset of str
        Tables of the file that have no effect on it, beside ``[step.NAME]``. A table that is not named here
        decides: one that is added later is not forgotten.
    """

    judges: ClassVar[bool] = False
    ungated: ClassVar[bool] = False
    compares: ClassVar[bool] = False
    cites: ClassVar[bool] = False
    unused: ClassVar[frozenset[str]] = frozenset()

    def inputs(self) -> tuple[Path, ...]:
        """Files and folders that it reads."""
        raise NotImplementedError

    def outputs(self, document: Document) -> tuple[Path, ...]:
        """Files that it may write; a folder where their names are not known before."""
        raise NotImplementedError

    def reads_below(self, _: Document) -> bool:
        """Whether it may read files in subfolders of folders, whatever the settings say."""
        return False

    def narrowed(self, document: Document) -> Document:
        """The tables that decide it, as far as they do."""
        return document

    def check(self, project: PipelineProject) -> None:
        """Refuse what cannot be carried out, whatever the data.

        Raises
        ------
        ConfigurationError
        """

    def run(self, project: PipelineProject) -> StepOutcome:
        """Do it, and say what came of it.

        Raises
        ------
        AdamgateError
        """
        raise NotImplementedError

    def unjudged(self, reason: str, run: RunShown) -> Mapping[Path, ReportDocument]:  # noqa: ARG002
        """Its reports where it has not run: without a verdict, so that none keeps that of an earlier run.

        Parameters
        ----------
        reason : str
            "step sdtm was refused".
        run : RunShown
            The steps before it, with what each says of its problem.
        """
        return {}

    def deciding(self, document: Document) -> Iterator[tuple[str, Any]]:
        """The tables of the file that decide it, each with its heading: "[source.DEATH]"."""
        for name, content in self.narrowed(document).items():
            if name in self.unused or name == "step":
                continue
            if isinstance(content, Mapping) and all(isinstance(each, Mapping) for each in content.values()):
                yield from ((f"[{name}.{key}]", each) for key, each in content.items())
            elif isinstance(content, list):
                yield from ((f"{name} {number}", each) for number, each in enumerate(content, 1))
            else:
                yield f"[{name}]", content


JUDGING_TABLES = frozenset({"rules", "rule", "waiver"})
DERIVING_TABLES = frozenset(
    {
        *("derive", "stop", "query", "flag", "vary", "subject", "raw", "codes"),
        *("response", "response_terms", "response_flag"),
        *("measurement", "visit", "record", "variable", "grade"),
    }
)
"""Tables that only derivations use: gates judge by what is declared of the study."""
FIGURE_TABLES = frozenset({"swimmer", "safety", "responders"})
"""Tables that only pages use."""
