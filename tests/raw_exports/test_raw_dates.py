"""Dates of raw files in declared forms: against Python's own reading of them, and what is refused."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
    ("text", "time"), [("09:05", "09:05"), ("0905", REFUSED), ("9:05", REFUSED), ("25:00", REFUSED)]
)
def test_times_have_forms(text, time):
    assert time_step(("hh:mm",), (), "")(text) == time


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
