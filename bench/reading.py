"""Reading beside pyreadstat: time and peak memory above the imports, in one run."""

from __future__ import annotations

import argparse
from pathlib import Path

from make_adae import adae, unique_texts
from measure import Measured, interleaved, typical

OURS = (
    """
import pandas, pyarrow
from pathlib import Path
from adamgate.converters.formats.format import ReadOptions
from adamgate.converters.formats.xpt.reader import read_xpt
""",
    "data = read_xpt(Path({path!r}), ReadOptions())",
)
PYREADSTAT = ("import pandas, pyreadstat", "data = pyreadstat.read_xport({path!r})")


def main(runs: int = 3) -> None:
    """Measure both files and print the tables."""
    compare("a pilot ADAE 500 times over: 595,500 records of 55 variables", adae(), runs)
    compare("unique texts: 595,500 records of 6 variables of 60 bytes", unique_texts(), runs)


def compare(title: str, path: Path, runs: int) -> None:
    found = interleaved(
        {
            name: (setup, statement.format(path=str(path)))
            for name, (setup, statement) in {"adamgate": OURS, "pyreadstat": PYREADSTAT}.items()
        },
        runs,
    )
    ours, theirs = typical(found["adamgate"]), typical(found["pyreadstat"])
    print(f"\n{title}, {path.stat().st_size / 1e6:.0f} MB, median of {runs} runs in turn")
    print(f"{'':12}{'seconds':>10}{'cpu s':>10}{'peak MB above imports':>24}")
    for name, run in (("adamgate", ours), ("pyreadstat", theirs)):
        print(f"{name:12}{run.seconds:10.2f}{run.cpu_seconds:10.2f}{run.peak_bytes / 1e6:24.0f}")
    print(f"{'ratio':12}{_ratio(ours, theirs)}", flush=True)


def _ratio(ours: Measured, theirs: Measured) -> str:
    return (
        f"{theirs.seconds / ours.seconds:9.1f}x{theirs.cpu_seconds / ours.cpu_seconds:9.1f}x"
        f"{theirs.peak_bytes / ours.peak_bytes:23.1f}x"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    main(parser.parse_args().runs)
