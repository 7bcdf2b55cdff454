"""Metadata that a format has no place for: they are left out, and that is told."""

from __future__ import annotations

import warnings
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from ...schemas.wording import one_line
from ..formats import Format
from ..formats.format import Output, Repair
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


def tell_changes(changes: Iterable[Repair], form: Format) -> None:
    """Warn of metadata that are written otherwise than the datasets have them."""
    for message in change_messages(changes, form):
        warnings.warn(message, MetadataNotKept, stacklevel=3)


def change_messages(changes: Iterable[Repair], form: Format) -> Iterator[str]:
    """A line for each dataset: "ADTTE: SAS transport: AVAL length 4 is 8 in the file"."""
    changed: dict[str, list[str]] = {}
    for each in changes:
        changed.setdefault(each.dataset, []).append(f"{each.variable} {each.message}")
    for dataset, messages in changed.items():
        yield f"{dataset}: {form.name}: {_listed(messages)}"


def tell_losses(outputs: Sequence[Output], form: Format) -> None:
    """Warn of what these datasets have and a format has no place for."""
    for output in outputs:
        lost = losses(output.dataset, form)
        if lost:
            warnings.warn(loss_message(output.dataset.name, form, lost), MetadataNotKept, stacklevel=3)


def losses(dataset: Dataset, form: Format) -> dict[str, tuple[str, ...]]:
    """What a dataset has and a format has no place for: the kinds of it, and the names of what has it."""
    gone = (kind for kind in Holds if kind not in form.holds and kind not in DATA)
    return {str(kind): tuple(found) for kind in gone if (found := _found(kind, dataset, form))}


def loss_message(dataset: str, form: Format, lost: Mapping[str, Collection[str]]) -> str:
    """ "ADTTE: CSV cannot hold key order (USUBJID, ASEQ); attributes (studyOID); not written"."""
    told = "; ".join(f"{kind} ({_listed(found)})" for kind, found in lost.items())
    return f"{dataset}: {form.name} cannot hold {told}; not written"


def _found(kind: Holds, dataset: Dataset, form: Format) -> Collection[str]:
    found = FOUND[kind](dataset)
    return [each for each in found if each not in form.attributes] if kind is Holds.ATTRIBUTES else found


def _listed(names: Collection[str]) -> str:
    shown = [one_line(str(name)) for name in list(names)[:_LISTED]]
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return ", ".join(shown) + more
