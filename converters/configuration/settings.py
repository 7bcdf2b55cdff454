"""Settings: options, ``ADAMGATE_*`` variables, ``adamgate.toml`` and defaults, each with its origin.

Two files are looked for. The one of the working directory, or above it, belongs to whoever runs the gate.
One that lies with the data came, perhaps, with the delivery: it says how the data are read, not how they are
judged.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, get_origin, get_type_hints

from ...schemas.errors import ConfigurationError
from ...schemas.kinds import (
    Choice,
    ValueKind,
    checked,
    day,
    missing_words,
    require_known,
    require_table,
    switch,
    words,
)
from ...schemas.severity import Severity
from ...schemas.standards.versions import ADAMIG_VERSIONS, OCCDS_VERSIONS, Standards
from ...schemas.wording import did_you_mean, one_line
from ..values.left_open import DATE_ORDERS, DECIMALS
from ..values.regular_file import open_regular
from .values import codec, path, paths, size

if TYPE_CHECKING:
    from ...schemas.gate.validate import GateOptions
    from ...schemas.rules.rule import Rule
    from ...schemas.study.declarations import Declarations
    from .tables import Judging

FILE_NAME = "adamgate.toml"
TABLE = "settings"
PREFIX = "ADAMGATE_"
DEFAULT = "default"

ADAMIG_CHOICES = tuple(f"adamig-{each}" for each in ADAMIG_VERSIONS)
NEVER = "never"
FAIL_ON = (*map(str, reversed(Severity)), NEVER)

_REPOSITORY = (".git", ".hg")
"""A folder with one of these is the root of a repository; files above it belong to something else."""
_SWITCH_WORDS = {
    **dict.fromkeys(("1", "true", "yes", "on"), True),
    **dict.fromkeys(("0", "false", "no", "off"), False),
}
READING = ("encoding", "catalog", "recursive", "date_order", "decimal")
"""Settings that are also taken from a file that lies with the data; `missing` could hide what rules judge."""
_LARGEST = 4_000_000
"""Bytes that a configuration file may have."""
_DEEPEST = 32
"""Levels of one dotted key: what `tomllib` does with it takes their square in time and memory."""
_PART = r"""(?:[A-Za-z0-9_-]++|"(?:[^"\\\n]|\\.)*+"?|'[^'\n]*+'?)"""
_TOML = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*+"{0,5}' + r"|'{3}(?:[^']|'(?!''))*+'{0,5}" + r"|#[^\n]*+"
    rf"|(?P<deep>(?:{_PART}[ \t]*+\.[ \t]*+){{{_DEEPEST}}})"
    rf"|{_PART}(?:[ \t]*+\.[ \t]*+{_PART})*+" + r"""|[^A-Za-z0-9_"'\#-]++|.""",
    re.DOTALL,
)
"""What a TOML file is made of: texts, comments, keys and words, all else."""
_TYPO = 0.75
"""An unknown ``ADAMGATE_*`` variable this much like a known name is taken for a misspelling of it."""
OPTIONS_ONLY = ("baseline", "rules", "config")
"""Options that decide how data are judged and that only the command line can give."""
_OURS = (f"{PREFIX}DEBUG",)
"""Variables that have a meaning and are no settings."""


@dataclass(frozen=True, slots=True)
class WithData:
    """A settings file that was found by the data's path alone.

    Attributes
    ----------
    path : Path
    used : tuple of str
        Its settings that say how the data are read.
    unused : tuple of str
        What else it holds: "fail_on", "[rules]".
    """

    path: Path
    used: tuple[str, ...]
    unused: tuple[str, ...]

    def note(self, judging: bool) -> str:
        """What a user has to know of it; empty where that is nothing. `judging`: a verdict is asked for."""
        shown = _shown(self.path)
        said = [f"{', '.join(self.used)} from {shown}, which lies with the data"] if self.used else []
        unused = self.unused if judging else tuple(name for name in self.unused if name == "missing")
        if unused:
            said.append(
                f"not used, because it lies with the data: {', '.join(unused)} of {shown}; "
                "to use it, name it with --config"
            )
        return "; ".join(said)


@dataclass(frozen=True)
class Settings:
    """What a user has set, or left to its default. A new setting is one line here.

    Attributes
    ----------
    standard, occds : str
        Versions of the standards to judge by.
    fail_on : str
        The least severity that refuses; "never" leaves that to rules that were not run.
    complete : bool
        The delivery is declared complete: an undelivered dataset that a rule needs refuses.
    encoding : str or None
        Of text in the inputs; by default UTF-8, else what the file declares, else cp1252.
    catalog : Path or None
        The format catalogue (sas7bcat); by default the one beside the data.
    recursive : bool
        Read the subfolders of the inputs, too.
    missing : tuple of str
        Texts that stand for a missing value in CSV files; none by default.
    date_order : str or None
        How dates such as 03/04/2020 are read: "dmy" or "mdy"; by default they stay text.
    decimal : str or None
        What separates decimals in CSV files; by default a comma does where it is certain.
    max_unpacked : int or None
        Bytes that a compressed file may unpack to; by default it depends on the file's size.
    memory : int or None
        Bytes that data may take of memory; by default all are held.
    work_dir : Path or None
        Where the others are kept on disk; by default the system's folder for temporary files.
    show_values : bool
        Show the values of faulty records. They are patient data.
    show_keys : bool
        Name records and subjects in reports and messages by their keys; counts are always given.
    ct : tuple of Path
        Files of controlled terminology to judge terms by, before what is built in.
    select, ignore : tuple of str
        Names of rules; in a file they stand under [rules] and [rules.DATASET].
    today : date or None
        The day by which waivers expire; from an option or the environment only.
    judging : Judging or None
        What the other tables of the file say about how to judge.
    origins : mapping of name to str
        Where each came from: "--fail-on", "ADAMGATE_FAIL_ON", a file, or "default".
    file : Path or None
        The settings file that counts.
    with_data : WithData or None
        Another, which lies with the data.
    without_effect : tuple of str
        Variables of the environment that have the prefix and set nothing.
    """

    standard: Annotated[str, Choice(ADAMIG_CHOICES)] = "adamig-1.3"
    occds: Annotated[str, Choice(OCCDS_VERSIONS)] = "1.1"
    fail_on: Annotated[str, Choice(FAIL_ON)] = "error"
    complete: Annotated[bool, switch] = False
    encoding: Annotated[str | None, codec] = None
    catalog: Annotated[Path | None, path] = None
    recursive: Annotated[bool, switch] = False
    missing: Annotated[tuple[str, ...], missing_words] = ()
    date_order: Annotated[str | None, Choice(DATE_ORDERS)] = None
    decimal: Annotated[str | None, Choice(DECIMALS)] = None
    max_unpacked: Annotated[int | None, size] = None
    memory: Annotated[int | None, size] = None
    work_dir: Annotated[Path | None, path] = None
    show_values: Annotated[bool, switch] = False
    show_keys: Annotated[bool, switch] = True
    ct: Annotated[tuple[Path, ...], paths] = ()
    select: Annotated[tuple[str, ...], words] = ()
    ignore: Annotated[tuple[str, ...], words] = ()
    today: Annotated[date | None, day] = None
    judging: Judging | None = None
    origins: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    file: Path | None = None
    with_data: WithData | None = None
    without_effect: tuple[str, ...] = ()

    @property
    def standards(self) -> Standards:
        return Standards(adamig=self.standard.removeprefix("adamig-"), occds=self.occds)

    @property
    def threshold(self) -> Severity | None:
        """The least severity that refuses, or None."""
        return None if self.fail_on == NEVER else Severity(self.fail_on)

    def origin(self, name: str) -> str:
        """Where a setting came from."""
        return self.origins.get(name, DEFAULT)

    @property
    def own_rules(self) -> tuple[Rule, ...]:
        """The rules that the file states by conditions."""
        return self.judging.rules if self.judging is not None else ()

    def gate_options(self, extra_rules: Sequence[Rule] = ()) -> GateOptions:
        """How to judge, for `validate` and for the gate of `survival`.

        Parameters
        ----------
        extra_rules : sequence of Rule
            Beside those of the file.

        Raises
        ------
        ConfigurationError
            For a name that no rule has; tells where it stands.
        """
        from ...schemas.gate.selection import full_book, selectors

        rules = (*self.own_rules, *extra_rules)
        book = full_book(rules)
        for name, chosen in (("select", self.select), ("ignore", self.ignore)):
            selectors(chosen, book, f"{self.origin(name)}, {name}")
        severities = self.judging.severities if self.judging is not None else {}
        selectors(severities, book, f"{self.origin(JUDGING)}, [rules.severity]")
        return {
            "standards": self.standards,
            "declarations": self.declarations(),
            "complete": self.complete,
            "show_keys": self.show_keys,
            "select": self.select,
            "ignore": self.ignore,
            "severities": severities,
            "waivers": self.judging.waivers if self.judging is not None else (),
            "today": self.today,
            "extra_rules": rules,
            "origins": self._origins_of_terms(),
        }

    def _origins_of_terms(self) -> Mapping[str, str]:
        """Where each of the terms came from, by the name that the report has for it."""
        file = self.origin(JUDGING)
        terms = {
            "ADaMIG": "standard",
            "OCCDS": "occds",
            "select": "select",
            "ignore": "ignore",
            "missing": "missing",
            "today": "today",
            "ct": "ct",
        }
        stated = {term: self.origin(name) for term, name in terms.items()}
        judged = dict.fromkeys(("severities", "waivers", "declared"), file)
        return {**stated, **judged, "fail_on": self.origin("fail_on")}

    def declarations(self) -> Declarations | None:
        """What the file declares, with the terminology of files named by `ct`."""
        declared = self.judging.declarations if self.judging is not None else None
        if not self.ct:
            return declared
        from ...schemas.study.declarations import NOTHING_DECLARED
        from ..metadata.nci_terminology import read_terminology

        declared = declared or NOTHING_DECLARED
        known = declared.terminology
        for file in self.ct:
            known = known.updated_by(read_terminology(file))
        return replace(declared, terminology=known)


JUDGING = "judging"
_LATER = {"Judging": object}
"""Types that are imported when they are needed."""
NOT_IN_A_FILE = ("today",)
"""A day that stands in a file would keep waivers from expiring."""
KINDS: Mapping[str, ValueKind] = MappingProxyType(
    {
        name: hint.__metadata__[0]
        for name, hint in get_type_hints(Settings, localns=_LATER, include_extras=True).items()
        if get_origin(hint) is Annotated
    }
)
_VARIABLES: Mapping[str, str] = MappingProxyType({PREFIX + name.upper(): name for name in KINDS})
_IN_SETTINGS = tuple(name for name in KINDS if name not in (*NOT_IN_A_FILE, "select", "ignore"))


def load_settings(
    inputs: Sequence[Path] = (),
    config_path: Path | None = None,
    overrides: Mapping[str, Any] | None = None,
    environ: Mapping[str, str] | None = None,
) -> Settings:
    """Settings for these inputs.

    Parameters
    ----------
    inputs : sequence of Path
        Beside the nearest ``adamgate.toml`` from the working directory upwards, one is looked for from the
        first input's folder upwards; of that one only `READING` counts. Both searches end at the root of the
        repository, the home folder or the root of the file system, whichever comes first.
    config_path : Path, optional
        The file to use instead of any other.
    overrides : mapping
        Command-line options; None means not given.
    environ : mapping, optional
        The environment; by default this process's.

    Returns
    -------
    Settings
        For each setting the option, else the environment's value, else the file's, else the default.

    Raises
    ------
    ConfigurationError
        For an unknown key or table, a value of another type than the setting has, or a variable of the
        environment that seems to be meant as a setting or as an option and is none.
    """
    environ = os.environ if environ is None else environ
    file, beside = settings_files(inputs, config_path)
    with_data = list(_from_file(beside)) if beside is not None else []
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for found in (
        (each for each in with_data if each[0] in READING),
        _from_file(file) if file is not None else (),
        _from_environment(environ),
        _from_options(overrides or {}),
    ):
        for name, value, origin in found:
            values[name] = value
            origins[name] = origin
    return Settings(
        **values,
        origins=MappingProxyType(origins),
        file=file,
        with_data=_said_of(beside, with_data) if beside is not None else None,
        without_effect=tuple(variable for variable in _prefixed(environ) if variable not in _VARIABLES),
    )


def settings_files(inputs: Sequence[Path], config_path: Path | None) -> tuple[Path | None, Path | None]:
    """The settings file that counts, and one that lies with the data; see `load_settings`."""
    if config_path is not None:
        return config_path, None
    here = _here()
    file = nearest_file(here) if here is not None else None
    beside = nearest_file(inputs[0]) if inputs else None
    if beside is not None and here is not None and _is_above(beside, here):
        beside = None
    return file, beside


def _said_of(file: Path, found: Iterable[tuple[str, Any, str]]) -> WithData:
    names = [name for name, _, _ in found]
    settings = tuple(name for name in names if name in _IN_SETTINGS and name not in READING)
    tables = tuple(f"[{table}]" for table in _parse(file) if table != TABLE)
    return WithData(file, tuple(name for name in names if name in READING), settings + tables)


def _here() -> Path | None:
    """The working directory; None where it was removed."""
    try:
        return Path.cwd()
    except OSError:
        return None


def _is_above(file: Path, here: Path) -> bool:
    """Whether a file lies in a folder or above it, by whatever links it was found."""
    folder = Path(os.path.realpath(file.parent))
    return folder == here or folder in here.parents


def nearest_file(start: Path) -> Path | None:
    """The nearest ``adamgate.toml`` from a file or folder upwards; None where there is none."""
    # os.path answers where pathlib raises: a name too long for the system, a user without a home.
    try:
        folder = start.absolute()
    except OSError:  # relative to a working directory that was removed
        return None
    if not os.path.isdir(folder):
        folder = folder.parent
    home = Path(os.path.expanduser("~"))
    for each in (folder, *folder.parents):
        candidate = each / FILE_NAME
        if os.path.lexists(candidate):
            return candidate
        if each == home or any(os.path.exists(each / mark) for mark in _REPOSITORY):
            return None
    return None


Found = Iterator[tuple[str, Any, str]]
"""Name, checked value and origin of settings."""


def _from_file(file: Path) -> Found:
    shown = _shown(file)
    document = _parse(file)
    if TABLE in document:
        where = f"{shown}, [{TABLE}]"
        for name, value in require_table(document[TABLE], TABLE, shown).items():
            require_known(name, _IN_SETTINGS, where)
            yield name, _beside(file, checked(value, KINDS[name], name, f"{where} {name}")), shown
    others = {table: content for table, content in document.items() if table != TABLE}
    if others:
        yield from _from_tables(others, shown)


def _from_tables(tables: Mapping[str, Any], shown: str) -> Found:
    from .tables import TABLES, judging

    for table in tables:
        if table not in TABLES:
            known = (f"[{TABLE}]", *(f"[{each}]" for each in TABLES), *_IN_SETTINGS)
            raise ConfigurationError(
                f"unknown table or key '{one_line(table)}'",
                shown,
                f"settings stand under [{TABLE}]; {did_you_mean(table, known)}",
            )
    found = judging(tables, shown)
    yield JUDGING, found, shown
    for name in ("select", "ignore"):
        if getattr(found, name):
            yield name, getattr(found, name), shown


def _beside(file: Path, value: Any) -> Any:
    """Paths in a file are relative to its folder."""
    if isinstance(value, Path):
        return file.parent / value
    if isinstance(value, tuple):
        return tuple(_beside(file, each) for each in value)
    return value


def _parse(file: Path) -> dict[str, Any]:
    try:
        with open_regular(file) as stream:
            content = stream.read(_LARGEST + 1)
        if len(content) > _LARGEST:
            raise ConfigurationError(
                f"the configuration file has more than {_LARGEST:,} bytes", _shown(file), "check --config"
            )
        text = str(content, "utf-8-sig").replace("\r\n", "\n")
        deep = next((token for token in _TOML.finditer(text) if token["deep"]), None)
        if deep is not None:
            line = text.count("\n", 0, deep.start()) + 1
            raise ConfigurationError(
                f"a key of the configuration file has more than {_DEEPEST} levels",
                f"{_shown(file)}, line {line}",
                "check --config",
            )
        return tomllib.loads(text)
    except OSError as failure:
        raise ConfigurationError(
            "the configuration file cannot be read", f"{file}: {failure.strerror}", "check --config"
        ) from failure
    except UnicodeDecodeError as failure:
        raise ConfigurationError(
            "the configuration file is not UTF-8", f"{_shown(file)}, byte {failure.start}", "save it as UTF-8"
        ) from failure
    except ValueError as failure:  # of TOML, or a number of too many digits
        raise ConfigurationError(
            f"the configuration file is not TOML: {failure}",
            _shown(file),
            "texts need quotes, tables [brackets]",
        ) from failure
    except RecursionError:
        raise ConfigurationError(
            "the configuration file is nested too deeply", _shown(file), "check --config"
        ) from None


def _prefixed(environ: Mapping[str, str]) -> list[str]:
    """Variables that may be meant for us, in order; an empty one sets nothing."""
    return sorted(each for each in environ if each.startswith(PREFIX) and environ[each] and each not in _OURS)


def _from_environment(environ: Mapping[str, str]) -> Found:
    for variable in _prefixed(environ):
        if variable not in _VARIABLES:
            _refuse_misspelt(variable)
            continue
        name, text = _VARIABLES[variable], environ[variable]
        value = _SWITCH_WORDS.get(text.lower(), text) if KINDS[name] is switch else text
        yield name, checked(value, KINDS[name], name, f"environment variable {variable}"), variable


def _refuse_misspelt(variable: str) -> None:
    """A setting that is silently not set could leave the gate open; others may use the prefix freely."""
    known = {name.upper(): name for name in (*KINDS, *OPTIONS_ONLY)}
    near = get_close_matches(variable.removeprefix(PREFIX), known, n=1, cutoff=_TYPO)
    if not near:
        return
    name = known[near[0]]
    meant = f"give --{name} on the command line" if name in OPTIONS_ONLY else f"write {PREFIX}{near[0]}"
    raise ConfigurationError(f"unknown setting {variable}", "environment", f"{meant}, or unset it")


def _from_options(overrides: Mapping[str, Any]) -> Found:
    for name, value in overrides.items():
        if value is not None and value != ():
            option = f"--{name.replace('_', '-')}"
            require_known(name, KINDS, option)
            yield name, checked(value, KINDS[name], name, option), option


def _shown(file: Path) -> str:
    """A path as short as it can be said from here."""
    try:
        return str(file.absolute().relative_to(Path.cwd()))
    except (ValueError, OSError):
        return str(file)
