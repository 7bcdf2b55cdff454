"""Variables of a mapped dataset, each made of raw columns, or of other variables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from ...schemas.errors import ConfigurationError
from ...schemas.study.columns import Distinct, Mask
from ...schemas.wording import counted
from .code_lists import Codes
from .lookups import Found, KeyColumns, looked_up
from .raw_dates import UNKNOWN_DATE, date_step, iso_of, study_day, time_step
from .raw_part import RawPart
from .raw_records import constant_column, listed_shapes, listed_values, recoded, text_of
from .steps import REFUSED, Step, by_map, converted, number, on_text, part_of, stepped, trimmed
from .templates import composed, pieces_of
from .variable_options import RawVariable

OfDataset = Callable[[str, str], Distinct | None]
"""A variable of a dataset, by their names; None where there is none."""


@dataclass(eq=False)
class MappedVariables:
    """The variables of the records of one table, each made when it is asked for.

    Attributes
    ----------
    part : RawPart
    codes : mapping of name to Codes
    of_dataset : callable
        Variables of other datasets.
    """

    part: RawPart
    codes: Mapping[str, Codes]
    of_dataset: OfDataset
    _made: dict[str, Distinct] = field(default_factory=dict)
    _begun: list[str] = field(default_factory=list)

    def __getitem__(self, variable: str) -> Distinct:
        if variable in self._made:
            return self._made[variable]
        if variable in self._begun:
            circle = " needs ".join((*self._begun[self._begun.index(variable) :], variable))
            raise ConfigurationError(
                f"{variable} needs itself: {circle}", self.part.place("variables"), "let one need another"
            )
        self._begun.append(variable)
        try:
            self._made[variable] = _Making(self, variable).made()
        finally:
            self._begun.pop()
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
            column = self._stepped("split", declared.split, column, step, "values without this part", listed_shapes)
        if declared.pair:
            self._judge_pair(column)
        if declared.map:
            step, missing = by_map(declared.map), declared.map.get("") or None
            effect = "values that the map does not have"
            column = self._stepped("map", "declared", column, step, effect, listed_values, of_missing=missing)
        if declared.codes:
            column = self._coded(column)
        if declared.case:
            change = str.upper if declared.case == "upper" else str.lower
            column = stepped(column, lambda value: change(text_of(value))).column
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
        if declared.value is not None:
            return constant_column(declared.value, len(records))
        if declared.template:
            column, refused = composed(pieces_of(declared.template, self.place), records)
            effect = "columns of the template are missing, or do not fit their width,"
            self._policy("template", declared.template, effect, refused)
            return column
        if declared.first_of:
            return self._first_of()
        if declared.lookup:
            return self._looked_up(declared.lookup, declared.by, declared.take, judged=True)
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
        self._policy("first_of", ", ".join(declared.first_of), "values that differ", differing, keeps=True)
        return recoded(values, found)

    def _looked_up(self, named: str, by: tuple[str, ...], take: str, *, judged: bool) -> Distinct:
        dataset, _, variable = named.upper().partition(".")
        by = by or ("USUBJID",)
        ours, theirs = [self.among[each] for each in by], [self.among.of_dataset(dataset, each) for each in by]
        values = self.among.of_dataset(dataset, variable)
        size = len(self.among.part.records)
        absent = [name for name, each in zip((*by, variable), (*theirs, values), strict=True) if each is None]
        if values is None or absent:
            what = f"{', '.join(f'{dataset}.{each}' for each in absent)} is not present"
            self.among.part.account.problem(what, self.place, "declare it, or add the dataset to the source")
            return constant_column(None, 0) if not size else Distinct(np.empty(0, object), np.full(size, -1))
        found: Found = looked_up(KeyColumns(ours, [each for each in theirs if each is not None]), values, take)
        if found.undecided:
            advice = 'declare take = "earliest" or "latest"' if take == "only" else "complete the dates"
            what = "differ" if take == "only" else "are partial dates"
            self.among.part.account.problem(
                f"the values of {dataset}.{variable} {what} for {counted(found.undecided, 'key')}",
                self.place,
                advice,
            )
        if judged:
            self._policy("lookup", named, f"keys that {dataset} does not have", found.absent)
        return found.column

    def _study_days(self) -> Distinct:
        declared = self.declared
        since = declared.since or "DM.RFSTDTC"
        day = self.among[declared.day_of]
        if "." in since:
            first = self._looked_up(since, (), "only", judged=False)
        else:
            first = self.among[since.upper()]
        pairs = pd.DataFrame({"day": day.codes, "first": first.codes})
        groups = pairs.groupby(["day", "first"], sort=False).ngroup().to_numpy().astype(np.intp)
        values = [
            study_day(_text(day, one), _text(first, other)) for one, other in pairs.drop_duplicates().to_numpy()
        ]
        return recoded(values, groups)

    # What becomes of them.

    def _coded(self, column: Distinct) -> Distinct:
        declared = self.declared
        codes = self.among.codes.get(declared.codes)
        if codes is None:  # its file has a problem
            return column
        known = codes.text if declared.gives == "text" else codes.code

        def step(value: object) -> object:
            found = known.get(text_of(value))
            return REFUSED if found is None else found

        what = "codes" if declared.gives == "text" else "texts"
        effect = f"{what} that the code list does not have"
        return self._stepped("codes", declared.codes, column, step, effect, listed_values)

    def _dated(self, column: Distinct) -> Distinct:
        declared = self.declared
        step = date_step(declared.date_forms, declared.unknown, self.place)
        forms = ", ".join(declared.date_forms)
        effect = "values that are not in a declared form, or in two of them,"
        found = self._stepped("date_forms", forms, column, step, effect, listed_shapes)
        if declared.unknown:
            partial = found.matching(lambda value: not _is_complete(value))
            nothing = found.matching(lambda value: value == UNKNOWN_DATE)
            note = self.among.part.account.note
            note(self._policy_name("unknown"), ", ".join(declared.unknown), "partial dates", int((partial & ~nothing).sum()))
            note(self._policy_name("unknown"), ", ".join(declared.unknown), "dates of which nothing is known, missing", int(nothing.sum()))
        found = stepped(found, lambda value: value or None).column
        return self._with_time(found) if declared.time else found

    def _with_time(self, day: Distinct) -> Distinct:
        declared = self.declared
        step = time_step(declared.time_forms, declared.unknown, self.place)
        raw = self.among.part.records.columns[declared.time]
        forms = ", ".join(declared.time_forms)
        time = self._stepped("time_forms", forms, raw, step, "times that are not in a declared form", listed_shapes)
        complete = day.matching(lambda value: len(value) == 10 and _is_complete(value))
        alone = (time.codes >= 0) & ~complete & time.matching(bool)
        self._policy("time", declared.time, "times without a complete date", alone)
        pairs = pd.DataFrame({"day": day.codes, "time": np.where(alone, -1, time.codes)})
        groups = pairs.groupby(["day", "time"], sort=False).ngroup().to_numpy().astype(np.intp)
        values = [_joined(_text(day, one), _text(time, other)) for one, other in pairs.drop_duplicates().to_numpy()]
        return recoded(values, groups)

    def _numbered(self, column: Distinct) -> Distinct:
        declared = self.declared
        found = self._stepped(
            "number", "true", column, number(declared.decimal), "values that are not numbers", listed_shapes
        )
        return self._converted(found) if declared.factors else found

    def _converted(self, numbers: Distinct) -> Distinct:
        """Each number by the factor of its unit; one without a unit, or with one not declared, is refused."""
        declared, part = self.declared, self.among.part
        units = part.records.columns[declared.unit]
        known = units.matching(lambda value: text_of(value) in declared.factors)
        filled = numbers.codes >= 0
        for refused, what, shown in (
            (filled & (units.codes >= 0) & ~known, "units without a factor", listed_values(units, filled & ~known)),
            (filled & (units.codes < 0), "numbers without a unit", ""),
        ):
            self._policy("unit", declared.unit, what, refused, shown)
        pairs = pd.DataFrame({"number": np.where(known, numbers.codes, -1), "unit": units.codes})
        groups = pairs.groupby(["number", "unit"], sort=False).ngroup().to_numpy().astype(np.intp)
        convert = {
            unit: converted(factor, declared.offsets.get(unit, 0.0), declared.digits)
            for unit, factor in declared.factors.items()
        }
        values = [
            convert[text_of(units[unit])](numbers[one]) if one >= 0 else None
            for one, unit in pairs.drop_duplicates().to_numpy()
        ]
        return recoded(values, groups)

    def _judge_pair(self, column: Distinct) -> None:
        """Each text goes with one code, each code with one text, and both are there or missing."""
        declared, part = self.declared, self.among.part
        other = part.records.columns[declared.pair]
        alone = (column.codes < 0) != (other.codes < 0)
        advice = "correct the data, or do not declare pair"
        names = f"{declared.column} and {declared.pair}"
        if alone.any():
            part.account.refuse(f"one of {names} without the other", self.place, advice, part.records, alone)
        pairs = pd.DataFrame({"one": column.codes, "other": other.codes})
        for left, right, stated in (("one", "other", column), ("other", "one", other)):
            number_of = pairs[~alone].groupby(left)[right].nunique()
            several = pairs[left].map(number_of).fillna(0).to_numpy() > 1
            several &= pairs[left].to_numpy() >= 0
            if several.any():
                name = declared.column if left == "one" else declared.pair
                against = declared.pair if left == "one" else declared.column
                what = f"values of {name} with several of {against}"
                shown = listed_values(stated, several)
                part.account.refuse(what, self.place, advice, part.records, several, shown)
        if declared.codes and declared.codes in self.among.codes:
            self._judge_pair_by_codes(column, other)

    def _judge_pair_by_codes(self, column: Distinct, other: Distinct) -> None:
        """The pair says what the code list says."""
        declared, part = self.declared, self.among.part
        known = self.among.codes[declared.codes].text
        codes, texts = (column, other) if declared.gives == "text" else (other, column)
        pairs = pd.DataFrame({"code": codes.codes, "text": texts.codes})
        groups = pairs.groupby(["code", "text"], sort=False).ngroup().to_numpy()
        wrong = np.array(
            [
                code >= 0 and text >= 0 and known.get(text_of(codes[code])) not in (None, text_of(texts[text]))
                for code, text in pairs.drop_duplicates().to_numpy()
            ],
            dtype=np.bool_,
        )[groups]
        if wrong.any():
            part.account.refuse(
                f"codes and texts of {declared.column} and {declared.pair} that are not those of [codes.{declared.codes}]",
                self.place,
                "correct the data or the code list",
                part.records,
                wrong,
                listed_values(codes, wrong),
            )

    # Policies.

    def _policy_name(self, key: str) -> str:
        return f"variables.{self.variable}.{key}"

    def _stepped(
        self,
        key: str,
        value: str,
        column: Distinct,
        step: Step,
        effect: str,
        shown: Callable[[Distinct, Mask], str],
        *,
        of_missing: object = None,
    ) -> Distinct:
        """A column after a step; what it does not take is an error, missing or kept, as declared."""
        if self.declared.otherwise == "keep":
            original = step

            def step(value: object) -> object:
                found = original(value)
                return text_of(value) if found is REFUSED else found

            refused = stepped(column, original).refused
        found = stepped(column, step, of_missing=of_missing)
        concerned = refused if self.declared.otherwise == "keep" else found.refused
        self._policy(key, value, effect, concerned, shown(column, concerned) if concerned.any() else "")
        return found.column

    def _policy(
        self, key: str, value: str, effect: str, concerned: Mask, shown: str = "", *, keeps: bool = False
    ) -> None:
        """Refuse or count the records that a key does not take."""
        part, otherwise = self.among.part, self.declared.otherwise
        if otherwise == "error":
            if concerned.any():
                choices = '"missing" or "keep"' if key in ("map", "codes", "date_forms") else '"missing"'
                advice = f"declare them, or otherwise = {choices}, or correct the data"
                if keeps:
                    advice = 'correct the data, or declare otherwise = "keep" for the first of them'
                part.account.refuse(effect, self.place, advice, part.records, concerned, shown)
            return
        became = "the first kept" if keeps else "missing" if otherwise == "missing" else "kept"
        part.account.note(
            self._policy_name("otherwise"), otherwise, f"{effect} {became}", int(concerned.sum())
        )


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
