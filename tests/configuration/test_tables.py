"""The tables of adamgate.toml beside the settings: what they say, and what a wrong or hostile one is told."""

import json
import tomllib
from dataclasses import fields
from datetime import date
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from syrupy.assertion import SnapshotAssertion

import adamgate as ag
from adamgate.converters.configuration.file_schema import file_schema
from adamgate.converters.configuration.load import load_settings
from adamgate.converters.configuration.registry import TABLE
from adamgate.schemas.options import keys_of
from adamgate.schemas.study.declarations import AdverseEventDeclarations, Role, StudyTable, stated_of

NOTHING: dict[str, str] = {}

WHOLE = """
[rules]
select = ["TTE", "ADAE:AE001"]
ignore = ["censoring, AD02"]
[rules.severity]
TTE011 = "note"
[rules.adae]
ignore = ["AE002"]
[rules.adae.severity]
AE = "warning"

[study]
cut_off = 2024-01-31
population = "ittfl"
nested = [["PPROTFL", "ITTFL"], ["ITTFL", "ENRLFL"]]
recurrent = ["HOSP", "OS"]
[endpoint.OS]
role = "OS"
origin = "RANDDT"
[endpoint.PFSINV]
evaluator = "Investigator"
events = ["pd", "DEATH"]
missed_visits = 1
visit_days = [42, 84]
[source.DEATH]
dataset = "adsl"
date = "DTHDT"
[source.pd]
dataset = "ADRS"
where = "AVALC == 'PD' and ANL01FL == 'Y'"
date = "adt"
[adverse_events]
window_days = 30
worsening = true
safety_population = "saffl"

[[waiver]]
rule = "TTE006"
dataset = "adtte"
records = [{ usubjid = "01-001", ASEQ = 3 }, { USUBJID = "01-002", ADT = 2020-01-31 }]
reason = "known"
owner = "J. Doe"
expires = 2026-12-31
[[waiver]]
rule = "AE001"
dataset = "ADAE"
variable = "AESEV"
values = ["VERY SEVERE", 4]
reason = "known"
owner = "J. Doe"
expires = 2026-12-31

[[rule]]
id = "ACME001"
title = "AVAL is large"
structure = "TTE"
require = "AVAL < 9999"
"""


def is_valid(text: str) -> bool:
    """Whether the JSON Schema takes a file; dates are strings there."""
    document = json.loads(json.dumps(tomllib.loads(text), default=str))
    return Draft202012Validator(file_schema()).is_valid(document)


@pytest.fixture
def loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)

    def load(text: str, **overrides: object):
        Path("adamgate.toml").write_text(text, encoding="utf-8")
        settings = load_settings([tmp_path], overrides=overrides, environ=NOTHING)
        assert is_valid(text), "the schema takes what is read"
        return settings

    return load


def test_everything_that_can_be_said(loaded):
    settings = loaded(WHOLE)
    assert settings.select == ("TTE", "ADAE:AE001")
    assert settings.ignore == ("censoring", "AD02", "ADAE:AE002")
    assert settings.origin("select") == "adamgate.toml"
    said = settings.judging
    assert said.severities == {"TTE011": "note", "ADAE:AE": "warning"}
    declared = said.declarations
    assert (declared.cut_off, declared.population) == (date(2024, 1, 31), "ITTFL")
    assert declared.nested == (("PPROTFL", "ITTFL"), ("ITTFL", "ENRLFL"))
    assert declared.endpoints == {
        "OS": ag.DerivedEndpoint(role="OS", origin="RANDDT", recurrent=True),
        "PFSINV": ag.DerivedEndpoint(
            evaluator="Investigator", events=("PD", "DEATH"), missed_visits=1, visit_days=(42, 84)
        ),
        "HOSP": ag.Endpoint(recurrent=True),
    }
    assert declared.sources == {
        "DEATH": ag.DerivationSource(dataset="ADSL", date="DTHDT"),
        "PD": ag.DerivationSource(dataset="ADRS", where="AVALC == 'PD' and ANL01FL == 'Y'", date="ADT"),
    }
    assert (declared.window_days, declared.worsening, declared.safety_population) == (30, True, "SAFFL")
    one, two, three = said.waivers
    assert (one.record, two.record) == (
        {"USUBJID": "01-001", "ASEQ": 3.0},
        {"USUBJID": "01-002", "ADT": "2020-01-31"},
    )
    assert (one.place, two.place, three.place) == ("waiver 1, record 1", "waiver 1, record 2", "waiver 2")
    assert (three.values, three.variable, three.dataset) == (("VERY SEVERE", 4.0), "AESEV", "ADAE")
    assert [rule.id for rule in said.rules] == ["ACME001"]
    options = settings.gate_options()
    assert set(options) <= set(ag.validate.__kwdefaults__)
    assert options["declarations"] is declared


def test_an_option_replaces_the_names_of_the_file(loaded):
    settings = loaded(WHOLE, ignore=("SL001", "XD001,XD002"), select=())
    assert settings.ignore == ("SL001", "XD001", "XD002")
    assert settings.origin("ignore") == "--ignore"
    assert settings.select == ("TTE", "ADAE:AE001")
    assert loaded(WHOLE, select=("",)).select == ()


def test_every_declaration_can_be_written():
    for declaring in (ag.Endpoint, ag.DateSource):
        assert {each.name for each in keys_of(declaring)} == {each.name for each in fields(declaring)}
    reached = {each.name for table in (StudyTable, AdverseEventDeclarations) for each in keys_of(table)}
    others = {"endpoints", "sources", "terminology", "recurrent"}
    assert {each.name for each in fields(ag.Declarations)} ^ reached == others
    assert keys_of(ag.Endpoint)[0].kind.allowed == Role.__args__


def test_a_report_states_declarations_by_the_keys_of_the_file(loaded):
    stated = stated_of([loaded(WHOLE).judging.declarations])
    assert stated == {
        "cut_off": "2024-01-31",
        "population": "ITTFL",
        "nested": "PPROTFL within ITTFL; ITTFL within ENRLFL",
        "window_days": "30",
        "worsening": "yes",
        "safety_population": "SAFFL",
        "endpoint.OS.role": "OS",
        "endpoint.OS.origin": "RANDDT",
        "endpoint.OS.recurrent": "yes",
        "endpoint.PFSINV.evaluator": "Investigator",
        "endpoint.PFSINV.events": "PD; DEATH",
        "endpoint.PFSINV.missed_visits": "1",
        "endpoint.PFSINV.visit_days": "42; 84",
        "endpoint.HOSP.recurrent": "yes",
        "source.DEATH.dataset": "ADSL",
        "source.DEATH.date": "DTHDT",
        "source.PD.dataset": "ADRS",
        "source.PD.where": "AVALC == 'PD' and ANL01FL == 'Y'",
        "source.PD.date": "ADT",
    }


def test_today_comes_from_the_option_or_the_environment_only(loaded):
    assert loaded("", today="2026-11-22").today == date(2026, 11, 22)
    assert load_settings(environ={"ADAMGATE_TODAY": "2026-11-22"}).today == date(2026, 11, 22)
    with pytest.raises(ag.ConfigurationError, match="today is not a key of this table") as wrong:
        loaded("[settings]\ntoday = 2020-01-01\n")
    assert wrong.value.advice == "use --today or ADAMGATE_TODAY"
    with pytest.raises(ag.ConfigurationError, match="select is not a key of this table") as wrong:
        loaded('[settings]\nselect = ["TTE"]\n')
    assert wrong.value.advice == "write it under [rules], or use --select or ADAMGATE_SELECT"
    with pytest.raises(ag.ConfigurationError, match=r"not a value of today(.|\n)*--today(.|\n)*2026-12-31"):
        loaded("", today="tomorrow")


def test_names_that_no_rule_has_are_told_with_their_place(loaded):
    for text, place in (
        ('[rules]\nignore = ["TTX"]\n', "adamgate.toml, ignore"),
        ('[rules.ADAE]\nselect = ["nope"]\n', "adamgate.toml, select"),
        ('[rules.severity]\nTTX = "note"\n', "adamgate.toml, [rules.severity]"),
    ):
        with pytest.raises(ag.ConfigurationError) as wrong:
            loaded(text).gate_options()
        assert wrong.value.where == place
    with pytest.raises(ag.ConfigurationError) as wrong:
        loaded("", select=("TTX",)).gate_options()
    assert wrong.value.where == "--select, select"


def test_terminology_files_are_beside_the_file_that_names_them(loaded, tmp_path):
    assert loaded('[settings]\nct = "sdtm.txt"\n').ct == (tmp_path / "sdtm.txt",)
    settings = loaded('[settings]\nct = ["sdtm.txt", "adam.xml"]\n')
    assert settings.ct == (tmp_path / "sdtm.txt", tmp_path / "adam.xml")
    with pytest.raises(ag.UnreadableInput):
        settings.gate_options()


WAIVER = '[[waiver]]\nrule = "TTE006"\ndataset = "ADTTE"\nreason = "r"\nowner = "o"\nexpires = 2026-12-31\n'
RULE = '[[rule]]\nid = "ACME001"\ntitle = "t"\nrequire = "AVAL > 0"\n'
SOURCE = '[source.DEATH]\ndataset = "ADSL"\ndate = "DTHDT"\n'
WRONG = {
    "table": "[ruls]\nignore = []\n",
    "rules is no table": "rules = 3\n",
    "key of rules": '[rules]\nignroe = ["TTE"]\n',
    "key of a dataset": '[rules.ADAE]\nignroe = ["TTE"]\n',
    "names are no list": "[rules]\nignore = 3\n",
    "names are no texts": "[rules]\nignore = [3]\n",
    "severity": '[rules.severity]\nTTE = "eror"\n',
    "severity is no table": '[rules]\nseverity = "note"\n',
    "date in quotes": '[study]\ncut_off = "2024-01-31"\n',
    "date with a time": "[study]\ncut_off = 2024-01-31T10:00:00\n",
    "key of study": "[study]\ncutoff = 2024-01-31\n",
    "nested is flat": '[study]\nnested = ["PPROTFL", "ITTFL"]\n',
    "blank name": '[study]\npopulation = " "\n',
    "role": '[endpoint.OS]\nrole = "os"\n',
    "key of endpoint": '[endpoint.OS]\norigins = "RANDDT"\n',
    "endpoint without a name": '[endpoint]\nrole = "OS"\n',
    "endpoint is no table": '[endpoint]\nOS = "OS"\n',
    "window": "[adverse_events]\nwindow_days = -1\n",
    "window is a switch": "[adverse_events]\nwindow_days = true\n",
    "deaths": '[endpoint.PFS]\ndeaths = "events"\n',
    "missed visits": "[endpoint.PFS]\nmissed_visits = -1\n",
    "missed visits are text": '[endpoint.PFS]\nmissed_visits = "2"\n',
    "visit days do not ascend": "[endpoint.PFS]\nvisit_days = [84, 42]\n",
    "visit days are no list": "[endpoint.PFS]\nvisit_days = 56\n",
    "source without a dataset": SOURCE.replace('dataset = "ADSL"\n', ""),
    "event of a source without a date": SOURCE.replace('date = "DTHDT"\n', "")
    + '[endpoint.OS]\nevents = ["DEATH"]\n',
    "source without a name": '[source]\ndataset = "ADSL"\n',
    "derived into another folder": '[derive."../ADTTE"]\n',
    "key of source": SOURCE + "were = \"DTHFL == 'Y'\"\n",
    "condition of a source": SOURCE + "where = \"DTHFL = 'Y'\"\n",
    "code in a source": SOURCE + "where = \"__import__('os').system('id')\"\n",
    "event of another source": SOURCE + '[endpoint.OS]\nevents = ["DEATHS"]\n',
    "event without any source": '[endpoint.OS]\nevents = ["DEATH"]\n',
    "events are no list": SOURCE + '[endpoint.OS]\nevents = "DEATH"\n',
    "waiver without owner": WAIVER.replace('owner = "o"\n', ""),
    "waiver with a blank reason": WAIVER.replace('"r"', '" "'),
    "waiver that expires in quotes": WAIVER.replace("2026-12-31", '"2026-12-31"'),
    "waiver is no list": WAIVER.replace("[[waiver]]", "[waiver]"),
    "waiver of no record": WAIVER + "records = [{}]\n",
    "waiver of records that are texts": WAIVER + 'records = ["01-001"]\n',
    "waiver of a list": WAIVER + "records = [{ USUBJID = [1] }]\n",
    "waiver of a blank": WAIVER + 'records = [{ USUBJID = "" }]\n',
    "waiver of nothing": WAIVER + "records = []\n",
    "waiver of infinity": WAIVER + "values = [inf]\n",
    "waiver of a huge number": WAIVER + f"values = [1{'0' * 400}]\n",
    "key of waiver": WAIVER + 'until = "x"\n',
    "rule without require": RULE.replace('require = "AVAL > 0"\n', ""),
    "rule with an id of ours": RULE.replace("ACME001", "TTE901"),
    "two rules with one id": RULE + RULE,
    "structure": RULE + 'structure = "TTEE"\n',
    "key of rule": RULE + 'requires = "x"\n',
    "code in a rule": RULE + "where = \"__import__('os').system('id')\"\n",
    "attribute in a rule": RULE.replace("AVAL > 0", "AVAL.__class__ == 'x'"),
    "terminal codes": '["\\u001b[31m"]\nx = 1\n',
    "python rules": '[settings]\nrules = "evil.py"\n',
}


@pytest.mark.parametrize("case", WRONG)
def test_what_a_wrong_file_is_told(loaded, case: str, snapshot: SnapshotAssertion):
    with pytest.raises(ag.ConfigurationError) as wrong:
        loaded(WRONG[case])
    assert str(wrong.value) == snapshot
    assert str(wrong.value).replace("\n", "").isprintable()


ONLY_ADAMGATE = {
    "date in quotes", "waiver that expires in quotes", "waiver of infinity", "waiver of a huge number",
    "rule with an id of ours", "two rules with one id", "code in a rule", "attribute in a rule",
    "visit days do not ascend", "condition of a source", "code in a source",
    "event of another source", "event without any source", "event of a source without a date",
}  # fmt: skip
"""What a schema cannot say."""


@pytest.mark.parametrize("case", sorted(set(WRONG) - ONLY_ADAMGATE))
def test_the_schema_refuses_it_too(case: str):
    assert not is_valid(WRONG[case])


def test_a_name_with_blanks_in_brackets_is_refused(loaded):
    for text in ('[rules."A B"]\nignore = ["AD02"]\n', '[endpoint." "]\nrole = "OS"\n'):
        with pytest.raises(ag.ConfigurationError, match="is not a name"):
            loaded(text)
        assert not is_valid(text)


def test_endpoints_are_known_in_any_case(loaded):
    declared = loaded('[endpoint.os]\nrole = "OS"\ngap = 90\n').judging.declarations
    assert declared.endpoints == {"OS": ag.DerivedEndpoint(role="OS", gap=90)}


@pytest.mark.parametrize(
    ("text", "first", "second"),
    [
        ('[endpoint.OS]\nrole = "OS"\n[endpoint.os]\nrole = "PFS"\n', "endpoint.OS", "endpoint.os"),
        ('[rules.ADAE]\nignore = ["AE001"]\n[rules.adae]\nignore = []\n', "rules.ADAE", "rules.adae"),
    ],
)
def test_tables_whose_names_differ_in_case_are_refused(loaded, text: str, first: str, second: str):
    with pytest.raises(ag.ConfigurationError) as wrong:
        loaded(text)
    assert wrong.value.what == f"[{first}] and [{second}] are the same table"
    assert wrong.value.advice == "merge them"


def test_a_key_under_no_table_is_told_where_it_belongs(loaded):
    with pytest.raises(ag.ConfigurationError) as wrong:
        loaded("cut_off = 2024-01-31\n")
    assert wrong.value.advice == "write it under [study]"


@pytest.mark.parametrize(
    "text",
    [
        '[endpoint.OS]\nrole = "OS"\n[endpoint.OS]\ngap = 1\n',
        "[study]\ncut_off = 2024-01-31\ncut_off = 2024-02-29\n",
        "rules.severity = { TTE = 'note', TTE = 'error' }\n",
    ],
)
def test_what_is_given_twice_is_named(loaded, text):
    with pytest.raises(ag.ConfigurationError) as wrong:
        loaded(text)
    assert wrong.value.advice == "each key and table may be given once"


def test_a_huge_or_deep_file_is_refused(loaded):
    with pytest.raises(ag.ConfigurationError, match="more than 4,000,000 bytes"):
        loaded("# " + "x" * 4_000_001)
    with pytest.raises(ag.ConfigurationError, match=r"nested too deeply|is not valid TOML"):
        loaded("x = " + "[" * 100_000)


def test_long_values_are_cut_in_messages(loaded):
    with pytest.raises(ag.ConfigurationError) as wrong:
        loaded(f'[study]\ncut_off = "{"x" * 5000}"\n')
    assert len(str(wrong.value)) < 400


def test_the_study_as_a_whole_is_named_in_parentheses(loaded):
    settings = loaded(
        '[rules."(study)"]\nignore = ["XD021"]\n'
        '[[waiver]]\nrule = "XD013"\ndataset = "(study)"\nreason = "r"\nowner = "o"\nexpires = 2100-01-01\n'
    )
    assert settings.ignore == ("(study):XD021",)
    assert [each.dataset for each in settings.judging.waivers] == ["(study)"]


def test_of_a_key_that_shapes_take_differently_the_page_has_each():
    declared = {each.name: each for each in keys_of(TABLE.options)}
    same_day = declared["same_day"]
    assert same_day.kind.word == '"one", "refuse" or list of texts'
    assert same_day.help.startswith("For counting-process: Several events of a subject on one day")
    assert "; for multi-state: States in the order in which they win" in same_day.help
    assert declared["param"].kind.word == "list of parameter codes"
    assert declared["outside"].help.startswith("Dates outside follow-up")
