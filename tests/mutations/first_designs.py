"""Legitimate designs of endpoints that follow from the first progression, response or event."""

import numpy as np
import pandas as pd
from designs import declared, design
from two_arm_trial import SOURCES

from adamgate.schemas.study.declarations import Declarations, Endpoint


@design
def clinical_progressions(delivery):
    """A few progressions were established without an assessment."""
    times, adrs = delivery.frame("ADTTE"), delivery.frame("ADRS")
    own = times.index[times.PARAMCD.eq("PFS") & times.EVNTDESC.eq("Disease progression")][:4]
    adrs.loc[adrs.USUBJID.isin(times.USUBJID[own]) & adrs.AVALC.eq("PD"), "AVALC"] = "NE"
    times.loc[times.PARAMCD.isin(["PFS", "DOR"]) & times.USUBJID.isin(times.USUBJID[own]), "SRCDOM"] = None
    times.loc[times.SRCDOM.isna(), ["SRCVAR", "SRCSEQ"]] = [None, np.nan]
    times.loc[own, "EVNTDESC"] = "Clinical progression"


def _at_week_8(delivery, **values):
    """One more assessment of everybody at the first visit."""
    adrs = delivery.frame("ADRS")
    more = adrs[adrs.AVISIT.eq("WEEK 8")].assign(**values, ASEQ=lambda data: data.ASEQ + 100)
    delivery.put("ADRS", pd.concat([adrs, more], ignore_index=True))


@design
def target_lesions_progress_earlier(delivery):
    """Progression of a part of the lesions, in a parameter of its own, is no progression of the disease."""
    param = "Target Lesion Response by Investigator"
    _at_week_8(delivery, PARAMCD="TRGRESP", PARAM=param, PARAMN=2.0, AVALC="PD")


@design
def metabolic_progressions_earlier(delivery):
    """Another definition of progression, which only the dates of the events tell from the analysed one."""
    _at_week_8(delivery, PARAMCD="PETRESP", PARAM="Response by PET", PARAMN=2.0, AVALC="PD")


@design
def progressions_after_a_new_therapy(delivery):
    """Progressions that are not analysed: ANL01FL does not select them."""
    _at_week_8(delivery, ANL01FL=None, AVALC="PD", ADT=lambda data: data.ADT + pd.Timedelta(days=2))
    adrs = delivery.frame("ADRS")
    adrs["ADY"] = (adrs.ADT - adrs.TRTSDT).dt.days + 1.0


@design
def visits_that_are_not_analysed(delivery):
    """Unscheduled assessments that ANL01FL does not select, a response among them."""
    adrs = delivery.frame("ADRS")
    more = adrs[adrs.AVISIT.eq("WEEK 8")].assign(ANL01FL=None, AVALC="PR", ASEQ=lambda data: data.ASEQ + 100)
    more["ADT"] -= pd.Timedelta(days=5)
    more["ADY"] = (more.ADT - more.TRTSDT).dt.days + 1
    delivery.put("ADRS", pd.concat([adrs, more], ignore_index=True))


@design
def no_serious_event_after_the_window(delivery):
    """A serious event after the subject was censored for the first one, at the end of the risk window."""
    times = delivery.frame("ADTTE")
    own = times.index[times.PARAMCD.eq("TTSAE") & times.CNSR.eq(0)][:5]
    at = times.STARTDT[own]
    times.loc[own, "ADT"] = at
    times.loc[own, "AVAL"] = 1.0
    times.loc[own, ["CNSR", "EVNTDESC", "CNSDTDSC"]] = [1, "End of risk window", "End of risk window"]
    times.loc[own, ["SRCDOM", "SRCVAR", "SRCSEQ"]] = [None, None, np.nan]


@design
def no_event_in_a_parameter(delivery):
    """Nobody progressed: two censoring reasons, and no CNSR of 0."""
    times = delivery.frame("ADTTE")
    own = times.index[times.PARAMCD.eq("TTSAE")]
    times.loc[own, "CNSR"] = 1
    times.loc[own[::3], "CNSR"] = 2
    times.loc[own, "EVNTDESC"] = "No event by last contact"
    times.loc[own[::3], "EVNTDESC"] = "Death"
    times.loc[own, "CNSDTDSC"] = "Last contact"
    times.loc[own, ["SRCDOM", "SRCVAR", "SRCSEQ"]] = [None, None, np.nan]
    times.loc[own, "PARAM"] = "Time to First Seizure (Days)"


@design
def a_landmark_analysis(delivery):
    """Survival from the ninetieth day after the first dose on, of those who were alive then."""
    times = delivery.frame("ADTTE")
    first_dose = delivery.frame("ADSL").set_index("USUBJID").TRTSDT
    more = times[times.PARAMCD.eq("OS")].assign(
        PARAMCD="OSLM90",
        PARAM="Survival from Day 90 (Days)",
        PARAMN=8.0,
        ASEQ=lambda data: data.ASEQ + 20,
        STARTDT=lambda data: data.USUBJID.map(first_dose) + pd.Timedelta(days=90),
    )
    more = more[more.ADT >= more.STARTDT]
    more["AVAL"] = (more.ADT - more.STARTDT).dt.days + 1.0
    delivery.put("ADTTE", pd.concat([times, more], ignore_index=True))


@declared(
    Declarations(
        endpoints={
            "OS": Endpoint(events=("DEATH",)),
            "PFS": Endpoint(events=("PROGRESSION", "DEATH")),
            "DOR": Endpoint(events=("PROGRESSION", "DEATH")),
            "TTSAE": Endpoint(events=("SERIOUS",)),
        },
        sources=SOURCES,
    )
)
def declared_sources(delivery):
    """Nothing but the declaration says where events come from."""
    times = delivery.frame("ADTTE")
    delivery.put("ADTTE", times.drop(columns=["SRCDOM", "SRCVAR", "SRCSEQ"]))


ONLY_PROGRESSIONS = Endpoint(events=("PROGRESSION",))


@declared(Declarations(endpoints={"PFS": ONLY_PROGRESSIONS, "DOR": ONLY_PROGRESSIONS}, sources=SOURCES))
def deaths_are_not_declared_as_events(delivery):
    """Deaths are censored, on their day."""
    times = delivery.frame("ADTTE")
    own = times.PARAMCD.isin(["PFS", "DOR"]) & times.EVNTDESC.eq("Death")
    times.loc[own, "CNSR"] = 2
    times.loc[own, "CNSDTDSC"] = "Death"
    times.loc[own, "EVNTDESC"] = "Died before progression"


@declared(Declarations(endpoints={"PFS": Endpoint(missed_visits=1)}))
def no_visit_was_missed(delivery):
    """Assessments every eight weeks, most a few days off; the schedule is inferred."""
    adrs = delivery.frame("ADRS")
    moved = adrs.AVALC.eq("SD") & adrs.duplicated("USUBJID", keep="last")
    adrs.loc[moved, "ADT"] += pd.to_timedelta(adrs.ASEQ[moved] % 5 - 2, unit="D")
    adrs["ADY"] = (adrs.ADT - adrs.TRTSDT).dt.days + 1.0
    delivery.put("ADRS", adrs)


@design
def a_landmark_analysis_of_the_second_year(delivery):
    """Survival from a year after the first dose on, of those who were alive then."""
    times = delivery.frame("ADTTE")
    first_dose = delivery.frame("ADSL").set_index("USUBJID").TRTSDT
    more = times[times.PARAMCD.eq("OS")].assign(
        PARAMCD="OSLM12",
        PARAM="Survival from Month 12 (Days)",
        PARAMN=9.0,
        ASEQ=lambda data: data.ASEQ + 20,
        STARTDT=lambda data: data.USUBJID.map(first_dose) + pd.Timedelta(days=365),
    )
    more = more[more.ADT >= more.STARTDT]
    more["AVAL"] = (more.ADT - more.STARTDT).dt.days + 1.0
    delivery.put("ADTTE", pd.concat([times, more], ignore_index=True))
