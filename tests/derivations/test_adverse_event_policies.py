"""Each policy of derived adverse events on a few records, worked by hand: values, counts, refusals."""

import numpy as np
import pandas as pd
import pytest

import adamgate as ag

TREATED = pd.Timestamp("2024-03-10")
LAST_DOSE = pd.Timestamp("2024-06-30")


def study_of(events, suppae=None, **adsl):
    """AE of one subject, S1-01: each a dict of AE variables; AESEQ counts them."""
    subject = {
        "STUDYID": "S1",
        "USUBJID": "S1-01",
        "TRT01A": "Drug A",
        "TRTSDT": TREATED,
        "TRTEDT": LAST_DOSE,
        "DTHDT": pd.NaT,
        **adsl,
    }
    usual = {"STUDYID": "S1", "USUBJID": "S1-01", "AEDECOD": "Nausea", "AESTDTC": "", "AEENDTC": ""}
    ae = pd.DataFrame([{**usual, "AESEQ": number, **each} for number, each in enumerate(events, 1)])
    datasets = [ag.Dataset.from_frame(pd.DataFrame([subject]), "ADSL"), ag.Dataset.from_frame(ae, "AE")]
    if suppae is not None:
        datasets.append(ag.Dataset.from_frame(pd.DataFrame(suppae), "SUPPAE"))
    return ag.Study.of(*datasets)


def derived(study, queries=None, flags=None, adverse_events=None, **options):
    policies = {"missing_start": "not_emergent", **options}
    others = {} if adverse_events is None else {"adverse_events": adverse_events}
    what = ag.Specification(
        {"ADAE": ag.AdverseEvents(**policies)}, queries=queries or {}, flags=flags or {}, **others
    )
    return ag.derive(study, what)


def values(found, *names):
    """Of each record, dates as ISO 8601 and missing values as None."""
    frame = found["ADAE"].frame
    columns = [
        [_plain(each) for each in frame[name]] if name in frame else [None] * len(frame) for name in names
    ]
    return [row[0] if len(names) == 1 else row for row in zip(*columns, strict=True)]


def _plain(value):
    if pd.isna(value):
        return None
    return value.date().isoformat() if isinstance(value, pd.Timestamp) else value


def count(found, policy):
    return sum(each.count for each in found.record.effects if each.policy == policy)


def refused(call):
    with pytest.raises(ag.DerivationRefused) as refusal:
        call()
    return refusal.value.problems


class TestDates:
    PARTS = ("2024-04-02", "2024-04", "2024", "")

    def study(self, **adsl):
        return study_of([{"AESTDTC": each} for each in self.PARTS], **adsl)

    def test_a_partial_start_is_refused_unless_its_imputation_is_declared(self):
        problems = refused(lambda: derived(self.study()))
        assert [each.subjects for each in problems] == [("S1-01",)]
        assert "start_impute" in problems[0].where

    @pytest.mark.parametrize(
        ("keys", "expected"),
        [
            ({"start_impute": "none"}, [("2024-04-02", None), (None, None), (None, None), (None, None)]),
            (
                {"start_impute": "first"},
                [("2024-04-02", None), ("2024-04-01", "D"), (None, None), (None, None)],
            ),
            (
                {"start_impute": "last", "start_impute_up_to": "month"},
                [("2024-04-02", None), ("2024-04-30", "D"), ("2024-12-31", "M"), (None, None)],
            ),
            (  # TRTSDT is within 2024, so that the first day of the year is not before it
                {"start_impute": "first", "start_impute_up_to": "month"},
                [("2024-04-02", None), ("2024-04-01", "D"), ("2024-03-10", "M"), (None, None)],
            ),
            (
                {"start_impute": "first", "start_impute_up_to": "month", "start_not_before": ()},
                [("2024-04-02", None), ("2024-04-01", "D"), ("2024-01-01", "M"), (None, None)],
            ),
        ],
    )
    def test_the_start(self, keys, expected):
        assert values(derived(self.study(), **keys), "ASTDT", "ASTDTF") == expected

    def test_an_end_is_not_after_death(self):
        study = study_of([{"AESTDTC": "2024-04-02", "AEENDTC": "2024-05"}], DTHDT=pd.Timestamp("2024-05-20"))
        found = derived(study, end_impute="last")
        assert values(found, "AENDT", "AENDTF") == [("2024-05-20", "D")]

    def test_there_is_no_day_0(self):
        texts = ("2024-03-08", "2024-03-09", "2024-03-10", "2024-03-11")
        found = derived(study_of([{"AESTDTC": each} for each in texts]))
        assert values(found, "ASTDY") == [-2, -1, 1, 2]

    @pytest.mark.parametrize(
        ("keys", "expected"),
        [
            ({}, [(3, "DAYS"), (30, "DAYS")]),
            ({"duration": "collected", "duration_unit": "DAY"}, [(3, "DAY"), (None, None)]),
            ({"first_day": 0}, [(2, "DAYS"), (29, "DAYS")]),
        ],
    )
    def test_the_duration(self, keys, expected):
        events = [
            {"AESTDTC": "2024-04-02", "AEENDTC": "2024-04-04"},
            {"AESTDTC": "2024-04", "AEENDTC": "2024-04-30"},
        ]
        found = derived(study_of(events), start_impute="first", **keys)
        assert values(found, "ADURN", "ADURU") == expected

    def test_an_end_before_the_start_is_refused_unless_kept(self):
        study = study_of([{"AESTDTC": "2024-04-02", "AEENDTC": "2024-04-01"}])
        (problem,) = refused(lambda: derived(study))
        assert "end_before_start" in problem.where
        found = derived(study, end_before_start="keep")
        assert (values(found, "AENDT"), count(found, "end_before_start")) == (["2024-04-01"], 1)


class TestTreatmentEmergence:
    TEXTS = ("2024-03-09", "2024-03-10", "2024-06-30", "2024-07-30", "2024-07-31", "")

    def study(self):
        return study_of([{"AESTDTC": each} for each in self.TEXTS])

    def test_from_the_first_dose_on(self):
        found = derived(self.study(), not_emergent="N")
        assert values(found, "TRTEMFL") == ["N", "Y", "Y", "Y", "Y", "N"]

    def test_within_a_window_after_the_last_dose(self):
        declared = ag.AdverseEventDeclarations(window_days=30)
        found = derived(self.study(), adverse_events=declared)
        assert values(found, "TRTEMFL") == [None, "Y", "Y", "Y", None, None]
        assert count(found, "adverse_events.window_days") == 1

    def test_a_missing_start(self):
        (problem,) = refused(lambda: derived(self.study(), missing_start="error"))
        assert problem.subjects == ("S1-01",)
        assert values(derived(self.study(), missing_start="emergent"), "TRTEMFL")[-1] == "Y"

    @pytest.mark.parametrize(
        ("partial_start", "expected"), [("imputed", "Y"), ("possible", "Y"), ("certain", None)]
    )
    def test_a_partial_start_in_the_month_of_the_first_dose(self, partial_start, expected):
        study = study_of([{"AESTDTC": "2024-03"}, {"AESTDTC": "2024-04"}])
        found = derived(study, start_impute="first", partial_start=partial_start)
        assert values(found, "TRTEMFL") == [expected, "Y"]

    def test_phases(self):
        declared = ag.AdverseEventDeclarations(window_days=30)
        found = derived(self.study(), adverse_events=declared, phase_flags=True)
        assert values(found, "PREFL", "ONTRTFL", "FUPFL") == [
            ("Y", None, None),
            (None, "Y", None),
            (None, "Y", None),
            (None, "Y", None),
            (None, None, "Y"),
            (None, None, None),
        ]


class TestSupplement:
    EVENTS = [{"AESTDTC": "2024-04-02"}, {"AESTDTC": "2024-04-03"}]  # noqa: RUF012  (not changed)

    def qualifier(self, **keys):
        usual = {"STUDYID": "S1", "USUBJID": "S1-01", "RDOMAIN": "AE", "QNAM": "AESPINT", "QVAL": "Y"}
        return {**usual, "IDVAR": "AESEQ", "IDVARVAL": "2", **keys}

    @pytest.mark.parametrize("number", ["2", "2.0", " 2", 2, 2.0])
    def test_a_qualifier_goes_to_its_record_by_text_or_number(self, number):
        found = derived(study_of(self.EVENTS, [self.qualifier(IDVARVAL=number)]))
        assert values(found, "AESPINT") == [None, "Y"]

    def test_without_idvar_to_all_of_the_subject(self):
        found = derived(study_of(self.EVENTS, [self.qualifier(IDVAR=None, IDVARVAL=None)]))
        assert values(found, "AESPINT") == ["Y", "Y"]

    def test_one_without_a_record_is_refused_unless_excluded(self):
        study = study_of(self.EVENTS, [self.qualifier(), self.qualifier(IDVARVAL="7")])
        (problem,) = refused(lambda: derived(study))
        assert "supplement_orphans" in problem.advice
        found = derived(study, supplement_orphans="exclude")
        assert (values(found, "AESPINT"), count(found, "supplement_orphans")) == ([None, "Y"], 1)

    def test_two_values_of_one_and_the_name_of_a_variable_are_refused(self):
        assert refused(lambda: derived(study_of(self.EVENTS, [self.qualifier(), self.qualifier(QVAL="N")])))
        assert refused(lambda: derived(study_of(self.EVENTS, [self.qualifier(QNAM="AEDECOD")])))


class TestFlagsAndQueries:
    EVENTS = [  # noqa: RUF012  (not changed)
        {"AESTDTC": "2024-04-05", "AEDECOD": "Nausea", "AESEV": "MILD", "AESER": "N"},
        {"AESTDTC": "2024-04-05", "AEDECOD": "Rash", "AESEV": "SEVERE", "AESER": "Y"},
        {"AESTDTC": "2024-04-02", "AEDECOD": "Nausea", "AESEV": "SEVERE", "AESER": "N"},
        {"AESTDTC": "2024-04-09", "AEDECOD": "Drug rash", "AESEV": "MODERATE", "AESER": "N"},
    ]

    def flag(self, **keys):
        flags = {"AOCCFL": ag.OccurrenceFlag(**{"order": ("ASTDT", "AESEQ"), **keys})}
        return values(derived(study_of(self.EVENTS), flags=flags), "AOCCFL")

    @pytest.mark.parametrize(
        ("keys", "expected"),
        [
            ({}, [None, None, "Y", None]),
            ({"take": "last"}, [None, None, None, "Y"]),
            ({"by": ("AEDECOD",)}, [None, "Y", "Y", "Y"]),
            ({"where": "AESER == 'Y'"}, [None, "Y", None, None]),
            ({"worst": "AESEV"}, [None, None, "Y", None]),
            ({"worst": "AESEV", "take": "last"}, [None, "Y", None, None]),
            ({"worst": "AESEV", "by": ("AEDECOD",)}, [None, "Y", "Y", "Y"]),
            ({"take": "all", "order": (), "where": "AESEV == 'MILD'"}, ["Y", None, None, None]),
        ],
    )
    def test_a_flag(self, keys, expected):
        assert self.flag(**keys) == expected

    def test_records_that_order_does_not_distinguish_are_refused_unless_declared(self):
        where = "ASTDT == '2024-04-05'"
        (problem,) = refused(lambda: self.flag(order=("ASTDT",), where=where))
        assert problem.subjects == ("S1-01",)
        assert self.flag(order=("ASTDT",), where=where, same_order="last") == [None, "Y", None, None]

    def test_a_query_by_a_condition(self):
        queries = {"CQ01": ag.EventQuery(title="RASHES", where="contains(AEDECOD, 'ash')")}
        flags = {"AOCC01FL": ag.OccurrenceFlag(where="CQ01NAM == 'RASHES'", order=("ASTDT", "AESEQ"))}
        found = derived(study_of(self.EVENTS), queries=queries, flags=flags)
        assert values(found, "CQ01NAM", "AOCC01FL") == [
            (None, None),
            ("RASHES", "Y"),
            (None, None),
            ("RASHES", None),
        ]

    @pytest.mark.parametrize(
        ("scope", "expected"), [("BROAD", [None, "Y", None, "Y"]), ("NARROW", [None, "Y", None, None])]
    )
    def test_a_query_by_terms_with_their_scope(self, scope, expected):
        terms = pd.DataFrame(
            {
                "PREFIX": "SMQ01",
                "GRPNAME": "Skin reactions",
                "GRPID": 20000020,
                "SCOPE": ["NARROW", "BROAD"],
                "SRCVAR": "AEDECOD",
                "TERMCHAR": ["RASH", "Drug rash"],
            }
        )
        study = study_of(self.EVENTS)
        study = ag.Study.of(*study, ag.Dataset.from_frame(terms, "QUERIES"))
        found = derived(study, queries={"SMQ01": ag.EventQuery(terms="QUERIES", scope=scope)})
        names = values(found, "SMQ01NAM")
        assert ["Y" if each == "Skin reactions" else each for each in names] == expected

    @pytest.mark.parametrize(("srcvar", "listed"), [("AEDECOD", "Drug rash"), ("AEPTCD", None)])
    def test_the_code_and_the_scope_of_a_query(self, srcvar, listed):
        terms = pd.DataFrame(
            {
                "PREFIX": ["SMQ01", "SMQ01", "SMQ02"],
                "GRPNAME": ["Skin reactions", "Skin reactions", "Other"],
                "GRPID": ["20000020", "20000020", "20000021"],
                "SCOPE": ["NARROW", "BROAD", "BROAD"],
                "SRCVAR": srcvar,
                "TERMCHAR": ["Rash", listed, "Nausea"],
                "TERMNUM": [2, 4, 1],
            }
        )
        events = [{**each, "AEPTCD": float(number)} for number, each in enumerate(self.EVENTS, 1)]
        study = ag.Study.of(*study_of(events), ag.Dataset.from_frame(terms, "QUERIES"))
        found = derived(study, queries={"SMQ01": ag.EventQuery(terms="QUERIES")})
        nothing = (None, None, None, None)
        assert values(found, "SMQ01NAM", "SMQ01CD", "SMQ01SC", "SMQ01SCN") == [
            nothing,
            ("Skin reactions", 20000020, "NARROW", 2),
            nothing,
            ("Skin reactions", 20000020, "BROAD", 1),
        ]

    def test_terms_by_number_without_numbers_are_refused(self):
        terms = pd.DataFrame(
            {"PREFIX": ["CQ01"], "GRPNAME": ["X"], "SRCVAR": ["AEPTCD"], "TERMCHAR": ["Nausea"]}
        )
        study = ag.Study.of(
            *study_of([{"AESTDTC": "2024-04-02", "AEPTCD": 1.0}]), ag.Dataset.from_frame(terms, "QUERIES")
        )
        (problem,) = refused(lambda: derived(study, queries={"CQ01": ag.EventQuery(terms="QUERIES")}))
        assert problem.what == "TERMNUM is not present in QUERIES, although AEPTCD is numeric"

    @pytest.mark.parametrize("key", ["by", "order", "worst"])
    def test_a_variable_that_is_not_present_is_named_with_its_key(self, key):
        given = "AESEVV" if key == "worst" else ("AESEVV",)
        (problem,) = refused(lambda: self.flag(**{key: given}))
        assert (problem.what, problem.where) == ("AESEVV is not present in ADAE", f"[flag.AOCCFL] {key}")

    def test_a_flag_does_not_replace_what_is_derived(self):
        flags = {"ASTDT": ag.OccurrenceFlag(take="all")}
        (problem,) = refused(lambda: derived(study_of(self.EVENTS), flags=flags))
        assert problem.what == "ASTDT is derived twice"


class TestDatetimes:
    @pytest.mark.parametrize(
        ("text", "start", "flag", "end"),
        [
            ("2024-04-02T10:30:15.5", "2024-04-02 10:30:15.500", None, "2024-04-02 10:30:15.500"),
            ("2024-04-02T10:30", "2024-04-02 10:30:00", "S", "2024-04-02 10:30:59"),
            ("2024-04-02T10:30+02:00", "2024-04-02 10:30:00", "S", "2024-04-02 10:30:59"),
            ("2024-04-02T10:-:-", "2024-04-02 10:00:00", "M", "2024-04-02 10:59:59"),
            ("2024-04-02", "2024-04-02 00:00:00", "H", "2024-04-02 23:59:59"),
            ("2024-04", "2024-04-01 00:00:00", "H", "2024-04-30 23:59:59"),
            ("2024 04 02 10:30", "2024-04-02 10:30:00", "S", "2024-04-02 10:30:59"),
            ("", None, None, None),
        ],
    )
    def test_of_text(self, text, start, flag, end):
        study = study_of([{"AESTDTC": text, "AEENDTC": text}])
        options = {"start_impute": "first", "end_impute": "last", "date_forms": ("YYYY MM DD",)}
        frame = derived(study, times=True, **options)["ADAE"].frame
        for name, expected in (("ASTDTM", start), ("AENDTM", end)):
            (found,) = frame[name]
            assert pd.isna(found) if expected is None else found == pd.Timestamp(expected)
        assert [_plain(each) for name in ("ASTTMF", "AENTMF") for each in frame[name]] == [flag, flag]

    @pytest.mark.parametrize(
        ("text", "start"),
        [
            ("2024-03-10", "2024-03-10 14:20:30"),  # the day of the first dose, at an unknown time
            ("2024-03", "2024-03-10 14:20:30"),  # moved to that day
            ("2024-03-10T14", "2024-03-10 14:20:30"),
            ("2024-03-10T14:20", "2024-03-10 14:20:30"),
            ("2024-03-10T14:19", "2024-03-10 14:19:00"),  # cannot have been at the first dose, or later
            ("2024-03-10T09", "2024-03-10 09:00:00"),
            ("2024-03-10T15", "2024-03-10 15:00:00"),
            ("2024-03-10T14:20:10", "2024-03-10 14:20:10"),  # complete
            ("2024-03-11", "2024-03-11 00:00:00"),
        ],
    )
    def test_a_time_is_bounded_by_a_datetime_on_its_day(self, text, start):
        study = study_of([{"AESTDTC": text}], TRTSDTM=np.datetime64("2024-03-10T14:20:30", "us"))
        options = {"start_impute": "first", "start_not_before": ("TRTSDTM",), "times": True}
        (found,) = derived(study, **options)["ADAE"].frame["ASTDTM"]
        assert found == pd.Timestamp(start)

    def test_an_end_is_not_before_its_start_on_the_same_day(self):
        study = study_of([{"AESTDTC": "2024-04-02T10:30:15", "AEENDTC": "2024-04-02"}])
        frame = derived(study, times=True, end_impute_time="first")["ADAE"].frame
        assert frame["AENDTM"].tolist() == [pd.Timestamp("2024-04-02 10:30:15")]

    def test_of_numeric_datetimes_and_dates(self):
        study = study_of([{}])
        frame = study["AE"].frame.assign(
            AESTDTC=pd.to_datetime(["2024-04-02T10:11:12.345"]).astype("datetime64[us]"),
            AEENDTC=pd.to_datetime(["2024-04-03"]).astype("datetime64[s]"),
        )
        study = ag.Study.of(study["ADSL"], ag.Dataset.from_frame(frame, "AE"))
        (row,) = derived(study, times=True)["ADAE"].frame.to_dict("records")
        assert row["ASTDTM"] == pd.Timestamp("2024-04-02T10:11:12.345")
        assert row["AENDTM"] == pd.Timestamp("2024-04-03T23:59:59")
        assert [_plain(row[name]) for name in ("ASTTMF", "AENTMF")] == [None, "H"]


def test_special_missing_values_are_kept():
    study = study_of(
        [{"AESTDTC": "2024-04-02", "AEDOSE": each} for each in (1.0, np.nan, np.nan)], AGE=np.nan
    )
    ae = study["AE"].replace(special_missing={"AEDOSE": ag.SpecialMissing(np.array([2]), np.array(["A"]))})
    adsl = study["ADSL"].replace(special_missing={"AGE": ag.SpecialMissing(np.array([0]), np.array(["B"]))})
    found = derived(ag.Study.of(ae, adsl), where="AESEQ != 1", carry_as={"AGEX": "AGE"})["ADAE"]
    kept = {name: (each.records.tolist(), each.tags.tolist()) for name, each in found.special_missing.items()}
    assert kept == {"AGEX": ([0, 1], ["B", "B"]), "AEDOSE": ([1], ["A"])}


def test_an_empty_source_gives_an_empty_dataset():
    study = study_of([{"AESTDTC": "2024-04-02"}])
    ae = ag.Dataset.from_frame(study["AE"].frame.iloc[:0], "AE")
    flags = {"AOCCPFL": ag.OccurrenceFlag(order=("ASTDT",), by=("AEDECOD",))}
    found = derived(ag.Study.of(study["ADSL"], ae), flags=flags, times=True, phase_flags=True, trace=True)
    assert len(found["ADAE"]) == 0
    assert {"TRTEMFL", "AOCCPFL", "ASTDTM", "SRCSEQ"} <= set(found["ADAE"].names)


def test_treatment_by_period():
    periods = {
        "AP01SDT": pd.Timestamp("2024-03-10"),
        "AP01EDT": pd.Timestamp("2024-04-30"),
        "AP02SDT": pd.Timestamp("2024-05-10"),
        "AP02EDT": pd.Timestamp("2024-06-30"),
        "TRT02A": "Drug B",
    }
    texts = ("2024-03-01", "2024-04-02", "2024-05-05", "2024-05-10")
    study = study_of([{"AESTDTC": each} for each in texts], **periods)
    assert values(derived(study, periods=True), "APERIOD", "TRTA") == [
        (None, None),
        (1, "Drug A"),
        (None, None),
        (2, "Drug B"),
    ]
    found = derived(study, periods=True, between_periods="previous")
    assert values(found, "APERIOD") == [None, 1, 1, 2]
    found = derived(study, periods=True, period_names={"1": "Treatment", "2": "Treatment"})
    assert values(found, "APERIODC") == [None, "Treatment", None, "Treatment"]


def test_a_treatment_that_no_subject_has_in_a_period():
    periods = {
        "AP01SDT": pd.Timestamp("2024-03-10"),
        "AP01EDT": pd.Timestamp("2024-04-30"),
        "AP02SDT": pd.Timestamp("2024-05-10"),
        "AP02EDT": pd.Timestamp("2024-06-30"),
        "TRT01A": np.nan,
        "TRT02A": "Drug B",
    }
    study = study_of([{"AESTDTC": each} for each in ("2024-04-02", "2024-05-10")], **periods)
    assert values(derived(study, periods=True), "TRTA") == [None, "Drug B"]


def test_text_that_is_no_date_is_refused_without_its_value():
    (problem,) = refused(lambda: derived(study_of([{"AESTDTC": "SECRET"}])))
    assert "AESTDTC" in problem.what
    assert "SECRET" not in str(problem)
