"""The records of the source that are derived, with their parameters, values and dates."""

from __future__ import annotations

import numpy as np
import pandas as pd

from ....schemas.conditions.absent_texts import correction
from ....schemas.conditions.arithmetic import compile_arithmetic, rounded_to
from ....schemas.errors import ConfigurationError
from ....schemas.evidence.subjects import adsl_record
from ....schemas.study.columns import Codes, Mask, Numbers
from ....schemas.study.dataset import Dataset
from ....schemas.wording import counted, did_you_mean
from ..column_values import texts
from ..domain_records import kept_records, meeting, selected_records
from ..task import DerivationTask
from .findings import findings
from .measurement_dates import add_dates
from .measurement_table import MeasurementTable
from .options import Measurements
from .parts import MeasurementParts, collected_of, paramcd_of

_MANY = 5
"""Values that a message lists."""


def measurement_table(
    task: DerivationTask, options: Measurements, parts: MeasurementParts
) -> MeasurementTable:
    """The records of the source that belong to a parameter, with PARAMCD, AVAL, AVALC and ADT.

    Raises
    ------
    DerivationRefused
        If the source does not fit.
    """
    source = findings(task, options, parts)
    data = source.data
    selected = _of_subjects(task, options, data, selected_records(task, options, data))
    codes, names = _parameters(task, options, parts, data, selected)
    task.account.require_none()
    (kept,) = np.nonzero(selected & (codes >= 0))
    source.note_used(task, kept)
    subject = adsl_record(data, task.adsl)[kept]
    table = MeasurementTable(
        task,
        options,
        kept_records(data, kept),
        np.arange(len(kept)),
        subject,
        domain=source.source[kept],
        parameters=frozenset(paramcd_of(name, each) for name, each in parts.measurements.items()),
        units={
            paramcd_of(name, each): each.unit
            for name, each in parts.measurements.items()
            if each.unit or each.aval or each.expression
        },
    )
    table.add("PARAMCD", texts(codes[kept].astype(np.int32), names))
    task.account.require_none()
    _add_values(table, parts)
    add_dates(table)
    task.account.require_none()
    _judge_units(table)
    task.account.require_none()
    return table


def _of_subjects(task: DerivationTask, options: Measurements, data: Dataset, selected: Mask) -> Mask:
    """Selected records of subjects of ADSL, and of the population."""
    subject, place = adsl_record(data, task.adsl), f"[derive.{task.name}]"
    unknown = selected & (subject < 0)
    if options.unknown_subjects == "exclude":
        effect = f"records of {data.name} whose subject is not in ADSL excluded"
        task.account.effect("unknown_subjects", "exclude", effect, data, unknown, unit="record")
    elif unknown.any():
        number = counted(int(unknown.sum()), "record")
        what = f"{number} of {data.name} of a subject who is not in ADSL"
        advice = 'correct ADSL, or declare unknown_subjects = "exclude"'
        task.account.problem(what, f"{place} dataset", advice, data, unknown)
    known = selected & (subject >= 0)
    if not options.population:
        return known
    members = meeting(task, options.population, task.adsl, f"{place} population")
    if not members.any():
        advice = correction(options.population, task.adsl)
        task.account.problem("no subject meets the condition", f"{place} population", advice)
    within: Mask = known & np.append(members, False)[subject]
    effect = f"records of {data.name} of other subjects are not derived"
    task.account.effect("population", options.population, effect, data, known & ~within, unit="record")
    return within


def _parameters(
    task: DerivationTask, options: Measurements, parts: MeasurementParts, data: Dataset, selected: Mask
) -> tuple[Codes, list[str]]:
    """The position of each record's parameter among all, -1 for none; and their PARAMCDs."""
    place, test = f"[derive.{task.name}]", f"{options.prefix}TESTCD"
    collected = collected_of(parts)
    codes = np.full(len(data), -1, dtype=np.intp)
    several = np.zeros(len(data), dtype=np.bool_)
    by_test = bool(options.param) or not all(collected.values())
    if by_test and test not in data:
        what = f"{test} is not present in {data.name}"
        task.account.problem(what, f"{place} dataset", did_you_mean(test, data.names))
        return codes, []
    for at, (name, where) in enumerate(collected.items()):
        measurement = parts.measurements[name]
        at_name = f"[measurement.{name}] {'collected' if measurement.expression else 'where'}"
        paramcd = paramcd_of(name, measurement)
        own = selected & (meeting(task, where, data, at_name) if where else data.equals(test, paramcd))
        if not own.any() and not measurement.may_be_empty:
            what = f"no record of {data.name} is of {paramcd}"
            advice = f"{correction(where, data) if where else _other_test(paramcd, data, test)}, or "
            task.account.problem(what, at_name, f"{advice}declare may_be_empty = true")
        several |= own & (codes >= 0)
        codes[own & (codes < 0)] = at
    if several.any():
        number = counted(int(several.sum()), "record")
        advice = "correct the conditions where of their tables"
        what = f"{number} of {data.name} of several parameters"
        task.account.problem(what, f"{place} dataset", advice, data, several)
    names = [paramcd_of(name, parts.measurements[name]) for name in collected]
    if options.param:
        _judge_calculated(task, parts, data, selected & (codes < 0), test)
        codes, names = _by_test(data, test, selected, codes, names)
    _judge_unmapped(task, options, data, selected & (codes < 0), test)
    return codes, names


def _other_test(paramcd: str, data: Dataset, test: str) -> str:
    known = did_you_mean(paramcd, (str(each) for each in data.distinct(test)))
    return f"{test} is never {paramcd} ({known}): write where"


def _judge_calculated(
    task: DerivationTask, parts: MeasurementParts, data: Dataset, others: Mask, test: str
) -> None:
    """Refuse records whose --TESTCD is a parameter that is calculated: it would be of both."""
    for name, measurement in parts.measurements.items():
        paramcd = paramcd_of(name, measurement)
        own = others & data.equals(test, paramcd)
        if measurement.expression and own.any():
            number = counted(int(own.sum()), "record")
            advice = (
                f"declare collected = \"{test} == '{paramcd}'\" if they are of it, name it otherwise, or "
                "omit them by where of the dataset"
            )
            what = f"{paramcd} is calculated, and {test} of {number} of {data.name}"
            task.account.problem(what, f"[measurement.{name}] expression", advice, data, own)


def _by_test(
    data: Dataset, test: str, selected: Mask, codes: Codes, names: list[str]
) -> tuple[Codes, list[str]]:
    """Records without a table are of the parameter that --TESTCD names."""
    distinct = data.distinct(test)
    all_names = list(dict.fromkeys([*names, *sorted(str(each) for each in distinct)]))
    position = {each: at for at, each in enumerate(all_names)}
    of_test = distinct.spread(np.array([position[str(each)] for each in distinct], dtype=np.intp), missing=-1)
    return np.where(selected & (codes < 0), of_test, codes), all_names


def _judge_unmapped(
    task: DerivationTask, options: Measurements, data: Dataset, unmapped: Mask, test: str
) -> None:
    if options.unmapped == "exclude":
        effect = f"records of {data.name} of no parameter excluded"
        task.account.effect("unmapped", "exclude", effect, data, unmapped, unit="record")
    elif unmapped.any():
        number = counted(int(unmapped.sum()), "record")
        advice = f'write [measurement.{_some_tests(data, unmapped, test)}], or declare unmapped = "exclude"'
        what = f"{number} of {data.name} of no parameter"
        task.account.problem(what, f"[derive.{task.name}] unmapped", advice, data, unmapped)


def _some_tests(data: Dataset, unmapped: Mask, test: str) -> str:
    if test not in data:
        return "PARAMCD"
    distinct = data.distinct(test)
    found = sorted(str(distinct[each]) for each in np.unique(distinct.codes[unmapped]) if each >= 0)
    more = ", …" if len(found) > _MANY else ""
    return "], [measurement.".join(found[:_MANY]) + more if found else "PARAMCD"


def _add_values(table: MeasurementTable, parts: MeasurementParts) -> None:
    """Derive AVAL, and AVALC where declared."""
    options, source, account = table.options, table.source, table.task.account
    variable, place = options.aval or f"{options.prefix}STRESN", f"{table.place} aval"
    parameters = Dataset.from_frame(table.columns["PARAMCD"].to_frame("PARAMCD"), table.task.name)
    own = {
        paramcd_of(name, each): (name, each.aval) for name, each in parts.measurements.items() if each.aval
    }
    aval = np.full(len(table), np.nan)
    if parameters.matching("PARAMCD", lambda each: each not in own).any():
        if variable not in source:
            advice = did_you_mean(variable, source.names)
            account.problem(f"{variable} is not present in {source.name}", place, advice)
        elif source.is_character(variable) and source.filled(variable).any():
            what = f"{variable} of {source.name} is not numeric"
            account.problem(what, place, "name a numeric variable, or convert it in the source")
        elif source.filled(variable).any():
            aval = source.numbers(variable)
    for paramcd, (name, text) in own.items():
        at = parameters.equals("PARAMCD", paramcd)
        found = _calculated(table, name, text, at)
        aval = np.where(at, rounded_to(parts.measurements[name].decimals, found), aval)
    table.add("AVAL", aval)
    if options.avalc != "none":
        _add_text(table, aval)


def _calculated(table: MeasurementTable, name: str, text: str, at: Mask) -> Numbers:
    """AVAL of one parameter, by arithmetic of the source."""
    place = f"[measurement.{name}] aval"
    arithmetic = compile_arithmetic(text, place)
    try:
        found, undefined = arithmetic.values(table.source), arithmetic.undefined(table.source)
    except ConfigurationError as wrong:
        table.task.account.problem(wrong.what, place, wrong.advice)
        return np.full(len(table), np.nan)
    table.effect(f"measurement.{name}: aval", text, "not defined: AVAL is missing", at & undefined)
    return found


def _add_text(table: MeasurementTable, aval: Numbers) -> None:
    """Derive AVALC from --STRESC."""
    variable = f"{table.options.prefix}STRESC"
    if variable not in table.source:
        what = f"{variable} is not present in {table.source.name}"
        advice = did_you_mean(variable, table.source.names)
        table.task.account.problem(what, f"{table.place} avalc", advice)
        return
    distinct = table.source.distinct(variable)
    codes = distinct.codes
    if table.options.avalc == "not_numeric":
        numbers = np.array([_number(str(each)) for each in distinct], dtype=np.float64)
        is_number = ~np.isnan(distinct.spread(numbers, missing=np.nan))
        codes = np.where(is_number & ~np.isnan(aval), -1, codes)
    table.add("AVALC", texts(codes, map(str, distinct)))


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")


def _judge_units(table: MeasurementTable) -> None:
    """Values of one parameter are in one unit."""
    options, source = table.options, table.source
    unit = options.unit or f"{options.prefix}STRESU"
    if unit not in source:
        if options.unit:
            what = f"{unit} is not present in {source.name}"
            table.task.account.problem(what, f"{table.place} unit", did_you_mean(unit, source.names))
        return
    units, parameters = source.distinct(unit), table.columns["PARAMCD"].cat
    pairs = pd.DataFrame({"parameter": parameters.codes.to_numpy(), "unit": units.codes})
    pairs = pairs[(pairs["unit"] >= 0) & ~np.isnan(table.columns["AVAL"].to_numpy())].drop_duplicates()
    mixed = pairs["parameter"].value_counts()
    mixed = mixed[mixed > 1].index.to_numpy()
    concerned = np.isin(parameters.codes.to_numpy(), mixed)
    if options.mixed_units == "keep":
        table.effect("mixed_units", "keep", "records of parameters with several units kept", concerned)
        return
    for code in np.sort(mixed):
        name = parameters.categories[code]
        found = sorted(str(units[each]) for each in pairs.loc[pairs["parameter"] == code, "unit"])
        what = f"{name} is in several units: {', '.join(found)}"
        advice = "convert them by aval, split the parameter by where, or declare mixed_units"
        own = parameters.codes.to_numpy() == code
        table.problem(what, f"{table.place} mixed_units", advice, own)
