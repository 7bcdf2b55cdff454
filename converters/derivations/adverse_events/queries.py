"""Queries over adverse events: by a condition, or by a dataset of terms."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ....schemas.study.columns import Mask
from ....schemas.study.dataset import Dataset
from ....schemas.wording import did_you_mean
from ..column_values import texts
from ..table_condition import selected_by
from .event_table import EventTable
from .options import EventQuery

_NEEDED = ("PREFIX", "GRPNAME", "SRCVAR", "TERMCHAR")
_SCOPES = ("BROAD", "NARROW")
"""In the order of their numbers, from 1."""


@dataclass(frozen=True, eq=False)
class _Found:
    """Records of a query.

    Attributes
    ----------
    title : str
    code : float
        NaN if none.
    scope : ndarray of int, shape (n_records,)
        Position of the scope of each record; -1 where the query has none.
    within : ndarray of bool, shape (n_records,)
    """

    title: str
    code: float
    scope: np.ndarray
    within: Mask


def add_query(table: EventTable, name: str, query: EventQuery) -> None:
    """Derive CQzzNAM or SMQzzNAM, and the code and the scope where there are some."""
    found = _by_terms(table, name, query) if query.terms else _by_condition(table, name, query)
    if found is None:
        return
    codes = np.where(found.within, 0, -1).astype(np.int8)
    table.add(f"{name}NAM", texts(codes, [found.title]))
    if not np.isnan(found.code):
        table.add(f"{name}CD", np.where(found.within, found.code, np.nan))
    if (found.scope >= 0).any() or query.scope:
        scope = np.where(found.within, found.scope, -1).astype(np.int8)
        table.add(f"{name}SC", texts(scope, _SCOPES))
        table.add(f"{name}SCN", np.where(scope < 0, np.nan, scope + 1.0))
    table.effect(f"query.{name}", query.terms or query.where, f"{name}NAM is {found.title}", found.within)


def _by_condition(table: EventTable, name: str, query: EventQuery) -> _Found | None:
    found = selected_by(table, query.where, f"[query.{name}] where")
    if found is None:
        return None
    scope = np.full(len(table), _SCOPES.index(query.scope) if query.scope else -1)
    code = float("nan") if query.code is None else float(query.code)
    return _Found(query.title, code, scope, found[1])


def _by_terms(table: EventTable, name: str, query: EventQuery) -> _Found | None:
    place = f"[query.{name}] terms"
    account, study = table.task.account, table.task.study
    if query.terms not in study:
        advice = did_you_mean(query.terms, study.datasets)
        account.problem(f"dataset {query.terms} is not present", place, advice)
        return None
    terms = study[query.terms]
    absent = [each for each in _NEEDED if each not in terms]
    for each in absent:
        account.problem(f"{each} is not present in {terms.name}", place, did_you_mean(each, terms.names))
    if absent:
        return None
    own = terms.equals("PREFIX", query.prefix or name)
    if query.scope == "NARROW":
        own = own & _of_scope(terms, "NARROW")
    titles = terms.distinct("GRPNAME")
    title = query.title or _only(titles[np.unique(titles.codes[own & (titles.codes >= 0)])])
    if not own.any() or not title:
        prefix = query.prefix or name
        what = (
            f"{terms.name} has no term of {prefix}"
            if not own.any()
            else (f"GRPNAME of {prefix} is missing, or has several values")
        )
        account.problem(what, place, "correct prefix, scope or the terms")
        return None
    narrow = own & _of_scope(terms, "NARROW")
    broad = own & _of_scope(terms, "BROAD")
    within, is_narrow, is_broad = (
        _matching(table, terms, each, query, place) for each in (own, narrow, broad)
    )
    scope = np.where(is_narrow, 1, np.where(is_broad, 0, -1))
    return _Found(title, _code(terms, own), scope, within)


def _of_scope(terms: Dataset, scope: str) -> Mask:
    if "SCOPE" not in terms:
        return np.zeros(len(terms), dtype=np.bool_)
    return terms.matching("SCOPE", lambda value: str(value).upper() == scope)


def _only(values: np.ndarray) -> str:
    return str(values[0]) if len(values) == 1 else ""


def _code(terms: Dataset, own: Mask) -> float:
    """GRPID of the terms, where they have one."""
    if "GRPID" not in terms:
        return float("nan")
    distinct = terms.distinct("GRPID")
    found = _only(distinct[np.unique(distinct.codes[own & (distinct.codes >= 0)])])
    try:
        return float(found)
    except ValueError:
        return float("nan")


def _matching(table: EventTable, terms: Dataset, own: Mask, query: EventQuery, place: str) -> Mask:
    """Records with one of some terms, in the variable that SRCVAR names."""
    found = np.zeros(len(table), dtype=np.bool_)
    variables = terms.distinct("SRCVAR")
    for code in np.unique(variables.codes[own]):
        if code < 0:
            continue
        variable = str(variables[code]).upper()
        data = table.part({variable: place})
        if data is None:
            continue
        listed = own & (variables.codes == code)
        if data.is_character(variable):
            wanted = {_form(each, query) for each in _of(terms, "TERMCHAR", listed)}
            forms = np.array(
                [_form(each, query) in wanted for each in data.distinct(variable)], dtype=np.bool_
            )
            found |= data.distinct(variable).spread(forms, missing=False)
        elif "TERMNUM" in terms:
            found |= np.isin(
                data.numbers(variable), terms.numbers("TERMNUM")[listed & terms.filled("TERMNUM")]
            )
        else:
            what = f"TERMNUM is not present in {terms.name}, although {variable} is numeric"
            table.task.account.problem(what, place, "add it")
    return found


def _of(terms: Dataset, variable: str, listed: Mask) -> np.ndarray:
    distinct = terms.distinct(variable)
    codes = np.unique(distinct.codes[listed])
    values: np.ndarray = distinct[codes[codes >= 0]]
    return values


def _form(value: object, query: EventQuery) -> str:
    return str(value).upper() if query.ignore_case else str(value)
