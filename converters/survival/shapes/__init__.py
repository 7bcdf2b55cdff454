"""What an analysis table may look like: one folder for each shape, one entry for each in `SHAPES`.

Needs no pandas: what makes a table is imported when one of its shape is made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol, cast

from ....schemas.errors import ConfigurationError
from ....schemas.kinds import ListOf, checked, text
from ....schemas.options import DeclaredOption, options_of
from .competing_risks import CompetingRisksOptions
from .counting_process import CountingProcessOptions
from .delayed_entry import DelayedEntryOptions
from .interval import IntervalOptions
from .landmark import LandmarkOptions
from .multi_state import MultiStateOptions
from .one_record import OneRecordOptions
from .options import TableOptions
from .person_time import PersonTimeOptions
from .wide import WideOptions

if TYPE_CHECKING:
    from ....schemas.study.columns import Mask, Numbers
    from ....schemas.study.dataset import Dataset
    from ....schemas.study.study import Study
    from ..arms import Arms
    from ..programs.model import Model
    from ..records import AnalysedRecords
    from .analysed import Analysed, Built
    from .columns import TableColumn


class ShapeModule(Protocol):
    """What the module of a shape has.

    Attributes
    ----------
    REFUSES : mapping of str to callable
        Faults of AVAL and CNSR with which no such table is made, in words, and the records that have them.

    Notes
    -----
    A shape whose records are not all of parameters has `sources`, too: options and study to the datasets, as
    `analysed.TableSource`.
    """

    REFUSES: Mapping[str, Callable[[Numbers, Numbers], Mask]]

    def columns_of(self, options: Any) -> Sequence[TableColumn]:
        """What every table with these options has, before arm and covariates."""
        ...

    def of_records(self, options: Any, dataset: Dataset, study: Study) -> tuple[str, ...]:
        """Variables of the dataset or ADSL that each record needs, but for those of every shape."""
        ...

    def arms(self, records: AnalysedRecords, study: Study, options: Any) -> Arms | None:
        """The arms that the table compares."""
        ...

    def require_analysable(self, records: AnalysedRecords, options: Any) -> None:
        """Refuse records of which no such table can be made, whatever the unit of its durations."""
        ...

    def build(self, analysed: Sequence[Analysed], study: Study, options: Any) -> Built:
        """The table, of one parameter or several."""
        ...

    def model(self, options: Any) -> Model:
        """What programs fit to the table, but for its arms."""
        ...

    def conventions(self, analysed: Sequence[Analysed], options: Any) -> Iterator[str]:
        """What a reader of the table must know beside units and polarity, in sentences."""
        ...


@dataclass(frozen=True, slots=True)
class TableShape:
    """One shape.

    Attributes
    ----------
    name : str
    summary : str
        In one line.
    options : type
        The dataclass of its options.
    module : str
        A `ShapeModule`, as ".one_record.table".
    """

    name: str
    summary: str
    options: type[TableOptions]
    module: str

    def load(self) -> ShapeModule:
        return cast("ShapeModule", import_module(self.module, __name__))


SHAPES: Mapping[str, TableShape] = {
    each.name: each
    for each in (
        TableShape("one-record", "one record per subject", OneRecordOptions, ".one_record.table"),
        TableShape("wide", "one record per subject, several parameters", WideOptions, ".wide.table"),
        TableShape(
            "delayed-entry",
            "one record per subject, at risk from a later day on",
            DelayedEntryOptions,
            ".delayed_entry.table",
        ),
        TableShape(
            "landmark",
            "one record per subject at risk after a landmark, time from the landmark",
            LandmarkOptions,
            ".landmark.table",
        ),
        TableShape(
            "person-time",
            "one record per subject and interval of follow-up",
            PersonTimeOptions,
            ".person_time.table",
        ),
        TableShape(
            "counting-process",
            "one record per subject and interval between events and changes of covariates",
            CountingProcessOptions,
            ".counting_process.table",
        ),
        TableShape(
            "competing-risks",
            "one record per subject, the first event and its cause",
            CompetingRisksOptions,
            ".competing_risks.table",
        ),
        TableShape(
            "multi-state",
            "one record per subject and interval in one of several states",
            MultiStateOptions,
            ".multi_state.table",
        ),
        TableShape(
            "interval",
            "one record per subject, the event between two assessments",
            IntervalOptions,
            ".interval.table",
        ),
    )
}
DEFAULT_SHAPE = "one-record"


def shapes_with(name: str) -> tuple[str, ...]:
    """The shapes that have an option."""
    return tuple(
        shape.name for shape in SHAPES.values() if name in {each.name for each in options_of(shape.options)}
    )


def all_options() -> Mapping[str, DeclaredOption]:
    """The options of all shapes, each once, by name; those that only some have come last.

    Where one shape takes one value and another several, several may be given. Where they take values of
    different kinds, a text may be given, which is checked when the shape is known.
    """
    found: dict[str, DeclaredOption] = {}
    for each in (each for shape in SHAPES.values() for each in options_of(shape.options)):
        known = found.setdefault(each.name, each)
        if isinstance(each.kind, ListOf):
            found[each.name] = each
        elif known.kind != each.kind and not isinstance(known.kind, ListOf):
            found[each.name] = replace(known, kind=text)
    first = {each.name for each in options_of(OneRecordOptions)}
    return dict(sorted(found.items(), key=lambda pair: pair[0] not in first))


class HasOptions(Protocol):
    """What has a name and a dataclass of options."""

    @property
    def name(self) -> str: ...

    @property
    def options(self) -> type: ...


def options_given(shape: HasOptions, given: Mapping[str, Any], asked_by: Callable[[str], str]) -> Any:
    """The options of a shape from what was given of those of all.

    Parameters
    ----------
    shape : TableShape or TableSummary
    given : mapping of name to value
        Only what was given.
    asked_by : callable
        Name of an option to how a user spells it there: "--cut".

    Raises
    ------
    ConfigurationError
        When an option of another shape is given, or one is lacking.
    """
    own = {each.name: each for each in options_of(shape.options)}
    for name in given:
        if name not in own:
            raise ConfigurationError(
                f"{asked_by(name)} is not an option of the shape {shape.name}",
                asked_by(name),
                f"omit it, or use --shape {' or '.join(shapes_with(name))}",
            )
    for each in own.values():
        if each.required and each.name not in given:
            raise ConfigurationError(
                f"the shape {shape.name} needs {asked_by(each.name)}",
                asked_by(each.name),
                f"add {asked_by(each.name)}: {each.help}",
            )
    return shape.options(**{name: _one(own[name], value, asked_by(name)) for name, value in given.items()})


def _one(declared: DeclaredOption, value: Any, asked: str) -> Any:
    """A value, of several where the shape takes one; checked where the shape alone says its kind."""
    if isinstance(value, tuple) and declared.kind is text:
        if len(value) > 1:
            raise ConfigurationError(
                f"{asked} is given {len(value)} times", asked, "give one, or use --shape wide"
            )
        return value[0]
    of_all = all_options().get(declared.name, declared)
    if isinstance(value, str) and of_all.kind is text and declared.kind is not text:
        return checked(value, declared.kind, declared.name, asked)
    return value


def own_options(options: Any) -> dict[str, Any]:
    """The options that the shape alone has, and what they are set to."""
    common = {each.name for each in fields(TableOptions)} | {"param"}
    return {each.name: getattr(options, each.name) for each in fields(options) if each.name not in common}
