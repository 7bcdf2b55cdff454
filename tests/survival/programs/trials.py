"""A random trial in each form that a program can fit, and its files as a tool gets them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from adamgate.converters.formats.format import Output
from adamgate.converters.survival.arms import Arms
from adamgate.converters.survival.layouts import LAYOUTS
from adamgate.converters.survival.programs.interval_censored.fits import CensoredFits
from adamgate.converters.survival.programs.model import EndpointColumns, Model
from adamgate.converters.survival.programs.recurrent_events.fits import Recurrence, RecurrentFits
from adamgate.converters.survival.programs.states.fits import StateFits
from adamgate.converters.survival.tools import ToolTable
from adamgate.schemas.study.columns import is_character
from adamgate.schemas.study.dataset import Dataset
from adamgate.schemas.study.variable import Variable

LEVELS = ("Placebo", "Low", "High & 'é'")
ARMS = Arms("TRT01P", LEVELS, "Placebo", "TRT01PN")
STRATA = ("REGION", "ISS")
SUFFIXES = {"lifelines": ".csv", "scikit-survival": ".parquet", "r": ".csv", "sas": ".xpt", "stata": ".dta"}
BOOLEAN = {"event", "OS_event", "PFS_event"}


@dataclass(frozen=True)
class Case:
    """A table, and what is fitted to it."""

    frame: pd.DataFrame
    model: Model


def trial(seed: int = 20200131, n: int = 90) -> pd.DataFrame:
    """One record per subject: many ties, arms and strata with missing values, the text NA among them."""
    random = np.random.default_rng(seed)
    arm = random.integers(0, 3, n)
    region = random.choice(["NA", "EU", "Åsia"], n)
    stage = random.integers(1, 3, n).astype(float)
    duration = np.ceil(random.exponential(20 + 8 * arm)).clip(1, 60)
    return pd.DataFrame(
        {
            "USUBJID": [f"00{number:03d}" for number in range(n)],
            "duration": duration / 4,
            "event": random.random(n) < 0.7,
            "CNSR": 0,
            "TRT01P": pd.Categorical.from_codes(
                np.where(random.random(n) < 0.05, -1, arm), LEVELS, ordered=True
            ),
            "REGION": pd.Categorical(region),
            "ISS": np.where(random.random(n) < 0.05, np.nan, np.where(region == "Åsia", 1.0, stage)),
        }
    )


def delayed(frame: pd.DataFrame) -> pd.DataFrame:
    """Entries that fall on event times, too; a third are at risk from 0."""
    random = np.random.default_rng(5)
    entry = np.floor(random.random(len(frame)) * frame["duration"] * 4) / 4
    entry[random.random(len(frame)) < 1 / 3] = 0.0
    return frame.assign(entry=np.where(entry < frame["duration"], entry, 0.0))


def in_intervals(frame: pd.DataFrame, cuts: tuple[float, ...] = (2.0, 5.0, 9.0)) -> pd.DataFrame:
    parts = []
    for start, stop in zip((0.0, *cuts), (*cuts, np.inf), strict=True):
        some = frame[frame["duration"] > start]
        ends = some["duration"] <= stop
        parts.append(
            some.assign(start=start, stop=some["duration"].clip(upper=stop), event=some["event"] & ends)
        )
    return pd.concat(parts).sort_values(["USUBJID", "start"]).drop(columns=["duration", "CNSR"])


def recurring(frame: pd.DataFrame) -> pd.DataFrame:
    """Events at the end of some intervals, and a covariate of numbers and one of texts."""
    random = np.random.default_rng(11)
    table = in_intervals(frame, (1.0, 2.0, 4.0, 6.0, 9.0)).reset_index(drop=True)
    table["event"] = random.random(len(table)) < 0.4
    before = table.groupby("USUBJID")["event"].cumsum() - table["event"]
    since = (
        table["start"].where(before.groupby(table["USUBJID"]).diff() > 0).groupby(table["USUBJID"]).ffill()
    )
    return table.assign(
        event_number=before + 1,
        gap_start=table["start"] - since.fillna(0.0),
        gap_stop=table["stop"] - since.fillna(0.0),
        ALT=random.normal(size=len(table)).round(2),
        LEVEL=random.choice(["HIGH", "LOW"], len(table)),
    )


def wide(frame: pd.DataFrame) -> pd.DataFrame:
    random = np.random.default_rng(7)
    lacks = random.random(len(frame)) < 0.1
    earlier = np.ceil(frame["duration"] * random.random(len(frame)) * 4) / 4
    earlier = earlier.where(random.random(len(frame)) < 0.5, frame["duration"])
    return (
        frame.drop(columns=["duration", "event", "CNSR"])
        .assign(
            OS_duration=frame["duration"],
            OS_event=frame["event"],
            PFS_duration=earlier.where(~lacks),
            PFS_event=pd.array(np.where(earlier < frame["duration"], True, frame["event"]), "boolean"),
        )
        .assign(PFS_event=lambda table: table["PFS_event"].mask(lacks))
    )


ENTRY = EndpointColumns(begin="entry")
INTERVAL = EndpointColumns("event", "stop", "start")
OS, PFS = (EndpointColumns(f"{name}_event", f"{name}_duration", name=name) for name in ("OS", "PFS"))
MODELS = {
    "one-record": Model(arms=ARMS),
    "stratified": Model(strata=STRATA, arms=ARMS),
    "no arm": Model(),
    "delayed-entry": Model((ENTRY,), arms=ARMS),
    "delayed-entry, stratified": Model((ENTRY,), STRATA, arms=ARMS),
    "person-time": Model((INTERVAL,), subject="USUBJID", arms=ARMS),
    "person-time, stratified": Model((INTERVAL,), STRATA, "USUBJID", arms=ARMS),
    "wide": Model((OS, PFS), arms=ARMS),
    "wide, stratified": Model((OS, PFS), STRATA, arms=ARMS),
    "delayed-entry, no arm": Model((ENTRY,)),
}
INTERVALS = {
    "recurrent": Model((INTERVAL,), STRATA, "USUBJID", ARMS, RecurrentFits(recurrence=Recurrence())),
    "recurrent, no arm": Model((INTERVAL,), subject="USUBJID", family=RecurrentFits(recurrence=Recurrence())),
    "time-varying": Model((INTERVAL,), (), "USUBJID", ARMS, RecurrentFits(("ALT", "LEVEL"))),
    "time-varying, no arm": Model((INTERVAL,), (), "USUBJID", family=RecurrentFits(("ALT",))),
    "recurrent, time-varying": Model((INTERVAL,), (), "USUBJID", ARMS, RecurrentFits(("ALT",), Recurrence())),
}
"""Of which Cox models of intervals alone are fitted."""
FORMS = {
    "delayed-entry": delayed,
    "person-time": in_intervals,
    "wide": wide,
    "recurrent": recurring,
    "time-varying": recurring,
}


def case_of(name: str) -> Case:
    form = FORMS.get(name.partition(",")[0], lambda frame: frame)
    return Case(form(trial()).reset_index(drop=True), (MODELS | INTERVALS)[name])


def dataset_of(frame: pd.DataFrame) -> Dataset:
    variables = [
        Variable(
            name,
            f"Label of {name}",
            "Char" if is_character(frame[name]) else "Num",
            data_type="boolean" if name in BOOLEAN else "",
        )
        for name in frame
    ]
    return Dataset.from_frame(frame, "T", variables=variables)


def tool_table(tool: str, case: Case, path: Path) -> ToolTable:
    return ToolTable.of(LAYOUTS[tool], Output(dataset_of(case.frame), path), case.model)


# Models that are no endpoints: several states, and interval-censored times.

STATES, PAIRS = ("well", 'ill\'s "a"', "dead"), ((0, 1), (0, 2), (1, 2))
BY_INTERVAL = StateFits(STATES, PAIRS, "censored", by_transition=False)
BY_TRANSITION = StateFits(STATES, PAIRS, "censored", by_transition=True)
OWN_MODELS = {
    "multi-state": Model((), (), "USUBJID", ARMS, family=BY_INTERVAL),
    "multi-state, stratified": Model((), STRATA, "USUBJID", ARMS, family=BY_INTERVAL),
    "multi-state, no arm": Model((), STRATA, "USUBJID", None, family=BY_INTERVAL),
    "multi-state by transition": Model((), (), "USUBJID", ARMS, family=BY_TRANSITION),
    "multi-state by transition, stratified": Model((), STRATA, "USUBJID", ARMS, family=BY_TRANSITION),
    "multi-state by transition, no arm": Model((), (), "USUBJID", None, family=BY_TRANSITION),
    "interval": Model(arms=ARMS, endpoints=(), family=CensoredFits()),
    "interval, stratified": Model((), STRATA, arms=ARMS, family=CensoredFits()),
    "interval, no arm": Model((), STRATA, family=CensoredFits()),
}


def in_states(frame: pd.DataFrame) -> pd.DataFrame:
    """A third of the subjects are ill for a while before the end."""
    ill, dead = np.arange(len(frame)) % 3 == 0, frame["event"].to_numpy()
    fell = np.where(ill, np.ceil(frame["duration"] * 2) / 4, frame["duration"])
    ill &= fell < frame["duration"].to_numpy()
    first = frame.assign(start=0.0, stop=np.where(ill, fell, frame["duration"]), from_state=0)
    first["to_state"] = np.where(ill, 2, np.where(dead, 3, 0))
    second = frame.assign(start=fell, stop=frame["duration"], from_state=1, to_state=np.where(dead, 3, 0))[
        ill
    ]
    both = (
        pd.concat([first, second])
        .sort_values(["USUBJID", "start"])
        .drop(columns=["duration", "CNSR", "event"])
    )
    return both.assign(
        from_state=pd.Categorical.from_codes(both["from_state"], list(STATES)),
        to_state=pd.Categorical.from_codes(both["to_state"], ["censored", *STATES]),
    )


def by_transition(frame: pd.DataFrame) -> pd.DataFrame:
    states = in_states(frame)
    parts = []
    for number, (origin, target) in enumerate(PAIRS, 1):
        some = states[states["from_state"] == STATES[origin]]
        made = (some["to_state"] == STATES[target]).astype(int)
        parts.append(
            some.assign(**{"from": origin + 1, "to": target + 1, "transition": number, "status": made})
        )
    return (
        pd.concat(parts)
        .sort_values(["USUBJID", "start", "transition"])
        .drop(columns=["from_state", "to_state"])
    )


def assessed(frame: pd.DataFrame) -> pd.DataFrame:
    """Assessments at each whole number; every fifth event is exact."""
    event, exact = frame["event"].to_numpy(), np.arange(len(frame)) % 5 == 0
    last = np.ceil(frame["duration"]) - 1
    kind = np.where(event & exact, "exact", np.where(event, "interval", "right"))
    return frame.assign(
        left=np.where(kind == "interval", last, frame["duration"]),
        right=frame["duration"].where(event),
        type=pd.Categorical(kind),
    ).drop(columns=["duration", "event", "CNSR"])


OWN_FORMS = {"multi-state": in_states, "multi-state by transition": by_transition, "interval": assessed}


def own_case_of(name: str) -> Case:
    return Case(OWN_FORMS[name.partition(",")[0]](trial()).reset_index(drop=True), OWN_MODELS[name])
