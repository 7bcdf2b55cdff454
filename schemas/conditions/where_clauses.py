"""Where clauses of a define.xml: which records of a dataset they select.

A clause is true where all its range checks are, and what refers to several clauses means the records for
which any of them is true. What cannot be judged is unknown: a variable of another dataset or one that is not
present, a missing value, a number or date that is none. ``SoftHard`` says what becomes of records, not which
they are.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from types import MappingProxyType
from typing import Any

import numpy as np

from ..study.columns import Codes
from ..study.dataset import Dataset
from ..study.definition import Definition, RangeCheck, WhereClause
from ..study.truth import Truth
from .three_valued import ConstantKind, NotComparable, constant_kind, stamp_of

_ORDER: Mapping[str, Callable[[Any, Any], Any]] = MappingProxyType(
    {"LT": operator.lt, "LE": operator.le, "GT": operator.gt, "GE": operator.ge}
)
_MEMBERSHIP = MappingProxyType({"EQ": True, "IN": True, "NE": False, "NOTIN": False})
"""Whether a value is to be among the check values, or not."""
_NUMBER = re.compile(r"\s*[+-]?(\d{1,300}\.?\d{0,300}|\.\d{1,300})([eE][+-]?\d{1,3})?\s*\Z", re.ASCII)
_TO_UNIT: Mapping[str, Callable[[Any], Any]] = MappingProxyType(
    {
        "D": lambda value: np.datetime64(value, "us").astype("datetime64[D]"),
        "us": lambda value: np.datetime64(value, "us"),
    }
)


def selected(
    clauses: Iterable[str], data: Dataset, definition: Definition, among: Codes | None = None
) -> Truth:
    """Whether each record is meant by any of some where clauses.

    Parameters
    ----------
    clauses : iterable of str
        OIDs; one that the definition does not have is unknown.
    data : Dataset
    definition : Definition
    among : ndarray of int, shape (n,), optional
        Positions of the records to judge, counted from 0; all of them by default.

    Returns
    -------
    Truth
        Unknown for all records if there are no clauses.

    Examples
    --------
    >>> from adamgate.schemas.conditions.where_clauses import selected
    >>> from adamgate.schemas.study.definition import (
    ...     DatasetDefinition, Definition, RangeCheck, VariableDefinition, WhereClause
    ... )
    >>> sex = VariableDefinition("IT.SEX", "SEX", data_type="text")
    >>> women = WhereClause("WC.F", (RangeCheck("IT.SEX", "EQ", ("F",)),))
    >>> adsl = DatasetDefinition("IG.ADSL", "ADSL", variables=(sex,))
    >>> definition = Definition("2.1", datasets=(adsl,), where_clauses={"WC.F": women})
    >>> selected(("WC.F",), ag.read("adam")["ADSL"], definition).true.tolist()
    [True, False, True, False, False, True]
    """
    known = (definition.where_clauses.get(oid) for oid in clauses)
    unknown = _unknown(len(data) if among is None else len(among))
    each = [clause_truth(clause, data, definition, among) if clause else unknown for clause in known]
    return reduce(operator.or_, each) if each else unknown


def clause_truth(
    clause: WhereClause, data: Dataset, definition: Definition, among: Codes | None = None
) -> Truth:
    """Whether all range checks of a where clause are true for each record, or for those at some positions.

    Examples
    --------
    >>> from adamgate.schemas.conditions.where_clauses import clause_truth
    >>> from adamgate.schemas.study.definition import (
    ...     DatasetDefinition, Definition, RangeCheck, VariableDefinition, WhereClause
    ... )
    >>> sex = VariableDefinition("IT.SEX", "SEX", data_type="text")
    >>> adsl = DatasetDefinition("IG.ADSL", "ADSL", variables=(sex,))
    >>> others = WhereClause("WC.M", (RangeCheck("IT.SEX", "NE", ("F",)),))
    >>> clause_truth(others, ag.read("adam")["ADSL"], Definition("2.1", datasets=(adsl,))).true.tolist()
    [False, True, False, True, True, False]
    """
    each = [_check_truth(check, data, definition, among) for check in clause.checks]
    return reduce(operator.and_, each) if each else _unknown(len(data) if among is None else len(among))


def variable_of(check: RangeCheck, dataset: str, definition: Definition) -> str:
    """The variable of a dataset that a range check compares; empty if it is one of another dataset.

    Examples
    --------
    >>> from adamgate.schemas.conditions.where_clauses import variable_of
    >>> from adamgate.schemas.study.definition import (
    ...     DatasetDefinition, Definition, RangeCheck, VariableDefinition
    ... )
    >>> adsl = DatasetDefinition("IG.ADSL", "ADSL", variables=(VariableDefinition("IT.SEX", "SEX"),))
    >>> definition, check = Definition("2.1", datasets=(adsl,)), RangeCheck("IT.SEX", "EQ", ("F",))
    >>> variable_of(check, "ADSL", definition), variable_of(check, "ADAE", definition)
    ('SEX', '')
    """
    return dict(definition.places.get(check.item, ())).get(dataset.upper(), "")


def _unknown(records: int) -> Truth:
    none = np.zeros(records, dtype=np.bool_)
    return Truth(none, none.copy())


def _check_truth(check: RangeCheck, data: Dataset, definition: Definition, among: Codes | None) -> Truth:
    variable = variable_of(check, data.name, definition)
    if not variable or variable not in data:
        return _unknown(len(data) if among is None else len(among))
    values = data.distinct(variable)
    of_value, of_missing = _test(check, constant_kind(data, variable))
    answers = np.array([_CODES[each] for each in (*map(of_value, values), of_missing)], dtype=np.int8)
    codes = values.codes if among is None else values.codes[among]
    found = answers[codes]  # of a missing value the last
    return Truth(found > 0, found < 0)


_Answer = bool | None
"""True, false or unknown."""
_CODES: Mapping[_Answer, int] = MappingProxyType({True: 1, False: -1, None: 0})
_Test = Callable[[Any], _Answer]


def _test(check: RangeCheck, kind: ConstantKind) -> tuple[_Test, _Answer]:
    """A range check as a question to one value, and its answer for a missing one.

    A blank check value means a missing one.
    """
    filled = [each for each in check.values if each.strip(" ")]
    wanted = [_constant(each, kind) for each in filled]
    known = [each for each in wanted if each is not None]
    if check.comparator in _MEMBERSHIP:
        otherwise = False if len(known) == len(filled) else None
        among = _among(known, otherwise)
        of_missing = True if len(filled) < len(check.values) else None
        if _MEMBERSHIP[check.comparator]:
            return among, of_missing
        return lambda value: _not(among(value)), _not(of_missing)
    if check.comparator not in _ORDER or len(check.values) != 1 or not known:
        return lambda _: None, None
    compare, constant = _ORDER[check.comparator], known[0]
    return lambda value: bool(compare(constant.key(value), constant.wanted)), None


@dataclass(frozen=True, slots=True)
class _Constant:
    """A check value, and the form in which values of the data are compared with it."""

    key: Callable[[Any], Any]
    wanted: Any


def _constant(text: str, kind: ConstantKind) -> _Constant | None:
    """A check value as one of the kind of the data; None if it is not one."""
    if kind == "text":
        return _Constant(str, text.rstrip(" "))
    if kind == "numbers":
        return _Constant(float, float(text)) if _NUMBER.match(text) else None
    try:
        stamp, unit = stamp_of("", text.strip(" "))
    except NotComparable:
        return None
    return _Constant(_TO_UNIT[unit], stamp)


def _among(constants: Iterable[_Constant], otherwise: _Answer) -> _Test:
    """Whether a value is one of some constants; `otherwise` if it is none that is known."""
    by_key: dict[Callable[[Any], Any], set[Any]] = {}
    for each in constants:
        by_key.setdefault(each.key, set()).add(each.wanted)

    def test(value: Any) -> _Answer:
        return any(key(value) in wanted for key, wanted in by_key.items()) or otherwise

    return test


def _not(answer: _Answer) -> _Answer:
    return None if answer is None else not answer
