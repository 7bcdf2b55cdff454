"""What a document of each form says that there is, read by other means than it was written with."""

import io
import json
import re
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from xml.etree import ElementTree

import openpyxl
from markdown_it import MarkdownIt

SEVERITIES = ("error", "warning", "note")


@dataclass
class Counts:
    """Findings by severity, checks by outcome; None where the form does not have it."""

    findings: dict[str, int]
    outcomes: dict[str, int] | None = None
    waived: int | None = None


def of_json(document: str) -> Counts:
    found = json.loads(document)
    waived = len(found["terms"]["waived"])
    by_severity = Counter(each["severity"] for each in found["findings"])
    assert found["counts"]["findings"] == {each: by_severity[each] for each in SEVERITIES}
    return Counts(found["counts"]["findings"], found["counts"]["outcomes"], waived)


def of_junit(document: str) -> Counts:
    root = ElementTree.fromstring(document)
    cases = root.findall("testsuite/testcase")
    tags = Counter(child.tag for case in cases for child in case)
    assert {name: int(root.get(name)) for name in ("tests", "failures", "errors")} == {
        "tests": len(cases),
        "failures": tags["failure"],
        "errors": tags["error"],
    }
    for suite in root.findall("testsuite"):
        assert int(suite.get("tests")) == len(suite.findall("testcase"))
        assert int(suite.get("skipped")) == len(suite.findall("testcase/skipped"))
    findings = dict.fromkeys(SEVERITIES, 0)
    for each in root.findall("testsuite/properties/property"):
        if each.get("name").startswith("findings."):
            findings[each.get("name").removeprefix("findings.")] += int(each.get("value"))
    told = [line for case in cases for line in _lines(case)]
    assert Counter(line.partition(":")[0] for line in told) == Counter(findings)
    judged = len(cases) - tags["error"] - tags["skipped"]
    return Counts(findings, {"judged": judged, "not applicable": tags["skipped"], "not run": tags["error"]})


def _lines(case: ElementTree.Element) -> list[str]:
    """The findings of a test case, a line each."""
    texts = [case.findtext("failure") or case.findtext("system-out") or ""]
    return [line for text in texts for line in text.splitlines()]


def of_sarif(document: str) -> Counts:
    (run,) = json.loads(document)["runs"]
    present = [each for each in run["results"] if each.get("baselineState") != "absent"]
    shown = [each for each in present if "suppressions" not in each]
    not_run = [
        each for each in run["invocations"][0]["toolExecutionNotifications"] if "associatedRule" in each
    ]
    levels = Counter(each["level"] for each in shown)
    return Counts(
        {each: levels[each] for each in SEVERITIES},
        {"not run": len(not_run)},
        len(present) - len(shown),
    )


COMMAND = re.compile(r"::(error|warning|notice) ([^:]*)::(.*)")


def commands(document: str) -> list[tuple[str, dict[str, str], str]]:
    """Kind, properties and message of each line, as GitHub's runner takes them apart."""
    assert document.endswith("\n")
    found = []
    for line in document[:-1].split("\n"):
        kind, properties, message = COMMAND.fullmatch(line).groups()
        pairs = dict(each.split("=", 1) for each in properties.split(","))
        found.append((kind, {name: _unescaped(value) for name, value in pairs.items()}, _unescaped(message)))
    return found


def _unescaped(text: str) -> str:
    for escaped, character in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(escaped, character)
    return text


def of_github(document: str) -> Counts:
    """Checks that were not run are errors there, so they are counted with them."""
    _, *others = commands(document)
    found = Counter()
    for kind, properties, message in others:
        more = re.fullmatch(r"([\d,]+) more \w+ in the report", message)
        found[kind] += int(more[1].replace(",", "")) if more and properties == {"title": "adamgate"} else 1
    return Counts({"error": found["error"], "warning": found["warning"], "note": found["notice"]})


def tables(document: str) -> list[list[list[str]]]:
    """The cells of each table, as a reader sees them."""
    found: list[list[list[str]]] = []
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(document)
    for before, token in pairwise(tokens):
        if before.type == "table_open":
            found.append([])
        if before.type == "tr_open":
            found[-1].append([])
        if token.type == "inline" and before.type in ("th_open", "td_open"):
            children = [each for each in token.children if each.content != "<!-- -->"]
            assert all(each.type in ("text", "text_special") for each in children), token.content
            found[-1][-1].append("".join(each.content for each in children))
        assert token.type not in ("html_block", "fence", "code_block", "hr", "blockquote_open")
    return found


def of_markdown(document: str) -> Counts:
    head, *rows = tables(document)[0]
    counts = [[int(cell.replace(",", "")) for cell in row[-3:]] for row in rows]
    assert head[-3:] == ["errors", "warnings", "notes"]
    assert counts[-1] == [sum(column) for column in zip([0, 0, 0], *counts[:-1], strict=True)]
    return Counts(dict(zip(SEVERITIES, counts[-1], strict=True)))


def sheets(document: bytes) -> dict[str, list[tuple]]:
    """The rows of each sheet; nothing in them is anything but text and numbers."""
    book = openpyxl.load_workbook(io.BytesIO(document))
    for page in book:
        for row in page.iter_rows():
            assert all(cell.data_type in "sn" and cell.hyperlink is None for cell in row)
    return {page.title: list(page.iter_rows(values_only=True)) for page in book}


def records(rows: list[tuple]) -> list[dict]:
    head, *body = rows
    return [dict(zip(head, row, strict=True)) for row in body]


def of_xlsx(document: bytes) -> Counts:
    found = {name: records(rows) for name, rows in sheets(document).items()}
    details = {each["Finding"]: each["Severity"] for each in found["Issue Details"]}
    by_severity = Counter(details.values())
    summed = Counter()
    for each in found["Issue Summary"]:
        summed[each["Severity"]] += each["Findings"]
    assert summed == by_severity
    for severity in SEVERITIES:
        column = f"{severity}s".capitalize()
        assert sum(each[column] for each in found["Dataset Details"]) == by_severity[severity]
    about = {each["Property"]: each["Value"] for each in found["Conformance Details"]}
    assert {each: about[f"Findings: {each}"] for each in SEVERITIES} == {
        each: by_severity[each] for each in SEVERITIES
    }
    outcomes = Counter(each["Outcome"] for each in found["Rules Report"])
    names = ("passed", "failed", "not applicable", "not run")
    return Counts(
        {each: by_severity[each] for each in SEVERITIES},
        {each: outcomes[each] for each in names},
        len(found["Waived"]),
    )


READERS = {
    "junit": of_junit,
    "sarif": of_sarif,
    "github": of_github,
    "markdown": of_markdown,
    "xlsx": of_xlsx,
}
