"""Made-up reports: each part that a renderer must show."""

from pathlib import Path
from types import MappingProxyType

import pytest

import adamgate as ag
from adamgate.schemas.gate.finding import Example, Inferred
from adamgate.schemas.gate.report import Input, Policy
from adamgate.schemas.study.variable import ReadingNote

VERSIONS = MappingProxyType({"python": "3.12.1", "adamgate": "0.1.0", "pandas": "2.3.3"})
TERMS = Policy(origins=MappingProxyType({"ADaMIG": "default", "OCCDS": "adamgate.toml"}))
STANDARDS = MappingProxyType({"ADaMIG": "1.3", "OCCDS": "1.1"})


def of(name: str, structure: str, records: int, variables: int) -> Input:
    path = str(Path("data") / f"{name.lower()}.xpt")
    return Input(name, f"{name} label", structure, records, variables, path, "XPT v5", "a1" * 32, "utf-8")


ADSL, ADTTE = of("ADSL", "ADSL", 254, 48), of("ADTTE", "TTE", 1254, 26)


def example(record: int) -> Example:
    return Example(record, {"USUBJID": f"01-{record:03}", "PARAMCD": "OS"}, {"AVAL": -4})


@pytest.fixture
def clean() -> ag.Report:
    """Two datasets without a finding."""
    return ag.Report(
        outcomes=(
            ag.Outcome("SL001", "ADSL", ag.Status.PASSED, "", 0.001),
            ag.Outcome("TTE006", "ADTTE", ag.Status.PASSED, "", 0.002),
            ag.Outcome("TTE007", "ADTTE", ag.Status.NOT_APPLICABLE, "no STARTDT"),
        ),
        findings=(),
        inferred=(Inferred("ADTTE", "AVAL", "AVAL = ADT - STARTDT + 1, days", "OS"),),
        inputs=(ADSL, ADTTE),
        notes=(),
        standards=STANDARDS,
        versions=VERSIONS,
        terms=TERMS,
    )


@pytest.fixture
def faulty() -> ag.Report:
    """Findings of every severity, a reading note, a rule that was not run."""
    return ag.Report(
        outcomes=(
            ag.Outcome("SL001", "ADSL", ag.Status.FAILED, "", 0.001),
            ag.Outcome("TTE006", "ADTTE", ag.Status.FAILED, "", 0.002),
            ag.Outcome("TTE007", "ADTTE", ag.Status.NOT_APPLICABLE, "no STARTDT"),
            ag.Outcome("TTE009", "ADTTE", ag.Status.NOT_RUN, "TypeError: a mask must be 1254 booleans"),
        ),
        findings=(
            ag.Finding(
                "TTE006",
                ag.Severity.ERROR,
                "ADTTE",
                ("AVAL",),
                "AVAL is negative",
                1204,
                tuple(map(example, range(1, 11))),
            ),
            *(
                ag.Finding("AD0012", ag.Severity.WARNING, "ADTTE", (name,), f"the label of {name} is empty")
                for name in ("ADT", "AVAL", "CNSR", "PARAM", "PARAMCD")
            ),
            ag.Finding(
                "SL001", ag.Severity.NOTE, "ADSL", (), "a subject has two records", 1, (Example(7, {}, {}),)
            ),
        ),
        inferred=(),
        inputs=(ADSL, ADTTE),
        notes=(ReadingNote("ADSL", "read as cp1252: bytes 92", "SITENAME", 12),),
        standards=STANDARDS,
        versions=VERSIONS,
        terms=TERMS,
    )
