"""The text of a settings file to begin with: what was found, tables for it, all settings as comments."""

from __future__ import annotations

import os
import shlex
import textwrap
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ....schemas.errors import ConfigurationError, UnreadableInput
from ....schemas.gate.report import Report
from ....schemas.gate.validate import validate
from ....schemas.kinds import Choice
from ....schemas.options import DeclaredOption
from ....schemas.severity import Severity
from ....schemas.study.study import Study
from ....schemas.wording import counted, one_line
from ...formats.format import ReadOptions
from ...raw_exports.suggestion.as_toml import as_toml
from ...raw_exports.suggestion.files import suggestions_for
from ...reading.options import checked_options
from ...reading.read import read
from ...values.reading_notes import listed
from ..file_search import FILE_NAME
from ..from_tables import judging
from ..registry import TABLES
from ..settings import SETTINGS, Settings
from ..shown import shown, toml_key, toml_value
from ..tables import entries_of
from .found_folders import FolderKind, FoundFolder, found_below, study_folders
from .proposed_tables import ProposedTable, proposed_tables

DEFAULT = Path(FILE_NAME)
SCHEMA_FILE = "adamgate.schema.json"
RESULTS = "results"
_COLUMNS = 110
_WIDTH = 26
"""Of a setting with its default."""
_LONGEST = 200
READING = ("encoding", "date_order", "decimal", "missing", "memory")
"""Settings that may be needed before data can be read."""
_DEFAULTS = Settings()
_NO_ROLE = '#role = "OS"    # type of endpoint\n'
_NEXT = {
    FolderKind.SDTM: "add what adamgate init --derive adsl (adtte, …) prints, and activate [step.adam]",
    FolderKind.RAW: "check the proposal line by line, and activate [step.sdtm]",
}
"""What makes analysis datasets of what was found."""
_POPULATIONS = ("ITTFL", "SAFFL", "FASFL", "RANDFL", "EFFFL", "PPROTFL")


@dataclass(frozen=True, slots=True)
class BegunFile:
    """A settings file that is proposed.

    Attributes
    ----------
    text : str
    found : tuple of FoundFolder
    chosen : tuple of FoundFolder
        The study of the steps.
    tables : tuple of ProposedTable
    report : Report or None
        What the gate says of the study; None without analysis datasets.
    problem : str
        Why nothing is proposed for raw exports; empty otherwise.
    """

    text: str
    found: tuple[FoundFolder, ...]
    chosen: tuple[FoundFolder, ...] = ()
    tables: tuple[ProposedTable, ...] = ()
    report: Report | None = None
    problem: str = ""


def begun_file(start: Path, beside: Path, settings: Settings = _DEFAULTS) -> BegunFile:
    """A settings file for the data of a folder and those below it.

    Parameters
    ----------
    start : Path
    beside : Path
        The folder that the file is for: its paths are relative to it.
    settings : Settings
        How the data are read (`READING`); the file sets what options say.

    Raises
    ------
    UnreadableInput
    """
    reading = {name: getattr(settings, name) for name in READING}
    found = found_below(start, reading)
    chosen = study_folders(found)
    if not chosen:
        leading = _from_sdtm(found, beside) or _from_raw(found, beside, settings)
        parts = [_head(found, beside), _settings(settings), leading.text]
        return BegunFile(_text(parts), found, problem=leading.problem)
    study = read([each.path for each in chosen], **reading)
    report = validate(study)
    tables = proposed_tables(study, report)
    data = [_path(each.path, beside) for each in chosen]
    made = [each for each in tables if not each.problem]
    parts = [
        _head(found, beside),
        _settings(settings),
        _study(study),
        *map(_endpoint, tables),
        _gate(data),
        *(_steps(each, data) for each in made),
        *_raw_beside(found, beside),
    ]
    return BegunFile(_text(parts), found, chosen, tables, report)


def _text(parts: Sequence[str]) -> str:
    return "\n".join(parts)


def _head(found: Sequence[FoundFolder], beside: Path) -> str:
    schema = (
        f"#:schema ./{SCHEMA_FILE}\n"
        if (beside / SCHEMA_FILE).is_file()
        else f"# For editors: `adamgate config schema > {SCHEMA_FILE}`, and as first line here:\n"
        f"#     #:schema ./{SCHEMA_FILE}\n#\n"
    )
    folders = "".join(f"#   {one_line(_path(each.path, beside))}  {_said(str(each))}\n" for each in found)
    return (
        f"{schema}"
        "# Settings of adamgate, proposed from the data that `adamgate init` found:\n"
        f"#\n{folders}#\n"
        "#     adamgate run                      # judges the data, and makes the tables if they pass\n"
        "#     adamgate config show --origin     # what is in effect\n"
        "#\n"
        "# Paths are relative to the folder of this file.\n"
        '# A line that begins with "#" and a blank explains. One that begins with "#" alone is\n'
        '# an option: remove the "#".\n'
    )


def _settings(settings: Settings) -> str:
    """What options set, and every other setting with its default."""
    (table, *_) = shown(settings)
    given = {each.name: each.value for each in table.keys if each.origin.startswith("--")}
    lines = [_setting(each, given.get(each.name)) for each in SETTINGS.values() if each.in_file]
    return "[settings]\n" + "".join(lines)


def _setting(declared: DeclaredOption, given: Any) -> str:
    if given is not None:
        return f"{declared.name} = {toml_value(given)}\n"
    among = f": {', '.join(declared.kind.allowed)}" if isinstance(declared.kind, Choice) else ""
    described = f"{declared.help.removesuffix('.')}{among}"
    if declared.default in (None, ()):
        return _comment(f"{declared.name} (default: {declared.otherwise or 'none'}): {described}")
    line = f"#{declared.name} = {toml_value(declared.default)}"
    beside = f"{line:{_WIDTH}}# {described}\n"
    return beside if len(beside) <= _COLUMNS else f"{_comment(described)}{line}\n"


def _comment(text: str) -> str:
    return textwrap.fill(text, _COLUMNS, initial_indent="# ", subsequent_indent="#   ") + "\n"


def _study(study: Study) -> str:
    lines = ["[study]\n"]
    adsl = next((each for each in study if each.name == "ADSL"), None)
    if adsl is None:
        return lines[0]
    if "DCUTDT" in adsl and not adsl.is_character("DCUTDT"):
        dates = sorted({str(each)[:10] for each in adsl.frame["DCUTDT"].dropna().unique()})
        if len(dates) == 1:
            lines.append(f"#cut_off = {dates[0]}    # DCUTDT in ADSL\n")
    flags = {each: int(adsl.equals(each, "Y").sum()) for each in _POPULATIONS if each in adsl}
    if flags:
        counts = ", ".join(f"{flag} ({number:,} subjects)" for flag, number in flags.items())
        lines.append(f"#population = {toml_value(next(iter(flags)))}    # in ADSL: {counts}\n")
    return "".join(lines)


def _endpoint(table: ProposedTable) -> str:
    label = f": {_said(table.label)}" if table.label else ""
    counts = table.counts
    lines = [
        f"# {_said(table.paramcd)} in {counts.dataset}{label}\n",
        f"# {counted(counts.subjects, 'subject')}, {counted(counts.events, 'event')}\n",
        *(f"# {_said(each)}\n" for each in table.inferred),
        *([f"# AVAL is in {table.unit} (from {table.unit_from})\n"] if table.unit else []),
        *([f"# No table: {_said(table.problem)}\n"] if table.problem else []),
    ]
    if table.can_be_declared:
        lines.append(f"[endpoint.{toml_key(table.paramcd)}]\n")
        lines.append(f"role = {toml_value(table.role)}\n" if table.role else _NO_ROLE)
    return "".join(lines)


def _gate(data: Sequence[str]) -> str:
    return (
        "# The steps of `adamgate run`. The gate: the tables are made only if the data pass.\n"
        "[step.gate]\n"
        'kind = "validate"\n'
        f"data = {toml_value(data)}\n"
        f'output = "{RESULTS}/gate.txt"\n'
        '#fail_on = "warning"\n'
        "\n"
        "# The page: the verdict, the findings, a curve of each parameter.\n"
        "[step.report]\n"
        'kind = "report"\n'
        f"data = {toml_value(data)}\n"
        f'output = "{RESULTS}/report.html"\n'
    )


def _steps(table: ProposedTable, data: Sequence[str]) -> str:
    """A table with one record per subject, and the Kaplan-Meier estimates, each with its step."""
    param = toml_value(table.paramcd)
    other = "months" if table.unit == "days" else "days"
    unit = f'#unit = "{other}"    # AVAL is in {table.unit}\n' if table.unit else ""
    arm = toml_value(table.arm)
    return (
        f"# {_said(table.label or table.paramcd)}: one record per subject, then the Kaplan-Meier estimates.\n"
        f"[table.{table.name}]\n"
        f"param = {param}\n"
        + (f"arm = {arm}\n" if table.arm else "")
        + unit
        + '#covariates = ["AGE", "SEX"]\n'
        + f"\n[table.{table.name}_km]\n"
        'shape = "kaplan-meier"\n'
        f"param = {param}\n"
        + (f"by = {arm}\n" if table.arm else "")
        + unit
        + "\n"
        + _step(table.name, data)
        + "\n"
        + _step(f"{table.name}_km", data)
    )


def _step(name: str, data: Sequence[str]) -> str:
    return (
        f"[step.{name}]\n"
        'kind = "survival"\n'
        f"data = {toml_value(data)}\n"
        f'table = "{name}"\n'
        f'output = "{RESULTS}/{name}.csv"\n'
        "gate = false    # judged by [step.gate]\n"
    )


def _raw_beside(found: Sequence[FoundFolder], beside: Path) -> Iterator[str]:
    """How raw exports would be mapped, where the datasets are present."""
    for each in found:
        if each.kind is FolderKind.RAW:
            shown = one_line(_path(each.path, beside))
            yield f"# {shown} has raw exports: `adamgate describe --suggest` proposes how they become SDTM.\n"


@dataclass(frozen=True, slots=True)
class _Leading:
    """What leads to analysis datasets, or why nothing can be proposed."""

    text: str
    problem: str = ""


def _from_sdtm(found: Sequence[FoundFolder], beside: Path) -> _Leading | None:
    sources = [each.path for each in found if each.kind is FolderKind.SDTM]
    if not sources:
        return None
    return _Leading(
        "# No analysis datasets were found. `adamgate init --derive adsl` (adtte, adae, adrs, bds)\n"
        "# prints tables [derive.NAME] to put here; this step then makes the datasets.\n"
        "#[step.adam]\n"
        '#kind = "derive"\n'
        f"#sources = {toml_value([_path(each, beside) for each in sources])}\n"
        '#to = "adam"\n'
    )


def _from_raw(found: Sequence[FoundFolder], beside: Path, settings: Settings) -> _Leading:
    """The proposal for the raw files of all folders: those of the sites are one dataset."""
    try:
        proposed = suggestions_for([each.path for each in found], _options(settings))
    except UnreadableInput as problem:
        return _Leading(f"# No proposal: {_said(problem.what)}\n", _said(problem.what))
    step = (
        "# Raw exports. When the proposal below is checked, this step makes SDTM of them.\n"
        "#[step.sdtm]\n"
        '#kind = "derive"\n'
        f"#sources = {toml_value([_path(proposed.source, beside)])}\n"
        '#to = "sdtm"\n'
    )
    return _Leading(f"{step}\n{_mapping(as_toml(proposed))}")


def _mapping(proposed: str) -> str:
    """The proposal, as comments where it is not a valid file until somebody completes it."""
    try:
        judging(entries_of(tomllib.loads(proposed), TABLES, "proposal"))
    except (ConfigurationError, tomllib.TOMLDecodeError):
        return "".join(f"# {line}\n" if line.strip() else "\n" for line in proposed.splitlines())
    return proposed


def _options(settings: Settings) -> ReadOptions:
    reading = {name: getattr(settings, name) for name in READING}
    return checked_options(catalog=None, work_dir=None, **reading)


def _path(path: Path, beside: Path) -> str:
    """A path as the file has it: relative where it is below its folder."""
    whole, folder = os.path.realpath(path), os.path.realpath(beside)
    is_below = os.path.commonpath([whole, folder]) == folder
    return Path(os.path.relpath(whole, folder) if is_below else whole).as_posix()


def _said(text: str) -> str:
    return one_line(text, _LONGEST)


def outcome(begun: BegunFile, file: Path = DEFAULT) -> str:
    """What was found, and what comes next, in a line each; `file` is where the text is written."""
    lines = [f"{one_line(str(each.path))}: {each}" for each in begun.found]
    lines += _others(begun)
    lines += [
        f"note: no table for {_said(table.paramcd)}: {_said(table.problem)}"
        for table in begun.tables
        if table.problem
    ]
    if begun.problem:
        lines.append(f"no analysis datasets were found, and nothing can be proposed: {begun.problem}")
    elif begun.report is None:
        kind = (
            FolderKind.SDTM if any(each.kind is FolderKind.SDTM for each in begun.found) else FolderKind.RAW
        )
        lines.append(f"no analysis datasets were found, so no step runs yet; next: {_NEXT[kind]}")
    else:
        errors = begun.report.count(Severity.ERROR)
        refused = begun.report.refuses(Severity.ERROR)
        verdict = (
            f"the data fail the gate ({counted(errors, 'error')})" if refused else "the data pass the gate"
        )
        named = "" if file == DEFAULT else f" {one_line(shlex.quote(str(file)))}"
        lines.append(f"{verdict}; next: adamgate run{named}")
    return "\n".join(lines)


def _others(begun: BegunFile) -> Iterator[str]:
    """Folders of analysis datasets that are not in the steps: several deliveries, or several studies."""
    others = [each for each in begun.found if each.kind is FolderKind.ADAM and each not in begun.chosen]
    if others:
        used, left = (
            listed([one_line(str(each.path)) for each in several]) for several in (begun.chosen, others)
        )
        yield f"note: the steps are for {used}; not for the analysis datasets in {left}"
