"""All rules: on a very large ADAE, on usual data from start-up to verdict, and with very many findings."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from make_adae import HERE, pilot
from measure import measure_command, measure_python, typical

import adamgate as ag
from adamgate.schemas.gate.check import CheckOptions, run_check
from adamgate.schemas.rules import rule_book
from adamgate.schemas.study.study import Study

VERDICT = (0, 1)
LARGE, USUAL = 500, 100
"""Copies of the pilot: 595,500 and 119,100 adverse events."""
TARGET = 2.0
"""Seconds beyond reading, seconds beyond start-up, and how much more a rule with findings may take."""

FINDINGS = 100_000
SHOWN = 8
FIXTURE = HERE.parent / "fixtures" / "cartitude1"


def main(runs: int = 3) -> None:
    """Measure all three and print the tables."""
    large_study(runs)
    start_to_verdict(runs)
    many_findings(runs)


def large_study(runs: int) -> None:
    """Every rule on data that are in memory already, nothing asked of them before."""
    folder = pilot(LARGE, "adsl", "adae")
    setup = f"import adamgate as ag; ag.validate(ag.read({str(FIXTURE)!r})); study = ag.read({str(folder)!r})"
    done = typical([measure_python(setup, "ag.validate(study)") for _ in range(runs)])
    print(
        f"\nEvery rule on 595,500 adverse events and 127,000 subjects, beyond reading, median of {runs} runs"
    )
    print(f"{'seconds':>10}{'cpu s':>10}{'peak MB above data':>22}{'target s':>10}")
    print(
        f"{done.seconds:10.2f}{done.cpu_seconds:10.2f}{done.peak_bytes / 1e6:22.0f}{TARGET:10.1f}", flush=True
    )


def start_to_verdict(runs: int) -> None:
    """The whole process, beside the same process on a study of 97 subjects: that is the start-up."""
    folder = pilot(USUAL, "adsl", "adtte", "adae")
    command = (sys.executable, "-m", "adamgate", "validate", "--format", "json", "-q")
    small, usual = [], []
    for _ in range(runs):
        small.append(measure_command((*command, str(FIXTURE)), accept=VERDICT))
        usual.append(measure_command((*command, str(folder)), accept=VERDICT))
    start, whole = typical(small), typical(usual)
    print(f"\nReading and every rule on the pilot's ADSL, ADTTE and ADAE {USUAL} times over, whole process")
    print(f"{'':28}{'seconds':>10}{'cpu s':>10}{'peak MB':>10}")
    for name, run in (("start-up, 97 subjects", start), ("119,100 adverse events", whole)):
        print(f"{name:28}{run.seconds:10.2f}{run.cpu_seconds:10.2f}{run.peak_bytes / 1e6:10.0f}")
    beyond, cpu = whole.seconds - start.seconds, whole.cpu_seconds - start.cpu_seconds
    print(f"{'beyond start-up':28}{beyond:10.2f}{cpu:10.2f}{'':10}  target {TARGET:.1f} s", flush=True)


@dataclass(frozen=True)
class Cost:
    """Processor time of one rule in milliseconds, on data without and with its findings."""

    rule_id: str
    damage: str
    records: int
    clean: float
    damaged: float

    @property
    def ratio(self) -> float:
        return self.damaged / self.clean


def many_findings(runs: int) -> None:
    """Each rule that some damage makes fire on all records, against itself where it does not."""
    study = ag.read(pilot(USUAL, "adsl", "adtte", "adae"))
    costs = [
        Cost(rule_id, name, records, _alone(study, rule_id, runs), _alone(damaged, rule_id, runs))
        for name, damage in DAMAGES.items()
        for damaged in [damage(study)]
        for rule_id, records in _marked(damaged).items()
        if records >= FINDINGS and rule_id not in _marked(study)
    ]
    costs.sort(key=lambda cost: -cost.ratio)
    total, more = sum(cost.clean for cost in costs), sum(cost.damaged for cost in costs)
    print(
        f"\n{len(costs)} rules with {FINDINGS:,} findings beside themselves with none: cpu ms, best of {runs}"
    )
    print(f"{'rule':8}{'damage':32}{'records':>10}{'without':>10}{'with':>10}{'ratio':>8}")
    for cost in costs[:SHOWN]:
        print(
            f"{cost.rule_id:8}{cost.damage:32}{cost.records:10,}{cost.clean:10.2f}{cost.damaged:10.2f}"
            f"{cost.ratio:7.1f}x"
        )
    print(
        f"{'all':40}{'':10}{total:10.2f}{more:10.2f}{more / total:7.1f}x  target {TARGET:.0f}x",
        flush=True,
    )


def _marked(study: Study) -> dict[str, int]:
    """Most records of one finding, by rule."""
    found: dict[str, int] = {}
    for finding in ag.validate(study).findings:
        found[finding.rule_id] = max(found.get(finding.rule_id, 0), finding.records)
    return found


def _alone(study: Study, rule_id: str, runs: int) -> float:
    """Best processor time of one rule on ADAE in milliseconds, nothing asked of the data before."""
    rule, best = rule_book()[rule_id], float("inf")
    for _ in range(runs):
        fresh = Study.of(*(dataset.replace() for dataset in study))
        start = time.process_time()
        run_check(rule, fresh["ADAE"], fresh, CheckOptions())
        best = min(best, 1e3 * (time.process_time() - start))
    return best


def _with(dataset: str, **columns: Callable[[pd.DataFrame], object]) -> Callable[[Study], Study]:
    """Put other values into columns of a dataset."""

    def damage(study: Study) -> Study:
        frame = study[dataset].frame
        present = {name: value(frame) for name, value in columns.items() if name in frame}
        changed = study[dataset].replace(frame=frame.assign(**present))
        return Study.of(*(changed if each.name == dataset else each for each in study))

    return damage


def _text(value: str) -> Callable[[pd.DataFrame], object]:
    return lambda frame: pd.Categorical([value]).repeat(len(frame))


def _number(value: float) -> Callable[[pd.DataFrame], object]:
    return lambda frame: np.full(len(frame), value)


def _later(variable: str, days: int) -> Callable[[pd.DataFrame], object]:
    return lambda frame: frame[variable] + pd.Timedelta(days=days).as_unit("s")


def _more(variable: str) -> Callable[[pd.DataFrame], object]:
    return lambda frame: frame[variable] + 1


def _two(frame: pd.DataFrame) -> object:
    """As few distinct values as before, so that only the number of findings differs."""
    return pd.Categorical.from_codes(np.arange(len(frame)) % 2, ["One term", "Another term"])


_FIRSTS = ("AOCCFL", "AOCCSFL", "AOCCPFL", "AOCC02FL", "AOCC03FL", "AOCC04FL")
_CRITERIA = ("AESCONG", "AESDISAB", "AESDTH", "AESHOSP", "AESLIFE")

DAMAGES = {
    "TRTEMFL N": _with("ADAE", TRTEMFL=_text("N")),
    "TRTEMFL Y, TRTSDT late": _with("ADAE", TRTEMFL=_text("Y"), TRTSDT=_later("TRTSDT", 2000)),
    "TRTEMFL null": _with("ADAE", TRTEMFL=_text("")),
    "ASTDT after AENDT": _with("ADAE", ASTDT=_later("AENDT", 9)),
    "AESEQ 1": _with("ADAE", AESEQ=_number(1)),
    "USUBJID unknown": _with("ADAE", USUBJID=_text("nobody")),
    "occurrence flags Y": _with("ADAE", **dict.fromkeys(_FIRSTS, _text("Y"))),
    "occurrence flags N": _with("ADAE", **dict.fromkeys(_FIRSTS, _text("N"))),
    "AESER and AESEV unknown": _with("ADAE", AESER=_text("maybe"), AESEV=_text("Much")),
    "serious without a criterion": _with("ADAE", AESER=_text("Y")),
    "criteria without seriousness": _with("ADAE", AESER=_text("N"), **dict.fromkeys(_CRITERIA, _text("Y"))),
    "AEOUT fatal": _with("ADAE", AEOUT=_text("FATAL")),
    "AEDECOD of two terms": _with("ADAE", AEDECOD=_two),
    "AEBODSYS of two terms": _with("ADAE", AEBODSYS=_two, AESOC=_two),
    "study days off": _with("ADAE", ASTDY=_more("ASTDY"), AENDY=_more("AENDY"), ADURN=_more("ADURN")),
    "study days 0": _with("ADAE", ASTDY=_number(0), AENDY=_number(0)),
    "AGE and SEX unlike ADSL": _with("ADAE", AGE=_more("AGE"), SEX=_text("X")),
    "ADURN without a unit": _with("ADAE", ADURN=_number(3), ADURU=_text("")),
    "long texts": _with("ADAE", AETERM=_text("x" * 201)),
}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    main(parser.parse_args().runs)
