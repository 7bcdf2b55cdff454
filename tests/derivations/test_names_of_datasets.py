"""Datasets of one specification have their own variables, visits and records of one name, or share them."""

import pandas as pd
import pytest

import adamgate as ag
from adamgate.converters.configuration.from_tables import specification
from adamgate.converters.configuration.load import load_settings
from adamgate.converters.derivations.specification import of_datasets

ADSL = pd.DataFrame(
    {
        "USUBJID": ["1", "2"],
        "TRTSDT": pd.to_datetime(["2024-01-10", "2024-01-10"]),
        "TRTEDT": pd.to_datetime(["2024-02-10", "2024-02-10"]),
    }
)
AE = pd.DataFrame(
    {
        "USUBJID": ["1", "1", "2"],
        "AESEQ": [1.0, 2.0, 1.0],
        "AETERM": ["Rash", "Headache", "Rash"],
        "AESTDTC": ["2024-01-11", "2024-01-12", "2024-01-13"],
    }
)
SPECIFICATION = """
[derive.ADAE]
kind = "adverse_events"

[derive.ADLB]
kind = "measurements"
dataset = "LB"
param = "{LBTEST}"
by = ["ADT"]
baseline_may_be_empty = true

[derive.ADVS]
kind = "measurements"
dataset = "VS"
by = ["ADT"]
baseline_may_be_empty = true

[flag.ANL01FL]
dataset = "ADAE"
order = ["ASTDT"]

[flag.OF_LAB]
dataset = "ADLB"
variable = "ANL01FL"
by = ["PARAMCD"]
order = ["AVAL", "LBSEQ"]

[flag.OF_VITAL_SIGNS]
dataset = "ADVS"
variable = "ANL01FL"
take = "all"
where = "AVAL > 75"

[flag.ANL02FL]
dataset = ["ADLB", "ADVS", "ADAE"]
take = "all"
where = "USUBJID == '2'"

[visit.Baseline]
dataset = "ADLB"
number = 0
last = 1

[visit.BASELINE_OF_VITAL_SIGNS]
dataset = "ADVS"
avisit = "Baseline"
number = -1
last = 5

[visit.Later]
dataset = ["ADLB", "ADVS"]
number = 9
first = 6

[record.AVERAGE]
dataset = "ADLB"
by = ["PARAMCD", "AVISIT"]
take = "mean"

[record.AVERAGE_OF_WEIGHT]
dataset = "ADVS"
dtype = "AVERAGE"
where = "PARAMCD == 'WEIGHT'"
by = ["PARAMCD"]
take = "mean"

[measurement.WEIGHT]               # of a sample
dataset = "ADLB"
where = "LBTESTCD == 'W'"
param = "Weight of Sample (g)"
paramn = 1

[measurement.BODY]
dataset = "ADVS"
paramcd = "WEIGHT"
param = "Weight (kg)"
paramn = 2
set = { PARCAT1 = "BODY" }

[measurement.BODY_LB]
dataset = "ADVS"
paramcd = "WEIGHTLB"
param = "Weight (lb)"
where = "VSTESTCD == 'LB'"
aval = "VSSTRESN * 2"

[measurement.BODY_RATIO]
dataset = "ADVS"
paramcd = "RATIO"
param = "Ratio"
expression = "WEIGHTLB / WEIGHT"

[variable.AVALCAT1]
dataset = "ADLB"
where = "AVAL > 2"
yes = "high"

[variable.HEAVY]
dataset = "ADVS"
variable = "AVALCAT1"
where = "AVAL > 75"
yes = "heavy"

[variable.SHIFT1]
dataset = ["ADLB", "ADVS"]
compose = "{PARAMCD} {AVISIT}"

[grade.ANY]
dataset = ["ADLB", "ADVS"]
where = "AVAL > 0"
term = "Any"
direction = "high"
cases = [{ where = "AVAL > 75", value = "2" }]
"""


def findings(prefix, tests, values, days):
    return pd.DataFrame(
        {
            "USUBJID": ["1", "1", "2"],
            f"{prefix}SEQ": [1.0, 2.0, 1.0],
            f"{prefix}TESTCD": tests,
            f"{prefix}TEST": tests,
            f"{prefix}STRESN": values,
            f"{prefix}STRESU": "u",
            f"{prefix}DTC": [f"2024-01-{day}" for day in days],
        }
    )


LB = findings("LB", ["W", "W", "HGB"], [1.0, 3.0, 5.0], ["10", "20", "10"])
VS = findings("VS", ["WEIGHT", "LB", "WEIGHT"], [80.0, 40.0, 70.0], ["12", "12", "20"])


@pytest.fixture
def derived(tmp_path):
    def derive(text=SPECIFICATION, only=None):
        file = tmp_path / "adamgate.toml"
        file.write_text(text)
        what = specification(load_settings((), file).entries)
        what = of_datasets(what, only) if only else what
        frames = {"ADSL": ADSL, "AE": AE, "LB": LB, "VS": VS}
        sources = (ag.Dataset.from_frame(each, name) for name, each in frames.items())
        return ag.derive(ag.Study.of(*sources), what)

    return derive


def rows(dataset, *names):
    frame = dataset.frame.astype(object)
    records = frame[list(names)].itertuples(index=False)
    return sorted((tuple("" if pd.isna(each) else each for each in record) for record in records), key=str)


def test_each_dataset_has_its_own_flag(derived):
    found = derived()
    assert rows(found["ADAE"], "USUBJID", "AESEQ", "ANL01FL") == [
        ("1", 1.0, "Y"), ("1", 2.0, ""), ("2", 1.0, "Y"),
    ]  # fmt: skip
    of_lab = found["ADLB"].frame.query("ANL01FL == 'Y'")
    assert rows(ag.Dataset.from_frame(of_lab, "X"), "PARAMCD", "LBSEQ") == [("HGB", 1.0), ("WEIGHT", 1.0)]
    heavy = found["ADVS"].frame.query("ANL01FL == 'Y'")
    assert heavy["AVAL"].min() > 75
    assert len(heavy) == (found["ADVS"].frame["AVAL"] > 75).sum()


def test_each_dataset_has_its_own_visits_records_and_parameters(derived):
    found = derived()
    assert rows(found["ADLB"], "PARAMCD", "PARAM", "AVISIT", "AVISITN", "AVAL", "DTYPE", "AVALCAT1") == [
        ("HGB", "HGB", "Baseline", "", 5.0, "AVERAGE", "high"),
        ("HGB", "HGB", "Baseline", 0.0, 5.0, "", "high"),
        ("WEIGHT", "Weight of Sample (g)", "Baseline", "", 1.0, "AVERAGE", ""),
        ("WEIGHT", "Weight of Sample (g)", "Baseline", 0.0, 1.0, "", ""),
        ("WEIGHT", "Weight of Sample (g)", "Later", "", 3.0, "AVERAGE", "high"),
        ("WEIGHT", "Weight of Sample (g)", "Later", 9.0, 3.0, "", "high"),
    ]
    names = "PARAMCD PARAM PARAMN PARCAT1 AVISIT AVISITN AVAL DTYPE AVALCAT1".split()
    assert rows(found["ADVS"], *names) == [
        ("RATIO", "Ratio", "", "", "Baseline", -1.0, 1.0, "", ""),
        ("WEIGHT", "Weight (kg)", 2.0, "BODY", "", "", 70.0, "AVERAGE", ""),
        ("WEIGHT", "Weight (kg)", 2.0, "BODY", "", "", 80.0, "AVERAGE", "heavy"),
        ("WEIGHT", "Weight (kg)", 2.0, "BODY", "Baseline", -1.0, 80.0, "", "heavy"),
        ("WEIGHT", "Weight (kg)", 2.0, "BODY", "Later", 9.0, 70.0, "", ""),
        ("WEIGHTLB", "Weight (lb)", "", "", "Baseline", -1.0, 80.0, "", "heavy"),
    ]


@pytest.mark.slow
def test_tables_of_several_datasets(derived):
    found = derived()
    for name in ("ADAE", "ADLB", "ADVS"):
        second = found[name].frame["USUBJID"].astype(str) == "2"
        assert found[name].frame["ANL02FL"].eq("Y").tolist() == second.tolist()
    assert {each for (each,) in rows(found["ADLB"], "SHIFT1")} == {
        "HGB Baseline", "WEIGHT Baseline", "WEIGHT Later",
    }  # fmt: skip
    assert {each for (each,) in rows(found["ADVS"], "ATOXGRH")} == {"0", "2"}
    assert {each for (each,) in rows(found["ADLB"], "ATOXGRH")} == {"0"}


@pytest.mark.slow
@pytest.mark.parametrize("only", [["ADAE"], ["ADVS"], ["ADAE", "ADLB"]])
def test_some_datasets_alone_are_as_beside_the_others(derived, only):
    every, alone = derived(), derived(only=only)
    assert [each.name for each in alone] == only
    for name in only:
        pd.testing.assert_frame_equal(alone[name].frame, every[name].frame)


def test_policies_have_the_names_of_their_tables(derived):
    effects = {(each.dataset, each.policy, each.effect) for each in derived().record.effects}
    assert {
        ("ADAE", "flag.ANL01FL", "ANL01FL is Y"),
        ("ADLB", "flag.OF_LAB", "ANL01FL is Y"),
        ("ADVS", "flag.OF_VITAL_SIGNS", "ANL01FL is Y"),
        ("ADVS", "measurement.BODY_LB: aval", "not defined: AVAL is missing"),
        ("ADVS", "record.AVERAGE_OF_WEIGHT", "derived, DTYPE AVERAGE"),
    } <= effects


@pytest.mark.parametrize("datasets", [("ADAE", "ADAESI"), ["ADAE", "ADAESI"]])
def test_a_query_of_two_datasets(datasets):
    frames = {"ADSL": ADSL, "AE": AE}
    study = ag.Study.of(*(ag.Dataset.from_frame(each, name) for name, each in frames.items()))
    query = ag.EventQuery(dataset=datasets, title="RASH", where="AETERM == 'Rash'")
    kinds = {"ADAE": ag.AdverseEvents(), "ADAESI": ag.AdverseEvents()}
    found = ag.derive(study, ag.Specification(kinds, queries={"CQ01": query}))
    for dataset in found:
        assert dataset.frame["CQ01NAM"].eq("RASH").tolist() == [True, False, True]


@pytest.mark.parametrize(
    ("old", "new", "what", "where"),
    [
        (
            'dataset = "ADLB"\nvariable = "ANL01FL"',
            'dataset = ["ADLB", "ADVS"]\nvariable = "ANL01FL"',
            "ANL01FL of ADVS is derived by [flag.OF_LAB], too",
            "[flag.OF_VITAL_SIGNS]",
        ),
        (
            'dataset = "ADLB"\nvariable = "ANL01FL"',
            'dataset = "ADAE"\nvariable = "ANL01FL"',
            "ANL01FL of ADAE is derived by [flag.ANL01FL], too",
            "[flag.OF_LAB]",
        ),
        (
            '[variable.AVALCAT1]\ndataset = "ADLB"',
            '[variable.AVALCAT1]\ndataset = "ADVS"',
            "AVALCAT1 of ADVS is derived by [variable.AVALCAT1], too",
            "[variable.HEAVY]",
        ),
        (
            'variable = "AVALCAT1"',
            'variable = "ANL01FL"',
            "ANL01FL of ADVS is derived by [variable.HEAVY], too",
            "[flag.OF_VITAL_SIGNS]",
        ),
        (
            'paramcd = "WEIGHTLB"',
            'paramcd = "WEIGHT"',
            "WEIGHT of ADVS is derived by [measurement.BODY], too",
            "[measurement.BODY_LB]",
        ),
        (
            'variable = "AVALCAT1"',
            'variable = "AVISITN"',
            "AVISITN of ADVS is derived by [visit.BASELINE_OF_VITAL_SIGNS], too",
            "[variable.HEAVY]",
        ),
        (
            'variable = "AVALCAT1"',
            'variable = "PARCAT1"',
            "PARCAT1 of ADVS is derived by [measurement.BODY], too",
            "[variable.HEAVY]",
        ),
        (
            'variable = "AVALCAT1"',
            'variable = "ATOXGRH"',
            "ATOXGRH of ADVS is derived by [grade.ANY], too",
            "[variable.HEAVY]",
        ),
        (
            'paramcd = "WEIGHTLB"',
            'paramcd = "WEIGHTINLB"',
            "WEIGHTINLB is not a value of PARAMCD",
            "[measurement.BODY_LB]",
        ),
        (
            '["ADLB", "ADVS", "ADAE"]',
            '["ADLB", "ADVZ"]',
            "ADVZ is not a derived dataset with flags",
            "[flag.ANL02FL] dataset",
        ),
        (
            '["ADLB", "ADVS", "ADAE"]',
            '["ADLB", "adlb"]',
            "ADLB is listed again",
            "[flag.ANL02FL] dataset",
        ),
        (
            '[visit.Later]\ndataset = ["ADLB", "ADVS"]',
            '[visit.Later]\ndataset = ["ADLB", "ADAE"]',
            "ADAE is not a derived dataset of measurements",
            "[visit.Later] dataset",
        ),
        (
            '[visit.Later]\ndataset = ["ADLB", "ADVS"]\n',
            "[visit.Later]\n",
            "its dataset of measurements is not declared",
            "[visit.Later] dataset",
        ),
        (
            '[visit.Later]\ndataset = ["ADLB", "ADVS"]',
            "[visit.Later]\ndataset = []",
            "[] is not a value of dataset",
            "[visit.Later] dataset",
        ),
        (
            'variable = "ANL01FL"\nby = ["PARAMCD"]',
            'variable = "ANL01FL"\nwhere = "AVAL >"',
            "the condition cannot be parsed",
            "[flag.OF_LAB] where",
        ),
    ],
)
def test_faults_name_the_table_as_it_is_called(derived, old, new, what, where):
    assert SPECIFICATION.count(old) == 1
    with pytest.raises(ag.ConfigurationError) as refused:
        derived(SPECIFICATION.replace(old, new))
    assert what in refused.value.what
    assert where in refused.value.where


def test_data_that_do_not_fit_have_the_place_of_the_table(derived):
    with pytest.raises(ag.DerivationRefused) as refused:
        derived(SPECIFICATION.replace('"AVAL", "LBSEQ"', '"AVALX"'))
    assert [(each.what, each.where) for each in refused.value.problems] == [
        ("AVALX is not present in ADLB", "[flag.OF_LAB] order")
    ]
