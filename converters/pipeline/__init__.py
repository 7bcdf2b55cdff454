"""Steps of a project, from its data to its tables: a module for each kind in `steps/`, an entry in `KINDS`.

Needs no pandas: a run in which nothing has changed loads nothing that a step would need.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from .step_options import StepOptions
from .steps.convert import ConvertStep
from .steps.derive import DeriveStep
from .steps.diff import DiffStep
from .steps.figures import FiguresStep
from .steps.report import ReportStep
from .steps.survival import SurvivalStep
from .steps.validate import ValidateStep

KINDS: Mapping[str, type[StepOptions]] = MappingProxyType(
    {
        "derive": DeriveStep,
        "validate": ValidateStep,
        "survival": SurvivalStep,
        "convert": ConvertStep,
        "diff": DiffStep,
        "figures": FiguresStep,
        "report": ReportStep,
    }
)
"""Options of a step, by the name of its kind, which is that of its module."""
