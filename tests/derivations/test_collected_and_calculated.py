"""A parameter that some records of the source are of, and that is calculated where none is."""

import random

import pandas as pd
import pytest

import adamgate as ag

ADSL = pd.DataFrame({"USUBJID": ["1", "2"], "TRTSDT": pd.to_datetime(["2024-01-10", "2024-01-10"])})
WBC, SHARE, COUNT = "WBC", "LYMLE", "LYM"
NAMES = {WBC: "Leukocytes", SHARE: "Lymphocytes/Leukocytes", COUNT: "Lymphocytes"}
LYM = {"param": "Lymphocytes", "expression": "WBC * LYMLE", "collected": "LBTESTCD == 'LYM'"}


def records(*given):
    """LB of (subject, visit, test, value, text)."""
    return pd.DataFrame(
        [
            (subject, float(at), test, value, text, f"2024-01-{visit:02}", float(visit))
            for at, (subject, visit, test, value, text) in enumerate(given, 1)
        ],
        columns=["USUBJID", "LBSEQ", "LBTESTCD", "LBSTRESN", "LBSTRESC", "LBDTC", "VISITNUM"],
    ).astype({"LBSTRESN": float})


LB = records(
    ("1", 9, WBC, 6.0, "6"),
    ("1", 9, SHARE, 0.5, "0.5"),
    ("1", 20, WBC, 4.0, "4"),
    ("1", 20, COUNT, 1.5, "1.5"),
    ("2", 9, WBC, 8.0, "8"),
    ("2", 9, SHARE, 0.25, "0.25"),
    ("2", 9, COUNT, 2.1, "2.1"),
)


def derive(lb, options=None, **lym):
    measurements = {
        WBC: ag.Measurement(param=NAMES[WBC]),
        SHARE: ag.Measurement(param=NAMES[SHARE], may_be_empty=True),
        COUNT: ag.Measurement(**LYM | lym),
    }
    what = ag.Specification(
        {"ADLB": ag.Measurements(**{"dataset": "LB", "by": ("VISITNUM", "ADT")} | (options or {}))},
        measurements=measurements,
    )
    return ag.derive(ag.Study.of(ag.Dataset.from_frame(ADSL, "ADSL"), ag.Dataset.from_frame(lb, "LB")), what)


def counts(derived):
    """The lymphocyte counts: subject, visit, value, DTYPE, and whether they are of the source."""
    (data,) = derived
    own = data.frame[data.equals("PARAMCD", COUNT)]
    names = ["USUBJID", "VISITNUM", "AVAL", "LBSEQ"] + (["DTYPE"] if "DTYPE" in data else [])
    rows = own[names].astype(object).where(own[names].notna(), None)
    return sorted(rows.itertuples(index=False, name=None), key=str)


def test_what_is_not_collected_is_calculated():
    derived = derive(LB, prefer="collected", dtype="CALCULATION")
    assert counts(derived) == [
        ("1", 20.0, 1.5, 4.0, None),
        ("1", 9.0, 3.0, None, "CALCULATION"),
        ("2", 9.0, 2.1, 7.0, None),
    ]
    effects = {(each.policy, each.effect): each.count for each in derived.record.effects}
    assert effects[("measurement.LYM: prefer", "LYM is collected: not calculated")] == 1
    assert effects[("measurement.LYM: expression", "a parameter has no value: no record")] == 1


def test_what_is_collected_and_could_be_calculated_is_an_error():
    with pytest.raises(ag.DerivationRefused) as refused:
        derive(LB)
    (problem,) = refused.value.problems
    assert problem.what == "1 record of LYM collected in combinations for which it can be calculated"
    assert (problem.where, problem.subjects) == ("[measurement.LYM] prefer", ("2",))
    assert 'prefer = "collected"' in problem.advice
    assert [each[2] for each in counts(derive(LB[LB["LBSEQ"] < 7]))] == [1.5, 3.0, 2.0]


def test_a_collected_record_without_a_value_is_not_preferred():
    """A result below the limit of detection is a value, where AVALC is derived."""
    lb = LB.assign(LBSTRESN=LB["LBSTRESN"].where(LB["LBSEQ"] < 7))
    assert [each[2] for each in counts(derive(lb)) if each[0] == "2"] == [2.0, None]
    below = lb.assign(LBSTRESC=LB["LBSTRESC"].where(LB["LBSEQ"] < 7, "<2.0"))
    found = counts(derive(below, {"avalc": "all"}, prefer="collected"))
    assert [each[2] for each in found if each[0] == "2"] == [None]


def test_no_record_meets_the_condition():
    with pytest.raises(ag.DerivationRefused) as refused:
        derive(LB, collected="LBTESTCD == 'LYMPH'")
    assert refused.value.problems[0].where == "[measurement.LYM] collected"
    found = derive(LB, {"unmapped": "exclude"}, collected="LBTESTCD == 'LYMPH'", may_be_empty=True)
    assert [each[:3] for each in counts(found)] == [("1", 9.0, 3.0), ("2", 9.0, 2.0)]


def test_a_test_that_is_calculated_needs_a_declaration():
    options = {"param": "{LBTESTCD}"}
    with pytest.raises(ag.DerivationRefused) as refused:
        derive(LB, options, collected="")
    assert "declare collected = \"LBTESTCD == 'LYM'\"" in refused.value.problems[0].advice


@pytest.mark.parametrize("seed", range(12))
def test_each_count_is_what_plain_python_finds(seed):
    chance = random.Random(seed)
    given, sums = [], {}
    for subject in ("1", "2"):
        for visit in range(1, 25):
            for test in (WBC, SHARE, COUNT):
                if chance.random() < 0.6:
                    value = None if chance.random() < 0.2 else chance.randint(1, 9) / 4
                    given.append((subject, visit, test, value, ""))
                    sums.setdefault((subject, visit), {})[test] = value
    wanted = []
    for (subject, visit), found in sums.items():
        if COUNT in found:
            wanted.append((subject, float(visit), found[COUNT]))
        if found.get(COUNT) is None and None not in (found.get(WBC), found.get(SHARE)):
            wanted.append((subject, float(visit), found[WBC] * found[SHARE]))
    chance.shuffle(given)
    derived = derive(records(*given), prefer="collected")
    assert [each[:3] for each in counts(derived)] == sorted(wanted, key=str)
