"""Nothing is rounded unless decimals are declared; texts have the shortest decimal that is the number."""

import pandas as pd
import pytest

import adamgate as ag

ADSL = pd.DataFrame({"USUBJID": ["1"], "TRTSDT": pd.to_datetime(["2024-01-10"])})


def derive(values, measurements=None, **variables):
    """One record for each value, of the parameters A, B, ….

    Returns the frame, and AVAL by PARAMCD.
    """
    names = [chr(ord("A") + at) for at in range(len(values))]
    vs = pd.DataFrame(
        {
            "USUBJID": "1",
            "VSTESTCD": names,
            "VSSTRESN": values,
            "VSDTC": "2024-01-09",
        }
    )
    declared = {name: ag.Measurement(param=name) for name in names} | (measurements or {})
    what = ag.Specification(
        {"ADVS": ag.Measurements(dataset="VS", by=("ADT",))}, measurements=declared, variables=variables
    )
    study = ag.Study.of(ag.Dataset.from_frame(ADSL, "ADSL"), ag.Dataset.from_frame(vs, "VS"))
    return ag.derive(study, what)["ADVS"].frame.set_index("PARAMCD")


SUM = {"param": "Sum", "expression": "A + B"}


def test_a_sum_is_not_rounded():
    found = derive(
        [0.1, 0.2],
        {"SUM": ag.Measurement(**SUM)},
        TEXT=ag.AnalysisVariable(compose="{AVAL}"),
        CRIT1FL=ag.AnalysisVariable(where="AVAL > 0.3"),
    )
    assert found.loc["SUM", ["AVAL", "TEXT", "CRIT1FL"]].tolist() == [0.1 + 0.2, "0.30000000000000004", "Y"]


def test_a_sum_is_rounded_by_declaration():
    found = derive(
        [0.1, 0.2],
        {"SUM": ag.Measurement(**SUM, decimals=1)},
        TEXT=ag.AnalysisVariable(compose="{AVAL}"),
        CRIT1FL=ag.AnalysisVariable(where="AVAL > 0.3", no="N"),
    )
    assert found.loc["SUM", ["AVAL", "TEXT", "CRIT1FL"]].tolist() == [0.3, "0.3", "N"]


def test_a_converted_value_is_rounded_by_declaration():
    converted = {"A": ag.Measurement(param="A", aval="VSSTRESN * 2.54", decimals=1)}
    assert derive([10.05, 1.0], converted)["AVAL"].to_dict() == {"A": 25.5, "B": 1.0}


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (80.0, None, "80"),
        (5.10, None, "5.1"),
        (1e-7, None, "0.0000001"),
        (1e22, None, "10000000000000000000000"),
        (-0.0, None, "0"),
        (-2.5, None, "-2.5"),
        (1 / 3, None, "0.3333333333333333"),
        (1 / 3, 2, "0.33"),
        (2.675, 2, "2.68"),
        (-0.04, 1, "0"),
        (80.0, 2, "80"),
        (1234.5, 0, "1235"),
    ],
)
def test_numbers_in_texts(value, decimals, text):
    found = derive([value], TEXT=ag.AnalysisVariable(compose="{AVAL} of {PARAMCD}", decimals=decimals))
    assert found["TEXT"].tolist() == [f"{text} of A"]
