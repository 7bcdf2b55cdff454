"""Records: with which keys they are matched, and which are in one dataset only."""

import datetime

import numpy as np
import pandas as pd
import pytest

import adamgate as ag
from adamgate.converters.diff.match_keys import KeyOrigin


def dataset(name: str = "ADX", /, **columns: object) -> ag.Dataset:
    return ag.Dataset.from_frame(pd.DataFrame(columns), name)


def keyed(data: ag.Dataset, *keys: str) -> ag.Dataset:
    """The same with keys in its metadata."""
    from dataclasses import replace

    place = {name: number for number, name in enumerate(keys, 1)}
    return data.replace(
        variables=tuple(replace(each, key_sequence=place.get(each.name)) for each in data.variables)
    )


def found_of(a: ag.Dataset, b: ag.Dataset, **options: object):
    return ag.diff(a, b, **options).datasets[a.name]


SUBJECTS = {"USUBJID": list("aabb"), "PARAMCD": ["OS", "PFS", "OS", "PFS"], "AVAL": [1.0, 2.0, 3.0, 4.0]}


@pytest.mark.parametrize(
    "by", ["USUBJID,PARAMCD", "usubjid, paramcd", ["USUBJID", "PARAMCD"], {"ADX": "USUBJID,PARAMCD"}]
)
def test_given_keys(by: object):
    found = found_of(dataset(**SUBJECTS), dataset(**SUBJECTS), by=by)
    assert (found.keys.variables, found.keys.origin) == (("USUBJID", "PARAMCD"), KeyOrigin.GIVEN)


def test_records_without_any_key_are_matched_by_their_number():
    """Even one of each, which any set of variables would tell apart, the empty one too."""
    for a, b in (({"X": [1.5]}, {"X": [2.5]}), ({"X": [1.5]}, {"Y": [1.5]})):
        found = found_of(dataset(**a), dataset(**b))
        assert (found.keys.variables, found.keys.origin) == ((), KeyOrigin.POSITION)
        assert found.matched == 1


def test_it_is_noted_that_no_record_has_the_same_keys():
    """Such as subjects with a study's prefix in one dataset only."""
    a, b, nobody = ({"USUBJID": each, "AGE": [50.0] * len(each)} for each in (["1", "2"], ["01", "02"], []))
    (note,) = found_of(dataset(**a), dataset(**b)).notes
    assert note.startswith("no record has the same keys in both")
    assert found_of(dataset(**a), dataset(**a)).notes == ()
    assert found_of(dataset(**a), dataset(**nobody), by="USUBJID").notes == ()


def test_keys_from_metadata_of_either():
    plain, stated = dataset(**SUBJECTS), keyed(dataset(**SUBJECTS), "PARAMCD", "USUBJID")
    for a, b in ((plain, stated), (stated, plain), (stated, stated)):
        found = found_of(a, b)
        assert found.keys.variables == ("PARAMCD", "USUBJID")
        assert found.keys.origin == KeyOrigin.DECLARED
        assert found.equal


def test_keys_from_metadata_that_are_not_in_both_are_not_used():
    found = found_of(keyed(dataset(**SUBJECTS, SITE=1), "SITE", "USUBJID"), dataset(**SUBJECTS))
    assert found.keys.origin == KeyOrigin.FOUND


@pytest.mark.parametrize(
    ("columns", "keys"),
    [
        (SUBJECTS, ("USUBJID", "PARAMCD")),
        ({"AGE": [50, 60], "USUBJID": ["a", "b"]}, ("USUBJID",)),
        ({"USUBJID": list("aab"), "AESEQ": [1, 2, 1], "AETERM": list("xyz")}, ("USUBJID", "AESEQ")),
        ({"usubjid": list("ab"), "x": [1, 1]}, ("USUBJID",)),
        ({"NAME": list("xy"), "VALUE": [1.5, 2.5]}, ("NAME",)),
        (
            {
                "USUBJID": list("aab"),
                "PARAMCD": ["A", "A", "A"],
                "KIND": list("xyx"),
                "VALUE": [1.5, 2.5, 3.5],
            },
            ("USUBJID", "KIND"),
        ),
        ({"USUBJID": list("aabb"), "X": list("ppqq"), "Y": list("rsrs")}, ("USUBJID", "Y")),
    ],
)
def test_keys_that_are_found(columns: dict, keys: tuple[str, ...]):
    found = found_of(dataset(**columns), dataset(**columns))
    assert (found.keys.variables, found.keys.origin) == (keys, KeyOrigin.FOUND)


def test_the_set_that_matches_most_records_is_found():
    """ADT is unique, too, and changed."""
    days = [datetime.date(2020, 1, day) for day in (1, 2, 3)]
    a = dataset(ADT=days, AESEQ=[1, 2, 3])
    b = dataset(ADT=[*days[:2], datetime.date(2021, 1, 1)], AESEQ=[1, 2, 3])
    found = found_of(a, b)
    assert found.keys.variables == ("AESEQ",)
    assert (found.matched, found.cells) == (3, 1)


def test_a_measurement_is_not_a_key():
    a = dataset(GROUP=["x", "x"], AVAL=[1.5, 2.5])
    found = found_of(a, dataset(GROUP=["x", "x"], AVAL=[1.5, 2.75]))
    assert found.keys.origin == KeyOrigin.POSITION
    assert found.cells == 1


def test_keys_unique_in_one_dataset_are_better_than_none():
    a = dataset(USUBJID=list("abc"), AVAL=[1.5, 2.5, 3.5])
    b = dataset(USUBJID=list("abbc"), AVAL=[1.5, 2.5, 9.5, 3.75])
    found = found_of(a, b)
    assert (found.keys.variables, found.keys.origin) == (("USUBJID",), KeyOrigin.FOUND_IN_ONE)
    assert (found.repeated_a.keys, found.repeated_b.keys, found.repeated_b.records) == (0, 1, 2)
    assert (found.only_b.first, found.cells) == ((3,), 1)


def test_keys_that_few_records_share_are_better_than_none():
    """An event is twice in both, and one was inserted: by their numbers all that follow would differ."""
    a = dataset(
        USUBJID=[f"S{n}" for n in (*range(20), 19)], AESEQ=1, AVAL=[n + 0.5 for n in (*range(20), 19)]
    )
    b = dataset(
        USUBJID=["X", *(f"S{n}" for n in (*range(20), 19))],
        AESEQ=1,
        AVAL=[9.5, *(n + 0.5 for n in (*range(20), 19))],
    )
    found = found_of(a, b)
    assert (found.keys.variables, found.keys.origin) == (("USUBJID",), KeyOrigin.NEARLY_UNIQUE)
    assert (found.repeated_a.records, found.repeated_b.records) == (2, 2)
    assert (found.matched, found.only_b.first, found.cells) == (21, (1,), 0)


def test_records_without_a_key_are_matched_by_their_number():
    found = found_of(dataset(X=[1.5, 1.5]), dataset(X=[1.5, 1.5, 2.5]))
    assert (found.keys.variables, found.keys.origin) == ((), KeyOrigin.POSITION)
    assert (found.matched, found.only_b.count, found.only_b.first) == (2, 1, (3,))


def test_the_record_number_as_key():
    a = dataset(USUBJID=["a", "b"], X=[1, 2])
    b = dataset(USUBJID=["b", "a"], X=[2, 1])
    assert found_of(a, b).equal
    found = found_of(a, b, by="_N_")
    assert (found.keys.origin, found.cells) == (KeyOrigin.POSITION, 4)


def test_keys_for_all_datasets_are_used_where_they_are_present():
    adsl, adtte = dataset("ADSL", USUBJID=["a"], AGE=[5]), dataset("ADTTE", **SUBJECTS)
    study = ag.Study.of(adsl, adtte)
    found = ag.diff(study, study, by="USUBJID,PARAMCD").datasets
    assert [each.keys.origin for each in found.values()] == [KeyOrigin.FOUND, KeyOrigin.GIVEN]
    found = ag.diff(study, study, by={"ADTTE": ["PARAMCD", "USUBJID"], "*": "USUBJID"}).datasets
    assert [each.keys.variables for each in found.values()] == [("USUBJID",), ("PARAMCD", "USUBJID")]


@pytest.mark.parametrize(
    ("by", "said"),
    [
        ("USUBJD", "key USUBJD is not present in both"),
        ({"ADX": "QQ"}, "key QQ is not present in both"),
        ({"ADLB": "USUBJID"}, "dataset ADLB is not present in both"),
        ("", "no key variable is given"),
        ({"ADX": []}, "no key variable is given"),
        (3, "int is not the name of a variable"),
        ([3], "int is not the name of a variable"),
        ({3: "USUBJID"}, "int is not the name of a variable"),
    ],
)
def test_keys_that_cannot_be(by: object, said: str):
    with pytest.raises(ag.ConfigurationError, match=said):
        ag.diff(dataset(**SUBJECTS), dataset(**SUBJECTS), by=by)


def test_a_key_of_two_types_is_refused():
    a, b = dataset(SUBJ=["1", "2"], X=[1, 2]), dataset(SUBJ=[1, 2], X=[1, 2])
    with pytest.raises(ag.ConfigurationError, match="SUBJ is character in one dataset and numeric"):
        ag.diff(a, b, by="SUBJ")
    assert found_of(a, b).keys.variables == ("X",)


# Which records are which


def test_records_in_another_order():
    a = dataset(USUBJID=list("abc"), X=[1, 2, 3])
    found = found_of(a, dataset(USUBJID=list("cab"), X=[3, 1, 2]))
    assert found.equal
    assert found.notes == ("records are in another order",)


def test_records_of_one_dataset_only():
    a = dataset(USUBJID=list("abcd"), X=[1, 2, 3, 4])
    b = dataset(USUBJID=list("ebcfg"), X=[5, 2, 9, 6, 7])
    found = found_of(a, b, by="USUBJID", first=2)
    assert (found.only_a.count, found.only_a.first) == (2, (1, 4))
    assert (found.only_b.count, found.only_b.first) == (3, (1, 4))
    assert found.matched == 2
    assert found.frame[["USUBJID", "variable", "record_a", "record_b", "a", "b"]].to_numpy().tolist() == [
        ["c", "X", 3, 3, 3, 9]
    ]
    assert found.only_a.keys == ()
    shown = found_of(a, b, by="USUBJID", first=2, show_values=True)
    assert [dict(each) for each in shown.only_b.keys] == [{"USUBJID": "e"}, {"USUBJID": "f"}]


def test_records_with_one_key_are_matched_in_their_order():
    """As PROC COMPARE has it: the first with the first, the second with the second, the rest with none."""
    a = dataset(USUBJID=list("abab"), X=[1, 2, 3, 4])
    b = dataset(USUBJID=list("aaba"), X=[1, 9, 2, 5])
    found = found_of(a, b, by="USUBJID")
    assert (found.repeated_a.keys, found.repeated_a.records) == (2, 4)
    assert (found.repeated_b.keys, found.repeated_b.records) == (1, 3)
    assert (found.matched, found.only_a.first, found.only_b.first) == (3, (4,), (4,))
    assert found.frame[["record_a", "record_b", "a", "b"]].to_numpy().tolist() == [[3, 2, 3, 9]]


KEYS = {
    "numbers": [2.5, 0.0, np.nan],
    "dates": [datetime.date(2020, 1, 1), datetime.date(9999, 12, 31), None],
    "datetimes": pd.to_datetime(["2020-01-01T01:00:00.000001", "2020-01-01T01:00:00.000002", None]),
    "texts": ["a", "b ", None],
    "categories": pd.Categorical(["a", "b", None]),
}


@pytest.mark.parametrize("kind", KEYS)
def test_keys_of_every_kind_with_a_missing_one(kind: str):
    frame = pd.DataFrame({"K": KEYS[kind], "X": [1, 2, 3]})
    a = ag.Dataset.from_frame(frame, "ADX")
    b = ag.Dataset.from_frame(frame.iloc[::-1].reset_index(drop=True), "ADX")
    found = found_of(a, b, by="K")
    assert (found.matched, found.equal) == (3, True)


def test_keys_are_equal_as_values_are():
    a = dataset(K=[0.0, 1.0], T=["a ", ""], X=[1, 2])
    b = dataset(K=[1, 0], T=[None, "a"], X=[2, 1])
    assert found_of(a, b, by="K,T").equal


def test_special_missing_values_are_keys_of_their_own():
    tags = ag.SpecialMissing(np.array([1]), np.array(["A"]))
    a = dataset(K=[np.nan, np.nan, 1], X=[1, 2, 3]).replace(special_missing={"K": tags})
    assert found_of(a, a, by="K").repeated_a.keys == 0
    moved = ag.SpecialMissing(np.array([0]), np.array(["A"]))
    b = dataset(K=[np.nan, np.nan, 1], X=[2, 1, 3]).replace(special_missing={"K": moved})
    assert found_of(a, b, by="K").equal


def test_a_date_and_its_sas_number_are_one_key():
    a = dataset(ADT=[datetime.date(2020, 1, 1), datetime.date(1960, 1, 1)], X=[1, 2])
    assert found_of(a, dataset(ADT=[0, 21915], X=[2, 1]), by="ADT").cells == 0


# Datasets of odd shapes


@pytest.mark.parametrize(
    ("a", "b", "records"),
    [
        (dataset(USUBJID=[], X=[]), dataset(USUBJID=[], X=[]), (0, 0)),
        (dataset(USUBJID=[], X=[]), dataset(USUBJID=["a"], X=["b"]), (0, 1)),
        (dataset(USUBJID=["a"], X=["b"]), dataset(USUBJID=[], X=[]), (1, 0)),
        (dataset(), dataset(), (0, 0)),
        (ag.Dataset.from_frame(pd.DataFrame(index=range(3)), "ADX"), dataset(), (3, 0)),
    ],
)
@pytest.mark.parametrize("by", [None, "_N_"])
def test_empty_datasets(a: ag.Dataset, b: ag.Dataset, records: tuple[int, int], by: str | None):
    found = found_of(a, b, by=by)
    assert found.records == records
    assert found.equal is (records[0] == records[1])
    assert (found.only_a.count, found.only_b.count) == (records[0], records[1])
    assert len(found.frame) == 0
    if by is None and len(a.variables):
        assert found_of(a, b, by="USUBJID").only_a.count == records[0]


def test_a_dataset_without_variables_against_one_with():
    found = found_of(dataset(), dataset(USUBJID=["a"]))
    assert (found.variables_only_b, found.only_b.count) == (("USUBJID",), 1)


@pytest.mark.slow
def test_wide_datasets():
    frame = pd.DataFrame(np.arange(2000.0).reshape(1, -1), columns=[f"V{i}" for i in range(2000)])
    a, b = (ag.Dataset.from_frame(frame.assign(V1999=value), "WIDE") for value in (1.0, 2.0))
    found = ag.diff(a, b)
    assert found.frame[["variable", "a", "b"]].to_numpy().tolist() == [["V1999", 1.0, 2.0]]
