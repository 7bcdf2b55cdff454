"""How rules about define.xml are declared, and what it states of each variable, with words that name it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from ..severity import Severity
from ..study.definition import DatasetDefinition, Definition, ValueLevel, VariableDefinition
from ..study.study import Study
from ..wording import one_line
from .rule import Citation, Fault, Grain, rule

_LONGEST = 40

defined = partial(rule, severity=Severity.WARNING, defined=True)
"""`rule` for a fault of define.xml, or of data that it describes: it calls for review."""

about_document = partial(defined, grain=Grain.STUDY)
"""`rule` for a fault of a define.xml that needs no data."""

Repeatable = TypeVar("Repeatable", DatasetDefinition, VariableDefinition)


def cited(*items: str) -> tuple[Citation, ...]:
    """Sources in Define-XML 2.1, by element and attribute: earlier versions have the same ones."""
    return tuple(Citation("Define-XML 2.1", item) for item in items)


@dataclass(frozen=True, slots=True)
class Statement:
    """What is stated of a variable, or of some of its values.

    Attributes
    ----------
    dataset : DatasetDefinition
    variable : VariableDefinition
        The variable of the dataset.
    of_values : VariableDefinition or None
        What is stated of some of its values; None if it is the variable as a whole.
    """

    dataset: DatasetDefinition
    variable: VariableDefinition
    of_values: VariableDefinition | None = None

    @property
    def definition(self) -> VariableDefinition:
        """The statement itself."""
        return self.of_values or self.variable

    @property
    def path(self) -> str:
        """The variable with its dataset: "ADSL.AGE"."""
        return (
            f"{called(self.dataset.name, self.dataset.oid)}.{called(self.variable.name, self.variable.oid)}"
        )

    def fault(self, what: str, cause: str = "") -> Fault:
        """That something is wrong with it: `what` follows its name."""
        of_values = self.of_values
        if of_values is None:
            return Fault(None, (self.path,), f"{self.path} {what}", cause=cause, line=self.variable.line)
        whom = f"{self.path} {what}, for the values of {called(of_values.oid)} (line {of_values.line})"
        cause = f"{of_values.oid} {cause}".strip()
        return Fault(None, (self.path,), whom, cause=cause, line=of_values.line)


def definition_of(study: Study) -> Definition:
    """The definition, which a study has where rules about it are run.

    Raises
    ------
    LookupError
        If it has none: the rule cannot be checked.
    """
    if study.definition is None:
        raise LookupError("the study has no definition")
    return study.definition


def called(*names: str) -> str:
    """The first of some names that is not empty, as a message has it."""
    return one_line(next(filter(None, names), "(no name)"), _LONGEST)


def variables_of(definition: Definition) -> Iterator[Statement]:
    """Each variable of each dataset."""
    return (Statement(dataset, variable) for dataset, variable in definition.variables())


def statements_of(definition: Definition) -> Iterator[Statement]:
    """Each variable, followed by what is stated of its values."""
    for each in variables_of(definition):
        yield each
        for level in levels_of(each.variable.value_level):
            yield Statement(each.dataset, each.variable, level.definition)


def levels_of(levels: Iterable[ValueLevel]) -> Iterator[ValueLevel]:
    """Value levels, and those within them, which version 1.0 has."""
    for level in levels:
        yield level
        yield from levels_of(level.definition.value_level)


def again(all_of_them: Iterable[Repeatable], name: Callable[[Repeatable], Hashable]) -> Iterator[Repeatable]:
    """Those with the name of an earlier one, once for each name; an empty name is none."""
    times: Counter[Hashable] = Counter()
    for each in all_of_them:
        named = name(each)
        times[named] += 1
        if named not in ("", None) and times[named] == 2:
            yield each
