"""The order of the lines of raw files decides nothing, unless that is declared."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from raw_mapping import mapped, plain, refusal

import adamgate as ag

DM = """[raw.DM]
files = ["dm*.csv"]
[raw.DM.variables]
SITEID = "SITE"
USUBJID = "ID"
AGE = { column = "AGE", number = true }
"""


def records(study, name):
    return [tuple(each.values()) for each in plain(study[name])]


def test_records_are_ordered_by_subject_then_by_the_other_variables(tmp_path):
    files = {"dm1.csv": "SITE,ID,AGE\n2,b,50\n1,c,9\n1,b,10\n", "dm2.csv": "SITE,ID,AGE\n9,a,\n1,b,9\n,b,1\n"}
    assert records(mapped(tmp_path, files, DM), "DM") == [
        ("9", "a", None),
        ("1", "b", 9.0),
        ("1", "b", 10.0),
        ("2", "b", 50.0),
        (None, "b", 1.0),
        ("1", "c", 9.0),
    ]


def test_a_declared_order_comes_before_the_other_variables(tmp_path):
    declared = DM.replace("[raw.DM.variables]", 'order = ["AGE"]\n[raw.DM.variables]')
    files = {"dm.csv": "SITE,ID,AGE\n3,b,9\n1,b,10\n2,b,9\n5,a,99\n"}
    assert records(mapped(tmp_path, files, declared), "DM") == [
        ("5", "a", 99.0),
        ("2", "b", 9.0),
        ("3", "b", 9.0),
        ("1", "b", 10.0),
    ]


def test_the_order_of_the_files_may_be_declared_and_is_counted(tmp_path):
    declared = DM.replace("[raw.DM.variables]", 'same_order = "position"\n[raw.DM.variables]')
    study = mapped(tmp_path, {"dm.csv": "SITE,ID,AGE\n2,b,9\n1,b,10\n1,a,9\n"}, declared)
    assert records(study, "DM") == [("1", "a", 9.0), ("2", "b", 9.0), ("1", "b", 10.0)]
    assert [each.count for each in study.record.effects if each.policy == "same_order"] == [2]


def test_datasets_without_subjects_are_ordered_by_their_variables(tmp_path):
    declared = DM.replace('USUBJID = "ID"', 'ARM = "ID"').replace("raw.DM", "raw.TA")
    files = {"dm.csv": "SITE,ID,AGE\n2,b,9\n1,z,10\n"}
    assert records(mapped(tmp_path, files, declared), "TA") == [("1", "z", 10.0), ("2", "b", 9.0)]


def test_variables_of_order_are_declared_ones(tmp_path):
    declared = DM.replace("[raw.DM.variables]", 'order = ["AEG"]\n[raw.DM.variables]')
    with pytest.raises(ag.ConfigurationError, match="AEG is not a declared variable"):
        mapped(tmp_path, {}, declared)


TWO = """[raw.DS]
files = ["end.csv"]
order = ["DSDTC"]
[raw.DS.variables]
USUBJID = "ID"
DSDTC = "DAY"
DSTERM = "TERM"
PAGE = { column = "TERM", internal = true }
[raw.DS_DEATH]
dataset = "DS"
files = ["death.csv"]
order = ["DSDTC"]
[raw.DS_DEATH.variables]
USUBJID = "ID"
DSDTC = "DAY"
DTHCAUS = "CAUSE"
"""
LINE = st.tuples(st.sampled_from("ab"), st.sampled_from(["1", "2", ""]), st.sampled_from(["x", "y", ""]))


@pytest.mark.slow
@settings(max_examples=settings.default.max_examples // 4)
@given(st.lists(LINE, min_size=1, max_size=12), st.lists(LINE, min_size=1, max_size=12), st.randoms())
def test_any_order_of_lines_gives_the_same_dataset(tmp_path_factory, ends, deaths, chance: random.Random):
    def made(ends, deaths):
        files = {
            "end.csv": "ID,DAY,TERM\n" + "".join(f"{','.join(each)}\n" for each in ends),
            "death.csv": "ID,DAY,CAUSE\n" + "".join(f"{','.join(each)}\n" for each in deaths),
        }
        return mapped(tmp_path_factory.mktemp("order"), files, TWO)

    shuffled = [chance.sample(each, len(each)) for each in (ends, deaths)]
    one, two = made(ends, deaths), made(*shuffled)
    found = records(one, "DS")
    assert found == records(two, "DS")
    assert one.record.effects == two.record.effects

    def key(record):
        subject, day, term, cause = record
        return [(each is None, each or "") for each in (subject, day, term, cause)]

    expected = [(s, d or None, t or None, None) for s, d, t in ends]
    expected += [(s, d or None, None, c or None) for s, d, c in deaths]
    assert found == sorted(expected, key=key)


def test_numbered_records_are_distinguished_by_order_alone(tmp_path):
    declared = TWO.replace("order =", 'sequence = "DSSEQ"\norder =')
    files = {"end.csv": "ID,DAY,TERM\na,1,x\na,2,x\n", "death.csv": "ID,DAY,CAUSE\na,2,y\n"}
    assert refusal(tmp_path, files, declared) == (
        "the same DSDTC as another record of the subject in 2 records; first: end.csv line 3",
        "[raw.DS] order",
    )
