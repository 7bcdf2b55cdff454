"""What a check found of all derived datasets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ...schemas.glance import Glance, Glanced
from .check_document import checked_document
from .checked import CheckedDataset, in_short


@dataclass(frozen=True, eq=False, repr=False)
class DerivationCheck(Glanced):
    """What differs between derived datasets and delivered ones.

    Attributes
    ----------
    datasets : mapping of name to CheckedDataset
        By the name of the derived dataset.
    not_delivered : mapping of name to str
        Derived datasets that are not among the delivered ones, with the nearest names.
    values_shown, keys_shown : bool
        Whether examples have values (patient data), and whether they name subjects.

    Examples
    --------
    >>> study = ag.read("adam")
    >>> death = ag.DerivationSource(dataset="ADSL", date="DTHDT")
    >>> ends = {"OS": ag.DerivedEndpoint(
    ...     param="Overall Survival", origin="TRTSDT", events=("DEATH",), without_candidate="exclude"
    ... )}
    >>> what = ag.Specification({"ADTTE": ag.TimeToEvent()}, ends, {"DEATH": death})
    >>> found = ag.check_derived(study, what, ag.derive(study, what))
    >>> found.equal, found.datasets["ADTTE"].differing
    (True, 0)
    """

    datasets: Mapping[str, CheckedDataset]
    not_delivered: Mapping[str, str]
    values_shown: bool
    keys_shown: bool

    @property
    def equal(self) -> bool:
        """Whether every derived dataset was delivered, and nothing differs."""
        return not self.not_delivered and all(each.equal for each in self.datasets.values())

    @property
    def frame(self) -> pd.DataFrame:
        """Every cell that differs: dataset, keys, variable, record numbers, both values (patient data)."""
        frames = [
            each.differences.frame.rename(
                columns={
                    "record_a": "record_derived",
                    "record_b": "record_delivered",
                    "a": "derived",
                    "b": "delivered",
                }
            )
            for each in self.datasets.values()
        ]
        return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()

    def to_dict(self) -> dict[str, Any]:
        """The JSON document: the key ``check`` of ``derivation.schema.json``.

        Examples
        --------
        >>> study = ag.read("adam")
        >>> death = ag.DerivationSource(dataset="ADSL", date="DTHDT")
        >>> os = ag.DerivedEndpoint(
        ...     param="Overall Survival", origin="TRTSDT", events=("DEATH",), without_candidate="exclude"
        ... )
        >>> what = ag.Specification({"ADTTE": ag.TimeToEvent()}, {"OS": os}, {"DEATH": death})
        >>> ag.check_derived(study, what, ag.derive(study, what)).to_dict()["equal"]
        True
        """
        return {
            "equal": self.equal,
            "values_shown": self.values_shown,
            "not_delivered": list(self.not_delivered),
            "datasets": [checked_document(each, self.values_shown) for each in self.datasets.values()],
        }

    def _glance(self) -> Glance:
        rows = [(name, in_short(each)) for name, each in self.datasets.items()]
        rows += [(name, "not present") for name in self.not_delivered]
        return Glance((f"DerivationCheck: {'equal' if self.equal else 'different'}",), rows, len(rows))
