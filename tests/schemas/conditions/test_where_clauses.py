"""Which records the where clauses of a define.xml select, compared with an evaluation record by record."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import adamgate as ag
from adamgate.schemas.conditions.where_clauses import clause_truth, selected
from adamgate.schemas.study.definition import (
    COMPARATORS,
    DatasetDefinition,
    Definition,
    RangeCheck,
    VariableDefinition,
    WhereClause,
)

NAMES = ("PARAMCD", "AVISITN", "AVALC")
TEXTS = (None, "", "OS", "OS ", "PFS", "10", "9", " OS")
NUMBERS = (math.nan, 0.0, 1.0, 1.5, -3.0, 10.0)
CHECKED = ("", "OS", "PFS", "9", "10", "10.0", "1.5", "-3", "1e1", "x", " ")


def defined(*datasets, **clauses):
    """A definition of datasets with `NAMES`, and where clauses by OID."""
    of_name = lambda name: tuple(VariableDefinition(f"IT.{name}.{each}", each) for each in NAMES)  # noqa: E731
    return Definition(
        "2.1",
        datasets=tuple(DatasetDefinition(f"IG.{each}", each, variables=of_name(each)) for each in datasets),
        where_clauses={oid: WhereClause(oid, tuple(checks)) for oid, checks in clauses.items()},
    )


def checked(name, comparator, *values, dataset="ADTTE"):
    return RangeCheck(f"IT.{dataset}.{name}", comparator, values)


def data(**columns):
    return ag.Dataset.from_frame(pd.DataFrame(columns), "ADTTE")


def naive(check, record):
    """One check on one record, written without the product; None is unknown."""
    owner, name = check.item.split(".")[1:]
    if owner != "ADTTE" or name not in record:
        return None
    value = record[name]
    as_compared = float if name == "AVISITN" else lambda text: text.rstrip(" ")
    missing = value is None or value != value or str(value).strip(" ") == ""
    if check.comparator in ("EQ", "IN", "NE", "NOTIN"):
        answers = [naive_equal(value, missing, text, as_compared) for text in check.values]
        among = kleene(answers or [None if missing else False], decisive=True)
        return among if check.comparator in ("EQ", "IN") or among is None else not among
    return None if missing else naive_order(value, check, as_compared)


def naive_equal(value, missing, text, as_compared):
    if not text.strip(" "):
        return missing or False
    if missing:
        return None
    try:
        return as_compared(value) == as_compared(text)
    except ValueError:
        return None


def naive_order(value, check, as_compared):
    (text,) = check.values
    try:
        left, right = as_compared(value), as_compared(text)
    except ValueError:
        return None
    if not text.strip(" "):
        return None
    return {"LT": left < right, "LE": left <= right, "GT": left > right, "GE": left >= right}[
        check.comparator
    ]


def kleene(answers, decisive):
    return decisive if decisive in answers else None if None in answers else not decisive


checks = st.builds(
    checked,
    st.sampled_from((*NAMES, "PARCAT")),
    st.sampled_from(COMPARATORS),
    st.sampled_from(CHECKED),
    dataset=st.sampled_from(("ADTTE", "ADTTE", "ADTTE", "ADSL")),
) | st.builds(
    lambda name, comparator, values: checked(name, comparator, *values),
    st.sampled_from(NAMES),
    st.sampled_from(("IN", "NOTIN")),
    st.lists(st.sampled_from(CHECKED), max_size=4),
)


@given(
    st.lists(st.tuples(st.sampled_from(TEXTS), st.sampled_from(NUMBERS), st.sampled_from(TEXTS)), min_size=1),
    st.lists(st.lists(checks, min_size=1, max_size=3), min_size=1, max_size=3),
    st.sampled_from(("object", "category", "string[pyarrow]")),
)
@example([("OS", 1.0, "10")], [[checked("AVALC", "LT", "9"), checked("AVISITN", "LT", "9")]], "object")
def test_as_record_by_record(records, clauses, dtype):
    frame = pd.DataFrame(records, columns=list(NAMES)).astype({"PARAMCD": dtype, "AVALC": dtype})
    named = {f"WC.{number}": clause for number, clause in enumerate(clauses)}
    found = selected(named, ag.Dataset.from_frame(frame, "ADTTE"), defined("ADTTE", "ADSL", **named))
    expected = [
        kleene(
            [
                kleene(
                    [naive(check, dict(zip(NAMES, record, strict=True))) for check in clause], decisive=False
                )
                for clause in clauses
            ],
            decisive=True,
        )
        for record in records
    ]
    assert found.true.tolist() == [each is True for each in expected]
    assert found.false.tolist() == [each is False for each in expected]


def test_all_checks_of_a_clause_and_any_of_several_clauses():
    records = data(PARAMCD=["OS", "OS", "PFS"], AVISITN=[1.0, 2.0, 1.0])
    definition = defined(
        "ADTTE",
        both=(checked("PARAMCD", "EQ", "OS"), checked("AVISITN", "GE", "2")),
        pfs=(checked("PARAMCD", "IN", "PFS", "TTP"),),
    )
    assert clause_truth(definition.where_clauses["both"], records, definition).true.tolist() == [
        False,
        True,
        False,
    ]
    assert selected(("both", "pfs"), records, definition).true.tolist() == [False, True, True]


def test_numbers_are_compared_as_numbers_and_text_as_text():
    records = data(AVISITN=[9.0, 10.0, 100.0], AVALC=["9", "10", "100"])
    definition = defined(
        "ADTTE", number=(checked("AVISITN", "LT", "10.0"),), text=(checked("AVALC", "LT", "10.0"),)
    )
    assert selected(("number",), records, definition).true.tolist() == [True, False, False]
    assert selected(("text",), records, definition).true.tolist() == [False, True, False]


@pytest.mark.parametrize(
    ("comparator", "values", "true"),
    [
        ("EQ", ("2024-01-15",), [False, True, True, False]),
        ("EQ", ("2024-01-15T08:30:00",), [False, False, True, False]),
        ("LT", ("2024-01-15",), [True, False, False, False]),
        ("IN", ("2023-12-31", "2024-01-15T08:30"), [True, False, True, False]),
        ("EQ", ("15JAN2024",), [False, False, False, False]),
    ],
)
def test_dates_are_compared_with_iso_8601(comparator, values, true):
    stamps = pd.to_datetime(["2023-12-31", "2024-01-15", "2024-01-15T08:30", None], format="ISO8601")
    records = data(AVISITN=stamps)
    definition = defined("ADTTE", clause=(checked("AVISITN", comparator, *values),))
    found = selected(("clause",), records, definition)
    assert found.true.tolist() == true
    assert found.unknown.tolist()[-1]


@pytest.mark.parametrize(
    "clauses",
    [
        {"clause": (checked("PARAMCD", "EQ", "OS", dataset="ADSL"),)},
        {"clause": (checked("AVALC", "EQ", "OS"),)},
        {"clause": (RangeCheck("IT.NOWHERE", "EQ", ("OS",)),)},
        {"clause": ()},
        {"another": (checked("PARAMCD", "EQ", "OS"),)},
        {"clause": (checked("PARAMCD", "LIKE", "OS"),)},
    ],
    ids=["another dataset", "variable not present", "no such item", "no check", "no clause", "comparator"],
)
def test_what_cannot_be_judged_is_unknown(clauses):
    found = selected(("clause",), data(PARAMCD=["OS", "PFS"]), defined("ADTTE", "ADSL", **clauses))
    assert found.unknown.all()
    assert len(found.unknown) == 2


def test_no_clauses_are_unknown():
    assert selected((), data(PARAMCD=["OS"]), defined("ADTTE")).unknown.all()


def test_an_item_that_datasets_share_is_that_of_each():
    shared = VariableDefinition("IT.PARAMCD", "PARAMCD")
    definition = Definition(
        "2.1",
        datasets=tuple(
            DatasetDefinition(f"IG.{each}", each, variables=(shared,)) for each in ("ADQS", "ADTTE")
        ),
        where_clauses={"WC": WhereClause("WC", (RangeCheck("IT.PARAMCD", "EQ", ("OS",)),))},
    )
    assert selected(("WC",), data(PARAMCD=["OS", "PFS"]), definition).true.tolist() == [True, False]


def test_soft_and_hard_select_the_same():
    hard = WhereClause("WC", (RangeCheck("IT.ADTTE.PARAMCD", "EQ", ("OS",), soft=False),))
    found = clause_truth(hard, data(PARAMCD=["OS", "PFS"]), defined("ADTTE"))
    assert np.array_equal(found.true, [True, False])
