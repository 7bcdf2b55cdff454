"""What mapping has to say: effects of declarations, and problems with file and line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from ...schemas.study.columns import Mask
from ...schemas.wording import counted
from ..derivations.account import Account
from ..derivations.record import PolicyEffect, ValueEffect
from .raw_records import RawRecords


@dataclass(slots=True)
class RawAccount(Account):
    """The account of one dataset that is made of raw files, whose records have a file and a line."""

    looked_up: dict[str, Mask] = field(default_factory=dict)

    def looks_up(self, dataset: str, used: Mask) -> None:
        """Note which records of another dataset have values that these have."""
        self.looked_up[dataset] = self.looked_up.get(dataset, np.zeros(len(used), dtype=np.bool_)) | used

    def refuse(
        self, what: str, where: str, advice: str, records: RawRecords, concerned: Mask, *, shown: str = ""
    ) -> None:
        """Note why records are refused, with their number and the first of them."""
        number = int(concerned.sum())
        values = f": {shown}" if shown else ""
        found = f"{what} in {counted(number, 'record')}{values}; first: {records.place(concerned)}"
        self.problem(found, where, advice)

    def note(
        self,
        policy: str,
        value: str,
        effect: str,
        count: int,
        unit: str = "record",
        *,
        values: Sequence[ValueEffect] = (),
    ) -> None:
        """Note what a declaration did, also where that is nothing, and what it did to each value."""
        found = PolicyEffect(self.dataset, "", policy, value, effect, count, (), unit, tuple(values))
        self.effects.append(found)
