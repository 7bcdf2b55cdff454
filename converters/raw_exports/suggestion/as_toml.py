"""A proposal as tables of adamgate.toml, each line marked as one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ....schemas.options import options_of
from ....schemas.wording import one_line
from ..options import RawFile
from .files import Suggestions
from .found_code_lists import FoundCodeList
from .result_columns import NEW_COLUMNS, ResultColumn
from .suggest import Proposal, Suggestion

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_LONGEST = 200
_MOST_REMARKS = 50
_HEAD = (
    "# A proposal from names, labels and values: nothing of it is certain.\n"
    "# Check each line, and remove its comment when it is right.\n"
    "# The names of files begin in the source folder: {}\n"
)


def as_toml(suggestions: Suggestions) -> str:
    """All proposals as one document."""
    head = _HEAD.format(_comment(str(suggestions.source)))
    more = len(suggestions.remarks) - _MOST_REMARKS
    remarks = [*suggestions.remarks[:_MOST_REMARKS], *([f"{more:,} more remarks"] if more > 0 else [])]
    head += "".join(f"# {_comment(each)}\n" for each in remarks)
    tables = [*map(_codes, suggestions.code_lists), *map(_table, suggestions.proposed)]
    return "\n".join([head, *(f"{each}\n" for each in tables)])


def _codes(found: FoundCodeList) -> str:
    lines = [f"[codes.{_key(found.name)}]", *_file_lines(found.declared)]
    reason = ["a file of code lists", *([found.caution] if found.caution else [])]
    lines += [_line(key, value, reason) for key, value in found.options.items()]
    if found.terms:
        said = ["as in the file; if they are right, a list that changes is an error"]
        lines.append(_line("terms", dict(found.terms), said))
    return "\n".join(lines)


def _table(suggestion: Suggestion) -> str:
    name = suggestion.name
    lines = [f"[raw.{_key(name)}]", *_file_lines(suggestion.declared)]
    if suggestion.domain and suggestion.domain != name:
        lines.append(_line("dataset", suggestion.domain, ["by the name of the file"]))
    if not suggestion.domain:
        lines.append(
            "# proposed: no domain of SDTM was recognised; give this table its name, as in [raw.AE]; check"
        )
    if suggestion.missing_values:
        counts = ", ".join(f"{word}: {number:,}" for word, number in suggestion.missing_values.items())
        lines.append(
            _line("missing_values", list(suggestion.missing_values), [f"values that are such: {counts}"])
        )
    if suggestion.perhaps_missing:
        counts = ", ".join(f"{word}: {number:,}" for word, number in suggestion.perhaps_missing.items())
        lines.append(f"# proposed: read as text, but may mean missing: {counts}; check")
    if suggestion.trim:
        lines.append(_line("trim", True, ["some texts have blanks before or after them"]))
    if suggestion.order:
        lines.append(_line("sequence", f"{suggestion.domain}SEQ", ["numbers of a subject's records"]))
        lines.append(_line("order", list(suggestion.order), ["the order of a subject's records"]))
    if suggestion.order and suggestion.same_order:
        lines.append(_line("same_order", "position", [suggestion.same_order]))
    lines += [*_long(suggestion.long), *_unmapped(suggestion.unmapped)]
    lines += ["", f"[raw.{_key(name)}.variables]"]
    lines += [_variable(each) for each in suggestion.proposals]
    return "\n".join(lines)


def _file_lines(declared: RawFile) -> list[str]:
    lines = [f"files = {_value(list(declared.files))}"]
    for each in options_of(RawFile):
        value = getattr(declared, each.name)
        if each.name != "files" and value != each.default:
            lines.append(
                _line(each.name, list(value) if isinstance(value, tuple) else value, ["as it was read"])
            )
    return lines


def _long(results: Sequence[ResultColumn]) -> Iterable[str]:
    if not results:
        return
    yield "# proposed: each of these columns of results becomes a record; check their codes and units"
    yield "long = ["
    for each in results:
        unit = {NEW_COLUMNS.unit: each.unit} if each.unit else {}
        entry = {NEW_COLUMNS.test: {"value": each.code}, NEW_COLUMNS.result: each.column, **unit}
        yield f"    {_value(entry)},"
    yield "]"
    yield _line("long_missing", "exclude", ["results that are missing make no record"])


def _unmapped(columns: Mapping[str, str]) -> Iterable[str]:
    if not columns:
        return
    yield "# proposed: no variable was found for these columns; check"
    yield "unmapped = ["
    for column, remark in columns.items():
        yield f"    {_value(column)}," + (f"  # {_comment(remark)}" if remark else "")
    yield "]"


def _variable(proposal: Proposal) -> str:
    options = proposal.options
    value = options["column"] if set(options) == {"column"} else dict(options)
    return _line(proposal.variable, value, [proposal.reason, *proposal.cautions])


def _line(key: str, value: Any, said: Sequence[str]) -> str:
    return f"{_key(key)} = {_value(value)}  # proposed: {_comment('; '.join(said))}; check"


def _comment(text: str) -> str:
    return one_line(text, _LONGEST)


def _key(name: str) -> str:
    return name if _BARE_KEY.fullmatch(name) else _text(name)


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(key)} = {_value(each)}" for key, each in value.items()) + " }"
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    return _text(value) if isinstance(value, str) else str(value)
