"""Stata, Arrow and Excel files beside pandas and pyreadstat: reading and writing, each in its own process.

R files are only written, and nothing else here writes them.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

from make_adae import DATA, pilot
from measure import interleaved, typical

SETUP = """
import warnings
import pandas as pd, pyarrow, pyreadstat
from pandas.io import stata, feather_format, excel
import adamgate as ag
from adamgate.converters.formats.stata import reader, writer
from adamgate.converters.formats.arrow import reader, writer
from adamgate.converters.formats.xlsx import reader, writer
from adamgate.converters.formats.rds import writer
warnings.simplefilter("ignore")
data, = ag.read({source!r})
frame = data.frame.copy()
for name in frame:
    if frame[name].dtype == "category":
        frame[name] = frame[name].astype(object).fillna("")
    elif frame[name].dtype.kind == "M":
        frame[name] = frame[name].astype("datetime64[ns]")
"""
OURS_WRITE, OURS_READ = "ag.write(data, {path!r}, overwrite=True)", "ag.read({path!r})"


@dataclass(frozen=True, slots=True)
class Door:
    """A format, and how others write and read it; `copies` of the pilot's ADAE."""

    suffix: str
    copies: int
    write: dict[str, str]
    read: dict[str, str]


DOORS = (
    Door(
        "dta",
        100,
        {
            "pandas": "frame.to_stata({path!r}, write_index=False, version=118)",
            "pyreadstat": "pyreadstat.write_dta(frame, {path!r})",
        },
        {"pandas": "pd.read_stata({path!r})", "pyreadstat": "pyreadstat.read_dta({path!r})"},
    ),
    Door("feather", 100, {"pandas": "frame.to_feather({path!r})"}, {"pandas": "pd.read_feather({path!r})"}),
    Door(
        "xlsx",
        10,
        {"pandas, XlsxWriter": "frame.to_excel({path!r}, index=False, engine='xlsxwriter')"},
        {"pandas, calamine": "pd.read_excel({path!r}, engine='calamine')"},
    ),
    Door("rds", 100, {}, {}),
)


def main(runs: int = 3) -> None:
    """Measure and print the table."""
    print(f"\nfiles of other tools, median of {runs} runs in turn")
    print(f"{'':40}{'seconds':>10}{'cpu s':>10}{'peak MB above imports and data':>34}")
    for door in DOORS:
        source = pilot(door.copies, "adae") / "adae.xpt"
        path = DATA / f"door.{door.suffix}"
        try:
            _compare(f"write .{door.suffix}", {"adamgate": OURS_WRITE, **door.write}, source, path, runs)
            _compare(f"read .{door.suffix}", {"adamgate": OURS_READ, **door.read}, source, path, runs)
        finally:
            path.unlink(missing_ok=True)


def _compare(what: str, statements: dict[str, str], source: Path, path: Path, runs: int) -> None:
    """What is read is what was written last: by another tool, where there is one."""
    if what == "read .rds":
        return
    setup = SETUP.format(source=str(source))
    found = interleaved(
        {name: (setup, statement.format(path=str(path))) for name, statement in statements.items()}, runs
    )
    for name, all_of_them in found.items():
        run = typical(all_of_them)
        print(
            f"{f'{what}, {name}':40}{run.seconds:10.2f}{run.cpu_seconds:10.2f}{run.peak_bytes / 1e6:34.0f}",
            flush=True,
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    main(parser.parse_args().runs)
