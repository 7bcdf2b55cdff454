"""Convert four large datasets in one process and in two: the whole command, and the peaks of memory."""

from __future__ import annotations

import argparse
import shutil
import warnings
from pathlib import Path
from statistics import median

from large import Watched, watched
from make_adae import DATA, adae

import adamgate as ag

DATASETS = 4
JOBS = (1, 2)


def made() -> Path:
    """A folder with the large ADAE under four names, as SAS transport files."""
    folder = DATA / "four"
    if not folder.exists():
        unfinished = folder.with_suffix(".unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        data = ag.read(adae())["ADAE"]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ag.MetadataNotKept)
            for number in range(1, DATASETS + 1):
                ag.write(data.replace(name=f"ADAE{number}"), unfinished / f"adae{number}.xpt")
        unfinished.replace(folder)
    return folder


def main(formats: list[str], runs: int) -> None:
    """Measure in turn, and print the table."""
    source, out = made(), DATA / "converted"
    print(f"\nFour datasets of 595,500 records, whole command, median of {runs} runs in turn")
    print(f"{'to':>8}{'jobs':>6}{'seconds':>9}{'of 1 job':>10}  of each process: processor seconds; peak MB")
    for to in formats:
        found: dict[int, list[Watched]] = {jobs: [] for jobs in JOBS}
        for _ in range(runs):
            for jobs, of_jobs in found.items():
                shutil.rmtree(out, ignore_errors=True)
                words = ("convert", str(source), "-q", str(out), "--to", to, "--jobs", str(jobs))
                of_jobs.append(watched(words))
        shutil.rmtree(out, ignore_errors=True)
        one = median(run.seconds for run in found[1])
        for jobs, of_jobs in found.items():
            seconds = median(run.seconds for run in of_jobs)
            busy = ", ".join(f"{each:.1f}" for each in of_jobs[-1].busy)
            peaks = ", ".join(f"{most / 1e6:.0f}" for most in of_jobs[-1].peaks)
            print(f"{to:>8}{jobs:6}{seconds:9.1f}{seconds / one:9.2f}x  {busy}; {peaks}", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--to", nargs="+", default=["xpt", "parquet", "csv"])
    parser.add_argument("--runs", type=int, default=3)
    given = parser.parse_args()
    main(given.to, given.runs)
