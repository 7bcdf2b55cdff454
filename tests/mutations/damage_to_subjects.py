"""Defects of subjects, of assessments and of what describes variables."""

import numpy as np
import pandas as pd
from damage import NOTE, Damage, error, warning
from delivery import (
    Change,
    Delivery,
    NothingToDamage,
    Rng,
    all_of,
    as_text,
    describe,
    drop,
    exchanged,
    filled,
    has,
    has_one,
    lose_subject,
    put,
    repeat,
    shift,
    some,
    swap,
    write,
)
from words import IN_WHOLE_DAYS


def _early_progression(delivery: Delivery, rng: Rng) -> None:
    """PD at the first visit of a subject who is censored later."""
    times = delivery.frame("ADTTE")
    censored = times.USUBJID[times.PARAMCD.eq("PFS") & times.CNSR.eq(1) & times.AVAL.gt(1)]
    frame = delivery.frame("ADRS")
    visits = frame[frame.PARAMCD.eq("OVR")].sort_values("ADT").drop_duplicates("USUBJID")
    first = visits.index[visits.USUBJID.isin(censored)]
    own = some(frame, rng, lambda data: pd.Series(data.index.isin(first), data.index))
    frame.loc[own, "AVALC"] = "PD"


def _sas_date_without_format(delivery: Delivery, rng: Rng) -> None:
    frame = delivery.frame("ADTTE")
    delivery.put("ADTTE", frame.assign(ADT=(frame.ADT - pd.Timestamp("1960-01-01")).dt.days.astype(float)))
    delivery.describe("ADTTE", "ADT", format="")


def _merged_without_key(delivery: Delivery, rng: Rng) -> None:
    """Every record once per arm."""
    for variable in ("TRTPN", "TRTAN"):
        if variable in delivery.frame("ADTTE"):
            delivery.drop("ADTTE", variable)
    frame = delivery.holds("ADTTE", "TRTP", "TRTA")
    if has_one(frame.TRTP):
        raise NothingToDamage("one arm")
    arms = [frame.assign(TRTP=arm, TRTA=arm) for arm in frame.TRTP.unique()[::-1]]
    delivery.put("ADTTE", pd.concat(arms, ignore_index=True))


def _grouped(broken: str) -> Change:
    """Age groups, of which one subject has the wrong text or number."""

    def change(delivery: Delivery, rng: Rng) -> None:
        frame = delivery.frame("ADSL")
        if "AGEGR1" not in frame:
            young = frame.AGE < 65
            frame = frame.assign(AGEGR1=np.where(young, "<65", ">=65"), AGEGR1N=np.where(young, 1.0, 2.0))
        groups = sorted(frame[broken].dropna().unique())
        own = some(frame, rng)
        frame.loc[own, broken] = groups[groups.index(frame.loc[own[0], broken]) - 1]
        delivery.put("ADSL", frame)

    return change


def _numbered(dataset: str, text: str) -> Change:
    """A number for each text, wrong on one record."""

    def change(delivery: Delivery, rng: Rng) -> None:
        frame = delivery.frame(dataset)
        codes, texts = pd.factorize(frame[text])
        if len(texts) == 1:
            raise NothingToDamage(f"one {text}")
        frame[f"{text}N"] = codes + 1.0
        own = some(frame, rng)
        frame.loc[own, f"{text}N"] = 3.0 - frame.loc[own[0], f"{text}N"]

    return change


def _visit_after_cut_off(delivery: Delivery, rng: Rng) -> None:
    frame = delivery.frame("ADRS")
    frame.loc[some(frame, rng), "ADT"] = delivery.cut_off() + pd.Timedelta(days=32)


def _treated_after_death(delivery: Delivery, rng: Rng) -> None:
    frame = delivery.holds("ADSL", "DTHDT", "TRTEDT")
    own = some(frame, rng, filled("DTHDT", "TRTEDT"))
    frame.loc[own, "TRTEDT"] = frame.DTHDT[own] + pd.Timedelta(days=5)


def _at_first_site(frame: pd.DataFrame) -> pd.Series:
    return frame.SITEID.eq(frame.SITEID.min())


def everywhere(frame: pd.DataFrame) -> pd.Series:
    return pd.Series(True, index=frame.index)


def _another_case(text: str) -> str:
    return text.lower()


def _line_break(text: str) -> str:
    return f"{text[:3]}\n{text[3:]}"


def _number_of_another(delivery: Delivery, rng: Rng) -> None:
    """SITEID and SUBJID of another subject."""
    frame = delivery.frame("ADSL")
    own, other = some(frame, rng, records=2)
    frame.loc[own, ["SITEID", "SUBJID"]] = frame.loc[other, ["SITEID", "SUBJID"]]


def _death_beside_its_text(delivery: Delivery, rng: Rng) -> None:
    """DTHDTC, of another day on one record."""
    frame = delivery.holds("ADSL", "DTHDT")
    frame["DTHDTC"] = frame.DTHDT.dt.strftime("%Y-%m-%d")
    frame.loc[some(frame, rng, lambda data: data.DTHDT.notna()), "DTHDTC"] = "2021-01-31"


def _apart(dataset: str, date: str, days: int) -> Change:
    """The datetime of a date, at half past eight, of another day on one record."""

    def change(delivery: Delivery, rng: Rng) -> None:
        frame = delivery.holds(dataset, date)
        frame[f"{date}M"] = frame[date] + pd.Timedelta(hours=8.5)
        own = some(frame, rng, lambda data: data[date].notna())
        frame.loc[own, f"{date}M"] += pd.Timedelta(days=days)

    return change


PLAUSIBILITY = (
    warning("ASTDT a century early", shift("ADAE", "ASTDT", -36_525, has(ASTDTF=None)), "XD060", "ASTDT"),
    warning("AENDT a century late", shift("ADAE", "AENDT", 36_525), "XD060", "AENDT"),
    warning("ADT a placeholder", put("ADTTE", "ADT", pd.Timestamp("1960-01-01")), "XD060", "ADT"),
    warning("TRTEDT of 1900", put("ADSL", "TRTEDT", pd.Timestamp("1900-01-01")), "XD060", "TRTEDT"),
    warning(
        "LSTALVDT in the year 9999", put("ADSL", "LSTALVDT", pd.Timestamp("9999-12-31")), "XD060", "LSTALVDT"
    ),
    warning("RANDDT a century early", shift("ADSL", "RANDDT", -36_524), "XD060", "RANDDT"),
    warning("a visit of the century before", shift("ADRS", "ADT", -36_525), "XD060", "ADT"),
    warning("ASTDTM on the day after ASTDT", _apart("ADAE", "ASTDT", 1), "XD064", "ASTDTM"),
    warning("TRTSDTM on the day before TRTSDT", _apart("ADSL", "TRTSDT", -1), "XD064", "TRTSDTM"),
    warning("DTHDT unlike DTHDTC", _death_beside_its_text, "XD061", "DTHDT"),
    Damage("a line break in AETERM", write("ADAE", "AETERM", _line_break), ("XD062",), "AETERM", NOTE),
    Damage("a line break in EVNTDESC", write("ADTTE", "EVNTDESC", _line_break), ("XD062",), "EVNTDESC", NOTE),
    Damage(
        "ADURU in two spellings",
        put("ADAE", "ADURU", "Day", has(ADURU=IN_WHOLE_DAYS)),
        ("XD063",),
        "ADURU",
        NOTE,
    ),
    warning("SUBJID and SITEID of another subject", _number_of_another, "SL031", "SUBJID"),
    warning("SUBJID that is not in USUBJID", put("ADSL", "SUBJID", "7777"), "SL032", "SUBJID"),
    warning("SITEID that is not in USUBJID", put("ADSL", "SITEID", "88"), "SL032", "SITEID"),
)

SUBJECTS = (
    error("a subject twice in ADSL", repeat("ADSL"), "SL001", "USUBJID"),
    warning("a subject twice in ADSL, by the standard", repeat("ADSL"), "AD0054", "USUBJID"),
    error("a subject lost from ADSL", lose_subject("ADSL"), "XD001", "USUBJID"),
    error("USUBJID in small letters", write("ADTTE", "USUBJID", _another_case), "XD001", "USUBJID"),
    error(
        "USUBJID without its zeros",
        write("ADAE", "USUBJID", lambda text: text.replace("-0", "-")),
        "XD001",
        "USUBJID",
    ),
    error("USUBJID missing", put("ADAE", "USUBJID", None), "XD001", "USUBJID"),
    error("TRTSDT missing", put("ADSL", "TRTSDT", pd.NaT), "SL002", "TRTSDT"),
    error("TRTEDT before TRTSDT", shift("ADSL", "TRTEDT", -900), "SL003", "TRTEDT"),
    error("TRTSDT after death", shift("ADSL", "TRTSDT", 1500, has(DTHFL="Y")), "SL004", "TRTSDT"),
    warning("SAFFL N of a treated subject", put("ADSL", "SAFFL", "N"), "SL005", "SAFFL"),
    warning("RANDDT missing", put("ADSL", "RANDDT", pd.NaT), "SL006", "RANDDT"),
    warning("LSTALVDT before treatment", shift("ADSL", "LSTALVDT", -1500), "SL007", "LSTALVDT"),
    warning("DTHDT missing", put("ADSL", "DTHDT", pd.NaT, has(DTHFL="Y")), "SL008", "DTHDT"),
    warning("DTHFL missing", put("ADSL", "DTHFL", None, has(DTHFL="Y")), "SL008", "DTHFL"),
    error("DTHDT a day early", shift("ADSL", "DTHDT", -1), "XD002", "ADT"),
    error(
        "death of a censored subject",
        put(
            "ADSL",
            "DTHDT",
            pd.Timestamp("2024-01-31"),
            all_of(has(DTHFL=None), lambda frame: frame.LSTALVDT > "2024-02-20"),
        ),
        "XD003",
        "CNSR",
    ),
    error("AGE of a record", shift("ADTTE", "AGE", 1), "XD016", "AGE"),
    error("SEX of a record", swap("ADAE", "SEX", "F", "M", lambda frame: frame.index == 20), "XD016", "SEX"),
    error("SAFFL of a record lost", put("ADAE", "SAFFL", None), "XD016", "SAFFL"),
    error("TRTSDT of a record", shift("ADAE", "TRTSDT", -3), "XD016", "TRTSDT"),
    warning("AGE differs from DM", shift("ADSL", "AGE", 2), "AD0204", "AGE"),
    warning(
        "SEX differs from DM", swap("ADSL", "SEX", "F", "M", lambda frame: frame.index == 3), "XD065", "SEX"
    ),
    warning("a subject unknown to DM", lose_subject("DM"), "AD0053", "USUBJID"),
    warning("ITTFL in small letters", put("ADSL", "ITTFL", "y"), "AD0021", "ITTFL"),
    warning("SEX spelled out", put("ADSL", "SEX", "Female"), "CT001", "SEX"),
    warning("AGEU in small letters", put("ADSL", "AGEU", "years"), "CT001", "AGEU"),
    warning("AGE not delivered", drop("ADSL", "AGE"), "AD0049", "AGE"),
    warning("ADSL not delivered", lambda delivery, rng: delivery.remove("ADSL"), "AD0001", "ADSL"),
)

RESPONSES = (
    warning("a progression before the day of censoring", _early_progression, "XD011", "CNSR"),
    warning("an analysis flag N", put("ADRS", "ANL01FL", "N"), "AD0178", "ANL01FL"),
    warning("PARAM of a record lost", put("ADRS", "PARAM", None), "AD0196", "PARAM"),
    warning(
        "PARAMCD too long",
        swap("ADRS", "PARAMCD", "OVR", "OVRLRESPI", has(PARAMCD="OVR")),
        "AD0143",
        "PARAMCD",
    ),
    warning(
        "PARAMCD starts with a digit",
        swap("ADRS", "PARAMCD", "OVR", "1OVR", has(PARAMCD="OVR")),
        "AD0144",
        "PARAMCD",
    ),
    warning(
        "PARAMCD with a blank",
        swap("ADRS", "PARAMCD", "OVR", "OV R", has(PARAMCD="OVR")),
        "AD0145",
        "PARAMCD",
    ),
    warning("a visit after the cut-off", _visit_after_cut_off, "XD018", "ADT"),
    warning(
        "a visit after death",
        put("ADRS", "ADT", pd.Timestamp("2024-06-29"), lambda frame: frame.USUBJID[0] == frame.USUBJID),
        "XD010",
        "ADT",
    ),
    warning("a study day 0", put("ADRS", "ADY", 0.0), "AD0046", "ADY"),
)

ARMS = (
    warning("TRTA of a subject in ADAE", exchanged("ADAE", has(AESEQ=1), "TRTA"), "XD014", "TRTA"),
    warning(
        "TRTA of a record in ADAE",
        exchanged("ADAE", lambda frame: frame.index == 7, "TRTA"),
        "XD014",
        "TRTA",
    ),
    warning("TRTA of a record in ADAE missing", put("ADAE", "TRTA", None, has(TRTEMFL="Y")), "XD014", "TRTA"),
    warning(
        "TRTA of a record in ADRS",
        exchanged("ADRS", lambda frame: frame.index == 7, "TRTA"),
        "XD014",
        "TRTA",
    ),
    warning("TRTP missing", put("ADTTE", "TRTP", None), "XD014", "TRTP"),
    warning("TRTA missing", put("ADTTE", "TRTA", None), "XD014", "TRTA"),
    warning("TRTPN missing", put("ADTTE", "TRTPN", np.nan), "XD014", "TRTPN"),
    error("TRTPN of the other arm on a record", shift("ADTTE", "TRTPN", 1, has(TRTPN=1.0)), "XD014", "TRTPN"),
    warning("TRTPN coded the other way round", exchanged("ADTTE", everywhere, "TRTPN"), "XD014", "TRTPN"),
    warning("TRTAN coded the other way round", exchanged("ADTTE", everywhere, "TRTAN"), "XD014", "TRTAN"),
    warning(
        "arms exchanged throughout ADTTE",
        exchanged("ADTTE", everywhere, "TRTP", "TRTPN", "TRTA", "TRTAN"),
        "XD014",
        "TRTP",
    ),
    warning(
        "arms of a site exchanged",
        exchanged("ADTTE", _at_first_site, "TRTP", "TRTPN"),
        "XD014",
        "TRTP",
    ),
    error("every record once per arm", _merged_without_key, "TTE002", "TRTP"),
    warning("arms exchanged throughout ADSL", exchanged("ADSL", everywhere, "TRT01P"), "SL017", "TRT01P"),
    warning("TRT01A exchanged in ADSL", exchanged("ADSL", everywhere, "TRT01A"), "SL017", "TRT01A"),
    error("TRT01PN of the other arm", shift("ADSL", "TRT01PN", 1, has(TRT01PN=1.0)), "XD041", "TRT01PN"),
    error("TRT01AN of the other arm", shift("ADSL", "TRT01AN", -1, has(TRT01AN=2.0)), "XD041", "TRT01AN"),
)

CHARACTERISTICS = (
    error("LSTALVDT after death", shift("ADSL", "LSTALVDT", 5, has(DTHFL="Y")), "SL012", "LSTALVDT"),
    error("TRTEDT after death", _treated_after_death, "SL012", "TRTEDT"),
    warning("treated before randomization", shift("ADSL", "RANDDT", 9), "SL013", "TRTSDT"),
    warning("death before randomization", shift("ADSL", "RANDDT", 900, has(DTHFL="Y")), "SL013", "DTHDT"),
    warning("AGE negative", put("ADSL", "AGE", -5.0), "SL014", "AGE"),
    warning("AGE of 200 years", put("ADSL", "AGE", 200.0), "SL014", "AGE"),
    warning("an age group that AGE is not in", _grouped("AGEGR1"), "SL015", "AGEGR1"),
    warning("AGEGR1N of another group", _grouped("AGEGR1N"), "XD041", "AGEGR1N"),
    warning("RACEN of another race", _numbered("ADSL", "RACE"), "XD041", "RACEN"),
    warning("SEXN of the other sex", _numbered("ADSL", "SEX"), "XD041", "SEXN"),
    Damage("SEX missing", put("ADSL", "SEX", None, has(SAFFL="Y")), ("SL016",), "SEX", NOTE),
)

METADATA = (
    warning(
        "a label too long",
        describe("ADTTE", "EVNTDESC", label="Event or Censoring Description, as Collected on the Form"),
        "AD0016",
        "EVNTDESC",
    ),
    warning("a name too long", describe("ADTTE", "EVNTDESC", name="EVNTDESCR"), "AD0013", "EVNTDESCR"),
    warning(
        "a name that starts with an underscore", describe("ADTTE", "TRTPN", name="_TRTPN"), "AD0014", "_TRTPN"
    ),
    warning("a date without a format", _sas_date_without_format, "AD0041", "ADT"),
    warning("a date as text", as_text("ADAE", "AENDT"), "AD0058", "AENDT"),
    warning(
        "a label unlike that in ADSL",
        describe("ADAE", "TRTSDT", label="Date of First Dose"),
        "XD017",
        "TRTSDT",
    ),
    warning("a type unlike that in ADSL", as_text("ADAE", "AGE"), "XD017", "AGE"),
    warning(
        "a text too long",
        put("ADTTE", "EVNTDESC", "x" * 201, has(PARAMCD="PFS", CNSR=1)),
        "AD0017",
        "EVNTDESC",
    ),
    warning("STUDYID not delivered", drop("ADTTE", "STUDYID"), "AD0088", "STUDYID"),
)
