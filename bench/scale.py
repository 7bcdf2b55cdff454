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
from collections.abc import Iterator
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
DATASETS = ("adsl", "adae", "adtte", "adlbc")
WORTH = 0.65
"""Two processes are the default where they take at most this share of the time of one."""


@dataclass(frozen=True)
class Way:
    """How checks are run: in so many processes, or on so many workers."""

    number: int
    on_workers: bool = False

    def __str__(self) -> str:
        noun = "worker" if self.on_workers else "job"
        return f"{self.number} {noun}{'' if self.number == 1 else 's'}"


def main(copies: tuple[int, ...], runs: int, workers: tuple[int, ...]) -> None:
    """Measure in turn, and print the table and how time grows."""
    ways = (*map(Way, JOBS), *(Way(number, on_workers=True) for number in workers))
    print(f"\nThe gate on four datasets of the pilot, whole command, median of {runs} runs in turn")
    print(f"{'pilot':>7}  {'on':<10}{'seconds':>9}{'of 1 job':>10}  peak MB of each process")
    found = {}
    for number in copies:
        found[number] = of_ways = measured(pilot(number, *DATASETS), runs, ways)
        for way, each in of_ways.items():
            seconds = median(run.seconds for run in each)
            share = seconds / median(run.seconds for run in of_ways[Way(1)])
            peaks = ", ".join(f"{most / 1e6:.0f}" for most in each[-1].peaks)
            print(f"{f'{number}x':>7}  {way!s:<10}{seconds:9.1f}{share:9.2f}x  {peaks}", flush=True)
    for few, many in pairwise(copies):
        for way in ways:
            times = (median(run.seconds for run in found[number][way]) for number in (many, few))
            slope = math.log(next(times) / next(times)) / math.log(many / few)
            print(f"exponent from {few}x to {many}x, {way}: {slope:.2f}")
    print(f"two are the default if they take at most {WORTH}x of one at {copies[-1]}x")


def measured(folder: Path, runs: int, ways: tuple[Way, ...]) -> dict[Way, list[Judged]]:
    """Runs of each way, in turn, so that a busy machine hits all alike."""
    found: dict[Way, list[Judged]] = {way: [] for way in ways}
    for _ in range(runs):
        for way, each in found.items():
            each.append(on_workers(folder, way.number) if way.on_workers else judged(folder, way.number))
    return found


def on_workers(folder: Path, number: int) -> Judged:
    """A run on a cluster of its own, whose start is not counted."""
    with cluster(number) as (address, workers):
        run = judged(folder, 1, "--engine", "dask", "--scheduler", address)
        return Judged(run.seconds, (*run.peaks, *(peak(worker) for worker in workers)))


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
