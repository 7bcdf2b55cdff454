"""The subjects that have a parameter: those of a population, or that meet a condition."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from ...schemas.conditions.grammar import compile_expression
from ...schemas.study.columns import Mask
from ...schemas.wording import did_you_mean
from .sources import Sources, selected_by


class OfSubjects(Protocol):
    """Options of a parameter that say whose it is."""

    @property
    def population(self) -> str:
        """A flag of ADSL; empty for all subjects."""
        ...

    @property
    def subjects(self) -> str:
        """A condition over ADSL; empty for all subjects."""
        ...


def chosen_subjects(options: OfSubjects, place: str, sources: Sources) -> Mask | None:
    """Subjects of ADSL who have the parameter; None where a variable is not present, which is noted."""
    adsl = sources.adsl
    named = [("population", options.population)] if options.population else []
    if options.subjects:
        named += [("subjects", each) for each in compile_expression(options.subjects).variables]
    absent = [(key, each) for key, each in named if each not in adsl]
    for key, each in absent:
        sources.account.problem(
            f"{each} is not present in ADSL", f"{place} {key}", did_you_mean(each, adsl.names)
        )
    if absent:
        return None
    chosen = np.ones(len(adsl), dtype=np.bool_)
    if options.population:
        if adsl.filled(options.population).any() and not adsl.is_character(options.population):
            what = f"{options.population} of ADSL is numeric; a population is a flag with Y"
            sources.account.problem(what, f"{place} population", "name a flag, or declare subjects")
            return None
        chosen &= adsl.equals(options.population, "Y")
    if options.subjects:
        chosen &= selected_by(options.subjects, adsl, f"{place} subjects", sources.account)
    return chosen
