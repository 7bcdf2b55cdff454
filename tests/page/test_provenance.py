"""From a figure back: the commands that a page names give its numbers; its files are those that were read."""

import re
import shlex
import shutil
from hashlib import sha256
from html import unescape
from itertools import chain

import numpy as np
import pandas as pd
import pytest

import adamgate as ag
from adamgate.cli import run
from adamgate.converters.page.provenance import provenance
from adamgate.converters.survival.shapes.one_record import OneRecordOptions
from adamgate.schemas.gate.report import Report

pytestmark = pytest.mark.one_version


@pytest.fixture(scope="module")
def page(root, tmp_path_factory):
    target = tmp_path_factory.mktemp("page") / "page.html"
    data = str(root / "fixtures" / "cartitude1")
    options = ["--param", "OS", "--by", "SEX", "--where", "AGE >= 50", "--unit", "weeks"]
    assert run(["report", data, "-q", *options, "-o", str(target)]) == 0
    return target.read_text(encoding="utf-8")


def made(page: str, command: str, folder, number: int = 0) -> pd.DataFrame:
    """What a command that the page names writes."""
    found = [unescape(each) for each in re.findall(rf"<code>(adamgate {command} [^<]*)</code>", page)]
    words = shlex.split(found[number])
    target = folder / words[-1]
    assert run([*words[1:-1], str(target), "-q", "--force"]) == 0
    return pd.read_csv(target)


def values(page: str, table: str) -> list[float]:
    cells = re.search(rf'<table class="{table}">.*?</table>', page, re.DOTALL)[0]
    return [float(each) for each in re.findall(r'<data value="([^"]*)">', cells)]


@pytest.mark.slow
def test_the_estimates_and_the_medians_are_those_of_the_km_command(page, tmp_path):
    estimates = made(page, "km", tmp_path)
    shown = values(page, "estimates")
    expected = estimates[["survival", "lower", "upper"]].to_numpy().ravel()
    assert shown == pytest.approx(expected[~np.isnan(expected)].tolist())
    summary = pd.read_csv(tmp_path / "km_summary.csv")
    assert values(page, "summary") == pytest.approx(
        summary[["median", "follow_up"]].to_numpy().ravel().tolist(), nan_ok=True
    )
    steps = made(page, "km", tmp_path, 1)
    path = re.search(r'class="line s0" d="M52 14((?:H[\d.]+V[\d.]+)+)H', page)[1]
    drawn = [(314 - float(y)) / 300 for _, y in re.findall(r"H([\d.]+)V([\d.]+)", path)]
    of_group = steps[(steps["group"] == steps["group"].iloc[0]) & (steps["events"] > 0)]
    assert np.allclose(drawn, of_group["survival"], atol=0.051 / 300)


@pytest.mark.slow
def test_the_times_of_the_lanes_are_those_of_the_swimmer_command(page, tmp_path):
    lanes = made(page, "swimmer", tmp_path)
    times = lanes.drop(columns=["USUBJID", "arm", "status"]).to_numpy().ravel()
    assert values(page, "lanes") == pytest.approx(times[~np.isnan(times)].tolist())
    assert lanes["arm"].nunique() == 2


@pytest.mark.slow
def test_the_biomarkers_are_in_the_table_of_the_survival_command(page, tmp_path):
    table = made(page, "survival", tmp_path)
    reached = table["duration"] >= 5 * 365.25 / 7
    shown = values(page, "biomarkers")
    for place, name in enumerate(["BMPCBL", "SBCMABL", "HGBBL", "PLTBL"]):
        responders, before, *_ = shown[4 * place :]
        assert [responders, before] == [table.loc[reached, name].median(), table.loc[~reached, name].median()]


DECLARED = """
[responders]
landmark = 24
unit = "months"
biomarkers = ["HGBBL", "CARPEAK", "ADLB.FERR"]

[responders.counts]
"BOR: sCR, or $1" = "BOR in ('sCR', 'VGPR')"
"MRD and imaging; both" = "MRD5FL == 'Y' and IMG5FL == 'Y'"

[responders.events]
"Infection of grade 3 or higher" = "ACAT1 == 'INFECTION' and AETOXGRN >= 3"
"""
"""Names with what parts names from conditions, lists, and what a shell expands."""


def ferritin(root) -> pd.DataFrame:
    """A parameter with its baseline; some subjects have no value."""
    subjects = ag.read(root / "fixtures" / "cartitude1" / "adsl.xpt")["ADSL"].frame
    lab = subjects[["STUDYID", "USUBJID", "TRTSDT"]].rename(columns={"TRTSDT": "ADT"})
    lab = lab.assign(PARAMCD="FERR", PARAM="Ferritin (ug/L)", AVAL=np.arange(len(lab)) * 7 % 31.0, ABLFL="Y")
    return lab.iloc[4:]


@pytest.fixture(scope="module", params=[DECLARED, ""], ids=["declared", "found"])
def figure(root, tmp_path_factory, request):
    """The figure of the long-term responders, as declared and as found."""
    folder = tmp_path_factory.mktemp("responders")
    shutil.copytree(root / "fixtures" / "cartitude1", folder / "data", ignore=shutil.ignore_patterns("*.py"))
    ferritin(root).to_csv(folder / "data" / "adlb.csv", index=False)
    settings, target = folder / "settings.toml", folder / "page.html"
    settings.write_text(request.param, encoding="utf-8")
    command = ["report", str(folder / "data"), "-q", "--param", "OS", "--config", str(settings)]
    run([*command, "-o", str(target)])
    page = target.read_text(encoding="utf-8")
    return re.search(r'<section id="responders".*?</section>', page, re.DOTALL)[0]


def cells(rows: str) -> list[list[str]]:
    """The cells of each row of a table, as text."""
    texts = [
        re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)
        for row in re.findall("<tr>.*?</tr>", rows, re.DOTALL)
    ]
    return [[unescape(" ".join(re.sub("<[^>]*>", " ", each).split())) for each in row] for row in texts]


@pytest.mark.slow
def test_every_number_of_the_responders_is_that_of_their_command(figure, tmp_path):
    table = made(figure, "responders", tmp_path).set_index("what")
    shown, of = map(int, re.search(r"<strong>(\d+) of (\d+)", figure).groups())
    landmark = table.loc["landmark"]
    assert [landmark["subjects"].iloc[0], *landmark["known"]] == [shown, of, of, of]
    legend = re.search(r'aria-label="Subjects at the landmark">(.*?)</ul>', figure, re.DOTALL)[1]
    assert landmark["subjects"].tolist() == [int(each) for each in re.findall(r": (\d+)", legend)]
    size = dict(zip(landmark["group"], landmark["subjects"], strict=True))
    counted = re.findall(r'<table class="compact counted">.*?<tbody>(.*?)</tbody>', figure, re.DOTALL)
    for what, rows in zip(("count", "event"), counted, strict=True):
        expected = dict(list(table.loc[[what]].groupby("name", sort=False)))
        assert list(expected) == [row[0] for row in cells(rows)]
        for name, *groups, condition in cells(rows):
            for text, one in zip(groups, expected[name].itertuples(), strict=len(groups) == 3):
                assert one.condition == condition
                if one.known or not size[one.group]:
                    assert text.startswith(f"{one.subjects:.0f} of {one.known:.0f}")
                unknown = re.search(r"(\d+) not known|none of (\d+) known", text)
                assert size[one.group] - one.known == (int(unknown[1] or unknown[2]) if unknown else 0)
    pairs = [each for _, each in table.loc[["biomarker"]].groupby("name", sort=False)]
    expected = [[*each["median"], each["W"].iloc[0], each["p"].iloc[0]] for each in pairs]
    assert values(figure, "biomarkers") == pytest.approx(list(chain(*expected)), nan_ok=True)
    body = re.search(r'<table class="biomarkers">.*?<tbody>(.*?)</tbody>', figure, re.DOTALL)[1]
    for (name, source, *both), each in zip(cells(body), pairs, strict=True):
        assert name == " ".join(dict.fromkeys([each["label"].iloc[0], each["name"].iloc[0]]))
        assert source == each["source"].iloc[0]
        for place, one in enumerate(each.itertuples()):
            assert both[2 * place] == f"{one.n:.0f} ({one.missing:.0f})"
            assert both[2 * place + 1] == f"{one.median:.5g} ({one.q1:.5g} to {one.q3:.5g})"


def test_every_figure_has_the_files_of_its_records(page, root):
    figures = re.findall(r'<details class="provenance">.*?</details>', page, re.DOTALL)
    assert len(figures) == 5
    for figure in figures:
        files = re.findall(r"<li>(\w+): ([^,]+), SHA-256 <code[^>]*>(\w{64})</code></li>", figure)
        assert len(files) >= 2
        for name, path, digest in files:
            assert name.lower() in path
            assert sha256((root / path).read_bytes()).hexdigest() == digest


@pytest.mark.parametrize(
    "where", ["AGE > 50 and SEX == 'F'", "X == '$(reboot)'", "X == '`a`'", 'X == "a\'b!"', "X == '\\\\'"]
)
def test_a_command_is_what_a_shell_takes_it_for(where):
    made_of = OneRecordOptions(param="OS", where=where, arm_order=("A, b", "C"))
    report = Report((), (), (), (), (), {}, {"adamgate": "0.1.0"})
    command = provenance(report, ["ADTTE"], "survival", made_of, "os.csv").command
    words = shlex.split(command)
    assert words[words.index("--where") + 1] == where
    assert words[words.index("--arm-order") + 1] == "A, b;C"
