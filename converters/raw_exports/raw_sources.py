"""The sources of a derivation of which some are raw files: these mapped, and the others read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from ...schemas.errors import UnreadableInput
from ...schemas.study.study import Study
from ...schemas.study.variable import ReadingNote
from ...schemas.wording import plain
from ..formats import readable
from ..formats.format import ReadOptions
from ..reading.delivery import files_in
from ..reading.folder import listed
from ..reading.options import checked_options
from ..reading.read import named_alike, read, read_each, repeated
from ..sources.arrivals import Arrivals, arrivals
from .raw_specification import RawSpecification

if TYPE_CHECKING:
    from ..derivations.derived_study import DerivedStudy
    from .mapping import RawTables

_LISTED = 20


@dataclass(frozen=True, eq=False)
class RawSources:
    """What was read.

    Attributes
    ----------
    files : Study
        Every dataset and raw table that was read, for the record.
    others : Study
        What was read of the files that no ``[raw.NAME]`` names.
    mapped : DerivedStudy
        What was made of raw files.
    """

    files: Study
    others: Study
    mapped: DerivedStudy

    @property
    def study(self) -> Study:
        """What datasets are derived from."""
        datasets = {**self.others.datasets, **self.mapped.datasets}
        return Study(MappingProxyType(datasets), self.others.notes)


def read_sources(
    paths: Sequence[Path],
    specification: RawSpecification,
    reading: Mapping[str, Any],
    *,
    with_others: bool,
) -> RawSources:
    """Map the raw files, and read the others where something is derived from them.

    Parameters
    ----------
    paths : sequence of Path
    specification : RawSpecification
    reading : mapping of str to object
        The options of `read`.
    with_others : bool

    Raises
    ------
    ConfigurationError, UnreadableInput, DerivationRefused
    """
    from ..derivations.derived_study import DerivedStudy

    if not specification.tables:
        study = read(paths, **reading)
        return RawSources(study, study, DerivedStudy(MappingProxyType({})))
    options = checked_options(**reading)
    with arrivals(options) as brought:
        here = _read_here([brought.bring(each) for each in paths], specification, options, with_others)
        return RawSources(_from_there(here.files, brought), _from_there(here.others, brought), here.mapped)


def _from_there(study: Study, brought: Arrivals) -> Study:
    """A study whose sources are the places they came from."""
    datasets = {name: brought.from_there(each) for name, each in study.datasets.items()}
    return Study(MappingProxyType(datasets), brought.noted(study.notes))


def _read_here(
    paths: Sequence[Path], specification: RawSpecification, options: ReadOptions, with_others: bool
) -> RawSources:
    """Map the raw files of places that are here, and read the others."""
    from .mapping import mapped_study
    from .read_raw import raw_tables

    raw = raw_tables(paths, specification, options)
    recursive = options.recursive
    others = _others(_apart_from(_claimed(raw), paths, recursive), options, read_them=with_others)
    for name in specification.datasets:
        if name in others:
            source = others[name].source
            raise UnreadableInput(
                f"dataset {name} is made from raw files, and is present",
                "?" if source is None else plain(source.path),
                "remove the file from the sources, or the table from the specification",
            )
    mapped = mapped_study(raw, specification, others)
    return RawSources(_all_files(raw, others), others, mapped)


def _claimed(read: RawTables) -> set[Path]:
    """The raw files."""
    every = (*read.tables.values(), *read.code_tables.values())
    sources = (table.dataset.source for tables in every for table in tables)
    return {each.path.resolve() for each in sources if each is not None}


def _apart_from(claimed: set[Path], paths: Sequence[Path], recursive: bool) -> list[Path]:
    """The files of the sources that are not raw ones."""
    found: list[Path] = []
    for path in paths:
        if not path.is_dir():
            found.append(path)
            continue
        with suppress(UnreadableInput):  # there are only raw files, of kinds that are not read otherwise
            found += files_in(path, readable(), recursive).files
    return [each for each in found if each.resolve() not in claimed]


def _others(files: Sequence[Path], options: ReadOptions, *, read_them: bool) -> Study:
    """What the other files hold. One that cannot be read is noted: nothing may need it."""
    if not files:
        return Study.of()
    if not read_them:
        names = listed([each.name for each in files], _LISTED)
        return Study.of(notes=[ReadingNote("", f"not read, no [raw.NAME] names them: {names}")])
    found = read_each(files, options)
    several = named_alike(found.datasets)
    problems = (*found.problems, *repeated(found.datasets))
    notes = [ReadingNote("", f"not read: {each.where}: {each.what}") for each in problems]
    once = [each for each in found.datasets if each.name not in several]
    return Study.of(*once, notes=(*found.notes, *notes))


def _all_files(read: RawTables, others: Study) -> Study:
    """Everything that was read, raw tables by the names of their files."""
    raw = {
        table.name: table.dataset.replace(name=table.name)
        for tables in (*read.tables.values(), *read.code_tables.values())
        for table in tables
    }
    return Study(MappingProxyType({**raw, **others.datasets}), others.notes)
