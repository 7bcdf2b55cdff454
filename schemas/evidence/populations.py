"""The populations in ADSL: which one the subjects of a parameter or dataset are, and who of it is lost."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..errors import ConfigurationError
from ..study.columns import Mask
from ..study.dataset import Dataset
from .arms import ARMS, TREATED, lost_arms

POPULATIONS = tuple(f"{each}FL" for each in "FAS SAF ITT MITT PPROT RAND ENRL EFF EVAL PK".split())
"""Flags of the populations that a parameter may be about."""
_A_SITE = 5
"""A site of so many subjects is not lost by chance."""
_FEW_VALUES = 20
_DEFINES_NOTHING = re.compile(
    r"(USUBJID|SUBJID|DTH|LST|EOS|DCS|SITE|INV|COUNTRY|REGION|TRT\d\d|TRTSEQ|TR\d\dG|ARM|ACTARM)"
)
"""Variables in ADSL whose values may go with a loss of records, but define no subset."""


@dataclass(frozen=True, eq=False)
class Population:
    """Subjects in ADSL.

    Attributes
    ----------
    records : ndarray of int, shape (n_subjects,)
        How many records in ADSL each subject of it has in the population; one, where ADSL is sound.
    size : int
        Records in ADSL, also of no subject.
    total : int
        Subjects.
    """

    records: NDArray[np.intp]
    size: int
    total: int

    @classmethod
    def of(cls, mask: Mask, subjects: NDArray[np.intp]) -> Population:
        own = subjects[mask & (subjects >= 0)]
        records = np.bincount(own, minlength=int(subjects.max(initial=-1)) + 1)
        return cls(records, int(np.count_nonzero(mask)), int(np.count_nonzero(records)))

    def lacking(self, having: NDArray[np.intp]) -> int:
        """Its subjects that are not among these."""
        return self.total - int(np.count_nonzero(self.records[having]))

    def lost(self, having: NDArray[np.intp]) -> NDArray[np.intp]:
        """Those subjects, by their codes."""
        return np.setdiff1d(np.flatnonzero(self.records), having)

    def agreement(self, having: NDArray[np.intp], everybody: Population) -> float:
        """Records in ADSL of these subjects and in the population, as a share of those of either."""
        both = self.records[having].sum()
        either = self.size + everybody.records[having].sum() - both
        return float(both / either) if either else 0.0


def populations(adsl: Dataset) -> Iterator[tuple[str, Mask]]:
    """Populations in ADSL by flag, in the order they are preferred; all subjects, by no flag, last."""
    for variable in adsl.names:
        if variable in POPULATIONS and adsl.equals(variable, "Y").any():
            yield variable, adsl.equals(variable, "Y")
    yield "", np.ones(len(adsl), dtype=np.bool_)


def closest_population(
    having: NDArray[np.intp], populations: Mapping[str, Population], everybody: Population
) -> str:
    """Flag of the population that agrees best with the subjects who have a record; empty for all subjects."""
    return max(populations, key=lambda flag: populations[flag].agreement(having, everybody))


def declared_population(adsl: Dataset, flag: str) -> Mask:
    """Records in ADSL in a declared population.

    Raises
    ------
    ConfigurationError
        When ADSL does not have the flag.
    """
    if flag not in adsl:
        raise ConfigurationError(f"the declared population {flag} is not a variable in ADSL")
    return adsl.equals(flag, "Y")


def of_lost_arms(adsl: Dataset, having: NDArray[np.intp]) -> NDArray[np.intp]:
    """Records in ADSL of arms that have no record at all, which are not reported subject by subject."""
    if not any(name in adsl for name in ARMS) or not any(flag in adsl for flag in TREATED):
        return np.zeros(0, dtype=np.intp)
    lost = lost_arms(adsl, having)
    if not lost.any():
        return np.zeros(0, dtype=np.intp)
    arms = adsl.distinct(next(name for name in ARMS if name in adsl))
    return np.flatnonzero(arms.spread(lost, missing=False))


def is_defined(adsl: Dataset, population: Population, lost: NDArray[np.intp]) -> bool:
    """Whether a variable in ADSL tells subjects with a record from those without: the parameter is of a
    subset."""
    subjects = adsl.distinct("USUBJID").codes
    in_population = (subjects >= 0) & (population.records[subjects] > 0)
    without = in_population & np.isin(subjects, lost)
    having_one = in_population & ~without
    for name in adsl.names:
        if _DEFINES_NOTHING.match(name):
            continue
        filled = adsl.filled(name)
        if filled[having_one].all() and not filled[without].any():
            return True
        if adsl.is_character(name):
            values = adsl.distinct(name)
            with_record, others = np.unique(values.codes[having_one]), np.unique(values.codes[without])
            if len(values) <= _FEW_VALUES and not len(np.intersect1d(with_record, others)):
                return True
    return False


def whole_sites(adsl: Dataset, population: Population, lost: NDArray[np.intp]) -> int:
    """Number of sites of some size of whose subjects in the population none has a record."""
    if "SITEID" not in adsl:
        return 0
    subjects, sites = adsl.distinct("USUBJID").codes, adsl.distinct("SITEID")
    own = (subjects >= 0) & (population.records[subjects] > 0) & (sites.codes >= 0)
    size = np.bincount(sites.codes[own], minlength=len(sites))
    without = np.bincount(sites.codes[own & np.isin(subjects, lost)], minlength=len(sites))
    return int(np.count_nonzero((size >= _A_SITE) & (without == size)))
