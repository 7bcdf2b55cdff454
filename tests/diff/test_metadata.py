"""Metadata: what differs, and what is not compared because one format cannot hold it."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

import adamgate as ag
from adamgate.schemas.study.variable import Source

STATED = ag.Variable("AVAL", "Analysis Value", "Num", 8, "8.2", "8.")


def dataset(variable: ag.Variable = STATED, label: str = "Data", **changes: object) -> ag.Dataset:
    frame = pd.DataFrame({"USUBJID": ["a", "b"], "AVAL": [1.0, 2.0]})
    made = ag.Dataset.from_frame(
        frame, "ADX", label, [ag.Variable("USUBJID", "Subject", "Char", 20), variable]
    )
    return made.replace(**changes)


def kinds_of(a: ag.Dataset, b: ag.Dataset, **options: object) -> list[tuple[str, str, object, object]]:
    found = ag.diff(a, b, **options).datasets["ADX"]
    return [(str(each.kind), each.variable, each.a, each.b) for each in found.metadata]


def read_from(name: str, **changes: object) -> ag.Dataset:
    return dataset(source=Source(Path(name), "whatever"), **changes)


@pytest.mark.parametrize(
    ("change", "kind", "a", "b"),
    [
        ({"label": "analysis value"}, "label", "Analysis Value", "analysis value"),
        ({"label": ""}, "label", "Analysis Value", ""),
        ({"length": 4}, "length", 8, 4),
        ({"format": "8.3"}, "format", "8.2", "8.3"),
        ({"format": ""}, "format", "8.2", ""),
        ({"informat": "BEST12."}, "informat", "8.", "BEST12."),
    ],
)
def test_each_kind(change: dict, kind: str, a: object, b: object):
    changed = dataset(replace(STATED, **change))
    assert kinds_of(dataset(), changed) == [(kind, "AVAL", a, b)]
    assert kinds_of(changed, dataset()) == [(kind, "AVAL", b, a)]
    assert kinds_of(dataset(), changed, metadata=False) == []
    assert kinds_of(dataset(), changed, ignore="AVAL") == []
    assert not ag.diff(dataset(), changed).equal


@pytest.mark.parametrize(
    "change", [{"label": "Analysis Value  "}, {"length": None}, {"key_sequence": 1}, {"item_oid": "IT.X"}]
)
def test_what_is_not_a_difference(change: dict):
    assert kinds_of(dataset(), dataset(replace(STATED, **change))) == []


def test_formats_in_other_ways_of_writing():
    assert kinds_of(dataset(replace(STATED, format="date9")), dataset(replace(STATED, format="DATE9."))) == []


def test_dataset_labels():
    assert kinds_of(dataset(), dataset(label="Other")) == [("dataset label", "", "Data", "Other")]
    assert kinds_of(dataset(), dataset(label="")) == [("dataset label", "", "Data", "")]
    assert kinds_of(dataset(), dataset(label="", carries=frozenset())) == []


@pytest.mark.parametrize("kind", ["label", "length", "format"])
def test_only_what_both_carry(kind: str):
    other = dataset(replace(STATED, label="x", length=3, format="y.", informat="z."))
    without = other.replace(carries=other.carries - {kind})
    expected = (
        {"label", "length", "format", "informat"} - {kind} - ({"informat"} if kind == "format" else set())
    )
    assert {each[0] for each in kinds_of(dataset(), without)} == expected


def test_informats_are_not_compared_with_a_format_without_them():
    other = replace(STATED, informat="z.")
    assert kinds_of(read_from("a.xpt"), read_from("b.sas7bdat", variable=other))
    assert not kinds_of(read_from("a.xpt"), read_from("b.json", variable=other))


def test_types_of_columns_without_a_value():
    """Only if both state types."""
    empty = pd.DataFrame({"X": [None, None]})
    plain = ag.Dataset.from_frame(empty, "ADX")
    numeric = ag.Dataset.from_frame(empty, "ADX", "", [ag.Variable("X", type="Num")])
    character = ag.Dataset.from_frame(empty, "ADX", "", [ag.Variable("X", type="Char")])
    assert kinds_of(plain, numeric) == []
    assert kinds_of(numeric, character) == [("type", "X", "Num", "Char")]


def test_declared_keys():
    def keyed(*keys: str) -> ag.Dataset:
        made = dataset()
        place = {name: number for number, name in enumerate(keys, 1)}
        return made.replace(
            variables=tuple(replace(each, key_sequence=place.get(each.name)) for each in made.variables)
        )

    assert kinds_of(keyed("USUBJID"), keyed("USUBJID", "AVAL")) == [("keys", "", "USUBJID", "USUBJID, AVAL")]
    assert kinds_of(keyed("USUBJID"), keyed()) == []


def test_variables_of_one_only_and_their_order():
    a = ag.Dataset.from_frame(pd.DataFrame({"USUBJID": ["a"], "X": [1], "Y": [2]}), "ADX")
    b = ag.Dataset.from_frame(pd.DataFrame({"y": [2], "USUBJID": ["a"], "Z": [3]}), "ADX")
    found = ag.diff(a, b).datasets["ADX"]
    assert (found.variables_only_a, found.variables_only_b) == (("X",), ("Z",))
    assert found.notes == ("variables are in another order",)
    assert ag.diff(a, b, ignore=["X", "z"]).equal
    assert ag.diff(a, b, only="Y").equal
    assert not ag.diff(a, b, only=["Y", "Z"]).equal


@pytest.mark.parametrize(
    ("change", "bit"),
    [
        ({"label": "Other"}, 1),
        ({"variable": replace(STATED, informat="z.")}, 4),
        ({"variable": replace(STATED, format="z.")}, 8),
        ({"variable": replace(STATED, length=4)}, 16),
        ({"variable": replace(STATED, label="z")}, 32),
    ],
)
def test_sysinfo_of_metadata(change: dict, bit: int):
    assert ag.diff(dataset(), dataset(**change)).datasets["ADX"].sysinfo == bit


def test_sysinfo_of_records_variables_and_values():
    def of(**columns: object) -> ag.Dataset:
        return ag.Dataset.from_frame(pd.DataFrame(columns), "ADX")

    def sysinfo(a: ag.Dataset, b: ag.Dataset) -> int:
        return ag.diff(a, b, by="K").datasets["ADX"].sysinfo

    a = of(K=["a", "b"], X=[1, 2])
    assert sysinfo(a, a) == 0
    assert sysinfo(a, of(K=["a"], X=[1])) == 64
    assert sysinfo(a, of(K=["a", "c", "b"], X=[1, 3, 2])) == 128
    assert sysinfo(a, of(K=["a", "b"])) == 1024
    assert sysinfo(a, of(K=["a", "b"], X=[1, 2], Y=[1, 2])) == 2048
    assert sysinfo(a, of(K=["a", "b"], X=[1, 3])) == 4096
    assert sysinfo(a, of(K=["a", "b"], X=["1", "3"])) == 8192
    assert sysinfo(a, of(K=["b", "c"], X=[9, 9])) == 64 + 128 + 4096
