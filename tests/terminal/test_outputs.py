"""What outputs never replace, what they may, and what a report says while there is no verdict."""

import contextlib
import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from importlib.metadata import version
from pathlib import Path

import jsonschema
import pytest

import adamgate as ag
from adamgate import cli
from adamgate.converters.reports import REPORTS, form_in
from adamgate.converters.reports.files import ReportFile
from adamgate.converters.reports.json_document import SCHEMA
from adamgate.converters.survival.sealed_table import belong_together
from adamgate.schemas.errors import Terminated

pytestmark = [pytest.mark.slow, pytest.mark.one_version]

VALIDATOR = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))
ADSL = "STUDYID,USUBJID,SUBJID,SITEID,AGE,AGEU,SEX,RACE,ARM,TRT01P\n" + "".join(
    f"S,S-0{n},0{n},007,5{n},YEARS,F,WHITE,A,A\n" for n in (1, 2)
)
ADTTE = "STUDYID,USUBJID,PARAMCD,PARAM,AVAL,CNSR,STARTDT,ADT\n" + "".join(
    f"S,S-0{n},OS,Overall Survival (days),1{n},{n - 1},2020-01-01,2020-01-1{n}\n" for n in (1, 2)
)
RULES = """\
import adamgate as ag

@ag.rule("ACME001", title="Nothing", severity="note", grain="dataset", structures=("TTE",))
def nothing(data):
    \"\"\"Nothing.\"\"\"
    return ()
"""
TERMS = (
    "Code,Codelist Code,Codelist Extensible (Yes/No),Codelist Name,CDISC Submission Value,CDISC Synonym(s),"
    "CDISC Definition,NCI Preferred Term,Standard and Date\n"
    "C66731,,No,Sex,SEX,Sex,Sex,Sex,ADaM CT 2025-09-26\n"
    "C20197,C66731,,Sex,M,Male,Male,Male,ADaM CT 2025-09-26\n"
    "C16576,C66731,,Sex,F,Female,Female,Female,ADaM CT 2025-09-26\n"
)


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study with every kind of input, files beside the data that nobody reads, and its report."""
    folder = tmp_path_factory.mktemp("judged")
    (folder / ".git").mkdir()
    files = {
        "data/adsl.csv": ADSL,
        "data/adtte.csv": ADTTE,
        "data/_datasets.csv": "Filename,Label\nadtte.csv,Time to event\n",
        "data/_variables.csv": "dataset,variable,label\nADTTE,AVAL,Analysis value\n",
        "data/protocol.xlsx": "not read",
        "data/readme.md": "not read",
        "data/adamgate.toml": '[settings]\nencoding = "utf-8"\n',
        "adamgate.toml": "[settings]\ncomplete = false\n",
        "named.toml": "[settings]\ncomplete = false\n",
        "rules.py": RULES,
        "ct.csv": TERMS,
    }
    for name, text in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    with contextlib.chdir(folder):
        assert cli.run(["validate", "data", "-q", "-o", "baseline.json"]) == 0
    return folder


@pytest.fixture
def study(judged: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it, in which the test is."""
    shutil.copytree(judged, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def contents(folder: Path) -> dict[str, bytes]:
    """Every file, but the bytecode that Python keeps of rule files."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.parent.name != "__pycache__")
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


INPUTS = [
    "baseline.json",
    "rules.py",
    "ct.csv",
    "adamgate.toml",
    "data/adamgate.toml",
    "data/adtte.csv",
    "data/_datasets.csv",
    "data/_variables.csv",
    "data/protocol.xlsx",
    "data/readme.md",
]
OPTIONS = ("--rules", "rules.py", "--ct", "ct.csv")


@pytest.mark.parametrize("name", [*INPUTS, "named.toml"])
@pytest.mark.parametrize("force", [True, False])
@pytest.mark.parametrize("link", [True, False])
def test_a_report_replaces_no_input_of_any_kind(study: Path, name: str, force: bool, link: bool):
    output = name
    if link:
        output = "link"
        Path(output).symlink_to(name)
    before = contents(study)
    arguments = [
        "validate",
        "data",
        "-o",
        output,
        "--format",
        "json",
        "--baseline",
        "baseline.json",
        *OPTIONS,
    ]
    arguments += ["--config", "named.toml"] if name == "named.toml" else []
    arguments += ["--force"] if force else []
    assert cli.run(arguments) == 4
    assert contents(study) == before


def test_nor_one_that_the_settings_name(study: Path):
    Path("adamgate.toml").write_text('[settings]\nct = ["ct.csv"]\n')
    before = contents(study)
    assert cli.run(["validate", "data", "-o", "ct.csv", "--format", "text", "--force"]) == 4
    assert contents(study) == before


@pytest.mark.parametrize("name", ["ct.csv", "data/adtte.csv", "data/_variables.csv", "data/.other.csv"])
def test_a_table_replaces_no_input_either(study: Path, name: str):
    Path("data/.other.csv").write_text("hidden, so that it is not read")
    before = contents(study)
    assert cli.run(["survival", "data", "--param", "OS", "-o", name, "--force", *OPTIONS]) == 4
    assert contents(study) == before


def test_nor_the_codebook_beside_it(study: Path):
    Path("data/os.codebook.json").write_text("{}")
    assert cli.run(["survival", "data", "--param", "OS", "-o", "data/os.csv", "--force"]) == 4
    assert Path("data/os.codebook.json").read_text() == "{}"


@pytest.mark.parametrize("target", ["data/.old.json", "adamgate.json"])
def test_a_conversion_replaces_neither_settings_nor_what_was_not_read(study: Path, target: str):
    Path("adamgate.json").write_text("[settings]\n")
    Path("data/.old.json").write_text("hidden, so that it is not read")
    Path("data/adsl.csv").unlink()
    before = contents(study)
    assert cli.run(["convert", "data", target, "--force", "--config", "adamgate.json"]) == 4
    assert contents(study) == before


FOREIGN = {
    "tests.txt": "PASSED  12 tests in 3 s\n",
    "log.txt": "NOT JUDGED  yet\nREFUSED  twice\n",
    "quoted.txt": "The report says:\nPASSED  no findings\n\nReport written by adamgate 0.1.0\n",
    "continued.txt": "PASSED  no findings\n\nReport written by adamgate 0.1.0\nMy notes.\n",
    "bare.txt": "PASSED\n",
    "blank.txt": " ",
    "head.json": '{"schema_version": "1.2", "verdict": "passed"}',
    "cut.json": '{\n  "schema_version": "1.2",\n  "verdict": "passed",',
    "other.json": '{"schema_version": "1.2", "verdict": "passed", "versions": {"adamgate": "0.1.0"}}',
    "list.json": '[{"schema_version": "1.2", "verdict": "passed"}]',
    "deep.json": '{"schema_version": "1.2", "verdict": "passed", "a":' + "[" * 100_000,
    "codebook.json": '{"schema_version": "1.2", "table": "os.csv"}',
}


@pytest.mark.parametrize("name", FOREIGN)
def test_a_file_that_only_begins_like_a_report_is_not_one(study: Path, name: str):
    Path(name).write_text(FOREIGN[name])
    assert form_in(Path(name)) is None
    before = contents(study)
    assert cli.run(["validate", "data", "-q", "-o", name]) == 4
    assert cli.run(["validate", "data", "-q", "-o", name, "--fail-on", "bogus"]) == 2
    assert contents(study) == before
    assert cli.run(["validate", "data", "-q", "-o", name, "--force"]) == 0
    assert form_in(Path(name)) == {".txt": "text", ".json": "json"}[Path(name).suffix]


@pytest.mark.parametrize("options", [(), ("-q",), ("-v",), ("--ignore", "all"), ("--fail-on", "note")])
@pytest.mark.parametrize("form", REPORTS)
def test_every_report_is_known_as_ours(study: Path, form: str, options: tuple[str, ...]):
    for data in ("data", "gone"):
        assert cli.run(["validate", data, "-o", "findings", "--format", form, *options]) != 4
        assert form_in(Path("findings")) == form
    assert form_in(Path("gone")) is None


def test_a_json_report_is_known_by_its_keys(study: Path):
    """Also where another program formatted it, and of a version with fewer keys."""
    found = json.loads(Path("baseline.json").read_text())
    Path("compact.json").write_text(json.dumps(found, separators=(",", ":")))
    old = {key: value for key, value in found.items() if key not in ("reason", "terms", "comparison")}
    Path("old.json").write_text(json.dumps(old | {"schema_version": "1.0"}))
    assert [form_in(Path(name)) for name in ("compact.json", "old.json")] == ["json", "json"]


def test_the_text_of_a_file_says_whose_it_is(study: Path, capsys: pytest.CaptureFixture[str]):
    assert cli.run(["validate", "data", "-q", "-o", "findings.txt"]) == 0
    assert (
        Path("findings.txt").read_text().endswith(f"\n\nReport written by adamgate {version('adamgate')}\n")
    )
    assert cli.run(["validate", "data", "-q", "--format", "text"]) == 0
    assert "Report written by" not in capsys.readouterr().out
    assert REPORTS["json"].mark.put("{}\n") == "{}\n"


def test_an_empty_file_may_become_a_report(study: Path):
    Path("empty.json").touch()
    assert cli.run(["validate", "data", "-q", "-o", "empty.json"]) == 0
    assert document("empty.json")["verdict"] == "passed"


@pytest.mark.parametrize("name", ["data/adae.csv", "data/_SUCCESS"])
def test_but_not_one_of_a_folder_that_was_given(study: Path, name: str):
    Path(name).touch()
    assert cli.run(["validate", "data", "-o", name, "--format", "json", "--force"]) == 4
    assert Path(name).read_bytes() == b""


def test_a_report_among_the_data_is_replaced_by_the_next(study: Path):
    for _ in range(2):
        assert cli.run(["validate", "data", "-q", "-o", "data/findings.json"]) == 0
        assert document("data/findings.json")["verdict"] == "passed"


def test_nor_does_a_report_replace_a_part_of_a_dataset(study: Path):
    assert cli.run(["convert", "data/adtte.csv", "parts/adtte.parquet/part-0.parquet"]) == 0
    report = Path("parts/adtte.parquet/findings.json")
    report.write_bytes(Path("baseline.json").read_bytes())
    for given in ("parts", "parts/adtte.parquet"):
        assert cli.run(["validate", given, "-o", str(report), "--force"]) == 4
        assert report.read_bytes() == Path("baseline.json").read_bytes()


# Data beside the inputs, which were not read

DATA = ("data/adtte.csv", "data/adsl.csv")
FORCED = {
    "survival": ("survival", *DATA, "--param", "OS", "--force", "-o"),
    "validate": ("validate", *DATA, "--format", "json", "--force", "-o"),
    "convert": ("convert", "data/adtte.csv", "--force"),
}
OTHERS = {
    "data/adae.csv": "STUDYID,USUBJID\nS,S-01\n",
    "data/adae.json": '{"datasetJSONVersion": "1.1.0", "name": "ADAE"',
    "data/adae.parquet": "PAR1",
}


@pytest.mark.parametrize("command", FORCED)
@pytest.mark.parametrize("name", OTHERS)
@pytest.mark.parametrize("link", [True, False])
def test_no_output_replaces_data_beside_the_inputs(
    study: Path, command: str, name: str, link: bool, capsys: pytest.CaptureFixture[str]
):
    for each, text in OTHERS.items():
        Path(each).write_text(text)
    output = name
    if link:
        output = f"link{Path(name).suffix}"
        Path(output).symlink_to(name)
    before = contents(study)
    assert cli.run([*FORCED[command], output]) == 4
    assert contents(study) == before
    assert "would replace data beside the inputs" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["data/labs.xlsx", "data/adae.xpt"])
def test_nor_files_that_may_be_data(study: Path, name: str):
    Path(name).write_bytes(b"data")
    assert cli.run([*FORCED["validate"], name]) == 4
    assert Path(name).read_bytes() == b"data"


@pytest.mark.parametrize("name", ["data/package.json", "data/readme.md", "elsewhere.csv"])
def test_what_is_no_data_or_lies_elsewhere_is_replaced_if_forced(study: Path, name: str):
    Path(name).write_text("{}")
    assert cli.run([*FORCED["validate"][:-2], "-o", name]) == 4
    assert cli.run([*FORCED["validate"], name]) == 0


def test_a_table_beside_the_data_is_replaced_by_the_next(study: Path):
    for unit in ("days", "weeks"):
        assert cli.run(["survival", *DATA, "--param", "OS", "--unit", unit, "-o", "data/os.csv"]) == 0
    assert cli.run(["survival", "data", "--param", "OS", "-o", "data/os.csv"]) == 4  # it was read as data
    Path("data/os.codebook.json").unlink()
    assert cli.run([*FORCED["survival"], "data/os.csv"]) == 4


@pytest.mark.parametrize("name", ["adtte.parquet", "tte.parquet", "tte.json", "tte.ndjson"])
def test_a_conversion_beside_its_source_can_be_repeated(
    study: Path, name: str, capsys: pytest.CaptureFixture[str]
):
    for options in ((), ("--force",)):
        assert cli.run(["convert", "data/adtte.csv", f"data/{name}", *options]) == 0
        said = capsys.readouterr().err
        assert f"note: data now contains ADTTE twice, in adtte.csv and {name}: " in said
    assert cli.run(["convert", "data/adsl.csv", f"data/{name}", "--force"]) == 4
    assert cli.run(["validate", "data"]) == 3
    assert "dataset ADTTE was found twice" in capsys.readouterr().err


def test_of_csv_files_one_name_is_repeated_elsewhere(study: Path, capsys: pytest.CaptureFixture[str]):
    for options in ((), ("--force",)):
        assert cli.run(["convert", "data/adtte.csv", "out/tte.csv", *options]) == 0
        assert "twice" not in capsys.readouterr().err


def test_a_table_named_as_a_dataset_of_its_folder(study: Path, capsys: pytest.CaptureFixture[str]):
    assert cli.run(["survival", "data", "--param", "OS", "-q", "-o", "data/adtte.parquet"]) == 0
    assert "note: data now contains ADTTE twice, in adtte.csv and adtte.parquet: " in capsys.readouterr().err
    assert cli.run(["survival", *DATA, "--param", "OS", "-q", "-o", "data/.adtte.parquet"]) == 0
    assert cli.run(["survival", *DATA, "--param", "OS", "-q", "-o", "adtte.parquet"]) == 0
    assert "twice" not in capsys.readouterr().err


# A run without a verdict


def document(path: str = "findings.json") -> dict:
    found = json.loads(Path(path).read_text(encoding="utf-8"))
    VALIDATOR.validate(found)
    return found


FAILURES = {
    "unreadable": (3, "gone", ()),
    "no match": (3, "data/*.sas7bdat", ()),
    "no such baseline": (3, "data", ("--baseline", "gone.json")),
    "configuration": (2, "data", ("--select", "XYZ")),
    "settings": (2, "data", ("--config", "rules.py")),
    "own rules": (2, "data", ("--rules", "gone.py")),
}


@pytest.mark.parametrize("case", FAILURES)
@pytest.mark.parametrize("earlier", [True, False])
def test_a_run_that_fails_leaves_no_earlier_verdict(study: Path, case: str, earlier: bool):
    expected, data, options = FAILURES[case]
    if earlier:
        assert cli.run(["validate", "data", "-q", "-o", "findings.json"]) == 0
        assert document()["verdict"] == "passed"
    assert cli.run(["validate", data, "-q", "-o", "findings.json", *options]) == expected
    if not earlier and not Path("findings.json").exists():
        assert case in ("settings", "no match")  # nothing may be written before it is known what must not be
        return
    found = document()
    assert (found["verdict"], found["findings"]) == ("not judged", [])
    assert "to do: " in found["reason"]


def test_the_text_of_such_a_report_is_one_line(study: Path):
    assert cli.run(["validate", "gone", "-o", "findings.txt"]) == 3
    line, _, signature = Path("findings.txt").read_text().splitlines()
    assert line.startswith("NOT JUDGED  ")
    assert signature.startswith("Report written by adamgate ")


WRONG_USAGE = {
    "a value": ("data", "--fail-on", "bogus"),
    "a value that is missing": ("data", "--fail-on"),
    "no format": ("data", "--format", "txt"),
    "an option": ("data", "--bogus"),
    "an option with a value": ("--bogus", "x", "data"),
    "no paths": (),
    "an empty path": ("",),
    "an empty option": ("data", "--config", ""),
    "a flag with a value": ("data", "--quiet=1"),
    "exclusive options": ("data", "-v", "-q"),
}
"""What click refuses, or `validate` before it begins."""


@pytest.mark.parametrize("case", WRONG_USAGE)
@pytest.mark.parametrize("suffix", ["json", "txt"])
def test_wrong_usage_takes_back_an_earlier_verdict(study: Path, case: str, suffix: str):
    output = f"findings.{suffix}"
    assert cli.run(["validate", "data", "-q", "-o", output]) == 0
    assert cli.run(["validate", *WRONG_USAGE[case], "-o", output]) == 2
    assert form_in(Path(output)) == {"json": "json", "txt": "text"}[suffix]
    if suffix == "json":
        assert document(output)["verdict"] == "not judged"
        assert document(output)["reason"].startswith("usage error: ")
    else:
        assert Path(output).read_text().startswith("NOT JUDGED  usage error: ")


@pytest.mark.parametrize("option", ["-o {}", "--output {}", "--output={}", "-o{}", "-qo {}", "-vqo{}"])
@pytest.mark.parametrize("behind", [True, False])
def test_however_the_option_is_written(study: Path, option: str, behind: bool):
    given, named = ["data", "--fail-on", "bogus"], option.format("baseline.json").split()
    assert cli.run(["validate", *(given + named if behind else named + given)]) == 2
    assert document("baseline.json")["verdict"] == "not judged"


def test_wrong_usage_of_the_command_itself(study: Path):
    for arguments in (["validat", "data"], ["--bogus", "validate", "data"]):
        assert cli.run(["validate", "data", "-q", "-o", "findings.json"]) == 0
        assert cli.run([*arguments, "-o", "findings.json"]) == 2
        assert document()["verdict"] == "not judged"


def test_a_format_that_nothing_tells_takes_back_an_earlier_verdict(study: Path):
    assert cli.run(["validate", "data", "-q", "-o", "findings", "--format", "json"]) == 0
    assert cli.run(["validate", "data", "-q", "-o", "findings"]) == 2
    assert document("findings")["verdict"] == "not judged"
    assert "report format cannot be determined" in document("findings")["reason"]
    assert cli.run(["validate", "data", "-q", "-o", "new"]) == 2
    assert not Path("new").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ["validate", "data", "--baseline", "baseline.json", "-o", "baseline.json", "--bogus"],
        ["validate", "data", "--baseline=baseline.json", "-o", "../{}/baseline.json", "--bogus"],
        ["validate", "data", "--bogus", "--", "-o", "baseline.json"],
        ["validate", "data", "--bogus", "-o"],
        ["validate", "data", "-o", "baseline.json", "--help"],
        ["survival", "data", "-o", "baseline.json", "--bogus"],
        ["describe", "data", "-o", "baseline.json"],
    ],
)
def test_wrong_usage_changes_no_input_and_no_report_that_it_is_not_about(study: Path, arguments: list[str]):
    before = contents(study)
    assert cli.run([each.format(study.name) for each in arguments]) in (0, 2)
    assert contents(study) == before


def test_wrong_usage_makes_no_file_and_fills_none(study: Path):
    Path("empty.json").touch()
    before = contents(study)
    for output in ("empty.json", "new.json", "data", "gone/new.json"):
        assert cli.run(["validate", "data", "--bogus", "-o", output]) == 2
    assert contents(study) == before


def test_a_verdict_that_cannot_be_taken_back_is_told(
    study: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    assert cli.run(["validate", "data", "--bogus", "-o", "baseline.json"]) == 2
    said = capsys.readouterr().err
    assert "No such option" in said
    assert "error: the output cannot be written" in said


@pytest.mark.parametrize(
    ("problem", "reason"),
    [
        (KeyboardInterrupt(), "interrupted"),
        (Terminated(143), "ended by Terminated"),
        (ValueError("patient data"), "ended by ValueError"),
        (MemoryError(), "ended by MemoryError"),
    ],
)
def test_an_interrupt_and_a_fault_quote_nothing(
    study: Path, monkeypatch: pytest.MonkeyPatch, problem: BaseException, reason: str
):
    def broken(*_: object, **__: object) -> None:
        raise problem

    monkeypatch.setattr(ag, "validate", broken)
    assert cli.run(["validate", "data", "-o", "findings.json"]) not in (0, 1)
    assert document()["reason"] == reason


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="needs SIGKILL")
def test_a_killed_run_leaves_no_earlier_verdict(study: Path):
    """A rule that takes long is killed, as by the kernel when memory is short."""
    assert cli.run(["validate", "data", "-q", "-o", "findings.json"]) == 0
    Path("slow.py").write_text(
        RULES.replace("return ()", "import pathlib, time; pathlib.Path('started').touch(); time.sleep(60)")
    )
    command = [
        sys.executable,
        "-m",
        "adamgate",
        "validate",
        "data",
        "-o",
        "findings.json",
        "--rules",
        "slow.py",
    ]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        deadline = time.monotonic() + 50
        while not Path("started").exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        process.send_signal(signal.SIGKILL)
    assert Path("started").exists()
    assert document()["verdict"] == "not judged"
    assert document()["reason"] == "the run has not finished, or was killed"


ENDED_EARLY = {
    "SIGTERM": (143, "ended by Terminated"),
    "SIGHUP": (129, "ended by Terminated"),
    "SIGINT": (130, "interrupted"),
    "SIGKILL": (-9, "the run has not finished, or was killed"),
    "ImportError": (70, "ended by ImportError"),
    "MemoryError": (70, "ended by MemoryError"),
    "os._exit": (1, "the run has not finished, or was killed"),
}


SIGNALLED_IN_A_FINALIZER = """
import os, signal, sys, time, weakref
from adamgate.converters.terminal.run import prepare
from adamgate.schemas.errors import Terminated

class Held: ...

def send(_):
    os.kill(os.getpid(), getattr(signal, sys.argv[1]))
    time.sleep(0)

prepare()
held = Held()
seen = weakref.ref(held, send)
try:
    del held
    time.sleep(20)
except (Terminated, KeyboardInterrupt) as told:
    print(type(told).__name__)
"""


@pytest.mark.skipif(os.name == "nt", reason="needs signals")
@pytest.mark.parametrize(("name", "told"), [("SIGTERM", "Terminated"), ("SIGINT", "KeyboardInterrupt")])
def test_a_signal_is_obeyed_that_comes_where_python_raises_nothing(name, told):
    done = subprocess.run(
        [sys.executable, "-c", SIGNALLED_IN_A_FINALIZER, name], capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == (f"{told}\n", "")


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="needs signals")
@pytest.mark.parametrize("case", ENDED_EARLY)
@pytest.mark.parametrize("library", ["numpy", "pandas"])
def test_a_run_that_ends_while_libraries_are_loaded_leaves_no_earlier_verdict(
    study: Path, tmp_path: Path, case: str, library: str
):
    """The library is replaced by a file that ends the process, as numpy does where memory is short."""
    ends = {"os._exit": "os._exit(1)"} | {each: f"raise {each}" for each in ("ImportError", "MemoryError")}
    body = ends.get(case, f"os.kill(os.getpid(), signal.{case})")
    Path("instead").mkdir()
    Path(f"instead/{library}.py").write_text(f"import os, signal\n{body}\n")
    path = os.pathsep.join(filter(None, [str(tmp_path / "instead"), os.environ.get("PYTHONPATH")]))
    command = [sys.executable, "-m", "adamgate", "validate", "data", "-q", "-o", "baseline.json"]
    ended = subprocess.run(
        command, check=False, env=os.environ | {"PYTHONPATH": path}, stderr=subprocess.DEVNULL
    )
    expected, reason = ENDED_EARLY[case]
    assert ended.returncode == expected
    assert (document("baseline.json")["verdict"], document("baseline.json")["reason"]) == (
        "not judged",
        reason,
    )


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="needs a bound of the address space")
@pytest.mark.parametrize("megabytes", [90, 120, 200])
def test_nor_does_one_that_has_no_memory(study: Path, megabytes: int):
    """And it ends."""
    before = contents(study)
    command = [sys.executable, "-m", "adamgate", "validate", "data", "-q", "-o", "baseline.json"]
    limited = ["sh", "-c", f'ulimit -v {megabytes * 1000}; exec "$@"', "sh", *command]
    ended = subprocess.run(limited, check=False, stderr=subprocess.PIPE, text=True, timeout=300)
    assert ended.returncode != 0
    assert document("baseline.json")["verdict"] == "not judged"
    assert set(contents(study)) == set(before)


@pytest.mark.parametrize(
    ("problem", "expected", "reason"),
    [
        (Terminated(143), 143, "ended by Terminated"),
        (KeyboardInterrupt(), 130, "interrupted"),
        (MemoryError(), 70, "ended by MemoryError"),
        (ag.UnreadableInput("gone", "data"), 3, "gone where: data"),
    ],
)
def test_nor_does_one_that_ends_before_it_knows_its_options(
    study: Path, monkeypatch: pytest.MonkeyPatch, problem: BaseException, expected: int, reason: str
):
    def broken(*_: object) -> None:
        if isinstance(problem, Terminated):
            monkeypatch.setattr(Terminated, "code", 143)  # as the handler of a signal does
        raise problem

    monkeypatch.setattr(cli, "import_module", broken)
    for command in ("survival", "describe"):
        before = contents(study)
        assert cli.run([command, "data", "-o", "baseline.json"]) == expected
        assert contents(study) == before
    assert cli.run(["validate", "baseline.json", "-o", "baseline.json"]) == expected
    assert contents(study) == before
    assert cli.run(["validate", "data", "-o", "baseline.json"]) == expected
    assert document("baseline.json")["reason"] == reason


def test_a_verdict_that_was_delivered_stays(study: Path, monkeypatch: pytest.MonkeyPatch):
    """Also where nobody reads what is said beside it."""
    from adamgate.converters.terminal import messages

    def broken(*_: object) -> None:
        monkeypatch.setattr(Terminated, "code", 143)
        raise Terminated(143)

    monkeypatch.setattr(messages, "show", broken)
    assert cli.run(["validate", "data", "-o", "baseline.json"]) == 143
    assert document("baseline.json")["verdict"] == "passed"


def test_a_second_signal_does_not_keep_the_earlier_verdict(study: Path, monkeypatch: pytest.MonkeyPatch):
    def twice(*_: object) -> None:
        monkeypatch.setattr(Terminated, "code", 143)
        raise Terminated(143)

    def interrupted(_: int) -> None:
        os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(cli, "import_module", twice)
    monkeypatch.setattr(os, "fsync", interrupted)
    assert cli.run(["validate", "data", "-o", "baseline.json"]) == 143
    assert document("baseline.json")["verdict"] == "not judged"
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_baseline_that_judged_nothing_is_refused(study: Path):
    assert cli.run(["validate", "gone", "-o", "old.json"]) == 3
    with pytest.raises(ag.UnreadableInput, match="ended without a verdict"):
        ag.read_baseline("old.json")


def test_a_pipe_is_written_to_once(study: Path):
    os.mkfifo("pipe")
    got: list[bytes] = []
    reader = threading.Thread(target=lambda: got.append(Path("pipe").read_bytes()))
    reader.start()
    assert cli.run(["validate", "data", "-q", "-o", "pipe", "--format", "json"]) == 0
    reader.join(20)
    assert json.loads(got[0])["verdict"] == "passed"


def test_without_a_file_nothing_is_held(tmp_path: Path):
    with ReportFile(None, "text") as file:
        file.spare([tmp_path], [tmp_path])
        file.claim(None)
        file.deliver("PASSED")
    assert list(tmp_path.iterdir()) == []


# A table and its codebook


def test_a_codebook_proves_whose_it_is(study: Path):
    assert cli.run(["survival", "data", "--param", "OS", "-o", "os.csv", "-q"]) == 0
    assert cli.run(["survival", "data", "--param", "OS", "--unit", "weeks", "-o", "w/os.csv", "-q"]) == 0
    assert belong_together(Path("os.csv"), Path("os.codebook.json"))
    assert not belong_together(Path("w/os.csv"), Path("os.codebook.json"))
    assert not belong_together(Path("os.csv"), Path("w/os.codebook.json"))


@pytest.mark.parametrize("suffix", ["parquet", "csv"])
def test_a_link_that_leads_back_to_itself(study: Path, suffix: str, capsys: pytest.CaptureFixture[str]):
    Path(f"loop.{suffix}").symlink_to(f"loop.{suffix}")
    assert cli.run(["convert", "data/adtte.csv", f"loop.{suffix}", "--force"]) == 4
    assert cli.run(["survival", "data", "--param", "OS", "-o", f"loop.{suffix}", "--force"]) == 4
    assert cli.run(["validate", "data", "-o", f"loop.{suffix}", "--format", "json", "--force"]) == 4
    assert capsys.readouterr().err.count("points to itself") == 3


def test_a_folder_that_was_removed(study: Path, capsys: pytest.CaptureFixture[str]):
    Path("gone").mkdir()
    os.chdir("gone")
    os.rmdir(study / "gone")
    assert cli.run(["rules"]) == 0
    assert cli.run(["explain", "TTE001"]) == 0
    assert cli.run(["validate", "."]) == 3
    assert cli.run(["validate", ".", "-o", "findings.json"]) == 4


def test_several_reports_are_of_one_judgement(study: Path, capsys, monkeypatch):
    judged = []
    validate = ag.validate
    monkeypatch.setattr(ag, "validate", lambda *given, **named: judged.append(1) or validate(*given, **named))
    outputs = ["a.json", "a.html", "a.sarif", "a.xml", "a.md", "a.txt", "a.xlsx"]
    assert cli.run(["validate", "data", *(part for each in outputs for part in ("-o", each))]) == 0
    assert capsys.readouterr().out.startswith("PASSED")
    assert len(judged) == 1
    assert [form_in(Path(each)) for each in outputs] == [
        "json", "html", "sarif", "junit", "markdown", "text", "xlsx",
    ]  # fmt: skip
    assert cli.run(["validate", "data", "-q", "-o", "b.json"]) == 0
    assert Path("a.json").read_bytes() == Path("b.json").read_bytes()


def test_one_of_several_outputs_may_be_stdout_and_one_without_a_suffix_has_the_format_given(study, capsys):
    assert cli.run(["validate", "data", "-o", "-", "-o", "a.html", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["verdict"] == "passed"
    assert cli.run(["validate", "data", "-q", "-o", "noted", "-o", "a.html", "--format", "junit"]) == 0
    assert form_in(Path("noted")) == "junit"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("-o", "a.json", "-o", "./a.json"), "the output is given twice"),
        (("-o", "-", "-o", "-"), "the output is given twice"),
        (("-o", "a.json", "-o", "a.html", "--format", "json"), "--format json has no effect"),
        (("-o", "a.json", "-o", "noted"), "the report format cannot be determined"),
        (("-o", "a.json", "-o", "-", "--format", "xlsx"), "cannot be printed"),
    ],
)
def test_several_outputs_that_contradict_each_other_are_refused(study: Path, capsys, options, said):
    assert cli.run(["validate", "data", *options]) == 2
    assert said in capsys.readouterr().err
    assert not Path("a.html").exists()


@pytest.mark.parametrize("command", ["validate", "report"])
def test_each_of_several_reports_is_withdrawn_and_none_over_an_input(study: Path, command):
    outputs = ("-o", "findings.json", "-o", "page.html")
    assert cli.run([command, "data", "-q", *outputs]) == 0
    assert cli.run([command, "data", "-q", *outputs, "--fail-on", "bogus"]) == 2
    assert document()["verdict"] == "not judged"
    assert "NOT JUDGED" in Path("page.html").read_text("utf-8")
    before = Path("data/adsl.csv").read_bytes()
    assert cli.run([command, "data", "-o", "page.html", "-o", "data/adsl.csv", "--force"]) in (2, 4)
    assert Path("data/adsl.csv").read_bytes() == before


def test_report_writes_further_forms_beside_its_page(study: Path, capsys):
    assert cli.run(["report", "data", "-o", "page.html", "-o", "a.json", "-o", "a.sarif"]) == 0
    assert [form_in(Path(each)) for each in ("page.html", "a.json", "a.sarif")] == ["html", "json", "sarif"]
    assert "written: page.html\nwritten: a.json\nwritten: a.sarif" in capsys.readouterr().err
    assert cli.run(["report", "data", "-o", "a.json"]) == 2
    assert "no output is a page" in capsys.readouterr().err
