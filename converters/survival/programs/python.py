"""How Python reads a table: what the programs of its tools share, and the layouts of no tool."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from ....schemas.study import columns
from ...formats import dataset_named
from ..arms import Arms
from .model import Model


def reading(file: str, frame: pd.DataFrame, _: Model) -> str:
    """The expression that reads the file by pandas."""
    return _by_pandas(file, frame)


def reading_by_adamgate(file: str, frame: pd.DataFrame, _: Model) -> str:
    """The expression that reads the file by adamgate, which every output format has."""
    return _by_adamgate(file, dataset_named(Path(file)), frame)


def reading_from_database(address: str, frame: pd.DataFrame, _: Model) -> str:
    """The expression that reads the table of a database, whose address ends with its name."""
    return _by_adamgate(address, address.rpartition("=")[2].upper(), frame)


def _by_adamgate(place: str, name: str, frame: pd.DataFrame) -> str:
    # Numbers are numbers in every dataset that is read, 1 for true; bool would make a missing value true.
    truths = [
        f'{text(each)}: "{"boolean" if frame[each].isna().any() else "bool"}"'
        for each in frame.columns
        if pd.api.types.is_bool_dtype(frame[each].dtype)
    ]
    return f"adamgate.read({text(place)})[{text(name)}].frame.astype({{{', '.join(truths)}}})"


def reading_with_arms(file: str, frame: pd.DataFrame, model: Model) -> str:
    """The statements that read the file as `t`, the arms as a category in their order."""
    return "; ".join(statements(file, frame, model))


def statements(file: str, frame: pd.DataFrame, model: Model) -> Iterator[str]:
    """The same, one by one."""
    yield f"t = {_by_pandas(file, frame)}"
    if model.arms is not None:
        arm, levels = text(model.arms.variable), _levels(frame, model.arms)
        yield f"t[{arm}] = pandas.Categorical(t[{arm}], {levels}, ordered=True)"


def _levels(frame: pd.DataFrame, arms: Arms) -> str:
    """The arms as values of their column."""
    if columns.is_character(frame[arms.variable]):
        return texts(arms.levels)
    # As the column has them: a number is shown to 15 digits only.
    numbers = np.unique(columns.numbers(frame[arms.variable]))
    exact = {f"{each:.15g}": repr(float(each)) for each in numbers}
    return f"[{', '.join(exact[each] for each in arms.levels)}]"


def _by_pandas(file: str, frame: pd.DataFrame) -> str:
    if Path(file).suffix.lower() == ".parquet":
        return f"pandas.read_parquet({text(file)})"
    # Without types pandas drops leading zeros of identifiers and takes the text NA for missing.
    kept = [f'{text(name)}: "str"' for name in frame.columns if columns.is_character(frame[name])]
    dates = [name for name in frame.columns if columns.is_date(frame[name])]
    parsed = f", parse_dates={texts(dates)}" if dates else ""
    # Python's own conversion: that of pandas before 3.1 is off by one unit in the last place at times.
    floats = [name for name in frame.columns if pd.api.types.is_float_dtype(frame[name].dtype)]
    exact = f'converters=dict.fromkeys({texts(floats)}, lambda x: float(x or "nan"))'
    options = f'dtype={{{", ".join(kept)}}}, keep_default_na=False, na_values=[""], {exact}{parsed}'
    return f"pandas.read_csv({text(file)}, {options})"


def compared_arms(arm: str) -> Iterator[str]:
    """The statements that give an arm other than the reference a column, where a subject is in it.

    A column of zeros would make the matrix of a Cox model singular: an arm may have no record of a parameter.
    """
    yield f"of_arm = compared[{arm}].cat.remove_unused_categories()"
    yield f'arms = pandas.get_dummies(of_arm, prefix={arm}, prefix_sep="=", dtype=float).iloc[:, 1:]'


HEAD = """\
import sys

if not sys.flags.safe_path:
    del sys.path[0]  # so that no program of this folder hides a package
"""
"""A program such as random.py would be imported in the place of what it is named like."""


def text(content: str) -> str:
    """A text in double quotes."""
    return f'"{"".join(map(_escaped, content))}"'


def _escaped(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    if character.isprintable():
        return character
    return f"\\u{ord(character):04x}" if ord(character) <= 0xFFFF else f"\\U{ord(character):08x}"


def texts(contents: Sequence[str]) -> str:
    return f"[{', '.join(map(text, contents))}]"
