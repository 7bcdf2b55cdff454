"""Two large ADAEs compared: the command, and the comparison alone beside a merge by pandas, or datacompy."""

from __future__ import annotations

import argparse
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from make_adae import DATA, adae
from measure import interleaved, measure_command, typical

from adamgate.converters.formats.xpt.layout import read_layout

CHANGED = 100
SEED = 20240131

SETUP = """
import pandas, pyarrow.compute
import adamgate, adamgate.converters.diff.diff, adamgate.converters.reading.read
import adamgate.converters.formats.xpt.reader
import numpy as np
a = adamgate.read({a!r})["ADAE"]
b = adamgate.read({b!r})["ADAE"]
frame_a, frame_b = a.frame, b.frame
keys = ["USUBJID", "AESEQ"]
"""
OURS = "found = adamgate.diff(a, b); assert found.datasets['ADAE'].cells == {cells}"
MERGE = """
merged = frame_a.merge(frame_b, on=keys, how="outer", suffixes=("", "_b"), indicator=True)
cells = 0
for name in frame_a.columns.difference(keys):
    one, other = merged[name], merged[name + "_b"]
    if isinstance(one.dtype, pandas.CategoricalDtype):
        one, other = one.astype(object), other.astype(object)
    cells += int(((one != other) & ~(one.isna() & other.isna())).sum())
assert cells == {cells}
"""
DATACOMPY = """
import datacompy
found = datacompy.Compare(frame_a.copy(), frame_b.copy(), join_columns=keys)
assert not found.matches()
"""


def changed(path: Path) -> Path:
    """The file with another AESEV and AGE in some records."""
    return _copied(path, DATA / "adae-changed.xpt", shuffled=False)


def shuffled(path: Path) -> Path:
    """The same with its records in another order."""
    return _copied(path, DATA / "adae-shuffled.xpt", shuffled=True)


def _copied(path: Path, target: Path, *, shuffled: bool) -> Path:
    if target.exists():
        return target
    unfinished = target.with_suffix(".unfinished")
    shutil.copy(path, unfinished)
    with unfinished.open("rb") as file:
        (member,) = read_layout(file, unfinished.stat().st_size, str(path)).members
    extent = member.extent
    records = np.memmap(unfinished, np.uint8, "r+", extent.start, (extent.records, member.record_length))
    random = np.random.default_rng(SEED)
    places = {field.name: field.position for field in member.fields}
    records[random.choice(extent.records, CHANGED, replace=False), places[b"AESEV"]] = ord("X")
    records[random.choice(extent.records, CHANGED, replace=False), places[b"AGE"] + 2] ^= 1
    if shuffled:
        records[:] = records[random.permutation(extent.records)]
    records.flush()
    unfinished.rename(target)
    return target


def main(runs: int = 3) -> None:
    """Measure all in turn and print the tables."""
    first = adae()
    others = {"same order": changed(first), "another order": shuffled(first)}
    print(f"\ndiff of two ADAEs of 595,500 records and 55 variables, median of {runs} runs in turn")
    print(f"{'':56}{'seconds':>10}{'cpu s':>10}{'peak MB':>10}")
    for order, other in others.items():
        command = (sys.executable, "-m", "adamgate", "diff", str(first), str(other))
        for options in ((), ("--memory", "256MB")):
            run = typical([measure_command((*command, *options), accept=(1,)) for _ in range(runs)])
            _print(" ".join(("adamgate diff", *options, f"({order}), whole process")), run)
        _beside(order, {"a": str(first), "b": str(other)}, runs)


def _beside(order: str, paths: dict[str, str], runs: int) -> None:
    setup = SETUP.format(**paths)
    candidates = {
        "ag.diff, keys found": (setup, OURS.format(cells=2 * CHANGED)),
        "merge and != by pandas, keys given": (setup, MERGE.format(cells=2 * CHANGED)),
    }
    if find_spec("datacompy") is not None:
        candidates["datacompy, keys given"] = (setup, DATACOMPY)
    for name, found in interleaved(candidates, runs).items():
        _print(f"  {name} ({order}), beyond reading", typical(found))


def _print(name: str, run: object) -> None:
    print(f"{name:58}{run.seconds:8.2f}{run.cpu_seconds:10.2f}{run.peak_bytes / 1e6:10.0f}", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    main(parser.parse_args().runs)
