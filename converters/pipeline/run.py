"""A run of the steps of a project: those that have changed, each once what it needs is done."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from ...schemas.errors import ConfigurationError, UnreadableInput, UnwritableOutput
from ...schemas.options import options_of
from ..page.run_shown import RunShown
from ..values.temporary_names import remove_leftovers
from .earlier_outputs import EarlierOutputs
from .earlier_run import EarlierRun, folder_from
from .fingerprint import (
    NOT_RECORDED,
    HashesOfFiles,
    changes,
    files_read,
    not_present,
    specification_of,
)
from .pipeline import Pipeline
from .plan import PipelineStep, PlannedStep, overlaps_any, steps_before
from .project import PipelineProject
from .record import (
    BECAME,
    DIFFERENT,
    FAILED,
    NOT_RUN,
    RAN,
    REFUSED,
    RecordedFile,
    RunRecord,
    StepRecord,
    write_record,
)
from .run_request import RunRequest
from .run_result import RunResult, StepState
from .shown import run_so_far
from .step_outcome import StepOutcome
from .times import StepTime, read_times, write_times
from .versions import hash_of_code, versions
from .watcher import RunWatcher
from .work import Ended, Work, Workers

UNREADABLE = 3
_UNFINISHED = "the run has not finished, or was killed"


@dataclass
class PipelineRun:
    """One run, from the earlier record to the next one."""

    pipeline: Pipeline
    request: RunRequest
    watcher: RunWatcher
    environment: Mapping[str, str]
    _earlier: EarlierRun = EarlierRun()
    _hashes: HashesOfFiles = field(default_factory=HashesOfFiles)
    _records: dict[str, StepRecord] = field(default_factory=dict)
    _states: dict[str, StepState] = field(default_factory=dict)
    _times: dict[str, StepTime] = field(default_factory=dict)
    _project: PipelineProject | None = None
    _removed: list[str] = field(default_factory=list)
    _begun: bool = False

    def plan(self) -> RunResult:
        """What a run would do, and why."""
        self._read_earlier()
        chosen = self.request.chosen(self.pipeline.steps)
        for planned in self.pipeline.steps:
            if planned.name in chosen:
                self._settle(planned, self._would(planned))
        return self._result("")

    def run(self) -> RunResult:
        """Run what has changed.

        Raises
        ------
        ConfigurationError
            If the settings file, its steps or what they declare is not valid; before anything is run.
        UnwritableOutput
            If an output exists that no earlier run declared, or the record cannot be written.
        """
        self._read_earlier()
        if self._earlier.unusable and not self.request.overwrite:
            raise UnwritableOutput(
                f"the record {self.pipeline.record} cannot be used: {self._earlier.unusable}",
                str(self.pipeline.record),
                "run with --overwrite, or give another --record",
            )
        chosen = self.request.chosen(self.pipeline.steps)
        self._check_file()
        self._keep_others(chosen)
        open_ = {each.name: each for each in self.pipeline.steps if each.name in chosen}
        with Workers() as workers:
            while open_ or workers.busy:
                for planned in self._ready(open_, workers):
                    del open_[planned.name]
                    self._begin(planned, workers)
                if workers.busy:
                    self._end(*workers.wait())
        return self._result(self._finish())

    @property
    def record(self) -> RunRecord:
        """What the run has put on record."""
        return self._recorded(finished=True)

    @property
    def _declared(self) -> list[Path]:
        """The outputs of all steps."""
        return [path for each in self.pipeline.steps for path in each.step.outputs]

    @property
    def _outputs(self) -> EarlierOutputs:
        return EarlierOutputs(self._earlier, self._hashes, self.request.overwrite)

    def _read_earlier(self) -> None:
        self._earlier = EarlierRun.of(self.pipeline.record, self.pipeline.sha256)
        if self._earlier.record is not None:
            known = {each.name for each in self.pipeline.steps}
            self._times = read_times(self.pipeline.record)
            self._records = {name: each for name, each in self._earlier.steps.items() if name in known}

    def _check_file(self) -> None:
        """Check all of the settings file, unless a finished run did so with the same file and versions."""
        if self._earlier.has_checked(self.pipeline.sha256):
            return
        try:
            self._loaded()
        except ConfigurationError as fault:
            run = run_so_far(self.pipeline.sha256, (), {}, str(fault))
            for planned in self.pipeline.steps:
                self._outputs.withdraw(planned, "the settings file is not valid", run)
            raise

    def _loaded(self) -> PipelineProject:
        if self._project is None:
            self._project = self.pipeline.load(self.pipeline.file)
            for each in self.pipeline.steps:
                with located(each.step):
                    each.step.options.check(self._project)
        return self._project

    def _keep_others(self, chosen: Sequence[str]) -> None:
        """Steps that are not considered must be as the record has them where others need them."""
        if len(chosen) == len(self.pipeline.steps):
            return
        needed = {name for one in chosen for name in steps_before(one, self.pipeline.steps)} - {*chosen}
        for planned in self.pipeline.steps:
            if planned.name in needed:
                reasons = tuple(self._changes(planned))
                if reasons:
                    raise ConfigurationError(
                        f"step {planned.name} is not up to date: {reasons[0]}",
                        "--from" if self.request.start else "--only",
                        f"run it, too: --only {planned.name}, or no --only and --from",
                    )

    def _ready(self, open_: Mapping[str, PlannedStep], workers: Workers) -> list[PlannedStep]:
        running = workers.names
        ready = [each for each in open_.values() if not ({*each.after} & ({*open_} | running))]
        return ready[: 1 if self.request.jobs == 1 else max(0, self.request.jobs - len(running))]

    def _begin(self, planned: PlannedStep, workers: Workers) -> None:
        """Settle a step at once, or let somebody do it."""
        earlier_time = self._times.pop(planned.name, None)
        blocked = self._blocked(planned)
        if blocked:
            self._not_run(planned, blocked)
            return
        absent = not_present(planned.step)
        if absent:
            reason = f"input {absent[0]} is not present"
            self._settle(planned, self._failed(planned, reason, UNREADABLE))
            return
        try:
            reasons = tuple(self._changes(planned))
            inputs = self._inputs(planned.step)
        except UnreadableInput as problem:
            self._settle(planned, self._failed(planned, str(problem), UNREADABLE))
            return
        if unlike := self._unlike(planned, inputs):
            self._settle(planned, self._failed(planned, unlike, UNREADABLE))
            return
        if not reasons and not self.request.force:
            earlier = self._records[planned.name]
            if earlier_time is not None:
                self._times[planned.name] = earlier_time
            self._settle(
                planned,
                StepState(planned.name, planned.step.kind, "unchanged", summary=earlier.summary, exit_code=0),
            )
            return
        project = self._loaded()
        self._declare()
        before = self._run_before(planned)
        work = Work(
            planned.name,
            planned.step.options,
            self.pipeline.file,
            self.pipeline.load,
            self._cited(planned),
            inputs,
            reasons or ("--force",),
            before,
        )
        self._outputs.withdraw(planned, _UNFINISHED, before)
        self.watcher.began(planned.name)
        if self.request.jobs == 1:
            self._end(work, work.done(project))
        else:
            workers.start(work)

    def _unlike(self, planned: PlannedStep, inputs: tuple[RecordedFile, ...]) -> str:
        """Which input is not what the step before it wrote, or the gate judged; empty where all are."""
        for name in planned.after:
            before = self._records[name]
            seen = before.inputs if name in planned.gates else before.outputs
            known = {each.path: each for each in seen}
            changed = next((each.path for each in inputs if known.get(each.path, each) != each), None)
            if changed is not None:
                return f"input {changed} changed after step {name}"
        return ""

    def _end(self, work: Work, ended: Ended) -> None:
        """Put what came of a step on record."""
        planned = next(each for each in self.pipeline.steps if each.name == work.step)
        self._times[work.step] = ended.time
        read = (*work.inputs, self.pipeline.sha256)
        changed = [each.path for each in read if not self._hashes.is_still(each)]
        if ended.outcome is None:
            state = self._failed(planned, ended.failure, ended.exit_code)
        elif changed:
            state = self._failed(planned, f"input {changed[0]} changed while the step ran", UNREADABLE)
        elif not versions()["adamgate"].endswith(hash_of_code()):
            state = self._failed(planned, "the code of adamgate changed while the step ran", UNREADABLE)
        elif others := _others(ended.outcome.read, work.inputs):
            state = self._failed(
                planned, f"{others[0]} was read, and is not an input of the step", UNREADABLE
            )
        else:
            state = self._done(planned, work, ended.outcome)
        self._settle(planned, state)
        self._write(finished=False)

    def _done(self, planned: PlannedStep, work: Work, outcome: StepOutcome) -> StepState:
        removed = self._outputs.remove_outdated(planned.name, outcome.written)
        failing = DIFFERENT if planned.step.options.compares else REFUSED
        state = RAN if outcome.exit_code == 0 else failing
        self._records[planned.name] = StepRecord(
            planned.name,
            planned.step.kind,
            state,
            outcome.exit_code,
            None,
            self._specification(planned.step),
            versions(),
            work.inputs,
            tuple(self._hashes.of(path) for path in sorted(outcome.written)),
            self._after(planned),
            outcome.summary,
            outcome.policies,
            outcome.findings,
            outcome.notes,
        )
        return StepState(
            planned.name,
            planned.step.kind,
            state,
            work.reasons,
            outcome.summary,
            outcome.details,
            (*outcome.notes, *(f"removed, not an output any more: {each}" for each in removed)),
            outcome.exit_code,
        )

    def _failed(self, planned: PlannedStep, reason: str, code: int) -> StepState:
        name, kind = planned.name, planned.step.kind
        state, first = REFUSED if code == 1 else FAILED, reason.split("\n", maxsplit=1)[0]
        self._records[name] = StepRecord(name, kind, state, code, first)
        ended = StepState(name, kind, state, (first,), first, details=reason, exit_code=code)
        return self._without_verdict(planned, ended, f"step {name} {BECAME[state]}")

    def _not_run(self, planned: PlannedStep, reason: str) -> None:
        name, kind = planned.name, planned.step.kind
        self._records[name] = StepRecord(name, kind, NOT_RUN, None, reason)
        state = StepState(name, kind, NOT_RUN, (reason,), exit_code=None)
        self._settle(planned, self._without_verdict(planned, state, reason))

    def _without_verdict(self, planned: PlannedStep, state: StepState, reason: str) -> StepState:
        """What became of a step that has not run to its end, whose reports say so."""
        told, notes = self._outputs.withdraw(planned, reason, self._run_before(planned, state))
        files = [each for each in planned.step.outputs if os.path.isfile(each) and each not in told]
        return replace(state, notes=notes, left=tuple(each.as_posix() for each in files))

    def _run_before(self, planned: PlannedStep, state: StepState | None = None) -> RunShown:
        """The steps that a step needs, and the step itself where it has ended."""
        names = [*steps_before(planned.name, self.pipeline.steps), *([planned.name] if state else [])]
        records = [self._records[name] for name in names if name in self._records]
        states = [
            *(self._states[name] for name in names if name in self._states),
            *([state] if state else []),
        ]
        return run_so_far(self.pipeline.sha256, records, {each.step: each.details for each in states})

    def _settle(self, planned: PlannedStep, state: StepState) -> None:
        self._states[planned.name] = state
        self.watcher.ended(state)

    def _blocked(self, planned: PlannedStep) -> str:
        """Why a step cannot run, by what became of those that it needs; empty where it can."""
        for name in planned.after:
            record = self._records.get(name)
            if record is None or record.exit_code != 0:
                is_gate = name in planned.gates and record is not None and record.state == REFUSED
                became = record.state if record is not None else NOT_RUN
                return f"data refused by step {name}" if is_gate else f"step {name} {BECAME[became]}"
        return ""

    def _would(self, planned: PlannedStep) -> StepState:
        name, kind = planned.name, planned.step.kind
        before = [
            each for each in planned.after if each in self._states and self._states[each].state != "unchanged"
        ]
        if self.request.force:
            return StepState(name, kind, "would run", ("--force",))
        try:
            reasons = tuple(self._changes(planned, dry=True))
        except UnreadableInput as problem:
            return StepState(name, kind, "would run", (f"{problem.where}: {problem.what}",))
        if reasons and not (before and reasons == (NOT_RECORDED,)):
            return StepState(name, kind, "would run", reasons)
        if before or reasons:
            return StepState(name, kind, "would run" if reasons else "may run", (f"after step {before[0]}",))
        return StepState(name, kind, "unchanged", summary=self._records[name].summary)

    def _changes(self, planned: PlannedStep, *, dry: bool = False) -> Iterator[str]:
        step, recorded = planned.step, self._records.get(planned.name)
        absent = not_present(step)
        if dry and recorded is None:  # the steps before it may write it
            absent = tuple(path for path in absent if not overlaps_any(path, self._declared))
        if absent:
            yield f"input {absent[0]} is not present"
            return
        inputs = () if recorded is None else self._inputs(step)
        after = {} if recorded is None else self._after(planned)
        yield from changes(recorded, self._specification(step), inputs, after, self._hashes)

    def _inputs(self, step: PipelineStep) -> tuple[RecordedFile, ...]:
        recursive = self.pipeline.recursive or step.options.reads_below(self.pipeline.document)
        files = files_read(step, self.pipeline.named, recursive=recursive)
        return self._hashes.of_inputs(files)

    def _specification(self, step: PipelineStep) -> Mapping[str, str]:
        return specification_of(step, self.pipeline.document, self.environment)

    def _after(self, planned: PlannedStep) -> Mapping[str, str]:
        """The records that the outputs of a step name."""
        if not planned.step.options.cites:
            return {}
        before = steps_before(planned.name, self.pipeline.steps)
        return {name: self._records[name].sha256 for name in before if name in self._records}

    def _cited(self, planned: PlannedStep) -> Mapping[str, object]:
        after = self._after(planned)
        steps = [{"step": name, "sha256": sha256} for name, sha256 in after.items()]
        return {"step": planned.name, "record": self.pipeline.record.name, "after": steps}

    def _declare(self) -> None:
        """Say in the record which files this run may replace, before it replaces any."""
        if self._begun:
            return
        self._outputs.require_replaceable(self._declared)
        self._remove_outputs_of_gone_steps()
        self._begun = True
        self._write(finished=False)

    def _remove_outputs_of_gone_steps(self) -> None:
        """Before the record is written that does not name them any more: this may be killed."""
        names = {each.name for each in self.pipeline.steps}
        for gone in self._earlier.steps.keys() - names:
            self._removed += self._outputs.remove_outdated(gone, self._declared)

    def _recorded(self, *, finished: bool) -> RunRecord:
        order = [each.name for each in self.pipeline.steps if each.name in self._records]
        return RunRecord(
            folder_from(self.pipeline.record),
            self.pipeline.sha256,
            versions(),
            tuple(path.as_posix() for path in self._declared),
            tuple(self._records[name] for name in order),
            finished,
        )

    def _write(self, *, finished: bool) -> str:
        return write_record(self._recorded(finished=finished), self.pipeline.record)

    def _finish(self) -> str:
        """The finished record, written only where it differs; its hash."""
        record, path = self._recorded(finished=True), self.pipeline.record
        if self._begun or not self._earlier.has_written(record, path, self._hashes):
            if not self._begun:
                self._remove_outputs_of_gone_steps()
            sha256 = write_record(record, path)
            write_times({each: self._times[each] for each in self._records if each in self._times}, path)
            return sha256
        remove_leftovers(path.parent)  # of a run that was killed when it had done all else
        return self._hashes.of(path).sha256

    def _result(self, sha256: str) -> RunResult:
        order = [each.name for each in self.pipeline.steps if each.name in self._states]
        states = tuple(self._states[name] for name in order)
        unusable = self._earlier.unusable
        notes = [f"the earlier record is not used: {unusable}"] if unusable else []
        if self._removed:
            notes.append(
                f"removed, output of a step that is not declared any more: {', '.join(sorted(self._removed))}"
            )
        return RunResult(states, self.pipeline.record, sha256, "; ".join(notes))


@contextmanager
def located(step: PipelineStep) -> Iterator[None]:
    """Faults of a key of a step say of which step it is."""
    try:
        yield
    except ConfigurationError as fault:
        if fault.where not in {each.name for each in options_of(type(step.options))}:
            raise
        where = f"{step.heading} {fault.where}"
        raise ConfigurationError(fault.what, where, fault.advice, details=fault.details) from fault


def _others(read: Collection[Path], inputs: Collection[RecordedFile]) -> list[Path]:
    """What was read, by whatever name, and is not among the inputs; a folder is where its files are."""
    known = {os.path.realpath(each.path) for each in inputs}
    known |= {os.path.dirname(each) for each in known}
    return [each for each in read if os.path.realpath(each) not in known]
