"""Rules about dates that come too early: treatment before consent, records long before treatment."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from ...evidence.partial_dates import analysed
from ...evidence.subjects import adsl_record, of_each, subject_days
from ...severity import Severity
from ...standards.structure import Structure
from ...study.columns import Days, Mask
from ...study.dataset import Dataset
from ...study.partial_dates import PartialDates
from ...study.study import Study
from ..readiness import readiness
from ..rule import Fault, Grain, NotApplicable, Yield

_YEAR = 365.25
_DECADES = 30 * _YEAR
"""Earlier dates have a finding of their own (XD060)."""
_USUAL = 0.02
"""Share of subjects with such records from which on they are part of the design."""
_START = ("TRTSDT", "ADSL.TRTSDT")


@readiness(
    "SL018",
    title="Treatment starts before informed consent",
    severity=Severity.WARNING,
    grain=Grain.DATASET,
    structures=(Structure.ADSL,),
    needs=("USUBJID", "TRTSDT"),
    needs_any=(("RFICDT", "DM.RFICDTC"),),
    consults=("DM",),
)
def treated_before_consent(data: Dataset, study: Study) -> Iterator[Fault]:
    """The first treatment of a subject is before the informed consent.

    ## What it checks
    TRTSDT is on or after the informed consent: RFICDT in ADSL, else RFICDTC in DM.

    ## Not a fault
    A partial RFICDTC that may be earlier. A missing date of consent.

    ## Why it matters
    One of the two dates is wrong, and with TRTSDT all study days and times to event are; or a subject was
    treated without consent.

    ## Smallest fix
    Correct the date that is wrong.
    """
    if "RFICDT" in data:
        fault = data.days("TRTSDT") < data.days("RFICDT")
        yield Fault(fault, ("TRTSDT", "RFICDT"), "TRTSDT is before RFICDT")
        return
    demographics = study["DM"]
    fault = data.days("TRTSDT") < _consents(data, demographics)
    yield Fault(fault, ("TRTSDT",), "TRTSDT is before RFICDTC in DM")


@readiness(
    "AE053",
    title="Adverse event starts before informed consent",
    severity=Severity.WARNING,
    grain=Grain.TOTALS,
    structures=(Structure.ADAE,),
    needs=("USUBJID", "ASTDT", "DM.USUBJID", "DM.RFICDTC"),
)
def event_before_consent(data: Dataset, study: Study) -> Iterator[Fault]:
    """An adverse event starts before the informed consent of the subject.

    ## What it checks
    ASTDT is on or after RFICDTC in DM.

    ## Not a fault
    A start that is imputed and may be later. Events of more than 2% of the subjects: the study collects
    events that began before.

    ## Why it matters
    One of the two dates is wrong, or the event is medical history.

    ## Smallest fix
    Correct the date that is wrong.
    """
    early = _last_days(data, "ASTDT") < _consents(data, study["DM"])
    yield Fault(early & ~_usual(data, early), ("ASTDT",), "ASTDT is before RFICDTC in DM")


def _consents(data: Dataset, demographics: Dataset) -> Days:
    """The first day that the consent of each record's subject may be of."""
    days = PartialDates.of(demographics, "RFICDTC").lower
    return of_each(days, adsl_record(data, demographics), unknown=np.nan)


@readiness(
    "XD069",
    title="Record is more than a year before treatment",
    severity=Severity.WARNING,
    grain=Grain.TOTALS,
    structures=(Structure.BDS, Structure.ADAE),
    excluded=(Structure.TTE,),
    needs=("USUBJID",),
    needs_any=(("ADT", "ASTDT"), _START),
    consults=("ADSL",),
)
def long_before_treatment(data: Dataset, study: Study) -> Iterator[Yield]:
    """An assessment, or an adverse event, is dated more than a year before the first treatment.

    ## What it checks
    ADT, and ASTDT of adverse events, is not more than a year before TRTSDT of the subject, from the record or
    ADSL.

    ## Not a fault
    Dates of decades before, which another rule reports (XD060). A parameter, or adverse events, that more
    than 2% of the subjects have so early: history and diagnoses. An imputed date that may be later.

    ## Why it matters
    The year is wrong, of the record or of TRTSDT. The record is taken for a baseline, or lost by a window.

    ## Smallest fix
    Correct the date that is wrong.
    """
    name, start = "ADT" if "ADT" in data else "ASTDT", subject_days(data, study, "TRTSDT")
    if not data.total("TRTSDT", int(np.count_nonzero(~np.isnan(start)))):
        yield NotApplicable("TRTSDT has no value")
        return
    days = _last_days(data, name)
    early = (days < start - _YEAR) & (days > start - _DECADES)
    yield Fault(early & ~_usual(data, early), (name, "TRTSDT"), f"{name} is more than a year before TRTSDT")


def _last_days(data: Dataset, name: str) -> Days:
    """The last day that each date may be."""
    if name == "ASTDT":
        return analysed(data, "ASTDT", "ASTDTF", "AESTDTC").last
    imputed = data.filled("ADTF") if "ADTF" in data else np.zeros(len(data), dtype=np.bool_)
    return np.where(imputed, np.nan, data.days(name))


def _usual(data: Dataset, early: Mask) -> Mask:
    """Records of parameters of which some subjects are expected to have such records."""
    names, codes = data.parameters.names, data.parameters.codes
    number = np.bincount(codes[early], minlength=len(names))
    total = data.total("early records of each parameter", pd.Series(number, index=names))
    concerned = {name: codes == n for n, name in enumerate(names) if total[name]}
    subjects = data.distinct("USUBJID").codes

    def counted(chosen: Mask) -> pd.Series[int]:
        each = {name: len(np.unique(subjects[own & chosen])) for name, own in concerned.items()}
        return pd.Series(each, dtype=np.intp)

    every = data.total("subjects of each parameter", counted(np.ones_like(early)))
    some = data.total("subjects with early records of each parameter", counted(early))
    usual = np.zeros(len(data), dtype=np.bool_)
    for name, own in concerned.items():
        usual |= own & bool(some[name] > max(1, _USUAL * every[name]))
    return usual
