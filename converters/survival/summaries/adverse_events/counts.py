"""Events and subjects by term and group, counted over all rows at once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from .....schemas.study.columns import Codes, Numbers
from .events import Events
from .population import Denominators
from .terms import Terms

Counted = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Occurrences:
    """Each event as often as it counts: in the row of each level, in its arm and in the total.

    Attributes
    ----------
    term, group, subject, event : ndarray of int, shape (n_occurrences,)
        Rows, groups, positions in ADSL, and the number of the event.
    n_terms, n_groups, n_subjects : int
    """

    term: Codes
    group: Codes
    subject: Codes
    event: Codes
    n_terms: int
    n_groups: int
    n_subjects: int

    @property
    def cell(self) -> Codes:
        """Term and group of each as one number."""
        found: Codes = self.term * self.n_groups + self.group
        return found

    def table(self, cells: Codes, weights: Numbers | None = None) -> NDArray[np.float64]:
        """Sums by term and group, shape (n_terms, n_groups)."""
        sums = np.bincount(cells, weights=weights, minlength=self.n_terms * self.n_groups)
        return sums.reshape(self.n_terms, self.n_groups).astype(np.float64)

    @property
    def events(self) -> Counted:
        """Events, shape (n_terms, n_groups)."""
        return self.table(self.cell).astype(np.intp)

    @cached_property
    def by_subject(self) -> tuple[Codes, Codes, Codes]:
        """Each subject once in each cell: cells and subjects of these pairs, and each occurrence's pair."""
        pairs, pair = np.unique(self.cell * self.n_subjects + self.subject, return_inverse=True)
        return pairs // self.n_subjects, pairs % self.n_subjects, pair.reshape(-1)


def occurrences(events: Events, terms: Terms, population: Denominators, *, total: bool) -> Occurrences:
    """The events of a table as they count.

    Parameters
    ----------
    events : Events
    terms : Terms
        Of these events.
    population : Denominators
    total : bool
        Count all of them once more in a last group.
    """
    n_levels, n_events = terms.of_event.shape
    term = terms.of_event.reshape(-1)
    subject = np.tile(events.subject, n_levels)
    event = np.tile(np.arange(n_events), n_levels)
    group, n_groups = np.tile(events.group, n_levels), len(population.treatments.groups)
    if total:
        group = np.concatenate([group, np.full(len(group), n_groups, np.intp)])
        term, subject, event = (np.tile(each, 2) for each in (term, subject, event))
        n_groups += 1
    return Occurrences(term, group, subject, event, len(terms), n_groups, len(population.adsl))


def incidence(found: Occurrences) -> Counted:
    """Subjects with an event, each once, shape (n_terms, n_groups)."""
    cells, _, _ = found.by_subject
    return found.table(cells).astype(np.intp)


def by_grade(found: Occurrences, grade: Codes, n_grades: int) -> tuple[Counted, Counted]:
    """Subjects at their highest grade, and events by grade, each of shape (n_terms, n_grades, n_groups).

    Parameters
    ----------
    found : Occurrences
    grade : ndarray of int, shape (n_events,)
        Places of the grades, the lowest 0.
    n_grades : int
    """
    own = grade[found.event]
    cells, _, pair = found.by_subject
    worst = np.zeros(len(cells), np.intp)
    np.maximum.at(worst, pair, own)
    return _graded(found, cells, worst, n_grades), _graded(found, found.cell, own, n_grades)


def _graded(found: Occurrences, cells: Codes, grade: Codes, n_grades: int) -> Counted:
    term, group = np.divmod(cells, found.n_groups)
    place = (term * n_grades + grade) * found.n_groups + group
    size = (found.n_terms, n_grades, found.n_groups)
    return np.bincount(place, minlength=int(np.prod(size))).reshape(size).astype(np.intp)


def first_days(found: Occurrences, day: Numbers) -> tuple[Codes, Codes, Numbers]:
    """The cells and subjects with an event, and the day of the first one.

    Parameters
    ----------
    found : Occurrences
    day : ndarray of float, shape (n_events,)
        Day of each event, the first day at risk being 1.
    """
    cells, subjects, pair = found.by_subject
    first = np.full(len(cells), np.inf)
    np.minimum.at(first, pair, day[found.event])
    return cells, subjects, first


def days_after_event(found: Occurrences, day: Numbers, observed: Numbers) -> NDArray[np.float64]:
    """Days observed after the day of a subject's first event, shape (n_terms, n_groups).

    Parameters
    ----------
    found : Occurrences
    day : ndarray of float, shape (n_events,)
        Day of each event, the first day at risk being 1.
    observed : ndarray of float, shape (n_subjects,)
        Days that each subject in ADSL is observed.
    """
    cells, subjects, first = first_days(found, day)
    return found.table(cells, observed[subjects] - first)
