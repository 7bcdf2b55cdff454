"""Writing XPT beside pyreadstat: our time includes reading back and comparing, theirs does not."""

from __future__ import annotations

import argparse

from make_adae import DATA, adae
from measure import interleaved, typical

IMPORTS = {
    "adamgate": "import pandas, pyarrow\nimport adamgate\nfrom adamgate.converters.formats.xpt import writer",
    "pyreadstat": "import pandas, pyreadstat",
}
READ = {
    "adamgate": "data = adamgate.read({source!r})",
    "pyreadstat": "data, _ = pyreadstat.read_xport({source!r}, disable_datetime_conversion=True)",
}
WRITE = {
    "adamgate": "adamgate.write(data, {target!r}, overwrite=True)",
    "pyreadstat": "pyreadstat.write_xport(data, {target!r}, table_name='ADAE', file_format_version=5)",
}


def main(runs: int = 3) -> None:
    """Measure and print the table: time of writing alone, memory with the data that are written."""
    source = adae()
    target = DATA / "written.xpt"
    places = {"source": str(source), "target": str(target)}
    read, write = ({name: text.format(**places) for name, text in texts.items()} for texts in (READ, WRITE))
    try:
        timed = interleaved({name: (f"{IMPORTS[name]}\n{read[name]}", write[name]) for name in WRITE}, runs)
        whole = interleaved({name: (IMPORTS[name], f"{read[name]}\n{write[name]}") for name in WRITE}, 1)
    finally:
        target.unlink(missing_ok=True)
    ours, theirs = typical(timed["adamgate"]), typical(timed["pyreadstat"])
    our_peak, their_peak = whole["adamgate"][0].peak_bytes, whole["pyreadstat"][0].peak_bytes
    print(f"\nwriting 595,500 records of 55 variables as XPT v5, median of {runs} runs in turn")
    print(f"{'':24}{'seconds':>10}{'cpu s':>10}{'peak MB above imports, with data':>36}")
    for name, run, peak in (("adamgate, read back", ours, our_peak), ("pyreadstat", theirs, their_peak)):
        print(f"{name:24}{run.seconds:10.2f}{run.cpu_seconds:10.2f}{peak / 1e6:36.0f}")
    print(
        f"{'ratio':24}{theirs.seconds / ours.seconds:9.1f}x{theirs.cpu_seconds / ours.cpu_seconds:9.1f}x"
        f"{their_peak / our_peak:35.1f}x",
        flush=True,
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    main(parser.parse_args().runs)
