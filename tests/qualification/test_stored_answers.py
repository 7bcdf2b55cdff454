"""Examples and answers are those that the script makes, and are read as they were stored."""

import json
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

import adamgate as ag
from adamgate.converters.qualification.stored_answers import StoredStudies

pytestmark = pytest.mark.one_version


@pytest.fixture(scope="module")
def studies(root):
    sys.path.append(str(root / "workshop"))
    import qualification_studies

    return qualification_studies


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_the_files_are_current(root):
    """What the tests of rules say now is what is stored; `make qualification` makes the files again."""
    command = [sys.executable, "workshop/make_qualification.py", "--check"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]


BASE = {
    "USUBJID": ["1", "2", "3", "4"],
    "AVAL": [1.5, np.nan, -0.0, np.inf],
    "ADT": pd.to_datetime(["2024-02-29", None, "1960-01-01", "2099-12-31"]).astype("datetime64[s]"),
    "AVALC": ["a", None, "", "ä"],
    "N": [1, 2, 3, 4],
}


def dataset(changes=None, rows=slice(None), name="ADX"):
    frame = pd.DataFrame(BASE | (changes or {})).iloc[rows]
    return ag.Dataset.from_frame(frame, name)


DATASETS = {
    "as it is": dataset(),
    "another cell": dataset({"AVAL": [1.5, 2.0, 3.0, np.inf]}),
    "fewer records": dataset(rows=[0, 3]),
    "records twice, in another order": dataset(rows=[3, 0, 0, 1]),
    "no records": dataset(rows=[]),
    "one more column": dataset({"PARAMCD": ["OS"] * 4}),
    "a column of another kind": dataset({"N": ["1", "2", "3", "4"]}),
    "another name": dataset(name="ADY"),
    "described": dataset().replace(
        label="A label",
        declared_class="BASIC DATA STRUCTURE",
        carries=frozenset({"label"}),
        special_missing={"AVAL": ag.SpecialMissing(np.array([1]), np.array(["A"]))},
        variables=tuple(
            ag.Variable(each.name, "A label", each.type, 8, "8.2") for each in dataset().variables
        ),
    ),
}


def test_a_dataset_is_read_as_it_was_stored(studies):
    """Each as it is, and as a change of those before it."""
    file = studies.StoredFile()
    numbers = [file.number_of(studies.whole(data)) for data in DATASETS.values()]
    assert numbers == list(range(len(DATASETS)))
    assert sum("of" in each for each in file.datasets) >= 4, "most are stored as changes"
    read = StoredStudies(json.loads(json.dumps({"datasets": file.datasets})))
    for number, (what, data) in zip(numbers, DATASETS.items(), strict=True):
        back = read.dataset(number)
        pd.testing.assert_frame_equal(back.frame, data.frame, obj=what)
        assert (back.name, back.label, back.variables) == (data.name, data.label, data.variables), what
        assert (back.carries, back.structure) == (data.carries, data.structure), what
        assert back.special_missing.keys() == data.special_missing.keys(), what
        assert studies.whole(back) == studies.whole(data), what


def test_a_dataset_is_stored_once(studies):
    file = studies.StoredFile()
    assert {file.number_of(studies.whole(dataset())) for _ in range(3)} == {0}
    assert len(file.datasets) == 1


def test_what_has_no_place_is_refused(studies):
    with pytest.raises(studies.NotStored):
        studies.whole(dataset().replace(attributes={"studyOID": "S"}))


def test_define_xml_is_read_as_it_was_stored(studies):
    texts = ["a\nb\nc\nd\n", "a\nB\nc\nd\n", "b\nc\n", "x\na\nb\nc\nd\ny\nz\n"]
    file = studies.StoredFile()
    assert [file.define_of(text) for text in texts] == [0, 1, 2, 3]
    read = StoredStudies({"datasets": [], "defines": file.defines})
    assert [read.define(number) for number in range(4)] == texts


@pytest.mark.parametrize("accepted", [True, False])
def test_a_stored_answer_stays_until_it_is_accepted(root, studies, accepted):
    import make_qualification

    case = {"rule": "TTE006", "test": "a test", "datasets": [studies.whole(dataset())], "expected": ["old"]}
    known = json.loads(make_qualification.file_of([case]))
    new = json.loads(json.dumps(case)) | {"expected": ["new"]}
    ((found, differs),) = make_qualification.with_known_answers([new], known, lambda _: accepted)
    assert (found["expected"], differs) == (["new"] if accepted else ["old"], True)
    other = new | {"test": "another test"}
    ((found, differs),) = make_qualification.with_known_answers([other], known, lambda _: accepted)
    assert (found["expected"], differs) == (["new"], False)
