"""Custom rules, from a condition that selects records and one that they must meet.

    where = "PARAMCD == 'OS' and CNSR == 0"        which records; all, if it is omitted
    require = "EVNTDESC == 'Death'"                what must not be false for them

Conditions are parsed, never evaluated: see `conditions`. A record for which ``require`` is unknown,
because a value is missing, is not at fault; ``not missing(X)`` asks for a value.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache

from ..conditions.grammar import Expression, compile_expression
from ..kinds import NAMES, Choice, name, text
from ..options import option
from ..severity import Severity
from ..standards.structure import Structure
from ..study.dataset import Dataset
from ..study.study import Study
from .ids import require_own_id
from .rule import Citation, Fault, Grain, Rule
from .scope import Scope, require_tuples

FAMILY = "own"
EVERY_RECORD = "every record"


def condition_rule(
    rule_id: str,
    title: str,
    require: str,
    *,
    where: str = "",
    severity: Severity | str = Severity.WARNING,
    structures: Sequence[Structure | str] = (),
    datasets: Sequence[str] = (),
    needs: Sequence[str] = (),
    message: str = "",
    why: str = "",
    fix: str = "",
    variables: Sequence[str] = (),
    place: str = "",
) -> Rule:
    """A rule that faults the records for which `require` is false.

    Parameters
    ----------
    rule_id : str
        Capital letters and digits, "ACME001"; not starting with the letters of adamgate's own rules.
    title : str
        Names the fault, so that it reads as a heading.
    require : str
        What must hold.
    where : str
        Which records it must hold for; by default all.
    severity : Severity
    structures : sequence of Structure
        Applies to these and their kinds; by default to every ADaM dataset.
    datasets : sequence of str
        Applies to datasets of these names instead.
    needs : sequence of str
        Variables without which the rule is not applicable; "ADSL.DTHDT" is one of another dataset. If another
        variable of the conditions is not present, the rule is *not run*, which fails the gate.
    message : str
        Message of a finding, without patient data; by default the title.
    why, fix : str
        Why it matters and the smallest fix, for the page of the rule.
    variables : sequence of str
        Variables concerned, the one to look at first; by default those of `require`.
    place : str
        Where the rule is defined, for errors.

    Raises
    ------
    ConfigurationError
        For an id that is in use or not valid, or a condition that is not understood.

    Examples
    --------
    >>> deaths = ag.condition_rule(
    ...     "ACME001",
    ...     "OS event is not described as a death",
    ...     "EVNTDESC == 'Death'",
    ...     where="PARAMCD == 'OS' and CNSR == 0",
    ...     severity="error",
    ...     datasets=["ADTTE"],
    ... )
    >>> ag.validate(ag.read("adam"), extra_rules=[deaths], select="ACME001").verdict()
    'passed'
    """
    require_own_id(rule_id, place)
    require_tuples(structures=structures, datasets=datasets, needs=needs, variables=variables)
    conditions = [compile_expression(text, place) for text in (require, where) if text]
    concerned = tuple(variables) or conditions[0].variables
    return Rule(
        id=rule_id,
        title=title,
        severity=Severity(severity),
        family=FAMILY,
        grain=Grain.RECORD,
        scope=Scope(
            structures=tuple(Structure(each) for each in structures),
            needs=tuple(each.upper() for each in needs),
            named=tuple(each.upper() for each in datasets),
        ),
        citations=(Citation(place or "own rule"),),
        function=_judge,
        arguments=(
            ("about", f"records where {where}" if where else EVERY_RECORD),
            ("where", where),
            ("require", require),
            ("message", message or title),
            ("variables", concerned),
            ("why", why or "Not stated."),
            ("fix", fix or "Correct the records, or waive those that are intended."),
        ),
    )


@dataclass(frozen=True, slots=True)
class RuleTable:
    """``[[rule]]`` of a file; `condition_rule` says what each key means."""

    id: str = option(text, 'Id of capital letters and digits, such as "ACME001".')
    title: str = option(text, "Names the fault, as a heading.")
    require: str = option(text, "Condition that must hold for every record.")
    severity: str = option(Choice(tuple(map(str, Severity))), "Severity of its findings.", default="warning")
    structure: str = option(
        Choice(tuple(str(each) for each in Structure if each is not Structure.OTHER)),
        "Structure of the datasets it checks.",
        default="",
        otherwise="every ADaM structure",
    )
    dataset: str = option(name, "Name of the dataset that it checks instead.", default="")
    needs: tuple[str, ...] = option(NAMES, "Required variables.", default=())
    where: str = option(
        text, "Condition that selects the records it checks.", default="", otherwise="all records"
    )
    message: str = option(
        text, "Message of a finding, without patient data.", default="", otherwise="the title"
    )
    variables: tuple[str, ...] = option(
        NAMES, "Variables that a finding names.", default=(), otherwise="those of require"
    )
    why: str = option(text, "Why it matters, for its page.", default="")
    fix: str = option(text, "Smallest fix, for its page.", default="")

    def rule(self, place: str) -> Rule:
        """The rule; see `condition_rule`."""
        given = {each.name: getattr(self, each.name) for each in fields(self)}
        structure, dataset = given.pop("structure"), given.pop("dataset")
        return condition_rule(
            given.pop("id"),
            structures=(structure,) if structure else (),
            datasets=(dataset,) if dataset else (),
            place=place,
            **given,
        )


def _judge(
    data: Dataset,
    _study: Study | None = None,  # where the rule needs a variable of another dataset
    *,
    about: str,  # noqa: ARG001  (for the page)
    where: str,
    require: str,
    message: str,
    variables: tuple[str, ...],
    why: str,  # noqa: ARG001
    fix: str,  # noqa: ARG001
) -> Iterator[Fault]:
    """{message}.

    ## What it checks
    For {about}: {require}. A record is a finding if this is false, not if a missing value makes it unknown.

    ## Why it matters
    {why}

    ## Smallest fix
    {fix}
    """
    mask = _expression(require).require(data)
    if where:
        mask = mask & _expression(where).where(data)
    yield Fault(mask, variables, message)


@lru_cache(maxsize=256)
def _expression(text: str) -> Expression:
    return compile_expression(text)
