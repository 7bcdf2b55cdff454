"""Sites whose values of a parameter are those of all other sites times a factor, as of another unit.

Values are compared on the log scale, each with the median of its parameter, visit and arm; what a subject
has in the middle counts once, however many records that are. A site stands out if nearly all of its subjects
are beyond those of the other sites, by far more than chance and than these differ among each other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..study.columns import Codes, Mask, Numbers

FACTOR = 2.0
"""The least that is a factor: assays of laboratories differ by less."""
_SUBJECTS, _OTHERS, _SITES = 2, 8, 2
"""Subjects of the site, subjects and sites beside it, that are needed at least."""
_FEW = 4
"""Of fewer subjects all must be beyond those of all others."""
_DISTINCT = 8
"""Values that a measurement has at least; fewer are scores."""
_NEGATIVE = 0.01
"""Share of negative values with which a parameter is no amount."""
_BEYOND = 0.9
_ERRORS, _ERRORS_OF_LARGE = 5.0, 3.5
"""By how many standard errors a factor is beyond chance, and a large one, as of another unit."""
_SPREADS = 2.0
_LEAST_SPREAD = 0.02
_LARGE = 5.0
"""A factor as of another unit."""
_ROUND = 0.2
"""How far from a power of ten, on the log scale, a factor is still reported as that power."""


@dataclass(frozen=True, eq=False)
class SiteFactor:
    """One site of which the values are off.

    Attributes
    ----------
    site : int
        Its code.
    factor : float
        Of the middle of its values.
    clear : bool
        None of its subjects is among those of the other sites, and the factor is large.
    records : ndarray of bool, shape (n_records,)
    """

    site: int
    factor: float
    clear: bool
    records: Mask

    @property
    def told(self) -> str:
        """ "10 times", "1/1,000 of"."""
        power = np.log10(self.factor)
        near = 10.0 ** round(power) if abs(power - round(power)) <= _ROUND else self.factor
        number = near if near >= 1 else 1 / near
        words = f"{number:,.0f}" if number >= 10 else f"{number:.2g}"
        return f"{words} times" if near >= 1 else f"1/{words} of"


def site_factors(
    values: Numbers, subject: Codes, site: Codes, alike: Sequence[Codes]
) -> Iterator[SiteFactor]:
    """The sites of one parameter whose values are off.

    Parameters
    ----------
    values : ndarray of float, shape (n_records,)
    subject, site : ndarray of int, shape (n_records,)
        Codes; -1 where missing.
    alike : sequence of ndarray of int, each of shape (n_records,)
        Codes of what values are compared within: visit, arm.
    """
    known = ~np.isnan(values) & np.isfinite(values)
    judged = known & (values > 0) & (subject >= 0) & (site >= 0)
    (at,) = np.nonzero(judged)
    if (values[known] < 0).sum() > _NEGATIVE * known.sum() or len(np.unique(values[at])) < _DISTINCT:
        return
    apart = _apart(np.log10(values[at]), [site[at], *(each[at] for each in alike)])
    by_subject = pd.DataFrame({"site": site[at], "subject": subject[at], "apart": apart}).dropna()
    middle = by_subject.groupby(["site", "subject"], sort=True)["apart"].median().reset_index()
    sites, own = middle["site"].to_numpy(), middle["apart"].to_numpy()
    for each in np.unique(sites):
        found = _factor(own[sites == each], own[sites != each], sites[sites != each])
        if found is not None:
            yield SiteFactor(int(each), *found, judged & (site == each))


def _apart(logs: Numbers, groups: Sequence[Codes]) -> Numbers:
    """How far each value is from the middle of the sites for its visit and arm; NaN where few have these."""
    names = [str(at) for at in range(len(groups))]
    alike = names[1:]  # the first is the site
    frame = pd.DataFrame({"logs": logs, **dict(zip(names, groups, strict=True))})
    of_sites = frame.groupby(names, sort=False)["logs"].median().reset_index()
    if not alike:
        return logs - float(of_sites["logs"].median())
    middles = of_sites.groupby(alike, sort=False)["logs"].agg(["median", "size"])
    joined = frame.join(middles, on=alike)
    return np.where(joined["size"] > _SITES, logs - joined["median"], np.nan)


def _factor(own: Numbers, others: Numbers, their_sites: Codes) -> tuple[float, bool] | None:
    """The factor between the subjects of a site and the others, and whether it is clear; None without one."""
    if len(own) < _SUBJECTS or len(others) < _OTHERS or len(np.unique(their_sites)) < _SITES:
        return None
    middle = float(np.median(others))
    shift = float(np.median(own)) - middle
    if abs(shift) < np.log10(FACTOR):
        return None
    spread = max(1.4826 * float(np.median(np.abs(others - middle))), _LEAST_SPREAD)
    error = 1.2533 * spread * float(np.sqrt(1 / len(own) + 1 / len(others)))
    medians = pd.Series(others).groupby(their_sites).agg(["median", "size"])
    firm = medians.loc[medians["size"] >= _FEW, "median"].to_numpy()
    between = float(np.abs(firm - middle).max(initial=0.0))
    is_large = abs(shift) >= np.log10(_LARGE)
    least = (_ERRORS_OF_LARGE if is_large else _ERRORS) * error
    if abs(shift) < max(least, _SPREADS * between):
        return None
    direction = np.sign(shift)
    ranked = np.sort(direction * others)
    beyond = np.searchsorted(ranked, direction * own) / len(ranked)
    apart = bool((beyond >= 1).all())
    if not apart and (len(own) < _FEW or beyond.mean() < _BEYOND):
        return None
    return float(10.0**shift), apart and is_large
