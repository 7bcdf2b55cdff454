"""What a command is given: settings, files, the study, rules of the user's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import adamgate

from ...schemas.wording import plain
from ..configuration.load import load_settings
from ..configuration.settings import Settings
from ..values.work_folder import working_in
from .progress import Callbacks
from .streams import tell

if TYPE_CHECKING:
    from ...schemas.gate.validate import GateOptions
    from ...schemas.rules.rule import Rule
    from ...schemas.study.study import Study


def settings_for(
    paths: Sequence[Path], config: Path | None, overrides: Mapping[str, Any], *, judging: bool = False
) -> Settings:
    """The settings; what somebody set without effect, in a file or the environment, is told, also with -q."""
    settings = load_settings(paths, config, overrides)
    if settings.work_dir is not None:  # also for outputs that are sent elsewhere when they are whole
        click.get_current_context().with_resource(working_in(settings.work_dir))
    with_data = settings.with_data.note(judging) if settings.with_data is not None else ""
    variables = ", ".join(settings.without_effect)
    ignored = f"not settings, ignored: {variables} (environment)" if variables else ""
    for note in filter(None, (with_data, ignored)):
        tell(f"note: {plain(note)}")
    return settings


def kept_files(paths: Sequence[Path], settings: Settings) -> tuple[Sequence[Path], Sequence[Path]]:
    """What no output may replace: files that were named, and those in folders that were."""
    from ..writing.inputs import files_in, inputs_given

    beside = settings.with_data.path if settings.with_data is not None else None
    named = paths_in(
        paths, settings.file, beside, settings.catalog, settings.define, settings.xsd, settings.ct
    )
    return inputs_given(named), files_in(paths, recursive=settings.recursive)


def paths_in(*given: object) -> list[Path]:
    """Every path among options, which have one, several or none."""
    flat = chain.from_iterable(each if isinstance(each, tuple) else (each,) for each in given)
    return [each for each in flat if isinstance(each, Path)]


def gate_options(settings: Settings, rule_files: Sequence[Path]) -> GateOptions:
    """How to judge; before any data is read, so that a slip is told at once."""
    from ..configuration.rule_files import own_rules

    return settings.gate_options(own_rules(rule_files))


def rules_here(rule_files: Sequence[Path], config: Path | None) -> tuple[Rule, ...]:
    """The user's own rules where no data is judged."""
    from ..configuration.rule_files import own_rules

    return (*load_settings((), config).own_rules, *own_rules(rule_files))


def read_study(paths: Sequence[Path], settings: Settings, callbacks: Callbacks) -> Study:
    """The study, as the settings say."""
    return adamgate.read(paths, xsd=settings.xsd, **reading_options(settings, callbacks))


def reading_options(settings: Settings, callbacks: Callbacks, memory: str | None = None) -> dict[str, Any]:
    """The options of `read`; within `memory`, where the user has set no other bound."""
    return {
        "encoding": settings.encoding,
        "catalog": settings.catalog,
        "define": settings.define,
        "recursive": settings.recursive,
        "progress": callbacks.reading,
        "missing": settings.missing,
        "date_order": settings.date_order,
        "decimal": settings.decimal,
        "max_unpacked": settings.max_unpacked,
        "memory": settings.memory or memory,
        "work_dir": settings.kept_in,
        "stdin_name": settings.stdin_name,
    }
