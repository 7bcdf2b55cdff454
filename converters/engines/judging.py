"""The gate on an engine: the study is kept on disk once, and each worker fetches what its checks ask for."""

from __future__ import annotations

from pathlib import Path

from ...schemas.gate.elsewhere import Elsewhere
from ...schemas.gate.execution import Executor
from .engine import Engine
from .kept_study import StudyKeeper
from .placed_study import SharedPlace


def checks_on(engine: Engine, work_dir: Path | None = None) -> Executor:
    """Runs the checks of `validate` on an engine whose workers read the files of this machine.

    Parameters
    ----------
    engine : Engine
    work_dir : Path, optional
        Where the study is kept for the workers, in a folder of its own that goes with the executor; the
        system's folder for temporary files by default.

    Examples
    --------
    >>> from adamgate.converters.engines import engine_of
    >>> from adamgate.converters.engines.judging import checks_on
    >>> study, engine = ag.read("broken"), engine_of("processes", 2)
    >>> ag.validate(study, executor=checks_on(engine)) == ag.validate(study)
    True
    >>> engine.close()
    """
    return Elsewhere(engine.map, StudyKeeper(work_dir).keep)


def checks_at(place: SharedPlace, engine: Engine) -> Executor:
    """Runs the checks of `validate` on an engine whose workers read the files of a study themselves.

    Parameters
    ----------
    place : SharedPlace
        Where the study was read from.
    engine : Engine
    """
    return Elsewhere(engine.map, place.keep, place.records)
