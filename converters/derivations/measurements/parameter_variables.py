"""Variables that a parameter has in all its records: PARAM, PARAMN, and those that its table sets."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import numpy as np
import pandas as pd

from ....schemas.glance import listed
from ....schemas.wording import did_you_mean
from ..column_values import texts
from ..templates import composed, variables_in
from .measurement_table import MeasurementTable
from .options import ANY_DOMAIN
from .parts import MeasurementParts, paramcd_of


def declare_parameter_variables(table: MeasurementTable, parts: MeasurementParts) -> None:
    """Let PARAM, PARAMN and the variables of `set` be derived for all records that there are."""
    by_variable: dict[str, dict[str, str | float]] = {"PARAM": _titles(table, parts)}
    for name, measurement in parts.measurements.items():
        paramcd = paramcd_of(name, measurement)
        if measurement.paramn is not None:
            by_variable.setdefault("PARAMN", {})[paramcd] = float(measurement.paramn)
        for variable, value in measurement.set.items():
            by_variable.setdefault(variable, {})[paramcd] = value
    for variable, values in by_variable.items():
        table.later((variable,), partial(_add_by_parameter, table, variable, values), of_each_record=True)


def _add_by_parameter(table: MeasurementTable, variable: str, values: Mapping[str, str | float]) -> None:
    table.add(variable, _by_parameter(table, values))


def _by_parameter(table: MeasurementTable, values: Mapping[str, str | float]) -> pd.Series:
    """The value of each record's parameter."""
    parameters = table.columns["PARAMCD"].cat
    given = [values.get(each) for each in parameters.categories]
    if any(isinstance(each, str) for each in given):
        known = list(dict.fromkeys(str(each) for each in given if each is not None))
        codes = [-1 if each is None else known.index(str(each)) for each in given]
        return texts(np.array([*codes, -1], dtype=np.int32)[parameters.codes.to_numpy()], known)
    numbers = np.array([*given, None], dtype=np.float64)
    return pd.Series(numbers[parameters.codes.to_numpy()])


def _titles(table: MeasurementTable, parts: MeasurementParts) -> dict[str, str | float]:
    """PARAM by PARAMCD."""
    names = list(table.columns["PARAMCD"].cat.categories)
    templates = dict.fromkeys(names, (table.options.param, f"{table.place} param"))
    for name, measurement in parts.measurements.items():
        templates[paramcd_of(name, measurement)] = measurement.param, f"[measurement.{name}] param"
    found: dict[str, str | float] = {}
    for template, place in dict.fromkeys(templates.values()):
        own = [name for name, each in templates.items() if each == (template, place)]
        if not variables_in(template, place):
            found |= dict.fromkeys(own, template)
            continue
        written = _written(table, template, place)
        if written is not None:
            found |= _only_titles(table, own, written, place)
    return found


def _written(table: MeasurementTable, template: str, place: str) -> pd.Series | None:
    """PARAM of each record of the source; None where a variable is not present, which is noted."""
    template = template.replace(f"{{{ANY_DOMAIN}", f"{{{table.options.prefix}")
    absent = [each for each in variables_in(template, place) if each not in table.source]
    for each in absent:
        what, advice = f"{each} is not present in {table.source.name}", did_you_mean(each, table.source.names)
        table.task.account.problem(what, place, advice)
    return None if absent else composed(template, table.source)


def _only_titles(
    table: MeasurementTable, own: list[str], written: pd.Series, place: str
) -> dict[str, str | float]:
    """The one text that the records of each parameter have; several are a problem."""
    parameters, titles = table.columns["PARAMCD"].cat, written.cat
    codes, names = parameters.codes.to_numpy(), list(parameters.categories)
    pairs = pd.DataFrame({"parameter": codes, "title": titles.codes.to_numpy()})
    pairs = pairs[pairs["title"] >= 0].drop_duplicates()
    found: dict[str, str | float] = {}
    for name in own:
        at = names.index(name) if name in names else -1
        of_name = sorted(
            str(titles.categories[each]) for each in pairs.loc[pairs["parameter"] == at, "title"]
        )
        if len(of_name) > 1:
            what = f"{name} has several values of PARAM: {listed(tuple(of_name))}"
            table.problem(what, place, "split the parameter by where, or write its PARAM", codes == at)
        elif of_name:
            found[name] = of_name[0]
        else:
            what = f"{name} has no PARAM: a variable that it is composed of is missing"
            table.problem(what, place, f"write [measurement.{name}] with param", codes == at)
    return found
