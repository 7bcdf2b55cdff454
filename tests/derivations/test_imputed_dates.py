"""Partial dates of sources: nothing is imputed unless declared, and what rests on it is stated."""

import pandas as pd
import pytest

import adamgate as ag

TEXTS = {
    "S1-01": "2024-03-10",
    "S1-02": "2024-03",
    "S1-03": "2024",
    "S1-04": "2024-02-20T08:15",
    "S1-05": "",
}


def study_of(texts):
    adsl = pd.DataFrame({"STUDYID": "S1", "USUBJID": list(texts), "RANDDT": pd.Timestamp("2024-01-01")})
    rs = pd.DataFrame({"USUBJID": list(texts), "RSSEQ": 1, "RSDTC": list(texts.values())})
    return ag.Study.of(ag.Dataset.from_frame(adsl, "ADSL"), ag.Dataset.from_frame(rs, "RS"))


def derived(texts=TEXTS, **source):
    what = ag.Specification(
        {"ADTTE": ag.TimeToEvent(variables=("USUBJID", "AVAL", "ADT", "ADTF", "CNSR", "SRCSEQ"))},
        {
            "PFS": ag.DerivedEndpoint(
                param="PFS", origin="RANDDT", events=("PD",), censors=("RAND",), before_origin="raise"
            )
        },
        {
            "PD": ag.DerivationSource(dataset="RS", date="RSDTC", **source),
            "RAND": ag.DerivationSource(dataset="ADSL", date="RANDDT"),
        },
    )
    return ag.derive(study_of(texts), what)


def dates(study):
    frame = study["ADTTE"].frame
    return {
        row.USUBJID: (str(row.ADT.date()), row.ADTF if isinstance(row.ADTF, str) else "", row.CNSR)
        for row in frame.itertuples()
    }


def test_a_partial_date_is_refused_unless_its_imputation_is_declared():
    with pytest.raises(ag.DerivationRefused) as refused:
        derived()
    (problem,) = refused.value.problems
    assert problem.what == "RSDTC of RS is a partial date in 2 records"
    assert problem.where == "[source.PD] impute"
    assert problem.subjects == ("S1-02", "S1-03")


CENSORED = ("2024-01-01", "", 1)
COMPLETE = {"S1-01": ("2024-03-10", "", 0), "S1-04": ("2024-02-20", "", 0), "S1-05": CENSORED}


@pytest.mark.parametrize(
    ("keys", "month", "year"),
    [
        ({"impute": "none"}, CENSORED, CENSORED),
        ({"impute": "first"}, ("2024-03-01", "D", 0), CENSORED),
        ({"impute": "last"}, ("2024-03-31", "D", 0), CENSORED),
        ({"impute": "mid"}, ("2024-03-15", "D", 0), CENSORED),
        ({"impute": "first", "impute_up_to": "month"}, ("2024-03-01", "D", 0), ("2024-01-01", "M", 0)),
        ({"impute": "last", "impute_up_to": "month"}, ("2024-03-31", "D", 0), ("2024-12-31", "M", 0)),
        ({"impute": "mid", "impute_up_to": "month"}, ("2024-03-15", "D", 0), ("2024-06-30", "M", 0)),
    ],
)
def test_the_declared_day_is_taken_with_its_flag(keys, month, year):
    assert dates(derived(**keys)) == {**COMPLETE, "S1-02": month, "S1-03": year}


def test_what_is_imputed_and_what_is_not_is_counted():
    effects = [each for each in derived(impute="first").record.effects if each.policy.endswith("impute")]
    assert [(each.effect, each.count, each.subjects) for each in effects] == [
        ("partial dates imputed, up to the day", 1, ("S1-02",)),
        ("partial dates not imputed: not candidates", 1, ("S1-03",)),
    ]


def test_text_that_is_no_date_is_refused_with_its_subjects_and_without_its_value():
    with pytest.raises(ag.DerivationRefused) as refused:
        derived({**TEXTS, "S1-06": "2024-02-31", "S1-07": "unknown"}, impute="first")
    (problem,) = refused.value.problems
    assert problem.what == "RSDTC of RS is not a date in 2 records"
    assert problem.subjects == ("S1-06", "S1-07")
    assert "unknown" not in str(refused.value)


def test_other_forms_of_text_are_declared():
    texts = {"S1-01": "10-MAR-2024", "S1-02": "UN-MAR-2024"}
    found = derived(texts, impute="last", date_forms=("DD-MMM-YYYY",))
    assert dates(found) == {"S1-01": ("2024-03-10", "", 0), "S1-02": ("2024-03-31", "D", 0)}


class TestRange:
    def test_each_duration_that_rests_on_an_imputed_date(self):
        """From 1 January: March is day 61 to 91, the year is day 1 to 366."""
        (found,) = derived(impute="first", impute_up_to="month").record.ranges
        assert [(each.subject, each.aval, each.lowest, each.highest) for each in found.durations] == [
            ("S1-02", 61, 61, 91),
            ("S1-03", 1, 1, 366),
        ]

    def test_the_median_at_the_extremes(self):
        """Events on days 1, 51, 61, 70, one censored on day 1; at the latest on 51, 70, 91, 366."""
        (found,) = derived(impute="first", impute_up_to="month").record.ranges
        assert (found.median, found.lowest_median, found.highest_median) == (61, 61, 80.5)

    def test_nothing_is_stated_where_nothing_is_imputed(self):
        assert derived({"S1-01": "2024-03-10", "S1-02": "2024-04-10"}).record.ranges == ()

    def test_the_flag_of_a_date_that_was_imputed_before(self):
        adsl = pd.DataFrame({"STUDYID": "S1", "USUBJID": ["S1-01"], "RANDDT": pd.Timestamp("2024-01-01")})
        adrs = pd.DataFrame({"USUBJID": ["S1-01"], "ADT": pd.Timestamp("2024-03-15"), "ADTF": "D"})
        what = ag.Specification(
            {"ADTTE": ag.TimeToEvent()},
            {"PFS": ag.DerivedEndpoint(param="PFS", origin="RANDDT", events=("PD",))},
            {"PD": ag.DerivationSource(dataset="ADRS", date="ADT")},
        )
        study = ag.Study.of(ag.Dataset.from_frame(adsl, "ADSL"), ag.Dataset.from_frame(adrs, "ADRS"))
        found = ag.derive(study, what)
        (duration,) = found.record.ranges[0].durations
        assert (duration.aval, duration.lowest, duration.highest) == (75, 61, 91)
        assert found["ADTTE"].frame["ADTF"].tolist() == ["D"]


def test_the_extremes_change_which_event_is_first():
    """Two records, one of March: first on 10 March as imputed on the 1st, at the latest the other one is."""
    study = study_of({"S1-01": "2024-03"})
    rs = pd.DataFrame({"USUBJID": "S1-01", "RSSEQ": [1, 2], "RSDTC": ["2024-03", "2024-03-10"]})
    what = ag.Specification(
        {"ADTTE": ag.TimeToEvent()},
        {"PFS": ag.DerivedEndpoint(param="PFS", origin="RANDDT", events=("PD",))},
        {"PD": ag.DerivationSource(dataset="RS", date="RSDTC", impute="first")},
    )
    found = ag.derive(ag.Study.of(study["ADSL"], ag.Dataset.from_frame(rs, "RS")), what)
    (duration,) = found.record.ranges[0].durations
    assert (duration.aval, duration.lowest, duration.highest) == (61, 61, 70)
