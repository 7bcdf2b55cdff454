"""What a notebook or a log shows of an object: a dozen lines at most, safe text, and no values of records."""

import json
import re
from dataclasses import fields, is_dataclass
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from package_modules import modules_of_the_package

import adamgate as ag
from adamgate.schemas.gate.lending import LentDataset
from adamgate.schemas.gate.validate import judge
from adamgate.schemas.glance import LINES, Glanced
from adamgate.schemas.standards.terminology import BUILT_IN, Codelist
from adamgate.schemas.study.dataset import Dataset
from adamgate.schemas.study.study import Study
from adamgate.schemas.study.variable import ReadingNote, Source, Variable

HOSTILE = "<script>alert(1)</script>\x1b[31m\x00\u202e\r\n" + "long " * 100


def shown(thing: object) -> list[str]:
    """Everything that is shown of an object: its repr, and its HTML where it has one."""
    return [repr(thing), *([thing._repr_html_()] if hasattr(thing, "_repr_html_") else [])]


class Tags(HTMLParser):
    """The tags of a page, which must be a small table and nothing else."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()
        self.open: list[str] = []

    def handle_starttag(self, tag, attrs):
        assert not attrs
        self.seen.add(tag)
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def assert_short_and_safe(thing: Glanced) -> None:
    text, html = shown(thing)
    lines = text.split("\n")
    assert len(lines) <= LINES == 12
    assert all(line.isprintable() and len(line) <= 400 for line in lines)
    assert html.isprintable()
    tags = Tags()
    tags.feed(html)
    assert tags.seen <= {"table", "caption", "tbody", "tr", "td", "br"}
    assert not tags.open
    assert html.count("<tr>") + html.count("<br>") + 1 == len(lines)


def objects_of(study: Study, paramcd: str) -> list[Glanced]:
    report = ag.validate(study)
    table = ag.survival(study, paramcd=paramcd, gate=False)
    descriptions = [ag.describe(each) for each in study]
    return [study, *study, report, table, table.codebook, *descriptions]


# What is shown


def test_a_study_shows_its_datasets(root: Path, monkeypatch):
    monkeypatch.chdir(root)
    study = ag.read("fixtures/cartitude1")
    assert repr(study).split("\n") == [
        "Study: 3 datasets, 790 records",
        "  ADAE   404 records  38 variables  Adverse Events Analysis (synthetic)",
        "  ADSL   97 records   44 variables  Subject-Level Analysis (synthetic)",
        "  ADTTE  289 records  21 variables  Time-to-Event Analysis (synthetic)",
    ]
    assert repr(study["ADTTE"]).split("\n") == [
        "Dataset ADTTE: Time-to-Event Analysis (synthetic)",
        "  structure  TTE",
        "  records    289",
        "  variables  21: STUDYID, USUBJID, SUBJID, SITEID, ASEQ, SAFFL, … 15 more",
        "  source     fixtures/cartitude1/adtte.xpt, XPT v5",
    ]


@pytest.mark.slow
def test_a_report_shows_its_verdict_and_its_first_findings(root: Path):
    report = ag.validate(ag.read(root / "fixtures" / "cartitude1-broken"))
    lines = repr(report).split("\n")
    assert lines[:4] == [
        "Report REFUSED: 9 errors, 1 warning, 1 note (fails on: error)",
        "  3 datasets, 315 checks: 202 passed, 10 failed, 103 not applicable, 0 not run",
        "  error  XD001   ADAE   4 records   Subject is not in ADSL",
        "  error  TTE007  ADTTE  4 records   AVAL is inconsistent with ADT and STARTDT",
    ]
    assert lines[-1] == "  … 2 more"
    assert len(lines) == LINES
    passed = ag.validate(ag.read(root / "fixtures" / "cartitude1"))
    assert repr(passed).startswith("Report PASSED: no findings (fails on: error)\n")


@pytest.mark.slow
def test_a_table_shows_its_counts(root: Path):
    table = ag.survival(ag.read(root / "fixtures" / "cartitude1"), paramcd="OS", unit="months")
    assert repr(table).split("\n") == [
        "AnalysisTable of ADTTE OS",
        "  subjects  97: 52 events, 45 censored",
        "  duration  in months: AVAL",
        "  gate      passed",
        "  columns   USUBJID, duration, event, CNSR, reason",
    ]
    assert repr(table.codebook).split("\n")[1:] == repr(table).split("\n")[1:-1]


def test_what_has_nothing_in_it():
    empty = Dataset.from_frame(pd.DataFrame(), "ADSL")
    for thing in (Study.of(), Study.of(empty), empty, ag.validate(Study.of(empty)), ag.describe(empty)):
        assert_short_and_safe(thing)
    assert repr(Study.of()) == "Study: 0 datasets, 0 records"


@pytest.mark.parametrize("number", [10, 11, 12, 13, 60])
def test_only_the_first_of_many_are_shown(number: int):
    names = [f"AD{each:03}" for each in range(number)]
    study = Study.of(*(Dataset.from_frame(pd.DataFrame({"A": ["x"]}), name) for name in names))
    assert_short_and_safe(study)
    text = repr(study)
    listed = [name for name in names if name in text]
    assert listed == names[: 11 if number <= 11 else 10]
    assert (f"… {number - 10} more" in text) is (number > 11)


# Names and labels of strangers


def test_hostile_names_and_labels_are_harmless():
    dataset = Dataset(
        name="ADTTE",
        frame=pd.DataFrame({HOSTILE: ["x"], "USUBJID": ["y"]}),
        variables=(Variable(HOSTILE, label=HOSTILE, format=HOSTILE), Variable("USUBJID")),
        label=HOSTILE,
        source=Source(Path("\x1b]0;title\x07<b>.csv"), HOSTILE),
        notes=(ReadingNote("ADTTE", HOSTILE, HOSTILE),),
    )
    named = Dataset(HOSTILE.upper(), pd.DataFrame({"A": ["x"]}), (Variable("A"),), label=HOSTILE)
    study = Study.of(dataset, named)
    for thing in (study, dataset, named, ag.describe(dataset), ag.validate(study)):
        assert_short_and_safe(thing)
    rule = ag.condition_rule("ACME001", title=HOSTILE, require="A == 'y'", datasets=["ADXX"])
    ours = Study.of(Dataset.from_frame(pd.DataFrame({"A": ["x"]}), "ADXX"))
    report = ag.validate(ours, extra_rules=[rule])
    assert HOSTILE in {each.title for each in report.findings}
    assert_short_and_safe(report)
    for thing in (rule, *dataset.notes, *dataset.variables, Codelist(HOSTILE, HOSTILE, True, (HOSTILE,))):
        assert repr(thing).isprintable()


# No values of records

LETTERS = st.text("ぁあぃいぅうぇえぉおかがきぎ", min_size=1, max_size=8)
NUMBERS = st.integers(70_000_001, 79_999_999).map(float)
DATES = st.dates(date(1911, 1, 1), date(1919, 12, 31))


@st.composite
def studies(draw: st.DrawFn) -> tuple[Study, set[str]]:
    """A study with time-to-event data, and everything that is in its records."""
    size = draw(st.integers(1, 6))
    several = {"min_size": size, "max_size": size}
    days = draw(st.lists(DATES, **several))
    columns = {
        "USUBJID": draw(st.lists(LETTERS, **several, unique=True)),
        "PARAMCD": ["OS"] * size,
        "AVAL": draw(st.lists(NUMBERS, **several)),
        "CNSR": draw(st.lists(st.sampled_from([0.0, 1.0]), **several)),
        "EVNTDESC": draw(st.lists(LETTERS, **several)),
        "ADT": np.array(days, dtype="datetime64[s]"),
        "SEX": draw(st.lists(LETTERS, **several)),
        "TRTEMFL": draw(st.lists(LETTERS, **several)),
    }
    frame = pd.DataFrame(columns)
    study = Study.of(
        Dataset.from_frame(frame, "ADTTE"), Dataset.from_frame(frame.drop(columns="PARAMCD"), "ADSL")
    )
    texts = {text for name in ("USUBJID", "EVNTDESC", "SEX", "TRTEMFL") for text in columns[name]}
    return study, texts | {f"{value:.0f}" for value in columns["AVAL"]} | {day.isoformat() for day in days}


@pytest.mark.slow
@settings(
    max_examples=settings.default.max_examples * 25 // 100, suppress_health_check=[HealthCheck.too_slow]
)
@given(studies())
def test_no_value_of_a_record_is_shown(made):
    study, values = made
    report = ag.validate(study, show_values=True)
    things = [study, *study, report, *report.outcomes, *(ag.describe(each) for each in study)]
    things += [example for finding in report.findings for example in finding.examples]
    things += [study["ADTTE"].distinct(name) for name in study["ADTTE"].names]
    things.append(ag.survival(study, paramcd="OS", aval_unit="days", gate=False, allow_no_events=True))
    text = "".join(part for thing in things for part in shown(thing))
    assert not [value for value in values if value in text]


def test_examples_and_waivers_do_not_show_keys():
    example = report_of_two().findings[0].examples[0]
    assert example.keys
    assert repr(example) == "Example(record=1)"
    waiver = ag.Waiver("TTE001", "ADTTE", "reason", "owner", date(2030, 1, 1), record={"USUBJID": "S-01"})
    assert "S-01" not in repr(waiver)
    assert "S-01" not in "".join(map(repr, report_of_two().findings))


def report_of_two():
    frame = pd.DataFrame({"USUBJID": ["S-01", "S-01"], "AGE": [1.0, 2.0]})
    return judge(Study.of(Dataset.from_frame(frame, "ADSL")), rules={"SL001"})


@pytest.mark.slow
def test_the_pilot(shared: Path):
    """Real data: at most a dozen lines, and nothing that identifies a subject, nor any text of a record."""
    study = ag.read(shared / "data" / "cdiscpilot" / "adam")
    metadata = json.dumps([[each.label, *(v.label for v in each.variables), *each.names] for each in study])
    values = {
        text
        for each in study
        for variable in each.variables
        if variable.type == "Char"
        for text in each.distinct(variable.name).values
        if len(text) > 5 and text not in metadata
    }
    assert len(values) > 1_000
    for thing in objects_of(study, "TTDE"):
        assert_short_and_safe(thing)
        words = set(re.findall(r"\w[\w-]*", "".join(shown(thing))))
        assert not words & values
        assert not [
            value for value in values if not re.fullmatch(r"\w[\w-]*", value) and value in repr(thing)
        ]


def dataclasses_of_the_package() -> set[type]:
    values = (value for module in modules_of_the_package() for value in vars(module).values())
    return {each for each in values if isinstance(each, type) and is_dataclass(each)}


def test_no_repr_that_dataclasses_make_shows_a_frame():
    """Tracebacks and logs show what holds other objects too."""
    holding = {
        each
        for each in dataclasses_of_the_package()
        if any(
            field.repr and "DataFrame" in str(field.type) and "Callable" not in str(field.type)
            for field in fields(each)
        )
    }
    assert holding == set()
    assert all(each.__repr__ is Glanced.__repr__ for each in (ag.AnalysisTable, Dataset, LentDataset))


def test_what_is_long_is_shown_short():
    assert repr(BUILT_IN) == "Terminology(15 codelists: ADaM CT 2026-03-27, SDTM CT early 2024)"
    assert repr(BUILT_IN.codelist("NY")) == "Codelist(NY (C66742, SDTM CT early 2024): 4 terms)"
    assert repr(ag.Declarations()).count("AVERAGE") == 0
    assert repr(ag.rule_book()["TTE011"]) == "Rule(TTE011, error: CNSR appears to be inverted)"
    assert repr(ag.Baseline.of(report_of_two())) == "Baseline(1 finding)"
    special = ag.SpecialMissing(np.arange(5_000), np.full(5_000, "A"))
    assert repr(special) == "SpecialMissing(5,000 records)"
