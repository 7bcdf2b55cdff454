"""SAS transport files (XPT), versions 5 and 8: blocks of records straight from columns, and read back.

Numbers are IBM doubles of the same value, text is in the encoding that is asked for (ASCII) and filled up
with blanks. Everything that the version cannot hold is a breach; repairs are made where the user asks for
them. The same data give the same bytes: a header states the times of the dataset, else ``SOURCE_DATE_EPOCH``,
else SAS's zero, which is read as unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import groupby
from typing import BinaryIO

from ....schemas.errors import UnwritableOutput
from ...fixed_width.stored_columns import write_records
from ..format import Beside, Breach, Output, Repair, Writer
from ..planned_file import PlannedFile
from ..table_style import TableStyle
from .cards import padding
from .described import Described
from .guarded_records import GuardedRecords
from .headers import library_header, member_headers
from .older_parts import WrittenParts, refuse_older_parts
from .parts import FilePart, parts_of
from .read_back import require_same
from .repairs import repaired
from .tables import as_table
from .unfit import breaches


def plan(outputs: Sequence[Output]) -> list[PlannedFile]:
    """One file for each path, with all its datasets; several for a dataset that is too large for one."""
    parts = [part for output in outputs for part in parts_of(output, Described.of(output))]
    return [_planned(list(together)) for _, together in groupby(parts, key=lambda part: part.path)]


def _planned(parts: Sequence[FilePart]) -> PlannedFile:
    path = parts[0].path
    names = [part.name for part in parts]
    if len(set(names)) < len(names):
        raise UnwritableOutput(
            "two datasets have the same name in the file",
            f"{path}: {', '.join(sorted(name for name in set(names) if names.count(name) > 1))}",
            "write each dataset to a file of its own, or use --xpt-version 8",
        )
    check = partial(require_same, parts, path) if parts[0].output.options.read_back else None
    return PlannedFile(path, partial(_write, parts), check=check)


def _write(parts: Sequence[FilePart], stream: BinaryIO) -> None:
    words = parts[0].described.words
    stream.write(library_header(words, parts[0].member))
    for part in parts:
        records = part.end - part.first
        stream.write(member_headers(words, part.member, records))
        after = stream if words.states_records else GuardedRecords(stream, part)
        write_records(after, part.described.stored, part.first, part.end, part.output.tell)
        after.write(b" " * padding(records * part.described.record_length))


def changes(output: Output) -> Iterable[Repair]:
    return Described.of(output).changes()


def _breaches_of_table(output: Output) -> Iterator[Breach]:
    for each in breaches(as_table(output)):
        yield replace(each, dataset=output.dataset.name, ways=())


def _plan_tables(outputs: Sequence[Output]) -> list[PlannedFile]:
    return plan([as_table(each) for each in outputs])


def _parts_of_table(output: Output) -> WrittenParts:
    return WrittenParts.of(as_table(output))


def _tables_in(_: TableStyle) -> Writer:
    return TABLES


TABLES = Writer(
    _breaches_of_table, _plan_tables, _tables_in, beside=Beside(_parts_of_table, refuse_older_parts)
)
XPT = Writer(
    breaches, plan, _tables_in, repaired, changes, beside=Beside(WrittenParts.of, refuse_older_parts)
)
