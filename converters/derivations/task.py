"""What every derivation is given."""

from __future__ import annotations

from dataclasses import dataclass

from ...schemas.study.dataset import Dataset
from ...schemas.study.study import Study
from .account import Account
from .specification import Specification


@dataclass(frozen=True, eq=False)
class DerivationTask:
    """One dataset to derive.

    Attributes
    ----------
    name : str
        Of the derived dataset.
    study : Study
        The sources, with the datasets derived before.
    adsl : Dataset
        One record per subject.
    specification : Specification
    account : Account
        Takes effects and problems.
    """

    name: str
    study: Study
    adsl: Dataset
    specification: Specification
    account: Account
