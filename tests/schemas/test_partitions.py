"""A rule of grain record or subject says the same of whole datasets and of their subjects apart."""

from collections import defaultdict

import numpy as np
import pandas as pd
import pytest

import adamgate as ag
from adamgate.schemas.rule import Fault, Grain, rule_book

PARTS = 3
RULES = [rule for rule in rule_book().values() if rule.grain in (Grain.RECORD, Grain.SUBJECT)]


def no_records(data):
    return defaultdict(lambda: np.zeros(len(data), dtype=np.bool_))


def judged(rule, data, study):
    """Records at fault by severity; empty where the rule does not apply."""
    found = no_records(data)
    if not rule.scope.obstacle(data, study):
        for fault in rule.run(data, study):
            if isinstance(fault, Fault) and fault.found:
                found[fault.severity or rule.severity] |= True if fault.mask is None else fault.mask
    return found


def parts_of(data):
    """Record positions of parts of whole subjects; subjects are dealt out in turn."""
    subject = pd.factorize(data["USUBJID"])[0] % PARTS
    return [np.flatnonzero(subject == part) for part in range(PARTS)]


def differing(study):
    differ = []
    for data in study:
        parts = [
            (own, data.replace(frame=data.frame.iloc[own].reset_index(drop=True))) for own in parts_of(data)
        ]
        for rule in RULES:
            if not rule.scope.covers(data):
                continue
            whole = judged(rule, data, study)
            apart = no_records(data)
            for own, part in parts:
                rest = ag.Study.of(*(part if each is data else each for each in study))
                for severity, mask in judged(rule, part, rest).items():
                    apart[severity][own] |= mask
            severities = set(whole) | set(apart)
            if any(not np.array_equal(whole[each], apart[each]) for each in severities):
                differ.append((rule.id, data.name))
    return differ


@pytest.mark.parametrize("folder", ["cartitude1", "cartitude1-broken"])
def test_of_the_demo_study(root, folder):
    assert differing(ag.read(root / "fixtures" / folder)) == []


def test_of_the_pilot_study(shared):
    assert differing(ag.read(shared / "data" / "cdiscpilot" / "adam")) == []


def test_of_events_some_of_which_are_numbered_anew():
    frame = pd.DataFrame(
        {
            "USUBJID": ["1", "1", "2", "2", "3", "3"],
            "AESEQ": [1.0, 1.0, 1.0, 1.0, 1.0, 2.0],
            "ASEQ": [1.0, 2.0, 1.0, 1.0, 1.0, 2.0],
            "AETERM": ["a", "b", "c", "c", "d", ""],
            "AEDECOD": ["A", "A", "C", None, "D", "D"],
        }
    )
    study = ag.Study.of(ag.Dataset.from_frame(frame, "ADAE"))
    assert judged(rule_book()["AE002"], study["ADAE"], study), "otherwise nothing would be compared"
    assert differing(study) == []
