"""The arms of a table: their order, their reference, and where these come from."""

import numpy as np
import pandas as pd
import pytest

import adamgate as ag
from adamgate.converters.reports.table_summary import render_summary

ARMS = ["Low", "Placebo", "High", "Placebo", "Low", "High"]


def made(make, **given):
    changes = {"TRTP": ARMS, **given.pop("changes", {})}
    return ag.survival(make(**changes), "OS", arm="TRTP", gate=False, **given)


def order_of(table):
    found = table.codebook.arm_order
    return found.levels, found.reference, found.found_by, found.lacking


def test_without_an_order_the_arms_stand_by_name_and_it_is_said(make):
    table = made(make)
    levels, reference, found_by, lacking = order_of(table)
    assert (levels, reference, found_by) == (("High", "Low", "Placebo"), None, None)
    assert "TRTPN" in lacking
    assert not getattr(table.frame["TRTP"].dtype, "ordered", False)
    assert "the arms have no order (" in render_summary(table.codebook)


def test_numbers_order_the_arms_and_the_lowest_is_the_reference(make):
    table = made(make, changes={"TRTPN": [1.0, 0.0, 2.0, 0.0, 1.0, 2.0]})
    assert order_of(table) == (("Placebo", "Low", "High"), "Placebo", "TRTPN", None)
    assert table.frame["TRTP"].cat.ordered
    assert list(table.frame["TRTP"].cat.categories) == ["Placebo", "Low", "High"]
    assert table.frame["TRTP"].astype(str).tolist() == ARMS
    assert [each.arm for each in table.codebook.arms] == ["Placebo", "Low", "High"]
    assert "  TRTP Placebo: 2 subjects, 0 events (reference)" in render_summary(table.codebook).splitlines()


def test_the_numbers_of_adsl_serve_for_the_text_of_adsl(make):
    study = make()
    adsl = study["ADSL"]
    frame = adsl.frame.assign(TRT01PN=[2.0 if each == "A" else 1.0 for each in adsl.frame["TRT01P"]])
    numbered = ag.Study.of(study["ADTTE"], ag.Dataset.from_frame(frame, "ADSL"))
    table = ag.survival(numbered, "OS", arm="TRT01P", gate=False)
    assert order_of(table) == (("B", "A"), "B", "TRT01PN", None)


@pytest.mark.parametrize(
    "numbers", [[1.0, 0.0, 0.0, 0.0, 1.0, 0.0], [1.0, 0.0, 2.0, 3.0, 1.0, 2.0], [np.nan] * 6]
)
def test_numbers_that_are_not_one_to_one_give_no_order(make, numbers):
    levels, reference, _, lacking = order_of(made(make, changes={"TRTPN": numbers}))
    assert (levels, reference) == (("High", "Low", "Placebo"), None)
    assert "TRTPN does not give each arm one number" in lacking


def test_the_user_decides(make):
    numbers = {"TRTPN": [1.0, 0.0, 2.0, 0.0, 1.0, 2.0]}
    assert order_of(made(make, reference="High"))[:3] == (("High", "Low", "Placebo"), "High", "reference")
    chosen = made(make, changes=numbers, reference="High")
    assert order_of(chosen)[:3] == (("High", "Placebo", "Low"), "High", "reference, TRTPN")
    given = made(make, changes=numbers, arm_order=["Low", "High", "Placebo"])
    assert order_of(given)[:3] == (("Low", "High", "Placebo"), "Low", "arm_order")


def test_an_arm_that_is_a_number_keeps_its_type(make):
    table = ag.survival(make(TRTPN=[2.0, 1.0, 2.0, 1.0, 2.0, np.nan]), "OS", arm="TRTPN", gate=False)
    assert order_of(table) == (("1", "2"), "1", "TRTPN", None)
    assert table.frame["TRTPN"].dtype == np.float64
    assert [each.arm for each in table.codebook.arms] == ["1", "2", None]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"reference": "Plac"}, "'Plac' is not an arm of the table"),
        ({"arm_order": ["Low", "Placebo"]}, "an arm of the table is not listed"),
        ({"arm_order": ["Low", "Placebo", "High", "Low"]}, "an arm is listed twice"),
        ({"arm_order": ["Low", "Placebo", "High", "Other"]}, "'Other' is not an arm"),
    ],
)
def test_an_order_of_other_arms_is_refused_before_the_gate(make, monkeypatch, given, message):
    monkeypatch.setattr("adamgate.converters.survival.gate_run.validate", pytest.fail)
    with pytest.raises(ag.ConfigurationError, match=message):
        ag.survival(make(TRTP=ARMS), "OS", arm="TRTP", **given)


@pytest.mark.parametrize("given", [{"covariates": "AGEX"}, {"population": "AGE"}, {"where": "AGEX > 1"}])
def test_usage_errors_come_before_the_gate(make, monkeypatch, given):
    monkeypatch.setattr("adamgate.converters.survival.gate_run.validate", pytest.fail)
    with pytest.raises(ag.ConfigurationError):
        ag.survival(make(), "OS", **given)


@pytest.mark.parametrize("given", [{"reference": "A"}, {"arm_order": ["A"]}])
def test_without_an_arm_there_is_nothing_to_order(make, given):
    with pytest.raises(ag.ConfigurationError, match="needs an arm"):
        ag.survival(make(), "OS", gate=False, **given)


def test_parquet_keeps_the_order_also_of_an_arm_that_occurs_late(make, tmp_path):
    table = made(make, arm_order=["High", "Placebo", "Low"])
    path, _ = table.write(tmp_path / "os.parquet")
    back = pd.read_parquet(path)["TRTP"]
    assert (list(back.cat.categories), back.cat.ordered) == (["High", "Placebo", "Low"], True)
    assert back.astype(str).tolist() == ARMS


def test_a_table_without_events_is_made_only_where_that_is_meant(make):
    study = make(CNSR=[1.0, 2.0, 1.0, 1.0, 2.0, 1.0])
    with pytest.raises(ag.Refused, match="OS has no events: no analysed record has CNSR = 0") as caught:
        ag.survival(study, "OS", gate=False)
    assert "CNSR is 1, 2" in caught.value.where
    assert "--allow-no-events" in caught.value.advice
    assert ag.survival(study, "OS", gate=False, allow_no_events=True).codebook.counts.events == 0


def test_missing_covariates_are_counted_for_the_terminal(make):
    table = ag.survival(make(), "OS", covariates=["AGE", "ITTFL", "SEX"], gate=False)
    assert "  missing: AGE 1 subject, ITTFL 1 subject" in render_summary(table.codebook).splitlines()


def test_a_single_arm_is_compared_with_nothing(make, tmp_path):
    table = made(make, changes={"TRTP": ["Only"] * 6})
    shown = render_summary(table.codebook)
    assert "  TRTP Only: 6 subjects, 2 events\n" in shown
    assert "order" not in shown
    for layout, suffix in (("r", "csv"), ("lifelines", "csv"), ("sas", "xpt"), ("stata", "dta")):
        *_, program = table.write(tmp_path / layout / f"os.{suffix}", layout)
        lines = program.read_text(encoding="utf-8").lower()
        assert not any(word in lines.partition("\n")[2] for word in ("cox", "phreg", "logrank", "survdiff"))


def test_the_case_of_a_censoring_flag_from_1(shared):
    study = ag.read(shared / "cases/gate/M16-cnsr-1-2")
    with pytest.raises(ag.Refused, match="OS has no events"):
        ag.survival(study, "OS", gate=False)


@pytest.mark.slow
def test_the_case_of_traps_in_covariates(shared, tmp_path):
    """COUNTRY NA, quotes, tabs, codes with zeros: the line of the codebook reads what was in the data."""
    study = ag.read(shared / "cases/gate/S3-covariate-traps")
    wanted = [each for each in ("COUNTRY", "SEX", "BMI") if each in study["ADSL"]]
    table = ag.survival(study, "OS", arm="TRT01P", covariates=wanted)
    assert table.codebook.arm_order.levels == ("Placebo", "Drug X")
    assert (table.frame["COUNTRY"].astype(object) == "NA").sum() == 12
    path, *_ = table.write(tmp_path / "os.csv", "r")
    assert path.read_text(encoding="utf-8").count(',"NA",') == 12
    assert "  missing: SEX 1 subject, BMI 1 subject" in render_summary(table.codebook).splitlines()


def test_a_date_is_not_an_arm(make):
    dates = pd.to_datetime(["2020-01-01"] * 6)
    with pytest.raises(ag.ConfigurationError, match="RANDDT is a date or a time, not an arm"):
        ag.survival(make(RANDDT=dates), "OS", arm="RANDDT", gate=False)
    with pytest.raises(ag.ConfigurationError, match="RANDDT is a date or a time, not an arm"):
        ag.kaplan_meier(make(RANDDT=dates), "OS", by="RANDDT", gate=False)
