"""Declared variables of adverse events: groups of events, numbers of grades, texts; and what is refused."""

import pandas as pd
import pytest

import adamgate as ag

ADSL = pd.DataFrame(
    {
        "STUDYID": "S1",
        "USUBJID": ["1", "2"],
        "TRTSDT": pd.to_datetime(["2024-01-01", "2024-02-01"]),
        "TRTEDT": pd.to_datetime(["2024-01-01", "2024-02-01"]),
        "AGE": [40.0, 70.0],
    }
)
AE = pd.DataFrame(
    {
        "STUDYID": "S1",
        "USUBJID": ["1", "1", "2", "2"],
        "AESEQ": [1.0, 2.0, 1.0, 2.0],
        "AEDECOD": ["Sepsis", "Nausea", "Neutropenia", "Tremor"],
        "AEBODSYS": ["Infections", "Gastro", "Blood", None],
        "AETOXGR": ["4", "1", "3", "2"],
        "AESTDTC": ["2024-01-05", "2024-01-03", "2024-02-09", "2024-02-04"],
        "AEENDTC": ["2024-01-09", "2024-01-04", "2024-02-19", None],
    }
)
SUPPAE = pd.DataFrame(
    {
        "USUBJID": ["1", "2"],
        "RDOMAIN": "AE",
        "IDVAR": "AESEQ",
        "IDVARVAL": ["1", "1"],
        "QNAM": "AEGROUP",
        "QLABEL": "Group",
        "QVAL": ["INFECTION", "CYTOPENIA"],
    }
)
GRADE = ag.AnalysisVariable(dataset="ADAE", of="AETOXGR", map={"1": 1.0, "2": 2.0, "3": 3.0, "4": 4.0})
GROUP = ag.AnalysisVariable(
    dataset="ADAE",
    cases=(ag.Case("not missing(AEGROUP)", ag.FromVariable("AEGROUP")),),
    otherwise="OTHER",
    label="Analysis Category 1",
)


def derive(variables, ae=AE, more=None, **parts):
    frames = {"ADSL": ADSL, "AE": ae, "SUPPAE": SUPPAE}
    study = ag.Study.of(*(ag.Dataset.from_frame(each, name) for name, each in frames.items()))
    datasets = {"ADAE": ag.AdverseEvents(carry=("AGE",)), **(more or {})}
    return ag.derive(study, ag.Specification(datasets, variables=variables, **parts))


def column(found, name):
    return [None if pd.isna(each) else each for each in found["ADAE"].frame[name]]


def test_a_group_is_that_of_the_supplemental_qualifiers_and_others_are_named():
    found = derive({"ACAT1": GROUP})
    assert column(found, "ACAT1") == ["INFECTION", "OTHER", "CYTOPENIA", "OTHER"]
    assert found["ADAE"].variable("ACAT1").label == "Analysis Category 1"
    effects = {(each.policy, each.effect): each.count for each in found.record.effects}
    assert effects["variable.ACAT1: cases", "no condition is true"] == 2


def test_the_order_of_the_source_has_no_effect():
    expected = derive({"ACAT1": GROUP, "AETOXGRN": GRADE})["ADAE"].frame
    shuffled = derive({"ACAT1": GROUP, "AETOXGRN": GRADE}, AE[::-1].reset_index(drop=True))["ADAE"].frame
    pd.testing.assert_frame_equal(expected, shuffled)


def test_variables_use_each_other_queries_and_variables_of_adsl_and_flags_use_them():
    variables = {
        "SEVERE": ag.AnalysisVariable(dataset="ADAE", where="AETOXGRN >= 3", output=False),
        "AETOXGRN": GRADE,
        "AESOC": ag.AnalysisVariable(dataset="ADAE", compose="{AEBODSYS}"),
        "LAG": ag.AnalysisVariable(dataset="ADAE", expression="(AENDT - ASTDT) * AETOXGRN"),
        "OLDINF": ag.AnalysisVariable(dataset="ADAE", where="CQ01NAM == 'INFECTIONS' and AGE < 60", no="N"),
    }
    found = derive(
        variables,
        queries={"CQ01": ag.EventQuery(title="INFECTIONS", where="AEBODSYS == 'Infections'")},
        flags={"AOCC01FL": ag.OccurrenceFlag(where="SEVERE == 'Y'", order=("ASTDT",))},
    )
    assert column(found, "AETOXGRN") == [4.0, 1.0, 3.0, 2.0]
    assert column(found, "AESOC") == ["Infections", "Gastro", "Blood", None]
    assert column(found, "LAG") == [16.0, 1.0, 30.0, None]
    assert column(found, "OLDINF")[0] == "Y"
    assert column(found, "AOCC01FL") == ["Y", None, "Y", None]
    assert "SEVERE" not in found["ADAE"]


def test_a_value_that_the_map_does_not_have_is_refused_with_its_subjects():
    with pytest.raises(ag.DerivationRefused) as refused:
        derive({"AETOXGRN": GRADE}, AE.assign(AETOXGR=["4", "1", "3", "HIGH"]))
    (problem,) = refused.value.problems
    assert problem.what == "AETOXGR has values that map does not have in 1 record: HIGH"
    assert (problem.where, problem.subjects) == ("[variable.AETOXGRN] map", ("2",))


@pytest.mark.parametrize(
    ("given", "what", "where"),
    [
        ({"compose": "{AEBODSIS}"}, "AEBODSIS is not present in ADAE", "[variable.X] compose"),
        ({"where": "TRTSDT > '2024-01-01'"}, "TRTSDT is not present in ADAE", "[variable.X] where"),
        (
            {"variable": "AEDECOD", "compose": "x"},
            "AEDECOD is a variable of AE, and derived",
            "[derive.ADAE]",
        ),
        ({"expression": "AEDECOD + 1"}, "AEDECOD of ADAE is not a number", "[variable.X] expression"),
    ],
)
def test_data_that_do_not_fit(given, what, where):
    with pytest.raises(ag.DerivationRefused) as refused:
        derive({"X": ag.AnalysisVariable(dataset="ADAE", **given)})
    (problem,) = refused.value.problems
    assert problem.what.startswith(what)
    assert problem.where == where


@pytest.mark.parametrize(
    ("variables", "what"),
    [
        ({"X": ag.AnalysisVariable(compose="x")}, "its dataset of measurements or events is not declared"),
        ({"X": ag.AnalysisVariable(dataset="ADAE")}, "how to derive it is not declared"),
        (
            {
                "X": ag.AnalysisVariable(dataset="ADAE", compose="{Y}"),
                "Y": ag.AnalysisVariable(dataset="ADAE", compose="{X}"),
            },
            "it needs [variable.Y], which needs it",
        ),
        ({"X": ag.AnalysisVariable(dataset="ADEA", compose="x")}, "ADEA is not a derived dataset of"),
        (
            {
                "X": ag.AnalysisVariable(dataset="ADAE", compose="x"),
                "Y": ag.AnalysisVariable(dataset="ADAE", compose="x", variable="X"),
            },
            "X of ADAE is derived by [variable.X], too",
        ),
    ],
)
def test_what_cannot_be_derived_is_refused(variables, what):
    with pytest.raises(ag.ConfigurationError) as refused:
        derive(variables)
    assert refused.value.what.startswith(what)


def test_a_variable_of_the_only_measurements_need_not_name_them_beside_adverse_events():
    both = {"ADVS": ag.Measurements(dataset="VS", param="{VSTEST}", baseline_may_be_empty=True)}
    what = ag.Specification(
        {"ADAE": ag.AdverseEvents(), **both},
        variables={"AVALCAT1": ag.AnalysisVariable(compose="x"), "ACAT1": GROUP},
    )
    vs = pd.DataFrame(
        {"STUDYID": "S1", "USUBJID": ["1"], "VSSEQ": [1.0], "VSTESTCD": ["HR"], "VSTEST": ["Heart Rate"],
         "VSSTRESN": [60.0], "VSSTRESC": ["60"], "VSSTRESU": ["bpm"], "VSDTC": ["2024-01-02"]}
    )  # fmt: skip
    frames = {"ADSL": ADSL, "AE": AE, "SUPPAE": SUPPAE, "VS": vs}
    found = ag.derive(
        ag.Study.of(*(ag.Dataset.from_frame(each, name) for name, each in frames.items())), what
    )
    for dataset, own, other in (("ADVS", "AVALCAT1", "ACAT1"), ("ADAE", "ACAT1", "AVALCAT1")):
        assert own in found[dataset]
        assert other not in found[dataset]
