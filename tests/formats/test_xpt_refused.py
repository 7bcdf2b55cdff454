"""What a SAS transport file does not hold is refused at once, with its place and the ways out."""

import numpy as np
import pandas as pd
import pytest
from xpt_datasets import dataset, described, refused, written

import adamgate as ag
from adamgate.schemas.study.dataset import Dataset
from adamgate.schemas.study.variable import SpecialMissing, Variable


@pytest.mark.parametrize("unit", ["s", "ms", "us"])
@pytest.mark.parametrize("year", ["1581-12-31", "10000-01-01"])
def test_years_outside_are_refused_in_any_unit(unit, year, tmp_path):
    refusal = refused(dataset(ADT=np.array(["2020-01-01", year], f"datetime64[{unit}]")), tmp_path)
    assert refusal.details == ("ADX.ADT: contains dates outside the years 1582 to 9999 (first in record 2)",)


@pytest.mark.parametrize(
    ("records", "tags", "message"),
    [
        ([1], ["a"], "has a special missing value other than .A to .Z and ._ (first in record 2)"),
        ([1], ["."], "has a special missing value other than"),
        ([1], ["AB"], "has a special missing value other than"),
        ([1], [""], "has a special missing value other than"),
        ([1, 1], ["A", "B"], "two special missing values are given for one record"),
        ([-1], ["A"], "special missing values are given for a record that has a value, or is not present"),
        ([2], ["A"], "special missing values are given for a record that has a value, or is not present"),
    ],
)
@pytest.mark.parametrize("suffix", [".xpt", ".parquet", ".csv"])
def test_special_missing_values_that_sas_does_not_have(records, tags, message, suffix, tmp_path):
    special = {"A": SpecialMissing(np.array(records), np.array(tags))}
    data = dataset(A=[1.0, np.nan]).replace(special_missing=special)
    with pytest.raises(ag.UnwritableOutput) as caught:
        ag.write(data, tmp_path / f"adx{suffix}")
    (line,) = caught.value.details
    assert line.startswith(f"ADX.A: {message}")


@pytest.mark.parametrize(
    ("column", "variable", "message"),
    [
        (
            pd.Series(["a", None, 1], dtype=object),
            None,
            "text and values that are not text (first in record 3)",
        ),
        (pd.Categorical(["a", 1, None]), None, "text and values that are not text (first in record 2)"),
        (pd.Categorical(["a"] * 3, ["a", 1]), None, "contains text and values that are not text"),
        (pd.array([1, None, 2**53 + 1], "Int64"), None, "a double cannot hold exactly (first in record 3)"),
        (
            np.array(["NaT", "2020-01-01", "2020-01-01T00:00:00.000000001"], "datetime64[ns]"),
            None,
            "contains datetimes with more than 6 decimals of a second (first in record 3)",
        ),
        ([None, "x", "y"], Variable("A", type="Num"), "declared Num but contains text (first in record 2)"),
        ([np.nan, 1.0, 2.0], Variable("A"), "is declared Char but contains numbers (first in record 2)"),
        (
            np.array(["NaT", "2020-01-01", "NaT"], "datetime64[s]"),
            Variable("A"),
            "is declared Char but contains dates (first in record 2)",
        ),
    ],
)  # fmt: skip
@pytest.mark.parametrize("suffix", [".xpt", ".parquet", ".csv", ".json"])
def test_what_no_format_holds_is_refused_with_its_place(column, variable, message, suffix, tmp_path):
    frame = pd.DataFrame({"A": column})
    data = described(frame, variable) if variable else Dataset.from_frame(frame, "ADX")
    with pytest.raises(ag.UnwritableOutput) as caught:
        ag.write(data, tmp_path / f"adx{suffix}")
    (line,) = caught.value.details
    assert line.startswith("ADX.A: ")
    assert line.endswith(message)
    assert caught.value.advice == "fix these"


def test_special_missing_values_of_text_are_refused(tmp_path):
    special = {"A": SpecialMissing(np.array([1]), np.array(["A"]))}
    refusal = refused(dataset(A=["x", None, "y"]).replace(special_missing=special), tmp_path)
    assert refusal.details == ("ADX.A: is declared Char but has special missing values",)


@pytest.mark.parametrize(
    ("data", "options", "message"),
    [
        (dataset(A=[1e300]), {}, "A: contains numbers outside the range"),
        (dataset(A=[0.0, 5e-79]), {}, "transport files, 5.4e-79 to 7.2e75 (first in record 2)"),
        (dataset(A=[np.inf]), {}, "A: contains numbers outside the range"),
        (dataset(A=[5e-324]), {}, "A: contains numbers outside the range"),
        (dataset(A=[1.0, -0.0]), {}, "-0.0, which SAS transport files do not have (first in record 2)"),
        (dataset(A=["x" * 201]), {}, "A: contains text of 201 bytes; the most are 200 (first in record 1)"),
        (dataset(A=["x" * 32_768]), {"xpt_version": 8}, "contains text of 32768 bytes; the most are 32767"),
        (dataset(A=["", "é"]), {}, "A: contains text that is not ASCII (first in record 2)"),
        (dataset(A=["中"]), {"xpt_encoding": "wlatin1"}, "is not cp1252, and cannot be transliterated"),
        (dataset(A=["e\u0301" * 67]), {"xpt_encoding": "utf-8"}, "A: contains text of 201 bytes"),
        (dataset(A=["a\0b"]), {}, "A: contains text with a NUL character (first in record 1)"),
        (dataset(A=["a "]), {}, "A: contains text with trailing blanks, which SAS does not keep"),
        (dataset(A=["a", ""]), {}, "record 2, the last, is blank in all variables: in version 5"),
        (dataset(a=[1.0]), {}, "a: its name has lower-case letters"),
        (dataset(**{"1A": [1.0]}), {}, "1A: its name is not a SAS name"),
        (dataset(**{"A.B": [1.0]}), {"xpt_version": 8}, "A.B: its name is not a SAS name"),
        (dataset(AVALUATION=[1.0]), {}, "AVALUATION: its name has 10 bytes; the most are 8"),
        (dataset(**{"A" * 33: [1.0]}), {"xpt_version": 8}, "its name has 33 bytes; the most are 32"),
        (
            dataset(A=np.array(["1581-12-31"], "datetime64[s]")),
            {},
            "A: contains dates outside the years 1582 to 9999 (first in record 1)",
        ),
        (dataset(A=np.array(["10000-01-01"], "datetime64[s]")), {}, "outside the years 1582 to 9999"),
        (
            dataset(A=np.array(["9000-01-01T00:00:00.000001"], "datetime64[us]")),
            {},
            "A: contains datetimes with more decimals than a SAS datetime of that year has",
        ),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)  # fmt: skip
def test_what_is_not_held_is_refused_with_its_place(data, options, message, tmp_path):
    refusal = refused(data, tmp_path, **options)
    assert any(message in line for line in refusal.details), refusal.details
    assert len(refusal.details) == 1


@pytest.mark.parametrize(
    ("variable", "message"),
    [
        (Variable("A", "L" * 41, "Num"), "its label has 41 bytes; the most are 40"),
        (Variable("A", "Größe", "Num"), "its label is not ASCII"),
        (Variable("A", "x ", "Num"), "its label has trailing blanks"),
        (Variable("A", "a\0b", "Num"), "its label has a NUL character"),
        (Variable("A", "", "Num", format="8.2.1"), "its format is not a SAS format"),
        (Variable("A", "", "Num", format="12"), "its format is not a SAS format"),
        (Variable("A", "", "Num", format="%d"), "its format is not a SAS format"),
        (Variable("A", "", "Num", format="$8."), "its format is for text, the variable is not"),
        (Variable("A", "", "Num", informat="ALONGFORMAT8."), "the name of its informat has 11 characters"),
    ],
)
def test_metadata_that_are_not_held_are_refused(variable, message, tmp_path):
    refusal = refused(described(pd.DataFrame({"A": [1.0]}), variable), tmp_path)
    assert refusal.details[0].startswith(f"ADX.A: {message}")
    assert len(refusal.details) == 1


def test_all_breaches_of_a_study_are_told_at_once_with_the_ways_out(tmp_path):
    one = dataset(A=["é"], AVALUATION=[1e99])
    other = Dataset.from_frame(pd.DataFrame({"B": ["x" * 300]}), "ADY")
    with pytest.raises(ag.UnwritableOutput) as caught:
        ag.write(ag.Study.of(one, other), tmp_path / "out", to="xpt")
    assert len(caught.value.details) == 4
    assert "--fix (for 3 of 4) or --xpt-version 8 (for 2 of 4)" in caught.value.advice
    assert not (tmp_path / "out").exists()


@pytest.mark.slow
def test_more_variables_than_version_5_counts(tmp_path):
    frame = pd.DataFrame(np.zeros((1, 10_000)), columns=[f"V{n}" for n in range(10_000)])
    data = Dataset.from_frame(frame, "ADX")
    assert "ADX: has 10,000 variables; the most are 9,999" in refused(data, tmp_path).details
    (back,) = ag.read(written(data, tmp_path, xpt_version=8))
    assert len(back.variables) == 10_000
