"""The list of packages in pyproject.toml, from the folders that hold an ``__init__.py``.

.venv/bin/python docs/make_packages.py
"""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROJECT = ROOT / "pyproject.toml"
ROOMS = ("converters", "schemas")
_LIST = re.compile(r"(?<=^packages = \[\n).*?(?=^\]$)", re.MULTILINE | re.DOTALL)


def packages(root: Path = ROOT) -> list[str]:
    """Their names, in order."""
    folders = [file.parent.relative_to(root) for room in ROOMS for file in (root / room).rglob("__init__.py")]
    return ["adamgate", *sorted(".".join(("adamgate", *folder.parts)) for folder in folders)]


def with_packages(project: str, root: Path = ROOT) -> str:
    """The text of pyproject.toml with the list as it is today."""
    return _LIST.sub("".join(f'    "{name}",\n' for name in packages(root)), project, count=1)


if __name__ == "__main__":
    PROJECT.write_text(with_packages(PROJECT.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
