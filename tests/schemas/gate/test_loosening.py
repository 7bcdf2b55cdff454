"""What kept the gate wider open than the rules alone, in words."""

from datetime import date

import numpy as np
import pytest

from adamgate.schemas.gate.baseline import Baseline
from adamgate.schemas.gate.loosening import loosenings
from adamgate.schemas.gate.validate import judge
from adamgate.schemas.gate.waivers import Waiver
from adamgate.schemas.study.declarations import Declarations, Endpoint
from adamgate.schemas.study.study import Study
from adamgate.schemas.study.variable import ReadAsMissing

ORIGINS = dict.fromkeys(("select", "ignore", "severities", "waivers", "declared"), "adamgate.toml")
TODAY = date(2026, 1, 1)


def said(study, threshold="error", **options):
    return [str(each) for each in loosenings(judge(study, **options), threshold)]


@pytest.fixture
def negative(trial):
    """One negative duration in the first record."""
    trial.adtte.loc[0, "AVAL"] = -3.0
    return trial.study()


def test_the_rules_alone_loosen_nothing(negative):
    assert said(negative) == []
    assert said(negative, complete=True, origins=ORIGINS) == []


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"ignore": ["TTE006"]}, "1 check deselected (ignore TTE006; from adamgate.toml)"),
        (
            {"ignore": ["TTE006"], "origins": {"ignore": "--ignore"}},
            "1 check deselected (--ignore TTE006)",
        ),
        ({"ignore": ["TTE006"], "origins": {}}, "1 check deselected (ignore TTE006)"),
        ({"severities": {"TTE006": "note"}}, "severity set: TTE006 note (from adamgate.toml)"),
        (
            {
                "waivers": [
                    Waiver("TTE006", "ADTTE", "agreed", "J. Doe", date(2099, 1, 1), record={"CNSR": 0})
                ]
            },
            "1 record waived (TTE006; from adamgate.toml)",
        ),
        (
            {
                "declarations": Declarations(
                    cut_off=date(2030, 1, 1), endpoints={"OS": Endpoint(recurrent=True)}
                )
            },
            "declared: cut_off 2030-01-01, endpoint OS recurrent yes (from adamgate.toml)",
        ),
    ],
)
def test_each_is_named_with_what_said_so(negative, options, expected):
    assert said(negative, **{"origins": ORIGINS, "today": TODAY} | options) == [expected]


def test_severities_that_are_raised_to_error_tighten(negative):
    assert said(negative, severities={"TTE013": "error"}) == []


def test_select_and_ignore_are_counted_apart(negative):
    found = said(negative, select=["TTE"], ignore=["TTE006"], origins=ORIGINS)
    assert found[0] == "1 check deselected (ignore TTE006; from adamgate.toml)"
    assert found[1].endswith(" checks deselected (select TTE; from adamgate.toml)")


def test_more_than_three_are_counted(negative):
    found = said(negative, ignore=["TTE006", "TTE007", "TTE009", "TTE010", "TTE011"])
    assert found == ["5 checks deselected (ignore TTE006, ignore TTE007, ignore TTE009, 2 more)"]


def test_words_read_as_missing_are_counted_over_all_datasets(negative):
    adsl, adtte = negative["ADSL"], negative["ADTTE"]
    study = Study.of(
        adsl.replace(read_as_missing=ReadAsMissing(("NR", "NA"), 1)),
        adtte.replace(read_as_missing=ReadAsMissing(("NR", "NA"), 1213)),
    )
    assert said(study) == ["1,214 values read as missing (NR, NA)"]
    assert said(study, origins={"missing": "--missing"}) == [
        "1,214 values read as missing (NR, NA; from --missing)"
    ]
    none = Study.of(adsl, adtte.replace(read_as_missing=ReadAsMissing(("NR",), 0)))
    assert said(none, origins={"missing": "--missing"}) == []


def test_a_word_is_shown_on_one_line(negative):
    words = ReadAsMissing(("\x1b[2J", "not done, " * 9), 1)
    assert said(Study.of(negative["ADTTE"].replace(read_as_missing=words))) == [
        "1 value read as missing (\\x1b[2J, not done, not don...)"
    ]


def test_a_baseline_and_a_threshold(negative):
    only = {"rules": {"TTE006"}}
    earlier = Baseline(Baseline.of(judge(negative, **only)).findings, "old/report.json")
    found = said(negative, None, baseline=earlier, origins={"fail_on": "ADAMGATE_FAIL_ON"}, **only)
    assert found[0] == "1 finding unchanged since the baseline (TTE006; from report.json)"
    assert found[1] == "no finding refuses (from ADAMGATE_FAIL_ON)"


@pytest.mark.parametrize("name", ["ADSL", "ADTTE", "ADAE"])
@pytest.mark.parametrize(
    "declared", ["ADAM OTHER", "other", "BASIC DATA STRUCTURE", "OCCURRENCE DATA STRUCTURE"]
)
def test_a_declared_class_that_keeps_off_rules(trial, name, declared):
    study = trial.study()
    changed = study[name].replace(declared_class=declared)
    fits = (name, declared) in {("ADTTE", "BASIC DATA STRUCTURE"), ("ADAE", "OCCURRENCE DATA STRUCTURE")}
    found = said(Study.of(changed, *(each for each in study if each.name != name)))
    if fits:
        assert found == []
    else:
        looks = {"ADTTE": "TTE"}.get(name, name)
        assert found == [f"{name} judged as {changed.structure}, not as {looks} (by its declared class)"]


class TestNotJudgedAsTimeToEvent:
    """TTE029."""

    @pytest.mark.parametrize("name", ["ADTTE", "ADXX", "OSTTE"])
    @pytest.mark.parametrize("declared", ["ADAM OTHER", "OTHER", "OCCURRENCE DATA STRUCTURE"])
    def test_a_class_that_contradicts_the_variables_is_an_error(self, trial, name, declared):
        data = trial.study()["ADTTE"].replace(name=name, declared_class=declared)
        report = judge(Study.of(data), rules={"TTE029"})
        assert [(str(each.severity), each.dataset) for each in report.findings] == [("error", name)]
        assert report.refuses()

    @pytest.mark.parametrize("declared", ["", "BASIC DATA STRUCTURE"])
    def test_where_only_cnsr_says_so_it_is_a_warning(self, trial, declared):
        frame = trial.adtte[["USUBJID", "PARAMCD", "AVAL", "CNSR"]]
        trial.others["ADXX"] = frame
        data = trial.study()["ADXX"].replace(declared_class=declared)
        report = judge(Study.of(data), rules={"TTE029"})
        assert [str(each.severity) for each in report.findings] == ["warning"]

    def test_data_without_censoring_are_none(self, trial):
        trial.others["ADEFF"] = trial.adtte.drop(columns="CNSR").assign(AVAL=np.arange(2 * 40.0))
        assert trial.findings("TTE029") == []

    def test_a_time_to_event_dataset_is_judged_as_one(self, trial):
        assert trial.findings("TTE029") == []
