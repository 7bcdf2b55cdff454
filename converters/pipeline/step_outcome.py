"""What came of a step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

DONE, REFUSED = 0, 1
"""Exit codes of a step that ended by itself."""


@dataclass(frozen=True, slots=True)
class StepOutcome:
    """What came of a step.

    Attributes
    ----------
    summary : str
        In one line: "ADTTE: 189 records".
    written : tuple of Path
    read : tuple of Path
        Files that were read, where what is declared does not say it alone.
    exit_code : int
        0, or 1: refused, different.
    policies : tuple of mapping
        What each policy of a derivation did, without subjects.
    findings : mapping of severity to int
        Findings of a gate.
    details : str
        Why it was refused, or what differs; lines for people.
    notes : tuple of str
        What is to be known of what was read and written.
    """

    summary: str
    written: tuple[Path, ...] = ()
    exit_code: int = DONE
    policies: tuple[Mapping[str, Any], ...] = ()
    findings: Mapping[str, int] = field(default_factory=dict)
    details: str = ""
    notes: tuple[str, ...] = ()
    read: tuple[Path, ...] = ()
