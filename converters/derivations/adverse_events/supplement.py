"""Supplemental qualifiers (SUPP--) as variables of their parent records."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ....schemas.study.columns import Codes, Mask
from ....schemas.study.dataset import Dataset
from ....schemas.study.variable import Variable
from ....schemas.wording import counted, did_you_mean
from ..task import DerivationTask
from .options import AdverseEvents

_NEEDED = ("USUBJID", "IDVAR", "IDVARVAL", "QNAM", "QVAL")


def supplemented(task: DerivationTask, options: AdverseEvents, parents: Dataset) -> Dataset:
    """The parent records with a variable for each QNAM; what does not fit is a problem, or counted."""
    supplement = _supplement(task, options)
    if supplement is None:
        return parents
    place = f"[derive.{task.name}] supplement"
    absent = [name for name in _NEEDED if name not in supplement]
    for name in absent:
        advice = did_you_mean(name, supplement.names)
        task.account.problem(f"{name} is not present in {supplement.name}", place, advice)
    if absent:
        return parents
    wanted = _wanted(task, options, supplement, parents)
    row, parent, orphan = _joined(supplement, parents, wanted)
    _judge_orphans(task, options, supplement, orphan)
    names = supplement.distinct("QNAM")
    labels = _labels(supplement)
    columns, variables = {}, []
    for code, name in enumerate(names):
        own = names.codes[row] == code
        if not (names.codes[wanted] == code).any():
            continue
        values = _values(task, supplement, str(name).upper(), row[own], parent[own], len(parents))
        columns[str(name).upper()] = values
        longest = max((len(str(each).encode()) for each in values.cat.categories), default=1)
        variables.append(
            Variable(str(name).upper(), label=labels.get(str(name), ""), type="Char", length=longest)
        )
    if not columns:
        return parents
    frame = pd.concat([parents.frame, pd.DataFrame(columns)], axis=1)
    return parents.replace(frame=frame, variables=(*parents.variables, *variables))


def _supplement(task: DerivationTask, options: AdverseEvents) -> Dataset | None:
    name = options.supplement or f"SUPP{options.dataset}"
    if name in task.study:
        return task.study[name]
    if options.supplement:
        advice = did_you_mean(name, task.study.datasets)
        task.account.problem(f"dataset {name} is not present", f"[derive.{task.name}] supplement", advice)
    return None


def _wanted(task: DerivationTask, options: AdverseEvents, supplement: Dataset, parents: Dataset) -> Codes:
    """Positions of the qualifiers of the parent dataset that become variables."""
    place = f"[derive.{task.name}] supplement_variables"
    wanted = supplement.filled("QNAM") & supplement.filled("QVAL")
    if "RDOMAIN" in supplement:
        wanted = wanted & supplement.equals("RDOMAIN", options.dataset)
    names = supplement.distinct("QNAM")
    present = {str(name).upper() for name in names[np.unique(names.codes[wanted])]}
    for name in options.supplement_variables:
        if name not in present:
            what = f"{name} is not a QNAM of {supplement.name}"
            task.account.problem(what, place, did_you_mean(name, present))
    chosen = options.supplement_variables or present
    wanted = wanted & supplement.matching("QNAM", lambda name: str(name).upper() in chosen)
    for name in sorted(present.intersection(chosen)):
        if name in parents:
            mask = wanted & supplement.matching("QNAM", lambda each, name=name: str(each).upper() == name)
            what = f"{name} is a QNAM of {supplement.name}, and a variable of {parents.name}"
            advice = "rename it, or list the others in supplement_variables"
            task.account.problem(what, place, advice, supplement, mask)
    return np.flatnonzero(wanted)


def _joined(supplement: Dataset, parents: Dataset, wanted: Codes) -> tuple[Codes, Codes, Codes]:
    """Pairs of qualifier and parent record, as two arrays of positions, and qualifiers without a parent."""
    subjects = supplement.distinct("USUBJID")
    theirs = parents.distinct("USUBJID")
    subject = np.append(subjects.positions_in(theirs), -1)[subjects.codes]
    id_variables = supplement.distinct("IDVAR")
    rows, found, orphans = [], [], []
    for code in np.unique(id_variables.codes[wanted]):
        own = wanted[id_variables.codes[wanted] == code]
        variable = "" if code < 0 else str(id_variables[code]).upper()
        if variable and variable not in parents:
            orphans.append(own)
            continue
        their_value, value = _values_of_identifier(supplement, parents, variable)
        row, parent = _pairs((subject[own], value[own]), (theirs.codes, their_value))
        rows.append(own[row])
        found.append(parent)
        orphans.append(np.delete(own, np.unique(row)))
    nothing = np.empty(0, dtype=np.intp)
    return tuple(np.concatenate([nothing, *each]) for each in (rows, found, orphans))  # type: ignore[return-value]


def _values_of_identifier(supplement: Dataset, parents: Dataset, variable: str) -> tuple[Codes, Codes]:
    """Codes of the values of IDVAR in the parents, and of IDVARVAL among them; -1 where missing or unknown."""
    if not variable:  # of the subject
        return np.zeros(len(parents), dtype=np.intp), np.zeros(len(supplement), dtype=np.intp)
    values, texts = parents.distinct(variable), supplement.distinct("IDVARVAL")
    if parents.is_character(variable):
        written = [str(each).strip() for each in texts]
        known = [str(each).strip() for each in values]
    else:
        written = [_number(each) for each in texts]
        known = [float(each) for each in values]
    position = pd.Series(np.arange(len(known)), index=pd.Index(known, dtype=object))
    position = position[~position.index.duplicated()]
    first = position.reindex(known).to_numpy(dtype=np.intp)  # values that differ in blanks are one
    code = position.reindex(pd.Index(written, dtype=object)).fillna(-1).to_numpy(dtype=np.intp)
    return np.append(first, -1)[values.codes], np.append(code, -1)[texts.codes]


def _number(text: object) -> float:
    try:
        return float(str(text))
    except ValueError:
        return float("nan")


def _pairs(ours: tuple[Codes, Codes], theirs: tuple[Codes, Codes]) -> tuple[Codes, Codes]:
    """Positions of what has the same pair of codes, none of them negative, on either side."""
    left, right = (
        pd.DataFrame({"subject": subject, "value": value, "at": np.arange(len(subject))})
        for subject, value in (ours, theirs)
    )
    left, right = (each[(each["subject"] >= 0) & (each["value"] >= 0)] for each in (left, right))
    merged = left.merge(right, on=["subject", "value"], suffixes=("", "_parent"))
    return merged["at"].to_numpy(dtype=np.intp), merged["at_parent"].to_numpy(dtype=np.intp)


def _judge_orphans(task: DerivationTask, options: AdverseEvents, supplement: Dataset, orphan: Codes) -> None:
    mask = np.zeros(len(supplement), dtype=np.bool_)
    mask[orphan] = True
    if options.supplement_orphans == "exclude":
        effect = f"records of {supplement.name} without a parent record excluded"
        task.account.effect("supplement_orphans", "exclude", effect, supplement, mask, unit="record")
    elif mask.any():
        task.account.problem(
            f"{counted(len(orphan), 'record')} of {supplement.name} without a parent record",
            f"[derive.{task.name}] supplement",
            'correct the data, or declare supplement_orphans = "exclude"',
            supplement,
            mask,
        )


def _values(
    task: DerivationTask, supplement: Dataset, name: str, row: Codes, parent: Codes, n_parents: int
) -> pd.Series:
    """QVAL of the parent records; two that differ are a problem."""
    values = supplement.distinct("QVAL")
    value = values.codes[row]
    lowest = np.full(n_parents, len(values), dtype=np.intp)
    highest = np.full(n_parents, -1, dtype=np.intp)
    np.minimum.at(lowest, parent, value)
    np.maximum.at(highest, parent, value)
    differing = (highest >= 0) & (lowest != highest)
    if differing.any():
        mask: Mask = np.zeros(len(supplement), dtype=np.bool_)
        mask[row[differing[parent]]] = True
        number = counted(int(differing.sum()), "record")
        what = f"{name} has several values for {number}"
        task.account.problem(
            what, f"[derive.{task.name}] supplement", "keep one value of each qualifier", supplement, mask
        )
    number = np.bincount(parent, minlength=n_parents)
    repeated = np.zeros(len(supplement), dtype=np.bool_)
    repeated[row[(number > 1)[parent] & ~differing[parent]]] = True
    effect = f"records of {supplement.name} that repeat {name} with the same value, taken once"
    task.account.effect("supplement", supplement.name, effect, supplement, repeated, unit="record")
    used, codes = np.unique(highest, return_inverse=True)
    kept = used[used >= 0]
    codes = codes - (len(used) - len(kept))
    categories = pd.Index([str(each) for each in values[kept]], dtype=object)
    return pd.Series(pd.Categorical.from_codes(codes, categories=categories))


def _labels(supplement: Dataset) -> dict[str, str]:
    """QLABEL of each QNAM, the first in order where there are several."""
    if "QLABEL" not in supplement:
        return {}
    names, labels = supplement.distinct("QNAM"), supplement.distinct("QLABEL")
    both = pd.DataFrame({"name": names.codes, "label": labels.codes}).drop_duplicates()
    both = both[(both["name"] >= 0) & (both["label"] >= 0)]
    found = sorted(
        (str(labels[label]), str(names[name]))
        for name, label in zip(both["name"], both["label"], strict=True)
    )
    return {name: label for label, name in reversed(found)}
