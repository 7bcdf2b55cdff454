"""The examples in the docstrings of public names: each function has one, and each prints what it says.

They are run in a folder with a small trial: ``adam/`` is clean, in ``broken/`` one AVAL is negative,
``safety/`` has adverse events, and ``rules.py`` holds a rule of a user's own. `ag`, `np`, `pd` and
`Path` are imported.
"""

import doctest
import inspect
import warnings
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import adamgate as ag

SUBJECTS = [f"S1-{number:02}" for number in range(1, 7)]
START = pd.Timestamp("2024-01-15")
DAYS = np.array([30, 61, 95, 120, 180, 240])
RESPONDED = (15, 0, 46, 0, 0, 150)
DIED = np.array([1, 0, 1, 0, 0, 1], dtype=bool)
RULES = '''\
import adamgate as ag


@ag.rule("ACME001", title="AVAL exceeds 200 days", severity="note", grain="record", needs=("AVAL",))
def long(data):
    """AVAL exceeds 200 days."""
    yield ag.Fault(data.numbers("AVAL") > 200, ("AVAL",), "AVAL exceeds 200 days")
'''


def subjects() -> pd.DataFrame:
    last = START + pd.to_timedelta(DAYS - 1, "D")
    return pd.DataFrame(
        {
            "STUDYID": "S1",
            "USUBJID": SUBJECTS,
            "SUBJID": [each[3:] for each in SUBJECTS],
            "SITEID": "01",
            "AGE": [54, 61, 47, 70, 66, 58],
            "AGEU": "YEARS",
            "SEX": ["F", "M", "F", "M", "M", "F"],
            "RACE": "ASIAN",
            "ARM": ["Active", "Placebo"] * 3,
            "TRT01P": ["Active", "Placebo"] * 3,
            "TRTSDT": START.date(),
            "ITTFL": ["Y", "Y", "Y", "Y", "Y", "N"],
            "SAFFL": "Y",
            "DTHFL": np.where(DIED, "Y", None),
            "DTHDT": np.where(DIED, last.date, None),
            "LSTALVDT": last.date,
            "RSPDT": [START.date() + timedelta(day - 1) if day else None for day in RESPONDED],
        }
    )


def survival() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "STUDYID": "S1",
            "USUBJID": SUBJECTS,
            "TRTP": ["Active", "Placebo"] * 3,
            "PARAMCD": "OS",
            "PARAM": "Overall Survival (days)",
            "AVAL": DAYS,
            "STARTDT": START.date(),
            "ADT": (START + pd.to_timedelta(DAYS - 1, "D")).date,
            "CNSR": np.where(DIED, 0, 1),
            "EVNTDESC": np.where(DIED, "Death", "Alive at last contact"),
        }
    )


def adverse_events() -> pd.DataFrame:
    place = [0, 0, 2, 2, 1, 3, 3]
    start = START + pd.to_timedelta([3, 9, 0, 4, 6, 20, 29], "D")
    return pd.DataFrame(
        {
            "STUDYID": "S1",
            "USUBJID": [SUBJECTS[each] for each in place],
            "AESEQ": [1, 2, 1, 2, 1, 1, 2],
            "TRTA": [["Active", "Placebo"][each % 2] for each in place],
            "AETERM": ["Headache", "Headache", "Nausea", "Headache", "Nausea", "Headache", "Fatigue"],
            "AEDECOD": ["Headache", "Headache", "Nausea", "Headache", "Nausea", "Headache", "Fatigue"],
            "AESER": "N",
            "ASTDT": start.date,
            "TRTEMFL": "Y",
        }
    )


@pytest.fixture(scope="module")
def trial(tmp_path_factory):
    folder = tmp_path_factory.mktemp("examples")
    for name in ("adam", "broken"):
        (folder / name).mkdir()
        subjects().to_csv(folder / name / "adsl.csv", index=False)
        events = survival()
        if name == "broken":
            events.loc[2, "AVAL"] = -95
        events.to_csv(folder / name / "adtte.csv", index=False)
    (folder / "safety").mkdir()
    treated = subjects().assign(TRT01A=["Active", "Placebo"] * 3)
    treated.to_csv(folder / "safety" / "adsl.csv", index=False)
    adverse_events().to_csv(folder / "safety" / "adae.csv", index=False)
    (folder / "rules.py").write_text(RULES)
    return folder


def functions(kind: type) -> Iterator[tuple[str, object]]:
    """The public methods that a class of ours defines."""
    for name, value in vars(kind).items():
        plain = value.__func__ if isinstance(value, classmethod | staticmethod) else value
        if not name.startswith("_") and inspect.isfunction(plain):
            yield name, plain


def documented() -> dict[str, object]:
    """Everything public that may have examples: functions, classes and their methods."""
    found = {}
    for name in sorted(ag.__all__):
        value = getattr(ag, name)
        found[name] = value
        if inspect.ismodule(value):
            found |= {f"{name}.{each}": getattr(value, each) for each in value.__all__}
        if inspect.isclass(value):
            found |= {f"{name}.{method}": plain for method, plain in functions(value)}
    return found


DOCUMENTED = documented()


@pytest.mark.slow
@pytest.mark.parametrize("name", DOCUMENTED)
def test_it_has_an_example_that_runs(name, trial, tmp_path, monkeypatch):
    examples = doctest.DocTestParser().get_examples(inspect.getdoc(DOCUMENTED[name]) or "")
    assert examples, f"{name} has no example"
    for each in ("adam", "broken", "safety", "rules.py"):
        (tmp_path / each).symlink_to(trial / each)
    monkeypatch.chdir(tmp_path)
    names = {"ag": ag, "np": np, "pd": pd, "Path": Path, "__name__": "__main__"}
    test = doctest.DocTest(examples, names, name, None, 0, None)
    told: list[str] = []
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        failed, tried = runner.run(test, out=told.append)
    assert not failed, "".join(told)
    assert tried == len(examples)
    assert any(each.want for each in examples), f"{name}: the example shows nothing"
