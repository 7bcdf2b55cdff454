"""What mapping has to say: effects of declarations, and problems with file and line."""

from __future__ import annotations

from ...schemas.study.columns import Mask
from ...schemas.wording import counted
from ..derivations.account import Account
from ..derivations.record import PolicyEffect
from .raw_records import RawRecords


class RawAccount(Account):
    """The account of one ``[raw.NAME]``, whose records have a file and a line."""

    def refuse(
        self, what: str, where: str, advice: str, records: RawRecords, concerned: Mask, *, shown: str = ""
    ) -> None:
        """Note why records are refused, with their number and the first of them."""
        number = int(concerned.sum())
        values = f": {shown}" if shown else ""
        found = f"{what} in {counted(number, 'record')}{values}; first: {records.place(concerned)}"
        self.problem(found, where, advice)

    def note(self, policy: str, value: str, effect: str, count: int, unit: str = "record") -> None:
        """Note what a declaration did, also where that is nothing."""
        self.effects.append(PolicyEffect(self.dataset, "", policy, value, effect, count, (), unit))
