"""Everything in a dataset that a version of SAS transport files cannot hold, with the options that help."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from ....schemas.study.dataset import Dataset
from ....schemas.wording import counted
from ...values.sas_formats import FormatKind, kind_of
from ..breaches import breaches as breaches_of_all
from ..format import Breach, Output
from ..write_options import FIX, WriteOptions
from .described import Described, DescribedColumn, times_of, words_of
from .parts import NotSplit, has_blank_end, parts_of
from .record_layout import DATASET_LABEL, V5, V8, XptVersion, has_stamp, sas_format
from .survey import Unstored
from .text_encoding import TextEncoding
from .transliteration import transliterated

VERSION_8 = "--xpt-version 8"
_NAME_V5 = re.compile(r"[A-Z_][A-Z0-9_]*", re.ASCII)
_NAME_V8 = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_UTF_8 = "--xpt-encoding utf-8"
_NO_REPAIR = ("cannot be transliterated", "a NUL character")


@dataclass(frozen=True, slots=True)
class Limits:
    """What a version and an encoding hold of names, labels and formats."""

    words: XptVersion
    encoding: TextEncoding

    @classmethod
    def of(cls, options: WriteOptions) -> Limits:
        return cls(words_of(options), TextEncoding.named(options.xpt_encoding))

    def fault_of_name(self, name: str) -> str:
        """Why it is not a name; empty where it is."""
        size, most = len(name.encode("utf-8", "replace")), self.words.longest_name
        if size > most:
            return f"its name has {size} bytes; the most are {most}"
        if (_NAME_V8 if self.words.states_records else _NAME_V5).fullmatch(name):
            return ""
        if _NAME_V8.fullmatch(name):
            return "its name has lower-case letters"
        return "its name is not a SAS name"

    def fault_of_label(self, label: str, most: int) -> str:
        raw = self.encoding.bytes_of(label)
        if raw is None:
            written = self.encoding.bytes_of(transliterated(label, self.encoding.codec))
            more = "" if written is not None else f", and {_NO_REPAIR[0]}"
            return f"its label is not {self.encoding.shown}{more}"
        if "\0" in label:
            return f"its label has {_NO_REPAIR[1]}"
        if len(raw.rstrip(b" ")) > most:
            return f"its label has {len(raw)} bytes; the most are {most}"
        return "its label has trailing blanks" if raw.endswith(b" ") else ""

    def fault_of_format(self, text: str, *, is_text: bool, which: str = "format") -> str:
        if not text:
            return ""
        form = sas_format(text)
        if form is None:
            return f"its {which} is not a SAS {which}"
        if form.is_character is not is_text:
            return f"its {which} is {'numeric' if is_text else 'for text'}, the variable is not"
        size, most = len(form.name), self.words.longest_format
        return f"the name of its {which} has {size} characters; the most are {most}" if size > most else ""


def breaches(output: Output) -> Iterator[Breach]:
    """Names, labels, formats, times and values; then the size and the end of the file."""
    dataset, options = output.dataset, output.options
    general = list(breaches_of_all(dataset))
    yield from general
    if any(not each.variable for each in general):
        return
    limits = Limits.of(options)
    found = [*_of_dataset(dataset, limits)]
    unfit = {each.variable for each in general}
    described = Described.of(output, tuple(each for each in dataset.variables if each.name not in unfit))
    for column in described.columns:
        found += _of_variable(dataset, column, limits)
    if general:
        # Nothing was repaired: what would have been is no reason.
        yield from (each for each in found if not (options.fix and FIX in each.ways))
        return
    yield from found
    if found:  # what it would take to split it is not known yet
        yield from _of_end(described, 0, len(dataset))
    else:
        yield from _of_file(output, described)


def _of_dataset(dataset: Dataset, limits: Limits) -> Iterator[Breach]:
    words = limits.words
    judged: tuple[Callable[[Limits], str], ...] = (
        lambda at: at.fault_of_name(dataset.name),
        lambda at: at.fault_of_label(dataset.label, DATASET_LABEL),
    )
    for judge in judged:
        if message := judge(limits):
            yield Breach(dataset.name, message, "", _ways(message, judge, limits))
    if len(dataset.variables) > words.most_variables:
        message = f"has {counted(len(dataset.variables), 'variable')}; the most are {words.most_variables:,}"
        yield Breach(dataset.name, message, "", (VERSION_8,))
    for time in times_of(dataset):
        if time is not None and not has_stamp(time):
            yield Breach(
                dataset.name,
                f"its time of creation or change is in {time.year}; the header holds 1960 to 2059",
                "",
                (FIX,),
            )
            return


def _of_variable(dataset: Dataset, column: DescribedColumn, limits: Limits) -> Iterator[Breach]:
    variable = column.variable
    judged: tuple[Callable[[Limits], str], ...] = (
        lambda at: at.fault_of_name(variable.name),
        lambda at: at.fault_of_label(variable.label, at.words.longest_label),
        lambda at: at.fault_of_format(variable.format, is_text=column.is_text),
        lambda at: at.fault_of_format(variable.informat, is_text=column.is_text, which="informat"),
    )
    for judge in judged:
        if message := judge(limits):
            yield Breach(dataset.name, message, variable.name, _ways(message, judge, limits))
    if message := fault_of_stamp_format(column):
        yield Breach(dataset.name, message, variable.name, (FIX,))
    faults = column.found.faults
    for fault, record in faults.items():
        if fault is Unstored.NOT_ENCODED and faults.get(Unstored.NOT_TRANSLITERATED):
            continue
        if fault is Unstored.HEADER and limits.words.states_records:
            continue
        message = _MESSAGES[fault].format(
            encoding=limits.encoding.shown, needed=column.found.needed, most=limits.words.longest_text
        )
        ways = _WAYS.get(fault, ())
        if fault is Unstored.TOO_LONG and limits.words is V5 and column.found.needed <= V8.longest_text:
            ways = (FIX, VERSION_8)
        yield Breach(dataset.name, f"{message} (first in record {record})", variable.name, ways)


def fault_of_stamp_format(column: DescribedColumn) -> str:
    """Dates are read as such only by a format of dates."""
    if column.shape.value not in {"dates", "datetimes"} or not column.variable.format:
        return ""
    if kind_of(column.variable.format) in {FormatKind.DATE, FormatKind.DATETIME}:
        return ""
    return f"contains {column.shape}, but has the format {column.variable.format}"


def _ways(message: str, judge: Callable[[Limits], str], limits: Limits) -> tuple[str, ...]:
    """`FIX` repairs names, labels and formats, but for some; version 8 those that it holds."""
    ways = () if message.endswith(_NO_REPAIR) else (FIX,)
    in_v8 = limits.words is V5 and not judge(Limits(V8, limits.encoding))
    with_utf_8 = not judge(Limits(limits.words, TextEncoding("utf-8")))
    return (*ways, *((VERSION_8,) if in_v8 else ()), *((_UTF_8,) if with_utf_8 else ()))


def _of_file(output: Output, described: Described) -> Iterator[Breach]:
    """What only the whole shows: that it is too large for one file, or ends in a record that is lost."""
    dataset = output.dataset
    try:
        parts = parts_of(output, described)
    except NotSplit as problem:
        yield Breach(dataset.name, f"is too large for one file (--split-size), and {problem}")
        return
    if len(parts) > 1 and output.options.one_file:
        yield Breach(dataset.name, "is too large for one file (--split-size), but --one-file is given")
    limits = Limits.of(output.options)
    for part in parts:
        yield from _of_end(described, part.first, part.end)
    if len(parts) > 1:
        yield from _of_names(dataset, [part.name for part in parts], limits)


def _of_names(dataset: Dataset, names: Sequence[str], limits: Limits) -> Iterator[Breach]:
    """The first of the names of parts that is not one; those after it are no shorter."""

    def unfit(at: Limits) -> Iterator[str]:
        faults = ((name, at.fault_of_name(name)) for name in names)
        return (f"its part {name} cannot be named so: {fault}" for name, fault in faults if fault)

    if message := next(unfit(limits), ""):
        ways = () if next(unfit(Limits(V8, limits.encoding)), "") else (VERSION_8,)
        yield Breach(dataset.name, message, "", ways)


def _of_end(described: Described, first: int, end: int) -> Iterator[Breach]:
    if has_blank_end(described, first, end):
        yield Breach(
            described.dataset.name,
            f"record {end}, the last, is blank in all variables: in version 5 it would be padding",
            "",
            (VERSION_8,),
        )


_MESSAGES: Mapping[Unstored, str] = MappingProxyType(
    {
        Unstored.NOT_ENCODED: "contains text that is not {encoding}",
        Unstored.NOT_TRANSLITERATED: "contains text that is not {encoding}, and cannot be transliterated",
        Unstored.NUL: "contains text with a NUL character",
        Unstored.HEADER: "contains text that would be read as the header of another dataset",
        Unstored.TRAILING_BLANKS: "contains text with trailing blanks, which SAS does not keep",
        Unstored.TOO_LONG: "contains text of {needed} bytes; the most are {most}",
        Unstored.OUT_OF_RANGE: "contains numbers outside the range of SAS transport files, 5.4e-79 to 7.2e75",
        Unstored.NEGATIVE_ZERO: "contains -0.0, which SAS transport files do not have",
        Unstored.EARLY_OR_LATE: "contains dates outside the years 1582 to 9999",
        Unstored.TOO_FINE: "contains datetimes with more decimals than a SAS datetime of that year has",
    }
)
_WAYS: Mapping[Unstored, tuple[str, ...]] = MappingProxyType(
    {
        Unstored.NOT_ENCODED: (FIX, _UTF_8),
        Unstored.NOT_TRANSLITERATED: (_UTF_8,),
        Unstored.HEADER: (VERSION_8,),
        Unstored.TRAILING_BLANKS: (FIX,),
        Unstored.TOO_LONG: (FIX,),
        Unstored.NEGATIVE_ZERO: (FIX,),
    }
)
