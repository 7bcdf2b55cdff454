"""SAS formats: what a number means, and dates both ways without loss."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adamgate.converters.values.sas_formats import (
    Kind,
    dates_of,
    datetimes_of,
    kind_of,
    sas_days_of,
    sas_seconds_of,
)


@pytest.mark.parametrize(
    ("sas_format", "kind"),
    [
        ("DATE9.", Kind.DATE),
        ("date9", Kind.DATE),
        ("DATE", Kind.DATE),
        ("YYMMDD10.", Kind.DATE),
        ("YYMMDDN8.", Kind.DATE),
        ("DDMMYYS10.", Kind.DATE),
        ("E8601DA10.", Kind.DATE),
        ("IS8601DA.", Kind.DATE),
        ("MONYY7.", Kind.DATE),
        ("DATETIME20.", Kind.DATETIME),
        ("DATETIME25.3", Kind.DATETIME),
        ("E8601DT19.", Kind.DATETIME),
        ("DTDATE9.", Kind.DATETIME),
        ("TIME5.", Kind.TIME),
        ("TOD8.", Kind.TIME),
        ("HHMM.", Kind.TIME),
        ("NLDATE20.", Kind.DATE),
        ("NLDATEYML14.", Kind.DATE),
        ("YYWEEKV7.", Kind.DATE),
        ("YYQRS6.", Kind.DATE),
        ("NLDATMZ32.", Kind.DATETIME),
        ("nldatmtz.", Kind.DATETIME),
        ("NLDATMYQS7.", Kind.DATETIME),
        ("NLDATMTM16.", Kind.DATETIME),  # shows the time of a datetime
        ("NLDATML.", Kind.DATETIME),
        ("E8601LX26.3", Kind.DATETIME),
        ("B8601DX.", Kind.DATETIME),
        ("DTMONYY5.", Kind.DATETIME),
        ("E8601TX8.", Kind.TIME),
        ("E8601TX15.3", Kind.TIME),
        ("B8601TX.", Kind.TIME),
        ("E8601LZ.", Kind.TIME),
        ("NLTIMAP10.", Kind.TIME),
        ("DEUDFDD10.", Kind.DATE),
        ("EURDFWKX.", Kind.DATE),
        ("EURDFDT18.", Kind.DATETIME),
        ("NLDATX.", Kind.NUMBER),
        ("NLMNIEUR12.2", Kind.NUMBER),
        ("8.2", Kind.NUMBER),
        ("BEST12.", Kind.NUMBER),
        ("", Kind.NUMBER),
        ("$20.", Kind.NUMBER),
        ("DATED.", Kind.NUMBER),  # a user's own format
        ("SEXFMT1.", Kind.NUMBER),
    ],
)
def test_a_format_tells_what_a_number_means(sas_format, kind):
    assert kind_of(sas_format) is kind


def test_the_last_day_of_year_9999_survives():
    assert dates_of(np.array([2936549.0]))[0] == np.datetime64("9999-12-31", "s")


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
