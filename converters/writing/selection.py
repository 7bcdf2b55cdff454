"""Which variables and records of the datasets are written, and under which names.

A name stands for a variable of every dataset that has it, or of one: ``ADTTE.AVAL``. So does a condition:
``ADTTE: PARAMCD == 'OS'``. Conditions are asked of the data as read, before variables are dropped or renamed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...schemas.conditions.grammar import Expression, compile_expression
from ...schemas.errors import ConfigurationError
from ...schemas.kinds import Words, checked
from ...schemas.study.dataset import Dataset
from ...schemas.study.selected_columns import SelectedColumns
from ...schemas.study.variable import Variable
from ...schemas.wording import did_you_mean, one_line
from ..metadata.sidecars import is_sas_name

_OF_DATASET = re.compile(r"\s*([A-Za-z_]\w*)\s*:(.*)", re.DOTALL)
_NAMES = Words('names of variables: ["USUBJID", "ADTTE.AVAL"]', takes_blank=False)
_NEW_NAMES = Words('old and new names: ["OLD=NEW"]', takes_blank=False)


@dataclass(frozen=True, slots=True)
class Selected:
    """What was selected of a dataset.

    Attributes
    ----------
    conditions : tuple of str
    records_excluded : int
        Records for which a condition is not true.
    dropped : tuple of str
        Variables that are not written.
    dropped_keys : tuple of str
        Those of them that are keys of the dataset.
    renamed : mapping of str to str
        The name as read, and the new one.
    """

    conditions: tuple[str, ...] = ()
    records_excluded: int = 0
    dropped: tuple[str, ...] = ()
    dropped_keys: tuple[str, ...] = ()
    renamed: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def __bool__(self) -> bool:
        return bool(self.conditions or self.dropped or self.renamed)

    def __reduce__(self) -> tuple[Any, ...]:
        fixed = self.conditions, self.records_excluded, self.dropped, self.dropped_keys
        return Selected, (*fixed, dict(self.renamed))


@dataclass(frozen=True, slots=True)
class _Named:
    """A variable as somebody named it.

    Attributes
    ----------
    text : str
        As it was written.
    option : str
        Where: "--keep".
    """

    text: str
    option: str

    def in_dataset(self, dataset: Dataset, datasets: Collection[str]) -> Variable | None:
        """The variable of a dataset that is meant; None if the dataset has none, or another one is meant."""
        home, name = self._parts(datasets)
        return dataset.variable(name) if home in ("", dataset.name) and name in dataset else None

    def concerns(self, dataset: Dataset, datasets: Collection[str]) -> bool:
        return self._parts(datasets)[0] in ("", dataset.name)

    def require(self, datasets: Mapping[str, Dataset]) -> None:
        """Refuse a name that no dataset has, with the nearest."""
        home, name = self._parts(datasets)
        among = [datasets[home]] if home else list(datasets.values())
        if any(name in each for each in among):
            return
        known = dict.fromkeys(variable.name for each in among for variable in each.variables)
        place = home or ("any dataset" if len(among) != 1 else among[0].name)
        raise ConfigurationError(
            f"{one_line(name)} is not present in {place}",
            f"{self.option} {one_line(self.text)}",
            did_you_mean(name, known),
        )

    def _parts(self, datasets: Collection[str]) -> tuple[str, str]:
        """The dataset, or nothing, and the variable."""
        home, dot, name = self.text.partition(".")
        return (home.upper(), name) if dot and name and home.upper() in datasets else ("", self.text)


@dataclass(frozen=True, slots=True)
class _Condition:
    """A condition on the records of one dataset, or of all."""

    dataset: str
    expression: Expression

    @classmethod
    def of(cls, text: str) -> _Condition:
        of_one = _OF_DATASET.fullmatch(text)
        if of_one is None:
            return cls("", compile_expression(text, "--where"))
        return cls(of_one[1].upper(), compile_expression(of_one[2].strip(), f"--where, {of_one[1]}"))

    def concerns(self, dataset: Dataset) -> bool:
        return self.dataset in ("", dataset.name)

    def require(self, datasets: Mapping[str, Dataset]) -> None:
        """Refuse a dataset that is not present, and a variable that no dataset has."""
        if self.dataset and self.dataset not in datasets:
            raise ConfigurationError(
                f"dataset {self.dataset} is not present", "--where", did_you_mean(self.dataset, datasets)
            )
        home = {self.dataset: datasets[self.dataset]} if self.dataset else datasets
        for name in self.expression.variables:
            _Named(name, "--where").require(home)


@dataclass(frozen=True, slots=True)
class Selection:
    """What is selected of all datasets; by default all of them as they are.

    Attributes
    ----------
    keep, drop : tuple of _Named
    where : tuple of _Condition
        All of those that concern a dataset must be true of a record.
    rename : mapping of _Named to str
    """

    keep: tuple[_Named, ...] = ()
    drop: tuple[_Named, ...] = ()
    where: tuple[_Condition, ...] = ()
    rename: Mapping[_Named, str] = field(default_factory=lambda: MappingProxyType({}))

    @classmethod
    def of(cls, *, keep: Any = None, drop: Any = (), where: Any = (), rename: Any = ()) -> Selection:
        """What a user selects.

        Parameters
        ----------
        keep, drop : str or sequence of str
            Names of variables; a text may hold several, with commas between them. To keep None is to keep
            all.
        where : str or sequence of str
        rename : mapping of str to str, or str or sequence of str
            Old and new names; in texts as "OLD=NEW".

        Raises
        ------
        ConfigurationError
            For a value of another kind, nothing to keep, a condition that is not understood, or a new name
            that is not valid.
        """
        conditions = [where] if isinstance(where, str) else where or ()
        if not isinstance(conditions, list | tuple) or not all(isinstance(each, str) for each in conditions):
            raise ConfigurationError(
                f"{one_line(repr(where))} is not a value of where", "where", "give conditions in quotes"
            )
        kept = checked(_given(keep), _NAMES, "keep", "--keep")
        if keep is not None and not kept:
            raise ConfigurationError("no variable is kept", "keep", "name variables, or omit keep")
        dropped = checked(_given(drop), _NAMES, "drop", "--drop")
        both = {each.upper() for each in kept} & {each.upper() for each in dropped}
        if both:
            raise ConfigurationError(
                f"{one_line(min(both))} is kept and dropped", "--keep, --drop", "name it in one of them"
            )
        return cls(
            tuple(_Named(each, "--keep") for each in kept),
            tuple(_Named(each, "--drop") for each in dropped),
            tuple(map(_Condition.of, conditions)),
            MappingProxyType(dict(_renamed(_given(rename)))),
        )

    def __bool__(self) -> bool:
        return bool(self.keep or self.drop or self.where or self.rename)

    def __reduce__(self) -> tuple[Any, ...]:
        return _selection_of, (dict(self.options),)

    @property
    def options(self) -> Mapping[str, Any]:
        """As it was asked for, by the names of the options."""
        where = [
            f"{each.dataset}: {each.expression.text}" if each.dataset else each.expression.text
            for each in self.where
        ]
        return {
            "keep": [each.text for each in self.keep],
            "drop": [each.text for each in self.drop],
            "where": where,
            "rename": {each.text: new for each, new in self.rename.items()},
        }

    def require_names(self, datasets: Iterable[Dataset]) -> None:
        """Refuse what no dataset has.

        Raises
        ------
        ConfigurationError
        """
        named = {each.name: each for each in datasets}
        for variable in (*self.keep, *self.drop, *self.rename):
            variable.require(named)
        for condition in self.where:
            condition.require(named)

    def of_dataset(self, dataset: Dataset, datasets: Collection[str]) -> tuple[Dataset, Selected]:
        """What is selected of a dataset; the same dataset where that is all of it.

        Parameters
        ----------
        dataset : Dataset
        datasets : collection of str
            The names of all that were read.

        Raises
        ------
        ConfigurationError
            When no variable is left, a condition does not fit the data, or two variables would have one
            name.
        """
        kept = self._kept(dataset, datasets)
        renamed = self._new_names(dataset, datasets, kept)
        conditions = [each.expression for each in self.where if each.concerns(dataset)]
        records = _records(dataset, conditions)
        left = {each.name for each in kept}
        gone = [each for each in dataset.variables if each.name not in left]
        selected = Selected(
            tuple(each.text for each in conditions),
            0 if records is None else len(dataset) - len(records),
            tuple(each.name for each in gone),
            tuple(each.name for each in gone if each.key_sequence),
            renamed,
        )
        if not selected:
            return dataset, selected
        names = {renamed.get(each.name, each.name): each.name for each in kept}
        variables = tuple(replace(each, name=new) for each, new in zip(kept, names, strict=True))
        if selected.dropped_keys:
            variables = _with_keys_in_order(variables)
        made = Dataset.of(
            replace(dataset.description, variables=variables),
            SelectedColumns(dataset.columns, names, records),
            notes=dataset.notes,
            declarations=dataset.declarations,
            read_as_missing=dataset.read_as_missing,
        )
        return made, selected

    def _kept(self, dataset: Dataset, datasets: Collection[str]) -> Sequence[Variable]:
        concerned = [each for each in self.keep if each.concerns(dataset, datasets)]
        wanted = _names(concerned, dataset, datasets)
        unwanted = _names(self.drop, dataset, datasets)
        kept = [
            each
            for each in dataset.variables
            if (each.name in wanted or not concerned) and each.name not in unwanted
        ]
        if dataset.variables and not kept:
            raise ConfigurationError(
                f"no variable of {dataset.name} is left",
                "--keep, --drop",
                "name a variable that it has, or a dataset with each name: ADTTE.AVAL",
            )
        return kept

    def _new_names(
        self, dataset: Dataset, datasets: Collection[str], kept: Sequence[Variable]
    ) -> Mapping[str, str]:
        """The new names of a dataset's variables by the old ones."""
        renamed: dict[str, str] = {}
        for named, new in self.rename.items():
            variable = named.in_dataset(dataset, datasets)
            if variable is None:
                continue
            if variable not in kept:
                raise ConfigurationError(
                    f"{dataset.name}.{variable.name} is renamed, but not kept",
                    "--rename",
                    "keep it, or do not rename it",
                )
            if renamed.setdefault(variable.name, new) != new:
                raise ConfigurationError(
                    f"{dataset.name}.{variable.name} is renamed twice",
                    "--rename",
                    "give it one new name",
                )
        names = [renamed.get(each.name, each.name) for each in kept]
        counts = Counter(each.upper() for each in names)
        twice = next((name for name, count in counts.items() if count > 1), None)
        if twice is not None:
            raise ConfigurationError(
                f"two variables of {dataset.name} would be named {twice}",
                "--rename",
                "choose another name, or drop the other variable",
            )
        return MappingProxyType(renamed)


def _selection_of(options: Mapping[str, Any]) -> Selection:
    """A selection that was sent to another process."""
    return Selection.of(**{**options, "keep": options["keep"] or None})


def _names(named: Iterable[_Named], dataset: Dataset, datasets: Collection[str]) -> set[str]:
    found = (each.in_dataset(dataset, datasets) for each in named)
    return {each.name for each in found if each is not None}


def _records(dataset: Dataset, conditions: Sequence[Expression]) -> NDArray[np.intp] | None:
    """Positions of the records of which all conditions are true; None where these are all records."""
    if not conditions:
        return None
    for each in conditions:
        lacking = next((name for name in each.variables if name not in dataset), None)
        if lacking is not None:
            raise ConfigurationError(
                f"{lacking} in the condition is not present in {dataset.name}",
                f"--where {one_line(each.text)}",
                "give the condition for the datasets that have it: ADTTE: CONDITION",
            )
    chosen = np.ones(len(dataset), dtype=np.bool_)
    for each in conditions:
        chosen &= each.where(dataset)
    return None if chosen.all() else np.flatnonzero(chosen)


def _with_keys_in_order(variables: Sequence[Variable]) -> tuple[Variable, ...]:
    """Variables whose positions among the keys are 1, 2, … again."""
    positions = sorted({each.key_sequence for each in variables if each.key_sequence})
    place = {position: number for number, position in enumerate(positions, 1)}
    return tuple(
        replace(each, key_sequence=place[each.key_sequence]) if each.key_sequence else each
        for each in variables
    )


def _given(value: Any) -> Any:
    """Nothing for None; a blank text, as of a shell variable that is not set, is a value."""
    return () if value is None else value


def _renamed(given: Any) -> Iterator[tuple[_Named, str]]:
    """Each name and the new one."""
    if isinstance(given, Mapping):
        pairs = list(given.items())
        if not all(isinstance(text, str) for pair in pairs for text in pair):
            raise ConfigurationError(
                f"{one_line(repr(given))} is not a value of rename", "rename", 'give names: {"OLD": "NEW"}'
            )
    else:
        pairs = [_pair(each) for each in checked(given, _NEW_NAMES, "rename", "--rename")]
    for old, new in pairs:
        if not old or not is_sas_name(new.upper()):
            raise ConfigurationError(
                f"{one_line(new)} is not a variable name" if new and old else "a name is not given",
                f"--rename {one_line(f'{old}={new}')}",
                "give OLD=NEW; a name has letters, digits and underscores, at most 32, and no digit first",
            )
        yield _Named(old, "--rename"), new


def _pair(text: str) -> tuple[str, str]:
    old, _, new = text.partition("=")
    return old.strip(), new.strip()
