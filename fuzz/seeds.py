"""Whole inputs to damage, a few of each kind, made here or by the makers that the tests use."""

from __future__ import annotations

import gzip
import io
import re
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyreadstat

import adamgate as ag

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests" / "formats"), str(ROOT / "tests" / "fixtures")]

import define_documents  # noqa: E402
import sas7bdat_bytes as sas  # noqa: E402
import xpt_bytes as xpt  # noqa: E402

_FIXTURE = ROOT / "fixtures" / "cartitude1"
_SHARED = ROOT.parent / "shared"

Files = dict[str, bytes]
"""By name; the first is read, the others are beside it."""


def xpt_files() -> list[Files]:
    made = []
    for version in (5, 8):
        long = "x" * 60 if version == 8 else "x"
        variables = (
            xpt.Var("USUBJID", "Char", 12, "Subject"),
            xpt.Var("AVAL", "Num", 8, long),
            xpt.Var("ADT", "Num", 8, "Date", ("DATE", 9, 0)),
            xpt.Var("ADTM", "Num", 5, "Time", ("DATETIME", 20, 0)),
            xpt.Var("EVNTDESC", "Char", 30, long, long_format="LONGFORMATNAME" if version == 8 else ""),
        )
        records = [
            (b"S-%03d" % n, xpt.ibm(n), xpt.ibm(21000 + n), xpt.missing("A", 5), "Tod é".encode() * (n % 3))
            for n in range(12)
        ]
        member = xpt.Member("ADTTE", variables, records, "Time to event", version)
        other = xpt.Member("ADSL", variables[:1], records=[(b"S-1",)] * 3, version=version)
        made += [xpt.library(member), xpt.library(member, other), xpt.library(xpt.Member(version=version))]
    return [{"adtte.xpt": raw} for raw in made]


def sas_files() -> list[Files]:
    variables = [
        sas.Var("USUBJID", "Char", 12, "Subject"),
        sas.Var("AVAL", label="Value"),
        sas.Var("ADT", format=("DATE", 9, 0)),
        sas.Var("ADTM", format=("DATETIME", 20, 0)),
        sas.Var("SEX", "Char", 1, format=("$SEXF", 1, 0)),
    ]
    records = [(b"S-%03d" % n, float(n), 21000.0 + n, "A" if n % 5 else 1.9e9, b"M") for n in range(30)]
    made = [
        sas.sas7bdat(sas.Data(variables, records, bits=bits, order=order, page_size=4096))
        for bits, order in ((32, "little"), (32, "big"), (64, "little"), (64, "big"))
    ]
    made.append(sas.sas7bdat(sas.Data(variables, records, encoding=sas.WLATIN_1, deleted=(3, 4))))
    made.append(sas.sas7bdat(sas.Data(variables, records * 20, records_beside_metadata=False)))
    made += packed_sas_files(variables, records)
    return [{"adtte.sas7bdat": raw} for raw in made]


def packed_sas_files(variables: list[sas.Var], records: list[Sequence[sas.Value]]) -> list[bytes]:
    """Compressed in both ways, with records that are deleted, moved or not compressed."""
    return [
        sas.sas7bdat(
            sas.Data(
                variables,
                records,
                bits=bits,
                order=order,
                page_size=4096,
                compression=compression,
                deleted=(3, 4),
                moved=(5, 9),
                unpacked=(6, 9),
            )
        )
        for compression in ("rle", "rdc")
        for bits, order in ((32, "big"), (64, "little"))
    ]


def catalog_files() -> list[Files]:
    """A dataset with each catalogue beside it: real ones where there are some, else one by name only."""
    dataset = sas_files()[1]["adtte.sas7bdat"]
    real = sorted(_SHARED.glob("*/**/*.sas7bcat"))
    catalogs = [path.read_bytes() for path in real if path.stat().st_size < 100_000] or [dataset]
    return [{"adtte.sas7bdat": dataset, "formats.sas7bcat": raw} for raw in catalogs]


def csv_files() -> list[Files]:
    adae = b"".join((_FIXTURE / "adae.csv").read_bytes().splitlines(keepends=True)[:30])
    plain = (
        b'USUBJID,AGE,SEX,TRTSDT,TRTSDTM,WEIGHT\r\nS-1,34,M,2020-01-31,2020-01-31T08:30,"12,5"\r\n'
        b'S-2,,F,31JAN2020,,"70,1"\r\nS-3,.,"a ""b""\n c",,,NA\r\n'
    )
    excel = b"sep=;\nSubjects of the study\n;;\nUSUBJID;AGE;ADT\nSubject;Age;Date\nS-1;1,5;03/04/2020\n;;\n"
    return [
        {"adae.csv": adae, "_variables.csv": (_FIXTURE / "_variables.csv").read_bytes()},
        {"adsl.csv": plain, "datasets.csv": b"Filename,Label,class\nadsl.csv,Subjects,SUBJECT LEVEL\n"},
        {"adsl.csv": excel},
        {"adsl.csv": plain.decode().encode("utf-16")},
        {"adsl.csv": plain + "S-4,1,ü,,,\n".encode("cp1252")},
        {"adsl.tsv": plain.replace(b",", b"\t")},
        {"adsl.csv": b"A\n1\n\n2\n\n"},
        {"adsl.csv.gz": plain * 3},
    ]


def parquet_files() -> list[Files]:
    stamps = np.array(["2020-01-31", "NaT", "9999-12-31"], "datetime64[s]")
    columns = {
        "USUBJID": ["S-1", "S-2", None],
        "SEX": pa.array(["M", "F", "M"]).dictionary_encode(),
        "AVAL": [1.5, None, -0.0],
        "N": pa.array([1, 2**60, None], pa.int64()),
        "ADT": pa.array(stamps.astype("datetime64[D]")),
        "ADTM": pa.array(stamps.astype("datetime64[us]")),
        "TM": pa.array([1, 2, None], pa.time64("us")),
        "DEC": pa.array([1, 2, None], pa.decimal128(20, 3)),
        "RAW": pa.array([b"a", b"b", None]),
        "NOTHING": pa.nulls(3),
    }
    odd = {
        "L": [[1], [2, 3], None],
        "S": [{"a": 1}, None, {"a": 2}],
        "D": pa.array([1, 2, 3], pa.duration("s")),
    }
    made = [
        {"adtte.parquet": _parquet(pa.table(columns), compression=packed)}
        for packed in ("none", "snappy", "zstd")
    ]
    made.append({"adtte.parquet": _parquet(pa.table(columns), use_dictionary=False, data_page_version="2.0")})
    with tempfile.TemporaryDirectory() as folder:  # with all metadata that we write
        target = Path(folder) / "adsl.parquet"
        ag.convert(_FIXTURE / "adsl.xpt", target)
        made.append({"adsl.parquet": target.read_bytes()})
    made += [{"adtte.parquet": _parquet(pa.table({name: values}))} for name, values in odd.items()]
    part = _parquet(pa.table({"USUBJID": ["S-1"], "AVAL": [1.0]}))
    other = _parquet(pa.table({"USUBJID": pa.array(["S-2"]).dictionary_encode(), "AVAL": [2]}))
    made.append({"adtte.parquet/SEX=M/part-0.parquet": part, "adtte.parquet/SEX=F/part-10.parquet": other})
    return made


def _parquet(table: pa.Table, **options: object) -> bytes:
    target = io.BytesIO()
    pq.write_table(table, target, **options)
    return target.getvalue()


def dta_files() -> list[Files]:
    """Our own, with long text and value labels, and two older releases by pandas."""
    frame = pd.DataFrame({"ID": ["001", "b"], "N": [1.5, np.nan], "LONG": ["x" * 3000, ""]})
    older = frame.assign(DAY=np.array(["2020-01-31", "NaT"], "datetime64[ns]"), LONG=["x", ""])
    return [
        {"adx.dta": _written(_labelled(frame), "adx.dta")},
        *({"adx.dta": _by_stata_writer(older, version)} for version in (114, 117)),
    ]


def arrow_files() -> list[Files]:
    return [
        {
            "adx.feather": _written(
                _labelled(pd.DataFrame({"ID": ["1", "2"], "N": [1.5, np.nan]})), "adx.feather"
            )
        }
    ]


def xlsx_files() -> list[Files]:
    data = pd.DataFrame({"ID": ["1", "<&>"], "N": [1.5, np.nan], "DAY": pd.to_datetime(["2020-01-31", None])})
    dataset = ag.Dataset.from_frame(data, "ADX")
    raw = _written(dataset, "adx.xlsx")
    labelled = _written(dataset, "adx.xlsx", label_row=True)
    plain = io.BytesIO()
    data.to_excel(plain, index=False)
    return [{"adx.xlsx": each} for each in (raw, labelled, _made_at_no_time(plain))]


def _made_at_no_time(workbook: io.BytesIO) -> bytes:
    """openpyxl writes down when it saves, in the document and in the archive."""
    target = io.BytesIO()
    with zipfile.ZipFile(workbook) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for name in source.namelist():
            content = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", b"1980-01-01T00:00:00Z", source.read(name))
            made.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return target.getvalue()


def _labelled(frame: pd.DataFrame) -> ag.Dataset:
    special = {"N": ag.SpecialMissing(np.array([1]), np.array(["A"]))}
    labels = {"value_labels": {"N": {"1": "one", ".A": "none"}}}
    return ag.Dataset.from_frame(frame, "ADX").replace(special_missing=special, attributes=labels)


def _written(dataset: ag.Dataset, name: str, **options: Any) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        ag.write(dataset, Path(folder) / name, **options)
        return (Path(folder) / name).read_bytes()


def _by_stata_writer(frame: pd.DataFrame, version: int) -> bytes:
    target = io.BytesIO()
    frame.to_stata(target, write_index=False, version=version, time_stamp=datetime(1980, 1, 1))
    return target.getvalue()


def sav_files() -> list[Files]:
    """Our own, and compressed ones by pyreadstat with declared missing values."""
    frame = pd.DataFrame({"ID": ["001", "b" * 300], "N": [1.5, np.nan], "SEX": ["M", "F"]})
    labels = {"value_labels": {"N": {"1.5": "one"}, "SEX": {"M": "Male"}}}
    with tempfile.TemporaryDirectory() as folder:
        own, compressed, zipped = (Path(folder) / name for name in ("a.sav", "b.sav", "c.zsav"))
        ag.write(ag.Dataset.from_frame(frame, "A").replace(attributes=labels), own)
        for path, how in ((compressed, {"row_compress": True}), (zipped, {"compress": True})):
            pyreadstat.write_sav(frame, str(path), missing_ranges={"N": [99]}, **how)
        made = [own.read_bytes(), *(_written_at_no_time(path) for path in (compressed, zipped))]
        return [{f"adx{path.suffix}": raw} for path, raw in zip((own, compressed, zipped), made, strict=True)]


def _written_at_no_time(sav: Path) -> bytes:
    """ReadStat writes down when it writes: a day and a time from byte 92 of the header."""
    raw = bytearray(sav.read_bytes())
    raw[92:109] = b"01 Jan 8000:00:00"
    return bytes(raw)


def json_files() -> list[Files]:
    columns = (
        b'"columns":[{"itemOID":"A","name":"USUBJID","label":"Subject","dataType":"string","length":12},'
        b'{"itemOID":"B","name":"AVAL","label":"Value","dataType":"float"},'
        b'{"itemOID":"C","name":"N","label":"Count","dataType":"integer"},'
        b'{"itemOID":"D","name":"ADT","label":"Date","dataType":"date","targetDataType":"integer","displayFormat":"DATE9."},'
        b'{"itemOID":"E","name":"X","label":"Exact","dataType":"decimal","targetDataType":"decimal"}]'
    )
    head = (
        b'{"datasetJSONCreationDateTime":"2024-01-01T00:00:00","datasetJSONVersion":"1.1.0","itemGroupOID":"IG",'
        b'"records":3,"name":"ADTTE","label":"Time to event",' + columns
    )
    rows = [
        '["S-1",1.5,1,"2020-01-31","1.50"]',
        '["S-é",null,null,null,null]',
        '["",-0.0,-9,"9999-12-31","1,234.5"]',
    ]
    document = head + b',"rows":[' + ",".join(rows).encode() + b"]}"
    lines = head + b"}\n" + "\n".join(rows).encode() + b"\n"
    real = (ROOT / "fixtures/cartitude1-json/adtte.json").read_bytes()
    short = real[:6000] if len(real) > 200_000 else real
    return [
        {"adtte.json": document},
        {"adtte.json": document.decode().encode("cp1252")},
        {"adtte.ndjson": lines},
        {"adtte.dsjc": lines},
        {"adtte.ndjson.gz": lines},
        {"adtte.json": short},
    ]


_TERMS = (
    "Code\tCodelist Code\tCodelist Extensible (Yes/No)\tCodelist Name\tCDISC Submission Value\t"
    "CDISC Definition\n"
    'C66781\t\tNo\tAge Unit\tAGEU\tUnits\nC25301\tC66781\t\tAge Unit\tDAYS\t"a" day\n'
    "C81224\t\tYes\tDerivation Type\tDTYPE\tMethod\nC81209\tC81224\t\tDerivation Type\tAVERAGE\té\n"
)
_ODM = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" '
    'xmlns:n="http://ncicb.nci.nih.gov/xml/odm/EVS/CDISC" FileOID="CDISC_CT.SDTM.2023-12-15"><Study OID="S">'
    '<MetaDataVersion><CodeList OID="CL.C66781.AGEU" Name="Age Unit" n:ExtCodeID="C66781" '
    'n:CodeListExtensible="No"><EnumeratedItem CodedValue="DAYS"/><EnumeratedItem CodedValue="YEARS"/>'
    "<n:CDISCSubmissionValue>AGEU</n:CDISCSubmissionValue></CodeList></MetaDataVersion></Study></ODM>\n"
)


def archive_files() -> list[Files]:
    """A delivery as it comes, with a file in gzip."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, raw in csv_files()[0].items():
            archive.writestr(zipfile.ZipInfo(f"adam/{name}"), raw, zipfile.ZIP_DEFLATED)
        archive.writestr(
            zipfile.ZipInfo("adam/adsl.xpt.gz"),
            gzip.compress(xpt_files()[0]["adtte.xpt"], mtime=0),
            zipfile.ZIP_DEFLATED,
        )
    return [{"delivery.zip": content.getvalue()}]


def terminology_files() -> list[Files]:
    return [
        {"terms.txt": _TERMS.encode()},
        {"terms.txt": _TERMS.encode("utf-16")},
        {"terms.csv": _TERMS.replace('"a"', "a").replace("\t", ",").encode()},
        {"terms.xml": _ODM.encode()},
        {"terms.xml": _ODM.replace("UTF-8", "windows-1252").encode("cp1252")},
    ]


def define_files() -> list[Files]:
    """The documents that the tests have, in two encodings."""
    documents = define_documents.DOCUMENTS
    wide = documents["2.1"].replace("UTF-8", "UTF-16").encode("utf-16")
    return [*({"define.xml": each.encode()} for each in documents.values()), {"define.xml": wide}]


_SETTINGS = """\
[settings]
fail_on = "warning"
missing = ["NA", "."]
max_unpacked = "4GB"

[rules]
ignore = ["TTE006"]
severity = { TTE007 = "note" }

[rules.ADAE]
ignore = ["AE012"]

[study]
cut_off = 2024-01-31
population = "ITTFL"

[endpoint.OS]
role = "OS"

[adverse_events]
window_days = 30

[[waiver]]
rule = "XD001"
dataset = "ADTTE"
records = [{ USUBJID = "01-001" }]
reason = "known"
owner = "data management"
expires = 2030-01-01

[[rule]]
id = "ACME001"
title = "AVAL is negative"
severity = "error"
dataset = "ADTTE"
where = "not missing(AVAL)"
require = "AVAL >= 0 and PARAMCD in ('OS', 'PFS')"
"""


def settings_files() -> list[Files]:
    short = "[settings]\ndecimal = \",\"\n'a'.\"b\".c = [1, 2.5, 1979-05-27T07:32:00Z, { x = '''\ny''' }]\n"
    return [{"adamgate.toml": _SETTINGS.encode()}, {"adamgate.toml": short.encode()}]


_FINDING = (
    '{"rule_id":"TTE007","severity":"error","dataset":"ADTTE","message":"AVAL differs","variables":["AVAL"],'
    f'"records":2,"fingerprint":"{"a1" * 32}","record_keys":"{"b2" * 6} {"c3" * 6}"}}'
)


def baseline_files() -> list[Files]:
    report = f'{{"schema_version":"1.1","verdict":"refused","findings":[{_FINDING},{_FINDING}]}}'
    return [{"old.json": report.encode()}]


def expression_files() -> list[Files]:
    texts = (
        "PARAMCD == 'OS' and AVALC in ('Y', 'N') and not missing(ADT)",
        '18 <= AVAL < 65 or SEX != "M"',
        "ADT <= '2020-01-31' or ADTM > '2020-01-31T10:00:00'",
        "not (TRTSDT <= ADT and (AVAL >= -1e3 or missing(SEX)))",
    )
    return [{"expression": text.encode()} for text in texts]
