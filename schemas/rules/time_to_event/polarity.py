"""Rules about the values of CNSR: which of them marks an event."""

from __future__ import annotations

from collections.abc import Iterator

from ...evidence.event_code import event_codes
from ...severity import Severity
from ...standards.structure import Structure
from ...study.dataset import Dataset
from ..by_parameter import OfParameter, by_parameter
from ..readiness import readiness
from ..rule import Fault, Grain


@readiness(
    "TTE030",
    title="Events are coded with a CNSR other than 0",
    severity=Severity.ERROR,
    grain=Grain.DATASET,
    structures=(Structure.TTE,),
    needs=("PARAMCD", "CNSR"),
    needs_any=(("EVNTDESC", "SRCVAR"),),
)
def events_without_zero(data: Dataset) -> Iterator[Fault]:
    """A parameter has no record with CNSR = 0, but its records with the lowest CNSR are events.

    ## What it checks
    In a parameter without CNSR = 0, most records with the lowest CNSR are described as the event that PARAM
    names (a death for survival, a progression for progression-free survival, "Pain relief" if PARAM is "Time
    to Pain Relief"), or for survival come from a date of death (SRCVAR), or if PARAM has "Time to" from the
    start of an adverse event, without CNSDTDSC; none is described as censored; and most records with
    a higher CNSR are (EVNTDESC, CNSDTDSC, LSTALVDT, EOSDT, … in SRCVAR). This is the coding 1 = event,
    2 = censored.

    ## Not a fault
    A parameter without any event. A death that is censored in a parameter that is not about death, such as
    time to progression. Descriptions such as "Death after two missed visits" or "No progression".

    ## Why it matters
    CNSR = 0 is the only value that marks an event: every record is analysed as censored, and the survival
    curve stays at 1.

    ## Smallest fix
    Set CNSR to 0 for events and to 1 or more for censored records.
    """
    codes, cnsr, parameters = event_codes(data), data.numbers("CNSR"), data.parameters
    # NaN, where nothing proves a code, equals no CNSR.
    found = [
        OfParameter(name, f"no record has CNSR = 0, but records with CNSR = {code:g} are events", own)
        for name, own in parameters.each(cnsr == codes[parameters.codes])
        for code in [codes[parameters.codes[own[0]]]]
    ]
    yield from by_parameter(data, ("CNSR", "EVNTDESC", "SRCVAR"), found, "events are coded with CNSR above 0")
