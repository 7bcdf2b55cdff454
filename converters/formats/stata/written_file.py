"""A .dta file of release 118: its head, then blocks of records straight from columns, then what is behind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import accumulate
from typing import BinaryIO

import numpy as np

from ....schemas.study.dataset import Dataset
from ...fixed_width.stored_columns import write_records
from ...values.arrow_columns import shape_of
from ..format import Output
from ..stated_time import stated_epoch
from .layout import LONG_TEXT
from .long_texts import write_long_texts
from .release import WRITTEN
from .stored_columns import StataColumn, described_columns
from .value_labels import written_value_labels

_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
_NO_TIME = datetime(1960, 1, 1)


def write_dta(
    output: Output,
    stream: BinaryIO,
    labels: Mapping[str, Mapping[int, str]],
    coded: Mapping[str, Sequence[str]],
    characteristics: Mapping[tuple[str, str], bytes],
) -> None:
    """Write a dataset without breaches.

    Parameters
    ----------
    labels : mapping
        By variable, then by integer.
    coded : mapping
        Variables of texts that are numbers from 1, and the text of each number.
    characteristics : mapping
        By variable and name.
    """
    dataset = output.dataset
    shapes = {each.name: shape_of(dataset, each) for each in dataset.variables}
    described = described_columns(dataset, shapes, coded)
    parts = _parts_of_head(dataset, described, labels, characteristics)
    places = list(accumulate(map(len, parts), initial=0))[: len(parts)]
    begin = stream.tell()
    stream.write(b"".join(parts))
    starts = [*places, sum(map(len, parts))]
    stream.write(b"<data>")
    write_records(stream, [each.column for each in described], 0, len(dataset), output.tell)
    stream.write(b"</data>")
    starts.append(stream.tell() - begin)
    stream.write(b"<strls>")
    long = [
        (place, variable.name)
        for place, (variable, each) in enumerate(zip(dataset.variables, described, strict=True), start=1)
        if each.kind == LONG_TEXT
    ]
    write_long_texts(stream, dataset, long)
    stream.write(b"</strls>")
    starts.append(stream.tell() - begin)
    sets = (written_value_labels(name, each) for name, each in labels.items())
    stream.write(b"<value_labels>" + b"".join(sets) + b"</value_labels>")
    starts.append(stream.tell() - begin)
    stream.write(b"</stata_dta>")
    starts.append(stream.tell() - begin)
    stream.seek(begin + places[1])
    stream.write(_tagged("map", np.array(starts, "<u8").tobytes()))
    stream.seek(begin + starts[-1])


def _parts_of_head(
    dataset: Dataset,
    described: Sequence[StataColumn],
    labels: Mapping[str, object],
    characteristics: Mapping[tuple[str, str], bytes],
) -> list[bytes]:
    """The parts before the data, each with its tag; the map is filled in when all places are known."""
    names = [each.name for each in dataset.variables]
    fixed = WRITTEN
    return [
        b"<stata_dta>" + _tagged("header", _header(dataset)),
        _tagged("map", bytes(8 * 14)),
        _tagged("variable_types", np.array([each.code for each in described], "<u2").tobytes()),
        _tagged("varnames", _texts(names, fixed.name)),
        _tagged("sortlist", bytes(2 * (len(names) + 1))),
        _tagged("formats", _texts([each.display for each in described], fixed.format)),
        _tagged("value_label_names", _texts([name if name in labels else "" for name in names], fixed.name)),
        _tagged("variable_labels", _texts([each.label for each in dataset.variables], fixed.label)),
        _tagged("characteristics", b"".join(_characteristic(*each) for each in characteristics.items())),
    ]


def _header(dataset: Dataset) -> bytes:
    label = dataset.label.encode()
    stamp = _stamp(dataset).encode()
    return (
        f"<release>{WRITTEN.number}</release><byteorder>LSF</byteorder>".encode()
        + _tagged("K", np.array(len(dataset.variables), f"<{WRITTEN.variables}").tobytes())
        + _tagged("N", np.array(len(dataset), f"<{WRITTEN.records}").tobytes())
        + _tagged("label", np.array(len(label), f"<{WRITTEN.file_label}").tobytes() + label)
        + _tagged("timestamp", bytes([len(stamp)]) + stamp)
    )


def _stamp(dataset: Dataset) -> str:
    time = dataset.modified or dataset.created or stated_epoch() or _NO_TIME
    return f"{time.day:02} {_MONTHS[time.month - 1]} {time.year:04} {time.hour:02}:{time.minute:02}"


def _tagged(tag: str, content: bytes) -> bytes:
    return f"<{tag}>".encode() + content + f"</{tag}>".encode()


def _texts(texts: Iterable[str], width: int) -> bytes:
    return b"".join(each.encode().ljust(width, b"\0") for each in texts)


def _characteristic(named: tuple[str, str], text: bytes) -> bytes:
    content = _texts(named, WRITTEN.name) + text + b"\0"
    return _tagged("ch", np.array(len(content), "<u4").tobytes() + content)
