"""`adamgate run`: what runs, in which order, what is skipped, and why."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from trial_project import OUTPUTS

from adamgate.converters.pipeline import work
from adamgate.converters.pipeline.rendering import step_lines
from adamgate.converters.pipeline.run_result import StepState
from adamgate.converters.pipeline.work import Workers

UNCHANGED = dict.fromkeys(("adam", "gate", "os", "pfs"), "unchanged")
RAN = dict.fromkeys(("adam", "gate", "os", "pfs"), "ran")


@pytest.mark.slow
def test_steps_run_in_the_order_of_their_files(project):
    first = project("run")
    assert (first.code, first.states) == (0, RAN)
    assert list(first.states) == ["adam", "gate", "os", "pfs"]
    assert "ADTTE: 189 records" in first.out
    assert first.err == ""
    assert all((project.folder / name).is_file() for name in OUTPUTS)


def test_nothing_runs_where_nothing_changed(after_run):
    before = after_run.files()
    times = Path("run.times.jsonl").stat().st_mtime_ns
    again = after_run("run")
    assert (again.code, again.states) == (0, UNCHANGED)
    assert after_run.files() == before
    assert Path("run.times.jsonl").stat().st_mtime_ns == times


def test_touched_files_have_not_changed(after_run):
    for path in Path("raw").iterdir():
        os.utime(path)
    assert after_run("run").states == UNCHANGED


@pytest.mark.slow
def test_an_unchanged_run_loads_no_pandas(after_run):
    script = (
        "import sys; from adamgate import cli; code = cli.run(['run', '-q']);"
        "heavy = {'numpy', 'pandas', 'pyarrow', 'rich'} & {*sys.modules}; print(code, sorted(heavy))"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines()[-1] == "0 []"


@pytest.mark.slow
def test_force_runs_all_again_with_the_same_bytes(after_run):
    before = after_run.files()
    assert after_run("run", "--force").states == RAN
    assert after_run.files() == before


@pytest.mark.slow
def test_jobs_give_the_same_bytes(after_run):
    before = after_run.files()
    assert after_run("run", "--force", "--jobs", "3").states == RAN
    assert after_run.files() == before


@pytest.mark.slow
@pytest.mark.one_version
@pytest.mark.parametrize("ended", [False, True])
def test_a_process_does_many_steps_and_is_replaced_if_it_is_ended(after_run, monkeypatch, ended):
    start, begin, begun = Workers.start, work._started, []

    def starting(self, step):
        for _, process in self._idle if ended else ():
            process.kill()
            process.join()
        start(self, step)

    monkeypatch.setattr(Workers, "start", starting)
    monkeypatch.setattr(work, "_started", lambda: begun.append(begin()) or begun[-1])
    assert after_run("run", "--force", "--jobs", "2").states == RAN
    assert (len(begun) <= 2) is not ended
    assert not any(process.is_alive() for _, process in begun)


@pytest.mark.slow
def test_another_folder_and_another_path_to_it_give_the_same_bytes(after_run, monkeypatch, tmp_path):
    before = after_run.files()
    monkeypatch.chdir("/")
    assert after_run("run", str(after_run.folder / "adamgate.toml"), "--force").code == 0
    assert after_run.files() == before
    moved = tmp_path / "moved"
    after_run.folder.rename(moved)
    assert after_run("run", str(moved)).states == UNCHANGED


CHANGES = {
    "an input": (("raw/cm.csv", "SYNTH", "SYNTH "), "adam", "input raw/cm.csv changed"),
    "a source": (
        ("adamgate.toml", 'EVNTDESC = "Death"', 'EVNTDESC = "Died"'),
        "adam",
        "[source.DEATH] changed",
    ),
    "the study": (("adamgate.toml", "2024-06-30", "2024-07-01"), "adam", "[study] changed"),
    "the step": (
        ("adamgate.toml", 'to = "adam"', 'to = "adam"\nformat = "xpt"'),
        "adam",
        "[step.adam] changed",
    ),
    "an output": (("tables/os.csv", "Drug", "drug"), "os", "output tables/os.csv changed"),
    "a table": (
        ("adamgate.toml", 'covariates = ["TRTP"]', 'covariates = ["SEX"]'),
        "pfs",
        "[table.pfs] changed",
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("change", CHANGES)
def test_what_has_changed_runs_again_and_says_why(after_run, change):
    (name, old, new), step, why = CHANGES[change]
    after_run.edit(name, old, new)
    planned = after_run("run", "--dry-run")
    assert planned.states[step] == "would run"
    assert why in planned.out
    ran = after_run("run")
    assert ran.code == 0
    assert ran.states[step] == "ran"
    assert why in ran.out
    if step in ("os", "pfs"):
        assert [name for name, state in ran.states.items() if state == "ran"] == [step]
    assert after_run("run").states == UNCHANGED


def test_a_new_file_in_a_folder_that_is_read_is_a_change(after_run):
    Path("raw/dm.csv").write_text("USUBJID,SEX\n")
    assert "input raw/dm.csv is new" in after_run("run", "--dry-run").out


def test_an_output_that_is_not_present_is_made_again(after_run):
    before = after_run.files()
    Path("adam/adtte.xpt").unlink()
    ran = after_run("run")
    assert "output adam/adtte.xpt is not present" in ran.out
    assert ran.states == UNCHANGED | {"adam": "ran"}
    assert after_run.files() == before


def test_a_comment_changes_nothing_but_the_hash_of_the_file(after_run):
    after_run.edit("adamgate.toml", "[table.pfs]", "# a comment\n[table.pfs]")
    before = after_run.files()
    assert after_run("run").states == UNCHANGED
    assert {name for name, content in after_run.files().items() if content != before[name]} == {
        "run.jsonl",
        "run.jsonl.sha256",
    }


def test_variables_of_the_environment_count(after_run, monkeypatch):
    monkeypatch.setenv("ADAMGATE_MISSING", "NA")
    ran = after_run("run", "--dry-run")
    assert "environment variable ADAMGATE_MISSING is new" in ran.out
    monkeypatch.delenv("ADAMGATE_MISSING")
    monkeypatch.setenv("ADAMGATE_MEMORY", "500MB")
    assert after_run("run", "--dry-run").states == UNCHANGED


def test_another_version_runs_again(after_run, monkeypatch):
    from adamgate.converters.pipeline import versions as module

    real = module.version
    module.versions.cache_clear()
    monkeypatch.setattr(module, "version", lambda name: "99" if name == "adamgate" else real(name))
    try:
        ran = after_run("run", "--dry-run")
    finally:
        module.versions.cache_clear()
    assert ran.states == dict.fromkeys(UNCHANGED, "would run")
    assert "adamgate 99+" in ran.out
    assert ", was " in ran.out


@pytest.mark.slow
@pytest.mark.one_version
def test_edited_code_is_another_version(after_run, tmp_path, root):
    """In a checkout the number stays the same; a copy that nobody edited is the same version."""
    package = tmp_path / "copy" / "adamgate"
    for room in ("converters", "schemas"):
        shutil.copytree(root / room, package / room, ignore=shutil.ignore_patterns("__pycache__"))
    for each in (*root.glob("*.py"), root / "__init__.pyi"):
        shutil.copy(each, package)

    def copied(*words):
        environment = {**os.environ, "PYTHONPATH": str(package.parent)}
        command = [sys.executable, "-m", "adamgate", *words]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    assert copied("run", "-q").stdout.startswith("4 steps: 4 unchanged")
    assert copied("verify", "run.jsonl").returncode == 0
    edited = package / "schemas" / "rules" / "time_to_event" / "polarity.py"
    edited.write_text(edited.read_text() + "\n# edited\n")
    assert "adamgate 0.1.0+" in copied("run", "--dry-run").stdout
    ran = copied("verify", "run.jsonl")
    assert ran.returncode == 1
    assert "version adamgate (step adam, gate, os, pfs): 0.1.0+" in ran.stdout


@pytest.mark.slow
def test_code_that_is_edited_while_a_step_runs(project, monkeypatch):
    from adamgate.converters.pipeline import run

    monkeypatch.setattr(run, "hash_of_code", lambda: "edited")
    ran = project("run", "--only", "adam")
    assert (ran.code, ran.states) == (3, {"adam": "failed"})
    assert "the code of adamgate changed while the step ran" in ran.out


WAIVER = """
[[waiver]]
rule = "AD0047"
dataset = "ADTTE"
reason = "accepted"
owner = "J. Doe"
expires = 2024-06-30
values = ["X"]
"""


@pytest.mark.slow
def test_a_waiver_that_expires_is_a_change(project, monkeypatch):
    path = project.folder / "adamgate.toml"
    path.write_text(path.read_text() + WAIVER)
    monkeypatch.setenv("ADAMGATE_TODAY", "2024-06-30")
    project("run", "--only", "adam")
    project("run", "--only", "gate")
    monkeypatch.setenv("ADAMGATE_TODAY", "2024-07-01")
    assert "expiry of waiver 1 changed" in project("run", "--dry-run").out


def refusing(project):
    """Let the gate refuse: an adverse event ends before it starts."""
    project.edit(
        "adamgate.toml",
        'data = ["adam", "raw"]\noutput = "report.json"',
        'data = ["adam", "raw", "bad"]\noutput = "report.json"',
    )
    Path("bad").mkdir()
    Path("bad/adae.csv").write_text(
        "STUDYID,USUBJID,AETERM,ASTDT,AENDT\nS,SYNTH-02-101,Rash,2024-02-02,2024-01-01\n"
    )


@pytest.mark.slow
def test_a_refused_gate_stops_what_reads_the_data_and_nothing_else(project):
    refusing(project)
    path = project.folder / "adamgate.toml"
    path.write_text(
        path.read_text()
        + '\n[step.copy]\nkind = "convert"\ndata = ["other"]\nto = "copied/"\nformat = "csv"\n'
    )
    Path("other").mkdir()
    Path("other/dm.csv").write_text("USUBJID\nS\n")
    ran = project("run")
    assert ran.code == 1
    assert ran.states == {
        "adam": "ran",
        "gate": "refused",
        "os": "not run",
        "pfs": "not run",
        "copy": "ran",
    }
    assert "data refused by step gate" in ran.out
    assert "refused    gate  REFUSED  2 errors" in ran.out
    assert not Path("tables").exists()
    assert json.loads(Path("report.json").read_text())["verdict"] == "refused"
    again = project("run")
    assert (again.code, again.states["adam"], again.states["gate"]) == (1, "unchanged", "refused")
    Path("bad/adae.csv").unlink()
    Path("bad/adsl2.csv").write_text("USUBJID\nS\n")
    assert "of an earlier run" not in project("run").out


@pytest.mark.slow
def test_tables_of_an_earlier_run_are_named_where_the_gate_refuses(after_run):
    refusing(after_run)
    ran = after_run("run")
    assert ran.code == 1
    assert "of an earlier run: tables/pfs.csv, tables/pfs.codebook.json" in ran.out


def test_of_many_files_of_an_earlier_run_the_first_are_named():
    state = StepState("sdtm", "derive", "refused", left=tuple(f"sdtm/{n}.parquet" for n in range(1, 8)))
    (_, told) = step_lines(state, 4)
    assert told.strip() == f"of an earlier run: {', '.join(state.left[:5])} and 2 more"


@pytest.mark.slow
@pytest.mark.parametrize("name", ["report.xml", "report.sarif", "report.md", "report.xlsx"])
def test_a_gate_writes_any_form_and_the_same_bytes_again(project, name):
    project.edit("adamgate.toml", 'output = "report.json"', f'output = "{name}"')
    assert project("run").code == 0
    written = (project.folder / name).read_bytes()
    assert project("run").states["gate"] == "unchanged"
    assert project("run", "--force").states["gate"] == "ran"
    assert (project.folder / name).read_bytes() == written
    assert project("verify", "run.jsonl").code == 0


@pytest.mark.slow
def test_a_gate_that_fails_on_nothing_passes(project):
    refusing(project)
    project.edit("adamgate.toml", 'kind = "validate"', 'kind = "validate"\nfail_on = "never"')
    assert project("run").code == 0


def test_a_derivation_that_is_refused_stops_what_needs_it(project):
    project.edit("adamgate.toml", 'impute = "first"                   # a partial', "# a partial")
    ran = project("run")
    assert (ran.code, ran.states) == (
        1,
        {"adam": "refused", "gate": "not run", "os": "not run", "pfs": "not run"},
    )
    assert "step adam was refused" in ran.out
    assert "impute" in ran.out
    assert not Path("adam").exists()


def test_a_missing_input_fails_its_step_and_what_needs_it(project):
    project.edit("adamgate.toml", 'sources = ["raw"]', 'sources = ["raw", "rave/ae.csv"]')
    ran = project("run")
    assert ran.code == 3
    assert ran.states == {"adam": "failed", "gate": "not run", "os": "not run", "pfs": "not run"}
    assert "input rave/ae.csv is not present" in ran.out


def test_an_input_that_cannot_be_read_fails_its_step(project):
    Path("raw/rs.csv").write_bytes(b"\x00\x01")
    ran = project("run")
    assert (ran.code, ran.states["adam"]) == (3, "failed")
    assert "rs.csv" in ran.out


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="permissions of POSIX, not of root")
def test_a_folder_without_permission_fails_its_step(project):
    Path("adam").mkdir(mode=0o500)
    ran = project("run")
    assert (ran.code, ran.states["adam"]) == (4, "failed")


@pytest.mark.slow
def test_only_and_from(after_run):
    assert after_run("run", "--only", "pfs").states == {"pfs": "unchanged"}
    assert after_run("run", "--only", "pfs", "--force").states == {"pfs": "ran"}
    assert after_run("run", "--from", "gate", "--force").states == {"gate": "ran", "os": "ran", "pfs": "ran"}
    assert after_run("run").states == UNCHANGED
    after_run.edit("raw/cm.csv", "SYNTH", "SYNTH ")
    stale = after_run("run", "--only", "pfs")
    assert stale.code == 2
    assert "step adam is not up to date: input raw/cm.csv changed" in stale.err
    assert after_run("run", "--from", "adam").states == RAN


def test_only_an_unknown_step_names_the_nearest(project):
    ran = project("run", "--only", "pfz")
    assert ran.code == 2
    assert "pfz is not a step" in ran.err
    assert "pfs" in ran.err
    assert not Path("run.jsonl").exists()


def test_a_dry_run_writes_nothing(project):
    before = sorted(os.listdir())
    ran = project("run", "--dry-run")
    assert (ran.code, set(ran.states)) == (0, set(RAN))
    assert ran.states["adam"] == "would run"
    assert sorted(os.listdir()) == before


def test_a_dry_run_names_inputs_that_are_not_present(project):
    project.edit("adamgate.toml", 'data = ["adam", "raw"]\noutput', 'data = ["adam", "rave"]\noutput')
    ran = project("run", "--dry-run")
    assert (ran.code, ran.states["gate"]) == (0, "would run")
    assert "gate  input rave is not present" in ran.out
    assert ran.out.count("is not present") == 1, "adam/ is not present, too, but will be"


@pytest.mark.slow
def test_files_that_no_run_has_written_are_not_replaced(project):
    Path("tables").mkdir()
    Path("tables/pfs.csv").write_text("mine")
    ran = project("run")
    assert ran.code == 4
    assert "tables/pfs.csv" in ran.err
    assert Path("tables/pfs.csv").read_text() == "mine"
    assert not Path("adam").exists()
    assert project("run", "--overwrite").code == 0


@pytest.mark.slow
def test_an_altered_record_is_not_used(after_run):
    after_run.edit("run.jsonl", '"kind": "derive"', '"kind": "Derive"')
    ran = after_run("run")
    assert ran.code == 4
    assert "the record run.jsonl cannot be used: line 2 was altered" in ran.err
    again = after_run("run", "--overwrite")
    assert again.states == RAN
    assert "note: the earlier record is not used: line 2 was altered" in again.err
    assert after_run("verify", "run.jsonl").code == 0


def test_an_input_that_changes_while_a_step_runs(project, monkeypatch):
    from adamgate.converters.pipeline.steps.derive import DeriveStep

    real = DeriveStep.run

    def changing(self, given):
        outcome = real(self, given)
        path = Path("raw/cm.csv")
        path.write_text(path.read_text() + "\n")
        return outcome

    monkeypatch.setattr(DeriveStep, "run", changing)
    ran = project("run", "--only", "adam")
    assert (ran.code, ran.states) == (3, {"adam": "failed"})
    assert "input raw/cm.csv changed while the step ran" in ran.out


@pytest.mark.slow
def test_quiet_prints_the_summary_and_what_failed(project):
    quiet = project("run", "-q")
    assert quiet.out == "4 steps: 4 ran; record: run.jsonl\n"
    assert quiet.err == ""
    refusing(project)
    assert project("run", "-q").err.startswith("refused  gate  REFUSED  2 errors")


@pytest.mark.slow
def test_the_first_findings_of_a_refused_gate_are_shown(project):
    refusing(project)
    quiet = project("run", "-q")
    shown = quiet.err.splitlines()
    assert shown[1:3] == ["  ADAE", "    error    AE001  AENDT is before ASTDT [AENDT, ASTDT]"]
    assert "SYNTH-02-101" in quiet.err
    assert shown[-1] == "  All findings: report.json"
    assert len(shown) < 10
    project.edit("adamgate.toml", 'output = "report.json"', 'fail_on = "warning"')
    told = project("run").out.splitlines()
    first, last = (
        next(number for number, each in enumerate(told) if word in each)
        for word in ("refused", "All findings:")
    )
    assert told[last] == "  All findings: adamgate validate adam raw bad --fail-on warning"
    assert any("further findings that failed the gate" in each for each in told[first:last])
    assert last - first < 30


@pytest.mark.slow
def test_the_first_findings_of_a_table_that_judges_its_data_are_shown(project):
    refusing(project)
    text = (project.folder / "adamgate.toml").read_text()
    (project.folder / "adamgate.toml").write_text(
        text.partition("[step.os]")[0]
        + '[step.adam]\nkind = "derive"\nsources = ["raw"]\nto = "adam"\n'
        + '[step.pfs]\nkind = "survival"\ndata = ["adam", "raw", "bad"]\ntable = "pfs"\noutput = "pfs.csv"\n'
    )
    ran = project("run")
    assert (ran.code, ran.states) == (1, {"adam": "ran", "pfs": "refused"})
    assert "AE001  AENDT is before ASTDT" in ran.out
    assert "  All findings: adamgate validate adam raw bad\n" in ran.out


def test_json_says_the_same(after_run):
    said = json.loads(after_run("run", "--format", "json").out)
    assert {each["step"]: each["state"] for each in said["steps"]} == UNCHANGED
    assert said["exit_code"] == 0
    assert said["record"]["sha256"] == Path("run.jsonl.sha256").read_text().split()[0]


def test_codebooks_name_the_record_of_the_steps_before(after_run):
    import hashlib

    lines = [json.loads(line) for line in Path("run.jsonl").read_text().splitlines()]
    of_steps = {each["step"]: each for each in lines if each["line"] == "step"}
    run = json.loads(Path("tables/pfs.codebook.json").read_text())["run"]
    assert (run["step"], run["record"]) == ("pfs", "run.jsonl")
    assert [each["step"] for each in run["after"]] == ["adam", "gate"]
    for each in run["after"]:
        said = {
            name: value for name, value in of_steps[each["step"]].items() if name not in ("line", "previous")
        }
        assert hashlib.sha256(json.dumps(said).encode()).hexdigest() == each["sha256"]


@pytest.mark.slow
def test_reports_name_the_record_of_the_steps_before(project):
    project.edit("adamgate.toml", 'output = "report.json"', 'output = "report.txt"')
    path = project.folder / "adamgate.toml"
    path.write_text(
        path.read_text()
        + '\n[step.compared]\nkind = "diff"\na = ["adam"]\nb = ["adam"]\noutput = "compared.json"\n'
    )
    assert project("run").code == 0
    lines = Path("run.jsonl").read_text().splitlines()
    codebook = json.loads(Path("tables/pfs.codebook.json").read_text())["run"]
    sha256 = {each["step"]: each["sha256"] for each in codebook["after"]}
    assert len(lines) == 7
    report = Path("report.txt").read_text().splitlines()
    place = report.index("Run: step gate of run.jsonl")
    assert report[place + 1] == f"  after step adam, SHA-256 {sha256['adam']}"
    run = json.loads(Path("compared.json").read_text())["run"]
    assert (run["step"], {each["step"]: each["sha256"] for each in run["after"]}) == ("compared", sha256)
    assert project("run").states["compared"] == "unchanged"


@pytest.mark.slow
@pytest.mark.parametrize("suffix", ["md", "xml", "sarif", "html", "json", "txt"])
def test_reports_of_every_form_name_the_record(after_run, suffix):
    after_run.edit("adamgate.toml", 'output = "report.json"', f'output = "report.{suffix}"')
    assert after_run("run", "--only", "gate").code == 0
    after_run("run", "--only", "pfs", "-q")
    run = json.loads(Path("tables/pfs.codebook.json").read_text())["run"]
    (sha256,) = (each["sha256"] for each in run["after"] if each["step"] == "adam")
    assert sha256 in Path(f"report.{suffix}").read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_page_of_a_study_names_the_record(project):
    path = project.folder / "adamgate.toml"
    page = '\n[step.page]\nkind = "report"\ndata = ["adam", "raw"]\noutput = "page.html"\n'
    path.write_text(path.read_text() + page)
    assert project("run").code == 0
    run = json.loads(Path("tables/pfs.codebook.json").read_text())["run"]
    (sha256,) = (each["sha256"] for each in run["after"] if each["step"] == "adam")
    text = Path("page.html").read_text(encoding="utf-8")
    assert "Written by step page of run.jsonl, after step adam" in text
    assert sha256 in text
    assert project("run").states["page"] == "unchanged"


def test_a_difference_is_shown_in_a_few_lines(project):
    path = project.folder / "adamgate.toml"
    path.write_text(
        path.read_text().partition("[step.")[0]
        + '\n[step.compared]\nkind = "diff"\na = ["raw"]\nb = ["other"]\noutput = "compared.txt"\n'
    )
    shutil.copytree("raw", "other")
    project.edit("other/cm.csv", "SYNTH-02", "SYNTH-03")
    ran = project("run")
    assert (ran.code, ran.states) == (1, {"compared": "different"})
    assert "  All differences: compared.txt\n" in ran.out
    assert "Run:" not in ran.out
    assert "Run: step compared of run.jsonl" in Path("compared.txt").read_text()
    assert len(ran.out.splitlines()) < 28


def test_no_settings_file(tmp_path, monkeypatch, project):
    (tmp_path / "empty" / ".git").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "empty")
    ran = project("run")
    assert ran.code == 2
    assert "no adamgate.toml in this folder or above it" in ran.err


def test_a_working_directory_that_is_gone(project, tmp_path, monkeypatch):
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    for words in (["run"], ["run", str(project.folder)]):
        ran = project(*words)
        assert (ran.code, "the working directory does not exist any more" in ran.err) == (2, True)


def test_a_settings_file_that_does_not_exist(project):
    for name in ("gone.toml", "raw", "raw/gone/adamgate.toml"):
        ran = project("run", name)
        assert (ran.code, "the settings file does not exist" in ran.err) == (2, True)
        assert f"where: {name}" in ran.err


@pytest.mark.slow
@pytest.mark.one_version
def test_full_disk(project):
    """A limit on the size of files ends the writing of the record, of a dataset, or of a table."""
    resource = pytest.importorskip("resource")
    words = [sys.executable, "-m", "adamgate", "run", "-q"]

    def limited(size):
        return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    for size in (200, 20_000):
        ran = subprocess.run(words, capture_output=True, text=True, check=False, preexec_fn=limited(size))
        assert ran.returncode == 4, ran.stderr
        assert "cannot be written" in ran.stderr
        assert not list(Path().rglob("*.part"))
        assert not Path("adam/adtte.xpt").exists()
    assert project("run").states == RAN


@pytest.mark.slow
def test_two_runs_at_once(project):
    fcntl = pytest.importorskip("fcntl")
    with Path("adamgate.toml").open() as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        ran = project("run")
        assert (ran.code, "another run of this settings file has not ended" in ran.err) == (4, True)
        assert project("run", "--dry-run").code == 0
    assert not Path("run.jsonl").exists()
    assert project("run", "-q").code == 0


@pytest.mark.skipif(os.name != "posix", reason="links and pipes of POSIX")
def test_inputs_that_are_no_files_fail_their_steps(after_run):
    os.mkfifo("raw/pipe.csv")
    for _ in range(2):
        ran = after_run("run")
        assert (ran.code, ran.states["adam"], ran.states["gate"]) == (3, "failed", "not run")
        assert "raw/pipe.csv" in ran.out
        Path("raw/pipe.csv").unlink(missing_ok=True)
        Path("raw/pipe.csv").symlink_to("nowhere")
    assert "raw/pipe.csv" in after_run("run", "--dry-run").out


STAGED = """
[derive.ADTTE2]
[step.first]
kind = "derive"
sources = ["raw"]
to = "csv"
format = "csv"
datasets = ["adtte"]
[step.second]
kind = "survival"
data = ["csv", "raw"]
table = "pfs"
output = "r/pfs.csv"
layout = "r"
"""


@pytest.mark.slow
def test_formats_with_sidecars_and_programs(project):
    path = project.folder / "adamgate.toml"
    path.write_text(path.read_text().partition("[step.")[0] + STAGED)
    ran = project("run")
    assert (ran.code, ran.states) == (0, {"first": "ran", "second": "ran"})
    assert sorted(each.name for each in Path("csv").iterdir()) == [
        "_datasets.csv",
        "_variables.csv",
        "adtte.csv",
    ]
    assert sorted(each.name for each in Path("r").iterdir()) == ["pfs.R", "pfs.codebook.json", "pfs.csv"]
    assert project("run").states == {"first": "unchanged", "second": "unchanged"}
    declared = json.loads(Path("run.jsonl").read_text().splitlines()[0])["declared"]
    assert {each.as_posix() for folder in ("csv", "r") for each in Path(folder).iterdir()} <= {*declared}


def test_a_conversion_declares_the_sidecars_of_its_file(project):
    path = project.folder / "adamgate.toml"
    convert = '\n[step.{0}]\nkind = "convert"\ndata = ["raw/cm.csv"]\nto = "{1}"\n'
    settings = path.read_text().partition("[step.")[0] + convert.format("copy", "copied/cm.csv")
    path.write_text(settings)
    assert project("run").states == {"copy": "ran"}
    assert (
        {*map(Path.as_posix, Path("copied").iterdir())}
        == {
            "copied/cm.csv",
            "copied/_variables.csv",
            "copied/_datasets.csv",
        }
        <= {*json.loads(Path("run.jsonl").read_text().splitlines()[0])["declared"]}
    )
    path.write_text(settings + convert.format("other", "copied/other.csv"))
    ran = project("run")
    assert (ran.code, "copied/_variables.csv is an output of [step.copy]" in ran.err) == (2, True)


@pytest.mark.slow
def test_a_codebook_step_does_not_depend_on_what_only_gates_use(after_run):
    path = after_run.folder / "adamgate.toml"
    path.write_text(path.read_text() + '\n[rules]\nignore = ["AD0047"]\n')
    assert after_run("run").states == UNCHANGED | {"gate": "ran", "os": "ran", "pfs": "ran"}
    assert '"rules"' not in Path("run.jsonl").read_text().splitlines()[-2]


@pytest.mark.parametrize("option", ["--record", "--lineage"])
def test_other_files_are_not_replaced(after_run, option):
    Path("notes.txt").write_text("mine\n")
    ran = after_run("run", option, "notes.txt")
    assert (ran.code, "notes.txt" in ran.err) == (4, True)
    assert Path("notes.txt").read_text() == "mine\n"
    Path("folder").mkdir()
    assert after_run("run", option, "folder").code == 4
    assert after_run("run", option, "raw/cm.csv").code in (2, 4)
    assert Path("raw/cm.csv").read_text().startswith("STUDYID")


@pytest.mark.slow
def test_outputs_that_a_step_does_not_write_any_more_are_removed(after_run):
    """A step that reads the folder would read them; from a fresh copy they would not be there."""
    path = after_run.folder / "adamgate.toml"
    path.write_text(path.read_text() + "\n[derive.ADTTE2]\n")
    after_run.edit("adamgate.toml", 'to = "adam"', 'to = "adam"\ndatasets = ["ADTTE2", "ADTTE"]')
    assert after_run("run", "--only", "adam").code == 0
    assert sorted(os.listdir("adam")) == ["adtte.xpt", "adtte2.xpt"]
    after_run.edit("adamgate.toml", 'datasets = ["ADTTE2", "ADTTE"]', 'datasets = ["ADTTE"]')
    ran = after_run("run", "--only", "adam")
    assert "removed, not an output any more: adam/adtte2.xpt" in ran.out
    assert os.listdir("adam") == ["adtte.xpt"]


def test_outputs_of_a_step_that_is_gone_are_removed_unless_they_were_changed(after_run):
    after_run.edit("adamgate.toml", "[step.os]", "[step.kept]")
    after_run.edit("adamgate.toml", "tables/os.csv", "tables/kept.csv")
    Path("tables/os_summary.csv").write_text("mine")
    assert after_run("run").code == 0
    assert sorted(each.name for each in Path("tables").glob("*.csv")) == [
        "kept.csv",
        "kept_summary.csv",
        "os_summary.csv",
        "pfs.csv",
    ]


def test_outputs_of_a_step_that_is_gone_are_removed_where_nothing_runs(after_run):
    settings = Path("adamgate.toml").read_text()
    before, _, after = settings.partition("[step.os]")
    Path("adamgate.toml").write_text(before + after[after.index("[step.pfs]") :])
    ran = after_run("run")
    assert (ran.code, set(ran.states.values())) == (0, {"unchanged"})
    assert (
        "note: removed, output of a step that is not declared any more: "
        "tables/os.codebook.json, tables/os.csv, tables/os_summary.csv" in ran.err
    )
    assert sorted(each.name for each in Path("tables").iterdir()) == ["pfs.codebook.json", "pfs.csv"]
    assert after_run("run").err == ""
    Path("adamgate.toml").write_text(settings)
    assert after_run("run").states == UNCHANGED | {"os": "ran"}


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="locales of POSIX")
def test_a_path_that_the_locale_does_not_have(project):
    project.edit("adamgate.toml", 'to = "adam"', 'to = "ädam"')
    environment = {**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    command = [sys.executable, "-m", "adamgate", "run"]
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 2
    assert "a path that can be written in this locale" in ran.stderr


def test_the_record_of_another_settings_file_is_not_used(after_run, tmp_path):
    """Its outputs would be removed, as those of steps that are gone."""
    before = after_run.files()
    Path("other.toml").write_text(
        '[step.copy]\nkind = "convert"\ndata = ["raw"]\nto = "c/"\nformat = "csv"\n'
    )
    ran = after_run("run", "other.toml")
    assert (ran.code, "it is of another settings file, adamgate.toml" in ran.err) == (4, True)
    (tmp_path / "second").mkdir()
    shutil.copytree("raw", tmp_path / "second" / "raw")
    shutil.copy("other.toml", tmp_path / "second" / "adamgate.toml")
    ran = after_run("run", str(tmp_path / "second"), "--record", "run.jsonl")
    assert (ran.code, "it is of another settings file, adamgate.toml" in ran.err) == (4, True)
    assert after_run.files() == before
    assert after_run("run", "other.toml", "--record", "other.jsonl").states == {"copy": "ran"}
    assert after_run("run").states == UNCHANGED
    assert after_run.files() == before


@pytest.mark.slow
def test_data_that_change_between_the_gate_and_the_table(project, monkeypatch):
    from adamgate.converters.pipeline.steps.validate import ValidateStep

    real = ValidateStep.run

    def judged(self, given):
        outcome = real(self, given)
        monkeypatch.setattr(run_module.PipelineRun, "_settle", settle)
        return outcome

    def settle(self, planned, state):
        real_settle(self, planned, state)
        if planned.name == "gate":
            path = Path("raw/adsl.csv")
            path.write_text(path.read_text().replace("Drug A", "Drug B"))

    from adamgate.converters.pipeline import run as run_module

    real_settle = run_module.PipelineRun._settle
    monkeypatch.setattr(ValidateStep, "run", judged)
    ran = project("run")
    assert (ran.code, ran.states["gate"], ran.states["pfs"]) == (3, "ran", "failed")
    assert "input raw/adsl.csv changed after step gate" in ran.out
