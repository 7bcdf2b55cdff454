"""Figures for papers: every number of an axes is one of the tables, read back from its artists."""

import json
import re
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from two_arm_trial import two_arm_trial

import adamgate as ag
from adamgate.cli import run
from adamgate.converters.plot.style import COLOURS

matplotlib = pytest.importorskip("matplotlib")
matplotlib.use("Agg")

pytestmark = pytest.mark.one_version

CAUSES = ["progression: EVNTDESC == 'Disease progression'", "death: EVNTDESC == 'Death'"]


@pytest.fixture(scope="module")
def study():
    return two_arm_trial()


@pytest.fixture(scope="module")
def tables(study):
    return ag.kaplan_meier(study, "OS", by="TRTP", total=False, gate=False)


@pytest.fixture(autouse=True)
def _closed():
    yield
    from matplotlib import pyplot

    pyplot.close("all")


def by_gid(axes) -> dict:
    return {artist.get_gid(): artist for artist in axes.get_children() if artist.get_gid()}


@pytest.mark.slow
def test_the_curve_its_limits_and_its_censored_subjects_are_those_of_the_table(tables):
    drawn = by_gid(ag.plot.kaplan_meier(tables))
    for place, (_, steps) in enumerate(tables.estimates.frame.groupby("group", sort=False, observed=True)):
        curve = drawn[f"curve-{place}"]
        assert curve.get_drawstyle() == "steps-post"
        assert curve.get_xdata().tolist() == [0, *steps["time"]]
        assert curve.get_ydata().tolist() == [1, *steps["survival"]]
        censored = steps[steps["censored"] > 0]
        assert (
            drawn[f"censored-{place}"].get_xydata().tolist() == censored[["time", "survival"]].values.tolist()
        )
        corners = np.concatenate([path.vertices for path in drawn[f"limits-{place}"].get_paths()])
        known = steps.dropna(subset=["lower"])
        for name in ("lower", "upper"):
            pairs = {(round(x, 9), round(y, 9)) for x, y in corners}
            assert {(round(x, 9), round(y, 9)) for x, y in known[["time", name]].values} <= pairs


@pytest.mark.slow
@pytest.mark.parametrize("times", [(), (0, 100, 250.5, 10_000)])
def test_the_numbers_at_risk_are_those_of_km_at_the_marks(study, tables, times):
    axes = ag.plot.kaplan_meier(tables, times=times)
    at = axes.get_xticks().tolist()
    assert times == () or at == list(times)
    marked = ag.kaplan_meier(study, "OS", by="TRTP", total=False, gate=False, at=at).estimates.frame
    drawn = by_gid(axes)
    for place, (_, rows) in enumerate(marked.groupby("group", sort=False, observed=True)):
        texts = [drawn[f"at-risk-{place}-{column}"] for column in range(len(at))]
        assert [int(each.get_text()) for each in texts] == rows["at_risk"].tolist()
        assert [each.get_position()[0] for each in texts] == at


def test_it_draws_on_axes_that_are_given_and_leaves_out_what_is_not_wanted(tables):
    from matplotlib import pyplot

    _, axes = pyplot.subplots()
    assert ag.plot.kaplan_meier(tables, ax=axes, limits=False, censored=False, numbers=False) is axes
    assert {each.partition("-")[0] for each in by_gid(axes)} == {"curve"}


def test_groups_are_named_in_the_legend_and_axes_by_their_unit(tables):
    axes = ag.plot.kaplan_meier(tables)
    assert [each.get_text() for each in axes.get_legend().get_texts()] == ["Placebo", "Drug X 10 mg"]
    assert axes.get_xlabel() == "Time, days"
    assert axes.get_title(loc="left") == "Overall Survival (Days)"


def test_tables_that_have_no_curve_are_refused(study):
    marked = ag.kaplan_meier(study, "OS", at=[100], gate=False)
    with pytest.raises(ag.ConfigurationError, match="estimates at some times only"):
        ag.plot.kaplan_meier(marked)
    many = ag.kaplan_meier(study, "OS", by="AGE", gate=False)
    with pytest.raises(ag.ConfigurationError, match="at most 8"):
        ag.plot.kaplan_meier(many)
    with pytest.raises(ag.ConfigurationError, match="times"):
        ag.plot.kaplan_meier(ag.kaplan_meier(study, "OS", gate=False), times=[-1])


@pytest.fixture(scope="module")
def incidence(study):
    return ag.cumulative_incidence(study, "PFS", CAUSES, by="TRTP", total=False, naive=True, gate=False)


def test_each_cause_in_each_group_has_the_curve_and_the_limits_of_the_table(incidence):
    drawn = by_gid(ag.plot.cumulative_incidence(incidence))
    curves = list(incidence.estimates.frame.groupby(["group", "cause"], sort=False, observed=True))
    assert len(curves) == 4
    for place, ((group, cause), steps) in enumerate(curves):
        curve = drawn[f"curve-{place}"]
        assert curve.get_label() == f"{group}, {cause}"
        assert curve.get_drawstyle() == "steps-post"
        assert curve.get_xdata().tolist() == [0, *steps["time"]]
        assert curve.get_ydata().tolist() == [0, *steps["incidence"]]
        assert drawn[f"naive-{place}"].get_ydata().tolist() == steps["one_minus_km"].tolist()
        corners = np.concatenate([path.vertices for path in drawn[f"limits-{place}"].get_paths()])
        pairs = {(round(x, 9), round(y, 9)) for x, y in corners}
        for name in ("lower", "upper"):
            assert {(round(x, 9), round(y, 9)) for x, y in steps[["time", name]].values} <= pairs


@pytest.mark.parametrize("times", [(), (0, 100, 250.5, 10_000)])
def test_the_numbers_at_risk_of_any_cause_are_those_of_the_table_at_the_marks(study, incidence, times):
    axes = ag.plot.cumulative_incidence(incidence, times=times)
    at = axes.get_xticks().tolist()
    assert times == () or at == list(times)
    marked = ag.kaplan_meier(study, "PFS", by="TRTP", total=False, gate=False, at=at).estimates.frame
    drawn = by_gid(axes)
    for place, (_, rows) in enumerate(marked.groupby("group", sort=False, observed=True)):
        texts = [drawn[f"at-risk-{place}-{column}"] for column in range(len(at))]
        assert [int(each.get_text()) for each in texts] == rows["at_risk"].tolist()


def test_an_incidence_of_some_times_or_of_too_many_curves_is_refused(study):
    with pytest.raises(ag.ConfigurationError, match="estimates at some times only"):
        ag.plot.cumulative_incidence(ag.cumulative_incidence(study, "PFS", CAUSES, at=[9], gate=False))
    many = ag.cumulative_incidence(study, "PFS", CAUSES, by="AGE", gate=False)
    with pytest.raises(ag.ConfigurationError, match="curves; a figure shows at most 8"):
        ag.plot.cumulative_incidence(many)


def test_with_delayed_entry_those_at_risk_have_entered(root):
    study, entry = ag.read(root / "fixtures" / "cartitude1"), "PFS: EVNTDESC == 'Disease progression'"
    axes = ag.plot.kaplan_meier(ag.kaplan_meier(study, "OS", entry=entry, gate=False), times=[0, 12, 60])
    at = ag.kaplan_meier(study, "OS", entry=entry, gate=False, at=[0, 12, 60]).estimates.frame
    drawn = by_gid(axes)
    shown = [int(drawn[f"at-risk-0-{column}"].get_text()) for column in range(3)]
    assert shown == at["at_risk"].tolist()
    assert shown[0] == 0 < shown[1]


@pytest.mark.slow
def test_names_are_text_whatever_they_hold(study, tmp_path):
    names = {"Placebo": r"$\frac{1", "Drug X 10 mg": "_<b>\x1b"}
    adtte = study["ADTTE"]
    renamed = adtte.frame.assign(TRTP=adtte.frame["TRTP"].astype(str).map(names))
    tables = ag.kaplan_meier(
        ag.Study.of(ag.Dataset.from_frame(renamed, "ADTTE")), "OS", by="TRTP", total=False, gate=False
    )
    axes = ag.plot.kaplan_meier(tables)
    legend = {each.get_text().strip() for each in axes.get_legend().get_texts()}
    assert legend == {r"$\frac{1", r"_<b>\x1b"}
    assert ag.plot.save(axes, tmp_path / "names.svg").stat().st_size > 1000


def test_every_mark_of_a_swimmer_plot_is_a_time_of_its_lane(study):
    lanes = ag.swimmer_lanes(study, ag.SwimmerOptions(most=200), arm="TRT01P", unit="days")
    axes = ag.plot.swimmer(lanes, labels=True)
    drawn = by_gid(axes)
    frame = lanes.frame
    for name in ("response", "progression", "death"):
        known = frame[frame[name].notna()]
        assert drawn[name].get_xdata().tolist() == known[name].tolist()
        assert drawn[name].get_ydata().tolist() == known.index.tolist()
    for name in ("in follow-up", "ended"):
        known = frame[frame["status"] == name]
        assert drawn[name].get_xdata().tolist() == known["end"].tolist()
    ends = [segment[1][0] for segment in drawn["follow-up"].get_segments()]
    assert ends == pytest.approx(frame["end"].tolist())
    spans = [[one[0], two[0]] for one, two in drawn["in-response"].get_segments()]
    responding = frame[frame["response"] < frame["response_end"]]
    assert np.allclose(spans, responding[["response", "response_end"]])
    assert [each.get_text() for each in axes.get_yticklabels()] == frame["USUBJID"].tolist()
    assert axes.get_xlabel() == "Days from TRTSDT"


def test_the_colours_are_those_of_the_page(root):
    style = (root / "converters" / "page" / "templates" / "page.css").read_text(encoding="utf-8")
    light = dict(re.findall(r"--([a-f]): (#\w{6})", style.split("@media")[0]))
    classes = dict(re.findall(r"\.s(\d) \{ stroke: var\(--(\w)\)", style))
    assert [light[classes[str(number)]] for number in range(8)] == list(COLOURS)


def test_a_repr_names_no_subject_and_no_date(study):
    shown = repr(ag.swimmer_lanes(study))
    assert shown.startswith("SwimmerLanes: 100 of 120 subjects, months")
    assert "MADEUP" not in shown


@pytest.mark.slow
@pytest.mark.parametrize("suffix", ["png", "pdf", "svg"])
def test_a_file_has_the_same_bytes_in_every_run(root, tmp_path, monkeypatch, suffix):
    monkeypatch.chdir(tmp_path)
    data = str(root / "fixtures" / "cartitude1")
    commands = {
        "km": ["--param", "OS", "--at", "0,30,60"],
        "cuminc": ["--param", "PFS", "--cause", CAUSES[0], "--cause", CAUSES[1]],
        "swimmer": ["--most", "9"],
    }
    for name, options in commands.items():
        command = [name, data, *options]
        command += ["-q", "--no-gate", "--force", "-o"]
        assert run([*command, f"one.{suffix}"]) == 0
        with matplotlib.rc_context({"font.size": 20, "svg.hashsalt": "other"}):
            assert run([*command, f"two.{suffix}"]) == 0
        assert Path(f"one.{suffix}").read_bytes() == Path(f"two.{suffix}").read_bytes()
        command.remove("--force")
        assert run([*command, f"one.{suffix}"]) == 4
    assert sorted(each.name for each in tmp_path.iterdir()) == [f"one.{suffix}", f"two.{suffix}"]


def test_an_input_is_never_replaced(tables, root, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    data = tmp_path / "curve.svg"
    data.write_text("mine")
    axes = ag.plot.kaplan_meier(tables)
    with pytest.raises(ag.UnwritableOutput, match="would replace an input"):
        ag.plot.save(axes, data, overwrite=True, inputs=[data])
    with pytest.raises(ag.ConfigurationError, match=r"end it in .png, .pdf or .svg"):
        ag.plot.save(axes, tmp_path / "curve.gif")
    assert run(["km", str(root / "fixtures" / "cartitude1"), "--param", "OS", "-o", "curve.gif"]) in (2, 4)
    assert "gif" in capsys.readouterr().err


@pytest.mark.slow
def test_the_table_of_the_swimmer_command_has_the_times_of_the_page(root, tmp_path, capsys):
    target = tmp_path / "swimmer.csv"
    command = [
        "swimmer",
        str(root / "fixtures" / "cartitude1"),
        "--most",
        "20",
        "--unit",
        "days",
        "-o",
        str(target),
    ]
    assert run(command) == 0
    told = capsys.readouterr().err
    assert "20 of 97 subjects, days from TRTSDT; shown: 20 of 97 subjects, evenly spaced" in told
    assert "first complete response: ADRS is not present" in told
    written = pd.read_csv(target)
    expected = ag.swimmer_lanes(
        ag.read(root / "fixtures" / "cartitude1"), ag.SwimmerOptions(most=20), unit="days"
    ).frame
    assert written["USUBJID"].tolist() == expected["USUBJID"].tolist()
    assert written["death"].tolist() == pytest.approx(expected["death"].tolist(), nan_ok=True)
    codebook = json.loads((tmp_path / "swimmer.codebook.json").read_text(encoding="utf-8"))
    assert codebook["table_sha256"] == sha256(target.read_bytes()).hexdigest()
    assert codebook["sources"]["death"] == "DTHDT in ADSL"
    assert run(command) == 0, "an earlier table is replaced"
    assert run([*command[:-1], str(tmp_path / "other.csv"), "--arm", "TRT01PP"]) == 2
    assert "did you mean TRT01P" in capsys.readouterr().err


@pytest.mark.slow
def test_without_matplotlib_it_says_what_to_install(root, tmp_path):
    data = str(root / "fixtures" / "cartitude1")
    program = (
        "import sys; sys.modules['matplotlib'] = None; from adamgate.cli import run; "
        f"sys.exit(run(['km', {data!r}, '--param', 'OS', '-q', '-o', 'a.svg']))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=tmp_path, check=False
    )
    assert ran.returncode == 2
    assert "error: matplotlib, which draws figures, is not installed\n  to do: " in ran.stderr
    assert "pip install 'adamgate[plot]'" in ran.stderr
    assert not list(tmp_path.iterdir())
