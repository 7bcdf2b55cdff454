"""Rules that compare datasets: subjects, deaths and populations."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ...evidence.analysis_flags import standing
from ...evidence.cut_off import cut_offs_of_records
from ...evidence.parameters import quotable_codes, records_with_role
from ...evidence.populations import (
    Population,
    closest_population,
    declared_population,
    is_defined,
    of_lost_arms,
    populations,
    whole_sites,
)
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

_COVERS = 0.95
"""A parameter that has a record for so much of a population is about that population."""
_MOST, _HALF = 0.8, 0.5
"""Shares of it above which subjects without a record are a warning, and a note."""
_NAMED = 20
"""So many subjects without a record are listed where values are requested."""
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
    message = "USUBJID is missing; the subject cannot be found in ADSL"
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
    date or the data cut-off (on the record, else declared, in TS as TSPARMCD = DCUTDTC, or in a variable of
    ADSL). A later death is a note: it may be after the data cut-off.

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
    title="Subject of the analysis population has no record",
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
    note. All subjects of a site without a record are an error in overall and progression-free survival and in
    declared parameters. If the population is declared, for the study or the parameter, it is used and the
    finding is an error; a population declared for the parameter is checked regardless of that proportion.
    Overall survival that matches no population is a note. An arm without any record has a finding of its own.

    ## Not a fault
    Duration of response, for any number of responders, and other parameters of a subset. A subset that a
    variable in ADSL defines: it has a value, or other values, for exactly the subjects with a record. A
    landmark analysis by PARAM ("Survival from Day 90"): it has those at risk on that day. Subjects
    randomized but not treated, if the parameter has exactly the subjects with SAFFL = Y.

    ## Why it matters
    A lost subject changes every estimate and is not visible in the dataset.

    ## Smallest fix
    Add the record, censored at the start if no later date is known, or document why the subject is excluded.
    """
    adsl, parameters, declarations = study["ADSL"], data.parameters, data.declarations
    record = adsl_record(data, adsl)
    subjects = adsl.distinct("USUBJID").codes
    of_adsl = {flag: Population.of(mask, subjects) for flag, mask in populations(adsl)}
    everybody = Population.of(np.ones(len(adsl), dtype=np.bool_), subjects)
    stated: dict[str, Population] = {}
    found = []
    of_response = records_with_role(data, "DOR")
    of_survival = records_with_role(data, "OS")
    central = of_survival | records_with_role(data, "PFS")
    if "PARAM" in data:
        of_response |= data.matching("PARAM", lambda text: bool(_OF_SURVIVORS.search(str(text))))
    for name, own in parameters.each(parameters.durations & (record >= 0)):
        having = np.unique(subjects[np.concatenate([record[own], of_lost_arms(adsl, record[own])])])
        having = having[having >= 0]
        declared = parameters.endpoint(name).population
        if not declared and of_response[own[0]]:
            continue
        flag = declared or declarations.population
        if flag and flag not in stated:
            stated[flag] = Population.of(declared_population(adsl, flag), subjects)
        closest = "" if flag else closest_population(having, of_adsl, everybody)
        population = stated[flag] if flag else of_adsl[closest]
        selected = flag.upper() if flag else closest
        lacking, total = population.lacking(having), population.total
        if not lacking:
            continue
        subjects_of_it = f"subjects with {selected} = Y" if selected else "subjects in ADSL"
        message = f"{lacking} of {total} {subjects_of_it} {'has' if lacking == 1 else 'have'} no record"
        lost = population.lost(having)
        severity: Severity | None = Severity.ERROR if flag else Severity.WARNING
        if not declared and total - lacking < _COVERS * total:
            of_all = bool(of_survival[own[0]])
            severity = _below(adsl, population, lost, of_all=of_all, central=bool(central[own[0]]))
            if severity is Severity.NOTE and of_all:
                message += "; no population in ADSL matches better"
        sites = whole_sites(adsl, population, lost)
        if sites and severity is not None:
            message += f", among them all of {counted(sites, 'site')}"
            severity = Severity.ERROR if central[own[0]] or name in declarations.endpoints else severity
        if severity is not None:
            who = ", ".join(sorted(map(str, adsl.distinct("USUBJID")[lost[:_NAMED]])))
            cause = f"{lacking} {selected or 'ADSL'}"
            found.append(OfParameter(name, message, severity=severity, values=who, cause=cause))
    yield from by_parameter(data, ("USUBJID",), found, "subjects have no record")


def _below(
    adsl: Dataset, population: Population, lost: NDArray[np.intp], *, of_all: bool, central: bool
) -> Severity | None:
    """How much it weighs that less than nearly all of a population have a record; None for a subset.

    `of_all` marks overall survival, which every subject has, `central` also progression-free survival.
    """
    share = 1 - len(lost) / population.total
    if share <= _HALF:
        return Severity.NOTE if of_all else None
    if not of_all and is_defined(adsl, population, lost):
        return None
    return Severity.WARNING if central or share >= _MOST else Severity.NOTE


def _overall_survival(data: Dataset) -> Mask:
    return records_with_role(data, "OS") & standing(data)


@readiness(
    "XD020",
    title="No ADaM dataset",
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
    With the wrong folder, the gate would pass without checking anything.

    ## Smallest fix
    Give the folder of the ADaM datasets, or declare their structure in datasets.csv.
    """
    if not any(dataset.is_adam for dataset in study):
        yield Fault(None, (), "no ADaM dataset was found; nothing was checked")


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
