"""Legitimate ways to make AVAL from its dates."""

import numpy as np
import pandas as pd
from designs import design, elapsed, times


def _in(delivery, unit, per_unit, rounding, *parameters):
    """AVAL of parameters in another unit, rounded in some way."""
    frame = delivery.frame("ADTTE")
    own = frame.PARAMCD.isin(parameters or ["OS", "PFS", "DOR"])
    frame.loc[own, "AVAL"] = rounding(elapsed(frame)[own] / per_unit)
    frame.loc[own, "AVALU"] = unit.upper()
    frame.loc[own, "PARAM"] = frame.PARAM[own].str.replace(r"\(.*\)", f"({unit})", regex=True)


@design
def study_weeks(delivery):
    """Day 1 is in week 1, day 8 in week 2."""
    _in(delivery, "Weeks", 7, np.ceil)


@design
def begun_months(delivery):
    """Months rounded up."""
    _in(delivery, "Months", 30.4375, np.ceil)


@design
def begun_years(delivery):
    """Years rounded up."""
    _in(delivery, "Years", 365.25, np.ceil, "OS")


@design
def months_rounded_up_to_a_decimal(delivery):
    """Rounded up in the first decimal."""
    _in(delivery, "Months", 30.4375, lambda value: np.ceil(value * 10 - 1e-9) / 10)


@design
def completed_weeks(delivery):
    """Weeks cut to whole ones."""
    _in(delivery, "Weeks", 7, np.floor)


@design
def months_of_the_gregorian_year(delivery):
    """365.2425 / 12 days, unrounded."""
    _in(delivery, "Months", 365.2425 / 12, np.asarray)


@design
def gregorian_years(delivery):
    """365.2425 days, unrounded."""
    _in(delivery, "Years", 365.2425, np.asarray)


@design
def months_of_four_weeks(delivery):
    """28 days, to two decimals."""
    _in(delivery, "Months", 28, lambda value: value.round(2))


@design
def a_small_parameter_with_the_constant_of_others(delivery):
    """Six responses in months of 29.53 days, to one decimal, as the other endpoints are."""
    frame, response = times(delivery, "DOR")
    delivery.put("ADTTE", frame.drop(index=frame.index[response][6:]).reset_index(drop=True))
    delivery.remove("ADRS")
    frame = delivery.frame("ADTTE")
    frame.loc[frame.SRCDOM.eq("ADRS"), ["SRCDOM", "SRCVAR", "SRCSEQ"]] = [None, None, np.nan]
    _in(delivery, "Months", 29.53, lambda value: value.round(1))


@design
def a_unit_for_each_parameter(delivery):
    """Days, weeks rounded up, months and years beside each other."""
    _in(delivery, "Weeks", 7, np.ceil, "OS")
    _in(delivery, "Years", 365.25, np.asarray, "DOR")


def _timed(delivery, unit, per_unit, rounding=np.asarray):
    """Time to the serious event from the times of the first dose and of the event."""
    frame, own = times(delivery, "TTSAE")
    start = frame.STARTDT.astype("datetime64[s]") + pd.to_timedelta(
        np.arange(len(frame)) * 53 % 600, unit="min"
    )
    end = frame.ADT.astype("datetime64[s]") + pd.to_timedelta(
        600 + np.arange(len(frame)) * 37 % 800, unit="min"
    )
    frame = frame.assign(STARTDTM=start.where(own), ADTM=end.where(own))
    elapsed_seconds = (end - start).dt.total_seconds()[own]
    frame.loc[own, "AVAL"] = rounding(elapsed_seconds / per_unit)
    frame.loc[own, "AVALU"] = unit.upper()
    frame.loc[own, "PARAM"] = f"Time to First Serious Adverse Event ({unit})"
    delivery.put("ADTTE", frame)


@design
def parts_of_days(delivery):
    """ADTM - STARTDTM in days with all their digits."""
    _timed(delivery, "Days", 86_400)


@design
def parts_of_days_to_two_decimals(delivery):
    """The same, rounded."""
    _timed(delivery, "Days", 86_400, lambda value: value.round(2))


@design
def hours_between_times(delivery):
    """ADTM - STARTDTM in hours."""
    _timed(delivery, "Hours", 3600)


@design
def whole_hours_begun(delivery):
    """Hours rounded up."""
    _timed(delivery, "Hours", 3600, np.ceil)


@design
def minutes_between_times(delivery):
    """ADTM - STARTDTM in minutes."""
    _timed(delivery, "Minutes", 60)


@design
def completed_years(delivery):
    """Years cut to whole ones."""
    _in(delivery, "Years", 365.25, np.floor, "OS")


@design
def seconds_between_times(delivery):
    """ADTM - STARTDTM in seconds."""
    _timed(delivery, "Seconds", 1)
