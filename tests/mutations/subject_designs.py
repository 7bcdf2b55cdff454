"""Legitimate designs of subjects and of deliveries."""

import numpy as np
import pandas as pd
from designs import and_more, design, elapsed


@design
def screen_failures(delivery):
    """In ADSL, with an arm of their own, without dates and without records elsewhere."""
    for name in ("ADSL", "DM"):
        frame = delivery.frame(name)
        added = frame.head(5).copy()
        added["USUBJID"] = [f"MADEUP-301-09-{number}" for number in range(9001, 9006)]
        added["SUBJID"] = [str(number) for number in range(9001, 9006)]
        dates = [each for each in added if each.endswith("DT") and each != "DCUTDT"]
        added[dates] = pd.NaT
        added["DTHFL"] = None
        arms = [each for each in ("ARM", "ACTARM", "TRT01P", "TRT01A") if each in added]
        added[arms] = "Screen Failure"
        for flag in ("SAFFL", "ITTFL"):
            if flag in added:
                added[flag] = "N"
        if "RANDFL" in added:
            added["RANDFL"] = "N"
            added[["TRT01PN", "TRT01AN"]] = np.nan
            added["EOSSTT"] = "DISCONTINUED"
        delivery.put(name, and_more(frame, added))


@design
def randomized_and_not_treated(delivery):
    """In the analysis by intention, not in that of safety."""
    adsl = delivery.frame("ADSL")
    alive = adsl.index[adsl.DTHFL.isna()][:3]
    subjects = set(adsl.USUBJID[alive])
    adsl.loc[alive, ["TRTSDT", "TRTEDT"]] = pd.NaT
    adsl.loc[alive, "SAFFL"] = "N"
    adsl.loc[alive, "TRT01A"] = None
    adsl.loc[alive, "TRT01AN"] = np.nan
    for name in ("ADAE", "EX"):
        frame = delivery.frame(name)
        delivery.put(name, frame[~frame.USUBJID.isin(subjects)].reset_index(drop=True))
    responses = delivery.frame("ADRS")
    own = responses.USUBJID.isin(subjects)
    responses.loc[own, "TRTSDT"] = pd.NaT
    responses.loc[own, "ADY"] = np.nan
    responses.loc[own, "TRTA"] = None
    frame = delivery.frame("ADTTE")
    frame = frame[~(frame.USUBJID.isin(subjects) & frame.PARAMCD.eq("TTSAE"))].reset_index(drop=True)
    own = frame.USUBJID.isin(subjects)
    frame.loc[own, "TRTSDT"] = pd.NaT
    frame.loc[own, "SAFFL"] = "N"
    frame.loc[own, "TRTA"] = None
    frame.loc[own, "TRTAN"] = np.nan
    delivery.put("ADTTE", frame)


@design
def death_without_a_date(delivery):
    """Known to be dead, the day unknown: DTHDTC is partial, and survival is censored."""
    adsl = delivery.frame("ADSL").assign(DTHDTC=lambda data: data.DTHDT.dt.strftime("%Y-%m-%d"))
    own = adsl.index[adsl.DTHFL.isna()][:2]
    adsl.loc[own, "DTHFL"] = "Y"
    adsl.loc[own, "DTHDTC"] = "2024"
    adsl.loc[own, "EOSSTT"] = "DISCONTINUED"
    delivery.put("ADSL", adsl)
    demographics = delivery.frame("DM")
    demographics.loc[own, "DTHFL"] = "Y"


@design
def imputed_death(delivery):
    """A day of death that was imputed, flagged in ADSL and in ADTTE."""
    adsl = delivery.frame("ADSL").assign(DTHDTF=None)
    own = adsl.index[adsl.DTHFL.eq("Y")][:3]
    adsl.loc[own, "DTHDTF"] = "D"
    delivery.put("ADSL", adsl)
    frame = delivery.frame("ADTTE").assign(ADTF=None)
    flagged = frame.USUBJID.isin(adsl.USUBJID[own]) & frame.SRCVAR.eq("DTHDT")
    frame.loc[flagged, "ADTF"] = "D"
    delivery.put("ADTTE", frame)


@design
def treatment_goes_on(delivery):
    """No TRTEDT for those under treatment at the cut-off."""
    adsl = delivery.frame("ADSL")
    late = adsl.index[adsl.DTHFL.isna() & (pd.Timedelta(days=60) > adsl.LSTALVDT - adsl.TRTEDT)]
    assert len(late) > 0
    own = set(adsl.USUBJID[late])
    adsl.loc[late, "TRTEDT"] = pd.NaT
    events = delivery.frame("ADAE")
    events.loc[events.USUBJID.isin(own), "TRTEDT"] = pd.NaT
    frame = delivery.frame("ADTTE")
    ended = frame.USUBJID.isin(own) & frame.SRCVAR.eq("TRTEDT")
    last = frame.USUBJID.map(adsl.set_index("USUBJID").LSTALVDT)
    frame["ADT"] = frame.ADT.mask(ended, last)
    frame["AVAL"] = frame.AVAL.mask(ended, elapsed(frame))
    frame["SRCVAR"] = frame.SRCVAR.mask(ended, "LSTALVDT")


@design
def end_of_study_is_the_cut_off(delivery):
    """EOSDT at the cut-off for those who go on, and no variable that is called a cut-off."""
    delivery.remove("TS")
    adsl = delivery.frame("ADSL")
    adsl["EOSDT"] = adsl.EOSDT.fillna(adsl.DCUTDT)
    delivery.drop("ADSL", "DCUTDT")


@design
def crossover(delivery):
    """Placebo subjects get the drug in a second period: TRTP of a record is that of its period."""
    adsl = delivery.frame("ADSL")
    crossing = adsl.ARM.eq("Placebo") & (adsl.index % 4 == 1)
    adsl = adsl.assign(
        TRT02P=np.where(crossing, "Drug X 10 mg", None), TRT02A=np.where(crossing, "Drug X 10 mg", None)
    )
    delivery.put("ADSL", adsl)
    events = delivery.frame("ADAE").assign(APERIOD=1.0)
    own = events.USUBJID.isin(adsl.USUBJID[crossing]) & (events.AESEQ >= 3)
    events.loc[own, "APERIOD"] = 2.0
    events.loc[own, "TRTA"] = "Drug X 10 mg"
    delivery.put("ADAE", events)


@design
def no_tabulation_data(delivery):
    """Analysis datasets alone."""
    for name in ("DM", "EX", "TS"):
        delivery.remove(name)


@design
def adsl_and_times_only(delivery):
    """Sources that SRCDOM names were not delivered; the origin of a response cannot be seen."""
    for name in ("ADAE", "ADRS", "DM", "EX"):
        delivery.remove(name)


@design
def an_integrated_adsl(delivery):
    """IADSL beside ADSL, a record per subject and study."""
    frame = delivery.frame("ADSL")
    again = frame.head(30).assign(STUDYID="MADEUP-302")
    delivery.add("IADSL", pd.concat([frame, again], ignore_index=True))


@design
def pools_in_an_integrated_adsl(delivery):
    """IADSL with a record per subject and pool."""
    frame = delivery.frame("ADSL")
    pools = [frame.assign(POOLVAR="Placebo-controlled"), frame.head(40).assign(POOLVAR="All exposed")]
    delivery.add("IADSL", pd.concat(pools, ignore_index=True))


@design
def no_treatment_before_the_first_dose(delivery):
    """TRTA of adverse events that are not treatment-emergent is missing."""
    events = delivery.frame("ADAE")
    events.loc[events.TRTEMFL.ne("Y"), "TRTA"] = None


@design
def dose_at_onset(delivery):
    """TRTA of an adverse event is the dose at its onset, ADSL has the arm."""
    events = delivery.frame("ADAE")
    drug = events.TRTA.eq("Drug X 10 mg")
    events.loc[drug & (events.AESEQ % 2 == 0), "TRTA"] = "Drug X 5 mg"


@design
def arms_by_number_only(delivery):
    """TRTPN is the dose, in ADSL too."""
    doses = {1.0: 10.0, 2.0: 0.0}
    for name, variables in {"ADSL": ("TRT01PN", "TRT01AN"), "ADTTE": ("TRTPN", "TRTAN")}.items():
        frame = delivery.frame(name)
        for variable in variables:
            frame[variable] = frame[variable].map(doses)


@design
def run_in(delivery):
    """Most subjects were treated before randomization to maintenance; nothing else starts there."""
    for name in ("ADRS", "ADAE"):
        delivery.remove(name)
    adsl = delivery.frame("ADSL")
    later = adsl.DTHDT.fillna(adsl.LSTALVDT)
    adsl["RANDDT"] = (adsl.TRTSDT + pd.Timedelta(days=14)).clip(upper=later)
    frame = delivery.frame("ADTTE")
    frame = frame[frame.PARAMCD.eq("OS")].reset_index(drop=True)
    if "RANDDT" in frame:
        frame["RANDDT"] = frame.USUBJID.map(adsl.set_index("USUBJID").RANDDT)
    frame["STARTDT"] = frame.USUBJID.map(adsl.set_index("USUBJID").TRTSDT)
    frame["AVAL"] = elapsed(frame)
    delivery.put("ADTTE", frame)


@design
def age_groups_in_words(delivery):
    """Limits in several styles, a group without any, and groups in months."""
    adsl = delivery.frame("ADSL")
    bounds = [0, 18, 65, 75, 200]
    styles = {
        "AGEGR1": ["<18", "18-64", "65-74", ">=75"],
        "AGEGR2": ["< 18 years", ">= 18 to < 65 years", "≥65 - <75", "75+"],
        "AGEGR3": ["Children", "Adults", "Elderly", "Very elderly"],
        "AGEGR4": ["under 18", "18 to 64 years", "65 to 74 years", "75 and over"],
        "AGEGR5": ["<216 months", "216-779 months", "780-899 months", ">=900 months"],
        "AGEGR6": ["<=17", ">17 and <=64", ">64 and <=74", ">74"],
    }
    for name, texts in styles.items():
        adsl[name] = pd.cut(adsl.AGE, bounds, labels=texts, right=False).astype(object)
        adsl[f"{name}N"] = pd.cut(adsl.AGE, bounds, labels=[1, 2, 3, 4], right=False).astype(float)


@design
def treatments_with_names_of_their_own(delivery):
    """TRT01P is the drug, ARM the description of the arm; three arms of doses are pooled."""
    adsl = delivery.frame("ADSL")
    drug = adsl.ARM.ne("Placebo")
    adsl["ARM"] = adsl["ACTARM"] = np.where(drug, np.where(adsl.index % 2, "Arm A", "Arm B"), "Arm C")
    demographics = delivery.frame("DM")
    arms = adsl.set_index("USUBJID").ARM
    demographics["ARM"] = demographics["ACTARM"] = demographics.USUBJID.map(arms)


@design
def contact_after_death(delivery):
    """The study ends for a subject when the site reports the death."""
    adsl = delivery.frame("ADSL")
    adsl["RFENDT"] = adsl.DTHDT.fillna(adsl.LSTALVDT) + pd.Timedelta(days=1)
    adsl["LCONTDT"] = adsl.RFENDT


@design
def ages_in_months(delivery):
    """A study of children, or of their parents: AGE in months everywhere."""
    for name in ("DM", "ADSL", "ADAE", "ADTTE"):
        frame = delivery.frame(name)
        if "AGE" in frame:
            frame["AGE"] = frame.AGE * 12
        if "AGEU" in frame:
            frame["AGEU"] = "MONTHS"


@design
def subjects_of_two_studies_with_one_number(delivery):
    """SUBJID counts from one in each site, and USUBJID is a number of its own."""
    frame = delivery.frame("ADSL")
    frame["SUBJID"] = (frame.groupby("SITEID").cumcount() + 1).astype(str).str.zfill(4)


@design
def death_by_month_beside_its_date(delivery):
    """DTHDTC by month, DTHDT imputed in it and flagged."""
    frame = delivery.frame("ADSL")
    died = frame.DTHDT.notna()
    frame["DTHDTC"] = frame.DTHDT.dt.strftime("%Y-%m").where(died, None)
    frame["DTHDTF"] = died.map({True: "D", False: None})


@design
def birth_and_diagnosis_long_ago(delivery):
    """Dates of birth, of diagnosis and of a therapy decades before the study."""
    frame = delivery.frame("ADSL")
    frame["BRTHDT"] = pd.Timestamp("1948-05-05")
    frame["DIAGDT"] = pd.Timestamp("1988-05-05")
    frame["PRTHSDT"] = pd.Timestamp("1990-05-05")


@design
def another_site_since(delivery):
    """A subject who moved: SITEID is that of today, USUBJID has that of the first day."""
    adsl = delivery.frame("ADSL")
    moved = adsl.USUBJID[0]
    for name in ("ADSL", "ADAE", "ADTTE", "ADRS"):
        frame = delivery.frame(name)
        if "SITEID" in frame:
            frame.loc[frame.USUBJID.eq(moved), "SITEID"] = "03"


@design
def accents_and_blanks_that_do_not_break(delivery):
    """Terms with accents and a non-breaking blank."""
    frame = delivery.frame("ADAE")
    frame["AETERM"] = frame.AETERM.replace({"NAUSEA": "NAUSÉE\u00a0LÉGÈRE"})


@design
def arms_of_dm_in_other_words(delivery):
    """ADSL without ACTARM; arms of DM are codes, and missing for subjects who were not treated."""
    delivery.drop("ADSL", "ACTARM")
    arms = delivery.frame("DM")
    for name in ("ARM", "ACTARM"):
        arms[name] = arms[name].map({"Placebo": "A", "Drug X 10 mg": "B"})
    arms.loc[arms.index[:6], "ACTARM"] = None


@design
def actual_arms_of_dm_only(delivery):
    """ADSL without ACTARM: its actual treatments are those of DM."""
    delivery.drop("ADSL", "ACTARM")
