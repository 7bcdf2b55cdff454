"""SAS formats: what a number means, and dates both ways without loss."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adamgate.converters.values.sas_formats import (
    FormatKind,
    dates_of,
    datetimes_of,
    kind_of,
    sas_days_of,
    sas_seconds_of,
)


@pytest.mark.parametrize(
    ("sas_format", "kind"),
    [
        ("DATE9.", FormatKind.DATE),
        ("date9", FormatKind.DATE),
        ("DATE", FormatKind.DATE),
        ("YYMMDD10.", FormatKind.DATE),
        ("YYMMDDN8.", FormatKind.DATE),
        ("DDMMYYS10.", FormatKind.DATE),
        ("E8601DA10.", FormatKind.DATE),
        ("IS8601DA.", FormatKind.DATE),
        ("MONYY7.", FormatKind.DATE),
        ("DATETIME20.", FormatKind.DATETIME),
        ("DATETIME25.3", FormatKind.DATETIME),
        ("E8601DT19.", FormatKind.DATETIME),
        ("DTDATE9.", FormatKind.DATETIME),
        ("TIME5.", FormatKind.TIME),
        ("TOD8.", FormatKind.TIME),
        ("HHMM.", FormatKind.TIME),
        ("NLDATE20.", FormatKind.DATE),
        ("NLDATEYML14.", FormatKind.DATE),
        ("YYWEEKV7.", FormatKind.DATE),
        ("YYQRS6.", FormatKind.DATE),
        ("NLDATMZ32.", FormatKind.DATETIME),
        ("nldatmtz.", FormatKind.DATETIME),
        ("NLDATMYQS7.", FormatKind.DATETIME),
        ("NLDATMTM16.", FormatKind.DATETIME),  # shows the time of a datetime
        ("NLDATML.", FormatKind.DATETIME),
        ("E8601LX26.3", FormatKind.DATETIME),
        ("B8601DX.", FormatKind.DATETIME),
        ("DTMONYY5.", FormatKind.DATETIME),
        ("E8601TX8.", FormatKind.TIME),
        ("E8601TX15.3", FormatKind.TIME),
        ("B8601TX.", FormatKind.TIME),
        ("E8601LZ.", FormatKind.TIME),
        ("NLTIMAP10.", FormatKind.TIME),
        ("DEUDFDD10.", FormatKind.DATE),
        ("EURDFWKX.", FormatKind.DATE),
        ("EURDFDT18.", FormatKind.DATETIME),
        ("NLDATX.", FormatKind.NUMBER),
        ("NLMNIEUR12.2", FormatKind.NUMBER),
        ("8.2", FormatKind.NUMBER),
        ("BEST12.", FormatKind.NUMBER),
        ("", FormatKind.NUMBER),
        ("$20.", FormatKind.NUMBER),
        ("DATED.", FormatKind.NUMBER),  # a user's own format
        ("SEXFMT1.", FormatKind.NUMBER),
    ],
)
def test_a_format_tells_what_a_number_means(sas_format, kind):
    assert kind_of(sas_format) is kind


def test_the_last_day_of_year_9999_survives():
    assert dates_of(np.array([2936549.0]))[0] == np.datetime64("9999-12-31", "s")


@pytest.mark.slow
@given(st.lists(st.one_of(st.integers(-138_061, 6_589_335).map(float), st.just(float("nan"))), max_size=20))
def test_dates_come_back(days):
    numbers = np.array(days, dtype=np.float64)
    np.testing.assert_array_equal(sas_days_of(dates_of(numbers)), numbers)


@given(st.lists(st.integers(-(2**31) * 10**6, 2**31 * 10**6), max_size=20))
def test_datetimes_come_back_to_the_microsecond(microseconds):
    stamps = np.datetime64("1960-01-01", "us") + np.array(microseconds, dtype="timedelta64[us]")
    np.testing.assert_array_equal(datetimes_of(sas_seconds_of(stamps)), stamps)


@pytest.mark.parametrize("value", [21916.5, np.inf, 1e12], ids=["part of a day", "infinite", "far"])
def test_what_is_no_date_is_not_made_one(value):
    assert dates_of(np.array([0.0, value])) is None


def test_datetimes_beyond_the_calendar_are_not_made():
    assert datetimes_of(np.array([1e18])) is None


@pytest.mark.parametrize("number", [1e308, -1e308, 1e17])
def test_numbers_beyond_all_dates_are_no_dates(number):
    assert dates_of(np.array([number])) is None
    assert datetimes_of(np.array([number])) is None
