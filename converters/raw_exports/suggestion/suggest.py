"""What is proposed for a raw table: the variables that its columns may be, and how their values are read."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from ....schemas.wording import counted
from ..options import RawFile
from ..raw_records import RawRecords, text_of
from ..raw_table import RawTable
from .domain_words import DOMAIN_WORDS
from .found_dates import found_dates
from .found_times import found_times, time_of
from .known_values import ONE_AND_ZERO, are_terms, has_terms, map_of
from .known_variables import (
    DOMAINS,
    FINDINGS,
    KNOWN,
    NUMBERED,
    Known,
    Meaning,
    bare,
    letters,
    names_for,
)
from .result_columns import NEW_COLUMNS, ResultColumn, measurements

_CODE_SUFFIXES = ("CD", "CODE", "DECODE", "STD", "C")
"""What the name of a column of codes has behind that of its texts."""
_STUDY, _SUBJECT = "STUDYID", "SUBJID"
_SITE = "SITEID"
_OF_DM = frozenset({"SUBJID", _SITE})
_ORDER = ("--STDTC", "VISITNUM", "--DTC", "--TESTCD", "--TERM", "--TRT", "--ENDTC", "--SPID")
_WORDS_FOR_MISSING = frozenset({".", "NULL", "null", "(null)", "#N/A"})
_PERHAPS_MISSING = frozenset({"NA", "N/A", "ND", "NaN", "None"})
_COLLECTED = next(each for each in KNOWN if each.target == "--DTC")
_MOST_DATES = 20_000
"""Distinct values of a column that is asked whether it holds dates."""
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
_NUMBER_WITH_COMMA = re.compile(r"[+-]?\d+(,\d+)?")
_LONGEST_PART = 5
"""Letters of a part of a file's name that begins with a domain: LBCC, VSTAT."""
_FILE_STEM = re.compile(r"^(?:.*/)?(?P<stem>[^/#]*?)(?:\.[a-z0-9]+)+(?:#(?P<member>.*))?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Proposal:
    """One variable that is proposed.

    Attributes
    ----------
    variable : str
    options : mapping of key to value
        Of `RawVariable`.
    reason : str
        Why: "by its name".
    cautions : tuple of str
        What a person must decide or look at.
    """

    variable: str
    options: Mapping[str, Any]
    reason: str
    cautions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A proposal of ``[raw.NAME]``.

    Attributes
    ----------
    name : str
        Of the table.
    domain : str
        The dataset; empty where none was recognised.
    declared : RawFile
        How the file is read.
    proposals : tuple of Proposal
    order : tuple of str
        Variables that may order the records of a subject.
    same_order : str
        Why records are numbered by their position where `order` does not distinguish them; empty if it does.
    missing_values : mapping of text to int
        Texts that may stand for a missing value, and how many values they are.
    trim : bool
        Whether texts have blanks before or after them.
    perhaps_missing : mapping of text to int
        Texts that are kept, but may stand for one.
    long : tuple of ResultColumn
        Columns of results that become records.
    unmapped : mapping of column to str
        Columns for which nothing is proposed, and a remark.
    """

    name: str
    domain: str
    declared: RawFile
    proposals: tuple[Proposal, ...]
    order: tuple[str, ...] = ()
    same_order: str = ""
    missing_values: Mapping[str, int] = field(default_factory=dict)
    perhaps_missing: Mapping[str, int] = field(default_factory=dict)
    trim: bool = False
    long: tuple[ResultColumn, ...] = ()
    unmapped: Mapping[str, str] = field(default_factory=dict)


def suggest(tables: Sequence[RawTable], declared: RawFile) -> Suggestion:
    """Propose how raw tables with the same columns become a dataset of SDTM."""
    return _Columns.of(tables).suggestion(declared)


_REASONS = ("the only column of dates", "by its label", "by its name", "its name is that of SDTM")


@dataclass(frozen=True, slots=True)
class _Match:
    """A column that may be a variable. The larger `weight` is, the surer it is."""

    column: str
    known: Known
    weight: int

    @property
    def reason(self) -> str:
        return _REASONS[self.weight]


@dataclass(frozen=True, slots=True)
class _Columns:
    """The columns of a table with what is known of them."""

    records: RawRecords
    labels: Mapping[str, str]
    name: str
    domain: str
    values: Mapping[str, list[str]]

    @classmethod
    def of(cls, tables: Sequence[RawTable]) -> _Columns:
        first = tables[0]
        records = RawRecords.of(tables, first.columns)
        values = {name: list(map(text_of, column)) for name, column in records.columns.items()}
        name, domain = named(first)
        return cls(records, first.labels, name, domain, values)

    def suggestion(self, declared: RawFile) -> Suggestion:
        chosen = self._chosen()
        partners = {match.column: self._partner(match.column, chosen) for match in chosen.values()}
        times = self._times(chosen)
        results = self._results(chosen)
        proposals = [*self._keys(chosen), *_of_results(results, self.domain)]
        for known in KNOWN:
            match = chosen.get(known.target)
            if match is not None and known.target != _STUDY and not self._is_only_in_dm(known):
                proposal = self._proposal(match, partners[match.column])
                time = times.get(known.target, "")
                proposals.append(self._with_time(proposal, time) if time else proposal)
        made = {each.variable for each in proposals}
        is_numbered = self.domain in NUMBERED and f"{self.domain}SEQ" not in made
        order = [each.replace("--", self.domain) for each in _ORDER if is_numbered]
        used = self._used(chosen, partners, results) | set(times.values())
        return Suggestion(
            self.name,
            self.domain,
            declared,
            tuple(proposals),
            order=tuple(each for each in order if each in made),
            same_order=self._same_order(chosen),
            missing_values=self._counts(_WORDS_FOR_MISSING),
            perhaps_missing=self._counts(_PERHAPS_MISSING),
            trim=any(text != text.strip() for values in self.values.values() for text in values),
            long=tuple(results),
            unmapped={each: self._remark(each, chosen) for each in self.values if each not in used},
        )

    def _same_order(self, chosen: Mapping[str, _Match]) -> str:
        """How many records of a subject the proposed order does not distinguish; empty for none."""
        columns = [chosen[each].column for each in (_SUBJECT, "USUBJID", *_ORDER) if each in chosen]
        if not columns or not len(self.records):
            return ""
        codes = np.stack([self.records.columns[each].codes for each in columns])
        _, counts = np.unique(codes, axis=1, return_counts=True)
        same = int(counts[counts > 1].sum())
        return f"{counted(same, 'record')} that order does not distinguish" if same else ""

    def _results(self, chosen: Mapping[str, _Match]) -> list[ResultColumn]:
        """Columns of results, where no column holds those of all tests."""
        if self.domain not in FINDINGS or "--ORRES" in chosen:
            return []
        return measurements(list(self.values), self.values, self.domain)

    def _used(
        self, chosen: Mapping[str, _Match], partners: Mapping[str, str], results: Sequence[ResultColumn]
    ) -> set[str]:
        """The columns that a proposal uses."""
        matched = {
            match.column
            for target, match in chosen.items()
            if target == _SUBJECT or not self._is_only_in_dm(match.known)
        }
        paired = {partners[each] for each in matched}
        return matched | paired | {each.column for each in results} | {each.unit for each in results}

    def _is_only_in_dm(self, known: Known) -> bool:
        return known.target in _OF_DM and self.domain != "DM"

    def _chosen(self) -> dict[str, _Match]:
        """For each variable the column that is it the likeliest; each column is one variable at most."""
        matches = sorted(self._certain_matches(), key=lambda each: -each.weight)
        chosen: dict[str, _Match] = {}
        taken: set[str] = set()
        for each in matches:
            if each.column not in taken and each.known.target not in chosen:
                chosen[each.known.target] = each
                taken.add(each.column)
        if self.domain in FINDINGS and "--DTC" not in chosen:
            dates = [each for each in self.values if each not in taken and self._holds_dates(each)]
            if len(dates) == 1:
                chosen["--DTC"] = _Match(dates[0], _COLLECTED, 0)
        return chosen

    def _holds_dates(self, column: str) -> bool:
        """Whether all values of a column are dates; a year alone may be any number."""
        values = self.values[column]
        dates = found_dates(values) if values and len(values) <= _MOST_DATES else None
        return dates is not None and not dates.unread and dates.forms != ("YYYY",)

    def _certain_matches(self) -> Iterator[_Match]:
        """The matches, of those by a label only the ones that no other column has, and that have values."""
        matches = [each for each in self._matches() if each.weight > 1 or self.values[each.column]]
        by_label = Counter(each.known.target for each in matches if each.weight == 1)
        return (each for each in matches if each.weight > 1 or by_label[each.known.target] == 1)

    def _matches(self) -> Iterator[_Match]:
        """Every column with each variable that it may be; the likeliest variable first."""
        for column in self.values:
            names = names_for(column, self.domain)
            label = self.labels.get(column, "")
            for known in KNOWN:
                if known.domains and self.domain not in known.domains:
                    continue
                if known.target.startswith("--") and not self.domain:
                    continue
                if letters(known.variable(self.domain)) == bare(column):
                    yield _Match(column, known, 3)
                elif known.names.intersection(names):
                    yield _Match(column, known, 2)
                elif label and known.label.search(label) and not re.search(r"\bcode$", label, re.IGNORECASE):
                    yield _Match(column, known, 1)

    def _partner(self, column: str, chosen: Mapping[str, _Match]) -> str:
        """The column of the codes of a column of texts, if each text has one code; else empty."""
        exact = {match.column for match in chosen.values() if match.weight == 3}
        for other in self.values:
            is_code = any(bare(other) == bare(column) + suffix for suffix in _CODE_SUFFIXES)
            if is_code and other != column and other not in exact and self._one_to_one(column, other):
                return other
        return ""

    def _one_to_one(self, column: str, other: str) -> bool:
        codes = [self.records.columns[each].codes for each in (column, other)]
        filled = (codes[0] >= 0) & (codes[1] >= 0)
        pairs = np.unique(np.stack([each[filled] for each in codes]), axis=1)
        return bool(filled.any()) and len(np.unique(pairs[0])) == pairs.shape[1]

    def _differ_in(self, column: str, others: Sequence[str]) -> bool:
        """Whether records that agree in other columns have several values of a column."""
        codes = pd.DataFrame(
            {at: self.records.columns[each].codes for at, each in enumerate([*others, column])}
        )
        filled = codes[(codes >= 0).all(axis=1)]
        keys = list(range(len(others)))
        return len(filled.drop_duplicates()) > len(filled.drop_duplicates(keys))

    def _keys(self, chosen: Mapping[str, _Match]) -> Iterator[Proposal]:
        """The study, the domain and the subject."""
        study, subject, unique = (chosen.get(each) for each in (_STUDY, _SUBJECT, "USUBJID"))
        if study:
            yield Proposal(_STUDY, {"column": study.column}, study.reason)
        else:
            reason = "no column of the study was found: write its identifier"
            yield Proposal(_STUDY, {"value": "STUDY"}, reason)
        if self.domain:
            yield Proposal("DOMAIN", {"value": self.domain}, "by the file and the names of its columns")
        if unique:
            return
        if subject and study:
            site = chosen.get(_SITE)
            columns, reason = [study.column, subject.column], "the study and the subject, joined"
            if site and self._differ_in(site.column, columns):
                columns.insert(1, site.column)
                reason = "the study, the site and the subject, joined: several sites have the same subjects"
            template = "-".join(f"{{{each}}}" for each in columns)
            yield Proposal("USUBJID", {"template": template}, reason)
        elif subject:
            caution = "is it unique in the whole development programme?"
            yield Proposal("USUBJID", {"column": subject.column}, subject.reason, (caution,))

    def _proposal(self, match: _Match, partner: str) -> Proposal:
        known = match.known
        variable = known.variable(self.domain)
        values = self.values[match.column]
        reason = match.reason
        if not values:
            return Proposal(variable, {"column": match.column}, reason, ("the column has no values",))
        column, pair = match.column, partner
        if partner and has_terms(known.meaning) and are_terms(self.values[partner], known.meaning):
            column, pair = partner, match.column  # codes that are those of CDISC
        options: dict[str, Any] = {"column": column, **({"pair": pair} if pair else {})}
        more, cautions = self._by_meaning(known.meaning, self.values[column])
        return Proposal(variable, {**options, **more}, reason, tuple(cautions))

    def _times(self, chosen: Mapping[str, _Match]) -> dict[str, str]:
        """For dates that have no time in them, the columns that have it."""
        taken = {match.column for match in chosen.values()}
        others = [each for each in self.values if each not in taken]
        found: dict[str, str] = {}
        for target, match in chosen.items():
            time = time_of(target, self.domain, others)
            dates = found_dates(self.values[match.column]) if time else None
            if dates and not any("hh" in form for form in dates.forms) and found_times(self.values[time], ()):
                found[target] = time
        return found

    def _with_time(self, proposal: Proposal, column: str) -> Proposal:
        """A date with the time of another column."""
        unknown = proposal.options.get("unknown", ())
        times = found_times(self.values[column], unknown)
        options = {**proposal.options, "time": column, "time_forms": list(times.forms if times else ())}
        cautions = list(proposal.cautions)
        if times and times.unread:
            cautions.append(f"{counted(times.unread, 'distinct time')} in none of these forms")
        return replace(proposal, options=options, cautions=tuple(cautions))

    def _by_meaning(self, meaning: Meaning, values: Sequence[str]) -> tuple[dict[str, Any], list[str]]:
        """The options that values ask for, and what is left to a person."""
        if meaning is Meaning.DATE:
            return _date_options(values)
        if meaning is Meaning.NUMBER:
            return _number_options(values)
        if not has_terms(meaning) or are_terms(values, meaning):
            return {}, []
        found, unknown = map_of(values, meaning)
        cautions = []
        if unknown and found:
            cautions.append(f"{counted(unknown, 'distinct value')} without a known term, not in the map")
        elif unknown:
            without = f"{counted(unknown, 'distinct value')}, none a known term"
            cautions.append(f"COPIED AS IN THE FILES until map or codes is written: {without}")
        if ONE_AND_ZERO & found.keys():
            cautions.append("1 was taken for yes, 0 for no")
        if len(set(found.values())) < len(found):
            cautions.append("several values become one")
        return ({"map": found} if found else {}), cautions

    def _counts(self, words: frozenset[str]) -> dict[str, int]:
        """How many values are one of these words."""
        counts: Counter[str] = Counter()
        for column, values in self.values.items():
            for word in words.intersection(values):
                codes = self.records.columns[column].codes
                counts[word] += int((codes == values.index(word)).sum())
        return dict(sorted(counts.items()))

    def _remark(self, column: str, chosen: Mapping[str, _Match]) -> str:
        """What is known of a column for which nothing is proposed."""
        values = self.values[column]
        label = self.labels.get(column, "")
        if not values:
            return f"{label}; no values" if label else "no values"
        said = self._also(column, chosen)
        if said:
            return f"{label}; {said}" if label else said
        if self._holds_dates(column):
            dates = found_dates(values)
            said = f"dates, {' or '.join(dates.forms if dates else ())}"
            return f"{label}; {said}" if label else said
        return label

    def _also(self, column: str, chosen: Mapping[str, _Match]) -> str:
        """Which variable a column may be, for which another one is proposed, or none."""
        also = next((each for each in self._matches() if each.column == column), None)
        if also is None:
            return ""
        variable = also.known.variable(self.domain)
        first = chosen.get(also.known.target)
        if first is None:
            return f"may be {variable}, as other columns"
        return f"{variable} is a variable of DM" if first.column == column else f"may be {variable}, too"


def _date_options(values: Sequence[str]) -> tuple[dict[str, Any], list[str]]:
    dates = found_dates(values)
    if dates is None:
        return {}, ["its values are in no form of dates that is known: write date_forms"]
    options: dict[str, Any] = {"date_forms": list(dates.forms)}
    cautions = []
    if dates.unknown:
        options["unknown"] = list(dates.unknown)
    if dates.or_else:
        other = " or ".join(dates.or_else)
        cautions.append(f"DAY AND MONTH ARE NOT CERTAIN: {other} fits all values, too")
    if dates.unread:
        cautions.append(f"{counted(dates.unread, 'distinct value')} in none of these forms")
    elif len(dates.forms) > 1:
        cautions.append("several forms in one column")
    return options, cautions


def _number_options(values: Sequence[str]) -> tuple[dict[str, Any], list[str]]:
    if all(map(_NUMBER.fullmatch, values)):
        return {"number": True}, []
    if all(map(_NUMBER_WITH_COMMA.fullmatch, values)):
        return {"number": True, "decimal": ","}, ["the comma was taken for the decimal sign"]
    wrong = sum(1 for value in values if not _NUMBER.fullmatch(value))
    return {"number": True}, [f"{counted(wrong, 'distinct value')} that are not numbers"]


def _of_results(results: Sequence[ResultColumn], domain: str) -> Iterator[Proposal]:
    """The variables of records that are made of columns of results."""
    if results:
        reason = "of the columns in long"
        yield Proposal(f"{domain}TESTCD", {"column": NEW_COLUMNS.test}, reason)
        yield Proposal(f"{domain}ORRES", {"column": NEW_COLUMNS.result}, reason)
        if any(each.unit for each in results):
            yield Proposal(f"{domain}ORRESU", {"column": NEW_COLUMNS.unit}, reason)


def named(table: RawTable) -> tuple[str, str]:
    """The name that ``[raw.NAME]`` gets, and the domain: by the file, else by most of its columns."""
    match = _FILE_STEM.fullmatch(table.name)
    stem, member = (match["stem"], match["member"]) if match else (table.name, "")
    parts = [each.upper() for each in re.split(r"[^A-Za-z0-9]+", member or stem) if each]
    at = next((at for at in reversed(range(len(parts))) if parts[at] in DOMAINS), None)
    if at is not None:
        behind = [each for each in parts[at + 1 :] if each != "RAW"]
        return "_".join([parts[at], *behind])[:32], parts[at]
    domain = _by_columns(table, parts)
    return domain or _member_name(parts), domain


def _member_name(parts: Sequence[str]) -> str:
    """As many of the last parts of a file's name as the name of a dataset may have."""
    names = ("_".join(parts[at:]) for at in range(len(parts)))
    return next((each for each in names if len(each) <= 32 and not each[0].isdigit()), "TABLE")


def _by_columns(table: RawTable, parts: Sequence[str]) -> str:
    """The domain that the names of most columns begin with, else by what the file or sheet is called."""
    starts = Counter(bare(each)[:2] for each in table.columns if len(bare(each)) > 3)
    begun = {domain: starts[domain] for domain in DOMAINS - {"TR"} if starts[domain] > 2}  # TRTSDT
    if begun:
        return max(sorted(begun), key=lambda each: begun[each])
    called = next((DOMAIN_WORDS[part] for part in parts if part in DOMAIN_WORDS), "")
    return called or next(
        (part[:2] for part in parts if part[:2] in DOMAINS and len(part) <= _LONGEST_PART), ""
    )
