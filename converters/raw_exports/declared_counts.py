"""Whether a table has as many records, and as many subjects, as are declared."""

from __future__ import annotations

import numpy as np

from ...schemas.wording import counted
from .declared_files import listed
from .mapped_variables import MappedVariables
from .raw_records import RawRecords
from .repeated_records import first_alike

_FILES_LISTED = 30
_SUBJECT = "USUBJID"


def judge_counts(mapped: MappedVariables) -> None:
    """Note where the records of the files, or their subjects, are not as many as declared."""
    part = mapped.part
    options, records = part.options, sum(part.used)
    if options.expected_records not in (None, records):
        files = [f"{each.name} {used:,}" for each, used in zip(part.tables, part.used, strict=True)]
        repeated = _repeated(part.records) if records > options.expected_records else ""
        part.account.problem(
            f"{counted(records, 'record')} found, {options.expected_records:,} expected: "
            f"{listed(files, _FILES_LISTED)}{repeated}",
            part.place("expected_records"),
            "deliver the files again, or correct expected_records",
        )
    if options.expected_subjects is None:
        return
    if _SUBJECT not in options.variables:
        what, advice = f"{_SUBJECT} is not a variable", "map it, or omit expected_subjects"
        part.account.problem(what, part.place("expected_subjects"), advice)
        return
    subjects = len(mapped[_SUBJECT])
    if options.expected_subjects != subjects:
        names = listed([each.name for each in part.tables], _FILES_LISTED)
        part.account.problem(
            f"{counted(subjects, 'subject')} found, {options.expected_subjects:,} expected: {names}",
            part.place("expected_subjects"),
            "deliver the files again, or correct expected_subjects",
        )


def _repeated(records: RawRecords) -> str:
    """Where a record has the values of an earlier one: a form that was sent twice."""
    first = first_alike(records)
    (copies,) = np.nonzero(first < np.arange(len(records)))
    if not len(copies):
        return ""
    here, there = int(copies[0]), int(first[copies[0]])
    return (
        f"; {counted(len(copies), 'record')} with the values of another one; "
        f"first: {records.place_of(here)} and {records.place_of(there)}"
    )
