"""Values that a condition asks for and that no record has are noted; one that selects nothing is an error."""

import pandas as pd
import pytest

import adamgate as ag
from adamgate.converters.derivations.record import AbsentValue
from adamgate.converters.reports.derivation import render_text
from adamgate.schemas.conditions.absent_texts import absent_texts
from adamgate.schemas.conditions.grammar import compile_expression

DAY = pd.to_datetime("2024-01-10")
DM = pd.DataFrame({"USUBJID": ["1", "2"], "ARM": ["Placebo", "Active"]})
ADSL = DM.assign(TRTSDT=DAY, TRTEDT=DAY, DTHDT=DAY)
VS = pd.DataFrame(
    {
        "USUBJID": ["1", "1", "2", "2"],
        "VSSEQ": [1.0, 2.0, 1.0, 2.0],
        "VSTESTCD": ["WEIGHT", "WEIGHT", "WEIGHT", "HEIGHT"],
        "VSSTRESN": [80.0, 82.0, 70.0, 180.0],
        "VSDTC": ["2024-01-09", "2024-01-20", "2024-01-09", "2024-01-09"],
        "VISIT": ["BASELINE", "WEEK 8", "BASELINE", "BASELINE"],
    }
)
AE = pd.DataFrame(
    {"USUBJID": ["1", "2"], "AESEQ": [1.0, 1.0], "AETERM": ["Rash", "Fever"], "AESTDTC": "2024-01-11"}
)
RS = pd.DataFrame(
    {
        "USUBJID": ["1", "2"],
        "RSSEQ": [1.0, 1.0],
        "RSSTRESC": ["PR", "PD"],
        "RSDTC": "2024-01-11",
        "RSEVAL": "IRC",
    }
)


def derive(dataset, options, **parts):
    frames = {"ADSL": ADSL, "DM": DM, "VS": VS, "AE": AE, "RS": RS}
    datasets = (ag.Dataset.from_frame(each, name) for name, each in frames.items() if name != dataset)
    return ag.derive(ag.Study.of(*datasets), ag.Specification({dataset: options}, **parts))


def measured(where="", options=None, parameters=("WEIGHT", "HEIGHT"), **parts):
    first, *others = parameters
    tables = {first: ag.Measurement(param=first, where=where)}
    tables |= {each: ag.Measurement(param=each) for each in others}
    given = {"dataset": "VS", "baseline_where": "VISIT == 'BASELINE'"} | (options or {})
    return derive("ADVS", ag.Measurements(**given), measurements=tables, **parts)


def event(where, **parts):
    endpoint = ag.DerivedEndpoint(param="Progression", origin="TRTSDT", events=("PD",), censors=("ALIVE",))
    sources = {
        "PD": ag.DerivationSource(dataset="RS", date="RSDTC", where=where, set={"EVNTDESC": "x"}, **parts),
        "ALIVE": ag.DerivationSource(dataset="ADSL", date="DTHDT", set={"EVNTDESC": "y"}),
    }
    return derive("ADTTE", ag.TimeToEvent(), endpoints={"PFS": endpoint}, sources=sources)


NO_BASLINE = "no record has VISIT == 'BASLINE'; did you mean 'BASELINE'?"
NO_WIGHT = "did you mean WEIGHT or HEIGHT?"
WEEKS = "VISIT in ('BASELINE', 'WEEK 8', 'WEEK 9')"
ASKED = [
    ("[source.PD] where", lambda: event("RSEVAL in ('IRC', 'IRCC')"), ("RS", "RSEVAL", "IRCC", "IRC")),
    (
        "[derive.ADAE] where",
        lambda: derive("ADAE", ag.AdverseEvents(where="AETERM != 'Rush'")),
        ("AE", "AETERM", "Rush", "Rash"),
    ),
    (
        "[flag.AOCCFL] where",
        lambda: derive(
            "ADAE",
            ag.AdverseEvents(),
            flags={"AOCCFL": ag.OccurrenceFlag(order=("AESEQ",), where="AETERM in ('Rash', 'Fevr')")},
        ),
        ("ADAE", "AETERM", "Fevr", "Fever"),
    ),
    (
        "[subject.ARMGR] cases",
        lambda: derive(
            "ADSL",
            ag.SubjectLevel(),
            subjects={"ARMGR": ag.DerivedVariable(cases=(ag.Case("ARM == 'Placbo'", "P"),), otherwise="A")},
        ),
        ("ADSL", "ARM", "Placbo", "Placebo"),
    ),
    ("[derive.ADVS] where", lambda: measured(options={"where": WEEKS}), ("VS", "VISIT", "WEEK 9", "WEEK 8")),
    (
        "[derive.ADVS] change_where",
        lambda: measured(options={"change_where": "VISIT != 'BASLINE'"}),
        ("ADVS", "VISIT", "BASLINE", "BASELINE"),
    ),
    (
        "[measurement.WEIGHT] where",
        lambda: measured("VSTESTCD in ('WEIGHT', 'WGHT')"),
        ("VS", "VSTESTCD", "WGHT", "WEIGHT"),
    ),
    (
        "[variable.X] where",
        lambda: measured(variables={"X": ag.AnalysisVariable(where="PARAMCD == 'WIEGHT'")}),
        ("ADVS", "PARAMCD", "WIEGHT", "WEIGHT"),
    ),
    (
        "[grade.G] where",
        lambda: measured(
            grades={
                "G": ag.Grade(
                    where="PARAMCD == 'HIGHT'", term="t", direction="low", cases=(ag.Case("AVAL < 1", "1"),)
                )
            }
        ),
        ("ADVS", "PARAMCD", "HIGHT", "HEIGHT"),
    ),
    (
        "[record.MEAN] where",
        lambda: measured(
            records={"MEAN": ag.DerivedRecords(where="VISIT == 'WEEK8'", by=("PARAMCD",), take="mean")}
        ),
        ("ADVS", "VISIT", "WEEK8", "WEEK 8"),
    ),
]


@pytest.mark.parametrize(("where", "derived", "absent"), ASKED, ids=[each[0] for each in ASKED])
def test_a_value_that_no_record_has_is_noted(where, derived, absent):
    found = derived()
    (name,) = found.record.records
    source, variable, value, nearest = absent
    assert found.record.absent == (AbsentValue(name, where, source, variable, value, nearest),)
    text = " ".join(render_text(found.record).split())
    assert (
        f"note: no record of {source} has {variable} == '{value}' ({where}); did you mean '{nearest}'?"
        in text
    )


@pytest.mark.parametrize(
    ("derived", "where", "advice"),
    [
        (
            lambda: event("RSSTRESC == 'PDD'"),
            "[source.PD] where",
            "correct it: no record has RSSTRESC == 'PDD'; did you mean 'PD'?, or declare may_be_empty = true",
        ),
        (
            lambda: measured(options={"baseline_where": "VISIT == 'BASLINE'"}),
            "[derive.ADVS] baseline_where",
            f"correct it: {NO_BASLINE}, or declare baseline_may_be_empty = true",
        ),
        (
            lambda: measured(options={"where": "VISIT == 'WEEK 99'"}),
            "[derive.ADVS] where",
            "correct it: no record has VISIT == 'WEEK 99'; did you mean 'WEEK 8'?",
        ),
        (
            lambda: measured(options={"population": "ARM == 'Plazebo'"}),
            "[derive.ADVS] population",
            "correct it: no record has ARM == 'Plazebo'; did you mean 'Placebo'?",
        ),
        (
            lambda: measured("VSTESTCD == 'WT'", {"unmapped": "exclude"}),
            "[measurement.WEIGHT] where",
            "correct it: no record has VSTESTCD == 'WT', or declare may_be_empty = true",
        ),
        (
            lambda: measured(parameters=("WIGHT", "HEIGHT"), options={"unmapped": "exclude"}),
            "[measurement.WIGHT] where",
            f"VSTESTCD is never WIGHT ({NO_WIGHT}): write where, or declare may_be_empty = true",
        ),
    ],
)
def test_a_condition_that_no_record_meets_is_an_error_with_the_nearest_value(derived, where, advice):
    with pytest.raises(ag.DerivationRefused) as refused:
        derived()
    (found,) = [each for each in refused.value.problems if each.where == where]
    assert found.advice == advice


def test_what_is_declared_to_be_empty_is_noted():
    assert [each.value for each in event("RSSTRESC == 'PDD'", may_be_empty=True).record.absent] == ["PDD"]
    options = {"baseline_where": "VISIT == 'SCREENING'", "baseline_may_be_empty": True}
    found = measured(options=options)
    assert [each.value for each in found.record.absent] == ["SCREENING"]
    assert found["ADVS"].missing("BASE").all()


def test_no_baseline_by_dates_is_an_error():
    with pytest.raises(ag.DerivationRefused) as refused:
        measured(options={"baseline_where": "ADT < TRTSDT and ADT > TRTSDT"})
    (problem,) = refused.value.problems
    assert problem.what == "no record with a value may be the baseline"
    assert problem.advice == "correct it, or declare baseline_may_be_empty = true"


def test_what_later_records_may_have_is_not_noted():
    """DTYPE and AVISIT are derived, and parameters that are declared may be calculated later."""
    found = measured(
        options={"change_where": "DTYPE != 'MEAN' or PARAMCD == 'BMI'", "by": ("ADT",)},
        variables={"AVISIT": ag.AnalysisVariable(of="VISIT", map={"BASELINE": "Baseline"}, otherwise="")},
        records={"MEAN": ag.DerivedRecords(where="PARAMCD == 'BMI'", by=("PARAMCD",), take="mean")},
        flags={"ANL01FL": ag.OccurrenceFlag(dataset="ADVS", order=("VSSEQ",), where="AVISIT == 'Week 99'")},
    )
    assert [each.value for each in found.record.absent] == ["BMI", "BMI"]


@pytest.mark.parametrize(
    ("condition", "values", "absent"),
    [
        ("X == 'AB'", ["ABC", "ABD"], ["AB"]),
        ("X == 'AB'", ["AB  "], []),
        ("not (X in ('AB', 'CD'))", ["AB"], ["CD"]),
        ("X == 'AB' and (missing(X) or X != 'EF')", ["CD"], ["AB", "EF"]),
        ("X == 'Y'", ["N"], []),
        ("X == 'AB'", [None], ["AB"]),
        ("X == 'AB'", [], ["AB"]),
        ("X == 12", [13.0], []),
        ("X == '2024-01-01'", [DAY], []),
        ("X < 12", [13.0], []),
    ],
)
def test_texts_that_no_record_has(condition, values, absent):
    kind = {} if values and values[0] is not None and not isinstance(values[0], str) else {"dtype": object}
    data = ag.Dataset.from_frame(pd.DataFrame({"X": pd.Series(values, **kind)}), "XX")
    assert [each.text for each in absent_texts(compile_expression(condition), data)] == absent


def test_a_subject_is_never_proposed():
    data = ag.Dataset.from_frame(pd.DataFrame({"USUBJID": ["S1-01"]}), "XX")
    (found,) = absent_texts(compile_expression("USUBJID == 'S1-02'"), data)
    assert found.nearest == ""
