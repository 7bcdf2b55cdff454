"""Legitimate designs in which analysis flags ANLzzFL say what counts."""

import numpy as np
import pandas as pd
from designs import and_more, design, elapsed, times


@design
def records_without_values_that_no_flag_selects(delivery):
    """A second derivation that gave nothing: without AVAL, ADT and CNSR, beside the record that counts."""
    frame, own = times(delivery, "PFS")
    empty = frame[own].head(7).assign(ANL01FL=None, ASEQ=lambda data: data.ASEQ + 40)
    empty[["DTYPE"]] = "NOT EVALUABLE"
    flagged = frame.assign(ANL01FL="Y", DTYPE=None)
    empty["EVNTDESC"] = empty["CNSDTDSC"] = None
    empty[["SRCDOM", "SRCVAR"]] = None
    empty["SRCSEQ"] = np.nan
    delivery.put("ADTTE", and_more(flagged, empty))


@design
def a_second_derivation_of_survival(delivery):
    """Survival to withdrawal beside overall survival in one parameter; the flag selects the latter."""
    frame, own = times(delivery, "OS")
    second = frame[own & frame.CNSR.eq(0)].assign(
        ANL01FL=None, CNSR=2, EVNTDESC="Withdrew before", CNSDTDSC="Withdrawal", SRCDOM=None, SRCVAR=None
    )
    second["ADT"] = (second.ADT - pd.Timedelta(days=20)).where(
        pd.Timedelta("20D") < second.ADT - second.STARTDT
    )
    second = second[second.ADT.notna()].assign(AVAL=elapsed, ASEQ=lambda data: data.ASEQ + 40)
    delivery.put("ADTTE", and_more(frame.assign(ANL01FL="Y"), second))


@design
def two_analysis_flags_of_times(delivery):
    """Each subject has a record per analysis, each flag leaving one."""
    frame = delivery.frame("ADTTE").assign(ANL01FL="Y", ANL02FL=None)
    second = frame.assign(ANL01FL=None, ANL02FL="Y", ASEQ=lambda data: data.ASEQ + 40)
    delivery.put("ADTTE", and_more(frame, second))


@design
def two_analysis_sets_of_events(delivery):
    """Every event once per analysis set, told apart by ANL01FL and ANL02FL."""
    frame = delivery.frame("ADAE")
    first = frame.assign(ANL01FL="Y", ANL02FL=None, ASEQ=frame.AESEQ * 2 - 1)
    second = frame.assign(ANL01FL=None, ANL02FL="Y", ASEQ=frame.AESEQ * 2)
    delivery.put("ADAE", and_more(first, second))
    times_to = delivery.frame("ADTTE")
    traced = times_to.SRCDOM.eq("ADAE")
    times_to.loc[traced, "SRCSEQ"] = times_to.SRCSEQ[traced] * 2 - 1


@design
def one_analysis_set_of_serious_events(delivery):
    """ANL01FL marks all events, ANL02FL the serious ones: sets may overlap."""
    frame = delivery.frame("ADAE")
    serious = np.where(frame.AESER.eq("Y"), "Y", None)
    delivery.put("ADAE", frame.assign(ANL01FL="Y", ANL02FL=serious))


@design
def events_copied_for_traceability(delivery):
    """Copies that no analysis flag selects."""
    frame = delivery.frame("ADAE")
    first = frame.assign(ANL01FL="Y", ASEQ=frame.AESEQ)
    occurrence = [name for name in frame if name.startswith("AOCC")]
    copies = frame.head(9).assign(ANL01FL=None, ASEQ=lambda data: data.AESEQ + 100)
    copies[occurrence] = None
    delivery.put("ADAE", and_more(first, copies))
