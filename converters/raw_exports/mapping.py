"""Raw tables to datasets, as declared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import numpy as np

from ...schemas.study.columns import Distinct, as_written
from ...schemas.study.dataset import Dataset
from ...schemas.study.raw_places import RawPlaces, after_each_other, unknown_places
from ...schemas.study.study import Study
from ...schemas.wording import one_line
from ..derivations.derived_study import DerivedStudy
from ..derivations.record import DerivationRecord, DerivationRefused, MadeFrom, Problem
from . import named_columns
from .code_lists import CodeTexts, code_list
from .declared_counts import judge_counts
from .mapped_dataset import MappedRecords, dataset_of, judged_subjects, mapped_records
from .mapped_variables import MappedVariables
from .ordered_records import ordered
from .raw_account import RawAccount
from .raw_part import RawPart, raw_part
from .raw_records import all_missing, text_of, together, without
from .raw_specification import RawSpecification
from .raw_table import RawTable


@dataclass(frozen=True, eq=False)
class RawTables:
    """What was read.

    Attributes
    ----------
    tables : mapping of name to tuple of RawTable
        Those of ``[raw.NAME]``.
    code_tables : mapping of name to tuple of RawTable
        Those of ``[codes.NAME]``.
    """

    tables: Mapping[str, tuple[RawTable, ...]]
    code_tables: Mapping[str, tuple[RawTable, ...]] = field(default_factory=dict)


def mapped_study(read: RawTables, specification: RawSpecification, study: Study) -> DerivedStudy:
    """The datasets that are made, with the record of what each declaration did.

    Parameters
    ----------
    read : RawTables
    specification : RawSpecification
    study : Study
        Other datasets, in which values may be looked up.

    Raises
    ------
    ConfigurationError
        If variables need each other.
    DerivationRefused
        If the files do not fit the specification; with all problems of a stage.
    """
    return _Mapping(read, specification, study).made()


@dataclass(eq=False)
class _Mapping:
    """All datasets that are made, while they are."""

    read: RawTables
    specification: RawSpecification
    study: Study
    accounts: dict[str, RawAccount] = field(default_factory=dict)
    variables: dict[str, MappedVariables] = field(default_factory=dict)

    def made(self) -> DerivedStudy:
        datasets = self.specification.datasets
        self.accounts = {name: RawAccount(name) for name in datasets}
        codes = self._codes()
        parts = self._parts()
        self._require_none()
        begun: list[str] = []
        self.variables = {
            name: MappedVariables(part, codes, self._of_dataset, begun) for name, part in parts.items()
        }
        for each in self.variables.values():
            for variable in each.part.options.variables:
                each[variable]
            judge_counts(each)
        self._require_none()
        made: dict[str, Dataset] = {}
        for name, tables in datasets.items():
            mapped = self._records(name, tables)
            if mapped is not None:
                made[name] = mapped
        self._require_none()
        records = {name: len(each) for name, each in made.items()}
        recorded = DerivationRecord.together(records, [each.record for each in self.accounts.values()])
        found = tuple(each for name in datasets for each in self._made_from(name))
        return DerivedStudy(
            MappingProxyType(made),
            record=replace(recorded, made_from=found, raw_tables=dict(datasets)),
        )

    def _codes(self) -> dict[str, CodeTexts]:
        """Code lists, each with its problems and effects in the account of a dataset that uses it."""
        found = {}
        for name, options in self.specification.codes.items():
            account = self.accounts[self._user_of(name)]
            codes = code_list(name, options, self.read.code_tables[name], account)
            if codes is not None:
                found[name] = codes
        return found

    def _user_of(self, codes: str) -> str:
        """The first dataset that uses a code list; the first of all if none does."""
        tables = self.specification.tables.items()
        users = (
            options.dataset or name
            for name, options in tables
            if any(each.codes == codes for each in options.variables.values())
        )
        return next(users, next(iter(self.accounts)))

    def _parts(self) -> dict[str, RawPart]:
        found = {}
        for name, options in self.specification.tables.items():
            account = self.accounts[options.dataset or name]
            part = raw_part(name, options, self.read.tables[name], account)
            if part is not None:
                found[name] = part
        return found

    def _records(self, name: str, tables: Sequence[str]) -> Dataset | None:
        account = self.accounts[name]
        mapped = mapped_records(name, [self.variables[each] for each in tables], account)
        mapped = judged_subjects(mapped, None if name == "DM" else self._of_dataset("DM", "USUBJID"))
        if account.problems:
            return None
        mapped = ordered(mapped)
        self._note_unmapped(mapped)
        return dataset_of(mapped).replace(raw_places=self._places(mapped, tables))

    def _places(self, mapped: MappedRecords, tables: Sequence[str]) -> RawPlaces:
        """Where the records are in the files, and the records that values were looked up in."""
        variables = [self.variables[each] for each in tables]
        looked_up = dict.fromkeys(name for each in variables for name in each.found_in)
        of_variables = {name: self._looked_up(variables, name).take(mapped.position) for name in looked_up}
        return replace(mapped.records.places, variables=MappingProxyType(of_variables))

    def _looked_up(self, tables: Sequence[MappedVariables], variable: str) -> RawPlaces:
        """The records in which a variable was looked up, for those of all tables."""
        parts = []
        for table in tables:
            dataset, record = table.found_in.get(variable, ("", np.empty(0, dtype=np.intp)))
            places = self._places_of(dataset, variable)
            size = len(table.part.records)
            parts.append(unknown_places(size) if places is None else places.take(record))
        return after_each_other(parts)

    def _places_of(self, dataset: str, variable: str) -> RawPlaces | None:
        """Those of all records of a dataset before they are ordered; None where they are not known."""
        if dataset in self.specification.datasets:
            tables = self.specification.datasets[dataset]
            return after_each_other(self.variables[each].part.records.places for each in tables)
        return self.study[dataset].raw_places_of(variable) if dataset in self.study else None

    def _of_dataset(self, dataset: str, variable: str) -> Distinct | None:
        """A variable of a dataset that is made, else of one that was read."""
        tables = self.specification.datasets.get(dataset)
        if tables is not None:
            having = [name for name in tables if variable in self.specification.tables[name].variables]
            if not having:
                return None
            return together([self._of_table(name, variable) for name in tables])
        if dataset not in self.study or variable not in self.study[dataset]:
            return None
        column = as_written(self.study[dataset][variable])
        return without(column, lambda value: isinstance(value, str) and not value.strip())

    def _of_table(self, name: str, variable: str) -> Distinct:
        variables = self.variables[name]
        if variable in variables.part.options.variables:
            return variables[variable]
        return all_missing(len(variables.part.records))

    def _note_unmapped(self, mapped: MappedRecords) -> None:
        """List the columns that no variable uses, apart from those that are declared to be."""
        for part in mapped.parts:
            used = self._used_of_files(part)
            columns = dict.fromkeys(column for table in part.tables for column in table.columns)
            unmapped = [each for each in columns if each not in used]
            if part.options.wide is not None:
                items = [text_of(each) for each in part.records.columns if each not in columns]
                named = {column for _, column in named_columns.of_variables(part.options)}
                unmapped += [f"{part.options.wide.name}={each}" for each in items if each not in named]
            declared = [each for each in unmapped if each in part.options.unmapped]
            others = [each for each in unmapped if each not in part.options.unmapped]
            noted = [("declared", declared)] if part.options.unmapped else []
            for value, found in (*noted, ("not declared", others)):
                place = "" if part.name == mapped.name else f" of [raw.{part.name}]"
                listed = ", ".join(map(one_line, found)) or "none"
                mapped.account.note("unmapped", value, f"columns{place}: {listed}", len(found), "column")

    def _used_of_files(self, part: RawPart) -> set[str]:
        """Columns that some table uses that is made of one of the same files."""
        files = {table.name for table in part.tables}
        same = [
            each.part
            for each in self.variables.values()
            if files & {table.name for table in each.part.tables}
        ]
        return {column for each in same for _, column in named_columns.of_files(each.name, each.options)}

    def _made_from(self, dataset: str) -> list[MadeFrom]:
        """The files, and the other datasets in which values were looked up."""
        parts = [self.variables[name].part for name in self.specification.datasets[dataset]]
        files = [
            MadeFrom(dataset, table.name, len(table), used)
            for part in parts
            for table, used in zip(part.tables, part.used, strict=True)
        ]
        others = [
            MadeFrom(dataset, name, len(used), int(used.sum()))
            for name, used in self.accounts[dataset].looked_up.items()
            if name != dataset
        ]
        return files + others

    def _require_none(self) -> None:
        problems: list[Problem] = [one for each in self.accounts.values() for one in each.problems]
        if problems:
            raise DerivationRefused(problems)
