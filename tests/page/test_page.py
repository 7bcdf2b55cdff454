"""The page without its script: what it holds, what it lets a browser do, and what it never holds."""

import json
import os
import re
import subprocess
import sys
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
from page_reader import findings_in, read, words_of

import adamgate as ag
from adamgate.cli import run
from adamgate.converters.page.findings_page import page_without_verdict
from adamgate.converters.page.rule_text import rule_text
from adamgate.converters.pipeline.record import RecordedFile, StepRecord
from adamgate.converters.pipeline.shown import run_so_far
from adamgate.schemas.gate.finding import Example, Standing
from adamgate.schemas.gate.report import Input
from adamgate.schemas.study.raw_places import RawPlace

SIGNED = f"\n<!-- Report written by adamgate {ag.__version__} -->\n"
MARKUP = "<img src=x onerror=alert(1)></script><script>alert(2)</script>"


@pytest.fixture(scope="module")
def broken(root):
    return ag.read(root / "fixtures" / "cartitude1-broken")


@pytest.fixture(scope="module")
def report(broken):
    return ag.validate(broken)


@pytest.fixture(scope="module")
def page(report):
    return ag.render(report, "html")


def of_finding(finding: ag.Finding) -> ag.Report:
    """A report with one finding."""
    return ag.Report(
        (ag.Outcome(finding.rule_id, finding.dataset, ag.Status.FAILED),),
        (finding,),
        (),
        (Input(finding.dataset, "label", "TTE", 10, 5),),
        (),
        {},
        {"adamgate": "0.1.0"},
    )


@pytest.mark.slow
def test_the_verdict_and_counts_come_first(page):
    assert re.search(r"REFUSED.*9 errors.*1 warning.*1 note.*Fails on: error\. 3 datasets", words_of(page))


def test_its_findings_are_those_of_the_json_report(report, page):
    expected = json.loads(ag.render(report, "json"))["findings"]
    shown = findings_in(page)
    assert len(shown) == len(expected) == 11
    for ours, theirs in zip(shown, expected, strict=True):
        assert ours == {
            "severity": theirs["severity"],
            "rule": theirs["rule_id"],
            "dataset": theirs["dataset"],
            "parameter": theirs["parameter"] or "",
            "title": theirs["title"],
            "message": theirs["message"],
            "variables": ", ".join(theirs["variables"]),
            "standing": "",
            "records": theirs["records"],
            "examples": [
                {name: example[name] for name in ("record", "keys", "values")} | {"raw": ""}
                for example in theirs["examples"]
            ],
        }


def test_without_a_script_each_rule_is_explained_with_its_findings(report, page):
    text = words_of(page)
    for finding in report.findings:
        assert finding.rule_id in text
        assert " ".join(finding.message.split()) in text
    assert text.count("Smallest fix") == len({each.rule_id for each in report.findings})


def test_no_word_of_the_page_of_any_rule_is_lost():
    for rule in ag.rule_book().values():
        parts = rule_text(rule).sections
        shown = " ".join(
            f"{part.heading} " + " ".join("".join(r.text for r in p) for p in part.paragraphs)
            for part in parts
        )
        assert shown.split() == rule.page.replace("## ", "").replace("`", "").split(), rule.id


def test_the_same_report_gives_the_same_bytes(broken, page):
    assert ag.render(ag.validate(broken), "html") == page


def test_the_browser_may_run_the_one_script_and_load_nothing(page):
    (policy,) = (each["content"] for tag, each in read(page).tags if each.get("http-equiv"))
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)[1]
    script = re.search(r"<script>(.*?)</script>", page, re.DOTALL)[1]
    assert policy.startswith("default-src 'none'; ")
    for kind, content in (("style", style), ("script", script)):
        expected = b64encode(sha256(content.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{expected}'" in policy
    assert "unsafe" not in policy
    links = [each.get("href") or each.get("src") for _, each in read(page).tags]
    assert all(each.startswith(("#", "data:,")) for each in links if each)
    assert not [
        name for _, each in read(page).tags for name in each if name.startswith("on") or name == "style"
    ]


@pytest.mark.parametrize("place", ["message", "title", "dataset", "parameter", "label", "key", "reason"])
def test_markup_in_the_data_stays_text(place):
    finding = ag.Finding("TTE006", ag.Severity.ERROR, "ADTTE", ("AVAL",), "AVAL is negative", 1)
    report = of_finding(finding)
    if place in ("message", "title", "dataset", "parameter"):
        report = of_finding(replace(finding, rule_id="X1", **{place: MARKUP}))
    if place == "label":
        report = replace(report, inputs=(replace(report.inputs[0], label=MARKUP),))
    if place == "key":
        report = of_finding(replace(finding, examples=(Example(1, {"USUBJID": MARKUP}, {MARKUP: MARKUP}),)))
    if place == "reason":
        report = replace(report, outcomes=(ag.Outcome("X1", "ADTTE", ag.Status.NOT_RUN, MARKUP),))
    tags = read(ag.render(report, "html")).tags
    assert "img" not in {tag for tag, _ in tags}
    assert sum(tag == "script" for tag, _ in tags) == 2


def test_text_that_turns_the_direction_is_shown_as_an_escape():
    finding = ag.Finding("TTE006", ag.Severity.ERROR, "ADTTE", (), "AVAL \u202e\x07is negative")
    page = ag.render(of_finding(finding), "html")
    assert "\u202e" not in page
    assert "\x07" not in page
    assert findings_in(page)[0]["message"] == "AVAL \\u202e\\x07is negative"


@pytest.mark.slow
def test_keys_and_values_are_shown_only_if_the_report_has_them(broken):
    subject = "SYNTH-CARTITUDE-1"
    without = ag.render(ag.validate(broken, show_keys=False), "html")
    assert not [each for finding in findings_in(without) for each in finding["examples"] if each["keys"]]
    assert subject not in without
    shown = findings_in(ag.render(ag.validate(broken, show_values=True), "html"))
    assert any(each["values"] for finding in shown for each in finding["examples"])
    plain = findings_in(ag.render(ag.validate(broken), "html"))
    assert not [each for finding in plain for each in finding["examples"] if each["values"]]


def test_the_raw_records_of_an_example_are_named():
    place, other = RawPlace("ae.csv", 14), RawPlace("deaths.xpt", 2)
    example = Example(3, {"USUBJID": "S-1"}, {}, place, {"DTHDT": other})
    finding = ag.Finding("XD003", ag.Severity.ERROR, "ADTTE", (), "OS is censored", 1, (example,))
    (shown,) = findings_in(ag.render(of_finding(finding), "html"))
    assert shown["examples"][0]["raw"] == "ae.csv line 14, DTHDT of deaths.xpt record 2"


def test_what_is_new_since_the_baseline_is_said(broken, report):
    earlier = replace(report, findings=report.findings[1:])
    since = ag.validate(broken, baseline=ag.Baseline.of(earlier))
    page = ag.render(since, "html")
    standing = [each["standing"] for each in findings_in(page)]
    assert standing == [str(each.standing) for each in since.findings]
    assert standing.count(str(Standing.NEW)) == 1
    assert "1 new, 0 changed, 10 unchanged, 0 fixed" in words_of(page)


def test_a_report_without_findings_and_one_without_a_verdict():
    none = ag.Report((), (), (), (), (), {}, {"adamgate": "0.1.0"})
    assert "No findings." in words_of(ag.render(none, "html"))
    ended = ag.render(replace(none, not_judged="no memory <left>"), "html")
    assert words_of(ended).endswith("NOT JUDGED no memory <left>")


def test_a_page_replaces_a_page_and_nothing_else(report, tmp_path):
    target = tmp_path / "report.html"
    target.write_text("<!doctype html><p>mine</p>")
    with pytest.raises(ag.UnwritableOutput, match="not an adamgate report"):
        ag.write_page(target, report)
    assert ag.write_page(target, report, overwrite=True) == target
    written = target.read_text(encoding="utf-8")
    ag.write_page(target, report)
    assert target.read_text(encoding="utf-8") == written
    with pytest.raises(ag.UnwritableOutput):
        ag.write_page(report.inputs[0].path, report, overwrite=True)


@pytest.mark.slow
def test_the_command_writes_a_page_and_leaves_with_the_verdict(root, tmp_path, capsys):
    target = tmp_path / "page.html"
    assert run(["report", str(root / "fixtures" / "cartitude1-broken"), "-o", str(target)]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert "REFUSED  9 errors, 1 warning, 1 note (fails on: error)\nwritten: " in said.err
    assert len(findings_in(target.read_text(encoding="utf-8"))) == 11
    assert run(["report", str(tmp_path / "gone"), "-o", str(target)]) == 3
    assert "NOT JUDGED" in target.read_text(encoding="utf-8"), "no earlier verdict is left"


def test_a_wrong_report_is_a_type_error():
    with pytest.raises(TypeError, match="a Report is required, not dict"):
        ag.write_page(Path("page.html"), {})


@pytest.fixture
def project(root, tmp_path, monkeypatch):
    """A project whose data a run has derived."""
    source = root / "fixtures" / "derivations"
    (tmp_path / "raw").mkdir()
    for name in ("adsl", "cm", "rs"):
        (tmp_path / "raw" / f"{name}.csv").write_bytes((source / "trial" / f"{name}.csv").read_bytes())
    steps = '\n[step.adam]\nkind = "derive"\nsources = ["raw"]\nto = "adam"\n'
    (tmp_path / "adamgate.toml").write_text((source / "trial.toml").read_text() + steps)
    monkeypatch.chdir(tmp_path)
    assert run(["run", "-q"]) == 0
    return tmp_path


@pytest.mark.slow
def test_the_run_that_made_the_data_is_shown_with_its_policies(project):
    assert (
        run(["report", "adam", "raw", "-q", "--param", "OS", "--record", "run.jsonl", "-o", "page.html"]) == 0
    )
    page = Path("page.html").read_text(encoding="utf-8")
    hashes = {name: sha256(Path(name).read_bytes()).hexdigest() for name in ("run.jsonl", "adam/adtte.xpt")}
    for name, digest in hashes.items():
        assert f"{name.rpartition('/')[2]}" in page
        assert digest in page
    assert re.search(r"ADTTE adam/adtte\.xpt XPT v5 adam " + hashes["adam/adtte.xpt"], words_of(page))
    assert re.search(r"ADSL raw/adsl\.csv CSV none of the run", words_of(page))
    recorded = [json.loads(line) for line in Path("run.jsonl").read_text().splitlines()][1]["policies"]
    table = re.search(r'<table class="policies">(.*?)</table>', page, re.DOTALL)[1]
    rows = [words_of(each) for each in table.split("<tr>")[2:]]
    assert len(rows) == len(recorded) > 5
    for row, each in zip(rows, recorded, strict=True):
        assert f"{each['count']:,} {each['unit']}" in row


@pytest.mark.slow
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "cannot be read"),
        ("", "it is empty"),
        ("{}\n", "not the record of a run"),
        ("x", "not the record"),
    ],
)
def test_a_record_that_is_none_is_told(project, capsys, content, said):
    if content is not None:
        Path("other.jsonl").write_text(content)
    assert run(["report", "adam", "raw", "-q", "--record", "other.jsonl", "-o", "page.html"]) == 3
    assert said in capsys.readouterr().err


@pytest.mark.slow
def test_an_altered_record_is_told(project, capsys):
    with Path("run.jsonl").open("a") as record:
        record.write("\n")
    assert run(["report", "adam", "raw", "-q", "--record", "run.jsonl", "-o", "page.html"]) == 3
    assert "not the record of a run" in capsys.readouterr().err
    assert run(["report", "adam", "raw", "-q", "--record", "run.jsonl", "-o", "run.jsonl", "--force"]) == 4


@pytest.mark.slow
def test_a_page_without_a_verdict_needs_no_pandas():
    """It is written before libraries are loaded, and where they cannot be."""
    program = (
        "import sys; from adamgate.converters.reports.files import not_judged; "
        "page = not_judged('no memory', 'html', 'error'); "
        "print('no memory' in page, {'numpy', 'pandas', 'pyarrow'} & {*sys.modules})"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout == "True set()\n"


@pytest.mark.slow
@pytest.mark.parametrize("library", ["numpy", "pandas"])
def test_a_run_that_ends_while_libraries_are_loaded_leaves_no_earlier_verdict(root, tmp_path, library):
    target = tmp_path / "page.html"
    target.write_text(ag.render(ag.Report((), (), (), (), (), {}, {}), "html") + SIGNED)
    (tmp_path / "instead").mkdir()
    (tmp_path / "instead" / f"{library}.py").write_text("raise MemoryError\n")
    path = os.pathsep.join(filter(None, [str(tmp_path / "instead"), os.environ.get("PYTHONPATH")]))
    command = ["-m", "adamgate", "report", str(root / "fixtures" / "cartitude1"), "-o", str(target)]
    ended = subprocess.run(
        [sys.executable, *command], check=False, env=os.environ | {"PYTHONPATH": path}, capture_output=True
    )
    assert ended.returncode == 70
    assert "NOT JUDGED ended by MemoryError" in words_of(target.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "options", [("--fail-on", "bogus"), ("--bogus",), ("--conf-type", "logit"), ("--by", "")]
)
def test_wrong_usage_leaves_no_earlier_verdict(root, tmp_path, options):
    target = tmp_path / "page.html"
    data = str(root / "fixtures" / "cartitude1")
    target.write_text(ag.render(ag.Report((), (), (), (), (), {}, {}), "html") + SIGNED)
    assert run(["report", data, "-o", str(target), *options]) == 2
    assert "NOT JUDGED" in words_of(target.read_text(encoding="utf-8"))


def test_what_was_declared_is_a_table_that_is_folded(broken):
    endpoint = ag.Endpoint(origin="TRTSDT", visit_days=(28, 56))
    declared = ag.Declarations(population="SAFFL", endpoints={"OS": endpoint})
    page = ag.render(ag.validate(broken, declarations=declared), "html")
    table = re.search(r'<table class="declared">(.*?)</table>', page, re.DOTALL)[1]
    rows = [words_of(each) for each in table.split("<tr>")[2:]]
    assert rows == ["the study population SAFFL", "endpoint.OS origin TRTSDT", "visit_days 28; 56"]
    assert "Declared: 3 keys of 2 tables" in words_of(page)
    assert "Declared: population" not in words_of(page)


def test_findings_come_first(page):
    assert page.index('id="findings"') < page.index('id="datasets"')


@pytest.mark.slow
@pytest.mark.one_version
def test_what_stopped_a_run_is_text(opened):
    told = f"first line {MARKUP}\n  <b>where</b>: [raw.DM] \u202e\n"
    step = StepRecord("<i>sdtm</i>", "derive", "refused", 1, MARKUP)
    run = run_so_far(RecordedFile("<u>.toml", 0, ""), [step], {"<i>sdtm</i>": told}, MARKUP)
    page = page_without_verdict(f"step <i>sdtm</i> was refused {MARKUP}", run, None)
    assert {"img", "i", "b", "u"}.isdisjoint(tag for tag, _ in read(page).tags)
    shown = opened(page)
    assert "<b>where</b>: [raw.DM] \\u202e" in shown.locator("#stopped").inner_text()
    assert shown.locator("h1").inner_text() == "NOT JUDGED"
