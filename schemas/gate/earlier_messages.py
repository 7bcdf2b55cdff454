"""What reports up to version 1.2 said of faults of datasets as a whole, and how such faults are known since.

Those reports knew such a fault by its message. This table is of the messages as they were and does not follow
those of today: it stays as it is for as long as baselines of then are read. Rules that are not in it had one
fault for the same variables. A message that it should know and does not makes a finding new.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from ..evidence.time_unit import TimeUnit
from ..rules.ids import is_adamgates

_SEVERAL = re.compile(
    r"(?:(?P<further>\d+) further parameters|(?P<withheld>[\d,]+) parameters? with a subject's identifier "
    r"as PARAMCD): (?P<rest>.*)",
    re.DOTALL,
)

_Patterns = tuple[tuple[str, str], ...]

_OF_PARAMETERS: Mapping[str, _Patterns] = {
    "TTE007": ((r"no formula gives AVAL from .*", ""),),
    "TTE008": (
        (r"AVALU states a unit that is not known here.*", "unknown unit"),
        (r"the unit of AVAL is not stated.*", "not stated"),
        (r"the unit of AVAL is contradicted: .*", "contradicted"),
    ),
    "TTE014": ((r"one value of CNSR stands for several censoring reasons", ""),),
    "TTE019": ((r"no record has CNSR = 0, every subject is censored", ""),),
    "TTE026": ((r"censored in the first quarter of all durations are .*", ""),),
    "XD004": (
        (r"(\d+) of \d+ subjects with (\S+) = Y ha(?:s|ve) no record.*", r"\1 \2"),
        (r"(\d+) of \d+ subjects of ADSL ha(?:s|ve) no record.*", r"\1 ADSL"),
    ),
    "XD015": ((r"no record of (\d+) of \d+ arms.*", r"\1"),),
}
"""What was said of one parameter, after "OS: ", and its cause."""

_OTHERS: Mapping[str, _Patterns] = {
    "TTE001": (
        (r"\S+ is not there", "absent"),
        (r"there is neither AVAL nor both ADT and STARTDT", "absent"),
        (r"PARAMCD identifies subjects or records, not parameters", "identifiers"),
        (r"\S+ holds text where numbers are needed", "character"),
    ),
    "SL010": ((r"no subject of ([\d,]+) arms? was treated.*", r"\1"),),
    "XD017": (
        (r"the type differs from ADSL: .*", "type"),
        (r"the label differs from ADSL: .*", "label"),
        (r"the label differs from ADSL in case or blanks: .*", "spelling"),
    ),
    "WV001": ((r"(.+?) \((\S+) in (.+?), (.+)\) meets no finding.*", r"\1 \2 \3 \4"),),
    "WV002": ((r"(.+?) \((\S+) in (.+?), (.+)\) expired on (\S+)", r"\1 \2 \3 \4 \5"),),
    "WV003": ((r"settings name (.+), which was not read.*", r"\1"),),
}

_DECLARED_PARAMETER = re.compile(r"(.+) is declared, and no dataset has such a parameter; .*", re.DOTALL)
_EVENTS_BY_NO_FORMULA = ("", *map(str, TimeUnit))
"""Units of ADURN; the message did not say which it was about."""


def earlier_identities(rule_id: str, message: str) -> tuple[tuple[str, str], ...]:
    """Parameter and cause of what such a message was about; several where it may have been any of them.

    None where that cannot be told, and of rules of a user's own, whose fingerprints are as they were.
    """
    if not is_adamgates(rule_id):
        return ()
    if rule_id == "XD021":
        declared = _DECLARED_PARAMETER.fullmatch(message)
        return ((declared[1], ""),) if declared else ()
    if rule_id == "AE005":
        return tuple(("", unit) for unit in _EVENTS_BY_NO_FORMULA)
    if rule_id in _OF_PARAMETERS:
        return _of_parameters(rule_id, message)
    if rule_id not in _OTHERS:
        return (("", ""),)
    return tuple(("", cause) for cause in _causes(_OTHERS[rule_id], message))


def _of_parameters(rule_id: str, message: str) -> tuple[tuple[str, str], ...]:
    several = _SEVERAL.fullmatch(message)
    together: tuple[tuple[str, str], ...] = ()
    if several is not None:
        number = several["further"] or several["withheld"].replace(",", "")
        together = (("", f"{number} {'further' if several['further'] else 'withheld'}"),)
    # A nameless parameter has nothing before its message; a PARAMCD may itself hold a colon, and begin like
    # a message about several.
    starts = [0, *(found.end() for found in re.finditer(r": ", message))]
    return together + tuple(
        (message[: max(start - 2, 0)], cause)
        for start in starts
        for cause in _causes(_OF_PARAMETERS[rule_id], message[start:])
    )


def _causes(patterns: _Patterns, message: str) -> tuple[str, ...]:
    found = ((re.fullmatch(pattern, message, re.DOTALL), cause) for pattern, cause in patterns)
    return tuple(match.expand(cause) for match, cause in found if match)
