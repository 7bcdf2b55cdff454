"""Rules about TRTEMFL: which adverse events count as treatment-emergent."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

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
    title="A treatment-emergent event cannot be one",
    severity=Severity.ERROR,
    grain=Grain.SUBJECT,
    structures=_ADAE,
    needs=("TRTEMFL",),
    needs_any=((*_FIRST_DOSE, "SAFFL", "ADSL.SAFFL"),),
    consults=("ADSL",),
)
def emergent_without_treatment(data: Dataset, study: Study) -> Iterator[Fault]:
    """An event is treatment-emergent although its subject was not treated, or it ended before.

    ## What it checks
    Where TRTEMFL is Y, TRTSDT is there, SAFFL is Y, and AENDT is not before TRTSDT. TRTSDT and SAFFL are
    the record's own, else those of ADSL. An imputed end that may have been later is a warning.

    ## Not a fault
    Subjects that ADSL does not know: they have a finding of their own.

    ## Why it matters
    The event is counted for a subject who is not in the denominator, or before there was anything to
    emerge from.

    ## Smallest fix
    Derive TRTEMFL again from ASTDT, AENDT and TRTSDT, or complete TRTSDT and SAFFL.
    """
    flagged = data.equals("TRTEMFL", "Y")
    start, safety = (subject(data, study, name) for name in ("TRTSDT", "SAFFL"))
    if start is not None:
        yield Fault(flagged & start.missing(), ("TRTEMFL", "TRTSDT"), "TRTEMFL is Y without a TRTSDT")
    if safety is not None:
        outside = flagged & safety.known & ~safety.equals("Y")
        yield Fault(outside, ("TRTEMFL", "SAFFL"), "TRTEMFL is Y where SAFFL is not")
    if start is not None and "AENDT" in data:
        end, first_dose = analysed(data, "AENDT", "AENDTF", "AEENDTC"), start.days()
        before = flagged & (data.days("AENDT") < first_dose)
        variables = ("TRTEMFL", "AENDT", "TRTSDT")
        surely = before & (end.last < first_dose)
        yield Fault(surely, variables, "TRTEMFL is Y although AENDT is before TRTSDT")
        message = "TRTEMFL is Y although AENDT, as imputed, is before TRTSDT"
        yield Fault(before & ~surely, variables, message, Severity.WARNING)


@readiness(
    "AE007",
    title="An event is treatment-emergent in a period only",
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
    Tables by period add up to more than the table of the study.

    ## Smallest fix
    Set TRTEMFL to Y, or clear the flag of the period.
    """
    other = ~data.equals("TRTEMFL", "Y")
    for variable in data.variables:
        if index_of("TREMxxFL", variable.name.upper()):
            mask = other & data.equals(variable.name, "Y")
            yield Fault(mask, (variable.name, "TRTEMFL"), f"{variable.name} is Y where TRTEMFL is not")


@readiness(
    "AE008",
    title="A treatment-emergent event starts before treatment",
    severity=Severity.WARNING,
    grain=Grain.SUBJECT,
    structures=_ADAE,
    needs=("TRTEMFL", "ASTDT"),
    needs_any=(_FIRST_DOSE,),
    consults=("ADSL",),
)
def emergent_before_treatment(data: Dataset, study: Study) -> Iterator[Yield]:
    """An event is treatment-emergent although it began before the first dose.

    ## What it checks
    Where TRTEMFL is Y, ASTDT is on or after TRTSDT (the record's own, else that of ADSL). An error where
    a treatment-emergent window is declared.

    ## Not a fault
    A start that was imputed and may have been on or after TRTSDT: the month, the year or the whole date
    that ASTDTF or AESTDTC leaves open covers it. Events that worsened under treatment, where worsening is
    declared. A missing start.

    ## Why it matters
    What a subject brought along is counted against the treatment.

    ## Smallest fix
    Clear TRTEMFL, or declare that worsened events count.
    """
    if data.declarations.worsening:
        yield NotApplicable("worsening is declared")
        return
    before = data.equals("TRTEMFL", "Y") & (_start(data).last < subject_days(data, study, "TRTSDT"))
    message = "TRTEMFL is Y although ASTDT is before TRTSDT"
    severity = Severity.WARNING if data.declarations.window_days is None else Severity.ERROR
    yield Fault(before, ("TRTEMFL", "ASTDT", "TRTSDT"), message, severity)


@readiness(
    "AE009",
    title="A treatment-emergent event starts after the declared window",
    severity=Severity.ERROR,
    grain=Grain.DATASET,
    structures=_ADAE,
    needs=("TRTEMFL", "ASTDT"),
    needs_any=(_LAST_DOSE,),
    consults=("ADSL",),
)
def emergent_after_window(data: Dataset, study: Study) -> Iterator[Yield]:
    """An event is treatment-emergent although it began later after the last dose than declared.

    ## What it checks
    Where TRTEMFL is Y, ASTDT is at most so many days after TRTEDT as the declared window has. Without a
    declaration nothing is judged: the report says how many days the flags are consistent with.

    ## Not a fault
    Subjects still under treatment, without TRTEDT. A start that was imputed and may have been earlier.

    ## Why it matters
    Arms that are followed longer collect more events; the window keeps them comparable.

    ## Smallest fix
    Clear TRTEMFL, or declare the window that was used.
    """
    flagged, last_dose = data.equals("TRTEMFL", "Y"), subject_days(data, study, "TRTEDT")
    days = data.days("ASTDT") - last_dose
    later = flagged & (days >= 0)
    if not later.any() and np.isnan(last_dose).all():
        yield NotApplicable("TRTEDT is missing on every record")
        return
    if later.any():
        known = int(days[later].max())
        yield Inference("TRTEMFL", f"TRTEMFL = Y is consistent with at most {known} days after last dose")
    window = data.declarations.window_days
    if window is not None:
        late = flagged & (_start(data).first - last_dose > window)
        message = f"TRTEMFL is Y although ASTDT is more than {window} days after TRTEDT"
        yield Fault(late, ("TRTEMFL", "ASTDT", "TRTEDT"), message)


@readiness(
    "AE010",
    title="An event under treatment is not treatment-emergent",
    severity=Severity.WARNING,
    grain=Grain.SUBJECT,
    structures=_ADAE,
    needs=("TRTEMFL", "ASTDT"),
    needs_any=(_FIRST_DOSE, _LAST_DOSE),
    consults=("ADSL",),
)
def not_emergent_under_treatment(data: Dataset, study: Study) -> Iterator[Fault]:
    """An event that began between the first and the last dose is not treatment-emergent.

    ## What it checks
    Where ASTDT lies between TRTSDT and TRTEDT, TRTEMFL is Y. With a declared window the time counts until
    so many days after TRTEDT, and exceptions are errors.

    ## Not a fault
    Null instead of N. A missing start. A start that was imputed and may have been before the first dose or
    after the time that counts. An event on the day of the first dose that ASTDTM puts before TRTSDTM.
    Subjects whose SAFFL is not Y, or without TRTEDT.

    ## Why it matters
    The event is missing from every table of treatment-emergent events.

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
        yield Fault(under, variables, "TRTEMFL is not Y although ASTDT is between first and last dose")
    else:
        message = f"TRTEMFL is not Y although ASTDT is between first dose and {window} days after the last"
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
