"""Each planted defect has a message that leads to it, and is found in the page within two actions."""

import re
from pathlib import Path
from random import Random

import planted_defects as planted
import pytest
from planted_project import copied, judged

import adamgate as ag
from adamgate.cli import run
from adamgate.converters.page.findings_page import page_without_verdict
from adamgate.converters.pipeline.record import RecordedFile, StepRecord
from adamgate.converters.pipeline.shown import run_so_far

pytestmark = pytest.mark.one_version

STEPS = ("sdtm", "adam", "gate", "report")
LINE = re.compile(
    r"\w+\.(csv|xpt|xlsx)(#\w+)? (line|record) \d"
    r"|\[source\.\w+\] set"  # of a wrong specification; a run names its line, too
    r"|\d (subjects|records|files) found"  # what is not present is in no line
)
MOST = 2


def shown(page) -> str:
    return " ".join(page.locator("body").inner_text().split())


def actions_to_see(page, place: str) -> int:
    """How many actions show it: a search for it, a click that opens the first finding."""
    if place in shown(page):
        return 0
    page.get_by_label("Search").fill(place)
    if place in shown(page):
        return 1
    page.get_by_role("button", name=re.compile("^Details of")).first.click()
    return 2 if place in shown(page) else MOST + 1


@pytest.fixture
def project(root, tmp_path):
    return copied(root, tmp_path / "project")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("defect", "code", "verdict", "stopped"),
    [
        (planted.events_and_censors_exchanged, 2, "NOT JUDGED", "the settings file is not valid"),
        (planted.site_missing, 3, "NOT JUDGED", "step sdtm failed"),
        (planted.unknown_code, 1, "NOT JUDGED", "step sdtm was refused"),
        (planted.death_before_treatment, 1, "NOT JUDGED", "step adam was refused"),
        (planted.causes_of_death_exchanged, 1, "REFUSED", "Fails on: warning"),
    ],
    ids=lambda each: getattr(each, "__name__", ""),
)
def test_a_run_that_stops_writes_the_page_with_what_stopped_it(
    project, opened, defect, code, verdict, stopped
):
    place = defect(project, Random(defect.__name__))
    assert run(["run", "-q", str(project / "adamgate.toml"), *(f"--only={each}" for each in STEPS)]) == code
    page = opened((project / "report.html").read_text(encoding="utf-8"))
    assert page.locator("h1").inner_text() == verdict
    assert stopped in shown(page)
    assert actions_to_see(page, place) <= MOST
    assert LINE.search(shown(page)) or defect is planted.site_missing


@pytest.mark.slow
@pytest.mark.parametrize("defect", planted.DEFECTS, ids=lambda defect: defect.__name__)
def test_a_message_leads_to_it_and_it_is_found_within_two_actions(project, request, defect):
    place = defect(project, Random(f"{defect.__name__} 1"))
    told, document = said_of(project)
    assert place in " ".join(told.split())
    page = request.getfixturevalue("opened")(document)  # the message is tested without a browser, too
    assert page.locator("h1").inner_text() != "PASSED"
    assert actions_to_see(page, place) <= MOST
    assert LINE.search(shown(page)) or defect in (planted.site_missing, planted.site_twice)


def said_of(project: Path) -> tuple[str, str]:
    """What the terminal would say, and the page as the project would write it, less its curves."""
    try:
        report = judged(project)
        return ag.render(report, "text"), ag.render(report, "html", "warning")
    except ag.AdamgateError as error:
        step = StepRecord("sdtm", "derive", "refused", 1, str(error))
        settings = RecordedFile("adamgate.toml", 0, "")
        run = run_so_far(settings, [step], {"sdtm": str(error)})
        return str(error), page_without_verdict("step sdtm was refused", run, ag.Severity.WARNING)
