"""Published figures beside those of the data."""

import csv
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import adamgate as ag
from adamgate.converters.pipeline.figures import compared
from adamgate.converters.pipeline.printed import judged, numbers_in
from adamgate.converters.pipeline.published import PublishedFigure, read_published

STEP = """
[step.figures]
kind = "figures"
published = "published.csv"
data = ["adam", "raw", "tables/os_summary.csv"]
output = "figures.csv"
"""
PUBLISHED = """\
figure,published,dataset,where,statistic,variable
"Subjects, all",80,ADSL,,,
Deaths,44,adtte,PARAMCD == 'OS' and CNSR == 0,,
Median OS,632.0,OS_SUMMARY,group == 'all',,median
Historical comparison,12.3,,,,
Subjects with an event,49,ADTTE,PARAMCD == 'PFS' and CNSR == 0,subjects,
Median of AVAL,117,ADTTE,PARAMCD == 'PFS',median,AVAL
Assessments,400,RS,,records,
"""


def declared(project, published=PUBLISHED):
    path = project.folder / "adamgate.toml"
    path.write_text(path.read_text() + STEP)
    Path("published.csv").write_text(published)


@pytest.mark.slow
def test_equal_figures_pass_and_are_written_side_by_side(after_run):
    declared(after_run)
    ran = after_run("run")
    assert (ran.code, ran.states["figures"]) == (0, "ran")
    assert "7 figures: 6 equal, 1 not reproduced" in ran.out
    assert "Data cut-off 2024-06-30  " in ran.out
    assert "Median OS                    632.0       632.0  equal" in ran.out
    rows = list(csv.DictReader(Path("figures.csv").read_text().splitlines()))
    assert [each["equal"] for each in rows] == ["equal"] * 3 + ["not reproduced"] + ["equal"] * 3
    assert rows[2] == {
        "figure": "Median OS",
        "published": "632.0",
        "reproduced": "632.0",
        "equal": "equal",
        "found": "OS_SUMMARY.median, group == 'all'",
        "source": "",
        "cut_off": "2024-06-30",
    }
    assert after_run("run").states["figures"] == "unchanged"


@pytest.mark.slow
def test_a_figure_that_differs_fails_the_step(after_run):
    declared(after_run, PUBLISHED.replace("632.0", "632.1"))
    ran = after_run("run")
    assert (ran.code, ran.states["figures"]) == (1, "different")
    assert "Median OS                    632.1       632.0  DIFFERENT" in ran.out
    assert "DIFFERENT" in Path("figures.csv").read_text()
    again = after_run("run")
    assert (again.code, again.states["figures"]) == (1, "different")


WRONG = {
    "column": (PUBLISHED.replace("statistic", "statistics"), 3, "statistics is not a column"),
    "no column": ("figure,dataset\na,b\n", 3, "the column published is not present"),
    "empty": ("", 3, "the column figure is not present"),
    "a comma": (PUBLISHED.replace('"Subjects, all"', "Subjects, all"), 3, "line 2"),
    "no figure": (PUBLISHED.replace("Deaths", ""), 3, "figure or published is missing"),
    "a statistic": (PUBLISHED.replace("subjects,", "subject,"), 3, "subject is not a statistic"),
    "no variable": (PUBLISHED.replace("median,AVAL", "median,"), 3, "the variable of median is missing"),
    "a dataset": (PUBLISHED.replace("RS,", "RSS,"), 2, "dataset RSS is not present"),
    "a variable": (PUBLISHED.replace("AVAL\n", "AVALL\n"), 2, "AVALL is not present in ADTTE"),
    "a condition": (PUBLISHED.replace("CNSR == 0,,", "CNSR = 0,,"), 2, "line 3, Deaths"),
    "a variable of the condition": (PUBLISHED.replace("CNSR == 0,,", "CNSS == 0,,"), 2, "CNSS"),
    "several records": (PUBLISHED.replace("group == 'all'", "n > 0"), 2, "meet the condition, not one"),
    "text": (PUBLISHED.replace("median,AVAL", "median,PARAMCD"), 2, "ADTTE.PARAMCD is a character variable"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_line_that_is_wrong_is_told(after_run, wrong):
    published, code, said = WRONG[wrong]
    declared(after_run, published)
    ran = after_run("run")
    assert (ran.code, ran.states["figures"]) == (code, "failed")
    assert said in ran.out


def test_all_lines_that_are_wrong_are_told(after_run):
    declared(after_run, PUBLISHED.replace("RS,", "RSS,").replace("AVAL\n", "AVALL\n"))
    out = after_run("run").out
    assert "2 figures cannot be found in the data" in out
    assert "RSS" in out
    assert "AVALL" in out


@pytest.mark.parametrize(
    ("printed", "value", "equal", "shown"),
    [
        ("60.7", 60.65, True, "60.7"),
        ("60.6", 60.65, False, "60.7"),
        ("34", 33.5, True, "34"),
        ("34.0", 33.5, False, "33.5"),
        ("2.5", 2.4500000000000001, True, "2.5"),
        ("0.3", 0.1 + 0.2, True, "0.3"),
        ("2,072", 2072.2, True, "2072"),
        ("\N{MINUS SIGN}1.5", -1.45, True, "-1.5"),
        ("NE", float("nan"), True, "NE"),
        ("not estimable", float("nan"), True, "not estimable"),
        ("41.9", float("nan"), False, "NE"),
        ("NE", 41.9, False, "41.9"),
        ("Active", "Active", True, "Active"),
        ("nan", 1.0, False, "1"),
        ("about 34", 34.3, True, "about 34"),
        ("5%", 4.4, False, "4%"),
    ],
)
def test_figures_agree_at_the_printed_decimal(printed, value, equal, shown):
    assert judged(printed, [value]) == (shown, equal)


@pytest.mark.parametrize(
    ("printed", "value", "equal", "shown"),
    [
        ("60.7", "60.714579055441476", True, "60.7"),
        ("60.8", "60.714579055441476", False, "60.7"),
        ("60.7", "sixty", False, "sixty"),
        ("N", "60.714579055441476", False, "60.714579055441476"),
        ("007", "007", True, "007"),
    ],
)
def test_numbers_that_a_csv_file_has_as_text_agree_as_numbers(printed, value, equal, shown):
    """Numbers of more than 15 digits are read as text: those of survival tables in months are."""
    assert judged(printed, [value]) == (shown, equal)


@given(st.integers(-(10**7), 10**7), st.integers(0, 4))
def test_a_number_printed_at_its_own_decimals_agrees(whole, decimals):
    value = whole / 10**decimals
    assert judged(f"{value:.{decimals}f}", [value]) == (f"{value:.{decimals}f}", True)


def test_the_order_of_the_records_is_free(after_run):
    Path("published.csv").write_text(PUBLISHED)
    published = read_published(Path("published.csv"))
    study = ag.read(["adam", "raw", "tables/os_summary.csv"])
    first = compared(published, study, Path("published.csv"))
    turned = [each.replace(frame=each.frame.iloc[::-1].reset_index(drop=True)) for each in study]
    assert compared(published, ag.Study.of(*turned), Path("published.csv")) == first


ADSL = pd.DataFrame(
    {
        "USUBJID": ["1", "2", "3", "4", "5"],
        "SITEID": ["A", "A", "B", "B", "C"],
        "FREE": ["Y", "Y", "N", "N", None],
        "MARKER": [1.0, 2.0, 8.0, np.nan, 100.0],
    }
)
ADAE = pd.DataFrame(
    {"USUBJID": ["1", "1", "3", "4", "9"], "AEDECOD": ["Sepsis"] * 4 + ["Rash"], "GRADE": [3.0, 4, 1, 5, 1]}
)
SUMMARY = pd.DataFrame({"median": ["60.71457905544148"], "lower": [41.889], "upper": [np.nan], "text": ["a"]})


def found(published, dataset, **others):
    """The like of one figure, and whether it agrees."""
    frames = {"ADSL": ADSL, "ADAE": ADAE, "KM": SUMMARY}
    study = ag.Study.of(*(ag.Dataset.from_frame(each, name) for name, each in frames.items()))
    figure = PublishedFigure("A figure", published, dataset, **others)
    (one,) = compared([figure], study, Path("published.csv"))
    return one.reproduced, one.equal


@pytest.mark.parametrize(
    ("published", "others", "expected"),
    [
        ("2 of 5 (40%)", {"where": "GRADE >= 3"}, ("2 of 5 (40%)", True)),
        ("2 of 5 (41%)", {"where": "GRADE >= 3"}, ("2 of 5 (40%)", False)),
        ("3 of 5 (60.0%)", {"where": "AEDECOD == 'Sepsis'"}, ("3 of 5 (60.0%)", True)),
        ("1 of 2", {"where": "GRADE >= 3", "among": "FREE == 'Y'"}, ("1 of 2", True)),
        ("1 of 3", {"where": "GRADE >= 3", "among": "FREE == 'Y'"}, ("1 of 2", False)),
        ("0 of 2 (0%)", {"where": "GRADE >= 6", "among": "FREE == 'N'"}, ("0 of 2 (0%)", True)),
        ("0 of 0 (NE)", {"where": "GRADE >= 6", "among": "FREE == 'X'"}, ("0 of 0 (NE)", True)),
        ("2", {"among": "FREE == 'N'"}, ("2", True)),
    ],
)
def test_subjects_are_counted_of_a_denominator_in_adsl(published, others, expected):
    assert found(published, "ADAE", statistic="subjects", **others) == expected


def test_one_printed_text_may_have_several_numbers():
    columns = "median lower upper"
    assert found("60.7 (41.9 to NE)", "KM", variable=columns) == ("60.7 (41.9 to NE)", True)
    assert found("60.7 (41.8 to 70.0)", "KM", variable=columns) == ("60.7 (41.9 to NE)", False)
    assert found("60.71", "KM", variable="median") == ("60.71", True), "a number of a CSV file that is text"
    assert numbers_in("60.7 (95% limits 41.9, not estimable)") == ("60.7", "95", "41.9", "not estimable")
    assert numbers_in("N1 and 10.5.2 of NEXT") == ("10.5",)


GROUPS = {"among": "FREE == 'Y'", "against": "FREE == 'N'", "statistic": "median", "variable": "MARKER"}


def test_two_groups_are_compared():
    assert found("1.5 v 8", "ADSL", **GROUPS) == ("1.5 v 8", True)
    assert found("lower", "ADSL", **GROUPS) == ("lower", True)
    assert found("higher", "ADSL", **GROUPS) == ("lower", False)
    turned = {**GROUPS, "among": "FREE == 'N'", "against": "FREE == 'Y'"}
    assert found("higher", "ADSL", **turned) == ("higher", True)
    assert found("equal", "ADSL", **{**GROUPS, "against": "FREE == 'Y'"}) == ("equal", True)
    assert found("lower", "ADSL", **{**GROUPS, "against": "FREE == 'X'"}) == ("NE", False)


def test_distinct_values_are_counted():
    assert found("2", "ADSL", statistic="distinct", variable="SITEID", where="not missing(FREE)") == (
        "2",
        True,
    )
    assert found("1", "ADSL", statistic="distinct", variable="SITEID", among="FREE == 'Y'") == ("1", True)


@pytest.mark.parametrize(
    ("published", "dataset", "others", "said"),
    [
        ("2 of 5", "ADAE", {"statistic": "records"}, "2 numbers are printed, and 1 found"),
        ("60.7", "KM", {"variable": "median lower"}, "1 number is printed, and 2 found"),
        ("5 v 8", "ADSL", {**GROUPS, "variable": "MARKER SITEID"}, "SITEID is a character variable"),
        ("5", "ADSL", {**GROUPS, "variable": "MARKERS"}, "MARKERS is not present in ADSL"),
        ("5", "KM", {"variable": "lower", "among": "FREE == 'Y'"}, "USUBJID is not present in KM"),
        ("5", "ADAE", {"among": "FRE == 'Y'"}, "FRE"),
        ("lower", "KM", {"variable": "text", "against": "FREE == 'Y'"}, "USUBJID is not present in KM"),
    ],
)
def test_what_cannot_be_found_is_told(published, dataset, others, said):
    with pytest.raises(ag.ConfigurationError) as refused:
        found(published, dataset, **others)
    assert said in str(refused.value)
