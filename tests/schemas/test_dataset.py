"""Datasets and studies: found by name, sent between processes, left as they are."""

import pickle

import numpy as np
import pandas as pd
import pytest

import adamgate as ag
from adamgate.schemas.declarations import Declarations, Endpoint


@pytest.fixture
def study(root):
    return ag.read(root / "fixtures" / "cartitude1")


def test_a_study_and_its_report_can_be_sent_to_another_process(study):
    report = ag.validate(study)
    again = pickle.loads(pickle.dumps(study))
    assert [dataset.name for dataset in again] == [dataset.name for dataset in study]
    pd.testing.assert_frame_equal(again["ADTTE"].frame, study["ADTTE"].frame)
    assert ag.validate(again) == pickle.loads(pickle.dumps(report))


def test_what_was_answered_on_the_way_is_not_sent(study):
    size = len(pickle.dumps(study))
    ag.validate(study)
    assert len(pickle.dumps(study)) == size


def test_a_refusal_can_be_sent_to_another_process(root):
    report = ag.validate(ag.read(root / "fixtures" / "cartitude1-broken"))
    with pytest.raises(ag.GateRefused) as refusal:
        report.raise_for(ag.Severity.ERROR)
    again = pickle.loads(pickle.dumps(refusal.value))
    assert str(again) == str(refusal.value)
    assert again.report == report


def test_datasets_are_found_by_name_in_any_case(study):
    assert study["adtte"] is study["ADTTE"]
    assert "AdSl" in study
    assert "ADLB" not in study
    assert len(study) == 3


def test_two_datasets_of_one_name_are_no_study(study):
    with pytest.raises(ValueError, match="two datasets named ADSL"):
        ag.Study.of(study["ADSL"], study["ADSL"])


def test_what_is_declared_of_a_study_reaches_its_datasets_and_changes_nothing_else(study):
    declared = Declarations(population="SAFFL", endpoints={"OS": Endpoint(role="OS")})
    telling = study.declaring(declared)
    assert telling["ADTTE"].declarations is declared
    assert telling["ADTTE"].frame is study["ADTTE"].frame
    assert study["ADTTE"].declarations == Declarations()


def test_columns_and_variables_that_differ_are_refused():
    frame = pd.DataFrame({"USUBJID": ["1"], "AVAL": [np.nan]})
    with pytest.raises(ValueError, match="variables and columns differ"):
        ag.Dataset("ADTTE", frame, (ag.Variable("USUBJID"),))
