"""A browser for pages: Debian's chromium, driven by Playwright."""

import os
import shutil

import pytest


@pytest.fixture(scope="session")
def browser():
    """Skipped where it is not installed; CI must have it (TESTS_REQUIRE_BROWSER)."""
    chromium = shutil.which("chromium")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        sync_playwright = None
    if chromium is None or sync_playwright is None:
        if os.environ.get("TESTS_REQUIRE_BROWSER"):
            pytest.fail("chromium and playwright are required here and absent")
        pytest.skip("no chromium, or no playwright")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def opened(browser, tmp_path):
    """Opens a page; nothing may be asked for, written to the console, or shown as a dialog."""
    said, asked, contexts = [], [], []

    def open_(document: str, **options):
        file = tmp_path / f"page{len(contexts)}.html"
        file.write_text(document, encoding="utf-8")
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}} | options)
        context.set_default_timeout(10_000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("dialog", lambda dialog: (said.append("a dialog"), dialog.dismiss()))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(file.as_uri())
        if options.get("java_script_enabled", True) and page.locator("#findings").count():
            page.wait_for_selector("#findings:not([hidden])")
        return page

    yield open_
    for each in contexts:
        each.close()
    assert said == []
    assert all(url.startswith(("file://", "data:,")) for url in asked)
    assert len([url for url in asked if url.startswith("file://")]) == len(contexts)
