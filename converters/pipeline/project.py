"""What a step asks of the project that it belongs to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from ...schemas.gate.validate import GateOptions
    from ...schemas.severity import Severity
    from ...schemas.study.study import Study
    from ..derivations.specification import Specification
    from ..figures.options import FigureOptions
    from ..raw_exports.raw_specification import RawSpecification


class PipelineProject(Protocol):
    """The settings file of a project, beside its steps.

    Attributes
    ----------
    threshold : Severity or None
        Lowest severity that fails a gate.
    show_keys, show_values : bool
        Whether reports name subjects, and values.
    reading : mapping of str to object
        The options of `read` and `convert`.
    """

    @property
    def threshold(self) -> Severity | None: ...

    @property
    def show_keys(self) -> bool: ...

    @property
    def show_values(self) -> bool: ...

    @property
    def reading(self) -> Mapping[str, Any]: ...

    def read(self, paths: Sequence[Path]) -> Study:
        """The datasets in files and folders."""
        ...

    def derivation(self, datasets: Sequence[str], where: str) -> tuple[RawSpecification, Specification]:
        """What is to be made from raw files and derived: these datasets, or all that are declared.

        Raises
        ------
        ConfigurationError
        """
        ...

    def gate_options(self) -> GateOptions:
        """How to judge."""
        ...

    def figure_options(self) -> FigureOptions:
        """What is declared of the figures of a page."""
        ...

    def table(self, name: str, where: str) -> Mapping[str, Any]:
        """The keys of [table.NAME], with its `shape`.

        Raises
        ------
        ConfigurationError
        """
        ...

    def kept(self, paths: Iterable[Path]) -> tuple[Path, ...]:
        """Files that no output may replace: what was read, and what the settings name."""
        ...
