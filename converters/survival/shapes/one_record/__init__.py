"""One record per subject: what may be asked of the table. Needs no pandas; `table` makes it."""

from __future__ import annotations

from dataclasses import dataclass

from .....schemas.evidence.time_unit import TimeUnit
from .....schemas.kinds import Choice, Words, name, switch, text
from .....schemas.options import option

_UNIT = Choice(tuple(map(str, TimeUnit)))
_ARMS = Words('a list of arms in quotes: ["Placebo", "Low Dose"]', separators=";,")
_VARIABLES = Words('a list of names in quotes: ["AGE", "SEX"]')


@dataclass(frozen=True, slots=True)
class OneRecordOptions:
    """Of a table with one record per subject; `survival.survival` says what each means."""

    paramcd: str = option(text, "Parameter code, such as OS.", flag="--param", metavar="PARAMCD")
    where: str | None = option(
        text,
        "Condition that selects records: \"ANL01FL == 'Y' and AGE >= 65\".",
        default=None,
        metavar="EXPR",
    )
    population: str | None = option(
        name, "Keep only records where this flag is Y, such as SAFFL.", default=None, metavar="FLAG"
    )
    unit: str | None = option(_UNIT, "Unit of the duration.", default=None, otherwise="unit of AVAL")
    aval_unit: str | None = option(_UNIT, "Unit of AVAL, if the data do not state it.", default=None)
    covariates: tuple[str, ...] = option(
        _VARIABLES, "Additional variables, from ADTTE or ADSL.", default=(), metavar="A,B"
    )
    arm: str | None = option(
        name, "Treatment arm variable, such as TRT01P.", default=None, metavar="VARIABLE"
    )
    reference: str | None = option(
        text,
        "Reference arm.",
        default=None,
        otherwise="the lowest number in TRT01PN or the like",
        metavar="ARM",
    )
    arm_order: tuple[str, ...] = option(
        _ARMS,
        "Order of the arms, the reference first, separated by semicolons or commas.",
        default=(),
        metavar="A;B",
    )
    allow_no_events: bool = option(switch, "Write a table without any event.", default=False)
