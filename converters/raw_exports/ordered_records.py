"""The order of the records of a mapped dataset, and their numbers; the order of the lines decides nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from ...schemas.study.columns import Codes, Distinct, Mask
from .mapped_dataset import SUBJECT, MappedRecords
from .raw_records import ascending


def ordered(mapped: MappedRecords) -> MappedRecords:
    """The records by subject and `order`, numbered if there is a `sequence`.

    Records that these do not distinguish are numbered by position only if that is declared. Without
    `sequence` they are ordered by the other variables: then those that change places are the same.
    """
    options, columns = mapped.options, mapped.records.columns
    keys = [name for name in dict.fromkeys((SUBJECT, *options.order)) if name in columns]
    ranks = [_ranks(columns[name]) for name in keys]
    order = np.lexsort((np.arange(len(mapped.records)), *ranks[::-1]))
    begins = _begins(order, ranks)
    if options.sequence:
        _judge_ties(mapped, order, begins)
        return _numbered(mapped.take(order), _begins(order, ranks[:1]))
    if options.same_order == "position":
        _judge_ties(mapped, order, begins)
        return mapped.take(order)
    others = [name for name in columns if name not in keys and not mapped.declared[name].internal]
    return mapped.take(_refined(order, begins, (_ranks(columns[name]) for name in others)))


def _ranks(column: Distinct) -> Codes:
    """The rank of each record's value, missing values last."""
    rank = np.empty(len(column) + 1, dtype=np.intp)
    rank[ascending(column)] = np.arange(len(column))
    rank[-1] = len(column)
    return rank[column.codes]


def _begins(order: Codes, ranks: Sequence[Codes]) -> Mask:
    """Which of the ordered records differ from the one before; the first does."""
    begins = np.zeros(len(order), dtype=np.bool_)
    begins[:1] = True
    for rank in ranks:
        begins[1:] |= rank[order][1:] != rank[order][:-1]
    return begins


def _is_alone(begins: Mask) -> Mask:
    """Which of the ordered records no other one equals."""
    return np.asarray(begins & np.append(begins[1:], True)[: len(begins)])


def _refined(order: Codes, begins: Mask, ranks: Iterator[Codes]) -> Codes:
    """The order in which further ranks decide between records that are the same so far."""
    order = order.copy()
    places = np.flatnonzero(~_is_alone(begins))
    group = np.cumsum(begins)[places]
    for rank in ranks:
        if not len(places):
            break
        records = order[places]
        inner = np.lexsort((rank[records], group))
        records = order[places] = records[inner]  # groups stay where they are
        changes = np.append(True, (np.diff(rank[records]) != 0) | (np.diff(group) != 0))
        kept = ~_is_alone(changes)
        places, group = places[kept], np.cumsum(changes)[kept]
    return order


def _judge_ties(mapped: MappedRecords, order: Codes, begins: Mask) -> None:
    """Records that are the same by subject and order."""
    options, account = mapped.options, mapped.account
    same = np.zeros(len(order), dtype=np.bool_)
    same[order] = ~_is_alone(begins)
    if options.same_order == "position":
        effect = "records of a subject that order does not distinguish, by position"
        account.note("same_order", "position", effect, int(same.sum()))
    elif same.any():
        account.refuse(
            f"the same {', '.join(options.order)} as another record of the subject",
            f"{mapped.place} order",
            'add variables to order, or declare same_order = "position"',
            mapped.records,
            same,
        )


def _numbered(mapped: MappedRecords, begins: Mask) -> MappedRecords:
    """Records by subject with their numbers, behind USUBJID."""
    starts = np.flatnonzero(begins)
    number = np.arange(len(begins)) - np.repeat(starts, np.diff(np.append(starts, len(begins)))) + 1
    values, codes = np.unique(number, return_inverse=True)
    sequence = Distinct(values.astype(np.float64).astype(object), codes.astype(np.intp))
    columns: dict[str, Distinct] = {}
    for name, column in mapped.records.columns.items():
        columns[name] = column
        if name == SUBJECT:
            columns[mapped.options.sequence] = sequence
    return replace(mapped, records=replace(mapped.records, columns=columns))
