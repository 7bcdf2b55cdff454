"""Selections, waivers, baselines and rules of one's own, as the command line has them."""

import json
import re
from pathlib import Path

import jsonschema
import pytest
from syrupy.assertion import SnapshotAssertion

import adamgate as ag
from adamgate.converters.reports.json_document import SCHEMA
from adamgate.converters.terminal.options import STRUCTURES
from adamgate.schemas.standards.structure import Structure

pytestmark = [pytest.mark.slow, pytest.mark.one_version]

VALIDATOR = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))

ADSL = "STUDYID,USUBJID,SUBJID,SITEID,AGE,AGEU,SEX,RACE,ARM,TRT01P\n" + "".join(
    f"S,S-0{n},0{n},007,5{n},YEARS,F,WHITE,A,A\n" for n in (1, 2)
)
ADTTE = "STUDYID,USUBJID,PARAMCD,PARAM,AVAL,CNSR,STARTDT,ADT\n" + "".join(
    f"S,S-0{n},OS,Overall Survival (days),1{n},{n - 1},2020-01-01,2020-01-1{n}\n" for n in (1, 2)
)
WAIVER = """
[[waiver]]
rule = "TTE006"
dataset = "ADTTE"
records = [{ USUBJID = "S-02", PARAMCD = "OS" }]
reason = "agreed with the sponsor"
owner = "J. Doe"
expires = 2099-12-31
"""
OWN = """
[[rule]]
id = "ACME001"
title = "AVAL is above eleven"
severity = "error"
dataset = "ADTTE"
where = "CNSR == 1"
require = "AVAL <= 11"
why = "Because."
fix = "Correct it."
"""


@pytest.fixture
def study(delivered, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A study in ``data/`` whose second AVAL is negative."""
    folder = delivered(adsl=ADSL, adtte=ADTTE.replace(",12,", ",-4,"))
    monkeypatch.setenv("ADAMGATE_TODAY", "2026-11-22")
    return folder


@pytest.fixture
def told(run):
    """The exit code and the document of a validation."""

    def command(*arguments: str) -> tuple[int, dict]:
        code, out, _ = run("validate", "data", "--format", "json", *arguments)
        document = json.loads(out)
        VALIDATOR.validate(document)
        return code, document

    return command


def config(*parts: str) -> None:
    Path("adamgate.toml").write_text("".join(parts), encoding="utf-8")


def head(text: str) -> str:
    """A report up to its datasets, without counts that grow with the rule book."""
    counted = re.sub(r"\d+ (rules?|checks?|passed|not applicable)\b", r"# \1", text)
    return re.sub(r": \d+\)", ": #)", counted).partition("Datasets\n")[0]


def test_select_and_ignore(run, told, study: Path, snapshot: SnapshotAssertion):
    code, document = told("--select", "TTE006,TTE005", "--ignore", "TTE005")
    assert code == 1
    assert {each["rule_id"] for each in document["outcomes"]} == {"TTE006"}
    assert document["counts"]["deselected"] == len(document["terms"]["deselected"]) > 50
    assert (document["terms"]["select_origin"], document["terms"]["ignore_origin"]) == (
        "--select",
        "--ignore",
    )
    code, out, _ = run("validate", "data", "--ignore", "TTE", "--ignore", "ADSL:dates")
    assert code == 0
    assert re.search(r"^Deselected: \d+ checks of \d+ rules \(--ignore TTE: \d+", out, re.M)


def test_what_a_wrong_name_is_told(run, study: Path, snapshot: SnapshotAssertion):
    config('[rules]\nignore = ["censorin"]\n')
    code, out, err = run("validate", "data")
    assert (code, out) == (2, "")
    assert err == snapshot
    assert run("validate", "data", "--ignore", "TTE6")[0] == 2
    assert run("validate", "data", "--ignore", "", "--select", "AE001")[0] == 2, "no rule is left"


def test_a_severity_of_the_file(run, told, study: Path):
    config('[rules.severity]\nTTE006 = "note"\n')
    code, document = told("--select", "TTE006")
    assert code == 0
    assert document["terms"]["severities"] == [{"rules": "TTE006", "severity": "note"}]
    assert "\nSeverity changed: TTE006 note\n" in run("validate", "data")[1]


def test_a_waived_finding_refuses_neither_a_study_nor_a_table(run, told, study: Path, snapshot):
    assert run("validate", "data", "-q", "--select", "TTE006")[0] == 1
    config(WAIVER)
    code, document = told("--select", "TTE006")
    assert code == 0
    assert document["terms"]["judged_on"] == "2026-11-22"
    (waived,) = document["terms"]["waived"]
    assert waived["records"] == document["counts"]["waived"] == 1
    assert head(run("validate", "data", "--select", "TTE006")[1]) == snapshot
    text = run("validate", "data", "--select", "TTE006")[1]
    assert "Waived\n  ADTTE TTE006: 1 record: agreed with the sponsor (J. Doe, until 2099-12-31)\n" in text
    again = told("--select", "TTE006")[1]
    assert again == document


def test_the_gate_of_a_survival_table_has_the_same_settings(run, study: Path):
    (study / "adtte.csv").write_text(ADTTE)
    config(OWN)
    command = ("survival", "data", "--param", "OS", "-o", "os.csv", "--force", "-q")
    code, _, err = run(*command)
    assert code == 1
    assert err.startswith("REFUSED  1 error")
    waiver = WAIVER.replace("TTE006", "ACME001")
    config(OWN, waiver)
    assert run(*command) == (0, "", "")
    gate = json.loads(Path("os.codebook.json").read_text())["gate"]
    assert (gate["verdict"], gate["waived"]) == ("passed", 1)
    assert run(*command, "--today", "2100-01-01")[0] == 1
    assert run(*command, "--today", "2100-01-01", "--ignore", "ACME")[0] == 0


def test_an_expired_and_an_unused_waiver(run, study: Path):
    config(WAIVER)
    code, out, _ = run("validate", "data", "--select", "TTE006", "--today", "2100-01-01")
    assert code == 1
    assert "warning  WV002  waiver 1 (TTE006 in ADTTE, J. Doe) expired on 2099-12-31\n" in out
    config(WAIVER.replace("S-02", "S-99"))
    assert "WV001  waiver 1 (TTE006 in ADTTE, J. Doe) matches no finding\n" in run("validate", "data")[1]
    assert run("explain", "WV001")[1].startswith("WV001  Waiver matches no finding\n")


def test_without_waivers_no_day_is_stated(told, study: Path):
    assert told()[1]["terms"]["judged_on"] is None
    assert told("--today", "2001-01-01")[1] == told()[1]


def test_only_new_findings_refuse(run, told, study: Path):
    assert run("validate", "data", "-q", "-o", "old.json")[0] == 1
    code, document = told("--baseline", "old.json")
    assert code == 0
    assert {each["standing"] for each in document["findings"]} == {"unchanged"}
    (study / "adtte.csv").write_text((study / "adtte.csv").read_text().replace(",11,", ",-3,"))
    code, document = told("--baseline", "old.json")
    assert code == 1
    (finding,) = [each for each in document["findings"] if each["rule_id"] == "TTE006"]
    assert (finding["standing"], finding["new_records"], finding["records"]) == ("new", 1, 2)
    out = run("validate", "data", "--baseline", "old.json", "--select", "TTE006")[1]
    assert "AVAL is negative [AVAL] (changed: 1 new record, 1 in the earlier report)\n" in out
    assert "\n  0 new, 1 changed, " in out
    changed = "AVAL is negative (1 new record, 1 in the earlier report)"
    assert f"\n  changed: ADTTE TTE006 error, 2 records: {changed}\n" in out
    (study / "adtte.csv").write_text(ADTTE)
    code, document = told("--baseline", "old.json")
    assert code == 0
    assert "TTE006" in {each["rule_id"] for each in document["comparison"]["fixed"]}
    out = run("validate", "data", "--baseline", "old.json")[1]
    assert "\nCompared with old.json\n  0 new, " in out
    assert "  fixed: ADTTE TTE006 error, 1 record: " in out


def test_a_baseline_that_is_none(run, study: Path):
    assert run("validate", "data", "--baseline", "none.json")[0] == 3
    Path("old.json").write_text("{}")
    assert run("validate", "data", "--baseline", "old.json")[0] == 3


def test_a_rule_by_conditions(run, told, study: Path):
    config(OWN)
    (study / "adtte.csv").write_text(ADTTE)
    code, document = told("--select", "ACME")
    assert code == 1
    (finding,) = document["findings"]
    assert (finding["rule_id"], finding["title"], finding["records"]) == (
        "ACME001",
        "AVAL is above eleven",
        1,
    )
    assert document["terms"]["own_rules"] == ["ACME001"]
    assert "## Smallest fix\nCorrect it.\n" in run("explain", "acme001")[1]
    assert "ACME001  error" in run("rules", "--dataset", "adtte")[1]
    assert "ACME001" not in run("rules", "--dataset", "adae")[1]
    (entry,) = json.loads(run("rules", "--family", "own", "--format", "json")[1])
    assert (entry["id"], entry["datasets"]) == ("ACME001", ["ADTTE"])


def test_rules_in_python_come_from_the_command_line_only(run, told, study: Path):
    Path("my_rules.py").write_text(
        "import adamgate as ag\nfrom pathlib import Path\nPath('ran').touch()\n"
        "@ag.rule('ACME002', title='always', severity=ag.Severity.ERROR, grain=ag.Grain.DATASET)\n"
        "def always(data):\n    '''Always.'''\n    yield ag.Fault(None, (), 'always')\n"
    )
    config('[settings]\nrules = "my_rules.py"\n')
    assert run("validate", "data")[0] == 2
    assert not Path("ran").exists()
    config()
    assert {
        each["rule_id"] for each in told("--rules", "my_rules.py", "--select", "ACME")[1]["findings"]
    } == {"ACME002"}
    assert run("explain", "ACME002")[0] == 2
    assert run("explain", "ACME002", "--rules", "my_rules.py")[0] == 0
    assert "ACME002" in run("rules", "--rules", "my_rules.py", "--family", "my_rules")[1]
    command = ("survival", "data", "--param", "OS", "-o", "os.csv", "--select", "ACME", "-q")
    assert run(*command, "--rules", "my_rules.py")[0] == 1


def test_examples_of_rules(run, study: Path):
    config(OWN)
    for name, text in (("pass-clean", ADTTE.replace(",12,", ",11,")), ("fail-long", ADTTE)):
        folder = Path("examples/ACME001") / name
        folder.mkdir(parents=True)
        (folder / "adtte.csv").write_text(text)
    code, out, err = run("rules", "test", "examples")
    assert (code, err) == (0, "")
    assert out.splitlines()[-1] == "2 examples of 1 rule: 0 wrong"
    Path("examples/ACME001/fail-long").rename("examples/ACME001/pass-long")
    code, out, err = run("rules", "test", "examples")
    assert code == 1
    assert "WRONG  ACME001/pass-long" in out
    assert "ACME001 has no example expected to fail\n" in out
    assert run("rules", "test", "none")[0] == 2


def test_what_is_declared_is_stated(run, told, study: Path):
    config('[study]\ncut_off = 2024-01-31\n[endpoint.OS]\nrole = "OS"\n')
    document = told()[1]
    assert document["terms"]["declared"] == [
        {"name": "cut_off", "value": "2024-01-31"},
        {"name": "endpoint.OS.role", "value": "OS"},
    ]
    assert "\nDeclared: cut_off 2024-01-31; endpoint.OS.role OS\n" in run("validate", "data")[1]


def test_terminology_of_a_file_judges_before_what_is_built_in(run, told, study: Path):
    assert told("--select", "CT001")[1]["findings"] == []
    names = (
        "Code",
        "Codelist Code",
        "Codelist Extensible (Yes/No)",
        "Codelist Name",
        "CDISC Submission Value",
    )
    rows = [names, ("C66781", "", "No", "Age Unit", "AGEU"), ("C25301", "C66781", "", "Age Unit", "DAYS")]
    Path("SDTM Terminology 2026-03-27.txt").write_text("".join("\t".join(row) + "\n" for row in rows))
    document = told("--select", "CT001", "--ct", "SDTM Terminology 2026-03-27.txt")[1]
    (finding,) = document["findings"]
    assert (finding["variables"], finding["records"]) == (["AGEU"], 2)
    (declared,) = document["terms"]["declared"]
    assert declared["name"] == "terminology"
    assert "2026-03-27" in declared["value"]
    config('[settings]\nct = "SDTM Terminology 2026-03-27.txt"\n')
    assert told("--select", "CT001")[1]["findings"] == document["findings"]
    assert run("validate", "data", "--ct", "none.txt")[0] == 3


@pytest.mark.parametrize("word", STRUCTURES)
def test_rules_of_a_structure(run, word: str):
    code, out, _ = run("rules", "--structure", word)
    assert code == 0
    assert len(out.splitlines()) > 3
    assert word in set(map(str, Structure))


def test_lists_that_cannot_be(run):
    assert run("rules", "--family", "censorin")[0] == 2
    assert run("rules", "--structure", "XX")[0] == 2


LOOSE = """
[settings]
fail_on = "never"
[rules]
select = ["TTE"]
ignore = ["TTE007"]
[rules.severity]
TTE011 = "note"
"""
SAID = (
    r"1 check deselected \(ignore TTE007; from adamgate\.toml\); "
    r"\d+ checks deselected \(select TTE; from adamgate\.toml\); "
    r"severity set: TTE011 note \(from adamgate\.toml\)"
)


def test_the_one_line_that_people_read_names_what_loosened_the_gate(run, study: Path):
    """Also with -q, on stderr beside JSON, and in the line of the gate of a table."""
    (study / "adtte.csv").write_text(ADTTE)
    config(LOOSE)
    line = rf"PASSED  1 warning; {SAID} \(no finding fails the gate, from adamgate\.toml\)\n"
    assert re.fullmatch(line, run("validate", "data", "-q")[1])
    code, out, err = run("validate", "data", "--format", "json")
    assert (code, bool(re.fullmatch(line, err))) == (0, True)
    document = json.loads(out)
    VALIDATOR.validate(document)
    assert [(each["kind"], each["origin"]) for each in document["terms"]["loosened"]] == [
        ("deselected", "adamgate.toml"),
        ("deselected", "adamgate.toml"),
        ("severity", "adamgate.toml"),
        ("fail_on", "adamgate.toml"),
    ]
    code, _, err = run("survival", "data", "--param", "OS", "-o", "os.csv")
    assert code == 0
    gate = rf"  gate: passed with 1 warning \(\w+\); {SAID}; run adamgate validate for details\n"
    assert re.search(gate, re.sub(r"\n {4}", " ", err))
    loosened = json.loads(Path("os.codebook.json").read_text())["gate"]["loosened"]
    assert len(loosened) == 3


WIDE_SEX = (
    "Code,Codelist Code,Codelist Extensible (Yes/No),Codelist Name,CDISC Submission Value\n"
    "C66731,,Yes,Sex,SEX\nC20197,C66731,,Sex,F\nC1,C66731,,Sex,Y\n"
)
EXPIRED = WAIVER.replace("2099-12-31", "2020-12-31")


@pytest.mark.parametrize(
    ("settings", "options", "kind", "origin", "said"),
    [
        ("", ("--ct", "ct.csv"), "terminology", "--ct", "1 codelist widened (SEX extensible; from --ct)"),
        (
            '[settings]\nct = "ct.csv"\n',
            (),
            "terminology",
            "adamgate.toml",
            "1 codelist widened (SEX extensible; from adamgate.toml)",
        ),
        (
            EXPIRED,
            ("--ignore", "WV002"),
            "deselected",
            "",
            "1 check deselected (--ignore WV002)",
        ),
        (
            OWN + EXPIRED.replace("TTE006", "ACME001"),
            ("--today", "2019-01-01"),
            "waived",
            "adamgate.toml",
            "1 record waived (ACME001, as of 2019-01-01 by --today; from adamgate.toml)",
        ),
    ],
    ids=["terminology", "its setting", "rules about waivers", "the day"],
)
def test_whatever_opens_it_is_named(run, study: Path, settings, options, kind, origin, said):
    (study / "adtte.csv").write_text(ADTTE)
    (study / "adsl.csv").write_text(ADSL.replace(",F,", ",Y,"))
    Path("ct.csv").write_text(WIDE_SEX)
    config(settings)
    code, out, err = run("validate", "data", "--format", "json", *options)
    assert code == 0
    assert f"; {said} (fails on: error)\n" in err
    assert run("validate", "data", "-q", *options)[1] == err
    document = json.loads(out)
    VALIDATOR.validate(document)
    assert [
        (each["kind"], each["origin"] or "", each["statement"]) for each in document["terms"]["loosened"]
    ] == [(kind, origin, said)]
    code, _, err = run("survival", "data", "--param", "OS", "-o", "os.csv", *options)
    assert code == 0
    assert f"; {said}; run adamgate" in re.sub(r"\n {4}", " ", err)
    assert json.loads(Path("os.codebook.json").read_text())["gate"]["loosened"] == [said]


def test_an_older_standard_is_named_with_what_it_leaves_out(run, study: Path):
    (study / "adtte.csv").write_text(ADTTE)
    fewer = r"\d+ checks? fewer than for ADaMIG 1\.3"
    said = rf"; checked against ADaMIG 1\.1: {fewer} \(from --standard\) \(fails on"
    assert re.search(said, run("validate", "data", "-q", "--standard", "adamig-1.1")[1])
    assert "checked against" not in run("validate", "data", "-q", "--standard", "adamig-1.3")[1]


@pytest.mark.parametrize("place", ["withheld.csv", "data/dm_old.csv", "data/more/adsl.csv"])
def test_the_line_of_the_gate_names_a_dataset_that_is_not_present(run, study: Path, place: str):
    """Withheld, renamed, or in a folder below."""
    (study / "adtte.csv").write_text(ADTTE)
    Path(place).parent.mkdir(exist_ok=True)
    (study / "adsl.csv").rename(place)
    command = ("survival", "data", "--param", "OS", "-o", "os.csv")
    code, _, err = run(*command)
    assert code == 0
    said = re.search(
        r"  gate: passed with .*?; (\d+) checks not applicable \(not present: ADSL, ",
        re.sub(r"\n {4}", " ", err),
    )
    assert said
    gate = json.loads(Path("os.codebook.json").read_text())["gate"]
    assert gate["undelivered"] == int(said[1])
    assert gate["not_present"][0] == "ADSL"
    code, _, err = run(*command, "--force", "--complete")
    assert code == 1
    assert f", {said[1]} checks not run" in err.partition("\n")[0]
    assert run("validate", "data", "-q", "--complete")[1].partition("\n")[0] == err.partition("\n")[0]
    config("[settings]\ncomplete = true\n")
    assert run(*command, "--force")[0] == 1
    assert run(*command, "--force", "--no-complete")[0] == 0


def test_words_read_as_missing_loosen_the_gate(run, study: Path, monkeypatch: pytest.MonkeyPatch):
    """They can hide what rules judge: here a sex that no codelist has."""
    (study / "adtte.csv").write_text(ADTTE)
    (study / "adsl.csv").write_text(ADSL.replace(",F,", ",Y,"))
    said = r"2 values read as missing \(Y; from {}\)"
    strict = run("validate", "data", "-q", "--fail-on", "warning", "--select", "CT001", "--missing", "NR")
    assert strict[0] == 1
    assert "read as missing" not in strict[1], "no value is such a word"
    for origin, command in (
        ("--missing", ("--missing", "Y")),
        ("ADAMGATE_MISSING", ()),
        (r"adamgate\.toml", ()),
    ):
        if origin == "ADAMGATE_MISSING":
            monkeypatch.setenv(origin, "Y")
        if origin.endswith("toml"):
            monkeypatch.delenv("ADAMGATE_MISSING")
            config('[settings]\nmissing = ["Y"]\n')
        assert re.search(said.format(origin), run("validate", "data", "-q", *command)[1])
        _, out, err = run("validate", "data", "--format", "json", *command)
        assert re.search(said.format(origin), err)
        document = json.loads(out)
        VALIDATOR.validate(document)
        (loosened,) = document["terms"]["loosened"]
        assert (loosened["kind"], loosened["origin"]) == ("missing", origin.replace("\\", ""))
        assert [each["message"] for each in document["notes"] if each["dataset"] == "ADSL"] == [
            "Y read as missing: 2 values of SEX"
        ]
        code, _, err = run("survival", "data", "--param", "OS", "-o", "os.csv", "--force", *command)
        assert code == 0
        assert re.search(rf"  gate: passed.*; {said.format(origin)}; ", re.sub(r"\n {4}", " ", err))
        gate = json.loads(Path("os.codebook.json").read_text())["gate"]
        assert [bool(re.fullmatch(said.format(origin), each)) for each in gate["loosened"]] == [True]


def test_in_python_too(study: Path):
    (study / "adtte.csv").write_text(ADTTE)
    read = ag.read(study, missing="F")
    said = "2 values read as missing (F)"
    assert said in ag.render(ag.validate(read), "text").splitlines()[0]
    assert ag.survival(read, "OS").codebook.gate.loosened == (said,)


def test_a_delivery_does_not_decide_how_it_is_judged(run, study: Path):
    """The same settings in the folder that is judged: said once, with what to do; nothing is loosened."""
    (study / "adamgate.toml").write_text(LOOSE)
    code, verdict, note = run("validate", "data", "-q")
    assert code == 1
    assert note == (
        "note: not used, because it is in the data folder: fail_on, [rules] of data/adamgate.toml; "
        "to use it, give it with --config\n"
    )
    assert verdict.startswith("REFUSED  1 error")
    assert run("survival", "data", "--param", "OS", "-o", "os.csv")[0] == 1
    assert run("describe", "data")[2] == ""
    named = run("validate", "data", "-q", "--config", "data/adamgate.toml")
    assert named[0] == 0
    assert "(select TTE; from data/adamgate.toml)" in named[1]
