"""Dates and times with a time zone are those of their clock, which is counted; none without one is."""

import pandas as pd
import pytest

import adamgate as ag

SUBJECTS = pd.DataFrame(
    {
        "STUDYID": "S",
        "USUBJID": ["1", "2", "3"],
        "RFSTDTC": ["2024-01-01T23:30-05:00", "2024-01-02T08:00Z", "2024-01-03T08:00"],
        "TRTSDT": pd.to_datetime(["2024-01-01"] * 3),
        "TRTEDT": pd.to_datetime(["2024-03-01"] * 3),
    }
)
EVENTS = pd.DataFrame(
    {
        "STUDYID": "S",
        "USUBJID": ["1", "2", "3"],
        "AESEQ": [1.0, 1.0, 1.0],
        "AEDECOD": "RASH",
        "AESTDTC": ["2024-01-05T23:30+09:00", "2024-01-05T23:30:15.5Z", "2024-01-05"],
        "AEENDTC": ["", "2024-01-06", "2024-01-07T10:00-0330"],
    }
)
MEASURED = EVENTS.rename(columns={"AESTDTC": "VSDTC"}).assign(VSTESTCD="WEIGHT", VSSEQ=1.0, VSSTRESN=70.0)


def study(**datasets):
    return ag.Study.of(*(ag.Dataset.from_frame(frame, name) for name, frame in datasets.items()))


def zones(derived):
    found = (each for each in derived.record.effects if "time zone" in each.effect)
    return {each.policy: (each.value, each.count, each.subjects) for each in found}


def test_of_a_source():
    adsl = ag.Specification(
        {"ADSL": ag.SubjectLevel(carry=("STUDYID",))},
        sources={"EVENT": ag.DerivationSource(dataset="AE", date="AESTDTC")},
        subjects={"FIRSTDT": ag.DerivedVariable(sources=("EVENT",), take="first")},
    )
    found = ag.derive(study(DM=SUBJECTS, AE=EVENTS), adsl)
    assert zones(found) == {"source.EVENT: date": ("AESTDTC", 2, ("1", "2"))}
    assert found["ADSL"].frame["FIRSTDT"].dt.strftime("%Y-%m-%d").tolist() == ["2024-01-05"] * 3


def test_of_a_subject():
    adsl = ag.Specification(
        {"ADSL": ag.SubjectLevel(carry=("STUDYID",))},
        subjects={"TRTSDT": ag.DerivedVariable(date_of="RFSTDTC")},
    )
    found = ag.derive(study(DM=SUBJECTS), adsl)
    assert zones(found) == {"subject.TRTSDT: date_of": ("RFSTDTC", 2, ("1", "2"))}
    assert found["ADSL"].frame["TRTSDT"].dt.strftime("%d").tolist() == ["01", "02", "03"]


def test_of_adverse_events():
    found = ag.derive(study(ADSL=SUBJECTS, AE=EVENTS), ag.Specification({"ADAE": ag.AdverseEvents()}))
    assert zones(found) == {"start": ("AESTDTC", 2, ("1", "2")), "end": ("AEENDTC", 1, ("3",))}


def test_of_measurements():
    measured = ag.Specification(
        {"ADVS": ag.Measurements(dataset="VS", times=True, impute_time="first", baseline_may_be_empty=True)},
        measurements={"WEIGHT": ag.Measurement(param="Weight (kg)")},
    )
    found = ag.derive(study(ADSL=SUBJECTS, VS=MEASURED), measured)
    assert zones(found) == {"date": ("VSDTC", 2, ("1", "2"))}
    assert str(found["ADVS"].frame["ADTM"][0]) == "2024-01-05 23:30:00"


@pytest.mark.parametrize(
    "text", ["2024-01-05", "2024-01-05T10:00", "2024-01", "2024", "2024-01-05T10:00:00.25"]
)
def test_a_date_without_a_time_zone_is_not_counted(text):
    events = EVENTS.assign(AESTDTC=text, AEENDTC="")
    what = ag.Specification({"ADAE": ag.AdverseEvents(start_impute="none", missing_start="emergent")})
    assert zones(ag.derive(study(ADSL=SUBJECTS, AE=events), what)) == {}
