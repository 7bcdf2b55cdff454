"""Several datasets in one SAS transport file, and one dataset in several."""

import numpy as np
import pandas as pd
import pytest
from xpt_datasets import dataset, refused, written
from xpt_independent_parser import parsed

import adamgate as ag
from adamgate.converters.formats.format import Output
from adamgate.converters.formats.write_options import AS_USUAL
from adamgate.converters.formats.xpt.described import Described
from adamgate.converters.formats.xpt.parts import parts_of
from adamgate.schemas.study.dataset import Dataset


def test_several_datasets_in_one_file(full, tmp_path):
    other = Dataset.from_frame(pd.DataFrame({"A": ["x", "yz"]}), "ADY", "Another")
    study = tmp_path / "in"
    ag.write(full, study / "adx.parquet")
    ag.write(other, study / "ady.parquet")
    with pytest.raises(ag.ConfigurationError, match="2 datasets cannot be written to one file") as caught:
        ag.convert(study, tmp_path / "all.xpt")
    assert "--one-file" in caught.value.advice
    assert ag.convert(study, tmp_path / "all.xpt", one_file=True) == [tmp_path / "all.xpt"]
    _, datasets = parsed((tmp_path / "all.xpt").read_bytes())
    assert [(each.name, len(each.records)) for each in datasets] == [("ADX", 4), ("ADY", 2)]
    back = ag.read(tmp_path / "all.xpt")
    assert back["ADY"]["A"].tolist() == ["x", "yz"]


def test_repaired_names_that_are_one_are_refused_in_one_file(tmp_path):
    pair = [Dataset.from_frame(pd.DataFrame({"A": [1.0]}), name) for name in ("LONGNAME_A", "LONGNAME_B")]
    with pytest.raises(ag.UnwritableOutput, match="two datasets have the same name in the file"):
        ag.write(ag.Study.of(*pair), tmp_path / "all.xpt", one_file=True, fix=True)
    assert not list(tmp_path.iterdir())


def many_subjects(order=None):
    subjects = np.repeat([f"S{number:03d}" for number in range(60)], 10)
    data = pd.DataFrame({"USUBJID": pd.Categorical(subjects), "T": "x" * 50, "N": np.arange(600.0)})
    return Dataset.from_frame(data if order is None else data.iloc[order].reset_index(drop=True), "LB")


def test_large_datasets_are_split_by_subject(tmp_path):
    paths = ag.write(many_subjects(), tmp_path / "lb.xpt", split_size="10KB")
    assert [path.name for path in paths] == [f"lb{number}.xpt" for number in range(1, len(paths) + 1)]
    assert len(paths) > 3
    assert all(path.stat().st_size <= 10_000 for path in paths)
    parts = [dataset for path in paths for dataset in ag.read(path)]
    assert [each.name for each in parts] == [f"LB{number}" for number in range(1, len(paths) + 1)]
    subjects = [set(each["USUBJID"]) for each in parts]
    assert sum(map(len, subjects)) == len(set.union(*subjects)) == 60
    assert len({tuple(each.variables) for each in parts}) == 1
    assert np.concatenate([each["N"] for each in parts]).tolist() == list(range(600))


@pytest.mark.slow
def test_the_limit_is_five_gigabytes_unless_another_is_given(tmp_path):
    """Planned, not written: 5.3 GB in records of 1,020 bytes, 100 to a subject."""
    subjects, records = 52_000, 5_200_000
    names = pd.Index([f"S{number:019d}" for number in range(subjects)], dtype=object)
    texts = pd.Categorical.from_codes(np.zeros(records, np.int8), pd.Index(["x" * 200], dtype=object))
    columns = {f"T{number}": texts for number in range(5)}
    subject = pd.Categorical.from_codes(np.repeat(np.arange(subjects, dtype=np.int32), 100), names)
    data = Dataset.from_frame(pd.DataFrame({"USUBJID": subject, **columns}, copy=False), "LB")
    output = Output(data, tmp_path / "lb.xpt", options=AS_USUAL)
    first, second = parts_of(output, Described.of(output))
    assert (first.first, first.end, second.end) == (0, second.first, records)
    assert first.end % 100 == 0, "whole subjects"
    size = first.end * 1_020
    assert 5_000_000_000 - 100 * 1_020 - 2_000 < size <= 5_000_000_000
    assert [part.path.name for part in (first, second)] == ["lb1.xpt", "lb2.xpt"]


@pytest.mark.parametrize(
    ("data", "size", "message"),
    [
        (
            many_subjects(np.arange(600).reshape(60, 10).T.ravel()),
            "10KB",
            "records of a subject are not together",
        ),
        (dataset(A=["x" * 100] * 100), "5KB", "USUBJID is not present"),
        (many_subjects(), "1KB", "the records of one subject do not fit"),
        (many_subjects().replace(name="LABORATO"), "10KB", "its part LABORATO1 cannot be named so"),
    ],
)
def test_datasets_that_cannot_be_split_are_refused(data, size, message, tmp_path):
    assert message in str(refused(data, tmp_path, split_size=size))


def test_parts_never_replace_an_input(tmp_path):
    ag.write(many_subjects(), tmp_path / "lb1.xpt")
    before = (tmp_path / "lb1.xpt").read_bytes()
    source = ag.read(tmp_path / "lb1.xpt")
    with pytest.raises(ag.UnwritableOutput, match="would replace an input"):
        ag.write(source, tmp_path / "lb.xpt", split_size="10KB", overwrite=True)
    assert (tmp_path / "lb1.xpt").read_bytes() == before


def test_parts_of_an_earlier_split_are_not_left_beside_fewer(tmp_path):
    written(many_subjects(), tmp_path, split_size="10KB")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    fewer = many_subjects(), tmp_path
    with pytest.raises(
        ag.UnwritableOutput, match="may be part 3 of an earlier split: it has the variables of LB"
    ):
        written(*fewer, split_size="20KB")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
    written(*fewer, split_size="10KB")


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        (dataset(USUBJID=["1"], X=[1.0]), ""),
        (dataset(USUBJID=["1"], T=[1.0]), ""),
        (dataset(USUBJID=["1"], N=[1.0]), "all its variables are those of LB"),
        (dataset(USUBJID=["1"], T=["a"], N=[1.0], X=["a"]), "it has all variables of LB"),
        (None, "it cannot be read"),
    ],
    ids=["others", "of another type", "fewer", "more", "unreadable"],
)
def test_a_dataset_with_other_variables_is_no_earlier_part(other, reason, tmp_path):
    """LB3 may be a dataset of its own."""
    third = tmp_path / "lb3.xpt"
    if other is None:
        third.write_bytes(b"HEADER")
    else:
        ag.write(other.replace(name="LB3"), third)
    before = third.read_bytes()
    if reason:
        with pytest.raises(ag.UnwritableOutput, match=f"lb3.xpt may be part 3 of an earlier split: {reason}"):
            ag.write(many_subjects(), tmp_path / "lb.xpt", split_size="21KB")
    else:
        paths = ag.write(many_subjects(), tmp_path / "lb.xpt", split_size="21KB")
        assert [path.name for path in paths] == ["lb1.xpt", "lb2.xpt"]
    assert third.read_bytes() == before


def test_names_of_parts_are_refused_once_with_the_way_out(tmp_path):
    refusal = refused(many_subjects().replace(name="LABORATO"), tmp_path, split_size="10KB")
    assert len(refusal.details) == 1
    assert "--xpt-version 8" in refusal.advice


def test_a_file_with_the_same_datasets_beside_the_inputs_may_be_replaced(full, tmp_path):
    ag.write(full, tmp_path / "adx.parquet")
    ag.write(dataset(A=[1.0]).replace(name="ADY"), tmp_path / "ady.parquet")
    source = [tmp_path / "adx.parquet", tmp_path / "ady.parquet"]
    for _ in range(2):
        ag.convert(source, tmp_path / "all.xpt", one_file=True, overwrite=True)
    ag.write(full, tmp_path / "other.xpt")
    with pytest.raises(ag.UnwritableOutput, match="would replace data beside the inputs"):
        ag.convert(source, tmp_path / "other.xpt", one_file=True, overwrite=True)
