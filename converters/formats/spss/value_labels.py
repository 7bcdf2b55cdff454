"""Value labels that SPSS has a place for: of numbers, and of text of at most eight bytes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress

from ....schemas.study.dataset import Dataset
from ..holds import VALUE_LABELS
from .stored_columns import HIGHEST, LOWEST

LONGEST = 120
"""Bytes of the label of a value."""
SHORT_TEXT = 8

LabelsOfValues = Mapping[str, str]


def value_as_text(value: object) -> str:
    """A labelled value as datasets have it: "1" of 1.0, "1.5", "F" of "F  "."""
    if isinstance(value, str):
        return value.rstrip(" ")
    number = float(value)  # type: ignore[arg-type]
    return repr(int(number)) if number.is_integer() and abs(number) < 2**53 else repr(number)


def number_of(value: str) -> float | None:
    """The number that is written so; None where none is."""
    with suppress(ValueError):
        number = float(value)
        return number if value_as_text(number) == value else None
    return None


def held_labels(dataset: Dataset, widths: Mapping[str, int]) -> dict[str, LabelsOfValues]:
    """Those of each variable whose value labels can all be written.

    Parameters
    ----------
    widths : mapping
        Bytes of text, by variable; numbers are not in it.
    """
    told = dict(_told(dataset))
    return {name: labels for name, labels in told.items() if _are_held(labels, widths.get(name))}


def lost_labels(dataset: Dataset, widths: Mapping[str, int]) -> list[str]:
    """What is labelled, and cannot be written so."""
    found = dataset.attributes.get(VALUE_LABELS)
    names = list(found) if isinstance(found, Mapping) else []
    held = held_labels(dataset, widths)
    return [name for name in names if name not in held]


def _told(dataset: Dataset) -> Iterator[tuple[str, LabelsOfValues]]:
    found = dataset.attributes.get(VALUE_LABELS)
    if isinstance(found, Mapping):
        for variable in dataset.variables:
            labels = found.get(variable.name)
            if isinstance(labels, Mapping) and labels:
                yield variable.name, {str(value): label for value, label in labels.items()}


def _are_held(labels: LabelsOfValues, width: int | None) -> bool:
    return all(
        isinstance(value, str) and isinstance(label, str) and _is_value(value, width) and _is_label(label)
        for value, label in labels.items()
    )


def _is_value(value: str, width: int | None) -> bool:
    if width is None:
        number = number_of(value)
        return number is not None and LOWEST < number < HIGHEST
    raw = value.encode("utf-8", "replace")
    return width <= SHORT_TEXT and 0 < len(raw) <= width and _is_kept(value)


def _is_label(label: str) -> bool:
    return 0 < len(label.encode("utf-8", "replace")) <= LONGEST and _is_kept(label)


def _is_kept(text: str) -> bool:
    """Whether it comes back: blanks at the end fill up, and NUL ends a text."""
    with suppress(UnicodeEncodeError):
        text.encode()
        return "\0" not in text and not text.endswith(" ")
    return False
