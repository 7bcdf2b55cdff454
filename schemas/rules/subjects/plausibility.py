"""Rules about values that cannot be: dates outside the study, ages, identifiers that do not fit."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...evidence.combinations import by_days, by_kind, of_kind, quantiles
from ...evidence.duration_inference import HOLDS
from ...evidence.partial_dates import analysed, collected
from ...severity import Severity
from ...standards.structure import Structure
from ...study.columns import Mask, is_date
from ...study.dataset import Dataset
from ...study.study import Study
from ...wording import not_present
from ..readiness import readiness
from ..rule import Fault, Grain, NotApplicable, Yield

_YEAR = 365.25
_FAR, _FURTHER, _LIFETIME = 20 * _YEAR, 40 * _YEAR, 80 * _YEAR
"""Days outside the study that are too many: of a date, after long follow-up, of an imputed date."""

_OF_EVENTS = ("ASTDT", "AENDT")
_OF_SUBJECTS = re.compile(
    r"(TRTSDT|TRTEDT|RANDDT|RFICDT|RFSTDT|RFENDT|DTHDT|LSTALVDT|EOSDT|(AP|TR)\d\d[SE]DT)\Z"
)
_OF_RECORDS = ("ADT", "STARTDT")
_HISTORY = re.compile(r"diagnos|histor|prior|birth|previous|onset|since", re.IGNORECASE)
_PLACEHOLDERS = frozenset(
    float(np.datetime64(day, "D").astype(np.int64))
    for day in ("1900-01-01", "1960-01-01", "1970-01-01", "2099-12-31", "2999-12-31", "9999-12-31")
)
_FEWEST = 10
_OF_STARTS = ("TRTSDT in ADSL", "RANDDT in ADSL", "TRTSDT in records", "RANDDT in records")
"""Where the first days of the study are looked for."""


@readiness(
    "XD060",
    title="Date is more than 20 years outside the study",
    severity=Severity.WARNING,
    grain=Grain.TOTALS,
    structures=(Structure.ADSL, Structure.BDS, Structure.ADAE),
    consults=("ADSL",),
)
def date_outside_study(data: Dataset, study: Study) -> Iterator[Yield]:
    """A date of treatment, event or analysis is decades before or after the study.

    ## What it checks
    Dates of treatment, randomization, death and last contact in ADSL, ADT and STARTDT, and ASTDT and AENDT
    of adverse events are not more than 20 years before the first or after the last start of treatment or
    randomization. For these the earliest and latest twentieth of TRTSDT, or RANDDT, is not counted.
    Placeholders, such as 01JAN1900, 01JAN1960 or 31DEC9999, are named as such.

    ## Not a fault
    Dates of birth, diagnosis, medical history and prior therapy. An imputed start or end of an adverse
    event in the lifetime of the subject. Follow-up of more than 20 years, if many records have it.

    ## Why it matters
    A century typed wrong, a date of another system (1900, 1960) or a placeholder gives durations of
    decades.

    ## Smallest fix
    Correct the date, or set a placeholder to missing.
    """
    names = list(_dates_of(data))
    if not names:
        yield NotApplicable("no date of treatment, event or analysis is present")
        return
    counts = {name: by_days(data.days(name)) for name in names}
    total = data.total("dates", by_kind(**counts, **_starts(data, study)))
    starts = next((each for each in _OF_STARTS if len(of_kind(total, each))), "")
    for name in names:
        days = data.days(name)
        if _range(of_kind(total, name), of_kind(total, starts)) <= _FAR:
            continue
        first, last = _span(of_kind(total, name), of_kind(total, starts))
        early, late = first - days, days - last
        limit = np.where(_imputed(data, name), _LIFETIME, _FAR)
        far = ((early > limit) | (late > _FAR)) & ~_of_history(data)
        placeholder = far & np.isin(days, list(_PLACEHOLDERS))
        yield Fault(
            placeholder, (name,), f"{name} is a placeholder such as 01JAN1900, 01JAN1960 or 31DEC9999"
        )
        far &= ~placeholder
        yield Fault(far & (early > 0), (name,), f"{name} is more than 20 years before the study")
        yield Fault(far & (late > 0), (name,), f"{name} is more than 20 years after the study")


def _dates_of(data: Dataset) -> Iterator[str]:
    if data.structure is Structure.ADSL:
        return (name for name in data.names if _OF_SUBJECTS.match(name))
    own = _OF_EVENTS if data.structure is Structure.ADAE else _OF_RECORDS
    return (name for name in own if name in data)


def _starts(data: Dataset, study: Study) -> dict[str, pd.Series[int]]:
    """Numbers by the first day of treatment or of randomization: of subjects in ADSL, and of records."""
    sources = {"ADSL": study["ADSL"]} if "ADSL" in study else {}
    sources["records"] = data
    return {
        f"{name} in {owner}": by_days(source.days(name))
        for owner, source in sources.items()
        for name in ("TRTSDT", "RANDDT")
        if name in source
    }


def _range(*counts: pd.Series[int]) -> float:
    """Days from the first to the last of all dates."""
    known = [each.index for each in counts if len(each)]
    return float(max(each.max() for each in known) - min(each.min() for each in known)) if known else 0.0


def _span(days: pd.Series[int], starts: pd.Series[int]) -> tuple[float, float]:
    """First and last day of the study without the outermost twentieth; of the dates if no start is known."""
    if not len(days):
        return np.nan, np.nan
    first, last = quantiles(starts if len(starts) else days, 0.05, 0.95)
    (followed,) = quantiles(days, 0.95)
    return first, max(last, followed) if followed - last < _FURTHER else last


def _imputed(data: Dataset, name: str) -> Mask:
    if name not in _OF_EVENTS:
        return np.zeros(len(data), dtype=np.bool_)
    return analysed(data, name, f"{name}F", {"ASTDT": "AESTDTC", "AENDT": "AEENDTC"}[name]).open


def _of_history(data: Dataset) -> Mask:
    """Records of a parameter that is about the time before the study."""
    if "PARAM" not in data or not data.is_character("PARAM"):
        return np.zeros(len(data), dtype=np.bool_)
    return data.matching("PARAM", lambda text: bool(_HISTORY.search(str(text))))


@readiness(
    "XD061",
    title="Date is inconsistent with its --DTC",
    severity=Severity.WARNING,
    grain=Grain.RECORD,
    structures=(Structure.ADSL, Structure.BDS),
)
def date_against_collected(data: Dataset) -> Iterator[Yield]:
    """A numeric date is not the day of the collected text next to it.

    ## What it checks
    DTHDT against DTHDTC, RFENDT against RFENDTC, and every other date whose text has its name with a C; in
    BDS also ADT against the only --DTC of two letters (LBDTC, VSDTC). The date is the day of the text, or is
    in its month or year if the text is partial.

    ## Not a fault
    A text that is missing or not an ISO 8601 date. Derived records, with a DTYPE. DMDTC, which is not the
    date of a finding. TRTSDT and RFSTDTC, which need not be the same day. Dates of adverse events: another
    rule compares them.

    ## Why it matters
    The date was shifted, or read in the wrong order of day and month.

    ## Smallest fix
    Derive the date from its text again.
    """
    pairs = [(date, text) for date, text in _pairs(data) if data.is_character(text)]
    if not pairs:
        yield NotApplicable(not_present("a date with its --DTC"))
    derived = data.filled("DTYPE") if "DTYPE" in data else np.zeros(len(data), dtype=np.bool_)
    for date, text in pairs:
        outside = collected(data, text).exclude(data.days(date)) & ~derived
        yield Fault(outside, (date, text), f"{date} is inconsistent with {text}")


@readiness(
    "XD064",
    title="Datetime is on another day than its date",
    severity=Severity.WARNING,
    grain=Grain.RECORD,
    structures=(Structure.ADSL, Structure.BDS, Structure.OCCDS),
)
def datetime_on_another_day(data: Dataset) -> Iterator[Yield]:
    """A datetime is not on the day of the date of the same name.

    ## What it checks
    Each numeric --DTM whose --DT is present (ADTM and ADT, ASTDTM and ASTDT, TRTSDTM and TRTSDT) is on that
    day.

    ## Not a fault
    A datetime or a date that is missing. Variables without a date format.

    ## Why it matters
    A duration from the dates and one from the datetimes differ by a day. Often one of the two was imputed or
    corrected alone, or was moved to another time zone.

    ## Smallest fix
    Derive the date from the datetime, or both from the same text.
    """
    pairs = [(name, name[:-1]) for name in data.names if name.endswith("DTM") and name[:-1] in data]
    pairs = [(moment, day) for moment, day in pairs if is_date(data[moment]) and is_date(data[day])]
    if not pairs:
        yield NotApplicable(not_present("a datetime with its date"))
    for moment, day in pairs:
        apart = np.abs(data.days(moment) - data.days(day))  # NaN where one is missing
        yield Fault(apart > 0, (moment, day), f"{moment} is on another day than {day}")


def _pairs(data: Dataset) -> Iterator[tuple[str, str]]:
    texts = [name for name in data.names if name.endswith("DTC")]
    if data.structure is Structure.ADSL:  # in other datasets these are copies
        yield from ((text[:-1], text) for text in texts if text[:-1] in data)
    own = [text for text in texts if len(text) == len("LBDTC") and text != "DMDTC"]
    if "ADT" in data and len(own) == 1:
        yield "ADT", own[0]


@readiness(
    "SL031",
    title="Two subjects have the same SITEID and SUBJID",
    severity=Severity.WARNING,
    grain=Grain.DATASET,
    structures=(Structure.ADSL,),
    needs=("USUBJID", "SITEID", "SUBJID"),
)
def subject_number_shared(data: Dataset) -> Iterator[Fault]:
    """Two USUBJID of a study have the same SITEID and SUBJID.

    ## What it checks
    STUDYID, SITEID and SUBJID have one USUBJID.

    ## Not a fault
    SUBJID that is repeated in another site or another study. A missing SUBJID or SITEID.

    ## Why it matters
    One person is counted twice, or the records of two are joined.

    ## Smallest fix
    Correct SUBJID, or combine the records under one USUBJID.
    """
    keys = tuple(name for name in ("STUDYID", "SITEID", "SUBJID") if name in data)
    filled = data.filled("SITEID") & data.filled("SUBJID") & data.filled("USUBJID")
    number, whole = data.groups(*keys), data.groups(*keys, "USUBJID")
    _, first = np.unique(whole[filled], return_index=True)
    subjects = np.bincount(number[filled][first], minlength=int(number.max(initial=0)) + 1)
    yield Fault(filled & (subjects[number] > 1), keys, "several USUBJID have the same SITEID and SUBJID")


@readiness(
    "SL032",
    title="SUBJID or SITEID is not part of USUBJID",
    severity=Severity.WARNING,
    grain=Grain.DATASET,
    structures=(Structure.ADSL,),
    needs=("USUBJID",),
    needs_any=(("SUBJID", "SITEID"),),
)
def subject_number_differs(data: Dataset) -> Iterator[Yield]:
    """SUBJID or SITEID is not contained in USUBJID, as it is for the other subjects.

    ## What it checks
    If USUBJID contains SUBJID for at least 95% of ten or more subjects, it does so for all; the same for
    SITEID. A SITEID that other subjects have is a note.

    ## Not a fault
    A USUBJID that is built in another way. A subject who moved to another site.

    ## Why it matters
    Data of two subjects may have been exchanged when identifiers were assigned.

    ## Smallest fix
    Correct SUBJID, SITEID or USUBJID; waive the finding for a subject who was screened again.
    """
    for name in ("SUBJID", "SITEID"):
        if name not in data:
            continue
        judged, differs = _not_contained(data, name)
        if np.count_nonzero(judged) < _FEWEST:
            continue
        if np.count_nonzero(differs) > (1 - HOLDS) * np.count_nonzero(judged):
            continue
        message = f"{name} is not part of USUBJID, unlike that of the other subjects"
        moved = differs & _occurs_among(data, name, judged & ~differs) & (name == "SITEID")
        yield Fault(differs & ~moved, (name, "USUBJID"), message)
        yield Fault(moved, (name, "USUBJID"), f"{message}; it is the SITEID of other subjects", Severity.NOTE)


def _not_contained(data: Dataset, name: str) -> tuple[Mask, Mask]:
    """Records with both identifiers, and those whose USUBJID does not contain the other."""
    whole, part = data.distinct("USUBJID"), data.distinct(name)
    judged = (whole.codes >= 0) & (part.codes >= 0)
    pairs, pair_of = np.unique(
        np.stack([whole.codes[judged], part.codes[judged]]), axis=1, return_inverse=True
    )
    texts, parts = [str(each) for each in whole], [_text(each) for each in part]
    lacking = np.array([parts[p] not in texts[w] for w, p in pairs.T.tolist()], dtype=np.bool_)
    differs = np.zeros(len(data), dtype=np.bool_)
    differs[judged] = lacking[np.ravel(pair_of)]
    return judged, differs


def _text(value: object) -> str:
    return f"{value:.15g}" if isinstance(value, float) else str(value).strip()


def _occurs_among(data: Dataset, name: str, among: Mask) -> Mask:
    codes: NDArray[np.intp] = data.distinct(name).codes
    found: Mask = np.isin(codes, np.unique(codes[among]))
    return found
