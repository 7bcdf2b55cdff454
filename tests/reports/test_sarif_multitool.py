"""Microsoft's validator of SARIF, with the rules of the standard and those of GitHub's code scanning."""

import json
import os
import shutil
import subprocess
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hostile_reports import HOSTILE

import adamgate as ag
from adamgate.schemas.gate.report import Policy, Waived

pytestmark = [pytest.mark.slow, pytest.mark.one_version]

KNOWN = {
    "SARIF2005",  # the tool has no address of a page about it
}
"""Advice that is not taken."""


@pytest.fixture(scope="module")
def multitool() -> str:
    """Skipped where it is not installed; CI must have it."""
    found = os.environ.get("SARIF_MULTITOOL") or shutil.which("Sarif.Multitool")
    if found is None:
        if os.environ.get("TESTS_REQUIRE_MULTITOOL"):
            pytest.fail("Microsoft's Sarif.Multitool is required here and absent")
        pytest.skip("no Sarif.Multitool")
    return found


@pytest.fixture(scope="module")
def written(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Reports of all kinds, each in its file."""
    folder = tmp_path_factory.mktemp("sarif")
    fixtures = root / "fixtures"
    study = ag.read(fixtures / "cartitude1-broken")
    report = ag.validate(study)
    of_adtte = next(each for each in report.findings if each.dataset == "ADTTE")
    earlier = replace(report, findings=(*report.findings[1:], replace(of_adtte, rule_id="TTE006")))
    agreed = ("agreed [here](x)", "J. Doe", date(2999, 1, 1), "waiver 1", "OS")
    waived = Waived("TTE009", "ADTTE", (), "AVAL is text", 3, *agreed)
    texts = tuple(replace(report.findings[0], message=text or "x") for text in HOSTILE)
    of_study = replace(report.findings[0], dataset="(study)", records=0, examples=())
    reports = {
        "broken": report,
        "passed": ag.validate(ag.read(fixtures / "cartitude1")),
        "since": replace(
            ag.validate(study, baseline=ag.Baseline.of(earlier)), terms=Policy(waived=(waived,))
        ),
        "texts": replace(report, findings=(*texts, of_study)),
        "not_judged": ag.Report((), (), (), (), (), {}, {"adamgate": "0.1.0"}, not_judged="no memory"),
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for name, each in reports.items():
            ag.write_report(each, f"{name}.sarif")
    return folder


def test_the_multitool_finds_nothing_to_object_to(multitool: str, written: Path):
    files = sorted(written.glob("*.sarif"))
    assert len(files) == 5
    for file in files:
        found = written / f"{file.stem}.found"
        command = [multitool, "validate", str(file), "--rule-kind", "Sarif;Ghas", "-o", str(found)]
        ran = subprocess.run(
            command,
            env=os.environ | {"DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr
        (run,) = json.loads(found.read_text("utf-8-sig"))["runs"]
        objections = [(each["ruleId"], each["message"]) for each in run.get("results", ())]
        assert [each for each in objections if each[0] not in KNOWN] == [], file.name
        assert any(each[0] == "SARIF2005" for each in objections), "it has looked"


def test_fixed_findings_are_absent_results(written: Path):
    (run,) = json.loads((written / "since.sarif").read_text("utf-8"))["runs"]
    states = [each.get("baselineState") for each in run["results"]]
    assert states.count("absent") == 1
    assert states[-1] == "absent"
    (fixed,) = [each for each in run["results"] if each.get("baselineState") == "absent"]
    assert run["tool"]["driver"]["rules"][fixed["ruleIndex"]]["id"] == fixed["ruleId"] == "TTE006"
    assert fixed["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].endswith("adtte.xpt")
