"""What tests share: the folder of real data, which a plain clone does not have."""

import os
from pathlib import Path

import pytest

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
        if os.environ.get("ADAMGATE_REQUIRE_SHARED"):
            pytest.fail(f"{SHARED} is required here and absent")
        pytest.skip("no shared data beside this checkout")
    return SHARED
