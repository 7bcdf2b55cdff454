"""The raw records that analysis records lead to: by their source variables, their sequence, their subject.

In this order: SRCDOM, SRCVAR and SRCSEQ; the --SEQ of a domain that has raw places (AESEQ, or LBSEQ); the
subject of ADSL in DM. A record is led to only if it is the only one: nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Literal

import numpy as np

from ..standards.structure import Structure
from ..study.columns import Codes, Numbers
from ..study.dataset import Dataset
from ..study.raw_places import PlacedPart, RawPlace, RawPlaces, placed, unknown_places
from ..study.study import Study
from .subjects import adsl_record

_SUBJECT = "USUBJID"
_DEMOGRAPHICS = "DM"
_OF_SUBJECTS = ("ADSL", _DEMOGRAPHICS)


def raw_places(data: Dataset, study: Study) -> RawPlaces | None:
    """The raw records of a dataset: its own, else those that its records lead to; None if none is known."""
    return led_to(data, study) if data.raw_places is None else data.raw_places.load()


def led_to(data: Dataset, study: Study) -> RawPlaces | None:
    """The raw records of a dataset, and those that its other records lead to; None if none is known."""
    known = {each.name: each for each in study if each.raw_places is not None and _SUBJECT in each}
    if not known or _SUBJECT not in data:
        return None
    left = np.ones(len(data), dtype=np.bool_)
    parts = []
    for part in _parts(data, known):
        own = left[part.records] & part.places.known
        parts.append(PlacedPart(part.records[own], part.places.take(own)))
        left[part.records[own]] = False
    found = placed(len(data), parts)
    variables = {} if data.raw_places is None else data.raw_places.load().variables
    return replace(found, variables=variables)


def of_subject(data: Dataset, study: Study, record: int, names: Iterable[str]) -> dict[str, RawPlace]:
    """The raw records that variables of the subject of a record are of, as ADSL, else DM, has them."""
    source = next((study[each] for each in _OF_SUBJECTS if each in study), None)
    if source is None or source is data or source.raw_places is None:
        return {}
    if not all(_SUBJECT in each for each in (data, source)):
        return {}
    places, own = source.raw_places.load(), int(adsl_record(data, source)[record])
    return places.of_variables(own, names) if own >= 0 else {}


def _parts(data: Dataset, known: dict[str, Dataset]) -> Iterator[PlacedPart]:
    """What records lead to, the surest first; those of parts that come later may be among earlier ones."""
    if data.raw_places is not None:
        yield PlacedPart(np.arange(len(data)), data.raw_places.load())
    yield from _by_source(data, known)
    yield from _by_sequence(data, known)
    if data.structure is Structure.ADSL and _DEMOGRAPHICS in known:
        record = records_of(data, known[_DEMOGRAPHICS])
        (found,) = np.nonzero(record >= 0)
        yield PlacedPart(found, _places_in(known[_DEMOGRAPHICS]).alone().take(record[found]))


def _places_in(data: Dataset) -> RawPlaces:
    return unknown_places(len(data)) if data.raw_places is None else data.raw_places.load()


def _by_source(data: Dataset, known: dict[str, Dataset]) -> Iterator[PlacedPart]:
    """The records that SRCDOM names, at SRCSEQ, and of them those that SRCVAR is of."""
    if "SRCDOM" not in data or not data.is_character("SRCDOM"):
        return
    sequence = _numbers(data, "SRCSEQ")
    domains = data.distinct("SRCDOM")
    for code, value in enumerate(domains):
        source = known.get(str(value).strip().upper())
        if source is None or source.name == data.name:
            continue
        (own,) = np.nonzero(domains.codes == code)
        numbers = None if sequence is None or np.isnan(sequence[own]).all() else sequence[own]
        record = records_of(data, source, own, numbers)
        yield from _of_variables(data, source, own[record >= 0], record[record >= 0])


def _of_variables(data: Dataset, source: Dataset, own: Codes, record: Codes) -> Iterator[PlacedPart]:
    places = _places_in(source)
    if "SRCVAR" not in data:
        yield PlacedPart(own, places.alone().take(record))
        return
    named = data.distinct("SRCVAR")
    for code in np.unique(named.codes[own]):
        these = named.codes[own] == code
        variable = str(named[code]).strip() if code >= 0 else ""
        yield PlacedPart(own[these], places.of_variable(variable).take(record[these]))


def _by_sequence(data: Dataset, known: dict[str, Dataset]) -> Iterator[PlacedPart]:
    """The records of a domain with the same --SEQ."""
    for source in known.values():
        name = f"{source.name[:2]}SEQ"
        if source.is_adam or name not in source or name not in data or source.name == data.name:
            continue
        numbers = _numbers(data, name)
        if numbers is not None:
            (own,) = np.nonzero(~np.isnan(numbers))
            record = records_of(data, source, own, numbers[own])
            found = record >= 0
            yield PlacedPart(own[found], _places_in(source).alone().take(record[found]))


def records_of(
    data: Dataset, source: Dataset, own: Codes | None = None, numbers: Numbers | None = None
) -> Codes:
    """The record of a source that each record leads to; -1 where there is none, or several.

    Parameters
    ----------
    data, source : Dataset
        Both have USUBJID.
    own : ndarray of int, optional
        Positions of the records that are asked for; all by default.
    numbers : ndarray of float, optional
        The sequence of each; without it, the subject has one record.
    """
    ours, theirs = data.distinct(_SUBJECT), source.distinct(_SUBJECT)
    subject = ours.spread(ours.positions_in(theirs), missing=-1)
    subject = subject if own is None else subject[own]
    variable = _sequence_of(source)
    if numbers is None or variable is None:
        return _only(subject, theirs.codes)
    return _only(*_together(subject, numbers, theirs.codes, source.numbers(variable)))


def _together(
    subject: Codes, numbers: Numbers, their_subject: Codes, their_numbers: Numbers
) -> tuple[Codes, Codes]:
    """One key for each subject and number, on both sides; -1 where one is missing or not known."""
    known = np.unique(their_numbers[~np.isnan(their_numbers)])
    if not len(known):
        return np.full(len(subject), -1, dtype=np.intp), np.full(len(their_subject), -1, dtype=np.intp)

    def keys(codes: Codes, values: Numbers) -> Codes:
        rank = np.minimum(np.searchsorted(known, values), len(known) - 1)
        fits = (codes >= 0) & (known[rank] == values)
        return np.where(fits, codes * len(known) + rank, -1)

    return keys(subject, numbers), keys(their_subject, their_numbers)


def _only(ours: Codes, theirs: Codes) -> Codes:
    """The position of the only equal key, -1 where there is none, or several."""
    order = np.argsort(theirs, kind="stable")
    ordered = theirs[order]
    first, last = (np.searchsorted(ordered, ours, side=side) for side in _SIDES)
    only = (ours >= 0) & (last - first == 1)
    found = np.full(len(ours), -1, dtype=np.intp)
    found[only] = order[first[only]]
    return found


_SIDES: Sequence[Literal["left", "right"]] = ("left", "right")


def _sequence_of(source: Dataset) -> str | None:
    """The variable that numbers the records of a subject, if it is a number."""
    domain = source.name.removeprefix("AD")[:2] if source.is_adam else source.name[:2]
    names = ("ASEQ", f"{domain}SEQ")
    return next((each for each in names if each in source and not source.is_character(each)), None)


def _numbers(data: Dataset, variable: str) -> Numbers | None:
    """A variable of numbers; None where it is not present, or character."""
    if variable not in data or data.is_character(variable):
        return None
    return data.numbers(variable)
