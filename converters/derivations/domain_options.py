"""What is declared of a dataset that is derived from the records of an SDTM domain."""

from __future__ import annotations

from dataclasses import dataclass

from ...schemas.kinds import NAMES, Choice, name, text
from ...schemas.options import option
from .dataset_options import DerivedDataset


@dataclass(frozen=True, slots=True, kw_only=True)
class DerivedFromDomain(DerivedDataset):
    """A dataset that has a record for each record of its source.

    Attributes
    ----------
    supplement : str
        Its supplemental qualifiers; empty for SUPPAE of AE, if present.
    supplement_variables : tuple of str
        QNAMs that become variables; empty for all.
    supplement_orphans : str
        Supplemental qualifiers without a record they are of: "error" or "exclude".
    where : str
        Condition over the source, with its qualifiers; empty for all records.

    Other attributes are those of `DerivedDataset`.
    """

    supplement: str = option(
        name, "Its supplemental qualifiers.", default="", otherwise="SUPPAE of AE, if present"
    )
    supplement_variables: tuple[str, ...] = option(
        NAMES, "QNAMs that become variables.", default=(), otherwise="all"
    )
    supplement_orphans: str = option(
        Choice(("error", "exclude")),
        "Supplemental qualifiers without a record they are of: an error, or excluded.",
        default="error",
    )
    where: str = option(text, "Condition over the source.", default="", otherwise="all records")
