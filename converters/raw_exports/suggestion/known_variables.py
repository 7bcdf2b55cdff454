"""Variables of SDTM, and what raw exports call them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

EVENTS = frozenset({"AE", "CE", "DS", "DV", "HO", "MH"})
INTERVENTIONS = frozenset({"AG", "CM", "EC", "EX", "ML", "PR", "SU"})
FINDINGS = frozenset({"DA", "EG", "FA", "IE", "LB", "PC", "PE", "QS", "RE", "RS", "SC", "TR", "TU", "VS"})
NUMBERED = EVENTS | INTERVENTIONS | FINDINGS
"""Domains whose records have a number, --SEQ."""
_BY_VISIT = FINDINGS | {"DS", "DV", "EC", "EX", "SV"}
DOMAINS = EVENTS | INTERVENTIONS | FINDINGS | {"DM", "SV"}
_DM = frozenset({"DM"})
_AE = frozenset({"AE"})
_MEDICAL = frozenset({"AE", "CE", "MH"})


class Meaning(Enum):
    """What the values of a variable are."""

    TEXT = "text"
    DATE = "date"
    FLAG = "flag"
    NUMBER = "number"
    SEX = "sex"
    SEVERITY = "severity"
    OUTCOME = "outcome"
    RACE = "race"
    ETHNICITY = "ethnicity"


@dataclass(frozen=True, slots=True)
class Known:
    """One variable.

    Attributes
    ----------
    target : str
        Its name in SDTM, with -- for the domain.
    names : frozenset of str
        Names in raw exports: letters and digits in capitals, without the domain in front.
    label : Pattern
        What labels of it hold.
    meaning : Meaning
    domains : frozenset of str
        Domains that have it; empty for all.
    """

    target: str
    names: frozenset[str]
    label: re.Pattern[str]
    meaning: Meaning
    domains: frozenset[str]

    def variable(self, domain: str) -> str:
        """ "AETERM"."""
        return self.target.replace("--", domain)


def _known(
    target: str,
    names: str,
    label: str = r"(?!)",
    meaning: Meaning = Meaning.TEXT,
    domains: Iterable[str] = (),
) -> Known:
    every = frozenset({target.removeprefix("--"), *names.split()})
    return Known(target, every, re.compile(label, re.IGNORECASE), meaning, frozenset(domains))


_DATE, _FLAG, _NUMBER = Meaning.DATE, Meaning.FLAG, Meaning.NUMBER

KNOWN = (
    _known(
        "STUDYID",
        "STUDY STUDYNAME STUDYNUMBER PROTOCOL PROTOCOLID PROTOCOLNUMBER",
        r"^(study|protocol) (id|number|name)",
    ),
    _known("USUBJID", "UNIQUESUBJECTID UNIQUESUBJECTIDENTIFIER", r"unique subject"),
    _known(
        "SUBJID",
        "SUBJECT SUBJECTID SUBJECTIDENTIFIER SUBJECTNUMBER SUBJECTNO SUBJECTNAME SUBJNO SUBJ SUBNUM PATIENT "
        "PATIENTID PATIENTNUMBER PATIENTNO PATID PATNUM PATNO PTID PTNO PTNUM PARTICIPANTID SCREENINGNUMBER",
        r"^(subject|patient|participant) (id\b|identifier|number|no\b)",
    ),
    _known(
        "SITEID",
        "SITE SITECODE SITENO SITENUM SITENUMBER CENTER CENTRE CENTERID CENTREID CENTERNO CENTRENO INVSITE",
        r"^(study )?(site|center|centre) (id\b|code|identifier|number|no\b)",
    ),
    _known("COUNTRY", "COUNTRYCODE CTRY", r"^country", domains=_DM),
    _known("SEX", "GENDER", r"^(sex|gender)$", Meaning.SEX, _DM),
    _known("RACE", "", r"^race$", Meaning.RACE, _DM),
    _known("ETHNIC", "ETHNICITY", r"^ethnicity$", Meaning.ETHNICITY, _DM),
    _known("AGE", "AGEYEARS AGEYRS", r"^age( at .*)?( \(years\))?$", _NUMBER, _DM),
    _known("AGEU", "AGEUNIT AGEUNITS", r"^age units?$", domains=_DM),
    _known(
        "BRTHDTC",
        "DOB BIRTHDT BIRTHDATE BIRTHDAT BRTHDAT BRTHDT DATEOFBIRTH BRTHDTN",
        r"(date of birth|birth date)",
        _DATE,
        _DM,
    ),
    _known(
        "RFICDTC",
        "ICDAT ICDT ICDTC ICDATE RFICDAT CONSENTDATE INFORMEDCONSENTDATE CONSDT CONSENTDT ICFDAT",
        r"(informed )?consent date|date of (informed )?consent",
        _DATE,
        _DM,
    ),
    _known(
        "DTHDTC", "DTHDAT DTHDT DEATHDT DEATHDATE DATEOFDEATH DDDAT", r"date of death|death date", _DATE, _DM
    ),
    _known("DTHFL", "DEATHFL DIED", r"^(subject )?died\??$", _FLAG, _DM),
    _known(
        "ARM",
        "PLANNEDARM TREATMENTARM TRTGRP TREATMENTGROUP",
        r"planned arm$|^description of planned arm",
        domains=_DM,
    ),
    _known("ARMCD", "PLANNEDARMCD PLANNEDARMCODE", r"planned arm code", domains=_DM),
    _known("ACTARM", "ACTUALARM ACTUALTREATMENT", r"actual arm$", domains=_DM),
    _known("ACTARMCD", "ACTUALARMCD ACTUALARMCODE", r"actual arm code", domains=_DM),
    _known("DMDTC", "COLDT DMDAT", r"date of (collection|demographics)", _DATE, _DM),
    _known(
        "VISIT",
        "VISITNAME VISITNM VISITLABEL INSTANCE INSTANCENAME EVENTNAME FOLDERNAME TIMEPOINT",
        r"^(visit|event) name$|^visit$",
        domains=_BY_VISIT,
    ),
    _known("VISITNUM", "VISITNO VISITNUMBER VISITN VISNUM", r"^visit (number|no\b)", _NUMBER, _BY_VISIT),
    _known("--SEQ", "", meaning=_NUMBER),
    _known("--SPID", "SPONSORID LINENO LINENUMBER ROWNO", r"sponsor-?defined identifier"),
    _known("--REFID", "", r"reference id"),
    _known("--TERM", "VERBATIM REPORTEDTERM EVENTTERM DIAGNOSIS", r"reported term|verbatim", domains=EVENTS),
    _known("--LLT", "LOWESTLEVELTERM", r"^lowest level term$", domains=_MEDICAL),
    _known("--LLTCD", "LLTCODE", r"lowest level term code", _NUMBER, _MEDICAL),
    _known(
        "--DECOD",
        "PT PREFTERM PREFERREDTERM PTTERM PTNAME DISPOSITION",
        r"preferred term$|dictionary-derived term|standardized .*term",
    ),
    _known("--PTCD", "PTCODE PREFERREDTERMCODE", r"preferred term code", _NUMBER, _MEDICAL),
    _known("--HLT", "", r"^high level term$", domains=_MEDICAL),
    _known("--HLTCD", "", r"high level term code", _NUMBER, _MEDICAL),
    _known("--HLGT", "", r"^high level group term$", domains=_MEDICAL),
    _known("--HLGTCD", "", r"high level group term code", _NUMBER, _MEDICAL),
    _known("--BODSYS", "BODYSYSTEM", r"body system or organ class$", domains=_MEDICAL),
    _known("--BDSYCD", "BODSYSCD", r"body system or organ class code", _NUMBER, _MEDICAL),
    _known("--SOC", "SYSTEMORGANCLASS SOCTERM SOCNAME", r"system organ class$", domains=_MEDICAL),
    _known("--SOCCD", "SOCCODE", r"system organ class code", _NUMBER, _MEDICAL),
    _known("--SEV", "SEVERITY INTENSITY", r"severity|intensity", Meaning.SEVERITY, _MEDICAL),
    _known(
        "--TOXGR",
        "GRADE CTCAEGRADE TOXGRADE CTCGRADE CTCAE",
        r"toxicity grade|ctcae",
        domains={"AE", "LB", "CE", "MH"},
    ),
    _known(
        "--SER",
        "SERIOUS SAE ISSERIOUS SERIOUSYN SERYN",
        r"^serious(?!ness)|\bserious (adverse )?event\??$",
        _FLAG,
        _AE,
    ),
    _known(
        "--REL",
        "RELATIONSHIP CAUSALITY RELATED RELATEDNESS CAUSAL",
        r"causality|relationship to|related to (study|treatment)",
        domains=_AE,
    ),
    _known("--ACN", "ACTION ACTIONTAKEN ACNTAKEN", r"^action taken", domains=_AE),
    _known("--OUT", "OUTCOME", r"^outcome", Meaning.OUTCOME, _MEDICAL),
    _known("--SDTH", "DTH DEATH RESULTSINDEATH FATAL", r"results? in death", _FLAG, _AE),
    _known("--SHOSP", "HOSP HOSPITALIZATION HOSPITALISATION", r"hospitali[sz]ation", _FLAG, _AE),
    _known("--SLIFE", "LIFE LIFETHREATENING", r"life.?threatening", _FLAG, _AE),
    _known("--SDISAB", "DISAB DISABILITY DIS", r"disability|incapacity", _FLAG, _AE),
    _known("--SCONG", "CONG CONGENITAL", r"congenital", _FLAG, _AE),
    _known("--SMIE", "MIE", r"medically important", _FLAG, _AE),
    _known("--SCAN", "", r"involves cancer", _FLAG, _AE),
    _known("--SOD", "", r"occurred with overdose", _FLAG, _AE),
    _known("--CONTRT", "CONCTRT", r"concomitant or additional (treatment|trtmnt)", _FLAG, _AE),
    _known(
        "--TRT",
        "DRUG MEDICATION MEDNAME TREATMENT DRUGAD STUDYDRUG PROCEDURE",
        r"^(name of )?(medication|drug|treatment|procedure)$",
        domains=INTERVENTIONS,
    ),
    _known(
        "--DOSE",
        "DOSEADMINISTERED DOSEAMOUNT",
        r"^dose( administered)?( per administration)?( \(.*\))?$",
        _NUMBER,
        INTERVENTIONS,
    ),
    _known("--DOSTXT", "DSTXT DOSETEXT", r"^dose description", domains=INTERVENTIONS),
    _known("--DOSU", "DOSEUNIT DOSEUNITS DOSEU", r"^(dose )?units?$", domains=INTERVENTIONS),
    _known("--DOSFRM", "DOSFM DOSEFORM FORMULATION", r"dose form", domains=INTERVENTIONS),
    _known("--DOSFRQ", "FRQ FREQ FREQUENCY DOSFQ DOSEFREQUENCY", r"frequency", domains=INTERVENTIONS),
    _known("--ROUTE", "ROUTEOFADMINISTRATION", r"^route( of administration)?$", domains=INTERVENTIONS),
    _known("--INDC", "INDICATION INDICAT", r"^indication$", domains=INTERVENTIONS),
    _known("--TESTCD", "TESTCODE PARAMCD LBTESTCODE", r"test short name", domains=FINDINGS),
    _known("--TEST", "TESTNAME ANALYTE PARAMETER", r"^(test|analyte)( name)?$", domains=FINDINGS),
    _known("--ORRES", "RESULT RES VALUE ORIGINALRESULT", r"^(original )?result$", domains=FINDINGS),
    _known("--ORRESU", "UNIT UNITS RESULTUNIT", r"^(original )?(result )?units?$", domains=FINDINGS),
    _known("--POS", "POSITION", r"^position( of subject)?$", domains=FINDINGS),
    _known("--LOC", "LOCATION", r"^location$"),
    _known("--STAT", "NOTDONE", r"completion status", domains=FINDINGS),
    _known("--REASND", "REASONNOTDONE", r"reason not ?(done|performed)", domains=FINDINGS),
    _known(
        "--STDTC",
        "STDAT STDT STDATE STARTDATE STARTDT STARTDAT ONSETDATE ONSETDT STDTE STDTN DATESTART",
        r"\bstart.*\bdate|\bdate\b.*\b(start|onset)|onset date|first dose date",
        _DATE,
        EVENTS | INTERVENTIONS,
    ),
    _known(
        "--ENDTC",
        "ENDAT ENDT ENDATE ENDDATE ENDDT STOPDATE STOPDT STOPDAT RESOLUTIONDATE ENDTE ENDTN DATEEND",
        r"\b(end|stop)\b.*\bdate|\bdate\b.*\b(end|stop|resol)|resolution date",
        _DATE,
        EVENTS | INTERVENTIONS,
    ),
    _known(
        "--DTC",
        "DAT DT DATE DTCOL COLDATE VISITDATE ASSESSMENTDATE",
        r"^date of (measurement|assessment|examination|collection|blood sample)",
        _DATE,
    ),
)

_PREFIXES = ("IT.", "IT_", "I.", "CRF.", "CRF_")
"""What EDC systems put before the names of items."""


def letters(text: str) -> str:
    """Letters and digits in capitals."""
    return "".join(filter(str.isalnum, text)).upper()


def bare(name: str) -> str:
    """The name of an item without what an EDC system puts before it."""
    capitals = name.strip().upper()
    prefix = next((each for each in _PREFIXES if capitals.startswith(each)), "")
    return letters(capitals[len(prefix) :])


def names_for(name: str, domain: str) -> tuple[str, ...]:
    """The forms of a column's name that are looked up: as it is, and without the domain in front."""
    plain = bare(name)
    within = plain.removeprefix(domain) if domain and plain.startswith(domain) else ""
    return tuple(dict.fromkeys(each for each in (within, plain) if each))
