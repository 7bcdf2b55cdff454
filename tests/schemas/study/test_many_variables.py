"""A question about one variable asks no other."""

import numpy as np
import pandas as pd

import adamgate as ag
from adamgate.converters.reports.describe import describe
from adamgate.schemas.study.columns import InFrame
from adamgate.schemas.study.variable import SpecialMissing


def test_special_missing_values_are_asked_for_once_per_variable(monkeypatch):
    names = [f"V{number}" for number in range(20)]
    frame = pd.DataFrame({name: [1.0, np.nan] for name in names})
    special = {"V7": SpecialMissing(np.array([1]), np.array(["A"]))}
    data = ag.Dataset.from_frame(frame, "ADX").replace(special_missing=special)
    asked = []
    answer = InFrame.special_missing
    monkeypatch.setattr(InFrame, "special_missing", lambda *them: asked.append(them[1]) or answer(*them))
    found = {each.name: each.special_missing for each in describe(data).variables}
    assert found == {name: {".A": 1} if name == "V7" else {} for name in names}
    assert asked == names
    assert all(data.special_missing.keys() == {"V7"} for _ in names)
    assert asked == names * 2
