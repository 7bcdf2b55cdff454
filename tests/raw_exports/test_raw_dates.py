"""Dates of raw files in declared forms: against Python's own reading of them, and what is refused."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from raw_mapping import mapped, plain, refusal

import adamgate as ag
from adamgate.converters.raw_exports.raw_dates import date_step, study_day, time_step
from adamgate.converters.raw_exports.steps import REFUSED

DATES = st.dates(date(1800, 1, 1), date(2199, 12, 31))
FORMS = ["%d%b%Y", "%d-%b-%Y", "%Y-%m-%d", "%m/%d/%Y", "%d.%m.%Y", "%Y%m%d", "%d %B %Y"]


def read(text, *forms, unknown=()):
    return date_step(forms, unknown, "")(text)


@pytest.mark.parametrize("form", FORMS)
@given(day=DATES)
def test_a_date_is_read_as_python_reads_it(form, day):
    assert read(day.strftime(form).upper(), form) == day.isoformat()


@given(day=DATES)
def test_numbers_of_sas_and_excel_are_dates(day):
    assert read(str((day - date(1960, 1, 1)).days), "sas date") == day.isoformat()
    seconds = (datetime(day.year, day.month, day.day, 13, 5) - datetime(1960, 1, 1)) // timedelta(seconds=1)
    assert read(str(seconds), "SAS datetime") == f"{day.isoformat()}T13:05:00"
    serial = (day - date(1899, 12, 30)).days
    assert read(float(serial), "excel") == (day.isoformat() if serial >= 61 else REFUSED)
    serial = (day - date(1904, 1, 1)).days
    assert read(f"{serial}.5", "excel 1904") == (f"{day.isoformat()}T12:00:00" if serial >= 0 else REFUSED)


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("UN-MAR-2020", "2020-03"),
        ("UN-UNK-2020", "2020"),
        ("15-UNK-2020", "2020---15"),
        ("05-MAR-UNK", "--03-05"),
        ("UN-UNK-UNK", ""),
        ("unk", ""),
        ("5-mar-2020", "2020-03-05"),
    ],
)
def test_declared_words_are_unknown_parts(text, iso):
    assert read(text, "DD-MMM-YYYY", unknown=("UN", "UNK")) == iso


@pytest.mark.parametrize(
    "text",
    [
        "UN-MAR-2020",
        "31-FEB-2020",
        "00-MAR-2020",
        "05-MRZ-2020",
        "05-MAR-20",
        " 05-MAR-2020",
        "2020",
        "05MAR2020",
    ],
)
def test_what_is_not_in_the_declared_form_is_refused(text):
    assert read(text, "DD-MMM-YYYY") is REFUSED


def test_a_date_that_two_forms_read_differently_is_refused():
    forms = ("MM/DD/YYYY", "DD/MM/YYYY")
    assert read("13/01/2014", *forms) == "2014-01-13"
    assert read("01/02/2014", *forms) is REFUSED
    assert read("02/02/2014", *forms) == "2014-02-02"


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2014-01-16 11:45", "2014-01-16T11:45"),
        ("2014-01-16 UN:UN", "2014-01-16"),
        ("2014-01-UN UN:UN", "2014-01"),
        ("2014-01-16 24:00", REFUSED),
    ],
)
def test_forms_may_have_a_time(text, iso):
    assert read(text, "YYYY-MM-DD hh:mm", unknown=("UN",)) == iso


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("09:05", "09:05"),
        ("9:05", "09:05"),
        ("0:00", "00:00"),
        ("0905", REFUSED),
        ("9:5", REFUSED),
        (":05", REFUSED),
        ("25:00", REFUSED),
        (32700, REFUSED),
    ],
)
def test_times_have_forms(text, time):
    assert time_step(("hh:mm",), (), "")(text) == time


def test_without_marks_an_hour_has_two_digits():
    step = time_step(("hhmm",), (), "")
    assert step("0905") == "09:05"
    assert step("905") is REFUSED


@pytest.mark.parametrize(
    ("seconds", "time"),
    [
        (0, "00:00:00"),
        (29700.0, "08:15:00"),
        (86399, "23:59:59"),
        ("29700", "08:15:00"),
        ("0", "00:00:00"),
        ("0905", REFUSED),
        ("08:15", REFUSED),
        (86400, REFUSED),
        (-1, REFUSED),
        (29700.5, REFUSED),
        (float("nan"), REFUSED),
    ],
)
def test_times_of_sas_are_seconds_since_midnight(seconds, time):
    assert time_step(("sas time",), (), "")(seconds) == time


@pytest.mark.parametrize(
    "form", ["", "DD-MMM", "YYYY-DD", "DD-MM-YY", "DD-MMM-YYYY YYYY", "hh:mm", "abc", "YYYY hh"]
)
def test_what_is_not_a_form_is_refused(form):
    with pytest.raises(ag.ConfigurationError):
        date_step((form,), (), "")


@given(day=DATES, first=DATES)
def test_study_days(day, first):
    difference = (day - first).days
    assert study_day(day.isoformat(), first.isoformat()) == (
        difference + 1 if difference >= 0 else difference
    )


def declared(options):
    return f"""[raw.CM]
files = ["cm.csv"]
[raw.CM.variables]
USUBJID = "ID"
CMSTDTC = {{ column = "DAY", {options} }}
"""


def lines(numbers):
    return {"cm.csv": "ID,DAY\n" + "".join(f"{at},{number}\n" for at, number in enumerate(numbers, 1))}


def numbers_of(days, form):
    epochs = {"sas date": date(1960, 1, 1), "excel": date(1899, 12, 30), "excel 1904": date(1904, 1, 1)}
    if form == "sas datetime":
        return [(day - date(1960, 1, 1)).days * 86_400 for day in days]
    return [(day - epochs[form]).days for day in days]


TRIAL = [date(1990, 1, 1), date(2014, 2, 28), date(2030, 12, 31)]
WRONG = [
    ("sas date", "excel", "before 1971"),
    ("sas date", "excel 1904", "before 1975"),
    ("excel", "sas date", "after 2049"),
    ("sas date", "sas datetime", "on 1 January 1960"),
]


@pytest.mark.parametrize(("written", "read_as", "said"), WRONG)
def test_numbers_that_most_likely_have_another_form_are_refused(tmp_path, written, read_as, said):
    what, where = refusal(
        tmp_path, lines(numbers_of(TRIAL, written)), declared(f'date_forms = ["{read_as}"]')
    )
    assert what == (
        f'all numbers are dates {said}, as "{written}" read as "{read_as}" would be, in 3 records; '
        "first: cm.csv line 2"
    )
    assert where == "[raw.CM] variables CMSTDTC"


@pytest.mark.parametrize("form", ["sas date", "sas datetime", "excel", "excel 1904"])
def test_numbers_in_their_form_are_not_refused(tmp_path, form):
    for day in TRIAL:
        study = mapped(tmp_path, lines(numbers_of([day], form)), declared(f'date_forms = ["{form}"]'))
        assert study["CM"]["CMSTDTC"].tolist()[0][:10] == day.isoformat()


def test_one_date_that_is_not_doubtful_is_enough(tmp_path):
    births = numbers_of([date(1931, 5, 1), date(1999, 1, 1)], "excel")
    study = mapped(tmp_path, lines(births), declared('date_forms = ["excel"]'))
    assert study["CM"]["CMSTDTC"].tolist() == ["1931-05-01", "1999-01-01"]


def test_declared_years_settle_it_and_are_counted(tmp_path):
    births = numbers_of([date(1931, 5, 1), date(1940, 1, 1)], "excel")
    study = mapped(tmp_path, lines(births), declared('date_forms = ["excel"], years = [1920, 1940]'))
    (effect,) = [each for each in study.record.effects if each.policy == "variables.CMSTDTC.years"]
    assert (effect.value, effect.count) == ("1920 to 1940", 2)


DAYS = ["2014-01-02", "1914-01-02", "2015", "UN-01-02", ""]
FORM = 'date_forms = ["YYYY-MM-DD", "YYYY"], unknown = ["UN"], years = [2014, 2015]'


def test_dates_of_other_years_are_refused_missing_or_kept(tmp_path):
    assert refusal(tmp_path, lines(DAYS), declared(FORM))[0] == (
        "dates before 2014 or after 2015 in 1 record; first: cm.csv line 3"
    )
    for otherwise, second in (("missing", None), ("keep", "1914-01-02")):
        study = mapped(tmp_path, lines(DAYS), declared(f'{FORM}, otherwise = "{otherwise}"'))
        dates = [each.get("CMSTDTC") for each in plain(study["CM"])]
        assert dates == ["2014-01-02", second, "2015", "--01-02", None]
        noted = [(each.effect, each.count) for each in study.record.effects if each.count]
        became = "missing" if otherwise == "missing" else "kept"
        assert (f"dates before 2014 or after 2015: {became}", 1) in noted


@pytest.mark.parametrize(
    "years", ["[2015]", "[2016, 2015]", "[0, 1]", '["2014", "2015"]', "2015", "[1, 99999]"]
)
def test_years_are_two(tmp_path, years):
    with pytest.raises(ag.ConfigurationError, match="years"):
        mapped(tmp_path, lines([]), declared(f'date_forms = ["excel"], years = {years}'))
