"""Results in columns of their own, each with the code of its test in the column's name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from .known_variables import bare

_VITAL_SIGNS = {
    "HEIGHT": "HEIGHT HT",
    "WEIGHT": "WEIGHT WT",
    "SYSBP": "SYSBP SBP SYSTOLIC SYSTOLICBP",
    "DIABP": "DIABP DBP DIASTOLIC DIASTOLICBP",
    "PULSE": "PULSE PLS PULSERATE",
    "HR": "HR HEARTRATE",
    "TEMP": "TEMP TEMPERATURE",
    "RESP": "RESP RR RESPRATE RESPIRATORYRATE",
    "BMI": "BMI",
}
_CODES = {name: code for code, names in _VITAL_SIGNS.items() for name in names.split()}
_PRESSURES = frozenset({"SYSBP", "DIABP"})
_RESULT, _UNIT = "ORRES", "ORRESU"
_LONGEST_CODE = 8


class NewColumns(NamedTuple):
    """Names of the columns of records that are made of columns of results."""

    test: str = "NEW_TESTCD"
    result: str = "NEW_RESULT"
    unit: str = "NEW_UNIT"


NEW_COLUMNS = NewColumns()


@dataclass(frozen=True, slots=True)
class ResultColumn:
    """A column of results.

    Attributes
    ----------
    code : str
        Of the test, for --TESTCD.
    column : str
    unit : str
        The column of the units; empty if there is none.
    """

    code: str
    column: str
    unit: str = ""


def measurements(
    columns: Sequence[str], values: Mapping[str, Sequence[str]], domain: str
) -> list[ResultColumn]:
    """The columns of results of a table of findings, of each test the first that has values."""
    found: dict[str, ResultColumn] = {}
    results = list(_results(columns, domain))
    tests = {test for _, test in results}
    for column, test in results:
        if test.endswith("CD") and test[:-2] in tests:  # the code of another result
            continue
        code = _CODES.get(test, test)
        if values[column] and code not in found:
            found[code] = ResultColumn(code, column, _unit(columns, test, code, domain))
    return list(found.values())


def _results(columns: Sequence[str], domain: str) -> Iterator[tuple[str, str]]:
    """Columns with what their names say of the test."""
    units = set(map(bare, columns))
    for column in columns:
        name = bare(column)
        test = "" if _without(name, domain, _UNIT) else _without(name, domain, _RESULT)
        if _is_test(test, domain):
            yield column, test
        elif (domain == "VS" and name in _CODES) or (_is_test(name, domain) and units & _units_of(name)):
            yield column, name


def _is_test(name: str, domain: str) -> bool:
    return 0 < len(name) <= _LONGEST_CODE and name[0].isalpha() and name != domain


def _units_of(name: str) -> set[str]:
    """Columns that only a result has beside it; AGE has AGEU."""
    return {f"{name}UNIT", f"{name}UNITS"}


def _without(name: str, domain: str, word: str) -> str:
    """What is left of a name that begins or ends with ORRES or VSORRES; empty if it does not."""
    for each in (domain + word, word):
        if name.startswith(each):
            return name[len(each) :]
        if name.endswith(each):
            return name[: -len(each)]
    return ""


def _unit(columns: Sequence[str], test: str, code: str, domain: str) -> str:
    tests = (test, "BP") if code in _PRESSURES else (test,)
    names = [
        name
        for each in tests
        for name in (
            f"{_UNIT}{each}",
            f"{each}{_UNIT}",
            f"{each}{domain}{_UNIT}",
            f"{each}UNIT",
            f"{each}UNITS",
            f"{each}U",
        )
    ]
    by_name = {bare(column): column for column in reversed(columns)}
    return next((by_name[name] for name in names if name in by_name), "")
