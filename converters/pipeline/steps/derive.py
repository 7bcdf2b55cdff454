"""A step that makes datasets from raw files and derives others, as `adamgate derive` does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from ....schemas.kinds import Choice, ListOf, member_name
from ....schemas.options import option
from ....schemas.wording import counted
from ...formats import writable
from ...metadata.sidecar_names import sidecars_of
from ..project import PipelineProject
from ..step_options import FIGURE_TABLES, JUDGING_TABLES, STEP_PATHS, Document, StepOptions, step_path
from ..step_outcome import StepOutcome
from .noted import noting

if TYPE_CHECKING:
    from ....schemas.study.dataset import Dataset
    from ...derivations.record import DerivationRecord

_NAMED = 6
"""Up to so many datasets are named in the summary."""
FORMATS_OF_DATA = Choice(tuple(each[1:] for each in writable()))


@dataclass(frozen=True, kw_only=True)
class DeriveStep(StepOptions):
    """Datasets that are made from raw files or derived from their sources."""

    unused: ClassVar[frozenset[str]] = JUDGING_TABLES | FIGURE_TABLES | {"vary", "table"}

    sources: tuple[Path, ...] = option(STEP_PATHS, "Files and folders with the sources.")
    to: Path = option(step_path, "Folder for the derived datasets.")
    datasets: tuple[str, ...] = option(
        ListOf(member_name, of="names"),
        "Datasets to make, of those that `[raw.NAME]` and `[derive.NAME]` declare.",
        default=(),
        otherwise="all",
    )
    format: str = option(FORMATS_OF_DATA, "Format of the derived files.", default="xpt")

    def inputs(self) -> tuple[Path, ...]:
        return self.sources

    def outputs(self, document: Document) -> tuple[Path, ...]:
        names = self.datasets or tuple(dict.fromkeys((*_raw(document).values(), *_derived(document))))
        files = [self.to / f"{name.lower()}.{self.format}" for name in names]
        return tuple(dict.fromkeys([*files, *(beside for each in files for beside in sidecars_of(each))]))

    def reads_below(self, document: Document) -> bool:
        """Patterns of raw files may lead into subfolders."""
        return bool(self._chosen(_raw(document)))

    def narrowed(self, document: Document) -> Document:
        tables = {key: document[key] for key in ("raw", "derive") if isinstance(document.get(key), Mapping)}
        names = {"raw": self._chosen(_raw(document)), "derive": self._chosen(_derived(document))}
        own = {
            key: {name: each for name, each in table.items() if name in names[key]}
            for key, table in tables.items()
        }
        without = {"codes"} if not names["raw"] else set()
        return {**{key: each for key, each in document.items() if key not in without}, **own}

    def _chosen(self, datasets: Mapping[str, str]) -> frozenset[str]:
        """The tables whose datasets are to be made."""
        return frozenset(
            table for table, name in datasets.items() if not self.datasets or name in self.datasets
        )

    def check(self, project: PipelineProject) -> None:
        project.derivation(self.datasets, "datasets")

    def run(self, project: PipelineProject) -> StepOutcome:
        from ...derivations.derive import derive
        from ...raw_exports.raw_sources import read_sources
        from ...survival.subjects import naming_subjects
        from ...writing.documented import write_documented
        from ...writing.target import Target

        raw, what = project.derivation(self.datasets, "datasets")
        with noting() as notes, naming_subjects(project.show_keys):
            found = read_sources(self.sources, raw, project.reading, with_others=bool(what.datasets))
            notes.of_reading(found.files)
            made = found.mapped.with_more(derive(found.study, what))
            written = write_documented(
                made,
                Target.of(self.to, self.format),
                None,
                inputs=project.kept(self.sources),
                overwrite=True,
            )
        return StepOutcome(
            _sizes(made.datasets),
            tuple(written),
            policies=_policies(made.record),
            notes=notes.lines,
            read=tuple(each.source.path for each in found.files if each.source is not None),
        )


def _sizes(datasets: Mapping[str, Dataset]) -> str:
    """The number of records of each dataset, or of all of many."""
    if len(datasets) > _NAMED:
        records = counted(sum(map(len, datasets.values())), "record")
        return f"{len(datasets)} datasets: {records}"
    return ", ".join(f"{name}: {counted(len(data), 'record')}" for name, data in datasets.items())


def _derived(document: Document) -> Mapping[str, str]:
    """The dataset that each [derive.NAME] makes."""
    tables = document.get("derive")
    return {name: name.strip().upper() for name in tables} if isinstance(tables, Mapping) else {}


def _raw(document: Document) -> Mapping[str, str]:
    """The dataset that each [raw.NAME] makes, or some records of it."""
    tables = document.get("raw")
    if not isinstance(tables, Mapping):
        return {}
    named = {
        name: each.get("dataset") if isinstance(each, Mapping) else None for name, each in tables.items()
    }
    return {name: str(other or name).strip().upper() for name, other in named.items()}


def _policies(record: DerivationRecord) -> tuple[Mapping[str, Any], ...]:
    """What each policy did; without subjects, as the record may go where data may not."""
    return tuple(_each_effect(record))


def _each_effect(record: DerivationRecord) -> Iterator[Mapping[str, Any]]:
    names: Iterable[str] = record.records
    for name in names:
        for each in record.of_dataset(name).effects:
            yield {
                "dataset": name,
                "parameter": each.parameter or None,
                "policy": each.policy,
                "value": each.value,
                "effect": each.effect,
                "unit": each.unit,
                "count": each.count,
            }
