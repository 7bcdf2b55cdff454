"""What tests share: the folder of real data, which a plain clone does not have."""

import gc
import os
import re
from fnmatch import fnmatch
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Workbooks of tests have the same XML whether or not lxml is installed.
os.environ["OPENPYXL_LXML"] = "False"

# The same examples in every run, and none judged by a clock: what fails here fails everywhere.
settings.register_profile(
    "repeatable",
    derandomize=True,
    deadline=None,
    max_examples=60,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("quick", settings.get_profile("repeatable"), max_examples=20)
settings.register_profile("other versions", settings.get_profile("repeatable"), max_examples=30)
PROFILES = {
    "not slow": "quick",
    "not one_version": "other versions",
    "not one_version and not slow": "other versions",
    "not one_version and slow": "other versions",
}
"""By what -m selects."""


def pytest_configure(config: pytest.Config) -> None:
    """Properties: a third of their examples where slow tests are left out; half with other versions.

    A test that wants more or fewer than others says so as a share of ``settings.default.max_examples``.
    Files are flushed to the disk where all tests run; elsewhere no test waits for the disk.
    """
    profile = PROFILES.get(config.getoption("-m"), "repeatable")
    settings.load_profile(profile)
    if profile != "repeatable":
        os.fsync = os.fstat  # type: ignore[assignment]  # a handle that is closed still fails


MARKS_OF_A_FILE = re.compile(r"^pytestmark = (\[[^\]]*|.*)", re.MULTILINE)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """A file all of whose tests -m leaves out is not imported: some import clients of clusters and stores."""
    marks = config.getoption("-m")
    if not marks or " or " in marks or not fnmatch(collection_path.name, "test_*.py"):
        return None
    found = MARKS_OF_A_FILE.search(collection_path.read_text(encoding="utf-8"))
    left_out = re.findall(r"\bnot (\w+)", marks)
    return any(found and f"pytest.mark.{each}" in found[1] for each in left_out) or None


ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def shared() -> Path:
    """Real data, reference answers and conformance cases; CI must have them, a clone need not."""
    if not SHARED.is_dir():
        if os.environ.get("TESTS_REQUIRE_SHARED"):
            pytest.fail(f"{SHARED} is required here and absent")
        pytest.skip("no shared data beside this checkout")
    return SHARED


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Raw bytes name no test: workers must collect the same ids, whatever the clock wrote into a file."""
    return argname if isinstance(val, bytes) else None


def pytest_collection_finish(session: pytest.Session) -> None:
    """Thousands of tests are not searched for garbage again and again, where time counts.

    Hypothesis 6.100 relies on the collector: frozen, it calls properties of many examples flaky.
    """
    if session.config.getoption("-m") == "not slow":
        gc.collect()
        gc.freeze()
