"""What the programs of all tools fit: the endpoints of a table, its arms and its strata. Needs no pandas."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import chain, count
from typing import TYPE_CHECKING, ClassVar, Protocol, Self, TypeVar

from ....schemas.word import Word

if TYPE_CHECKING:
    from ..arms import Arms

_PART_OF_A_NAME = re.compile(r"[A-Za-z0-9_]+\Z")


def unused_name(name: str, columns: Iterable[str]) -> str:
    """A name that no column has; SAS sees no difference in case."""
    taken = {str(each).upper() for each in columns}
    candidates = chain([name], (f"{name}{number}" for number in count(2)))
    return next(each for each in candidates if each.upper() not in taken)


class Need(Word):
    """What a model asks of a tool, and not every tool has."""

    LEFT_TRUNCATION = "left truncation"
    STRATA = "strata in a Cox model"


@dataclass(frozen=True, slots=True)
class EndpointColumns:
    """The columns of one endpoint: a record is at risk after `begin`, to `end` and with it.

    Attributes
    ----------
    event : str
        Whether the event happened at `end`.
    end : str
        The duration, or the end of an interval.
    begin : str
        When a subject comes under observation, or an interval starts; empty where all records are at risk
        from time 0.
    name : str
        What it is called where a table has several; else empty.
    """

    event: str = "event"
    end: str = "duration"
    begin: str = ""
    name: str = ""

    def called(self, thing: str) -> str:
        """What a result is called in a program: "km", or "km_OS" where there are several endpoints."""
        return f"{thing}_{self.name}" if self.name and _PART_OF_A_NAME.match(self.name) else thing

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(filter(None, (self.begin, self.end, self.event)))

    def renamed(self, names: Mapping[str, str]) -> EndpointColumns:
        return replace(
            self,
            event=names.get(self.event, self.event),
            end=names.get(self.end, self.end),
            begin=names.get(self.begin, self.begin),
        )


class Family(Protocol):
    """Models other than Kaplan-Meier, log-rank and Cox; those of one kind of table.

    Their programs are in a folder of `programs`, a module for each tool that can fit them, called as the
    tool's own there.
    """

    folder: ClassVar[str]
    need: ClassVar[str]
    """What a tool without such a module does not have."""

    @property
    def title(self) -> str:
        """What the programs do."""
        ...

    @property
    def coded(self) -> Mapping[str, tuple[str, ...] | None]:
        """Columns of texts that are numbers with value labels where a tool needs it, and these texts in
        order; None for those of the table, in alphabetical order."""
        ...

    def renamed(self, names: Mapping[str, str]) -> Self: ...


FamilyT = TypeVar("FamilyT", bound=Family)


@dataclass(frozen=True, slots=True)
class Model:
    """What is fitted to a table.

    Attributes
    ----------
    endpoints : tuple of EndpointColumns
    strata : tuple of str
        Columns whose combinations are the strata of the log-rank test and of Cox.
    subject : str
        Whose the records are, where a subject has several; else empty.
    arms : Arms or None
        The arms that are compared; None where there is nothing to compare.
    family : Family or None
        What is fitted in place of Kaplan-Meier, log-rank and Cox.
    """

    endpoints: tuple[EndpointColumns, ...] = (EndpointColumns(),)
    strata: tuple[str, ...] = ()
    subject: str = ""
    arms: Arms | None = None
    family: Family | None = None

    @property
    def title(self) -> str:
        """What its programs do."""
        return "Kaplan-Meier, log-rank and Cox" if self.family is None else self.family.title

    def family_as(self, kind: type[FamilyT]) -> FamilyT:
        """The family, of whose kind the programs of a folder know it to be.

        Raises
        ------
        TypeError
            For a model of another family.
        """
        if not isinstance(self.family, kind):
            raise TypeError(f"a model of {self.title} is not of {kind.__name__}")
        return self.family

    @property
    def needs(self) -> frozenset[Need]:
        """What it asks of a tool."""
        needs = set()
        if any(each.begin for each in self.endpoints):
            needs.add(Need.LEFT_TRUNCATION)
        if self.strata and self.arms is not None:
            needs.add(Need.STRATA)
        return frozenset(needs)

    @property
    def on_order(self) -> str:
        """What a program says of the reference: that it is the first arm, and whether the order is known."""
        if self.arms is None or self.arms.reference is not None:
            return "The first arm is the reference."
        return "The order of the arms is not known: they are ordered by name, and the first is the reference."

    def renamed(self, names: Mapping[str, str]) -> Model:
        """The same model of a table whose columns have other names."""
        arms = self.arms
        return Model(
            tuple(each.renamed(names) for each in self.endpoints),
            tuple(names.get(each, each) for each in self.strata),
            names.get(self.subject, self.subject),
            arms and replace(arms, variable=names.get(arms.variable, arms.variable)),
            self.family and self.family.renamed(names),
        )
