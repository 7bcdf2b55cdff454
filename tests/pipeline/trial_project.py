"""A small project with a pipeline: the synthetic trial, derived, judged and tabulated."""

import shutil
from pathlib import Path
from typing import NamedTuple

import pytest

from adamgate import cli

TRIAL = Path(__file__).parents[2] / "fixtures" / "derivations"
STEPS = """
[table.pfs]
param = "PFS"
covariates = ["TRTP"]

[table.os_km]
shape = "kaplan-meier"
param = "OS"
by = "TRTP"

[step.os]
kind = "survival"
data = ["adam", "raw"]
table = "os_km"
output = "tables/os.csv"
gate = false

[step.pfs]
kind = "survival"
data = ["adam", "raw"]
table = "pfs"
output = "tables/pfs.csv"
gate = false

[step.gate]
kind = "validate"
data = ["adam", "raw"]
output = "report.json"

[step.adam]
kind = "derive"
sources = ["raw"]
to = "adam"
"""
"""Declared in the order opposite to that in which they run."""
OUTPUTS = (
    "adam/adtte.xpt",
    "report.json",
    "tables/os.codebook.json",
    "tables/os.csv",
    "tables/os_summary.csv",
    "tables/pfs.codebook.json",
    "tables/pfs.csv",
)


class Ran(NamedTuple):
    """What a command gave back."""

    code: int
    out: str
    err: str

    @property
    def states(self) -> dict[str, str]:
        """The state of each step that the text has a line of."""
        words = ("would run", "may run", "ran", "unchanged", "refused", "different", "failed", "not run")
        lines = (line for line in self.out.splitlines() if line.startswith(words))
        named = ((next(word for word in words if line.startswith(word)), line) for line in lines)
        return {line[len(word) :].split()[0]: word for word, line in named}


class TrialProject:
    """A folder with the project, and its commands."""

    def __init__(self, folder: Path, capture: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._capture = capture

    def __call__(self, *arguments: str) -> Ran:
        """Run `adamgate` in the folder of the project."""
        self._capture.readouterr()
        code = cli.run(arguments or ("run",))
        return Ran(code, *self._capture.readouterr())

    def edit(self, name: str, old: str, new: str) -> None:
        path = self.folder / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    def files(self) -> dict[str, bytes]:
        """What a run wrote, but for the times."""
        found = {name: (self.folder / name).read_bytes() for name in OUTPUTS}
        return found | {name: (self.folder / name).read_bytes() for name in ("run.jsonl", "run.jsonl.sha256")}


def make_project(folder: Path, steps: str = STEPS) -> None:
    (folder / ".git").mkdir(parents=True)
    (folder / "raw").mkdir()
    for name in ("adsl", "cm", "rs"):
        shutil.copy(TRIAL / "trial" / f"{name}.csv", folder / "raw")
    (folder / "adamgate.toml").write_text((TRIAL / "trial.toml").read_text() + steps, encoding="utf-8")
