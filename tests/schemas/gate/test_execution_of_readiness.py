"""Rules that need see one record or one subject only find the same in partitions of whole subjects."""

from collections import Counter

import numpy as np
import pandas as pd
import pytest

from adamgate.schemas.gate.validate import judge
from adamgate.schemas.rules import rule_book
from adamgate.schemas.rules.rule import Grain
from adamgate.schemas.study.dataset import Dataset
from adamgate.schemas.study.declarations import DateSource, Declarations, Endpoint
from adamgate.schemas.study.study import Study

PARTED = {
    rule_id
    for rule_id, rule in rule_book().items()
    if rule_id.startswith(("TTE", "XD", "SL")) and rule.grain in {Grain.RECORD, Grain.SUBJECT}
}
PARTS = 8
DECLARED = Declarations(
    cut_off=pd.Timestamp("2024-12-01").date(),
    nested=(("SAFFL", "RANDFL"),),
    endpoints={
        "PFS": Endpoint(new_therapy="TRTEDT", gap=30),
        "DOR": Endpoint(role="DOR", events=("PD", "DEATH")),
    },
    sources={
        "PD": DateSource(dataset="ADRS", where="AVALC == 'PD'", date="ADT"),
        "DEATH": DateSource(dataset="ADSL", date="DTHDT"),
    },
)


@pytest.fixture
def damaged(trial):
    """Every record-wise thing goes wrong somewhere, by a fixed seed."""
    draw = np.random.default_rng(20240115)
    trial.adsl["RANDDT"] = trial.adsl["NEWTDT"] = trial.adsl.TRTSDT
    trial.adsl["AGE"] = np.where(np.arange(len(trial.adsl)) % 9 == 0, -1.0, 61.0)
    adtte = trial.adtte
    response = adtte.loc[trial.of("PFS")].assign(PARAMCD="DOR", PARAM="Duration of Response")
    trial.adtte = pd.concat([adtte, response], ignore_index=True).assign(SRCSEQ=1.0, SAFFL="Y", DCUTDT=pd.NaT)
    trial.adtte.loc[trial.adtte.PARAMCD != "OS", "SRCVAR"] = "ASTDT"
    trial.adtte.loc[trial.adtte.PARAMCD != "OS", "SRCDOM"] = "ADAE"
    adrs = adtte[["USUBJID", "ADT"]].assign(
        ASEQ=1.0, PARAMCD="OVR", AVALC=draw.choice(["PR", "SD", "PD"], 80)
    )
    trial.others["ADRS"] = adrs
    for frame in (trial.adsl, trial.adtte, trial.adae):
        for name in frame.columns.difference(["USUBJID", "PARAMCD", "PARAM"]):
            hit = draw.random(len(frame)) < 0.15
            frame[name] = frame[name].mask(hit, frame[name].sample(frac=1, random_state=7).to_numpy())
            frame[name] = frame[name].mask(draw.random(len(frame)) < 0.03)
    return trial.study()


def found(study):
    report = judge(study, declarations=DECLARED, rules=PARTED)
    assert report.not_run == ()
    counts = Counter()
    for each in report.findings:
        place = (each.rule_id, each.dataset, str(each.severity), each.variables, each.sentence)
        counts[place] += each.records
    return counts


@pytest.mark.slow
def test_the_same_in_parts_as_in_whole(damaged):
    subjects = damaged["ADSL"].frame.USUBJID
    whole, parts = found(damaged), Counter()
    for number in range(PARTS):
        own = set(subjects[np.arange(len(subjects)) % PARTS == number])
        frames = {each.name: each.frame[each.frame.USUBJID.isin(own)] for each in damaged}
        parts += found(Study.of(*(Dataset.from_frame(frame, name) for name, frame in frames.items())))
    assert parts == whole
    found_by = {rule_id for rule_id, *_ in whole}
    assert len(found_by) >= 15
    assert "XD036" in found_by
