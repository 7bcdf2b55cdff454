"""Sources of progression-free survival of a few subjects, by days after randomization."""

import pandas as pd

import adamgate as ag

RANDOMIZED = pd.Timestamp("2024-01-01")


def on_day(day):
    """The date so many days after randomization; missing for None."""
    return pd.NaT if day is None else RANDOMIZED + pd.Timedelta(days=day)


def _answer(day, subject):
    return next((answer for answer in ("PD", "PR") if day == subject.get(answer.lower())), "SD")


def study_of(subjects):
    """ADSL and ADRS of subjects: each a dict with "seen" (days of assessments), "pr", "pd", "death", …"""
    adsl = pd.DataFrame(
        {
            "STUDYID": "S1",
            "USUBJID": list(subjects),
            "RANDDT": RANDOMIZED,
            "DTHDT": [on_day(each.get("death")) for each in subjects.values()],
            "NEWTXDT": [on_day(each.get("therapy")) for each in subjects.values()],
            "LSTALVDT": [on_day(each.get("alive")) for each in subjects.values()],
        }
    )
    rows = [
        (subject, day, _answer(day, each))
        for subject, each in subjects.items()
        for day in sorted({*each.get("seen", ()), *(each[key] for key in ("pd", "pr") if key in each)})
    ]
    adrs = pd.DataFrame(rows, columns=["USUBJID", "DAY", "AVALC"])
    adrs["ADT"] = [on_day(day) for day in adrs.pop("DAY")]
    adrs["ASEQ"] = adrs.groupby("USUBJID").cumcount() + 1
    return ag.Study.of(ag.Dataset.from_frame(adsl, "ADSL"), ag.Dataset.from_frame(adrs, "ADRS"))


SOURCES = {
    "PD": ag.DerivationSource(
        dataset="ADRS", where="AVALC == 'PD'", date="ADT", set={"EVNTDESC": "PD"}, may_be_empty=True
    ),
    "DEATH": ag.DerivationSource(dataset="ADSL", date="DTHDT", set={"EVNTDESC": "Death"}),
    "TUMOR": ag.DerivationSource(dataset="ADRS", date="ADT", set={"EVNTDESC": "Last assessment"}),
    "RAND": ag.DerivationSource(dataset="ADSL", date="RANDDT", set={"EVNTDESC": "Randomization"}),
    "THERAPY": ag.DerivationSource(dataset="ADSL", date="NEWTXDT"),
    "ALIVE": ag.DerivationSource(dataset="ADSL", date="LSTALVDT", set={"EVNTDESC": "Alive"}),
}
STOPS = {
    "NEWTX": ag.Stop(
        source="THERAPY", assessments="TUMOR", always=True, set={"CNSR": 2, "EVNTDESC": "New therapy"}
    ),
    "MISSED": ag.Stop(
        missed_visits_in_a_row=2,
        visit_days=(56,),
        assessments="TUMOR",
        set={"CNSR": 3, "EVNTDESC": "Missed visits"},
    ),
    "CUTOFF": ag.Stop(at_cut_off=True, censor_at="stop", set={"CNSR": 4, "EVNTDESC": "Data cut-off"}),
}


def pfs(**changes):
    """PFS as declared by default; `changes` are keys of the endpoint."""
    declared = {
        "param": "Progression-Free Survival",
        "origin": "RANDDT",
        "events": ("PD", "DEATH"),
        "censors": ("RAND", "TUMOR"),
    }
    return ag.DerivedEndpoint(**{**declared, **changes})


def derived(subjects, cut_off=None, declared_stops=STOPS, **changes):
    """The derived study of PFS."""
    what = ag.Specification(
        {"ADTTE": ag.TimeToEvent()}, {"PFS": pfs(**changes)}, SOURCES, declared_stops, {}, cut_off
    )
    return ag.derive(study_of(subjects), what)


def results(study):
    """Subject to (AVAL, CNSR, EVNTDESC)."""
    frame = study["ADTTE"].frame
    return {
        row.USUBJID: (row.AVAL, row.CNSR, row.EVNTDESC)
        for row in frame[["USUBJID", "AVAL", "CNSR", "EVNTDESC"]].itertuples()
    }
