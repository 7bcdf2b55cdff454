"""The page in a browser: filters, search, order, keyboard; nothing in it runs that is not its own."""

import re
import shutil
import statistics
import time
import tomllib
from importlib.resources import files

import pytest
from page_reader import findings_in
from two_arm_trial import two_arm_trial

import adamgate as ag
from adamgate.schemas.gate.finding import Example

pytestmark = [pytest.mark.one_version, pytest.mark.slow]

MARKUP = "<img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def document(root):
    return ag.render(ag.validate(ag.read(root / "fixtures" / "cartitude1-broken")), "html")


def made_up(count: int, message: str = "AVAL is negative") -> str:
    rules = list(ag.rule_book())
    findings = tuple(
        ag.Finding(
            rules[number % 200],
            (ag.Severity.ERROR, ag.Severity.WARNING, ag.Severity.NOTE)[number % 3],
            f"AD{number % 40:02}",
            ("AVAL",),
            f"{message} in visit {number}",
            number % 977,
            tuple(
                Example(n, {"USUBJID": f"S-{(number * 7 + n) % 5000:04}", "ASEQ": n}, {}) for n in range(3)
            ),
            parameter=("OS", "PFS", "")[number % 3],
        )
        for number in range(count)
    )
    return ag.render(ag.Report((), findings, (), (), (), {}, {"adamgate": "0.1.0"}), "html")


def rows(page):
    return page.locator("#list tbody tr:not(.more-of)").count()


def first(page, column):
    return page.locator("#list tbody tr:not(.more-of)").first.locator("td").nth(column).inner_text()


def test_each_filter_selects_what_it_says(document, opened):
    page = opened(document)
    assert rows(page) == 11
    for name, option, left in (
        ("Severity", "note (1)", 1),
        ("Dataset", "ADAE (1)", 1),
        ("Rule", "TTE007 (2)", 2),
        ("Parameter", "OS (2)", 2),
    ):
        page.get_by_label(name, exact=True).select_option(label=option)
        assert rows(page) == left
        assert page.get_by_role("status").inner_text() == f"{left} of 11 findings"
        page.get_by_role("button", name="Clear").click()
        page.locator("#shown", has_text=re.compile("^11 findings$")).wait_for()


def test_a_finding_names_its_first_place(document, opened):
    page = opened(document)
    page.get_by_label("Search").fill("TTE007 DOR")
    assert page.locator("#list .place").inner_text() == "first: record 35"
    page.get_by_label("Search").fill("TTE007 PFS")
    assert page.locator("#list .place").inner_text() == "record 11"


@pytest.mark.parametrize(("words", "left"), [("inverted", 1), ("usubjid adae", 1), ("1041", 3), ("zzz", 0)])
def test_the_search_finds_words_of_findings_and_keys(document, opened, words, left):
    page = opened(document)
    page.get_by_label("Search").fill(words)
    assert rows(page) == left


def test_columns_are_sorted_by_their_buttons(document, opened):
    page = opened(document)
    page.get_by_role("button", name="Records", exact=True).click()
    assert first(page, 5) == "97"
    head = page.locator("#list").get_by_role("columnheader", name="Records")
    assert head.get_attribute("aria-sort") == "descending"
    page.get_by_role("button", name="Records", exact=True).click()
    assert first(page, 5) == "1"
    page.get_by_role("button", name="Dataset", exact=True).click()
    assert (first(page, 2), head.get_attribute("aria-sort")) == ("ADAE", None)


def test_a_finding_is_opened_by_keyboard_with_its_explanation_and_waiver(document, opened):
    page = opened(document)
    page.get_by_label("Search").fill("TTE007 DOR")
    button = page.get_by_role("button", name="Details of TTE007 in ADTTE")
    button.focus()
    page.keyboard.press("Enter")
    assert button.get_attribute("aria-expanded") == "true"
    detail = page.locator(".more-of")
    assert "Smallest fix" in detail.inner_text()
    assert "4 records" in detail.inner_text()
    waiver = tomllib.loads(detail.locator("pre").inner_text().replace("YYYY-MM-DD", "2030-01-31"))["waiver"][
        0
    ]
    assert (waiver["rule"], waiver["dataset"], waiver["parameter"]) == ("TTE007", "ADTTE", "DOR")
    assert len(waiver["records"]) == 4
    page.keyboard.press("Enter")
    assert page.locator(".more-of").count() == 0


def test_a_waiver_that_is_copied_from_the_page_is_accepted(root, document, opened):
    page = opened(document)
    page.get_by_label("Search").fill("TTE007 PFS")
    page.get_by_role("button", name="Details of TTE007 in ADTTE").click()
    text = page.locator(".more-of pre").inner_text()
    given = tomllib.loads(text.replace("YYYY-MM-DD", "2999-01-31").replace('""', '"agreed"'))["waiver"][0]
    (record,) = given.pop("records")
    waiver = ag.Waiver(**given, record=record)
    report = ag.validate(ag.read(root / "fixtures" / "cartitude1-broken"), waivers=[waiver])
    assert [each.rule_id for each in report.terms.waived] == ["TTE007"]


def test_without_a_script_all_is_said_and_nothing_is_offered(document, opened):
    page = opened(document, java_script_enabled=False)
    assert page.get_by_label("Search").is_hidden()
    assert page.locator("details.rule").count() == 9
    page.locator("#rule-TTE011 summary").click()
    assert "CNSR appears to be inverted: records" in page.locator("#rule-TTE011").inner_text()


def test_planted_markup_stays_text(opened):
    page = opened(made_up(3, MARKUP))
    page.get_by_role("button", name=re.compile("Details")).first.click()
    assert page.locator("img").count() == 0
    assert MARKUP in page.locator("#list").inner_text()


@pytest.mark.slow
def test_axe_has_nothing_to_object_to_in_light_and_in_dark(root, opened, tmp_path):
    """Names, roles, order of headings, contrast of colours."""
    study = ag.read(root / "fixtures" / "cartitude1-broken")
    written = ag.write_page(tmp_path / "page.html", ag.validate(study), study)
    page = opened(written.read_text(encoding="utf-8"), bypass_csp=True)
    page.get_by_role("button", name="Details of TTE007 in ADTTE").first.click()
    page.evaluate("dispatchEvent(new Event('beforeprint'))")  # opens all
    axe = files("axe_playwright_python") / "axe.min.js"
    page.evaluate(axe.read_text(encoding="utf-8"))
    violations = "axe.run(document, { resultTypes: ['violations'] %s })"
    found = page.evaluate(violations % "")
    assert len(found["passes"]) > 15
    assert [(each["id"], each["nodes"][0]["html"]) for each in found["violations"]] == []
    page.emulate_media(color_scheme="dark")
    found = page.evaluate(violations % ", runOnly: ['color-contrast']")
    assert [each["id"] for each in found["passes"]] == ["color-contrast"]
    assert [(each["id"], each["nodes"][0]["html"]) for each in found["violations"]] == []


def test_every_control_has_a_name_and_every_id_is_there_once(document, opened):
    page = opened(document)
    unnamed = """[...document.querySelectorAll('input,select,button')].filter((each) =>
        ![each.labels?.[0]?.textContent, each.textContent, each.ariaLabel].some((name) => name?.trim()))"""
    assert page.evaluate(f"{unnamed}.length") == 0
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map((each) => each.id)")
    assert len(ids) == len(set(ids))
    assert page.evaluate("document.documentElement.lang") == "en"
    assert page.evaluate("document.querySelectorAll('h1').length") == 1


@pytest.mark.slow
def test_fifty_thousand_findings_take_three_megabytes_and_are_ready_and_filtered_at_once(opened):
    document = made_up(50_000)
    assert len(document) < 3_000_000
    assert len(findings_in(document)) == 50_000
    begun = time.perf_counter()
    page = opened(document)
    assert time.perf_counter() - begun < 8  # 1 second on a machine without other work
    assert rows(page) == 200
    page.wait_for_selector("html[data-ready]", state="attached", timeout=60_000)
    filtering = """(text) => { const box = document.getElementById('search'); box.value = text;
        const begun = performance.now(); box.dispatchEvent(new Event('input', { bubbles: true }));
        return performance.now() - begun; }"""
    took = statistics.median(
        page.evaluate(filtering, text) for text in ("visit 1234", "ad07", "pfs s-12", "negative")
    )
    assert took < 400  # 0.1 seconds without other work
    page.get_by_role("button", name="Show 200 more of 49,800").click()
    assert rows(page) == 400


def test_curves_are_drawn_in_light_and_dark_and_printed_with_all_details(opened, tmp_path):
    study = two_arm_trial()
    written = ag.write_page(tmp_path / "curves.html", ag.validate(study), study, param=["OS", "PFS"])
    page = opened(written.read_text(encoding="utf-8"), color_scheme="dark")
    curve = page.locator("#parameter-1 svg.curve path.line").first
    colour = "getComputedStyle(document.querySelector('svg.curve path.line')).stroke"
    assert curve.bounding_box()["width"] > 300
    dark = page.evaluate(colour)
    page.emulate_media(color_scheme="light")
    assert page.evaluate(colour) != dark != "none"
    assert page.get_by_role("img", name="Kaplan-Meier curve of OS").is_visible()
    assert page.locator("details[open]").count() == 0
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("details:not([open])").count() == 0
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("details[open]").count() == 0


@pytest.mark.parametrize("width", [320, 1280])
def test_nothing_is_cut_off_on_a_narrow_screen(document, opened, width):
    page = opened(document, viewport={"width": width, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_curves_are_scrolled_on_a_narrow_screen_and_fit_on_paper(root, opened, tmp_path):
    study = ag.read(root / "fixtures" / "cartitude1")
    written = ag.write_page(tmp_path / "page.html", ag.validate(study), study, param=["OS"])
    page = opened(written.read_text(encoding="utf-8"), viewport={"width": 360, "height": 700})
    curve = page.locator("#parameter-1 svg.curve").first
    text = "document.querySelector('svg.curve text.time').getBoundingClientRect().height"
    assert curve.bounding_box()["width"] >= 640
    assert page.evaluate(text) > 9
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 670, "height": 900})  # A4 between the margins
    assert curve.bounding_box()["width"] <= 670
    assert page.evaluate("document.documentElement.scrollWidth") <= 670


def test_tables_fit_on_paper_those_of_adverse_events_across(opened, tmp_path):
    study = two_arm_trial()
    written = ag.write_page(tmp_path / "page.html", ag.validate(study), study)
    page = opened(written.read_text(encoding="utf-8"), viewport={"width": 670, "height": 900})
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    beyond = """(width) => [...document.querySelectorAll('table, svg')].filter((each) =>
        each.getBoundingClientRect().right > width).map((each) => each.closest('section').id)"""
    assert set(page.evaluate(beyond, 671)) <= {"safety"}
    page.set_viewport_size({"width": 1000, "height": 670})  # A4 across, between the margins
    assert page.evaluate(beyond, 1001) == []
    sizes = set(re.findall(rb"/MediaBox \[0 0 (\d+)[.\d]* (\d+)", page.pdf(format="A4")))
    assert sizes == {(b"595", b"842"), (b"842", b"595")}


def test_a_long_path_makes_no_page_wider(root, opened, tmp_path):
    folder = tmp_path / ("a_folder_of_a_delivery_" * 5) / ("of_a_trial_" * 5)
    shutil.copytree(root / "fixtures" / "cartitude1", folder)
    study = ag.read(folder)
    written = ag.write_page(tmp_path / "page.html", ag.validate(study), study, param=["OS"])
    page = opened(written.read_text(encoding="utf-8"), viewport={"width": 360, "height": 800})
    page.evaluate("dispatchEvent(new Event('beforeprint'))")  # opens all
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 670, "height": 900})  # A4 between the margins
    beyond = """() => [...document.querySelectorAll('td')].filter((each) =>
        each.getBoundingClientRect().right > 671).map((each) => each.textContent)"""
    assert [each for each in page.evaluate(beyond) if "delivery" in each] == []


@pytest.mark.parametrize("width", [360, 1280])
def test_figures_have_names_and_do_not_make_the_page_wider(root, opened, tmp_path, width):
    study = ag.read(root / "fixtures" / "cartitude1")
    written = ag.write_page(tmp_path / "page.html", ag.validate(study), study, param=["OS"])
    seen = {"viewport": {"width": width, "height": 800}, "reduced_motion": "reduce"}
    page = opened(written.read_text(encoding="utf-8"), **seen)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")  # opens all
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for name in ("Swimmer plot", "Box plot of Hemoglobin at Baseline (g/L)"):
        assert page.get_by_role("img", name=name).bounding_box()["width"] > 200
    page.get_by_role("link", name="Responders").click()
    assert page.get_by_role("heading", name="Long-term responders").bounding_box()["y"] < 120
    assert page.get_by_role("region", name="Adverse events, By class and term").is_visible()
