"""adamgate: clinical trial exports into tables that survival tools can trust.

Names are loaded on first use, so that ``import adamgate`` and ``adamgate --help`` stay fast.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .schemas.dataset import Dataset, SpecialMissing, Study, Variable
    from .schemas.finding import Finding, GateRefused, Outcome, Report, Severity, Status
    from .schemas.gate import validate

_HOME = {
    "Dataset": ".schemas.dataset",
    "SpecialMissing": ".schemas.dataset",
    "Study": ".schemas.dataset",
    "Variable": ".schemas.dataset",
    "Finding": ".schemas.finding",
    "GateRefused": ".schemas.finding",
    "Outcome": ".schemas.finding",
    "Report": ".schemas.finding",
    "Severity": ".schemas.finding",
    "Status": ".schemas.finding",
    "validate": ".schemas.gate",
}

__all__ = [
    "Dataset",
    "Finding",
    "GateRefused",
    "Outcome",
    "Report",
    "Severity",
    "SpecialMissing",
    "Status",
    "Study",
    "Variable",
    "validate",
]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("adamgate")
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_HOME[name], __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
