"""What was read is written: every dataset that can be, or all or none.

Each dataset appears whole with the tables that describe it, or not at all; so the tables that several
datasets share describe what was written.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, BinaryIO

from ...schemas.errors import AdamgateError, ConfigurationError, UnwritableOutput
from ...schemas.study.dataset import Dataset
from ..formats import Format
from ..formats.format import Output, WritingProgress
from ..formats.holds import Holds
from ..formats.planned_file import PlannedFile
from ..metadata.define_xml.beside import with_keys
from ..metadata.define_xml.written import WrittenKind, as_defined
from ..metadata.sidecar_names import is_sidecar
from ..reading.read import Readings, named_alike, repeated
from ..values.address import STANDARD_OUTPUT
from .atomic import write_together
from .conversion import ConversionRecord, ConvertedDataset
from .file_hashes import FileHash, hash_of, hashing
from .inputs import inputs_of, refuse_data_beside, refuse_inputs
from .losses import losses
from .manifest import FileHashes, render, stated_time
from .names import require_document_name
from .plan import Plan, refuse_outputs
from .selection import Selected, Selection
from .staging import PreparedElsewhere, PreparedHere, Preparing, StagedDataset
from .target import Target

_WRITTEN: Mapping[Holds, WrittenKind] = MappingProxyType(
    {
        Holds.LABELS: "label",
        Holds.LENGTHS: "length",
        Holds.FORMATS: "format",
        Holds.DATASET_LABEL: "dataset label",
    }
)
"""What is taken from define.xml, by the place that it needs."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of a conversion.

    Attributes
    ----------
    target : Target
    selection : Selection
    all_or_none : bool
        Write nothing if something cannot be read or written.
    overwrite : bool
    kept : tuple of Path
        Files that are never replaced, beside the inputs.
    manifest : Path or None
    progress : callable or None
    options : mapping
        Those that decide what is read and written, for the manifest.
    """

    target: Target
    selection: Selection = field(default_factory=Selection)
    all_or_none: bool = False
    overwrite: bool = False
    kept: tuple[Path, ...] = ()
    manifest: Path | None = None
    progress: WritingProgress | None = None
    options: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def together(self) -> bool:
        """Whether all appear at once: so do tables of a database; a file has one dataset or none."""
        return self.all_or_none or not self.target.suffix or self.target.path == STANDARD_OUTPUT

    def check(self) -> None:
        """Refuse what can be seen before anything is read.

        Raises
        ------
        UnwritableOutput
            When the manifest exists, or cannot have this name.
        ConfigurationError
            When SOURCE_DATE_EPOCH is not a number of seconds, or out of range.
        """
        if self.manifest is None:
            return
        stated_time()
        require_document_name(self.manifest, self.target.path, together=self.together)
        if is_sidecar(self.manifest):
            raise UnwritableOutput(
                "the manifest has the name of a metadata table", str(self.manifest), "choose another name"
            )
        if os.path.lexists(self.manifest) and not self.overwrite:
            raise UnwritableOutput(
                "the output already exists", str(self.manifest), "choose another name, or use --overwrite"
            )

    @property
    def asked(self) -> dict[str, Any]:
        """The options that were given, in a form that JSON has."""
        given = {**self.options, **self.selection.options}
        of_writing = {name: getattr(self.target.options, name) for name in self.target.options.given}
        return {name: _plain(value) for name, value in given.items() if value} | of_writing


def converted(
    readings: Readings, request: Request, staged: Sequence[StagedDataset] | None = None
) -> ConversionRecord:
    """Write what was read.

    Parameters
    ----------
    readings : Readings
    request : Request
    staged : sequence of StagedDataset, optional
        Of each dataset, where that was done elsewhere: its files, which are only to be put in their places.
        The datasets are as defined, and need no records.

    Raises
    ------
    AdamgateError
        Where all or nothing is to be written, or there is only one dataset: whatever keeps it from being
        written. Else only what concerns all datasets; the rest is in the `ConversionRecord`.
    """
    if staged is None:
        readings = as_defined_for(request.target.format, readings)
    run = _Run(readings, request, staged)
    if request.together or len(readings.datasets) + len(readings.problems) < 2 or not readings.datasets:
        return run.at_once()
    return run.one_by_one()


def as_defined_for(form: Format, readings: Readings) -> Readings:
    """The datasets with what define.xml states and they do not, as far as the target has a place for it."""
    definition = readings.definition
    if definition is None:
        return readings
    places = [kind for place, kind in _WRITTEN.items() if place in form.holds]
    datasets = (as_defined(each, definition, places) for each in readings.datasets)
    if Holds.KEYS in form.holds:
        datasets = (with_keys(each, definition) for each in datasets)
    return replace(readings, datasets=tuple(datasets))


class _Run:
    """One conversion, and what of it was written so far."""

    def __init__(self, readings: Readings, request: Request, staged: Sequence[StagedDataset] | None) -> None:
        self._readings = readings
        self._request = request
        names = tuple(each.name for each in readings.datasets)
        self._preparing: Preparing = PreparedHere(request.target, request.selection, names, request.progress)
        if staged is not None:
            self._preparing = PreparedElsewhere(dict(zip(readings.datasets, staged, strict=True)))
        self._inputs = inputs_of(readings.datasets)
        self._beside: dict[Path, None] = {}
        self._hashes = FileHashes({}, {}, {})
        if request.manifest is not None:
            self._hashes = FileHashes(_read(readings.datasets), self._described(), {})

    def at_once(self) -> ConversionRecord:
        """All datasets and the manifest, or none."""
        datasets = self._readings.datasets
        self._require_all_once()
        self._request.selection.require_names(datasets)
        self._refuse_manifest()
        return self._conversion(self._written(datasets, is_all=True), with_manifest=True)

    def one_by_one(self) -> ConversionRecord:
        """Every dataset that can be written, then the manifest."""
        datasets, problems = self._readings.datasets, self._readings.problems
        try:
            self._request.selection.require_names(datasets)
        except ConfigurationError as wrong:
            if not problems:
                raise
            return self._conversion([ConvertedDataset(each, problem=wrong) for each in datasets])
        self._refuse_manifest()
        refused = {**_named_twice(datasets), **self._to_one_file()}
        self._remove_earlier_manifest()
        outcomes: list[ConvertedDataset] = []
        for dataset in datasets:
            try:
                if dataset.name in refused:
                    raise refused[dataset.name]
                outcomes += self._written([dataset])
            except AdamgateError as problem:
                outcomes.append(ConvertedDataset(dataset, problem=problem))
        try:
            write_together(self._manifest(outcomes, {}), overwrite=self._request.overwrite)
        except UnwritableOutput as problem:
            return self._conversion(outcomes, problem)
        return self._conversion(outcomes, with_manifest=True)

    def _require_all_once(self) -> None:
        """Refuse what was not read, and datasets of one name: both at once, or these alone as wrong usage."""
        readings = self._readings
        if not readings.problems:
            _refuse_namesakes(_named_twice(readings.datasets).values())
        replace(readings, problems=(*readings.problems, *repeated(readings.datasets))).require_all()

    def _written(self, datasets: Sequence[Dataset], *, is_all: bool = False) -> list[ConvertedDataset]:
        """All of these datasets, or none; with the manifest where they are all."""
        request = self._request
        chosen = self._preparing.chosen(datasets)
        outputs = [each.output for each in chosen]
        refuse_outputs(outputs, self._inputs, request.kept, overwrite=request.overwrite)
        prepared = self._preparing.prepared(datasets, outputs)
        plan = prepared.planned(request.target, self._inputs, request.kept)
        outcomes = [
            self._outcome(read, output, each.selected, plan)
            for read, output, each in zip(datasets, plan.outputs, chosen, strict=True)
        ]
        hashed: dict[Path, FileHash] = self._preparing.hashes(datasets)
        files = plan.files
        if request.manifest is not None:
            files = tuple(hashing(each, hashed) for each in files)
        last = self._manifest(outcomes, hashed) if is_all else []
        write_together([*files, *last], overwrite=request.overwrite)
        self._hashes.written.update(hashed)
        own = {path for each in outcomes for path in each.files}
        self._beside |= dict.fromkeys(each.path for each in plan.files if each.path not in own)
        return outcomes

    def _outcome(self, read: Dataset, output: Output, selected: Selected, plan: Plan) -> ConvertedDataset:
        data = (each.path for each in plan.files if not each.merged)
        return ConvertedDataset(
            read,
            output.dataset,
            tuple(path for path in data if _output_of(path, plan.outputs) == output.path),
            selected,
            losses(output.dataset, self._request.target.format),
            tuple(each for each in plan.repairs if each.dataset == read.name),
            tuple(each for each in plan.changes if each.dataset == read.name),
        )

    def _conversion(
        self, outcomes: Sequence[ConvertedDataset], *problems: AdamgateError, with_manifest: bool = False
    ) -> ConversionRecord:
        request = self._request
        manifest = (request.manifest,) if with_manifest and request.manifest is not None else ()
        return ConversionRecord(
            request.target.format,
            tuple(outcomes),
            (*self._beside, *manifest),
            (*self._readings.problems, *problems),
            self._readings.notes,
            request.asked,
            request.target.encoding,
        )

    def _manifest(
        self, outcomes: Sequence[ConvertedDataset], hashed: Mapping[Path, FileHash]
    ) -> list[PlannedFile]:
        """The manifest, if there is to be one; it is made when the other files are written."""

        def write(stream: BinaryIO) -> None:
            known = replace(self._hashes, written={**self._hashes.written, **hashed})
            stream.write(render(self._conversion(outcomes), known))

        return [] if self._request.manifest is None else [PlannedFile(self._request.manifest, write)]

    def _refuse_manifest(self) -> None:
        """Refuse a manifest that would replace an input, other data, or an output."""
        manifest = self._request.manifest
        if manifest is None:
            return
        refuse_inputs([manifest], (*self._inputs, *self._request.kept))
        refuse_data_beside([manifest], self._inputs)
        if manifest in self._paths().values():
            raise UnwritableOutput(
                "two outputs have the same name", str(manifest), "give each output its own name"
            )

    def _remove_earlier_manifest(self) -> None:
        """A run that is killed between two datasets leaves no manifest, not one of files it has replaced."""
        manifest = self._request.manifest
        if manifest is None or not manifest.is_file():
            return
        try:
            os.unlink(os.path.realpath(manifest))  # a link stays
        except OSError as error:
            raise UnwritableOutput(
                f"the manifest cannot be replaced: {error.strerror or error}",
                str(manifest),
                "choose another name or folder",
            ) from error

    def _to_one_file(self) -> dict[str, ConfigurationError]:
        """A refusal of each dataset that would go to the file of another, where case does not count."""
        paths = self._paths()
        count = Counter(path.name.casefold() for path in paths.values())
        return {
            name: ConfigurationError(
                "two datasets would be written to one file", str(path), "write one of them to another folder"
            )
            for name, path in paths.items()
            if count[path.name.casefold()] > 1
        }

    def _paths(self) -> dict[str, Path]:
        """The file of each dataset whose name can be that of a file."""
        found = {}
        for dataset in self._readings.datasets:
            with suppress(AdamgateError):
                found[dataset.name] = self._request.target.outputs([dataset])[0].path
        return found

    def _described(self) -> dict[Path, FileHash]:
        """What describes the inputs beside them, and a format catalogue that was given."""
        read = {each.source.path for each in self._readings.datasets if each.source is not None}
        beside = [each for each in self._inputs if each not in read]
        named = (self._request.options.get(name) for name in ("catalog", "define"))
        given = [Path(each) for each in named if each is not None]
        return {path: hash_of(path) for path in dict.fromkeys((*beside, *given)) if os.path.isfile(path)}


def _output_of(file: Path, outputs: Sequence[Output]) -> Path:
    """The output that a file is, or is a part of: the name of a part begins with that of the whole."""
    paths = [each.path for each in outputs]
    if file in paths:
        return file
    wholes = [each for each in paths if each.parent == file.parent and file.name.startswith(each.stem)]
    return max(wholes, key=lambda each: len(each.stem), default=file)


def _read(datasets: Iterable[Dataset]) -> dict[Path, FileHash]:
    """The files that were read; of a folder of parts the bytes of all."""
    sources = [each.source for each in datasets if each.source is not None]
    return {each.path: FileHash(each.size, each.sha256) for each in sources}


def _named_twice(datasets: Sequence[Dataset]) -> dict[str, ConfigurationError]:
    """A refusal of each dataset whose name another has."""
    refusals = zip(named_alike(datasets), repeated(datasets), strict=True)
    return {name: ConfigurationError(each.what, each.where, each.advice) for name, each in refusals}


def _refuse_namesakes(refusals: Collection[ConfigurationError]) -> None:
    """Raise one refusal as it is, several as one."""
    if len(refusals) == 1:
        raise next(iter(refusals))
    if refusals:
        details = [f"{each.what}: {each.where}" for each in refusals]
        advice = next(iter(refusals)).advice
        raise ConfigurationError("several inputs contain the same datasets:", "", advice, details=details)


def _plain(value: Any) -> Any:
    """A value of an option as JSON has it."""
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value if isinstance(value, str | int | float) else str(value)
