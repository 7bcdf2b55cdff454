"""`derive_variations`: who moves between FDA-style and EMA-style PFS, by how much, and the medians."""

import math

import pytest
from pfs import SOURCES, STOPS, pfs, study_of

import adamgate as ag

SUBJECTS = {
    "S1-01": {"seen": (56, 112), "pd": 168},
    "S1-02": {"seen": (56, 112), "therapy": 120, "pd": 168},
    "S1-03": {"seen": (56, 112), "therapy": 120},
    "S1-04": {"seen": (56,), "pd": 224},
    "S1-05": {"seen": (56, 112)},
}
FDA = pfs(stops=("NEWTX", "MISSED"))


def varied(declared=FDA, datasets=None, **variations):
    what = ag.Specification(
        datasets or {"ADTTE": ag.TimeToEvent()}, {"PFS": declared}, SOURCES, STOPS, variations
    )
    return ag.derive_variations(study_of(SUBJECTS), what)


def test_who_moves_and_the_medians():
    (found,) = varied(EMA=ag.Variation(endpoint="PFS", stops=()))
    assert (found.name, found.dataset, found.parameter) == ("EMA", "ADTTE", "PFS")
    assert dict(found.changes) == {"stops": (("NEWTX", "MISSED"), ())}
    assert [(each.subject, each.how, each.aval, each.varied_aval) for each in found.moved] == [
        ("S1-02", "censored to event", 113, 169),
        ("S1-04", "censored to event", 57, 225),
        ("S1-03", "another censoring reason", 113, 113),
    ]
    assert (found.declared.records, found.declared.events, found.declared.median) == (5, 1, 169)
    assert (found.varied.records, found.varied.events, found.varied.median) == (5, 3, 169)


def test_a_median_that_is_not_reached():
    (found,) = varied(NOPD=ag.Variation(endpoint="PFS", events=("DEATH",)))
    assert math.isnan(found.varied.median)
    assert [each.subject for each in found.by_move("event to censored")] == ["S1-01"]


def test_another_duration():
    (found,) = varied(DAY0=ag.Variation(endpoint="PFS", first_day=0))
    assert [(each.how, each.varied_aval - each.aval) for each in found.moved] == [("another AVAL", -1)] * 5


def test_records_of_one_only():
    declared = pfs(without_candidate="exclude", events=("PD",), censors=())
    (found,) = varied(declared, RAND=ag.Variation(endpoint="PFS", censors=("RAND",)))
    assert [(each.how, each.subject) for each in found.moved] == [
        ("a record", "S1-03"),
        ("a record", "S1-05"),
    ]
    everybody = pfs(without_candidate="exclude", events=("PD",), censors=("RAND",))
    (found,) = varied(everybody, EVENTS=ag.Variation(endpoint="PFS", censors=("ALIVE",)))
    assert [(each.how, each.subject) for each in found.moved] == [
        ("no record", "S1-03"),
        ("no record", "S1-05"),
    ]
    assert (found.declared.records, found.varied.records) == (5, 3)


def test_what_the_dataset_omits_is_compared_too():
    datasets = {"ADTTE": ag.TimeToEvent(variables=("USUBJID", "PARAMCD"))}
    (found,) = varied(datasets=datasets, EMA=ag.Variation(endpoint="PFS", stops=()))
    assert len(found.moved) == 3


def test_every_dataset_that_has_the_parameter():
    datasets = {"ADTTE": ag.TimeToEvent(), "ADTTE2": ag.TimeToEvent(endpoints=("PFS",))}
    found = varied(datasets=datasets, EMA=ag.Variation(endpoint="PFS", stops=()))
    assert [each.dataset for each in found] == ["ADTTE", "ADTTE2"]


def test_beside_a_dataset_of_another_kind():
    what = ag.Specification(
        {"ADTTE": ag.TimeToEvent(), "ADEXTRA": ag.SubjectLevel(dataset="ADSL")},
        {"PFS": FDA},
        SOURCES,
        STOPS,
        {"EMA": ag.Variation(endpoint="PFS", stops=())},
        subjects={"DIEDFL": ag.DerivedVariable(dataset="ADEXTRA", where="not missing(DTHDT)")},
    )
    (found,) = ag.derive_variations(study_of(SUBJECTS), what)
    assert len(found.moved) == 3


def test_a_variation_of_the_origin_replaces_its_source():
    by_source = pfs(origin="", origin_source="TUMOR")
    (found,) = varied(by_source, RAND=ag.Variation(endpoint="PFS", origin="RANDDT"))
    assert dict(found.changes) == {"origin": ("", "RANDDT"), "origin_source": ("TUMOR", "")}
    assert {each.varied_aval - each.aval for each in found.moved} == {56}


@pytest.mark.parametrize(
    ("variation", "place", "words"),
    [
        ({"endpoint": "PSF"}, "[vary.V] endpoint", "PSF is not a declared endpoint"),
        ({"endpoint": "PFS", "events": ("PX",)}, "[vary.V] events", "PX is not a declared source"),
        ({"endpoint": "PFS", "stops": ("NEXT",)}, "[vary.V] stops", "NEXT is not a declared stop"),
    ],
)
def test_a_fault_has_the_place_of_the_variation(variation, place, words):
    with pytest.raises(ag.ConfigurationError) as refused:
        varied(V=ag.Variation(**variation))
    assert (refused.value.where, refused.value.what) == (place, words)


def test_data_that_do_not_fit_have_the_place_of_the_variation():
    with pytest.raises(ag.DerivationRefused) as refused:
        varied(V=ag.Variation(endpoint="PFS", origin="TRTSDT"))
    assert [each.where for each in refused.value.problems] == ["[vary.V] origin"]


def test_no_variation():
    with pytest.raises(ag.ConfigurationError, match="no variation is declared"):
        varied()
