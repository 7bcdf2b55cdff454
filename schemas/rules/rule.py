"""Rule, Citation and the ``@rule`` decorator; the rule book is `rules`, where a rule applies is `scope`.

A rule is a function. Its docstring is its documentation page, its body yields `Fault` (and
`Inference`, for what it worked out). It sees one `Dataset`, or the dataset and the `Study` when its
scope names other datasets, or the `Study` alone when its grain is the study::

    @rule("TTE006", title="AVAL is negative", severity=Severity.ERROR, grain=Grain.RECORD,
          structures=(Structure.TTE,), needs=("AVAL",))
    def negative_duration(data):
        \"\"\"...\"\"\"
        yield Fault(data.numbers("AVAL") < 0, ("AVAL",), "AVAL is negative")

A rule never uses row position, the index, category codes across frames, mutation or anything outside
its arguments, so that a study can be judged in partitions of whole subjects.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, fields
from typing import Any, ParamSpec, TypeVar

import numpy as np

from ..errors import ConfigurationError
from ..evidence.parameters import identify_subjects
from ..severity import Severity
from ..standards.structure import Structure
from ..study.columns import Mask
from ..study.dataset import Dataset
from ..study.study import Study
from ..study.variable import MetadataKind
from ..word import Word
from ..wording import one_line, plain_text
from .history import UNKNOWN, RuleHistory, histories
from .scope import Scope, require_names, require_tuples

P = ParamSpec("P")


class Grain(Word):
    """What a rule must see at once to judge: the smallest part it can be run on.

    A rule of the grain "totals" sees a part of whole subjects, and asks for what it needs to know of the
    whole dataset by `Dataset.total`.

    Examples
    --------
    >>> str(ag.rule_book()["TTE006"].grain), ag.Grain("record") is ag.Grain.RECORD
    ('dataset', True)
    """

    METADATA = "metadata"
    RECORD = "record"
    SUBJECT = "subject"
    TOTALS = "totals"
    DATASET = "dataset"
    STUDY = "study"


@dataclass(frozen=True, slots=True)
class Citation:
    """Source of a rule: "ADaMIG 1.3", "3.3.5"; or our own judgement.

    Examples
    --------
    >>> str(ag.Citation("ADaMIG 1.3", "3.3.5"))
    'ADaMIG 1.3, 3.3.5'
    """

    document: str
    item: str = ""

    def __str__(self) -> str:
        return f"{self.document}, {self.item}" if self.item else self.document


NO_PARAMETERS = "PARAMCD identifies subjects or records, not parameters"


@dataclass(frozen=True, slots=True, eq=False)
class Fault:
    """What a rule found wrong.

    Attributes
    ----------
    mask : ndarray of bool or None
        The records concerned; None means the whole dataset. A mask without any record is not a fault.
    variables : tuple of str
        Variables concerned, the most important first.
    message : str
        One sentence without patient data.
    severity : Severity or None
        Where it differs from the rule's own.
    values : str
        Values in the data, as text; patient data, shown only if values are requested.
    parameter : str
        PARAMCD of the parameter concerned, not part of the message; empty for none, and for several.
    cause : str
        Distinguishes a fault of the whole dataset from others of the same rule, variables and parameter: a
        short key that stays when the message changes, with the number that grows with the fault ("3 SAFFL").
        A baseline identifies the fault with it. Not needed for a single fault; for custom rules the default
        is the message.
    line : int
        Line of define.xml that it is about; 0 if it is about none.

    Examples
    --------
    >>> data = ag.read("broken")["ADTTE"]
    >>> fault = ag.Fault(data.numbers("AVAL") < 0, ("AVAL",), "AVAL is negative")
    >>> fault.found, int(fault.mask.sum())
    (True, 1)
    """

    mask: Mask | None
    variables: tuple[str, ...]
    message: str
    severity: Severity | None = None
    values: str = ""
    parameter: str = ""
    cause: str = ""
    line: int = 0

    @property
    def found(self) -> bool:
        return self.mask is None or bool(self.mask.any())


@dataclass(frozen=True, slots=True)
class Inference:
    """What a rule inferred from the data; becomes `Inferred` in the report.

    Examples
    --------
    >>> ag.Inference("AVAL", "AVAL = ADT - STARTDT + 1 (days)", "OS").parameter
    'OS'
    """

    subject: str
    statement: str
    parameter: str = ""
    values: str = ""
    """Patient data, shown only if values are requested."""


@dataclass(frozen=True, slots=True)
class NotApplicable:
    """What a rule yields, and nothing else, if the data hold nothing for it to check.

    Examples
    --------
    >>> @ag.rule("ACME001", title="A visit is early", severity="note", grain="record")
    ... def early(data):
    ...     yield ag.NotApplicable("no visits")
    >>> report = ag.validate(ag.read("adam"), extra_rules=[early], select="ACME001")
    >>> {(str(each.status), each.reason) for each in report.outcomes}
    {('not applicable', 'no visits')}
    """

    reason: str


Yield = Fault | Inference | NotApplicable
RuleFunction = Callable[..., Iterable[Yield]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule with an id, and the function that checks it.

    Attributes
    ----------
    id : str
        "AD0169" for CDISC conformance rules, TTE…, AE…, SL…, XD… for adamgate's own. Never reused.
    title : str
        Names the fault.
    severity : Severity
        Of its findings, unless a fault has another.
    family : str
        Name of the module that defines it, or what that calls its `__family__`.
    grain : Grain
    scope : Scope
    citations : tuple of Citation
    function : callable
        Rules that check the same with other variables share the function.
    arguments : mapping
        What this rule passes to the shared function.

    Examples
    --------
    >>> ag.rule_book()["TTE006"]
    Rule(TTE006, error: AVAL is negative or infinite)
    """

    id: str
    title: str
    severity: Severity
    family: str
    grain: Grain
    scope: Scope
    citations: tuple[Citation, ...]
    function: RuleFunction
    arguments: tuple[tuple[str, Any], ...] = field(default=())

    def __post_init__(self) -> None:
        for name in ("id", "title", "family"):
            given = getattr(self, name)
            if not isinstance(given, str):
                raise ConfigurationError(
                    f"{name} is not a string", f"rule {one_line(str(self.id))}", f'write {name}="..."'
                )
            object.__setattr__(self, name, plain_text(given))

    def __repr__(self) -> str:
        return f"Rule({one_line(self.id)}, {self.severity}: {one_line(self.title)})"

    @property
    def needs_study(self) -> bool:
        """Whether it uses more than one dataset."""
        return self.grain is Grain.STUDY or self.scope.is_wide

    @property
    def is_ours(self) -> bool:
        """Whether its function is part of this package, and not custom."""
        return (self.function.__module__ or "").startswith(_PACKAGE)

    @property
    def since(self) -> str:
        """Version of adamgate that it came in; empty for a custom rule.

        Examples
        --------
        >>> ag.rule_book()["TTE006"].since
        '0.1.0'
        """
        return self._history.since

    @property
    def changed(self) -> str:
        """Version of adamgate that last changed what it finds, or says; empty for a custom rule.

        Examples
        --------
        >>> ag.rule_book()["TTE006"].changed
        '0.1.0'
        """
        return self._history.changed

    @property
    def _history(self) -> RuleHistory:
        return histories().get(self.id, UNKNOWN) if self.is_ours else UNKNOWN

    @property
    def page(self) -> str:
        """The documentation page: the function's docstring with this id's arguments filled in."""
        text = self.function.__doc__ or ""
        for name, value in self.arguments:
            shown = ", ".join(map(str, value)) if isinstance(value, tuple | frozenset) else str(value)
            text = text.replace("{" + name + "}", shown)
        return text

    def obstacle(self, data: Dataset, study: Study) -> str:
        """Why the rule is not applicable to a dataset that its scope covers; empty if it is applicable.

        Examples
        --------
        >>> study = ag.read("adam")
        >>> ag.rule_book()["TTE006"].obstacle(study["ADTTE"], study)
        ''
        >>> bool(ag.rule_book()["TTE006"].obstacle(study["ADSL"], study))
        True
        """
        found = self.scope.obstacle(data, study)
        if found or self.grain not in (Grain.DATASET, Grain.TOTALS) or "PARAMCD" not in self.scope.needs:
            return found
        of_events = Structure.TTE in data.structure.lineage
        return NO_PARAMETERS if of_events and identify_subjects(data) else ""

    def run(self, data: Dataset | None, study: Study) -> Iterator[Yield]:
        """Judge one dataset, or the study where `data` is None.

        Raises
        ------
        UnsoundRule
            If the rule yields something that could hide a fault.

        Examples
        --------
        >>> study = ag.read("broken")
        >>> faults = ag.rule_book()["TTE006"].run(study["ADTTE"], study)
        >>> [fault.mask.tolist() for fault in faults if fault.found]
        [[False, False, True, False, False, False]]
        """
        arguments = dict(self.arguments)
        yielded: Any  # a user's own function may return anything
        if data is None:
            yielded = self.function(study, **arguments)
        elif self.scope.is_wide:
            yielded = self.function(data, study, **arguments)
        else:
            yielded = self.function(data, **arguments)
        records = 0 if data is None else len(data)
        if not isinstance(yielded, Iterable):
            kind = type(yielded).__name__
            raise UnsoundRule(f"a rule must yield faults or return a list of them, not {kind}")
        for each in yielded:
            require_sound(each, records)
            yield each


class UnsoundRule(TypeError):
    """A rule yields an invalid object, or a mask that has nulls or does not match the dataset."""


def require_sound(yielded: Any, records: int) -> None:
    """Reject what a rule may not yield for so many records."""
    if not isinstance(yielded, Yield):
        raise UnsoundRule(
            f"a rule must yield Fault, Inference or NotApplicable, not {type(yielded).__name__}"
        )
    if not isinstance(yielded, Fault):
        _require_texts(yielded)
        return
    texts = (yielded.message, yielded.values, yielded.parameter, yielded.cause)
    if not isinstance(yielded.variables, tuple) or not all(isinstance(each, str) for each in texts):
        raise UnsoundRule("a fault needs a tuple of variables and a string as message")
    if not all(isinstance(each, str) for each in yielded.variables):
        raise UnsoundRule("the variables of a fault must be names, as strings")
    if not isinstance(yielded.line, int):
        raise UnsoundRule("the line of a fault must be an integer")
    if not isinstance(yielded.severity, Severity | None):
        raise UnsoundRule("the severity of a fault must be a Severity, such as Severity.ERROR")
    mask: Any = yielded.mask
    # Nothing derived from ndarray: a masked array answers otherwise, a class of somebody's own as it likes.
    fits = type(mask) is np.ndarray and mask.dtype == np.bool_ and mask.shape == (records,)
    if mask is not None and not fits:
        raise UnsoundRule(f"a mask must be an array of {records} booleans, not {type(mask).__name__}")


def _require_texts(yielded: Inference | NotApplicable) -> None:
    for each in fields(yielded):
        if not isinstance(getattr(yielded, each.name), str):
            raise UnsoundRule(f"{each.name} of {type(yielded).__name__} must be a string")


_PACKAGE = "adamgate.schemas."
"""Where the functions of adamgate's own rules are."""

AnyWord = TypeVar("AnyWord", bound=Word)


def _of(kind: type[AnyWord], given: object, ids: object) -> AnyWord:
    """A severity or a grain, also as text."""
    try:
        return kind(str(given))
    except ValueError:
        known = ", ".join(kind)
        raise ConfigurationError(
            f"{one_line(str(given))} is not a {kind.__name__.lower()}", f"rule {ids}", f"use one of {known}"
        ) from None


def _in_words(value: Any) -> str:
    """An argument of a rule as its title has it: several variables with "or" between them."""
    return " or ".join(map(str, value)) if isinstance(value, tuple) else str(value)


FAMILY = "__family__"
"""What a module calls the family of its rules, where that is not its own name: a family may have several."""


def _family_of(function: RuleFunction) -> str:
    module = function.__module__.rpartition(".")[2]
    return str(getattr(function, "__globals__", {}).get(FAMILY, module))


DECLARED = "__rules__"
"""The list in a module that holds the rules it declares, in order: where the rule book finds its own."""

_WATCHING: ContextVar[list[Rule] | None] = ContextVar("watching", default=None)


@contextmanager
def declared_meanwhile() -> Iterator[list[Rule]]:
    """The rules that are declared while the block runs, in order, in whichever module."""
    found: list[Rule] = []
    token = _WATCHING.set(found)
    try:
        yield found
    finally:
        _WATCHING.reset(token)


def rule(
    ids: str | Mapping[str, Mapping[str, Any]],
    *,
    title: str,
    severity: Severity,
    grain: Grain,
    structures: tuple[Structure, ...] = (),
    excluded: tuple[Structure, ...] = (),
    needs: tuple[str, ...] = (),
    needs_any: tuple[tuple[str, ...], ...] = (),
    metadata: tuple[MetadataKind, ...] = (),
    datasets: tuple[str, ...] = (),
    consults: tuple[str, ...] = (),
    standards: tuple[str, ...] = (),
    named: tuple[str, ...] = (),
    defined: bool = False,
    citations: tuple[Citation, ...] = (),
) -> Callable[[Callable[P, Iterable[Yield]]], Callable[P, Iterable[Yield]]]:
    """Declare a function as a rule, or as one rule per id of a table.

    The function carries its rules as ``function.rules`` and can be passed to `validate` in ``extra_rules``;
    its module lists them as ``__rules__``, where the rule book finds those of its families.

    Parameters
    ----------
    ids : str or mapping of id to arguments
        With a table, each id gets its own arguments; `title` and `needs` may name them in braces
        (``title="{variable} is missing"``). The keys "title", "grain", "structures", "standards" and
        "citations" of a row, where present, replace those of the decorator instead of being passed on.
    title : str
        Names the fault, so that it reads as a heading.
    severity, grain, citations
        As in `Rule`.
    structures, excluded, needs, needs_any, metadata, datasets, consults, standards, named, defined
        As in `Scope`.

    Examples
    --------
    >>> @ag.rule(
    ...     "ACME001", title="AVAL exceeds 200 days", severity="warning", grain="record", needs=("AVAL",)
    ... )
    ... def long(data):
    ...     yield ag.Fault(data.numbers("AVAL") > 200, ("AVAL",), "AVAL exceeds 200 days")
    >>> report = ag.validate(ag.read("adam"), extra_rules=[long], select="ACME001")
    >>> [(finding.rule_id, finding.records) for finding in report.findings]
    [('ACME001', 1)]
    """
    table: Mapping[str, Mapping[str, Any]] = {ids: {}} if isinstance(ids, str) else ids
    if not isinstance(table, Mapping) or not isinstance(title, str):
        raise ConfigurationError(
            "a rule needs an id and a title, as strings", "@rule", 'write @rule("ACME001", title="...", ...)'
        )
    require_tuples(needs=needs, needs_any=needs_any)
    require_names("needs", needs)
    for group in needs_any:
        require_tuples(needs_any=group)
        require_names("needs_any", group)
    severity, grain = _of(Severity, severity, ids), _of(Grain, grain, ids)

    def make(rule_id: str, row: Mapping[str, Any], function: RuleFunction) -> Rule:
        arguments = dict(row)
        scope = Scope(
            structures=arguments.pop("structures", structures),
            excluded=excluded,
            needs=tuple(name.format(**row) for name in needs),
            needs_any=tuple(tuple(n.format(**row) for n in group) for group in needs_any),
            metadata=metadata,
            datasets=datasets,
            consults=consults,
            standards=arguments.pop("standards", standards),
            named=named,
            defined=defined,
        )
        return Rule(
            id=rule_id,
            title=arguments.pop("title", title).format_map(
                {name: _in_words(value) for name, value in row.items()}
            ),
            severity=severity,
            family=_family_of(function),
            grain=arguments.pop("grain", grain),
            scope=scope,
            citations=arguments.pop("citations", citations),
            function=function,
            arguments=tuple(arguments.items()),
        )

    def declare(function: Callable[P, Iterable[Yield]]) -> Callable[P, Iterable[Yield]]:
        made = tuple(make(rule_id, row, function) for rule_id, row in table.items())
        getattr(function, "__globals__", {}).setdefault(DECLARED, []).extend(made)
        watching = _WATCHING.get()
        if watching is not None:
            watching.extend(made)
        function.rules = made  # type: ignore[attr-defined]
        return function

    return declare
