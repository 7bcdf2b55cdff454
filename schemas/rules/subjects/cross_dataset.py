"""Rules that compare datasets: subjects, deaths and populations."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...errors import ConfigurationError
from ...evidence.analysis_flags import standing
from ...evidence.arms import ARMS, TREATED, lost_arms
from ...evidence.cut_off import cut_offs_of_records
from ...evidence.parameters import quotable_codes, records_with_role
from ...evidence.subjects import adsl_record, deaths_of, plain_identifiers, pools_of
from ...severity import Severity
from ...standards.structure import Structure
from ...study.columns import Mask
from ...study.dataset import Dataset
from ...study.study import Study
from ...wording import counted, did_you_mean, one_line
from ..by_parameter import OfParameter, by_parameter
from ..readiness import readiness
from ..rule import Fault, Grain, NotApplicable, Yield

_POPULATION = re.compile(r"(FAS|SAF|ITT|MITT|PPROT|RAND|ENRL|EFF|EVAL|PK)FL$")
_COVERS = 0.95
"""A parameter that has a record for so much of a population is about that population."""
_MOST, _HALF = 0.8, 0.5
"""Shares of it from which subjects without a record are a warning, and a note.

A tenth is lost by a mistake; a parameter of fewer than 4 in 5 may be one of a subset that ADSL does not show.
"""
_NAMED = 20
"""So many subjects without a record are listed where values are requested."""
_A_SITE = 5
"""A site of so many subjects is not lost by chance."""
_FEW_VALUES = 20
_DEFINES_NOTHING = re.compile(
    r"(USUBJID|SUBJID|DTH|LST|EOS|DCS|SITE|INV|COUNTRY|REGION|TRT\d\d|TRTSEQ|TR\d\dG|ARM|ACTARM)"
)
"""Variables of ADSL whose values may go with a loss of records, but define no subset."""
_OF_SURVIVORS = re.compile(r"\blandmark|\b(from|since|after) (day|week|month|year)\b", re.IGNORECASE)
"""PARAM of a parameter of the subjects who were at risk at a later day."""


@readiness(
    "SL001",
    title="Duplicate USUBJID in ADSL",
    severity=Severity.ERROR,
    grain=Grain.SUBJECT,
    structures=(Structure.ADSL,),
    needs=("USUBJID",),
)
def subject_repeated(data: Dataset) -> Iterator[Fault]:
    """A subject has more than one record in ADSL.

    ## What it checks
    USUBJID is unique in ADSL.

    ## Not a fault
    A subject of several studies or pools in IADSL: STUDYID or POOLzz distinguishes the records.

    ## Why it matters
    Every merge with ADSL duplicates the records of the subject, and denominators count the subject twice.

    ## Smallest fix
    Keep one record per subject; put values by period in separate variables or another dataset.
    """
    filled, pools = data.filled("USUBJID"), pools_of(data)
    group = data.groups("USUBJID", *pools)
    times = np.bincount(group[filled], minlength=int(group.max(initial=0)) + 1)
    within = f" within {' and '.join(pools)}" if pools else ""
    message = f"USUBJID is not unique{within} in {data.name}"
    yield Fault((times[group] > 1) & filled, ("USUBJID",), message)


@readiness(
    "XD001",
    title="Subject is not in ADSL",
    severity=Severity.ERROR,
    grain=Grain.SUBJECT,
    needs=("USUBJID",),
    datasets=("ADSL",),
)
def subject_unknown(data: Dataset, study: Study) -> Iterator[Fault]:
    """An analysis dataset has a subject that is not in ADSL.

    ## What it checks
    Every USUBJID is in ADSL. If an identifier in ADSL differs only in blanks, case or leading zeros, the
    message reports it.

    ## Not a fault
    Subjects in ADSL without records in the dataset.

    ## Why it matters
    The subject has no population flags, treatment or covariates: a merge drops the subject or leaves the
    treatment missing.

    ## Smallest fix
    Correct USUBJID, or add the subject to ADSL.
    """
    adsl = study["ADSL"]
    if "USUBJID" not in adsl:
        yield Fault(None, ("USUBJID",), "USUBJID is not present in ADSL")
        return
    message = "USUBJID is missing, the subject cannot be found in ADSL"
    yield Fault(data.missing("USUBJID"), ("USUBJID",), message)
    unknown = data.filled("USUBJID") & (adsl_record(data, adsl) < 0)
    if not unknown.any():
        return
    known = set(plain_identifiers(adsl.distinct("USUBJID").values))
    ours = data.distinct("USUBJID")
    alike = np.array([each in known for each in plain_identifiers(ours.values)], dtype=np.bool_)
    similar = unknown & ours.spread(alike, missing=False)
    message = "USUBJID is not in ADSL; a USUBJID in ADSL differs only in blanks, case or leading zeros"
    yield Fault(similar, ("USUBJID",), message)
    yield Fault(unknown & ~similar, ("USUBJID",), "USUBJID is not in ADSL")


@readiness(
    "XD002",
    title="OS event without a death in ADSL",
    severity=Severity.ERROR,
    grain=Grain.SUBJECT,
    structures=(Structure.TTE,),
    needs=("USUBJID", "PARAMCD", "CNSR"),
    needs_any=(("ADSL.DTHFL", "ADSL.DTHDT"),),
)
def event_without_death(data: Dataset, study: Study) -> Iterator[Fault]:
    """A subject with an overall survival event has no death in ADSL, or a different date of death.

    ## What it checks
    Subjects with an overall survival (OS) event (PARAMCD OS, or PARAM Overall Survival) have DTHFL = Y or
    DTHDT in ADSL, and ADT equals DTHDT; otherwise it is an error, or a warning if DTHDT or ADT is imputed.

    ## Not a fault
    A death without a date in ADSL. Records not selected by an analysis flag ANLzzFL, if another record of
    the subject is selected. Subjects not in ADSL have a separate finding.

    ## Why it matters
    Either the survival curve or the table of deaths is wrong.

    ## Smallest fix
    Derive the date of death of both from one source.
    """
    death = deaths_of(data, study["ADSL"])
    event = _overall_survival(data) & (data.numbers("CNSR") == 0) & death.known
    yield Fault(event & ~death.died, ("CNSR",), "OS event without a death in ADSL")
    if "ADT" in data:
        differs = event & (np.abs(data.days("ADT") - death.day) > 0)
        imputed = death.imputed | (data.filled("ADTF") if "ADTF" in data else False)
        message = "ADT of the OS event differs from DTHDT in ADSL"
        yield Fault(differs & ~imputed, ("ADT",), message)
        yield Fault(differs & imputed, ("ADT",), f"{message} (imputed date)", Severity.WARNING)


@readiness(
    "XD003",
    title="OS is censored despite a death in ADSL",
    severity=Severity.ERROR,
    grain=Grain.SUBJECT,
    structures=(Structure.TTE,),
    needs=("USUBJID", "PARAMCD", "CNSR", "ADT"),
    needs_any=(("ADSL.DTHFL", "ADSL.DTHDT"),),
    consults=("TS",),
)
def death_censored(data: Dataset, study: Study) -> Iterator[Fault]:
    """A subject with a death in ADSL is censored for overall survival.

    ## What it checks
    Subjects with DTHDT in ADSL have an overall survival (OS) event if DTHDT is on or before the censoring
    date or the data cut-off (on the record, else declared, DCUTDTC in TS, or a variable of ADSL). A later
    death is a note: it may be after the data cut-off.

    ## Not a fault
    A death without a date, or one after the cut-off on the record.

    ## Why it matters
    Treating a death as censored overestimates survival.

    ## Smallest fix
    Set CNSR to 0 and ADT to DTHDT.
    """
    death = deaths_of(data, study["ADSL"])
    adt = data.days("ADT")
    censored = _overall_survival(data) & (data.numbers("CNSR") >= 1)
    message = "OS is censored on or after the date of death in ADSL"
    yield Fault(censored & (death.day <= adt), ("CNSR", "ADT"), message)
    later = censored & (death.day > adt)
    for cut_off in cut_offs_of_records(data, study):
        in_time = later & (death.day <= cut_off.day)
        message = f"OS is censored before a death in ADSL that is on or before {cut_off.source}"
        yield Fault(in_time, ("CNSR", "ADT"), message)
        later &= ~in_time
        if cut_off.on_record:
            later &= np.isnan(cut_off.day)
    message = "OS is censored before a death in ADSL, which may be after the data cut-off"
    yield Fault(later, ("CNSR", "ADT"), message, Severity.NOTE)


@readiness(
    "XD004",
    title="Subject of the analysis population without a record",
    severity=Severity.WARNING,
    grain=Grain.DATASET,
    structures=(Structure.TTE,),
    needs=("USUBJID", "PARAMCD", "ADSL.USUBJID"),
)
def subject_without_record(data: Dataset, study: Study) -> Iterator[Fault]:
    """Some subjects of the analysis population have no record of a parameter.

    ## What it checks
    The population of a parameter is the one in ADSL that matches its subjects best: all subjects, or those
    with SAFFL, ITTFL, FASFL, RANDFL, … = Y. If at least 80% of them have a record, or more than half for
    overall and progression-free survival, subjects without one are reported; if more than half, it is a
    note. All subjects of a site without a record are an error in overall and progression-free survival. If
    the population is declared, for the study or the parameter, it is used and the finding is an error; a
    population declared for the parameter is checked regardless of that proportion. Overall survival
    that matches no population is a note. An arm without any record has a finding of its own.

    ## Not a fault
    Duration of response, for any number of responders, and other parameters of a subset. A subset that a
    variable of ADSL defines: it has a value, or other values, for exactly the subjects with a record. A
    landmark analysis by PARAM ("Survival from Day 90"): it has those at risk on that day. Subjects
    randomized but not treated, if the parameter has exactly the subjects with SAFFL = Y.

    ## Why it matters
    A lost subject changes every estimate and is not visible in the dataset.

    ## Smallest fix
    Add the record, censored at the start if no later date is known, or document why the subject is excluded.
    """
    adsl, parameters = study["ADSL"], data.parameters
    record = adsl_record(data, adsl)
    subjects = adsl.distinct("USUBJID").codes
    populations = {flag: _Population.of(mask, subjects) for flag, mask in _populations(adsl)}
    everybody = _Population.of(np.ones(len(adsl), dtype=np.bool_), subjects)
    stated: dict[str, _Population] = {}
    found = []
    of_response = records_with_role(data, "DOR")
    of_survival = records_with_role(data, "OS")
    central = of_survival | records_with_role(data, "PFS")
    if "PARAM" in data:
        of_response |= data.matching("PARAM", lambda text: bool(_OF_SURVIVORS.search(str(text))))
    for name, own in parameters.each(parameters.durations & (record >= 0)):
        having = np.unique(subjects[np.concatenate([record[own], _of_lost_arms(adsl, record[own])])])
        having = having[having >= 0]
        declared = parameters.endpoint(name).population
        if not declared and of_response[own[0]]:
            continue
        flag = declared or data.declarations.population
        if flag and flag not in stated:
            stated[flag] = _Population.of(_declared(adsl, flag), subjects)
        closest = "" if flag else _closest(having, populations, everybody)
        population = stated[flag] if flag else populations[closest]
        selected = flag.upper() if flag else closest
        lacking, total = population.lacking(having), population.total
        if not lacking:
            continue
        subjects_of_it = f"subjects with {selected} = Y" if selected else "subjects of ADSL"
        message = f"{lacking} of {total} {subjects_of_it} {'has' if lacking == 1 else 'have'} no record"
        lost = population.lost(having)
        severity: Severity | None = Severity.ERROR if flag else Severity.WARNING
        if not declared and total - lacking < _COVERS * total:
            of_all = bool(of_survival[own[0]])
            severity = _below(adsl, population, lost, of_all=of_all, central=bool(central[own[0]]))
            if severity is Severity.NOTE and of_all:
                message += "; no population in ADSL matches better"
        sites = _whole_sites(adsl, population, lost)
        if sites and severity is not None:
            message += f", among them all of {counted(sites, 'site')}"
            severity = Severity.ERROR if central[own[0]] else severity
        if severity is not None:
            who = ", ".join(sorted(map(str, adsl.distinct("USUBJID")[lost[:_NAMED]])))
            cause = f"{lacking} {selected or 'ADSL'}"
            found.append(OfParameter(name, message, severity=severity, values=who, cause=cause))
    yield from by_parameter(data, ("USUBJID",), found, "subjects have no record")


@dataclass(frozen=True, eq=False)
class _Population:
    """Subjects of ADSL.

    Attributes
    ----------
    records : ndarray of int, shape (n_subjects,)
        How many records of ADSL each subject of it has in the population; one, where ADSL is sound.
    size : int
        Records of ADSL, also of no subject.
    total : int
        Subjects.
    """

    records: NDArray[np.intp]
    size: int
    total: int

    @classmethod
    def of(cls, mask: Mask, subjects: NDArray[np.intp]) -> _Population:
        own = subjects[mask & (subjects >= 0)]
        records = np.bincount(own, minlength=int(subjects.max(initial=-1)) + 1)
        return cls(records, int(np.count_nonzero(mask)), int(np.count_nonzero(records)))

    def lacking(self, having: NDArray[np.intp]) -> int:
        """Its subjects that are not among these."""
        return self.total - int(np.count_nonzero(self.records[having]))

    def lost(self, having: NDArray[np.intp]) -> NDArray[np.intp]:
        """Those subjects, by their codes."""
        return np.setdiff1d(np.flatnonzero(self.records), having)

    def agreement(self, having: NDArray[np.intp], everybody: _Population) -> float:
        """Records of ADSL of these subjects and in the population, as a share of those of either."""
        both = self.records[having].sum()
        either = self.size + everybody.records[having].sum() - both
        return float(both / either) if either else 0.0


def _of_lost_arms(adsl: Dataset, having: NDArray[np.intp]) -> NDArray[np.intp]:
    """Records of ADSL of arms that have no record at all, which are not reported subject by subject."""
    if not any(name in adsl for name in ARMS) or not any(flag in adsl for flag in TREATED):
        return np.zeros(0, dtype=np.intp)
    lost = lost_arms(adsl, having)
    if not lost.any():
        return np.zeros(0, dtype=np.intp)
    arms = adsl.distinct(next(name for name in ARMS if name in adsl))
    return np.flatnonzero(arms.spread(lost, missing=False))


def _below(
    adsl: Dataset, population: _Population, lost: NDArray[np.intp], *, of_all: bool, central: bool
) -> Severity | None:
    """How much it weighs that less than nearly all of a population have a record; None for a subset.

    `of_all` marks overall survival, which every subject has, `central` also progression-free survival.
    """
    share = 1 - len(lost) / population.total
    if share <= _HALF:
        return Severity.NOTE if of_all else None
    if not of_all and _is_defined(adsl, population, lost):
        return None
    return Severity.WARNING if central or share >= _MOST else Severity.NOTE


def _is_defined(adsl: Dataset, population: _Population, lost: NDArray[np.intp]) -> bool:
    """Whether a variable of ADSL tells subjects with a record from those without: the parameter is of a
    subset."""
    subjects = adsl.distinct("USUBJID").codes
    in_population = (subjects >= 0) & (population.records[subjects] > 0)
    without = in_population & np.isin(subjects, lost)
    having_one = in_population & ~without
    for name in adsl.names:
        if _DEFINES_NOTHING.match(name):
            continue
        filled = adsl.filled(name)
        if filled[having_one].all() and not filled[without].any():
            return True
        if adsl.is_character(name):
            values = adsl.distinct(name)
            with_record, others = np.unique(values.codes[having_one]), np.unique(values.codes[without])
            if len(values) <= _FEW_VALUES and not len(np.intersect1d(with_record, others)):
                return True
    return False


def _whole_sites(adsl: Dataset, population: _Population, lost: NDArray[np.intp]) -> int:
    """Number of sites of some size of whose subjects in the population none has a record."""
    if "SITEID" not in adsl:
        return 0
    subjects, sites = adsl.distinct("USUBJID").codes, adsl.distinct("SITEID")
    own = (subjects >= 0) & (population.records[subjects] > 0) & (sites.codes >= 0)
    size = np.bincount(sites.codes[own], minlength=len(sites))
    without = np.bincount(sites.codes[own & np.isin(subjects, lost)], minlength=len(sites))
    return int(np.count_nonzero((size >= _A_SITE) & (without == size)))


def _overall_survival(data: Dataset) -> Mask:
    return records_with_role(data, "OS") & standing(data)


def _populations(adsl: Dataset) -> Iterator[tuple[str, Mask]]:
    """Populations of ADSL by flag, one after another in the order they are preferred; all subjects last."""
    for variable in adsl.names:
        if _POPULATION.match(variable) and adsl.equals(variable, "Y").any():
            yield variable, adsl.equals(variable, "Y")
    yield "", np.ones(len(adsl), dtype=np.bool_)


def _closest(having: NDArray[np.intp], populations: Mapping[str, _Population], everybody: _Population) -> str:
    """Flag of the population that agrees best with the subjects who have a record; empty for all subjects."""
    return max(populations, key=lambda flag: populations[flag].agreement(having, everybody))


def _declared(adsl: Dataset, flag: str) -> Mask:
    if flag not in adsl:
        raise ConfigurationError(f"the declared population {flag} is not a variable of ADSL")
    return adsl.equals(flag, "Y")


@readiness(
    "XD020",
    title="No analysis dataset",
    severity=Severity.ERROR,
    grain=Grain.STUDY,
)
def nothing_to_judge(study: Study) -> Iterator[Fault]:
    """None of the datasets is an ADaM dataset, so nothing was checked.

    ## What it checks
    At least one dataset has an ADaM structure, or a name that starts with AD.

    ## Not a fault
    SDTM datasets next to ADaM datasets.

    ## Why it matters
    With the wrong folder, the check would pass without checking anything.

    ## Smallest fix
    Give the folder of the analysis datasets, or declare their structure in datasets.csv.
    """
    if not any(dataset.is_adam for dataset in study):
        yield Fault(None, (), "none of the datasets is an analysis dataset, nothing was checked")


@readiness(
    "XD021",
    title="Declared parameter is not in the data",
    severity=Severity.ERROR,
    grain=Grain.STUDY,
)
def declared_parameter_absent(study: Study) -> Iterator[Yield]:
    """A declared PARAMCD is not in any time-to-event dataset.

    ## What it checks
    Every PARAMCD declared in `[endpoint.…]` or `recurrent` is in a time-to-event dataset.

    ## Not a fault
    Declarations in a delivery without time-to-event data.

    ## Why it matters
    With a misspelt PARAMCD, the checks that the declaration is for are not run.

    ## Smallest fix
    Correct the PARAMCD, or remove the declaration.
    """
    datasets = [each for each in study if Structure.TTE in each.structure.lineage and "PARAMCD" in each]
    known = {name for each in datasets for name in each.parameters.names if name}
    quotable = sorted({name for each in datasets for name in quotable_codes(each)})
    declared = {code for dataset in study for code in dataset.declarations.endpoints}
    if not datasets or not declared:
        yield NotApplicable("no parameter is declared, or no time-to-event dataset is present")
        return
    for code in sorted(declared - known):
        message = f"declared, but not in any time-to-event dataset; {did_you_mean(code, quotable)}"
        yield Fault(None, ("PARAMCD",), message, parameter=one_line(code, 20))
