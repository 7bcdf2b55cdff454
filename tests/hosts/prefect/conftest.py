"""Prefect in a folder of its own; nothing is sent anywhere. It reads its settings when it is imported."""

import os
import shutil
import tempfile

HOME = tempfile.mkdtemp(prefix="prefect-")
os.environ |= {
    "PREFECT_HOME": HOME,
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_LOGGING_LEVEL": "WARNING",
    "DO_NOT_TRACK": "1",
}


def pytest_unconfigure() -> None:
    shutil.rmtree(HOME, ignore_errors=True)
