"""Where the checks of a command run: in this process, in several, or on a cluster, as the settings say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ...schemas.errors import ConfigurationError
from ..configuration.settings import Settings
from .inputs import reading_options
from .progress import Callbacks

if TYPE_CHECKING:
    from ...schemas.gate.execution import Executor


@contextmanager
def checks_run(paths: Sequence[Path], settings: Settings) -> Iterator[Executor]:
    """How checks are run: in this process, in several, or on a cluster, as the settings say."""
    from ...schemas.gate.by_part import HERE

    if settings.engine == "dask":
        with _checks_of_cluster(paths, settings) as executor:
            yield executor
        return
    if settings.scheduler is not None and settings.origin("scheduler").startswith("--"):
        raise ConfigurationError("--scheduler is of --engine dask", advice="add --engine dask")
    if settings.jobs == 1:
        yield HERE
        return
    from ..engines import engine_of
    from ..engines.judging import checks_on

    with closing(engine_of("processes", settings.jobs)) as engine:
        yield checks_on(engine, settings.work_dir)


@contextmanager
def _checks_of_cluster(paths: Sequence[Path], settings: Settings) -> Iterator[Executor]:
    from ..engines import engine_of
    from ..engines.judging import checks_at
    from ..engines.placed_study import SharedPlace

    if settings.scheduler is None:
        raise ConfigurationError(
            "--engine dask needs the address of the scheduler", advice="add --scheduler tcp://HOST:PORT"
        )
    place = SharedPlace(paths, reading_options(settings, Callbacks()))
    with closing(engine_of("dask", settings.scheduler)) as engine:
        yield checks_at(place, engine)
