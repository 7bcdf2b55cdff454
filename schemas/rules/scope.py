"""Scope: where a rule applies, and what keeps it from a dataset."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from itertools import chain

from ..errors import ConfigurationError
from ..standards.structure import Structure
from ..standards.versions import Standards
from ..study.dataset import Dataset
from ..study.study import Study
from ..study.variable import MetadataKind
from ..wording import UNDELIVERED, none_present, not_present, one_line


def require_tuples(**options: object) -> None:
    """Reject a string where a tuple of names belongs: its letters would be taken for names."""
    for option, given in options.items():
        if isinstance(given, str):
            advice = f'write {option}=("{one_line(given, 20)}",)'
            raise ConfigurationError(f"{option} is a string, must be a tuple", "", advice)


def require_names(option: str, given: object) -> None:
    """Reject anything but strings as names."""
    if not isinstance(given, Iterable) or not all(isinstance(each, str) for each in given):
        raise ConfigurationError(
            f"{option} holds values that are not strings", "", f'write {option}=("AVAL",)'
        )


_NAMES = ("structures", "excluded", "needs", "metadata", "datasets", "consults", "standards", "named")


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a rule applies.

    Attributes
    ----------
    structures : tuple of Structure
        Structures it applies to, with their kinds (BDS includes TTE); empty: every ADaM dataset, which
        excludes SDTM and other datasets with a name that does not start with AD.
    excluded : tuple of Structure
        Structures it does not apply to.
    needs : tuple of str
        Variables without which the rule is not applicable. "ADSL.LSTALVDT" is a variable of another dataset,
        which must be present and is joined by USUBJID; the rule then also gets the study.
    needs_any : tuple of tuple of str
        Groups of which at least one variable must be present, in any dataset.
    metadata : tuple of {"label", "length", "format"}
        Metadata that the source format must carry.
    datasets : tuple of str
        Other datasets that must be present; the rule then also gets the study.
    consults : tuple of str
        Other datasets that the rule uses if they are present; it then also gets the study.
    standards : tuple of str
        Versions the rule belongs to ("ADaMIG 1.3"); empty: all.
    named : tuple of str
        Datasets it applies to, by name, whatever their structure; empty: by structure.
    defined : bool
        The rule compares with define.xml: it applies to every dataset, also of SDTM, of a study with a
        definition, and to nothing in one without; it then also gets the study.
    """

    structures: tuple[Structure, ...] = ()
    excluded: tuple[Structure, ...] = ()
    needs: tuple[str, ...] = ()
    needs_any: tuple[tuple[str, ...], ...] = ()
    metadata: tuple[MetadataKind, ...] = ()
    datasets: tuple[str, ...] = ()
    consults: tuple[str, ...] = ()
    standards: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    defined: bool = False

    def __post_init__(self) -> None:
        given = {each.name: getattr(self, each.name) for each in fields(self)}
        require_tuples(**{option: given[option] for option in (*_NAMES, "needs_any")})
        for option in _NAMES:
            require_names(option, given[option])
        for group in self.needs_any:
            require_names("needs_any", group)

    @property
    def is_wide(self) -> bool:
        """Whether the rule uses other datasets, or the definition of the study."""
        beyond = any(_owner(name) for name in (*self.needs, *chain(*self.needs_any)))
        return bool(self.datasets or self.consults or beyond or self.defined)

    @property
    def required(self) -> tuple[str, ...]:
        """The other datasets without which the rule is not applicable."""
        groups = [(name,) for name in self.needs] + list(self.needs_any)
        owners = [_owner(group[0]) for group in groups if len({*map(_owner, group)}) == 1]
        return tuple(dict.fromkeys(filter(None, (*self.datasets, *owners))))

    def covers(self, dataset: Dataset) -> bool:
        """Whether a dataset has the structure, or the name, that the rule applies to."""
        if self.named:
            return dataset.name in self.named
        return self.covers_structure(dataset.structure, adam=dataset.is_adam)

    def covers_structure(self, structure: Structure, *, adam: bool) -> bool:
        """The same for a structure; `adam` marks an ADaM dataset without a known structure."""
        lineage = structure.lineage
        if any(each in lineage for each in self.excluded):
            return False
        if self.structures:
            return any(each in lineage for each in self.structures)
        return adam or self.defined

    def belongs_to(self, standards: Standards) -> bool:
        """Whether the rule is part of these versions of the standards."""
        return not self.standards or bool(standards.names.intersection(self.standards))

    def obstacle(self, dataset: Dataset, study: Study) -> str:
        """Why the rule is not applicable to a dataset it covers; empty if it is applicable."""
        unknown = [kind for kind in self.metadata if kind not in dataset.carries]
        undelivered = [name for name in self.required if name not in study]
        return (
            self._lacking(dataset, study, beyond=False)
            or (f"the source has no {', '.join(unknown)}" if unknown else "")
            or (f"{UNDELIVERED}{', '.join(undelivered)}" if undelivered else "")
            or self._lacking(dataset, study, beyond=True)
        )

    def _lacking(self, dataset: Dataset, study: Study, *, beyond: bool) -> str:
        """Which variables are not present: those of other datasets alone, or else the others."""
        needed = [name for name in self.needs if bool(_owner(name)) is beyond]
        lacking = [absent for name in needed if (absent := _absent(name, dataset, study))]
        if lacking:
            return not_present(*dict.fromkeys(lacking))
        for group in self.needs_any:
            absences = [_absent(name, dataset, study) for name in group]
            if all(map(_owner, group)) is beyond and all(absences):
                return none_present(*dict.fromkeys(absences))
        return ""


def _owner(name: str) -> str:
    """The dataset that a variable in a scope is of; empty for the one that is judged."""
    return name.rpartition(".")[0]


def _absent(name: str, dataset: Dataset, study: Study) -> str:
    """What keeps a rule from a variable: its own name, or that of USUBJID, by which it is found."""
    owner, _, variable = name.rpartition(".")
    if not owner:
        return "" if variable in dataset else variable
    if owner not in study:
        return name
    by_subject = {"USUBJID": dataset, f"{owner}.USUBJID": study[owner]}
    missing = (identifier for identifier, held in by_subject.items() if "USUBJID" not in held)
    return next(missing, "" if variable in study[owner] else name)
