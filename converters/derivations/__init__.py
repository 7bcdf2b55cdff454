"""Declared sources to derived datasets: a folder for each kind of derivation, an entry for each in `KINDS`.

Needs no pandas: what derives is imported when a dataset of its kind is derived.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol, cast

from .adverse_events.options import AdverseEvents
from .dataset_options import DerivedDataset
from .measurements.options import Measurements
from .responses.options import Responses
from .subjects.options import SubjectLevel
from .time_to_event.options import TimeToEvent

if TYPE_CHECKING:
    from ...schemas.study.dataset import Dataset
    from .specification import Specification
    from .task import DerivationTask


class Derivation(Protocol):
    """What the module `dataset` of a kind has."""

    def check(self, name: str, options: Any, specification: Specification) -> None:
        """Refuse a specification that cannot be carried out, whatever the data.

        Raises
        ------
        ConfigurationError
        """
        ...

    def needs(self, name: str, options: Any, specification: Specification) -> tuple[str, ...]:
        """Names of the datasets that it reads, as declared; each once."""
        ...

    def derive(self, task: DerivationTask, options: Any) -> Dataset:
        """The dataset; what policies do, and what is wrong with the data, is noted in ``task.account``.

        Raises
        ------
        DerivationRefused
        """
        ...


KINDS: Mapping[str, type[DerivedDataset]] = MappingProxyType(
    {
        "time_to_event": TimeToEvent,
        "adverse_events": AdverseEvents,
        "subjects": SubjectLevel,
        "responses": Responses,
        "measurements": Measurements,
    }
)
"""Options of a derived dataset, by the name of its kind, which is that of its folder."""


def derivation_of(options: DerivedDataset) -> Derivation:
    """What derives a dataset with these options."""
    kind = next(name for name, declaring in KINDS.items() if isinstance(options, declaring))
    return cast("Derivation", import_module(f".{kind}.dataset", __name__))
