"""What differs between derived datasets and delivered ones, as text."""

from __future__ import annotations

from collections.abc import Iterator

from ...schemas.wording import counted, plain
from ..derivations.checked import (
    CheckedDataset,
    CheckedRecord,
    RecordsAlike,
    RecordsOfOne,
    SourceRecord,
    in_short,
)
from ..derivations.derivation_check import DerivationCheck
from ..diff.metadata import MetadataDifference
from .aligned import aligned
from .differences import both_shown, stated


def render_verdict(check: DerivationCheck) -> str:
    """ "EQUAL  ADTTE: 512 records equal"."""
    found = [f"{plain(name)}: {in_short(each)}" for name, each in check.datasets.items()]
    found += [f"{plain(name)}: not present" for name in check.not_delivered]
    return f"{'EQUAL' if check.equal else 'DIFFERENT'}  {'; '.join(found)}\n"


def render_text(check: DerivationCheck) -> str:
    """The verdict, then what differs in each dataset."""
    return render_verdict(check) + "".join(f"{line.rstrip()}\n" for line in _lines(check))


def _lines(check: DerivationCheck) -> Iterator[str]:
    for name, each in check.datasets.items():
        yield ""
        yield f"{plain(name)} (derived | delivered)"
        yield from _of_dataset(each, check)
    for name, advice in check.not_delivered.items():
        yield ""
        yield f"{plain(name)} is not present in what was delivered; {plain(advice)}"


def _of_dataset(each: CheckedDataset, check: DerivationCheck) -> Iterator[str]:
    found = each.differences
    source = each.delivered.source
    place = f": {plain(source.path)}, {source.format}" if source else ""
    yield f"  delivered as {plain(each.delivered_name)}{place}"
    sizes = [
        f"{counted(records, 'record')}, {counted(len(described.variables), 'variable')}"
        for records, described in zip(found.records, (each.derived, each.delivered), strict=True)
    ]
    yield f"  {' | '.join(sizes)}"
    keys = ", ".join(map(plain, found.keys.variables)) or "record number"
    yield f"  {counted(found.matched, 'record')} matched by {keys}"
    yield from (f"  note: {plain(note)}" for note in found.notes)
    for side, repeated in (("derived", found.repeated_a), ("delivered", found.repeated_b)):
        if repeated.keys:
            records, key = counted(repeated.records, "record"), counted(repeated.keys, "key")
            yield f"  duplicate keys in {side}: {key} of {records}, matched in their order"
    for side, names in (("derived", found.variables_only_a), ("delivered", found.variables_only_b)):
        if names:
            noun = "variable" if len(names) == 1 else "variables"
            yield f"  {noun} only {side}: {', '.join(map(plain, names))}"
    for side, only in (("derived", each.only_derived), ("delivered", each.only_delivered)):
        yield from (f"  {_only(side, one)}" for one in only)
    if each.types:
        yield "  Types"
        yield from aligned([_metadata(one) for one in each.types], indent=4)
    if each.variables:
        heading = ("Parameter", "Variable", "Cells")
        rows = [(plain(one.parameter), plain(one.variable), f"{one.cells:,}") for one in each.variables]
        yield from aligned([heading, *rows], indent=2, right={2})
    for alike in each.alike:
        yield ""
        yield from _alike(alike, values_shown=check.values_shown)
    if each.metadata:
        yield ""
        yield f"  Metadata{'' if each.metadata_counts else ' (not counted as a difference)'}"
        yield from aligned([_metadata(one) for one in each.metadata], indent=4)


def _only(side: str, only: RecordsOfOne) -> str:
    first = [plain(each) for each in only.subjects] or [f"record {number:,}" for number in only.first]
    more = f" and {only.count - len(first):,} more" if only.count > len(first) else ""
    listed = f": {', '.join(first)}{more}" if first else ""
    parameter = f" of {plain(only.parameter)}" if only.parameter else ""
    return f"{counted(only.count, 'record')}{parameter} only {side}{listed}"


def _alike(alike: RecordsAlike, *, values_shown: bool) -> Iterator[str]:
    parameter = f"{plain(alike.parameter)}: " if alike.parameter else ""
    variables = ", ".join(map(plain, alike.variables))
    yield f"  {parameter}{alike.cause} in {counted(alike.count, 'record')}: {variables}"
    yield from (f"    {plain(each)}" for each in alike.relations)
    for record in alike.first:
        yield f"    {_record(record)}"
        if values_shown:
            rows = [
                (plain(cell.variable), " | ".join(both_shown(cell.derived, cell.delivered)))
                for cell in record.cells
            ]
            yield from aligned(rows, indent=6)
    if alike.count > len(alike.first):
        yield f"    … {alike.count - len(alike.first):,} more"


def _record(record: CheckedRecord) -> str:
    numbers = [str(record.record_derived), str(record.record_delivered)]
    where = f"record {numbers[0] if numbers[0] == numbers[1] else ' | '.join(numbers)}"
    subject = f"{plain(record.subject)}, " if record.subject else ""
    sources = _sources(record.source_derived, record.source_delivered)
    return f"{subject}{where}{f', source {sources}' if sources else ''}"


def _sources(derived: SourceRecord | None, delivered: SourceRecord | None) -> str:
    shown = [plain(each) for each in (derived, delivered) if each is not None]
    return shown[0] if len({*shown}) == 1 else " | ".join(shown)


def _metadata(each: MetadataDifference) -> tuple[str, ...]:
    return str(each.kind), plain(each.variable), stated(each)
