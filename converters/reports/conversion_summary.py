"""What became of a conversion, for people: a line for each dataset, and what was selected or failed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ...schemas.errors import AdamgateError, UnreadableInput
from ...schemas.wording import counted, plain
from ..writing.conversion import ConversionRecord, ConvertedDataset
from ..writing.selection import Selected

_LISTED = 8


def render_conversion(conversion: ConversionRecord) -> str:
    """A table of the datasets, and why some were not written."""
    outcomes = conversion.outcomes
    written = sum(each.written is not None for each in outcomes)
    unread = sum(isinstance(each, UnreadableInput) for each in conversion.unread)
    lost = f"; {counted(unread, 'input')} not read" if unread else ""
    lines = [f"{written:,} of {counted(len(outcomes), 'dataset')} written{lost}", *_datasets(outcomes)]
    return "".join(f"{line}\n" for line in (*lines, *_problems(conversion.problems)))


def render_selected(name: str, selected: Selected, records: int) -> Iterator[str]:
    """What was selected of a dataset with so many records, without its name where that is empty."""
    place = f"{plain(name)}: " if name else ""
    for condition in selected.conditions:
        yield f"{place}where {plain(condition)}"
    if selected.conditions:
        yield f"{place}excluded: {selected.records_excluded:,} of {counted(records, 'record')}"
    if selected.dropped:
        yield f"{place}dropped: {_listed(selected.dropped)}"
    if selected.dropped_keys:
        word = "is a key" if len(selected.dropped_keys) == 1 else "are keys"
        yield f"{place}{_listed(selected.dropped_keys)} {word} of the dataset, and dropped"
    if selected.renamed:
        changes = [f"{old} to {new}" for old, new in selected.renamed.items()]
        yield f"{place}renamed: {_listed(changes)}"


def _datasets(outcomes: Sequence[ConvertedDataset]) -> Iterator[str]:
    rows = [_row(each) for each in outcomes]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row, outcome in zip(rows, outcomes, strict=True):
        name, records, variables, files = row
        sizes = f"{records.rjust(widths[1])}  {variables.rjust(widths[2])}"
        yield f"  {name.ljust(widths[0])}  {sizes}  {files}".rstrip()
        yield from (f"    {line}" for line in render_selected("", outcome.selected, len(outcome.read)))


def _row(outcome: ConvertedDataset) -> tuple[str, str, str, str]:
    source = "" if outcome.read.source is None else plain(outcome.read.source.path)
    if outcome.written is None:
        return plain(outcome.name), "", "", f"{source}: not written"
    records, variables = len(outcome.written), len(outcome.written.variables)
    files = ", ".join(map(plain, outcome.files))
    sizes = counted(records, "record"), counted(variables, "variable")
    return (plain(outcome.name), *sizes, f"{source} -> {files}")


def _problems(problems: Iterable[AdamgateError]) -> Iterator[str]:
    """Each once, whatever it kept from being written."""
    yield from dict.fromkeys(f"error: {each}" for each in problems)


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return ", ".join(map(plain, names[:_LISTED])) + more
