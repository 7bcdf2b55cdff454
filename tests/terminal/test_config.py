"""`adamgate config`: what a user sees of the settings."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from adamgate import cli

FILE = """# how this study is judged
[settings]
fail_on = "warning"
missing = ["NA"]

[rules]
ignore = ["AD0269"]
[rules.ADAE]
ignore = ["AE001"]

[endpoint.OS]
role = "OS"

[[waiver]]
rule = "TTE006"
dataset = "ADTTE"
records = [{ USUBJID = "01-001" }]
reason = "known"
owner = "J. Doe"
expires = 2026-12-31
"""


@pytest.fixture
def run(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path(".git").mkdir()
    Path("adamgate.toml").write_text(FILE, encoding="utf-8")

    def runner(*arguments):
        code = cli.run(["config", *arguments])
        said = capsys.readouterr()
        return code, said.out, said.err

    return runner


def test_without_a_subcommand_it_shows_its_help(run):
    code, out, err = run()
    assert (code, err) == (0, "")
    assert out.startswith("Usage: adamgate config ")
    assert "schema" in out
    assert "show" in out


def test_each_value_comes_from_somewhere(run, monkeypatch):
    monkeypatch.setenv("ADAMGATE_OCCDS", "1.0")
    code, out, err = run("show", "--origin", "--complete", "--ignore", "dates")
    assert (code, err) == (0, "")
    lines = dict(line.split("  # ") for line in out.splitlines() if "  # " in line)
    origins = {key.split(" =")[0].rstrip(): origin for key, origin in lines.items()}
    assert origins["standard"] == "default"
    assert origins["fail_on"] == "adamgate.toml:3"
    assert origins["occds"] == "ADAMGATE_OCCDS"
    assert origins["complete"] == "--complete"
    assert origins["role"] == "adamgate.toml:12"
    assert origins["expires"] == "adamgate.toml:20"
    assert origins["ignore"] == "--ignore"
    assert "AE001" not in out, "an option replaces every list of the file"
    assert '\n[rules]\nignore = ["dates"]  # --ignore\n' in out
    assert out.count("[rules]") == 1


def test_as_json_for_programs(run):
    found = json.loads(run("show", "--format", "json")[1])
    assert found["settings.fail_on"] == {"value": "warning", "origin": "adamgate.toml:3"}
    assert found["settings.encoding"] == {"value": None, "origin": "default"}
    assert found["rules.ADAE.ignore"] == {"value": ["AE001"], "origin": "adamgate.toml:9"}
    assert found["endpoint.OS.role"]["value"] == "OS"
    assert found["waiver.1.records"]["value"] == [{"USUBJID": "01-001"}]


def test_lines_are_those_of_names_as_the_file_has_them(run):
    text = '[rules.adae]\n\nignore = ["AE001"]\n[endpoint.PFS]\nrole = "PFS"\n[endpoint.os]\nrole = "OS"\n'
    Path("adamgate.toml").write_text(text, encoding="utf-8")
    found = json.loads(run("show", "--format", "json")[1])
    assert found["rules.ADAE.ignore"]["origin"] == "adamgate.toml:3"
    assert found["endpoint.PFS.role"]["origin"] == "adamgate.toml:5"
    assert found["endpoint.OS.role"]["origin"] == "adamgate.toml:7"


def test_keys_of_subjects_are_hidden_where_reports_hide_them(run):
    assert "01-001" in run("show")[1]
    for form in ("toml", "json"):
        code, out, _ = run("show", "--no-keys", "--format", form)
        assert code == 0
        assert "01-001" not in out
    assert "# records: not shown" in run("show", "--no-keys")[1]


def test_a_file_beside_the_data_says_how_they_are_read(run):
    Path("jobs").mkdir()
    folder = Path("data").absolute()
    folder.mkdir()
    Path("data/adamgate.toml").write_text('[settings]\ndecimal = ","\nfail_on = "never"\n', encoding="utf-8")
    code, out, err = run("show", "--origin", "data")
    assert code == 0
    assert 'decimal = ","' in out
    assert "# data/adamgate.toml:2" in out
    assert 'fail_on = "warning"' in out
    assert "not used, because it is in the data folder: fail_on of data/adamgate.toml" in err


def test_where_no_file_is_found_it_is_said(run):
    Path("adamgate.toml").unlink()
    code, out, err = run("show")
    assert code == 0
    assert out.startswith("[settings]\n")
    assert err == "note: no adamgate.toml in this folder or above it\n"


def test_what_is_wrong_is_told_with_its_place(run):
    Path("adamgate.toml").write_text("[settings]\nfail_onn = 1\n", encoding="utf-8")
    told = "error: unknown setting 'fail_onn'\n  where: adamgate.toml:2, [settings]\n"
    advice = "  to do: did you mean fail_on?\n  more: adamgate explain unknown-setting\n"
    assert run("show") == (2, "", f"{told}{advice}")
    Path("adamgate.toml").write_text("[settings]\nfail_on = never\n", encoding="utf-8")
    code, out, err = run("show")
    assert (code, out) == (2, "")
    assert "where: adamgate.toml:2, column 11\n" in err


def test_nothing_that_a_terminal_obeys_is_printed(run):
    hostile = '[settings]\nmissing = ["\\u001b[31m", "\\u009b", "a\\nb"]\n[endpoint."\\u001b"]\nrole = "OS"\n'
    Path("adamgate.toml").write_text(hostile, encoding="utf-8")
    for form in ("toml", "json"):
        code, out, _ = run("show", "--origin", "--format", form)
        assert code == 0
        assert out.replace("\n", "").isprintable()


@pytest.mark.slow
def test_the_schema_is_one(run):
    code, out, err = run("schema")
    assert (code, err) == (0, "")
    schema = json.loads(out)
    Draft202012Validator.check_schema(schema)
    assert schema["properties"]["settings"]["properties"]["fail_on"]["default"] == "error"


def test_convert_without_an_output_says_so(run, capsys):
    assert cli.run(["convert", "--to", "csv", "data"]) == 2
    assert "OUT is not given" in capsys.readouterr().err
