"""Metadata that a format has no place for: they are left out, and that is told."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Sequence

from ..formats import Format
from ..formats.format import Output
from ..formats.holds import DATA, FOUND, Holds


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
        gone = (kind for kind in Holds if kind not in form.holds and kind not in DATA)
        lost = {kind: found for kind in gone if (found := FOUND[kind](output.dataset))}
        if lost:
            told = "; ".join(f"{kind} ({_listed(found)})" for kind, found in lost.items())
            message = f"{output.dataset.name}: {form.name} cannot hold {told}; not written"
            warnings.warn(message, MetadataNotKept, stacklevel=3)


def _listed(names: Collection[str]) -> str:
    shown = list(names)[:_LISTED]
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return ", ".join(shown) + more
