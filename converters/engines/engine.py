"""What an engine does: run work in other processes; and the error when all attempts lose their worker."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol, TypeVar

from ...schemas.errors import UnreadableInput

Sent = TypeVar("Sent")
SentBack = TypeVar("SentBack")

ATTEMPTS = 3
"""So often work is begun that loses its worker each time."""


class Engine(Protocol):
    """Runs functions elsewhere. A worker that is lost is replaced, and its task run again.

    Attributes
    ----------
    workers : int
        How many tasks are run at the same time.
    """

    @property
    def workers(self) -> int: ...

    def map(self, function: Callable[[Sent], SentBack], tasks: Iterable[Sent]) -> Iterator[SentBack]:
        """What a function returns for each task, in their order; tasks are taken as workers are free.

        Parameters
        ----------
        function : callable
            Of a module: workers find it there by its name. What it raises is raised here.
        tasks : iterable
            Small, and picklable.

        Raises
        ------
        WorkerLost
            When a task has lost its worker `ATTEMPTS` times.
        """
        ...

    def close(self) -> None:
        """End the workers; what they are doing is dropped."""
        ...


class WorkerLost(UnreadableInput):
    """Work could not be done: each worker that began it was ended. Exit code 3.

    Examples
    --------
    >>> from adamgate.converters.engines.engine import WorkerLost
    >>> WorkerLost("a process was ended 3 times", "rule AD0001 on ADAE", "use fewer jobs").exit_code
    3
    """
