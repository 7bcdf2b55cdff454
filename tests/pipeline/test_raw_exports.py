"""Raw exports in a pipeline: made into datasets in one step, from which others derive."""

import os
from pathlib import Path

import pytest

import adamgate as ag

STEPS = """
[raw.AE]
files = ["site*/ae.csv"]
[raw.AE.variables]
USUBJID = { template = "S-{Subject}" }
AETERM = "Term"

[raw.EX]
files = ["ex.csv"]
[raw.EX.variables]
USUBJID = { template = "S-{Subject}" }

[step.sdtm]
kind = "derive"
sources = ["export"]
to = "sdtm"
format = "parquet"
datasets = ["AE"]

[step.ex]
kind = "derive"
sources = ["export"]
to = "exposure"
format = "parquet"
datasets = ["EX"]

[step.adam]
kind = "derive"
sources = ["raw", "sdtm"]
to = "adam"
datasets = ["ADTTE"]
"""


@pytest.fixture
def raw(project):
    path = project.folder / "adamgate.toml"
    path.write_text(path.read_text().partition("[table.")[0] + STEPS)
    for site in ("1", "2"):
        folder = Path("export") / f"site{site}"
        folder.mkdir(parents=True)
        (folder / "ae.csv").write_text(f"Subject,Term\n{site}01,Rash\n{site}02,Fever\n")
    Path("export/ex.csv").write_text("Subject\n101\n")
    return project


@pytest.mark.slow
def test_raw_files_become_datasets_and_are_inputs(raw):
    ran = raw("run")
    assert (ran.code, ran.states) == (0, {"sdtm": "ran", "ex": "ran", "adam": "ran"})
    assert ag.read("sdtm")["AE"]["USUBJID"].tolist() == ["S-101", "S-102", "S-201", "S-202"]
    assert sorted(os.listdir("exposure")) == ["_ex.raw.parquet", "ex.parquet"]
    unchanged = dict.fromkeys(ran.states, "unchanged")
    assert raw("run").states == unchanged
    raw.edit("export/site2/ae.csv", "Fever", "Nausea")
    ran = raw("run")
    assert "input export/site2/ae.csv changed" in ran.out
    assert "Nausea" in ag.read("sdtm")["AE"]["AETERM"].tolist()
    assert raw("verify", "run.jsonl").code == 0


@pytest.mark.slow
def test_one_site_more_is_a_change(raw):
    raw("run", "-q")
    Path("export/site3").mkdir()
    Path("export/site3/ae.csv").write_text("Subject,Term\n301,Rash\n")
    assert "input export/site3/ae.csv is new" in raw("run").out
    assert len(ag.read("sdtm")["AE"]) == 5


@pytest.mark.slow
def test_a_mapping_concerns_its_datasets_alone(raw):
    raw("run", "-q")
    raw.edit("adamgate.toml", 'AETERM = "Term"', 'AETERM = { column = "Term", case = "upper" }')
    ran = raw("run")
    assert (ran.states["sdtm"], ran.states["ex"]) == ("ran", "unchanged")
    assert "[raw.AE] changed" in ran.out
    assert "RASH" in ag.read("sdtm")["AE"]["AETERM"].tolist()


@pytest.mark.skipif(os.name != "posix", reason="links of POSIX")
def test_a_file_that_is_read_and_is_not_among_the_inputs_fails_the_step(raw):
    """Behind a link to a folder, which is not followed when inputs are listed."""
    Path("export/site2").rename("elsewhere")
    Path("export/site2").symlink_to(Path("elsewhere").absolute(), target_is_directory=True)
    ran = raw("run", "--only", "sdtm")
    assert ran.code == 3
    assert ran.states == {"sdtm": "failed"}
