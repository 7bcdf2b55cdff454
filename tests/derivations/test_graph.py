"""Datasets are derived after those that they need, and each states what it was made from."""

import pickle

import pandas as pd
import pytest

import adamgate as ag

ADSL = pd.DataFrame(
    {
        "STUDYID": ["S1"] * 3,
        "USUBJID": ["S1-01", "S1-02", "S1-03"],
        "TRTSDT": pd.to_datetime(["2024-01-01"] * 3).astype("datetime64[s]"),
        "TRTEDT": pd.to_datetime(["2024-03-01"] * 3).astype("datetime64[s]"),
    }
)
AE = pd.DataFrame(
    {
        "USUBJID": ["S1-01", "S1-01", "S1-02"],
        "AESEQ": [1.0, 2.0, 1.0],
        "AEDECOD": ["RASH", "COUGH", "COUGH"],
        "AESTDTC": ["2024-01-10", "2024-01-20", "2024-02-01"],
        "AEENDTC": ["2024-01-11", "2024-01-21", "2024-02-02"],
    }
)


def study():
    return ag.Study.of(ag.Dataset.from_frame(ADSL, "ADSL"), ag.Dataset.from_frame(AE, "AE"))


def first_rash(dataset):
    """Time to the first rash, from a dataset of adverse events, else to the end of treatment."""
    ends = {
        "TTR": ag.DerivedEndpoint(
            param="Time to Rash (Days)", origin="TRTSDT", events=("RASH",), censors=("END",)
        )
    }
    sources = {
        "RASH": ag.DerivationSource(
            dataset=dataset,
            where="AEDECOD == 'RASH'",
            date="ASTDT",
            sequence="AESEQ",
            set={"EVNTDESC": "Rash"},
        ),
        "END": ag.DerivationSource(dataset="ADSL", date="TRTEDT", set={"EVNTDESC": "End of treatment"}),
    }
    return ends, sources


def test_a_dataset_is_derived_after_those_that_it_needs_wherever_it_is_declared():
    what = ag.Specification({"ADTTE": ag.TimeToEvent(), "ADAE": ag.AdverseEvents()}, *first_rash("ADAE"))
    found = ag.derive(study(), what)
    assert list(found.datasets) == ["ADAE", "ADTTE"]
    assert found["ADTTE"].frame["CNSR"].tolist() == [0, 1, 1]


def test_a_first_part_of_a_name_is_that_of_a_derived_dataset():
    what = ag.Specification({"ADTTE": ag.TimeToEvent(), "ADAE_MAIN": ag.AdverseEvents()}, *first_rash("ADAE"))
    assert list(ag.derive(study(), what).datasets) == ["ADAE_MAIN", "ADTTE"]


def test_datasets_that_need_each_other_are_refused():
    events = ag.AdverseEvents(dataset="ADTTE")
    what = ag.Specification({"ADTTE": ag.TimeToEvent(), "ADAE": events}, *first_rash("ADAE"))
    with pytest.raises(ag.ConfigurationError) as refused:
        ag.derive(study(), what)
    assert refused.value.what == "ADTTE needs itself: ADTTE needs ADAE needs ADTTE"
    assert refused.value.where == "[derive.ADTTE]"


def test_a_dataset_states_what_it_was_made_from():
    what = ag.Specification({"ADAE": ag.AdverseEvents(), "ADTTE": ag.TimeToEvent()}, *first_rash("ADAE"))
    found = [
        (each.dataset, each.source, each.records, each.used)
        for each in ag.derive(study(), what).record.made_from
    ]
    assert found == [
        ("ADAE", "AE", 3, 3),
        ("ADAE", "ADSL", 3, 2),
        ("ADTTE", "ADAE", 3, 1),
        ("ADTTE", "ADSL", 3, 3),
    ]


def test_what_needs_a_dataset_that_fails_is_named_and_other_datasets_are_judged():
    datasets = {
        "ADAE": ag.AdverseEvents(dataset="AEX"),
        "ADAE_2": ag.AdverseEvents(carry=("RACE",)),
        "ADTTE": ag.TimeToEvent(),
    }
    what = ag.Specification(datasets, *first_rash("ADAE"))
    with pytest.raises(ag.DerivationRefused) as refused:
        ag.derive(study(), what)
    assert [each.what for each in refused.value.problems] == [
        "dataset AEX is not present",
        "RACE is not present in ADSL",
    ]
    assert refused.value.not_derived == {"ADTTE": ("ADAE",)}
    assert "ADTTE is not derived, since it needs ADAE" in refused.value.details
    assert pickle.loads(pickle.dumps(refused.value)).details == refused.value.details


def test_a_problem_that_two_datasets_have_is_listed_once():
    late = {"ADTTE": ag.TimeToEvent(), "ADTTE_2": ag.TimeToEvent()}
    what = ag.Specification(late, *first_rash("AEX"))
    with pytest.raises(ag.DerivationRefused) as refused:
        ag.derive(study(), what)
    assert [each.what for each in refused.value.problems] == ["dataset AEX is not present"]


def test_records_of_parameters_are_counted_beside_other_derived_datasets():
    events = ag.derive(study(), ag.Specification({"ADAE": ag.AdverseEvents()}))
    everything = ag.Study.of(*study().datasets.values(), events["ADAE"])
    times = ag.derive(everything, ag.Specification({"ADTTE": ag.TimeToEvent()}, *first_rash("ADAE")))
    assert events.with_more(times).record.records_of("ADTTE", "TTR") == 3
