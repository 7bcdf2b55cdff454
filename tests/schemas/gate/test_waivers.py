"""A waiver hides the records it names, until its day, and nothing else."""

import pickle
from datetime import date, datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import adamgate as ag
from adamgate.schemas.conditions import constants
from adamgate.schemas.conditions.three_valued import CompareConstant, NotComparable
from adamgate.schemas.gate.waivers import spare
from adamgate.schemas.rules.rule import Fault

TODAY = date(2026, 11, 22)


def waiver(**changes):
    given_ = {
        "rule": "TTE006",
        "dataset": "ADTTE",
        "reason": "agreed with the sponsor",
        "owner": "J. Doe",
        "expires": date(2026, 12, 31),
        "record": {"USUBJID": "S1-001", "PARAMCD": "OS"},
    }
    return ag.Waiver(**(given_ | changes))


@pytest.fixture
def negative(trial):
    """Three negative durations: OS of S1-001 and S1-002, PFS of S1-001."""
    rows = trial.adtte
    wrong = (rows.USUBJID.eq("S1-001")) | (rows.USUBJID.eq("S1-002") & rows.PARAMCD.eq("OS"))
    rows.loc[wrong, "AVAL"] = -4.0
    return trial


def judged(trial, *waivers, today=TODAY, **more):
    return ag.validate(trial.study(), select=["TTE006"], waivers=waivers, today=today, **more)


def of(report, rule_id):
    return [each for each in report.findings if each.rule_id == rule_id]


def test_a_waived_record_leaves_the_count(negative):
    report = judged(negative, waiver())
    (finding,) = of(report, "TTE006")
    assert finding.records == 2
    assert {(e.keys["USUBJID"], e.keys["PARAMCD"]) for e in finding.examples} == {
        ("S1-001", "PFS"),
        ("S1-002", "OS"),
    }
    (waived,) = report.terms.waived
    assert (waived.rule_id, waived.records, waived.owner) == ("TTE006", 1, "J. Doe")
    assert report.terms.judged_on == TODAY
    assert report.refuses()


def test_a_finding_that_is_waived_whole_does_not_refuse(negative):
    report = judged(negative, waiver(record={"USUBJID": "S1-001"}), waiver(record={"USUBJID": "S1-002"}))
    assert not report.findings
    assert not report.refuses(ag.Severity.NOTE)
    (outcome,) = [each for each in report.outcomes if each.rule_id == "TTE006"]
    assert (outcome.status, outcome.reason) == (ag.Status.PASSED, "all findings are waived")
    assert sorted(each.records for each in report.terms.waived) == [1, 2]


def test_a_value_of_the_variable_at_fault(negative):
    report = judged(negative, waiver(record={}, values=(-4,)))
    assert not of(report, "TTE006")
    assert of(judged(negative, waiver(record={}, values=(-5,))), "TTE006")[0].records == 3
    both = judged(negative, waiver(record={"PARAMCD": "PFS"}, values=(-4.0,)))
    assert of(both, "TTE006")[0].records == 2


def test_a_record_named_twice_counts_once_and_no_waiver_is_unused(negative):
    report = judged(negative, waiver(), waiver(record={"USUBJID": "S1-001"}))
    assert [each.records for each in report.terms.waived] == [1, 1]
    assert of(report, "TTE006")[0].records == 1
    assert not of(report, "WV001")


@pytest.mark.parametrize(
    "changes",
    [
        {"dataset": "ADAE"},
        {"record": {"USUBJID": "S1-040"}},
        {"record": {"USUBJD": "S1-001"}},
        {"record": {"USUBJID": 1}},
        {"record": {"AVAL": "-4"}},
        {"record": {"ADT": "no date"}},
        {"record": {}},
        {"variable": "CNSR"},
        {"expires": date(2026, 11, 21)},
    ],
    ids=["dataset", "value", "variable", "text", "number", "date", "nothing", "other variable", "expired"],
)
def test_what_is_not_named_is_not_hidden(negative, changes):
    report = judged(negative, waiver(**changes))
    assert of(report, "TTE006")[0].records == 3
    assert not report.terms.waived


def test_a_date_names_a_record_too(negative):
    day = negative.adtte.ADT[0].date()
    report = judged(negative, waiver(record={"USUBJID": "S1-001", "ADT": day}))
    assert report.terms.waived
    assert judged(negative, waiver(record={"USUBJID": "S1-001", "ADT": day.isoformat()})).terms.waived


def test_a_fault_of_the_dataset_as_a_whole(trial):
    trial.adtte = trial.adtte.drop(columns="PARAMCD")
    study = trial.study()
    found = next(
        each
        for each in ag.validate(study).findings_from(ag.Severity.ERROR)
        if each.dataset == "ADTTE" and not each.records
    )
    whole = waiver(rule=found.rule_id, record={})
    report = ag.validate(study, waivers=[whole], today=TODAY)
    assert not [each for each in report.findings if each.rule_id == found.rule_id and each.dataset == "ADTTE"]
    by_record = ag.validate(study, waivers=[waiver(rule=found.rule_id)], today=TODAY)
    assert [each for each in by_record.findings if each.rule_id == found.rule_id]


@pytest.mark.parametrize(("parameter", "hidden"), [("", {"OS", "PFS"}), ("OS", {"OS"}), ("XYZ", set())])
def test_a_fault_of_one_parameter(trial, parameter, hidden):
    trial.adtte["PARAM"] = trial.adtte.PARAM.str.replace(r" \(.*\)", "", regex=True)
    accepted = waiver(rule="TTE008", record={}, parameter=parameter)
    report = ag.validate(trial.study(), select=["TTE008"], waivers=[accepted], today=TODAY)
    assert {each.parameter for each in report.terms.waived} == hidden
    left = {each.parameter for each in report.findings if each.rule_id == "TTE008"}
    assert left == {"OS", "PFS"} - hidden


def test_an_unused_waiver_is_a_finding(trial):
    (finding,) = of(judged(trial, waiver()), "WV001")
    assert finding.severity is ag.Severity.WARNING
    assert finding.message == "waiver 1 (TTE006 in ADTTE, J. Doe) matches no finding"
    assert finding.title == "Waiver matches no finding"


def test_a_waiver_that_could_not_be_of_use_is_not_called_unused(trial):
    other = waiver(rule="AE001", dataset="ADAE")
    assert not of(judged(trial, other), "WV001")
    (note,) = of(judged(trial, waiver(dataset="ADEA")), "WV003")
    assert note.message == "settings refer to ADEA, which was not read; did you mean ADAE?"


def test_an_expired_waiver_is_a_finding_and_its_last_day_still_counts(negative):
    last = date(2026, 12, 31)
    assert not of(judged(negative, waiver(), today=last), "WV002")
    report = judged(negative, waiver(), today=date(2027, 1, 1))
    (finding,) = of(report, "WV002")
    assert finding.message == "waiver 1 (TTE006 in ADTTE, J. Doe) expired on 2026-12-31"
    assert not of(report, "WV001")
    assert of(report, "TTE006")[0].records == 3


def test_the_day_is_stated_only_where_there_are_waivers(trial):
    assert judged(trial).terms.judged_on is None
    assert judged(trial, waiver(), today=None).terms.judged_on == date.today()


def test_findings_about_waivers_can_be_ignored_and_weighed(negative):
    expired = waiver(expires=date(2020, 1, 1))
    study = negative.study()
    assert not of(ag.validate(study, waivers=[expired], ignore=["WV"], today=TODAY), "WV002")
    heavy = ag.validate(study, waivers=[expired], severities={"WV002": "error"}, today=TODAY)
    assert of(heavy, "WV002")[0].severity is ag.Severity.ERROR


def test_a_waiver_says_what_and_who():
    for name in ("rule", "dataset", "reason", "owner"):
        with pytest.raises(ag.ConfigurationError, match=f"without {name}"):
            waiver(**{name: " "})


def test_an_unknown_rule_is_refused_even_where_a_prefix_would_do(trial):
    with pytest.raises(ag.ConfigurationError, match=r"unknown rule id 'TTE06'(.|\n)*did you mean .*TTE006"):
        judged(trial, waiver(rule="TTE06"))
    with pytest.raises(ag.ConfigurationError, match="unknown rule id 'TTE'"):
        judged(trial, waiver(rule="TTE"))


def test_reports_and_waivers_can_be_sent_between_processes(negative):
    report = judged(negative, waiver())
    assert pickle.loads(pickle.dumps(report)) == report
    assert pickle.loads(pickle.dumps(waiver())) == waiver()


SUBJECTS = [f"S{n}" for n in range(4)]
KEYS = st.fixed_dictionaries(
    {}, optional={"USUBJID": st.sampled_from([*SUBJECTS, "none"]), "ASEQ": st.integers(0, 3)}
)
VALUES = st.lists(st.sampled_from([-1.0, 0.0, 1.0]), max_size=2).map(tuple)


RECORD = st.tuples(
    st.sampled_from(SUBJECTS), st.integers(0, 3), st.sampled_from([-1.0, 0.0, 1.0]), st.booleans()
)


@pytest.mark.slow
@settings(max_examples=2 * settings.default.max_examples)
@given(
    records=st.lists(RECORD, min_size=1, max_size=20),
    named=st.lists(st.tuples(KEYS, VALUES), max_size=4),
)
def test_a_waiver_never_hides_a_record_that_it_does_not_name(records, named):
    frame = pd.DataFrame(
        {
            "USUBJID": pd.Categorical([each[0] for each in records]),
            "ASEQ": [float(each[1]) for each in records],
            "AVAL": [each[2] for each in records],
        }
    )
    at_fault = np.array([each[3] for each in records])
    data = ag.Dataset.from_frame(frame, "ADTTE")
    waivers = [waiver(record=keys, values=values) for keys, values in named]
    left, met = spare(data, Fault(at_fault, ("AVAL",), "odd"), waivers)

    def is_named(subject, sequence, value):
        return any(
            (keys or values)
            and keys.get("USUBJID", subject) == subject
            and keys.get("ASEQ", sequence) == sequence
            and (not values or value in values)
            for keys, values in named
        )

    expected = [fault and not is_named(*record) for *record, fault in records]
    assert (left.mask.tolist() if left is not None else [False] * len(records)) == expected
    assert sum(count for _, count in met) == sum(each[3] for each in records) - sum(expected)


STAMPS = ["2020-01-01", "2020-01-02", "2020-01-01T00:00:00", "2020-01-01T12:00:00"]
CELLS = {
    "USUBJID": st.sampled_from(["S1", "S2", "S2 ", "", None]),
    "ASEQ": st.sampled_from([0.0, -0.0, 1.0, 2.5, None]),
    "ADTM": st.sampled_from([*STAMPS, None]),
    "EMPTY": st.none(),
}
CONSTANTS = st.one_of(
    st.sampled_from(["S1", "S2", "S2 ", "", "none", "2020-13-01", *STAMPS]),
    st.sampled_from([0, -0.0, 1, 2.5, True, float("nan"), date(2020, 1, 1), datetime(2020, 1, 1, 12)]),
)
VARIABLES = st.sampled_from([*CELLS, "aseq", "NOTTHERE"])
MANY = st.lists(
    st.tuples(
        st.dictionaries(VARIABLES, CONSTANTS, max_size=2),
        st.lists(CONSTANTS, max_size=3).map(tuple),
        st.sampled_from(["", *CELLS]),
    ),
    max_size=8,
)


def spared_one_by_one(data, fault, waivers):
    """The simple form: every waiver asks all records, as a condition would."""

    def equal(variable, value):
        constant = value.isoformat() if isinstance(value, date) else value
        constant = constant.rstrip(" ") if isinstance(constant, str) else float(constant)
        try:
            return CompareConstant(variable, "==", constant).truth(data).true
        except (NotComparable, KeyError):
            return np.zeros(len(data), dtype=bool)

    left, met = fault.mask.copy(), []
    for each in waivers:
        if each.accepts(fault):
            named = np.ones(len(data), dtype=bool)
            for variable, value in each.record.items():
                named &= equal(variable, value)
            if each.values:
                of = each.variable or fault.variables[0]
                named &= np.logical_or.reduce([equal(of, value) for value in each.values])
            if (named & left).any():
                met.append((each, int((named & left).sum())))
                left &= ~named
    return left, tuple(met)


@pytest.mark.slow
@settings(max_examples=3 * settings.default.max_examples, deadline=None)
@given(rows=st.lists(st.tuples(st.booleans(), *CELLS.values()), min_size=1, max_size=12), named=MANY)
def test_many_waivers_hide_what_each_of_them_would(rows, named):
    fault_, *cells = (list(column) for column in zip(*rows, strict=True))
    frame = pd.DataFrame(dict(zip(CELLS, cells, strict=True)))
    frame["USUBJID"] = frame["USUBJID"].astype(object)
    frame["ASEQ"] = frame["ASEQ"].astype(float)
    frame["ADTM"] = np.array([row[3] or "NaT" for row in rows], dtype="datetime64[us]")
    data = ag.Dataset.from_frame(frame, "ADTTE")
    fault = Fault(np.array(fault_), ("ASEQ", "ADTM"), "odd")
    waivers = [
        waiver(record=record, values=values, variable=variable, place=f"waiver {number}")
        for number, (record, values, variable) in enumerate(named)
    ]
    left, met = spare(data, fault, waivers)
    expected, expected_met = spared_one_by_one(data, fault, waivers)
    assert (left.mask.tolist() if left is not None else [False] * len(rows)) == expected.tolist()
    assert [(each.place, records) for each, records in met] == [
        (each.place, records) for each, records in expected_met
    ]


def test_the_values_of_a_variable_are_numbered_once_for_all_waivers(negative, monkeypatch):
    numbered = []
    of = constants.Numbered.of
    monkeypatch.setattr(constants.Numbered, "of", lambda *them: numbered.append(them[1]) or of(*them))
    many = [waiver(record={"USUBJID": f"S1-{number:03d}", "PARAMCD": "OS"}) for number in range(50)]
    assert of_records(judged(negative, *many)) == [1]
    assert sorted(numbered) == ["PARAMCD", "USUBJID"]


def of_records(report):
    return [each.records for each in of(report, "TTE006")]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"record": {"USUBJD": "S1-001"}}, "USUBJD is not present in ADTTE; did you mean USUBJID?"),
        ({"record": {"USUBJID": 1001.0}}, "USUBJID is character; write its values in quotes"),
        ({"record": {"AVAL": "-4"}}, "AVAL is not character; write its values without quotes"),
        (
            {"variable": "AVALX", "record": {}, "values": (-4.0,)},
            "AVALX is not present in ADTTE; did you mean AVAL",
        ),
    ],
)
def test_a_slip_in_a_waiver_is_named(negative, changes, told):
    (finding,) = of(judged(negative, waiver(**changes)), "WV001")
    assert told in finding.message


def test_a_waiver_of_no_records_does_not_cover_records_and_says_so(negative):
    (finding,) = of(judged(negative, waiver(record={})), "WV001")
    assert finding.message.endswith(
        " matches no finding: it names no records, so it covers only a finding about the whole dataset"
    )


def inverted(trial, *waivers):
    trial.adtte.AVAL = trial.adtte.AVAL * 1.37 + 3
    return ag.validate(trial.study(), select=["TTE007"], waivers=waivers, today=TODAY)


def test_a_parameter_is_known_in_any_case(trial):
    findings = of(inverted(trial), "TTE007")
    assert findings
    assert not any(each.records for each in findings)
    parameter = findings[0].parameter
    waived = inverted(trial, waiver(rule="TTE007", record={}, parameter=parameter.lower()))
    assert [each.rule_id for each in waived.terms.waived] == ["TTE007"]
    assert not of(waived, "WV001")


def test_a_parameter_without_a_finding_is_named(trial):
    about = ", ".join(sorted({each.parameter for each in of(inverted(trial), "TTE007")}))
    (finding,) = of(inverted(trial, waiver(rule="TTE007", record={}, parameter="DOR")), "WV001")
    assert finding.message.endswith(f": TTE007 has no finding of PARAMCD DOR; its findings are about {about}")


def test_records_of_a_finding_about_the_whole_dataset_are_named(trial):
    (finding,) = of(inverted(trial, waiver(rule="TTE007")), "WV001")
    assert finding.message.endswith(
        ": the finding of TTE007 is about the whole dataset; remove records and values"
    )


def test_a_second_waiver_of_one_record_hides_nothing(negative):
    report = judged(negative, waiver(), waiver())
    assert [each.records for each in report.terms.waived] == [1]
    (finding,) = of(report, "WV001")
    assert finding.message.startswith("waiver 2 ")
