"""One record per subject: what may be asked of the table. Needs no pandas; `table` makes it."""

from __future__ import annotations

from dataclasses import dataclass

from .....schemas.evidence.time_unit import TimeUnit
from .....schemas.kinds import Choice, Words, name, text
from .....schemas.options import option

_UNIT = Choice(tuple(map(str, TimeUnit)))
_VARIABLES = Words('a list of names in quotes: ["AGE", "SEX"]')


@dataclass(frozen=True, slots=True)
class OneRecordOptions:
    """Of a table with one record per subject; `survival.survival` says what each means."""

    paramcd: str = option(text, "The parameter: OS.", flag="--param", metavar="PARAMCD")
    where: str | None = option(
        text, "Which records: \"ANL01FL == 'Y' and AGE >= 65\".", default=None, metavar="EXPR"
    )
    population: str | None = option(
        name, "Only records where this flag is Y: SAFFL.", default=None, metavar="FLAG"
    )
    unit: str | None = option(_UNIT, "Of the durations; by default that of AVAL.", default=None)
    aval_unit: str | None = option(_UNIT, "Of AVAL, where nothing in the data tells it.", default=None)
    covariates: tuple[str, ...] = option(
        _VARIABLES, "Further columns, from ADTTE or ADSL.", default=(), metavar="A,B"
    )
    arm: str | None = option(
        name, "The variable that holds the arm: TRT01P.", default=None, metavar="VARIABLE"
    )
