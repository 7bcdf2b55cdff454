"""Defects that come from what sites and laboratories export: units, dates, deaths that are not passed on."""

import numpy as np
import pandas as pd
from damage import Damage, error, warning
from delivery import Change, Delivery, NothingToDamage, Rng, shift

_VISITS = {"Screening": -14, "Week 4": 28, "Week 8": 56, "Week 12": 84}


def _treated(delivery: Delivery) -> pd.DataFrame:
    subjects = delivery.holds("ADSL", "TRTSDT", "SITEID")
    return subjects[subjects.TRTSDT.notna()].reset_index(drop=True)


def _laboratory(subjects: pd.DataFrame, rng: Rng) -> pd.DataFrame:
    """Hemoglobin of the subjects at four visits."""
    frame = subjects[["USUBJID", "SITEID", "TRTSDT"]].merge(
        pd.DataFrame({"AVISIT": list(_VISITS)}), how="cross"
    )
    level = frame.USUBJID.map(dict(zip(subjects.USUBJID, rng.normal(0, 0.05, len(subjects)), strict=True)))
    days = frame.AVISIT.map(_VISITS) + rng.integers(-3, 4, len(frame))
    return frame.assign(
        PARAMCD="HGB",
        PARAM="Hemoglobin (g/L)",
        AVAL=np.round(140 * 10 ** (level + rng.normal(0, 0.02, len(frame))), 1),
        ADT=frame.TRTSDT + pd.to_timedelta(days, unit="D"),
    )


def _site_in_another_unit(delivery: Delivery, rng: Rng) -> None:
    frame = _laboratory(_treated(delivery), rng)
    sizes = frame.groupby("SITEID").USUBJID.nunique()
    if (sizes >= 2).sum() < 4:
        raise NothingToDamage("few sites")
    frame.loc[frame.SITEID.eq(rng.choice(sizes.index[sizes >= 2])), "AVAL"] /= 10
    delivery.add("ADLB", frame.drop(columns="TRTSDT"))


def _treatment_a_month_late(delivery: Delivery, rng: Rng) -> None:
    frame = _laboratory(_treated(delivery), rng)
    frame.loc[frame.USUBJID.eq(rng.choice(frame.USUBJID.unique())), "TRTSDT"] += pd.Timedelta(days=31)
    delivery.add("ADLB", frame)


def _status(term: str, dead: bool, days: int) -> Change:
    def change(delivery: Delivery, rng: Rng) -> None:
        subjects = delivery.holds("ADSL", "DTHDT")
        own = subjects[subjects.DTHDT.notna() == dead]
        if not len(own):
            raise NothingToDamage("nobody died" if dead else "everybody died")
        one = own.iloc[rng.integers(len(own))]
        day = pd.Timestamp(one.DTHDT if dead else one.TRTSDT) + pd.Timedelta(days=days)
        text = "" if day is pd.NaT else day.date().isoformat()
        delivery.add(
            "SS",
            pd.DataFrame([{"USUBJID": one.USUBJID, "SSTESTCD": "SURVSTAT", "SSSTRESC": term, "SSDTC": text}]),
        )

    return change


def _consents(delivery: Delivery) -> pd.DataFrame:
    subjects = delivery.holds("ADSL", "TRTSDT")
    day = (pd.to_datetime(subjects.TRTSDT) - pd.Timedelta(days=10)).dt.strftime("%Y-%m-%d")
    return pd.DataFrame({"USUBJID": subjects.USUBJID, "RFICDTC": day})


def _consent_after_treatment(delivery: Delivery, rng: Rng) -> None:
    frame = _consents(delivery)
    known = np.flatnonzero(frame.RFICDTC.notna())
    frame.loc[rng.choice(known), "RFICDTC"] = "2099-01-01"
    delivery.add("DM", frame)


def _known_start(frame: pd.DataFrame) -> pd.Series:
    """Events whose start is not imputed."""
    return frame.ASTDT.notna() & (frame.ASTDTF.isna() if "ASTDTF" in frame else True)


SOURCES: tuple[Damage, ...] = (
    error("a site in another unit", _site_in_another_unit, "XD066", "AVAL", study="cartitude1"),
    warning(
        "treatment of a subject a month late", _treatment_a_month_late, "XD070", "TRTSDT", study="cartitude1"
    ),
    error("dead in SS, alive in ADSL", _status("DEAD", dead=False, days=5), "XD067", "SSSTRESC"),
    error("alive in SS after death", _status("ALIVE", dead=True, days=30), "XD068", "SSSTRESC"),
    error("dead in SS before death", _status("DEAD", dead=True, days=-30), "XD068", "SSDTC"),
    warning("consent after treatment", _consent_after_treatment, "SL018", "TRTSDT"),
    warning("an event years before treatment", shift("ADAE", "ASTDT", -1500, _known_start), "XD069", "ASTDT"),
)
