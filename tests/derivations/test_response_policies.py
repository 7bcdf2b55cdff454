"""What a specification of responses must say, and which data are refused, with what is told of it."""

from dataclasses import replace

import pandas as pd
import pytest

import adamgate as ag

RS = ag.DerivationSource(dataset="RS", date="RSDTC", order=("RSSEQ",))
OVR = ag.ResponseAssessments(param="Overall Response", source="RS", value="RSSTRESC")
PD = ag.FirstResponse(param="Progression", of="OVR", values=("PD",), without="keep")
BOR = ag.BestResponse(
    param="Best Overall Response",
    of="OVR",
    stable_from="RANDDT",
    stable_after=42,
    without="keep",
    without_value="NE",
)
CONFIRMED = {
    "confirm_after": 28,
    "not_evaluable_between": 0,
    "stable_between": 0,
    "lesser_after_better": "stable",
}
WORST = {"ANL01FL": ag.ResponseFlag(one_per_date="worst")}
TU = ag.RecordPresent(param="Measurable Disease", dataset="TU", where="TUSTRESC == 'TARGET'", without="keep")
COURSE = ["SD", "CR", "PR", "PD"]


def study_of(adsl=None, rs=None):
    """One subject with four assessments, and one without."""
    subjects = {"STUDYID": "S1", "USUBJID": ["S1-01", "S1-02"], "RANDDT": pd.Timestamp("2020-01-01")}
    assessments = {
        "USUBJID": "S1-01",
        "RSDTC": ["2020-02-01", "2020-03-01", "2020-04-01", "2020-05-01"],
        "RSSTRESC": COURSE,
        "RSSEQ": [1.0, 2.0, 3.0, 4.0],
    }
    frames = {"ADSL": {**subjects, **(adsl or {})}, "RS": {**assessments, **(rs or {})}}
    return ag.Study.of(*(ag.Dataset.from_frame(pd.DataFrame(each), name) for name, each in frames.items()))


def what_of(parameters=None, *, assessments=OVR, source=RS, flags=None, terms=None, options=None):
    return ag.Specification(
        {"ADRS": options or ag.Responses()},
        sources={"RS": source},
        responses={"OVR": assessments, **(parameters or {})},
        response_flags=flags or {},
        response_terms=terms or {},
    )


def refused(what, study=None):
    with pytest.raises(ag.DerivationRefused) as caught:
        ag.derive(study or study_of(), what)
    return str(caught.value)


def test_what_the_other_tests_change_is_derived():
    what = what_of({"PD": PD, "BOR": BOR, "CBOR": replace(BOR, **CONFIRMED)}, flags=WORST)
    assert len(ag.derive(study_of(), what)["ADRS"]) == 10


TERMS = ag.ResponseTerms(
    order=("CR", "SD", "PD", "NE"),
    responses=("CR",),
    stable=("SD",),
    progression=("PD",),
    not_evaluable=("NE",),
)


@pytest.mark.parametrize(
    ("what", "message"),
    [
        (ag.Specification({"ADRS": ag.Responses()}), "ADRS has no parameter"),
        (
            what_of(options=ag.Responses(parameters=("OVRX",))),
            "OVRX is not a declared response(?s:.*)did you mean OVR",
        ),
        (what_of({"TOOLONGNAME": PD}), "PARAMCD is not valid"),
        (what_of(assessments=replace(OVR, source="SR")), "SR is not a declared source(?s:.*)use RS"),
        (
            what_of(assessments=replace(OVR, terms="RECIST")),
            "RECIST is not an order of response(?s:.*)did you mean RECIST 1.1",
        ),
        (what_of({"PD": replace(PD, of="OVX")}), "OVX is not a declared response(?s:.*)did you mean OVR"),
        (what_of({"PD": replace(PD, of="")}), "what the first record is of is not declared"),
        (what_of({"PD": replace(PD, source="RS")}), "source is declared, and of"),
        (what_of({"PD": replace(PD, values=())}), "values are not declared"),
        (
            what_of({"PD": replace(PD, values=("PRD",))}),
            "PRD is not a term of OVR(?s:.*)did you mean PR or PD",
        ),
        (what_of({"PD": replace(PD, values=("SD",))}), "from when SD counts is not declared"),
        (
            what_of({"PD": replace(PD, flags=("ANL1FL",))}, flags=WORST),
            "ANL1FL is not a declared response flag",
        ),
        (
            what_of(
                {"OVRB": OVR, "BOR": BOR, "BCP": replace(PD, of="BOR", values=("CR",), flags=("ANL01FL",))},
                flags={"ANL01FL": ag.ResponseFlag(of=("OVRB",))},
            ),
            "ANL01FL is not a flag of OVR",
        ),
        (what_of({"BOR": replace(BOR, of="")}), "of is not declared"),
        (
            what_of(flags={"ANL01FL": ag.ResponseFlag(same_day="counts")}),
            "same_day has no effect without before",
        ),
        (
            what_of(
                {
                    "BOR": replace(
                        BOR,
                        confirm_after=None,
                        not_evaluable_between=None,
                        stable_between=None,
                        lesser_after_better="stable",
                    )
                }
            ),
            "no confirmation is declared",
        ),
        (
            what_of({"BOR": replace(BOR, without="exclude", without_value="NE")}),
            "without_value has no effect with without = exclude",
        ),
        (what_of({"BOR": replace(BOR, of="PD"), "PD": PD}), "PD has no responses"),
        (what_of({"BOR": replace(BOR, of="BOR")}), "BOR has no responses|BOR needs itself"),
        (
            what_of({"BOR": replace(BOR, stable_from="")}),
            "the date that stable_after counts from is not declared",
        ),
        (
            what_of({"BOR": replace(BOR, stable_after=None)}),
            "from when stable disease counts is not declared",
        ),
        (
            what_of({"BOR": replace(BOR, stable_after=None, stable_from="")}),
            "from when SD counts is not declared",
        ),
        (
            what_of({"BOR": replace(BOR, without_value="")}),
            "AVALC of subjects without an assessment is not decl",
        ),
        (what_of({"BOR": replace(BOR, without_value="NA")}), "NA is not a term"),
        (what_of({"BOR": replace(BOR, confirm_after=28)}), "may be not evaluable before a confirmation"),
        (
            what_of({"BOR": replace(BOR, confirm_after=28, not_evaluable_between=1)}),
            "may be stable before a confirmation",
        ),
        (what_of({"BOR": replace(BOR, stable_between=1)}), "no confirmation is declared"),
        (
            what_of({"BOR": replace(BOR, **CONFIRMED, confirm_within=20)}),
            "confirm_within is less than confirm_after",
        ),
        (
            what_of({"BOR": BOR, "BCP": replace(PD, of="BOR", values=("CR",), **CONFIRMED)}),
            "BOR has one record per subject, which none confirms",
        ),
        (what_of(assessments=replace(OVR, set={"AVALC": "X"})), "AVALC is derived"),
        (what_of(assessments=replace(OVR, subjects="AGE >")), r"\[response.OVR\] subjects"),
        (what_of({"MDIS": replace(TU, where="TUSTRESC =")}), r"\[response.MDIS\] where"),
        (what_of(flags={"ADT": ag.ResponseFlag()}), "ADT is derived"),
        (what_of(flags={"ANL01FL": ag.ResponseFlag(of=("OVT",))}), "OVT is not a declared response"),
        (
            what_of({"PD": PD}, flags={"ANL01FL": ag.ResponseFlag(of=("PD",))}),
            "PD is not a parameter of assess",
        ),
        (
            what_of(flags={"ANL01FL": ag.ResponseFlag(among=("ANL02FL",))}),
            "ANL02FL is not a declared response flag",
        ),
        (what_of(flags={"ANL01FL": ag.ResponseFlag(where="RSSEQ >")}), r"\[response_flag.ANL01FL\] where"),
        (what_of(flags={"ANL01FL": ag.ResponseFlag(before="CM")}), "CM is not a declared source"),
        (what_of(flags={"ANL01FL": ag.ResponseFlag(to_first="PD")}), "PD is not a declared response"),
        (
            what_of(flags={"ANL01FL": ag.ResponseFlag(to_first="OVR")}),
            "OVR does not have one date per subject",
        ),
        (
            what_of(flags={"ANL01FL": ag.ResponseFlag(to_cut_off=True)}),
            "the data cut-off date is not declared",
        ),
        (what_of(flags={"ANL01FL": ag.ResponseFlag(values=("XR",))}), "XR is not a term that ANL01FL is of"),
        (
            what_of(
                {"PD": replace(PD, flags=("ANL01FL",))}, flags={"ANL01FL": ag.ResponseFlag(to_first="PD")}
            ),
            "PD needs itself: PD needs ANL01FL needs PD|ANL01FL needs itself: ANL01FL needs PD needs ANL01FL",
        ),
        (what_of(options=ag.Responses(copy=("AVALC",))), "AVALC is another variable"),
        (what_of(options=ag.Responses(copy=("VISIT",), carry=("VISIT",))), "VISIT is another variable"),
        (what_of(terms={"A": replace(TERMS, responses=("CR", "VGPR"))}), "VGPR is not a term of order"),
        (what_of(terms={"A": replace(TERMS, stable=())}), "the meaning of SD is not declared"),
        (what_of(terms={"A": replace(TERMS, stable=("SD", "PD"))}), "PD is in stable and progression"),
        (what_of(terms={"A": replace(TERMS, complete=("SD",))}), "SD is complete, but not a response"),
        (what_of(terms={"A": replace(TERMS, aval={"SD": 1})}), "two terms have the same AVAL"),
        (what_of(terms={"A": replace(TERMS, written_as={"X": "XR"})}), "XR is not a term of order"),
        (what_of(terms={"A": replace(TERMS, written_as={"CR": "SD"})}), "CR is a term of order"),
    ],
)
def test_a_specification_that_cannot_be_carried_out_is_refused(what, message):
    with pytest.raises(ag.ConfigurationError, match=message):
        ag.derive(study_of(), what)


def of_course(**rs):
    return study_of(rs=rs)


@pytest.mark.parametrize(
    ("what", "study", "message"),
    [
        (
            what_of(),
            of_course(RSSTRESC=["SD", "CHECK", "CHECK", "check"]),
            "3 records of RS whose response is not a term: CHECK, check",
        ),
        (what_of(), of_course(RSSTRESC=["SD", None, "", "PD"]), "2 records of RS without a response"),
        (
            what_of(),
            of_course(RSDTC=["2020-02-01", None, "2020-04-01", "2020-05-01"]),
            "1 record of RS whose date is missing or not imputed",
        ),
        (
            what_of(),
            of_course(RSDTC=["2020-02", "2020-03", "2020-04-01", "x"]),
            "RSDTC of RS is a partial date in 2",
        ),
        (
            what_of(),
            of_course(RSDTC=["2020-02", "2020-03", "2020-04-01", "x"]),
            "RSDTC of RS is not a date in 1 rec",
        ),
        (
            what_of(),
            of_course(RSSTRESC=[1.0, 2.0, 3.0, 4.0]),
            "RSSTRESC of RS is numeric; a response is text",
        ),
        (what_of(assessments=replace(OVR, value="RSSTRES")), None, "RSSTRES is not present in RS"),
        (what_of(source=replace(RS, dataset="TR")), None, "dataset TR is not present"),
        (what_of(), of_course(RSSEQ=["1", "2", "3", "4"]), "RSSEQ of RS is text; SRCSEQ is a number"),
        (what_of(source=replace(RS, date="RSDT")), None, "RSDT is not present in RS"),
        (what_of(source=replace(RS, where="RSSEQ > 9")), None, "no record of RS meets the condition"),
        (what_of(), of_course(USUBJID="S1-09"), "4 records of RS of a subject who is not in ADSL"),
        (what_of({"PD": replace(PD, without="error")}), None, "1 subject without a record of PD"),
        (
            what_of({"PD": PD}),
            of_course(RSDTC=["2020-02-01", "2020-02-01", "2020-03-01", "2020-03-01"]),
            "4 records of OVR on the date of another of the subject",
        ),
        (
            what_of(source=replace(RS, order=()), flags=WORST),
            of_course(RSDTC="2020-02-01", RSSTRESC=["PD", "PD", "SD", "CR"]),
            "order does not distinguish 2 records of RS, of which ANL01FL is one per date",
        ),
        (
            what_of({"BOR": replace(BOR, **{**CONFIRMED, "lesser_after_better": "error"})}),
            None,
            "1 subject with a response, and then a lesser one",
        ),
        (
            what_of({"BOR": BOR}),
            study_of(adsl={"RANDDT": pd.NaT}),
            "RANDDT is missing for 1 subject with stable disease or a response",
        ),
        (what_of({"BOR": replace(BOR, stable_from="RANDT")}), None, "RANDT is not present in ADSL"),
        (
            what_of(flags={"ANL01FL": ag.ResponseFlag(on_or_after="TRTSDT")}),
            None,
            "TRTSDT is not present in ADSL",
        ),
        (
            what_of(flags={"ANL01FL": ag.ResponseFlag(where="RSEVAL == 'X'")}),
            None,
            "RSEVAL is not present in RS",
        ),
        (what_of(assessments=replace(OVR, population="ITTFL")), None, "ITTFL is not present in ADSL"),
        (what_of({"MDIS": TU}), None, "dataset TU is not present"),
        (what_of({"MDIS": replace(TU, dataset="RS")}), None, "TUSTRESC is not present in RS"),
        (what_of(options=ag.Responses(reference="TRTSDT")), None, "TRTSDT is not present in ADSL"),
        (what_of(options=ag.Responses(copy=("VISIT",))), None, "VISIT is not present in the assessments"),
        (
            what_of(options=ag.Responses(number=("PARAMCD", "VISIT"))),
            None,
            "VISIT is not derived, nor carried from ADSL",
        ),
        (
            what_of(options=ag.Responses(number=("PARAMCD",))),
            None,
            "3 records with the same PARAMCD as another of the subject",
        ),
        (
            what_of(assessments=replace(OVR, set={"PARCAT1": ag.FromVariable("RSCAT")})),
            None,
            "RSCAT is not present in the records of OVR",
        ),
        (
            what_of({"PD": replace(PD, set={"BASE": 1.0})}, assessments=replace(OVR, set={"BASE": "x"})),
            None,
            "BASE is a number and text",
        ),
    ],
)
def test_data_that_would_have_to_be_guessed_about_are_refused(what, study, message):
    assert message in refused(what, study)


def test_all_problems_are_told_together():
    what = what_of({"PD": replace(PD, without="error"), "MDIS": TU})
    message = refused(what, of_course(RSSTRESC=["SD", "CHECK", None, "PD"]))
    parts = (
        "is not a term: CHECK",
        "without a response",
        "without a record of PD",
        "dataset TU is not present",
    )
    assert [part for part in parts if part not in message] == []
    assert "S1-01" in message


def test_what_policies_do_is_noted_also_where_it_is_nothing():
    assessments = replace(OVR, unknown_terms="exclude", undated="keep")
    what = what_of({"PD": PD, "BOR": replace(BOR, **CONFIRMED)}, assessments=assessments, flags=WORST)
    record = ag.derive(study_of(), what).record
    found = {(each.parameter, each.policy): each.count for each in record.effects}
    expected = {
        ("OVR", "unknown_terms"): 0,
        ("OVR", "undated"): 0,
        ("OVR", "response_flag.ANL01FL: one_per_date"): 0,
        ("PD", "without"): 1,
        ("BOR", "without"): 1,
        ("BOR", "lesser_after_better"): 1,
        ("BOR", "confirm_after"): 1,
        ("BOR", "confirm_after, stable_after"): 1,
    }
    assert {key: found[key] for key in expected} == expected


def test_empty_sources():
    empty = study_of().datasets
    rs = ag.Dataset.from_frame(empty["RS"].frame.iloc[:0], "RS")
    study = ag.Study.of(empty["ADSL"], rs)
    what = what_of({"PD": PD, "BOR": BOR}, source=replace(RS, may_be_empty=True), flags=WORST)
    frame = ag.derive(study, what)["ADRS"].frame
    assert frame["AVALC"].tolist() == ["NE", "N", "NE", "N"]
    nothing = what_of(source=replace(RS, may_be_empty=True))
    assert "no subject has a record" in refused(nothing, study)
    nobody = ag.Study.of(ag.Dataset.from_frame(empty["ADSL"].frame.iloc[:0], "ADSL"), rs)
    assert "no subject has a record" in refused(what, nobody)


def test_specifications_in_a_file_are_the_same(tmp_path):
    from adamgate.converters.configuration.from_tables import specification
    from adamgate.converters.configuration.load import load_settings

    file = tmp_path / "adamgate.toml"
    file.write_text(
        """
        [derive.ADRS]
        kind = "responses"
        copy_as = { avisit = "visit" }
        [source.RS]
        dataset = "RS"
        date = "RSDTC"
        [response_terms.MM]
        order = ["sCR", "SD", "PD", "NE"]
        responses = ["sCR"]
        stable = ["SD"]
        progression = ["PD"]
        not_evaluable = ["NE"]
        [response_flag.ANL01FL]
        one_per_date = "worst"
        [response.OVR]
        how = "assessments"
        param = "Overall Response"
        source = "RS"
        value = "RSSTRESC"
        terms = "MM"
        [response.BOR]
        how = "best"
        param = "Best"
        of = "OVR"
        stable_after = 0
        """
    )
    what = specification(load_settings((), file).entries)
    assert what.datasets["ADRS"] == ag.Responses(copy_as={"AVISIT": "VISIT"})
    assert what.responses["BOR"] == ag.BestResponse(param="Best", of="OVR", stable_after=0)
    assert what.responses["OVR"] == replace(OVR, terms="MM")
    assert what.response_terms["MM"].order[0] == "sCR"
    assert what.response_flags == WORST
