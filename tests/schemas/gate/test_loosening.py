"""What kept the gate wider open than the rules alone, in words."""

import re
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adamgate.schemas.gate.baseline import Baseline
from adamgate.schemas.gate.loosening import loosenings
from adamgate.schemas.gate.validate import judge
from adamgate.schemas.gate.waivers import Waiver
from adamgate.schemas.standards.terminology import BUILT_IN, Codelist, Terminology
from adamgate.schemas.standards.versions import Standards
from adamgate.schemas.study.declarations import Declarations, Endpoint
from adamgate.schemas.study.study import Study
from adamgate.schemas.study.variable import ReadAsMissing

pytestmark = pytest.mark.slow

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
            "declared: cut_off 2030-01-01, endpoint.OS.recurrent yes (from adamgate.toml)",
        ),
    ],
)
def test_each_is_named_with_what_said_so(negative, options, expected):
    assert said(negative, **{"origins": ORIGINS, "today": TODAY} | options) == [expected]


def test_a_rule_about_waivers_that_is_set_aside_is_named(negative):
    expired = Waiver("TTE006", "ADTTE", "agreed", "J. Doe", date(2020, 1, 1), record={"CNSR": 0})
    found = judge(negative, ignore=["WV"], waivers=[expired], today=TODAY)
    assert [(each.rule_id, each.dataset) for each in found.terms.deselected] == [
        (rule, "(study)") for rule in ("WV001", "WV002", "WV003")
    ]
    assert not any(each.rule_id.startswith("WV") for each in found.outcomes)
    assert said(negative, ignore=["WV002"], waivers=[expired], origins=ORIGINS) == [
        "1 check deselected (ignore WV002; from adamgate.toml)"
    ]
    assert said(negative, ignore=["WV"]) == []  # without waivers it sets nothing aside


class TestWaiversThatHoldOnAnotherDay:
    YESTERDAY = date.today() - timedelta(1)

    def waivers(self, *days):
        return [
            Waiver("TTE006", "ADTTE", "agreed", "J. Doe", day, record={"ASEQ": seq})
            for seq, day in enumerate(days, 1)
        ]

    @pytest.fixture
    def negatives(self, trial):
        trial.adtte.loc[[0, 1], "AVAL"] = -3.0
        trial.adtte["ASEQ"] = np.arange(len(trial.adtte)) + 1.0
        return trial.study()

    def test_an_expired_one_is_named_with_the_day(self, negatives):
        options = {"waivers": self.waivers(self.YESTERDAY, date(2099, 1, 1))}
        assert said(negatives, **options) == ["1 record waived (TTE006)"]
        assert said(negatives, **options, today=self.YESTERDAY) == [
            "1 record waived (TTE006)",
            f"1 record waived (TTE006, as of {self.YESTERDAY})",
        ]
        origins = {"today": "ADAMGATE_TODAY", "waivers": "adamgate.toml"}
        assert said(negatives, **options, today=date(2019, 1, 1), origins=origins) == [
            "1 record waived (TTE006; from adamgate.toml)",
            "1 record waived (TTE006, as of 2019-01-01 by ADAMGATE_TODAY; from adamgate.toml)",
        ]

    @pytest.mark.parametrize("day", [date(2019, 1, 1), date.today(), date(2098, 1, 1)])
    def test_nothing_is_said_of_a_day_that_changes_nothing(self, negatives, day):
        options = {
            "waivers": self.waivers(date(2099, 1, 1), date(2099, 1, 1)),
            "origins": {"today": "--today"},
        }
        assert said(negatives, **options, today=day) == ["2 records waived (TTE006)"]


def changed(name, **changes):
    """What is built in, with a codelist that differs."""
    (codelist,) = (each for each in BUILT_IN.codelists if each.name == name)
    return BUILT_IN.updated_by(Terminology((replace(codelist, **changes),)))


NY = ("N", "NA", "U", "Y")


class TestTerminology:
    @pytest.fixture
    def study(self, trial):
        trial.adsl["SEX"] = "F"
        trial.adsl["RACE"] = "WHITE"
        return trial.study()

    @pytest.mark.parametrize(
        ("terminology", "expected"),
        [
            (changed("SEX", extensible=True), "SEX extensible"),
            (
                changed("SEX", terms=("F", "M", "U", "INTERSEX", "UNDIFFERENTIATED", "f", "X")),
                "SEX 2 terms more",
            ),
            (changed("SEX", terms=("F", "X")), "SEX 1 term more"),
            (changed("SEX", part="some"), "SEX in part"),
            (
                Terminology(tuple(each for each in BUILT_IN.codelists if each.name != "SEX")),
                "SEX not present",
            ),
            (changed("RACE", part="", terms=("WHITE", "white")), "RACE 1 term more"),
            (changed("RACE", terms=("WHITE",)), "RACE in part"),
        ],
    )
    def test_a_codelist_that_accepts_more_is_named(self, study, terminology, expected):
        options = {"declarations": Declarations(terminology=terminology)}
        assert said(study, **options) == [f"1 codelist widened ({expected})"]
        assert said(study, **options, origins={"ct": "--ct"}) == [
            f"1 codelist widened ({expected}; from --ct)"
        ]

    @pytest.mark.parametrize(
        "terminology",
        [
            BUILT_IN,
            Terminology(BUILT_IN.codelists),
            changed("SEX", terms=("F", "M"), version="another"),
            changed("RACE", part="", extensible=False),
            changed("RACE", part="", terms=("WHITE", "MULTIPLE")),  # MULTIPLE was accepted before, too
            changed("SBJTSTAT", terms=("DONE",)),  # of no variable of this study
            BUILT_IN.updated_by(Terminology((Codelist("NEW", "C1", extensible=True, terms=("A",)),))),
        ],
    )
    def test_nothing_is_said_of_one_that_accepts_no_more(self, study, terminology):
        assert said(study, declarations=Declarations(terminology=terminology)) == []

    def test_alternatives_are_judged_together(self, trial):
        """The terms of a list that is not built in widen the one that is."""
        columns = ("USUBJID", "MHTERM", "MHDECOD", "MHSEV", "ASTDT")
        trial.others["ADMH"] = trial.adae.reindex(columns=columns).assign(MHSEV="MILD")
        more = Terminology((Codelist("SEVRS", "C1", extensible=False, terms=("Mild",)),))
        assert said(trial.study(), declarations=Declarations(terminology=BUILT_IN.updated_by(more))) == [
            "1 codelist widened (AESEV or SEVRS 1 term more)"
        ]


@settings(max_examples=settings.default.max_examples, deadline=None)
@given(
    st.lists(st.sampled_from(["A", "a", "B", "b", "C"]), unique=True),
    st.lists(st.sampled_from(["A", "a", "B", "b", "C"]), unique=True),
    *[st.booleans()] * 2,
    *[st.sampled_from(["", "some"])] * 2,
)
def test_what_is_wider_accepts_a_value_that_was_found(before, now, was_open, is_open, was_part, is_part):
    """Found at all, and found as an error of a closed list: what CT001 and CT002 do."""
    one = Codelist("L", "", extensible=was_open, terms=tuple(before), part=was_part)
    other = Codelist("L", "", extensible=is_open, terms=tuple(now), part=is_part)

    def found(codelist, value):
        wrong = value not in codelist and (bool(codelist.meant_by(value)) or not codelist.part)
        return wrong * (1 if codelist.extensible else 2)

    values = ("A", "a", "B", "b", "C", "c", "D", " A")
    accepts_more = any(found(other, value) < found(one, value) for value in values)
    if accepts_more:
        assert other.wider_than(one)
    elif other.wider_than(one):  # an extensible list of which a part closed nothing
        assert other.wider_than(one) in ("extensible", "in part")


def test_what_a_study_declares_of_itself_is_named_too(negative):
    declared = Declarations(endpoints={"OS": Endpoint(recurrent=True)})
    once = said(negative, declarations=declared)
    assert once == ["declared: endpoint.OS.recurrent yes"]
    assert said(negative.declaring(declared)) == once
    adsl, adtte = (
        negative[name].replace(declarations=Declarations(cut_off=date(2030, day, 1)))
        for day, name in enumerate(("ADSL", "ADTTE"), 1)
    )
    assert said(Study.of(adsl, adtte)) == ["declared: cut_off 2030-01-01, 2030-02-01"]


def test_standards_that_have_fewer_rules_are_named(negative):
    (found,) = said(negative, standards=Standards(adamig="1.1"), origins={"ADaMIG": "--standard"})
    assert re.fullmatch(
        r"checked against ADaMIG 1\.1: \d+ checks fewer than for ADaMIG 1\.3 \(from --standard\)", found
    )
    default, older = judge(negative), judge(negative, standards=Standards(adamig="1.1"))
    assert f"{len(default.outcomes) - len(older.outcomes)} checks fewer" in found
    assert said(negative, standards=Standards(), origins={"ADaMIG": "--standard"}) == []
    other_structures = Study.of(negative["ADSL"], negative["ADTTE"])
    assert said(other_structures, standards=Standards(occds="1.0")) == []


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
    assert found[1] == "no finding fails the gate (from ADAMGATE_FAIL_ON)"


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
        assert found == [f"{name} checked as {changed.structure}, not as {looks} (declared class)"]


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
