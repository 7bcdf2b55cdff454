"""The table with one record per subject: what it holds, what it refuses."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

import adamgate as ag
from adamgate.converters.reports.table_summary import render_summary
from adamgate.converters.survival.survival import survival
from adamgate.schemas.errors import ConfigurationError, Refused
from adamgate.schemas.gate.baseline import Baseline
from adamgate.schemas.gate.report import GateRefused
from adamgate.schemas.gate.waivers import Waiver
from adamgate.schemas.severity import Severity
from adamgate.schemas.standards.versions import Standards
from adamgate.schemas.study.dataset import Dataset
from adamgate.schemas.study.study import Study


def table(study, paramcd="OS", **options):
    return survival(study, paramcd, **{"gate": False, **options})


def test_one_record_per_subject(make):
    made = table(make()).frame
    assert list(made.columns) == ["USUBJID", "duration", "event", "CNSR", "reason"]
    assert made["USUBJID"].tolist() == ["S-01", "S-02", "S-03", "S-04", "S-05", "S-06"]
    assert made["duration"].tolist() == [10, 41, 72, 100, 150, 366]
    assert made["event"].tolist() == [True, False, False, False, True, False]
    assert made["CNSR"].tolist() == [0, 1, 2, 3, 0, 1]
    assert made["reason"].tolist() == ["Death", "Last contact", "Alive", "Withdrawn", "Death", "Last contact"]
    assert made["duration"].dtype == np.float64
    assert made["event"].dtype == np.bool_
    assert made["CNSR"].dtype == np.int64
    assert made.index.equals(pd.RangeIndex(6))


def test_the_study_is_not_changed(make):
    study = make()
    before = {data.name: data.frame.copy(deep=True) for data in study}
    made = table(study, arm="TRT01P", covariates=["AGE"], where="AGE > 60", population="SAFFL", unit="weeks")
    made.frame.loc[:, "duration"] = 0.0
    for data in study:
        pd.testing.assert_frame_equal(data.frame, before[data.name])


def test_the_same_study_gives_the_same_table(make):
    one, other = (table(make(), arm="TRT01P", unit="months") for _ in range(2))
    pd.testing.assert_frame_equal(one.frame, other.frame)
    assert one.codebook == other.codebook


def test_public_names():
    assert ag.survival is survival
    assert ag.AnalysisTable.__name__ == "AnalysisTable"


def test_reason_without_descriptions(make):
    made = table(make(EVNTDESC=None, CNSDTDSC=None))
    assert made.frame["reason"].isna().all()
    assert [(each.cnsr, each.reason, each.subjects) for each in made.codebook.reasons] == [
        (0, None, 2),
        (1, None, 2),
        (2, None, 1),
        (3, None, 1),
    ]


@pytest.mark.parametrize("dtype", ["object", "category", "string[pyarrow]"])
def test_text_of_every_type(make, dtype):
    study = make(
        USUBJID=pd.Series(["S-01", "S-02 ", "S-03", "S-04", "S-05", "S-06"], dtype=dtype),
        EVNTDESC=pd.Series(["Death", "Alive", "Alive", "Withdrawn  ", "Death ", None], dtype=dtype),
    )
    made = table(study, arm="TRT01P").frame
    assert made["USUBJID"].tolist() == ["S-01", "S-02", "S-03", "S-04", "S-05", "S-06"]
    assert made["reason"].tolist() == ["Death", "Last contact", "Alive", "Withdrawn", "Death", "Last contact"]
    assert made["TRT01P"].tolist() == ["A", "B", "A", "B", "A", "B"]


# Arm and covariates


def test_arm_and_covariates_from_both_datasets(make):
    made = table(make(REGION=["EU", "EU", "", "US", "US", "US"]), arm="TRT01P", covariates=["AGE", "REGION"])
    assert list(made.frame.columns)[5:] == ["TRT01P", "AGE", "REGION"]
    assert made.frame["TRT01P"].tolist() == ["A", "B", "A", "B", "A", "B"]
    assert made.frame["AGE"].tolist()[:3] == [61, 62, 63]
    assert np.isnan(made.frame["AGE"][3])
    assert made.frame["REGION"].isna().tolist() == [False, False, True, False, False, False]
    assert [(arm.arm, arm.counts.subjects, arm.counts.events) for arm in made.codebook.arms] == [
        ("A", 3, 2),
        ("B", 3, 0),
    ]


def test_adtte_comes_before_adsl(make):
    made = table(make(AGE=[1.0, 2, 3, 4, 5, 6]), covariates=["AGE", "SITEID", "AGE"])
    assert made.frame["AGE"].tolist() == [1, 2, 3, 4, 5, 6]
    sources = {column.name: column.source for column in made.codebook.columns}
    assert (sources["AGE"], sources["SITEID"]) == ("ADTTE.AGE", "ADSL.SITEID")


def test_a_subject_that_is_not_in_adsl_gets_missing_values(make):
    study = make(USUBJID=["S-01", "S-02", "S-03", "S-04", "S-05", "X-99"])
    made = table(study, arm="TRT01P", covariates=["TRTSDT", "AGE"])
    assert made.frame.loc[5, ["TRT01P", "TRTSDT", "AGE"]].isna().all()
    assert made.codebook.arms[-1].arm is None
    assert made.codebook.arms[-1].counts.subjects == 1


def test_names_are_found_in_any_case_and_stand_as_the_data_have_them(make):
    study = make(REGION=["EU", "EU", "EU", "US", "US", "US"])
    made = table(
        study,
        arm="trt01p",
        covariates=["age", "AGE", "region"],
        population="ittfl",
        where="age > 60 and sex == 'F'",
    )
    assert list(made.frame.columns)[5:] == ["TRT01P", "AGE", "REGION"]
    assert (made.codebook.arm, len(made.frame)) == ("TRT01P", 3)
    assert {column.name: column.source for column in made.codebook.columns}["AGE"] == "ADSL.AGE"


@pytest.mark.parametrize("name", ["EVENT", "event", "Reason", "DURATION"])
def test_a_covariate_never_takes_the_name_of_a_column_that_the_table_makes(make, name):
    study = make(**{name.upper(): ["x"] * 6})
    with pytest.raises(ConfigurationError, match="the name of a standard column of the table"):
        table(study, covariates=[name])
    labels = {column.name: column.label for column in table(study).codebook.columns}
    assert labels["event"] == "Event occurred"
    assert labels["reason"] == "Event or censoring description"


def test_missing_covariates_are_counted(make):
    columns = {each.name: each.missing for each in table(make(), covariates=["AGE", "SEX"]).codebook.columns}
    assert (columns["AGE"], columns["SEX"], columns["duration"]) == (1, 0, 0)


def test_covariates_that_the_table_has_anyway(make):
    assert list(table(make(), covariates=["CNSR", "USUBJID"]).frame.columns)[-1] == "reason"
    assert list(table(make(), covariates="AGE").frame.columns)[-1] == "AGE"


# What is selected


@pytest.mark.parametrize(
    ("options", "subjects", "left_out"),
    [
        ({}, "01 02 03 04 05 06", {}),
        ({"population": "SAFFL"}, "01 02 03 04 06", {"SAFFL is not Y": 1}),
        ({"population": "ITTFL"}, "03 04 05 06", {"ITTFL is not Y": 2}),
        (
            {"where": "AGE >= 63"},
            "03 05 06",
            {"the condition is false": 2, "the condition is undetermined because a value is missing": 1},
        ),
        (
            {"where": "not (AGE >= 63)"},
            "01 02",
            {"the condition is false": 3, "the condition is undetermined because a value is missing": 1},
        ),
        ({"where": "AGE >= 63 or missing(AGE)"}, "03 04 05 06", {"the condition is false": 2}),
        (
            {"population": "SAFFL", "where": "CNSR == 0 and SITEID == '006'"},
            "01",
            {"SAFFL is not Y": 1, "the condition is false": 4},
        ),
        ({"where": "ADT <= '2020-02-10'"}, "01 02", {"the condition is false": 4}),
    ],
)  # fmt: skip
def test_selection_and_what_it_leaves_out(make, options, subjects, left_out):
    made = table(make(), **options)
    assert [subject[2:] for subject in made.frame["USUBJID"]] == subjects.split()
    assert {each.reason: each.records for each in made.codebook.selection.left_out} == left_out


def test_other_parameters_are_left_out_and_counted(make):
    study = make(
        PARAMCD=["OS", "PFS", "OS", "PFS", "OS", "PFS"],
        USUBJID=["S-01", "S-01", "S-02", "S-02", "S-03", "S-03"],
    )
    made = table(study)
    assert made.frame["duration"].tolist() == [10, 72, 150]
    assert made.codebook.selection.left_out[0].reason == "other parameters"
    assert made.codebook.selection.left_out[0].records == 3


def test_subjects_of_the_population_without_a_record_are_counted(make):
    assert table(make(), population="SAFFL").codebook.selection.subjects_without_record == 1
    assert table(make(), population="ITTFL").codebook.selection.subjects_without_record == 1
    assert table(make()).codebook.selection.subjects_without_record is None
    assert table(make(adsl=False), population="SAFFL").codebook.selection.subjects_without_record is None


def test_a_record_of_adsl_without_usubjid_is_nobody_in_the_population(make):
    study = make()
    adsl = study["ADSL"]
    for unnamed in ([None] * len(adsl), [None, *adsl.frame["USUBJID"][1:]]):
        frame = adsl.frame.assign(USUBJID=pd.Series(unnamed, dtype=object), SAFFL=["Y"] + ["N"] * 6)
        made = table(Study.of(study["ADTTE"], adsl.replace(frame=frame)), population="SAFFL")
        assert made.codebook.selection.subjects_without_record == 0
    for absent in ("USUBJID", "SAFFL"):
        unknown = make(adsl={absent: None}, SAFFL=["Y"] * 6)
        assert table(unknown, population="SAFFL").codebook.selection.subjects_without_record is None


def test_an_arm_of_texts_and_other_values_is_text(make, tmp_path):
    study = make(adsl={"TRT01P": pd.Series([True, True, True, "", True, True, True], dtype=object)})
    made = table(study, arm="TRT01P")
    assert set(made.frame["TRT01P"].dropna()) == {"True"}
    assert {each.name: each.type for each in made.codebook.columns}["TRT01P"] == "text"
    made.write(tmp_path / "os.csv")
    assert "True" in (tmp_path / "os.csv").read_text()


def repeated(**columns):
    """Three subjects with two records each."""
    return {"USUBJID": ["S-01", "S-01", "S-02", "S-02", "S-03", "S-03"], **columns}


SEVERAL = {
    "by a flag": repeated(ANL01FL=["Y", None] * 3),
    "by a qualifier": repeated(PARQUAL=["INVESTIGATOR", "IRC"] * 3, ANL01FL=["Y"] * 6),
    "by a derivation type": repeated(DTYPE=["LOCF", None] * 3),
    "by a flag that leaves too many": repeated(ANL01FL=["Y", "Y", "Y", None, None, "Y"]),
    "by something unexpected": repeated(CRIT=["strict", "loose"] * 3),
    "by the result alone": repeated(SAFFL=["Y"] * 6),
    "by nothing": repeated(
        SAFFL=["Y"] * 6, AVAL=[1.0] * 6, ADT=None, CNSR=[0.0] * 6, EVNTDESC=["Death"] * 6, CNSDTDSC=None
    ),
}


@pytest.mark.parametrize("case", SEVERAL)
def test_several_records_of_a_subject_are_refused(make, case, snapshot):
    with pytest.raises(Refused) as caught:
        table(make(**SEVERAL[case]))
    assert str(caught.value) == snapshot


def test_the_condition_that_the_refusal_proposes_works(make):
    made = table(make(**SEVERAL["by a qualifier"]), where="PARQUAL == 'INVESTIGATOR'")
    assert made.frame["duration"].tolist() == [10, 72, 150]


REFUSED = {
    "nothing left": ({}, {"where": "AGE > 100"}),
    "nobody in the population": ({"SAFFL": ["N"] * 6}, {"population": "SAFFL"}),
    "AVAL missing": ({"AVAL": [np.nan, 41.0, 72.0, 100.0, 150.0, np.nan]}, {}),
    "AVAL negative and CNSR missing": (
        {"AVAL": [-1.0, 41.0, 72.0, 100.0, 150.0, 366.0], "CNSR": [0.0, np.nan, 2.0, 3.0, 0.0, 1.0]},
        {},
    ),
    "AVAL infinite": ({"AVAL": [np.inf, 41.0, 72.0, 100.0, 150.0, 366.0]}, {}),
    "AVAL text": ({"AVAL": ["10"] * 6}, {}),
    "CNSR not whole": ({"CNSR": [0.5, 1.0, 2.0, 3.0, 0.0, 1.0]}, {}),
    "CNSR negative": ({"CNSR": [0.0, -1.0, 2.0, 3.0, 0.0, 1.0]}, {}),
    "CNSR infinite": ({"CNSR": [0.0, np.inf, 2.0, 3.0, 0.0, 1.0]}, {}),
    "CNSR beyond whole numbers of a double": ({"CNSR": [0.0, 2.0**70, 2.0, 3.0, 0.0, 1.0]}, {}),
    "CNSR text": ({"CNSR": ["0", "1", "2", "3", "0", "1"]}, {}),
    "CNSR absent": ({"CNSR": None}, {}),
    "USUBJID absent": ({"USUBJID": None}, {}),
    "USUBJID missing": ({"USUBJID": ["S-01", None, "", "S-04", "S-05", "S-06"]}, {}),
    "ADSL repeats a subject": (
        {"adsl": {"USUBJID": ["S-06", "S-06", "S-05", "S-04", "S-03", "S-02", "S-01"]}},
        {"arm": "TRT01P"},
    ),
    "ADSL without USUBJID": ({"adsl": {"USUBJID": None}}, {"arm": "TRT01P"}),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused_also_without_the_gate(make, case, snapshot):
    columns, options = REFUSED[case]
    with pytest.raises(Refused) as caught:
        table(make(**columns), **options)
    assert not isinstance(caught.value, GateRefused)
    assert str(caught.value) == snapshot


def test_a_faulty_record_that_is_not_selected_does_no_harm(make):
    study = make(AVAL=[np.nan, 41.0, 72.0, 100.0, 150.0, 366.0])
    assert len(table(study, where="USUBJID != 'S-01'").frame) == 5


def test_at_most_ten_subjects_are_named():
    study = Study.of(
        Dataset.from_frame(
            pd.DataFrame(
                {
                    "USUBJID": [f"S-{number:02}" for number in range(25)],
                    "PARAMCD": "OS",
                    "AVAL": np.nan,
                    "CNSR": 0.0,
                }
            ),
            "ADTTE",
        )
    )
    with pytest.raises(Refused, match=r"25 subjects: S-00, .*S-09 and 15 more") as caught:
        table(study)
    assert "S-10" not in str(caught.value)


WRONG = {
    "parameter": ({}, {"paramcd": "SO"}),
    "parameter of another kind": ({}, {"paramcd": "ZZZ"}),
    "covariate": ({}, {"covariates": ["TRT01"]}),
    "covariate without ADSL": ({"adsl": False}, {"covariates": ["SAFF"]}),
    "arm": ({}, {"arm": "TRTP"}),
    "variable of the condition": ({}, {"where": "AGEE > 65"}),
    "kind of the condition": ({}, {"where": "AGE == '65'"}),
    "empty condition": ({}, {"where": " "}),
    "population that is no flag": ({}, {"population": "SEX"}),
    "empty population": ({}, {"population": ""}),
    "empty arm": ({}, {"arm": ""}),
    "unit": ({}, {"unit": "fortnights"}),
    "unit of AVAL": ({}, {"aval_unit": "hours"}),
    "unit of AVAL against PARAM": ({}, {"aval_unit": "months"}),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_options(make, case, snapshot):
    columns, options = WRONG[case]
    with pytest.raises(ConfigurationError) as caught:
        table(make(**columns), **options)
    assert str(caught.value) == snapshot


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"where": 5}, "where must be a string, not int"),
        ({"arm": ["TRT01P"]}, "arm must be a string, not list"),
        ({"covariates": [1]}, "covariates must be a string, not int"),
        ({"gate": "no"}, "gate must be True, False or a mapping of validate options, not str"),
        ({"gate": True, "standards": "1.3"}, "standards must be Standards"),
    ],
)
def test_options_of_another_type(make, options, message):
    with pytest.raises(TypeError, match=message):
        table(make(), **options)


def test_no_time_to_event_dataset(make):
    with pytest.raises(Refused, match="no time-to-event dataset"):
        table(Study.of(make()["ADSL"]))
    with pytest.raises(Refused, match="no time-to-event dataset"):
        table(Study.of())


def test_a_parameter_in_two_datasets_is_refused(make):
    adtte = make()["ADTTE"]
    study = Study.of(adtte, adtte.replace(name="ADTTEIRC"))
    with pytest.raises(Refused, match="in several datasets") as caught:
        table(study)
    assert caught.value.where == "ADTTE, ADTTEIRC"


def test_the_dataset_that_holds_the_parameter_is_found(make):
    other = make(PARAMCD=["PFS"] * 6)["ADTTE"].replace(name="ADPFS")
    made = table(Study.of(other, make()["ADTTE"]))
    assert made.codebook.dataset == "ADTTE"
    with pytest.raises(ConfigurationError, match="ADPFS contains PFS; ADTTE contains OS"):
        table(Study.of(other, make()["ADTTE"]), "TTP")


# The gate


def test_the_gate_is_asked_first(make):
    with pytest.raises(GateRefused) as caught:
        survival(make(AVAL=[-5.0, 41.0, 72.0, 100.0, 150.0, 366.0]), "OS")
    assert caught.value.report.findings_from(Severity.ERROR)


def test_an_inverted_cnsr_is_refused_by_the_gate_alone(make):
    inverted = make(
        CNSR=[1.0, 0.0, 0.0, 0.0, 1.0, 0.0],
        EVNTDESC=["Death", "Alive", "Alive", "Alive", "Death", "Alive"],
        CNSDTDSC=None,
        SRCDOM=["ADSL"] * 6,
        SRCVAR=["DTHDT", "LSTALVDT", "LSTALVDT", "LSTALVDT", "DTHDT", "LSTALVDT"],
    )
    with pytest.raises(GateRefused) as caught:
        survival(inverted, "OS")
    assert any("CNSR" in finding.variables for finding in caught.value.report.findings_from(Severity.ERROR))
    assert table(inverted).codebook.counts.events == 4


def test_a_clean_study_passes_and_the_codebook_says_so(make):
    made = survival(make(), "OS", standards=Standards(adamig="1.2", occds="1.0"))
    assert made.report is not None
    assert made.codebook.gate.verdict == "passed"
    assert made.codebook.gate.errors == 0
    assert made.codebook.gate.warnings == made.report.count(Severity.WARNING)
    assert made.codebook.gate.standards == {"ADaMIG": "1.2", "OCCDS": "1.0"}


def test_without_the_gate_the_codebook_says_so(make):
    made = table(make())
    assert made.report is None
    assert made.codebook.gate.verdict == "not run: --no-gate"


def too_early(make):
    """S-01 has ADT before STARTDT, an error."""
    adt = make()["ADTTE"]["ADT"].copy()
    adt[0] = pd.Timestamp("2019-12-30")
    return make(ADT=adt, TRTP=["A", "B", "A", "B", "A", "B"])


CLEAN = {"select": ["TTE001", "TTE009", "TTE017"]}
WAIVED = {
    "waivers": [
        Waiver("TTE017", "ADTTE", "agreed", "J. Doe", date(2030, 1, 1), record={"USUBJID": "S-01"}),
    ],
    "today": date(2026, 1, 1),
}
DETAILS = "run adamgate validate for details"


@pytest.mark.parametrize(
    ("options", "line"),
    [
        (WAIVED, "1 record waived (TTE017)"),
        ({"ignore": ["TTE017"]}, "1 check deselected (ignore TTE017)"),
        ({"severities": {"TTE017": "note"}}, "severity set: TTE017 note"),
    ],
)
def test_the_line_of_the_gate_says_by_what_terms_a_study_passed(make, options, line):
    with pytest.raises(GateRefused):
        survival(too_early(make), "OS")
    made = survival(too_early(make), "OS", gate=options)
    (said,) = [each for each in render_summary(made.codebook, 500).splitlines() if "gate:" in each]
    assert said.startswith("  gate: passed")
    assert f"; {line}; {DETAILS}" in said
    assert "no warnings" not in said


def test_a_waived_study_without_warnings_is_not_a_clean_one(make):
    selected = survival(make(), "OS", gate=CLEAN).codebook
    assert "deselected (select TTE001, TTE009, TTE017)" in render_summary(selected, 500)
    made = survival(too_early(make), "OS", gate=WAIVED | CLEAN).codebook
    assert (made.gate.waived, made.gate.waived_rules, made.gate.waived_datasets) == (1, ("TTE017",), 0)
    said = " ".join(render_summary(made).split())
    assert "gate: passed; 1 record waived (TTE017); " in said


def test_what_an_earlier_report_has_too_is_in_the_line_of_the_gate(make):
    study = too_early(make)
    earlier = Baseline.of(ag.validate(study, select=["TTE017"]))
    made = survival(study, "OS", gate={"baseline": earlier, **CLEAN}).codebook
    assert (made.gate.errors, made.gate.unchanged, made.gate.unchanged_rules) == (1, 1, ("TTE017",))
    said = " ".join(render_summary(made).split())
    assert "gate: passed with 1 error; 1 finding unchanged since the baseline (TTE017); " in said


@pytest.mark.slow
def test_a_study_that_passes_by_itself_says_so(root):
    made = survival(ag.read(root / "fixtures" / "cartitude1"), "PFS").codebook
    absent = "11 checks not applicable (not present: ADRS, DM, AE, EX)"
    assert render_summary(made).endswith(f"  gate: passed, no warnings; {absent}")


@pytest.mark.slow
def test_checks_that_lack_a_dataset_are_those_that_refuse_where_the_delivery_is_complete(root):
    study = ag.read(root / "fixtures" / "cartitude1")
    without = Study.of(study["ADTTE"], study["ADAE"])
    whole, made = (survival(each, "PFS").codebook.gate for each in (study, without))
    assert (whole.undelivered, whole.not_present) == (11, ("ADRS", "DM", "AE", "EX"))
    assert set(made.not_present) <= {"ADSL", "ADRS", "DM", "AE", "EX"}
    assert made.not_present[:2] == ("ADSL", "ADRS")
    for each, gate in ((study, whole), (without, made)):
        with pytest.raises(GateRefused) as refused:
            survival(each, "PFS", gate={"complete": True})
        assert len(refused.value.report.not_run) == gate.undelivered
    assert survival(study, "PFS", gate={"complete": True, "select": ["TTE"]}).codebook.gate.undelivered == 0


def test_a_description_that_is_a_subjects_identifier_is_none(make):
    """The table names subjects; what is printed beside it does not."""
    names = [f"s-0{number} " for number in range(1, 7)]
    codebook = table(make(PARAM=names, EVNTDESC=names, CNSDTDSC=["S-01 is lost", *names[1:]])).codebook
    assert codebook.param == "(a subject's identifier)"
    assert {each.reason for each in codebook.reasons} == {"(a subject's identifier)"}
    assert sum(each.subjects for each in codebook.reasons) == 6
    assert "s-0" not in render_summary(codebook)
    kept = table(make(EVNTDESC="Lost after S-01", CNSDTDSC=None)).codebook
    assert {each.reason for each in kept.reasons} == {"Lost after S-01"}
