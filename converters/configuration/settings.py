"""What a user may set of a run: a field for each setting, with all that is to be known of it.

A new setting is one field here. The key under ``[settings]``, the variable of the environment, the option of
commands, the JSON Schema, ``adamgate config show`` and docs/configuration.md follow.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from ...schemas.kinds import Choice, ValueKind, day, missing_words, switch, words
from ...schemas.options import DeclaredOption, option, options_of
from ...schemas.severity import Severity
from ...schemas.standards.versions import ADAMIG_VERSIONS, OCCDS_VERSIONS, Standards
from ...schemas.word import Word
from ..values.left_open import DATE_ORDERS, DECIMALS
from .tables import ONE, Entry, Table
from .values import codec, file_name, jobs, mark, path, paths, scheduler, size

if TYPE_CHECKING:
    from ...schemas.gate.validate import GateOptions
    from ...schemas.rules.rule import Rule
    from ...schemas.study.declarations import Declarations
    from .file_search import WithData
    from .judging import Judging

PREFIX = "ADAMGATE_"
DEFAULT = "default"
TABLE = "settings"
JUDGING = "judging"
"""Under this name stands where the tables of a file come from that say how to judge."""

ADAMIG_CHOICES = tuple(f"adamig-{each}" for each in ADAMIG_VERSIONS)
NEVER = "never"
FAIL_ON = (*map(str, reversed(Severity)), NEVER)


class SettingGroup(Word):
    """What a setting is about: commands take their options by groups."""

    DELIVERY = "delivery"
    """How files are read; also taken from a file of settings that lies with the data."""
    READING = "reading"
    """How files are read; `missing` could hide what rules judge."""
    JUDGING = "judging"
    REPORTING = "reporting"
    ENGINE = "engine"
    """Where checks are run; the report is the same."""
    RUN = "run"


def setting(kind: ValueKind, described: str, *, group: SettingGroup, default: Any, **facts: Any) -> Any:
    """A field of `Settings`; see `option`."""
    return option(kind, described, default=default, group=group, environment=PREFIX, **facts)


@dataclass(frozen=True)
class Settings:
    """What a user has set, or left to its default.

    Attributes
    ----------
    judging : Judging or None
        What the other tables of the file say about how to judge.
    entries : tuple of Entry
        Those tables, as they were read.
    origins : mapping of name to str
        Where each came from: "--fail-on", "ADAMGATE_FAIL_ON", a file, or "default".
    file : Path or None
        The settings file that counts.
    with_data : WithData or None
        Another, which lies with the data.
    without_effect : tuple of str
        Variables of the environment that have the prefix and set nothing.

    The fields that are settings say themselves what they are.
    """

    standard: str = setting(
        Choice(ADAMIG_CHOICES),
        "ADaMIG version to check against.",
        default="adamig-1.3",
        group=SettingGroup.JUDGING,
    )
    occds: str = setting(
        Choice(OCCDS_VERSIONS),
        "OCCDS version to check against.",
        default="1.1",
        group=SettingGroup.JUDGING,
    )
    fail_on: str = setting(
        Choice(FAIL_ON),
        "Lowest severity that fails the gate.",
        default="error",
        group=SettingGroup.REPORTING,
    )
    complete: bool = setting(
        switch,
        "The delivery is complete: a dataset that is not present fails the gate.",
        default=False,
        group=SettingGroup.JUDGING,
        flag="--complete/--no-complete",
    )
    encoding: str | None = setting(
        codec,
        "Text encoding of the inputs.",
        default=None,
        otherwise="detected",
        group=SettingGroup.DELIVERY,
        metavar="NAME",
    )
    catalog: Path | None = setting(
        path,
        "SAS format catalogue (sas7bcat).",
        default=None,
        otherwise="the catalogue beside the data",
        group=SettingGroup.DELIVERY,
        metavar="FILE",
    )
    define: Path | None = setting(
        path,
        "Define-XML file that describes the data.",
        default=None,
        otherwise="define.xml beside the data",
        group=SettingGroup.DELIVERY,
        metavar="FILE",
    )
    xsd: Path | None = setting(
        path,
        "XML Schema of Define-XML, or the folder with it; define.xml is checked against it.",
        default=None,
        otherwise="not checked",
        group=SettingGroup.JUDGING,
        metavar="FOLDER",
    )
    recursive: bool = setting(
        switch,
        "Also read subfolders.",
        default=False,
        otherwise="no",
        group=SettingGroup.DELIVERY,
        flag="--recursive/--no-recursive",
    )
    missing: tuple[str, ...] = setting(
        missing_words,
        "Text to read as missing in CSV, such as NA (repeatable).",
        default=(),
        group=SettingGroup.READING,
        metavar="WORD",
    )
    date_order: str | None = setting(
        Choice(DATE_ORDERS),
        "Order of day and month in dates such as 03/04/2020.",
        default=None,
        otherwise="not guessed",
        group=SettingGroup.DELIVERY,
    )
    decimal: str | None = setting(
        Choice(DECIMALS),
        "Decimal separator in CSV.",
        default=None,
        otherwise="point; comma if only comma fits",
        group=SettingGroup.DELIVERY,
    )
    max_unpacked: int | None = setting(
        size,
        "Size limit for unpacking a compressed file, such as 4GB.",
        default=None,
        otherwise="100 times the compressed size, at least 64 MB",
        group=SettingGroup.READING,
        metavar="SIZE",
    )
    memory: int | None = setting(
        size,
        "Memory limit for data, such as 256MB; the rest is kept on disk.",
        default=None,
        otherwise="none; convert: 256MB",
        group=SettingGroup.READING,
        metavar="SIZE",
    )
    work_dir: Path | None = setting(
        path,
        "Folder for data kept on disk.",
        default=None,
        otherwise="TMPDIR",
        group=SettingGroup.READING,
        metavar="FOLDER",
    )
    jobs: int = setting(
        jobs,
        "Processes for checks, derivations and conversions; the result is the same.",
        default=1,
        group=SettingGroup.ENGINE,
        metavar="N",
    )
    engine: str = setting(
        Choice(("processes", "dask")),
        "What does the work: processes of this machine, or the workers of a Dask cluster.",
        default="processes",
        group=SettingGroup.ENGINE,
    )
    scheduler: str | None = setting(
        scheduler,
        "Address of the Dask scheduler, such as tcp://10.0.0.5:8786.",
        default=None,
        group=SettingGroup.ENGINE,
        metavar="ADDRESS",
    )
    shared_dir: Path | None = setting(
        path,
        "Folder that all workers of the cluster see: the study is kept there, and they fetch from it.",
        default=None,
        otherwise="workers read the data themselves",
        group=SettingGroup.ENGINE,
        metavar="FOLDER",
    )
    task_log: Path | None = setting(
        path,
        "File to which a line of JSON is added for each task: worker, seconds, memory.",
        default=None,
        group=SettingGroup.ENGINE,
        metavar="FILE",
    )
    stdin_name: str | None = setting(
        file_name,
        "File name of what is read from standard input (-), such as adsl.xpt.",
        default=None,
        group=SettingGroup.READING,
        metavar="NAME",
        in_file=False,
    )
    show_values: bool = setting(
        switch,
        "Show the values in findings (patient data).",
        default=False,
        group=SettingGroup.REPORTING,
        flag="--show-values/--no-show-values",
    )
    show_keys: bool = setting(
        switch,
        "Show subject keys in reports and messages.",
        default=True,
        otherwise="yes",
        group=SettingGroup.JUDGING,
        flag="--show-keys/--no-keys",
    )
    ct: tuple[Path, ...] = setting(
        paths,
        "Controlled terminology file (NCI EVS or CDISC Library).",
        default=(),
        otherwise="built-in codelists",
        group=SettingGroup.JUDGING,
        metavar="FILE",
    )
    select: tuple[str, ...] = setting(
        words,
        "Run only these rules: rule ids, prefixes or families (TTE006,AD02,censoring).",
        default=(),
        group=SettingGroup.JUDGING,
        metavar="RULES",
        in_file=False,
        table="rules",
    )
    ignore: tuple[str, ...] = setting(
        words,
        "Skip these rules; ADAE:AD02 skips rules for one dataset.",
        default=(),
        group=SettingGroup.JUDGING,
        metavar="RULES",
        in_file=False,
        table="rules",
    )
    today: date | None = setting(
        day,
        "Date used to decide whether waivers have expired.",
        default=None,
        otherwise="today",
        group=SettingGroup.JUDGING,
        metavar="DATE",
        in_file=False,  # a day in a file would keep waivers from expiring
    )
    debug: bool = setting(
        mark,
        "Show the Python traceback of an error.",
        default=False,
        group=SettingGroup.RUN,
        in_file=False,
    )
    judging: Judging | None = None
    entries: tuple[Entry, ...] = ()
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
    def kept_in(self) -> Path | None:
        """Where data are kept on disk: the folder that a cluster shares, or the one for data kept on disk."""
        return self.shared_dir if self.engine == "dask" and self.shared_dir is not None else self.work_dir

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


SETTINGS: Mapping[str, DeclaredOption] = MappingProxyType({each.name: each for each in options_of(Settings)})
"""Every setting by its name."""
DELIVERY = tuple(each.name for each in SETTINGS.values() if each.group == SettingGroup.DELIVERY)
"""Settings that are also taken from a file that lies with the data."""
DEBUG_VARIABLE = SETTINGS["debug"].environment
SETTINGS_TABLE = Table(TABLE, Settings, "How data are read and checked, and what reports show.", ONE)
