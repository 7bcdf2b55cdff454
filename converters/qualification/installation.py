"""What is installed here: adamgate and its files, what it depends on, Python and the platform."""

from __future__ import annotations

import base64
import csv
import getpass
import hashlib
import json
import platform
import re
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path, PurePosixPath

from ...schemas.wording import counted
from .checked_case import CheckedCase, NotRun

PACKAGE = Path(__file__).resolve().parents[2]
_SHIPPED = ("*.py", "*.pyi", "py.typed", "converters/**/*", "schemas/**/*")
"""Where the files of the package are: a checkout has others beside them."""
_NAME = "adamgate"
_NOT_KNOWN = "not known"
_REQUIREMENT = re.compile(r"(?P<name>[\w.-]+)(?:\[[^]]*\])?\s*(?:>=\s*(?P<least>[\d.]+))?")
_USER_OF_ADDRESS = re.compile(r"//[^/]*@")
"""Installers leave out names and passwords as a rule; no record has them."""
_EXTRA = re.compile(r"""extra\s*==\s*['"]([\w-]+)['"]""")
_TOOLS = frozenset({"browser", "lint", "newer-oracles", "oracles", "site", "store", "test", "test-hosts"})
"""Extras that adamgate is developed with; no user needs them."""


@dataclass(frozen=True, slots=True)
class NeededPackage:
    """What a distribution needs.

    Attributes
    ----------
    name : str
    least : str
        Lowest version that will do; empty for any.
    extra : str
        The extra that it is part of; empty if it is always needed.
    """

    name: str
    least: str
    extra: str


class Installation:
    """What is installed where this runs.

    Parameters
    ----------
    package : Path
        The folder of the package.
    """

    def __init__(self, package: Path = PACKAGE) -> None:
        self.package = package

    @cached_property
    def distribution(self) -> Distribution | None:
        """The metadata that an installer left; None where there are none."""
        return _distribution(_NAME)

    @property
    def version(self) -> str:
        return self.distribution.version if self.distribution is not None else _NOT_KNOWN

    @cached_property
    def files(self) -> Mapping[str, str]:
        """SHA-256 of each file of the package, by its path there."""
        paths = [each for pattern in _SHIPPED for each in self.package.glob(pattern)]
        named = {each.relative_to(self.package): each for each in paths if each.is_file()}
        return {
            path.as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
            for path, file in sorted(named.items())
            if "__pycache__" not in path.parts
        }

    @cached_property
    def recorded(self) -> Mapping[str, str]:
        """SHA-256 of each file as the wheel recorded it; empty if the package is not from a wheel.

        An editable installation records no file of the package, but others that may lie below it: those of an
        environment in a folder of the checkout.
        """
        placed = {each.place.resolve(): each.sha256 for each in self._of_wheel}
        return {
            place.relative_to(self.package).as_posix(): sha256
            for place, sha256 in placed.items()
            if place.is_relative_to(self.package)
        }

    @cached_property
    def _of_wheel(self) -> tuple[_RecordedFile, ...]:
        """The files of a package that was installed from a wheel, which need not be this one."""
        return tuple(each for each in _recorded(self.distribution) if each.name.startswith(f"{_NAME}/"))

    @property
    def digest(self) -> str:
        """One SHA-256 for all files: that of the lines which ``sha256sum`` prints of them, sorted by path."""
        lines = "".join(f"{sha256}  {name}\n" for name, sha256 in self.files.items())
        return hashlib.sha256(lines.encode()).hexdigest()

    @cached_property
    def requirements(self) -> tuple[NeededPackage, ...]:
        return _requirements(self.distribution)

    @cached_property
    def extras(self) -> Mapping[str, tuple[NeededPackage, ...]]:
        """What each extra needs, but for those of development."""
        names = sorted({each.extra for each in self.requirements} - {"", *_TOOLS})
        return {name: tuple(each for each in self.requirements if each.extra == name) for name in names}

    @cached_property
    def versions(self) -> Mapping[str, str]:
        """Versions of all that adamgate depends on, directly or not, and of the extras that are installed."""
        ahead = [each.name for each in self.requirements if each.extra not in _TOOLS]
        found: dict[str, str] = {}
        while ahead:
            name = _canonical(ahead.pop())
            held = _distribution(name)
            if held is not None and name not in found:
                found[name] = held.version
                ahead += [each.name for each in _requirements(held) if not each.extra]
        return dict(sorted(found.items()))

    @property
    def platform(self) -> Mapping[str, str]:
        return {
            "Python": f"{platform.python_implementation()} {platform.python_version()}",
            "interpreter": sys.executable,
            "operating system": platform.platform(),
            "processor": platform.machine(),
            "byte order": sys.byteorder,
            "text encoding of files": sys.getfilesystemencoding(),
            "folder of the package": str(self.package),
            "installed from": _installed_from(self.distribution),
            "machine": platform.node() or _NOT_KNOWN,
            "user": _user(),
            "time zone": " / ".join(dict.fromkeys(time.tzname)),
        }

    def cases(self) -> Iterator[CheckedCase | NotRun]:
        """Whether the files are those of the wheel, and what adamgate depends on is installed."""
        if self.recorded:
            yield self._files_are_those_of_the_wheel()
        elif self._of_wheel:
            yield self._another_package_is_run()
        else:
            reason = "adamgate was not installed from a wheel, so that no list of its files can be compared"
            yield NotRun("installed files", reason)
        for each in self.requirements:
            if not each.extra:
                yield self._dependency(each)
        for name, needed in self.extras.items():
            absent = [each.name for each in needed if _distribution(each.name) is None]
            if absent:
                reason = f"not installed: {', '.join(absent)}"
                yield NotRun(f"adamgate[{name}]", reason)
            else:
                yield from map(self._dependency, needed)
        yield from self._files_of_dependencies()

    def _files_of_dependencies(self) -> Iterator[CheckedCase | NotRun]:
        """Whether the code that adamgate runs with is that of its wheels."""
        without_list = []
        for name in self.versions:
            recorded = list(_recorded(_distribution(name)))
            if not recorded:
                without_list.append(name)
                continue
            expected = f"{counted(len(recorded), 'file')} as in the wheel"
            other = tuple(f"{each.state}: {each.name}" for each in recorded if each.state)
            yield CheckedCase(name, "SHA-256 of each file", (expected,), other or (expected,))
        if without_list:
            reason = f"the installer left no list of the files of {', '.join(without_list)}"
            yield NotRun("files of dependencies", reason)

    def _files_are_those_of_the_wheel(self) -> CheckedCase:
        """Files that are changed, absent or added are listed; there is to be none."""
        names = sorted({*self.files, *self.recorded})
        other = tuple(
            f"{self._difference(name)}: {name}"
            for name in names
            if self.files.get(name) != self.recorded.get(name)
        )
        expected = (f"{len(self.recorded)} files as in the wheel",)
        observed = other or (f"{len(self.files)} files as in the wheel",)
        return CheckedCase("installed files", "SHA-256 of each file", expected, observed)

    def _another_package_is_run(self) -> CheckedCase:
        """As where PYTHONPATH or the working directory has one: what is installed is not what works."""
        installed = next(each for each in self._of_wheel[0].place.parents if each.name == _NAME)
        expected, observed = (str(installed),), (str(self.package),)
        return CheckedCase("installed files", "folder of the package", expected, observed)

    def _difference(self, name: str) -> str:
        if name not in self.files:
            return "absent"
        return "changed" if name in self.recorded else "added"

    def _dependency(self, needed: NeededPackage) -> CheckedCase:
        held = _distribution(needed.name)
        expected = f"{needed.name} {needed.least} or later" if needed.least else f"{needed.name}, any version"
        version = held.version if held is not None else "none"
        observed = f"{needed.name} {version}" if held is not None else f"{needed.name} is not installed"
        if held is not None and _numbers(held.version) >= _numbers(needed.least):
            observed = expected
        return CheckedCase(needed.name, f"installed version: {version}", (expected,), (observed,))


@dataclass(frozen=True, slots=True)
class _RecordedFile:
    """A file as its wheel has it."""

    name: str
    place: Path
    sha256: str

    @property
    def state(self) -> str:
        """What is wrong with it; empty if it is as in the wheel."""
        try:
            content = self.place.read_bytes()
        except OSError:
            return "absent"
        return "" if hashlib.sha256(content).hexdigest() == self.sha256 else "changed"


def _recorded(held: Distribution | None) -> Iterator[_RecordedFile]:
    """The files of which an installer recorded the SHA-256; not programs, which lie in another folder.

    Not by `Distribution.files`, which from Python 3.12 on has no file that is absent.
    """
    if held is None:
        return
    for name, recorded, *_ in csv.reader((held.read_text("RECORD") or "").splitlines()):
        kind, _, value = recorded.partition("=")
        if kind == "sha256" and ".." not in PurePosixPath(name).parts:
            digest = base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))
            yield _RecordedFile(name, Path(str(held.locate_file(name))), digest.hex())


def _installed_from(held: Distribution | None) -> str:
    """The file or folder that was installed, with its hash, as installers record it (direct_url.json)."""
    text = held.read_text("direct_url.json") if held is not None else None
    if text is None:
        return "not recorded, as from a package index"
    try:
        origin = json.loads(text)
        hashes = {**origin.get("archive_info", {}).get("hashes", {})}
        url = _USER_OF_ADDRESS.sub("//", str(origin["url"]))
        return ", ".join([url, *(f"{name} {value}" for name, value in hashes.items())])
    except (ValueError, TypeError, KeyError, AttributeError):
        return _NOT_KNOWN


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a number without a name, as in containers
        return _NOT_KNOWN


def _distribution(name: str) -> Distribution | None:
    try:
        return distribution(name)
    except PackageNotFoundError:
        return None


def _requirements(held: Distribution | None) -> tuple[NeededPackage, ...]:
    """What a distribution states, but for what another marker than an extra excludes somewhere."""
    stated: Iterable[str] = (held.requires or ()) if held is not None else ()
    found = []
    for line in stated:
        needed, _, marker = line.partition(";")
        named = _REQUIREMENT.match(needed.strip())
        extra = _EXTRA.search(marker)
        if named is not None:
            found.append(NeededPackage(named["name"], named["least"] or "", extra[1] if extra else ""))
    return tuple(found)


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _numbers(version: str) -> tuple[int, ...]:
    """The numbers that a version begins with: (2, 3, 1) of "2.3.1.post1"."""
    known = re.match(r"\d+(\.\d+)*", version)
    numbers = tuple(int(part) for part in known[0].split(".")) if known else ()
    return numbers[: max((place for place, each in enumerate(numbers, 1) if each), default=0)]
