"""`adamgate init`: what it prints is valid as it is, and with every option in it; it runs on a study."""

import re
import shutil
import tomllib
from pathlib import Path

import pandas as pd
import pytest
from jsonschema import Draft202012Validator

import adamgate as ag
from adamgate.converters.configuration.file_schema import file_schema
from adamgate.converters.configuration.from_tables import raw_specification, specification
from adamgate.converters.configuration.load import load_settings
from adamgate.converters.configuration.specimens import SPECIMENS, specimen
from adamgate.converters.derivations.derive import require_valid
from adamgate.converters.derivations.variations import require_valid_variations
from adamgate.converters.raw_exports.raw_specification import require_valid as require_valid_mapping

FIXTURES = Path(__file__).parents[2] / "fixtures"
STUDY = FIXTURES / "cartitude1"
OF_TRIAL = {"adsl": ("trial_sdtm", "trial/ae.csv"), "bds": ("trial_findings", "trial/adsl.csv")}
"""Sources of specifications that do not run on that study."""
DERIVING = [name for name in SPECIMENS if name not in ("settings", "raw", "pipeline")]


def with_all_options(text: str) -> str:
    """Every option in effect: those lines that begin with "#" alone."""
    return re.sub(r"^#(?=[\w\[])", "", text, flags=re.MULTILINE)


@pytest.fixture(params=SPECIMENS)
def printed(request, run) -> str:
    arguments = {"settings": (), "pipeline": ("--pipeline",)}.get(request.param, ("--derive", request.param))
    ran = run("init", *arguments)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == specimen(request.param)
    return ran.out


def test_it_is_valid(printed, tmp_path):
    for text in (printed, with_all_options(printed)):
        document = tomllib.loads(text)
        as_json = {key: _as_json(value) for key, value in document.items()}
        Draft202012Validator(file_schema()).validate(as_json)
        file = tmp_path / "adamgate.toml"
        file.write_text(text)
        load_settings((), file, environ={})


def _as_json(value):
    if isinstance(value, dict):
        return {key: _as_json(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_as_json(each) for each in value]
    return value if isinstance(value, str | int | float) else value.isoformat()


def test_it_has_options(printed):
    assert with_all_options(printed) != printed
    assert max(map(len, printed.splitlines())) <= 120
    assert printed.isascii()


@pytest.mark.parametrize("dataset", DERIVING)
def test_a_specification_can_be_carried_out_with_every_option(dataset, tmp_path):
    file = tmp_path / "adamgate.toml"
    file.write_text(with_all_options(specimen(dataset)))
    what = specification(load_settings((), file, environ={}).entries)
    require_valid(what)
    if what.variations:
        require_valid_variations(what)


def test_the_specification_of_raw_files_can_be_carried_out_with_every_option(tmp_path):
    file = tmp_path / "adamgate.toml"
    file.write_text(with_all_options(specimen("raw")))
    what = raw_specification(load_settings((), file, environ={}).entries)
    require_valid_mapping(what)
    assert list(what.datasets) == ["DM", "AE", "VS"]


def test_the_specification_of_raw_files_runs_on_them(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("raw").mkdir()
    subjects = "STUDY,SITE,PATNUM,AGE,SEX,FIRST_DOSE\nS1,7,01,63,Female,02-JAN-2024\n"
    Path("raw/dm_raw.csv").write_text(subjects)
    names = "STUDY,SITE,PATNUM,IT.AETERM,SEVCD,SEV,IT.AESER,IT.AESTDAT,PAGE"
    Path("raw/ae_site7.csv").write_text(f"{names}\nS1,7,01,Rash,2,Moderate,No,03-JAN-2024,1\n")
    Path("adamgate.toml").write_text(run("init", "--derive", "raw").out)
    ran = run("derive", "adamgate.toml", "--source", "raw", "--to", "sdtm")
    assert ran.code == 0, ran.err
    (record,) = ag.read("sdtm")["AE"].frame.to_dict("records")
    assert (record["USUBJID"], record["AESEQ"], record["AESEV"], record["AESTDY"]) == (
        "S1-007-01",
        1,
        "MODERATE",
        2,
    )


@pytest.fixture
def sources(tmp_path, monkeypatch) -> list[str]:
    """ADSL of the study, and AE: its ADAE without what is derived."""
    monkeypatch.chdir(tmp_path)
    (adae,) = ag.read([STUDY / "adae.csv"])
    derived = ("AENDT", "AENDY")
    names = [name for name in adae.names if name in ("STUDYID", "USUBJID") or name.startswith("AE")]
    kept = [name for name in names if name not in derived]
    described = tuple(adae.variable(name) for name in kept)
    ag.write(ag.Dataset("AE", adae.frame[kept], described), "ae.parquet")
    return ["--source", str(STUDY / "adsl.xpt"), "--source", "ae.parquet"]


@pytest.mark.slow
@pytest.mark.parametrize("dataset", ["adae", "adtte", *OF_TRIAL])
def test_a_specification_runs_on_a_study(dataset, run, sources):
    Path("adamgate.toml").write_text(run("init", "--derive", dataset).out)
    of_trial = [f"--source={FIXTURES / 'derivations' / each}" for each in OF_TRIAL.get(dataset, ())]
    given = of_trial or sources
    ran = run("derive", "adamgate.toml", *given, "--to", "adam")
    assert ran.code == 0, ran.err


def test_the_specification_of_adrs_runs_on_a_trial(run, tmp_path, monkeypatch):
    """All that is derived of a subject agrees: a best response of CR or PR is an objective response."""
    trial = Path(__file__).parents[2] / "fixtures" / "derivations" / "trial"
    monkeypatch.chdir(tmp_path)
    Path("adamgate.toml").write_text(with_all_options(specimen("adrs")).split("# Whether there is")[0])
    ran = run("derive", "adamgate.toml", "--source", str(trial), "--to", "adam", "--for", "parquet")
    assert ran.code == 0, ran.err
    (adrs,) = ag.read("adam")
    values = adrs.frame.set_index("USUBJID").groupby("PARAMCD", observed=True)["AVALC"]
    best, objective = values.get_group("CBOR"), values.get_group("ORR")
    assert len(best) == 80
    assert ((objective == "Y") == best.isin(["CR", "PR"])).all()


@pytest.mark.slow
def test_the_events_of_adae_are_those_of_the_study(run, sources):
    Path("adamgate.toml").write_text(specimen("adae"))
    run("derive", "adamgate.toml", *sources, "--to", "adam", "--for", "parquet")
    names = ["ASTDT", "AENDT", "ASTDY", "AENDY", "ADURN", "ADURU", "AETERM", "AEDECOD", "AETOXGR", "TRTA"]
    found = ag.diff("adam", STUDY / "adae.csv", by="USUBJID,AESEQ", only=names, metadata=False)
    assert found.equal
    assert found.datasets["ADAE"].matched == 404


def test_the_dates_of_adtte_are_those_of_the_study(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("adamgate.toml").write_text(specimen("adtte"))
    run("derive", "adamgate.toml", "--source", str(STUDY / "adsl.xpt"), "--to", "adam")
    names = ["AVAL", "STARTDT", "ADT", "SRCDOM", "SRCVAR", "PARAM", "PARAMN", "AVALU"]
    found = ag.diff("adam", STUDY / "adtte.xpt", by="USUBJID,PARAMCD", only=names, metadata=False)
    assert found.equal
    assert found.datasets["ADTTE"].matched == 289


PUBLISHED = """figure,published,dataset,where,statistic,variable
Deaths,52,ADTTE,PARAMCD == 'OS' and CNSR == 0,records,
"Median, months",60.7,OS_KM_SUMMARY,group == 'all',value,median
"""


@pytest.mark.slow
def test_the_pipeline_runs_on_a_study(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    steps, adtte = specimen("pipeline").split("# What `adamgate derive` makes")
    steps = re.sub(r"^#layout.*$|^#format.*$", "", steps, flags=re.MULTILINE)
    Path("adamgate.toml").write_text(with_all_options(steps) + "#" + adtte)
    planned = run("run", "--dry-run")
    assert (planned.code, "input data is not present" in planned.out) == (0, True)
    Path("data").mkdir()
    shutil.copy(STUDY / "adsl.xpt", "data")
    Path("published.csv").write_text(PUBLISHED)
    planned = run("run", "--dry-run")
    assert (planned.code, "is not present" in planned.out) == (0, False)
    ran = run("run")
    assert (ran.code, ran.err) == (0, "")
    assert "2 figures: 2 equal" in ran.out
    assert run("run", "-q").out == "5 steps: 5 unchanged; record: run.jsonl\n"
    assert run("verify", "run.jsonl").code == 0


def test_a_pipeline_has_a_specification_already(run):
    ran = run("init", "--pipeline", "--derive", "adsl")
    assert (ran.code, "use --pipeline alone" in ran.err) == (2, True)


def test_another_dataset_is_a_usage_error(run):
    ran = run("init", "--derive", "adlb")
    assert ran.code == 2
    assert "adtte" in ran.err


@pytest.mark.slow
def test_a_delivered_adae_is_checked_by_its_sequence(run, sources):
    """Each record that differs has the record of AE that it is of."""
    Path("adamgate.toml").write_text(specimen("adae"))
    run("derive", "adamgate.toml", *sources, "--to", "adam", "--for", "parquet", "-q")
    assert run("derive", "adamgate.toml", *sources, "--check", "adam", "-q").code == 0
    (adae,) = ag.read("adam")
    frame = adae.frame.copy()
    assert frame.loc[2, "TRTEMFL"] == "Y"
    frame["TRTEMFL"] = frame["TRTEMFL"].astype(object)
    frame.loc[2, "TRTEMFL"] = None
    frame.loc[5, "ASTDT"] += pd.Timedelta(days=1)
    ag.write(ag.Dataset("ADAE", frame, adae.variables), "adae.parquet")
    ran = run("derive", "adamgate.toml", *sources, "--check", "adae.parquet", "--show-values")
    assert ran.code == 1
    lines = [line.strip() for line in ran.out.splitlines()]
    assert "404 records matched by USUBJID, AESEQ" in lines
    flagged = lines.index("another treatment-emergent flag in 1 record: TRTEMFL")
    subject, number = frame.loc[2, "USUBJID"], int(frame.loc[2, "AESEQ"])
    assert lines[flagged + 2] == f"{subject}, record 3, source AE.AESTDTC {number}"
    assert "TRTEMFL  Y | missing" in lines
    assert "another start in 1 record: ASTDT" in lines
