"""Metadata that a format has no place for: they are left out, and that is told."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from ..formats import Format
from ..formats.format import Output
from ..formats.holds import DATA, FOUND, Holds

if TYPE_CHECKING:
    from ...schemas.study.dataset import Dataset


class MetadataNotKept(UserWarning):
    """A file was written without some metadata of its dataset.

    Examples
    --------
    >>> import warnings
    >>> described = [ag.Variable("AVAL", "Value", "Num", key_sequence=1)]
    >>> data = ag.Dataset.from_frame(pd.DataFrame({"AVAL": [1.5]}), "ADX", variables=described)
    >>> with warnings.catch_warnings(record=True) as caught:
    ...     warnings.simplefilter("always")
    ...     _ = ag.write(data, "adx.csv")
    >>> [each.category.__name__ for each in caught]
    ['MetadataNotKept']
    """


_LISTED = 8


def tell_losses(outputs: Sequence[Output], form: Format) -> None:
    """Warn of what these datasets have and a format has no place for."""
    for output in outputs:
        lost = losses(output.dataset, form)
        if lost:
            warnings.warn(loss_message(output.dataset.name, form, lost), MetadataNotKept, stacklevel=3)


def losses(dataset: Dataset, form: Format) -> dict[str, tuple[str, ...]]:
    """What a dataset has and a format has no place for: the kinds of it, and the names of what has it."""
    gone = (kind for kind in Holds if kind not in form.holds and kind not in DATA)
    return {str(kind): tuple(found) for kind in gone if (found := FOUND[kind](dataset))}


def loss_message(dataset: str, form: Format, lost: Mapping[str, Collection[str]]) -> str:
    """ "ADTTE: CSV cannot hold key order (USUBJID, ASEQ); attributes (studyOID); not written"."""
    told = "; ".join(f"{kind} ({_listed(found)})" for kind, found in lost.items())
    return f"{dataset}: {form.name} cannot hold {told}; not written"


def _listed(names: Collection[str]) -> str:
    shown = list(names)[:_LISTED]
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return ", ".join(shown) + more
