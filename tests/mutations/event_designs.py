"""Legitimate designs of adverse events."""

import numpy as np
import pandas as pd
from designs import declared, design

from adamgate.schemas.study.declarations import Declarations


@design
def ties_of_the_first_event(delivery):
    """Two events on the earliest day: either may carry the flag."""
    frame = delivery.frame("ADAE")
    emergent = frame[frame.TRTEMFL.eq("Y") & frame.ASTDTF.isna()]
    first = emergent.index[emergent.AOCCFL.eq("Y")]
    moved = 0
    for index in first:
        others = emergent.index[emergent.USUBJID.eq(frame.USUBJID[index]) & emergent.AOCCFL.isna()]
        others = [each for each in others if frame.AEBODSYS[each] != frame.AEBODSYS[index]]
        if others and moved < 5:
            dates = ["ASTDT", "AESTDTC", "ASTDY"]
            before = frame.loc[others[0], "ASTDT"]
            frame.loc[others[0], dates] = frame.loc[index, dates]
            ended = frame.loc[others[0], "AENDT"]
            if pd.notna(ended):
                frame.loc[others[0], "ADURN"] += (before - frame.ASTDT[index]).days
            frame.loc[[index, others[0]], "AOCCFL"] = [None, "Y"]
            moved += 1
    assert moved


@design
def start_known_by_year(delivery):
    """AESTDTC has a year; ASTDT stays missing and the event counts as treatment-emergent."""
    frame = delivery.frame("ADAE")
    own = frame.index[frame.TRTEMFL.eq("Y") & frame.AOCCFL.isna() & frame.ASTDTF.isna()][:4]
    frame.loc[own, "AESTDTC"] = frame.AESTDTC[own].str[:4]
    frame.loc[own, "ASTDT"] = pd.NaT
    frame.loc[own, ["ASTDY", "ADURN"]] = np.nan
    frame.loc[own, "ADURU"] = None


@design
def imputed_ends(delivery):
    """Ends known by month, set to its last day and flagged."""
    frame = delivery.frame("ADAE").assign(AENDTF=None)
    last = frame.AENDT + pd.offsets.MonthEnd(0)
    limit = frame.USUBJID.map(delivery.frame("ADSL").set_index("USUBJID").LSTALVDT)
    own = frame.index[frame.AENDT.notna() & frame.AESDTH.ne("Y") & (last <= limit)][:9]
    frame.loc[own, "AENDTF"] = "D"
    frame.loc[own, "AEENDTC"] = frame.AEENDTC[own].str[:7]
    frame["AENDT"] = frame.AENDT.mask(frame.AENDTF.eq("D"), last)
    elapsed = (frame.AENDT - frame.TRTSDT).dt.days
    frame["AENDY"] = frame.AENDY.mask(frame.AENDTF.eq("D"), elapsed + (elapsed >= 0))
    frame.loc[own, "ADURN"] = np.nan
    frame.loc[own, "ADURU"] = None
    delivery.put("ADAE", frame)


@design
def imputed_start_of_treatment_month(delivery):
    """A start known by the month of the first dose, imputed before it, may be treatment-emergent."""
    frame = delivery.frame("ADAE")
    late = frame.TRTSDT.dt.day > 20
    mild = frame.AESER.eq("N") & frame.ASTDTF.isna()
    own = frame.index[late & mild & frame.AESEQ.eq(1) & frame.AOCCFL.eq("Y")][:3]
    assert len(own) > 0
    frame.loc[own, "ASTDT"] = frame.TRTSDT[own] - pd.Timedelta(days=15)
    frame.loc[own, "AESTDTC"] = frame.TRTSDT[own].dt.strftime("%Y-%m")
    frame.loc[own, "ASTDTF"] = "D"
    frame.loc[own, "ASTDY"] = -15.0
    frame.loc[own, "ADURN"] = np.nan
    frame.loc[own, "ADURU"] = None


@design
def another_axis_of_organ_classes(delivery):
    """AEBODSYS is not the primary AESOC for some terms."""
    frame = delivery.frame("ADAE")
    own = frame.AEDECOD.isin(["Pyrexia", "Dizziness"])
    codes = dict(zip(frame.AEBODSYS, frame.AEBDSYCD, strict=True))
    frame["AESOC"] = frame.AESOC.mask(own, "Infections")
    frame["AESOCCD"] = frame.AESOCCD.mask(own, codes["Infections"])


@design
def no_codes(delivery):
    """Terms without their codes: licences forbid some exports."""
    frame = delivery.frame("ADAE")
    for variable in ("AELLTCD", "AEPTCD", "AEHLTCD", "AEHLGTCD", "AEBDSYCD", "AESOCCD"):
        frame[variable] = np.nan


@design
def severity_without_grade(delivery):
    """A study that records severity only."""
    delivery.drop("ADAE", "AETOXGR")
    delivery.drop("ADAE", "AETOXGRN")


@design
def grades_as_words(delivery):
    """GRADE 3 beside 3."""
    frame = delivery.frame("ADAE")
    delivery.put("ADAE", frame.assign(ATOXGR="GRADE " + frame.AETOXGR, ATOXGRN=frame.AETOXGRN))


@design
def unresolved_with_an_end(delivery):
    """The end of follow-up as the end of an event that goes on: a note."""
    frame = delivery.frame("ADAE")
    own = frame.index[frame.AEOUT.eq("RECOVERED/RESOLVED")][:6]
    frame.loc[own, "AEOUT"] = "NOT RECOVERED/NOT RESOLVED"


@design
def split_by_severity(delivery):
    """An event in two records of one AESEQ, numbered by ASEQ."""
    frame = delivery.frame("ADAE").assign(ASEQ=lambda data: data.AESEQ)
    own = frame.index[frame.AESEV.eq("MILD") & frame.AENDT.notna() & (frame.ADURN > 4) & frame.ASTDTF.isna()][
        :3
    ]
    first, second = frame.loc[own].copy(), frame.loc[own].copy()
    middle = first.ASTDT + pd.Timedelta(days=2)
    for part, dates in ((first, {"AENDT": middle}), (second, {"ASTDT": middle + pd.Timedelta(days=1)})):
        for name, value in dates.items():
            part[name] = value
            part["AESTDTC" if name == "ASTDT" else "AEENDTC"] = value.dt.strftime("%Y-%m-%d")
            elapsed = (value - part.TRTSDT).dt.days
            part[name.replace("DT", "DY")] = elapsed + (elapsed >= 0)
        part["ADURN"] = (part.AENDT - part.ASTDT).dt.days + 1.0
    second["ASEQ"] += 100
    second[["AESEV", "AESEVN", "AETOXGR", "AETOXGRN"]] = ["MODERATE", 2, "2", 2]
    second[[each for each in frame if each.startswith("AOCC")]] = None
    second["TRTEMFL"] = first.TRTEMFL
    delivery.put("ADAE", pd.concat([frame.drop(index=own), first, second], ignore_index=True))


@design
def hospitalization_of_an_event_not_serious_yet(delivery):
    """AESCAN and AESOD are no criteria of seriousness."""
    frame = delivery.frame("ADAE").assign(AESCAN="N", AESOD="N")
    frame.loc[frame.index[frame.AESER.eq("N")][:5], "AESCAN"] = "Y"
    delivery.put("ADAE", frame)


@design
def no_occurrence_flags(delivery):
    """AOCCFL and its kin are permissible."""
    for variable in [each for each in delivery.frame("ADAE") if each.startswith("AOCC")]:
        delivery.drop("ADAE", variable)


@declared(Declarations(worsening=True))
def worsening_counts(delivery):
    """Events from before treatment that worsened are treatment-emergent, as declared."""
    frame = delivery.frame("ADAE")
    own = frame.index[(frame.ASTDT < frame.TRTSDT) & ~(frame.AENDT < frame.TRTSDT)][:4]
    assert len(own) > 0
    frame.loc[own, ["TRTEMFL", "TREM01FL"]] = "Y"
    for flag in [each for each in frame if each.startswith("AOCC")]:
        frame[flag] = None
    for variable in [each for each in frame if each.startswith("AOCC")]:
        delivery.drop("ADAE", variable)


def _flags(frame, among):
    """AOCCFL and its kin, derived again from the events chosen."""
    keys = {"": ["USUBJID"], "S": ["USUBJID", "AEBODSYS"], "P": ["USUBJID", "AEDECOD"]}
    for kind, by in (("", ["ASTDT", "AESEQ"]), ("I", ["worst", "ASTDT", "AESEQ"])):
        ordered = frame.assign(worst=-frame.AETOXGRN)[among].sort_values(by)
        for letter, key in keys.items():
            first = frame.index.isin(ordered.drop_duplicates(key).index)
            frame[f"AOCC{letter}{kind}FL"] = np.where(first, "Y", None)


@design
def occurrence_flags_of_all_events(delivery):
    """AOCCFL and its kin are derived from all events, treatment-emergent or not."""
    frame = delivery.frame("ADAE")
    _flags(frame, frame.USUBJID.notna())


@design
def end_on_the_day_of_death(delivery):
    """What goes on at death ends with it."""
    frame = delivery.frame("ADAE")
    death = frame.USUBJID.map(delivery.frame("ADSL").set_index("USUBJID").DTHDT)
    own = frame.index[death.notna() & frame.AENDT.isna() & frame.ASTDTF.isna()]
    assert len(own) > 0
    frame.loc[own, "AENDT"] = death[own]
    frame.loc[own, "AEENDTC"] = death[own].dt.strftime("%Y-%m-%d")
    elapsed = (frame.AENDT - frame.TRTSDT).dt.days[own]
    frame.loc[own, "AENDY"] = elapsed + (elapsed >= 0)
    frame.loc[own, "ADURN"] = (frame.AENDT - frame.ASTDT).dt.days[own] + 1.0
    frame.loc[own, "ADURU"] = "DAYS"


@design
def month_of_the_end(delivery):
    """An end known by month of a subject who died in it, set to the last day of the month."""
    frame = delivery.frame("ADAE").assign(AENDTF=None)
    death = frame.USUBJID.map(delivery.frame("ADSL").set_index("USUBJID").DTHDT)
    ends = death + pd.offsets.MonthEnd(0)
    earlier = (death > frame.ASTDT) & (ends > death) & (ends <= pd.Timestamp("2024-06-28"))
    own = frame.index[earlier & frame.AENDT.notna() & frame.AESDTH.ne("Y") & frame.ASTDTF.isna()][:4]
    assert len(own) > 0
    frame.loc[own, "AENDT"] = ends[own]
    frame.loc[own, "AEENDTC"] = ends[own].dt.strftime("%Y-%m")
    frame.loc[own, "AENDTF"] = "D"
    elapsed = (frame.AENDT - frame.TRTSDT).dt.days[own]
    frame.loc[own, "AENDY"] = elapsed + (elapsed >= 0)
    frame.loc[own, "ADURN"] = np.nan
    frame.loc[own, "ADURU"] = None
    delivery.put("ADAE", frame)


@design
def serious_or_null(delivery):
    """AESER is Y or null."""
    frame = delivery.frame("ADAE")
    frame["AESER"] = frame.AESER.where(frame.AESER.eq("Y"), None)


@design
def seriousness_of_emergent_events_only(delivery):
    """Seriousness is asked for from the first dose on."""
    frame = delivery.frame("ADAE")
    before = frame.TRTEMFL.isna()
    assert before.any()
    criteria = ["AESER", "AESCONG", "AESDISAB", "AESDTH", "AESHOSP", "AESLIFE", "AESMIE"]
    frame.loc[before, criteria] = None


@design
def severity_apart_from_grade(delivery):
    """Severity is what the patient says, and not the grade in words."""
    frame = delivery.frame("ADAE")
    own = frame.index[frame.AETOXGR.eq("3")]
    frame.loc[own, "AESEV"] = "MODERATE"
    frame.loc[own, "AESEVN"] = 2.0
    for variable in [each for each in frame if each.startswith("AOCC") and each.endswith("IFL")]:
        delivery.drop("ADAE", variable)


@design
def grades_not_given(delivery):
    """Grade 0 and texts without a number."""
    frame = delivery.frame("ADAE")
    own = frame.index[frame.AETOXGR.eq("1") & frame.AOCCFL.isna()][:6]
    frame.loc[own[:3], ["AETOXGR", "AETOXGRN"]] = ["0", 0.0]
    frame.loc[own[3:], ["AETOXGR", "AETOXGRN"]] = ["NOT GRADED", np.nan]


@design
def events_not_coded_yet(delivery):
    """NOT CODED on all levels."""
    frame = delivery.frame("ADAE")
    own = frame.index[frame.AOCCFL.isna() & frame.TRTEMFL.isna()][:3]
    levels = ["AEDECOD", "AELLT", "AEHLT", "AEHLGT", "AESOC", "AEBODSYS"]
    frame.loc[own, levels] = "NOT CODED"
    frame.loc[own, ["AEPTCD", "AELLTCD", "AEHLTCD", "AEHLGTCD", "AESOCCD", "AEBDSYCD"]] = np.nan
    frame.loc[own, [each for each in frame if each.startswith("AOCC")]] = None


@design
def events_of_special_interest(delivery):
    """Events that few subjects have, and hardly anybody in one arm."""
    events = delivery.frame("ADAE")
    names = [
        "STUDYID",
        "USUBJID",
        "SITEID",
        "AESEQ",
        "AETERM",
        "AEDECOD",
        "AESOC",
        "AEBODSYS",
        "ASTDT",
        "AENDT",
    ]
    chosen = events.AEDECOD.isin(["Rash", "Sepsis"]) & events.TRTA.eq("Drug X 10 mg")
    delivery.put("ADAESI", events.loc[chosen, names].reset_index(drop=True))
