"""Gives damaged inputs to everything that reads: `make fuzz` (SECONDS, INPUTS, SEED, JOBS, TARGETS, REPLAY).

Each input is made from the seed, its target and its number alone, so that a failure can be made again:
``make fuzz REPLAY=xpt:1:4711``. Inputs are read in processes of their own, which are started again when one
dies. A failure is whatever is not a result or an error of ours, more than 5 seconds of processor time, more
memory than 64 MB and 20 times the input, or the death of the process.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

HERE = Path(__file__).resolve().parent
OUT = HERE.parent / "out" / "fuzz"
"""Inputs that failed are kept here, each with its traceback."""

CPU_SECONDS, WALL_SECONDS = 5, 120
MEMORY, MEMORY_TIMES = 64 << 20, 20
_ADDRESS_SPACE = 6 << 30
"""What a process may take in all, so that no input harms the machine."""
EACH = 100_000
"""Inputs of a process: what libraries keep of each adds up, until another does not fit into that."""
_MORE = 75
"""Exit code of a process that has read these, and has left others."""
_MEMORY_FOLDER = "/dev/shm"
_UNFIT = "does not fit into memory"
_DEATHS = {
    signal.SIGPROF: f"more than {CPU_SECONDS} s of processor time",
    signal.SIGALRM: "waits without end",
}


# One process: reads inputs, one after the other


def _peak() -> int:
    """The most bytes of memory since the last call of `_reset_peak`."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) << 10
    raise RuntimeError("the system does not tell the memory of a process")


def _reset_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5")


class Worker:
    def __init__(self, seed: int) -> None:
        from targets import TARGETS, made

        self.seed = seed
        self.targets = TARGETS
        self.made = made
        self.whole = {name: target.make() for name, target in TARGETS.items()}

    def input(self, name: str, number: int) -> tuple[dict[str, bytes], Random]:
        random = Random(f"{self.seed}:{name}:{number}")
        return self.made(self.whole[name], random), random

    def run(self, name: str, number: int, folder: Path) -> dict[str, str] | None:
        """What went wrong with one input, if anything did."""
        files, random = self.input(name, number)
        for each, raw in files.items():
            place = folder / each
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(raw)
        _reset_peak()
        before = _peak()
        try:
            self.targets[name].run(folder / next(iter(files)), random)
        except self.targets[name].allowed as error:
            if _UNFIT in str(error):
                return _failure(error)
        except Exception as error:
            return _failure(error)
        size = sum(map(len, files.values()))
        taken = _peak() - before
        if taken > MEMORY + MEMORY_TIMES * size:
            return {"what": f"memory: {taken >> 20} MB for {size:,} bytes", "kind": "memory", "traceback": ""}
        return None


def _failure(error: Exception) -> dict[str, str]:
    steps = traceback.extract_tb(error.__traceback__)
    own = [each for each in steps if "fuzz" not in Path(each.filename).parts]
    places = [f"{Path(each.filename).name}:{each.lineno}" for each in (own or steps)]
    kind = f"{type(error).__name__} at {places[-1]}"
    what = f"{type(error).__name__}: {str(error)[:200]!r} at {' > '.join(places[-6:])}"
    return {"what": what, "kind": kind, "traceback": "".join(traceback.format_exception(error))}


def _limit() -> None:
    """The system ends this process when an input takes too long or too much."""
    signal.setitimer(signal.ITIMER_PROF, CPU_SECONDS)
    signal.alarm(WALL_SECONDS)


def work(arguments: argparse.Namespace) -> int:
    """Read inputs until all are read, or as many as a process may; the exit code."""
    warnings.simplefilter("error")
    resource.setrlimit(resource.RLIMIT_AS, (_ADDRESS_SPACE, _ADDRESS_SPACE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    worker = Worker(arguments.seed)
    names = [name for name in worker.targets if not arguments.targets or name in arguments.targets]
    place = os.open(arguments.place, os.O_WRONLY)
    with tempfile.TemporaryDirectory(prefix="fuzz-", dir=arguments.folder) as folder:
        numbers = range(arguments.start, arguments.inputs, arguments.step)
        for number in numbers[:EACH]:
            if time.time() > arguments.until:
                return 0
            name = names[number % len(names)]
            os.pwrite(place, f"{number:>20} {name:<40}".encode(), 0)
            inside = Path(folder) / str(number)
            _limit()
            failure = worker.run(name, number, inside)
            shutil.rmtree(inside, ignore_errors=True)
            if failure is not None:
                print(json.dumps({"target": name, "number": number, **failure}), flush=True)
    return _MORE if len(numbers) > EACH else 0


# All processes


@dataclass
class Found:
    """What came of all inputs so far."""

    seed: int
    inputs: int = 0
    failures: list[dict[str, str]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, failure: dict[str, str]) -> None:
        with self.lock:
            known = {(each["target"], each["kind"]) for each in self.failures}
            self.failures.append(failure)
        if (failure["target"], failure["kind"]) not in known:
            again = f"REPLAY={failure['target']}:{self.seed}:{failure['number']}"
            print(f"FAILED {failure['target']}: {failure['what']}\n  again: make fuzz {again}", flush=True)


def lane(arguments: argparse.Namespace, first: int, found: Found) -> None:
    """One process after the other, until every input of this lane was read or time is up."""
    start = first
    with tempfile.NamedTemporaryFile(prefix="fuzz-place-") as place:
        while start < arguments.inputs and time.time() < arguments.until:
            place.truncate(0)
            command = [
                sys.executable,
                __file__,
                "--work",
                place.name,
                f"--start={start}",
                f"--step={arguments.jobs}",
            ]
            command += [
                f"--seed={arguments.seed}",
                f"--inputs={arguments.inputs}",
                f"--until={arguments.until}",
            ]
            command += [f"--targets={','.join(arguments.targets)}", f"--folder={arguments.folder}"]
            with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
                for line in process.stdout or ():
                    found.add(json.loads(line))
            reached = Path(place.name).read_text().split()
            if process.returncode == 0 and not reached:
                return
            if not reached:
                raise SystemExit(f"fuzz: the process ended with {process.returncode} before its first input")
            number, target = int(reached[0]), reached[1]
            with found.lock:
                found.inputs += (number - start) // arguments.jobs + 1
            if process.returncode == 0:
                return
            start = number + arguments.jobs
            if process.returncode == _MORE:
                continue
            died = _DEATHS.get(-process.returncode, f"the process died ({process.returncode})")
            found.add({"target": target, "number": str(number), "what": died, "kind": died, "traceback": ""})


def replay(text: str) -> int:
    """One input again: its files are kept, and what it does is shown."""
    name, seed, number = text.split(":")
    worker = Worker(int(seed))
    folder = OUT / f"{name}-{seed}-{number}"
    shutil.rmtree(folder, ignore_errors=True)
    warnings.simplefilter("error")
    _limit()
    failure = worker.run(name, int(number), folder)
    told = failure or {"what": "no failure", "traceback": ""}
    print(f"input: {folder}\n{told['what']}\n{told['traceback']}")
    return 1 if failure else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=0, help="Seconds; 0: until all inputs are read.")
    parser.add_argument("--inputs", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--targets", type=lambda text: [each for each in text.split(",") if each], default=[])
    parser.add_argument("--replay", default="")
    parser.add_argument(
        "--folder", default=_MEMORY_FOLDER if os.path.isdir(_MEMORY_FOLDER) else tempfile.gettempdir()
    )
    for hidden in ("--work", "--start", "--step", "--until"):
        parser.add_argument(
            hidden, dest=hidden[2:] if hidden != "--work" else "place", help=argparse.SUPPRESS
        )
    arguments = parser.parse_args()
    if arguments.place:
        arguments.start, arguments.step = int(arguments.start), int(arguments.step)
        arguments.until = float(arguments.until)
        code = work(arguments)
        sys.stdout.flush()
        os._exit(code)  # threads of libraries that are still about may abort a process of so little memory
    if arguments.replay:
        return replay(arguments.replay)
    began = time.time()
    if arguments.seconds:
        arguments.inputs = sys.maxsize
    arguments.until = began + (arguments.seconds or 10**9)
    found = Found(arguments.seed)
    lanes = [threading.Thread(target=lane, args=(arguments, n, found)) for n in range(arguments.jobs)]
    for each in lanes:
        each.start()
    for each in lanes:
        each.join()
    return _told(found, arguments, time.time() - began)


def _told(found: Found, arguments: argparse.Namespace, seconds: float) -> int:
    by_kind: dict[str, int] = {}
    for each in found.failures:
        kind = f"{each['target']}: {each['kind']}"
        by_kind[kind] = by_kind.get(kind, 0) + 1
    for kind, count in sorted(by_kind.items()):
        print(f"{count:>8} × {kind}")
    failed = f"{len(found.failures)} failures of {len(by_kind)} kinds"
    print(f"seed {arguments.seed}: {found.inputs:,} inputs in {seconds:.0f} s, {failed}")
    wanted = 1 if arguments.seconds else arguments.inputs
    if found.inputs < wanted:
        print(f"only {found.inputs:,} of {wanted:,} inputs were read: what stopped the others stands above")
    return 1 if found.failures or found.inputs < wanted else 0


if __name__ == "__main__":
    sys.exit(main())
