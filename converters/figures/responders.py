"""Long-term responders: subjects without the event at a landmark, beside those with the event before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ...schemas.conditions.grammar import compile_expression
from ...schemas.errors import Refused
from ...schemas.evidence.cut_off import cut_off_for
from ...schemas.evidence.subjects import adsl_record
from ...schemas.evidence.time_unit import DAYS_PER_YEAR, TimeUnit
from ...schemas.options import require_valid
from ...schemas.study.columns import Codes, Mask, Numbers
from ...schemas.study.dataset import Dataset
from ...schemas.study.study import Study
from ..survival.analysis_table import AnalysisTable
from ..survival.records import with_subject_level
from ..survival.summaries.adverse_events.events import require_adverse_events
from ..survival.survival import survival
from ..writing.inputs import inputs_of
from .biomarkers import biomarkers
from .options import ResponderOptions, SafetyOptions
from .responder_table import CountRow, LongTermResponders
from .safety import group_variables
from .subject_dates import endpoint_records
from .subject_level import require_subjects

_YEARS = 5
_BEST = "BOR"
_ASSESSED = ("MRD", "IMAGING")
"""Words in the labels of flags that say what is known of a remission."""
_MOST_EVENTS = 20
_OTHER = "OTHER"


@dataclass(frozen=True, eq=False)
class LandmarkGroups:
    """The subjects by what is known of them at the landmark; masks over ADSL.

    Attributes
    ----------
    responders : ndarray of bool, shape (n_subjects,)
        Without the event up to and with the landmark.
    before : ndarray of bool, shape (n_subjects,)
        With the event by the landmark.
    unknown : ndarray of bool, shape (n_subjects,)
        Censored before it.
    """

    responders: Mask
    before: Mask
    unknown: Mask

    def counts(self, chosen: Mask) -> tuple[int, int, int]:
        """How many of the chosen subjects are in each group."""
        responders, before, unknown = (
            int(np.count_nonzero(chosen & each)) for each in (self.responders, self.before, self.unknown)
        )
        return responders, before, unknown

    @property
    def sizes(self) -> tuple[int, int, int]:
        return self.counts(np.ones(len(self.responders), np.bool_))


def long_term_responders(
    study: Study,
    options: ResponderOptions | None = None,
    *,
    unit: str | None = None,
    population: str | None = None,
    show_keys: bool = True,
) -> LongTermResponders:
    """Subjects without the event at the landmark, and how they differ from those with the event before.

    Parameters
    ----------
    study : Study
        With ADSL and the time-to-event parameter; ADAE for the events.
    options : ResponderOptions, optional
        What is not declared is taken as the data have it.
    unit : {"days", "weeks", "months", "years"}, optional
        Of the landmark, if `options` has none (default: unit of AVAL).
    population : str, optional
        Population flag (default: all records of the parameter).
    show_keys : bool
        Show subject keys in messages.

    Raises
    ------
    ConfigurationError
        For what is declared and does not fit the data.
    Refused
        If ADSL or the parameter cannot be used.

    Examples
    --------
    >>> options = ag.ResponderOptions(param="OS", landmark=120, unit="days", counts={"Women": "SEX == 'F'"})
    >>> found = ag.long_term_responders(ag.read("adam"), options)
    >>> found.responders, found.before, found.unknown
    (3, 2, 1)
    >>> found.frame.loc[found.frame["what"] == "count", ["name", "group", "subjects", "known"]]
        name                 group  subjects  known
    3  Women  Long-term responders       1.0    3.0
    4  Women          Event before       2.0    2.0
    5  Women       Censored before       0.0    1.0
    """
    options = options or ResponderOptions()
    require_valid(options, "responders")
    adsl = require_subjects(study)
    param = options.param or _parameter(study)
    unit = options.unit or unit
    table = survival(
        study, param, unit=unit, population=population, allow_no_events=True, gate=False, show_keys=show_keys
    )
    time_unit = table.codebook.time.unit if table.codebook.time else str(TimeUnit.DAYS)
    landmark = options.landmark or _YEARS * DAYS_PER_YEAR / TimeUnit(time_unit).days
    place = adsl_record(table.dataset, adsl)
    groups = _groups(
        len(adsl),
        place,
        table.frame["duration"].to_numpy(np.float64),
        table.frame["event"].to_numpy(),
        landmark,
    )
    chosen: dict[str, str] = {}
    responders, before, unknown = groups.sizes
    return LongTermResponders(
        table.codebook.paramcd,
        table.codebook.param or "",
        table.codebook.dataset,
        landmark,
        time_unit,
        population or "",
        _cut_off(study, table),
        responders,
        before,
        unknown,
        len(adsl) - responders - before - unknown,
        tuple(_counts(adsl, groups, options, chosen)),
        tuple(_events(study, adsl, groups, options, chosen)),
        chosen,
        biomarkers(study, adsl, options.biomarkers, groups.responders, groups.before, chosen=chosen),
        inputs_of(study),
    )


def _parameter(study: Study) -> str:
    found = endpoint_records(study, "PFS")
    if isinstance(found, str):
        raise Refused(found, "the study", "declare the parameter: [responders] param")
    return found.paramcd


def _cut_off(study: Study, table: AnalysisTable) -> str:
    """The one date of the cut-off, where there is one."""
    stated = cut_off_for(study[table.codebook.dataset], study)
    days = np.unique(stated.day[~np.isnan(stated.day)]) if stated is not None else np.zeros(0)
    if stated is None or len(days) != 1:
        return ""
    return f"{days.astype('datetime64[D]')[0]} ({stated.source})"


def _groups(subjects: int, place: Codes, time: Numbers, event: Mask, landmark: float) -> LandmarkGroups:
    """An event at the landmark itself is one by it; a subject censored there was without it up to then."""
    reached = np.where(event, time > landmark, time >= landmark)
    masks = []
    for members in (reached, ~reached & event, ~reached & ~event):
        mask = np.zeros(subjects, dtype=np.bool_)
        mask[place[members & (place >= 0)]] = True
        masks.append(mask)
    return LandmarkGroups(*masks)


def _counts(
    adsl: Dataset, groups: LandmarkGroups, options: ResponderOptions, chosen: dict[str, str]
) -> Iterator[CountRow]:
    conditions = options.counts
    if not conditions:
        conditions = dict(_usual_counts(adsl))
        chosen["counts"] = "BOR, and flags in ADSL whose labels name MRD or imaging"
    for name, condition in conditions.items():
        truth = compile_expression(condition, f"responders counts, {name}").truth(adsl)
        known = truth.true | truth.false
        yield CountRow(name, condition, groups.counts(truth.true), groups.counts(known))


def _usual_counts(adsl: Dataset) -> Iterator[tuple[str, str]]:
    if _BEST in adsl and adsl.is_character(_BEST):
        for value in sorted(map(str, adsl.distinct(_BEST))):
            if "'" not in value and "\\" not in value:
                yield f"{_BEST}: {value}", f"{_BEST} == '{value}'"
    for variable in adsl.variables:
        label = (variable.label or "").upper()
        if variable.name.endswith("FL") and any(word in label for word in _ASSESSED):
            yield variable.label or variable.name, f"{variable.name} == 'Y'"


def _events(
    study: Study, adsl: Dataset, groups: LandmarkGroups, options: ResponderOptions, chosen: dict[str, str]
) -> Iterator[CountRow]:
    """Subjects with an event for which the condition is true, whenever it was."""
    try:
        data = require_adverse_events(study)
    except Refused:
        if options.events:
            raise
        return
    if not options.events:
        chosen["events"] = "the events of special interest"
    sizes = groups.sizes
    for name, condition, records in _conditions(study, data, options):
        place = adsl_record(data, adsl)[records]
        having = np.zeros(len(adsl), dtype=np.bool_)
        having[place[place >= 0]] = True
        yield CountRow(name, condition, groups.counts(having), sizes)


def _conditions(study: Study, data: Dataset, options: ResponderOptions) -> Iterator[tuple[str, str, Mask]]:
    """Name, condition, and the events for which it is true."""
    for name, text in options.events.items():
        condition = compile_expression(text, f"responders events, {name}")
        yield name, text, condition.where(with_subject_level(data, study, condition.variables)[0])
    if options.events:
        return
    for variable in group_variables(data, SafetyOptions()):
        for value in _most_frequent(data, variable):
            yield value, f"{variable} is {value}", data.equals(variable, value)


def _most_frequent(data: Dataset, variable: str) -> Sequence[str]:
    values = data.distinct(variable)
    count = np.bincount(values.codes[values.codes >= 0], minlength=len(values))
    names = [str(values[code]) for code in np.argsort(-count, kind="stable")]
    return [name for name in names if name.upper() != _OTHER][:_MOST_EVENTS]
