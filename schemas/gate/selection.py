"""Which rules judge which dataset, and how much their findings weigh: select, ignore, severities.

A rule is named by its id (``TTE006``), by the beginning of ids (``TTE``, ``AD02``) or by its family
(``censoring``); ``ADAE:AD0269`` names it for one dataset only. What is selected and not ignored runs:
to ignore wins. Where a dataset has no selection of its own or of all datasets, every rule is selected;
the rules about waivers always are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ..errors import ConfigurationError
from ..kinds import Choice, TableOf, words
from ..options import option
from ..rules import rule_book
from ..rules.ids import prefixes, require_own_id
from ..rules.rule import Rule, RuleFunction
from ..severity import Severity
from ..wording import did_you_mean, nearest, one_line
from .waiver_rules import WAIVER_RULES

Names = str | Iterable[str]
"""Names of rules: a list, or one text with commas between them."""


def full_book(extra_rules: Iterable[Rule | RuleFunction] = ()) -> Mapping[str, Rule]:
    """Every rule by id, in order of id: the rule book, the rules about waivers, and the user's own.

    Parameters
    ----------
    extra_rules : iterable of Rule, or of functions that ``@rule`` made rules of

    Raises
    ------
    ConfigurationError
        When an id is taken, or something is no rule.
    """
    book = dict(rule_book()) | {rule.id: rule for rule in WAIVER_RULES}
    for rule in as_rules(extra_rules):
        require_own_id(rule.id, "own rules")
        if rule.id in book:
            raise ConfigurationError(
                f"rule id {rule.id} is already in use", book[rule.id].title, "use a different id"
            )
        book[rule.id] = rule
    return MappingProxyType(dict(sorted(book.items())))


def as_rules(given: Iterable[Rule | RuleFunction]) -> tuple[Rule, ...]:
    """Rules, and those that functions carry."""
    found: list[Rule] = []
    for each in given:
        carried = (each,) if isinstance(each, Rule) else getattr(each, "rules", ())
        if not carried or not all(isinstance(rule, Rule) for rule in carried):
            raise ConfigurationError(
                f"{one_line(repr(each))} is not a rule",
                "extra_rules",
                "decorate a function with @adamgate.rule",
            )
        found += carried
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Selector:
    """A name of rules, perhaps within one dataset.

    Attributes
    ----------
    name : str
        An id, the beginning of ids, or a family.
    dataset : str
        In capitals; empty for all.
    """

    name: str
    dataset: str = ""

    @classmethod
    def of(cls, text: str) -> Selector:
        dataset, _, name = text.strip().rpartition(":")
        return cls(name.strip(), dataset.strip() if dataset.startswith("(") else dataset.strip().upper())

    def __str__(self) -> str:
        return f"{self.dataset}:{self.name}" if self.dataset else self.name

    def matches(self, rule: Rule) -> bool:
        """Whether it names a rule."""
        return bool(self.name) and (rule.id.startswith(self.name.upper()) or rule.family == self._family)

    def concerns(self, dataset: str) -> bool:
        return self.dataset in ("", dataset)

    def precision(self, rule: Rule) -> tuple[bool, bool, int]:
        """How closely it names a rule: for a dataset before for all, id before prefix before family."""
        by_id = rule.id.startswith(self.name.upper())
        return bool(self.dataset), by_id, len(self.name)

    @property
    def _family(self) -> str:
        return self.name.lower().replace("-", "_").replace(" ", "_")


@dataclass(frozen=True, slots=True)
class RulesTable:
    """``[rules]`` of a file, and ``[rules.ADAE]`` for one dataset."""

    select: tuple[str, ...] = option(
        words, "Run only these rules: rule ids, prefixes or families.", default=(), otherwise="all rules"
    )
    ignore: tuple[str, ...] = option(words, "Skip these rules; ignore wins over select.", default=())
    severity: Mapping[str, str] = option(
        TableOf(Choice(tuple(map(str, Severity))), 'severities by rule: { TTE011 = "note" }'),
        "Severities that replace those of the rules; the most specific name applies.",
        default=dict,
    )


def selectors(names: Names, book: Mapping[str, Rule], where: str) -> tuple[Selector, ...]:
    """Names of rules, each known.

    Raises
    ------
    ConfigurationError
        For a name that no rule has; names the nearest.
    """
    listed = names.split(",") if isinstance(names, str) else names
    found = tuple(Selector.of(each) for each in listed)
    for each in found:
        if not any(each.matches(rule) for rule in book.values()):
            raise ConfigurationError(
                f"'{one_line(str(each))}' is not a rule id, prefix or family", where, _meant(each.name, book)
            )
    return found


def _meant(name: str, book: Mapping[str, Rule]) -> str:
    families = sorted({rule.family for rule in book.values()})
    letters = prefixes(book)
    near = nearest(name, [*book, *families, *letters])
    if near:
        return did_you_mean(name, near)
    return f"use a rule id (`adamgate rules` lists them), a prefix ({', '.join(letters)}) or a family"


@dataclass(frozen=True, slots=True)
class RuleSelection:
    """What is selected, what is ignored, and severities that are set.

    Attributes
    ----------
    selected, ignored : tuple of Selector
    severities : tuple of (Selector, Severity)
        The most precise name decides: one for a dataset, then an id, then the longer prefix.
    """

    selected: tuple[Selector, ...] = ()
    ignored: tuple[Selector, ...] = ()
    severities: tuple[tuple[Selector, Severity], ...] = ()

    @classmethod
    def of(
        cls,
        book: Mapping[str, Rule],
        select: Names = (),
        ignore: Names = (),
        severities: Mapping[str, Severity | str] = MappingProxyType({}),
    ) -> RuleSelection:
        """As a user gives it; raises ConfigurationError for an unknown rule or severity."""
        named = selectors(severities, book, "severities")
        weights = tuple(_severity(name, value) for name, value in severities.items())
        return cls(
            selectors(select, book, "select"),
            selectors(ignore, book, "ignore"),
            tuple(zip(named, weights, strict=True)),
        )

    def deselected(self, rule: Rule, dataset: str) -> str:
        """Why a rule does not judge a dataset; empty where it does."""
        for each in self.ignored:
            if each.concerns(dataset) and each.matches(rule):
                return f"ignore {each}"
        asked = [each for each in self.selected if each.concerns(dataset)]
        if asked and rule not in WAIVER_RULES and not any(each.matches(rule) for each in asked):
            return f"select {', '.join(map(str, asked))}"
        return ""

    def severity(self, rule: Rule, dataset: str) -> Severity | None:
        """The severity that is set for the findings of a rule; None leaves it to the rule."""
        fitting = [
            (name.precision(rule), severity)
            for name, severity in self.severities
            if name.concerns(dataset) and name.matches(rule)
        ]
        return max(fitting, key=lambda each: each[0])[1] if fitting else None

    @property
    def datasets(self) -> tuple[str, ...]:
        """The datasets that are named."""
        named = (*self.selected, *self.ignored, *(name for name, _ in self.severities))
        return tuple(dict.fromkeys(each.dataset for each in named if each.dataset))


def _severity(name: str, value: Severity | str) -> Severity:
    try:
        return Severity(value)
    except ValueError:
        raise ConfigurationError(
            f"'{one_line(str(value))}' is not a severity",
            f"severities {name}",
            did_you_mean(str(value), Severity),
        ) from None
