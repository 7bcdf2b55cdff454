"""Tables of adverse events (start-up, read, count, write) beside reading alone."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from make_adae import COPIES, pilot
from measure import measure_command, typical

AT_RISK = ("--start", "TRTSDT", "--end", "min(TRTEDT + 30, RFENDT)")
MEASURES = {
    "incidence": (),
    "worst-grade": (),
    "eair": AT_RISK,
    "eaer": AT_RISK,
}


def main(runs: int = 3) -> None:
    """Measure each and print the table."""
    study = str(pilot(COPIES, "adsl", "adae"))
    read = (sys.executable, "-c", f"import adamgate; adamgate.read({study!r})")
    counted = ("--by", "AEBODSYS,AEDECOD", "--arm", "TRTA", "--population", "SAFFL", "--total")
    print(f"\nAdverse events, 595,500 records of 127,000 subjects, whole process, median of {runs} runs")
    print(f"{'':36}{'seconds':>10}{'cpu s':>10}{'peak MB':>10}")
    with tempfile.TemporaryDirectory() as folder:
        written = ("--where", "TRTEMFL == 'Y'", "--no-gate", "-q", "-o", str(Path(folder) / "ae.csv"))
        commands = {"reading": read} | {
            f"adamgate ae --measure {name}": (
                *(sys.executable, "-m", "adamgate", "ae", study, *counted, *written, "--measure", name),
                *options,
            )
            for name, options in MEASURES.items()
        }
        for name, command in commands.items():
            run = typical([measure_command(command) for _ in range(runs)])
            print(
                f"{name:36}{run.seconds:10.2f}{run.cpu_seconds:10.2f}{run.peak_bytes / 1e6:10.0f}", flush=True
            )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    main(parser.parse_args().runs)
