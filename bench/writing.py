"""Writing XPT beside pyreadstat, and polars-readstat where it is installed.

Our time includes reading back and comparing, theirs does not. What they lose is in docs/xpt.md.
"""

from __future__ import annotations

import argparse
from importlib.util import find_spec

from make_adae import DATA, adae
from measure import interleaved, typical

IMPORTS = {
    "adamgate": "import pandas, pyarrow\nimport adamgate\nfrom adamgate.converters.formats.xpt import writer",
    "pyreadstat": "import pandas, pyreadstat",
    "polars-readstat": "import polars, polars_readstat",
}
READ = {
    "adamgate": "data = adamgate.read({source!r})",
    "pyreadstat": "data, _ = pyreadstat.read_xport({source!r}, disable_datetime_conversion=True)",
    "polars-readstat": "data = polars_readstat.read_readstat({source!r}, preserve_order=True)",
}
WRITE = {
    "adamgate": "adamgate.write(data, {target!r}, overwrite=True)",
    "pyreadstat": "pyreadstat.write_xport(data, {target!r}, table_name='ADAE', file_format_version=5)",
    "polars-readstat": "polars_readstat.write_xpt(data, {target!r}, version=5, table_name='ADAE')",
}


def main(runs: int = 3) -> None:
    """Measure and print the table: time of writing alone, memory with the data that are written."""
    source = adae()
    target = DATA / "written.xpt"
    places = {"source": str(source), "target": str(target)}
    tools = ["adamgate", "pyreadstat", *(["polars-readstat"] if find_spec("polars_readstat") else [])]
    read, write = ({name: texts[name].format(**places) for name in tools} for texts in (READ, WRITE))
    try:
        timed = interleaved({name: (f"{IMPORTS[name]}\n{read[name]}", write[name]) for name in tools}, runs)
        whole = interleaved({name: (IMPORTS[name], f"{read[name]}\n{write[name]}") for name in tools}, 1)
    finally:
        target.unlink(missing_ok=True)
    found = {name: (typical(timed[name]), whole[name][0].peak_bytes) for name in tools}
    print(f"\nwriting 595,500 records of 55 variables as XPT v5, median of {runs} runs in turn")
    print(f"{'':24}{'seconds':>10}{'cpu s':>10}{'peak MB above imports, with data':>36}")
    ours, our_peak = found["adamgate"]
    for name, (run, peak) in found.items():
        shown = f"{name}{', read back' if name == 'adamgate' else ''}"
        print(f"{shown:24}{run.seconds:10.2f}{run.cpu_seconds:10.2f}{peak / 1e6:36.0f}")
    for name, (run, peak) in found.items():
        if name != "adamgate":
            print(
                f"{f'ratio, {name}':24}{run.seconds / ours.seconds:9.1f}x"
                f"{run.cpu_seconds / ours.cpu_seconds:9.1f}x{peak / our_peak:35.1f}x",
                flush=True,
            )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    main(parser.parse_args().runs)
