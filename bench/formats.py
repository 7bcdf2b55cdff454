"""Files of many formats beside pandas, polars, pyreadstat and dsjframe, each in its own process.

What is read is what the last one of those that write it has written. polars writes and reads lines of JSON
that are no Dataset-JSON: objects without metadata. R files are only written, and by nothing else here.
"""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from make_adae import DATA, pilot
from measure import interleaved, typical

SETUP = """
import warnings
import dsjframe, pandas as pd, polars as pl, pyarrow, pyreadstat
from pandas.io import stata, feather_format, excel
import adamgate as ag
from adamgate.converters.formats.csv import reader, writer
from adamgate.converters.formats.dataset_json import reader, writer
from adamgate.converters.formats.parquet import reader, writer
from adamgate.converters.formats.spss import reader, writer
from adamgate.converters.formats.stata import reader, writer
from adamgate.converters.formats.arrow import reader, writer
from adamgate.converters.formats.xlsx import reader, writer
from adamgate.converters.formats.rds import writer
warnings.simplefilter("ignore")
"""
DATA_SETUP = """
data, = ag.read({source!r})
frame = data.frame.copy()
for name in frame:
    if frame[name].dtype == "category":
        frame[name] = frame[name].astype(object).fillna("")
    elif frame[name].dtype.kind == "M":
        frame[name] = frame[name].astype("datetime64[ns]")
polars = pl.from_pandas(frame)
METADATA = dsjframe.build_metadata(
    frame=frame, metadata={{"itemGroupOID": "IG.ADAE", "name": "ADAE", "label": "Adverse events"}}
)
"""
OURS_WRITE, OURS_READ = "ag.write(data, {path!r}, overwrite=True)", "ag.read({path!r})"


@dataclass(frozen=True, slots=True)
class Door:
    """A format, and how others write and read it; `copies` of the pilot's ADAE.

    Where their files are not of the format, `{other!r}` is the name of theirs.
    """

    suffix: str
    copies: int
    write: dict[str, str]
    read: dict[str, str]


DOORS = (
    Door(
        "csv",
        100,
        {
            "pandas": "frame.to_csv({path!r}, index=False)",
            "polars": "polars.write_csv({path!r})",
        },
        {"pandas": "pd.read_csv({path!r})", "polars": "pl.read_csv({path!r}, infer_schema_length=None)"},
    ),
    Door(
        "ndjson",
        100,
        {
            "polars, no Dataset-JSON": "polars.write_ndjson({other!r})",
            "dsjframe": "dsjframe.write_dataset(frame, {path!r}, METADATA)",
        },
        {
            "polars, no Dataset-JSON": "pl.read_ndjson({other!r})",
            "dsjframe": "dsjframe.read_dataset({path!r}, as_pandas=True)",
        },
    ),
    Door(
        "json",
        100,
        {"dsjframe": "dsjframe.write_dataset(frame, {path!r}, METADATA)"},
        {"dsjframe": "dsjframe.read_dataset({path!r}, as_pandas=True)"},
    ),
    Door(
        "parquet",
        100,
        {
            "pandas": "frame.to_parquet({path!r})",
            "polars": "polars.write_parquet({path!r})",
        },
        {"pandas": "pd.read_parquet({path!r})", "polars": "pl.read_parquet({path!r})"},
    ),
    Door(
        "dta",
        100,
        {
            "pandas": "frame.to_stata({path!r}, write_index=False, version=118)",
            "pyreadstat": "pyreadstat.write_dta(frame, {path!r})",
        },
        {"pandas": "pd.read_stata({path!r})", "pyreadstat": "pyreadstat.read_dta({path!r})"},
    ),
    Door(
        "sav",
        100,
        {"pyreadstat": "pyreadstat.write_sav(frame, {path!r})"},
        {"pyreadstat": "pyreadstat.read_sav({path!r})"},
    ),
    Door(
        "feather",
        100,
        {"pandas": "frame.to_feather({path!r})", "polars": "polars.write_ipc({path!r})"},
        {"pandas": "pd.read_feather({path!r})", "polars": "pl.read_ipc({path!r})"},
    ),
    Door(
        "xlsx",
        10,
        {"pandas, XlsxWriter": "frame.to_excel({path!r}, index=False, engine='xlsxwriter')"},
        {"pandas, calamine": "pd.read_excel({path!r}, engine='calamine')"},
    ),
    Door("rds", 100, {}, {}),
)


def main(runs: int = 3, suffixes: Sequence[str] = ()) -> None:
    """Measure and print the table."""
    print(f"\nfiles of all formats, median of {runs} runs in turn")
    print(f"{'':40}{'seconds':>10}{'cpu s':>10}{'peak MB above imports and data':>34}")
    for door in DOORS:
        if suffixes and door.suffix not in suffixes:
            continue
        source = pilot(door.copies, "adae") / "adae.xpt"
        folder = DATA / "doors"
        folder.mkdir(exist_ok=True)
        path = folder / f"door.{door.suffix}"
        try:
            _compare(f"write .{door.suffix}", {"adamgate": OURS_WRITE, **door.write}, source, path, runs)
            _compare(f"read .{door.suffix}", {"adamgate": OURS_READ, **door.read}, source, path, runs)
        finally:
            shutil.rmtree(folder)


def _compare(what: str, statements: dict[str, str], source: Path, path: Path, runs: int) -> None:
    """What is read is what was written last: by another tool, where there is one."""
    if what == "read .rds":
        return
    setup = SETUP + (DATA_SETUP.format(source=str(source)) if what.startswith("write") else "")
    found = interleaved(
        {
            name: (setup, statement.format(path=str(path), other=f"{path}l"))
            for name, statement in statements.items()
        },
        runs,
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
    parser.add_argument("suffixes", nargs="*", help="Formats; all by default.")
    given = parser.parse_args()
    main(given.runs, given.suffixes)
