"""The records of the source that are derived: those that meet the condition, of subjects of ADSL."""

from __future__ import annotations

import numpy as np

from ....schemas.evidence.subjects import adsl_record
from ....schemas.study.columns import Codes, Mask
from ....schemas.study.dataset import Dataset
from ....schemas.wording import counted, did_you_mean
from ..domain_records import kept_records, selected_records
from ..sources import dataset_called
from ..supplement import supplemented
from ..task import DerivationTask
from .event_table import EventTable
from .options import AdverseEvents


def event_table(task: DerivationTask, options: AdverseEvents) -> EventTable:
    """The records of the source, with supplemental qualifiers, and nothing derived yet.

    Raises
    ------
    DerivationRefused
        If the source does not fit.
    """
    account, place = task.account, f"[derive.{task.name}]"
    data = dataset_called(options.dataset, task.study)
    if data is None:
        advice = did_you_mean(options.dataset, task.study.datasets)
        account.problem(f"dataset {options.dataset} is not present", f"{place} dataset", advice)
        account.require_none()
        raise AssertionError
    sequence = options.sequence or f"{options.dataset}SEQ"
    for name, key in (("USUBJID", "dataset"), (sequence, "sequence")):
        if name not in data:
            advice = did_you_mean(name, data.names)
            account.problem(f"{name} is not present in {data.name}", f"{place} {key}", advice)
    account.require_none()
    data = supplemented(task, options, options.dataset, data)
    account.require_none()
    selected = selected_records(task, options, data)
    subject = adsl_record(data, task.adsl)
    _judge_subjects(task, options, data, selected & (subject < 0))
    (kept,) = np.nonzero(selected & (subject >= 0))
    account.used(data, kept)
    table = EventTable(task, options, kept_records(data, kept), subject[kept])
    _judge_sequence(table, sequence)
    account.require_none()
    return table


def _judge_subjects(task: DerivationTask, options: AdverseEvents, data: Dataset, unknown: Mask) -> None:
    if options.unknown_subjects == "exclude":
        effect = f"records of {data.name} whose subject is not in ADSL excluded"
        task.account.effect("unknown_subjects", "exclude", effect, data, unknown, unit="record")
    elif unknown.any():
        task.account.problem(
            f"{counted(int(unknown.sum()), 'record')} of {data.name} of a subject who is not in ADSL",
            f"[derive.{task.name}] dataset",
            'correct ADSL, or declare unknown_subjects = "exclude"',
            data,
            unknown,
        )


def _judge_sequence(table: EventTable, sequence: str) -> None:
    """A record is found again by its subject and sequence."""
    data = table.source
    missing = data.missing(sequence)
    number = counted(int(missing.sum()), "record")
    table.refuse(f"{sequence} is missing in {number}", "sequence", "correct the data", missing)
    repeated = ~missing & _repeated(data.groups("USUBJID", sequence))
    if table.options.repeated_sequence == "keep":
        effect = f"records that share {sequence} with another of their subject kept"
        table.effect("repeated_sequence", "keep", effect, repeated)
        return
    number = counted(int(repeated.sum()), "record")
    advice = 'correct the data, declare another sequence, or repeated_sequence = "keep"'
    table.refuse(
        f"{number} of subjects who have several with the same {sequence}", "sequence", advice, repeated
    )


def _repeated(groups: Codes) -> Mask:
    repeated: Mask = np.bincount(groups)[groups] > 1 if len(groups) else np.zeros(0, dtype=np.bool_)
    return repeated
