"""Values of CNSR other than zero that mark the events of a parameter, by descriptions and sources."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from ..study.columns import Mask
from ..study.dataset import Dataset
from .parameters import with_role

_DEATH = re.compile(r"\b(death|died|dead|dece?ased)\b", re.IGNORECASE)
_PROGRESSION = re.compile(r"\b(progress\w*|relaps\w*|recurr\w*|(?-i:PD))\b", re.IGNORECASE)
_QUALIFIED = re.compile(
    r"\b(no|not|non|without|never|after|follow\w*|before|prior|previous|miss\w*|new|other|unrelated|censor\w*"
    r"|alive|last|lost|ongoing|withdr\w*|cut)\b",
    re.IGNORECASE,
)
"""Words of a text that is not simply that of an event: "No progression", "Death after missed visits"."""
_CENSORING = re.compile(
    r"\b(alive|last|lost|cut[\s-]?off|ongoing|censor\w*|withdr\w*|no|not|without|completed)\b", re.IGNORECASE
)
_ABOUT_DEATH = re.compile(r"\b(survival|death|mortality)\b", re.IGNORECASE)
_ABOUT_PROGRESSION = re.compile(r"\b(progress\w*|relapse|recurrence|disease[\s-]free)\b", re.IGNORECASE)
_TIME_TO = re.compile(r"\btime (to|until)\b", re.IGNORECASE)
_EVENT_OF_PARAM = re.compile(r"\btime (?:to|until) (?:the )?(?:first )?([^(]+?)\s*(?:\(.*)?$", re.IGNORECASE)
_ABOUT_FOLLOW_UP = re.compile(r"follow|censor|reverse|contact", re.IGNORECASE)
_DEATH_DATES = frozenset({"DTHDT", "DTHDTC", "DTHADT"})
_ADVERSE_EVENTS = frozenset({"ADAE", "AE"})
_START_DATES = frozenset({"ASTDT", "ASTDTM", "AESTDTC"})
_LAST_DATES = frozenset({"LSTALVDT", "RFENDT", "RFENDTC", "EOSDT", "DCUTDT"})


def event_codes(data: Dataset) -> NDArray[np.float64]:
    """CNSR of the events of each parameter without CNSR = 0; NaN where nothing proves one.

    The records with the lowest value are described as the event that PARAM names (or are dated at death, for
    survival, or at the start of adverse events), none of them is described as censored, and most records with
    a higher value are.

    Returns
    -------
    ndarray of float, shape (n_parameters,)
    """
    parameters, cnsr = data.parameters, data.numbers("CNSR")
    lowest = np.full(len(parameters.names), np.inf)
    np.minimum.at(lowest, parameters.codes[cnsr >= 0], cnsr[cnsr >= 0])
    lowest[~(lowest < np.inf)] = np.nan
    lower = cnsr == lowest[parameters.codes]
    higher = cnsr > lowest[parameters.codes]
    events = named_events(data) | _dated_at_adverse_events(data) | _in_the_words_of_param(data)
    censors = _censorings(data)
    proven = (lowest > 0) & parameters.mostly(events, lower) & parameters.mostly(censors, higher)
    proven &= (parameters.count(higher) > 0) & (parameters.count(lower & censors) == 0)
    proven &= parameters.count(higher & events) == 0
    return np.where(proven, lowest, np.nan)


def named_events(data: Dataset) -> Mask:
    """Records with the description, or the source, of the event that PARAM names; none of follow-up."""
    survival, progression = _about(data, _ABOUT_DEATH), _about(data, _ABOUT_PROGRESSION)
    for role in ("OS", "PFS", "EFS", "DFS"):
        survival |= with_role(data, role)[data.parameters.codes]
    for role in ("PFS", "TTP", "EFS", "DFS"):
        progression |= with_role(data, role)[data.parameters.codes]
    found = survival & _named(data, "SRCVAR", _DEATH_DATES)
    if "EVNTDESC" in data:
        plain = ~_saying(data, "EVNTDESC", _QUALIFIED)
        found |= survival & plain & _saying(data, "EVNTDESC", _DEATH)
        found |= progression & plain & _saying(data, "EVNTDESC", _PROGRESSION)
    if "CNSDTDSC" in data:
        found &= data.missing("CNSDTDSC")
    named: Mask = found & ~_about(data, _ABOUT_FOLLOW_UP)
    return named


def _dated_at_adverse_events(data: Dataset) -> Mask:
    """Records of "Time to …" dated by the start of an adverse event, without a censoring reason."""
    if not {"SRCDOM", "SRCVAR", "CNSDTDSC"} <= set(data.names):
        return np.zeros(len(data), dtype=np.bool_)
    found = _named(data, "SRCDOM", _ADVERSE_EVENTS) & _named(data, "SRCVAR", _START_DATES)
    found &= data.missing("CNSDTDSC") & ~_saying(data, "EVNTDESC", _CENSORING)
    dated: Mask = found & _about(data, _TIME_TO) & ~_about(data, _ABOUT_FOLLOW_UP)
    return dated


def _in_the_words_of_param(data: Dataset) -> Mask:
    """Records whose EVNTDESC is the event in PARAM: "Pain relief" for "Time to Pain Relief (Hours)"."""
    if not {"PARAM", "EVNTDESC"} <= set(data.names):
        return np.zeros(len(data), dtype=np.bool_)
    params, texts = data.distinct("PARAM"), data.distinct("EVNTDESC")
    of_params = [match and match[1].casefold() for match in map(_EVENT_OF_PARAM.search, map(str, params))]
    numbers = {event: number for number, event in enumerate(of_params) if event}
    awaited = np.array([*(numbers.get(event or "", -1) for event in of_params), -1])
    described = np.array([*(numbers.get(str(text).strip().casefold(), -2) for text in texts), -2])
    same: Mask = awaited[params.codes] == described[texts.codes]
    return same & ~_about(data, _ABOUT_FOLLOW_UP)


def _censorings(data: Dataset) -> Mask:
    found = _named(data, "SRCVAR", _LAST_DATES)
    found |= _saying(data, "EVNTDESC", _CENSORING)
    if "CNSDTDSC" in data:
        found |= data.filled("CNSDTDSC")
    return found


def _about(data: Dataset, words: re.Pattern[str]) -> Mask:
    return _saying(data, "PARAM", words)


def _saying(data: Dataset, variable: str, words: re.Pattern[str]) -> Mask:
    if variable not in data:
        return np.zeros(len(data), dtype=np.bool_)
    return data.matching(variable, lambda text: bool(words.search(str(text))))


def _named(data: Dataset, variable: str, names: frozenset[str]) -> Mask:
    if variable not in data:
        return np.zeros(len(data), dtype=np.bool_)
    return data.matching(variable, lambda name: str(name).strip().upper() in names)
