"""What may be asked of every analysis table, whichever its shape. Needs no pandas."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ....schemas.evidence.time_unit import TimeUnit
from ....schemas.kinds import Choice, Words, name, switch, text
from ....schemas.options import option

_UNIT = Choice(tuple(map(str, TimeUnit)))
ARMS = Words('a list of arms in quotes: ["Placebo", "Low Dose"]', separators=";,", takes_blank=False)
VARIABLES = Words('a list of names in quotes: ["AGE", "SEX"]', takes_blank=False)


@dataclass(frozen=True)
class OneParameter:
    """The time-to-event parameter of a table that has one."""

    param: str = option(text, "Parameter code, such as OS.", metavar="PARAMCD")


@dataclass(frozen=True, kw_only=True)
class TableOptions:
    """Records, unit, arms and further columns; `survival.survival` says what each means."""

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
        VARIABLES, "Additional variables, from ADTTE or ADSL.", default=(), metavar="A,B"
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
        ARMS,
        "Order of the arms, the reference first, separated by semicolons or commas.",
        default=(),
        metavar="A;B",
    )
    strata: tuple[str, ...] = option(
        VARIABLES, "Stratification variables, from ADTTE or ADSL.", default=(), metavar="A,B"
    )
    allow_no_events: bool = option(switch, "Write a table without any event.", default=False)

    @property
    def further(self) -> tuple[str, ...]:
        """Variables of the data that the table has beside its own: arm, strata, covariates."""
        arm = () if self.arm is None else (self.arm,)
        return tuple(dict.fromkeys((*arm, *self.strata, *self.covariates)))

    @property
    def parameters(self) -> tuple[str, ...]:
        """The parameters that the table is made of, each once."""
        given: Any = getattr(self, "param", ())
        return tuple(dict.fromkeys(given)) if isinstance(given, tuple) else (given,)
