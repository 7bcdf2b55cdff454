"""`adamgate derive`: declared sources into ADaM datasets, raw files into SDTM."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import adamgate

from ....schemas.errors import UnwritableOutput
from ....schemas.wording import plain
from ...configuration.located import faults_located
from ...configuration.settings import SETTINGS, SettingGroup
from ...formats import writable
from ...formats.write_options import WriteOptions
from ...reports.files import refuse_existing, write_document
from ...reports.presentation import Detail
from ...values.address import Address
from ...values.file_kind import suffix_of
from ...writing.names import require_document_name
from ..engines_run import derivations_run
from ..exit_codes import DIFFERENT, EQUAL
from ..inputs import kept_files, read_study, reading_options, settings_for
from ..messages import losses_recorded, tell_notes, tell_recorded, tell_written
from ..options import DEBUG, OVERWRITING, PATH, PATH_HERE, QUIET, expanded, setting_options, together
from ..progress import Callbacks, progress
from ..streams import show, tell
from ..writing_options import WRITING_OPTIONS

if TYPE_CHECKING:
    from ....schemas.study.study import Study
    from ...configuration.settings import Settings
    from ...derivations.check import CheckingOptions
    from ...derivations.derived_study import DerivedStudy
    from ...derivations.specification import Specification
    from ...raw_exports.raw_specification import RawSpecification
    from ...writing.target import Target
    from ..derivation_outcome import DerivationOutcome

USUAL_FORMAT = "xpt"
FIRST = 5
_CHECK_OPTIONS = ("by", "absolute", "relative", "ignore", "first", "metadata")
_CHECKING = together(
    click.option(
        "--by",
        multiple=True,
        metavar="KEYS",
        help="With --check: key variables, USUBJID,PARAMCD or ADTTE=USUBJID,PARAMCD for one dataset "
        "(repeatable; default: those of the structure).",
    ),
    click.option(
        "--abs",
        "absolute",
        multiple=True,
        metavar="NUMBER",
        help="With --check: absolute tolerance of numbers, 1e-9 or AVAL=1e-9 (repeatable; default: none).",
    ),
    click.option(
        "--rel",
        "relative",
        multiple=True,
        metavar="NUMBER",
        help="With --check: relative tolerance of numbers, 1e-9 or AVAL=1e-9 (repeatable; default: none).",
    ),
    click.option(
        "--ignore", multiple=True, metavar="VARIABLES", help="With --check: variables that are not compared."
    ),
    click.option(
        "--first",
        type=click.IntRange(min=0),
        metavar="N",
        help=f"With --check: records listed of each kind of difference (default: {FIRST}).",
    ),
    click.option(
        "--metadata",
        is_flag=True,
        help="With --check: other labels, lengths and formats make a dataset different.",
    ),
)


@click.command("derive")
@click.argument("specification", type=PATH_HERE, metavar="SPEC")
@click.option(
    "--source",
    "sources",
    type=PATH,
    multiple=True,
    required=True,
    metavar="PATH",
    help="File or folder with the sources, ADSL among them (repeatable).",
)
@click.option("--to", "target", type=PATH, metavar="FOLDER", help="Folder for the derived datasets.")
@click.option(
    "--for",
    "layout",
    metavar="FORMAT",
    help=f"Format of the files: {', '.join(each[1:] for each in writable())} (default: {USUAL_FORMAT}).",
)
@click.option(
    "--record",
    type=PATH,
    metavar="FILE",
    help="JSON file with the SHA-256 of inputs and outputs, and what each policy did.",
)
@click.option(
    "--check",
    "delivered",
    type=PATH,
    multiple=True,
    metavar="PATH",
    help="Delivered datasets to compare with the derived ones; exit code 1 if they differ (repeatable).",
)
@_CHECKING
@click.option(
    "--vary",
    is_flag=True,
    help="Derive each [vary.NAME] of SPEC, too; print which subjects move, and each median.",
)
@click.option("--format", "form", type=click.Choice(("text", "json")), default="text", help="Output format.")
@click.option("--show-keys/--no-keys", default=None, help=SETTINGS["show_keys"].phrase)
@click.option(
    "--show-values/--no-show-values", default=None, help="Show the values that differ (patient data)."
)
@setting_options(SettingGroup.ENGINE, SettingGroup.DELIVERY, SettingGroup.READING)
@WRITING_OPTIONS
@click.option("-v", "--verbose", is_flag=True, help="Name the subjects that each policy concerned.")
@OVERWRITING
@QUIET
@DEBUG
def command(
    *,
    specification: Path,
    sources: tuple[Path, ...],
    target: Path | None,
    layout: str | None,
    writing: WriteOptions,
    record: Path | None,
    delivered: tuple[Path, ...],
    vary: bool,
    form: str,
    verbose: bool,
    overwrite: bool,
    quiet: bool,
    **given: Any,
) -> int:
    """Derive ADSL, ADAE, ADRS, ADTTE and measurements from their sources, as SPEC declares.

    SPEC is a settings file (adamgate.toml) with tables [derive.NAME]; its other settings apply, too. The
    datasets that it declares are written to --to, all or none; ADSL and other sources are not copied. What
    decided the records, and how many subjects each policy concerned, is printed. Without --to nothing is
    written.

    With tables [raw.NAME], raw files of the sources (exports that are not CDISC) are first mapped to
    datasets, which are written, too, and from which others may be derived.

    With --check, delivered datasets are compared with the derived ones: each record that differs with its
    source record. With --vary, parameters are also derived as [vary.NAME] declares, and compared.
    """
    from ...derivations.check import checked
    from ...derivations.variations import varied_endpoints
    from ...raw_exports.raw_sources import read_sources
    from ...survival.subjects import naming_subjects
    from ..derivation_outcome import DerivationOutcome

    if verbose and quiet:
        raise click.UsageError("-v and -q cannot be used together")
    if target is None and (layout or writing.given):
        raise click.UsageError("--for and options of XPT files say how to write: give --to")
    comparing = {name: given.pop(name) for name in _CHECK_OPTIONS}
    paths, other_paths = expanded(sources), expanded(delivered)
    settings = settings_for(paths, specification, given)
    options = _check_options(comparing, settings, asked=bool(delivered))
    what, raw = _declared(settings, vary=vary)
    kept = tuple(chain(*kept_files((*paths, *other_paths), settings)))
    to = None if target is None else _target(target, layout, writing)
    names = (*raw.datasets, *what.datasets)
    _refuse_outputs(to, record, names, (*paths, *other_paths), overwrite=overwrite)
    with derivations_run(settings) as executor, progress(sys.stderr, shown=not quiet) as callbacks:
        with faults_located(settings.file):
            found = read_sources(
                paths, raw, reading_options(settings, callbacks), with_others=bool(what.datasets)
            )
        study = found.study
        tell_notes(found.files, quiet)
        _tell_unused(what, quiet)
        others = read_study(other_paths, settings, callbacks) if other_paths else None
        if others is not None:
            tell_notes(others, quiet, "delivered")
        with naming_subjects(settings.show_keys):
            derived = adamgate.derive(study, what, executor=executor)
            check = None
            if others is not None:
                check = checked(study, what, _compared(found.mapped, derived, others), others, options)
            variations = tuple(varied_endpoints(study, what, derived)) if vary else None
        outcome = DerivationOutcome(
            found.mapped.with_more(derived),
            found.files,
            specification,
            settings.show_keys,
            settings.show_values,
            check,
            variations,
            tells_record=to is not None or not (check or vary),
        )
        written = _write(outcome, to, record, kept, overwrite=overwrite, callbacks=callbacks)
    detail = Detail.VERDICT if quiet else Detail.EVERYTHING if verbose else Detail.SUMMARY
    show(outcome.json({}) if form == "json" else outcome.text(detail))
    if to is None and not (check or vary):
        tell("note: no dataset was written: --to is not given")
    tell_written(written, quiet)
    return EQUAL if check is None or check.equal else DIFFERENT


def _declared(settings: Settings, *, vary: bool) -> tuple[Specification, RawSpecification]:
    """What the settings file declares to derive, and to map before; all of it is valid."""
    from ...configuration.from_tables import raw_specification, specification
    from ...derivations.derive import require_valid
    from ...derivations.variations import require_valid_variations
    from ...raw_exports.raw_specification import require_valid as require_valid_mapping

    with faults_located(settings.file):
        what, raw = specification(settings.entries), raw_specification(settings.entries)
        require_valid(what)
        require_valid_mapping(raw)
        if vary:
            require_valid_variations(what)
    return what, raw


def _tell_unused(what: Specification, quiet: bool) -> None:
    """Say which tables derive nothing: one that is forgotten elsewhere looks like this."""
    from ...derivations.specification import unused

    tables = unused(what)
    if tables and not quiet:
        tell(f"note: not used: {plain(', '.join(tables))}")


def _compared(mapped: DerivedStudy, derived: DerivedStudy, delivered: Study) -> Study:
    """What delivered datasets are compared with: what is derived, and mapped datasets that were delivered."""
    from ....schemas.study.study import Study

    also = [each for each in mapped if each.name in delivered or not len(derived)]
    return Study.of(*(each for each in also if each.name not in derived), *derived)


def _check_options(given: Mapping[str, Any], settings: Settings, *, asked: bool) -> CheckingOptions:
    """How to compare, and what to show of it."""
    from ...derivations.check import CheckingOptions
    from ...diff.key_choice import key_options
    from ...diff.tolerance import tolerance_options

    if not asked and any(given.values()):
        raise click.UsageError("--by, --abs, --rel, --ignore, --first and --metadata are options of --check")
    return CheckingOptions(
        by=key_options(given["by"]),
        abs=tolerance_options(given["absolute"], "--abs"),
        rel=tolerance_options(given["relative"], "--rel"),
        ignore=given["ignore"],
        first=FIRST if given["first"] is None else given["first"],
        metadata=given["metadata"],
        show_keys=settings.show_keys,
        show_values=settings.show_values,
    )


def _target(path: Path, layout: str | None, writing: WriteOptions) -> Target:
    """Where the datasets go: a folder, or the file of the only one."""
    from ...writing.target import Target

    is_file = suffix_of(path, writable()) and not os.path.isdir(path)
    is_database = isinstance(path, Address) and path.is_database
    return Target.of(path, layout or (None if is_file or is_database else USUAL_FORMAT), writing)


def _refuse_outputs(
    target: Target | None,
    record: Path | None,
    datasets: Sequence[str],
    paths: Sequence[Path],
    *,
    overwrite: bool,
) -> None:
    """Refuse before the sources are read what would be refused after it."""
    if target is not None:
        if os.path.isdir(target.path) and any(_is_same_folder(target.path, each) for each in paths):
            raise UnwritableOutput(
                "the output folder is a source",
                str(target.path),
                "choose another folder: the next run would read what this one writes",
            )
        names = [f"{name.lower()}{target.suffix}" for name in datasets]
        for each in [target.path / name for name in names] if target.suffix else [target.path]:
            refuse_existing(each, overwrite=overwrite)
    if record is not None:
        require_document_name(record, None if target is None else target.path)
        refuse_existing(record, overwrite=overwrite)


def _is_same_folder(folder: Path, path: Path) -> bool:
    return os.path.isdir(path) and os.path.samefile(folder, path)


def _write(
    outcome: DerivationOutcome,
    target: Target | None,
    record: Path | None,
    kept: tuple[Path, ...],
    *,
    overwrite: bool,
    callbacks: Callbacks,
) -> list[Path]:
    """The datasets and the record, as far as they were asked for."""
    from ...writing.documented import AboutFiles, write_documented
    from ...writing.inputs import inputs_of, refuse_inputs

    inputs = (*inputs_of(outcome.sources), *kept)
    if target is not None:
        with losses_recorded() as losses:
            about = None if record is None else AboutFiles(record, outcome.json)
            written = write_documented(
                outcome.derived,
                target,
                about,
                inputs=inputs,
                overwrite=overwrite,
                progress=callbacks.writing,
            )
        tell_recorded(losses)
        return written
    if record is None:
        return []
    refuse_inputs([record], inputs)
    write_document(outcome.json({}), record, overwrite=overwrite)
    return [record]
