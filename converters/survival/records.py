"""Which records are analysed: one parameter of one dataset, a population, a condition.

What is asked of a subject (population, condition, covariates) may be in the time-to-event dataset
or in ADSL; the time-to-event dataset comes first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ...schemas.conditions.grammar import Expression
from ...schemas.errors import ConfigurationError, Refused
from ...schemas.evidence.parameters import named, quotable_codes
from ...schemas.standards.structure import Structure
from ...schemas.study.columns import Mask
from ...schemas.study.dataset import Dataset
from ...schemas.study.study import Study
from ...schemas.wording import did_you_mean
from .subjects import listed, subjects_of

_NEEDED = ("USUBJID", "PARAMCD", "AVAL", "CNSR")


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Records of the dataset that are not analysed.

    Attributes
    ----------
    reason : str
    records : int
    """

    reason: str
    records: int


@dataclass(frozen=True, slots=True)
class SubjectsLeftOut:
    """Subjects in ADSL who are not counted, for one reason."""

    reason: str
    subjects: int


@dataclass(frozen=True, eq=False)
class AnalysedRecords:
    """The records to analyse.

    Attributes
    ----------
    data : Dataset
        Only these records, in their order, with the ADSL variables that were asked for.
    parameter : Dataset
        All records of the parameter.
    dataset : Dataset
        All records, those of other parameters among them.
    paramcd : str
    left_out : tuple of LeftOut
        All other records of the dataset, each under the first reason that applies.
    from_adsl : tuple of str
        Variables that came from ADSL.
    """

    data: Dataset
    parameter: Dataset
    dataset: Dataset
    paramcd: str
    left_out: tuple[LeftOut, ...]
    from_adsl: tuple[str, ...]


def dataset_with(study: Study, paramcd: str) -> Dataset:
    """The time-to-event dataset that holds a parameter.

    Raises
    ------
    ConfigurationError
        When no time-to-event dataset holds it.
    Refused
        When the study has no time-to-event dataset, several hold it, or it lacks a variable that the
        analysis cannot do without.
    """
    candidates = [dataset for dataset in study if _is_time_to_event(dataset)]
    if not candidates:
        names = ", ".join(dataset.name for dataset in study) or "the study is empty"
        raise Refused(
            "the study has no time-to-event dataset", names, "provide a dataset with PARAMCD, AVAL and CNSR"
        )
    parameters = {dataset.name: _parameters(dataset) for dataset in candidates}
    holding = [dataset for dataset in candidates if paramcd in parameters[dataset.name]]
    if len(holding) > 1:
        names = ", ".join(dataset.name for dataset in holding)
        raise Refused(
            f"{paramcd} is present in several datasets", names, "give only the files for this analysis"
        )
    if not holding:
        there = "; ".join(
            f"{each.name} contains {named(each)}" for each in candidates if parameters[each.name]
        )
        known = dict.fromkeys(code for each in candidates for code in quotable_codes(each))
        raise ConfigurationError(
            f"parameter {paramcd} is not present",
            there or f"{', '.join(parameters)}: PARAMCD is not present",
            did_you_mean(paramcd, known),
        )
    lacking = [name for name in _NEEDED if name not in holding[0]]
    if lacking:
        raise Refused(
            f"{', '.join(lacking)} {'is' if len(lacking) == 1 else 'are'} not present",
            holding[0].name,
            "a time-to-event dataset requires USUBJID, PARAMCD, AVAL and CNSR",
        )
    return holding[0]


def _is_time_to_event(dataset: Dataset) -> bool:
    return Structure.TTE in dataset.structure.lineage or ("PARAMCD" in dataset and "CNSR" in dataset)


def _parameters(dataset: Dataset) -> tuple[str, ...]:
    return tuple(map(str, dataset.distinct("PARAMCD"))) if "PARAMCD" in dataset else ()


def as_named(wanted: Iterable[str], dataset: Dataset, study: Study) -> tuple[str, ...]:
    """Variables as their datasets spell them, each once; one that is in neither stays as it was given."""
    homes = [dataset, *([study["ADSL"]] if "ADSL" in study else [])]

    def own(name: str) -> str:
        return next((home.variable(name).name for home in homes if name in home), name)

    return tuple(dict.fromkeys(map(own, wanted)))


def with_subject_level(
    dataset: Dataset, study: Study, wanted: Iterable[str]
) -> tuple[Dataset, tuple[str, ...]]:
    """A dataset with the variables it lacks taken from ADSL, and the names of those.

    A subject that is not in ADSL gets missing values.

    Raises
    ------
    ConfigurationError
        When a variable is in neither.
    Refused
        When ADSL has several records per subject, or no USUBJID.
    """
    lacking = tuple(name for name in as_named(wanted, dataset, study) if name not in dataset)
    if not lacking:
        return dataset, ()
    if "ADSL" not in study:
        raise ConfigurationError(
            f"{lacking[0]} is not present in {dataset.name}, and ADSL is not present",
            dataset.name,
            did_you_mean(lacking[0], dataset.frame.columns),
        )
    adsl = study["ADSL"]
    for name in lacking:
        if name not in adsl:
            known = dict.fromkeys([*dataset.frame.columns, *adsl.frame.columns])
            raise ConfigurationError(
                f"{name} is not present in {' or '.join(dict.fromkeys((dataset.name, 'ADSL')))}",
                dataset.name,
                did_you_mean(name, known),
            )
    place = _places_in(adsl, dataset)
    found = adsl.frame[list(lacking)].reindex(place)  # no record -1: missing
    found.index = dataset.frame.index
    frame = dataset.frame.assign(**{name: found[name] for name in lacking})
    variables = (*dataset.variables, *(adsl.variable(name) for name in lacking))
    return dataset.replace(frame=frame, variables=variables), lacking


def _places_in(adsl: Dataset, dataset: Dataset) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    """The ADSL record of each record's subject; -1 where there is none."""
    if "USUBJID" not in adsl:
        raise Refused("USUBJID is not present", "ADSL", "correct ADSL, or remove it from the inputs")
    known = adsl.distinct("USUBJID")
    counts = np.bincount(known.codes[known.codes >= 0], minlength=len(known))
    if (counts > 1).any():
        repeated = adsl.matching("USUBJID", set(known[counts > 1]).__contains__)
        raise Refused(
            "ADSL has several records per subject",
            listed(subjects_of(adsl, repeated)),
            "correct ADSL; it must have one record per subject",
        )
    record_of = np.full(len(known), -1, dtype=np.intp)
    at = np.flatnonzero(known.codes >= 0)
    record_of[known.codes[at]] = at
    mine = dataset.distinct("USUBJID")
    by_value = np.append(record_of, -1)[mine.positions_in(known)]
    return mine.spread(by_value, missing=-1)


def select(
    dataset: Dataset,
    study: Study,
    paramcd: str,
    *,
    condition: Expression | None = None,
    population: str | None = None,
    wanted: Sequence[str] = (),
) -> AnalysedRecords:
    """Choose the records to analyse.

    Parameters
    ----------
    dataset : Dataset
        As `dataset_with` finds it.
    study : Study
        For ADSL.
    paramcd : str
    condition : Expression, optional
        Records for which it is not true are left out.
    population : str, optional
        A flag; records without Y are left out.
    wanted : sequence of str
        Further variables that the table will need.

    Raises
    ------
    ConfigurationError
        When a variable is unknown, the population is no Y/N flag, or the condition compares what
        cannot be compared.
    Refused
        When no record is left.
    """
    needed = [*wanted, *([population] if population else []), *(condition.variables if condition else ())]
    joined, from_adsl = with_subject_level(dataset, study, needed)
    is_parameter = joined.equals("PARAMCD", paramcd)
    chosen = np.ones(len(joined), dtype=np.bool_)
    left_out = []
    for reason, keep in _steps(joined, is_parameter, condition, population):
        dropped = int(np.count_nonzero(chosen & ~keep))
        if dropped:
            left_out.append(LeftOut(reason, dropped))
        chosen &= keep
    if not chosen.any():
        reasons = "; ".join(f"{each.records} excluded ({each.reason})" for each in left_out)
        raise Refused(f"no {paramcd} records remain for analysis", f"{dataset.name}, {reasons}", _WIDER)
    parameter = only(joined, is_parameter)
    return AnalysedRecords(
        data=parameter if (chosen == is_parameter).all() else only(joined, chosen),
        parameter=parameter,
        dataset=joined,
        paramcd=paramcd,
        left_out=tuple(left_out),
        from_adsl=from_adsl,
    )


_WIDER = "widen the condition or the population"


def _steps(
    data: Dataset, is_parameter: Mask, condition: Expression | None, population: str | None
) -> Iterator[tuple[str, Mask]]:
    """Why a record may be left out, and the records that stay."""
    yield "other parameters", is_parameter
    if population:
        require_flag(data, population)
        yield f"{population} is not Y", data.equals(population, "Y")
    if condition:
        truth = condition.truth(data)
        yield "the condition is false", ~truth.false
        yield "the condition is undetermined because a value is missing", truth.true


def require_flag(data: Dataset, name: str) -> None:
    """Require a population flag.

    Raises
    ------
    ConfigurationError
        When it has values other than Y and N.
    """
    if not set(data.distinct(name).values) <= {"Y", "N"}:
        raise ConfigurationError(
            f"{name} is not a population flag: it has values other than Y and N",
            data.name,
            "use a flag such as SAFFL or ITTFL, or a condition",
        )


def only(data: Dataset, records: Mask) -> Dataset:
    """A dataset of some of the records, numbered again."""
    frame = data.frame.loc[records].reset_index(drop=True)
    return data.replace(frame=frame, special_missing={})
