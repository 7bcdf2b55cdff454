"""The answers for tables: rows worked out by hand, and figures of R's package survival for these subjects."""

from __future__ import annotations

import csv
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from qualification_studies import StoredFile, stated_declarations, whole

ROOT = Path(__file__).resolve().parent.parent
TESTS = ROOT / "tests" / "survival"
WORKED = TESTS / "shapes" / "worked"
BY_HAND, BY_R = "worked out by hand", "R, package survival"
ARMS = ("A", "B", "C")

_ARM = {"arm": "TRT01P", "strata": ["REGION1"]}
_OF_DOZEN: Mapping[str, dict[str, Any]] = {
    "one-record": {"param": "OS", **_ARM},
    "wide": {"param": ["OS", "PFS"], **_ARM},
    "delayed-entry": {"param": "OS", "entry": "RSPDT", **_ARM},
    "landmark": {"param": "OS", "landmark": 60, "landmark_status": ["RSPDT", "PFS"], **_ARM},
    "person-time": {"param": "OS", "cut": [60, 120], **_ARM},
}
"""Shapes whose rows are in the folder `worked`."""
_PROGRESSION = {
    "from": "alive",
    "to": "progressed",
    "dataset": "ADRS",
    "where": "AVALC == 'PD'",
    "date": "ADT",
}
_STATES = {
    "param": "OS",
    "states": ["alive", "progressed", "dead"],
    "transitions": [_PROGRESSION, "alive, progressed -> dead: OS"],
    "same_day": ["dead", "progressed"],
}
_INTERVALS = [
    ("S-01", 0, 30, "alive", "progressed"),
    ("S-01", 30, 90, "progressed", "dead"),
    ("S-02", 0, 60, "alive", "dead"),
    ("S-03", 0, 50, "alive", "progressed"),
    ("S-04", 0, 1, "alive", "dead"),
    ("S-05", 0, 80, "alive", "censored"),
    ("S-06", 0, 40, "alive", "progressed"),
    ("S-06", 40, 100, "progressed", "dead"),
    ("S-08", 0, 29, "alive", "progressed"),
    ("S-08", 29, 30, "progressed", "censored"),
]
_BETWEEN_ASSESSMENTS = {
    "param": "PFS",
    "assessments": "ADRS",
    "assessments_where": "AVALC != 'PD'",
    "exact": "EVNTDESC == 'Death'",
}
_BETWEEN = [
    ("S-01", 56, 80, "interval"),
    ("S-02", 0, 80, "interval"),
    ("S-03", 60, 60, "exact"),
    ("S-04", 90, None, "right"),
    ("S-05", 28, 56, "interval"),
    ("S-06", 28, 40, "interval"),
    ("S-07", 0, 1, "interval"),
    ("S-09", 29, 30, "interval"),
]
_COMPETING = {"param": "PFS", "competing": "OS", "competing_after_censoring": "event", "arm": "TRT01P"}
_CAUSES = ["relapse: EVNTDESC == 'Relapse'", "death: EVNTDESC == 'Death'"]


class Tables:
    """The file as it grows."""

    def __init__(self) -> None:
        self.file = StoredFile()
        self.cases: list[dict[str, Any]] = []

    def add(
        self,
        subject: str,
        case: str,
        study: Any,
        *,
        arguments: Mapping[str, Any],
        columns: Sequence[str],
        rows: Sequence[Sequence[Any]],
        source: str = BY_HAND,
        **more: Any,
    ) -> None:
        declared = stated_declarations(next(iter(study)).declarations)
        self.cases.append(
            {
                "subject": subject,
                "case": case,
                "source": source,
                "datasets": [self.file.number_of(whole(data)) for data in study],
                **({"declared": declared} if declared else {}),
                "arguments": arguments,
                **more,
                "columns": list(columns),
                "rows": [list(row) for row in rows],
            }
        )


def tables() -> Tables:
    """Everything that is compared."""
    for folder in (TESTS, TESTS / "shapes", TESTS / "summaries"):
        if str(folder) not in sys.path:
            sys.path.append(str(folder))
    found = Tables()
    dozen = import_module("dozen")
    for shape, arguments in _OF_DOZEN.items():
        head, *rows = _by_hand(shape)
        found.add(
            shape,
            "twelve subjects chosen for what goes wrong",
            dozen.study(),
            arguments=arguments,
            columns=head,
            rows=rows,
        )
    rivals = import_module("rivals").study()
    head, *rows = _by_hand("competing-risks")
    found.add(
        "competing-risks",
        "two endpoints that meet in every way",
        rivals,
        arguments=_COMPETING,
        columns=head,
        rows=rows,
    )
    recurrent = import_module("test_counting_process")
    found.add(
        "counting-process",
        "recurrent events",
        recurrent.study(),
        arguments={"param": "HOSP"},
        columns=recurrent.COLUMNS,
        rows=recurrent.BY_HAND,
    )
    states = import_module("test_multi_state")
    found.add(
        "multi-state",
        "progression and death",
        states.study(states.SUBJECTS),
        arguments=_STATES,
        columns=("USUBJID", "start", "stop", "from_state", "to_state"),
        rows=_INTERVALS,
    )
    between = import_module("test_interval")
    found.add(
        "interval",
        "events between assessments",
        between.study(),
        arguments=_BETWEEN_ASSESSMENTS,
        columns=("USUBJID", "left", "right", "type"),
        rows=_BETWEEN,
    )
    _add_kaplan_meier(found, dozen.study())
    _add_cumulative_incidence(found)
    _add_adverse_events(found, dozen.with_adverse_events())
    return found


def _by_hand(name: str) -> list[list[Any]]:
    with (WORKED / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return [[_cell(cell) for cell in row] for row in csv.reader(lines)]


def _cell(text: str) -> Any:
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    try:
        return float(text) if text else None
    except ValueError:
        return text


def _by_r() -> Mapping[tuple[str, str, str], list[float | None]]:
    lines = (WORKED / "estimates.csv").read_text(encoding="utf-8").splitlines()[1:]
    return {
        (row["table"], row["group"], row["figure"]): [
            None if each == "NaN" else float(each) for each in row["values"].split()
        ]
        for row in csv.DictReader(lines)
    }


def _add_kaplan_meier(found: Tables, study: Any) -> None:
    known = _by_r()
    columns = {
        "time": "time",
        "at_risk": "n.risk",
        "events": "n.event",
        "censored": "n.censor",
        "survival": "surv",
        "std_error": "std.err",
    }
    for kind in ("log-log", "log", "plain"):
        arguments = {"paramcd": "OS", "by": "TRT01P", "strata": ["REGION1"], "conf_type": kind, "tau": 100}
        limits = {"lower": f"lower {kind}", "upper": f"upper {kind}"}
        for group in (*ARMS, "all"):
            figures = [known["one-record", group, figure] for figure in (columns | limits).values()]
            rows = [_with_certainty(row) for row in zip(*figures, strict=True)]
            found.add(
                "kaplan-meier",
                f"curve of {group}, {kind} limits",
                study,
                arguments=arguments,
                columns=list(columns | limits),
                rows=rows,
                source=BY_R,
                part="estimates",
                only={"group": group},
            )
            names = [f"{each}{end}" for end in ("", "_lower", "_upper") for each in ("q25", "median", "q75")]
            names += ["follow_up", "follow_up_lower", "follow_up_upper", "rmean", "rmean_std_error"]
            row = (
                known["one-record", group, f"quantiles {kind}"]
                + known["one-record", group, f"follow-up {kind}"]
            )
            found.add(
                "kaplan-meier",
                f"quartiles, follow-up and restricted mean of {group}, {kind} limits",
                study,
                arguments=arguments,
                columns=names,
                rows=[row + known["one-record", group, "rmean"]],
                source=BY_R,
                part="summary",
                only={"group": group},
            )
    for test, figure in (("logrank", "plain"), ("stratified", "stratified")):
        found.add(
            "kaplan-meier",
            f"log-rank test, {figure}",
            study,
            arguments=arguments,
            columns=[f"{test}_{each}" for each in ("chisq", "df", "p")],
            rows=[known["one-record", "arms", f"log-rank {figure}"]],
            source=BY_R,
            part="summary",
            only={"group": "A"},
        )


def _with_certainty(row: Sequence[float | None]) -> list[float | None]:
    """Where survival is 1 R leaves log-log limits missing; here they are 1."""
    *figures, lower, upper = row
    return [*figures, 1.0, 1.0] if figures[4] == 1 else [*figures, lower, upper]


def _add_cumulative_incidence(found: Tables) -> None:
    summary = import_module("test_cumulative_incidence")
    arguments = {"paramcd": "DFS", "cause": _CAUSES}
    for place, cause in enumerate(("relapse", "death"), 1):
        found.add(
            "cumulative-incidence",
            f"incidence of {cause}",
            summary.study(),
            arguments=arguments,
            columns=("time", "at_risk", "incidence"),
            rows=[(time, row[0], float(row[place])) for time, row in summary.BY_HAND.items()],
            part="estimates",
            only={"group": "all", "cause": cause},
        )


_MEASURES: Mapping[str, Sequence[str]] = {
    "incidence": ["subjects", "denominator", "percent", "events"],
    "eair": ["subjects", "person_years", "rate", "lower", "upper"],
    "eaer": ["events", "person_years", "rate", "lower", "upper"],
}
_TERMS = {
    "Headache": "Nervous system",
    "Nausea": "Gastrointestinal",
    "Cardiac arrest": "Cardiac",
    "Sepsis": "Infections",
}


def _add_adverse_events(found: Tables, study: Any) -> None:
    known = _by_r()
    options = {"by": ["AEBODSYS", "AEDECOD"], "arm": "TRTA", "population": "SAFFL", "where": "TRTEMFL == 'Y'"}
    for measure, columns in _MEASURES.items():
        times = {} if measure == "incidence" else {"start": "TRTSDT", "end": "min(TRTEDT + 30, DTHDT)"}
        for term in _TERMS:
            rows = [known["adverse-events", arm, f"{measure}: {term}"] for arm in ARMS]
            found.add(
                "adverse-events",
                f"{measure} of {term} by arm",
                study,
                arguments={**options, "measure": measure, **times},
                columns=columns,
                rows=rows,
                source=BY_R,
                only={"AEDECOD": term},
            )
