"""Rules that compare the treatment of records with that of their subject in ADSL."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from ...evidence.agreement import Agreement, agreement
from ...evidence.arms import OF_RECORDS, has_one_period, once_per_arm, periods, treatments_in
from ...evidence.combinations import combinations
from ...evidence.subjects import adsl_record, of_each, subject, subject_days
from ...severity import Severity
from ...standards.structure import Structure
from ...study.columns import Mask
from ...study.dataset import Dataset
from ...study.study import Study
from ...wording import none_present
from ..readiness import readiness
from ..rule import Fault, Grain, NotApplicable, Yield


@readiness(
    "XD014",
    title="Treatment of a record differs from ADSL",
    severity=Severity.WARNING,
    grain=Grain.TOTALS,
    excluded=(Structure.ADSL,),
    needs=("USUBJID", "ADSL.USUBJID"),
    needs_any=(OF_RECORDS,),
)
def another_treatment(data: Dataset, study: Study) -> Iterator[Yield]:
    """TRTP or TRTA, or its number, differs from the treatment of the subject in ADSL, or is missing.

    ## What it checks
    TRTP equals TRT01P in ADSL and TRTA equals TRT01A, and TRTPN and TRTAN equal TRT01PN and TRT01AN; with
    APERIOD, the variables of that period. A number is reported where its text is the one in ADSL. If it is
    that of another arm in ADSL, and one text has several numbers in the dataset, it is an error. A missing
    value is reported if ADSL has one, in time-to-event data on every record, in other data on records
    during treatment: TRTEMFL = Y, else a date after TRTSDT and not after TRTEDT.

    ## Not a fault
    A crossover: if ADSL has several periods and the record has no APERIOD, the treatment of any period, or
    none. A treatment missing in ADSL, too, such as TRTA of a subject randomized but not treated. Records
    before or after treatment without TRTA. In data other than time to event, values that no subject has in
    ADSL, such as the dose at onset or pooled arms: a note. An ADSL without these variables.

    ## Why it matters
    The subject is analysed in the wrong arm, in no arm, or in different arms in different tables. An
    analysis that selects or orders arms by their number compares the wrong ones.

    ## Smallest fix
    Derive the treatment of records from ADSL, by period in a crossover.
    """
    adsl = study["ADSL"]
    compared = {name: of for name in OF_RECORDS if name in data and (of := periods(adsl, name))}
    if not compared:
        yield NotApplicable(none_present(*(f"ADSL.TRT01{name[3:]}" for name in OF_RECORDS if name in data)))
        return
    is_time_to_event = Structure.TTE in data.structure.lineage
    expected = _expected(data, study)
    open_to = {kind: ~once_per_arm(data, study) for kind in ("TRTP", "TRTA")}
    for name, of in compared.items():
        found, text = _against(data, adsl, name, of), name.removesuffix("N")
        ours = f"{name} differs from {_treatments(data, of)} in ADSL"
        differs = (found.differs | found.absent_there) & open_to[text]
        blank = found.absent_here & expected & open_to[text]
        open_to[text] &= ~(differs | blank)
        unknown = _unknown(data, adsl, name, of) & differs & (not is_time_to_event)
        mixed = _of_another_arm(data, adsl, name, of) & differs
        yield Fault(differs & ~unknown & ~mixed, (name,), ours)
        message = (
            f"{name} is the number of another arm in ADSL; records with the same {text} have several {name}"
        )
        yield Fault(mixed & ~unknown, (name,), message, Severity.ERROR)
        message = f"{name} is not a value of {' or '.join(of.values())} in ADSL"
        yield Fault(unknown, (name,), message, Severity.NOTE)
        yield Fault(blank, (name,), f"{name} is missing, but the subject has a treatment in ADSL")


def _treatments(data: Dataset, of: dict[int, str]) -> str:
    """The variables in ADSL that the treatment of a record is compared with."""
    if len(of) > 1 and "APERIOD" in data:
        return f"the treatment of the period ({', '.join(of.values())})"
    return " and ".join(of.values())


def _against(data: Dataset, adsl: Dataset, name: str, of: dict[int, str]) -> Agreement:
    """How the treatment of records compares with that of their period, or of any if that is unknown."""
    record = adsl_record(data, adsl)
    found = {period: agreement(data, name, adsl, theirs, record) for period, theirs in of.items()}
    differs = {period: each.differs | each.absent_there for period, each in found.items()}
    of_none: Mask = np.logical_and.reduce(list(differs.values()))
    absent = np.zeros(len(data), dtype=np.bool_)
    if "APERIOD" in data:
        period = data.numbers("APERIOD")
        another = of_none & ~np.isin(period, list(differs))
        for number, each in found.items():
            another |= differs[number] & (period == number)
            absent |= each.absent_here & (period == number)
        of_none = another
        if has_one_period(adsl):
            absent |= np.logical_or.reduce([each.absent_here for each in found.values()]) & np.isnan(period)
    elif has_one_period(adsl):
        absent = np.logical_or.reduce([each.absent_here for each in found.values()])
    return Agreement(of_none, absent, np.zeros_like(absent))


def _expected(data: Dataset, study: Study) -> Mask:
    """Records that must have a treatment: of times to event all, of others those during treatment."""
    if Structure.TTE in data.structure.lineage:
        return data.parameters.durations
    if "TRTEMFL" in data:
        return data.equals("TRTEMFL", "Y")
    dates = [name for name in ("ASTDT", "ADT") if name in data]
    if not dates or subject(data, study, "TRTSDT") is None:
        return np.zeros(len(data), dtype=np.bool_)
    day, last = data.days(dates[0]), subject_days(data, study, "TRTEDT")
    return (day > subject_days(data, study, "TRTSDT")) & ~(day > last)


def _unknown(data: Dataset, adsl: Dataset, name: str, of: dict[int, str]) -> Mask:
    """Records whose value no subject in ADSL has, where some other value of the dataset is known there."""
    ours, known = data.distinct(name), treatments_in(adsl)
    unknown = ~np.logical_or.reduce([known.among(each, ours) for each in of.values()])
    return ours.spread(unknown, missing=False)


def _of_another_arm(data: Dataset, adsl: Dataset, name: str, of: dict[int, str]) -> Mask:
    """Records whose number is one of ADSL's, and whose text has several numbers in the dataset."""
    text = name.removesuffix("N")
    if text == name or text not in data:
        return np.zeros(len(data), dtype=np.bool_)
    both = combinations(data, text, name)
    times = data.total(f"records of each {text} and {name}", both.times)
    texts = times.index.get_level_values(0)
    several = pd.Series(texts.isin(texts[texts.duplicated()]), index=times.index)
    return both.spread(several) & ~_unknown(data, adsl, name, of)


@readiness(
    "SL017",
    title="TRT01P or TRT01A is the arm of other subjects",
    severity=Severity.WARNING,
    grain=Grain.DATASET,
    structures=(Structure.ADSL,),
    needs_any=(("TRT01P", "TRT01A"), ("ARM", "ACTARM", "DM.ARM", "DM.ACTARM")),
    consults=("DM",),
)
def another_arm(data: Dataset, study: Study) -> Iterator[Yield]:
    """TRT01P is not ARM of the subject, but ARM of others; or TRT01A is ACTARM of others.

    ## What it checks
    If ADSL has one treatment period: TRT01P with the text of an ARM is ARM of the subject, and TRT01A with
    the text of an ACTARM is ACTARM of the subject. ARM and ACTARM in ADSL are those in DM if it is present;
    if ADSL has none, those of DM are used.

    ## Not a fault
    Treatments with values of their own, such as the name of the drug, or pooled arms. Several periods.

    ## Why it matters
    Subjects are analysed in the wrong arm. If two arms are exchanged for all subjects or for a site, all
    datasets agree with each other, and only ARM differs.

    ## Smallest fix
    Derive TRT01P from ARM and TRT01A from ACTARM.
    """
    if not has_one_period(data):
        yield NotApplicable("ADSL has several periods")
        return
    compared = list(_arms_compared(data, study))
    if not compared:
        yield NotApplicable("no treatment is present with its arm (TRT01P and ARM, TRT01A and ACTARM)")
        return
    for treatment, arm, source in compared:
        ours, theirs = data.distinct(treatment), source.distinct(arm)
        codes = theirs.codes
        if source is not data:
            codes = of_each(codes, adsl_record(data, source), unknown=-1)
        known_as = ours.spread(ours.positions_in(theirs), missing=-1)
        another = (known_as >= 0) & (codes >= 0) & (known_as != codes)
        name, variables = (arm, (treatment, arm)) if source is data else (f"{arm} of DM", (treatment,))
        yield Fault(another, variables, f"{treatment} differs from {name}, but is {arm} of other subjects")


def _arms_compared(data: Dataset, study: Study) -> Iterator[tuple[str, str, Dataset]]:
    """A treatment of ADSL, the arm it is compared with, and the dataset that has that arm."""
    demographics = study["DM"] if "DM" in study and "USUBJID" in study["DM"] else None
    for treatment, arm in (("TRT01P", "ARM"), ("TRT01A", "ACTARM")):
        collected = demographics if demographics is not None and arm in demographics else None
        if arm in data:
            if treatment in data:
                yield treatment, arm, data
            if collected is not None and "USUBJID" in data:
                yield arm, arm, collected
        elif treatment in data and collected is not None and "USUBJID" in data:
            yield treatment, arm, collected
