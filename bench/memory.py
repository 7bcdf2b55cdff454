"""The gate within less memory: the curve of peak memory and time over the bound."""

from __future__ import annotations

import argparse

from make_adae import adae
from measure import interleaved, typical

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


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    main(parser.parse_args().runs)
