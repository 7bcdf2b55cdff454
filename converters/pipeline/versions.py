"""The versions that decide what a step makes: of adamgate, of its libraries, of packages that add rules."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.metadata import EntryPoint, PackageNotFoundError, entry_points, version
from importlib.util import find_spec
from pathlib import Path

_LIBRARIES = ("numpy", "pandas", "pyarrow", "pyreadstat")
_RULES = "adamgate.rules"
"""The group of entry points whose packages add rules."""
_PACKAGE = Path(__file__).parents[2]
_ROOMS = ("converters", "schemas")
_SHIPPED = (".py", ".json", ".toml", ".css", ".html", ".js", ".md")
_DIGITS = 12


@cache
def versions() -> Mapping[str, str]:
    """Of adamgate, of the libraries that its results rest on, of packages that add rules."""
    packages = {each.dist.name: _version_of_rules(each) for each in entry_points(group=_RULES) if each.dist}
    return {
        "adamgate": f"{_version('adamgate')}+{hash_of_code()}",
        **{name: _version(name) for name in _LIBRARIES},
        **dict(sorted(packages.items())),
    }


def hash_of_code() -> str:
    """What the files of adamgate hold now: code that was edited is another version, whatever its number.

    It is the same in a checkout and where the package is installed from it.
    """
    files = [path.relative_to(_PACKAGE) for path in _PACKAGE.glob("*.py")]
    files += [each for room in _ROOMS for each in _below(_PACKAGE, room)]
    return _hash(_PACKAGE, files)


def _version_of_rules(entry: EntryPoint) -> str:
    """The version of a package and the hash of its code, which may be edited, too."""
    found = find_spec(entry.module.partition(".")[0])
    places = [Path(each) for each in (found and found.submodule_search_locations) or ()]
    hashes = [_hash(each, _below(each)) for each in places]
    if found is not None and found.has_location and found.origin and not places:
        hashes = [_hash(Path(found.origin).parent, [Path(found.origin).name])]
    return "+".join([_version(entry.dist.name if entry.dist else ""), *hashes])


def _hash(root: Path, files: Iterable[Path | str]) -> str:
    known = hashlib.sha256()
    for name in sorted(Path(each).as_posix() for each in files):
        content = hashlib.sha256((root / name).read_bytes()).hexdigest()
        known.update(f"{content}  {name}\n".encode())
    return known.hexdigest()[:_DIGITS]


def _below(root: Path, room: str = "") -> Iterator[Path]:
    for folder, folders, names in os.walk(root / room):
        folders[:] = [each for each in folders if each != "__pycache__"]
        here = Path(folder).relative_to(root)
        yield from (here / each for each in names if each.endswith(_SHIPPED))


def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return "not installed"
