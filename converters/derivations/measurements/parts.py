"""What a specification declares of one dataset of measurements."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..occurrence_flag_options import OccurrenceFlag
from ..own_tables import own_tables
from ..specification import Specification
from ..variable_options import AnalysisVariable
from .options import AnalysisVisit, DerivedRecords, Grade, Measurement


@dataclass(frozen=True, slots=True)
class MeasurementParts:
    """Tables of a specification, by the names that they have there.

    Attributes
    ----------
    measurements, visits, records, variables, flags, grades : mapping of name to options
    """

    measurements: Mapping[str, Measurement]
    visits: Mapping[str, AnalysisVisit]
    records: Mapping[str, DerivedRecords]
    variables: Mapping[str, AnalysisVariable]
    flags: Mapping[str, OccurrenceFlag]
    grades: Mapping[str, Grade]


def paramcd_of(name: str, measurement: Measurement) -> str:
    """PARAMCD of a table."""
    return measurement.paramcd or name


def collected_of(parts: MeasurementParts) -> dict[str, str]:
    """Tables of parameters that records of the source are of, each with its condition; "" for --TESTCD."""
    return {
        name: each.collected if each.expression else each.where
        for name, each in parts.measurements.items()
        if each.collected or not each.expression
    }


def parts_of(name: str, specification: Specification) -> MeasurementParts:
    """What is declared of a dataset."""
    return MeasurementParts(
        own_tables(specification.measurements, name),
        own_tables(specification.visits, name),
        own_tables(specification.records, name),
        own_tables(specification.variables, name),
        own_tables(specification.flags, name),
        own_tables(specification.grades, name),
    )
