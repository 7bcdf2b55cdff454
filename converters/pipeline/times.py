"""When each step ran and how long it took: a file beside the record, which has no times."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from ..reports.files import write_document
from .record import times_of


@dataclass(frozen=True, slots=True)
class StepTime:
    """When a step began and ended, in UTC."""

    started: str
    ended: str
    seconds: float

    @classmethod
    def between(cls, started: float, ended: float) -> StepTime:
        """From seconds since 1970."""
        first, last = (datetime.fromtimestamp(each, UTC).isoformat() for each in (started, ended))
        return cls(first, last, round(ended - started, 3))


def read_times(record: Path) -> dict[str, StepTime]:
    """The times beside a record; those that cannot be read are not known."""
    try:
        lines = times_of(record).read_text(encoding="utf-8").splitlines()
        documents = [json.loads(line) for line in lines]
        return {each.pop("step"): StepTime(**each) for each in documents}
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return {}


def write_times(times: Mapping[str, StepTime], record: Path) -> None:
    """Write them beside a record."""
    lines = (json.dumps({"step": step, **asdict(each)}) for step, each in times.items())
    write_document("".join(f"{line}\n" for line in lines), times_of(record), overwrite=True)
