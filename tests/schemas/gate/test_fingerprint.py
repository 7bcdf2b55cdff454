"""Keys of findings are the same whether a dataset's memory is bounded or not, in however many blocks."""

import numpy as np
import pandas as pd
import pytest

from adamgate.schemas.gate import fingerprint
from adamgate.schemas.gate.fingerprint import BoundedKeyColumns, KeyColumns, hashed_keys_of
from adamgate.schemas.gate.record_keys import LISTED, RecordKeys
from adamgate.schemas.study.answers import AnswersInMemory
from adamgate.schemas.study.columns import InFrame
from adamgate.schemas.study.dataset import Dataset

RECORDS = 3_000


def dataset():
    rng = np.random.default_rng(5)
    frame = pd.DataFrame({"USUBJID": [f"S-{number // 7:04}" for number in range(RECORDS)]})
    frame["PARAMCD"] = pd.Categorical(rng.choice(["OS", "PFS", "TTP"], RECORDS))
    frame["AVISIT"] = rng.choice(["Week 1 ", "Week 1", "", "Änderung"], RECORDS)
    frame["ASEQ"] = rng.choice([1.0, -0.0, 0.0, np.nan], RECORDS)
    frame["ADT"] = pd.to_datetime(rng.choice(["2024-01-15", "2024-02-01", None], RECORDS))
    return Dataset.from_frame(frame, "ADTTE")


@pytest.mark.slow
@pytest.mark.parametrize("block", [7, 1_000, RECORDS, 10_000])
@pytest.mark.parametrize("most", [0, 10**9])
def test_of_bounded_memory(monkeypatch, block, most):
    monkeypatch.setattr(fingerprint, "_BLOCK", block)
    data, rng = dataset(), np.random.default_rng(block)
    keys = list(data.frame.columns)
    free, bounded = KeyColumns(data, keys), BoundedKeyColumns(data, keys, AnswersInMemory(most))
    for share in (0, 0.001, LISTED / RECORDS, 0.9, 1):
        mask = rng.random(RECORDS) < share
        assert bounded.of(mask) == free.of(mask)
    exactly = np.arange(RECORDS) < LISTED
    assert bounded.of(exactly).listed == free.of(exactly).listed != ()
    assert bounded.of(np.zeros(RECORDS, bool)) == RecordKeys()


def test_which_is_taken_follows_from_the_columns():
    data = dataset()
    bound = Dataset.of(data.description, InFrame(data.frame, {}, AnswersInMemory(10**6)))
    assert isinstance(hashed_keys_of(data, ["USUBJID"]), KeyColumns)
    assert isinstance(hashed_keys_of(bound, ["USUBJID"]), BoundedKeyColumns)
