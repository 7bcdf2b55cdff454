"""Run every part, and write the record of it."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO

from ...schemas.gate.selection import full_book
from ..formats.planned_file import PlannedFile
from ..formats.stated_time import stated_epoch
from ..reports.files import refuse_existing
from ..reports.presentation import as_json
from ..writing.atomic import write_together
from .checked_case import CheckedCase, CheckedPart, NotRun, failure
from .format_cases import format_cases
from .html_record import html_record
from .installation import Installation
from .record import FORMATS, INSTALLATION, RULES, TABLES, QualificationRecord
from .rule_cases import rule_cases
from .table_cases import table_cases

Cases = Callable[[], Iterable[CheckedCase | NotRun]]
PARTS: Mapping[str, Cases] = MappingProxyType({RULES: rule_cases, FORMATS: format_cases, TABLES: table_cases})
"""What operational qualification consists of."""

JSON_NAME, HTML_NAME = "qualification.json", "qualification.html"


def qualify(
    progress: Callable[[str], None] = lambda _part: None, parts: Mapping[str, Cases] = PARTS
) -> QualificationRecord:
    """Check the installation, and run all stored examples.

    Parameters
    ----------
    progress : callable
        Called with the name of each part before it runs.
    parts : mapping of str to callable
        What is run.
    """
    installation = Installation()
    made = stated_epoch() or datetime.now(UTC).replace(microsecond=0)
    checked = []
    for name, cases in {INSTALLATION: installation.cases, **parts}.items():
        progress(name)
        checked.append(CheckedPart.of(name, _to_the_end(cases)))
    return QualificationRecord(made, installation, full_book(), tuple(checked))


def _to_the_end(cases: Cases) -> Iterator[CheckedCase | NotRun]:
    """The cases of a part; one that ends in an error says so and leaves the other parts to run."""
    try:
        yield from cases()
    except Exception as error:
        yield CheckedCase("all cases", "run to the end", ("no error",), failure(error))


def write_record(record: QualificationRecord, folder: Path, *, overwrite: bool = False) -> list[Path]:
    """Write both forms of a record, or neither.

    Raises
    ------
    UnwritableOutput
        When one exists and is not to be replaced, or cannot be written.
    """
    document = record.document()
    of_json = as_json(document).encode("utf-8", "backslashreplace")
    page = html_record(document, hashlib.sha256(of_json).hexdigest())
    contents = {HTML_NAME: page.encode("utf-8", "backslashreplace"), JSON_NAME: of_json}
    files = [PlannedFile(folder / name, partial(_put, content)) for name, content in contents.items()]
    return write_together(files, overwrite=overwrite)


def require_no_record(folder: Path) -> None:
    """Refuse a folder that has a record, before anything is run.

    Raises
    ------
    UnwritableOutput
    """
    for name in (HTML_NAME, JSON_NAME):
        refuse_existing(folder / name, overwrite=False)


def _put(content: bytes, stream: BinaryIO | io.BufferedIOBase) -> None:
    stream.write(content)
