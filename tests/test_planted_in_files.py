"""No value of a file is in what is said of it: of faulty, odd and damaged ones, in notes, errors and reports.

A name of a variable is no value, and is shown.
"""

import json
import re
import sys
import warnings
from collections.abc import Iterable, Iterator
from pathlib import Path
from random import Random

import pandas as pd
import pyreadstat
import pytest
from sas7bdat_bytes import Data, Var, sas7bdat

import adamgate as ag
from adamgate import cli

pytestmark = pytest.mark.slow

MARKERS = re.compile("zebra|quagga|654[.,]?321|2077|42924|39271|09/07/77", re.IGNORECASE)
HASHES = re.compile(r'"(record_keys|fingerprint|sha256)": "[^"]*"')

NAMES = "USUBJID,AESEQ,AETERM,AVAL,ADT,ADTM,ATM\n"
SOUND = "".join(f"S-{n},{n},Cough,1.5,2020-01-31,2020-01-31T10:00:00,10:00:00\n" for n in range(5))
RECORD = {
    "USUBJID": "S-9",
    "AESEQ": "1",
    "AETERM": "Zebra",
    "AVAL": "7654321.25",
    "ADT": "2077-07-09",
    "ADTM": "2077-07-09T10:11:12",
    "ATM": "10:11:12",
}


def _record(**values: str) -> str:
    return ",".join({**RECORD, **values}.values()) + "\n"


def _with(variable: str, *values: str) -> bytes:
    return (NAMES + SOUND + "".join(_record(**{variable: value}) for value in values)).encode()


NUMBERS = ("7654321x", "zebra", '"7654321,25"', '"7,654,321.25"', "7654321 mg", "(7654321)", "0x7654321")
DATES = ("09/07/2077", "13/14/2077", "2077-13-45", "09JUL2077", "JUL2077", "20770709", "2077", "09.07.77")
STAMPS = ("2077-07-09 25:61:00", "09JUL2077:10:11:12", "2077-07-09T10:11:12+09:00", "zebra", "42924.5")
TIMES = ("25:61:61", "quagga", "10:11:12 zebra", "7654321")

CSV = {
    "a number of each form": _with("AVAL", *NUMBERS),
    **{f"AVAL {each}": _with("AVAL", each) for each in NUMBERS},
    **{f"AVAL throughout {each}": (NAMES + _record(AVAL=each) * 5).encode() for each in NUMBERS},
    "a date of each form": _with("ADT", *DATES),
    **{f"ADT {each}": _with("ADT", each) for each in DATES},
    **{f"ADT throughout {each}": (NAMES + _record(ADT=each) * 5).encode() for each in DATES},
    **{f"ADTM {each}": _with("ADTM", each) for each in STAMPS},
    **{f"ATM {each}": _with("ATM", each) for each in TIMES},
    "codes for missing": _with("AVAL", "NA", ".", "-7654321", "ND", ".A"),
    "too many values": (NAMES + SOUND + _record().strip() + ",zebra,quagga\n" + SOUND).encode(),
    "too few values": (NAMES + SOUND + "S-9,1,Zebra\n" + SOUND).encode(),
    "a quotation mark that is not closed": (NAMES + SOUND + 'S-9,1,"Zebra quagga,7654321.25\n').encode(),
    "a quotation mark inside": _with("AETERM", 'Zeb"ra quagga"x'),
    "NUL": _with("AETERM", "Zebra\0Quagga"),
    "control characters": _with("AETERM", "Zebra\x1b[31m Quagga"),
    "cp1252": (NAMES + SOUND + _record(AETERM="Zebra é Quagga")).encode("cp1252"),
    "bytes of no encoding": (NAMES + SOUND).encode() + b"S-9,1,Zebra \x81\x8d Quagga,1,2077-07-09,,\n",
    "another encoding": (NAMES + SOUND).encode() + _record(AETERM="Zebra 日本").encode("shift_jis"),
    "UTF-16": (NAMES + _record()).encode("utf-16"),
    "no names": (_record() + SOUND).encode(),
    "no names, values twice": ("Zebra,Zebra,Quagga,1,2,3,4\n" + _record()).encode(),
    "titles": ("Listing of Zebra Quagga born 2077-07-09\n\n" + NAMES + SOUND).encode(),
    "a footnote": (NAMES + SOUND + "Of Zebra Quagga 2077\n").encode(),
    "names again": (NAMES + SOUND + NAMES + _record()).encode(),
    "blank lines": (NAMES + SOUND + "\n\n" + _record() + "\n\n").encode(),
    "another delimiter": (NAMES + _record() * 3).replace(",", ";").encode(),
    "delimiters that differ": (NAMES + _record().replace(",", ";") + _record().replace(",", "|")).encode(),
    "HTML": b"<html><body>Zebra Quagga</body></html>",
    "a long value": _with("AETERM", "Zebra" * 50_000),
}
COLUMNS = (
    ("USUBJID", "string", {}),
    ("AVAL", "double", {}),
    ("ADT", "date", {"targetDataType": "integer", "displayFormat": "DATE9."}),
    ("AESEQ", "integer", {}),
    ("DOSE", "decimal", {"targetDataType": "decimal"}),
    ("ADTM", "datetime", {"targetDataType": "integer", "displayFormat": "E8601DT."}),
    ("FLAG", "boolean", {}),
)
OF_JSON = ["S-1", 1.5, "2020-01-31", 1, "1.25", "2020-01-31T00:00:00", True]
ODD = (
    *("Zebra Quagga", "2077-07-09", "7654321,25", 7654321.25, 7654321, "7,654,321.25", ["Zebra"]),
    *({"Quagga": 2077}, True, "2077-13-45", "09JUL2077", "2077-07-09T10:11:12Z"),
    *("zebra\0quagga", "zebra\ud800"),
)


def _dataset_json(*records: object) -> bytes:
    columns = [
        {"itemOID": f"IT.{name}", "name": name, "label": name, "dataType": kind, **further}
        for name, kind, further in COLUMNS
    ]
    document = {
        "datasetJSONCreationDateTime": "2024-01-01T00:00:00",
        "datasetJSONVersion": "1.1.0",
        "itemGroupOID": "IG.ADAE",
        "name": "ADAE",
        "label": "Adverse events",
        "records": 1 + len(records),
        "columns": columns,
        "rows": [OF_JSON, *records],
    }
    return json.dumps(document).encode()


def _in_place(place: int, value: object) -> bytes:
    return _dataset_json([*OF_JSON[:place], value, *OF_JSON[place + 1 :]])


WHOLE = _in_place(0, "Zebra Quagga")
JSON = {
    **{
        f"{name} {value!r}".replace("\0", "NUL"): _in_place(place, value)
        for place, (name, *_) in enumerate(COLUMNS)
        for value in ODD
    },
    "a short record": _dataset_json(["Zebra", 7654321.25]),
    "a long record": _dataset_json([*OF_JSON, "Zebra", 7654321.25]),
    "a record that is a text": _dataset_json("Zebra"),
    "cut within a record": WHOLE[: WHOLE.index(b"Quagga") + 3],
    "more after the end": WHOLE + b"Zebra",
    "a text without quotation marks": WHOLE.replace(b'"Zebra Quagga"', b"Zebra Quagga"),
    "a number that is none": WHOLE.replace(b'"Zebra Quagga", 1.5', b'"Zebra Quagga", 7654321e99999'),
    "NaN": WHOLE.replace(b'"Zebra Quagga", 1.5', b'"Zebra Quagga", NaN'),
    "a line break": WHOLE.replace(b"Zebra Quagga", b"Zebra\nQuagga"),
    "bytes of no encoding": WHOLE.replace(b"Zebra Quagga", b"Zebra \xe9\x81 Quagga"),
    "an escape that is none": WHOLE.replace(b"Zebra Quagga", b"Zebra \\q Quagga"),
}


def _read(path: Path, **options: object) -> tuple[ag.Study | None, list[str]]:
    """What is read of a file, and what is said of it."""
    try:
        study = ag.read(path, **options)
    except ag.AdamgateError as failure:
        return None, [str(failure)]
    notes = [str(note) for each in study for note in (*study.notes, *each.notes)]
    return study, [repr(study), *map(repr, study), *notes]


def _of_conversion(study: ag.Study, folder: Path) -> Iterator[str]:
    for dataset in study:
        for suffix in (".csv", ".json", ".parquet"):
            with warnings.catch_warnings(record=True) as lost:
                warnings.simplefilter("always")
                try:
                    ag.write(dataset, folder / f"adae{suffix}", overwrite=True)
                except ag.AdamgateError as failure:
                    yield str(failure)
            yield from (str(each.message) for each in lost)


def _leaks(said: Iterable[str]) -> list[str]:
    return [line for text in said for line in HASHES.sub("", text).splitlines() if MARKERS.search(line)]


OPTIONS = ({}, {"date_order": "dmy"}, {"decimal": ","}, {"encoding": "utf-8"}, {"missing": ("NA",)})


@pytest.mark.parametrize("case", CSV)
def test_no_value_of_a_csv_file_comes_back(case: str, tmp_path: Path):
    (tmp_path / "adae.csv").write_bytes(CSV[case])
    for options in OPTIONS:
        _, said = _read(tmp_path / "adae.csv", **options)
        assert not _leaks(said)


@pytest.mark.parametrize("case", JSON)
def test_no_value_of_a_dataset_json_file_comes_back(case: str, tmp_path: Path):
    (tmp_path / "adae.json").write_bytes(JSON[case])
    _, said = _read(tmp_path / "adae.json")
    assert not _leaks(said)


@pytest.mark.parametrize(
    ("name", "content"),
    [*(("adae.csv", each) for each in CSV.values()), *(("adae.json", each) for each in JSON.values())],
)
def test_no_value_of_a_file_comes_back_from_a_conversion(name: str, content: bytes, tmp_path: Path):
    (tmp_path / name).write_bytes(content)
    study, _ = _read(tmp_path / name)
    if study is not None:
        assert not _leaks(_of_conversion(study, tmp_path / "out"))


@pytest.mark.parametrize("case", CSV)
def test_commands_say_no_value_of_a_file(case: str, tmp_path: Path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("adae.csv").write_bytes(CSV[case])
    for command in (
        ["validate", "adae.csv"],
        ["validate", "adae.csv", "--format", "json"],
        ["describe", "adae.csv"],
        ["convert", "adae.csv", "out.json"],
        ["survival", "adae.csv", "--param", "OS", "-o", "os.csv"],
    ):
        assert cli.run(command) in range(5)
        assert not _leaks(capsys.readouterr())


# Damaged files


RECORDS = 40


def _frame() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "USUBJID": [f"S-{number:03}" for number in range(RECORDS)],
            "AETERM": "Zebra Quagga",
            "AEOUT": ["Zebra" if number % 2 else "quagga" for number in range(RECORDS)],
            "AVAL": 7654321.25,
            "ADT": pd.Series(["2077-07-09"] * RECORDS, dtype="datetime64[s]"),
            "ADTM": pd.Series(["2077-07-09 10:11:12"] * RECORDS, dtype="datetime64[us]"),
        }
    )


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """A file of each format, markers in all values."""
    folder, frame = tmp_path_factory.mktemp("whole"), _frame()
    dataset = ag.Dataset.from_frame(frame, "ADAE", label="Adverse events")
    made = {}
    for suffix in (".csv", ".json", ".ndjson", ".parquet"):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ag.MetadataNotKept)
            ag.write(dataset, folder / f"adae{suffix}")
        made[f"adae{suffix}"] = (folder / f"adae{suffix}").read_bytes()
    for version in (5, 8):
        transport = folder / "adae.xpt"
        formats = {"ADT": "DATE9.", "ADTM": "DATETIME20."}
        pyreadstat.write_xport(
            frame, transport, table_name="ADAE", file_format_version=version, variable_format=formats
        )
        made[f"v{version}/adae.xpt"] = transport.read_bytes()
    made["adae.sas7bdat"] = sas7bdat(
        Data(
            [Var("USUBJID", "Char", 8), Var("AETERM", "Char", 12), Var("AVAL")],
            [[f"S-{number:03}", "Zebra Quagga", 7654321.25] for number in range(RECORDS)],
            name="ADAE",
        )
    )
    return made


@pytest.mark.skipif(sys.platform != "linux", reason="the fuzzer, which damages the files, runs on Linux")
@pytest.mark.parametrize("seed", range(6))
def test_no_value_of_a_damaged_file_comes_back(seed: int, whole, root: Path, tmp_path: Path, monkeypatch):
    monkeypatch.syspath_prepend(root / "fuzz")
    from mutations import mutated

    encodings = (None, None, "utf-8", "cp1252", "ascii", "shift_jis")
    for number in range(250):
        random = Random(f"{seed}:{number}")
        name = random.choice(sorted(whole))
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(mutated(whole[name], list(whole.values()), random))
        _, said = _read(path, encoding=random.choice(encodings))
        said = [each for each in said if not each.startswith(("Study", "Dataset"))]  # which show labels
        assert not _leaks(said), f"{name}, number {number}"
