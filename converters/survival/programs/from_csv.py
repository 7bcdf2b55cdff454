"""How SAS and Stata read CSV, which no program of theirs is for: SAS gets XPT and Stata a .dta."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import pandas as pd

from ....schemas.errors import ConfigurationError
from .model import Model
from .sas import reading_csv as in_sas
from .stata import reading_csv as in_stata


def reading(file: str, frame: pd.DataFrame, model: Model) -> str:
    """The statements of both, each after its tool; without a tool that cannot spell the file's name."""
    return "\n".join(_statements(file, frame, model))


def _statements(file: str, frame: pd.DataFrame, model: Model) -> Iterator[str]:
    for tool, statement in (("SAS", in_sas), ("Stata", in_stata)):
        with suppress(ConfigurationError):
            yield f"{tool}: {statement(file, frame, model)}"
