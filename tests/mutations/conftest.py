"""The two clean studies that damage is done to."""

import pytest
from two_arm_trial import two_arm_trial

import adamgate as ag


@pytest.fixture(scope="session")
def clean(root):
    """Clean studies by name, to be treated as read-only."""
    return {"trial": two_arm_trial(), "cartitude1": ag.read(root / "fixtures" / "cartitude1")}
