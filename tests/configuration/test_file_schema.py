"""The JSON Schema of adamgate.toml takes what the parser takes, and refuses what it refuses."""

import json
import re
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

import adamgate as ag
from adamgate.converters.configuration.file_schema import file_schema
from adamgate.converters.configuration.load import load_settings
from adamgate.converters.configuration.registry import TABLES
from adamgate.converters.configuration.shown import as_toml, shown, toml_value
from adamgate.converters.configuration.tables import LISTED, NAMED, ONE, ONE_AND_NAMED, Table, entries_of
from adamgate.converters.configuration.values import jobs, path, paths, scheduler, size
from adamgate.converters.survival.shapes.one_record import OneRecordOptions
from adamgate.schemas.kinds import Choice, TableOf, constant, days, name, switch, text, words
from adamgate.schemas.options import keys_of, option

ROOT = Path(__file__).parents[2]
SCHEMA = Draft202012Validator(file_schema())
TOML = re.compile(r"^```toml\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def as_in_json(document):
    return json.loads(json.dumps(document, default=str))


def is_taken(document, tables=TABLES):
    try:
        entries_of(document, tables, "adamgate.toml")
    except ag.ConfigurationError:
        return False
    return True


@pytest.mark.slow
def test_it_is_a_schema_that_describes_every_key():
    Draft202012Validator.check_schema(SCHEMA.schema)
    for table in TABLES:
        for each in keys_of(table.options):
            assert each.help[0].isupper(), each.name
            assert each.help.endswith("."), each.name
            assert len(each.help) > 10


def test_it_takes_every_example_of_the_pages(root):
    pages = [root / "README.md", *sorted((root / "docs").glob("*.md"))]
    examples = [found for page in pages for found in TOML.findall(page.read_text(encoding="utf-8"))]
    examples.append((root / "docs" / "example.toml").read_text(encoding="utf-8"))
    assert len(examples) > 4
    for example in examples:
        document = tomllib.loads(example)
        SCHEMA.validate(as_in_json(document))
        assert is_taken(document), example


FILES = sorted(
    each.relative_to(ROOT).as_posix()
    for folder in ("docs", "fixtures", "converters/configuration/specimens")
    for each in (ROOT / folder).rglob("*.toml")
)


def test_there_are_files_of_every_folder():
    assert len(FILES) > 25
    assert {each.partition("/")[0] for each in FILES} == {"docs", "fixtures", "converters"}


@pytest.mark.parametrize("file", FILES)
def test_it_takes_every_file(file):
    document = tomllib.loads((ROOT / file).read_text(encoding="utf-8"))
    SCHEMA.validate(as_in_json(document))
    assert is_taken(document)


TAPLO = Path(sys.executable).with_name("taplo")
"""The language server of editors for TOML, which is a command, too."""
EDITED = {
    "[settings]\nfail_on = 'error'\n": "",
    "[settings]\nfail_onn = 'error'\n": "'fail_onn' was unexpected",
    "[settings]\nstandard = 'adamig-9.9'\n": '"adamig-9.9" is not one of',
    "[settings]\nrecursive = 'yes'\n": '"yes" is not of type "boolean"',
    "[endpoint.OS]\nrole = 'overall'\n": '"overall" is not one of',
}


@pytest.mark.slow
@pytest.mark.one_version
@pytest.mark.skipif(not TAPLO.exists(), reason="taplo is not installed")
@pytest.mark.parametrize(("text", "said"), EDITED.items(), ids=str)
def test_editors_check_a_file_by_its_first_line(tmp_path, text, said):
    (tmp_path / "adamgate.schema.json").write_text(json.dumps(file_schema()))
    (tmp_path / "adamgate.toml").write_text(f"#:schema ./adamgate.schema.json\n{text}")
    asked = [TAPLO, "lint", "adamgate.toml"]
    ran = subprocess.run(asked, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (ran.returncode == 0) is (said == "") is is_taken(tomllib.loads(text))
    assert said in ran.stderr


VALID = {
    "encoding": st.sampled_from(["utf-8", "wlatin1", 1252]),
    "max_unpacked": st.sampled_from(["4GB", " 12 kb ", "0001B", "0.5TB"]),
    "memory": st.sampled_from(["5B", "1.5gb", "256MB"]),
    "cut_off": st.dates(),
    "expires": st.dates(),
    "missing": st.sampled_from(["NA", ["NA", "."], []]),
    "ct": st.sampled_from(["a.txt", ["a.txt", "b.xml"], []]),
    "severity": st.sampled_from([{}, {"TTE": "note", "AD02": "error"}]),
    "nested": st.sampled_from([[["PPROTFL", "ITTFL"]], [["A", "B"], ["B", "C"]]]),
    "records": st.lists(
        st.dictionaries(st.sampled_from(["USUBJID", "aseq"]), st.sampled_from(["01", 3, 0.5]), min_size=1),
        min_size=1,
        max_size=2,
    ),
    "values": st.lists(st.sampled_from(["X", 4, -0.5]), min_size=1, max_size=2),
    "id": st.sampled_from(["ACME001", "ACME002"]),
    "require": st.just("AVAL > 0"),
    "where": st.just("CNSR == 0"),
    "role": st.sampled_from(["OS", "PFS"]),
    "deaths": st.sampled_from(["event", "censored"]),
    "date_forms": st.sampled_from([["DD-MMM-YYYY"], ["MM/YYYY", "x"]]),
    "events": st.lists(st.sampled_from(["DTH", "pd"]), min_size=1, max_size=2),
    "structure": st.just("TTE"),
    "severity of a rule": st.just("note"),
    "standard": st.sampled_from(["adamig-1.0", "adamig-1.3"]),
    "occds": st.just("1.0"),
    "fail_on": st.sampled_from(["never", "note"]),
    "date_order": st.just("dmy"),
    "decimal": st.just(","),
    "unit": st.sampled_from(["days", "months"]),
    "aval_unit": st.just("weeks"),
    "conf_type": st.just("log"),
    "cause": st.sampled_from([["death: AVAL > 1"], ["a: X == 1", "b: X == 2"]]),
    "measure": st.just("eair"),
    "interval": st.just("byar"),
}
OF_RAW = {
    "encoding": st.just("cp1252"),
    "files": st.sampled_from([["ae.csv"], ["ae_*.csv", "x.xlsx#AE"]]),
    "header_lines": st.sampled_from([["names"], ["labels", "names"]]),
    "delimiter": st.sampled_from(["tab", ";"]),
    "terms": st.sampled_from([{"1": "M", "2": " F "}]),
    "long": st.sampled_from([[{"RESULT": "SYS_BP", "TEST": {"value": "SYSBP"}}], [{"A": "B"}, {"A": "C"}]]),
    "wide": st.just({"by": ["SUBJECT"], "name": "ITEM", "value": "VALUE"}),
}
"""Keys of raw files, some of which other tables have, too, with other values."""
BY_WORD = {
    "table of columns": st.sampled_from(
        [
            {"AETERM": "IT.AETERM"},
            {"AESER": {"column": "SER", "map": {"Yes": "Y", "": "U", "UNK": ""}, "otherwise": "missing"}},
            {"vsstresn": {"column": "W", "number": True, "unit": "U", "factors": {"kg": 1, "LB": 0.45}}},
            {"RFSTDTC": {"lookup": "EX.EXSTDTC", "take": "earliest"}, "DMDY": {"day_of": "DMDTC"}},
        ]
    ),
    "text": st.sampled_from(["known", "x\ty", "ä \u2028 \x7f"]),
    "name": st.sampled_from(["ADTTE", "saffl"]),
    'name or "none"': st.sampled_from(["LSTALVDF", "none"]),
    "name or list of names": st.sampled_from(["ADLB", ["ADLB", "advs"]]),
    "true or false": st.booleans(),
    "number of days": st.integers(0, 999),
    "whole number": st.integers(0, 9),
    "list of numbers of days": st.sampled_from([[56], [42, 84, 168]]),
    "address of a Dask scheduler": st.sampled_from(["tcp://10.0.0.5:8786", "tls://[::1]:1"]),
    "positive integer": st.sampled_from([1, 2, 256, "4"]),
    "list of terms": st.lists(st.sampled_from(["CR", "sCR"]), min_size=1, max_size=2),
    "list of names": st.lists(st.sampled_from(["OS", "pfs"]), min_size=1, max_size=2),
    "list of exact texts": st.sampled_from([["NA"], [" . ", ""]]),
    "SHA-256": st.sampled_from(["0" * 64, "aB" * 32]),
    "column": st.sampled_from(["IT.AETERM", " x "]),
    "list of columns": st.sampled_from([["IT.AETERM"], ["A", " b "]]),
    "list of texts": st.lists(st.sampled_from(["TTE", "ADAE:AD02, dates"]), max_size=2),
    "number": st.sampled_from([6, 0.5]),
    "list of numbers": st.sampled_from([[6], [6, 12.5]]),
    "list of parameter codes": st.sampled_from([["OS"], ["OS", "PFS"]]),
    "path": st.sampled_from(["a.txt", "../b"]),
    "list of paths": st.sampled_from([["raw"], ["raw", "../b.csv"]]),
    "0 or 1": st.sampled_from([0, 1]),
    "table of text": st.sampled_from([{}, {"AVAL": "Days"}]),
    "table of whole number": st.sampled_from([{}, {"CR": 1}]),
    "table of name": st.sampled_from([{}, {"TRTP": "TRT01P"}]),
    "table of text, number or { variable = NAME }": st.sampled_from(
        [{}, {"EVNTDESC": "Death", "CNSR": 2, "DTHCAUS": {"variable": "DTHCAUS"}}]
    ),
    "text, number or { variable = NAME }": st.sampled_from(["Death", 2, {"variable": "DTHCAUS"}]),
    "table of text, number or date": st.sampled_from([{}, {"F": 1, "M": "male"}]),
    'text or ""': st.sampled_from(["AVERAGE", ""]),
    'table of text, number or ""': st.sampled_from([{}, {"WEEK 2": 2, "RETRIEVAL": ""}]),
    'text, number, "" or { variable = NAME }': st.sampled_from(["", 2, {"variable": "VISIT"}]),
    "list of states": st.sampled_from([["alive", "dead"], ["a", "b", "c"]]),
    "list of transitions": st.sampled_from(
        [
            ["alive -> dead: OS"],
            [
                "a, b -> dead: PFS: CNSR == 0",
                {"from": "a", "to": "b", "parameter": "PFS", "where": "CNSR == 0"},
            ],
            [{"from": ["a", "b"], "to": "c", "dataset": "adrs", "date": "ADT"}],
        ]
    ),
    "text or table of text": st.sampled_from(["OS", {"alive": "PFS"}]),
    "list of tables of time-varying covariates": st.sampled_from(
        [[], [{"name": "ALT", "dataset": "ADLB"}], [{"name": "A", "dataset": "adlb", "same_day": "mean"}]]
    ),
    "list of cases": st.sampled_from([[{"where": "AGE < 65", "value": "<65"}]]),
}
BY_WORD_FIRST = ("list of terms", "table of text")
"""Kinds of keys that share their name with a key of another kind."""
WILD = st.one_of(
    st.booleans(),
    st.integers(-3, 3),
    st.just(0.5),
    st.text(" aAä\n,", max_size=3),
    st.sampled_from(["note", "TTE", "mdy", "4GB", "0", "4 gB", "x" * 20]),
    st.sampled_from(
        [[], {}, ["ADSL"], [3], [["A", "B"]], [["A"]], [{}], [{"A": "x"}], [{"A": []}], {"a": 1}]
    ),
)
NOT_WILD = {"encoding": st.sampled_from(["utf-8", 437, True, 0.5, [], {}])}
"""Which encodings there are, only adamgate knows."""


def valid(key, table):
    if key.name == "severity" and table.form is LISTED:
        return VALID["severity of a rule"]
    if key.name in ("severity", "events") and key.kind is name:
        return BY_WORD["name"]
    if table.name in ("raw", "codes") and key.name in OF_RAW:
        return OF_RAW[key.name]
    if key.name in VALID and key.kind.word not in BY_WORD_FIRST:
        return VALID[key.name]
    if isinstance(key.kind, Choice):
        return st.sampled_from(key.kind.allowed)
    return BY_WORD[key.kind.word]


def content(table, *, wild):
    if not table.variants:
        return content_of(table, keys_of(table.options), wild=wild)
    first, *_ = table.variants
    return st.one_of(
        st.builds(
            lambda given, stated, name=name: (
                given | ({table.variant: name} if stated or name != first else {})
            ),
            content_of(table, keys_of(declaring), wild=wild),
            st.booleans() if name == first else st.just(True),
        )
        for name, declaring in table.variants.items()
    )


def content_of(table, keys, *, wild):
    values = {each.name: valid(each, table) for each in keys}
    if wild:
        values = {
            key: st.one_of(value, value, value, NOT_WILD.get(key, WILD)) for key, value in values.items()
        }
    needed = {each.name: values[each.name] for each in keys if each.required}
    others = {each.name: values[each.name] for each in keys if not each.required}
    if wild:
        return st.one_of(
            st.fixed_dictionaries(needed, optional=others),
            st.fixed_dictionaries({}, optional=values | {"unknown": WILD}),
        )
    return st.fixed_dictionaries(needed, optional=others)


def written(table, *, wild):
    one = content(table, wild=wild)
    names = st.sampled_from(["ADAE", "os", *(["A B", " "] if wild else [])])
    named = st.dictionaries(names, one, max_size=2)
    if table.form is LISTED:
        made = st.lists(one, max_size=2)
    elif table.form is NAMED:
        made = named
    elif table.form is ONE_AND_NAMED:
        made = st.tuples(one, named).map(lambda pair: pair[0] | pair[1])
    else:
        made = one
    return st.one_of(made, made, WILD) if wild else made


def documents(*, wild):
    tables = {each.name: written(each, wild=wild) for each in TABLES}
    return st.fixed_dictionaries({}, optional=tables | ({"setings": WILD} if wild else {}))


@pytest.mark.slow
@given(documents(wild=True))
@settings(max_examples=settings.default.max_examples * 4)
def test_schema_and_parser_agree_on_every_file(document):
    assert SCHEMA.is_valid(as_in_json(document)) is is_taken(document)


@pytest.mark.slow
@given(documents(wild=False))
@settings(max_examples=settings.default.max_examples)
def test_schema_and_parser_take_every_file_that_is_right(document):
    assert is_taken(document)
    SCHEMA.validate(as_in_json(document))


def as_file(document):
    """A file of a document, table by table."""
    return "".join(f"{key} = {toml_value(each)}\n" for key, each in document.items())


@pytest.mark.slow
@given(documents(wild=False))
@settings(max_examples=settings.default.max_examples * 60 // 100)
def test_what_is_shown_says_the_same_again(tmp_path_factory, document):
    """What `config show` prints is a file with the same settings."""
    ids = [each["id"] for each in document.get("rule", [])]
    if len(ids) > len(set(ids)):
        return
    for endpoint in document.get("endpoint", {}).values():
        for each in endpoint.get("events", []):
            document.setdefault("source", {}).setdefault(each.upper(), {"dataset": "ADAE", "date": "ASTDT"})
    document.get("settings", {}).pop("show_keys", None)  # without keys, waivers are not shown whole
    folder = tmp_path_factory.mktemp("shown")
    first, second = folder / "first.toml", folder / "second.toml"
    first.write_text(as_file(document), encoding="utf-8")
    before = load_settings((), first, {}, {})
    printed = as_toml(shown(before), origins=True)
    assert printed.replace("\n", "").isprintable()
    second.write_text(printed, encoding="utf-8")
    after = load_settings((), second, {}, {})
    found = {"judging", "entries", "origins", "file", "with_data", "without_effect"}
    for each in set(before.__dict__) - found:
        assert getattr(after, each) == getattr(before, each)
    if before.judging and after.judging:
        assert replace_places(after.judging) == replace_places(before.judging)
    else:
        assert before.judging is after.judging is None


def replace_places(judging):
    rules = [(rule.id, rule.title, rule.severity, rule.scope, rule.arguments) for rule in judging.rules]
    declared = judging.declarations or ag.Declarations()
    return judging.select, judging.ignore, judging.severities, declared, judging.waivers, rules


@dataclass(frozen=True)
class Pipeline:
    keep_days: int = option(days, "Days for which results of steps are kept.", default=30)


def test_a_table_that_comes_is_one_line():
    """Its keys are parsed, named in messages, and in the schema, with no other change."""
    tables = (
        *TABLES,
        Table("pipeline", Pipeline, "Steps.", ONE),
        Table("curve", OneRecordOptions, "A survival table.", NAMED),
    )
    document = {"pipeline": {"keep_days": 7}, "curve": {"os": {"param": "OS", "unit": "months"}}}
    assert not is_taken(document)
    pipeline, table = entries_of(document, tables, "adamgate.toml")
    assert pipeline.options == Pipeline(7)
    assert (table.name, table.options) == ("OS", OneRecordOptions("OS", unit="months"))
    assert Draft202012Validator(file_schema(tables)).is_valid(document)
    with pytest.raises(ag.ConfigurationError, match=r"unknown setting 'keep_day'(.|\n)*keep_days"):
        entries_of({"pipeline": {"keep_day": 7}}, tables, "adamgate.toml")
    with pytest.raises(ag.ConfigurationError, match=r"where: adamgate.toml, \[curve.os\]\n.*param"):
        entries_of({"curve": {"os": {}}}, tables, "adamgate.toml")


ODD = st.one_of(
    st.text("0123456789 KMGTBkb\n\x00ä", max_size=6),
    st.integers(-5, 10**13),
    st.booleans(),
    st.floats(0.1, 0.9),
    st.lists(st.text("ab \x00", max_size=2), max_size=2),
    st.dictionaries(st.text("ab", max_size=1), st.text(" a", max_size=2), max_size=1),
)


@pytest.mark.parametrize(
    "kind",
    [size, jobs, scheduler, path, paths, text, name, days, switch, constant, words, TableOf(name, "x")],
)
@given(value=ODD)
def test_a_kind_and_its_schema_agree(kind, value):
    try:
        kind(value)
    except ValueError:
        taken = False
    else:
        taken = True
    assert Draft202012Validator(dict(kind.schema)).is_valid(value) is taken
