"""Studies with a fault of every kind that a dataset as a whole may have, and what was reported of them.

``python tests/mutations/earlier_reports.py FILE`` writes the findings as the JSON report of whatever adamgate
is on the path has them. `earlier_reports.json` was written by the last one whose reports were of version 1.2,
where a fault of a dataset as a whole was known by its message. It is not written again: it stands for the
baselines that users have.
"""

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from damage import Damage
from damage_to_firsts import FIRSTS
from damages import DAMAGES
from two_arm_trial import two_arm_trial

import adamgate as ag
from adamgate.schemas.rules.rule import Fault, Grain, rule

TODAY = date(2026, 1, 1)
OF_VERSION_1_2 = Path(__file__).with_name("earlier_reports.json")
RULES_OF_THEN = Path(__file__).with_name("rules_of_then.txt")
_WHOLE_DATASETS = frozenset(
    "AD0001 AD0013 AD0014 AD0016 AD0041 AD0049 AD0058 AD0088 AD0195 AD0198 AD0252 "
    "AD0373 AD0374 AD0620 TTE001 TTE007 TTE008 TTE019 TTE023 XD004 XD017".split()
)
"""Of the damages to clean data those that these rules catch."""


@dataclass(frozen=True)
class Judged:
    """How a study is made, and how it is judged: to name it makes nothing."""

    study: Callable[[], ag.Study]
    options: dict[str, Any] = field(default_factory=dict)

    def report(self, **more: Any) -> ag.Report:
        return ag.validate(self.study(), today=TODAY, **self.options, **more)


def judged() -> Iterator[tuple[str, Judged]]:
    """Each by a name."""
    for damage in DAMAGES:
        if damage in FIRSTS:  # newer than those reports
            continue
        if damage.study == "trial" and set(damage.rules).intersection(_WHOLE_DATASETS):
            yield damage.name, Judged(partial(_damaged, damage))
    yield "parameters", Judged(lambda: ag.Study.of(_subjects(), _times(_PARAMETERS)))
    yield "many parameters", Judged(lambda: ag.Study.of(_subjects(), _times([f"P{n:02}" for n in range(26)])))
    yield "subjects as parameters", Judged(lambda: ag.Study.of(_subjects(), _times(["OS", "S001"])))
    yield "identifiers", Judged(lambda: ag.Study.of(_subjects(), _one_each()))
    yield "texts", Judged(lambda: ag.Study.of(_subjects(), _texts()))
    yield "empty", Judged(lambda: ag.Study.of(_dataset("ADTTE", _times(["OS"]).frame.iloc[:0])))
    yield "no analysis", Judged(lambda: ag.Study.of(_dataset("DM", pd.DataFrame({"USUBJID": ["S001"]}))))
    yield "events", Judged(lambda: ag.Study.of(_subjects(), _events()))
    yield "other structure", Judged(lambda: ag.Study.of(_subjects(), _declared_otherwise()))
    yield (
        "ADSL without USUBJID",
        Judged(lambda: ag.Study.of(_without(_subjects(), "USUBJID"), _times(["OS"]))),
    )
    yield "shared variables", Judged(lambda: ag.Study.of(_labelled("ADSL", 0), _labelled("ADTTE", 1)))
    yield (
        "declared",
        Judged(
            lambda: ag.Study.of(_subjects(), _times(["OS", "PFS"])),
            {
                "declarations": ag.Declarations(
                    endpoints={"OSS": ag.Endpoint(role="OS"), "XYZ": ag.Endpoint(recurrent=True)}
                )
            },
        ),
    )
    yield (
        "waivers",
        Judged(
            lambda: ag.Study.of(_subjects(), _times(["OS"])),
            {
                "waivers": [
                    _waiver(rule="TTE006", record={"USUBJID": "S001"}),
                    _waiver(rule="TTE006", record={"USUBJID": "S002"}),
                    _waiver(rule="TTE006", record={"USUBJIDD": "S002"}),
                    _waiver(rule="TTE006", expires=date(2025, 6, 30)),
                    _waiver(rule="AE005", dataset="ADEA"),
                ]
            },
        ),
    )
    yield "own rules", Judged(lambda: ag.Study.of(_subjects()), {"extra_rules": [_own]})


def _damaged(damage: Damage) -> ag.Study:
    return damage.done_to(two_arm_trial())


def waived() -> Judged:
    """Faults of datasets as a whole, and of records, that waivers of then take out."""
    waivers = [
        _waiver(rule="TTE008"),
        _waiver(rule="TTE007", variable="AVAL"),
        _waiver(rule="TTE019", variable="AVAL"),
        _waiver(rule="XD004", expires=date(2025, 6, 30)),
        _waiver(rule="TTE013", record={"PARAMCD": "OS"}),
        _waiver(rule="TTE013", record={"PARAMCD": "PFS", "USUBJID": "S003"}),
    ]
    return Judged(lambda: ag.Study.of(_subjects(), _times(_PARAMETERS)), {"waivers": waivers})


@rule("ACME001", title="Two faults", severity=ag.Severity.WARNING, grain=Grain.DATASET, needs=("USUBJID",))
def _own(data: ag.Dataset) -> Iterator[Fault]:
    """A rule of a user's own that tells two faults of the same variables apart by words alone."""
    yield Fault(None, ("USUBJID",), "the first fault")
    yield Fault(None, ("USUBJID",), "OS: the second fault")


def _waiver(**changes: Any) -> ag.Waiver:
    given = {
        "rule": "TTE006", "dataset": "ADTTE", "reason": "seen", "owner": "A. Statistician",
        "expires": date(2026, 12, 31),
    }  # fmt: skip
    return ag.Waiver(**given | changes)


_SUBJECTS = 60
_NAMES = [f"S{n:03}" for n in range(_SUBJECTS)]
_PARAMETERS = ["OS", "PFS", "DOR", "TTR", "EFS"]
_START = np.datetime64("2024-01-01", "s")
_DAY = np.timedelta64(1, "D")


def _dataset(name: str, frame: pd.DataFrame) -> ag.Dataset:
    return ag.Dataset.from_frame(frame, name)


def _without(data: ag.Dataset, variable: str) -> ag.Dataset:
    return _dataset(data.name, data.frame.drop(columns=variable))


def _subjects() -> ag.Dataset:
    """Three arms, one of which nobody was treated in."""
    arms = [("Drug", "Placebo", "Nobody")[min(n % 30, 2)] if n % 30 == 2 else ("Drug", "Placebo")[n % 2]
            for n in range(_SUBJECTS)]  # fmt: skip
    treated = [arm != "Nobody" for arm in arms]
    frame = pd.DataFrame({"STUDYID": "MADEUP", "USUBJID": _NAMES, "SUBJID": _NAMES, "TRT01P": arms,
                          "RANDFL": "Y", "SAFFL": np.where(treated, "Y", "N")})  # fmt: skip
    frame["TRTSDT"] = pd.Series(np.where(treated, _START, np.datetime64("NaT"))).astype("datetime64[s]")
    return _dataset("ADSL", frame)


def _times(parameters: list[str]) -> ag.Dataset:
    """Parameters with every fault that a parameter as a whole may have."""
    parts = []
    for number, parameter in enumerate(parameters):
        here = np.arange(_SUBJECTS - number % 3)
        here = here[here % 30 != 2] if number % 2 else here
        days = 10 + (here * 37 + number) % 100 + 100 * (here % 2)
        aval = days + 1.0
        if number % 5 == 1:
            aval = days * (1.0 + (here * 7 % 11) / 3.0)
        adt = _START + days * _DAY
        early = (here % 2 == 0) & (days < 60)
        cnsr = np.where(number % 5 == 2, 1 + here % 2, np.where(early, 1, (here % 3 == 0) * (1 + here % 2)))
        described = np.where(cnsr == 0, "Event", np.where(here % 4 == 0, "Lost", "Alive"))
        unit = {0: None, 1: "FORTNIGHTS", 2: "MONTHS", 3: None, 4: "DAYS"}[number % 5]
        named = {0: "", 1: "", 2: " (Days)", 3: " (Weeks)", 4: " (Days)"}[number % 5]
        parts.append(
            pd.DataFrame(
                {"STUDYID": "MADEUP", "USUBJID": [_NAMES[n] for n in here], "PARAMCD": parameter,
                 "PARAM": f"Time {parameter}{named}", "AVAL": aval, "AVALU": unit, "CNSR": cnsr.astype(float),
                 "STARTDT": _START, "ADT": adt, "EVNTDESC": described,
                 "TRTP": [("Drug", "Placebo")[n % 2] for n in here]}
            )
        )  # fmt: skip
    return _dataset("ADTTE", pd.concat(parts, ignore_index=True))


def _one_each() -> ag.Dataset:
    frame = _times(["OS"]).frame.copy()
    frame["PARAMCD"] = [f"X{n:03}" for n in range(len(frame))]
    return _dataset("ADTTE", frame)


def _texts() -> ag.Dataset:
    frame = _times(["OS"]).frame.drop(columns=["TRTP", "PARAMCD"])
    return _dataset("ADTTE", frame.assign(AVAL="12 days", CNSR="no"))


def _events() -> ag.Dataset:
    """Durations that follow from the dates by no formula, in two units and in none."""
    here = np.arange(_SUBJECTS)
    return _dataset(
        "ADAE",
        pd.DataFrame(
            {"USUBJID": _NAMES, "AESEQ": 1.0, "AETERM": "Fever", "AEDECOD": "Pyrexia", "TRTEMFL": "Y",
             "ASTDT": _START + here * _DAY, "AENDT": _START + (here + 5 + here % 9) * _DAY,
             "ADURN": 1.0 + (here * 13) % 29,
             "ADURU": np.array(["DAYS", "WEEKS", None], dtype=object)[here % 3]}
        ),
    )  # fmt: skip


def _declared_otherwise() -> ag.Dataset:
    return _times(["OS"]).replace(declared_class="OCCURRENCE DATA STRUCTURE")


def _labelled(name: str, number: int) -> ag.Dataset:
    """Variables that two datasets share, which differ in type, in label, and in how the label is spelled."""
    frame = (_subjects() if name == "ADSL" else _times(["OS"])).frame.copy()
    frame["AGE"] = 50.0 if number else "50"
    frame["SEX"], frame["RACE"], frame["ETHNIC"] = "F", "WHITE", "UNKNOWN"
    labels = {"AGE": ("Age", "Years"), "RACE": ("Race", "RACE"), "ETHNIC": ("E", "e")}
    types = {each: "Num" if frame[each].dtype.kind in "fM" else "Char" for each in frame}
    described = [
        ag.Variable(each, labels.get(each, (each, each))[number], type=types[each]) for each in frame
    ]
    return ag.Dataset.from_frame(frame, name, variables=described)


def _written(report: ag.Report) -> dict[str, Any]:
    document = json.loads(ag.render(report, "json"))
    return {name: document[name] for name in ("schema_version", "verdict", "findings")} | {
        "waived": document["terms"]["waived"]
    }


def main() -> None:
    reports = {name: _written(each.report()) for name, each in judged()}
    reports["(waived)"] = _written(waived().report())
    for report in reports.values():
        for finding in report["findings"]:
            finding["examples"] = []
    Path(sys.argv[1]).write_text(json.dumps(reports, separators=(",", ":"), sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
