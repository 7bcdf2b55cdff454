"""Models of several states: state occupation in R, a Cox model of each transition in R, SAS and Stata.

Ties are Breslow's in every tool: a multi-state `coxph` of R has no others, whatever it is asked for. Standard
errors are robust, clustered by subject. Help pages of R's survival: `survcheck`, `survfit.formula` (id,
istate), `coxph` (multi-state models), and the vignette "Multi-state models and competing risks".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import pandas as pd

from .model import Model, Need, unused_name
from .r_words import name_in_formula, quoted
from .sas import literal
from .stata import base_of


@dataclass(frozen=True, slots=True)
class StateFits:
    """The transitions of a table of states.

    Attributes
    ----------
    states : tuple of str
        The first is that of time 0.
    pairs : tuple of pairs of int
        From and to of each transition, as places among the states.
    censored : str
        What `target` is where there is no transition.
    by_transition : bool
        Whether the table has a record for each interval and transition at risk, with a number and a status.
    start, stop, origin, target, number, status : str
        Columns.
    """

    states: tuple[str, ...]
    pairs: tuple[tuple[int, int], ...]
    censored: str
    by_transition: bool
    start: str = "start"
    stop: str = "stop"
    origin: str = "from_state"
    target: str = "to_state"
    number: str = "transition"
    status: str = "status"

    @property
    def title(self) -> str:
        return "Transitions between states"

    @property
    def needs(self) -> frozenset[Need]:
        return frozenset({Need.STATES})

    @property
    def coded(self) -> Mapping[str, tuple[str, ...]]:
        if self.by_transition:
            return {}
        return {self.origin: self.states, self.target: (self.censored, *self.states)}

    def renamed(self, names: Mapping[str, str]) -> StateFits:
        columns = ("start", "stop", "origin", "target", "number", "status")
        given = {each: getattr(self, each) for each in columns}
        return replace(self, **{each: names.get(name, name) for each, name in given.items()})

    def statements(self, tool: str, frame: pd.DataFrame, model: Model) -> Iterator[str]:
        if tool == "r":
            yield from _transitions_in_r(self, model) if self.by_transition else _states_in_r(self, model)
            return
        tool_name = {"sas": "SAS", "stata": "Stata"}[tool]
        comment = (
            f"{tool_name} has no estimate of state occupation: use the layout r. Ties are Breslow's, as in R."
        )
        yield f"/* {comment} */" if tool == "sas" else f"* {comment}"
        for place in range(len(self.pairs)):
            yield ""
            yield from (
                _in_sas(self, frame, model, place) if tool == "sas" else _in_stata(self, frame, model, place)
            )


def _strata_in_r(model: Model) -> str:
    return f" + strata({', '.join(map(name_in_formula, model.strata))})" if model.strata else ""


def _states_in_r(fits: StateFits, model: Model) -> Iterator[str]:
    origin, target, subject = (name_in_formula(each) for each in (fits.origin, fits.target, model.subject))
    yield "# Censoring is the first level: what is not a state."
    yield f"t${origin} <- factor(t${origin}, levels = c({', '.join(map(quoted, fits.states))}))"
    levels = ", ".join(map(quoted, (fits.censored, *fits.states)))
    yield f"t${target} <- factor(t${target}, levels = c({levels}))"
    response = f"Surv({name_in_formula(fits.start)}, {name_in_formula(fits.stop)}, {target})"
    of_subjects = f"data = t, id = {subject}, istate = {origin}"
    yield f"check <- survcheck({response} ~ 1, {of_subjects})"
    yield "print(check$transitions)"
    yield "stopifnot(check$flag == 0)"
    arm = "1" if model.arms is None else name_in_formula(model.arms.variable)
    yield ""
    yield "# State occupation by Aalen-Johansen, with standard errors by the infinitesimal jackknife."
    yield f'states <- survfit({response} ~ {arm}, {of_subjects}, conf.type = "log-log")'
    yield "print(states)"
    if model.arms is not None:
        yield ""
        yield "# A hazard ratio for each transition. Of several states coxph has Breslow's ties only."
        options = f'{of_subjects}, ties = "breslow", robust = TRUE'
        yield f"cox <- coxph({response} ~ {arm}{_strata_in_r(model)}, {options})"
        yield "print(summary(cox))"


def _transitions_in_r(fits: StateFits, model: Model) -> Iterator[str]:
    start, stop, status, number = map(name_in_formula, (fits.start, fits.stop, fits.status, fits.number))
    response = f"Surv({start}, {stop}, {status})"
    arm = "" if model.arms is None else name_in_formula(model.arms.variable)
    yield "# Cumulative hazards of each transition by Nelson-Aalen."
    yield f"hazards <- survfit({response} ~ {number}{f' + {arm}' if arm else ''}, data = t)"
    yield "print(hazards)"
    if arm:
        transitions = f"seq_len({len(fits.pairs)})"
        options = f'cluster = {name_in_formula(model.subject)}, ties = "breslow"'
        yield ""
        yield "# A hazard ratio for each transition; ties as in a multi-state coxph."
        yield f"cox <- lapply({transitions}, function(k) coxph({response} ~ {arm}{_strata_in_r(model)},"
        yield f"  data = t[t${number} == k, ], {options}))"
        yield "print(lapply(cox, summary))"


def _in_sas(fits: StateFits, frame: pd.DataFrame, model: Model, place: int) -> Iterator[str]:
    """One transition; the others from its state are censored."""
    number, (origin, target) = place + 1, fits.pairs[place]
    data, event = f"t{number}", fits.status
    yield f"/* Transition {number}: the others from its state are censored. */"
    yield f"data {data}; set t;"
    if fits.by_transition:
        yield f"  if {fits.number} = {number};"
    else:
        event = unused_name("made", frame.columns)
        states = (literal(fits.states[each], "a state") for each in (origin, target))
        yield f"  if {fits.origin} = {next(states)};"
        yield f"  {event} = ({fits.target} = {next(states)});"
    yield "run;"
    times = f"({fits.start}, {fits.stop})*{event}(0)"
    yield f"proc phreg data={data} covs(aggregate);"
    if model.arms is None:
        yield f"  model {times} = / ties=breslow;"
        if model.strata:
            yield f"  strata {' '.join(model.strata)};"
        yield f"  baseline out=hazard{number} cumhaz=cumhaz;"
        yield "run;"
        yield f"proc print data=hazard{number}; run;"
        return
    arm, reference = model.arms.variable, literal(model.arms.levels[0])
    yield f"  class {arm} (ref={reference}) / param=ref order=internal;"
    yield f"  model {times} = {arm} / ties=breslow risklimits alpha=0.05;"
    if model.strata:
        yield f"  strata {' '.join(model.strata)};"
    yield f"  id {model.subject};"
    yield "run;"


def _in_stata(fits: StateFits, frame: pd.DataFrame, model: Model, place: int) -> Iterator[str]:
    """One transition; the others from its state are censored. States are numbers with value labels."""
    number, (origin, target) = place + 1, fits.pairs[place]
    at_risk, made = (
        (f"{fits.number} == {number}", f"{fits.status} == 1")
        if fits.by_transition
        else (f"{fits.origin} == {origin + 1}", f"{fits.target} == {target + 2}")
    )
    yield f"* Transition {number}: the others from its state are censored."
    times = f"id({model.subject}) time0({fits.start}) origin(time 0) exit(time .)"
    yield f"stset {fits.stop} if {at_risk}, failure({made}) {times}"
    by_arm = "" if model.arms is None else f" by({model.arms.variable})"
    yield f"sts list, cumhaz{by_arm}"
    if model.arms is not None:
        strata = f" strata({' '.join(model.strata)})" if model.strata else ""
        arm = f"ib{base_of(frame, model.arms)}.{model.arms.variable}"
        yield f"stcox {arm}, breslow{strata} vce(cluster {model.subject}) noadjust level(95)"
