"""adamgate: clinical trial exports into tables that survival tools can trust.

Names are loaded on first use, so that ``import adamgate`` and ``adamgate --help`` stay fast.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .converters.baseline import read_baseline as read_baseline
    from .converters.convert import convert as convert
    from .converters.describe import Description as Description
    from .converters.describe import describe as describe
    from .converters.readers import read as read
    from .converters.reports import render as render
    from .converters.reports.rule_page import explain as explain
    from .converters.rule_files import load_rules as load_rules
    from .converters.survival import AnalysisTable as AnalysisTable
    from .converters.survival import survival as survival
    from .converters.writers import write as write
    from .converters.writers.losses import MetadataNotKept as MetadataNotKept
    from .schemas.baseline import Baseline as Baseline
    from .schemas.custom_rules import condition_rule as condition_rule
    from .schemas.dataset import Dataset as Dataset
    from .schemas.dataset import SpecialMissing as SpecialMissing
    from .schemas.dataset import Study as Study
    from .schemas.dataset import Variable as Variable
    from .schemas.declarations import Declarations as Declarations
    from .schemas.declarations import Endpoint as Endpoint
    from .schemas.errors import AdamgateError as AdamgateError
    from .schemas.errors import ConfigurationError as ConfigurationError
    from .schemas.errors import Refused as Refused
    from .schemas.errors import UnreadableInput as UnreadableInput
    from .schemas.errors import UnreadableInputs as UnreadableInputs
    from .schemas.errors import UnwritableOutput as UnwritableOutput
    from .schemas.finding import Finding as Finding
    from .schemas.finding import GateRefused as GateRefused
    from .schemas.finding import Outcome as Outcome
    from .schemas.finding import Report as Report
    from .schemas.finding import Severity as Severity
    from .schemas.finding import Status as Status
    from .schemas.gate import validate as validate
    from .schemas.rule import Citation as Citation
    from .schemas.rule import Fault as Fault
    from .schemas.rule import Grain as Grain
    from .schemas.rule import Inapplicable as Inapplicable
    from .schemas.rule import Inference as Inference
    from .schemas.rule import Rule as Rule
    from .schemas.rule import Standards as Standards
    from .schemas.rule import rule as rule
    from .schemas.rules import rule_book as rule_book
    from .schemas.structure import Structure as Structure
    from .schemas.waiver import Waiver as Waiver

# Home of each public name; a test holds it equal to the imports above, which are for type checkers.
_HOMES = {
    ".converters.baseline": ("read_baseline",),
    ".converters.convert": ("convert",),
    ".converters.describe": ("Description", "describe"),
    ".converters.readers": ("read",),
    ".converters.reports": ("render",),
    ".converters.reports.rule_page": ("explain",),
    ".converters.rule_files": ("load_rules",),
    ".converters.survival": ("AnalysisTable", "survival"),
    ".converters.writers": ("write",),
    ".converters.writers.losses": ("MetadataNotKept",),
    ".schemas.baseline": ("Baseline",),
    ".schemas.custom_rules": ("condition_rule",),
    ".schemas.dataset": ("Dataset", "SpecialMissing", "Study", "Variable"),
    ".schemas.declarations": ("Declarations", "Endpoint"),
    ".schemas.errors": (
        "AdamgateError",
        "ConfigurationError",
        "Refused",
        "UnreadableInput",
        "UnreadableInputs",
        "UnwritableOutput",
    ),
    ".schemas.finding": ("Finding", "GateRefused", "Outcome", "Report", "Severity", "Status"),
    ".schemas.gate": ("validate",),
    ".schemas.rule": (
        "Citation",
        "Fault",
        "Grain",
        "Inapplicable",
        "Inference",
        "Rule",
        "Standards",
        "rule",
    ),
    ".schemas.rules": ("rule_book",),
    ".schemas.structure": ("Structure",),
    ".schemas.waiver": ("Waiver",),
}
_HOME = {name: module for module, names in _HOMES.items() for name in names}

__all__ = list(_HOME)


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
