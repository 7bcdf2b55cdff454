"""Examples written by hand: of rules that see how the gate is used, or what an XML Schema says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

_ADTTE: dict[str, Any] = {
    "name": "ADTTE",
    "records": 2,
    "columns": {
        "USUBJID": ("text", ["S1-001", "S1-002"]),
        "PARAMCD": ("text", ["OS", "OS"]),
        "PARAM": ("text", ["Overall Survival (Days)", "Overall Survival (Days)"]),
        "AVAL": ("number", [10, -4]),
        "CNSR": ("number", [0, 1]),
    },
}
_ADEFF = {
    "name": "ADEFF",
    "records": 2,
    "columns": {name: column for name, column in _ADTTE["columns"].items() if name != "CNSR"},
}
_DEFINE = """\
<?xml version="1.0" encoding="UTF-8"?>
<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" xmlns:def="http://www.cdisc.org/ns/def/v2.1" FileType="Snapshot"
     FileOID="F.1" ODMVersion="1.3.2" CreationDateTime="2024-05-01T12:00:00" def:Context="Submission">
  <Study OID="S.1">
    <GlobalVariables>
      <StudyName>S1</StudyName>
      <StudyDescription>Study 1</StudyDescription>
      <ProtocolName>S1</ProtocolName>
    </GlobalVariables>
    <MetaDataVersion OID="MDV.1" Name="S1" def:DefineVersion="2.1.0">
      <Colour/>
    </MetaDataVersion>
  </Study>
</ODM>
"""
_WAIVER = {
    "rule": "TTE006",
    "dataset": "ADTTE",
    "reason": "agreed with the sponsor",
    "owner": "J. Doe",
    "expires": "2024-06-30",
    "record": {"USUBJID": "S1-002", "PARAMCD": "OS"},
    "place": "waiver 1",
}
_OTHER_SUBJECT = {**_WAIVER, "record": {"USUBJID": "S1-003", "PARAMCD": "OS"}}
_OTHER_DATASET = {**_WAIVER, "dataset": "ADEA"}
_WHO = "waiver 1 (TTE006 in ADTTE, J. Doe)"
_LAST, _LATER = "2024-06-30", "2024-07-01"
_COLOUR = "Element 'Colour': This element is not expected."


def _waived(rule: str, words: str, waiver: Mapping[str, Any], today: str, *expected: str) -> dict[str, Any]:
    return {
        "rule": rule,
        "test": words,
        "datasets": [_ADTTE],
        "waivers": [waiver],
        "today": today,
        "expected": list(expected),
    }


def _by_schema(words: str, problems: Sequence[Sequence[Any]], *expected: str) -> dict[str, Any]:
    return {
        "rule": "DF058",
        "test": words,
        "datasets": [],
        "define": _DEFINE,
        "schema_problems": list(problems),
        "expected": list(expected),
    }


_FAILED, _PASSED = "(study): failed", "(study): passed"
BY_HAND: Mapping[str, Sequence[dict[str, Any]]] = {
    "WV001": (
        _waived(
            "WV001",
            "a waiver of another subject",
            _OTHER_SUBJECT,
            _LAST,
            _FAILED,
            f"warning: (study), the whole dataset: {_WHO} matches no finding",
        ),
        _waived("WV001", "a waiver of the record", _WAIVER, _LAST, _PASSED),
    ),
    "WV002": (
        _waived(
            "WV002",
            "the day after the last",
            _WAIVER,
            _LATER,
            _FAILED,
            f"warning: (study), the whole dataset: {_WHO} expired on 2024-06-30",
        ),
        _waived("WV002", "the last day", _WAIVER, _LAST, _PASSED),
    ),
    "WV003": (
        _waived(
            "WV003",
            "a dataset that was not read",
            _OTHER_DATASET,
            _LAST,
            _FAILED,
            "note: (study), the whole dataset: settings refer to ADEA, which was not read; did you mean "
            "ADTTE?",
        ),
        _waived("WV003", "a dataset that was read", _WAIVER, _LAST, _PASSED),
    ),
    "TTE029": (
        {
            "rule": "TTE029",
            "test": "data without CNSR",
            "datasets": [_ADEFF],
            "expected": ["ADEFF: not applicable"],
        },
    ),
    "DF058": (
        _by_schema(
            "an element that the XML Schema does not know",
            [[12, _COLOUR]],
            _FAILED,
            f"error: (study), the whole dataset, line 12: define.xml:12: {_COLOUR}",
        ),
        _by_schema("no problem", [], _PASSED),
    ),
}
"""By rule; the answers are what its page says."""
