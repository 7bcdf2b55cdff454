"""A part of the subjects in all datasets is a study; a part of them in one dataset is what rules report."""

import numpy as np
import pytest

import adamgate as ag
from adamgate.schemas.severity import Severity
from adamgate.schemas.study.study import Study

pytestmark = pytest.mark.one_version

PARTS = {
    "one site": lambda subjects: subjects.SITEID.astype(object).eq(subjects.SITEID.value_counts().index[0]),
    "one arm": lambda subjects: subjects.TRT01P.astype(object).eq(subjects.TRT01P.iloc[0]),
    "a third": lambda subjects: np.random.default_rng(11).random(len(subjects)) < 1 / 3,
    "nine": lambda subjects: np.arange(len(subjects)) < 9,
    "one subject": lambda subjects: np.arange(len(subjects)) < 1,
    "the dead": lambda subjects: subjects.DTHFL.astype(object).eq("Y"),
    "the living": lambda subjects: subjects.DTHFL.astype(object).ne("Y"),
    "the old": lambda subjects: subjects.AGE.ge(75),
}


def of(study, part, *datasets):
    """A study of some subjects, in all its datasets or in these."""
    subjects = study["ADSL"].frame
    own = set(subjects.USUBJID.astype(object)[part(subjects)])
    return Study.of(
        *(_of(data, own) if data.name in (datasets or study.datasets) else data for data in study)
    )


def _of(data, subjects):
    if "USUBJID" not in data.frame:
        return data
    own = data.frame.USUBJID.astype(object).isin(subjects)
    return data.replace(frame=data.frame[own].reset_index(drop=True))


def above_a_note(study):
    return {(each.rule_id, each.dataset, each.variables) for each in _findings(study)}


def _findings(study):
    return [each for each in ag.validate(study).findings if each.severity >= Severity.WARNING]


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("name", ["trial", "cartitude1", "pilot", "pharmaverse"])
def test_a_part_of_all_datasets_has_no_finding_of_its_own(clean, name, part):
    if name not in clean:
        pytest.skip("no shared data beside this checkout")
    new = above_a_note(of(clean[name], PARTS[part])) - above_a_note(clean[name])
    # A unit that no variable states is not inferred from two or three records.
    assert {rule for rule, *_ in new} <= ({"TTE008"} if name in ("pilot", "pharmaverse") else set())


@pytest.mark.parametrize(
    ("dataset", "told"),
    [
        ("ADSL", {("XD001", "ADRS"), ("XD001", "ADTTE"), ("XD001", "ADAE")}),
        ("ADAE", {("XD008", "ADTTE")}),
    ],
)
def test_a_part_of_one_dataset(clean, dataset, told):
    assert {found[:2] for found in above_a_note(of(clean["trial"], PARTS["a third"], dataset))} == told


def test_times_of_most_subjects_name_those_who_are_lost(clean):
    most = of(clean["trial"], lambda subjects: np.arange(len(subjects)) % 10 > 0, "ADTTE")
    lost = [each for each in _findings(most) if each.rule_id == "XD004"]
    assert {"OS", "PFS"} <= {each.parameter for each in lost}
    assert all("12 of 120 subjects" in each.sentence for each in lost)
