"""Legitimate designs of follow-up: its own parameter, and analyses at several cut-offs."""

import numpy as np
from designs import and_more, declared, design, elapsed, times
from two_arm_trial import DAYS_PER_MONTH

from adamgate.schemas.study.declarations import Declarations, Endpoint


def _followed(delivery, param, **values):
    """Overall survival the other way round: the end of follow-up is the event, a death is censored."""
    frame, own = times(delivery, "OS")
    died = frame.CNSR[own].eq(0)
    added = frame[own].assign(
        PARAMCD="DURFU",
        PARAM=param,
        PARAMN=9,
        ASEQ=lambda data: data.ASEQ + 20,
        CNSR=np.where(died, 1, 0),
        EVNTDESC=np.where(died, "Death", "Last contact"),
        CNSDTDSC=np.where(died, "Died during follow-up", None),
    )
    delivery.put("ADTTE", and_more(frame, added.assign(**values)))


@design
def duration_of_follow_up(delivery):
    """A reverse Kaplan-Meier analysis kept as a parameter."""
    _followed(delivery, "Duration of Follow-up (Days)")


@design
def time_to_censoring(delivery):
    """The same under another name."""
    _followed(delivery, "Time to Censoring (Days)")


@design
def reverse_kaplan_meier_of_survival(delivery):
    """The same, named after the endpoint it belongs to."""
    _followed(delivery, "Overall Survival, Reverse Kaplan-Meier (Days)")


@design
def follow_up_in_months(delivery):
    """The same in another unit."""
    frame, own = times(delivery, "OS")
    months = elapsed(frame)[own] / DAYS_PER_MONTH
    _followed(delivery, "Survival Follow-up Time (Months)", AVALU="MONTHS", AVAL=months)


@design
def follow_up_to_any_end(delivery):
    """Nobody is censored: a death ends follow-up too."""
    _followed(delivery, "Follow-up Time (Days)", CNSR=0, EVNTDESC="End of follow-up", CNSDTDSC=None)


@declared(Declarations(endpoints={"DURFU": Endpoint(role="follow-up")}))
def declared_follow_up(delivery):
    """A name that does not say it."""
    _followed(delivery, "Observation Time (Days)")


@design
def loss_to_follow_up(delivery):
    """The event is the loss: a parameter of the usual direction."""
    adsl = delivery.frame("ADSL").set_index("USUBJID")
    frame, own = times(delivery, "OS")
    lost = frame.USUBJID[own].map(adsl.EOSSTT).eq("DISCONTINUED") & frame.CNSR[own].eq(1)
    assert lost.any()
    added = frame[own].assign(
        PARAMCD="TTLTFU",
        PARAM="Time to Loss to Follow-up (Days)",
        PARAMN=9,
        ASEQ=lambda data: data.ASEQ + 20,
        CNSR=np.where(lost, 0, 1),
        EVNTDESC=np.where(lost, "Lost to follow-up", "Not lost"),
        CNSDTDSC=np.where(lost, None, "Died or still followed"),
    )
    delivery.put("ADTTE", and_more(frame, added))
