"""What is declared of variables and parameters, and cannot be meant, is refused and named."""

import pytest
from pfs import SOURCES, pfs, study_of

import adamgate as ag

SUBJECTS = {f"S1-{number:02}": {"seen": (56,), "death": 100} for number in range(1, 5)}


def derived(endpoints=None, order=None, **options):
    study = study_of(SUBJECTS)
    if order:
        adsl = study["ADSL"]
        study = ag.Study.of(adsl.replace(frame=adsl.frame.iloc[order]), study["ADRS"])
    what = ag.Specification({"ADTTE": ag.TimeToEvent(**options)}, endpoints or {"PFS": pfs()}, SOURCES)
    return ag.derive(study, what)["ADTTE"]


UNKNOWN = {
    "sort": {"sort": ("AVALL",)},
    "labels": {"labels": {"AVALL": "Days"}},
    "formats": {"formats": {"AVALL": "8."}},
    "variables": {"variables": ("AVALL",)},
}


@pytest.mark.parametrize("key", UNKNOWN)
def test_a_variable_that_is_not_present_is_named_with_the_nearest(key):
    with pytest.raises(ag.DerivationRefused) as refused:
        derived(**UNKNOWN[key])
    (problem,) = refused.value.problems
    assert problem.what == "AVALL is not derived, nor carried from ADSL"
    assert problem.where == f"[derive.ADTTE] {key}"
    assert "AVAL" in problem.advice


@pytest.mark.parametrize("name", ["USUBJID", "ASEQ", "LSTALVDT"])
def test_nothing_is_carried_over_another_variable(name):
    with pytest.raises(ag.DerivationRefused, match=f"{name} is another variable"):
        derived(carry=("LSTALVDT",), carry_as={name: "DTHDT"})


@pytest.mark.parametrize("key", ["variables", "sort", "carry"])
def test_a_name_is_listed_once(key):
    with pytest.raises(ag.ConfigurationError, match="DTHDT is listed again") as wrong:
        derived(**{key: ("DTHDT", "USUBJID", "DTHDT")})
    assert wrong.value.where == f"[derive.ADTTE] {key}"


def test_a_source_is_listed_once():
    with pytest.raises(ag.ConfigurationError, match="DEATH is listed again"):
        derived({"PFS": pfs(events=("DEATH", "PD", "DEATH"))})


@pytest.mark.parametrize("paramcd", ["PFSVERYLONG", "P\x1b[31m", "1PFS", "P-FS"])
def test_paramcd_is_a_sas_name(paramcd):
    with pytest.raises(ag.ConfigurationError, match="PARAMCD is not valid") as wrong:
        derived({paramcd: pfs()})
    assert "\x1b" not in str(wrong.value)


def test_a_variable_is_set_to_one_type():
    sources = {
        **SOURCES,
        "PD": ag.DerivationSource(dataset="ADRS", date="ADT", where="AVALC == 'PD'", set={"EVNTDESC": 5}),
    }
    what = ag.Specification({"ADTTE": ag.TimeToEvent()}, {"PFS": pfs()}, sources)
    with pytest.raises(
        ag.ConfigurationError, match=r"EVNTDESC is text here and a number in \[source.PD\] set"
    ):
        ag.derive(study_of(SUBJECTS), what)


def test_a_population_is_a_flag():
    with pytest.raises(ag.DerivationRefused) as refused:
        derived({"PFS": pfs(population="DTHDT")})
    (problem,) = refused.value.problems
    assert problem.what == "DTHDT of ADSL is numeric; a population is a flag with Y"
    assert problem.where == "[endpoint.PFS] population"


def test_of_several_datasets_that_begin_with_a_name_one_is_asked_for():
    adsl, adrs = study_of(SUBJECTS)
    study = ag.Study.of(adsl, adrs.replace(name="ADRS_A"), adrs.replace(name="ADRS_B"))
    what = ag.Specification({"ADTTE": ag.TimeToEvent()}, {"PFS": pfs()}, SOURCES)
    with pytest.raises(ag.DerivationRefused, match="name one of ADRS_A, ADRS_B"):
        ag.derive(study, what)


def test_records_that_a_sort_leaves_tied_are_in_the_order_of_the_keys():
    found = derived(sort=("AVAL",), order=[2, 0, 3, 1]).frame["USUBJID"].tolist()
    assert found == sorted(SUBJECTS)
