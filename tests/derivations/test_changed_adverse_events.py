"""Changed sources of the pilot's ADAE give what a derivation in plain Python gives, cell by cell.

The rules are those that the public data follow, written again record by record, with nothing of the
product. The changes make what the public data hardly have: ties, partial and missing dates, events before
treatment, blank terms and flags, subjects without treatment.
"""

import datetime
import random
import re

import pandas as pd
import pytest
from hypothesis import settings

import adamgate as ag
from adamgate.converters.configuration.from_tables import specification
from adamgate.converters.configuration.load import load_settings

DAY = datetime.timedelta(days=1)
QUERY = "DERMATOLOGIC EVENTS"
SKIN = "SKIN AND SUBCUTANEOUS TISSUE DISORDERS"
TERMS = ("APPLICATION", "DERMATITIS", "ERYTHEMA", "BLISTER")
NOT_SKIN = ("COLD SWEAT", "HYPERHIDROSIS", "ALOPECIA")
FLAGS = {
    # flag: records that count, grouping variables
    "AOCCFL": (lambda row: True, ()),
    "AOCCSFL": (lambda row: True, ("AEBODSYS",)),
    "AOCCPFL": (lambda row: True, ("AEBODSYS", "AEDECOD")),
    "AOCC02FL": (lambda row: row["AESER"] == "Y", ()),
    "AOCC03FL": (lambda row: row["AESER"] == "Y", ("AEBODSYS",)),
    "AOCC04FL": (lambda row: row["AESER"] == "Y", ("AEBODSYS", "AEDECOD")),
    "AOCC01FL": (lambda row: row["CQ01NAM"] == QUERY, ()),
}
CARRIED = {
    **{name: name for name in ("SITEID", "AGE", "AGEGR1", "AGEGR1N", "RACE", "RACEN", "SEX", "SAFFL")},
    "TRTSDT": "TRTSDT",
    "TRTEDT": "TRTEDT",
    "TRTA": "TRT01A",
    "TRTAN": "TRT01AN",
}


def complete(text):
    return datetime.date.fromisoformat(text[:10]) if re.match(r"\d{4}-\d{2}-\d{2}", text) else None


def relative_day(day, reference):
    if day is None or reference is None:
        return None
    return (day - reference).days + (day >= reference)


def is_of_query(row):
    if any(term in row["AEDECOD"] for term in TERMS):
        return True
    return row["AEBODSYS"] == SKIN and row["AEDECOD"] not in NOT_SKIN


def derived(ae, adsl):
    """ADAE by subject and AESEQ."""
    subjects = {row["USUBJID"]: row for row in adsl}
    rows = [_record(row, subjects[row["USUBJID"]]) for row in ae]
    for flag, (counts, by) in FLAGS.items():
        first = {}
        for row in rows:
            if row["TRTEMFL"] != "Y" or not counts(row):
                continue
            group = (row["USUBJID"], *(row[name] for name in by))
            if group not in first or _place(row) < _place(first[group]):
                first[group] = row
        for row in rows:
            row[flag] = ""
        for row in first.values():
            row[flag] = "Y"
    return {(row["USUBJID"], row["AESEQ"]): row for row in rows}


def _place(row):
    return row["ASTDT"], row["AESEQ"]


def _record(ae, subject):
    start, end = complete(ae["AESTDTC"]), complete(ae["AEENDTC"])
    row = dict(ae)
    row |= {name: subject[source] for name, source in CARRIED.items()}
    row["ADURN"] = None if start is None or end is None else (end - start).days + 1
    row["ADURU"] = "" if row["ADURN"] is None else "DAY"
    row["ASTDTF"] = ""
    if start is None and re.fullmatch(r"\d{4}-\d{2}", ae["AESTDTC"]):
        start, row["ASTDTF"] = datetime.date.fromisoformat(f"{ae['AESTDTC']}-01"), "D"
    row["ASTDT"], row["AENDT"] = start, end
    row["ASTDY"], row["AENDY"] = (relative_day(each, subject["TRTSDT"]) for each in (start, end))
    treated = start is not None and subject["TRTSDT"] is not None and start >= subject["TRTSDT"]
    row["TRTEMFL"] = "Y" if treated else "N"
    row["CQ01NAM"] = QUERY if is_of_query(row) else ""
    return row


# The sources, and their changes


@pytest.fixture(scope="module")
def pilot(root):
    file = root / "fixtures" / "derivations" / "pilot_adae.toml"
    return specification(load_settings((), file).entries)


@pytest.fixture(scope="module")
def sources(shared):
    folder = shared / "data" / "cdiscpilot"
    return ag.read([folder / "sdtm" / "ae.xpt", folder / "adam" / "adsl.xpt"])


def plain(data):
    """Records as dicts: text, numbers or None, dates."""
    columns = {}
    for name in data.names:
        column = data[name]
        if data.is_character(name):
            columns[name] = ["" if pd.isna(each) else str(each).rstrip() for each in column]
        elif pd.api.types.is_datetime64_any_dtype(column.dtype):
            columns[name] = [None if pd.isna(each) else each.date() for each in column]
        else:
            columns[name] = [None if pd.isna(each) else float(each) for each in column]
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def earlier(text, draw):
    day = complete(text)
    return text if day is None else (day - draw.randrange(1, 400) * DAY).isoformat()


CHANGES = (
    # variable, share of the records, its value
    ("AESTDTC", 0.05, earlier),
    ("AESTDTC", 0.04, lambda text, _: text[:7]),
    ("AESTDTC", 0.03, lambda text, _: text[:4]),
    ("AESTDTC", 0.02, lambda _, __: ""),
    ("AEENDTC", 0.04, lambda text, draw: draw.choice(["", text[:7], "2014"])),
    ("AESER", 0.03, lambda _, draw: draw.choice(["Y", "Y", ""])),
    ("AEDECOD", 0.02, lambda _, draw: draw.choice(["", "ALOPECIA", "APPLICATION SITE RASH"])),
    ("AEBODSYS", 0.02, lambda _, draw: draw.choice(["", SKIN])),
)


def changed(ae, adsl, seed):
    """Both with about a sixth of the records changed, in another order."""
    draw = random.Random(seed)
    subjects = draw.sample(adsl, 60)
    names = {row["USUBJID"] for row in subjects}
    events = [dict(row) for row in ae if row["USUBJID"] in names]
    subjects = [dict(row) for row in subjects]
    for row in events:
        for variable, share, value in CHANGES:
            if draw.random() < share:
                row[variable] = value(row[variable], draw)
    for _ in range(40):  # ties of the start
        one, other = draw.choice(events), draw.choice(events)
        same = [row for row in events if row["USUBJID"] == one["USUBJID"]]
        draw.choice(same)["AESTDTC"] = one["AESTDTC"] if draw.random() < 0.8 else other["AESTDTC"]
    for row in draw.sample(subjects, 3):
        row["TRTSDT"] = None
    draw.shuffle(events)
    draw.shuffle(subjects)
    return events, subjects


def as_dataset(data, rows):
    frame = pd.DataFrame(rows, columns=data.names)
    for name in data.names:
        if data.is_character(name):
            frame[name] = frame[name].replace("", None).astype(object)
        elif pd.api.types.is_datetime64_any_dtype(data[name].dtype):
            frame[name] = pd.to_datetime(frame[name])
        else:
            frame[name] = frame[name].astype(float)
    return ag.Dataset.from_frame(frame, data.name)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [None, *range(max(2, settings.default.max_examples * 8 // 100))])
def test_every_cell_is_that_of_the_rules(pilot, sources, seed):
    ae, adsl = plain(sources["AE"]), plain(sources["ADSL"])
    if seed is not None:
        ae, adsl = changed(ae, adsl, seed)
    study = ag.Study.of(as_dataset(sources["AE"], ae), as_dataset(sources["ADSL"], adsl))
    expected = derived(ae, adsl)
    found = plain(ag.derive(study, pilot)["ADAE"])
    assert len(found) == len(expected)
    for row in found:
        wanted = expected[row["USUBJID"], row["AESEQ"]]
        for name, value in row.items():
            assert value == wanted[name], (row["USUBJID"], row["AESEQ"], name)


@pytest.mark.slow
def test_the_time_to_the_first_event_follows_from_the_derived_adae(root, pilot, sources, shared):
    file = root / "fixtures" / "derivations" / "pilot_adtte.toml"
    then = specification(load_settings((), file).entries)
    adae = ag.derive(sources, pilot)["ADAE"]
    found = ag.derive(ag.Study.of(sources["ADSL"], adae), then)["ADTTE"]
    (delivered,) = ag.read(shared / "data" / "cdiscpilot" / "adam" / "adtte.xpt")
    assert (len(found), found.names) == (254, delivered.names)
    differences = ag.diff(delivered, found, by="USUBJID,PARAMCD", metadata=False).datasets["ADTTE"]
    assert (differences.cells, differences.equal) == (0, True)


def test_every_record_leads_back_to_its_record_of_ae(pilot, sources):
    collected = {(row["USUBJID"], row["AESEQ"]): row for row in plain(sources["AE"])}
    for row in plain(ag.derive(sources, pilot)["ADAE"]):
        ae = collected[row["USUBJID"], row["AESEQ"]]
        assert row["AETERM"] == ae["AETERM"]
        if row["ASTDT"] is not None:
            assert row["ASTDT"].isoformat().startswith(ae["AESTDTC"][:7])
