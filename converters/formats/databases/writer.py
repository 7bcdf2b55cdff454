"""What a table of a database cannot hold; the file that a table is made of is Parquet of ours."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow.compute as pc

from ....schemas.study import columns
from ....schemas.study.dataset import Dataset
from ....schemas.study.variable import Variable
from ....schemas.wording import one_line
from ...values.address import Address
from ...values.arrow_columns import Shape, plain_texts, shape_of
from ..breaches import breaches_of_text
from ..format import Breach, Output, Writer
from ..parquet.writer import PARQUET
from ..planned_file import PlannedFile
from ..table_style import TableStyle
from .database import DRIVERS, Driver
from .place import DatabasePlace


def breaches(output: Output) -> Iterator[Breach]:
    """Everything of a dataset for which a database has no place, or that it would change without a word."""
    dataset = output.dataset
    address = Address(output.path)
    driver = DRIVERS[address.scheme]
    unfit = list(breaches_of_text(dataset))
    yield from unfit
    prefix = DatabasePlace.of(address.parent).prefix
    yield from _breaches_of_names(dataset, f"{prefix}{address.name}", driver)
    if "\0" in "".join([dataset.label, *(each.label for each in dataset.variables)]):
        yield Breach(dataset.name, "has a NUL character in a label")
    if not any(each.in_all for each in unfit):
        for variable in dataset.variables:
            yield from _breaches_of_values(dataset, variable, driver)


def _breaches_of_names(dataset: Dataset, table: str, driver: Driver) -> Iterator[Breach]:
    names = [each.name for each in dataset.variables]
    if len(names) > driver.most_columns:
        yield Breach(dataset.name, f"has {len(names):,} variables, more than {driver.most_columns:,}")
    if len(table.encode(errors="replace")) > driver.longest_name:
        yield Breach(dataset.name, f"its name, with the prefix, has more than {driver.longest_name} bytes")
    if driver.reserved and table.lower().startswith(driver.reserved):
        yield Breach(
            dataset.name,
            f"its name, with the prefix, begins with {driver.reserved}, which {driver.name} reserves",
        )
    for name in names:
        if len(name.encode(errors="replace")) > driver.longest_name:
            yield Breach(dataset.name, f"its name has more than {driver.longest_name} bytes", one_line(name))
        if "\0" in name:
            yield Breach(dataset.name, "has a NUL character in its name", one_line(name))


def _breaches_of_values(dataset: Dataset, variable: Variable, driver: Driver) -> Iterator[Breach]:
    match shape_of(dataset, variable):
        case Shape.TEXT:
            wrong = pc.match_substring(plain_texts(dataset[variable.name]), "\0").to_numpy(
                zero_copy_only=False
            )
            message = "contains text with a NUL character"
        case Shape.NUMBER if not driver.has_negative_zero:
            numbers = columns.numbers(dataset[variable.name])
            wrong = (numbers == 0) & np.signbit(numbers)
            message = f"contains -0.0, which {driver.name} does not have"
        case _:
            return
    if wrong.any():
        yield Breach(dataset.name, f"{message} (first in record {int(wrong.argmax()) + 1})", variable.name)


def plan(outputs: Sequence[Output]) -> list[PlannedFile]:
    return PARQUET.plan(outputs)


def _styled(style: TableStyle) -> Writer:
    return Writer(breaches, PARQUET.of_tables(style).plan)


TABLES = Writer(breaches, plan, _styled)
