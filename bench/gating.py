"""The whole gate (start-up, read, every rule, report) beside what pyreadstat needs only to read."""

from __future__ import annotations

import argparse
import sys

from make_adae import adae
from measure import measure_command, typical

VERDICT = (0, 1)


def main(runs: int = 3) -> None:
    """Measure both in turn and print the table."""
    path = str(adae())
    gate = (sys.executable, "-m", "adamgate", "validate", path, "--format", "json", "-q")
    read = (sys.executable, "-c", f"import pyreadstat; pyreadstat.read_xport({path!r})")
    gates, reads = [], []
    for _ in range(runs):
        gates.append(measure_command(gate, accept=VERDICT))
        reads.append(measure_command(read))
    ours, theirs = typical(gates), typical(reads)
    print(f"\nThe gate on 595,500 records of 55 variables, whole process, median of {runs} runs in turn")
    print(f"{'':36}{'seconds':>10}{'cpu s':>10}{'peak MB':>10}")
    for name, run in (
        ("adamgate validate, every rule", ours),
        ("pyreadstat.read_xport, reading only", theirs),
    ):
        print(f"{name:36}{run.seconds:10.2f}{run.cpu_seconds:10.2f}{run.peak_bytes / 1e6:10.0f}")
    print(
        f"{'ratio':36}{theirs.seconds / ours.seconds:9.1f}x{theirs.cpu_seconds / ours.cpu_seconds:9.1f}x"
        f"{theirs.peak_bytes / ours.peak_bytes:9.1f}x",
        flush=True,
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    main(parser.parse_args().runs)
