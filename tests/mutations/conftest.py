"""The two clean studies that damage is done to."""

from pathlib import Path

import pytest
from two_arm_trial import two_arm_trial

import adamgate as ag


@pytest.fixture(scope="session")
def clean(root):
    """Clean studies by name, to be treated as read-only."""
    return {"trial": two_arm_trial(), "cartitude1": ag.read(root / "fixtures" / "cartitude1")}


def pytest_collection_modifyitems(items):
    """These take a whole gate each: `make test-all` runs them."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.slow)
