"""Time and peak memory of a piece of Python or of a command, each run in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

# The peak is VmHWM where there is /proc: ru_maxrss of a child counts its parent's memory too.
_CHILD = """
import json, sys, time
from pathlib import Path

def peak():
    try:
        status = Path("/proc/self/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0]) * 1024
    except (OSError, IndexError):
        import resource
        unit = 1 if sys.platform == "darwin" else 1024
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit

def reset_peak():
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        pass  # then the peak of the set-up counts, too: no less is measured than was needed

setup, statement = sys.argv[1:3]
names = {}
exec(setup, names)
reset_peak()
before, wall, cpu = peak(), time.perf_counter(), time.process_time()
exec(statement, names)
cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
print(json.dumps({"seconds": wall, "cpu_seconds": cpu, "peak_bytes": peak() - before}))
"""

# A small process starts the command, since what its parent holds counts as the command's memory, too.
_LAUNCHER = """
import json, os, subprocess, sys, time

start = time.perf_counter()
process = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
_, status, usage = os.wait4(process.pid, 0)
seconds = time.perf_counter() - start
unit = 1 if sys.platform == "darwin" else 1024
code = process.returncode = os.waitstatus_to_exitcode(status)
print(json.dumps([code, seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * unit]))
"""


@dataclass(frozen=True, slots=True)
class Measured:
    """One run.

    Attributes
    ----------
    seconds, cpu_seconds : float
        Wall time, and processor time of all threads.
    peak_bytes : int
        Greatest resident memory: above that after the set-up for `measure_python`, of the whole process
        for `measure_command`.
    """

    seconds: float
    cpu_seconds: float
    peak_bytes: int


def measure_python(setup: str, statement: str) -> Measured:
    """Run `statement` in a fresh interpreter after `setup`, which is not counted."""
    done = subprocess.run(
        [sys.executable, "-c", _CHILD, setup, statement], check=True, stdout=subprocess.PIPE, text=True
    )
    return Measured(**json.loads(done.stdout.splitlines()[-1]))


def measure_command(arguments: Sequence[str], accept: Sequence[int] = (0,)) -> Measured:
    """Run a command, start-up and all; an exit code that is not in `accept` is an error."""
    done = subprocess.run(
        [sys.executable, "-I", "-c", _LAUNCHER, *arguments], check=True, stdout=subprocess.PIPE, text=True
    )
    code, *figures = json.loads(done.stdout)
    if code not in accept:
        raise RuntimeError(f"{' '.join(arguments)} ended with {code}")
    return Measured(*figures)


def interleaved(candidates: Mapping[str, tuple[str, str]], runs: int) -> dict[str, list[Measured]]:
    """Several runs of each (setup, statement) in turn, so that a busy machine hits all alike."""
    found: dict[str, list[Measured]] = {name: [] for name in candidates}
    for _ in range(runs):
        for name, (setup, statement) in candidates.items():
            found[name].append(measure_python(setup, statement))
    return found


def typical(runs: Sequence[Measured]) -> Measured:
    """The median of each figure."""
    return Measured(
        median(run.seconds for run in runs),
        median(run.cpu_seconds for run in runs),
        int(median(run.peak_bytes for run in runs)),
    )
