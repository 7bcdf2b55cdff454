"""Variables of a mapped dataset, each made of raw columns, or of other variables."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from ...schemas.conditions.grammar import compile_expression
from ...schemas.errors import ConfigurationError
from ...schemas.study.columns import Codes, Distinct, Mask
from ...schemas.wording import counted, not_present
from ..derivations.record import ValueEffect
from .code_lists import CodeTexts
from .code_pairs import judge_merged_codes, judge_pair, judge_shared_texts
from .judged_limits import judge_limits
from .lookups import LookupKeys, looked_up
from .plausible_dates import doubtful_numbers, has_year, is_outside
from .raw_dates import UNKNOWN_DATE, date_step, iso_of, study_day, time_step
from .raw_part import RawPart, as_dataset
from .raw_records import (
    ShownAs,
    all_missing,
    constant_column,
    listed_as,
    listed_values,
    look_of,
    of_pairs,
    ranked_as,
    recoded,
    text_of,
    used_only,
    without,
)
from .steps import REFUSED, ValueStep, by_map, kept, number, on_text, part_of, stepped, trimmed
from .templates import composed, pieces_of
from .units import UnitsOfRecords
from .value_effects import of_codes, of_map
from .variable_options import RawVariable

_KEEPING = frozenset({"map", "codes", "date_forms", "years"})
"""Keys of which a value that is not taken may be kept."""

OfDataset = Callable[[str, str], Distinct | None]
"""A variable of a dataset, by their names; None where there is none."""


@dataclass(eq=False)
class MappedVariables:
    """The variables of the records of one table, each made when it is asked for.

    Attributes
    ----------
    part : RawPart
    codes : mapping of name to CodeTexts
    of_dataset : callable
        Variables of other datasets.
    begun : list of str
        Variables that are being made, of all tables: "DM.RFSTDTC".
    found_in : dict of variable to dataset and ndarray of int, shape (n_records,)
        Where the values of looked up variables are: their dataset, and the position in it, -1 for none.
    """

    part: RawPart
    codes: Mapping[str, CodeTexts]
    of_dataset: OfDataset
    begun: list[str]
    found_in: dict[str, tuple[str, Codes]] = field(default_factory=dict)
    _made: dict[str, Distinct] = field(default_factory=dict)

    def __getitem__(self, variable: str) -> Distinct:
        if variable in self._made:
            return self._made[variable]
        name = f"{self.part.options.dataset or self.part.name}.{variable}"
        if name in self.begun:
            circle = " needs ".join((*self.begun[self.begun.index(name) :], name))
            raise ConfigurationError(
                f"{variable} needs itself: {circle}", self.part.place("variables"), "let one need another"
            )
        self.begun.append(name)
        try:
            self._made[variable] = _Making(self, variable).made()
        finally:
            self.begun.pop()
        return self._made[variable]


@dataclass(eq=False)
class _Making:
    """One variable while it is made."""

    among: MappedVariables
    variable: str

    @property
    def declared(self) -> RawVariable:
        return self.among.part.options.variables[self.variable]

    @property
    def place(self) -> str:
        return self.among.part.place(f"variables {self.variable}")

    def made(self) -> Distinct:
        declared = self.declared
        column = self._origin()
        if declared.trim:
            column = stepped(column, on_text(trimmed)).column
        if declared.split:
            step = part_of(declared.split, declared.part or 1)
            effect = "values without this part"
            column = self._stepped("split", column, step, effect, look_of)
        if declared.pair:
            codes = self.among.codes.get(declared.codes)
            judge_pair(column, declared, codes, self.among.part, self.place)
        if declared.map:
            step, of_missing = by_map(declared.map), declared.map.get("", "")
            missing = None if of_missing == "" else of_missing
            effect = "values that the map does not have"
            values = of_map(column, declared.map)
            self._note_values("map", counted(len(declared.map), "value"), values, "values mapped")
            column = self._stepped("map", column, step, effect, text_of, of_missing=missing)
        if declared.codes:
            column = self._coded(column)
        if declared.case:
            column = self._in_case(column)
        if declared.date_forms:
            return self._dated(column)
        if declared.number:
            return self._numbered(column)
        return stepped(column, _copied).column if any(map(_is_datetime, column)) else column

    # Where values come from.

    def _origin(self) -> Distinct:
        declared, records = self.declared, self.among.part.records
        if declared.column:
            return records.columns[declared.column]
        if declared.value == "":
            return all_missing(len(records))
        if declared.value is not None:
            return constant_column(declared.value, len(records))
        if declared.template:
            column, refused = composed(pieces_of(declared.template, self.place), records)
            effect = "columns of the template are missing, or do not fit their width"
            self._policy("template", effect, refused)
            return column
        if declared.first_of:
            return self._first_of()
        if declared.lookup:
            return self._looked_up(declared.lookup, judged=True)
        return self._study_days()

    def _first_of(self) -> Distinct:
        declared, records = self.declared, self.among.part.records
        columns = [records.columns[each] for each in declared.first_of]
        values = np.concatenate([each.values for each in columns])
        starts = np.cumsum([0, *map(len, columns)])
        found = np.full(len(records), -1, dtype=np.intp)
        for column, start in zip(columns, starts, strict=False):
            codes = np.where(column.codes < 0, -1, column.codes + start)
            found = np.where(found < 0, codes, found)
        whole = recoded(values, np.append(np.arange(len(values)), -1))
        position = np.append(whole.codes[:-1], -1)
        differing = np.zeros(len(records), dtype=np.bool_)
        for column, start in zip(columns, starts, strict=False):
            own = position[np.where(column.codes < 0, -1, column.codes + start)]
            differing |= (own >= 0) & (own != position[found])
        self._policy("first_of", "values that differ", differing, keeps=True)
        return recoded(values, found)

    def _looked_up(self, named: str, *, judged: bool) -> Distinct:
        """A variable of another dataset, of the records that lookup_where selects."""
        declared, part = self.declared, self.among.part
        dataset, _, variable = named.upper().partition(".")
        by = declared.by or ("USUBJID",)
        of_dataset = self.among.of_dataset
        where = compile_expression(declared.lookup_where, self.place) if declared.lookup_where else None
        needed = (*by, variable, *(() if where is None else where.variables))
        theirs = {each: of_dataset(dataset, each) for each in needed}
        present = {each: column for each, column in theirs.items() if column is not None}
        if len(present) < len(theirs):
            absent = [f"{dataset}.{each}" for each in theirs if each not in present]
            what = not_present(*absent) if present else f"dataset {dataset} is not present"
            part.account.problem(what, self.place, "declare it, or add the dataset to the source")
            return all_missing(len(part.records))
        values, keys = present[variable], [present[each] for each in by]
        chosen = np.ones(len(values.codes), dtype=np.bool_)
        if where is not None:
            chosen = where.where(as_dataset({each: present[each] for each in where.variables}, dataset))
            values, *keys = (used_only(each, chosen) for each in (values, *keys))
        found = looked_up(LookupKeys([self.among[each] for each in by], keys), values, declared.take)
        used = np.zeros(len(chosen), dtype=np.bool_)
        used[np.flatnonzero(chosen)] = found.used
        if judged:
            self.among.found_in[self.variable] = (
                dataset,
                np.append(np.flatnonzero(chosen), -1)[found.record],
            )
        part.account.looks_up(dataset, used)
        if found.undecided:
            only = declared.take == "only"
            advice = (
                'declare take = "earliest" or "latest"' if only else "complete the dates, or use lookup_where"
            )
            what = f"the values of {dataset}.{variable} {'differ' if only else 'are partial dates'}"
            part.account.problem(f"{what} for {counted(found.undecided, 'key')}", self.place, advice)
        if judged:
            self._policy("lookup", f"keys that {dataset} does not have", found.absent)
        return found.column

    def _study_days(self) -> Distinct:
        declared = self.declared
        since = declared.since or "DM.RFSTDTC"
        day = self.among[declared.day_of]
        of_other = "." in since
        first = self._looked_up(since, judged=False) if of_other else self.among[since.upper()]
        pairs = pd.DataFrame({"day": day.codes, "first": first.codes})
        return of_pairs(pairs, lambda one, other: study_day(_text(day, one), _text(first, other)))

    # What becomes of them.

    def _coded(self, column: Distinct) -> Distinct:
        declared = self.declared
        codes = self.among.codes.get(declared.codes)
        if codes is None:  # its file has a problem
            return column
        part, gives_text = self.among.part, declared.gives == "text"
        known = codes.text if gives_text else codes.code
        if gives_text:
            judge_merged_codes(column, codes, part)
        else:
            judge_shared_texts(column, codes, part)
            column = without(column, lambda value: text_of(value) in codes.shared)
        became = "codes replaced by texts" if gives_text else "texts replaced by codes"
        self._note_values("codes", declared.codes, of_codes(column, known), became)

        def step(value: object) -> object:
            return known.get(text_of(value), REFUSED)

        effect = f"{'codes' if gives_text else 'texts'} that the code list does not have"
        return self._stepped("codes", column, step, effect, text_of)

    def _in_case(self, column: Distinct) -> Distinct:
        case = self.declared.case
        change = str.upper if case == "upper" else str.lower
        changed = column.matching(lambda value: change(text_of(value)) != text_of(value))
        note = self.among.part.account.note
        note(self._policy_name("case"), case, "texts changed", int(changed.sum()))
        return stepped(column, lambda value: change(text_of(value))).column

    def _dated(self, column: Distinct) -> Distinct:
        declared = self.declared
        step = date_step(declared.date_forms, declared.unknown, self.place)
        effect = "values that the declared forms do not read as one date"
        found = self._stepped("date_forms", column, step, effect, look_of)
        found = self._judged(found, column)
        if declared.unknown:
            partial = found.matching(lambda value: not _is_complete(value))
            nothing = found.matching(lambda value: value == UNKNOWN_DATE)
            name, words = self._policy_name("unknown"), ", ".join(declared.unknown)
            note = self.among.part.account.note
            note(name, words, "partial dates", int((partial & ~nothing).sum()))
            if nothing.any():
                note(name, words, "dates of which nothing is known: missing", int(nothing.sum()))
        found = stepped(found, lambda value: value or None).column
        return self._with_time(found) if declared.time else found

    def _judged(self, dates: Distinct, column: Distinct) -> Distinct:
        """Dates of declared years; if none are declared, no numbers that most likely have another form."""
        declared, part = self.declared, self.among.part
        if not declared.years:
            doubt = doubtful_numbers(column, declared.date_forms)
            if doubt is not None:
                part.account.refuse(doubt.what, self.place, doubt.advice, part.records, doubt.records)
            return dates
        first, last = declared.years
        outside = dates.matching(lambda value: is_outside(value, declared.years))
        within = dates.matching(has_year) & ~outside
        note = part.account.note
        note(self._policy_name("years"), f"{first} to {last}", "dates of these years", int(within.sum()))
        self._policy("years", f"dates before {first} or after {last}", outside)
        if declared.otherwise == "keep":
            return dates
        return without(dates, lambda value: is_outside(value, declared.years))

    def _with_time(self, day: Distinct) -> Distinct:
        declared = self.declared
        step = time_step(declared.time_forms, declared.unknown, self.place)
        raw = self.among.part.records.columns[declared.time]
        effect = "times that the declared forms do not read"
        time = self._stepped("time_forms", raw, step, effect, look_of)
        complete = day.matching(lambda value: len(value) == 10 and _is_complete(value))
        alone = (time.codes >= 0) & ~complete & time.matching(bool)
        self._policy("time", "times without a complete date", alone)
        pairs = pd.DataFrame({"day": day.codes, "time": np.where(alone, -1, time.codes)})
        return of_pairs(pairs, lambda one, other: _joined(_text(day, one), _text(time, other)))

    def _numbered(self, column: Distinct) -> Distinct:
        declared = self.declared
        found = self._stepped(
            "number", column, number(declared.decimal), "values that are not numbers", look_of
        )
        found = self._converted(found) if declared.factors else found
        if declared.limits:
            judge_limits(found, declared, self.among.part, self.place)
        return found

    def _converted(self, numbers: Distinct) -> Distinct:
        """Each number by the factor of its unit; what becomes of others is declared."""
        declared, part = self.declared, self.among.part
        units = UnitsOfRecords.of(declared, part.records)
        filled = numbers.codes >= 0
        unknown = filled & units.without_factor
        if declared.other_units == "missing":
            part.account.note(
                self._policy_name("other_units"),
                "missing",
                "numbers whose unit has no factor",
                int(unknown.sum()),
                values=units.blanked(unknown),
            )
        else:
            self._refuse_units(units, unknown)
        number = counted(len(units.conversions), "unit")
        self._note_values("factors", number, units.effects(filled), "numbers multiplied")
        return units.converted(numbers)

    def _refuse_units(self, units: UnitsOfRecords, concerned: Mask) -> None:
        """Numbers whose unit has no factor, and those whose unit is missing."""
        account, records = self.among.part.account, self.among.part.records
        unnamed = concerned & units.without_unit
        unknown = concerned & ~unnamed
        advice = 'declare their factors, or other_units = "missing", or correct the data'
        if unknown.any():
            shown = listed_values(units.named(), unknown)
            account.refuse("units without a factor", self.place, advice, records, unknown, shown=shown)
        if unnamed.any():
            account.refuse("numbers without a unit", self.place, advice, records, unnamed)

    # Policies.

    def _policy_name(self, key: str) -> str:
        return f"variables.{self.variable}.{key}"

    def _note_values(self, key: str, declared: str, values: Sequence[ValueEffect], effect: str) -> None:
        """Count what a declaration did, by value."""
        number = sum(each.count for each in values)
        self.among.part.account.note(self._policy_name(key), declared, effect, number, values=values)

    def _stepped(
        self,
        key: str,
        column: Distinct,
        step: ValueStep,
        effect: str,
        form: ShownAs,
        *,
        of_missing: object = None,
    ) -> Distinct:
        """A column after a step; what it does not take is an error, missing or kept, as declared."""
        found = stepped(column, step, of_missing=of_missing)
        concerned = found.refused
        if self.declared.otherwise == "keep":
            found = stepped(column, kept(step), of_missing=of_missing)
        if self.declared.otherwise == "error":
            self._policy(key, effect, concerned, listed_as(column, concerned, form))
        else:
            self._note_others(effect, ranked_as(column, concerned, look_of))
        return found.column

    def _note_others(self, effect: str, others: Sequence[tuple[str, int]]) -> None:
        """Count what became of values that a step does not take, by what they look like.

        The output does not have the values themselves: they may be anything.
        """
        otherwise, is_kept = self.declared.otherwise, self.declared.otherwise == "keep"
        values = [ValueEffect(look, look if is_kept else None, count) for look, count in others]
        self._note_values("otherwise", otherwise, values, effect)

    def _policy(
        self, key: str, effect: str, concerned: Mask, shown: str = "", *, keeps: bool = False
    ) -> None:
        """Refuse or count the records that a key does not take."""
        part, otherwise = self.among.part, self.declared.otherwise
        if otherwise == "error":
            if concerned.any():
                choices = '"missing" or "keep"' if key in _KEEPING else '"missing"'
                advice = f"declare them, or otherwise = {choices}, or correct the data"
                if keeps:
                    advice = 'correct the data, or declare otherwise = "keep" for the first of them'
                part.account.refuse(effect, self.place, advice, part.records, concerned, shown=shown)
            return
        became = "the first counts" if keeps else "missing" if otherwise == "missing" else "kept"
        name, number = self._policy_name("otherwise"), int(concerned.sum())
        part.account.note(name, otherwise, f"{effect}: {became}", number)


def _text(column: Distinct, code: int) -> str | None:
    return None if code < 0 else text_of(column[code])


def _joined(day: str | None, time: str | None) -> str | None:
    return f"{day}T{time}" if day and time else day


def _is_complete(value: object) -> bool:
    text = str(value)
    return len(text) >= 10 and "--" not in text and not text.startswith("-")


def _is_datetime(value: object) -> bool:
    return hasattr(value, "isoformat")


def _copied(value: object) -> object:
    return iso_of(value) if _is_datetime(value) else value  # type: ignore[arg-type]
