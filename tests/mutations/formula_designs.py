"""Legitimate ways to make AVAL from its dates."""

import numpy as np
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
