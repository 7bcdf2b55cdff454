"""Measurements derived record by record in plain Python, from nothing of the product."""

from __future__ import annotations

import math
import random
from collections import defaultdict
from datetime import date, timedelta

START = date(2024, 3, 1)
UNITS = {"WEIGHT": "kg", "HEIGHT": "cm", "PULSE": "beats/min"}
WINDOWS = (("Baseline", 0, None, 1), ("Week 1", 1, 2, 9), ("Week 2", 2, 10, 20))
LIMITS = (60, 80)


def random_trial(seed):
    """ADSL and VS: several records on a day, partial and missing dates, values that are missing."""
    chance = random.Random(seed)
    adsl, vs = [], []
    for number in range(chance.randint(1, 12)):
        subject = f"S{number:02}"
        treated = None if chance.random() < 0.1 else START + timedelta(chance.randint(0, 40))
        adsl.append({"USUBJID": subject, "TRTSDT": treated, "AGE": chance.randint(20, 80)})
        for sequence in range(chance.randint(0 if number else 3, 25)):
            day = START + timedelta(chance.randint(-10, 60))
            written = chance.choice([day.isoformat()] * 8 + [day.isoformat()[:7], ""])
            test = chance.choice([*UNITS]) if number or sequence > 2 else [*UNITS][sequence]
            value = None if chance.random() < 0.1 else chance.choice([50, 60, 70, 80, 90, 170]) + 0.5
            visit = chance.randint(1, 4)
            vs.append(
                {"USUBJID": subject, "VSSEQ": sequence + 1, "VSTESTCD": test, "VSSTRESN": value,
                 "VSSTRESU": UNITS[test], "VSDTC": written, "VISITNUM": visit, "VISIT": f"V{visit}"}
            )  # fmt: skip
    return adsl, vs


def measured(adsl, vs):
    """The derived records, as dicts; each with the keys that the specification of the test has."""
    treated = {each["USUBJID"]: each["TRTSDT"] for each in adsl}
    records = [_collected(each, treated[each["USUBJID"]]) for each in vs]
    records += _body_mass_indices(records, treated)
    records += _means(records, treated)
    _add_baseline(records, treated)
    for record in records:
        record["ANRIND"] = _indicator(record["AVAL"]) if record["PARAMCD"] == "PULSE" else None
    _flag(records)
    records += _carried_forward(records)
    return records


def _imputed(written):
    if len(written) == 7:
        return date(int(written[:4]), int(written[5:7]), 1)
    return date.fromisoformat(written) if written else None


def _relative(day, treated):
    if day is None or treated is None:
        return None
    apart = (day - treated).days
    return apart + 1 if apart >= 0 else apart


def _visit(relative):
    for name, number, first, last in WINDOWS:
        if relative is not None and (first is None or relative >= first) and relative <= last:
            return name, number
    return None, None


def _collected(each, treated):
    day = _imputed(each["VSDTC"])
    avisit, number = _visit(_relative(day, treated))
    return {
        "USUBJID": each["USUBJID"], "PARAMCD": each["VSTESTCD"], "VSSEQ": each["VSSEQ"], "ADT": day,
        "ADY": _relative(day, treated), "AVAL": each["VSSTRESN"], "AVISIT": avisit, "AVISITN": number,
        "VISITNUM": each["VISITNUM"], "DTYPE": None, "ADTF": "D" if len(each["VSDTC"]) == 7 else None,
    }  # fmt: skip


def _body_mass_indices(records, treated):
    """One for each subject, date and visit with a weight, by the mean height of the subject."""
    heights, weights = defaultdict(list), defaultdict(list)
    for each in records:
        if each["AVAL"] is not None and each["PARAMCD"] == "HEIGHT":
            heights[each["USUBJID"]].append(each["AVAL"])
        if each["AVAL"] is not None and each["PARAMCD"] == "WEIGHT":
            weights[each["USUBJID"], each["ADT"], each["VISITNUM"]].append(each["AVAL"])
    found = []
    for (subject, day, visit), values in weights.items():
        if heights[subject]:
            height = math.fsum(heights[subject]) / len(heights[subject])
            weight = math.fsum(values) / len(values)
            avisit, number = _visit(_relative(day, treated[subject]))
            found.append(
                {"USUBJID": subject, "PARAMCD": "BMI", "VSSEQ": None, "ADT": day, "VISITNUM": visit,
                 "ADY": _relative(day, treated[subject]), "AVAL": weight / (height / 100) ** 2,
                 "AVISIT": avisit, "AVISITN": number, "DTYPE": None, "ADTF": None}
            )  # fmt: skip
    return found


def _means(records, treated):
    groups = defaultdict(list)
    for each in records:
        if each["AVAL"] is not None and each["PARAMCD"] == "PULSE":
            groups[each["USUBJID"], each["ADT"], each["AVISIT"], each["AVISITN"]].append(each["AVAL"])
    return [
        {"USUBJID": subject, "PARAMCD": "PULSE", "VSSEQ": None, "ADT": day, "VISITNUM": None,
         "ADY": _relative(day, treated[subject]), "AVAL": math.fsum(values) / len(values),
         "AVISIT": avisit, "AVISITN": number, "DTYPE": "AVERAGE", "ADTF": None}
        for (subject, day, avisit, number), values in groups.items()
    ]  # fmt: skip


def _add_baseline(records, treated):
    """The last record with a value on or before treatment; of several on a day the highest sequence."""
    candidates = defaultdict(list)
    for each in records:
        start, day = treated[each["USUBJID"]], each["ADT"]
        before = start is not None and day is not None and day <= start
        each["ABLFL"] = None
        if before and each["AVAL"] is not None and each["DTYPE"] is None:
            candidates[each["USUBJID"], each["PARAMCD"]].append(each)
    baseline = {
        group: max(found, key=lambda each: (each["ADT"], each["VSSEQ"] or 0, each["VISITNUM"]))
        for group, found in candidates.items()
    }
    for each in baseline.values():
        each["ABLFL"] = "Y"
    for each in records:
        of_subject = baseline.get((each["USUBJID"], each["PARAMCD"]))
        each["BASE"] = base = None if of_subject is None else of_subject["AVAL"]
        later = each["ADY"] is not None and each["ADY"] > 1
        known = later and base is not None and each["AVAL"] is not None
        each["CHG"] = each["AVAL"] - base if known else None
        each["PCHG"] = (each["AVAL"] - base) / base * 100 if known else None


def _indicator(value):
    low, high = LIMITS
    if value is None:
        return None
    return "LOW" if value < low else "HIGH" if value > high else "NORMAL"


def _flag(records):
    """The highest value of each visit, then the last sequence."""
    groups = defaultdict(list)
    for each in records:
        each["ANL01FL"] = None
        if each["AVISIT"] is not None and each["AVAL"] is not None and each["VSSEQ"] is not None:
            groups[each["USUBJID"], each["PARAMCD"], each["AVISIT"]].append(each)
    for found in groups.values():
        max(found, key=lambda each: (each["AVAL"], each["VSSEQ"]))["ANL01FL"] = "Y"


def _carried_forward(records):
    """Flagged records of Baseline and Week 1 for Week 2, where there is none."""
    groups = defaultdict(dict)
    for each in records:
        if each["ANL01FL"] == "Y":
            groups[each["USUBJID"], each["PARAMCD"]][each["AVISITN"]] = each
    return [
        {**by_visit[max(by_visit)], "AVISIT": "Week 2", "AVISITN": 2, "DTYPE": "LOCF"}
        for by_visit in groups.values()
        if 2 not in by_visit
    ]
