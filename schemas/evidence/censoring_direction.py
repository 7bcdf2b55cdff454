"""Signs that CNSR is the wrong way round: texts, sources and deaths that fit the other side better."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..study.columns import Mask
from ..study.dataset import Dataset
from ..study.parameters import Parameters
from .event_code import named_events
from .parameters import FOLLOW_UP, with_role


@dataclass(frozen=True, eq=False)
class Sides:
    """The two sides of CNSR, and questions about most of either.

    Attributes
    ----------
    parameters : Parameters
    event, censored : ndarray of bool, shape (n_records,)
        CNSR is 0; is 1 or more.
    of_follow_up : bool
        The sides are exchanged: `event` has CNSR 1 or more, as deaths have in a reverse Kaplan-Meier.
    """

    parameters: Parameters
    event: Mask
    censored: Mask
    of_follow_up: bool = False

    @property
    def of_event(self) -> str:
        """What CNSR is on the side of events, for messages."""
        return "CNSR >= 1" if self.of_follow_up else "CNSR = 0"

    @property
    def of_censored(self) -> str:
        return "CNSR = 0" if self.of_follow_up else "CNSR >= 1"

    def among(self, records: Mask) -> Sides:
        """The sides within some records."""
        return replace(self, event=self.event & records, censored=self.censored & records)

    @property
    def reversed(self) -> Sides:
        """The sides of a parameter whose event is the end of follow-up."""
        return Sides(self.parameters, self.censored, self.event, of_follow_up=True)

    def count(self, mask: Mask) -> NDArray[np.intp]:
        return self.parameters.count(mask)

    def only_events(self, mask: Mask) -> Mask:
        """Parameters where most events are under a mask and most censors are not."""
        mostly = self.parameters.mostly
        return mostly(mask, self.event) & ~mostly(mask, self.censored)

    def only_censored(self, mask: Mask) -> Mask:
        """Parameters where most censors are under a mask and most events are not."""
        mostly = self.parameters.mostly
        return mostly(mask, self.censored) & ~mostly(mask, self.event)


@dataclass(frozen=True, eq=False)
class Clue:
    """One sign of an inverted CNSR.

    Attributes
    ----------
    side : str
        Which records have it: "CNSR = 0" or "CNSR >= 1".
    what : str
        What they have.
    parameters : ndarray of bool
        Where it fired.
    opens : bool
        Whether it raises the suspicion; others only support it, as they have legal causes.
    """

    side: str
    what: str
    parameters: Mask
    opens: bool = True


_CENSORING_WORDS = tuple(
    re.compile(word, re.IGNORECASE)
    for word in (
        r"\balive\b",
        r"\blast\b",
        r"\bcomplet(ion|ed)\b",
        r"\blost\b",
        r"\b(data\s?)?cut[\s-]?off\b",
        r"\bongoing\b",
        r"\brandomi[sz](ation|ed)\b",
        r"\bcensor",
        r"\bend of (study|follow)",
        r"^(no|not|without)\b.*\b(events?|deaths?|died|progress\w*|PD|relaps\w*|recurr\w*)\b",
    )
)
_EVENT_WORDS = re.compile(
    r"\b(death|died|dead|dece?ased|progress|relaps|recurr|event|occur|failure)", re.IGNORECASE
)
_CENSORING_SOURCES = frozenset(
    {"LSTALVDT", "RFENDT", "RFENDTC", "EOSDT", "TRTEDT", "RANDDT", "DCUTDT", "CUTOFFDT", "DATACUTDT"}
)
_ENDS = {
    "TRTEDT": re.compile(r"treat|dos(e|ing)|discontinu|therapy", re.IGNORECASE),
    "EOSDT": re.compile(
        r"discontinu|withdraw|drop-?out|(end of|time (on|in)) (the )?study|study (completion|end)",
        re.IGNORECASE,
    ),
}
"""Dates that are the event itself where PARAM has such a word: time to the end of treatment, of the study."""
_EVENT_SOURCES = frozenset({"DTHDT", "DTHDTC", "DTHADT"})
_EVENT_DOMAINS = frozenset({"ADAE", "AE"})


def clues_of_inversion(data: Dataset, sides: Sides) -> Iterator[Clue]:
    """Indications that CNSR is inverted, parameter by parameter."""
    named = sides.only_censored(named_events(data))
    if named.any():  # where some censored records have a word of an event, such as "No progression"
        described = _having(data, "EVNTDESC", _EVENT_WORDS) & ~_censoring_texts(data)
        named &= ~sides.only_censored(described)
    yield Clue("CNSR >= 1", "descriptions of the event that PARAM names", named, opens=False)
    texts = _censoring_texts(data)
    sources = _censoring_sources(data)
    legal = sides.parameters.mostly(texts | sources, sides.censored)
    of_texts = sides.parameters.mostly(texts, sides.event) & ~legal
    yield Clue(sides.of_event, "censoring descriptions", of_texts)
    of_sources = sides.parameters.mostly(sources, sides.event) & ~legal
    yield Clue(sides.of_event, "end of follow-up dates (SRCVAR)", of_sources)
    if "CNSDTDSC" in data and not sides.of_follow_up:  # it goes with CNSR, whatever the event is
        described = sides.only_events(data.filled("CNSDTDSC"))
        yield Clue("CNSR = 0", "CNSDTDSC", described)
    if "EVNTDESC" in data:
        events = _having(data, "EVNTDESC", _EVENT_WORDS) & ~texts
        yield Clue(sides.of_censored, "event descriptions", sides.only_censored(events), opens=False)
    traced = _matching(data, "SRCVAR", _EVENT_SOURCES) | _matching(data, "SRCDOM", _EVENT_DOMAINS) & ~sources
    what = "deaths or adverse events as source (SRCDOM, SRCVAR)"
    yield Clue(sides.of_censored, what, sides.only_censored(traced), opens=False)
    deaths = _matching(data, "DTHFL", frozenset({"Y"}))
    if "DTHDT" in data:
        deaths |= data.filled("DTHDT")
    dead = sides.only_censored(deaths) & (with_role(data, "OS") | with_role(data, FOLLOW_UP))
    yield Clue(sides.of_censored, "the deaths (DTHFL, DTHDT)", dead)


def _censoring_texts(data: Dataset) -> Mask:
    """Records whose EVNTDESC has a word of censoring that PARAM has not."""
    found = np.zeros(len(data), dtype=np.bool_)
    if "EVNTDESC" not in data:
        return found
    for word in _CENSORING_WORDS:
        hits = _having(data, "EVNTDESC", word)
        if hits.any():
            found |= hits & ~_named(data, word)
    return found


def _censoring_sources(data: Dataset) -> Mask:
    """Records dated by the end of follow-up; not by that of treatment or study where PARAM is about it."""
    found = _matching(data, "SRCVAR", _CENSORING_SOURCES)
    for source, word in _ENDS.items():
        dated = _matching(data, "SRCVAR", frozenset({source}))
        if dated.any():
            found &= ~(dated & _named(data, word))
    return found


def _named(data: Dataset, word: re.Pattern[str]) -> Mask:
    """Records of parameters whose PARAM has a word."""
    return _having(data, "PARAM", word)


def _having(data: Dataset, variable: str, word: re.Pattern[str]) -> Mask:
    """Records whose text has a word; none where the variable is not present."""
    if variable not in data:
        return np.zeros(len(data), dtype=np.bool_)
    return data.matching(variable, lambda text: bool(word.search(str(text))))


def _matching(data: Dataset, variable: str, values: frozenset[str]) -> Mask:
    if variable not in data:
        return np.zeros(len(data), dtype=np.bool_)
    return data.matching(variable, lambda value: str(value).upper() in values)
