"""The SARIF form: what code scanning makes of a report."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import jsonschema
import pytest
from hostile_reports import HOSTILE, reports
from hypothesis import given, settings

import adamgate as ag
from adamgate.converters.reports import sarif
from adamgate.schemas.gate.finding import Example, Standing
from adamgate.schemas.gate.report import Comparison, Policy, Waived
from adamgate.schemas.wording import plain


def run_of(report: ag.Report) -> dict:
    (run,) = json.loads(ag.render(report, "sarif"))["runs"]
    return run


@pytest.fixture(scope="module")
def schema(shared: Path) -> jsonschema.Draft4Validator:
    """It has "format": "uri", which is checked here as far as a URI has no blanks and no controls."""
    document = json.loads((shared / "formats" / "sarif-schema-2.1.0.json").read_text())
    formats = jsonschema.FormatChecker()
    formats.checks("uri-reference")(lambda uri: uri.isascii() and uri.isprintable() and " " not in uri)
    return jsonschema.Draft4Validator(document, format_checker=formats)


def test_a_finding(faulty: ag.Report):
    result = run_of(faulty)["results"][0]
    print_ = faulty.findings[0].fingerprint
    assert result == {
        "ruleId": "TTE006",
        "ruleIndex": 2,
        "message": {"text": "AVAL is negative (1,204 records)"},
        "properties": {
            "adamgate": {"dataset": "ADTTE", "variables": ["AVAL"], "parameter": None, "records": 1204}
        },
        "level": "error",
        "locations": [
            {
                "logicalLocations": [
                    {"name": "ADTTE", "fullyQualifiedName": "ADTTE"},
                    {"name": "AVAL", "fullyQualifiedName": "ADTTE.AVAL", "kind": "variable"},
                ],
                "physicalLocation": {
                    "artifactLocation": {"uri": "data/adtte.xpt"},
                    "region": {"startLine": 1},
                },
            }
        ],
        "occurrenceCount": 1204,
        "partialFingerprints": {"adamgate/v1": print_, "primaryLocationLineHash": f"{print_}:1"},
    }


def test_rules_are_those_of_results_with_their_pages(faulty: ag.Report):
    rules = run_of(faulty)["tool"]["driver"]["rules"]
    assert [each["id"] for each in rules] == ["AD0012", "SL001", "TTE006", "TTE009"]
    negative = rules[2]
    assert negative["shortDescription"]["text"] == "AVAL is negative or infinite"
    assert negative["defaultConfiguration"] == {"level": "error"}
    assert negative["help"]["markdown"].startswith(negative["fullDescription"]["text"][:20])
    assert "## Smallest fix" in negative["help"]["markdown"]
    for result in run_of(faulty)["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]


def test_a_rule_of_the_user_has_the_title_that_is_known(faulty: ag.Report):
    own = replace(faulty.findings[0], rule_id="ACME001", title="A visit is early")
    (rule,) = run_of(replace(faulty, findings=(own,), outcomes=()))["tool"]["driver"]["rules"]
    assert rule == {
        "id": "ACME001",
        "shortDescription": {"text": "A visit is early"},
        "fullDescription": {"text": "A visit is early"},
    }


def test_descriptions_have_at_most_what_github_takes(faulty: ag.Report):
    found = replace(faulty.findings[0], rule_id="ACME001", title="long " * 400)
    (rule,) = run_of(replace(faulty, findings=(found,), outcomes=()))["tool"]["driver"]["rules"]
    assert len(rule["shortDescription"]["text"]) == 1_000
    assert rule["shortDescription"]["text"].endswith("…")
    for rule in ag.rule_book().values():
        described = sarif._rule(rule.id, rule.title, rule)
        assert 10 < len(described["fullDescription"]["text"]) <= 1_000


def test_a_check_that_was_not_run_is_a_notification(faulty: ag.Report):
    (invocation,) = run_of(faulty)["invocations"]
    assert invocation["executionSuccessful"] is True
    (told,) = invocation["toolExecutionNotifications"]
    assert told["message"]["text"].startswith("TTE009 could not be checked: TypeError")
    assert told["associatedRule"] == {"id": "TTE009", "index": 3}


def test_the_first_record_is_the_line(faulty: ag.Report):
    (*_, last) = run_of(faulty)["results"]
    assert last["locations"][0]["physicalLocation"]["region"] == {"startLine": 7}


def test_files_are_named_as_they_were_given_with_their_hashes(faulty: ag.Report):
    inputs = tuple(
        replace(each, path=path)
        for each, path in zip(faulty.inputs, ("a b/ü#1\udcff.xpt", "/data/\ud800.xpt"), strict=True)
    )
    run = run_of(replace(faulty, inputs=inputs))
    assert run["artifacts"] == [
        {"location": {"uri": "a%20b/%C3%BC%231%3F.xpt"}, "hashes": {"sha-256": "a1" * 32}},
        {"location": {"uri": "file:///data/%3F.xpt"}, "hashes": {"sha-256": "a1" * 32}},
    ]
    place = run["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "file:///data/%3F.xpt"


def test_what_is_about_the_study_is_at_its_first_file(faulty: ag.Report):
    found = replace(faulty.findings[0], dataset="(study)", records=0, examples=())
    (result,) = run_of(replace(faulty, findings=(found,)))["results"]
    (location,) = result["locations"]
    assert location["physicalLocation"]["artifactLocation"] == {"uri": "data/adsl.xpt"}
    assert location["logicalLocations"][0]["name"] == "(study)"


def test_datasets_in_memory_have_no_file(faulty: ag.Report):
    run = run_of(replace(faulty, inputs=tuple(replace(each, path="") for each in faulty.inputs)))
    assert run["artifacts"] == []
    assert "physicalLocation" not in run["results"][0]["locations"][0]


def test_what_is_new_since_the_baseline(faulty: ag.Report):
    first = faulty.findings[0]
    found = (
        replace(first, standing=Standing.NEW),
        replace(first, standing=Standing.NEW, new_records=4, earlier_records=1200),
        replace(first, standing=Standing.UNCHANGED),
    )
    run = run_of(replace(faulty, findings=found, comparison=Comparison("baseline.json", "")))
    assert [each["baselineState"] for each in run["results"]] == ["new", "updated", "unchanged"]


def test_findings_of_one_fingerprint_are_told_apart(faulty: ag.Report):
    run = run_of(replace(faulty, findings=(faulty.findings[0],) * 3))
    prints = [each["partialFingerprints"]["primaryLocationLineHash"] for each in run["results"]]
    assert [each.rpartition(":")[2] for each in prints] == ["1", "2", "3"]


def test_a_waived_finding_is_suppressed(faulty: ag.Report):
    waived = Waived(
        "TTE006", "ADTTE", (), "AVAL is negative", 3, "known", "J. Doe", date(2030, 1, 31), "waiver 1", "OS"
    )  # fmt: skip
    run = run_of(replace(faulty, findings=(), terms=Policy(waived=(waived,))))
    (result,) = run["results"]
    assert result["message"] == {"text": "OS: AVAL is negative (3 records)"}
    assert result["suppressions"] == [
        {"kind": "external", "status": "accepted", "justification": "known (J. Doe, until 2030-01-31)"}
    ]
    assert "level" not in result, "the rule has it"


def test_more_results_than_github_takes_are_counted(faulty: ag.Report, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sarif, "RESULTS", 4)
    run = run_of(faulty)
    assert [each["level"] for each in run["results"]] == ["error", "warning", "warning", "warning"]
    *_, told = run["invocations"][0]["toolExecutionNotifications"]
    assert told == {
        "level": "warning",
        "message": {"text": "3 results not in this file; the JSON report has all"},
    }
    assert run["properties"]["adamgate"]["counts"]["findings"] == {"error": 1, "warning": 5, "note": 1}


@given(report=reports())
@settings(max_examples=settings.default.max_examples // 5)
def test_it_keeps_to_the_schema(schema: jsonschema.Draft4Validator, report: ag.Report):
    schema.validate(json.loads(ag.render(report, "sarif")))


def test_a_variable_that_a_finding_has_twice_is_listed_once(schema, faulty: ag.Report):
    found = replace(faulty.findings[0], variables=("AVAL", "CNSR", "AVAL"))
    form = json.loads(ag.render(replace(faulty, findings=(found,)), "sarif"))
    schema.validate(form)
    (location,) = form["runs"][0]["results"][0]["locations"]
    assert [each["name"] for each in location["logicalLocations"]] == ["ADTTE", "AVAL", "CNSR"]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_is_printed_and_no_link(faulty: ag.Report, text: str):
    found = replace(faulty.findings[0], message=text, examples=(Example(1, {}, {}),))
    (result,) = run_of(replace(faulty, findings=(found,)))["results"]
    said = result["message"]["text"]
    assert said == f"{plain(text)} (1,204 records)".replace("](", "] (")
    assert "](" not in said
