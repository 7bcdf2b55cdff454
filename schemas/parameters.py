"""The parameters of a dataset: which records belong to which, and which of them are times to an event."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from .columns import Mask
from .dataset import Dataset
from .declarations import UNDECLARED, Endpoint
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
        names = (*map(str, distinct.values), "")
        return cls(data, names, np.where(distinct.codes < 0, len(names) - 1, distinct.codes))

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
        hit = np.flatnonzero(self.count(mask))
        shown = hit if len(hit) <= SHOWN else hit[: SHOWN - 1]
        for number in shown:
            yield prefix(self.names[number]), mask & (self.codes == number)
        if len(shown) < len(hit):
            further = mask & ~np.isin(self.codes, shown)
            yield f"{len(hit) - len(shown)} further parameters: ", further

    def where(self, chosen: Mask) -> Iterator[str]:
        """The same beginnings for chosen parameters, for faults of a parameter as a whole."""
        numbers = np.flatnonzero(chosen)
        shown = numbers if len(numbers) <= SHOWN else numbers[: SHOWN - 1]
        yield from (prefix(self.names[number]) for number in shown)
        if len(shown) < len(numbers):
            yield f"{len(numbers) - len(shown)} further parameters: "

    def texts(self, variable: str) -> list[list[str]]:
        """The texts of a variable in each parameter, sorted; none where it is not there."""
        found: list[list[str]] = [[] for _ in self.names]
        if variable not in self.data:
            return found
        distinct = self.data.distinct(variable)
        width = len(distinct.values)
        filled = distinct.codes >= 0
        for pair in np.unique(self.codes[filled] * width + distinct.codes[filled]):
            found[pair // width].append(str(distinct.values[pair % width]))
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
    codes = data.distinct("PARAMCD")
    if len(codes.values) < _MANY:
        return False
    pairs = data.groups("PARAMCD", "USUBJID") if "USUBJID" in data else np.arange(len(data))
    _, firsts = np.unique(pairs[codes.codes >= 0], return_index=True)
    subjects = np.bincount(codes.codes[codes.codes >= 0][firsts], minlength=len(codes.values))
    return bool(np.count_nonzero(subjects == 1) >= _OF_ONE_SUBJECT * len(subjects))


def prefix(name: str) -> str:
    """How a message about a parameter begins."""
    return f"{name}: " if name else ""


def _means(role: str, text: object) -> bool:
    """Whether a PARAM is the name of an endpoint."""
    return _plain(str(text)) in _ROLES[role]


def _plain(text: str) -> str:
    """PARAM without case, hyphens and a unit at its end."""
    if unit_from_text(text) is not None:
        text = _UNIT_AT_END.sub("", text)
    return re.sub(r"[\s\-]+", " ", text).strip().lower()
