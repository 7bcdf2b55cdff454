"""Several parameters beside each other, one record per subject: what may be asked. Needs no pandas."""

from __future__ import annotations

from dataclasses import dataclass

from .....schemas.kinds import ListOf, text
from .....schemas.options import option
from ..options import TableOptions


@dataclass(frozen=True)
class SeveralParameters:
    """The time-to-event parameters of a table that has several."""

    param: tuple[str, ...] = option(
        ListOf(text, of="parameter codes"), "Parameter code, such as OS; for wide several.", metavar="PARAMCD"
    )


@dataclass(frozen=True)
class WideOptions(TableOptions, SeveralParameters):
    """Of a table with one record per subject in ADSL and columns for each parameter."""
