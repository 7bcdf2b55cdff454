"""What is given to `ag.diff`: datasets, studies, paths, and options that cannot be."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import adamgate as ag

FRAME = pd.DataFrame({"USUBJID": ["a", "b"], "AGE": [50, 60]})
DATA = ag.Dataset.from_frame(FRAME, "ADSL")


def test_datasets_studies_and_paths(tmp_path: Path):
    path = tmp_path / "adsl.parquet"
    ag.write(DATA, path)
    for a in (DATA, ag.Study.of(DATA), path, str(path), [path], tmp_path):
        for b in (DATA, path):
            assert ag.diff(a, b).equal
    found = ag.diff(path, DATA)
    assert (found.a, found.b) == (str(path), "")


def test_a_frame_becomes_a_dataset_first():
    with pytest.raises(TypeError, match=r"a path is required, not DataFrame; .*Dataset\.from_frame"):
        ag.diff(FRAME, FRAME)


def test_what_cannot_be_read():
    with pytest.raises(ag.UnreadableInput, match="does not exist"):
        ag.diff(DATA, "nowhere")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"abs": -1}, "-1 is not a tolerance"),
        ({"abs": float("nan")}, "nan is not a tolerance"),
        ({"rel": float("inf")}, "inf is not a tolerance"),
        ({"rel": "1e-9"}, "'1e-9' is not a tolerance"),
        ({"abs": True}, "True is not a tolerance"),
        ({"abs": {"AGE": None}}, "None is not a tolerance"),
        ({"abs": {3: 1.0}}, "3 is not a variable"),
        ({"abs": {"AGEE": 1.0}}, "variable AGEE is not present"),
        ({"first": -1}, "-1 is not a number of examples"),
        ({"first": 1.5}, "1.5 is not a number of examples"),
        ({"only": 3}, "3 is not a list of variables"),
        ({"ignore": [3]}, r"\[3\] is not a list of variables"),
        ({"ignore": "AGEE"}, "variable AGEE is not present"),
        ({"ignore": "AGE,USUBJID"}, "no variable is left to compare"),
        ({"only": "AGE", "ignore": "AGE"}, "no variable is left to compare"),
    ],
)
def test_options_that_cannot_be(options: dict, said: str):
    with pytest.raises(ag.ConfigurationError, match=said):
        ag.diff(DATA, DATA, **options)


def test_numbers_of_numpy_are_numbers():
    assert ag.diff(DATA, DATA, first=np.int64(3), abs=np.float32(0.5)).equal


def test_slips_are_met_before_anything_is_read():
    with pytest.raises(ag.ConfigurationError):
        ag.diff("nowhere", "nowhere", abs=-1)


def test_datasets_of_one_study_only():
    other = ag.Dataset.from_frame(FRAME, "ADVS")
    found = ag.diff(ag.Study.of(DATA, other), ag.Study.of(DATA))
    assert (found.only_a, found.only_b, found.differing, found.total) == (("ADVS",), (), 1, 2)
    assert not found.equal
    assert ag.diff(ag.Study.of(), ag.Study.of()).equal


def test_two_single_datasets_are_compared_whatever_their_names():
    found = ag.diff(DATA, ag.Dataset.from_frame(FRAME, "OTHER"))
    assert list(found.datasets) == ["ADSL"]
    assert found.datasets["ADSL"].notes == ("the dataset is ADSL in A and OTHER in B",)
    assert found.equal
