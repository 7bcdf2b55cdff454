"""Supplemental qualifiers (SUPP--) as variables of their parent records."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ...schemas.study.columns import Codes, Mask
from ...schemas.study.dataset import Dataset
from ...schemas.study.variable import Variable
from ...schemas.wording import counted, did_you_mean
from .domain_options import DerivedFromDomain
from .task import DerivationTask

_NEEDED = ("USUBJID", "IDVAR", "IDVARVAL", "QNAM", "QVAL")


def supplemented(task: DerivationTask, options: DerivedFromDomain, domain: str, parents: Dataset) -> Dataset:
    """The parent records of a domain with a variable for each QNAM; what does not fit is a problem."""
    place = f"[derive.{task.name}] supplement"
    name = options.supplement or f"SUPP{domain}"
    if name not in task.study:
        if options.supplement:
            advice = did_you_mean(name, task.study.datasets)
            task.account.problem(f"dataset {name} is not present", place, advice)
        return parents
    supplement = task.study[name]
    absent = [each for each in _NEEDED if each not in supplement]
    for each in absent:
        advice = did_you_mean(each, supplement.names)
        task.account.problem(f"{each} is not present in {name}", place, advice)
    return parents if absent else _Merge(task, options, domain, supplement, parents).merged()


@dataclass(frozen=True, eq=False)
class _Merge:
    """Qualifiers, and the records that they are merged with."""

    task: DerivationTask
    options: DerivedFromDomain
    domain: str
    supplement: Dataset
    parents: Dataset

    def merged(self) -> Dataset:
        wanted = self._wanted()
        row, parent, orphan = self._joined(wanted)
        self._judge_orphans(orphan)
        self.task.account.used(self.supplement, row)
        code, names = self._names()
        columns = {
            name: self._column(name, row[code[row] == at], parent[code[row] == at])
            for at, name in enumerate(names)
            if (code[wanted] == at).any()
        }
        labels = self._labels()
        variables = [
            Variable(name, label=labels.get(name, ""), type="Char", length=_longest(column))
            for name, column in columns.items()
        ]
        if not columns or any(name in self.parents for name in columns):
            return self.parents
        frame = pd.concat([self.parents.frame, pd.DataFrame(columns)], axis=1)
        return self.parents.replace(
            frame=frame,
            variables=(*self.parents.variables, *variables),
            raw_places=self.parents.raw_places,
        )

    def _names(self) -> tuple[Codes, list[str]]:
        """The position of each record's QNAM among all, which are sorted, in capitals."""
        distinct = self.supplement.distinct("QNAM")
        written = [str(each).upper() for each in distinct]
        names = sorted(set(written))
        position = {name: at for at, name in enumerate(names)}
        codes = np.array([position[each] for each in written], dtype=np.intp)
        return distinct.spread(codes, missing=-1), names

    def _wanted(self) -> Codes:
        """Positions of the qualifiers of the parent dataset that become variables."""
        supplement, account = self.supplement, self.task.account
        place = f"[derive.{self.task.name}] supplement_variables"
        wanted = supplement.filled("QNAM") & supplement.filled("QVAL")
        if "RDOMAIN" in supplement:
            wanted = wanted & supplement.equals("RDOMAIN", self.domain, self.domain[:2])  # LB of LBCH, too
        code, names = self._names()
        present = [name for at, name in enumerate(names) if (code[wanted] == at).any()]
        for name in self.options.supplement_variables:
            if name not in present:
                what = f"{name} is not a QNAM of {supplement.name}"
                account.problem(what, place, did_you_mean(name, present))
        chosen = self.options.supplement_variables or present
        wanted = wanted & np.isin(code, [at for at, name in enumerate(names) if name in chosen])
        for at, name in enumerate(names):
            if name in chosen and name in self.parents:
                what = f"{name} is a QNAM of {supplement.name}, and a variable of {self.parents.name}"
                advice = "rename it, or list the others in supplement_variables"
                account.problem(what, place, advice, supplement, wanted & (code == at))
        return np.flatnonzero(wanted)

    def _joined(self, wanted: Codes) -> tuple[Codes, Codes, Codes]:
        """Pairs of qualifier and parent record, as two arrays of positions; qualifiers without a parent."""
        ours, theirs = self.supplement.distinct("USUBJID"), self.parents.distinct("USUBJID")
        subject = np.append(ours.positions_in(theirs), -1)[ours.codes]
        identifiers = self.supplement.distinct("IDVAR")
        rows, found, orphans = ([np.empty(0, dtype=np.intp)] for _ in range(3))
        for code in np.unique(identifiers.codes[wanted]):
            own = wanted[identifiers.codes[wanted] == code]
            variable = "" if code < 0 else str(identifiers[code]).upper()
            if variable and variable not in self.parents:
                orphans.append(own)
                continue
            their_value, value = self._identifying(variable)
            row, parent = _pairs((subject[own], value[own]), (theirs.codes, their_value))
            rows.append(own[row])
            found.append(parent)
            orphans.append(np.delete(own, np.unique(row)))
        return np.concatenate(rows), np.concatenate(found), np.concatenate(orphans)

    def _identifying(self, variable: str) -> tuple[Codes, Codes]:
        """Codes of IDVAR's values in the parents, and of IDVARVAL among them; -1 where it is not one."""
        if not variable:  # of the subject as a whole
            return np.zeros(len(self.parents), dtype=np.intp), np.zeros(len(self.supplement), dtype=np.intp)
        values, texts = self.parents.distinct(variable), self.supplement.distinct("IDVARVAL")
        form = str.strip if self.parents.is_character(variable) else _number
        known = {form(str(value)): at for at, value in enumerate(values)}
        one = np.array([known[form(str(value))] for value in values], dtype=np.intp)
        code = np.array([known.get(form(str(text)), -1) for text in texts], dtype=np.intp)
        return np.append(one, -1)[values.codes], np.append(code, -1)[texts.codes]

    def _judge_orphans(self, orphan: Codes) -> None:
        supplement, account = self.supplement, self.task.account
        mask = _mask(len(supplement), orphan)
        if self.options.supplement_orphans == "exclude":
            effect = f"records of {supplement.name} without a parent record excluded"
            account.effect("supplement_orphans", "exclude", effect, supplement, mask, unit="record")
        elif len(orphan):
            account.problem(
                f"{counted(len(orphan), 'record')} of {supplement.name} without a parent record",
                f"[derive.{self.task.name}] supplement",
                'correct the data, or declare supplement_orphans = "exclude"',
                supplement,
                mask,
            )

    def _column(self, name: str, row: Codes, parent: Codes) -> pd.Series:
        """QVAL of the parent records; two that differ are a problem."""
        supplement, n_parents = self.supplement, len(self.parents)
        values = supplement.distinct("QVAL")
        lowest = np.full(n_parents, len(values), dtype=np.intp)
        highest = np.full(n_parents, -1, dtype=np.intp)
        np.minimum.at(lowest, parent, values.codes[row])
        np.maximum.at(highest, parent, values.codes[row])
        differing = (highest >= 0) & (lowest != highest)
        if differing.any():
            self.task.account.problem(
                f"{name} has several values in {counted(int(differing.sum()), 'record')}",
                f"[derive.{self.task.name}] supplement",
                "keep one value of each qualifier",
                supplement,
                _mask(len(supplement), row[differing[parent]]),
            )
        several = (np.bincount(parent, minlength=n_parents) > 1) & ~differing
        self.task.account.effect(
            "supplement",
            supplement.name,
            f"records of {supplement.name} that repeat {name} with the same value, taken once",
            supplement,
            _mask(len(supplement), row[several[parent]]),
            unit="record",
        )
        used, codes = np.unique(np.append(highest, -1), return_inverse=True)
        categories = pd.Index([str(each) for each in values[used[1:]]], dtype=object)
        return pd.Series(pd.Categorical.from_codes(codes[:-1] - 1, categories=categories))

    def _labels(self) -> dict[str, str]:
        """QLABEL of each QNAM, the first in alphabetical order where there are several."""
        if "QLABEL" not in self.supplement:
            return {}
        code, names = self._names()
        labels = self.supplement.distinct("QLABEL")
        both = pd.DataFrame({"name": code, "label": labels.codes}).drop_duplicates()
        both = both[(both["name"] >= 0) & (both["label"] >= 0)]
        found = zip(both["name"], labels[both["label"].to_numpy()], strict=True)
        return {names[at]: str(label) for at, label in sorted(found, key=lambda each: str(each[1]))[::-1]}


def _pairs(ours: tuple[Codes, Codes], theirs: tuple[Codes, Codes]) -> tuple[Codes, Codes]:
    """Positions of what has the same pair of codes, none of them negative, on either side."""
    left, right = (
        pd.DataFrame({"subject": subject, "value": value, "at": np.arange(len(subject))})
        for subject, value in (ours, theirs)
    )
    left, right = (each[(each["subject"] >= 0) & (each["value"] >= 0)] for each in (left, right))
    merged = left.merge(right, on=["subject", "value"], suffixes=("", "_parent"))
    return merged["at"].to_numpy(dtype=np.intp), merged["at_parent"].to_numpy(dtype=np.intp)


def _number(text: str) -> float | None:
    """A number that is equal to itself; None for other texts."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if np.isfinite(value) else None


def _mask(n_records: int, at: Codes) -> Mask:
    mask = np.zeros(n_records, dtype=np.bool_)
    mask[at] = True
    return mask


def _longest(column: pd.Series) -> int:
    return max((len(str(each).encode()) for each in column.cat.categories), default=1)
