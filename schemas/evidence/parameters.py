"""Which parameters are which endpoint, which may be quoted, and how faults of several are reported."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from ..study.columns import Mask
from ..study.dataset import Dataset
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

FOLLOW_UP = "follow-up"
"""The role of a parameter whose event is the end of follow-up: deaths are censored (reverse Kaplan-Meier)."""

_FOLLOW_UP_WORDS = re.compile(
    r"reverse (kaplan meier|km)\b"
    r"|^(?:\w+ ){0,3}(duration|length|time|period) of (?:\w+ ){0,3}follow up\b"
    r"|^(?:(?:overall|total|median|potential|clinical|survival|study|observed|maximum) ){0,3}"
    r"(overall survival )?follow up( (time|duration|length|period))?($| (from|since|for|of|by|until|\())"
    r"|^time (?:from \w+ )?(to|until) (?:the )?((end of |last )follow up|(?:\w+ )?censor(ing|ed)\b"
    r"|last (contact|known alive|date known alive)\b)"
)
"""PARAM of that role, as `_plain` leaves it. "Time to loss to follow-up" is not one: a loss is its event."""

_UNIT_AT_END = re.compile(r"\s*(\([^()]*\)|\[[^\[\]]*\]|,\s*\w+\.?|\bin \w+)\s*$")


@dataclass(frozen=True, slots=True)
class Reported:
    """How a fault of one parameter, or of several together, is reported.

    Attributes
    ----------
    parameter : str
        PARAMCD; empty for several, and for the parameter without a name.
    opening : str
        How a message about several begins.
    cause : str
        What tells several from others in the identity of a finding.
    """

    parameter: str = ""
    opening: str = ""
    cause: str = ""

    @classmethod
    def further(cls, parameters: int) -> Reported:
        """Parameters beyond the first ones."""
        return cls("", f"{counted(parameters, 'further parameter')}: ", f"{parameters} further")

    @classmethod
    def withheld(cls, parameters: int) -> Reported:
        """Parameters whose PARAMCD is not quoted."""
        opening = f"{counted(parameters, 'parameter')} {_WITH_IDENTIFIER}: "
        return cls("", opening, f"{parameters} withheld")


def split(data: Dataset, mask: Mask) -> Iterator[tuple[Reported, Mask]]:
    """A mask parameter by parameter, those beyond the first ones together."""
    parameters = data.parameters
    codes = parameters.codes
    for reported, numbers in _reported(data, np.flatnonzero(parameters.count(mask))):
        own = np.zeros(len(parameters.names), dtype=np.bool_)
        own[numbers] = True
        yield reported, mask & own[codes]


def where(data: Dataset, chosen: Mask) -> Iterator[Reported]:
    """The same for chosen parameters, for faults of a parameter as a whole."""
    yield from (reported for reported, _ in _reported(data, np.flatnonzero(chosen)))


def _reported(data: Dataset, numbers: NDArray[np.intp]) -> Iterator[tuple[Reported, NDArray[np.intp]]]:
    """How faults of parameters are reported, each with the numbers of its parameters."""
    withheld_names, names = identifying_codes(data), data.parameters.names
    quotable = np.array([names[number] not in withheld_names for number in numbers], dtype=np.bool_)
    named, withheld = numbers[quotable], numbers[~quotable]
    shown = len(named) if len(named) <= SHOWN else SHOWN - 1
    for number in named[:shown]:
        yield Reported(names[number]), np.array([number])
    if shown < len(named):
        yield Reported.further(len(named) - shown), named[shown:]
    if len(withheld):
        yield Reported.withheld(len(withheld)), withheld


def quoted(data: Dataset, name: str) -> str:
    """PARAMCD for a message."""
    return WITHHELD if name in identifying_codes(data) else name


def with_role(data: Dataset, role: str) -> Mask:
    """Parameters that are an endpoint ("OS", "PFS", "DOR"): as declared, else by PARAMCD or by the exact text
    of PARAM. PARAM that names the follow-up of an endpoint is not that endpoint."""
    parameters = data.parameters
    found = np.array([name.upper() == role for name in parameters.names])
    if "PARAM" in data:
        meant = data.matching("PARAM", partial(_means, role))
        found |= parameters.count(meant) > 0
        if role != FOLLOW_UP:
            found &= parameters.count(data.matching("PARAM", partial(_means, FOLLOW_UP))) == 0
    for number, name in enumerate(parameters.names):
        declared = parameters.endpoint(name).role
        if declared:
            found[number] = declared == role
    return found


def records_with_role(data: Dataset, role: str) -> Mask:
    """Records that are an endpoint, each by its own PARAMCD and PARAM, so that parts of a study agree."""
    parameters = data.parameters
    codes = parameters.codes
    declared = [parameters.endpoint(name).role for name in parameters.names]
    by_code = np.array(
        [(said or name.upper()) == role for said, name in zip(declared, parameters.names, strict=True)]
    )
    found: Mask = by_code[codes]
    if "PARAM" in data:
        open_to_text = np.array([not said for said in declared])[codes]
        found = found | (open_to_text & data.matching("PARAM", partial(_means, role)))
        if role != FOLLOW_UP:
            found &= ~(open_to_text & data.matching("PARAM", partial(_means, FOLLOW_UP)))
    return found


def without_declared_events(data: Dataset) -> Mask:
    """Records of parameters whose events have no declared sources: what their events are is inferred."""
    parameters = data.parameters
    inferred: Mask = np.array([not parameters.endpoint(name).events for name in parameters.names])[
        parameters.codes
    ]
    return inferred


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
    return np.bincount(codes.codes[codes.codes >= 0][firsts], minlength=len(codes))


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
    plain = _plain(str(text))
    return bool(_FOLLOW_UP_WORDS.search(plain)) if role == FOLLOW_UP else plain in _ROLES[role]


def _plain(text: str) -> str:
    """PARAM without case, hyphens and a unit at its end."""
    if unit_from_text(text) is not None:
        text = _UNIT_AT_END.sub("", text)
    return re.sub(r"[\s\-]+", " ", text).strip().lower()
