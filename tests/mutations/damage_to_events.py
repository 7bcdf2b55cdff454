"""Defects of adverse events."""

import numpy as np
import pandas as pd
from damage import NOTE, Damage, error, warning
from delivery import (
    Change,
    Delivery,
    Rng,
    all_of,
    both,
    drop,
    filled,
    has,
    if_there,
    put,
    repeat,
    shift,
    some,
    write,
)
from words import FATIGUE, NAUSEA


def _event_before_treatment(delivery: Delivery, rng: Rng) -> None:
    """TRTEMFL on an event that was over before the first dose."""
    frame = delivery.frame("ADAE")
    own = some(frame, rng, lambda data: data.AENDT < data.TRTSDT)
    frame.loc[own, ["TRTEMFL", "TREM01FL"]] = "Y"


def _first_flag_doubled(flag: str, *keys: str) -> Change:
    """The flag on another treatment-emergent event of the same group."""

    def change(delivery: Delivery, rng: Rng) -> None:
        frame = delivery.frame("ADAE")
        flagged = pd.MultiIndex.from_frame(frame.loc[frame[flag].eq("Y"), list(keys)])
        same = pd.Series(pd.MultiIndex.from_frame(frame[list(keys)]).isin(flagged), frame.index)
        frame.loc[some(frame, rng, lambda data: same & data[flag].isna()), flag] = "Y"

    return change


def _moved_after_death(delivery: Delivery, rng: Rng) -> None:
    """A start, its text and its study day after the subject died."""
    deaths = delivery.frame("ADSL").drop_duplicates("USUBJID").set_index("USUBJID").DTHDT
    frame = delivery.frame("ADAE")
    died = frame.USUBJID.map(deaths)
    own = some(frame, rng, lambda data: died.notna() & data.AENDT.isna())
    frame.loc[own, "ASTDT"] = died[own] + pd.Timedelta(days=9)
    frame.loc[own, "AESTDTC"] = frame.ASTDT[own].dt.strftime("%Y-%m-%d")
    frame.loc[own, "ASTDY"] = (frame.ASTDT - frame.TRTSDT).dt.days[own] + 1.0
    frame.loc[own, ["TRTEMFL", "TREM01FL", "ASTDTF"]] = None


def _ends_after_death(delivery: Delivery, rng: Rng) -> None:
    """An end, its text, its study day and its duration after the subject died."""
    deaths = delivery.frame("ADSL").drop_duplicates("USUBJID").set_index("USUBJID").DTHDT
    frame = delivery.frame("ADAE")
    died = frame.USUBJID.map(deaths)
    dated = frame.AENDT.notna() & frame.AESDTH.ne("Y") & frame.ASTDTF.isna()
    own = some(frame, rng, lambda data: died.notna() & dated)
    frame.loc[own, "AENDT"] = died[own] + pd.Timedelta(days=9)
    frame.loc[own, "AEENDTC"] = frame.AENDT[own].dt.strftime("%Y-%m-%d")
    frame.loc[own, "AENDY"] = (frame.AENDT - frame.TRTSDT).dt.days[own] + 1.0
    frame.loc[own, "ADURN"] = (frame.AENDT - frame.ASTDT).dt.days[own] + 1.0


def _flag_on_an_earlier_event(flag: str, *keys: str) -> Change:
    """The flag moved from a treatment-emergent event to one of its group that is not."""

    def change(delivery: Delivery, rng: Rng) -> None:
        frame = delivery.frame("ADAE")
        group = frame.groupby(list(keys)).ngroup()
        flagged = set(group[frame[flag].eq("Y")])
        own = some(frame, rng, lambda data: group.isin(flagged) & data.TRTEMFL.isna())
        frame.loc[group.eq(group[own[0]]), flag] = None
        frame.loc[own, flag] = "Y"

    return change


def _worst_flag_on_a_milder_event(delivery: Delivery, rng: Rng) -> None:
    """AOCCIFL moved to an event of lower severity and grade."""
    frame = delivery.frame("ADAE")
    emergent = frame.TRTEMFL.eq("Y")
    worst = frame.USUBJID.map(frame[emergent].groupby("USUBJID").AESEVN.max())
    own = some(frame, rng, lambda data: emergent & (worst > data.AESEVN))
    frame.loc[frame.USUBJID.eq(frame.USUBJID[own[0]]), "AOCCIFL"] = None
    frame.loc[own, "AOCCIFL"] = "Y"


def _ends_after_cut_off(delivery: Delivery, rng: Rng) -> None:
    """An end after the cut-off, of a subject who is alive."""
    alive = delivery.frame("ADSL").query("DTHFL != 'Y'").USUBJID
    frame = delivery.frame("ADAE")
    own = some(frame, rng, lambda data: data.AENDT.notna() & data.USUBJID.isin(alive))
    frame.loc[own, "AENDT"] = delivery.cut_off() + pd.Timedelta(days=20)


def _under_treatment(frame: pd.DataFrame) -> pd.Series:
    return frame.ASTDT.between(frame.TRTSDT, frame.TRTEDT)


def _starts_after_cut_off(delivery: Delivery, rng: Rng) -> None:
    frame = delivery.frame("ADAE")
    complete = frame.ASTDTF.isna() if "ASTDTF" in frame else frame.ASTDT.notna()
    own = some(frame, rng, lambda data: complete & data.AENDT.isna())
    frame.loc[own, "ASTDT"] = delivery.cut_off() + pd.Timedelta(days=20)
    if "AESTDTC" in frame:
        frame.loc[own, "AESTDTC"] = frame.ASTDT[own].dt.strftime("%Y-%m-%d")


def _fatal_and_alive(delivery: Delivery, rng: Rng) -> None:
    """No death in ADSL of a subject with a fatal event."""
    fatal = delivery.frame("ADAE").query("AESDTH == 'Y'").USUBJID
    frame = delivery.frame("ADSL")
    own = some(frame, rng, lambda data: data.USUBJID.isin(fatal))
    frame.loc[own, "DTHFL"] = None
    frame.loc[own, "DTHDT"] = pd.NaT


def _another_case(text: str) -> str:
    return text.lower()


def _next_sequence(frame: pd.DataFrame) -> float:
    return float(frame.AESEQ.max() + 1)


EVENTS = (
    error("AENDT before ASTDT", shift("ADAE", "AENDT", -400, has(ASTDTF=None)), "AE001", "AENDT"),
    error("AESEQ repeated", put("ADAE", "AESEQ", 1.0, has(AESEQ=2)), "AE002", "AESEQ"),
    error("ASTDY a day more", shift("ADAE", "ASTDY", 1), "AE003", "ASTDY"),
    error("AENDY a day less", shift("ADAE", "AENDY", -1), "AE004", "AENDY"),
    error("ASTDY 0", put("ADAE", "ASTDY", 0.0), "AE003", "ASTDY"),
    warning("ASTDY 0, by the standard", put("ADAE", "ASTDY", 0.0), "AD0046", "ASTDY"),
    error("ADURN a day more", shift("ADAE", "ADURN", 1), "AE005", "ADURN"),
    warning("ADURU lost", put("ADAE", "ADURU", None, filled("ADURN")), "AD0268", "ADURU"),
    warning("ASTDT a day before its text", shift("ADAE", "ASTDT", -1, has(ASTDTF=None)), "AE038", "ASTDT"),
    error("ASTDT a month early", shift("ADAE", "ASTDT", -30), "AE003", "ASTDT"),
    warning("AENDT a day after its text", shift("ADAE", "AENDT", 1), "AE039", "AENDT"),
    warning(
        "treatment-emergent before treatment",
        put("ADAE", "TRTEMFL", "Y", lambda frame: frame.ASTDT < frame.TRTSDT),
        "AE008",
        "TRTEMFL",
    ),
    error("treatment-emergent and over before treatment", _event_before_treatment, "AE006", "TRTEMFL"),
    warning(
        "TRTEMFL lost under treatment",
        both(
            put("ADAE", "TRTEMFL", None, lambda frame: frame.ASTDT.between(frame.TRTSDT, frame.TRTEDT)),
            if_there(
                put("ADAE", "TREM01FL", None, lambda frame: frame.ASTDT.between(frame.TRTSDT, frame.TRTEDT))
            ),
        ),
        "AE010",
        "TRTEMFL",
    ),
    error(
        "TRTEMFL lost, that of the period not",
        put("ADAE", "TRTEMFL", None, has(TREM01FL="Y")),
        "AE007",
        "TREM01FL",
    ),
    warning("TRTEMFL N", put("ADAE", "TRTEMFL", "N", has(TRTEMFL=None)), "AD0269", "TRTEMFL"),
    error("AOCCFL twice", _first_flag_doubled("AOCCFL", "USUBJID"), "AE011", "AOCCFL"),
    warning("AOCCFL lost", put("ADAE", "AOCCFL", None, has(AOCCFL="Y")), "AE011", "AOCCFL"),
    error("AOCCSFL twice", _first_flag_doubled("AOCCSFL", "USUBJID", "AEBODSYS"), "AE012", "AOCCSFL"),
    error("AOCCPFL twice", _first_flag_doubled("AOCCPFL", "USUBJID", "AEDECOD"), "AE013", "AOCCPFL"),
    error("AOCCIFL twice", _first_flag_doubled("AOCCIFL", "USUBJID"), "AE014", "AOCCIFL"),
    error("AOCCSIFL twice", _first_flag_doubled("AOCCSIFL", "USUBJID", "AEBODSYS"), "AE015", "AOCCSIFL"),
    error("AOCCPIFL twice", _first_flag_doubled("AOCCPIFL", "USUBJID", "AEDECOD"), "AE016", "AOCCPIFL"),
    warning("AESER without a criterion", put("ADAE", "AESER", "Y", has(AESER="N")), "AE018", "AESER"),
    warning("a criterion without AESER", put("ADAE", "AESHOSP", "Y", has(AESER="N")), "AE019", "AESER"),
    warning("AESER lost", put("ADAE", "AESER", "N", has(AESER="Y")), "AE019", "AESER"),
    warning("AEOUT FATAL alone", put("ADAE", "AEOUT", "FATAL", has(AESDTH="N")), "AE020", "AEOUT"),
    warning("AESDTH lost", put("ADAE", "AESDTH", "N", has(AESDTH="Y")), "AE020", "AESDTH"),
    error("fatal, and alive in ADSL", _fatal_and_alive, "AE021", "DTHFL"),
    warning("a fatal event ends a day early", shift("ADAE", "AENDT", -1, has(AESDTH="Y")), "AE022", "AENDT"),
    error("an event after death", _moved_after_death, "AE023", "ASTDT"),
    error(
        "AEDECOD under two AESOC",
        put("ADAE", "AESOC", "Skin disorders", has(AEDECOD=NAUSEA)),
        "AE024",
        "AESOC",
    ),
    error(
        "AEDECOD under two AEBODSYS",
        put("ADAE", "AEBODSYS", "Skin disorders", has(AEDECOD=NAUSEA)),
        "AE024",
        "AEBODSYS",
    ),
    error(
        "AELLT under two AEDECOD",
        put("ADAE", "AEDECOD", "Asthenia", all_of(has(AEDECOD=FATIGUE), filled("AELLT"))),
        "AE025",
        "AEDECOD",
    ),
    error("AEPTCD of a record", shift("ADAE", "AEPTCD", 700), "AE026", "AEPTCD"),
    error("AESOCCD of another class", shift("ADAE", "AESOCCD", 1), "AE026", "AESOCCD"),
    warning(
        "grade lost",
        both(
            put("ADAE", "AETOXGR", None, has(TRTEMFL="Y")), put("ADAE", "AETOXGRN", np.nan, has(TRTEMFL="Y"))
        ),
        "AE027",
        "AETOXGR",
    ),
    error("AESEVN of another severity", put("ADAE", "AESEVN", 3.0, has(AESEV="MILD")), "AE028", "AESEVN"),
    error("AETOXGRN of another grade", shift("ADAE", "AETOXGRN", 1, has(AETOXGR="2")), "AE030", "AETOXGRN"),
    error("AETOXGRN lost", put("ADAE", "AETOXGRN", np.nan), "AE030", "AETOXGRN"),
    warning("AESEVN 4", put("ADAE", "AESEVN", 4.0), "AD0279", "AESEVN"),
    warning("an event not coded", put("ADAE", "AEDECOD", None, has(TRTEMFL="Y")), "AE032", "AEDECOD"),
    error("scope of a query lost", put("ADAE", "SMQ01SC", None, filled("SMQ01NAM")), "AE033", "SMQ01SC"),
    error("number of a scope", put("ADAE", "SMQ01SCN", 1.0, has(SMQ01SC="NARROW")), "AE034", "SMQ01SCN"),
    warning(
        "scope of a query misspelt",
        put("ADAE", "SMQ01SC", "Narrow", has(SMQ01SC="NARROW")),
        "CT003",
        "SMQ01SC",
    ),
    Damage(
        "a term in its query only sometimes",
        put("ADAE", "CQ01NAM", None, filled("CQ01NAM")),
        ("AE035",),
        "CQ01NAM",
        NOTE,
    ),
    error(
        "imputation flag lost", put("ADAE", "ASTDTF", None, filled("ASTDTF", "AESTDTC")), "AE036", "ASTDTF"
    ),
    error(
        "imputation flag of a complete date",
        put("ADAE", "ASTDTF", "M", all_of(has(ASTDTF=None), filled("AESTDTC"))),
        "AE036",
        "ASTDTF",
    ),
    error("imputation flag X", put("ADAE", "ASTDTF", "X", filled("ASTDTF")), "AE036", "ASTDTF"),
    warning(
        "imputation flag X, by the standard", put("ADAE", "ASTDTF", "X", filled("ASTDTF")), "AD0039", "ASTDTF"
    ),
    Damage(
        "end of an event that goes on",
        put("ADAE", "AEOUT", "NOT RECOVERED/NOT RESOLVED", has(AEOUT="RECOVERED/RESOLVED")),
        ("AE040",),
        "AENDT",
        NOTE,
    ),
    warning("an event twice", repeat("ADAE", AESEQ=_next_sequence), "AE041", "ASTDT"),
    warning("AESEV in small letters", write("ADAE", "AESEV", _another_case), "CT001", "AESEV"),
    warning(
        "AEOUT unknown", put("ADAE", "AEOUT", "RECOVERED", has(AEOUT="RECOVERED/RESOLVED")), "CT001", "AEOUT"
    ),
    warning("AESER unknown", put("ADAE", "AESER", "YES", has(AESER="N")), "CT001", "AESER"),
    warning(
        "an event after the cut-off",
        _starts_after_cut_off,
        "XD018",
        "ASTDT",
    ),
    warning("an end after death", _ends_after_death, "AE042", "AENDT"),
    Damage(
        "an end after the cut-off",
        _ends_after_cut_off,
        ("AE043",),
        "AENDT",
        NOTE,
    ),
    Damage(
        "the end of a resolved event lost",
        both(
            put("ADAE", "AENDT", pd.NaT, has(AEOUT="RECOVERED/RESOLVED")),
            put("ADAE", "AEENDTC", None, has(AEOUT="RECOVERED/RESOLVED")),
        ),
        ("AE044",),
        "AENDT",
        NOTE,
    ),
    warning("a term lost", put("ADAE", "AETERM", None), "AE045", "AETERM"),
    warning("AESER missing", put("ADAE", "AESER", None, has(AESER="N")), "AE045", "AESER"),
    Damage("mild and of grade 3", put("ADAE", "AESEV", "MILD", has(AETOXGR="3")), ("AE046",), "AESEV", NOTE),
    warning("grade 6", put("ADAE", "AETOXGR", "6"), "AE047", "AETOXGR"),
    warning("number of a grade -1", put("ADAE", "AETOXGRN", -1.0), "AE047", "AETOXGRN"),
    warning(
        "a preferred term as organ class",
        put("ADAE", "AESOC", "Nausea", has(AEDECOD=NAUSEA)),
        "AE048",
        "AESOC",
    ),
    warning("AOCCFL before treatment", _flag_on_an_earlier_event("AOCCFL", "USUBJID"), "AE049", "AOCCFL"),
    warning("AOCCIFL before treatment", _flag_on_an_earlier_event("AOCCIFL", "USUBJID"), "AE049", "AOCCIFL"),
    warning("AOCCIFL on a milder event", _worst_flag_on_a_milder_event, "AE014", "AOCCIFL"),
    warning("AETERM not delivered", drop("ADAE", "AETERM"), "AD0620", "AETERM"),
    warning("AESEQ not delivered", drop("ADAE", "AESEQ"), "AD0623", "AESEQ"),
    warning(
        "AVAL in ADAE",
        lambda delivery, rng: delivery.describe("ADAE", "ADURN", name="AVAL"),
        "AD0252",
        "AVAL",
    ),
)
