"""A settings file as the steps of its pipeline ask for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...schemas.errors import ConfigurationError
from ...schemas.severity import Severity
from ...schemas.wording import did_you_mean, one_line
from .load import load_settings
from .settings import SETTINGS, SettingGroup, Settings

if TYPE_CHECKING:
    from ...schemas.gate.validate import GateOptions
    from ...schemas.study.study import Study
    from ..derivations.specification import Specification
    from ..figures.options import FigureOptions
    from ..raw_exports.raw_specification import RawSpecification

_OF_READING = (SettingGroup.DELIVERY, SettingGroup.READING)


@dataclass(frozen=True)
class Project:
    """A settings file, and the environment, as a `PipelineProject`."""

    settings: Settings

    @property
    def threshold(self) -> Severity | None:
        return self.settings.threshold

    @property
    def show_keys(self) -> bool:
        return self.settings.show_keys

    @property
    def show_values(self) -> bool:
        return self.settings.show_values

    @property
    def reading(self) -> Mapping[str, Any]:
        names = (each.name for each in SETTINGS.values() if each.group in _OF_READING)
        return {name: getattr(self.settings, name) for name in names}

    def read(self, paths: Sequence[Path]) -> Study:
        from ..reading.read import read

        return read(paths, **self.reading)

    def derivation(self, datasets: Sequence[str], where: str) -> tuple[RawSpecification, Specification]:
        from ..derivations.derive import require_valid
        from ..derivations.specification import of_datasets
        from ..raw_exports.raw_specification import mapping_of_datasets
        from ..raw_exports.raw_specification import require_valid as require_valid_mapping
        from .from_tables import raw_specification, specification
        from .located import faults_located

        with faults_located(self.settings.file):
            raw, what = raw_specification(self.settings.entries), specification(self.settings.entries)
            known = (*raw.datasets, *what.datasets)
            for name in datasets:
                if name not in known:
                    raise ConfigurationError(
                        f"{name} is not declared as [derive.{name}] or [raw.{name}]",
                        where,
                        did_you_mean(name, known),
                    )
            if datasets:
                raw, what = mapping_of_datasets(raw, datasets), of_datasets(what, datasets)
            require_valid_mapping(raw)
            require_valid(what)
        return raw, what

    def gate_options(self) -> GateOptions:
        from .located import faults_located
        from .rule_files import own_rules

        with faults_located(self.settings.file):
            return self.settings.gate_options(own_rules(()))

    def figure_options(self) -> FigureOptions:
        from .from_tables import figure_options

        return figure_options(self.settings.entries)

    def table(self, name: str, where: str) -> Mapping[str, Any]:
        from .registry import TABLE

        tables = {each.name: each for each in self.settings.entries if each.table is TABLE}
        found = tables.get(name.strip().upper())
        if found is None:
            advice = (
                did_you_mean(name, [each.written for each in tables.values()]) if tables else "declare it"
            )
            raise ConfigurationError(f"[table.{one_line(name)}] is not declared", where, advice)
        return found.values

    def kept(self, paths: Iterable[Path]) -> tuple[Path, ...]:
        from ..writing.inputs import files_in, inputs_given

        given = tuple(paths)
        named = filter(
            None, (self.settings.file, self.settings.catalog, self.settings.define, *self.settings.ct)
        )
        files = files_in(given, recursive=self.settings.recursive)
        return tuple(dict.fromkeys(chain(inputs_given((*given, *named)), files)))


def load_project(file: Path) -> Project:
    """The project of a settings file.

    Raises
    ------
    ConfigurationError
        For what is not valid in any of its tables.
    """
    return Project(load_settings((), file))
