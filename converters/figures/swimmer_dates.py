"""Where the times of the lanes come from: ADSL, time-to-event parameters, assessments of response."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...schemas.errors import ConfigurationError
from ...schemas.evidence.assessments import PROGRESSIONS, RESPONSES, terms
from ...schemas.study.columns import Mask
from ...schemas.study.dataset import Dataset
from ...schemas.study.study import Study
from ...schemas.wording import did_you_mean
from .options import SwimmerOptions
from .subject_dates import SubjectDates, adsl_date, earliest, endpoint_records, is_date

COMPLETE = frozenset(
    {"CR", "SCR", "CRI", "CRU", "CRH", "ICR", "CMR", "NCR"}
    | {
        "COMPLETE RESPONSE",
        "STRINGENT COMPLETE RESPONSE",
        "COMPLETE REMISSION",
        "COMPLETE METABOLIC RESPONSE",
    }
)
"""Terms of a complete response."""
_STARTS = ("TRTSDT", "RANDDT")
_ENDS = ("LSTALVDT", "EOSDT")


def start_date(adsl: Dataset, options: SwimmerOptions) -> SubjectDates:
    """From which the times are counted.

    Raises
    ------
    ConfigurationError
        If it is not present.
    """
    names = _STARTS if options.start is None else (options.start,)
    found = adsl_date(adsl, *names)
    if not found.present:
        dates = [name for name in adsl.names if name.endswith("DT")]
        raise ConfigurationError(found.source, "swimmer start", did_you_mean(names[0], dates))
    return found


def lane_dates(study: Study, adsl: Dataset, options: SwimmerOptions) -> Mapping[str, SubjectDates]:
    """The date of each time of a lane."""
    responses = _responses(study, options)
    death = _death(study, adsl)
    return {
        "treatment_end": adsl_date(adsl, "TRTEDT"),
        **_response(study, adsl, responses),
        "progression": _progression(study, adsl, responses, death),
        "death": death,
        "end": _end(study, adsl, death),
    }


def _death(study: Study, adsl: Dataset) -> SubjectDates:
    if is_date(adsl, "DTHDT"):
        return adsl_date(adsl, "DTHDT")
    return _of_endpoint(study, adsl, "OS", "ADT", events=True)


def _end(study: Study, adsl: Dataset, death: SubjectDates) -> SubjectDates:
    """The day of death, else the last one on which the subject was known to be alive."""
    last = adsl_date(adsl, *_ENDS)
    if not last.present:
        last = _of_endpoint(study, adsl, "OS", "ADT", events=False)
    if not last.present:
        return SubjectDates.absent(adsl, f"{last.source}, and ADSL has no {' or '.join(_ENDS)}")
    by_death = f"{death.source}, else " if death.present else ""
    return SubjectDates(np.where(death.known, death.day, last.day), f"{by_death}{last.source}")


def _of_endpoint(study: Study, adsl: Dataset, role: str, date: str, *, events: bool) -> SubjectDates:
    """A date of the records of an endpoint, or of its events."""
    records = endpoint_records(study, role)
    if isinstance(records, str):
        return SubjectDates.absent(adsl, records)
    if not is_date(records.data, date):
        return SubjectDates.absent(adsl, f"{records.data.name} has no {date}")
    chosen = records.events if events else records.chosen
    told = f"{date} of {records.paramcd} in {records.data.name}{', events' if events else ''}"
    return SubjectDates(earliest(records.data, chosen, date, adsl), told)


@dataclass(frozen=True, eq=False)
class _Responses:
    """The assessments of response over time."""

    data: Dataset
    paramcd: str
    chosen: Mask

    def first(self, words: frozenset[str], adsl: Dataset) -> SubjectDates:
        chosen = self.chosen & terms(self.data, "AVALC", words)
        return SubjectDates(
            earliest(self.data, chosen, "ADT", adsl), f"ADT of {self.paramcd} in {self.data.name}"
        )


def _responses(study: Study, options: SwimmerOptions) -> _Responses | str:
    """The assessments, or why there are none to be used."""
    if "ADRS" not in study or not all(
        each in study["ADRS"] for each in ("USUBJID", "PARAMCD", "AVALC", "ADT")
    ):
        if options.response is not None:
            raise ConfigurationError("ADRS is not present", "swimmer response", "give ADRS, or omit it")
        return "ADRS is not present"
    adrs = study["ADRS"]
    codes = adrs.distinct("PARAMCD")
    if options.response is not None:
        if not adrs.equals("PARAMCD", options.response).any():
            advice = did_you_mean(options.response, map(str, codes))
            raise ConfigurationError(
                f"parameter {options.response} is not present", "swimmer response, ADRS", advice
            )
        return _Responses(adrs, options.response, adrs.equals("PARAMCD", options.response))
    responding, progressing = (terms(adrs, "AVALC", each) for each in (RESPONSES, PROGRESSIONS))
    over_time = [name for name in map(str, codes) if _is_over_time(adrs, name, responding, progressing)]
    if len(over_time) == 1:
        return _Responses(adrs, over_time[0], adrs.equals("PARAMCD", over_time[0]))
    if over_time:
        return f"several parameters in ADRS have responses ({', '.join(over_time)}): declare one of them"
    return "no parameter in ADRS has responses over time"


def _is_over_time(adrs: Dataset, paramcd: str, responding: Mask, progressing: Mask) -> bool:
    """Responses and progressions, of some subject several."""
    own = adrs.equals("PARAMCD", paramcd)
    subjects = adrs.distinct("USUBJID").codes[own & adrs.filled("USUBJID")]
    several = len(np.unique(subjects)) < len(subjects)
    return several and bool((own & responding).any() and (own & progressing).any())


def _response(study: Study, adsl: Dataset, responses: _Responses | str) -> Mapping[str, SubjectDates]:
    """From DOR, whose origin is the response; else its beginning alone, from the assessments."""
    begin = _of_endpoint(study, adsl, "DOR", "STARTDT", events=False)
    end = _of_endpoint(study, adsl, "DOR", "ADT", events=False)
    if isinstance(responses, str):
        complete = SubjectDates.absent(adsl, responses)
        return {"response": begin, "response_end": end, "complete_response": complete}
    if not begin.present:
        begin = responses.first(RESPONSES, adsl)
    return {"response": begin, "response_end": end, "complete_response": responses.first(COMPLETE, adsl)}


def _progression(
    study: Study, adsl: Dataset, responses: _Responses | str, death: SubjectDates
) -> SubjectDates:
    """Events of PFS that are not on the day of death; else the first progression of the assessments."""
    events = _of_endpoint(study, adsl, "PFS", "ADT", events=True)
    if events.present:
        day = np.where(events.day == death.day, np.nan, events.day)
        return SubjectDates(day, f"{events.source} that are not on the day of death")
    return (
        SubjectDates.absent(adsl, f"{events.source}; {responses}")
        if isinstance(responses, str)
        else responses.first(PROGRESSIONS, adsl)
    )


def statuses(adsl: Dataset, died: Mask) -> tuple[NDArray[np.object_], str]:
    """Whether each subject died, is in follow-up, or has ended the study."""
    status = np.full(len(adsl), "", dtype=object)
    source = "ADSL has no EOSSTT or EOSDT"
    if "EOSSTT" in adsl:
        ongoing = adsl.matching("EOSSTT", lambda value: str(value).strip().upper() == "ONGOING")
        status[adsl.filled("EOSSTT")] = "ended"
        status[ongoing] = "in follow-up"
        source = "EOSSTT in ADSL (ONGOING)"
    elif is_date(adsl, "EOSDT"):
        status[:] = np.where(adsl.filled("EOSDT"), "ended", "in follow-up")
        source = "EOSDT in ADSL (missing while in follow-up)"
    status[died] = "died"
    return status, source
