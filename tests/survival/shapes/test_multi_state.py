"""States of subjects chosen for what goes wrong, worked out by hand; what must hold of any; each policy."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import adamgate as ag
from adamgate.cli import run as run_command
from adamgate.converters.survival.shapes.multi_state import MultiStateOptions
from adamgate.converters.survival.shapes.multi_state.declared import transition
from adamgate.schemas.errors import ConfigurationError

DAY_1 = np.datetime64("2020-01-01", "s")
STATES = ["alive", "progressed", "dead"]
DEATH = "alive, progressed -> dead: OS"
PROGRESSION = {
    "from": "alive",
    "to": "progressed",
    "dataset": "ADRS",
    "where": "AVALC == 'PD'",
    "date": "ADT",
}

# subject: day of the end of OS and whether it is death; days of progression
SUBJECTS: dict[str, tuple[int, bool, list[int]]] = {
    "S-01": (90, True, [30]),  # progression, then death
    "S-02": (60, True, [60]),  # both on one day
    "S-03": (50, False, [50]),  # progression on the last day
    "S-04": (1, True, []),  # death on day 1
    "S-05": (80, False, []),  # censored
    "S-06": (100, True, [40, 40, 70]),  # progression by two readers, and again in the state
    "S-07": (0, False, []),  # no time at risk
    "S-08": (30, False, [29]),
}


def day(number: float) -> np.datetime64:
    return DAY_1 + np.timedelta64(int(number) - 1, "D")


def study(
    subjects: dict[str, tuple[int, bool, list[int]]], order: list[int] | None = None, **more
) -> ag.Study:
    names = list(subjects) if order is None else [list(subjects)[each] for each in order]
    ends = [subjects[each] for each in names]
    adtte = {
        "USUBJID": names,
        "PARAMCD": "OS",
        "PARAM": "Overall Survival (Days)",
        "AVAL": [float(each[0]) for each in ends],
        "CNSR": [0.0 if each[1] else 1.0 for each in ends],
        "STARTDT": DAY_1,
        "ADT": [day(each[0]) for each in ends],
        "TRTP": ["A" if number % 2 else "B" for number, _ in enumerate(names)],
    }
    records = [(name, at) for name in names for at in subjects[name][2]] + more.get("others", [])
    adrs = {
        "USUBJID": [name for name, _ in records],
        "AVALC": "PD",
        "ADT": np.array([np.datetime64("NaT") if at is None else day(at) for _, at in records], "M8[s]"),
    }
    return ag.Study.of(
        ag.Dataset.from_frame(pd.DataFrame(adtte), "ADTTE"), ag.Dataset.from_frame(pd.DataFrame(adrs), "ADRS")
    )


def made(trial: ag.Study, **more: Any) -> ag.AnalysisTable:
    options = {
        "states": STATES,
        "transitions": [PROGRESSION, DEATH],
        "same_day": ["dead", "progressed"],
    } | more
    return ag.table(trial, "multi-state", param="OS", gate=False, **options)


def rows(table: ag.AnalysisTable, *names: str) -> list[tuple[Any, ...]]:
    frame = table.frame.astype({"USUBJID": object})
    return [tuple(each) for each in frame[list(names)].astype(object).itertuples(index=False)]


INTERVALS = ("USUBJID", "start", "stop", "from_state", "to_state")


def test_intervals_by_hand():
    table = made(study(SUBJECTS), arm="TRTP")
    assert list(table.frame.columns) == [*INTERVALS, "TRTP"]
    assert rows(table, *INTERVALS) == [
        ("S-01", 0.0, 30.0, "alive", "progressed"),
        ("S-01", 30.0, 90.0, "progressed", "dead"),
        ("S-02", 0.0, 60.0, "alive", "dead"),  # death wins; progression is not entered
        ("S-03", 0.0, 50.0, "alive", "progressed"),  # no interval of length 0 after it
        ("S-04", 0.0, 1.0, "alive", "dead"),
        ("S-05", 0.0, 80.0, "alive", "censored"),
        ("S-06", 0.0, 40.0, "alive", "progressed"),
        ("S-06", 40.0, 100.0, "progressed", "dead"),
        ("S-08", 0.0, 29.0, "alive", "progressed"),
        ("S-08", 29.0, 30.0, "progressed", "censored"),
    ]
    (left_out,) = table.codebook.selection.left_out
    assert (left_out.records, "S-07" in left_out.reason) == (1, True)
    assert table.codebook.subjects == 7
    assert account(table, "alive -> progressed") == {
        "dates": 7, "made": 4, "in another state": 1, "on a day that another state wins": 1, "repeated": 1,
    }  # fmt: skip
    assert account(table, "alive -> dead") == {"dates": 4, "made": 2, "in another state": 2}
    assert account(table, "progressed -> dead") == {
        "dates": 4, "made": 2, "in another state": 1, "on a day that another state wins": 1,
    }  # fmt: skip


def account(table: ag.AnalysisTable, transition: str) -> dict[str, int]:
    """The parts of the sentence about the dates of a transition that are not 0; they add up to the whole."""
    (sentence,) = (each for each in table.codebook.shape.conventions if each.startswith(f"{transition} ("))
    whole, parts = sentence.split("): ")[1].split(";")[0].split(": ")
    numbers = {part.split(" ", 1)[1]: int(part.split(" ", 1)[0]) for part in parts.split(", ")}
    dates = int(whole.split()[0])
    assert sum(numbers.values()) == dates
    return {"dates": dates} | {words: number for words, number in numbers.items() if number}


def test_transitions_by_hand():
    table = made(study(SUBJECTS), form="transitions")
    names = ("USUBJID", "from", "to", "transition", "start", "stop", "status")
    assert list(table.frame.columns) == [*names]
    assert rows(table, *names)[:5] == [
        ("S-01", 1, 2, 1, 0.0, 30.0, 1),
        ("S-01", 1, 3, 2, 0.0, 30.0, 0),
        ("S-01", 2, 3, 3, 30.0, 90.0, 1),
        ("S-02", 1, 2, 1, 0.0, 60.0, 0),
        ("S-02", 1, 3, 2, 0.0, 60.0, 1),
    ]
    assert "1 alive -> progressed, 2 alive -> dead, 3 progressed -> dead" in " ".join(
        table.codebook.shape.conventions
    )


def test_transitions_are_numbered_by_from_then_to_whatever_the_order_of_declaration():
    options = MultiStateOptions(
        param="OS",
        states=("a", "b", "c"),
        transitions=tuple(map(transition, ["b -> c: X", "a -> c: X", "b -> a: X", "a -> b: X"])),
    )
    assert options.pairs == ((0, 1), (0, 2), (1, 0), (1, 2))  # as transMat of mstate


def test_states_of_one_day_are_an_error_until_their_order_is_declared():
    with pytest.raises(
        ag.Refused, match=r"several states are entered on one day(?s:.*)1 subject: S-02"
    ) as refused:
        made(study(SUBJECTS), same_day=())
    assert 'same_day = ["dead", "progressed"]' in str(refused.value)
    progressed = made(study(SUBJECTS), same_day=["progressed"])
    assert ("S-02", 0.0, 60.0, "alive", "progressed") in rows(progressed, *INTERVALS)
    assert not [row for row in rows(progressed, *INTERVALS) if row[0] == "S-02" and row[4] == "dead"]
    assert account(progressed, "progressed -> dead")["on a day that another state wins"] == 1


def test_a_state_that_wins_must_be_entered_by_a_declared_transition():
    with pytest.raises(ag.Refused, match="no transition enters the state that wins"):
        made(study(SUBJECTS), transitions=[PROGRESSION, "progressed -> dead: OS"])


@pytest.mark.parametrize(
    ("others", "words"),
    [
        ([("S-05", 81)], "1 record after the end of follow-up, 1 subject: S-05"),
        ([("S-05", 0)], "1 record at or before time 0, 1 subject: S-05"),
        ([("S-05", None)], "1 record without a date, 1 subject: S-05"),
    ],
)
def test_dates_outside_follow_up_are_an_error_or_dropped_and_counted(others, words):
    trial = study(SUBJECTS, others=others)
    with pytest.raises(ag.Refused, match=words) as refused:
        made(trial)
    assert "--outside drop" in str(refused.value)
    table = made(trial, outside="drop")
    assert rows(table, *INTERVALS) == rows(made(study(SUBJECTS)), *INTERVALS)
    assert account(table, "alive -> progressed")["dates"] == 8
    assert account(table, "alive -> progressed")[words.split(",")[0].split(" ", 2)[2]] == 1


def test_dates_of_subjects_without_a_record_are_counted():
    table = made(study(SUBJECTS, others=[("S-99", 10)]))
    assert account(table, "alive -> progressed")["of other subjects"] == 1


def test_follow_up_may_end_in_each_state_on_its_own_day():
    subjects = {"S-01": (90, False, [30]), "S-02": (80, True, [])}
    frame = pd.DataFrame(
        {"USUBJID": ["S-01", "S-02"], "LASTDT": [day(60), day(60)], "EOSDT": [day(85), day(85)]}
    )
    trial = ag.Study.of(*study(subjects), ag.Dataset.from_frame(frame, "ADSL"))
    table = made(trial, follow_up={"alive": "LASTDT"}, outside="drop")
    assert rows(table, *INTERVALS) == [
        ("S-01", 0.0, 30.0, "alive", "progressed"),
        ("S-01", 30.0, 90.0, "progressed", "censored"),
        ("S-02", 0.0, 60.0, "alive", "censored"),  # its death is later than the last assessment
    ]
    assert account(table, "alive -> dead")["after the end of follow-up"] == 1
    both = made(trial, follow_up="min(LASTDT + 30, EOSDT)")
    assert rows(both, *INTERVALS)[1] == ("S-01", 30.0, 85.0, "progressed", "censored")
    by_parameter = made(trial, follow_up="OS")
    assert rows(by_parameter, *INTERVALS) == rows(made(trial), *INTERVALS)
    late = made(trial, follow_up={"progressed": "LASTDT - 50"}, outside="drop")
    assert ("S-01", 30.0, 10.0, "progressed", "censored") not in rows(late, *INTERVALS)
    assert "as its follow-up ends before: 1 subject" in " ".join(late.codebook.shape.conventions)


def test_a_follow_up_without_an_end_is_refused():
    frame = pd.DataFrame({"USUBJID": ["S-01"], "EOSDT": [day(90)]})
    trial = ag.Study.of(*study(SUBJECTS), ag.Dataset.from_frame(frame, "ADSL"))
    with pytest.raises(ag.Refused, match=r"end of follow-up in the state alive is missing \(EOSDT\)"):
        made(trial, follow_up="EOSDT")


def test_subjects_may_return_to_a_state():
    adrs = pd.DataFrame(
        {"USUBJID": "S-01", "AVALC": ["CR", "PD", "CR"], "ADT": [day(each) for each in (20, 50, 70)]}
    )
    adtte = study({"S-01": (100, False, [])})["ADTTE"]
    trial = ag.Study.of(adtte, ag.Dataset.from_frame(adrs, "ADRS"))
    response = {"from": "stable", "to": "response", "dataset": "ADRS", "where": "AVALC == 'CR'"}
    relapse = {"from": "response", "to": "stable", "dataset": "ADRS", "where": "AVALC == 'PD'"}
    table = made(trial, states=["stable", "response"], transitions=[response, relapse], same_day=())
    assert [row[1:] for row in rows(table, *INTERVALS)] == [
        (0.0, 20.0, "stable", "response"),
        (20.0, 50.0, "response", "stable"),
        (50.0, 70.0, "stable", "response"),
        (70.0, 100.0, "response", "censored"),
    ]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"states": ["alive", "progresed", "dead"]}, "progressed is not a state"),
        ({"states": [*STATES, "cured"]}, "no transition enters cured"),
        ({"states": [*STATES, "DEAD"]}, "given twice"),
        ({"states": [*STATES, "censored"]}, "is called censored"),
        ({"states": ["alive"]}, "is not a value of states"),
        ({"same_day": ["dead", "prog"]}, "prog is not a state"),
        ({"follow_up": {"ill": "OS"}}, "ill is not a state"),
        ({"follow_up": {"dead": "OS"}}, "no transition leads from it"),
        ({"follow_up": "EOSTD"}, "EOSTD is not present in ADTTE, and is not a parameter"),
        ({"transitions": ["alive -> alive: OS", DEATH, PROGRESSION]}, "does not leave the state"),
        ({"transitions": ["alive to dead"]}, "is not a value of transitions"),
        ({"transitions": [{"from": "alive", "to": "dead"}]}, "is not a value of transitions"),
        ({"transitions": [DEATH, PROGRESSION | {"dataset": "ADSR"}]}, "dataset ADSR of the transition"),
        ({"transitions": [DEATH, PROGRESSION | {"date": "ADTX"}]}, "ADTX is not present in ADRS"),
        ({"transitions": [DEATH, PROGRESSION | {"where": "AVALCC == 'PD'"}]}, "AVALCC is not present"),
        ({"transitions": ["alive, progressed -> dead: OSS", PROGRESSION]}, "parameter OSS is not present"),
        ({"form": "long"}, "'long' is not a value of form"),
        ({"covariates": ["start"]}, "start is the name of a standard column"),
    ],
)
def test_what_is_declared_wrongly_is_named(wrong, words):
    with pytest.raises((ConfigurationError, ag.Refused), match=words):
        made(study(SUBJECTS), **wrong)


def test_a_table_without_a_transition_is_refused():
    trial = study({"S-01": (20, False, []), "S-02": (30, False, [])})
    with pytest.raises(
        ag.Refused, match=r"without a record that dates them(?s:.*)ADT of ADRS where AVALC == 'PD'"
    ):
        made(trial)
    other = study({"S-01": (20, False, []), "S-02": (30, False, [])}, others=[("S-03", 10)])
    with pytest.raises(ag.Refused, match=r"no subject with a record of OS has a transition"):
        made(other, transitions=[PROGRESSION], states=["alive", "progressed"], same_day=())
    assert len(made(trial, allow_no_events=True).frame) == 2


def test_the_command_takes_transitions_as_the_settings_do(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ag.write(study(SUBJECTS), tmp_path / "adam", to="parquet")
    (tmp_path / "adamgate.toml").write_text(
        '[table.ILLNESS]\nshape = "multi-state"\nparam = "OS"\nstates = ["alive", "dead"]\n'
        'transitions = [{ from = "alive", to = "dead", parameter = "OS" }]\n',
        encoding="utf-8",
    )
    common = ["survival", "adam", "--no-gate", "-o", "x.csv", "--force"]
    assert run_command([*common, "--table", "illness"]) == 0
    first = (tmp_path / "x.csv").read_bytes()
    states = ["--state", "alive", "--state", "dead", "--transition", "alive -> dead: OS"]
    options = ["--same-day", "dead", "--outside", "drop", "--follow-up", "OS", "--form", "intervals"]
    assert run_command([*common, "--shape", "multi-state", "--param", "OS", *states, *options]) == 0
    assert (tmp_path / "x.csv").read_bytes() == first
    codebook = json.loads((tmp_path / "x.codebook.json").read_text(encoding="utf-8"))
    assert codebook["shape"]["options"]["transitions"][0]["to_state"] == "dead"
    assert [each["name"] for each in codebook["columns"]] == list(INTERVALS)
    assert all(each["label"] and each["source"] for each in codebook["columns"])
    for wrong in (["--state", "alive"], ["--transition", "alive to dead"], ["--same-day", " "]):
        assert run_command([*common, "--shape", "multi-state", "--param", "OS", *states, *wrong]) in (2, 1)


# What must hold of any states and dates

NAMES = ["a", "b", "c"]
PAIRS = [(one, other) for one in NAMES for other in NAMES if one != other]
TRIALS = st.lists(
    st.tuples(
        st.integers(0, 12), st.lists(st.tuples(st.sampled_from(PAIRS), st.integers(-1, 13)), max_size=8)
    ),
    min_size=1,
    max_size=6,
)


def of_dates(subjects: list[tuple[int, list[tuple[tuple[str, str], int]]]], order: list[int]) -> ag.Study:
    adtte = study({f"S-{number}": (end, False, []) for number, (end, _) in enumerate(subjects)}, order)[
        "ADTTE"
    ]
    dates = [(f"S-{number}", *pair, at) for number in order for pair, at in subjects[number][1]]
    frame = pd.DataFrame(dates, columns=["USUBJID", "ONE", "OTHER", "AT"]).astype(
        {"ONE": object, "OTHER": object}
    )
    frame["ADT"] = np.array([day(each) for each in frame.pop("AT")], dtype="M8[s]")
    return ag.Study.of(adtte, ag.Dataset.from_frame(frame.astype({"USUBJID": object}), "MOVES"))


def walked(end: int, dates: list[tuple[tuple[str, str], int]], order: list[str]) -> list[tuple[Any, ...]]:
    """The intervals of one subject, day by day, and whether a transition leads to the next state."""
    found, state, since = [], "a", 0
    for now in range(1, end + 1):
        moves = {pair for pair, at in dates if at == now}
        there, reached = {state}, set()
        while True:
            more = {other for one, other in moves if one in there}
            if more <= reached:
                break
            reached |= more
            there |= more
        winner = next((each for each in order if each in reached), state)
        if winner != state:
            found.append((float(since), float(now), state, winner, (state, winner) in moves))
            state, since = winner, now
    if end > since:
        found.append((float(since), float(end), state, "censored", True))
    return found


@pytest.mark.slow
@given(TRIALS, st.permutations(NAMES), st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=settings.default.max_examples // 2)
def test_every_subject_is_in_one_state_at_a_time(subjects, priority, random):
    transitions = [
        {"from": one, "to": other, "dataset": "MOVES", "where": f"ONE == '{one}' and OTHER == '{other}'"}
        for one, other in PAIRS
    ]
    assume(any(dates for _, dates in subjects) and any(end for end, _ in subjects))
    order = list(range(len(subjects)))
    random.shuffle(order)
    options = {"states": NAMES, "transitions": transitions, "same_day": priority, "outside": "drop"}
    known = {f"S-{number}": walked(*each, list(priority)) for number, each in enumerate(subjects)}
    if not all(row[-1] for each in known.values() for row in each):
        with pytest.raises(ag.Refused, match="no transition enters the state that wins"):
            made(of_dates(subjects, order), allow_no_events=True, **options)
        return
    table = made(of_dates(subjects, order), allow_no_events=True, **options)
    found = {name: [row[1:] for row in rows(table, *INTERVALS) if row[0] == name] for name in known}
    assert found == {name: [row[:-1] for row in each] for name, each in known.items()}
    length = (table.frame["stop"] - table.frame["start"]).groupby(table.frame["USUBJID"].astype(str)).sum()
    assert length.to_dict() == {f"S-{number}": float(end) for number, (end, _) in enumerate(subjects) if end}
    assert (table.frame["stop"] > table.frame["start"]).all()
    dates = transitions_made = 0
    for one, other in PAIRS:
        counted = account(table, f"{one} -> {other}")
        dates += counted["dates"]
        transitions_made += counted.get("made", 0)
    assert dates == sum(len(each) for _, each in subjects)
    assert transitions_made == int((table.frame["to_state"] != "censored").sum())
    at_risk = made(of_dates(subjects, order), allow_no_events=True, form="transitions", **options).frame
    assert len(at_risk) == 2 * len(table.frame)
    assert int(at_risk["status"].sum()) == transitions_made
