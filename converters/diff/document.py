"""Differences of a dataset as JSON, by the published ``reports/diff.schema.json``."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from ...schemas.study.description import DatasetDescription
from .dataset_differences import DatasetDifferences, VariableDifferences
from .examples import DifferingCell, UnmatchedRecords
from .matching import RepeatedKeys
from .values import ShownValue

SCHEMA_VERSION = "1.1"


def dataset_document(each: DatasetDifferences, shown: bool) -> dict[str, Any]:
    """As dicts and lists; the same differences give the same document."""
    return {
        "name": each.name,
        "equal": each.equal,
        "sysinfo": each.sysinfo,
        "a": _side(each.a, each.records[0], each.only_a, each.repeated_a, each.variables_only_a),
        "b": _side(each.b, each.records[1], each.only_b, each.repeated_b, each.variables_only_b),
        "keys": {"variables": list(each.keys.variables), "origin": str(each.keys.origin)},
        "records_matched": each.matched,
        "variables_compared": len(each.compared),
        "cells": each.cells,
        "cells_within_tolerance": each.tolerated,
        "metadata": [
            {"kind": str(one.kind), "variable": one.variable or None, "a": one.a, "b": one.b}
            for one in each.metadata
        ],
        "values": [_variable(one, shown) for one in each.variables],
        "notes": list(each.notes),
    }


def _side(
    described: DatasetDescription,
    records: int,
    only: UnmatchedRecords,
    repeated: RepeatedKeys,
    variables_only: tuple[str, ...],
) -> dict[str, Any]:
    source = described.source
    return {
        "name": described.name,
        "path": str(source.path) if source else None,
        "format": source.format if source else None,
        "sha256": source.sha256 or None if source else None,
        "records": records,
        "variables": len(described.variables),
        "variables_only_here": list(variables_only),
        "records_only_here": {
            "count": only.count,
            "first": list(only.first),
            "keys": [_finite_of(keys) for keys in only.keys] or None,
        },
        "repeated_keys": {"keys": repeated.keys, "records": repeated.records},
    }


def _variable(each: VariableDifferences, shown: bool) -> dict[str, Any]:
    return {
        "variable": each.name,
        "cells": each.cells.differ,
        "missing_in_one": each.cells.one_missing,
        "within_tolerance": each.cells.tolerated,
        "largest_difference": _finite(each.cells.largest_stated(exact=shown)),
        "unit": each.cells.unit or None,
        "first": [_example(one, shown) for one in each.examples],
    }


def _example(cell: DifferingCell, shown: bool) -> dict[str, Any]:
    records: dict[str, Any] = {"record_a": cell.record_a, "record_b": cell.record_b}
    if not shown:
        return records
    return {**records, "keys": _finite_of(cell.keys or {}), "a": _finite(cell.a), "b": _finite(cell.b)}


def _finite_of(keys: Mapping[str, ShownValue]) -> dict[str, ShownValue]:
    return {name: _finite(value) for name, value in keys.items()}


def _finite(value: ShownValue) -> ShownValue:
    """JSON has no infinity."""
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value
