"""Judge an ADAE that is made on the fly, larger than memory: seconds and the peak of each process.

The ADAE is a folder of Parquet files of whole subjects, the ADSL is beside it. They are removed afterwards.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

PART = 1_000_000
"""Records of a file."""
EVENTS = 20
"""Records of a subject."""
SEED = 20240131
TERMS, CLASSES = 2_000, 27
FIRST_DAY = 18_000
"""Days since 1970-01-01 of the first start of treatment."""
EVERY = 0.1
"""Seconds between two looks at the processes."""


def made(folder: Path, records: int) -> Path:
    """ADSL and ADAE of so many records, each subject in one file."""
    (folder / "adae.parquet").mkdir(parents=True)
    subjects = -(-records // EVENTS)
    starts = FIRST_DAY + np.arange(subjects) % 700
    pq.write_table(_adsl(starts), folder / "adsl.parquet")
    for number, first in enumerate(range(0, subjects, PART // EVENTS)):
        own = np.arange(first, min(first + PART // EVENTS, subjects))
        some = _adae(own, starts[own], np.random.default_rng([SEED, number]))
        pq.write_table(
            some.slice(0, records - first * EVENTS), folder / f"adae.parquet/part-{number}.parquet"
        )
    return folder


def _adsl(starts: np.ndarray) -> pa.Table:
    numbers = np.arange(len(starts))
    return pa.table(
        {
            "STUDYID": _word("LARGE", len(starts)),
            "USUBJID": _subjects(numbers),
            "SAFFL": _word("Y", len(starts)),
            "TRT01A": _codes(numbers % 2, ["Active", "Placebo"]),
            "TRTSDT": _dates(starts),
            "TRTEDT": _dates(starts + 365),
        }
    )


def _adae(subjects: np.ndarray, starts: np.ndarray, rng: np.random.Generator) -> pa.Table:
    who, count = np.repeat(subjects, EVENTS), len(subjects) * EVENTS
    begun = np.repeat(starts, EVENTS)
    day = np.sort(rng.integers(0, 365, (len(subjects), EVENTS)), axis=1).ravel()
    term = rng.integers(0, TERMS, count)
    terms = [f"Event {number:04}" for number in range(TERMS)]
    return pa.table(
        {
            "STUDYID": _word("LARGE", count),
            "USUBJID": _subjects(who),
            "AESEQ": pa.array(np.tile(np.arange(1.0, EVENTS + 1), len(subjects))),
            "AETERM": _codes(term, terms),
            "AEDECOD": _codes(term, terms),
            "AEBODSYS": _codes(term % CLASSES, [f"Class {number:02}" for number in range(CLASSES)]),
            "AESEV": _codes(rng.integers(0, 3, count), ["MILD", "MODERATE", "SEVERE"]),
            "AESER": _codes(rng.integers(0, 10, count) // 9, ["N", "Y"]),
            "ASTDT": _dates(begun + day),
            "ASTDY": pa.array(day + 1.0),
            "AENDT": _dates(begun + day + rng.integers(0, 30, count)),
            "TRTEMFL": _word("Y", count),
            "TRTA": _codes(who % 2, ["Active", "Placebo"]),
            "SAFFL": _word("Y", count),
            "TRTSDT": _dates(begun),
            "TRTEDT": _dates(begun + 365),
        }
    )


def _subjects(numbers: np.ndarray) -> pa.Array:
    distinct, codes = np.unique(numbers, return_inverse=True)
    return _codes(codes, [f"LARGE-{number:08}" for number in distinct])


def _codes(codes: np.ndarray, words: list[str]) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32)), pa.array(words))


def _word(word: str, count: int) -> pa.Array:
    return _codes(np.zeros(count, np.int32), [word])


def _dates(days: np.ndarray) -> pa.Array:
    return pa.array(days.astype(np.int32), pa.int32()).cast(pa.date32())


@dataclass(frozen=True)
class Judged:
    """One run: wall time, the greatest resident memory of the command and of each process, the report."""

    seconds: float
    peaks: tuple[int, ...]
    sha256: str


@dataclass(frozen=True)
class Watched:
    """A command: wall time; of it and of each process it starts greatest memory and processor seconds."""

    seconds: float
    peaks: tuple[int, ...]
    busy: tuple[float, ...]


def judged(folder: Path, jobs: int, *options: str) -> Judged:
    """The time and the memory that a verdict takes."""
    with tempfile.TemporaryDirectory() as place:
        report = Path(place) / "report.json"
        of_jobs = ("--jobs", str(jobs)) if jobs > 1 else ()
        words = ("validate", str(folder), "-q", "-o", str(report), *of_jobs, *options)
        run = watched(words, accept=(0, 1))
        return Judged(run.seconds, run.peaks, hashlib.sha256(report.read_bytes()).hexdigest())


def watched(words: Sequence[str], accept: Sequence[int] = (0,)) -> Watched:
    """The time and the memory of a command; an exit code that is not in `accept` is an error."""
    command = (sys.executable, "-m", "adamgate", *words)
    started = time.perf_counter()
    run = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    peaks: dict[int, int] = {}
    busy: dict[int, float] = {}
    try:
        while run.poll() is None:
            for process in (run.pid, *_children(run.pid)):
                peaks[process] = max(peaks.get(process, 0), peak(process))
                busy[process] = max(busy.get(process, 0.0), _processor_seconds(process))
            time.sleep(EVERY)
    finally:
        run.kill()
        run.wait()
    seconds = time.perf_counter() - started
    if run.returncode not in accept:
        raise RuntimeError(f"{' '.join(command)} ended with {run.returncode}")
    with_peak = [process for process, most in peaks.items() if most]
    return Watched(seconds, tuple(peaks[each] for each in with_peak), tuple(busy[each] for each in with_peak))


def _children(process: int) -> list[int]:
    with suppress(OSError):
        return [int(each) for each in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
    return []


def _processor_seconds(process: int) -> float:
    """Of all its threads, without those of processes that it has started."""
    with suppress(OSError, IndexError):
        after_name = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        return (int(after_name[11]) + int(after_name[12])) / os.sysconf("SC_CLK_TCK")
    return 0.0


def peak(process: int) -> int:
    with suppress(OSError, IndexError):
        return int(Path(f"/proc/{process}/status").read_text().split("VmHWM:")[1].split()[0]) * 1024
    return 0


def main(sizes: list[int], jobs: list[int], memory: str, within: Path | None) -> None:
    """Measure every size with every number of jobs, and print the table."""
    print(f"\nADAE of 16 variables in Parquet by subject, --memory {memory}, whole command")
    print(f"{'records':>14}{'jobs':>6}{'seconds':>10}{'records/s':>12}  peak MB of each process")
    for records in sizes:
        with tempfile.TemporaryDirectory(dir=within, prefix="adamgate-large-") as place:
            folder = made(Path(place) / "data", records)
            for number in jobs:
                found = judged(folder, number, "--memory", memory, "--work-dir", place)
                peaks = ", ".join(f"{peak / 1e6:.0f}" for peak in found.peaks)
                speed = records / found.seconds
                print(f"{records:14,}{number:6}{found.seconds:10.1f}{speed:12,.0f}  {peaks}", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, nargs="+", default=[1_000_000, 2_000_000, 10_000_000])
    parser.add_argument("--jobs", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--memory", default="1GB")
    parser.add_argument("--within", type=Path, help="folder for the data, which are removed afterwards")
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # the data are removed then, too
    main(given.records, given.jobs, given.memory, given.within)
