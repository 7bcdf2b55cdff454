"""The gate in 1 and 2 processes on 1, 10 and 100 times the pilot: time and peak of each process."""

from __future__ import annotations

import argparse
import math
from itertools import pairwise
from pathlib import Path
from statistics import median

from large import Judged, judged
from make_adae import pilot

COPIES = (1, 10, 100)
JOBS = (1, 2)
DATASETS = ("adsl", "adae", "adtte", "adlbc")
WORTH = 0.65
"""Two processes are the default where they take at most this share of the time of one."""


def main(copies: tuple[int, ...], runs: int) -> None:
    """Measure in turn, and print the table and how time grows."""
    print(f"\nThe gate on four datasets of the pilot, whole command, median of {runs} runs in turn")
    print(f"{'pilot':>7}{'jobs':>6}{'seconds':>10}{'of one':>9}  peak MB of each process")
    found = {}
    for number in copies:
        found[number] = of_jobs = measured(pilot(number, *DATASETS), runs)
        for jobs, runs_of_jobs in of_jobs.items():
            seconds = median(run.seconds for run in runs_of_jobs)
            share = seconds / median(run.seconds for run in of_jobs[1])
            peaks = ", ".join(f"{peak / 1e6:.0f}" for peak in runs_of_jobs[-1].peaks)
            print(f"{f'{number}x':>7}{jobs:6}{seconds:10.1f}{share:8.2f}x  {peaks}", flush=True)
    for few, many in pairwise(copies):
        for jobs in JOBS:
            times = (median(run.seconds for run in found[number][jobs]) for number in (many, few))
            slope = math.log(next(times) / next(times)) / math.log(many / few)
            print(f"exponent from {few}x to {many}x, {jobs} {'job' if jobs == 1 else 'jobs'}: {slope:.2f}")
    print(f"two are the default if they take at most {WORTH}x of one at {copies[-1]}x")


def measured(folder: Path, runs: int) -> dict[int, list[Judged]]:
    """Runs of each number of jobs, in turn, so that a busy machine hits all alike."""
    found: dict[int, list[Judged]] = {jobs: [] for jobs in JOBS}
    for _ in range(runs):
        for jobs, each in found.items():
            each.append(judged(folder, jobs))
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--copies", type=int, nargs="+", default=COPIES)
    parser.add_argument("--runs", type=int, default=3)
    given = parser.parse_args()
    main(tuple(given.copies), given.runs)
