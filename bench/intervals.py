"""Tables of the counting process, beyond reading and the gate, and what other tools need for a part of it."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from make_adae import HERE
from measure import Measured, measure_python, typical

SUBJECTS, EVENTS, VALUES = 1_000_000, 10_000_000, 10_000_000
TARGET_SECONDS, TARGET_MB = 20.0, 6000
RECURRENT, CHANGES = "recurrent events", "covariate changes"
SMALLER = ((RECURRENT, 1_000_000), (CHANGES, 1_000_000), (CHANGES, 10_000))
LIFELINES_CAN = 10_000
"""Changes that lifelines, which takes subject after subject, adds within a minute."""

OPTIONS = """
common = {"events": "ADAE", "start": "TRTSDT", "end": "EOSDT", "outside": "drop", "gate": False}
changing = {"name": "ALT", "dataset": "ADLB", "before_first": "baseline", "same_day": "last"}
"""
SETUP = """
import sys
sys.path.insert(0, {here!r})
import adamgate as ag
from intervals import study
{options}
ag.counting_process(study(1000, 5000, 5000), **common, time_varying=[changing])
trial = study({subjects}, {events}, {values})
"""
TABLES = {
    RECURRENT: (SUBJECTS, EVENTS, 0, ""),
    CHANGES: (SUBJECTS, 1_000_000, VALUES, ", time_varying=[changing]"),
}


def study(subjects: int, events: int, values: int):  # a Study, whose import is not to be measured
    """A trial of so many subjects, adverse events and values of a laboratory test."""
    import numpy as np
    import pandas as pd

    import adamgate as ag

    rng = np.random.default_rng(1)
    day_1 = np.datetime64("2020-01-01", "s")
    names = np.char.add("S-", np.arange(subjects).astype(str)).astype(object)

    def days(numbers):
        return day_1 + numbers.astype("timedelta64[D]")

    def of_subjects(records):
        codes = np.sort(rng.integers(0, subjects, records))
        return pd.Categorical.from_codes(codes, pd.Index(names, dtype=object))

    adsl = pd.DataFrame(
        {
            "USUBJID": names,
            "TRT01P": np.array(["Placebo", "Active"])[rng.integers(0, 2, subjects)],
            "TRTSDT": day_1,
            "EOSDT": days(rng.integers(200, 700, subjects)),
        }
    )
    adae = pd.DataFrame({"USUBJID": of_subjects(events), "ASTDT": days(rng.integers(0, 700, events))})
    adlb = pd.DataFrame(
        {
            "USUBJID": of_subjects(values),
            "ADT": days(rng.integers(-14, 700, values)),
            "AVAL": rng.integers(10, 90, values).astype(float),
            "ABLFL": np.where(rng.random(values) < 0.05, "Y", ""),
            "ASEQ": np.arange(values, dtype=float),
        }
    ).astype({"ABLFL": "category"})
    frames = {"ADSL": adsl, "ADAE": adae, "ADLB": adlb}
    return ag.Study.of(*(ag.Dataset.from_frame(frame, name) for name, frame in frames.items()))


def plain(subjects: int, records: int):  # frames, whose import is not to be measured
    """The same trial for other tools: follow-up, values and events, with text identifiers, days from 1."""
    import pandas as pd

    trial = study(subjects, records, records)
    adsl, adae, adlb = (trial[name].frame for name in ("ADSL", "ADAE", "ADLB"))
    first = adsl["TRTSDT"].iloc[0]
    base = pd.DataFrame({"id": adsl["USUBJID"], "T": (adsl["EOSDT"] - first).dt.days + 1, "E": False})
    found = []
    for frame, date in ((adlb, "ADT"), (adae, "ASTDT")):
        days = pd.DataFrame({"id": frame["USUBJID"].astype(str), "time": (frame[date] - first).dt.days + 1})
        days["ALT"] = frame.get("AVAL", 1.0)
        found.append(days.query("time > 0").drop_duplicates(["id", "time"], keep="last"))
    return base, *found


OTHERS = """
import sys
sys.path.insert(0, {here!r})
from intervals import plain
base, changes, _ = plain({subjects}, {records})
"""
LIFELINES = """
from lifelines.utils import add_covariate_to_timeline, to_long_format
long = to_long_format(base, duration_col="T")
long = add_covariate_to_timeline(long, changes, id_col="id", duration_col="time", event_col="E")
"""
TMERGE = """
suppressMessages(library(survival))
d <- read.csv("base.csv"); v <- read.csv("changes.csv"); e <- read.csv("events.csv")
seconds <- system.time({
  tm <- tmerge(d, d, id = id, tstop = T)
  if (nrow(e)) tm <- tmerge(tm, e, id = id, event = event(time))
  if (nrow(v)) tm <- tmerge(tm, v, id = id, alt = tdc(time, ALT))
})
cat(seconds["elapsed"])
"""


def in_r(subjects: int, records: int, kind: str) -> float:
    """Seconds of tmerge alone, without reading."""
    base, changes, events = plain(subjects, records)
    used = changes if kind == CHANGES else events
    with tempfile.TemporaryDirectory() as folder:
        for name, frame in {"base": base, "changes": changes, "events": events}.items():
            rows = frame if frame is base or frame is used else frame.iloc[:0]
            rows.to_csv(Path(folder) / f"{name}.csv", index=False)
        (Path(folder) / "run.R").write_text(TMERGE)
        ran = subprocess.run(
            ["Rscript", "--vanilla", "run.R"], cwd=folder, check=True, capture_output=True, text=True
        )
    return float(ran.stdout)


def measured(subjects: int, events: int, values: int, more: str, runs: int) -> Measured:
    """The table of such a trial."""
    setup = SETUP.format(here=str(HERE), options=OPTIONS, subjects=subjects, events=events, values=values)
    statement = f"ag.counting_process(trial, **common{more})"
    return typical([measure_python(setup, statement) for _ in range(runs)])


def main(runs: int = 1) -> None:
    """Measure both tables, then this tool and others on what they can do."""
    print(f"\nIntervals of {SUBJECTS:,} subjects, beyond reading and the gate, median of {runs} runs")
    print(f"{'table':<20}{'records':>12}{'seconds':>10}{'cpu s':>10}{'peak MB above data':>22}{'target':>18}")
    for name, (subjects, events, values, more) in TABLES.items():
        done = measured(subjects, events, values, more, runs)
        figures = f"{done.seconds:>10.2f}{done.cpu_seconds:>10.2f}{done.peak_bytes / 1e6:>22.0f}"
        target = f"{TARGET_SECONDS:.0f} s, {TARGET_MB} MB"
        print(f"{name:<20}{max(events, values):>12,}{figures}{target:>18}", flush=True)
    print(f"\n{'seconds of':<20}{'records':>12}{'adamgate':>12}{'tmerge':>12}{'lifelines':>12}")
    for name, records in SMALLER:
        subjects, more = records // 10, TABLES[name][3]
        sizes = (records // 10, records) if name == CHANGES else (records, 0)
        own, r, theirs = measured(subjects, *sizes, more, runs).seconds, in_r(subjects, records, name), "-"
        if name == CHANGES and records <= LIFELINES_CAN:
            setup = OTHERS.format(here=str(HERE), subjects=subjects, records=records)
            theirs = f"{measure_python(setup, LIFELINES).seconds:.2f}"
        print(f"{name:<20}{records:>12,}{own:>12.2f}{r:>12.2f}{theirs:>12}", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
