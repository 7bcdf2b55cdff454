"""A report of 50,000 findings about 5,000 subjects in its forms, in a browser, and the page of a large study.

    .venv/bin/python bench/page.py

Sizes and times are printed; nothing is judged by them. Forms in processor time, after the fingerprints of the
findings, which all forms share.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

import adamgate as ag
from adamgate.schemas.gate.finding import Example

FINDINGS, SUBJECTS = 50_000, 5_000
LARGE = 100_000
SEED = 20240131
FORMS = ("html", "json", "sarif", "junit", "markdown", "xlsx")
SEARCHED = ("visit 1234", "ad07", "pfs s-12", "negative")
FILTER = """(text) => { const box = document.getElementById('search'); box.value = text;
    const begun = performance.now(); box.dispatchEvent(new Event('input', { bubbles: true }));
    document.body.offsetHeight; return performance.now() - begun; }"""


def report() -> ag.Report:
    """Each finding names three subjects."""
    rules = list(ag.rule_book())
    severities = (ag.Severity.ERROR, ag.Severity.WARNING, ag.Severity.NOTE)
    findings = tuple(
        ag.Finding(
            rules[number % 200],
            severities[number % 3],
            f"AD{number % 40:02}",
            ("AVAL",),
            f"AVAL is negative in visit {number}",
            3,
            tuple(
                Example(at + 1, {"USUBJID": f"S-{(number * 7 + at) % SUBJECTS:04}", "ASEQ": at}, {})
                for at in range(3)
            ),
            parameter=("OS", "PFS", "")[number % 3],
        )
        for number in range(FINDINGS)
    )
    return ag.Report((), findings, (), (), (), {}, {"adamgate": ag.__version__})


def forms(folder: Path) -> None:
    found = report()
    assert all(each.fingerprint for each in found.findings)
    for form in FORMS:
        path = folder / f"report.{form}"
        begun = time.process_time()
        ag.write_report(found, path, form)
        took = time.process_time() - begun
        print(f"{form:9} {path.stat().st_size / 1e6:6.2f} MB {took:6.2f} s")


def in_browser(page: Path) -> None:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        print("the page is not opened: no playwright")
        return
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        opened = browser.new_page()
        begun = time.perf_counter()
        opened.goto(page.as_uri())
        opened.wait_for_selector("#findings:not([hidden])")
        ready = time.perf_counter() - begun
        opened.wait_for_selector("html[data-ready]", state="attached", timeout=60_000)
        took = [opened.evaluate(FILTER, text) for text in SEARCHED]
        browser.close()
    print(
        f"page of {FINDINGS:,} findings: ready in {ready:.2f} s, filtered in {statistics.median(took):.0f} ms"
    )


def large_study(folder: Path) -> Path:
    """ADSL, ADTTE with three parameters, ADRS with a visit every eight weeks."""
    rng = np.random.default_rng(SEED)
    subject = np.char.add("LARGE-", np.char.zfill(np.arange(LARGE).astype(str), 6))
    arm = np.where(rng.random(LARGE) < 0.5, "Active", "Placebo")
    start = np.datetime64("2020-01-01", "s") + rng.integers(0, 700, LARGE) * np.timedelta64(86_400, "s")
    ids = {"STUDYID": "LARGE", "USUBJID": subject}
    adsl = pd.DataFrame({**ids, "TRT01P": arm, "TRTSDT": start, "AGE": rng.integers(30, 80, LARGE) * 1.0})
    ends = []
    for code, mean in (("OS", 900), ("PFS", 500), ("TTR", 200)):
        time_ = np.minimum(np.ceil(rng.exponential(mean, LARGE)), 1400)
        followed = rng.integers(300, 1400, LARGE)
        days = np.minimum(time_, followed)
        end = start + (days - 1).astype(int) * np.timedelta64(86_400, "s")
        ends.append(
            pd.DataFrame(
                {**ids, "TRTP": arm, "PARAMCD": code, "PARAM": f"{code} (Days)", "AVAL": days}
                | {"STARTDT": start, "ADT": end, "CNSR": (time_ > followed) * 1.0, "CNSDTDSC": "Follow-up"}
            )
        )
    day = np.arange(1, 9)[None, :] * 56 + rng.integers(-3, 4, (LARGE, 8))
    who, visit = np.nonzero((rng.random(day.shape) > 0.02) & (day < ends[1]["AVAL"].to_numpy()[:, None]))
    adrs = pd.DataFrame(
        {"STUDYID": "LARGE", "USUBJID": subject[who], "PARAMCD": "OVR", "PARAM": "Response", "AVALC": "SD"}
        | {"AVISIT": np.char.add("Week ", ((visit + 1) * 8).astype(str))}
        | {"ADT": start[who] + day[who, visit] * np.timedelta64(86_400, "s")}
    )
    for name, frame in (("ADSL", adsl), ("ADTTE", pd.concat(ends, ignore_index=True)), ("ADRS", adrs)):
        ag.write(ag.Dataset.from_frame(frame, name), folder / f"{name.lower()}.parquet")
    return folder


def of_large_study(folder: Path) -> None:
    data, page = large_study(folder), folder.parent / "large.html"
    begun = time.perf_counter()
    command = [sys.executable, "-m", "adamgate", "report", str(data), "-q", "-o", str(page)]
    subprocess.run(command, check=False, stderr=subprocess.DEVNULL)
    took = time.perf_counter() - begun
    print(f"adamgate report, {LARGE:,} subjects: {took:.1f} s, {page.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        here = Path(made)
        forms(here)
        in_browser(here / "report.html")
        (here / "data").mkdir()
        of_large_study(here / "data")
