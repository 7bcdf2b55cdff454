"""A reader that crashes; the other process finds it here, where little has to be imported."""

import os
from pathlib import Path


def crash(_: Path) -> None:
    os.abort()
