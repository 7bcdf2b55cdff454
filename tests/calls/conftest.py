"""What calls adamgate: its tools, the blocks of its pages, and a study in each state."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="session")
def tool(root) -> Callable[..., Path]:
    """A program of an environment that `make` sets up; CI must have them, a clone need not."""

    def found(name: str, environment: str = ".venv-dist") -> Path:
        path = root / environment / "bin" / name
        if not path.exists():
            missing = f"{name} is not set up: make {environment}/.ready"
            if os.environ.get("TESTS_REQUIRE_TOOLS"):
                pytest.fail(missing)
            pytest.skip(missing)
        return path

    return found


@pytest.fixture(scope="session")
def from_yaml(tool) -> Callable[[str], object]:
    """YAML as JSON has it."""

    def parsed(text: str) -> object:
        code = "import json, sys, yaml; json.dump(yaml.load(sys.stdin, yaml.BaseLoader), sys.stdout)"
        command = [str(tool("python")), "-c", code]
        done = subprocess.run(command, input=text, capture_output=True, text=True, check=True)
        return json.loads(done.stdout)

    return parsed


@pytest.fixture(scope="session")
def block(root) -> Callable[[str, str], str]:
    """The code of a page whose first comment names a file."""

    def found(page: str, name: str) -> str:
        text = (root / "docs" / page).read_text(encoding="utf-8")
        (code,) = (code for _, code in _BLOCK.findall(text) if name in "".join(code.splitlines()[:2]))
        return code

    return found


@pytest.fixture(scope="session")
def environment() -> dict[str, str]:
    """With `adamgate` on PATH, as a user has it."""
    return {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}


@pytest.fixture
def study(root, tmp_path) -> Callable[[str], Path]:
    """A folder with `adam`, a study of this state: passed, refused or unreadable."""

    def made(state: str) -> Path:
        folder = tmp_path / state
        folder.mkdir()
        (folder / "adamgate.toml").touch()
        fixture = root / "fixtures" / ("cartitude1-broken" if state == "refused" else "cartitude1")
        shutil.copytree(fixture, folder / "adam", ignore=shutil.ignore_patterns("*.md", "*.toml", "*.py"))
        if state == "unreadable":
            (folder / "adam" / "adtte.xpt").write_bytes(b"no data")
        return folder

    return made


STATES = {"passed": 0, "refused": 1, "unreadable": 3}


@pytest.fixture(params=STATES)
def state(request) -> str:
    return request.param


@pytest.fixture
def code(state) -> int:
    """With which a command ends on a study of that state."""
    return STATES[state]
