"""The rule book: every rule of adamgate's own, from one list of families. A new family is one line here."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from .adverse_events import (
    adverse_events,
    coding,
    event_days,
    event_populations,
    imputation,
    occurrence_flags,
    outcomes,
    seriousness,
    severity,
    treatment_emergence,
)
from .conformance import (
    basic_data_structure,
    dates,
    flags,
    metadata,
    non_compartmental,
    occurrence,
    pairs,
    population_pk,
    subject_level,
    terminology,
    time_to_event_conformance,
)
from .define import codelists, datasets, described_variables, document, value_level, values, variables
from .rule import DECLARED, Rule
from .subjects import (
    arms,
    collected_deaths,
    cross_dataset,
    early_dates,
    plausibility,
    populations,
    shared_variables,
    sites,
    subject_characteristics,
    subject_dates,
    subject_order,
    term_hygiene,
    text_and_number,
    visit_days,
)
from .time_to_event import (
    censoring,
    cut_offs,
    declared_sources,
    durations,
    endpoints,
    first_events,
    follow_up,
    last_contact,
    missed_visits,
    mixed_origins,
    origins,
    polarity,
    progressions,
    responders,
    responses,
    time_to_event,
    traces,
    treatments,
)

FAMILIES = (
    adverse_events,
    arms,
    basic_data_structure,
    censoring,
    codelists,
    coding,
    collected_deaths,
    cross_dataset,
    cut_offs,
    datasets,
    dates,
    declared_sources,
    described_variables,
    document,
    durations,
    early_dates,
    endpoints,
    event_days,
    event_populations,
    first_events,
    flags,
    follow_up,
    imputation,
    last_contact,
    metadata,
    missed_visits,
    mixed_origins,
    non_compartmental,
    occurrence,
    occurrence_flags,
    origins,
    outcomes,
    pairs,
    plausibility,
    polarity,
    population_pk,
    populations,
    progressions,
    responders,
    responses,
    seriousness,
    severity,
    shared_variables,
    sites,
    subject_characteristics,
    subject_dates,
    subject_level,
    subject_order,
    term_hygiene,
    terminology,
    text_and_number,
    time_to_event,
    time_to_event_conformance,
    traces,
    treatment_emergence,
    treatments,
    value_level,
    values,
    variables,
    visit_days,
)
"""Modules of rules; the name of a module is that of its family, unless it says `__family__`."""


@cache
def rule_book() -> Mapping[str, Rule]:
    """All rules by id, in order of id.

    Examples
    --------
    >>> book = ag.rule_book()
    >>> str(book["TTE006"].severity), book["TTE006"].family
    ('error', 'time_to_event')
    """
    book: dict[str, Rule] = {}
    for family in FAMILIES:
        for rule in vars(family)[DECLARED]:
            if rule.id in book:
                raise ValueError(f"rule id {rule.id} is taken")
            book[rule.id] = rule
    return MappingProxyType(dict(sorted(book.items())))
