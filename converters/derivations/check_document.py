"""What a check found of a dataset, as JSON: of the key ``check`` of ``reports/derivation.schema.json``."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from ...schemas.study.description import DatasetDescription
from ..diff.metadata import MetadataDifference
from ..diff.values import ShownValue
from .checked import CheckedDataset, CheckedRecord, RecordsOfOne, SourceRecord


def checked_document(each: CheckedDataset, shown: bool) -> dict[str, Any]:
    """As dicts and lists; the same differences give the same document."""
    found = each.differences
    return {
        "name": each.name,
        "equal": each.equal,
        "keys": list(found.keys.variables),
        "records_matched": found.matched,
        "records_differing": each.differing,
        "variables_compared": len(found.compared),
        "cells": found.cells,
        "cells_within_tolerance": found.tolerated,
        "derived": _side(
            each.name, each.derived, found.records[0], each.only_derived, found.variables_only_a
        ),
        "delivered": _side(
            each.delivered_name, each.delivered, found.records[1], each.only_delivered, found.variables_only_b
        ),
        "metadata_counts": each.metadata_counts,
        "metadata": _metadata((*each.types, *each.metadata)),
        "variables": [
            {"parameter": one.parameter or None, "variable": one.variable, "cells": one.cells}
            for one in each.variables
        ],
        "records_alike": [
            {
                "parameter": one.parameter or None,
                "cause": one.cause,
                "variables": list(one.variables),
                "records": one.count,
                "relations": list(one.relations),
                "first": [_record(record, shown) for record in one.first],
            }
            for one in each.alike
        ],
        "notes": list(found.notes),
    }


def _side(
    name: str,
    described: DatasetDescription,
    records: int,
    only: Iterable[RecordsOfOne],
    variables_only: tuple[str, ...],
) -> dict[str, Any]:
    source = described.source
    return {
        "name": name,
        "path": source.path.as_posix() if source else None,
        "format": source.format if source else None,
        "sha256": source.sha256 or None if source else None,
        "records": records,
        "variables": len(described.variables),
        "variables_only_here": list(variables_only),
        "records_only_here": [
            {
                "parameter": each.parameter or None,
                "count": each.count,
                "first": list(each.first),
                "subjects": list(each.subjects) or None,
            }
            for each in only
        ],
    }


def _metadata(found: Iterable[MetadataDifference]) -> list[dict[str, Any]]:
    return [
        {"kind": str(each.kind), "variable": each.variable or None, "derived": each.a, "delivered": each.b}
        for each in found
    ]


def _record(record: CheckedRecord, shown: bool) -> dict[str, Any]:
    values = [
        {"variable": each.variable, "derived": _finite(each.derived), "delivered": _finite(each.delivered)}
        for each in record.cells
    ]
    return {
        "record_derived": record.record_derived,
        "record_delivered": record.record_delivered,
        "subject": record.subject or None,
        "source_derived": _source(record.source_derived),
        "source_delivered": _source(record.source_delivered),
        "values": values if shown else None,
    }


def _source(source: SourceRecord | None) -> dict[str, Any] | None:
    if source is None:
        return None
    return {
        "srcdom": source.dataset or None,
        "srcvar": source.variable or None,
        "srcseq": source.sequence,
    }


def _finite(value: ShownValue) -> ShownValue:
    """JSON has no infinity."""
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value
