"""From a figure back: the commands that a page names give its numbers; its files are those that were read."""

import re
import shlex
from hashlib import sha256
from html import unescape

import numpy as np
import pandas as pd
import pytest

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


def test_the_times_of_the_lanes_are_those_of_the_swimmer_command(page, tmp_path):
    lanes = made(page, "swimmer", tmp_path)
    times = lanes.drop(columns=["USUBJID", "arm", "status"]).to_numpy().ravel()
    assert values(page, "lanes") == pytest.approx(times[~np.isnan(times)].tolist())
    assert lanes["arm"].nunique() == 2


def test_the_biomarkers_are_in_the_table_of_the_survival_command(page, tmp_path):
    table = made(page, "survival", tmp_path)
    reached = table["duration"] >= 5 * 365.25 / 7
    shown = values(page, "biomarkers")
    for place, name in enumerate(["BMPCBL", "SBCMABL", "HGBBL", "PLTBL"]):
        responders, before, *_ = shown[4 * place :]
        assert [responders, before] == [table.loc[reached, name].median(), table.loc[~reached, name].median()]


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
