"""Value level: what is no fault of the records that a where clause selects."""

from dataclasses import replace

import described_study as base
import numpy as np
import pandas as pd
import pytest
from described_study import DEFINITION, Described, of_dataset, of_level, of_variable
from hypothesis import given
from hypothesis import strategies as st

import adamgate as ag
from adamgate.schemas.conditions.value_levels import leveled_variables
from adamgate.schemas.conditions.where_clauses import selected
from adamgate.schemas.rules.described_values import of_wrong_type
from adamgate.schemas.study.definition import RangeCheck, WhereClause

FAMILY = "value_level"


def report(definition, frames=None):
    described = Described(None, definition, frames or base.frames())
    datasets = map(described._dataset, described.frames)
    return ag.validate(ag.Study.of(*datasets, definition=definition), select=FAMILY)


def faults(definition, frames=None):
    return [(each.rule_id, each.records) for each in report(definition, frames).findings]


def changed(variable, record, value):
    frames = base.frames()
    frames["ADTTE"].loc[record, variable] = value
    return frames


def clause(name, *checks):
    made = WhereClause(f"WC.{name}", tuple(RangeCheck(*each) for each in checks))
    return replace(DEFINITION, where_clauses={**DEFINITION.where_clauses, made.oid: made})


DAYS = replace(
    DEFINITION,
    codelists={
        **DEFINITION.codelists,
        "CL.DAYS": base.enumeration("DAYS", "30", "61.0", "95", "120", "180", "2.4e2"),
    },
)
NOT_A_FAULT = {
    "as described": (DEFINITION, base.frames()),
    "a value that is not mandatory is missing": (DEFINITION, changed("AVAL", 7, None)),
    "a record that no clause selects": (DEFINITION, changed("PARAMCD", 12, "EFS")),
    "whole numbers where floats are stated": (DEFINITION, changed("AVAL", 6, 2.0)),
    "a result that was never rounded": (DEFINITION, changed("AVAL", 6, 1 / 3)),
    "bytes of SAS as the length of a number": (
        of_level(DEFINITION, "ADTTE.AVAL", "OS", length=8),
        changed("AVAL", 0, 123456789.0),
    ),
    "text with trailing blanks": (DEFINITION, changed("AVALC", 0, "N   ")),
    "numbers as codes of text": (of_level(DAYS, "ADTTE.AVAL", "OS", codelist="CL.DAYS"), base.frames()),
    "a clause of another dataset": (
        clause("OS", ("IT.ADTTE.PARAMCD", "EQ", ("OS",)), ("IT.ADSL.SEX", "EQ", ("X",))),
        changed("AVAL", 0, 30.5),
    ),
    "a clause of a variable that is not present": (
        of_dataset(
            clause("OS", ("IT.ADTTE.PARCAT1", "EQ", ("A",))),
            "ADTTE",
            variables=(*base.ADTTE.variables, base.variable("ADTTE.PARCAT1", "Category", "text", 8)),
        ),
        changed("AVAL", 0, 30.5),
    ),
    "a dangling clause": (
        of_level(DEFINITION, "ADTTE.AVAL", "OS", where=("WC.NOWHERE",)),
        changed("AVAL", 0, 30.5),
    ),
    "no clause, as in 1.0": (
        of_level(replace(DEFINITION, version="1.0"), "ADTTE.AVAL", "OS", where=()),
        changed("AVAL", 0, 30.5),
    ),
    "partial dates": (
        of_level(DEFINITION, "ADTTE.AVALC", "PFS", data_type="date", length=10, codelist=""),
        changed("AVALC", slice(6, 13), "2024-01"),
    ),
}


@pytest.mark.parametrize("name", NOT_A_FAULT)
def test_not_a_fault(name):
    definition, frames = NOT_A_FAULT[name]
    assert faults(definition, frames) == []


def test_a_message_names_the_records_and_no_value():
    (finding,) = report(DEFINITION, changed("AVALC", 3, "X")).findings
    assert finding.message == "AVALC is not in codelist CL.NY where PARAMCD EQ OS"
    assert [each.record for each in finding.examples] == [4]


def test_several_clauses_in_a_message():
    (finding,) = report(DEFINITION, changed("AVALC", 7, "CRX")).findings
    assert finding.message == (
        "AVALC is not in codelist CL.RESPONSE where PARAMCD IN PFS and USUBJID NOTIN (T1-999, T1-998)"
        " or PARAMCD EQ TTP"
    )


def test_missing_values_select_nothing_for_certain():
    unsure = clause("TTP", ("IT.ADTTE.AVAL", "EQ", ("7777",)))
    assert faults(unsure) == []
    frames = base.frames()
    frames["ADTTE"] = frames["ADTTE"].dropna(subset="AVAL").reset_index(drop=True)
    assert faults(unsure, frames) == [("DF030", 0)]


def test_a_dataset_without_records_is_not_judged():
    frames = base.frames()
    frames["ADTTE"] = frames["ADTTE"].iloc[:0]
    assert faults(DEFINITION, frames) == []


def test_a_dataset_that_is_not_described_is_not_judged():
    definition = replace(DEFINITION, datasets=(base.ADSL,))
    judged = {(each.dataset, str(each.status)) for each in report(definition).outcomes}
    assert judged == {("ADSL", "not applicable"), ("ADTTE", "not applicable")}


def test_dates_that_are_numbers_of_sas_are_not_judged():
    level = of_variable(
        DEFINITION,
        "ADTTE.TRTSDT",
        value_list="VL.TRTSDT",
        value_level=(base.level("ADTTE.TRTSDT", "OS", "integer", 1, ["OS"]),),
    )
    assert faults(level) == []


@pytest.mark.parametrize(
    ("data_type", "right", "wrong"),
    [
        ("integer", ["5", "-5", "+12 "], ["5.0", "<5", "five", "1e3"]),
        ("float", ["5", "5.", ".5", "-1.25", "1E-3"], ["<5", "1,5", "NaN", "--1"]),
        (
            "date",
            [
                "2024-01-15",
                "2024-01",
                "2024",
                "2024---15",
                "2024-01-15T10:00",
                "2024-01-15/2024-01-17",
                "P2D/2024",
            ],
            ["15JAN2024", "2024-13-01", "2024-02-30", "P2D/P3D", "2024/2025/2026", "2024-01/x"],
        ),
        ("time", ["08:30", "08:30:15", "T08:30", "-:15"], ["8:30", "25:00", "08:61", "noon"]),
        ("durationDatetime", ["P1Y", "P2W", "PT8H30M", "-P14D", "P1.5D"], ["P", "PT", "14D", "P1H", "1 day"]),
        ("text", ["anything", "1"], []),
        ("intervalDatetime", ["2024-01-01/2024-02-01"], []),
    ],
)
def test_types_of_texts(data_type, right, wrong):
    values = np.array([*right, *wrong], dtype=object)
    found = of_wrong_type(values, data_type, character=True)
    assert found.tolist() == [False] * len(right) + [True] * len(wrong)


@given(
    st.lists(
        st.tuples(st.sampled_from(["OS", "PFS", "TTP", "EFS", None]), st.sampled_from([0.0, 1.0, None])),
        max_size=30,
    )
)
def test_records_of_each_level_are_those_that_its_clauses_select(records):
    frame = pd.DataFrame(records, columns=["PARAMCD", "CNSR"]).astype(
        {"CNSR": "float64", "PARAMCD": "object"}
    )
    frame["USUBJID"], frame["AVAL"] = "T1-001", 1.0
    data = ag.Dataset.from_frame(frame, "ADTTE")
    (leveled,) = [each for each in leveled_variables(data, DEFINITION) if each.variable.name == "AVAL"]
    found = {level.where: sorted(positions.tolist()) for level, positions in leveled.levels()}
    expected = {
        level.where: np.flatnonzero(selected(level.where, data, DEFINITION).true).tolist()
        for level in leveled.variable.value_level
    }
    assert found == {where: positions for where, positions in expected.items() if positions}
