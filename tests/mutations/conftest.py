"""The clean studies that damage is done to."""

from pathlib import Path

import pytest
from bases import BASES, base


@pytest.fixture(scope="session")
def clean():
    """Clean studies by name, to be treated as read-only."""
    there = {name: base(name) for name in BASES}
    return {name: study for name, study in there.items() if study is not None}


def pytest_collection_modifyitems(items):
    """These take a whole gate each: `make test-all` runs them."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.slow)
