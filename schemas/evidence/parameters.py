"""The parameters of a dataset: which records belong to which, and which of them are times to an event."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from ..study.columns import Mask
from ..study.dataset import Dataset
from ..study.declarations import UNDECLARED, Endpoint
from ..wording import counted
from .identifiers import WITHHELD, identifiers
from .time_unit import unit_from_text

SHOWN = 20
"""Faults are told apart by parameter up to so many parameters; the others are told together."""

_ROLES = {
    "OS": ("overall survival",),
    "PFS": ("progression free survival",),
    "DOR": ("duration of response",),
    "TTP": ("time to progression", "time to disease progression"),
    "EFS": ("event free survival",),
    "DFS": ("disease free survival",),
    "TTR": ("time to response",),
}
"""PARAM of the endpoints that rules know, without hyphens, unit and case; the key is PARAMCD."""

_MANY = 20
_OF_ONE_SUBJECT = 0.9
"""PARAMCD identifies subjects where so many values, and so great a share of them, have one subject each."""

_ONE_EACH = 3
"""As many parameters as subjects, each of one subject, are subjects from so many on."""

_WITH_IDENTIFIER = "with a subject's identifier as PARAMCD"

_UNIT_AT_END = re.compile(r"\s*(\([^()]*\)|\[[^\[\]]*\]|,.*|\bin \w+)\s*$")


@dataclass(frozen=True, eq=False)
class Parameters:
    """The records of a dataset by PARAMCD.

    Attributes
    ----------
    names : tuple of str
        PARAMCD of each parameter; empty text where PARAMCD is missing or not there.
    codes : ndarray of int, shape (n_records,)
        Position of each record's parameter in `names`.
    """

    data: Dataset
    names: tuple[str, ...]
    codes: NDArray[np.intp]

    @classmethod
    def of(cls, data: Dataset) -> Parameters:
        """The parameters of a dataset; all records are one nameless parameter without PARAMCD."""
        if "PARAMCD" not in data:
            return cls(data, ("",), np.zeros(len(data), dtype=np.intp))
        distinct = data.distinct("PARAMCD")
        names = (*map(str, distinct), "")
        return cls(data, names, np.where(distinct.codes < 0, len(names) - 1, distinct.codes))

    @cached_property
    def quotable(self) -> Mask:
        """Parameters whose PARAMCD may be quoted: it is no identifier of a subject."""
        withheld = identifying_codes(self.data)
        return np.array([name not in withheld for name in self.names], dtype=np.bool_)

    def quoted(self, name: str) -> str:
        """PARAMCD for a message."""
        return WITHHELD if name in identifying_codes(self.data) else name

    def count(self, mask: Mask) -> NDArray[np.intp]:
        """Number of the records under a mask, per parameter."""
        return np.bincount(self.codes[mask], minlength=len(self.names))

    def mostly(self, mask: Mask, among: Mask) -> Mask:
        """Parameters in which more than half of the records `among` are under `mask`."""
        return 2 * self.count(mask & among) > self.count(among)

    @property
    def time_to_event(self) -> Mask:
        """Parameters that are times to an event: those with CNSR, or all where no record has CNSR.

        A basic data structure may hold other parameters beside them, whose CNSR is null.
        """
        if "CNSR" not in self.data:
            return np.ones(len(self.names), dtype=np.bool_)
        having = self.count(self.data.filled("CNSR")) > 0
        return having if having.any() else ~having

    @property
    def durations(self) -> Mask:
        """Records of the parameters that are times to an event."""
        return self.time_to_event[self.codes]

    def each(self, among: Mask) -> Iterator[tuple[str, NDArray[np.intp]]]:
        """Name and record positions of each parameter that has records `among`."""
        positions = np.flatnonzero(among)
        order = positions[np.argsort(self.codes[positions], kind="stable")]
        present, starts = np.unique(self.codes[order], return_index=True)
        for number, own in zip(present, np.split(order, starts[1:]), strict=False):
            yield self.names[number], own

    def split(self, mask: Mask) -> Iterator[tuple[str, Mask]]:
        """A mask parameter by parameter, with a text to begin a message with: "OS: "."""
        for start, numbers in self._told(np.flatnonzero(self.count(mask))):
            own = np.zeros(len(self.names), dtype=np.bool_)
            own[numbers] = True
            yield start, mask & own[self.codes]

    def where(self, chosen: Mask) -> Iterator[str]:
        """The same beginnings for chosen parameters, for faults of a parameter as a whole."""
        yield from (start for start, _ in self._told(np.flatnonzero(chosen)))

    def _told(self, numbers: NDArray[np.intp]) -> Iterator[tuple[str, NDArray[np.intp]]]:
        """How messages about parameters begin, each with the numbers of its parameters."""
        quotable = self.quotable[numbers]
        named, withheld = numbers[quotable], numbers[~quotable]
        shown = len(named) if len(named) <= SHOWN else SHOWN - 1
        for number in named[:shown]:
            yield prefix(self.names[number]), np.array([number])
        if shown < len(named):
            yield further(len(named) - shown), named[shown:]
        if len(withheld):
            yield unnamed(len(withheld)), withheld

    def texts(self, variable: str) -> list[list[str]]:
        """The texts of a variable in each parameter, sorted; none where it is not there."""
        found: list[list[str]] = [[] for _ in self.names]
        if variable not in self.data:
            return found
        distinct = self.data.distinct(variable)
        width = max(len(distinct), 1)
        filled = distinct.codes >= 0
        pairs = np.unique(self.codes[filled] * width + distinct.codes[filled])
        for number, text in zip(pairs // width, distinct[pairs % width], strict=True):
            found[number].append(str(text))
        return [sorted(texts) for texts in found]

    def with_role(self, role: str) -> Mask:
        """Parameters that are an endpoint ("OS", "PFS", "DOR"): as declared, else by PARAMCD or by the exact
        text of PARAM."""
        found = np.array([name.upper() == role for name in self.names])
        if "PARAM" in self.data:
            meant = self.data.matching("PARAM", partial(_means, role))
            found |= self.count(meant) > 0
        for number, name in enumerate(self.names):
            declared = self.endpoint(name).role
            if declared:
                found[number] = declared == role
        return found

    def records_with_role(self, role: str) -> Mask:
        """Records that are an endpoint, each by its own PARAMCD and PARAM, so that parts of a study agree."""
        declared = [self.endpoint(name).role for name in self.names]
        by_code = np.array(
            [(said or name.upper()) == role for said, name in zip(declared, self.names, strict=True)]
        )
        found: Mask = by_code[self.codes]
        if "PARAM" in self.data:
            open_to_text = np.array([not said for said in declared])[self.codes]
            found = found | (open_to_text & self.data.matching("PARAM", partial(_means, role)))
        return found

    def endpoint(self, name: str) -> Endpoint:
        """What is declared of a parameter; nothing where it is not declared."""
        return self.data.declarations.endpoints.get(name, UNDECLARED)

    def among(self, chosen: Collection[str]) -> Mask:
        """Records of parameters by name."""
        return np.isin(self.codes, [number for number, name in enumerate(self.names) if name in chosen])


def identify_subjects(data: Dataset) -> bool:
    """Whether PARAMCD holds identifiers of subjects or of records instead of parameters.

    A parameter has many subjects. Where nearly every value has one, rules about parameters would have as
    many findings, and judge nothing.
    """
    if len(data.distinct("PARAMCD")) < _MANY:
        return False
    subjects = _subjects_of_each(data)
    return bool(np.count_nonzero(subjects == 1) >= _OF_ONE_SUBJECT * len(subjects))


def _subjects_of_each(data: Dataset) -> NDArray[np.intp]:
    """Number of subjects, or of records without USUBJID, of each PARAMCD."""
    codes = data.distinct("PARAMCD")
    pairs = data.groups("PARAMCD", "USUBJID") if "USUBJID" in data else np.arange(len(data))
    _, firsts = np.unique(pairs[codes.codes >= 0], return_index=True)
    return np.bincount(codes.codes[codes.codes >= 0][firsts], minlength=len(codes.values))


_WITHHELD: WeakKeyDictionary[Dataset, frozenset[str]] = WeakKeyDictionary()


def identifying_codes(data: Dataset) -> frozenset[str]:
    """PARAMCD that identify a subject, which no message quotes.

    One that is USUBJID, SUBJID or the last part of USUBJID of any record; all of them where PARAMCD holds
    identifiers, or there are as many as subjects and each has one.
    """
    if data not in _WITHHELD:
        _WITHHELD[data] = _identifying_codes(data)
    return _WITHHELD[data]


def _identifying_codes(data: Dataset) -> frozenset[str]:
    if "PARAMCD" not in data:
        return frozenset()
    codes = frozenset(map(str, data.distinct("PARAMCD")))
    if identify_subjects(data) or _one_each(data):
        return codes
    known = identifiers(data)
    return frozenset(code for code in codes if code.upper() in known)


def _one_each(data: Dataset) -> bool:
    if "USUBJID" not in data:
        return False
    parameters, subjects = len(data.distinct("PARAMCD")), len(data.distinct("USUBJID"))
    return parameters == subjects >= _ONE_EACH and bool((_subjects_of_each(data) == 1).all())


def prefix(name: str) -> str:
    """How a message about a parameter begins."""
    return f"{name}: " if name else ""


def further(parameters: int) -> str:
    """How a message about parameters beyond the first ones begins."""
    return f"{parameters} further parameters: "


def unnamed(parameters: int) -> str:
    """How a message about parameters begins whose PARAMCD is not quoted."""
    return f"{counted(parameters, 'parameter')} {_WITH_IDENTIFIER}: "


def named(data: Dataset) -> str:
    """The parameters of a dataset for a message: "OS, PFS, 97 with a subject's identifier as PARAMCD"."""
    codes, withheld = quotable_codes(data), identifying_codes(data)
    shown = codes if len(codes) <= SHOWN else codes[: SHOWN - 1]
    more = [f"{len(codes) - len(shown)} more"] if len(shown) < len(codes) else []
    return ", ".join([*shown, *more, *([f"{len(withheld):,} {_WITH_IDENTIFIER}"] if withheld else [])])


def quotable_codes(data: Dataset) -> tuple[str, ...]:
    """PARAMCD of a dataset that messages may quote, in its order."""
    if "PARAMCD" not in data:
        return ()
    withheld = identifying_codes(data)
    return tuple(code for code in map(str, data.distinct("PARAMCD")) if code not in withheld)


def _means(role: str, text: object) -> bool:
    """Whether a PARAM is the name of an endpoint."""
    return _plain(str(text)) in _ROLES[role]


def _plain(text: str) -> str:
    """PARAM without case, hyphens and a unit at its end."""
    if unit_from_text(text) is not None:
        text = _UNIT_AT_END.sub("", text)
    return re.sub(r"[\s\-]+", " ", text).strip().lower()
