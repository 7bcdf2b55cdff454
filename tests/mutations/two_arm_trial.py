"""A made-up randomized trial of two arms, rich in what rules look at and clean under all of them.

ADSL, ADRS, ADTTE (survival in days, progression and response in months, time to a serious event), ADAE with
every flag, and of SDTM what rules consult. No subject, date or value is real; the seed is fixed.
"""

from functools import cache

import numpy as np
import pandas as pd

from adamgate.schemas.study.dataset import Dataset
from adamgate.schemas.study.declarations import DateSource
from adamgate.schemas.study.study import Study
from adamgate.schemas.study.variable import Variable

SEED = 20240630
SUBJECTS = 120
CUT_OFF = np.datetime64("2024-06-30", "s")
FIRST_IN = np.datetime64("2022-01-10", "s")
DAY = np.timedelta64(1, "D")
VISIT_DAYS = 56
DAYS_PER_MONTH = 30.4375
WINDOW = 30
ARMS = ("Drug X 10 mg", "Placebo")
STUDYID = "MADEUP-301"

PARAMETERS = {
    "OS": ("Overall Survival (Days)", 1.0, "DAYS"),
    "PFS": ("Progression-Free Survival (Months)", 2.0, "MONTHS"),
    "DOR": ("Duration of Response (Months)", 3.0, "MONTHS"),
    "TTSAE": ("Time to First Serious Adverse Event (Days)", 4.0, "DAYS"),
}

SOURCES = {
    "PROGRESSION": DateSource(dataset="ADRS", where="PARAMCD == 'OVR' and AVALC == 'PD'", date="ADT"),
    "DEATH": DateSource(dataset="ADSL", where="DTHFL == 'Y'", date="DTHDT"),
    "SERIOUS": DateSource(dataset="ADAE", where="TRTEMFL == 'Y' and AESER == 'Y'", date="ASTDT"),
}
"""Where the events of its endpoints come from."""

# Preferred term, its lowest level term, and the terms above it, each with a made-up code.
TERMS = (
    (
        "Nausea",
        "Feeling queasy",
        "Nausea and vomiting symptoms",
        "Gastrointestinal signs",
        "Gastrointestinal disorders",
    ),
    (
        "Vomiting",
        "Vomited",
        "Nausea and vomiting symptoms",
        "Gastrointestinal signs",
        "Gastrointestinal disorders",
    ),
    (
        "Diarrhoea",
        "Loose stools",
        "Diarrhoea (excl infective)",
        "Motility conditions",
        "Gastrointestinal disorders",
    ),
    ("Fatigue", "Tiredness", "Asthenic conditions", "General disorders NEC", "General disorders"),
    ("Pyrexia", "Fever", "Febrile disorders", "Body temperature conditions", "General disorders"),
    ("Anaemia", "Haemoglobin low", "Anaemias NEC", "Anaemias nonhaemolytic", "Blood disorders"),
    ("Neutropenia", "Neutrophils low", "Neutropenias", "White blood cell disorders", "Blood disorders"),
    ("Pneumonia", "Lung infection", "Lower respiratory infections", "Infections unspecified", "Infections"),
    ("Sepsis", "Septicaemia", "Sepsis and bacteraemia", "Infections unspecified", "Infections"),
    ("Rash", "Skin eruption", "Rashes, eruptions NEC", "Epidermal conditions", "Skin disorders"),
    ("Headache", "Head pain", "Headaches NEC", "Headaches", "Nervous system disorders"),
    (
        "Dizziness",
        "Giddiness",
        "Neurological signs NEC",
        "Neurological disorders NEC",
        "Nervous system disorders",
    ),
)
FATAL_TERMS = (7, 8)
QUERY = {"Neutropenia": "BROAD", "Anaemia": "NARROW"}
SEVERITY = ("MILD", "MODERATE", "SEVERE")

LABELS = {
    "STUDYID": "Study Identifier",
    "USUBJID": "Unique Subject Identifier",
    "SUBJID": "Subject Identifier for the Study",
    "SITEID": "Study Site Identifier",
    "AGE": "Age",
    "AGEU": "Age Units",
    "SEX": "Sex",
    "RACE": "Race",
    "ARM": "Description of Planned Arm",
    "ACTARM": "Description of Actual Arm",
    "TRT01P": "Planned Treatment for Period 01",
    "TRT01PN": "Planned Treatment for Period 01 (N)",
    "TRT01A": "Actual Treatment for Period 01",
    "TRT01AN": "Actual Treatment for Period 01 (N)",
    "TRTP": "Planned Treatment",
    "TRTPN": "Planned Treatment (N)",
    "TRTA": "Actual Treatment",
    "TRTAN": "Actual Treatment (N)",
    "SAFFL": "Safety Population Flag",
    "ITTFL": "Intent-To-Treat Population Flag",
    "RANDFL": "Randomized Population Flag",
    "RANDDT": "Date of Randomization",
    "TRTSDT": "Date of First Exposure to Treatment",
    "TRTEDT": "Date of Last Exposure to Treatment",
    "EOSSTT": "End of Study Status",
    "EOSDT": "End of Study Date",
    "DTHFL": "Subject Death Flag",
    "DTHDT": "Date of Death",
    "LSTALVDT": "Date Last Known Alive",
    "DCUTDT": "Data Cut-off Date",
    "PARAM": "Parameter",
    "PARAMCD": "Parameter Code",
    "PARAMN": "Parameter (N)",
    "AVAL": "Analysis Value",
    "AVALC": "Analysis Value (C)",
    "AVALU": "Analysis Value Unit",
    "STARTDT": "Time-to-Event Origin Date for Subject",
    "ADT": "Analysis Date",
    "ADY": "Analysis Relative Day",
    "AVISIT": "Analysis Visit",
    "AVISITN": "Analysis Visit (N)",
    "CNSR": "Censor",
    "EVNTDESC": "Event or Censoring Description",
    "CNSDTDSC": "Censor Date Description",
    "SRCDOM": "Source Data",
    "SRCVAR": "Source Variable",
    "SRCSEQ": "Source Sequence Number",
    "ANL01FL": "Analysis Flag 01",
    "ASEQ": "Analysis Sequence Number",
    "TRTEMFL": "Treatment Emergent Analysis Flag",
    "TREM01FL": "Treatment Emergent in Period 01 Flag",
}


@cache
def two_arm_trial() -> Study:
    """The study; the same one on every call, to be treated as read-only."""
    rng = np.random.default_rng(SEED)
    adsl = _adsl(rng)
    adrs = _adrs(rng, adsl)
    adae = _adae(rng, adsl)
    frames = {
        "ADSL": adsl[[name for name in adsl if not name.islower()]],
        "ADRS": adrs,
        "ADTTE": _adtte(adsl, adrs, adae),
        "ADAE": adae,
        "DM": _dm(adsl),
        "EX": _ex(adsl),
        "TS": _ts(),
    }
    return Study.of(*(dataset(frame, name) for name, frame in frames.items()))


def dataset(frame: pd.DataFrame, name: str) -> Dataset:
    """A frame as a reader gives it, with labels and formats."""
    frame = as_read(frame)
    return Dataset.from_frame(frame, name, f"{name} (made up)", [variable_of(frame[each]) for each in frame])


def as_read(frame: pd.DataFrame) -> pd.DataFrame:
    """Text in dictionaries of objects, dates by seconds, numbers as doubles."""
    frame = frame.reset_index(drop=True)
    changed = {}
    for name, column in frame.items():
        if pd.api.types.is_datetime64_any_dtype(column.dtype):
            changed[name] = column.astype("datetime64[s]")
        elif pd.api.types.is_numeric_dtype(column.dtype):
            changed[name] = column.astype(np.float64)
        elif not isinstance(column.dtype, pd.CategoricalDtype):
            text = column.astype(object).where(column.notna(), None)
            changed[name] = text.astype("category")
    return frame.assign(**changed)


def variable_of(column: pd.Series) -> Variable:
    """What a transport file would say of a column."""
    name = str(column.name)
    label = LABELS.get(name, name.capitalize())
    if isinstance(column.dtype, pd.CategoricalDtype):
        longest = max((len(str(each)) for each in column.cat.categories), default=1)
        return Variable(name, label, "Char", max(longest, 1))
    is_date = pd.api.types.is_datetime64_any_dtype(column.dtype)
    return Variable(name, label, "Num", 8, "DATE9." if is_date else "")


def days(number) -> np.ndarray:
    """Numbers of days as time spans."""
    return np.asarray(number).astype("timedelta64[D]").astype("timedelta64[s]")


def _adsl(rng: np.random.Generator) -> pd.DataFrame:
    """Subjects; names in small letters are what only the other makers need."""
    number = np.arange(SUBJECTS)
    arm = number % 2
    randomized = FIRST_IN + days(number * 3)
    first_dose = randomized + days(rng.integers(0, 4, SUBJECTS))
    dying = rng.exponential(np.where(arm == 0, 900, 600)).astype(int) + 75
    leaving = np.where(rng.random(SUBJECTS) < 0.1, rng.integers(90, 500, SUBJECTS), 10_000)
    to_cut_off = (CUT_OFF - randomized) // DAY
    died = dying <= np.minimum(to_cut_off, leaving)
    seen = np.minimum(leaving, to_cut_off - rng.integers(0, 15, SUBJECTS))
    last = randomized + days(np.where(died, dying, seen))
    left = ~died & (leaving < to_cut_off)
    dosed = np.minimum(rng.integers(60, 400, SUBJECTS), ((last - first_dose) // DAY) - 5)
    nothing = np.datetime64("NaT", "s")
    return pd.DataFrame(
        {
            "STUDYID": STUDYID,
            "USUBJID": [f"{STUDYID}-{each % 7 + 1:02d}-{1001 + each}" for each in number],
            "SUBJID": [f"{1001 + each}" for each in number],
            "SITEID": [f"{each % 7 + 1:02d}" for each in number],
            "AGE": rng.integers(34, 82, SUBJECTS),
            "AGEU": "YEARS",
            "SEX": rng.choice(["F", "M"], SUBJECTS),
            "RACE": rng.choice(["WHITE", "ASIAN", "BLACK OR AFRICAN AMERICAN"], SUBJECTS),
            "ARM": np.array(ARMS)[arm],
            "ACTARM": np.array(ARMS)[arm],
            "TRT01P": np.array(ARMS)[arm],
            "TRT01PN": 2 - arm,
            "TRT01A": np.array(ARMS)[arm],
            "TRT01AN": 2 - arm,
            "SAFFL": "Y",
            "ITTFL": "Y",
            "RANDFL": "Y",
            "RANDDT": randomized,
            "TRTSDT": first_dose,
            "TRTEDT": first_dose + days(dosed),
            "EOSSTT": np.where(died | left, "DISCONTINUED", "ONGOING"),
            "EOSDT": np.where(died | left, last, nothing),
            "DTHFL": np.where(died, "Y", None),
            "DTHDT": np.where(died, last, nothing),
            "LSTALVDT": last,
            "DCUTDT": CUT_OFF,
            "last": last,
            "died": died,
            "arm": arm,
            "progressing": rng.exponential(np.where(arm == 0, 500, 300)).astype(int) + 60,
        }
    )


def _shared(adsl: pd.DataFrame, subject: np.ndarray, *names: str) -> dict[str, np.ndarray]:
    """Variables in ADSL for records of subjects by position."""
    return {name: adsl[name].to_numpy()[subject] for name in ("STUDYID", "USUBJID", "SITEID", *names)}


def _adrs(rng: np.random.Generator, adsl: pd.DataFrame) -> pd.DataFrame:
    """Responses at visits every eight weeks, until progression or the end of follow-up."""
    followed = ((adsl["last"] - adsl.RANDDT) // DAY).to_numpy()
    progressing = adsl.progressing.to_numpy()
    visits = followed // VISIT_DAYS
    until = np.minimum(visits, -(-progressing // VISIT_DAYS))
    subject = np.repeat(np.arange(SUBJECTS), until)
    visit = np.concatenate([np.arange(1, count + 1) for count in until])
    progressed = -(-progressing // VISIT_DAYS) <= visits
    responding = rng.random(SUBJECTS) < np.where(adsl.arm == 0, 0.55, 0.3)
    last = visit == until[subject]
    response = np.where(responding[subject] & (visit >= 2), "PR", "SD")
    response = np.where(last & progressed[subject], "PD", response)
    adt = adsl.RANDDT.to_numpy()[subject] + days(visit * VISIT_DAYS)
    elapsed = (adt - adsl.TRTSDT.to_numpy()[subject]) // DAY
    return pd.DataFrame(
        {
            **_shared(adsl, subject, "ITTFL", "TRTSDT"),
            "TRTP": adsl.TRT01P.to_numpy()[subject],
            "TRTA": adsl.TRT01A.to_numpy()[subject],
            "ASEQ": visit,
            "PARAM": "Overall Response by Investigator",
            "PARAMCD": "OVR",
            "PARAMN": 1,
            "AVISIT": [f"WEEK {each * 8}" for each in visit],
            "AVISITN": visit * 8,
            "ADT": adt,
            "ADY": elapsed + (elapsed >= 0),
            "AVALC": response,
            "AVAL": [("CR", "PR", "SD", "PD").index(each) + 1 for each in response],
            "ANL01FL": "Y",
        }
    )


def _adae(rng: np.random.Generator, adsl: pd.DataFrame) -> pd.DataFrame:
    """Three events a subject on average, the fatal ones last."""
    count = rng.integers(1, 6, SUBJECTS)
    subject = np.repeat(np.arange(SUBJECTS), count)
    sequence = np.concatenate([np.arange(1, each + 1) for each in count])
    records = len(subject)
    died = adsl.died.to_numpy()
    on_treatment = ((adsl["last"] - adsl.TRTEDT) // DAY).to_numpy() <= WINDOW
    fatal = (sequence == count[subject]) & (died & on_treatment)[subject]
    first_dose, last_dose = (adsl[name].to_numpy()[subject] for name in ("TRTSDT", "TRTEDT"))
    end_of_all = adsl["last"].to_numpy()[subject]
    span = ((last_dose - first_dose) // DAY).astype(int)
    start = first_dose + days((rng.random(records) * (span + 45)).astype(int) - 20)
    start = np.minimum(start, end_of_all - days(2))
    start = np.where(fatal, end_of_all - days(rng.integers(2, 6, records)), start)
    term = rng.integers(0, len(TERMS), records)
    term = np.where(fatal, rng.choice(FATAL_TERMS, records), term)
    term = _apart(subject, start, term)
    grade = np.where(fatal, 5, rng.choice([1, 2, 3, 4], records, p=[0.45, 0.3, 0.18, 0.07]))
    ended = fatal | (rng.random(records) < 0.8)
    end = np.minimum(start + days(rng.integers(0, 30, records)), end_of_all)
    end = np.where(fatal, end_of_all, end)
    end = np.where(ended, end, np.datetime64("NaT", "s"))
    emergent = (start >= first_dose) & (start <= last_dose + days(WINDOW))

    partial = ~fatal & (rng.random(records) < 0.08) & (start > first_dose + days(31))
    month = start.astype("datetime64[M]")
    middle = month.astype("datetime64[s]") + days(14)
    imputable = partial & ((np.isnat(end)) | (middle <= end)) & (middle <= end_of_all - days(1))
    imputable &= (middle <= last_dose + days(WINDOW)) == emergent
    start = np.where(imputable, middle, start)
    start_text = np.where(imputable, month.astype(str), start.astype("datetime64[D]").astype(str))
    end_text = np.where(ended, end.astype("datetime64[D]").astype(str), None)

    life, hospital = (grade == 4), (grade == 3) & (rng.random(records) < 0.4)
    serious = fatal | life | hospital
    severity = np.minimum(grade, 3)
    terms = np.array(TERMS, dtype=object)[term]
    yes = np.array(["N", "Y"], dtype=object)
    start_day, end_day = (_study_day(each, first_dose) for each in (start, end))
    frame = pd.DataFrame(
        {
            **_shared(adsl, subject, "AGE", "SEX", "SAFFL", "TRTSDT", "TRTEDT"),
            "TRTA": adsl.TRT01A.to_numpy()[subject],
            "AESEQ": sequence,
            "AETERM": [text.upper() for text in terms[:, 1]],
            "AELLT": terms[:, 1],
            "AELLTCD": term + 10_000_001,
            "AEDECOD": terms[:, 0],
            "AEPTCD": term + 10_100_001,
            "AEHLT": terms[:, 2],
            "AEHLTCD": pd.factorize(terms[:, 2])[0] + 10_200_001,
            "AEHLGT": terms[:, 3],
            "AEHLGTCD": pd.factorize(terms[:, 3])[0] + 10_300_001,
            "AEBODSYS": terms[:, 4],
            "AEBDSYCD": pd.factorize(terms[:, 4])[0] + 10_400_001,
            "AESOC": terms[:, 4],
            "AESOCCD": pd.factorize(terms[:, 4])[0] + 10_400_001,
            "AESTDTC": start_text,
            "ASTDT": start,
            "ASTDTF": np.where(imputable, "D", None),
            "AEENDTC": end_text,
            "AENDT": end,
            "ASTDY": start_day,
            "AENDY": end_day,
            "ADURN": np.where(imputable, np.nan, (end - start) / DAY + 1),
            "ADURU": np.where(imputable | ~ended, None, "DAYS"),
            "TRTEMFL": np.where(emergent, "Y", None),
            "TREM01FL": np.where(emergent, "Y", None),
            "AESEV": np.array(SEVERITY)[severity - 1],
            "AESEVN": severity,
            "AETOXGR": grade.astype(str),
            "AETOXGRN": grade,
            "AESER": yes[serious.astype(int)],
            "AESCONG": "N",
            "AESDISAB": "N",
            "AESDTH": yes[fatal.astype(int)],
            "AESHOSP": yes[hospital.astype(int)],
            "AESLIFE": yes[life.astype(int)],
            "AESMIE": "N",
            "AEREL": rng.choice(["RELATED", "NOT RELATED"], records),
            "AEOUT": np.where(
                fatal, "FATAL", np.where(ended, "RECOVERED/RESOLVED", "NOT RECOVERED/NOT RESOLVED")
            ),
            "SMQ01NAM": ["Haematopoietic cytopenias" if each in QUERY else None for each in terms[:, 0]],
            "SMQ01SC": [QUERY.get(each) for each in terms[:, 0]],
            "SMQ01SCN": [{"BROAD": 1.0, "NARROW": 2.0}.get(QUERY.get(each)) for each in terms[:, 0]],
            "CQ01NAM": ["Emesis" if each == "Vomiting" else None for each in terms[:, 0]],
        }
    )
    return _with_occurrence_flags(frame, emergent)


def _apart(subject: np.ndarray, start: np.ndarray, term: np.ndarray) -> np.ndarray:
    """Terms such that nobody has one term twice on a day."""
    seen: set[tuple] = set()
    found = []
    for who, when, drawn in zip(subject, start, term, strict=True):
        free = ((drawn + more) % len(TERMS) for more in range(len(TERMS)))
        chosen = next(each for each in free if (who, when, each) not in seen)
        seen.add((who, when, chosen))
        found.append(chosen)
    return np.array(found)


def _study_day(date: np.ndarray, reference: np.ndarray) -> np.ndarray:
    elapsed = (date - reference) / DAY
    return elapsed + (elapsed >= 0)


def _with_occurrence_flags(frame: pd.DataFrame, emergent: np.ndarray) -> pd.DataFrame:
    """First and worst treatment-emergent events of a subject, of an organ class, of a term."""
    counted = frame[emergent]
    first = counted.sort_values(["USUBJID", "ASTDT", "AESEQ"])
    worst = counted.sort_values(
        ["USUBJID", "AETOXGRN", "ASTDT", "AESEQ"], ascending=[True, False, True, True]
    )
    keys = {"": ["USUBJID"], "S": ["USUBJID", "AEBODSYS"], "P": ["USUBJID", "AEDECOD"]}
    flags = {}
    for kind, order in (("", first), ("I", worst)):
        for letter, key in keys.items():
            chosen = order.drop_duplicates(key).index
            flags[f"AOCC{letter}{kind}FL"] = np.where(frame.index.isin(chosen), "Y", None)
    return frame.assign(**flags)


def _adtte(adsl: pd.DataFrame, adrs: pd.DataFrame, adae: pd.DataFrame) -> pd.DataFrame:
    """Four endpoints; every date is traced to where it comes from."""
    of_subject = dict(iter(adrs.groupby("USUBJID")))
    serious = adae[(adae.AESER == "Y") & (adae.TRTEMFL == "Y")].sort_values(["USUBJID", "ASTDT", "AESEQ"])
    first_serious = serious.drop_duplicates("USUBJID").set_index("USUBJID")
    rows = []
    for who in adsl.itertuples():
        visits = of_subject[who.USUBJID]
        survival = (
            (who.DTHDT, 0, "Death", None, "ADSL", "DTHDT", None)
            if who.died
            else (who.LSTALVDT, 1, "Alive", "Last known alive", "ADSL", "LSTALVDT", None)
        )
        last_visit = visits.iloc[-1]
        if last_visit.AVALC == "PD":
            progression = (last_visit.ADT, 0, "Disease progression", None, "ADRS", "ADT", last_visit.ASEQ)
        elif who.died:
            progression = survival
        else:
            reason = "Last adequate assessment"
            progression = (last_visit.ADT, 1, "No progression", reason, "ADRS", "ADT", last_visit.ASEQ)
        rows.append((who.Index, "OS", who.RANDDT, *survival))
        rows.append((who.Index, "PFS", who.RANDDT, *progression))
        responses = visits[visits.AVALC == "PR"]
        if len(responses):
            rows.append((who.Index, "DOR", responses.iloc[0].ADT, *progression))
        if who.USUBJID in first_serious.index:
            event = first_serious.loc[who.USUBJID]
            end = (event.ASTDT, 0, "Serious adverse event", None, "ADAE", "ASTDT", event.AESEQ)
        else:
            end = (who.TRTEDT, 1, "No serious adverse event", "End of treatment", "ADSL", "TRTEDT", None)
        rows.append((who.Index, "TTSAE", who.TRTSDT, *end))
    names = [
        "subject",
        "PARAMCD",
        "STARTDT",
        "ADT",
        "CNSR",
        "EVNTDESC",
        "CNSDTDSC",
        "SRCDOM",
        "SRCVAR",
        "SRCSEQ",
    ]
    table = pd.DataFrame(rows, columns=names)
    subject = table.subject.to_numpy()
    elapsed = (table.ADT - table.STARTDT) // DAY + 1
    unit = np.array([PARAMETERS[code][2] for code in table.PARAMCD])
    return pd.DataFrame(
        {
            **_shared(adsl, subject, "AGE", "SEX", "ITTFL", "SAFFL", "RANDDT", "TRTSDT"),
            "TRTP": adsl.TRT01P.to_numpy()[subject],
            "TRTPN": adsl.TRT01PN.to_numpy()[subject],
            "TRTA": adsl.TRT01A.to_numpy()[subject],
            "TRTAN": adsl.TRT01AN.to_numpy()[subject],
            "ASEQ": table.groupby("subject").cumcount() + 1,
            "PARAM": [PARAMETERS[code][0] for code in table.PARAMCD],
            "PARAMCD": table.PARAMCD,
            "PARAMN": [PARAMETERS[code][1] for code in table.PARAMCD],
            "AVAL": np.where(unit == "DAYS", elapsed, elapsed / DAYS_PER_MONTH),
            "AVALU": unit,
            **{name: table[name] for name in names[2:]},
        }
    )


def _dm(adsl: pd.DataFrame) -> pd.DataFrame:
    kept = adsl[["STUDYID", "USUBJID", "SUBJID", "SITEID", "AGE", "AGEU", "SEX", "RACE", "ARM", "ACTARM"]]
    return kept.assign(DOMAIN="DM", DTHFL=adsl.DTHFL)


def _ex(adsl: pd.DataFrame) -> pd.DataFrame:
    def text(name: str) -> pd.Series:
        return adsl[name].dt.strftime("%Y-%m-%d")

    return pd.DataFrame(
        {
            "STUDYID": STUDYID,
            "DOMAIN": "EX",
            "USUBJID": adsl.USUBJID,
            "EXSEQ": 1,
            "EXTRT": adsl.TRT01A,
            "EXSTDTC": text("TRTSDT"),
            "EXENDTC": text("TRTEDT"),
        }
    )


def _ts() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "STUDYID": STUDYID,
            "DOMAIN": "TS",
            "TSSEQ": [1, 1],
            "TSPARMCD": ["DCUTDTC", "SSTDTC"],
            "TSPARM": ["Data Cutoff Date", "Study Start Date"],
            "TSVAL": ["2024-06-30", "2022-01-10"],
        }
    )
