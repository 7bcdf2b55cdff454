"""Reading a define.xml of 54 MB beside odmlib: time and peak memory above the imports, in one run."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from make_adae import DATA, HERE
from measure import interleaved, typical

sys.path.insert(0, str(HERE.parent / "tests" / "fixtures"))

from define_documents import large

DATASETS, VARIABLES = 110, 500
TOOLS = {
    "adamgate": (
        "from adamgate.converters.metadata.define_xml.reader import read_define",
        "data = read_define({path!r})",
    ),
    "odmlib": (
        "from odmlib import define_loader, loader",
        """
reader = loader.ODMLoader(define_loader.XMLDefineLoader(model_package="define_2_1"))
reader.open_odm_document({path!r})
data = reader.root()
""",
    ),
}


def main(runs: int = 3) -> None:
    """Measure both and print the table."""
    path = _made()
    found = interleaved(
        {name: (setup, statement.format(path=str(path))) for name, (setup, statement) in TOOLS.items()}, runs
    )
    size = path.stat().st_size / 1e6
    print(f"\ndefine.xml, {size:.0f} MB, {DATASETS * VARIABLES:,} variables, {runs} runs in turn")
    print(f"{'':12}{'seconds':>10}{'cpu s':>10}{'peak MB above imports':>24}{'times ours':>14}")
    ours = typical(found["adamgate"])
    for name, each in found.items():
        run = typical(each)
        print(
            f"{name:12}{run.seconds:10.2f}{run.cpu_seconds:10.2f}{run.peak_bytes / 1e6:24.0f}"
            f"{run.cpu_seconds / ours.cpu_seconds:13.1f}x",
            flush=True,
        )


def _made() -> Path:
    target = DATA / "large_define.xml"
    if not target.exists():
        DATA.mkdir(exist_ok=True)
        target.write_text(large(DATASETS, VARIABLES), encoding="utf-8")
    return target


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    main(parser.parse_args().runs)
