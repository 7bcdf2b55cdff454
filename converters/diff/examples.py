"""Records and cells that are listed as examples: their numbers; their keys and values only if asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ...schemas.study.dataset import Dataset
from .matching import RecordPositions
from .pair import DatasetPair
from .values import ShownValue, values_at


@dataclass(frozen=True, slots=True)
class DifferingCell:
    """One cell that differs.

    Attributes
    ----------
    record_a, record_b : int
        Numbers of the record, counted from 1.
    keys : mapping of str to value, or None
        Of its record; None unless values are shown.
    a, b : str, float or None
        The values, None where missing; None for both unless values are shown.
    """

    record_a: int
    record_b: int
    keys: Mapping[str, ShownValue] | None = field(default=None, repr=False)
    a: ShownValue = field(default=None, repr=False)
    b: ShownValue = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class UnmatchedRecords:
    """Records of one dataset only.

    Attributes
    ----------
    count : int
    first : tuple of int
        Numbers of the first ones, counted from 1.
    keys : tuple of mappings
        Of each of these; empty unless values are shown.
    """

    count: int
    first: tuple[int, ...] = ()
    keys: tuple[Mapping[str, ShownValue], ...] = field(default=(), repr=False)


def differing_cells(
    pair: DatasetPair,
    name: str,
    at_a: RecordPositions,
    at_b: RecordPositions,
    shown_keys: tuple[str, ...] | None,
) -> Iterator[DifferingCell]:
    """Cells of one variable in some records; with values and these keys, unless they are None."""
    numbers = zip((at_a + 1).tolist(), (at_b + 1).tolist(), strict=True)
    if shown_keys is None:
        yield from (DifferingCell(*each) for each in numbers)
        return
    held = zip(
        numbers,
        _keys_at(pair.a, shown_keys, at_a),
        values_at(pair.a, name, at_a),
        values_at(pair.b, name, at_b),
        strict=True,
    )
    yield from (DifferingCell(*each, keys, a, b) for each, keys, a, b in held)


def unmatched_records(
    dataset: Dataset, positions: RecordPositions, first: int, shown_keys: tuple[str, ...] | None
) -> UnmatchedRecords:
    """Records at some positions, the first ones as examples; with these keys, unless they are None."""
    some = positions[:first]
    keys = tuple(_keys_at(dataset, shown_keys, some)) if shown_keys else ()
    return UnmatchedRecords(len(positions), tuple((some + 1).tolist()), keys)


def _keys_at(
    dataset: Dataset, keys: Sequence[str], positions: RecordPositions
) -> Iterator[Mapping[str, ShownValue]]:
    held = [values_at(dataset, key, positions) for key in keys]
    for at in range(len(positions)):
        yield {key: values[at] for key, values in zip(keys, held, strict=True)}
