"""Cumulative incidence: figures worked out by hand, what is written, and what is refused."""

import json
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as of_numpy

import adamgate as ag
from adamgate.converters.survival.aalen_johansen import aalen_johansen
from adamgate.converters.survival.conf_type import ConfType
from adamgate.converters.survival.estimators import product_limit

CAUSES = ["relapse: EVNTDESC == 'Relapse'", "death: EVNTDESC == 'Death'"]
# An event, a competing event and a censoring on day 60; the last subject's event ends the curve.
RECORDS = [
    (1, 0, "Relapse", "A"),
    (30, 0, "Death", "B"),
    (30, 0, "Death", "A"),
    (50, 0, "Relapse", "B"),
    (60, 0, "Relapse", "A"),
    (60, 0, "Death", "B"),
    (60, 1, "Alive", "A"),
    (70, 0, "Death", None),
]
# time: at risk, incidence of relapse and of death
BY_HAND = {
    1: (8, Fraction(1, 8), Fraction(0)),
    30: (7, Fraction(1, 8), Fraction(2, 8)),
    50: (5, Fraction(2, 8), Fraction(2, 8)),
    60: (4, Fraction(3, 8), Fraction(3, 8)),
    70: (1, Fraction(3, 8), Fraction(5, 8)),
}


def study(records=RECORDS):
    time, cnsr, described, arm = zip(*records, strict=True)
    adtte = pd.DataFrame(
        {
            "USUBJID": [f"S-{number:02}" for number in range(len(records))],
            "PARAMCD": "DFS",
            "PARAM": "Disease-free survival (days)",
            "AVAL": [float(each) for each in time],
            "CNSR": [float(each) for each in cnsr],
            "EVNTDESC": described,
            "TRTP": arm,
        }
    )
    return ag.Study.of(ag.Dataset.from_frame(adtte, "ADTTE"))


def estimated(cause=CAUSES, records=RECORDS, **options):
    return ag.cumulative_incidence(study(records), "DFS", cause, gate=False, **options)


def of(table, group, cause):
    frame = table.estimates.frame
    return frame[(frame["group"] == group) & (frame["cause"] == cause)].reset_index(drop=True)


def test_the_figures_are_those_worked_out_by_hand():
    table = estimated()
    for place, cause in enumerate(("relapse", "death"), 1):
        found = of(table, "all", cause)
        assert found["time"].tolist() == list(BY_HAND)
        assert found["at_risk"].tolist() == [each[0] for each in BY_HAND.values()]
        np.testing.assert_allclose(
            found["incidence"], [float(each[place]) for each in BY_HAND.values()], rtol=1e-14
        )
    assert of(table, "all", "death")["events"].tolist() == [0, 2, 0, 1, 1]
    # Before the first censoring the incidence is a share of all subjects, and its error that of a share.
    np.testing.assert_allclose(
        of(table, "all", "death")["std_error"][1], np.sqrt(0.25 * 0.75 / 8), rtol=1e-14
    )


def test_at_given_times():
    table = estimated(at=[60, 0, 75, 59.9], naive=True)
    found = of(table, "all", "death")
    assert found["time"].tolist() == [0, 59.9, 60, 75]
    assert found["at_risk"].tolist() == [8, 4, 4, 0]
    assert found["events"].tolist() == [0, 2, 3, 4]
    np.testing.assert_allclose(found["incidence"], [0, 2 / 8, 3 / 8, 5 / 8], rtol=1e-14)
    assert found["beyond_last"].tolist() == [False, False, False, True]
    assert found.loc[0, ["std_error", "lower", "upper", "one_minus_km"]].tolist() == [0, 0, 0, 0]
    # Relapses are censored: 1 - (1 - 2/7)(1 - 1/4), and 1 when the last subject at risk dies.
    np.testing.assert_allclose(found["one_minus_km"], [0, 2 / 7, 1 - 5 / 7 * 3 / 4, 1], rtol=1e-14)
    assert "overstates" not in table.codebook.conventions[-1]
    assert table.codebook.conventions[-1].startswith("one_minus_km")


def test_groups_and_the_total():
    table = estimated(by="TRTP", arm_order=["B", "A"])
    frame = table.estimates.frame
    assert list(dict.fromkeys(zip(frame["group"], frame["cause"], strict=True))) == [
        (group, cause) for group in ("B", "A", "all") for cause in ("relapse", "death")
    ]
    assert table.codebook.without_arm == 1
    assert len(of(estimated(by="TRTP", total=False), "all", "death")) == 0
    alone = estimated(by="TRTP", where="TRTP == 'A'")
    pd.testing.assert_frame_equal(
        of(alone, "A", "death").drop(columns="group"), of(alone, "all", "death").drop(columns="group")
    )


def test_limits_of_each_type():
    log_log, plain, log = (
        of(estimated(conf_type=each), "all", "relapse") for each in ("log-log", "plain", "log")
    )
    half = 1.959963984540054 * plain["std_error"]
    np.testing.assert_allclose(plain["lower"], (plain["incidence"] - half).clip(lower=0), rtol=1e-12)
    np.testing.assert_allclose(log["upper"], log["incidence"] * np.exp(half / log["incidence"]), rtol=1e-12)
    assert (log_log["lower"] > 0).all()
    assert (log_log["lower"] < log_log["incidence"]).all()
    assert estimated(conf_type="log").estimates.variable("upper").label.endswith("log")


def test_one_cause_is_one_minus_kaplan_meier():
    table = estimated(["any: CNSR == 0"], naive=True)
    found = of(table, "all", "any")
    km = ag.kaplan_meier(study(), "DFS", gate=False).estimates.frame
    np.testing.assert_allclose(found["incidence"], 1 - km["survival"], rtol=1e-13)
    np.testing.assert_allclose(found["one_minus_km"], 1 - km["survival"], rtol=1e-13)
    np.testing.assert_allclose(found["std_error"][:-1], km["std_error"][:-1], rtol=1e-12)


def test_a_cause_without_an_event():
    found = of(estimated([*CAUSES, "loss: EVNTDESC == 'Lost'"]), "all", "loss")
    assert len(found) == len(BY_HAND)
    assert not found[["events", "incidence", "std_error", "lower", "upper"]].to_numpy().any()


def test_what_is_written(tmp_path):
    table = estimated(by="TRTP", at=[60])
    written = table.write(tmp_path / "incidence.csv")
    assert [each.name for each in written] == ["incidence.csv", "incidence.codebook.json"]
    document = json.loads(written[1].read_text())
    assert document["estimator"] == "Aalen-Johansen"
    assert "survfit" in document["std_error"]
    assert document["at"] == [60.0]
    assert [(each["cause"], each["subjects"]) for each in document["causes"]] == [
        ("relapse", 3),
        ("death", 4),
    ]
    names = [each["name"] for each in document["columns"]]
    assert names == pd.read_csv(written[0]).columns.tolist()
    assert names[:9] == [
        "group", "cause", "time", "at_risk", "events", "incidence", "std_error", "lower", "upper",
    ]  # fmt: skip
    assert all(each["label"] and len(each["label"]) <= 40 for each in document["columns"])
    for suffix in (".parquet", ".json"):
        read = ag.read(estimated().write(tmp_path / f"as_{suffix[1:]}{suffix}")[0])[
            f"AS_{suffix[1:].upper()}"
        ].frame
        np.testing.assert_array_equal(read["incidence"], estimated().estimates.frame["incidence"])


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"cause": ()}, "the causes are not known"),
        ({"at": [-1]}, "is not a value of at"),
        ({"at": [1], "curve": True}, "contradict each other"),
        ({"conf_type": "loglog"}, "is not a type of confidence limits"),
        ({"reference": "A"}, "reference needs groups"),
        ({"total": False}, "does not have a group"),
        ({"by": "TRT"}, "TRT is not present"),
    ],
)
def test_what_cannot_be_meant(options, said):
    with pytest.raises(ag.ConfigurationError, match=said):
        estimated(**options)


def test_no_event():
    with pytest.raises(ag.Refused, match="no events of any cause"):
        estimated(records=[(5, 1, "Alive", "A")])
    found = estimated(records=[(5, 1, "Alive", "A")], allow_no_events=True).estimates.frame
    assert found["incidence"].tolist() == [0, 0]


# what must always hold

TIMES = of_numpy.arrays(np.float64, st.integers(1, 30), elements=st.integers(0, 12).map(float))


@settings(max_examples=settings.default.max_examples * 60 // 100)
@given(time=TIMES, data=st.data())
def test_incidences_and_survival_add_up_to_one(time, data):
    status = data.draw(of_numpy.arrays(np.intp, len(time), elements=st.integers(0, 3)))
    curves = [each.steps for each in aalen_johansen(time, status, 3)]
    total = sum(each.incidence for each in curves) + product_limit(time, status > 0).steps.survival
    np.testing.assert_allclose(total, 1, rtol=1e-12)
    order = data.draw(st.permutations(range(len(time))))
    again = aalen_johansen(time[list(order)], status[list(order)], 3)
    for number, (each, other) in enumerate(zip(curves, again, strict=True), 1):
        np.testing.assert_array_equal(each.std_error, other.steps.std_error)
        assert each.events.sum() == (status == number).sum()
        naive = 1 - product_limit(time, status == number).steps.survival
        assert (naive >= each.incidence - 1e-12).all()
        for conf_type in ConfType:
            lower, upper = each.limits(conf_type)
            known = ~np.isnan(lower)
            assert (lower[known] <= each.incidence[known] + 1e-12).all()
            assert (upper[known] >= each.incidence[known] - 1e-12).all()


@pytest.mark.parametrize(
    ("time", "status", "said"),
    [([], [], "needs a subject"), ([-1.0], [1], "negative"), ([1.0], [3], "not 0 or the number of a cause")],
)
def test_what_no_curve_can_be_made_of(time, status, said):
    with pytest.raises(ValueError, match=said):
        aalen_johansen(np.array(time, float), np.array(status, np.intp), 2)
