"""A copy of the package that does otherwise is found out; a wheel qualifies itself, without a network."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.one_version]

RULES = "schemas/rules/time_to_event/time_to_event.py"
ALTERATIONS = [
    # a rule that never fires, one that fires always, and a message
    (RULES, "durations & (aval < 0)", "durations & (aval < -1e300)"),
    (RULES, "if not len(data):", "if True:"),
    ("schemas/rules/time_to_event/durations.py", '"ADT is before STARTDT")', '"ADT is early")'),
    # a writer that drops labels
    ("converters/formats/dataset_json/writer.py", '"label": variable.label,', '"label": "",'),
    # the estimator of Kaplan-Meier curves
    ("converters/survival/estimators.py", "np.cumprod(left / at_risk,", "np.cumprod(left / (at_risk + 1),"),
]
OFFLINE = """\
import os, sys
def refused(event, _):
    if event.startswith("socket.") and event not in ("socket.__new__",):
        os.write(2, f"network: {event}".encode()); os._exit(99)
sys.addaudithook(refused)
from adamgate.cli import run
sys.exit(run(sys.argv[1:]))
"""


def replaced(package: Path, module: str, old: str, new: str) -> None:
    file = package / module
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1, (module, old)
    file.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture
def copy(root: Path, tmp_path: Path) -> Path:
    """A copy of the package, to be altered."""
    package = tmp_path / "altered" / "adamgate"
    kept = ("__init__.py", "__init__.pyi", "__main__.py", "cli.py", "converters", "schemas")
    package.mkdir(parents=True)
    for name in kept:
        source = root / name
        if source.is_dir():
            shutil.copytree(source, package / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, package / name)
    return package


def qualified(package: Path, folder: Path) -> tuple[int, dict]:
    done = subprocess.run(
        [sys.executable, "-m", "adamgate", "qualify", "-o", str(folder), "-q"],
        cwd=folder.parent,
        env=os.environ | {"PYTHONPATH": str(package.parent)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (folder / "qualification.json").exists(), done.stderr
    document = json.loads((folder / "qualification.json").read_text(encoding="utf-8"))
    assert document["platform"]["folder of the package"] == str(package)
    return done.returncode, document


def different(document: dict) -> dict[str, set[str]]:
    """What differs of each part, by subject."""
    return {
        part["name"]: {case["subject"] for case in part["cases"] if case["result"] == "different"}
        for part in document["parts"]
    }


def test_each_alteration_is_found_and_nothing_else(copy, tmp_path):
    """A rule that never fires, one that always does, a message, a writer without labels, a curve."""
    for alteration in ALTERATIONS:
        replaced(copy, *alteration)
    code, document = qualified(copy, tmp_path / "record")
    assert code == 1
    assert document["result"] == "different"
    found = different(document)
    assert found["installation"] == set()
    assert found["rules"] == {"TTE006", "TTE017", "TTE027", "WV001"}, (
        "WV001: a waiver of TTE006 has no finding"
    )
    written = {".json", ".ndjson", ".ndjson.gz", ".dsjc"}
    assert found["formats"] == {f"Dataset-JSON ({suffix})" for suffix in written}
    assert found["tables"] == {"kaplan-meier"}
    page = (tmp_path / "record" / "qualification.html").read_text(encoding="utf-8")
    assert 'class="result different"' in page


def test_a_rule_that_is_broken_altogether_is_found(copy, tmp_path):
    """And does not keep others from being run."""
    replaced(copy, RULES, "durations, aval = data.parameters.durations,", "durations, aval = data.nothing,")
    code, document = qualified(copy, tmp_path / "record")
    assert code == 1
    assert {rule for rules in different(document).values() for rule in rules} == {"TTE006", "WV001"}
    (first, *_) = (
        case
        for part in document["parts"]
        for case in part["cases"]
        if case["subject"] == "TTE006" and case["result"] == "different"
    )
    assert any("not run" in line for line in first["observed"])


@pytest.fixture(scope="module")
def installed(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of a new environment in which a wheel is installed, beside the dependencies of this one."""
    source, wheels = tmp_path_factory.mktemp("source") / "adamgate", tmp_path_factory.mktemp("wheel")
    made = shutil.ignore_patterns(".*", "__pycache__", "*.egg-info", "build", "dist", "out", "data", "tests")
    shutil.copytree(root, source, ignore=made)
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    build = ["wheel", "--no-deps", "--no-build-isolation", "-w", str(wheels), str(source)]
    subprocess.run([*pip, *build], check=True, capture_output=True)
    environment = tmp_path_factory.mktemp("environment") / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(environment)], check=True)
    python = environment / "bin" / "python"
    (wheel,) = wheels.glob("*.whl")
    subprocess.run(
        [*pip, "--python", str(python), "install", "--no-deps", "--no-index", str(wheel)], check=True
    )
    site = Path(sysconfig.get_path("purelib", vars={"base": str(environment)}))
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return python


def run_in(python: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run without a network, and without the checkout."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(
        [python, "-c", OFFLINE, *arguments],
        cwd=folder,
        env=environment | {"SOURCE_DATE_EPOCH": "1714564800"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_wheel_qualifies_itself_in_an_empty_folder_without_a_network(installed, tmp_path):
    records = []
    for name in ("first", "second"):
        done = run_in(installed, tmp_path, "qualify", "-o", name)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "network" not in done.stderr
        assert done.stdout.splitlines()[-1].startswith("EQUAL: adamgate ")
        records.append([each.read_bytes() for each in sorted((tmp_path / name).iterdir())])
    assert records[0] == records[1], "the same bytes"
    document = json.loads(records[0][1])
    assert Path(document["platform"]["folder of the package"]).is_relative_to(installed.parents[1])
    (files,) = (
        case
        for part in document["parts"]
        for case in part["cases"]
        if (part["name"], case["subject"]) == ("installation", "installed files")
    )
    assert files["expected"] == [f"{len(document['files'])} files as in the wheel"]
    assert sorted(each.name for each in tmp_path.iterdir()) == ["first", "second"]


def test_an_installed_file_that_is_changed_absent_or_added_is_found(installed, tmp_path):
    where = subprocess.run(
        [installed, "-c", "import adamgate; print(adamgate.__path__[0])"],
        cwd=tmp_path,
        env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
        capture_output=True,
        text=True,
        check=True,
    )
    package = Path(where.stdout.strip())
    (package / "schemas" / "wording.py").write_text(
        (package / "schemas" / "wording.py").read_text(encoding="utf-8") + "\n# changed\n", encoding="utf-8"
    )
    (package / "converters" / "added.py").write_text("", encoding="utf-8")
    (package / "py.typed").unlink()
    code = (
        "from adamgate.converters.qualification.installation import Installation\n"
        "print(*next(iter(Installation().cases())).observed, sep='\\n')"
    )
    done = subprocess.run(
        [installed, "-c", code],
        cwd=tmp_path,
        env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines() == [
        "added: converters/added.py",
        "absent: py.typed",
        "changed: schemas/wording.py",
    ]
