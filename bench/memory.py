"""The gate and a conversion within less memory: peak memory and time over the bound."""

from __future__ import annotations

import argparse
import sys
import tempfile

from make_adae import adae
from measure import interleaved, measure_command, typical

BOUNDS = ("64MB", "256MB", "1024MB", None)
SETUP = """
import pandas, pyarrow.compute, pyarrow.parquet
import adamgate
import adamgate.converters.reading.read, adamgate.converters.formats.xpt.reader
import adamgate.schemas.gate.validate, adamgate.schemas.gate.execution
adamgate.rule_book()
"""
"""What is imported is not counted."""


def main(runs: int = 5) -> None:
    """Judge the large ADAE within each bound, in turn, and print the table."""
    path = str(adae())
    statement = "adamgate.validate(adamgate.read({path!r}, memory={bound!r}))"
    candidates = {str(bound or "none"): (SETUP, statement.format(path=path, bound=bound)) for bound in BOUNDS}
    found = {name: typical(each) for name, each in interleaved(candidates, runs).items()}
    free = found["none"]
    print(f"\nThe gate on 595,500 records of 55 variables by memory=, median of {runs} runs in turn")
    print(f"{'memory':12}{'seconds':>10}{'cpu s':>10}{'peak MB':>10}{'time':>9}{'peak':>9}")
    for name, run in found.items():
        print(
            f"{name:12}{run.seconds:10.2f}{run.cpu_seconds:10.2f}{run.peak_bytes / 1e6:10.0f}"
            f"{run.seconds / free.seconds:8.2f}x{run.peak_bytes / free.peak_bytes:8.2f}x",
            flush=True,
        )
    convert(path, runs)


def convert(path: str, runs: int) -> None:
    """Convert it to Parquet with the bound that `convert` has, with less, and with more than it needs."""
    print(f"\nIts conversion to Parquet, whole process, median of {runs} runs in turn")
    with tempfile.TemporaryDirectory() as folder:
        command = (
            sys.executable,
            "-m",
            "adamgate",
            "convert",
            path,
            f"{folder}/adae.parquet",
            "-q",
            "--force",
        )
        found = {name: [] for name in ("64MB", "256MB", "4GB")}
        for _ in range(runs):
            for bound, measured in found.items():
                measured.append(measure_command((*command, "--memory", bound)))
    for bound, measured in found.items():
        run = typical(measured)
        print(f"{bound:12}{run.seconds:10.2f}{run.cpu_seconds:10.2f}{run.peak_bytes / 1e6:10.0f}", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    main(parser.parse_args().runs)
