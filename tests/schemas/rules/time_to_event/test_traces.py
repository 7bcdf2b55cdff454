"""Where SRCDOM, SRCVAR and SRCSEQ lead to."""

import numpy as np
import pandas as pd
import pytest

DAY = pd.Timedelta("1D")


@pytest.fixture
def traced(trial):
    """Progression-free survival comes from ADRS: three assessments a subject, the last one decides."""
    own = trial.of("PFS")
    free = trial.adtte.loc[own]
    visits = [
        free[["USUBJID", "ADT"]].assign(ASEQ=float(number), ADT=free.ADT - (3 - number) * 20 * DAY)
        for number in (1, 2, 3)
    ]
    trial.others["ADRS"] = pd.concat(visits, ignore_index=True).assign(PARAMCD="OVR", AVALC="SD")
    trial.adtte["SRCSEQ"] = np.where(trial.adtte.PARAMCD == "PFS", 3.0, np.nan)
    return trial


def test_everything_leads_somewhere(traced):
    assert traced.findings("XD008") == []


def test_to_no_record(traced):
    traced.adtte.loc[traced.of("PFS")[:2], "SRCSEQ"] = 9
    assert traced.told("XD008") == [("warning", 2)]
    assert traced.finding("XD008").sentence == "SRCDOM/SRCSEQ match no record in ADRS"


def test_to_another_date(traced):
    traced.adtte.loc[traced.of("PFS")[0], "SRCSEQ"] = 2
    assert traced.finding("XD008").sentence == "ADT differs from ADT in ADRS"


def test_an_imputed_date_may_differ(traced):
    own = traced.of("PFS")[0]
    traced.adtte.loc[own, "SRCSEQ"] = 2
    traced.adtte["ADTF"] = np.where(traced.adtte.index == own, "D", "")
    assert traced.findings("XD008") == []


def test_to_several_records(traced):
    traced.adtte.loc[traced.of("PFS")[:3], "SRCSEQ"] = np.nan
    assert traced.told("XD008") == [("warning", 3)]
    assert "several records in ADRS" in traced.finding("XD008").sentence


def test_a_subject_with_one_record_needs_no_number(traced):
    traced.others["ADRS"] = traced.others["ADRS"][traced.others["ADRS"].ASEQ == 3]
    traced.adtte["SRCSEQ"] = np.nan
    assert traced.findings("XD008") == []


def test_adsl_has_no_numbers(traced):
    traced.adsl.loc[1, "LSTALVDT"] += DAY
    assert traced.finding("XD008").sentence == "ADT differs from LSTALVDT in ADSL"


def test_an_unknown_variable(traced):
    traced.adtte.loc[1, "SRCVAR"] = "LASTALIVE"
    assert traced.finding("XD008").sentence == "SRCVAR is not a variable in ADSL"


def test_the_sequence_of_the_domain_where_there_is_no_aseq(traced):
    traced.others["ADRS"] = traced.others["ADRS"].rename(columns={"ASEQ": "RSSEQ"})
    assert traced.findings("XD008") == []


def test_a_record_split_by_severity_keeps_its_number(traced):
    split = traced.others["ADRS"].assign(ADT=lambda frame: frame.ADT - 5 * DAY)
    traced.others["ADRS"] = pd.concat([split, traced.others["ADRS"]], ignore_index=True)
    assert traced.findings("XD008") == []


@pytest.mark.parametrize(("text", "faults"), [("2024-05", 0), ("2024-05-01", 1), ("", 1), ("2024-02-31", 0)])
def test_a_source_of_text(traced, text, faults):
    traced.adsl["LSTALVDTC"] = traced.adsl.LSTALVDT.dt.strftime("%Y-%m-%dT12:00")
    traced.adtte.loc[1, "SRCVAR"] = "LSTALVDTC"
    assert traced.findings("XD008") == []
    traced.adsl.loc[1, "LSTALVDTC"] = text
    assert len(traced.findings("XD008")) == faults


def test_a_date_raised_to_the_start(traced):
    traced.adsl.loc[1, "LSTALVDT"] = traced.adtte.STARTDT[1] - 3 * DAY
    traced.adtte.loc[1, "ADT"] = traced.adtte.STARTDT[1]
    assert traced.findings("XD008") == []


def test_a_date_cut_to_the_cut_off(traced):
    traced.adsl.loc[1, "LSTALVDT"] += 30 * DAY
    traced.declare(cut_off=traced.adtte.ADT[1].date())
    assert traced.findings("XD008") == []


def test_a_value_that_is_no_date(traced):
    traced.adtte.loc[traced.of("PFS"), "SRCVAR"] = "AVALC"
    assert traced.findings("XD008") == []


def test_a_dataset_that_was_not_delivered(traced):
    traced.adtte["SRCDOM"] = "DS"
    assert traced.reason("XD008") == "no dataset named in SRCDOM is present"


def test_a_subject_who_is_not_in_adsl_has_another_finding(traced):
    traced.adsl = traced.adsl.iloc[1:]
    assert traced.findings("XD008") == []


def test_several_names_that_lead_nowhere_are_one_finding(traced):
    """So that parts of the study, which have other names among their records, add up to the whole."""
    traced.adtte.loc[traced.of("PFS"), "SRCVAR"] = ["NONE1", "NONE2"] * 20
    assert len(traced.findings("XD008")) == 1
    assert traced.finding("XD008").records == 40
