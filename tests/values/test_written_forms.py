"""Dates, times and numbers mean the same in every form and in every format."""

from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

import adamgate as ag
from adamgate.converters.values.sas_formats import FormatKind
from adamgate.converters.values.typed_text import typed
from adamgate.converters.values.written_numbers import read_numbers
from adamgate.converters.values.written_stamps import read_stamps

DAY = np.datetime64("2020-01-31", "s")
HALF_PAST_EIGHT = np.datetime64("2020-01-31T08:30:00", "us")


def column(*texts: str) -> pa.Array:
    return pa.array(texts, pa.large_string())


def messages(meant) -> list[str]:
    return [each.message for each in meant.remarks + meant.doubts]


# Dates

DATES = {
    "2020-01-31": "",
    "31JAN2020": "in the form 31JAN2020",
    "31-Jan-2020": "in the form 31-Jan-2020",
    "31 january 2020": "in the form 31 Jan 2020",
    "January 31, 2020": "in the form Jan 31, 2020",
    "20200131": "in the form 20200131",
    "2020/1/31": "in the form 2020/1/31",
    "2020.01.31": "in the form 2020.1.31",
    "2020-1-31": "in the form 2020-1-31",
    "31/01/2020": "in the form 99/99/9999, read as day/month",
    "31.01.2020": "in the form 99.99.9999, read as day/month",
    "1/31/2020": "in the form 99/99/9999, read as month/day",
    "2020-01-31 00:00:00": "with time 00:00:00, read as dates",
    "2020-01-31T00:00": "with time 00:00:00, read as dates",
}


@pytest.mark.parametrize("text", DATES)
def test_a_date_in_every_form_that_is_certain(text: str) -> None:
    meant = typed(column("", text), FormatKind.DATE)
    assert meant.values[1] == DAY
    assert meant.values.dtype == "datetime64[s]"
    assert messages(meant) == [DATES[text]] * bool(DATES[text])


@pytest.mark.parametrize(
    ("text", "order", "expected"),
    [
        ("03/04/2020", "dmy", "2020-04-03"),
        ("03/04/2020", "mdy", "2020-03-04"),
        ("3.4.2020", "dmy", "2020-04-03"),
        ("3-4-2020", "mdy", "2020-03-04"),
        ("13/04/2020", "mdy", None),
        ("04/13/2020", "dmy", None),
        ("03/04/2020", None, None),
        ("31/04/2020", None, None),
        ("04/04/2020", None, "2020-04-04"),
    ],
)
def test_day_and_month_are_never_guessed(text: str, order: str | None, expected: str | None) -> None:
    meant = typed(column(text), FormatKind.DATE, date_order=order)
    assert meant.wrong.tolist() == [expected is None]
    assert np.isnat(meant.values[0]) if expected is None else meant.values[0] == np.datetime64(expected, "s")


def test_one_ambiguous_date_keeps_the_column_text_and_names_the_option() -> None:
    meant = typed(column("13/04/2020", "03/04/2020"), FormatKind.DATE)
    assert meant.wrong.tolist() == [False, True]
    assert messages(meant)[-1] == (
        "in the form 99/99/9999, which may be day/month or month/day (set --date-order dmy or mdy)"
    )


@pytest.mark.parametrize("text", ["31/02/2020", "13/13/2020", "2020-02-30", "31FEB2020"])
def test_a_day_that_no_calendar_has_is_called_so(text: str) -> None:
    meant = typed(column(text, "15/03/2020", "16/03/2020"), FormatKind.DATE)
    assert meant.wrong.tolist() == [True, False, False]
    assert [each.message for each in meant.doubts] == ["with a date that does not exist"]
    for order in ("dmy", "mdy"):
        (doubt, *_) = typed(column(text), FormatKind.DATE, date_order=order).doubts
        assert doubt.message == "with a date that does not exist"


def test_two_orders_in_one_column_are_not_read() -> None:
    meant = typed(column("13/04/2020", "04/13/2020"), FormatKind.DATE)
    assert meant.wrong.all()
    assert "some day/month and some month/day" in messages(meant)[-1]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("31JAN20", "with a two-digit year"),
        ("31/01/20", "with a two-digit year"),
        ("31-Jan-20", "with a two-digit year"),
        ("2020-01", "with an incomplete date"),
        ("2020---31", "with an incomplete date"),
        ("UN-JAN-2020", "with an incomplete date"),
        ("2023-10-NK", "with an incomplete date"),
        ("UNK-UNK-2020", "with an incomplete date"),
    ],
)
def test_why_a_text_is_not_a_date(text: str, reason: str) -> None:
    meant = typed(column(text), FormatKind.DATE)
    assert meant.wrong.all()
    (message,) = messages(meant)
    assert message.startswith(reason)


# Datetimes and times

DATETIMES = {
    "2020-01-31T08:30:00": [],
    "2020-01-31 08:30": [],
    "31JAN2020:08:30:00": ["in the form 31JAN2020"],
    "31JAN2020 08:30:00": ["in the form 31JAN2020"],
    "20200131T083000": ["in the form 20200131T083000"],
    "2020-01-31T08:30:00Z": ["with a time zone (Z); the time is kept as written, the zone is dropped"],
    "2020-01-31T08:30:00+02:00": [
        "with a time zone (+02:00); the time is kept as written, the zone is dropped"
    ],
    "2020-01-31T08:30:00.000-0500": [
        "with a time zone (-0500); the time is kept as written, the zone is dropped"
    ],
    "2020-01-31 08:30:00 UTC": ["with a time zone (UTC); the time is kept as written, the zone is dropped"],
    "2020-01-31T08:30:00.0000001": ["with more than 6 decimals of a second, cut to microseconds"],
    "1/31/2020 8:30 AM": ["in the form 99/99/9999 08:30 PM, read as month/day"],
    "31.01.2020 08:30": ["in the form 99.99.9999, read as day/month"],
}


@pytest.mark.parametrize("text", DATETIMES)
def test_a_datetime_in_every_form(text: str) -> None:
    meant = typed(column(text), FormatKind.DATETIME)
    assert meant.values[0] == HALF_PAST_EIGHT
    assert meant.values.dtype == "datetime64[us]"
    assert messages(meant) == DATETIMES[text]


@pytest.mark.parametrize("zone", ["+14:00", "-12:00", "+0530", "+05:45", "-03:30", "+01"])
def test_real_time_zones_are_zones(zone: str) -> None:
    assert not typed(column(f"2020-01-31T08:30:00{zone}"), FormatKind.DATETIME).wrong.any()


@pytest.mark.parametrize("zone", ["+15:00", "-13:00", "+99:99", "-09:45:00", "+05:15"])
def test_other_offsets_are_not_zones(zone: str) -> None:
    assert typed(column(f"2020-01-31T08:30:00{zone}"), FormatKind.DATETIME).wrong.all()


def test_dates_in_a_datetime_variable_are_midnights_and_said_so() -> None:
    meant = typed(column("2020-01-31", "2020-01-31T08:30:00"), FormatKind.DATETIME)
    assert meant.values.tolist() == [datetime(2020, 1, 31), datetime(2020, 1, 31, 8, 30)]
    assert messages(meant) == ["without a time, read as 00:00:00"]
    assert meant.remarks[0].where.tolist() == [True, False]


def test_times_of_day_make_datetimes_of_a_date_variable() -> None:
    meant = typed(column("2020-01-31T08:30:00", "2020-02-01"), FormatKind.DATE)
    assert meant.kind is FormatKind.DATETIME
    assert meant.values.tolist() == [datetime(2020, 1, 31, 8, 30), datetime(2020, 2, 1)]
    assert [each.where.tolist() for each in meant.remarks] == [[True, False], [False, True]]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("08:30", 30600),
        ("8:30:15", 30615),
        ("08:30:15.25", 30615.25),
        ("08:30:15,5", 30615.5),
        ("T08:30:15", 30615),
        ("08:30:15Z", 30615),
        ("08:30:15 PM", 73815),
        ("12:00 am", 0),
        ("12:00 PM", 43200),
        ("0 days 08:30:15", 30615),
    ],
)
def test_a_time_in_every_form(text: str, seconds: float) -> None:
    assert typed(column(text), FormatKind.TIME).values.tolist() == [seconds]


@pytest.mark.parametrize(
    "text",
    [
        *("13:00 PM", "0:30 AM", "24:00", "08:61", "8.30", "08:30:15:00"),
        *("08:30-09:45", "10:00-17", "08:30-09:00"),
    ],
)
def test_what_no_clock_shows_is_not_a_time(text: str) -> None:
    assert typed(column(text), FormatKind.TIME).wrong.all()


# The same in every format


def in_csv(folder: Path, name: str, text: str) -> ag.Dataset:
    (folder / "adx.csv").write_text(f"USUBJID,{name}\n1,{text}\n")
    return ag.read(folder / "adx.csv")["ADX"]


def in_json(folder: Path, name: str, text: str) -> ag.Dataset:
    kind = {"DTM": "datetime", "ADT": "date", "ATM": "time"}[name[-3:]]
    document = {
        "datasetJSONCreationDateTime": "2024-01-01T00:00:00",
        "datasetJSONVersion": "1.1.0",
        "itemGroupOID": "IG.ADX",
        "name": "ADX",
        "label": "",
        "records": 1,
        "columns": [
            {"itemOID": "A", "name": name, "label": "", "dataType": kind, "targetDataType": "integer"}
        ],
        "rows": [[text]],
    }
    (folder / "adx.json").write_bytes(orjson.dumps(document))
    return ag.read(folder / "adx.json")["ADX"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        *(("ADT", text) for text in DATES),
        *(("ADTM", text) for text in DATETIMES if "," not in text),
        ("ADTM", "2020-01-31"),
        ("ADT", "2020-01-31T08:30:00"),
        ("ADT", "03/04/2020"),
        ("ATM", "12:30"),
    ],
)
def test_csv_and_dataset_json_agree(tmp_path: Path, name: str, text: str) -> None:
    quoted = f'"{text}"'
    from_csv, from_json = in_csv(tmp_path, name, quoted), in_json(tmp_path, name, text)
    assert from_csv[name].dtype == from_json[name].dtype
    assert from_csv[name].astype(object).tolist() == from_json[name].astype(object).tolist()
    said = [
        [note.message.split("kept as character: ")[-1] for note in each.notes]
        for each in (from_csv, from_json)
    ]
    assert said[0] == said[1]


IN_ZONE, AS_WRITTEN = "read as the time in that zone, which is", "the time is kept as written, the zone is"


@pytest.mark.parametrize(
    ("name", "stored", "text"),
    [
        ("ADT", pa.array([datetime(2020, 1, 31)], pa.timestamp("us")), "2020-01-31 00:00:00"),
        ("ADT", pa.array([datetime(2020, 1, 31, 8, 30)], pa.timestamp("us")), "2020-01-31 08:30:00"),
        ("ADTM", pa.array([date(2020, 1, 31)]), "2020-01-31"),
        ("ADTM", pa.array([datetime(2020, 1, 31, 8, 30)], pa.timestamp("us", "UTC")), "2020-01-31T08:30:00Z"),
        ("ADTM", pa.array([1580459400000000001], pa.timestamp("ns")), "2020-01-31T08:30:00.000000001"),
        ("ATM", pa.array([30600], pa.time32("s")), "08:30:00"),
    ],
)
def test_csv_and_parquet_agree(tmp_path: Path, name: str, stored: pa.Array, text: str) -> None:
    pq.write_table(pa.table({name: stored}), tmp_path / "adx.parquet")
    from_parquet, from_csv = ag.read(tmp_path / "adx.parquet")["ADX"], in_csv(tmp_path, name, text)
    assert from_parquet[name].dtype == from_csv[name].dtype
    assert from_parquet[name].tolist() == from_csv[name].tolist()
    said = [
        {
            note.message.replace("(UTC); " + IN_ZONE, "(Z); " + AS_WRITTEN)
            for note in each.notes
            if "00:00:00, read as dates" not in note.message
        }
        for each in (from_csv, from_parquet)
    ]
    assert said[0] == said[1]


def test_how_many_values_of_which_variables_have_a_form(tmp_path: Path) -> None:
    lines = "".join(f"{i},31JAN2020,01FEB2020,{i}\n" for i in range(20))
    (tmp_path / "adae.csv").write_text("USUBJID,ASTDT,AENDT,AESEQ\n" + lines)
    (note,) = ag.read(tmp_path)["ADAE"].notes
    assert str(note) == "ADAE: ASTDT, AENDT: 40 values in the form 31JAN2020"


def test_the_form_of_a_value_is_shown_and_not_the_value(tmp_path: Path) -> None:
    (tmp_path / "adtte.csv").write_text("USUBJID,ADT\n1,Smith 1961\n")
    (note,) = ag.read(tmp_path)["ADTTE"].notes
    assert "in the form AAAAA 9999, not a date" in note.message
    assert "Smith" not in str(note)


# Numbers

NUMBERS = {
    ("12,5", "7,25"): ([12.5, 7.25], ["with a decimal comma"]),
    ("0,125", "3"): ([0.125, 3], ["with a decimal comma"]),
    ("12,5", "1,234"): ([12.5, 1.234], ["with a decimal comma"]),
    ("1,234.5", "1,234"): ([1234.5, 1234], ["with commas as thousands separators"]),
    ("1,234,567", "12"): ([1234567, 12], ["with commas as thousands separators"]),
    ("1.234.567", "2,5"): (
        [1234567, 2.5],
        ["with a decimal comma", "with points as thousands separators"],
    ),
    ("1.234.567", "2"): ([1234567, 2], ["with points as thousands separators"]),
    ("1.234,5", "2"): (
        [1234.5, 2],
        ["with a decimal comma", "with points as thousands separators"],
    ),
    ("1\u00a0234,5", "2"): (
        [1234.5, 2],
        ["with a decimal comma", "with no-break spaces as thousands separators"],
    ),
    ("1\u202f234", "2"): ([1234, 2], ["with no-break spaces as thousands separators"]),
    ("12.5\u00a0", "2"): ([12.5, 2], ["with leading or trailing no-break spaces"]),
}


@pytest.mark.parametrize("texts", NUMBERS)
def test_numbers_of_spreadsheets_are_read_where_certain(texts: tuple[str, ...]) -> None:
    values, said = NUMBERS[texts]
    written = read_numbers(column(*texts))
    assert written.values.tolist() == values
    assert [each.message for each in written.remarks] == said
    assert written.doubts == ()


@pytest.mark.parametrize(
    ("texts", "decimal", "expected"),
    [
        (("1,234", "2"), None, [None, 2]),
        (("1,234", "2"), ",", [1.234, 2]),
        (("1,234", "2"), ".", [1234, 2]),
        (("12,5", "1.5"), None, [None, 1.5]),
        (("12,5", "1.5"), ",", [12.5, None]),
        (("12,5", "1.5"), ".", [None, 1.5]),
        (("1.234", "2"), ",", [None, 2]),
        (("1.234,5",), ",", [1234.5]),
        (("1.234,5",), ".", [None]),
        (("1,23,456",), None, [None]),
        (("0,123,456",), ".", [None]),
        (("1e400", "1e-400"), None, [None, None]),
    ],
)
def test_a_comma_is_never_guessed(texts: tuple[str, ...], decimal: str | None, expected: list[float]) -> None:
    written = read_numbers(column(*texts), decimal)
    assert [
        value if fits else None for value, fits in zip(written.values, written.fits, strict=True)
    ] == expected


def test_the_option_that_settles_a_comma_is_named(tmp_path: Path) -> None:
    (tmp_path / "adtte.csv").write_text("USUBJID;AVAL\n1;1,234\n2;5,678\n")
    (note,) = ag.read(tmp_path)["ADTTE"].notes
    assert note.message == (
        "numeric by its ADaM name, kept as character: 2 values in the form 9,999, with a decimal comma or a "
        'thousands separator (set --decimal "," or --decimal ".")'
    )
    assert ag.read(tmp_path, decimal=",")["ADTTE"]["AVAL"].tolist() == [1.234, 5.678]
    assert ag.read(tmp_path, decimal=".")["ADTTE"]["AVAL"].tolist() == [1234, 5678]


# What must always hold

SECONDS = st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31, 23, 59, 59))


@given(SECONDS, st.sampled_from(["%Y-%m-%dT%H:%M:%S.%f", "%d%b%Y:%H:%M:%S.%f", "%Y/%m/%d %I:%M:%S.%f %p"]))
def test_any_datetime_comes_back(stamp: datetime, form: str) -> None:
    text = stamp.strftime(form) if stamp.year > 999 else stamp.isoformat(timespec="microseconds")
    written, kind = read_stamps(column(text), FormatKind.DATETIME)
    assert (written.values[0], kind) == (np.datetime64(stamp, "us"), FormatKind.DATETIME)


@given(st.dates(date(1000, 1, 1)), st.sampled_from(["%d/%m/%Y", "%m/%d/%Y"]))
def test_no_date_is_read_as_another(day: date, form: str) -> None:
    written, _ = read_stamps(column(day.strftime(form)), FormatKind.DATE)
    exchanged = day.day <= 12 and day.day != day.month
    assert written.fits.tolist() == [not exchanged]
    if not exchanged:
        assert written.values[0] == np.datetime64(day, "s")


@given(st.floats(allow_nan=False, allow_infinity=False), st.sampled_from([",", "."]))
def test_any_number_comes_back(value: float, decimal: str) -> None:
    text = repr(value).replace(".", decimal)
    written = read_numbers(column(text), decimal)
    assert written.values.tolist() == [value]


@given(st.text("0123456789.,-+eE\u00a0 ", max_size=10))
def test_without_a_comma_or_a_blank_a_number_is_what_python_reads(text: str) -> None:
    written = read_numbers(column(text))
    if written.fits[0] and not set(text) & set(",\u00a0"):
        assert written.values[0] == float(text)


@given(st.timedeltas(timedelta(0), timedelta(days=1) - timedelta(microseconds=1)))
def test_any_time_comes_back(time: timedelta) -> None:
    text = str((datetime(2000, 1, 1) + time).time())
    assert typed(column(text), FormatKind.TIME).values.tolist() == [
        pytest.approx(time.total_seconds(), abs=1e-6)
    ]
