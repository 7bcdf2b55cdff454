"""What a table means, in a JSON file beside it: nobody has to guess a unit or a polarity."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import version
from typing import Any

import numpy as np
import pandas as pd

from ...schemas.evidence.identifiers import WITHHELD, is_identifier
from ...schemas.glance import Glance, Glanced, Row
from ...schemas.study import columns
from ...schemas.study.dataset import Dataset
from ...schemas.study.study import Study
from ...schemas.wording import counted
from .arms import Arms
from .gate_entry import GateEntry
from .records import AnalysedRecords, LeftOut, SubjectsLeftOut
from .time_scale import TimeScale

SCHEMA_VERSION = "1.4"

POLARITY = (
    "event is true where CNSR == 0; any other CNSR is a censored record, and its value is the reason code"
)

_ZERO = (
    "Kaplan-Meier and Cox in R, SAS, lifelines and scikit-survival keep them; Stata's stset excludes them; "
    "parametric models (R survreg, lifelines WeibullFitter) reject them"
)


@dataclass(frozen=True, slots=True)
class TimeEntry:
    """How durations came about.

    Attributes
    ----------
    unit : str
        Of `duration`.
    days_per_unit : float or None
        None where `duration` is AVAL and the data do not settle it, as with calendar months.
    duration : str
        What `duration` is: "AVAL", or a formula.
    aval_unit, aval_unit_found_by : str
        The unit of AVAL, and what states it; empty where durations are between dates, without AVAL.
    aval_formula : str or None
        How the dates make AVAL, "or" between formulas that fit equally well; None where the dates do
        not make it, or are not present.
    offset : int or None
        Days that the formula adds, 0 or 1; None where there is no formula, or they differ.
    decimals : int or None
        Decimals that AVAL is rounded to; None where it is not rounded, or as for the offset.
    aval_exceptions : int
        Records with both dates whose AVAL is not what the formula gives; their AVAL is kept.
    aval_days_per_unit : float or None
        Days of one unit of AVAL; None where they were not needed and the data do not settle them.
    aval_days_per_unit_found_by : str or None
        What shows them: "definition" for days and weeks, "the dates ADT and STARTDT", …; "assumed" where
        the data show nothing.
    from_aval, from_dates : int
        Records whose duration is AVAL, as it is or converted, and records counted from their dates.
    """

    unit: str
    days_per_unit: float | None
    duration: str
    aval_unit: str
    aval_unit_found_by: str
    aval_formula: str | None
    offset: int | None
    decimals: int | None
    aval_exceptions: int
    aval_days_per_unit: float | None
    aval_days_per_unit_found_by: str | None
    from_aval: int
    from_dates: int


@dataclass(frozen=True, slots=True)
class ColumnEntry:
    """One column of the table; `missing` counts the subjects without a value, whom a model leaves out."""

    name: str
    type: str
    label: str
    source: str
    missing: int


@dataclass(frozen=True, slots=True)
class Counts:
    """Subjects of the table, or of one arm; of events that recur all events, and the censored records."""

    subjects: int
    events: int
    censored: int


@dataclass(frozen=True, slots=True)
class ReasonEntry:
    """Subjects with one CNSR and one reason."""

    cnsr: int
    reason: str | None
    event: bool
    subjects: int


@dataclass(frozen=True, slots=True)
class CauseEntry:
    """Subjects with one cause of the event, of a table with competing risks.

    Attributes
    ----------
    status : int
        Its number in the table, from 1.
    cause : str
    condition : str
        Which records have it, in words.
    subjects : int
    censored_by_cnsr : int
        Those of them whose CNSR is not 0.
    undetermined : int
        Censored records for which the condition is neither true nor false, as a value is missing.
    """

    status: int
    cause: str
    condition: str
    subjects: int
    censored_by_cnsr: int
    undetermined: int


@dataclass(frozen=True, slots=True)
class PolicyEntry:
    """Subjects to whom a rule of the table was applied, also when there are none."""

    policy: str
    subjects: int


@dataclass(frozen=True, slots=True)
class ArmEntry:
    """One arm; `arm` is None for subjects without one, which a comparison of arms leaves out."""

    arm: str | None
    counts: Counts


@dataclass(frozen=True, slots=True)
class ArmOrderEntry:
    """The order of the arms.

    Attributes
    ----------
    levels : tuple of str
        By name where no order is known.
    reference : str or None
        The arm that the others are compared with: the first; None where no order is known.
    found_by : str or None
        What gives the order: "TRT01PN", "arm_order", "reference".
    lacking : str or None
        Why no order is known.
    """

    levels: tuple[str, ...]
    reference: str | None
    found_by: str | None
    lacking: str | None


@dataclass(frozen=True, slots=True)
class StratumEntry:
    """Subjects of one stratum.

    Attributes
    ----------
    values : tuple of str or None
        Of the stratification variables, in their order; None where missing.
    counts : Counts
    arms : int or None
        Number of arms that its subjects have; None where no arm is asked for.
    """

    values: tuple[str | None, ...]
    counts: Counts
    arms: int | None


@dataclass(frozen=True, slots=True)
class ZeroDurations:
    """Subjects whose duration is zero, and what tools do with them."""

    subjects: int
    effect: str = _ZERO


@dataclass(frozen=True, slots=True)
class ShapeEntry:
    """What the table looks like.

    Attributes
    ----------
    name : str
        "one-record".
    options : mapping of name to value
        Those that the shape alone has.
    conventions : tuple of str
        What a reader must know of it, in sentences.
    """

    name: str
    options: Mapping[str, Any]
    conventions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SelectionEntry:
    """What was asked for, and what was left out of the dataset.

    Attributes
    ----------
    where, population : str or None
    left_out : tuple of LeftOut
        Records of the dataset.
    subjects_without_record : int or None
        Subjects of the population, by ADSL, for whom the dataset has no record of the parameter; None
        where no population was asked for or ADSL does not have its flag. Of a table with a record for each
        subject in ADSL and one parameter: those whose cells are missing.
    subjects_left_out : tuple of SubjectsLeftOut
        Subjects in ADSL, of a table with a record for each of them.
    """

    where: str | None
    population: str | None
    left_out: tuple[LeftOut, ...]
    subjects_without_record: int | None = None
    subjects_left_out: tuple[SubjectsLeftOut, ...] = ()


@dataclass(frozen=True, slots=True)
class InputEntry:
    """A dataset of the study, its file and the hash of the file's bytes."""

    dataset: str
    file: str
    sha256: str


@dataclass(frozen=True, slots=True)
class ParameterEntry:
    """One parameter of a table that has several; see `Codebook` for what each attribute is.

    Attributes
    ----------
    dataset, paramcd, param : str
    time : TimeEntry
    counts : Counts
        Of the subjects with a record.
    reasons : tuple of ReasonEntry
    arms : tuple of ArmEntry
    strata : tuple of StratumEntry
    zero_durations : ZeroDurations
    left_out : tuple of LeftOut
    subjects_without_record : int
        Subjects of the table whose cells of the parameter are missing.
    """

    dataset: str
    paramcd: str
    param: str
    time: TimeEntry
    counts: Counts
    reasons: tuple[ReasonEntry, ...]
    arms: tuple[ArmEntry, ...]
    strata: tuple[StratumEntry, ...]
    zero_durations: ZeroDurations
    left_out: tuple[LeftOut, ...]
    subjects_without_record: int


@dataclass(frozen=True, slots=True, repr=False)
class Codebook(Glanced):
    """Everything a reader of a table must know.

    `parameters` has `time`, `counts`, `reasons`, `arms`, `strata` and `zero_durations` by parameter; the
    attributes of these names have them where there is one.

    Attributes
    ----------
    dataset, paramcd, param : str
    shape : ShapeEntry
    polarity : str
        What `event` is, in terms of CNSR where the data have it.
    time : TimeEntry or None
    columns : tuple of ColumnEntry
    subjects : int
        Subjects of the table.
    counts : Counts or None
    reasons : tuple of ReasonEntry
        By CNSR and reason.
    arm : str or None
        The variable that holds the arm.
    arm_order : ArmOrderEntry or None
    arms : tuple of ArmEntry
        In that order; subjects without an arm last.
    stratification : tuple of str
        The stratification variables.
    strata : tuple of StratumEntry
    zero_durations : ZeroDurations or None
    parameters : tuple of ParameterEntry
    selection : SelectionEntry
    gate : GateEntry
    inputs : tuple of InputEntry
    versions : mapping of name to version
    causes : tuple of CauseEntry
        Of a table with competing risks.
    policies : tuple of PolicyEntry
        Rules of the shape that were applied to subjects.
    """

    dataset: str
    paramcd: str
    param: str
    shape: ShapeEntry
    polarity: str
    time: TimeEntry | None
    columns: tuple[ColumnEntry, ...]
    subjects: int
    counts: Counts | None
    reasons: tuple[ReasonEntry, ...]
    arm: str | None
    arm_order: ArmOrderEntry | None
    arms: tuple[ArmEntry, ...]
    stratification: tuple[str, ...]
    strata: tuple[StratumEntry, ...]
    zero_durations: ZeroDurations | None
    parameters: tuple[ParameterEntry, ...]
    selection: SelectionEntry
    gate: GateEntry
    inputs: tuple[InputEntry, ...]
    versions: Mapping[str, str]
    causes: tuple[CauseEntry, ...] = ()
    policies: tuple[PolicyEntry, ...] = ()

    def _glance(self) -> Glance:
        rows = self.at_a_glance()
        return Glance((f"Codebook of {self.subject}",), rows, len(rows))

    @property
    def subject(self) -> str:
        """What the table is about: "ADTTE OS"."""
        return f"{self.dataset} {self.paramcd}"

    def at_a_glance(self) -> list[Row]:
        """What a notebook shows of it: no reason, no arm, which are values of records."""
        several = [("subjects", f"{self.subjects:,}")] if len(self.parameters) > 1 else []
        of_parameters = [_counted(each, each.paramcd if several else "subjects") for each in self.parameters]
        durations = [("duration", f"in {self.time.unit}: {self.time.duration}")] if self.time else []
        return [*several, *of_parameters, *durations, ("gate", self.gate.verdict)]

    def document(self) -> dict[str, Any]:
        """The codebook as JSON knows it; the same for the same data, without any clock."""
        content = asdict(self)
        if len(self.parameters) == 1:  # the codebook itself has all of it
            del content["parameters"]
        for key in ("causes", "policies"):  # of shapes that have any
            if not content[key]:
                del content[key]
        return {"schema_version": SCHEMA_VERSION, **content}


def _counted(entry: ParameterEntry, name: str) -> Row:
    counts = entry.counts
    events = f"{counted(counts.events, 'event')}, {counts.censored:,} censored"
    return name, f"{counts.subjects:,}: {events}"


def subjects_without_record(study: Study, selection: AnalysedRecords, population: str | None) -> int | None:
    """Subjects of a population, by ADSL, for whom the dataset has no record of the parameter."""
    if population is None or "ADSL" not in study:
        return None
    adsl = study["ADSL"]
    if population not in adsl or "USUBJID" not in adsl:
        return None
    subjects = adsl.distinct("USUBJID")
    codes = subjects.codes[adsl.equals(population, "Y")]
    members = set(subjects[codes[codes >= 0]])
    return len(members.difference(selection.parameter.distinct("USUBJID").values))


def param_of(data: Dataset) -> str:
    """PARAM of some records, unless it names a subject."""
    if "PARAM" not in data:
        return ""
    return "; ".join(sorted({naming_nobody(data, str(each)) for each in data.distinct("PARAM")}))


def naming_nobody(data: Dataset, text: str) -> str:
    """A text of the data, unless it is a subject's identifier and no description at all."""
    return WITHHELD if is_identifier(data, text) else text


def time_entry(scale: TimeScale) -> TimeEntry:
    """How durations came about."""
    formulas = scale.formulas
    return TimeEntry(
        unit=str(scale.unit),
        days_per_unit=scale.days_per_unit,
        duration=scale.made_from,
        aval_unit=str(scale.aval_unit),
        aval_unit_found_by=scale.found_by,
        aval_formula=f"AVAL = {', or '.join(map(str, formulas))}" if formulas else None,
        offset=_agreed({formula.offset for formula in formulas}),
        decimals=_agreed({formula.decimals for formula in formulas}),
        aval_exceptions=scale.exceptions,
        aval_days_per_unit=scale.length.days if scale.length else None,
        aval_days_per_unit_found_by=scale.length.found_by if scale.length else None,
        from_aval=len(scale.durations) - scale.from_dates,
        from_dates=scale.from_dates,
    )


def _agreed(values: set[int | None]) -> int | None:
    return values.pop() if len(values) == 1 else None


def arm_order_entry(arms: Arms) -> ArmOrderEntry:
    """The order of the arms."""
    return ArmOrderEntry(arms.levels, arms.reference, arms.found_by or None, arms.lacking or None)


def versions() -> Mapping[str, str]:
    """Of what makes a table."""
    return {"adamgate": version("adamgate"), "pandas": pd.__version__, "numpy": np.__version__}


def column_entries(
    table: Dataset, made_from: Mapping[str, str], dataset: str, *, by_subject: bool = False
) -> Iterator[ColumnEntry]:
    """The columns of a table; `by_subject` where one that has several records is missing once."""
    for each in table.variables:
        column, source = table[each.name], made_from.get(each.name, f"{dataset}.{each.name}")
        lacking = column.isna()
        missing = table["USUBJID"][lacking].nunique() if by_subject and lacking.any() else lacking.sum()
        yield ColumnEntry(each.name, column_type(column), each.label, source, int(missing))


def column_type(column: pd.Series) -> str:
    """What a codebook calls the values of a column."""
    if columns.is_date(column):
        return "date"
    if columns.is_character(column):
        return "text"
    if pd.api.types.is_bool_dtype(column.dtype):
        return "boolean"
    return "integer" if pd.api.types.is_integer_dtype(column.dtype) else "float"


def input_entries(study: Study) -> Iterator[InputEntry]:
    """Every dataset of the study: the verdict is on all of them."""
    for dataset in study:
        source = dataset.source
        if source is not None:
            yield InputEntry(dataset.name, source.path.name, source.sha256)
