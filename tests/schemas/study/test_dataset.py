"""Datasets and studies: found by name, sent between processes, left as they are."""

import pickle

import numpy as np
import pandas as pd
import pytest

import adamgate as ag
from adamgate.schemas.gate.lending import lend
from adamgate.schemas.study.declarations import Declarations, Endpoint


@pytest.fixture
def study(root):
    return ag.read(root / "fixtures" / "cartitude1")


@pytest.mark.slow
def test_a_study_and_its_report_can_be_sent_to_another_process(study):
    report = ag.validate(study)
    again = pickle.loads(pickle.dumps(study))
    assert [dataset.name for dataset in again] == [dataset.name for dataset in study]
    pd.testing.assert_frame_equal(again["ADTTE"].frame, study["ADTTE"].frame)
    assert ag.validate(again) == pickle.loads(pickle.dumps(report))


@pytest.mark.slow
def test_what_was_answered_on_the_way_is_not_sent(study):
    size = len(pickle.dumps(study))
    ag.validate(study)
    sent = pickle.dumps(study)
    assert any(each.asked for each in study)
    assert not any(each.asked for each in pickle.loads(sent))
    assert len(sent) < 1.01 * size, "but for which strings happen to be one object"


@pytest.mark.slow
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
    with pytest.raises(ValueError, match="two datasets are named ADSL"):
        ag.Study.of(study["ADSL"], study["ADSL"])


def test_what_is_declared_of_a_study_reaches_its_datasets_and_changes_nothing_else(study):
    declared = Declarations(population="SAFFL", endpoints={"OS": Endpoint(role="OS")})
    telling = study.declaring(declared)
    assert telling["ADTTE"].declarations is declared
    assert telling["ADTTE"].frame is study["ADTTE"].frame
    assert study["ADTTE"].declarations == Declarations()


def test_columns_and_variables_that_differ_are_refused():
    frame = pd.DataFrame({"USUBJID": ["1"], "AVAL": [np.nan]})
    with pytest.raises(ValueError, match="variables and columns do not match"):
        ag.Dataset("ADTTE", frame, (ag.Variable("USUBJID"),))


@pytest.mark.parametrize(
    "wrong", ["fixtures/cartitude1", None, pd.DataFrame()], ids=["path", "none", "frame"]
)
def test_what_is_no_study_is_refused_with_what_to_give(wrong):
    with pytest.raises(TypeError, match=r"a Study is required, not .*adamgate\.read\(path\)"):
        ag.validate(wrong)
    with pytest.raises(TypeError, match="a Study is required"):
        ag.survival(wrong, "OS")


def test_one_dataset_is_a_study_of_its_own(study):
    report = ag.validate(study["ADTTE"])
    assert {each.dataset for each in report.inputs} == {"ADTTE"}


def test_an_unknown_dataset_is_said_with_those_that_are_there(study):
    with pytest.raises(KeyError, match="dataset ADLB is not present; datasets are: ADAE, ADSL, ADTTE"):
        study["ADLB"]


@pytest.mark.slow
def test_a_threshold_may_be_given_by_its_word(root):
    report = ag.validate(ag.read(root / "fixtures" / "cartitude1-broken"))
    assert report.refuses("error")
    with pytest.raises(ag.GateRefused):
        report.raise_for("warning")
    with pytest.raises(ValueError, match="fatal"):
        report.raise_for("fatal")


class Fetched:
    """Columns that note which of them were fetched, as those on disk would be."""

    def __init__(self, dataset):
        self.frames, self.specials, self.asked = dataset.frame, dataset.special_missing, []
        self.answers = None

    def __len__(self):
        return len(self.frames)

    def column(self, name):
        self.asked.append(name)
        return self.frames[name]

    def special_missing(self, name):
        return self.specials.get(name)

    def frame(self):
        raise AssertionError("nobody needs all columns at once")


def fetched(study):
    return ag.Study.of(*(ag.Dataset.of(each.description, Fetched(each), notes=each.notes) for each in study))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["cartitude1", "cartitude1-broken"])
def test_the_gate_fetches_columns_and_needs_no_frame(root, name):
    study = ag.read(root / "fixtures" / name)
    elsewhere = fetched(study)
    report = ag.validate(elsewhere)
    assert report == ag.validate(study)
    assert report.findings == ag.validate(study).findings
    for dataset in elsewhere:
        assert set(dataset.columns.asked) <= {each.name for each in dataset.variables}


def test_a_dataset_is_not_changed_but_replaced(study):
    adtte = study["ADTTE"]
    with pytest.raises(AttributeError, match=r"dataset.replace\(label=...\)"):
        adtte.label = "Other"
    other = adtte.replace(label="Other", notes=())
    assert (other.label, other.notes, other.frame is adtte.frame) == ("Other", (), True)
    assert other.variables == adtte.variables
    assert adtte.label != "Other"
    with pytest.raises(TypeError):
        adtte.replace(lable="Other")
    with pytest.raises(ValueError, match="variables and columns do not match"):
        adtte.replace(frame=adtte.frame.iloc[:, 1:])
    shorter = adtte.replace(frame=adtte.frame.head(3), special_missing={})
    assert (len(shorter), dict(shorter.special_missing)) == (3, {})


@pytest.mark.parametrize("of", [lambda dataset: dataset, lend])
@pytest.mark.parametrize(("first", "count"), [(0, 5), (3, 1), (100, 10_000), (10_000, 5), (0, 0)])
def test_a_part_of_a_column_is_these_records_of_it(study, of, first, count):
    dataset = of(study["ADTTE"])
    for variable in dataset.names:
        part = dataset.part(variable.lower(), first, count)
        whole = dataset[variable]
        expected = whole.iloc[first : first + count].reset_index(drop=True)
        pd.testing.assert_series_equal(part, expected)
        assert whole.index.equals(pd.RangeIndex(len(dataset)))
    with pytest.raises(KeyError):
        dataset.part("NOTHING", first, count)
