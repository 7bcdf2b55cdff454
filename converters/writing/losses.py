"""Metadata that a format has no place for: they are left out, and that is told."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Iterable, Sequence

from ..formats import Format
from ..formats.format import Output, Repair, Writer
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


class Repaired(UserWarning):
    """A file was written with a repair: something of the data is otherwise in it (the option `fix`).

    Examples
    --------
    >>> import warnings
    >>> data = ag.Dataset.from_frame(pd.DataFrame({"AVALUATION": [1.5]}), "ADX")
    >>> with warnings.catch_warnings(record=True) as caught:
    ...     warnings.simplefilter("always")
    ...     _ = ag.write(data, "adx.xpt", fix=True)
    >>> print(caught[0].message)
    ADX.AVALUATION: name is AVALUATI in the file
    """


_LISTED = 8


def tell_repairs(repairs: Iterable[Repair]) -> None:
    """Warn of each repair."""
    for repair in repairs:
        warnings.warn(str(repair), Repaired, stacklevel=3)


def tell_changes(outputs: Sequence[Output], writer: Writer, form: Format) -> None:
    """Warn of metadata that are written otherwise than these datasets have them."""
    for output in outputs:
        changed = [f"{each.variable} {each.message}" for each in writer.changes(output)]
        if changed:
            message = f"{output.dataset.name}: {form.name}: {_listed(changed)}"
            warnings.warn(message, MetadataNotKept, stacklevel=3)


def tell_losses(outputs: Sequence[Output], form: Format) -> None:
    """Warn of what these datasets have and a format has no place for."""
    for output in outputs:
        gone = (kind for kind in Holds if kind not in form.holds and kind not in DATA)
        lost = {kind: found for kind in gone if (found := _found(kind, output, form))}
        if lost:
            told = "; ".join(f"{kind} ({_listed(found)})" for kind, found in lost.items())
            message = f"{output.dataset.name}: {form.name} cannot hold {told}; not written"
            warnings.warn(message, MetadataNotKept, stacklevel=3)


def _found(kind: Holds, output: Output, form: Format) -> Collection[str]:
    found = FOUND[kind](output.dataset)
    return [each for each in found if each not in form.attributes] if kind is Holds.ATTRIBUTES else found


def _listed(names: Collection[str]) -> str:
    shown = list(names)[:_LISTED]
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return ", ".join(shown) + more
