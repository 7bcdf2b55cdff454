"""Legitimate designs of times to an event."""

import numpy as np
import pandas as pd
from designs import and_more, declared, design, elapsed, times
from two_arm_trial import DAYS_PER_MONTH

from adamgate.schemas.study.declarations import Declarations, Endpoint


@design
def composite_endpoint(delivery):
    """Several texts of events under CNSR = 0."""
    frame, own = times(delivery, "PFS")
    progressed = frame.index[own & frame.EVNTDESC.eq("Disease progression")]
    frame.loc[progressed[::2], "EVNTDESC"] = "New lesion"
    frame.loc[progressed[1::4], "EVNTDESC"] = "Clinical progression"


@design
def several_reasons_of_censoring(delivery):
    """CNSR from 1 to 4, each with its text."""
    frame, own = times(delivery, "PFS")
    censored = frame.index[own & frame.CNSR.eq(1)]
    for number, reason in enumerate(("No progression", "Lost to follow-up", "New therapy", "Withdrew"), 1):
        frame.loc[censored[number - 1 :: 4], ["CNSR", "EVNTDESC"]] = [number, reason]


@design
def one_number_for_all_censorings(delivery):
    """CNSR = 1 for several reasons, which is a note."""
    frame, own = times(delivery, "PFS")
    censored = frame.index[own & frame.CNSR.eq(1)]
    frame.loc[censored[::3], ["EVNTDESC", "CNSDTDSC"]] = ["Lost to follow-up", "Last visit before loss"]


@design
def a_flag_selects_the_record(delivery):
    """Two evaluations per subject and parameter; ANL01FL leaves one."""
    frame = delivery.frame("ADTTE").assign(ANL01FL="Y")
    second = frame[frame.PARAMCD.eq("PFS")].assign(ANL01FL=None, ASEQ=lambda data: data.ASEQ + 10)
    delivery.put("ADTTE", and_more(frame, second))


@design
def two_evaluators(delivery):
    """Progression by investigator and by committee, told apart by PARAMCD and PARCAT1."""
    frame = delivery.frame("ADTTE").assign(PARCAT1=None)
    frame.loc[frame.PARAMCD.eq("PFS"), "PARCAT1"] = "INVESTIGATOR"
    central = frame[frame.PARAMCD.eq("PFS")].assign(
        PARAMCD="PFSIRC",
        PARAM="Progression-Free Survival by IRC (Months)",
        PARAMN=9,
        PARCAT1="INDEPENDENT REVIEW",
        ASEQ=lambda data: data.ASEQ + 10,
        SRCDOM=None,
        SRCVAR=None,
        SRCSEQ=np.nan,
    )
    later = central.index[central.CNSR.eq(1)][:5]
    central.loc[later, "ADT"] -= pd.Timedelta(days=28)
    central["AVAL"] = elapsed(central) / DAYS_PER_MONTH
    delivery.put("ADTTE", and_more(frame, central))


@design
def months_with_one_decimal(delivery):
    """Up to a day and a half off, as rounding makes it."""
    frame = delivery.frame("ADTTE")
    frame["AVAL"] = frame.AVAL.where(frame.AVALU.ne("MONTHS"), frame.AVAL.round(1))


@design
def weeks_and_years(delivery):
    """Other units, stated."""
    frame, survival = times(delivery, "OS")
    frame.loc[survival, ["AVALU", "PARAM"]] = ["YEARS", "Overall Survival (Years)"]
    progression = frame.PARAMCD.eq("PFS")
    frame.loc[progression, ["AVALU", "PARAM"]] = ["WEEKS", "Progression-Free Survival (Weeks)"]
    per_unit = np.select([survival, progression], [365.25, 7.0], np.nan)
    frame["AVAL"] = frame.AVAL.where(np.isnan(per_unit), elapsed(frame) / per_unit)


@design
def calendar_months(delivery):
    """Whole months between the two dates."""
    frame, own = times(delivery, "PFS")
    months = (frame.ADT.dt.year - frame.STARTDT.dt.year) * 12 + frame.ADT.dt.month - frame.STARTDT.dt.month
    frame["AVAL"] = frame.AVAL.mask(own, months - (frame.ADT.dt.day < frame.STARTDT.dt.day))


@design
def months_of_30_days(delivery):
    """Another constant, the same on all records."""
    frame, own = times(delivery, "DOR")
    frame["AVAL"] = frame.AVAL.mask(own, elapsed(frame) / 30.4)


@design
def first_day_is_0(delivery):
    """AVAL is the plain difference of the dates."""
    frame = delivery.frame("ADTTE")
    frame["AVAL"] = frame.AVAL - np.where(frame.AVALU.eq("DAYS"), 1.0, 1 / DAYS_PER_MONTH)


@design
def unit_in_param_only(delivery):
    """No AVALU; PARAM states the unit."""
    delivery.drop("ADTTE", "AVALU")


@design
def unit_nowhere(delivery):
    """Neither AVALU nor PARAM; the dates prove it, which is a note."""
    delivery.drop("ADTTE", "AVALU")
    frame = delivery.frame("ADTTE")
    frame["PARAM"] = frame.PARAM.str.replace(r" \(.*\)", "", regex=True)


@design
def no_origin(delivery):
    """AVAL without STARTDT: nothing to compare with."""
    delivery.drop("ADTTE", "STARTDT")


@design
def no_traces(delivery):
    """SRCDOM, SRCVAR and SRCSEQ are permissible."""
    for variable in ("SRCDOM", "SRCVAR", "SRCSEQ"):
        delivery.drop("ADTTE", variable)


@design
def with_times_of_day(delivery):
    """ADTM and STARTDTM beside the dates."""
    frame = delivery.frame("ADTTE")
    noon = frame.ADT.astype("datetime64[us]") + pd.Timedelta(hours=12)
    delivery.put("ADTTE", frame.assign(ADTM=noon))


@design
def other_parameters_besidetimes(delivery):
    """A basic data structure that holds counts too: their CNSR is null."""
    frame = delivery.frame("ADTTE")
    counts = frame[frame.PARAMCD.eq("OS")].assign(
        PARAMCD="NVISIT",
        PARAM="Number of Visits",
        PARAMN=8,
        AVAL=7.0,
        AVALU=None,
        STARTDT=pd.NaT,
        CNSR=np.nan,
        EVNTDESC=None,
        CNSDTDSC=None,
        SRCDOM=None,
        SRCVAR=None,
        ASEQ=8,
    )
    delivery.put("ADTTE", and_more(frame, counts))


@design
def event_text_on_a_censored_record(delivery):
    """A death after missed visits is censored at the last visit, and CNSDTDSC says so."""
    frame, own = times(delivery, "PFS")
    visits = delivery.frame("ADRS").groupby("USUBJID").agg(ADT=("ADT", "max"), ASEQ=("ASEQ", "max"))
    late = frame.index[own & frame.EVNTDESC.eq("Death")][:4]
    of_response = frame.index[
        frame.PARAMCD.eq("DOR") & frame.EVNTDESC.eq("Death") & frame.USUBJID.isin(frame.USUBJID[late])
    ]
    for changed in (late, of_response):
        frame.loc[changed, ["CNSR", "CNSDTDSC"]] = [2, "Last visit before two or more missed"]
        frame.loc[changed, ["SRCDOM", "SRCVAR"]] = ["ADRS", "ADT"]
        frame.loc[changed, "ADT"] = frame.USUBJID[changed].map(visits.ADT)
        frame.loc[changed, "SRCSEQ"] = frame.USUBJID[changed].map(visits.ASEQ).astype(float)
        frame.loc[changed, "AVAL"] = elapsed(frame)[changed] / DAYS_PER_MONTH


@design
def nobody_had_the_event(delivery):
    """Every subject of a parameter is censored, which is a note."""
    frame, own = times(delivery, "TTSAE")
    adsl = delivery.frame("ADSL").set_index("USUBJID")
    frame.loc[own, ["CNSR", "EVNTDESC", "CNSDTDSC"]] = [1, "No serious adverse event", "End of treatment"]
    frame.loc[own, ["SRCDOM", "SRCVAR", "SRCSEQ"]] = ["ADSL", "TRTEDT", np.nan]
    frame.loc[own, "ADT"] = frame.USUBJID[own].map(adsl.TRTEDT)
    frame.loc[own, "AVAL"] = elapsed(frame)[own]


@design
def a_duration_of_zero(delivery):
    """An event on the first day where the first day is 0: a note."""
    first_day_is_0(delivery)
    frame, own = times(delivery, "TTSAE")
    first = frame.index[own & frame.CNSR.eq(1)][:1]
    frame.loc[first, "ADT"] = frame.STARTDT[first]
    frame.loc[first, ["AVAL", "SRCVAR"]] = [0.0, "TRTSDT"]


@declared(Declarations(endpoints={"SAE": Endpoint(recurrent=True)}))
def recurrent_events(delivery):
    """Several events per subject, declared."""
    frame = delivery.frame("ADTTE")
    first = frame[frame.PARAMCD.eq("TTSAE") & frame.CNSR.eq(0)].assign(
        PARAMCD="SAE", PARAM="Serious Adverse Event (Days)", PARAMN=6, ASEQ=11, SRCDOM=None, SRCVAR=None
    )
    second = first.assign(ADT=lambda data: data.ADT + pd.Timedelta(days=1), ASEQ=12)
    both = pd.concat([first, second]).assign(AVAL=elapsed)
    still_followed = both.USUBJID.map(delivery.frame("ADSL").set_index("USUBJID").LSTALVDT) >= both.ADT
    delivery.put("ADTTE", and_more(frame, both[still_followed]))


@design
def one_description_of_events_and_censorings(delivery):
    """EVNTDESC names what was looked for, on every record; CNSDTDSC says why it was not seen."""
    frame = delivery.frame("ADTTE")
    frame["CNSDTDSC"] = frame.CNSDTDSC.where(frame.CNSR.eq(0) | frame.CNSDTDSC.notna(), frame.EVNTDESC)
    frame["EVNTDESC"] = frame.PARAMCD.map({"OS": "Death", "PFS": "Progression or death"}).fillna(
        frame.EVNTDESC
    )
