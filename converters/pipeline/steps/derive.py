"""A step that derives datasets, as `adamgate derive` does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from ....schemas.kinds import Choice, ListOf, member_name
from ....schemas.options import option
from ....schemas.wording import counted
from ...formats import writable
from ...metadata.sidecar_names import DATASETS_FILES, VARIABLES_FILE
from ..project import PipelineProject
from ..step_options import JUDGING_TABLES, STEP_PATHS, Document, StepOptions, step_path
from ..step_outcome import StepOutcome
from .noted import noting

if TYPE_CHECKING:
    from ...derivations.record import DerivationRecord

FORMATS_OF_DATA = Choice(tuple(each[1:] for each in writable()))


@dataclass(frozen=True, kw_only=True)
class DeriveStep(StepOptions):
    """Datasets that are derived from their sources."""

    unused: ClassVar[frozenset[str]] = JUDGING_TABLES | {"vary", "table"}

    sources: tuple[Path, ...] = option(STEP_PATHS, "Files and folders with the sources.")
    to: Path = option(step_path, "Folder for the derived datasets.")
    datasets: tuple[str, ...] = option(
        ListOf(member_name, of="names"),
        "Datasets to derive, of those that `[derive.NAME]` declares.",
        default=(),
        otherwise="all",
    )
    format: str = option(FORMATS_OF_DATA, "Format of the derived files.", default="xpt")

    def inputs(self) -> tuple[Path, ...]:
        return self.sources

    def outputs(self, document: Document) -> tuple[Path, ...]:
        names = self.datasets or tuple(map(str, document.get("derive", {})))
        files = (f"{name.strip().lower()}.{self.format}" for name in names)
        beside = (VARIABLES_FILE, *DATASETS_FILES) if self.format == "csv" else ()
        return tuple(self.to / each for each in (*files, *beside))

    def narrowed(self, document: Document) -> Document:
        if not self.datasets or not isinstance(document.get("derive"), Mapping):
            return document
        own = {
            name: each for name, each in document["derive"].items() if name.strip().upper() in self.datasets
        }
        return {**document, "derive": own}

    def check(self, project: PipelineProject) -> None:
        project.specification(self.datasets, "datasets")

    def run(self, project: PipelineProject) -> StepOutcome:
        from ...derivations.derive import derive
        from ...survival.subjects import naming_subjects
        from ...writing.documented import write_documented
        from ...writing.write import Target

        with noting() as notes:
            study = project.read(self.sources)
            notes.of_reading(study)
            with naming_subjects(project.show_keys):
                derived = derive(study, project.specification(self.datasets, "datasets"))
            written = write_documented(
                derived,
                Target.of(self.to, self.format),
                None,
                inputs=project.kept(self.sources),
                overwrite=True,
            )
        sizes = (f"{name}: {counted(len(data), 'record')}" for name, data in derived.datasets.items())
        return StepOutcome(
            ", ".join(sizes), tuple(written), policies=_policies(derived.record), notes=notes.lines
        )


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
