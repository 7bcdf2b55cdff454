"""What `diff` found, as text or as JSON (by ``diff.schema.json``)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from unicodedata import normalize

from ...schemas.study.description import DatasetDescription
from ...schemas.wording import counted, plain
from ..diff.dataset_differences import DatasetDifferences, VariableDifferences, in_short
from ..diff.differences import Differences, verdict
from ..diff.examples import DifferingCell, UnmatchedRecords
from ..diff.match_keys import KeyOrigin
from ..diff.metadata import MetadataDifference, Stated
from ..diff.values import ShownValue
from ..values.cited_run import cited_lines
from .aligned import aligned
from .presentation import as_json

SCHEMA = Path(__file__).with_name("diff.schema.json")

_ORIGINS = {
    KeyOrigin.GIVEN: "given",
    KeyOrigin.DECLARED: "from metadata",
    KeyOrigin.FOUND: "found: unique in both",
    KeyOrigin.FOUND_IN_ONE: "found: unique in one of both",
    KeyOrigin.NEARLY_UNIQUE: "found: not unique",
}
_HEADINGS = ("Variable", "Cells", "Missing in one", "Within tolerance", "Largest difference", "Records")
LISTED = 50
"""Variables of a dataset, and metadata differences, that the text lists unless another number is given."""
_LONGEST, _BEFORE = 60, 20
"""Characters of a text that are shown, and how many of them before the first that differs."""
_RIGHT = frozenset({"Cells", "Missing in one", "Within tolerance", "Largest difference"})


def render_verdict(found: Differences) -> str:
    """The first line of the text."""
    return f"{'EQUAL' if found.equal else 'DIFFERENT'}  {verdict(found)}\n"


def render_text(found: Differences, most: int = LISTED) -> str:
    """The verdict, a line for each dataset, then what differs in each.

    Parameters
    ----------
    found : Differences
    most : int
        Variables that are listed of a dataset, and metadata differences; the others are counted.
    """
    return render_verdict(found) + "".join(f"{line.rstrip()}\n" for line in _lines(found, most))


def render_json(found: Differences, most: int = LISTED) -> str:  # noqa: ARG001  (JSON has all)
    """The document, indented, ending with a line break."""
    return as_json(found.to_dict())


RENDERERS: Mapping[str, Callable[[Differences, int], str]] = MappingProxyType(
    {"text": render_text, "json": render_json}
)


def _lines(found: Differences, most: int) -> Iterator[str]:
    for side, place in (("A", found.a), ("B", found.b)):
        yield f"{side}: {plain(place) or 'in memory'}"
    yield from map(plain, cited_lines())
    yield "Datasets"
    rows = [(plain(each.name), *_size(each), in_short(each)) for each in found.datasets.values()]
    yield from aligned(rows, indent=2)
    for side, names in (("A", found.only_a), ("B", found.only_b)):
        if names:
            yield f"  only in {side}: {', '.join(map(plain, names))}"
    for each in found.datasets.values():
        if not each.equal or each.variables or each.notes or each.repeated_a.keys or each.repeated_b.keys:
            yield ""
            yield from _of_dataset(each, most, values_shown=found.values_shown)


def _size(each: DatasetDifferences) -> tuple[str, str]:
    matched = counted(each.matched, "record")
    return f"{matched} by {_keys(each)}", counted(len(each.compared), "variable")


def _keys(each: DatasetDifferences) -> str:
    return ", ".join(map(plain, each.keys.variables)) or "record number"


def _of_dataset(each: DatasetDifferences, most: int, *, values_shown: bool) -> Iterator[str]:
    yield plain(each.name)
    yield from (f"  {line}" for line in _records_and_variables(each, most))
    if each.metadata:
        yield "  Metadata (A | B)"
        yield from aligned([_metadata(one) for one in each.metadata[:most]], indent=4)
        yield from _more(len(each.metadata) - most)
    if each.variables:
        listed = each.variables[:most]
        yield "  Values"
        yield from _variables(listed, values_shown)
        yield from _more(len(each.variables) - most)
        if values_shown:
            yield "  First values (A | B)"
            cells = [(one, cell) for one in listed for cell in one.examples]
            yield from aligned([_cell(one, cell) for one, cell in cells], indent=4)


def _more(count: int) -> Iterator[str]:
    """What is counted and not listed."""
    if count > 0:
        yield f"    … {count:,} more"


def _records_and_variables(each: DatasetDifferences, most: int) -> Iterator[str]:
    yield f"A: {_source(each.a, each.records[0])}"
    yield f"B: {_source(each.b, each.records[1])}"
    origin = _ORIGINS.get(each.keys.origin)
    yield f"{counted(each.matched, 'record')} matched by {_keys(each)}{f' ({origin})' if origin else ''}"
    yield from (f"note: {plain(note)}" for note in each.notes)
    for side, repeated in (("A", each.repeated_a), ("B", each.repeated_b)):
        if repeated.keys:
            keys, records = counted(repeated.keys, "key"), counted(repeated.records, "record")
            yield f"duplicate keys in {side}: {keys} of {records}, matched in their order"
    for side, names in (("A", each.variables_only_a), ("B", each.variables_only_b)):
        if names:
            noun = "variable" if len(names) == 1 else "variables"
            yield f"{noun} only in {side}: {_listed(map(plain, names[:most]), len(names))}"
    yield from _unmatched("A", each.only_a)
    yield from _unmatched("B", each.only_b)


def _source(described: DatasetDescription, records: int) -> str:
    source = described.source
    place = f"{plain(source.path)}, {source.format}, " if source else ""
    return f"{place}{counted(records, 'record')}, {counted(len(described.variables), 'variable')}"


def _unmatched(side: str, only: UnmatchedRecords) -> Iterator[str]:
    if not only.count:
        return
    yield f"{counted(only.count, 'record')} only in {side}: {_listed(map(str, only.first), only.count)}"
    for number, keys in zip(only.first, only.keys, strict=False):
        yield f"  {number}: {_of_keys(keys)}"


def _listed(first: Iterator[str], count: int) -> str:
    """The first of some, and how many more there are."""
    listed = list(first)
    more = [f"… {count - len(listed):,} more"] if count > len(listed) else []
    return ", ".join([*listed, *more])


def _metadata(each: MetadataDifference) -> tuple[str, ...]:
    return str(each.kind), plain(each.variable), stated(each)


def stated(each: MetadataDifference) -> str:
    """What both state, so that a reader sees the difference."""
    a, b = each.a, each.b
    if isinstance(a, str) and isinstance(b, str):
        a, b = _unlike(a, b)
    return f"{_stated(a)} | {_stated(b)}"


def _stated(value: Stated) -> str:
    return f'"{plain(value)}"' if isinstance(value, str) else str(value)


def _variables(variables: Sequence[VariableDifferences], values_shown: bool) -> Iterator[str]:
    rows = [_variable(each, values_shown) for each in variables]
    told = [n for n, name in enumerate(_HEADINGS) if any(row[n] for row in rows)]
    table = [[row[n] for n in told] for row in (_HEADINGS, *rows)]
    yield from aligned(table, indent=4, right={n for n, name in enumerate(table[0]) if name in _RIGHT})


def _variable(each: VariableDifferences, values_shown: bool) -> tuple[str, ...]:
    cells = each.cells
    distance = cells.largest_stated(exact=values_shown)
    unit = cells.unit.removesuffix("s") if distance == 1 else cells.unit
    largest = "" if distance is None else f"{distance:.6g} {unit}".rstrip()
    return (
        plain(each.name),
        f"{cells.differ:,}",
        f"{cells.one_missing:,}" if cells.one_missing else "",
        f"{cells.tolerated:,}" if cells.tolerated else "",
        largest,
        _listed(map(_record, each.examples), cells.differ),
    )


def _record(cell: DifferingCell) -> str:
    """The number of a record, that of A and that of B where they are not the same."""
    return str(cell.record_a) if cell.record_a == cell.record_b else f"{cell.record_a}/{cell.record_b}"


def _cell(variable: VariableDifferences, cell: DifferingCell) -> tuple[str, ...]:
    keys = f"{_record(cell)}: {_of_keys(cell.keys)}" if cell.keys else _record(cell)
    return plain(variable.name), keys, " | ".join(both_shown(cell.a, cell.b))


def _of_keys(keys: Mapping[str, ShownValue]) -> str:
    return ", ".join(f"{plain(name)} {_shown(value)}" for name, value in keys.items())


def both_shown(a: ShownValue, b: ShownValue) -> tuple[str, str]:
    """Two values that differ, so that a reader sees where."""
    if not (isinstance(a, str) and isinstance(b, str)):
        return _shown(a), _shown(b)
    start = 0
    if max(len(a), len(b)) > _LONGEST:
        differ = (n for n, (one, other) in enumerate(zip(a, b, strict=False)) if one != other)
        start = max(0, next(differ, min(len(a), len(b))) - _BEFORE)
    part_a, part_b = _unlike(_part(a, start), _part(b, start))
    return _quoted(part_a), _quoted(part_b)


def _shown(value: ShownValue) -> str:
    if value is None:
        return "missing"
    return _quoted(_part(value)) if isinstance(value, str) else repr(value).removesuffix(".0")


def _part(text: str, start: int = 0) -> str:
    """So much of a text as is shown."""
    end = start + _LONGEST
    return f"{'…' if start else ''}{text[start:end]}{'…' if len(text) > end else ''}"


def _quoted(text: str) -> str:
    """A text, in quotes where one would take it for something else."""
    shown = plain(text)
    return f'"{shown}"' if text.startswith(" ") or text == "missing" else shown


def _unlike(a: str, b: str) -> tuple[str, str]:
    """Two texts; with escapes if they look the same, as micro and the Greek letter mu do."""
    if a == b or normalize("NFKC", a) != normalize("NFKC", b):
        return a, b
    escaped_a, escaped_b = (each.encode("ascii", "backslashreplace").decode() for each in (a, b))
    return escaped_a, escaped_b
