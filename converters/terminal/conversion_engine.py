"""Where a conversion is done: in this process, in several, or on a cluster, as the settings say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...schemas.errors import ConfigurationError
from ..configuration.settings import Settings

if TYPE_CHECKING:
    from ..engines.engine import Engine
    from ..writing.conversion import ConversionRecord
    from ..writing.conversion_run import Request


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

    on_cluster = settings.engine == "dask"
    _require_scheduler(settings)
    if (settings.jobs == 1 and not on_cluster) or not is_shared(request.target):
        return converted(read_each(sources, checked_options(**options)), request)
    return converted_on(_engine(settings), sources, options, request, of_this_machine=not on_cluster)


def _require_scheduler(settings: Settings) -> None:
    if settings.engine == "dask" and settings.scheduler is None:
        raise ConfigurationError(
            "--engine dask needs the address of the scheduler", advice="add --scheduler tcp://HOST:PORT"
        )
    if settings.engine != "dask" and settings.origin("scheduler").startswith("--"):
        raise ConfigurationError("--scheduler is of --engine dask", advice="add --engine dask")


@contextmanager
def _engine(settings: Settings) -> Iterator[Engine]:
    from ..engines import engine_of

    option = settings.scheduler if settings.engine == "dask" else settings.jobs
    with closing(engine_of(settings.engine, option)) as engine:
        yield engine
