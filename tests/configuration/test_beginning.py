"""`adamgate init FOLDER`: what is found, what is written, and that it runs at once."""

import re
import shutil
import tomllib
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

import adamgate as ag
from adamgate import cli
from adamgate.converters.configuration.beginning.begun_file import begun_file, outcome
from adamgate.converters.configuration.beginning.found_folders import FolderKind, found_below, study_folders
from adamgate.converters.configuration.file_schema import file_schema
from adamgate.converters.configuration.load import load_settings
from adamgate.converters.configuration.settings import SETTINGS

FIXTURES = Path(__file__).parents[2] / "fixtures"
SCHEMA = Draft202012Validator(file_schema())
ADTTE = """STUDYID,USUBJID,PARAMCD,PARAM,TRTP,STARTDT,ADT,AVAL,CNSR,EVNTDESC
S1,S1-01,{0},Overall Survival,A,2024-01-01,2024-01-30,30,0,Death
S1,S1-02,{0},Overall Survival,B,2024-01-01,2024-03-01,61,0,Death
S1,S1-03,{0},Overall Survival,A,2024-01-01,2024-04-01,92,1,Alive
"""
ADSL = "STUDYID,USUBJID,TRT01P,TRTSDT,SAFFL\n" + "".join(
    f"S1,S1-0{each},{'AB'[each == 2]},2024-01-01,Y\n" for each in (1, 2, 3)
)


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    written(tmp_path / "adam", adsl=ADSL, adtte=ADTTE.format("OS"))
    return tmp_path / "adam"


def written(folder: Path, **datasets: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in datasets.items():
        (folder / f"{name}.csv").write_text(content)
    return folder


def with_all_options(text: str) -> str:
    """Every option in effect: those lines that begin with "#" alone."""
    return re.sub(r"^#(?=[\w\[])", "", text, flags=re.MULTILINE)


def loaded(text: str, folder: Path):
    """The settings of a text, which the schema takes, too."""
    SCHEMA.validate(as_in_json(tomllib.loads(text)))
    file = folder / "loaded.toml"
    file.write_text(text, encoding="utf-8")
    return load_settings((), file, environ={})


def as_in_json(value):
    if isinstance(value, dict):
        return {key: as_in_json(each) for key, each in value.items()}
    if isinstance(value, list):
        return [as_in_json(each) for each in value]
    return value if isinstance(value, bool | int | float | str) else str(value)


# What is found


def test_folders_are_known_by_their_data(tmp_path: Path):
    written(tmp_path / "adam", adsl=ADSL, adtte=ADTTE.format("OS"))
    written(tmp_path / "sdtm", dm="STUDYID,DOMAIN,USUBJID\nS1,DM,S1-01\n")
    written(tmp_path / "sites" / "one", demography="SUBJECT;SEX\n1;M\n")
    written(tmp_path / ".hidden", adsl=ADSL)
    written(tmp_path / "results", os="USUBJID,duration\nS1-01,3\n")
    (tmp_path / "results" / "os.codebook.json").write_text("{}")
    found = {each.path.relative_to(tmp_path).as_posix(): each for each in found_below(tmp_path)}
    assert {path: str(each) for path, each in found.items()} == {
        "adam": "ADaM: ADSL, ADTTE",
        "sdtm": "SDTM: DM",
        "sites/one": "raw exports: 1 file",
    }
    assert [each.kind for each in study_folders(list(found.values()))] == [FolderKind.ADAM, FolderKind.SDTM]


def test_of_two_folders_with_the_same_datasets_one_is_used(tmp_path: Path):
    written(tmp_path / "a", adsl=ADSL)
    written(tmp_path / "b", adsl=ADSL, adtte=ADTTE.format("OS"))
    (chosen,) = study_folders(found_below(tmp_path))
    assert chosen.path.name == "b"


def test_analysis_datasets_that_are_not_in_the_steps_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    written(Path("a"), adsl=ADSL)
    written(Path("b"), adsl=ADSL, adtte=ADTTE.format("OS"))
    said = outcome(begun_file(Path(), tmp_path))
    assert "note: the steps are for b; not for the analysis datasets in a\n" in said
    assert "note: the steps" not in outcome(begun_file(Path("b"), tmp_path))


def test_a_folder_is_found_once_whatever_links_lead_to_it(tmp_path: Path):
    written(tmp_path / "adam", adsl=ADSL)
    (tmp_path / "adam" / "above").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "again").symlink_to(tmp_path / "adam", target_is_directory=True)
    assert [each.path.name for each in found_below(tmp_path)] == ["adam"]


def test_exports_that_are_not_as_datasets_are_raw():
    (found,) = found_below(FIXTURES / "cartitude1-raw")
    assert (found.kind, len(found.names)) == (FolderKind.RAW, 24)


def test_analysis_datasets_that_cannot_be_read_are_an_error(study: Path):
    (study / "adtte.csv").write_text("USUBJID,PARAMCD\n1\n")
    with pytest.raises(ag.UnreadableInput, match=r"adtte\.csv"):
        found_below(study)


@pytest.mark.parametrize("name", ["empty", "absent", "adam/adsl.csv"])
def test_without_data_there_is_nothing_to_begin_with(study: Path, name: str):
    Path("empty").mkdir()
    assert cli.run(["init", name]) == 3
    assert not Path("adamgate.toml").exists()


# What is written


@pytest.mark.slow
def test_it_says_what_was_found(study: Path):
    begun = begun_file(study, study.parent)
    assert "#   adam  ADaM: ADSL, ADTTE\n" in begun.text
    assert "# 3 subjects, 2 events\n" in begun.text
    assert "# AVAL is in days (from the dates ADT and STARTDT)\n" in begun.text
    assert '#population = "SAFFL"    # in ADSL: SAFFL (3 subjects)\n' in begun.text
    document = tomllib.loads(begun.text)
    assert document["endpoint"] == {"OS": {"role": "OS"}}
    assert document["table"]["os"] == {"param": "OS", "arm": "TRTP"}
    assert document["table"]["os_km"] == {"shape": "kaplan-meier", "param": "OS", "by": "TRTP"}
    assert list(document["step"]) == ["gate", "report", "os", "os_km"]


def test_every_setting_is_in_it_with_its_default(study: Path, tmp_path: Path):
    text = begun_file(study, tmp_path).text
    for each in SETTINGS.values():
        assert (f"\n#{each.name} = " in text or f"\n# {each.name} (default: " in text) is each.in_file
    chosen = loaded(with_all_options(text), tmp_path)
    plain = loaded(text, tmp_path)
    for name in SETTINGS:
        assert getattr(chosen, name) == getattr(plain, name)
    assert max(map(len, text.splitlines())) <= 112


@pytest.mark.slow
def test_the_schema_is_named_where_it_is_present(study: Path, tmp_path: Path):
    assert not begun_file(study, tmp_path).text.startswith("#:schema")
    (tmp_path / "adamgate.schema.json").write_text("{}")
    assert begun_file(study, tmp_path).text.startswith("#:schema ./adamgate.schema.json\n")


def test_what_no_table_can_be_made_of_is_said(study: Path, tmp_path: Path):
    written(study, adtte=ADTTE.format("OS").replace("30,0,", "30,1,").replace("61,0,", "61,1,"))
    begun = begun_file(study, tmp_path)
    assert "# No table: " in begun.text
    assert "note: no table for OS: " in outcome(begun)
    assert "table" not in tomllib.loads(begun.text)


@pytest.mark.slow
def test_raw_exports_are_begun_with_a_proposal(tmp_path: Path):
    begun = begun_file(FIXTURES / "cartitude1-raw", tmp_path)
    assert begun.report is None
    assert "no analysis datasets were found" in outcome(begun)
    settings = loaded(begun.text, tmp_path)
    assert "[raw." in begun.text
    assert settings.file is not None


def test_the_folders_of_sites_have_one_proposal(tmp_path: Path):
    for site in ("s1", "s2"):
        written(
            tmp_path / "raw" / site, ae="SUBJID,AETERM,AESTDAT\n01,Rash,2024-01-01\n", dm="SUBJID,SEX\n01,M\n"
        )
    text = begun_file(tmp_path, tmp_path).text
    loaded(text, tmp_path)
    tables = tomllib.loads(with_all_options(text))
    assert tables["step"]["sdtm"]["sources"] == ["raw"]
    assert tables["raw"]["AE"]["files"] == ["s1/ae.csv", "s2/ae.csv"]


def test_files_that_cannot_be_read_are_not_proposed(tmp_path: Path):
    (tmp_path / "visits.xpt").write_bytes((FIXTURES / "cartitude1" / "adtte.xpt").read_bytes()[:3000])
    begun = begun_file(tmp_path, tmp_path)
    assert "nothing can be proposed: the file is truncated" in outcome(begun)
    assert "activate" not in outcome(begun)
    assert "# No proposal: the file is truncated" in begun.text


NEXT_STEP = {"sdtm": "step.adam", "raw": "step.sdtm"}


def test_a_file_with_another_name_is_named_in_what_comes_next(study: Path, capfd: pytest.CaptureFixture[str]):
    assert cli.run(["init", "adam", "-o", "study 1.toml"]) == 0
    assert capfd.readouterr().err.endswith("next: adamgate run 'study 1.toml'\n")


@pytest.mark.parametrize("made_from", NEXT_STEP)
def test_a_step_leads_to_analysis_datasets(tmp_path: Path, made_from: str):
    contents = {"sdtm": "STUDYID,DOMAIN,USUBJID\nS1,DM,S1-01\n", "raw": "SUBJECT,SEX\n1,M\n"}
    written(tmp_path / made_from, dm=contents[made_from])
    begun = begun_file(tmp_path / made_from, tmp_path)
    text = begun.text
    loaded(text, tmp_path)
    assert f"activate [{NEXT_STEP[made_from]}]" in outcome(begun)
    assert f"#[{NEXT_STEP[made_from]}]" in text
    (step,) = tomllib.loads(with_all_options(text))["step"].values()
    assert (step["kind"], step["sources"]) == ("derive", [made_from])


ODD = st.text(st.characters(codec="utf-8", exclude_characters="\r\0"), min_size=1, max_size=8)


@pytest.mark.slow
@given(st.lists(ODD, min_size=1, max_size=3, unique=True), ODD)
@settings(max_examples=settings.default.max_examples // 4)
def test_whatever_parameters_are_called_it_loads(tmp_path_factory, codes: list[str], label: str):
    """Names come from files: none ends a comment, or makes a file that cannot be loaded."""
    folder = tmp_path_factory.mktemp("odd")
    one = pd.DataFrame(
        {
            "USUBJID": ["1", "2"],
            "PARAM": label,
            "AVAL": [3.0, 5.0],
            "AVALU": "DAYS",
            "CNSR": [0.0, 1.0],
            "STARTDT": pd.to_datetime(["2024-01-01"] * 2),
        }
    )
    frame = pd.concat([one.assign(PARAMCD=each) for each in codes], ignore_index=True)
    (folder / "adam").mkdir()
    ag.write(ag.Dataset.from_frame(frame, "ADTTE"), folder / "adam" / "adtte.parquet")
    begun = begun_file(folder / "adam", folder)
    found = loaded(begun.text, folder)
    assert found.fail_on == "error"
    assert set(tomllib.loads(begun.text)) <= {"settings", "study", "endpoint", "step", "table"}


# The command


@pytest.mark.slow
def test_it_is_written_once(study: Path, capfd: pytest.CaptureFixture[str]):
    assert cli.run(["init", "adam"]) == 0
    out, err = capfd.readouterr()
    assert out == ""
    assert (
        err == "written: adamgate.toml\nadam: ADaM: ADSL, ADTTE\nthe data pass the gate; next: adamgate run\n"
    )
    first = Path("adamgate.toml").read_text()
    assert cli.run(["init", "adam"]) == 4
    assert "the output already exists" in capfd.readouterr().err
    Path("adamgate.toml").write_text("# mine\n")
    assert cli.run(["init", "adam", "--force", "-q"]) == 0
    assert Path("adamgate.toml").read_text() == first
    assert capfd.readouterr().err == ""


@pytest.mark.slow
@pytest.mark.parametrize("options", [("--dry-run",), ("-o", "-"), ("--dry-run", "-o", "other.toml")])
def test_it_is_printed(study: Path, capfd: pytest.CaptureFixture[str], options: tuple[str, ...]):
    assert cli.run(["init", "adam", *options]) == 0
    assert capfd.readouterr().out == begun_file(study, study.parent).text
    assert [each.name for each in Path().glob("*.toml")] == []


@pytest.mark.slow
def test_paths_are_those_of_its_folder(study: Path):
    Path("project").mkdir()
    assert cli.run(["init", "adam", "-o", "project/adamgate.toml", "-q"]) == 0
    steps = tomllib.loads(Path("project/adamgate.toml").read_text())["step"]
    assert steps["gate"]["data"] == [study.resolve().as_posix()]
    assert cli.run(["run", "project/adamgate.toml", "-q"]) == 0
    assert Path("project/results/os_km.csv").exists()


@pytest.mark.slow
def test_how_data_are_read_is_set_in_the_file(study: Path, capfd: pytest.CaptureFixture[str]):
    """Text that is not valid in UTF-16, and dates whose order only the user knows."""
    adtte = (study / "adtte.csv").read_text().replace("2024-01-01", "01/01/2024")
    dates = {"2024-01-30": "30/01/2024", "2024-03-01": "01/03/2024", "2024-04-01": "01/04/2024"}
    for iso, day_first in dates.items():
        adtte = adtte.replace(iso, day_first)
    (study / "adtte.csv").write_text(adtte)
    options = ("--date-order", "dmy", "--missing", "NK", "--memory", "1GB")
    assert cli.run(["init", "adam", *options]) == 0
    text = Path("adamgate.toml").read_text()
    document = tomllib.loads(text)
    assert document["settings"] == {"date_order": "dmy", "missing": ["NK"], "memory": "1GB"}
    assert "AVAL = ADT - STARTDT + 1 (days)" in text
    assert ag.run().passed
    assert cli.run(["init", "adam", "--memory", "1", "--force"]) == 2
    assert "where: --memory\n" in capfd.readouterr().err


def test_a_specimen_may_be_written_to_a_file(study: Path):
    assert cli.run(["init", "--derive", "adtte", "-o", "derive.toml"]) == 0
    assert "[derive.ADTTE]" in Path("derive.toml").read_text()


@pytest.mark.parametrize("options", [("adam", "--pipeline"), ("adam", "--derive", "adtte")])
def test_a_folder_and_a_specimen_are_not_given_together(study: Path, options: tuple[str, ...]):
    assert cli.run(["init", *options]) == 2


def test_an_address_is_not_a_folder(study: Path, capfd: pytest.CaptureFixture[str]):
    assert cli.run(["init", "s3://bucket/adam"]) == 2
    assert "an address" in capfd.readouterr().err


# It runs at once


def run_at_once(folder: Path, data: Path, monkeypatch: pytest.MonkeyPatch) -> ag.RunResult:
    monkeypatch.chdir(folder)
    assert cli.run(["init", str(data), "-q"]) == 0
    loaded(Path("adamgate.toml").read_text(), folder)
    return ag.run()


@pytest.mark.slow
def test_it_runs_on_the_study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    shutil.copytree(FIXTURES / "cartitude1", tmp_path / "study", ignore=shutil.ignore_patterns("*.py"))
    result = run_at_once(tmp_path, Path("study"), monkeypatch)
    assert result.passed, result
    summary = pd.read_csv(tmp_path / "results" / "os_km_summary.csv")
    assert summary["median"].iloc[0] == pytest.approx(60.7, abs=0.05)
    assert ag.run().exit_code == 0


@pytest.mark.slow
def test_data_with_errors_fail_the_gate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd):
    monkeypatch.chdir(tmp_path)
    assert cli.run(["init", str(FIXTURES / "cartitude1-broken")]) == 0
    assert "the data fail the gate (9 errors); next: adamgate run" in capfd.readouterr().err
    assert ag.run().exit_code == 1


@pytest.mark.slow
@pytest.mark.parametrize("place", ["adam", "parquet", "."])
def test_it_runs_on_the_pilot(shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str):
    result = run_at_once(tmp_path, shared / "data" / "cdiscpilot" / place, monkeypatch)
    assert result.passed, result
    assert {each.step for each in result.steps} == {"gate", "report", "ttde", "ttde_km"}
    table = pd.read_csv(tmp_path / "results" / "ttde.csv")
    assert (len(table), int(table["event"].sum())) == (254, 152)
