"""The course of the disease of each subject: which responses are confirmed, and what each assessment is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ....schemas.study.columns import Codes, Days, Mask
from .options import Counting
from .terms import ResponseTerms


@dataclass(frozen=True, eq=False)
class Course:
    """Assessments of subjects, ascending by subject and date, one of a subject on a date.

    Attributes
    ----------
    terms : ResponseTerms
    subject : ndarray of int, shape (n_assessments,)
    day : ndarray of float, shape (n_assessments,)
    code : ndarray of int, shape (n_assessments,)
        Position in the order of the terms, the best first.
    counts_from : ndarray of float, shape (n_assessments,)
        The day from which stable disease of the subject counts.
    """

    terms: ResponseTerms
    subject: Codes
    day: Days
    code: Codes
    counts_from: Days

    def are(self, *meanings: str) -> Mask:
        """Assessments whose term is in one of the lists of the terms."""
        listed = {term for each in meanings for term in getattr(self.terms, each)}
        found: Mask = np.array([term in listed for term in self.terms.order])[self.code]
        return found

    @property
    def late_enough(self) -> Mask:
        """Assessments at which stable disease counts."""
        found: Mask = self.day >= self.counts_from
        return found

    def first_of(self, meaning: str) -> int:
        """The position of the first term of a list, else of the first that is not evaluable."""
        listed = getattr(self.terms, meaning) or self.terms.not_evaluable
        return self.terms.order.index(listed[0])

    @property
    def falls(self) -> Mask:
        """Responses that are lesser than the response before them."""
        found = np.zeros(len(self.code), dtype=np.bool_)
        at = np.flatnonzero(self.are("responses"))
        fell = (self.code[at][1:] > self.code[at][:-1]) & (self.subject[at][1:] == self.subject[at][:-1])
        found[at[1:]] = fell
        return found

    def confirmed(self, level: int, options: Counting) -> Mask:
        """Assessments that a later one confirms as the response of this position, or as progression."""
        is_response = self.terms.order[level] in self.terms.responses
        as_good = self.are("responses") & (self.code <= level) if is_response else self.are("progression")
        lesser_counts = is_response and options.lesser_after_better == "lesser"
        (first,) = np.nonzero(as_good if lesser_counts else as_good & (self.code == level))
        (good,) = np.nonzero(as_good)
        found = np.zeros(len(self.code), dtype=np.bool_)
        if not len(first):
            return found
        second = self._following(first, good, max(options.confirm_after or 0, 1))
        has = second < len(self.code)
        first, second = first[has], second[has]
        if options.confirm_within is not None:
            soon = self.day[second] - self.day[first] <= options.confirm_within
            first, second = first[soon], second[soon]
        complete = self.terms.order[level] in self.terms.complete
        n_stable = 0 if complete or not is_response else options.stable_between or 0
        allowed = {"not_evaluable": options.not_evaluable_between or 0, "stable": n_stable}
        between = {each: _between(self.are(each), first, second) for each in allowed}
        others = second - first - 1 - _between(as_good, first, second) - sum(between.values())
        confirmed = others == 0
        for each, most in allowed.items():
            confirmed &= between[each] <= most
        if is_response and not lesser_counts:
            confirmed &= _between(self.falls, first, second + 1) == 0
        found[first[confirmed]] = True
        return found

    def _following(self, first: Codes, good: Codes, wait: int) -> Codes:
        """For some assessments the first of others so many days later; the number of all where none is."""
        start = self.day.min()
        span = self.day.max() - start + wait + 1
        place = self.subject * span + (self.day - start)
        at = np.searchsorted(place[good], place[first] + wait)
        second = np.append(good, len(self.code))[at]
        same = np.append(self.subject, -1)[second] == self.subject[first]
        return np.where(same, second, len(self.code))

    def responses(self, options: Counting) -> Codes:
        """The response that each assessment counts as; the number of terms where none."""
        none = len(self.terms.order)
        is_response = self.are("responses")
        if options.confirm_after is None:
            return np.where(is_response, self.code, none)
        found = np.full(len(self.code), none, dtype=np.intp)
        for level in (
            self.terms.order.index(each) for each in self.terms.order if each in self.terms.responses
        ):
            found[self.confirmed(level, options) & (found == none)] = level
        return found

    def taken_for(self, options: Counting) -> Codes:
        """The position of the term that each assessment counts as."""
        response = self.responses(options)
        is_response = self.are("responses")
        unconfirmed = is_response & (response == len(self.terms.order))
        found = np.where(is_response, response, self.code)
        found[unconfirmed] = self.first_of("stable")
        early = (unconfirmed | self.are("stable")) & ~self.late_enough
        found[early] = self.first_of("not_evaluable")
        return found

    def counting(self, values: tuple[str, ...], options: Counting) -> Mask:
        """Assessments that count as one of some terms; progression if it is confirmed, where it must be."""
        wanted = np.array([term in values for term in self.terms.order])
        found: Mask = wanted[self.taken_for(options)]
        if options.confirm_after is None:
            return found
        return found & (~self.are("progression") | self._confirmed_progression(options))

    def _confirmed_progression(self, options: Counting) -> Mask:
        levels = (self.terms.order.index(each) for each in self.terms.progression)
        found: Mask = np.logical_or.reduce([self.confirmed(level, options) for level in levels])
        return found


def _between(those: Mask, first: Codes, second: Codes) -> Codes:
    """How many of those assessments lie between two."""
    until = np.append(0, np.cumsum(those))
    found: Codes = until[second] - until[first + 1]
    return found
