"""Take docs/report.png and the other pictures of docs/report.md: pages of the synthetic study, in a browser.

    .venv/bin/python docs/make_report_picture.py

Needs chromium and the extra `browser`. Another version of the browser draws other pixels.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Page, sync_playwright

import adamgate as ag

HERE = Path(__file__).resolve().parent
BROKEN, CLEAN = (HERE.parent / "fixtures" / name for name in ("cartitude1-broken", "cartitude1"))


def opened(tab: Page, study: ag.Study, folder: str) -> None:
    """The page of a study in the browser."""
    report = ag.validate(study)
    page = ag.write_page(
        Path(folder) / "report.html",
        report,
        study,
        param=["OS"],
        unit="months",
        swimmer=ag.SwimmerOptions(most=30),
        responders=ag.ResponderOptions(biomarkers=("BMPCBL", "HGBBL", "NAIVEPCT", "ETRATIO")),
    )
    tab.goto(page.as_uri())


def main() -> None:
    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--hide-scrollbars"]
        )
        tab = browser.new_page(viewport={"width": 1080, "height": 1130}, color_scheme="light")
        opened(tab, ag.read(BROKEN), folder)
        tab.get_by_label("Parameter", exact=True).select_option(label="OS (2)")
        tab.screenshot(path=HERE / "report.png")
        opened(tab, ag.read(CLEAN), folder)
        tab.locator(".plausibility summary").click()
        tab.evaluate("document.querySelector('nav').remove()")  # it would cover the curve
        tab.evaluate("document.documentElement.style.scrollBehavior = 'auto'; scrollTo(0, 0)")
        tab.screenshot(path=HERE / "report-curve.png", clip=curve(tab), full_page=True)
        figures(tab)
        browser.close()


def figures(tab: Page) -> None:
    """The swimmer plot, and biomarkers of the responders."""
    tab.locator("#swimmer figure").screenshot(path=HERE / "report-swimmer.png")
    tab.locator("#responders .boxes").screenshot(path=HERE / "report-responders.png")


def curve(tab: Page) -> dict[str, float]:
    """The curve of the only parameter, as far as to the dates of the cut-off."""
    first, last = (tab.locator(each).bounding_box() for each in ("article", ".pile-up"))
    top, bottom = first["y"] - 12, last["y"] + last["height"] + 12
    return {"x": 0, "y": top, "width": 1080, "height": bottom - top}


if __name__ == "__main__":
    main()
