"""The assessments of an evaluator: the records of a source, with their terms."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ....schemas.study.columns import Codes, Mask
from ....schemas.study.dataset import Dataset
from ....schemas.wording import counted, did_you_mean
from ..dated_records import DatedRecords, spans_at
from ..deciding import ranks
from ..imputation import source_dates
from ..sources import Sources
from .options import ResponseAssessments
from .response_records import NONE, Assessed
from .terms import ResponseTerms

_SHOWN = 5


def assessed(
    paramcd: str, options: ResponseAssessments, terms: ResponseTerms, sources: Sources, chosen: Mask
) -> Assessed | None:
    """The assessments of some subjects; None where they do not fit the study, which is noted."""
    records = _records(options.source, sources)
    if records is None:
        return None
    data, place = records.dataset, f"[response.{paramcd}]"
    if options.value not in data:
        what = f"{options.value} is not present in {data.name}"
        sources.account.problem(what, f"{place} value", did_you_mean(options.value, data.names))
        return None
    if data.filled(options.value).any() and not data.is_character(options.value):
        what = f"{options.value} of {data.name} is numeric; a response is text"
        sources.account.problem(what, f"{place} value", "name the character variable")
        return None
    records = records.among(chosen[records.subject])
    values, code = _coded(options, terms, data)
    code = code[records.record]
    kept = np.ones(len(code), dtype=np.bool_)
    for key, concerned in _doubtful(records, code, len(terms.order)).items():
        kept &= _kept(key, paramcd, options, records, concerned, sources=sources)
    records, code = records.among(kept), code[kept]
    order, alike = _in_order(records)
    sources.account.used(data, records.record)
    return Assessed(paramcd, terms, records.among(order), alike, options.value, values, code[order])


def _records(name: str, sources: Sources) -> DatedRecords | None:
    """The records of a source, those without a date among them; None where it does not fit the study."""
    found = sources.selected(name)
    if found is None:
        return None
    dates = source_dates(name, found.source, found.dataset, found.mask, sources.account, undated=True)
    (record,) = np.nonzero(found.mask)
    return DatedRecords(
        name,
        found.source,
        found.dataset,
        record,
        found.subject[record],
        *spans_at(dates, record),
        dates.lacks[record],
    )


def _coded(
    options: ResponseAssessments, terms: ResponseTerms, data: Dataset
) -> tuple[tuple[str, ...], Codes]:
    """The terms, with texts that are none behind them, and the position of each record among them."""
    distinct = data.distinct(options.value)
    texts = [terms.written_as.get(str(each), str(each)) for each in distinct]
    values = tuple(dict.fromkeys([*terms.order, *texts]))
    position = {value: at for at, value in enumerate(values)}
    by_value = np.array([position[each] for each in texts], dtype=np.intp)
    code = distinct.spread(by_value, missing=NONE)
    return values, np.where(data.missing(options.value), NONE, code)


def _doubtful(records: DatedRecords, code: Codes, n_terms: int) -> Mapping[str, Mask]:
    """Records that a policy decides about, by its key."""
    return {
        "undated": np.isnan(records.day),
        "missing_terms": code == NONE,
        "unknown_terms": code >= n_terms,
    }


_WHAT = {
    "undated": "whose date is missing or not imputed",
    "missing_terms": "without a response",
    "unknown_terms": "whose response is not a term",
}
_EFFECTS = {"exclude": "excluded", "keep": "kept without flags"}


def _kept(
    key: str,
    paramcd: str,
    options: ResponseAssessments,
    records: DatedRecords,
    concerned: Mask,
    *,
    sources: Sources,
) -> Mask:
    """Records that are kept; what a policy does is noted, and what it refuses."""
    value, data = getattr(options, key), records.dataset
    at = np.zeros(len(data), dtype=np.bool_)
    at[records.record[concerned]] = True
    if value != "error":
        effect = f"assessments {_WHAT[key]} {_EFFECTS[value]}"
        sources.account.effect(key, value, effect, data, at, parameter=paramcd, unit="record")
    elif concerned.any():
        what = f"{counted(int(concerned.sum()), 'record')} of {data.name} {_WHAT[key]}"
        advice = f'correct the data, or declare {key} = "exclude" or "keep"'
        if key == "unknown_terms":
            distinct = data.distinct(options.value)
            texts = [str(distinct[one]) for one in np.unique(distinct.codes[at])]
            more = f" and {len(texts) - _SHOWN} others" if len(texts) > _SHOWN else ""
            what = f"{what}: {', '.join(texts[:_SHOWN])}{more}"
            advice = f"{advice}; or declare written_as or other terms in [response_terms.NAME]"
        sources.account.problem(what, f"[response.{paramcd}] {key}", advice, data, at)
    return ~concerned if value == "exclude" else np.ones(len(concerned), dtype=np.bool_)


def _in_order(records: DatedRecords) -> tuple[Codes, Codes]:
    """The records by subject, date and the order of their source, and where these are the same."""
    keys = [ranks(records.dataset, each, records.record) for each in records.source.order]
    days = np.where(np.isnan(records.day), np.inf, records.day)
    order = np.lexsort((records.record, *reversed(keys), days, records.subject))
    new = np.zeros(len(order), dtype=np.bool_)
    for key in (records.subject, days, *keys):
        new[1:] |= key[order][1:] != key[order][:-1]
    return order, np.cumsum(new)
