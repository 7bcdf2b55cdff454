"""Datasets that do not need each other, derived at the same time by an engine."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from ...schemas.study.study import Study
from ..engines.engine import Engine
from ..engines.kept_study import InFolder, StudyKeeper
from .derived_dataset import DeriveAll, Derived, derived, one_after_the_other
from .specification import Specification


@dataclass(frozen=True, slots=True)
class DatasetToDerive:
    """A dataset, with what it is derived from in a folder that the process sees."""

    name: str
    sources: InFolder[Study]
    specification: Specification

    def __str__(self) -> str:
        return f"[derive.{self.name}]"


def derivations_on(engine: Engine, work_dir: Path | None = None) -> DeriveAll:
    """Derives on an engine.

    Parameters
    ----------
    engine : Engine
    work_dir : Path, optional
        Where the sources are kept for its workers, in a folder of its own that goes with what is returned;
        the system's folder for temporary files by default.

    Examples
    --------
    >>> from adamgate.converters.derivations.on_engine import derivations_on
    >>> from adamgate.converters.engines import engine_of
    >>> ends = {"OS": ag.DerivedEndpoint(param="Overall Survival", origin="TRTSDT", censors=("ALIVE",))}
    >>> sources = {"ALIVE": ag.DerivationSource(dataset="ADSL", date="LSTALVDT")}
    >>> what = ag.Specification({"ADTTE": ag.TimeToEvent()}, ends, sources)
    >>> engine = engine_of("processes", 2)
    >>> ag.derive(ag.read("adam"), what, executor=derivations_on(engine)).record.records
    {'ADTTE': 6}
    >>> engine.close()
    """
    keeper = StudyKeeper(work_dir)

    def derive_all(
        names: Sequence[str], sources: Study, specification: Specification, /
    ) -> Iterable[Derived]:
        if len(names) < 2:  # nothing is gained
            return one_after_the_other(names, sources, specification)
        kept = keeper.put(keeper.on_disk(sources))
        return engine.map(derive_there, (DatasetToDerive(name, kept, specification) for name in names))

    return derive_all


def derive_there(what: DatasetToDerive) -> Derived:
    """Derive a dataset in the process of a worker; it is sent back."""
    return derived(what.name, what.sources.open(), what.specification)
