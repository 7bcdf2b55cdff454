"""The JSON report and its published schema."""

import json
import math
from dataclasses import replace

import jsonschema
import pandas as pd
import pytest
from object_schemas import objects

import adamgate as ag
from adamgate.converters.reports import Presentation
from adamgate.converters.reports.json_document import SCHEMA, document
from adamgate.schemas.gate.finding import Example
from adamgate.schemas.gate.report import Policy

VALIDATOR = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))


OPTIONAL = {"definition"}
"""Only in reports of studies with a define.xml."""


def test_the_schema_is_a_schema_and_strict():
    jsonschema.Draft202012Validator.check_schema(VALIDATOR.schema)
    found = list(objects(VALIDATOR.schema))
    assert len(found) > 10
    for each in found:
        assert "additionalProperties" in each
        if each["additionalProperties"] is False:
            assert sorted(each["required"]) == sorted(each["properties"].keys() - OPTIONAL)


@pytest.mark.parametrize("name", ["clean", "faulty"])
def test_reports_are_valid(name: str, request: pytest.FixtureRequest):
    VALIDATOR.validate(json.loads(ag.render(request.getfixturevalue(name), "json")))


def test_a_real_report_is_valid_and_says_what_is_wrong():
    frame = pd.DataFrame({"USUBJID": ["a", "b"], "PARAMCD": ["OS", "OS"], "AVAL": [1.0, -2.0]})
    study = ag.Study.of(ag.Dataset.from_frame(frame, "ADTTE"))
    found = json.loads(ag.render(ag.validate(study, show_values=True), "json"))
    VALIDATOR.validate(found)
    assert found["verdict"] == "refused"
    (finding,) = [each for each in found["findings"] if each["rule_id"] == "TTE006"]
    assert finding == {
        "rule_id": "TTE006",
        "severity": "error",
        "dataset": "ADTTE",
        "variable": "AVAL",
        "variables": ["AVAL"],
        "parameter": None,
        "cause": None,
        "title": ag.rule_book()["TTE006"].title,
        "message": finding["message"],
        "records": 1,
        "examples": [
            {
                "record": 2,
                "keys": {"USUBJID": "b", "PARAMCD": "OS"},
                "values": {"AVAL": -2},
                "raw": None,
                "raw_of_variables": {},
            }
        ],
        "fingerprint": "314ccb2ebb4ecae95e47ffaab28d034ab7874cfe4f85e5a19c940ff845ac65a3",
        "record_keys": "055c6b910dff",
        "standing": None,
        "new_records": None,
        "earlier_records": None,
    }


def test_counts_and_verdict(faulty: ag.Report):
    found = json.loads(ag.render(faulty, "json", None))
    assert found["verdict"] == "refused", "a rule was not run"
    assert found["fail_on"] == "never"
    assert found["counts"] == {
        "datasets": 2,
        "rules": 4,
        "outcomes": {"passed": 0, "failed": 2, "not applicable": 1, "not run": 1},
        "findings": {"error": 1, "warning": 5, "note": 1},
        "deselected": 0,
        "waived": 0,
    }
    assert found["notes"] == [
        {"dataset": "ADSL", "variable": "SITENAME", "record": 12, "message": "read as cp1252: bytes 92"}
    ]


def test_the_threshold_decides(clean: ag.Report, faulty: ag.Report):
    judged = tuple(each for each in faulty.outcomes if each.status is not ag.Status.NOT_RUN)
    notes = tuple(each for each in faulty.findings if each.severity is ag.Severity.NOTE)
    mild = replace(faulty, outcomes=judged, findings=notes)
    verdicts = {
        threshold: json.loads(ag.render(mild, "json", threshold))["verdict"]
        for threshold in (*ag.Severity, None)
    }
    assert verdicts == {"note": "refused", "warning": "passed", "error": "passed", None: "passed"}
    assert json.loads(ag.render(clean, "json", "note"))["verdict"] == "passed"


def test_origins_stand_beside_the_standards(clean: ag.Report):
    found = document(replace(clean, terms=Policy(origins={"ADaMIG": "default"})), Presentation(None))
    assert found["standards"] == [
        {"name": "ADaMIG", "version": "1.3", "origin": "default"},
        {"name": "OCCDS", "version": "1.1", "origin": None},
    ]


def test_no_times_and_the_same_bytes_again(faulty: ag.Report):
    slower = replace(faulty, outcomes=tuple(replace(each, seconds=9.75) for each in faulty.outcomes))
    assert ag.render(faulty, "json") == ag.render(slower, "json")
    assert "9.75" not in ag.render(slower, "json")


def test_numbers_that_json_lacks_and_undecodable_paths(faulty: ag.Report):
    values = {"A": math.nan, "B": math.inf, "C": -math.inf, "D": True, "E": b"x", "F": None}
    odd = replace(faulty.findings[0], examples=(Example(1, {"USUBJID": "é"}, values),))
    path = replace(faulty.inputs[0], path="data/\udcff.xpt")
    text = ag.render(replace(faulty, findings=(odd,), inputs=(path,)), "json")
    found = json.loads(text, parse_constant=pytest.fail)
    VALIDATOR.validate(found)
    (example,) = found["findings"][0]["examples"]
    assert example["keys"] == {"USUBJID": "é"}
    assert example["values"] == {"A": None, "B": "inf", "C": "-inf", "D": True, "E": "b'x'", "F": None}
    assert found["inputs"][0]["path"] == "data/\udcff.xpt"
    assert text.encode("utf-8").endswith(b"}\n")


def test_an_unknown_format_is_a_configuration_error(clean: ag.Report):
    with pytest.raises(ag.ConfigurationError, match="use one of: text, json"):
        ag.render(clean, "yaml")
