"""Reading sas7bdat beside pyreadstat and pandas: time and peak memory above the imports, in one run.

The files are made by ReadStat's writer, which needs gcc and Debian's libreadstat-dev: the pilot's ADAE, 300
times over with subjects of their own, uncompressed and with RLE (COMPRESS=CHAR). RDC (COMPRESS=BINARY) is not
measured: no free program writes it.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from make_adae import DATA, HERE, pilot
from measure import interleaved, typical

import adamgate as ag

sys.path.insert(0, str(HERE.parent / "tests" / "formats"))

from readstat_files import StoredColumn, available, compiled, write

COPIES = 300
TOOLS = {
    "adamgate": (
        """
import pandas, pyarrow
from pathlib import Path
from adamgate.converters.formats.format import ReadOptions
from adamgate.converters.formats.sas7bdat.reader import read_sas7bdat
""",
        "data = read_sas7bdat(Path({path!r}), ReadOptions())",
    ),
    "pandas": ("import pandas", "data = pandas.read_sas({path!r}, encoding='utf-8')"),
    "pyreadstat": ("import pandas, pyreadstat", "data = pyreadstat.read_sas7bdat({path!r})"),
}


def main(runs: int = 3) -> None:
    """Measure both files and print the tables."""
    if not available():
        print("\nsas7bdat: not measured; needs gcc and libreadstat-dev")
        return
    for compression in ("none", "rle"):
        compare(compression, _made(compression), runs)


def compare(compression: str, path: Path, runs: int) -> None:
    found = interleaved(
        {name: (setup, statement.format(path=str(path))) for name, (setup, statement) in TOOLS.items()}, runs
    )
    print(f"\nsas7bdat, compression {compression}, {path.stat().st_size / 1e6:.0f} MB, {runs} runs in turn")
    print(f"{'':12}{'seconds':>10}{'cpu s':>10}{'peak MB above imports':>24}{'times ours':>14}")
    ours = typical(found["adamgate"]).seconds
    for name, each in found.items():
        run = typical(each)
        print(
            f"{name:12}{run.seconds:10.2f}{run.cpu_seconds:10.2f}{run.peak_bytes / 1e6:24.0f}"
            f"{run.seconds / ours:13.1f}x",
            flush=True,
        )


def _made(compression: str) -> Path:
    target = DATA / f"adae_{compression}.sas7bdat"
    if not target.exists():
        data = ag.read(pilot(COPIES, "adae"))["ADAE"]
        columns = [_stored(data, variable) for variable in data.variables]
        unfinished = target.with_suffix(".unfinished")
        write(compiled(DATA), columns, unfinished, compression)
        unfinished.rename(target)
    return target


def _stored(data: ag.Dataset, variable: ag.Variable) -> StoredColumn:
    values = data[variable.name]
    name, sas_format, label = variable.name, variable.format.rstrip("."), variable.label
    if variable.type == "Char":
        raw = np.array([text.encode() for text in values.astype(object)], f"S{variable.length}")
        stored = raw.view(np.uint8).reshape(len(raw), -1).copy()
        stored[stored == 0] = ord(" ")
        return StoredColumn(name, stored, sas_format, label)
    if values.dtype.kind == "M":
        values = (values - pd.Timestamp("1960-01-01")) / pd.Timedelta(days=1)
    return StoredColumn(name, values.to_numpy(np.float64), sas_format, label)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    main(parser.parse_args().runs)
