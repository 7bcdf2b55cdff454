"""Steps that cannot be put in order, outputs that are not theirs, keys that are wrong."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adamgate.converters.pipeline.plan import planned
from adamgate.converters.pipeline.steps.convert import ConvertStep
from adamgate.converters.pipeline.steps.derive import DeriveStep
from adamgate.converters.pipeline.steps.survival import SurvivalStep
from adamgate.converters.pipeline.steps.validate import ValidateStep

pytestmark = pytest.mark.one_version

DERIVE = '[step.{}]\nkind = "derive"\nsources = {}\nto = "{}"\nformat = "parquet"\n'
CONVERT = '[step.{}]\nkind = "convert"\ndata = ["{}"]\nto = "{}"\n'

SURVIVAL = '[step.a]\nkind = "survival"\ndata = ["raw"]\ntable = "one"\noutput = "{}"\n'

FAULTS = {
    "no step": ("", "no step is declared"),
    "an unknown kind": ('[step.a]\nkind = "derrive"', "did you mean derive?"),
    "an unknown key": ('[step.a]\nkind = "validate"\ndatta = ["raw"]', "data"),
    "a required key": ('[step.a]\nkind = "validate"', "data"),
    "no list": ('[step.a]\nkind = "validate"\ndata = "raw"', "a list of paths in quotes"),
    "an empty list": ('[step.a]\nkind = "validate"\ndata = []', "a list of paths in quotes"),
    "no path": ('[step.a]\nkind = "validate"\ndata = ["raw", 3]', "a list of paths in quotes"),
    "an address": ('[step.a]\nkind = "validate"\ndata = ["sqlite:///x.sqlite"]', "no addresses"),
    "NUL in a path": ('[step.a]\nkind = "validate"\ndata = ["raw\\u0000"]', "a list of paths in quotes"),
    "a name that is not one": ('[step."a b"]\nkind = "validate"\ndata = ["raw"]', "letters, digits"),
    "no name": ('[step]\nkind = "validate"\ndata = ["raw"]', "kind is not under a name"),
    "an output outside": (
        CONVERT.format("a", "raw/cm.csv", "../cm.xpt"),
        "../cm.xpt is not inside the folder",
    ),
    "the folder itself": (CONVERT.format("a", "raw/cm.csv", "."), ". is not inside the folder"),
    "an output that is the input": (
        CONVERT.format("a", "raw/cm.csv", "raw/cm.csv"),
        "is read by the step that writes to it",
    ),
    "an output in the input": (
        DERIVE.format("a", '["raw"]', "raw"),
        "raw is read by the step that writes to it",
    ),
    "the settings file": (
        CONVERT.format("a", "raw/cm.csv", "adamgate.toml"),
        "would replace the settings file",
    ),
    "the record": (CONVERT.format("a", "raw/cm.csv", "run.jsonl"), "or the record of the run"),
    "its times": (CONVERT.format("a", "raw/cm.csv", "run.times.jsonl"), "or the record of the run"),
    "the record as input": ('[step.a]\nkind = "validate"\ndata = ["."]', ". holds the record of the run"),
    "two steps with one output": (
        DERIVE.format("a", '["raw"]', "adam") + DERIVE.format("b", '["raw"]', "./adam/../adam"),
        "is an output of [step.a] and of [step.b]",
    ),
    "a circle": (
        CONVERT.format("a", "three.xpt", "one.xpt")
        + CONVERT.format("b", "one.xpt", "two.xpt")
        + CONVERT.format("c", "two.xpt", "three.xpt"),
        "a needs itself: a needs c needs b needs a",
    ),
    "a circle over a gate": (
        CONVERT.format("a", "raw/cm.csv", "one.xpt")
        + '[step.g]\nkind = "validate"\ndata = ["raw", "two.xpt"]\n'
        + CONVERT.format("b", "raw2", "two.xpt")
        + '[step.h]\nkind = "validate"\ndata = ["raw2", "one.xpt"]\n',
        "needs itself",
    ),
    "an undeclared dataset": (
        DERIVE.format("a", '["raw"]', "adam") + 'datasets = ["ADTT"]',
        "ADTT is not declared as [derive.ADTT] or [raw.ADTT]",
    ),
    "an undeclared table": (
        SURVIVAL.format("a.csv"),
        "[table.one] is not declared",
    ),
    "a table of no format": (
        '[table.one]\nparam = "PFS"\n' + SURVIVAL.format("a.doc"),
        "cannot be written as .doc",
    ),
    "a shape without its key": (
        '[table.one]\nshape = "landmark"\nparam = "PFS"\n' + SURVIVAL.format("a.csv"),
        "landmark",
    ),
    "a summary for a tool": (
        '[table.one]\nshape = "kaplan-meier"\nparam = "PFS"\n' + SURVIVAL.format("a.csv") + 'layout = "r"',
        "is not for a tool",
    ),
    "a report of no format": (
        '[step.a]\nkind = "validate"\ndata = ["raw"]\noutput = "a.doc"',
        "is not the name of a report",
    ),
    "differences of no format": (
        '[step.a]\nkind = "diff"\na = ["raw"]\nb = ["raw"]\noutput = "a.doc"',
        ".txt or .json",
    ),
    "figures of no format": (
        '[step.a]\nkind = "figures"\npublished = "p.csv"\ndata = ["raw"]\noutput = "a.doc"',
        "is not the name of a CSV file",
    ),
    "a rule that is not known": (
        '[rules]\nselect = ["TTX001"]\n[step.a]\nkind = "validate"\ndata = ["raw"]',
        "TTX001",
    ),
    "a table that no step needs": ('[step.a]\nkind = "validate"\ndata = ["raw"]\n[waver]\nx = 1', "waver"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found_before_anything_runs(project, fault):
    steps, said = FAULTS[fault]
    text = (project.folder / "adamgate.toml").read_text().partition("[table.pfs]")[0]
    Path("adamgate.toml").write_text(text + steps)
    before = sorted(Path().rglob("*"))
    ran = project("run")
    assert ran.code == 2, ran
    assert said in ran.err
    assert "Traceback" not in ran.err
    assert sorted(Path().rglob("*")) == before


def test_a_fault_has_the_line_of_its_key(project):
    project.edit("adamgate.toml", 'table = "pfs"', 'table = "pfz"')
    line = Path("adamgate.toml").read_text().splitlines().index('table = "pfz"') + 1
    ran = project("run")
    assert f"adamgate.toml:{line}, [step.pfs] table" in ran.err
    assert "pfs" in ran.err


def test_an_absolute_path_may_lead_outside(project, tmp_path):
    steps = CONVERT.format("a", "raw/cm.csv", (tmp_path / "out" / "cm.parquet").as_posix())
    text = Path("adamgate.toml").read_text().partition("[table.pfs]")[0]
    Path("adamgate.toml").write_text(text + steps)
    assert project("run").code == 0
    assert (tmp_path / "out" / "cm.parquet").is_file()


def test_a_link_does_not_lead_outside(project, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    Path("link").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    project.edit("adamgate.toml", 'to = "adam"', 'to = "link"')
    ran = project("run")
    assert ran.code == 2
    assert "is not inside the folder" in ran.err


def test_relative_paths_of_the_environment_are_refused_from_another_folder(project, monkeypatch, tmp_path):
    monkeypatch.setenv("ADAMGATE_CT", "ct.csv")
    monkeypatch.chdir(tmp_path)
    ran = project("run", "project/adamgate.toml")
    assert ran.code == 2
    assert "ct.csv is a relative path" in ran.err


def test_a_step_that_reads_what_a_gate_judges_waits_for_it_unless_the_gate_judges_its_outputs(project):
    steps = {
        "table": (
            "survival",
            SurvivalStep(data=(Path("adam/adtte.xpt"),), table="os", output=Path("os.csv")),
        ),
        "gate": ("validate", ValidateStep(data=(Path("adam"), Path("raw")))),
        "adam": ("derive", DeriveStep(sources=(Path("raw"),), to=Path("adam"), datasets=("ADTTE",))),
    }
    order = planned(steps, {}, kept=(), record=())
    assert [each.name for each in order] == ["adam", "gate", "table"]
    assert [each.gates for each in order] == [(), (), ("gate",)]
    assert [each.sources for each in order] == [(), ("adam",), ("adam",)]


@st.composite
def projects(draw):
    """Steps that read files or folders of earlier ones, and the order in which they are declared."""
    count = draw(st.integers(1, 7))
    steps = {}
    for number in range(count):
        read = draw(st.sets(st.integers(0, count - 1).filter(lambda each, n=number: each < n), max_size=3))
        whole = draw(st.sets(st.sampled_from(sorted(read)), max_size=2)) if read else set()
        data = [Path(f"out{each}") if each in whole else Path(f"out{each}/data.xpt") for each in sorted(read)]
        steps[f"s{number}"] = (read, ConvertStep(data=(*data, Path("raw")), to=Path(f"out{number}/data.xpt")))
    return steps, draw(st.permutations(sorted(steps)))


@pytest.mark.slow
@given(projects())
def test_every_step_comes_after_those_whose_files_it_reads(given_steps):
    steps, declared = given_steps
    order = planned({name: ("convert", steps[name][1]) for name in declared}, {}, kept=(), record=())
    names = [each.name for each in order]
    assert sorted(names) == sorted(steps)
    for each in order:
        needed = {f"s{number}" for number in steps[each.name][0]}
        assert {*each.sources} == needed
        assert needed <= {*names[: names.index(each.name)]}
    free = [name for name in declared if not steps[name][0]]
    assert [name for name in names if name in free] == free, "otherwise as declared"
