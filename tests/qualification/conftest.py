"""The record of this checkout, made once."""

import pytest

from adamgate.converters.qualification.qualify import qualify


@pytest.fixture(scope="session")
def record():
    """To be treated as read-only."""
    return qualify()
