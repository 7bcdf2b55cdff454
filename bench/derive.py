"""Five time-to-event parameters of 100,000 subjects from 10 million records, beside the same in pandas."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from make_adae import DATA
from measure import interleaved, typical

SUBJECTS = 100_000
RECORDS = 10_000_000
SEED = 20240131
FIRST_DAY = 19_000
"""2022-01-08, in days since 1970-01-01."""

SETUP = """
import numpy as np, pandas as pd
import adamgate as ag
import adamgate.converters.derivations.derive
import adamgate.converters.derivations.time_to_event.dataset

study = ag.read([{adsl!r}, {adrs!r}])

def source(dataset, date, where="", **set):
    order = ("ASEQ",) if dataset == "ADRS" else ()
    return ag.DerivationSource(dataset=dataset, date=date, where=where, order=order, set=set)

sources = {{
    "PD": source("ADRS", "ADT", "AVALC == 'PD'", EVNTDESC="Progression"),
    "RSP": source("ADRS", "ADT", "AVALC in ('CR', 'PR')", EVNTDESC="Response"),
    "SEEN": source("ADRS", "ADT", "AVALC != 'NE'", EVNTDESC="Last assessment"),
    "DTH": source("ADSL", "DTHDT", EVNTDESC="Death"),
    "ALIVE": source("ADSL", "LSTALVDT", EVNTDESC="Alive"),
    "RAND": source("ADSL", "RANDDT", EVNTDESC="Randomized"),
}}

def endpoint(events, censors, **others):
    policies = dict(before_origin="raise", without_origin="exclude", without_candidate="exclude")
    if "origin_source" not in others:
        others["origin"] = "RANDDT"
    return ag.DerivedEndpoint(param="Time", events=events, censors=censors, **policies, **others)

what = ag.Specification(
    {{"ADTTE": ag.TimeToEvent(carry=("AGE", "SEX", "ARM"))}},
    {{
        "OS": endpoint(("DTH",), ("RAND", "ALIVE")),
        "PFS": endpoint(("PD", "DTH"), ("RAND", "SEEN")),
        "TTP": endpoint(("PD",), ("RAND", "SEEN")),
        "TTR": endpoint(("RSP",), ("RAND", "SEEN")),
        "DOR": endpoint(("PD", "DTH"), ("SEEN",), origin_source="RSP", with_record="RSP"),
    }},
    sources,
)
adsl, adrs = study["ADSL"].frame, study["ADRS"].frame
"""
OURS = "derived = ag.derive(study, what); assert len(derived['ADTTE']) > 400_000"
PANDAS = """
def dated(frame, date, keep):
    found = frame.loc[frame[date].notna()].sort_values(["USUBJID", date], kind="stable")
    return found.drop_duplicates("USUBJID", keep=keep).set_index("USUBJID")[date]

pd_, rsp = (dated(adrs[adrs["AVALC"].isin(each)], "ADT", "first") for each in (["PD"], ["CR", "PR"]))
seen = dated(adrs[adrs["AVALC"] != "NE"], "ADT", "last")
of_adsl = {name: adsl.set_index("USUBJID")[name] for name in ("DTHDT", "LSTALVDT", "RANDDT")}
parts = []
for events, censors, origin in (
    ([of_adsl["DTHDT"]], [of_adsl["RANDDT"], of_adsl["LSTALVDT"]], of_adsl["RANDDT"]),
    ([pd_, of_adsl["DTHDT"]], [of_adsl["RANDDT"], seen], of_adsl["RANDDT"]),
    ([pd_], [of_adsl["RANDDT"], seen], of_adsl["RANDDT"]),
    ([rsp], [of_adsl["RANDDT"], seen], of_adsl["RANDDT"]),
    ([pd_, of_adsl["DTHDT"]], [seen], rsp),
):
    event, censored = pd.concat(events, axis=1).min(axis=1), pd.concat(censors, axis=1).max(axis=1)
    made = pd.DataFrame({"STARTDT": origin}).join(event.rename("EVENT")).join(censored.rename("CENSORED"))
    made["ADT"] = made["EVENT"].fillna(made["CENSORED"])
    made["CNSR"] = made["EVENT"].isna().astype(int)
    made["AVAL"] = (made["ADT"] - made["STARTDT"]).dt.days + 1
    parts.append(made)
assert sum(map(len, parts)) > 400_000
"""


def sources() -> tuple[Path, Path]:
    """ADSL and ADRS as Parquet, made once."""
    DATA.mkdir(exist_ok=True)
    adsl, adrs = DATA / "derive" / "adsl.parquet", DATA / "derive" / "adrs.parquet"
    if adrs.exists():
        return adsl, adrs
    adsl.parent.mkdir(exist_ok=True)
    random = np.random.default_rng(SEED)
    randomized = FIRST_DAY + random.integers(0, 365, SUBJECTS)
    names = np.array([f"BENCH-{number:07}" for number in range(SUBJECTS)])
    alive = randomized + random.integers(1, 1500, SUBJECTS)

    def dates(days: np.ndarray, missing: np.ndarray | None = None) -> pa.Array:
        return pa.array(days.astype(np.int32), pa.int32(), mask=missing).cast(pa.date32())

    table = {
        "STUDYID": pa.array(["BENCH"] * SUBJECTS),
        "USUBJID": pa.array(names),
        "AGE": pa.array(random.integers(18, 90, SUBJECTS).astype(float)),
        "SEX": pa.array(random.choice(["F", "M"], SUBJECTS)),
        "ARM": pa.array(random.choice(["A", "B"], SUBJECTS)),
        "RANDDT": dates(randomized),
        "LSTALVDT": dates(alive),
        "DTHDT": dates(alive + 1, random.random(SUBJECTS) < 0.6),
    }
    pq.write_table(pa.table(table), adsl)
    subject = np.sort(random.integers(0, SUBJECTS, RECORDS))
    starts = np.flatnonzero(np.append(True, np.diff(subject) != 0))
    number = np.arange(RECORDS) - np.repeat(starts, np.diff(np.append(starts, RECORDS))) + 1
    answers = random.choice(["CR", "PR", "SD", "NE", "PD"], RECORDS, p=[0.05, 0.15, 0.7, 0.08, 0.02])
    records = {
        "USUBJID": pa.array(names[subject]).dictionary_encode(),
        "ADT": dates(randomized[subject] + random.integers(0, 1500, RECORDS), random.random(RECORDS) < 0.01),
        "AVALC": pa.array(answers).dictionary_encode(),
        "ASEQ": pa.array(number.astype(float)),
    }
    unfinished = adrs.with_suffix(".unfinished")
    pq.write_table(pa.table(records), unfinished)
    unfinished.rename(adrs)
    return adsl, adrs


def main(runs: int = 3) -> None:
    """Measure both in turn and print the table."""
    adsl, adrs = sources()
    setup = SETUP.format(adsl=str(adsl), adrs=str(adrs))
    found = interleaved({"adamgate": (setup, OURS), "pandas": (setup, PANDAS)}, runs)
    print(f"{SUBJECTS:,} subjects, 5 parameters, {RECORDS:,} records of ADRS, beyond reading")
    for name, measured in found.items():
        each = typical(measured)
        print(f"{name:10} {each.seconds:6.2f} s  {each.peak_bytes / 1e6:7,.0f} MB")
    ours, theirs = (typical(found[name]).seconds for name in ("adamgate", "pandas"))
    print(f"ratio {theirs / ours:.2f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    main(parser.parse_args().runs)
