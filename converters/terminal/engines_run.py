"""Where the work of a command is done: in this process, in several, or on a cluster, as the settings say."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...schemas.errors import ConfigurationError
from ..configuration.settings import Settings
from .inputs import reading_options
from .progress import Callbacks

if TYPE_CHECKING:
    from ...schemas.gate.execution import Executor
    from ..derivations.derived_dataset import DeriveAll
    from ..engines.engine import Engine
    from ..writing.conversion import ConversionRecord
    from ..writing.conversion_run import Request


@contextmanager
def checks_run(paths: Sequence[Path], settings: Settings, callbacks: Callbacks) -> Iterator[Executor]:
    """How the checks of a study are run; the parts of a long one are reported as progress."""
    from ...schemas.gate.by_part import Here

    told = None if callbacks.judging is None else partial(callbacks.judging, "")
    if not _is_elsewhere(settings):
        yield Here(told=told)
        return
    from ..engines.judging import checks_at, checks_on
    from ..engines.placed_study import SharedPlace

    with _engine(settings, told) as engine:
        if settings.engine == "dask" and settings.shared_dir is None:
            yield checks_at(SharedPlace(paths, reading_options(settings, Callbacks())), engine)
        else:
            yield checks_on(engine, settings.kept_in)


@contextmanager
def derivations_run(settings: Settings) -> Iterator[DeriveAll]:
    """How datasets that do not need each other are derived.

    Raises
    ------
    ConfigurationError
        For a cluster without a folder that its workers see.
    """
    from ..derivations.derived_dataset import one_after_the_other
    from ..derivations.on_engine import derivations_on

    if not _is_elsewhere(settings):
        yield one_after_the_other
        return
    if settings.engine == "dask" and settings.shared_dir is None:
        raise ConfigurationError(
            "derivations on a cluster need a folder that all its workers see",
            advice="add --shared-dir FOLDER",
        )
    with _engine(settings) as engine:
        yield derivations_on(engine, settings.kept_in)


def converted_as_set(
    sources: Sequence[Path], options: Mapping[str, Any], request: Request, settings: Settings
) -> ConversionRecord:
    """Convert as the settings say; what goes into one file is converted in this process.

    Raises
    ------
    AdamgateError
        As of `converted` and `converted_on`.
    """
    from ..engines.converting import converted_on, is_shared
    from ..reading.options import checked_options
    from ..reading.read import read_each
    from ..writing.conversion_run import converted

    if not _is_elsewhere(settings) or not is_shared(request.target):
        return converted(read_each(sources, checked_options(**options)), request)
    engine = _engine(settings)
    return converted_on(engine, sources, options, request, of_this_machine=settings.engine != "dask")


def _is_elsewhere(settings: Settings) -> bool:
    """Whether work is done in other processes.

    Raises
    ------
    ConfigurationError
        For a cluster without an address, and for options that have no effect.
    """
    if settings.engine == "dask":
        if settings.scheduler is None:
            raise ConfigurationError(
                "--engine dask needs the address of the scheduler", advice="add --scheduler tcp://HOST:PORT"
            )
        return True
    _require_use(settings, ("scheduler", "shared_dir"), "--engine dask")
    if settings.jobs > 1:
        return True
    _require_use(settings, ("task_log",), "--jobs N")
    return False


def _require_use(settings: Settings, names: Sequence[str], of: str) -> None:
    """Refuse options without effect; what a file sets may be for other runs."""
    for name in names:
        if getattr(settings, name) is not None and (flag := settings.origin(name)).startswith("--"):
            raise ConfigurationError(f"{flag} is of {of}", advice=f"add {of}")


@contextmanager
def _engine(settings: Settings, told: Callable[[str], None] | None = None) -> Iterator[Engine]:
    """What runs the work, which ends with the block; `told` is called with each task that is done."""
    from ..engines import engine_of
    from ..engines.task_log import TaskLog, Watch, Watched

    with ExitStack() as stack:
        watches: list[Watch] = []
        if settings.task_log is not None:
            watches.append(stack.enter_context(TaskLog(settings.task_log)).write_task)
        if told is not None:
            watches.append(lambda task, _: told(task))
        option = settings.scheduler if settings.engine == "dask" else settings.jobs
        engine = stack.enter_context(closing(engine_of(settings.engine, option)))
        yield Watched(engine, *watches) if watches else engine
