"""Work in other processes: in order, and again when a process is lost, up to three times."""

import os
import signal
import time
from pathlib import Path

import pytest

from adamgate.converters.engines import engine_of
from adamgate.converters.engines.engine import ATTEMPTS, WorkerLost
from adamgate.converters.engines.task_log import Watched
from adamgate.schemas.errors import ConfigurationError

pytestmark = [pytest.mark.slow, pytest.mark.one_version]


@pytest.fixture
def engine():
    made = engine_of("processes", 2)
    yield made
    made.close()


def slower_if_earlier(number):
    time.sleep(0.2 if number == 0 else 0)
    return number, os.getpid()


def lost_at_first(task):
    """Ends its process as long as there is room for another mark."""
    folder, times = task
    marks = len(list(Path(folder).iterdir()))
    if marks < times:
        (Path(folder) / str(marks)).touch()
        os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))
    return marks


def refused(where):
    raise ConfigurationError("not like this", where, "otherwise")


def test_results_come_in_the_order_of_tasks_from_processes_that_are_kept(engine):
    found = list(engine.map(slower_if_earlier, range(20)))
    again = list(engine.map(slower_if_earlier, range(20)))
    assert [number for number, _ in found] == list(range(20))
    processes = {process for _, process in (*found, *again)}
    assert os.getpid() not in processes
    assert len(processes) <= 2


def test_tasks_are_taken_as_processes_are_free(engine):
    taken = []

    def tasks():
        for number in range(10):
            taken.append(number)
            yield number

    next(engine.map(slower_if_earlier, tasks()))
    assert len(taken) == engine.workers + 1


def test_a_task_that_loses_its_process_is_run_again(engine, tmp_path):
    assert list(engine.map(lost_at_first, [(str(tmp_path), ATTEMPTS - 1)])) == [ATTEMPTS - 1]
    assert next(engine.map(slower_if_earlier, [5]))[0] == 5


def test_a_task_that_loses_its_process_each_time_is_told(engine, tmp_path):
    with pytest.raises(WorkerLost, match="ended 3 times") as lost:
        list(engine.map(lost_at_first, [(str(tmp_path), ATTEMPTS)]))
    assert "fewer --jobs" in lost.value.advice
    assert lost.value.exit_code == 3
    assert next(engine.map(slower_if_earlier, [5]))[0] == 5


def test_what_a_task_raises_is_raised_here(engine):
    with pytest.raises(ConfigurationError, match="not like this") as told:
        list(engine.map(refused, ["ADAE"]))
    assert told.value.where == "ADAE"


def test_whoever_watches_is_told_of_each_task_when_it_is_done(engine):
    told = []
    watched = Watched(engine, lambda task, done: told.append((task, done.result, done.worker)))
    assert list(watched.map(abs, [-1, -2, -3])) == [1, 2, 3]
    assert [each[:2] for each in told] == [("-1", 1), ("-2", 2), ("-3", 3)]
    assert all(worker.rpartition(":")[2] != str(os.getpid()) for _, _, worker in told)
    assert watched.workers == engine.workers == 2
