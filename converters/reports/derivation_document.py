"""What a derivation did, as one JSON document, by the published ``derivation.schema.json``.

The same inputs and specification give the same bytes: no clock, one order.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ...schemas.study.dataset import Dataset
from ..derivations.derivation_check import DerivationCheck
from ..derivations.record import DecidedBy, DerivationRecord, ImputationRange, PolicyEffect
from ..derivations.variations import VariedEndpoint
from ..writing.file_hashes import FileHash
from .derivation_variations import variations_document

SCHEMA_VERSION = "1.1"
SCHEMA = Path(__file__).with_name("derivation.schema.json")
_VALUES = 1000
"""Values that are listed for each policy."""
_LIBRARIES = ("adamgate", "numpy", "pandas", "pyarrow")


@dataclass(frozen=True)
class DerivationFiles:
    """The files of a derivation.

    Attributes
    ----------
    specification : Path
    sha256 : str
        Of the specification.
    inputs : tuple of Dataset
        What was read.
    outputs : mapping of Path to FileHash
        What was written.
    """

    specification: Path
    sha256: str
    inputs: tuple[Dataset, ...] = ()
    outputs: Mapping[Path, FileHash] = field(default_factory=dict)


def document(
    record: DerivationRecord,
    files: DerivationFiles,
    *,
    check: DerivationCheck | None = None,
    variations: Sequence[VariedEndpoint] | None = None,
    show_keys: bool,
    show_values: bool,
) -> dict[str, Any]:
    """The document as dicts and lists.

    Parameters
    ----------
    record : DerivationRecord
    files : DerivationFiles
    check : DerivationCheck, optional
    variations : sequence of VariedEndpoint, optional
    show_keys : bool
        With subjects.
    show_values : bool
        With AVAL of subjects whom a variation moves; `check` has its values or not.
    """
    varied = None
    if variations is not None:
        varied = variations_document(variations, show_keys=show_keys, show_values=show_values)
    return {
        "schema_version": SCHEMA_VERSION,
        "versions": {library: version(library) for library in _LIBRARIES},
        "specification": {"path": files.specification.as_posix(), "sha256": files.sha256},
        "keys_shown": show_keys,
        "inputs": [_input(each) for each in files.inputs],
        "outputs": [
            {"path": path.as_posix(), "size": each.size, "sha256": each.sha256}
            for path, each in files.outputs.items()
        ],
        "datasets": [_dataset(name, record, show_keys) for name in record.records],
        "check": None if check is None else check.to_dict(),
        "variations": varied,
    }


def _input(dataset: Dataset) -> dict[str, Any]:
    source = dataset.source
    return {
        "dataset": dataset.name,
        "records": len(dataset),
        "path": None if source is None else source.path.as_posix(),
        "format": None if source is None else source.format,
        "sha256": None if source is None else source.sha256 or None,
    }


def _dataset(name: str, record: DerivationRecord, keys: bool) -> dict[str, Any]:
    own = record.of_dataset(name)
    return {
        "name": name,
        "records": record.records[name],
        "declaration": record.declaration(name),
        "made_from": [
            {"dataset": each.source, "records": each.records, "used": each.used} for each in own.made_from
        ],
        "policies": [_effect(each, keys) for each in own.effects if not each.parameter],
        "absent_values": [
            {
                "where": each.where,
                "dataset": each.source,
                "variable": each.variable,
                "value": each.value,
                "nearest": each.nearest or None,
            }
            for each in own.absent
        ],
        "parameters": [_parameter(each, own, keys) for each in own.parameters],
    }


def _parameter(parameter: str, own: DerivationRecord, keys: bool) -> dict[str, Any]:
    decided = [each for each in own.decided if each.parameter == parameter]
    ranges = (each for each in own.ranges if each.parameter == parameter)
    return {
        "parameter": parameter,
        "records": own.records_of(next(iter(own.records)), parameter),
        "events": sum(each.records for each in decided if each.cnsr == 0),
        "decided_by": [_decided(each) for each in decided],
        "policies": [_effect(each, keys) for each in own.effects if each.parameter == parameter],
        "imputed": next((_range(each, keys) for each in ranges), None),
    }


def _decided(each: DecidedBy) -> dict[str, Any]:
    return {
        "source": each.source,
        "cnsr": each.cnsr,
        "description": each.description,
        "records": each.records,
    }


def _effect(each: PolicyEffect, keys: bool) -> dict[str, Any]:
    return {
        "policy": each.policy,
        "value": each.value,
        "effect": each.effect,
        "unit": each.unit,
        "count": each.count,
        "subjects": list(each.subjects) if keys else None,
        "values": [
            {"value": one.value, "became": one.became, "count": one.count} for one in each.values[:_VALUES]
        ],
        "other_values": max(len(each.values) - _VALUES, 0),
    }


def _range(each: ImputationRange, keys: bool) -> dict[str, Any]:
    durations = [
        {
            "subject": one.subject,
            "aval": one.aval,
            "lowest": _finite(one.lowest),
            "highest": _finite(one.highest),
        }
        for one in each.durations
    ]
    return {
        "subjects": len(each.durations),
        "median": _finite(each.median),
        "lowest_median": _finite(each.lowest_median),
        "highest_median": _finite(each.highest_median),
        "durations": durations if keys else None,
    }


def _finite(value: float) -> float | None:
    """A median that is not reached, or an end that is open, is null."""
    return value if math.isfinite(value) else None
