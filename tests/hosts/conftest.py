"""Deliveries that pass, are refused and cannot be read; hosts are looked for where they are installed.

A host has an environment of its own, where `make test-hosts` names it in TESTS_REQUIRE_HOST: its tests are
then collected whether or not it is installed, and fail without it.
"""

import os
import re
import shutil
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest

HOSTS = ("airflow", "dagster", "prefect")
REQUIRED = os.environ.get("TESTS_REQUIRE_HOST")
assert REQUIRED in (None, *HOSTS), f"TESTS_REQUIRE_HOST={REQUIRED} is not a host"

collect_ignore = [host for host in HOSTS if host != REQUIRED and find_spec(host) is None]

PYTHON = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)

ADSL = """\
STUDYID,USUBJID,SUBJID,SITEID,AGE,AGEU,SEX,RACE,ARM,TRT01P,TRTSDT,ITTFL,SAFFL,DTHFL,DTHDT,LSTALVDT
S1,S1-01,01,01,54,YEARS,F,ASIAN,Active,Active,2024-01-15,Y,Y,Y,2024-02-13,2024-02-13
S1,S1-02,02,01,61,YEARS,M,ASIAN,Placebo,Placebo,2024-01-15,Y,Y,,,2024-03-15
S1,S1-03,03,01,47,YEARS,F,ASIAN,Active,Active,2024-01-15,Y,Y,Y,2024-04-18,2024-04-18
"""
ADTTE = """\
STUDYID,USUBJID,TRTP,PARAMCD,PARAM,AVAL,STARTDT,ADT,CNSR,EVNTDESC
S1,S1-01,Active,OS,Overall Survival (days),30,2024-01-15,2024-02-13,0,Death
S1,S1-02,Placebo,OS,Overall Survival (days),61,2024-01-15,2024-03-15,1,Alive at last contact
S1,S1-03,Active,OS,Overall Survival (days),95,2024-01-15,2024-04-18,0,Death
"""
PIPELINE = """\
[step.gate]
kind = "validate"
data = ["adam"]
output = "report.json"
"""


def delivered(folder: Path, adtte: str = ADTTE) -> Path:
    """A delivery in a folder."""
    folder.mkdir(parents=True)
    (folder / "adsl.csv").write_text(ADSL)
    (folder / "adtte.csv").write_text(adtte)
    return folder


@pytest.fixture(scope="session")
def passing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return delivered(tmp_path_factory.mktemp("passing") / "adam")


@pytest.fixture(scope="session")
def refused(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One AVAL is negative."""
    return delivered(tmp_path_factory.mktemp("refused") / "adam", ADTTE.replace(",95,", ",-95,"))


@pytest.fixture(scope="session")
def unreadable(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dataset is still being copied."""
    folder = delivered(tmp_path_factory.mktemp("unreadable") / "adam")
    (folder / "adae.xpt").write_bytes(b"HEADER RECORD*******LIBRARY HEADER")
    return folder


@pytest.fixture(scope="session")
def project(passing: Path) -> Path:
    """A settings file whose pipeline passes."""
    file = passing.parent / "adamgate.toml"
    file.write_text(PIPELINE)
    return file


@pytest.fixture(scope="session")
def refused_project(refused: Path) -> Path:
    """A settings file whose gate is refused."""
    file = refused.parent / "adamgate.toml"
    file.write_text(PIPELINE)
    return file


@pytest.fixture(scope="session")
def example(root: Path, passing: Path) -> Callable[[str, Path], str]:
    """The code of docs/hosts.md for a host, about a study that is made in a folder."""
    page = (root / "docs" / "hosts.md").read_text(encoding="utf-8")

    def code(host: str, study: Path) -> str:
        shutil.copytree(passing, study / "2024-05")
        (study / "adamgate.toml").write_text(PIPELINE.replace("adam", "2024-05").replace("report", "gate"))
        (block,) = [each for each in PYTHON.findall(page) if f"converters.hosts.{host} import" in each]
        return block.replace("/data/study1", str(study))

    return code
