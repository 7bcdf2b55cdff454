"""The codebook of a table: what is said of it, and its subjects by event, reason, arm and stratum."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from ...schemas.gate.report import Report
from ...schemas.study.dataset import Dataset
from ...schemas.study.study import Study
from .arms import Arms
from .codebook import (
    ArmEntry,
    Codebook,
    ColumnEntry,
    Counts,
    ParameterEntry,
    ReasonEntry,
    SelectionEntry,
    ShapeEntry,
    StratumEntry,
    ZeroDurations,
    arm_order_entry,
    column_entries,
    input_entries,
    naming_nobody,
    param_of,
    subjects_without_record,
    time_entry,
    versions,
)
from .gate_entry import GateEntry
from .records import AnalysedRecords
from .shapes.analysed import Analysed, Built
from .shapes.options import TableOptions
from .value_text import value_text


def codebook(
    built: Built,
    analysed: Sequence[Analysed],
    shape: ShapeEntry,
    options: TableOptions,
    *,
    made_from: Mapping[str, str],
    study: Study,
    report: Report | None,
) -> Codebook:
    """The codebook of a table.

    Parameters
    ----------
    built : Built
    analysed : sequence of Analysed
        What it was made from, by parameter.
    shape : ShapeEntry
    options : TableOptions
        As the user gave them, variables as the data spell them.
    made_from : mapping of str to str
        What a column is made from, where it is not the dataset's variable of that name.
    study : Study
    report : Report or None
        The gate's; None when it was not run.
    """
    names = dict.fromkeys(each.data.name for each in analysed)
    arms, n_subjects = built.arms, built.table.frame["USUBJID"].nunique()
    entries = [
        _parameter(each, place, built, options.strata, n_subjects) for place, each in enumerate(analysed)
    ]
    single, records = entries[0] if len(entries) == 1 else None, analysed[0].records
    return Codebook(
        dataset=", ".join(names),
        paramcd=", ".join(each.paramcd for each in entries),
        param="; ".join(each.param for each in entries if each.param),
        shape=shape,
        polarity=built.polarity,
        time=single.time if single else None,
        columns=tuple(_columns(built, made_from, analysed[0].data.name)),
        subjects=n_subjects,
        counts=single.counts if single else None,
        reasons=single.reasons if single else (),
        arm=arms.variable if arms else None,
        arm_order=arm_order_entry(arms) if arms else None,
        arms=single.arms if single else (),
        stratification=options.strata,
        strata=single.strata if single else (),
        zero_durations=single.zero_durations if single else None,
        parameters=tuple(entries),
        selection=SelectionEntry(
            options.where,
            options.population,
            (*(single.left_out if single else ()), *built.left_out),
            _without_record(single, built, study, records, options) if single else None,
            built.subjects_left_out,
        ),
        gate=GateEntry.of(report),
        inputs=tuple(input_entries(study)),
        versions=versions(),
        causes=built.causes,
        policies=built.policies,
    )


def _columns(built: Built, made_from: Mapping[str, str], dataset: str) -> Iterator[ColumnEntry]:
    return column_entries(built.table, made_from, built.home or dataset, by_subject=True)


def _without_record(
    single: ParameterEntry, built: Built, study: Study, records: AnalysedRecords, options: TableOptions
) -> int | None:
    """Subjects in ADSL without a record of the one parameter."""
    if built.left_out_of:  # the table has them, with missing cells
        return single.subjects_without_record
    return subjects_without_record(study, records, options.population)


def _parameter(
    analysed: Analysed, place: int, built: Built, strata: Sequence[str], subjects: int
) -> ParameterEntry:
    records, arms, time = analysed.records, built.arms, time_entry(analysed.scale)
    if built.is_dated:
        time = replace(time, aval_unit_found_by="", aval_formula=None)
    frame, not_in_table = built.subjects[place], built.left_out_of[place] if built.left_out_of else ()
    counts = _counts(frame)
    return ParameterEntry(
        dataset=records.data.name,
        paramcd=records.paramcd,
        param=param_of(records.data),
        time=replace(time, duration=built.duration or time.duration),
        counts=counts,
        reasons=tuple(_reasons(records.data, frame)),
        arms=tuple(_arms(frame, arms)) if arms else (),
        strata=tuple(_strata(frame, arms, strata)) if strata else (),
        zero_durations=ZeroDurations(int(np.count_nonzero(frame["duration"] == 0))),
        left_out=(*records.left_out, *not_in_table),
        subjects_without_record=subjects - counts.subjects,
    )


def _counts(frame: pd.DataFrame) -> Counts:
    happened = int(frame["event"].sum())
    if "events" not in frame:
        return Counts(len(frame), happened, len(frame) - happened)
    return Counts(int((~frame["again"]).sum()), int(frame["events"].sum()), len(frame) - happened)


def _reasons(data: Dataset, frame: pd.DataFrame) -> Iterator[ReasonEntry]:
    times: Counter[tuple[int, str | None, bool]] = Counter()
    names = ["CNSR", "reason", "event"]
    counted = frame.groupby(names, dropna=False, observed=True).size().reset_index(name="records")
    columns = (counted[name].tolist() for name in (*names, "records"))
    for cnsr, reason, event, records in zip(*columns, strict=True):
        times[cnsr, None if pd.isna(reason) else naming_nobody(data, reason), event] += records
    for key in sorted(times, key=lambda key: (key[0], key[1] is None, key[1] or "", key[2])):
        yield ReasonEntry(*key, times[key])


def _arms(frame: pd.DataFrame, arms: Arms) -> Iterator[ArmEntry]:
    """Arms in their order, then subjects without one."""
    column = frame[arms.variable].astype(object)
    by_arm = {_text_or_none(name): _counts(records) for name, records in frame.groupby(column, dropna=False)}
    for arm in (*arms.levels, None):
        if arm in by_arm:
            yield ArmEntry(arm, by_arm[arm])


def _strata(frame: pd.DataFrame, arms: Arms | None, strata: Sequence[str]) -> Iterator[StratumEntry]:
    """Each combination that subjects have, sorted; what a stratified comparison cannot use is named."""
    values = [frame[name].astype(object) for name in strata]
    arm = None if arms is None else frame[arms.variable].astype(object)
    for key, records in frame.groupby(values, dropna=False, sort=True):
        counts = _counts(records)
        n_arms = None if arm is None else arm[records.index].nunique()
        yield StratumEntry(tuple(map(_text_or_none, key)), counts, n_arms)


def _text_or_none(value: Any) -> str | None:
    if pd.isna(value):
        return None
    return value_text(value)
