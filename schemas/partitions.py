"""Where parts of a study were judged; they are in ``adamgate.schemas.gate.execution`` now.

The names stay importable from here.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Unpack

from .gate.execution import Partition, Partitioned, join, partition
from .gate.report import Report
from .gate.validate import GateOptions, judge

__all__ = ["Partition", "Partitioned", "join", "partition", "validate_partitions"]


def validate_partitions(
    partitions: Sequence[Partition],
    *,
    rules: Collection[str] | None = None,
    **options: Unpack[GateOptions],
) -> Report:
    """Judge a study part by part; the report is that of `validate` on the whole.

    Parameters
    ----------
    partitions : sequence of Partition
        All parts of one study.
    rules, **options
        As in `judge`.
    """
    options["executor"] = Partitioned(partitions)
    return judge(join(partitions), rules=rules, **options)
