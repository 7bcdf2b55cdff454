"""What is said about an analysis table."""

import pandas as pd
import pytest

import adamgate as ag
from adamgate.converters.reports.table_summary import render_summary


@pytest.fixture
def table() -> ag.AnalysisTable:
    """Five subjects: an event, two reasons for censoring, one not in the population, one duration of 0."""
    frame = pd.DataFrame(
        {
            "USUBJID": ["1", "2", "3", "4", "5"],
            "PARAMCD": "OS",
            "PARAM": "Overall Survival (days)",
            "AVAL": [10.0, 20.0, 30.0, 40.0, 0.0],
            "CNSR": [0.0, 1.0, 2.0, 0.0, 1.0],
            "EVNTDESC": ["Death", "Alive at cut-off", "Lost to follow-up", "Death", "Alive at cut-off"],
            "SAFFL": ["Y", "Y", "Y", "N", "Y"],
        }
    )
    study = ag.Study.of(ag.Dataset.from_frame(frame, "ADTTE"))
    return ag.survival(study, "OS", population="SAFFL", gate=False)


def test_what_was_counted_inferred_and_left_out(table: ag.AnalysisTable):
    lines = render_summary(table.codebook).splitlines()
    assert lines[0] == "ADTTE OS, Overall Survival (days): 4 subjects, 1 event, 3 censored"
    assert lines[1].startswith("  duration in days: AVAL")
    assert lines[2].startswith("  AVAL unit: days (from ")
    assert "  event: 1 subject, Death" in lines
    assert "  censored, CNSR 1: 2 subjects, Alive at cut-off" in lines
    assert "  censored, CNSR 2: 1 subject, Lost to follow-up" in lines
    assert any(line == "  excluded: 1 record (SAFFL is not Y)" for line in lines)
    assert "  duration 0: 1 subject" in lines


def test_lines_fit_the_terminal(table: ag.AnalysisTable):
    narrow = render_summary(table.codebook, 40)
    assert max(map(len, narrow.splitlines())) <= 40
    assert narrow.split() == render_summary(table.codebook).split()
