"""The answers for formats: a dataset with all that a dataset may have, and what each format keeps of it."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
import sys
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from datetime import date
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

from adamgate.converters.qualification.format_cases import reference
from adamgate.converters.writing.write import write

ROOT = Path(__file__).resolve().parent.parent

_LONG = "Ärztin, 37 °C, „sofort“, naïve"
COLUMNS: Mapping[str, tuple[str, list[Any]]] = {
    "STUDYID": ("text", ["S1", "S1", "S1", "S1", "S1", "S1"]),
    "USUBJID": ("text", ["S1-001", "S1-002", "S1-003", "S1-004", "S1-005", "S1-006"]),
    "AETERM": ("text", ["Headache", _LONG, None, 'He said "no", twice', "a;b,c|d", "x" * 200]),
    "AVAL": ("number", [1.5, 0.1, -1234567.875, None, 1e-10, 123456789012345.0]),
    "LBVAL": ("number", [None, 7.25, None, 30.4375, None, 3.0]),
    "ADT": (
        "datetime64[s]",
        ["2024-02-29T00:00:00", "1960-01-01T00:00:00", None, "1959-12-31T00:00:00", "2099-12-31T00:00:00",
         "1900-03-01T00:00:00"],
    ),
    "ADTM": (
        "datetime64[us]",
        ["2024-02-29T23:59:59.000000", None, "1960-01-01T00:00:00.000000", "1999-12-31T12:00:00.000000",
         "2024-01-01T00:00:01.000000", "2000-02-29T06:30:00.000000"],
    ),
}  # fmt: skip
LABELS = {
    "STUDYID": "Study Identifier",
    "USUBJID": "Unique Subject Identifier",
    "AETERM": "Reported Term for the Adverse Event",
    "AVAL": "Analysis Value",
    "LBVAL": "Laboratory Value (µmol/L)",
    "ADT": "Analysis Date",
    "ADTM": "Analysis Date/Time",
}
STATED = {
    # name: type, length, format, informat, key, type and target type and OID of Dataset-JSON
    "STUDYID": ("Char", 2, "$2.", "$2.", 1, "string", "", "IT.ADX.STUDYID"),
    "USUBJID": ("Char", 6, "$6.", "$6.", 2, "string", "", "IT.ADX.USUBJID"),
    "AETERM": ("Char", 200, "$200.", "$200.", None, "string", "", "IT.ADX.AETERM"),
    "AVAL": ("Num", 8, "12.4", "12.4", None, "double", "", "IT.ADX.AVAL"),
    "LBVAL": ("Num", 8, "8.4", "8.4", None, "double", "", "IT.ADX.LBVAL"),
    "ADT": ("Num", 8, "DATE9.", "DATE9.", None, "date", "integer", "IT.ADX.ADT"),
    "ADTM": ("Num", 8, "DATETIME20.", "DATETIME20.", None, "datetime", "integer", "IT.ADX.ADTM"),
}
_FACTS = ("type", "length", "format", "informat", "key_sequence", "data_type", "target_data_type", "item_oid")
SPECIAL = {"LBVAL": [[0, 4], ["A", "Z"]]}
CLASS, SUBCLASS = "BASIC DATA STRUCTURE", "TIME-TO-EVENT"
DATASET_LABEL = "All that a dataset may have"
TIMES = {"created": "2024-05-01T12:00:00", "modified": "2024-05-02T12:00:00"}
ATTRIBUTES = {"value_labels": {"AVAL": {"1.5": "one and a half"}}, "studyOID": "S1"}

_IN_ORDER = list(STATED.values())
ANSWERS: Mapping[str, Any] = {
    "variable labels": [[each] for each in LABELS.values()],
    "lengths": [[each[1]] for each in _IN_ORDER],
    "formats": [[each[2]] for each in _IN_ORDER],
    "informats": [[each[3]] for each in _IN_ORDER],
    "special missing values": SPECIAL,
    "dataset label": DATASET_LABEL,
    "class and subclass": [CLASS, SUBCLASS],
    "creation and modification times": list(TIMES.values()),
    "key order": [[each[4]] for each in _IN_ORDER],
    "value labels": ATTRIBUTES["value_labels"],
    "OIDs and declared types": [list(each[5:]) for each in _IN_ORDER],
    "attributes": ATTRIBUTES["studyOID"],
}
"""What must be read back, written down here and nowhere else."""

_WRITTEN = {
    "SAS transport": (".xpt",),
    "CSV": (".csv",),
    "Parquet": (".parquet",),
    "Arrow": (".feather", ".arrow"),
    "Dataset-JSON": (".json", ".ndjson", ".ndjson.gz", ".dsjc"),
    "Excel": (".xlsx",),
    "R": (".rds",),
    "Stata": (".dta",),
    "SPSS": (".sav",),
}
_ADDRESSES = {
    "DuckDB": "duckdb:///{folder}/adx.duckdb",
    "SQLite": "sqlite:///{folder}/adx.sqlite",
    "PostgreSQL": "",
}
_OPTIONS = {"SAS transport": {"xpt_encoding": "utf-8"}}


def kept_by_format() -> Mapping[str, list[str]]:
    """What each format keeps, by the table of docs/convert.md, which people review."""
    page = (ROOT / "docs" / "convert.md").read_text(encoding="utf-8")
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in re.findall(r"^\|.*\|$", page[page.index("| can hold |") :], re.MULTILINE)
    ]
    head, _, *body = rows[: 2 + len(ANSWERS)]
    return {name: [row[0] for row in body if row[place] == "yes"] for place, name in enumerate(head) if place}


def hash_of_answer(columns: Mapping[str, tuple[str, list[Any]]] = COLUMNS) -> str:
    """As `hash_of_values`, of the values that are written here."""
    known = [[name, [_written(kind, each) for each in values]] for name, (kind, values) in columns.items()]
    return hashlib.sha256(json.dumps(known, ensure_ascii=False).encode()).hexdigest()


def _written(kind: str, value: Any) -> str | None:
    if value is None or kind == "text":
        return value
    return float(value).hex() if kind == "number" else f"{value:.<26}".replace(".......", ".000000")


def document(files: list[dict[str, Any]], *, of_rds: bool = True) -> dict[str, Any]:
    """The file of answers, with stored files to read."""
    variables = {
        name: {"label": LABELS[name], **dict(zip(_FACTS, stated, strict=True))}
        for name, stated in STATED.items()
    }
    dataset = {
        "name": "ADX",
        "label": DATASET_LABEL,
        "class": CLASS,
        "subclass": SUBCLASS,
        "carries": ["format", "label", "length"],
        "variables": variables,
        "special_missing": SPECIAL,
        "records": 6,
        "columns": COLUMNS,
    }
    found: dict[str, Any] = {
        "datasets": [dataset],
        "times": TIMES,
        "attributes": ATTRIBUTES,
        "answers": {"values": hash_of_answer(), **ANSWERS},
        "formats": list(_formats()),
        "files": files,
    }
    if of_rds:
        rds = next(each for each in found["formats"] if each["format"] == "R")
        rds["sha256"] = _contents_of_rds(found)
    return found


def _formats() -> Iterator[dict[str, Any]]:
    kept = kept_by_format()
    for name, suffixes in _WRITTEN.items():
        for suffix in suffixes:
            options = {"options": _OPTIONS[name]} if name in _OPTIONS else {}
            yield {"format": name, "suffix": suffix, "holds": kept[name], **options}
    for name, address in _ADDRESSES.items():
        yield {"format": name, "suffix": "", "address": address, "holds": kept[name]}


def _contents_of_rds(found: Mapping[str, Any]) -> str:
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        write(reference(found), Path(folder, "adx.rds"))
        return hashlib.sha256(gzip.decompress(Path(folder, "adx.rds").read_bytes())).hexdigest()


# Files that are read: two whose bytes are made by what shares nothing with the readers, and those of today.

SMALL: Mapping[str, tuple[str, list[Any]]] = {
    "USUBJID": ("text", ["S1-001", "S1-002", "S1-003"]),
    "AVAL": ("number", [1.5, None, -2.25]),
    "ADT": ("datetime64[s]", ["2024-02-29T00:00:00", None, "1960-01-02T00:00:00"]),
}
_SMALL_ANSWERS = {
    "variable labels": [["Unique Subject Identifier"], ["Analysis Value"], ["Analysis Date"]],
    "formats": [["$6."], ["8.2"], ["DATE9."]],
    "special missing values": {"AVAL": [[1], ["A"]]},
    "dataset label": "Three records",
}
_DAYS = (float((date(2024, 2, 29) - date(1960, 1, 1)).days), ".", 1.0)
_RECORDS = list(zip(("S1-001", "S1-002", "S1-003"), (1.5, "A", -2.25), _DAYS, strict=True))
_FORMATS = {"USUBJID": ("$", 6, 0), "AVAL": ("", 8, 2), "ADT": ("DATE", 9, 0)}


def stored_files() -> list[dict[str, Any]]:
    """Every file that is stored, with what must be read of it."""
    answers = {"values": hash_of_answer(SMALL), **_SMALL_ANSWERS}
    crafted = {"adx.xpt": ("SAS transport", _xpt(5)), "adx8.xpt": ("SAS transport", _xpt(8))}
    crafted["adx.sas7bdat"] = ("SAS dataset", _sas7bdat())
    files = [
        _file(form, name, "crafted byte by byte", content, answers)
        for name, (form, content) in crafted.items()
    ]
    return [*files, *_files_of_today()]


def _file(form: str, name: str, made: str, content: bytes, answers: Mapping[str, Any]) -> dict[str, Any]:
    encoded = base64.b64encode(content).decode()
    return {"format": form, "name": name, "made": made, "bytes": encoded, "answers": answers}


def _files_of_today() -> Iterator[dict[str, Any]]:
    """The reference as each format holds it now: later versions must read it alike."""
    data = reference(document([], of_rds=False))
    for form in _formats():
        if form["format"] in ("SAS transport", "CSV", "R") or not form["suffix"]:
            continue
        holds = form["holds"]
        with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            place = Path(folder, f"adx{form['suffix']}")
            write(data if "special missing values" in holds else data.replace(special_missing={}), place)
            answers = {"values": hash_of_answer(), **{kind: ANSWERS[kind] for kind in holds}}
            made = f"written by adamgate {version('adamgate')}"
            yield _file(form["format"], place.name, made, place.read_bytes(), answers)


def _xpt(of_version: int) -> bytes:
    xpt_bytes = _of_tests("xpt_bytes")
    variables = [
        xpt_bytes.Var(
            name, "Char" if kind == "text" else "Num", 6 if kind == "text" else 8, label, _FORMATS[name]
        )
        for (name, (kind, _)), (label,) in zip(SMALL.items(), _SMALL_ANSWERS["variable labels"], strict=True)
    ]
    records = [
        [
            subject.encode(),
            *(xpt_bytes.missing(each) if isinstance(each, str) else xpt_bytes.ibm(each) for each in numbers),
        ]
        for subject, *numbers in _RECORDS
    ]
    member = xpt_bytes.Member("ADX", variables, records, "Three records", version=of_version)
    return xpt_bytes.library(member)


def _sas7bdat() -> bytes:
    crafted = _of_tests("sas7bdat_bytes")
    variables = [
        crafted.Var(
            name, "Char" if kind == "text" else "Num", 6 if kind == "text" else 8, label, _FORMATS[name]
        )
        for (name, (kind, _)), (label,) in zip(SMALL.items(), _SMALL_ANSWERS["variable labels"], strict=True)
    ]
    return crafted.sas7bdat(
        crafted.Data(variables, _RECORDS, "ADX", "Three records", page_size=4096, compression="rle")
    )


def _of_tests(name: str) -> Any:
    """A module of tests/formats."""
    folder = str(ROOT / "tests" / "formats")
    if folder not in sys.path:
        sys.path.append(folder)
    return import_module(name)
