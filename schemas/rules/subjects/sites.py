"""Rules about sites whose values are not like those of the others."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from ...evidence.site_factors import site_factors
from ...evidence.subjects import subject
from ...severity import Severity
from ...standards.structure import Structure
from ...study.columns import Codes
from ...study.dataset import Dataset
from ...study.study import Study
from ..readiness import readiness
from ..rule import Fault, Grain, NotApplicable, Yield

_VISITS = ("AVISIT", "AVISITN", "ATPT")
_ARMS = ("TRTA", "TRTP", "TRT01A", "TRT01P")


@readiness(
    "XD066",
    title="Values of a site are a multiple of those of the other sites",
    severity=Severity.WARNING,
    grain=Grain.DATASET,
    structures=(Structure.BDS,),
    excluded=(Structure.TTE,),
    needs=("USUBJID", "PARAMCD", "AVAL"),
    consults=("ADSL",),
)
def site_in_another_unit(data: Dataset, study: Study) -> Iterator[Yield]:
    """AVAL of a parameter at one site is a multiple, or a fraction, of what all other sites have.

    ## What it checks
    For each PARAMCD, and within visits (AVISIT, ATPT) and arms, the values of each site (SITEID, from the
    record or ADSL) against those of at least two other sites, by the middle value of each subject. A site is
    reported if its values are off by a factor of 2 or more, far beyond chance and beyond the differences
    between the other sites, and nearly all of its subjects are beyond those of the other sites. It is an
    error if none of its subjects is among the others and the factor is 5 or more.

    ## Not a fault
    Sites with one subject. Scores with few values, and parameters with negative values. Visits and arms of
    fewer than three sites.

    ## Why it matters
    The site, or its laboratory, reported in another unit, and it was not converted, or converted twice:
    means, changes and grades are wrong.

    ## Smallest fix
    Convert the values of the site; in raw exports, correct the unit or its factor.
    """
    of_subject = subject(data, study, "SITEID")
    if of_subject is None:
        yield NotApplicable("SITEID is present neither in the dataset nor in ADSL")
        return
    if data.is_character("AVAL"):
        yield NotApplicable("AVAL is character")
        return
    sites = of_subject.source.distinct("SITEID")
    site, subjects = of_subject.codes(), data.distinct("USUBJID").codes
    values = data.numbers("AVAL")
    alike = _alike(data, study)
    for code, records in _of_parameters(data):
        own = [each[records] for each in alike]
        for found in site_factors(values[records], subjects[records], site[records], own):
            mask = np.zeros(len(data), dtype=np.bool_)
            mask[records[found.records]] = True
            yield Fault(
                mask,
                ("AVAL", "SITEID"),
                f"AVAL at a site is about {found.told} that of the other sites",
                Severity.ERROR if found.clear else None,
                values=f"site {sites[found.site]}",
                parameter=code,
            )


def _alike(data: Dataset, study: Study) -> list[Codes]:
    """What values are compared within."""
    visits = [data.distinct(name).codes for name in _VISITS if name in data]
    arms = (subject(data, study, name) for name in _ARMS)
    arm = next((each for each in arms if each is not None), None)
    return visits if arm is None else [*visits, arm.codes()]


def _of_parameters(data: Dataset) -> Iterator[tuple[str, Codes]]:
    """Each PARAMCD with the positions of its records."""
    parameters = data.distinct("PARAMCD")
    order = np.argsort(parameters.codes, kind="stable")
    bounds = np.searchsorted(parameters.codes[order], np.arange(len(parameters) + 1))
    for code, (first, last) in enumerate(pairwise(bounds)):
        yield str(parameters[code]), order[first:last]
