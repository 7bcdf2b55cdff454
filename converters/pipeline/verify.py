"""Whether the files of a run are still what its record says; who wrote them is not proven."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ...schemas.errors import UnreadableInput
from ...schemas.glance import Glance, Glanced
from ...schemas.wording import counted
from ..values.regular_file import read_regular
from .fingerprint import HashesOfFiles
from .record import AlteredRecord, RecordedFile, RunRecord, StepRecord, read_record, seal_of, sealed_as
from .versions import versions


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """What is not as the record has it.

    Attributes
    ----------
    kind : str
        "record", "version", "specification", "input", "output".
    name : str
        A file, a library.
    steps : tuple of str
        The steps that it concerns.
    problem : str
        "changed", "is not present".

    Examples
    --------
    >>> print(ag.Discrepancy("output", "tables/os.csv", ("os",), "changed"))
    output tables/os.csv (step os): changed
    """

    kind: str
    name: str
    steps: tuple[str, ...]
    problem: str

    def __str__(self) -> str:
        concerned = f" (step {', '.join(self.steps)})" if self.steps else ""
        return f"{self.kind} {self.name}{concerned}: {self.problem}"


@dataclass(frozen=True, slots=True)
class KnownFile:
    """A file that was asked about, and the output that it is; none where `output` is empty.

    Attributes
    ----------
    path, sha256 : str
    output, step : str
    inputs : tuple of str
        What the step read.
    named : str
        What a codebook or report that is not an output says of the run that wrote it.

    Examples
    --------
    >>> ag.KnownFile("found.csv", "0" * 64).output
    ''
    """

    path: str
    sha256: str
    output: str = ""
    step: str = ""
    inputs: tuple[str, ...] = ()
    named: str = ""


@dataclass(frozen=True, repr=False)
class Verification(Glanced):
    """What became of a check of a record.

    Attributes
    ----------
    record : str
    steps, inputs, outputs : int
        How many were checked.
    discrepancies : tuple of Discrepancy
    files : tuple of KnownFile
    notes : tuple of str
        Steps without outputs: refused, failed, not run.

    Examples
    --------
    >>> changed = ag.Discrepancy("output", "tables/os.csv", ("os",), "changed")
    >>> ag.Verification("run.jsonl", 1, 1, 1, (changed,)).equal
    False
    """

    record: str
    steps: int
    inputs: int
    outputs: int
    discrepancies: tuple[Discrepancy, ...]
    files: tuple[KnownFile, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def equal(self) -> bool:
        """Whether all is as recorded, and each file that was asked about is an output."""
        return not self.discrepancies and all(each.output for each in self.files)

    def to_dict(self) -> dict[str, Any]:
        """The JSON document of `adamgate verify --format json`.

        Returns
        -------
        dict

        Examples
        --------
        >>> ag.Verification("run.jsonl", 1, 1, 1, ()).to_dict()["equal"]
        True
        """
        return {**asdict(self), "equal": self.equal}

    def _glance(self) -> Glance:
        said = counted(len(self.discrepancies), "difference") if self.discrepancies else "as recorded"
        rows = [(each.kind, each.name, each.problem) for each in self.discrepancies]
        rows += [("file", each.path, each.output or "not an output of the run") for each in self.files]
        return Glance((f"Verification: {self.record}, {said}",), rows, len(rows))


def verify(
    record: str | os.PathLike[str], files: str | os.PathLike[str] | Sequence[str | os.PathLike[str]] = ()
) -> Verification:
    r"""Compare the files of a run, and the installed versions, with its record: `adamgate verify`.

    This detects changes; it does not prove who wrote the files or the record.

    Parameters
    ----------
    record : path
        The record: ``run.jsonl``.
    files : path or sequence of paths
        Files found anywhere: which outputs of the run they are.

    Returns
    -------
    Verification

    Raises
    ------
    UnreadableInput
        If the record, or one of `files`, cannot be read.

    Examples
    --------
    >>> steps = '[step.gate]\nkind = "validate"\ndata = ["adam"]\noutput = "report.json"\n'
    >>> _ = Path("adamgate.toml").write_text(steps)
    >>> result = ag.run()
    >>> ag.verify(result.record).equal
    True
    >>> _ = Path("report.json").write_text("edited")
    >>> ag.verify(result.record)
    Verification: run.jsonl, 1 difference
      output  report.json  changed
    """
    given = [files] if isinstance(files, (str, os.PathLike)) else files
    return _verified(Path(record), [Path(each) for each in given])


def _verified(path: Path, files: Sequence[Path]) -> Verification:
    try:
        record = read_record(path)
        sealed = tuple(_of_seal(path))
    except OSError as failure:
        raise UnreadableInput(
            f"the record cannot be read: {failure.strerror}", str(path), "check the path"
        ) from failure
    except AlteredRecord as altered:
        return Verification(str(path), 0, 0, 0, (Discrepancy("record", str(path), (), str(altered)),))
    hashes = HashesOfFiles()
    folder = path.parent / record.folder
    inputs = _steps_of((each.step, one) for each in record.steps for one in each.inputs)
    outputs = _steps_of((each.step, one) for each in record.steps for one in each.outputs)
    found = [
        *sealed,
        *_of_record(record, str(path)),
        *_of_versions(record),
        *_of_files("specification", {record.specification: ()}, folder, hashes),
        *_of_files("input", inputs, folder, hashes),
        *_of_files("output", outputs, folder, hashes),
    ]
    return Verification(
        str(path),
        len(record.steps),
        len(inputs),
        len(outputs),
        tuple(dict.fromkeys(found)),
        tuple(_known(each, record, hashes) for each in files),
        tuple(_notes(record.steps)),
    )


def _of_seal(path: Path) -> Iterator[Discrepancy]:
    sealed, now = sealed_as(path), HashesOfFiles().of(path).sha256
    if sealed is None:
        yield Discrepancy("record", seal_of(path).name, (), "is not present")
    elif sealed != now:
        yield Discrepancy(
            "record", str(path), (), f"altered: its SHA-256 is not that of {seal_of(path).name}"
        )


def _of_record(record: RunRecord, name: str) -> Iterator[Discrepancy]:
    """What does not fit in the record itself."""
    if not record.finished:
        yield Discrepancy("record", name, (), "the run has not finished, or was killed: run it again")
    known = {each.step: each for each in record.steps}
    made = {one.path: (one, each.step) for each in record.steps for one in each.outputs}
    for each in record.steps:
        for step, sha256 in each.after.items():
            if step not in known or known[step].sha256 != sha256:
                yield Discrepancy("record", name, (each.step,), f"it followed another record of step {step}")
        for read in each.inputs:
            if read.path in made and made[read.path][0] != read:
                problem = f"the step read another {read.path} than step {made[read.path][1]} wrote"
                yield Discrepancy("record", name, (each.step,), problem)


def _of_versions(record: RunRecord) -> Iterator[Discrepancy]:
    now = versions()
    concerned: dict[tuple[str, str], list[str]] = {}
    for each in record.steps:
        for library, version in each.versions.items():
            concerned.setdefault((library, version), []).append(each.step)
    for (library, version), steps in concerned.items():
        if now.get(library) != version:
            problem = f"{now.get(library, 'not installed')} is installed, {version} is recorded"
            yield Discrepancy("version", library, tuple(steps), problem)


def _steps_of(pairs: Iterable[tuple[str, RecordedFile]]) -> dict[RecordedFile, tuple[str, ...]]:
    found: dict[RecordedFile, tuple[str, ...]] = {}
    for step, file in pairs:
        found[file] = (*found.get(file, ()), step)
    return found


def _of_files(
    kind: str, files: dict[RecordedFile, tuple[str, ...]], folder: Path, hashes: HashesOfFiles
) -> Iterator[Discrepancy]:
    for recorded, steps in files.items():
        try:
            now = hashes.of(folder / recorded.path)
        except OSError as failure:
            problem = "is not present" if isinstance(failure, FileNotFoundError) else str(failure.strerror)
            yield Discrepancy(kind, recorded.path, steps, problem)
        else:
            if (now.size, now.sha256) != (recorded.size, recorded.sha256):
                yield Discrepancy(kind, recorded.path, steps, "changed")


def _known(path: Path, record: RunRecord, hashes: HashesOfFiles) -> KnownFile:
    try:
        now = hashes.of(path)
    except OSError as failure:
        raise UnreadableInput(
            f"the file cannot be read: {failure.strerror}", str(path), "check the path"
        ) from failure
    for each in record.steps:
        for one in each.outputs:
            if one.sha256 == now.sha256 and os.path.splitext(one.path)[1] == path.suffix:
                inputs = tuple(read.path for read in each.inputs)
                return KnownFile(str(path), now.sha256, one.path, each.step, inputs)
    return KnownFile(str(path), now.sha256, named=_named(path, record))


def _named(path: Path, record: RunRecord) -> str:
    """What a codebook or report that is not an output says of the run that wrote it."""
    if path.suffix != ".json":
        return ""
    try:
        run = json.loads(read_regular(path))["run"]
        step, after = run["step"], {each["step"]: each["sha256"] for each in run["after"]}
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return ""
    recorded = {each.step: each.sha256 for each in record.steps}
    others = [name for name, sha256 in after.items() if recorded.get(name) != sha256]
    said = (
        f"another record of step {', '.join(map(str, others))}" if others else "the recorded steps before it"
    )
    return f"it names step {step} after {said}"


def _notes(steps: Iterable[StepRecord]) -> Iterator[str]:
    for each in steps:
        if each.exit_code != 0:
            yield f"step {each.step}: {each.state}{f', {each.reason}' if each.reason else ''}"


def verification_lines(found: Verification) -> Iterator[str]:
    """What became of it, for people."""
    if found.equal:
        parts = (
            counted(found.steps, "step"),
            counted(found.inputs, "input"),
            counted(found.outputs, "output"),
        )
        yield f"VERIFIED  {found.record}: {', '.join(parts)} as recorded"
    elif found.discrepancies:
        yield f"DIFFERENT  {found.record}: {counted(len(found.discrepancies), 'difference')}"
    else:
        yield f"DIFFERENT  {found.record}: a file is not an output of the run"
    yield from (f"  {each}" for each in found.discrepancies)
    for each in found.files:
        if each.output:
            yield f"  {each.path}: output {each.output} of step {each.step}, from {', '.join(each.inputs)}"
        else:
            yield f"  {each.path}: not an output of the run{f'; {each.named}' if each.named else ''}"
    yield from (f"  {each}" for each in found.notes)
