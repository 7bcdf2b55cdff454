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

    def specification(self, datasets: Sequence[str], where: str) -> Specification:
        from ..derivations.derive import require_valid
        from ..derivations.specification import of_datasets
        from .from_tables import specification
        from .located import faults_located

        with faults_located(self.settings.file):
            every = specification(self.settings.entries)
            for name in datasets:
                if name not in every.datasets:
                    advice = did_you_mean(name, every.datasets)
                    raise ConfigurationError(f"[derive.{name}] is not declared", where, advice)
            chosen = of_datasets(every, datasets) if datasets else every
            require_valid(chosen)
        return chosen

    def gate_options(self) -> GateOptions:
        from .located import faults_located
        from .rule_files import own_rules

        with faults_located(self.settings.file):
            return self.settings.gate_options(own_rules(()))

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
        named = filter(None, (self.settings.file, self.settings.catalog, *self.settings.ct))
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
