"""Which tables of a specification are of a derived dataset, and what two of them would derive."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol, TypeVar

from ...schemas.errors import ConfigurationError


class OfDatasets(Protocol):
    """Options of a table that says of which datasets it is: of one, of several, or of the only one."""

    @property
    def dataset(self) -> str | tuple[str, ...]:
        """One name or several; empty for the only dataset that it may be of."""
        ...


_Options = TypeVar("_Options", bound=OfDatasets)


def datasets_of(options: OfDatasets) -> tuple[str, ...]:
    """The datasets that a table names."""
    named = options.dataset
    return tuple(named) if not isinstance(named, str) else (named,) if named else ()


def own_tables(tables: Mapping[str, _Options], dataset: str) -> dict[str, _Options]:
    """The tables of a dataset; those that name none are of it, since it is then the only one."""
    return {name: each for name, each in tables.items() if dataset in (datasets_of(each) or (dataset,))}


def require_derived_once(dataset: str, made: Iterable[tuple[str, str]]) -> None:
    """Check that no two tables of a dataset make the same.

    Parameters
    ----------
    dataset : str
    made : pairs of str
        The place of each table, and the variable or PARAMCD that it makes.

    Raises
    ------
    ConfigurationError
        Which names both tables.
    """
    places: dict[str, str] = {}
    for place, name in made:
        other = places.setdefault(name, place)
        if other != place:
            what = f"{name} of {dataset} is derived by {other}, too"
            raise ConfigurationError(what, place, "omit one of them, or write dataset or another name")


def tables_that_name(tables: Mapping[str, _Options], dataset: str) -> dict[str, _Options]:
    """The tables that name a dataset."""
    return {name: each for name, each in tables.items() if dataset in datasets_of(each)}
