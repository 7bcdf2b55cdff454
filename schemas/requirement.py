"""What a standard asks of one variable of a structure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from .dataset import VariableType
from .rule import Standards

Core = Literal["Req", "Cond", "Perm"]

_INDEX = {
    "xx": "(0[1-9]|[1-9][0-9])",
    "zz": "(0[1-9]|[1-9][0-9])",
    "y": "[1-9]",
    "w": "[1-9]",
    "--": "[A-Z]{2}",
}


@dataclass(frozen=True)
class Requirement:
    """One variable of a structure.

    Attributes
    ----------
    variable : str
        Its name; lower-case letters are index placeholders (TRTxxP, AGEGRy, ANLzzFL) and ``--`` the
        two letters of a domain.
    label : str
    type : {"Char", "Num"}
    core : {"Req", "Cond", "Perm"}
    codelist : str
        Terms as "Y,N", or the name of a codelist in parentheses, "(DATEFL)"; empty when there is none.
    condition : str
        When a conditional variable is required.
    needs : tuple of str
        Variables that must be there with it; "A|B" is either.
    versions : tuple of str
        Versions of the standard that have it, "ADaMIG 1.1".
    """

    variable: str
    label: str
    type: VariableType
    core: Core = "Perm"
    codelist: str = ""
    condition: str = ""
    needs: tuple[str, ...] = ()
    versions: tuple[str, ...] = ()

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Matches the variable names this stands for."""
        parts = re.split("(xx|zz|--|(?<=[A-Z])y|(?<=[A-Z0-9])w)", self.variable)
        return re.compile("".join(_INDEX.get(part, re.escape(part)) for part in parts) + "$")

    def belongs_to(self, standards: Standards) -> bool:
        """Whether these versions of the standards have the variable."""
        return not self.versions or bool(standards.names.intersection(self.versions))
