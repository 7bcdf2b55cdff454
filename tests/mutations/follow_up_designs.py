"""Legitimate designs of follow-up: its own parameter, and analyses at several cut-offs."""

import numpy as np
import pandas as pd
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


def _at_interim(delivery):
    """Overall survival as it was known at an earlier cut-off, its day, and the final records."""
    frame, own = times(delivery, "OS")
    early = pd.Timestamp("2023-06-30")
    again = frame[own & frame.STARTDT.lt(early)].assign(ASEQ=lambda data: data.ASEQ + 30)
    cut = early < again.ADT
    again.loc[cut, ["CNSR", "EVNTDESC", "CNSDTDSC"]] = [1, "Alive", "Last known alive"]
    again.loc[cut, ["SRCDOM", "SRCVAR"]] = None
    again.loc[cut, "ADT"] = (early - pd.to_timedelta(np.arange(cut.sum()) % 9, unit="D")).to_numpy()
    again["ADT"] = again[["ADT", "STARTDT"]].max(axis=1)
    return early, again.assign(AVAL=elapsed), frame


@design
def interim_and_final_by_a_variable(delivery):
    """One ADTTE with two analyses, told apart by the cut-off on the record."""
    early, again, frame = _at_interim(delivery)
    final = delivery.frame("ADSL").DCUTDT.max()
    delivery.put("ADTTE", and_more(frame.assign(DCUTDT=final), again.assign(DCUTDT=early)))


@design
def interim_and_final_by_parameter(delivery):
    """Two parameters, and the cut-off of each on its records."""
    early, again, frame = _at_interim(delivery)
    final = delivery.frame("ADSL").DCUTDT.max()
    named = {"PARAMCD": "OSIA", "PARAM": "Overall Survival, Interim Analysis (Days)", "PARAMN": 9}
    delivery.put("ADTTE", and_more(frame.assign(CUTOFFDT=final), again.assign(CUTOFFDT=early, **named)))


@design
def interim_that_only_its_name_tells(delivery):
    """A parameter named as interim, without any cut-off on the record."""
    _, again, frame = _at_interim(delivery)
    named = {"PARAMCD": "OSINT", "PARAM": "Overall Survival at Interim Analysis (Days)", "PARAMN": 9}
    delivery.put("ADTTE", and_more(frame, again.assign(**named)))


@declared(Declarations(endpoints={"OSIA": Endpoint(role="OS")}))
def declared_interim(delivery):
    """The same, declared as overall survival."""
    interim_and_final_by_parameter(delivery)


@design
def interim_in_a_dataset_of_its_own(delivery):
    """ADTTEIA beside ADTTE, with the earlier cut-off on its records."""
    early, again, _ = _at_interim(delivery)
    named = {"PARAM": "Overall Survival, Interim (Days)", "PARAMCD": "OSIA"}
    delivery.add("ADTTEIA", again.assign(DCUTDT=early, **named))


@design
def a_sensitivity_analysis_of_survival(delivery):
    """Deaths of another cause are censored: PARAM says more than overall survival before its comma."""
    frame, own = times(delivery, "OS")
    added = frame[own].assign(
        PARAMCD="OSSENS",
        PARAM="Overall Survival, Deaths After Withdrawal Censored (Days)",
        PARAMN=9,
        ASEQ=lambda data: data.ASEQ + 20,
    )
    censored = added.index[added.CNSR.eq(0)][::4]
    added.loc[censored, ["CNSR", "EVNTDESC", "CNSDTDSC"]] = [1, "Withdrew", "Withdrawal"]
    added.loc[censored, ["SRCDOM", "SRCVAR"]] = None
    added.loc[censored, "ADT"] -= pd.Timedelta(days=9)
    delivery.put("ADTTE", and_more(frame, added.assign(AVAL=elapsed)))


@design
def time_to_last_contact(delivery):
    """Follow-up by another name, with the end of the unit after a comma."""
    _followed(delivery, "Time to Last Contact, days")


@design
def length_of_follow_up_of_responders(delivery):
    """PARAM that goes on after the name of the role."""
    _followed(delivery, "Length of Follow-up for Overall Survival (Days)")
