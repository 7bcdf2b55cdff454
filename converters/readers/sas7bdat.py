"""sas7bdat through pyreadstat, with what it leaves out: whole files only, special missing values, dates
that cannot overflow, stray bytes in text, and the format catalogue beside the data.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyreadstat
from numpy.typing import NDArray

from ...schemas.dataset import Dataset, ReadingNote, Source, SpecialMissing, Variable
from ...schemas.errors import ConfigurationError, UnreadableInput
from ...schemas.spelling import one_line
from ..sas_formats import kind_of
from .file_kind import seems
from .protocol import ReadOptions
from .sas7bcat import value_labels
from .text import Undecoded, codec_name, decode_values, undecodable, undecoded_note
from .text_column import TextBlocks
from .typed_text import STAMPS_OF

_MAGIC = bytes(12) + bytes.fromhex("c2ea8160b31411cfbd92080009c7318c181f1011")
_DAMAGED = "copy it anew; if it is encrypted or needs a password, save it without in SAS (ENCRYPT=NO)"
_FAILURES = (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, ValueError, OverflowError)
_BYTES = "iso-8859-1"
"""Every byte is a character in it, so that bytes survive to be decoded value by value."""


@dataclass(frozen=True, slots=True)
class _Decoding:
    """How text is decoded: by pyreadstat as the file declares, or by us value by value.

    Attributes
    ----------
    ours : bool
        Whether pyreadstat gave every byte as a character.
    encoding : str or None
        The user's own choice.
    declared : str or None
        What the file says.
    """

    ours: bool
    encoding: str | None
    declared: str | None

    def values(self, texts: Sequence[str]) -> tuple[Sequence[str], Undecoded | None]:
        if not self.ours:
            return texts, None
        return decode_values([text.encode(_BYTES) for text in texts], self.encoding, self.declared)

    def text(self, text: str | None) -> str:
        return self.values([text or ""])[0][0]


@dataclass(frozen=True, slots=True)
class _Column:
    """One column as the dataset holds it."""

    values: Any
    special_missing: SpecialMissing | None = None
    notes: tuple[ReadingNote, ...] = ()


def read_sas7bdat(path: Path, options: ReadOptions, /) -> list[Dataset]:
    """Read a sas7bdat file as one dataset.

    Parameters
    ----------
    path : Path
    options : ReadOptions
        Without `catalog` the file ``formats.sas7bcat`` beside the data is taken, else the only
        ``*.sas7bcat`` there. Its value labels go to ``attributes["value_labels"]``: per variable a
        mapping of value (as text, ".A" for a special missing) to label.

    Raises
    ------
    UnreadableInput
        When the file is no whole SAS dataset, is encrypted, or holds text that is not in the encoding
        the user named; or when the catalogue the user named is no SAS catalogue.
    """
    _refuse_others(path)
    read, metadata, decoding = _read(path, options)
    if not metadata.column_names:  # a copy that was broken off may hold zeros for the rest
        raise UnreadableInput("the SAS dataset describes no variables", str(path), _DAMAGED)
    name = (decoding.text(metadata.table_name).strip() or path.stem).upper()
    variables = tuple(_variables(metadata, decoding))
    columns = [
        _column(variable, values, name, decoding, path)
        for variable, values in zip(variables, read.values(), strict=True)
    ]
    labels, labels_notes = value_labels(path, name, variables, options.catalog)
    if options.progress:
        options.progress(path.name, metadata.number_rows, metadata.number_rows)
    return [
        Dataset(
            name=name,
            frame=pd.DataFrame(
                {variable.name: column.values for variable, column in zip(variables, columns, strict=True)},
                index=pd.RangeIndex(metadata.number_rows),
                columns=[variable.name for variable in variables],
            ),
            variables=variables,
            label=decoding.text(metadata.file_label),
            source=Source(path, "SAS7BDAT", encoding=decoding.encoding or decoding.declared or "utf-8"),
            special_missing=MappingProxyType(
                {
                    variable.name: column.special_missing
                    for variable, column in zip(variables, columns, strict=True)
                    if column.special_missing is not None
                }
            ),
            created=metadata.creation_time,
            modified=metadata.modification_time,
            notes=tuple(chain(*(column.notes for column in columns), labels_notes)),
            attributes=MappingProxyType({"value_labels": labels} if labels else {}),
        )
    ]


def _refuse_others(path: Path) -> None:
    """Refuse what is no sas7bdat, or less of one than its header says."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(512)
    if not head.startswith(_MAGIC):
        kind = seems(head)
        what = {"empty": "the file is empty", "": "this is no SAS dataset"}.get(kind, f"this is {kind}")
        raise UnreadableInput(what, str(path), "export the dataset from SAS anew")
    expected = _expected_size(head)
    if size < expected:
        raise UnreadableInput(
            f"the file is cut short: {size:,} of {expected:,} bytes", str(path), "copy it anew"
        )


def _expected_size(head: bytes) -> int:
    """Bytes of header and pages, by the header (M. Shotwell, "SAS7BDAT Database Binary Format")."""
    order: Literal["little", "big"] = "little" if head[37:38] == b"\x01" else "big"
    shift = 4 if head[35:36] == b"3" else 0
    width = 8 if head[32:33] == b"3" else 4
    header, page = (int.from_bytes(head[at + shift : at + shift + 4], order) for at in (196, 200))
    return header + page * int.from_bytes(head[204 + shift : 204 + shift + width], order)


def _read(path: Path, options: ReadOptions) -> tuple[dict[str, list[Any]], Any, _Decoding]:
    """Values by variable, metadata, and how text is still to be decoded."""
    wanted = codec_name(options.encoding) if options.encoding else None
    if wanted is None:
        try:
            values, metadata = _pyreadstat(path, None)
            return values, metadata, _Decoding(False, None, (metadata.file_encoding or "utf-8").lower())
        except UnicodeError:
            pass
        except pyreadstat.ReadstatError as error:
            if "encoding" not in str(error) and "string" not in str(error):
                raise _unreadable(path, error) from error
        except _FAILURES as error:
            raise _unreadable(path, error) from error
    try:
        values, metadata = _pyreadstat(path, _BYTES)
    except _FAILURES as error:
        raise _unreadable(path, error) from error
    return values, metadata, _Decoding(True, wanted, _declared(path))


def _pyreadstat(path: Path, encoding: str | None) -> tuple[dict[str, list[Any]], Any]:
    values, metadata = pyreadstat.read_sas7bdat(
        path, encoding=encoding, user_missing=True, disable_datetime_conversion=True, output_format="dict"
    )
    return values, metadata


def _unreadable(path: Path, error: Exception) -> UnreadableInput:
    return UnreadableInput(
        "the SAS dataset is damaged, encrypted or of a kind that cannot be read",
        f"{path}: {one_line(str(error))}",
        _DAMAGED,
    )


def _declared(path: Path) -> str | None:
    """The encoding that the file declares, as Python knows it."""
    try:
        return codec_name(pyreadstat.read_sas7bdat(path, metadataonly=True)[1].file_encoding or "")
    except (*_FAILURES, ConfigurationError):
        return None


def _variables(metadata: Any, decoding: _Decoding) -> Iterator[Variable]:
    for name, label in zip(metadata.column_names, metadata.column_labels, strict=True):
        yield Variable(
            name=decoding.text(name),
            label=decoding.text(label),
            type="Char" if metadata.readstat_variable_types[name] == "string" else "Num",
            length=metadata.variable_storage_width[name],
            format=_format(metadata.original_variable_types[name]),
            informat=_format(metadata.original_variable_informats[name]),
        )


def _format(text: str | None) -> str:
    """A format as SAS writes it, "DATE9." of "DATE9"."""
    return f"{text}." if text and "." not in text else text or ""


def _column(variable: Variable, values: list[Any], dataset: str, decoding: _Decoding, path: Path) -> _Column:
    if variable.type == "Char":
        return _text_column(variable, values, dataset, decoding, path)
    numbers, special = _numbers(values)
    kind = kind_of(variable.format)
    if kind not in STAMPS_OF:
        return _Column(numbers, special)
    stamps = STAMPS_OF[kind](numbers)
    if stamps is None:
        message = f"has a {kind} format and holds what SAS does not count as one; numbers are kept"
        return _Column(numbers, special, (ReadingNote(dataset, message, variable.name),))
    return _Column(stamps, special)


def _text_column(
    variable: Variable, values: list[str | None], dataset: str, decoding: _Decoding, path: Path
) -> _Column:
    blocks = TextBlocks()
    blocks.add(pa.array(values, pa.large_string()))
    column = blocks.column()
    texts, undecoded = decoding.values(column.values.fill_null("").to_pylist())
    if undecoded is None:
        decoded = column.with_values(pa.array(texts, pa.large_string())) if decoding.ours else column
        return _Column(decoded.to_pandas())
    first = np.zeros(len(texts), dtype=np.bool_)
    first[undecoded.position] = True
    record = column.first_record(first)
    if decoding.encoding is not None:
        raise undecodable(undecoded, decoding.encoding, f"{path}, dataset {dataset}", variable.name, record)
    note = undecoded_note(undecoded, dataset, variable.name, record)
    return _Column(column.with_values(pa.array(texts, pa.large_string())).to_pandas(), notes=(note,))


def _numbers(values: list[Any]) -> tuple[NDArray[np.float64], SpecialMissing | None]:
    """Doubles and special missing values, which pyreadstat gives as letters among the numbers."""
    if str not in set(map(type, values)):
        return np.array(values, dtype=np.float64), None
    mixed = np.array(values, dtype=object)
    tagged = np.fromiter((isinstance(value, str) for value in values), np.bool_, len(values))
    records = np.flatnonzero(tagged).astype(np.int64)
    tags = mixed[tagged].astype("<U1")
    mixed[tagged] = None
    return mixed.astype(np.float64), SpecialMissing(records, tags)
