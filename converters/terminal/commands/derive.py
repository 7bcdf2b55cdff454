"""`adamgate derive`: declared sources into ADTTE and ADAE."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import adamgate

from ....schemas.errors import UnwritableOutput
from ...configuration.settings import SETTINGS, SettingGroup
from ...formats import writable
from ...formats.write_options import WriteOptions
from ...reports.files import refuse_existing, write_document
from ...reports.presentation import Detail
from ...values.file_kind import suffix_of
from ...writing.names import require_output_name
from ..exit_codes import PASSED
from ..inputs import kept_files, read_study, settings_for
from ..messages import losses_recorded, tell_notes, tell_recorded, tell_written
from ..options import DEBUG, OVERWRITING, PATH, QUIET, expanded, setting_options
from ..progress import Callbacks, progress
from ..streams import show, tell
from ..writing_options import WRITING_OPTIONS

if TYPE_CHECKING:
    from ....schemas.study.study import Study
    from ...derivations.derived_study import DerivedStudy
    from ...derivations.specification import Specification
    from ...writing.file_hashes import FileHash
    from ...writing.write import Target

USUAL_FORMAT = "xpt"


@click.command("derive")
@click.argument("specification", type=PATH, metavar="SPEC")
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
@click.option("--format", "form", type=click.Choice(("text", "json")), default="text", help="Output format.")
@click.option("--show-keys/--no-keys", default=None, help=SETTINGS["show_keys"].phrase)
@setting_options(SettingGroup.DELIVERY, SettingGroup.READING)
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
    form: str,
    verbose: bool,
    overwrite: bool,
    quiet: bool,
    **overrides: Any,
) -> int:
    """Derive ADTTE and ADAE from their sources, as SPEC declares.

    SPEC is a settings file (adamgate.toml) with tables [derive.NAME]; its other settings apply, too. The
    datasets that it declares are written to --to, all or none; ADSL and other sources are not copied. What
    decided the records, and how many subjects each policy concerned, is printed. Without --to nothing is
    written.
    """
    from ...configuration.from_tables import specification as declared
    from ...derivations.derive import require_valid
    from ...survival.subjects import naming_subjects

    if verbose and quiet:
        raise click.UsageError("-v and -q cannot be used together")
    paths = expanded(sources)
    settings = settings_for(paths, specification, overrides)
    what = declared(settings.entries)
    require_valid(what)
    kept = tuple(chain(*kept_files(paths, settings)))
    to = None if target is None else _target(target, layout, writing)
    _refuse_outputs(to, record, what, paths, overwrite=overwrite)
    with progress(sys.stderr, shown=not quiet) as callbacks:
        study = read_study(paths, settings, callbacks)
        tell_notes(study, quiet)
        with naming_subjects(settings.show_keys):
            derived = adamgate.derive(study, what)
        about = _About(derived, study, specification, settings.show_keys)
        written = _write(about, to, record, kept, overwrite=overwrite, callbacks=callbacks)
    detail = Detail.VERDICT if quiet else Detail.EVERYTHING if verbose else Detail.SUMMARY
    show(about.json(about.hashes) if form == "json" else about.text(detail))
    tell_written(written, quiet)
    return PASSED


@dataclass(frozen=True)
class _About:
    """What is said of a derivation.

    Attributes
    ----------
    derived : DerivedStudy
    sources : Study
    specification : Path
    show_keys : bool
    hashes : dict of Path to FileHash
        Files that were written.
    """

    derived: DerivedStudy
    sources: Study
    specification: Path
    show_keys: bool
    hashes: dict[Path, FileHash] = field(default_factory=dict)

    def text(self, detail: Detail) -> str:
        from ...reports.derivation import render_text

        return render_text(self.derived.record, detail, show_keys=self.show_keys)

    def json(self, written: Mapping[Path, FileHash]) -> str:
        from ...reports.derivation_document import DerivationFiles, render
        from ...writing.file_hashes import hash_of

        self.hashes.update(written)
        sha256 = hash_of(self.specification).sha256
        files = DerivationFiles(self.specification, sha256, tuple(self.sources), written)
        return render(self.derived.record, files, show_keys=self.show_keys)


def _target(path: Path, layout: str | None, writing: WriteOptions) -> Target:
    """Where the datasets go: a folder, or the file of the only one."""
    from ...writing.write import Target

    is_file = suffix_of(path, writable()) and not os.path.isdir(path)
    return Target.of(path, layout or (None if is_file else USUAL_FORMAT), writing)


def _refuse_outputs(
    target: Target | None, record: Path | None, what: Specification, paths: Sequence[Path], *, overwrite: bool
) -> None:
    """Refuse before the sources are read what would be refused after it."""
    if target is not None:
        if os.path.isdir(target.path) and any(_is_same_folder(target.path, each) for each in paths):
            raise UnwritableOutput(
                "the output folder is a source",
                str(target.path),
                "choose another folder: the next run would read what this one writes",
            )
        names = [f"{name.lower()}{target.suffix}" for name in what.datasets]
        for each in [target.path / name for name in names] if target.suffix else [target.path]:
            refuse_existing(each, overwrite=overwrite)
    if record is not None:
        require_output_name(record)
        refuse_existing(record, overwrite=overwrite)


def _is_same_folder(folder: Path, path: Path) -> bool:
    return os.path.isdir(path) and os.path.samefile(folder, path)


def _write(
    about: _About,
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

    inputs = (*inputs_of(about.sources), *kept)
    if target is not None:
        with losses_recorded() as losses:
            document = None if record is None else AboutFiles(record, about.json)
            written = write_documented(
                about.derived,
                target,
                document,
                inputs=inputs,
                overwrite=overwrite,
                progress=callbacks.writing,
            )
        tell_recorded(losses)
        return written
    tell("note: no dataset was written: --to is not given")
    if record is None:
        return []
    refuse_inputs([record], inputs)
    write_document(about.json({}), record, overwrite=overwrite)
    return [record]
