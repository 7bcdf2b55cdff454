"""The pipeline that a settings file declares. Needs no pandas, so that an unchanged run needs none."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from ...schemas.errors import ConfigurationError
from ..pipeline.fingerprint import HashesOfFiles
from ..pipeline.pipeline import Pipeline
from ..pipeline.plan import planned
from ..pipeline.record import seal_of, times_of
from .load import settings_alone
from .located import faults_located
from .project import load_project
from .settings import PREFIX, SETTINGS
from .step_table import STEP
from .tables import entries_of
from .toml_file import document_of, shown_path
from .values import path, paths


def pipeline_of(
    file: Path,
    record: Path,
    environ: Mapping[str, str],
    *,
    elsewhere: bool = False,
) -> Pipeline:
    """The steps of a settings file of the working directory.

    Parameters
    ----------
    file, record : Path
    environ : mapping
    elsewhere : bool
        Whether the run was started in another folder, from which relative paths of the environment lead.

    Raises
    ------
    ConfigurationError
    """
    document = document_of(file)
    settings = settings_alone(file, document, environ)
    if elsewhere:
        _require_absolute(environ)
    own = {name: each for name, each in document.items() if name == STEP.name}
    with faults_located(file):
        entries = entries_of(own, (STEP,), shown_path(file))
        if not entries:
            raise ConfigurationError(
                "no step is declared", f"{shown_path(file)}", 'declare one: [step.adam] with kind = "derive"'
            )
        named = tuple(filter(None, (settings.catalog, settings.define, *settings.ct)))
        steps = {each.name: (each.values["kind"], each.options) for each in entries}
        order = planned(
            steps,
            document,
            kept=(file, *named),
            record=(record, seal_of(record), times_of(record)),
        )
    return Pipeline(
        file,
        document,
        HashesOfFiles().of(file),
        order,
        named,
        settings.recursive,
        record,
        load_project,
    )


def _require_absolute(environ: Mapping[str, str]) -> None:
    """Check that no path of the environment leads from a folder that the run leaves."""
    for each in SETTINGS.values():
        given = environ.get(f"{PREFIX}{each.name.upper()}", "")
        if each.kind in (path, paths) and given and not os.path.isabs(given):
            raise ConfigurationError(
                f"{given} is a relative path",
                f"environment variable {each.environment}",
                "give an absolute path, or run in the folder of the settings file",
            )
