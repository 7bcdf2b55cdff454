"""The gate in processes and on workers of a Dask cluster, at 1, 10 and 100 times the pilot: time, peaks."""

from __future__ import annotations

import argparse
import math
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import median

from large import Judged, judged, peak
from make_adae import pilot

COPIES = (1, 10, 100)
JOBS = (1, 2)
WORKERS = (1, 2)
MOST_WORKERS = 4
"""On two cores these show that the report is the same, and what memory each takes; not how fast they are."""
DATASETS = ("adsl", "adae", "adtte", "adlbc")
WORTH = 0.65
"""Two processes are the default where they take at most this share of the time of one."""


@dataclass(frozen=True)
class Way:
    """How checks are run: in so many processes, or on so many workers."""

    number: int
    on_workers: bool = False
    shared: bool = False

    def __str__(self) -> str:
        noun = "worker" if self.on_workers else "job"
        return (
            f"{self.number} {noun}{'' if self.number == 1 else 's'}{', shared folder' if self.shared else ''}"
        )


def main(copies: tuple[int, ...] = COPIES, runs: int = 3, workers: tuple[int, ...] = WORKERS) -> None:
    """Measure in turn, and print the table and how time grows."""
    ways = tuple(map(Way, JOBS))
    ways += tuple(
        Way(number, on_workers=True, shared=shared) for number in workers for shared in (False, True)
    )
    print(f"\nThe gate on four datasets of the pilot, whole command, median of {runs} runs in turn")
    print(f"{'pilot':>7}  {'on':<24}{'seconds':>9}{'of 1 job':>10}  peak MB of each process")
    found = {}
    for number in copies:
        found[number] = of_ways = measured(pilot(number, *DATASETS), runs, ways)
        for way, each in of_ways.items():
            seconds = median(run.seconds for run in each)
            share = seconds / median(run.seconds for run in of_ways[Way(1)])
            peaks = ", ".join(f"{most / 1e6:.0f}" for most in each[-1].peaks)
            print(f"{f'{number}x':>7}  {way!s:<24}{seconds:9.1f}{share:9.2f}x  {peaks}", flush=True)
        require_same(run for each in of_ways.values() for run in each)
    for few, many in pairwise(copies):
        for way in ways:
            times = (median(run.seconds for run in found[number][way]) for number in (many, few))
            slope = math.log(next(times) / next(times)) / math.log(many / few)
            print(f"exponent from {few}x to {many}x, {way}: {slope:.2f}")
    if workers:
        many = (Way(MOST_WORKERS, on_workers=True, shared=shared) for shared in (False, True))
        for way, each in measured(pilot(copies[-1], *DATASETS), 1, tuple(many)).items():
            require_same((*each, *found[copies[-1]][Way(1)]))
            peaks = ", ".join(f"{most / 1e6:.0f}" for most in each[-1].peaks)
            print(f"{f'{copies[-1]}x':>7}  {way!s:<24}{'':9}{'':10}  {peaks}", flush=True)
    print("the report had the same bytes in all runs of a size")
    print(f"two are the default if they take at most {WORTH}x of one at {copies[-1]}x")


def measured(folder: Path, runs: int, ways: tuple[Way, ...]) -> dict[Way, list[Judged]]:
    """Runs of each way, in turn, so that a busy machine hits all alike."""
    found: dict[Way, list[Judged]] = {way: [] for way in ways}
    for _ in range(runs):
        for way, each in found.items():
            each.append(on_workers(folder, way) if way.on_workers else judged(folder, way.number))
    return found


def require_same(runs: Iterable[Judged]) -> None:
    """Stop where reports of one study differ."""
    if len({run.sha256 for run in runs}) != 1:
        raise RuntimeError("the reports differ")


def on_workers(folder: Path, way: Way) -> Judged:
    """A run on a cluster of its own, whose start is not counted."""
    with cluster(way.number) as (address, workers), tempfile.TemporaryDirectory() as shared:
        options = ("--shared-dir", shared) if way.shared else ()
        run = judged(folder, 1, "--engine", "dask", "--scheduler", address, *options)
        return Judged(run.seconds, (*run.peaks, *(peak(worker) for worker in workers)), run.sha256)


@contextmanager
def cluster(number: int) -> Iterator[tuple[str, list[int]]]:
    """A scheduler and workers of this machine: its address, and their processes."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}"
    worker = ("worker", address, "--nthreads=1", "--no-nanny", "--no-dashboard", "--memory-limit=0")
    commands = [("scheduler", "--host=127.0.0.1", f"--port={port}", "--no-dashboard"), *[worker] * number]
    with tempfile.TemporaryDirectory() as folder:
        begun = [
            subprocess.Popen(
                [sys.executable, "-m", "dask", *command],
                cwd=folder,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            for command in commands
        ]
        try:
            wait_for(address, number)
            yield address, [each.pid for each in begun[1:]]
        finally:
            for each in begun:
                each.send_signal(signal.SIGKILL)
                each.wait()


def wait_for(address: str, number: int) -> None:
    """Until the workers are there."""
    from distributed import Client

    for attempt in range(100):
        try:
            with Client(address, timeout=5, set_as_default=False) as client:
                client.wait_for_workers(number, timeout=30)
                return
        except OSError:
            time.sleep(0.1 + attempt * 0.01)
    raise RuntimeError(f"no cluster at {address}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--copies", type=int, nargs="+", default=COPIES)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--workers", type=int, nargs="*", default=WORKERS)
    given = parser.parse_args()
    main(tuple(given.copies), given.runs, tuple(given.workers))
