"""Rules about TRTEMFL: which adverse events count as treatment-emergent."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ...evidence.combinations import by_days
from ...evidence.partial_dates import Spans, analysed
from ...evidence.subjects import SubjectVariable, subject, subject_days
from ...severity import Severity
from ...standards.requirement import index_of
from ...standards.structure import Structure
from ...study.columns import Mask
from ...study.dataset import Dataset
from ...study.study import Study
from ..readiness import readiness
from ..rule import Fault, Grain, Inference, NotApplicable, Yield

_ADAE = (Structure.ADAE,)
_FIRST_DOSE, _LAST_DOSE = ("TRTSDT", "ADSL.TRTSDT"), ("TRTEDT", "ADSL.TRTEDT")


def emergent(data: Dataset) -> Mask:
    """Treatment-emergent records; all of them in a dataset without TRTEMFL."""
    if "TRTEMFL" not in data:
        return np.ones(len(data), dtype=np.bool_)
    return data.equals("TRTEMFL", "Y")


def _start(data: Dataset) -> Spans:
    return analysed(data, "ASTDT", "ASTDTF", "AESTDTC")


@readiness(
    "AE006",
    title="TRTEMFL is Y, but the event cannot be treatment-emergent",
    severity=Severity.ERROR,
    grain=Grain.SUBJECT,
    structures=_ADAE,
    needs=("TRTEMFL",),
    needs_any=((*_FIRST_DOSE, "SAFFL", "ADSL.SAFFL"),),
    consults=("ADSL",),
)
def emergent_without_treatment(data: Dataset, study: Study) -> Iterator[Fault]:
    """An event is treatment-emergent although the subject was not treated, or the event ended before.

    ## What it checks
    Where TRTEMFL is Y, TRTSDT has a value, SAFFL is Y, and AENDT is not before TRTSDT. TRTSDT and SAFFL
    are taken from the record, otherwise from ADSL. A warning if AENDT is imputed and may have been
    later.

    ## Not a fault
    Subjects who are not in ADSL: another rule reports them.

    ## Why it matters
    The event is counted for a subject who is not in the denominator, or before the first dose.

    ## Smallest fix
    Derive TRTEMFL again from ASTDT, AENDT and TRTSDT, or complete TRTSDT and SAFFL.
    """
    flagged = data.equals("TRTEMFL", "Y")
    start, safety = (subject(data, study, name) for name in ("TRTSDT", "SAFFL"))
    if start is not None:
        yield Fault(flagged & start.missing(), ("TRTEMFL", "TRTSDT"), "TRTEMFL is Y, but TRTSDT is missing")
    if safety is not None:
        outside = flagged & safety.known & ~safety.equals("Y")
        yield Fault(outside, ("TRTEMFL", "SAFFL"), "TRTEMFL is Y, but SAFFL is not Y")
    if start is not None and "AENDT" in data:
        end, first_dose = analysed(data, "AENDT", "AENDTF", "AEENDTC"), start.days()
        before = flagged & (data.days("AENDT") < first_dose)
        variables = ("TRTEMFL", "AENDT", "TRTSDT")
        surely = before & (end.last < first_dose)
        yield Fault(surely, variables, "TRTEMFL is Y, but AENDT is before TRTSDT")
        message = "TRTEMFL is Y, but AENDT is before TRTSDT (imputed date)"
        yield Fault(before & ~surely, variables, message, Severity.WARNING)


@readiness(
    "AE007",
    title="Event is treatment-emergent in a period, but not in the study",
    severity=Severity.ERROR,
    grain=Grain.RECORD,
    structures=_ADAE,
    needs=("TRTEMFL",),
)
def emergent_in_period_only(data: Dataset) -> Iterator[Fault]:
    """An event is treatment-emergent in a period, but not in the study.

    ## What it checks
    Where a TREMxxFL (TREM01FL, TREM02FL, …) is Y, TRTEMFL is Y.

    ## Not a fault
    TRTEMFL = Y without a TREMxxFL.

    ## Why it matters
    The counts by period add up to more than the count for the study.

    ## Smallest fix
    Set TRTEMFL to Y, or set the period flag to null.
    """
    other = ~data.equals("TRTEMFL", "Y")
    for variable in data.variables:
        if index_of("TREMxxFL", variable.name.upper()):
            mask = other & data.equals(variable.name, "Y")
            yield Fault(mask, (variable.name, "TRTEMFL"), f"{variable.name} is Y, but TRTEMFL is not Y")


@readiness(
    "AE008",
    title="Treatment-emergent event starts before treatment",
    severity=Severity.WARNING,
    grain=Grain.SUBJECT,
    structures=_ADAE,
    needs=("TRTEMFL", "ASTDT"),
    needs_any=(_FIRST_DOSE,),
    consults=("ADSL",),
)
def emergent_before_treatment(data: Dataset, study: Study) -> Iterator[Yield]:
    """An event is treatment-emergent although it started before the first dose.

    ## What it checks
    Where TRTEMFL is Y, ASTDT is on or after TRTSDT (from the record, otherwise from ADSL). An error if
    a treatment-emergent window is declared.

    ## Not a fault
    An imputed start date that may have been on or after TRTSDT: TRTSDT or a later day is within the
    month, the year or the whole date that ASTDTF or AESTDTC leaves open. Events that worsened on
    treatment, if worsening is declared. A missing start date.

    ## Why it matters
    A pre-existing condition is counted as an event on treatment.

    ## Smallest fix
    Set TRTEMFL to null or N, or declare that worsened events count.
    """
    if data.declarations.worsening:
        yield NotApplicable("events that worsen on treatment are declared treatment-emergent")
        return
    before = data.equals("TRTEMFL", "Y") & (_start(data).last < subject_days(data, study, "TRTSDT"))
    message = "TRTEMFL is Y, but ASTDT is before TRTSDT"
    severity = Severity.WARNING if data.declarations.window_days is None else Severity.ERROR
    yield Fault(before, ("TRTEMFL", "ASTDT", "TRTSDT"), message, severity)


@readiness(
    "AE009",
    title="Treatment-emergent event starts after the declared window",
    severity=Severity.ERROR,
    grain=Grain.TOTALS,
    structures=_ADAE,
    needs=("TRTEMFL", "ASTDT"),
    needs_any=(_LAST_DOSE,),
    consults=("ADSL",),
)
def emergent_after_window(data: Dataset, study: Study) -> Iterator[Yield]:
    """An event is treatment-emergent although it started after the declared window.

    ## What it checks
    Where TRTEMFL is Y, ASTDT is within the declared number of days after TRTEDT. Without a declared
    window nothing is checked: the report shows how many days after the last dose the flags extend.

    ## Not a fault
    Subjects still on treatment, without TRTEDT. An imputed start date that may have been earlier.

    ## Why it matters
    An arm with longer follow-up collects more events; the window keeps the arms comparable.

    ## Smallest fix
    Set TRTEMFL to null or N, or declare the window that was used.
    """
    flagged, last_dose = data.equals("TRTEMFL", "Y"), subject_days(data, study, "TRTEDT")
    days = data.days("ASTDT") - last_dose
    later = flagged & (days >= 0)
    after = data.total("days after the last dose", by_days(days[later]))
    known = data.total("last doses", int(np.count_nonzero(~np.isnan(last_dose))))
    if not len(after) and not known:
        yield NotApplicable("TRTEDT is missing on every record")
        return
    if len(after):
        yield Inference("TRTEMFL", f"TRTEMFL is Y up to {int(after.index.max())} days after the last dose")
    window = data.declarations.window_days
    if window is not None:
        late = flagged & (_start(data).first - last_dose > window)
        message = f"TRTEMFL is Y, but ASTDT is more than {window} days after TRTEDT"
        yield Fault(late, ("TRTEMFL", "ASTDT", "TRTEDT"), message)


@readiness(
    "AE010",
    title="On-treatment event is not treatment-emergent",
    severity=Severity.WARNING,
    grain=Grain.SUBJECT,
    structures=_ADAE,
    needs=("TRTEMFL", "ASTDT"),
    needs_any=(_FIRST_DOSE, _LAST_DOSE),
    consults=("ADSL",),
)
def not_emergent_under_treatment(data: Dataset, study: Study) -> Iterator[Fault]:
    """An event that started between first and last dose is not treatment-emergent.

    ## What it checks
    Where ASTDT is between TRTSDT and TRTEDT, TRTEMFL is Y. If a window is declared, it extends this
    period after TRTEDT, and exceptions are errors.

    ## Not a fault
    Null instead of N. A missing start date. An imputed start date that may have been before the first
    dose or after the period. An event on the day of the first dose with ASTDTM before TRTSDTM. Subjects
    whose SAFFL is not Y, or who have no TRTEDT.

    ## Why it matters
    The event is not counted in any table of treatment-emergent events.

    ## Smallest fix
    Derive TRTEMFL again, or correct ASTDT.
    """
    first_dose, last_dose = (subject_days(data, study, name) for name in ("TRTSDT", "TRTEDT"))
    window, start = data.declarations.window_days, _start(data)
    under = ~data.equals("TRTEMFL", "Y") & (start.first >= first_dose)
    under &= start.last <= last_dose + (window or 0)
    safety = subject(data, study, "SAFFL")
    if safety is not None:
        under &= safety.equals("Y")
    under &= ~_before_first_dose_by_time(data, study, under & (start.first == first_dose))
    variables = ("TRTEMFL", "ASTDT", "TRTSDT", "TRTEDT")
    if window is None:
        yield Fault(under, variables, "TRTEMFL is not Y, but ASTDT is between first and last dose")
    else:
        message = f"TRTEMFL is not Y, but ASTDT is between first dose and {window} days after last dose"
        yield Fault(under, variables, message, Severity.ERROR)


def _before_first_dose_by_time(data: Dataset, study: Study, asked: Mask) -> Mask:
    """Records among those asked whose start has a time, earlier than that of the first dose."""
    dose = subject(data, study, "TRTSDTM")
    before = np.zeros(len(data), dtype=np.bool_)
    if not asked.any() or dose is None or "ASTDTM" not in data:
        return before
    own, theirs = SubjectVariable("ASTDTM", data, None).moments(), dose.moments()
    if own is None or theirs is None:
        return before
    before[asked] = own[asked] < theirs[asked]
    return before
