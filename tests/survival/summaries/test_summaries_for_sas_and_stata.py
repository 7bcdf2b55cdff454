"""Summaries as SAS and Stata read them: every cell, and each name that is another in the file."""

import json
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest

import adamgate as ag

SUBJECTS = pd.DataFrame(
    {
        "STUDYID": "S",
        "USUBJID": [f"S-{number}" for number in range(1, 7)],
        "TRT01A": ["Placebo", "Drug"] * 3,
        "TRT01AN": [1.0, 2.0] * 3,
        "TRTSDT": np.array(["2020-01-01"] * 6, "datetime64[s]"),
        "TRTEDT": np.array(["2020-03-01"] * 6, "datetime64[s]"),
    }
)
EVENTS = pd.DataFrame(
    {
        "STUDYID": "S",
        "USUBJID": ["S-1", "S-2", "S-2", "S-4"],
        "TRTA": ["Placebo", "Drug", "Drug", "Drug"],
        "AEDECOD": ["Übelkeit", "Headache", "Headache", None],
        "AETOXGR": ["1", "2", "3", None],
        "ASTDT": np.array(["2020-01-03", "2020-01-05", "2020-02-01", "2020-02-03"], "datetime64[s]"),
    }
)
TIMES = pd.DataFrame(
    {
        "STUDYID": "S",
        "USUBJID": SUBJECTS["USUBJID"],
        "PARAMCD": "OS",
        "PARAM": "Overall Survival (Days)",
        "AVAL": [3.0, 5.0, 8.0, 13.0, 21.0, 34.0],
        "CNSR": [0.0, 0.0, 1.0, 0.0, 1.0, 1.0],
        "TRT01A": SUBJECTS["TRT01A"],
        "TRT01AN": SUBJECTS["TRT01AN"],
    }
)
AT_RISK = {"start": "TRTSDT", "end": "TRTEDT"}
MEASURES = [
    {},
    {"measure": "worst-grade"},
    {"measure": "eair", **AT_RISK},
    {"measure": "time-to-first", **AT_RISK},
]


def written(table: ag.AdverseEventTable | ag.KaplanMeierTables, path: Path) -> tuple[dict, list[str]]:
    """Write the table; its codebook and what was said."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        *_, codebook = table.write(path)
    return json.loads(codebook.read_text(encoding="utf-8")), [str(each.message) for each in caught]


def require_same(frame: pd.DataFrame, path: Path, renamed: dict[str, str]) -> None:
    """Each cell as pyreadstat and, of Stata, pandas read it."""
    readers = {".xpt": [pyreadstat.read_xport], ".dta": [pyreadstat.read_dta]}
    found = [read(path)[0] for read in readers[path.suffix]]
    if path.suffix == ".dta":
        found.append(pd.read_stata(path, convert_categoricals=False))
    for back in found:
        names = [renamed.get(name, name) for name in frame.columns]
        assert [*map(str.upper, back.columns)] == [*map(str.upper, names)]
        for name, column in zip(frame.columns, back.columns, strict=True):
            given, read = frame[name], back[column]
            if pd.api.types.is_bool_dtype(given) or pd.api.types.is_numeric_dtype(given):
                np.testing.assert_array_equal(read.astype(float), given.astype(float), name)
            else:
                shown = given.astype(object).where(given.notna(), "")
                assert read.fillna("").tolist() == shown.tolist(), name


@pytest.mark.parametrize("suffix", [".xpt", ".dta"])
@pytest.mark.parametrize("options", MEASURES, ids=lambda each: each.get("measure", "incidence"))
def test_adverse_events(tmp_path, options, suffix):
    study = ag.Study.of(ag.Dataset.from_frame(EVENTS, "ADAE"), ag.Dataset.from_frame(SUBJECTS, "ADSL"))
    table = ag.adverse_events(study, ["AEDECOD"], arm="TRTA", gate=False, **options)
    said, told = written(table, tmp_path / f"ae{suffix}")
    require_same(table.frame, tmp_path / f"ae{suffix}", said["renamed"])
    require_named(said["renamed"], table.frame, suffix, f"ae{suffix}", told)


@pytest.mark.parametrize("suffix", [".xpt", ".dta"])
def test_kaplan_meier(tmp_path, suffix):
    study = ag.Study.of(ag.Dataset.from_frame(TIMES, "ADTTE"))
    tables = ag.kaplan_meier(study, "OS", by="TRT01A", tau=20, gate=False)
    said, told = written(tables, tmp_path / f"km{suffix}")
    for frame, key, name in (
        (tables.estimates.frame, "renamed", f"km{suffix}"),
        (tables.summary.frame, "summary_renamed", f"km_summary{suffix}"),
    ):
        require_same(frame, tmp_path / name, said[key])
        require_named(said[key], frame, suffix, name, told)


def require_named(
    renamed: dict[str, str], frame: pd.DataFrame, suffix: str, file: str, told: list[str]
) -> None:
    """SAS has names of 8: each that is longer is listed, in the codebook and aloud; Stata has 32."""
    long = {name for name in frame.columns if len(name) > 8} if suffix == ".xpt" else set()
    assert set(renamed) == long
    assert len({each.upper() for each in renamed.values()}) == len(long)
    assert all(len(each) <= 8 for each in renamed.values())
    listed = [each for each in told if each.startswith(f"{file}: renamed for ")]
    assert len(listed) == bool(long)
    for name, other in renamed.items():
        assert f"{name} is {other}" in listed[0]
