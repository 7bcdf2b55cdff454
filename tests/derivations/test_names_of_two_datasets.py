"""Two datasets of one specification have variables, flags and visits of the same names."""

import pandas as pd
import pytest

import adamgate as ag

ADSL = pd.DataFrame({"USUBJID": ["1"], "TRTSDT": pd.to_datetime(["2024-01-10"])})


def findings(domain, test, values):
    return pd.DataFrame(
        {
            "USUBJID": "1",
            f"{domain}SEQ": [1.0, 2.0, 3.0],
            f"{domain}TESTCD": test,
            f"{domain}TEST": test,
            f"{domain}STRESN": values,
            f"{domain}STRESC": [str(each) for each in values],
            f"{domain}STRESU": "U",
            f"{domain}DTC": ["2024-01-09", "2024-01-17", "2024-01-20"],
        }
    )


STUDY = ag.Study.of(
    ag.Dataset.from_frame(ADSL, "ADSL"),
    ag.Dataset.from_frame(findings("VS", "PULSE", [70.0, 80.0, 75.0]), "VS"),
    ag.Dataset.from_frame(findings("LB", "ALT", [20.0, 30.0, 40.0]), "LB"),
)


def of(domain, dataset):
    return ag.Measurements(dataset=domain, param=f"{{{domain}TEST}}", label=dataset)


def first_week(dataset):
    return ag.AnalysisVisit(dataset=dataset, avisit="Week 1", number=1, first=2, last=14)


def flag(dataset, take, variable="ANL01FL"):
    return ag.OccurrenceFlag(
        dataset=dataset,
        variable=variable,
        where="AVISIT == 'Week 1'",
        by=("PARAMCD",),
        take=take,
        order=("ADT",),
    )


def what(**flags):
    return ag.Specification(
        {"ADVS": of("VS", "ADVS"), "ADLB": of("LB", "ADLB")},
        visits={"VS_WEEK1": first_week("ADVS"), "LB_WEEK1": first_week("ADLB")},
        flags=flags,
    )


def flagged(data):
    return data.frame.loc[data.frame["ANL01FL"] == "Y", "AVAL"].tolist()


def test_each_has_its_own_flag_and_visit():
    found = ag.derive(STUDY, what(VS_FLAG=flag("ADVS", "first"), LB_FLAG=flag("ADLB", "last")))
    assert {name: flagged(data) for name, data in found.datasets.items()} == {"ADVS": [80.0], "ADLB": [40.0]}
    assert [data.frame["AVISIT"].tolist()[1:] for data in found] == [["Week 1", "Week 1"]] * 2


def test_one_flag_twice_in_a_dataset_is_refused_by_both_tables():
    with pytest.raises(ag.ConfigurationError) as refused:
        ag.derive(STUDY, what(ONE=flag("ADVS", "first"), OTHER=flag("ADVS", "last")))
    assert refused.value.what == "ANL01FL is derived by [flag.ONE], too"
    assert refused.value.where == "[flag.OTHER]"


def test_a_flag_of_adverse_events_has_another_name_than_its_table():
    events = pd.DataFrame(
        {
            "USUBJID": ["1", "1"],
            "AESEQ": [1.0, 2.0],
            "AEDECOD": "RASH",
            "AESTDTC": ["2024-01-12", "2024-01-13"],
        }
    )
    study = ag.Study.of(STUDY["ADSL"], ag.Dataset.from_frame(events, "AE"))
    first = ag.OccurrenceFlag(variable="AOCCFL", order=("ASTDT",))
    events_of = ag.AdverseEvents(treatment_end="")
    found = ag.derive(study, ag.Specification({"ADAE": events_of}, flags={"FIRST_EVENT": first}))
    assert found["ADAE"].filled("AOCCFL").tolist() == [True, False]
