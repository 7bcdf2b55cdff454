"""What is declared of every derived dataset."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self

from ...schemas.kinds import NAMES, Choice, TableOf, name, text
from ...schemas.options import option


@dataclass(frozen=True, slots=True, kw_only=True)
class DerivedDataset:
    """A derived dataset: ``[derive.NAME]`` of a file.

    Attributes
    ----------
    label : str
        Of the dataset.
    carry : tuple of str
        Variables of ADSL that each record has.
    carry_as : mapping of variable to variable
        Those that have another name in the dataset: ``{"TRTP": "TRT01P"}``.
    variables : tuple of str
        Variables of the dataset, in order; empty for all that are derived.
    sort : tuple of str
        Variables that the records are sorted by, missing values last; empty for those of the structure.
    labels, formats : mapping of variable to text
        Where they differ from those of the standard or of the source.
    unknown_subjects : str
        Records of subjects who are not in ADSL: "error" or "exclude".
    """

    label: str = option(text, "Label of the dataset.", default="", otherwise="that of the structure")
    carry: tuple[str, ...] = option(NAMES, "Variables of ADSL that each record has.", default=())
    carry_as: Mapping[str, str] = option(
        TableOf(name, '{ TRTP = "TRT01P" }', capitals=True),
        'Variables of ADSL under another name, such as { TRTP = "TRT01P" }.',
        default=dict,
    )
    variables: tuple[str, ...] = option(
        NAMES, "Variables of the dataset, in order.", default=(), otherwise="all that are derived"
    )
    sort: tuple[str, ...] = option(
        NAMES,
        "Variables that the records are sorted by, missing values last.",
        default=(),
        otherwise="the keys of the structure",
    )
    labels: Mapping[str, str] = option(
        TableOf(text, '{ AVAL = "Analysis Value" }', capitals=True),
        "Labels of variables, where not those of the standard or the source.",
        default=dict,
    )
    formats: Mapping[str, str] = option(
        TableOf(text, '{ ADT = "DATE9." }', capitals=True),
        "SAS formats of variables, where not those of the source.",
        default=dict,
    )
    unknown_subjects: str = option(
        Choice(("error", "exclude")),
        "Records of subjects who are not in ADSL: an error, or excluded.",
        default="error",
    )

    @property
    def subjects_from(self) -> str:
        """The dataset with one record per subject, of which variables are carried.

        Examples
        --------
        >>> ag.TimeToEvent().subjects_from
        'ADSL'
        """
        return "ADSL"

    def with_trace(self) -> Self:
        """The same with all variables that are derived, those of the source record among them.

        Examples
        --------
        >>> ag.TimeToEvent(variables=("USUBJID", "AVAL")).with_trace().variables
        ()
        """
        return replace(self, variables=())
