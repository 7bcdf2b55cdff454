"""The gate: pick rules by scope, run them, collect outcomes. It fails closed."""

from __future__ import annotations

import platform
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import date
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from types import MappingProxyType
from typing import TypedDict

from ..errors import ConfigurationError
from ..rules import rule_book
from ..rules.conformance.terminology import widened_codelists
from ..rules.rule import Grain, Rule, RuleFunction
from ..severity import Severity
from ..standards.versions import Standards
from ..study.dataset import Dataset
from ..study.declarations import Declarations, stated_of
from ..study.definition import Definition
from ..study.study import Study
from ..study.variable import ReadAsMissing
from ..wording import did_you_mean, one_line
from . import pandera_schemas
from .baseline import Baseline, compared
from .by_part import HERE
from .check import STUDY_NAME, Check, CheckOptions, run_check
from .event_counts import EventCount, event_counts
from .execution import Executor, Task
from .finding import Status
from .report import Deselected, Input, JudgedDefinition, Policy, Report
from .selection import Names, RuleSelection, as_rules, full_book
from .waiver_rules import UNREAD, WAIVER_RULES, Audit, about
from .waivers import Waiver, Waivers

JudgingProgress = Callable[[str, str], None]
"""Called before each rule with its id and the dataset's name."""

_LIBRARIES = ("adamgate", "pandas", "numpy", "pandera", "pyarrow", "pyreadstat")
_JUDGED = frozenset({Status.PASSED, Status.FAILED})


class GateOptions(TypedDict, total=False):
    """How to judge: the options of `validate`, for those who hand them on."""

    standards: Standards | None
    declarations: Declarations | None
    complete: bool
    show_values: bool
    show_keys: bool
    select: Names
    ignore: Names
    severities: Mapping[str, Severity | str]
    waivers: Iterable[Waiver]
    today: date | None
    extra_rules: Iterable[Rule | RuleFunction]
    baseline: Baseline | None
    origins: Mapping[str, str]
    executor: Executor


def validate(
    study: Study,
    *,
    standards: Standards | None = None,
    declarations: Declarations | None = None,
    complete: bool = False,
    show_values: bool = False,
    show_keys: bool = True,
    select: Names = (),
    ignore: Names = (),
    severities: Mapping[str, Severity | str] = MappingProxyType({}),
    waivers: Iterable[Waiver] = (),
    today: date | None = None,
    extra_rules: Iterable[Rule | RuleFunction] = (),
    baseline: Baseline | None = None,
    origins: Mapping[str, str] = MappingProxyType({}),
    progress: JudgingProgress | None = None,
    executor: Executor = HERE,
) -> Report:
    """Judge a study by every rule in scope; the study is not changed.

    Parameters
    ----------
    study : Study
        One dataset is taken as a study of its own.
    standards : Standards, optional
        Versions to judge by; the default is ADaMIG 1.3 with OCCDS 1.1.
    declarations : Declarations, optional
        What is declared of the study; what was declared must hold, so that notes and warnings that rest
        on inference become errors.
    complete : bool
        The delivery is declared complete: a rule that lacks a dataset is *not run* and fails the gate,
        instead of *not applicable*.
    show_values : bool
        Put the values of the variables concerned into the examples, and name the arms of the counts. They
        are patient data.
    show_keys : bool
        Name the records of the examples by USUBJID and the like; else by their numbers alone.
    select, ignore : iterable of str, or str
        Names of rules: ids ("TTE006"), beginnings of ids ("AD02") or families ("censoring"); with a
        dataset before it ("ADAE:AD0269") only there. What is selected and not ignored runs.
    severities : mapping of rule name to Severity
        Severities to give to findings instead of the rule's own.
    waivers : iterable of Waiver
        Records whose findings do not count, with a reason, an owner and a last day.
    today : date, optional
        Date used to decide whether waivers have expired; by default the system date.
    extra_rules : iterable of Rule, or of functions that ``@rule`` made rules of
        Custom rules.
    baseline : Baseline, optional
        An earlier report: only new findings fail the gate.
    origins : mapping of term to str
        Where `select`, `ignore`, `severities`, `waivers`, `today`, what is `declared`, the terminology
        (`ct`), the words read as `missing` and the versions of the standards (ADaMIG, OCCDS) come from,
        for the report: "adamgate.toml".
    progress : callable, optional
        Called before each rule with its id and the dataset's name.
    executor : Executor
        How checks are run; by default in this process. The report is the same.

    Returns
    -------
    Report
        Outcomes of every rule on every dataset it covers. See `Report.verdict`.

    Raises
    ------
    ConfigurationError
        For a name that no rule has, an id that is taken, or when no rule is left to judge by.

    Examples
    --------
    >>> study = ag.read("broken")
    >>> report = ag.validate(study)
    >>> [(str(each.severity), each.rule_id, each.dataset, each.records) for each in report.findings]
    [('error', 'TTE006', 'ADTTE', 1), ('warning', 'TTE007', 'ADTTE', 0)]
    >>> ag.validate(study, ignore="TTE006").refuses()
    False
    >>> ag.validate(study, severities={"TTE007": "error"}).count(ag.Severity.ERROR)
    2
    """
    return judge(
        study,
        standards=standards,
        declarations=declarations,
        complete=complete,
        show_values=show_values,
        show_keys=show_keys,
        select=select,
        ignore=ignore,
        severities=severities,
        waivers=waivers,
        today=today,
        extra_rules=extra_rules,
        baseline=baseline,
        origins=origins,
        progress=progress,
        executor=executor,
    )


def judge(
    study: Study,
    *,
    standards: Standards | None = None,
    declarations: Declarations | None = None,
    complete: bool = False,
    show_values: bool = False,
    show_keys: bool = True,
    select: Names = (),
    ignore: Names = (),
    severities: Mapping[str, Severity | str] = MappingProxyType({}),
    waivers: Iterable[Waiver] = (),
    today: date | None = None,
    extra_rules: Iterable[Rule | RuleFunction] = (),
    baseline: Baseline | None = None,
    origins: Mapping[str, str] = MappingProxyType({}),
    rules: Collection[str] | None = None,
    progress: JudgingProgress | None = None,
    executor: Executor = HERE,
) -> Report:
    """`validate`, with one more option for those who run the gate.

    Parameters
    ----------
    rules : collection of str, optional
        Ids to run; all by default. Unlike `select` it leaves no trace in the report.
    """
    study = Study.given(study)
    _require_kinds(
        standards=standards,
        declarations=declarations,
        select=select,
        ignore=ignore,
        severities=severities,
        waivers=waivers,
        today=today,
        extra_rules=extra_rules,
        baseline=baseline,
        origins=origins,
        executor=executor,
    )
    chosen = standards if standards is not None else Standards()
    own = as_rules(extra_rules)
    book = full_book(own)
    _require_known(rules or (), book)
    selection = RuleSelection.of(book, select, ignore, severities)
    watched = Waivers.of(waivers, today, book)
    if declarations is not None:
        study = study.declaring(declarations)
    options = CheckOptions(complete, show_values, selection, watched if watched.all else None, show_keys)
    deselected: list[Deselected] = []

    def tasks() -> Iterator[Task]:
        for rule, dataset in _pairs(study, chosen, own):
            name = dataset.name if dataset is not None else STUDY_NAME
            if rules is not None and rule.id not in rules:
                continue
            aside = selection.deselected(rule, name)
            if aside:
                deselected.append(Deselected(rule.id, name, aside))
                continue
            if progress is not None:
                progress(rule.id, name)
            yield rule, dataset

    checks = list(executor.run(tasks(), study, options))
    _require_some(checks, deselected)
    if rules is None:
        audited, unaudited = _audit(study, checks, options, watched, own)
        checks += audited
        deselected += unaudited
    terms = Policy(
        declared=stated_of(dataset.declarations for dataset in study),
        own_rules=tuple(rule.id for rule in own),
        severities={str(name): severity for name, severity in selection.severities},
        deselected=_in_order(deselected, study),
        waived=tuple(each for check in checks for each in check.waived),
        judged_on=watched.today if watched.all else None,
        machine_date=date.today() if watched.all and today is not None else None,
        judged_as={
            dataset.name: (dataset.structure, looks) for dataset in study if (looks := dataset.overruled)
        },
        read_as_missing=ReadAsMissing.together(dataset.read_as_missing for dataset in study),
        widened_codelists=dict(item for dataset in study for item in widened_codelists(dataset).items()),
        left_out=_left_out(study, chosen, own),
        origins=dict(origins),
    )
    events = tuple(event_counts(study, naming_arms=show_values))
    report = _report(study, checks, chosen, terms, events)
    return report if baseline is None else compared(report, baseline)


_KINDS: Mapping[str, tuple[type, str]] = {
    "standards": (Standards, 'Standards, such as Standards(adamig="1.3")'),
    "declarations": (Declarations, "Declarations(…)"),
    "select": (Iterable, 'rule names, such as "TTE006" or ["TTE006", "AD02"]'),
    "ignore": (Iterable, 'rule names, such as "TTE006" or ["TTE006", "AD02"]'),
    "severities": (Mapping, 'a mapping, such as {"TTE006": "note"}'),
    "waivers": (Iterable, "a list of Waiver objects"),
    "today": (date, "a date, such as datetime.date(2026, 12, 31)"),
    "extra_rules": (Iterable, "a list of rules"),
    "baseline": (Baseline, "a result of adamgate.read_baseline(path)"),
    "origins": (Mapping, "a mapping of terms to text"),
    "executor": (Executor, "an executor, such as checks_on(engine)"),
}


def _require_kinds(**options: object) -> None:
    """Refuse what a caller gave of another kind, with what is needed."""
    for option, given in options.items():
        kind, expected = _KINDS[option]
        if given is not None and not isinstance(given, kind):
            raise TypeError(f"{option} must be {expected}, not {type(given).__name__}")


def _pairs(study: Study, standards: Standards, own: Iterable[Rule]) -> Iterator[Task]:
    """Every rule with every dataset it covers: the checks of each dataset's schema, then the rules
    that need more than one dataset and those of the user."""
    wider = [rule for rule in rule_book().values() if pandera_schemas.needs_study(rule)]
    for dataset in study:
        for rule in pandera_schemas.rules_checked_by(pandera_schemas.schema_of(dataset, standards)):
            yield rule, dataset
    for rule in (*wider, *own):
        if not (rule.scope.belongs_to(standards) and _is_judged_by(rule, study)):
            continue
        if rule.grain is Grain.STUDY:
            yield rule, None
            continue
        for dataset in study:
            if rule.scope.covers(dataset) and dataset.name not in rule.scope.required:
                yield rule, dataset


def _is_judged_by(rule: Rule, study: Study) -> bool:
    """Rules about define.xml need one; where there is nothing else, they alone judge."""
    if rule.scope.defined:
        return study.definition is not None
    return len(study) > 0 or study.definition is None


def _left_out(study: Study, standards: Standards, own: Iterable[Rule]) -> int:
    """Checks of the default versions that these versions of the standards do not have."""
    if standards == Standards():
        return 0
    default, chosen = (
        {(rule.id, dataset.name if dataset is not None else STUDY_NAME) for rule, dataset in pairs}
        for pairs in (_pairs(study, Standards(), own), _pairs(study, standards, own))
    )
    return len(default - chosen)


def _require_known(ids: Iterable[str], book: Mapping[str, Rule]) -> None:
    """A misspelt id would run no rule and let everything through."""
    for unknown in sorted(set(ids).difference(book)):
        raise ConfigurationError(f"unknown rule {one_line(unknown)}", "", did_you_mean(unknown, book))


def _require_some(checks: Collection[Check], deselected: Collection[Deselected]) -> None:
    """A gate without a rule would let everything through."""
    if deselected and not checks:
        reasons = ", ".join(dict.fromkeys(each.reason for each in deselected))
        raise ConfigurationError(
            "no rule is left to run on these datasets", reasons, "select more rules, or ignore fewer"
        )


def _audit(
    study: Study,
    checks: Iterable[Check],
    options: CheckOptions,
    waivers: Waivers,
    own: Iterable[Rule],
) -> tuple[list[Check], list[Deselected]]:
    """The rules about waivers and scopes, where there are any, and those of them that were set aside."""
    scoped = (*options.selection.datasets, *(name for rule in own for name in rule.scope.named))
    if not (waivers.all or scoped):
        return [], []
    done = list(checks)
    audit = Audit(
        waivers,
        tuple(each for check in done for each in check.waived),
        frozenset((t.outcome.rule_id, t.outcome.dataset) for t in done if t.outcome.status in _JUDGED),
        {STUDY_NAME: None, **study.datasets},
        tuple(each for check in done for each in check.findings),
        scoped,
    )
    reasons = {
        rule: options.selection.deselected(rule, STUDY_NAME)
        for rule in (WAIVER_RULES if waivers.all else (UNREAD,))
    }
    return (
        [run_check(about(rule, audit), None, study, options) for rule, aside in reasons.items() if not aside],
        [Deselected(rule.id, STUDY_NAME, aside) for rule, aside in reasons.items() if aside],
    )


def _in_order(deselected: Iterable[Deselected], study: Study) -> tuple[Deselected, ...]:
    place = {name: number for number, name in enumerate(study.datasets)}
    return tuple(sorted(deselected, key=lambda each: (each.rule_id, place.get(each.dataset, -1))))


def _report(
    study: Study, checks: list[Check], standards: Standards, terms: Policy, events: tuple[EventCount, ...]
) -> Report:
    place = {dataset.name: number for number, dataset in enumerate(study)}
    findings = [finding for check in checks for finding in check.findings]
    findings.sort(
        key=lambda f: (-f.severity.rank, place.get(f.dataset, -1), f.rule_id, f.variables, f.sentence)
    )
    outcomes = [check.outcome for check in checks]
    outcomes.sort(key=lambda o: (o.rule_id, place.get(o.dataset, -1)))
    return Report(
        outcomes=tuple(outcomes),
        findings=tuple(findings),
        inferred=tuple(each for check in checks for each in check.inferred),
        inputs=tuple(_input(dataset) for dataset in study),
        notes=(*study.notes, *(note for dataset in study for note in dataset.notes)),
        standards={"ADaMIG": standards.adamig, "OCCDS": standards.occds},
        versions=dict(_versions()),
        terms=terms,
        events=events,
        definition=_judged_definition(study.definition),
    )


def _judged_definition(definition: Definition | None) -> JudgedDefinition | None:
    if definition is None or definition.source is None:
        return None
    return JudgedDefinition(definition.source.path, definition.version, definition.source.sha256)


def _input(dataset: Dataset) -> Input:
    source = dataset.source
    return Input(
        dataset=dataset.name,
        label=dataset.label,
        structure=str(dataset.structure),
        records=len(dataset),
        variables=len(dataset.variables),
        path=str(source.path) if source else "",
        format=source.format if source else "",
        sha256=source.sha256 if source else "",
        encoding=source.encoding if source else "",
    )


@cache
def _versions() -> Mapping[str, str]:
    found = {"python": platform.python_version()}
    for library in _LIBRARIES:
        try:
            found[library] = version(library)
        except PackageNotFoundError:
            found[library] = "not installed"
    return MappingProxyType(found)
