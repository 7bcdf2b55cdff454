"""Partial dates: what a text allows, three-valued comparison, and imputation."""

import locale
import pickle

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adamgate.schemas.errors import ConfigurationError
from adamgate.schemas.study.columns import Distinct
from adamgate.schemas.study.dataset import Dataset
from adamgate.schemas.study.date_parts import DatePrecision
from adamgate.schemas.study.date_texts import _ISO, _read, read_texts
from adamgate.schemas.study.partial_dates import ImputationNotNamed, PartialDates


def dates_of(*texts, forms=()):
    frame = pd.DataFrame({"X": np.array([*texts, "ANY"], dtype=object)})
    return PartialDates.of(Dataset.from_frame(frame, "AE"), "X", forms)[: len(texts)]


def day(text):
    if text in (None, "-inf", "inf"):
        return np.nan if text is None else float(text)
    return float(np.datetime64(text, "D").astype(int))


def written(days):
    return [None if np.isnan(each) else str(np.datetime64(int(each), "D")) for each in days]


class TestWhatATextAllows:
    @pytest.mark.parametrize(
        ("text", "precision", "lower", "upper"),
        [
            ("2020-03-05", "DAY", "2020-03-05", "2020-03-05"),
            ("2020-03-05T14", "HOUR", "2020-03-05", "2020-03-05"),
            ("2020-03-05T14:30", "MINUTE", "2020-03-05", "2020-03-05"),
            ("2020-03-05T14:30:59", "SECOND", "2020-03-05", "2020-03-05"),
            ("2020-03-05T14:30:59.123", "SECOND", "2020-03-05", "2020-03-05"),
            ("2020-03-05T23:59:60", "SECOND", "2020-03-05", "2020-03-05"),
            ("2020-03-05T14:00Z", "MINUTE", "2020-03-05", "2020-03-05"),
            ("2020-03-05T23:00-05:00", "MINUTE", "2020-03-05", "2020-03-05"),
            ("2020-03-05T24:00", "MINUTE", "2020-03-05", "2020-03-05"),
            ("2020-03-05T-:15", "DAY", "2020-03-05", "2020-03-05"),
            (" 2020-03-05 ", "DAY", "2020-03-05", "2020-03-05"),
            ("2020-03", "MONTH", "2020-03-01", "2020-03-31"),
            ("2020-02", "MONTH", "2020-02-01", "2020-02-29"),
            ("1900-02", "MONTH", "1900-02-01", "1900-02-28"),
            ("2020-12--T10:00", "MONTH", "2020-12-01", "2020-12-31"),
            ("2020", "YEAR", "2020-01-01", "2020-12-31"),
            ("2020---15", "YEAR", "2020-01-15", "2020-12-15"),
            ("2021---31", "YEAR", "2021-01-31", "2021-12-31"),
            ("--03-05", "NONE", "-inf", "inf"),
            ("--02-29", "NONE", "-inf", "inf"),
            ("--03", "NONE", "-inf", "inf"),
            ("-", "NONE", "-inf", "inf"),
            ("0001-01-01", "DAY", "0001-01-01", "0001-01-01"),
            ("9999-12", "MONTH", "9999-12-01", "9999-12-31"),
            ("", "MISSING", None, None),
            (None, "MISSING", None, None),
            ("   ", "MISSING", None, None),
        ],
    )
    def test_what_is_read(self, text, precision, lower, upper):
        dates = dates_of(text)
        assert DatePrecision(dates.precision[0]).name == precision
        np.testing.assert_array_equal([dates.lower[0], dates.upper[0]], [day(lower), day(upper)])

    @pytest.mark.parametrize(
        "text",
        [
            *("2020-02-30", "2021-02-29", "2020-13", "2020-00-00", "2020-00", "2020-03-00", "2020---32"),
            *("--02-30", "--13-01", "0000-01-01", "12020-01-01", "20200305", "20-03-05", "2020-3-5"),
            *("2020-03-05/2020-03-07", "P1D", "2020-W10", "2020-065", "2020-UN-UN", "UNKNOWN", "05MAR2020"),
            *(
                "2020-03-05t14:00",
                "2020-03-05 14:00",
                "2020-03-05T25:00",
                "2020-03-05T24:01",
                "2020-03-05T14:60",
            ),
            *("2020-03-05T14:00:61", "2020-03-05T", "2020-03-05T14:00+15:00", "2020-03-05\0", "2020-03\0"),
            *("\uff12\uff10\uff12\uff10-03-05", "2020-03-05\n", "2" * 1000, "2020\u221203\u221205"),
        ],
    )
    def test_what_is_not_a_date(self, text):
        dates = dates_of("2020", text)
        assert dates.unreadable.tolist() == [False, True]
        assert np.isnan([dates.lower[1], dates.upper[1]]).all()
        assert dates.unreadable_records().tolist() == [1]

    def test_each_date_is_of_one_kind(self):
        dates = dates_of("2020-03-05", "2020-03-05T14", "2020-03", "--03-05", "", "?")
        kinds = np.array([dates.complete, dates.partial, dates.missing, dates.unreadable])
        assert (kinds.sum(axis=0) == 1).all()
        assert kinds.sum(axis=1).tolist() == [2, 2, 1, 1]

    def test_numbers_are_complete_or_missing(self):
        frame = pd.DataFrame({"ADT": pd.to_datetime(["2024-01-15T00:00", None, "2024-01-15T10:00"])})
        dates = PartialDates.of(Dataset.from_frame(frame, "AE"), "ADT")
        assert written(dates.days()) == ["2024-01-15", None, "2024-01-15"]
        assert dates.complete.tolist() == [True, False, True]

    def test_a_number_beyond_all_years(self):
        assert PartialDates.on(np.array([1e9, -1e9, np.inf])).unreadable.all()

    @pytest.mark.parametrize("storage", ["object", "category", "string[pyarrow]", "string[python]"])
    def test_however_texts_are_stored(self, storage):
        texts = pd.Series(["2020-03", None, "2020-03-05", " ", "2020-03 ", "?"], dtype=storage)
        dates = PartialDates.of(Dataset.from_frame(pd.DataFrame({"X": texts}), "AE"), "X")
        assert dates.partial.tolist() == [True, False, False, False, True, False]
        assert dates.missing.tolist() == [False, True, False, True, False, False]

    def test_what_is_kept_cannot_be_written_to(self):
        dates = dates_of("2020-03-05")
        with pytest.raises(ValueError, match="read-only"):
            dates.days()[0] = 0
        dates.imputed("first").days[0] = 0
        assert written(dates.days()) == ["2020-03-05"]

    def test_no_records(self):
        frame = pd.DataFrame({"X": np.array([], dtype=object)})
        dates = PartialDates.of(Dataset.from_frame(frame, "AE"), "X")
        assert len(dates) == len(dates.lower) == len(dates.imputed("first").flag) == 0


class TestDeclaredForms:
    @pytest.mark.parametrize(
        ("text", "form", "lower", "upper"),
        [
            ("05-MAR-2020", "DD-MMM-YYYY", "2020-03-05", "2020-03-05"),
            ("5-mar-2020", "DD-MMM-YYYY", "2020-03-05", "2020-03-05"),
            ("05-MAR-2020 14:30", "DD-MMM-YYYY", "2020-03-05", "2020-03-05"),
            ("05-MAR-2020T14:UN", "DD-MMM-YYYY", "2020-03-05", "2020-03-05"),
            ("UN-MAR-2020", "DD-MMM-YYYY", "2020-03-01", "2020-03-31"),
            ("un-unk-2020", "DD-MMM-YYYY", "2020-01-01", "2020-12-31"),
            ("XX/XX/2020", "DD/MM/YYYY", "2020-01-01", "2020-12-31"),
            ("15-UNK-2020", "DD-MMM-YYYY", "2020-01-15", "2020-12-15"),
            ("UN-UNK-UNKN", "DD-MMM-YYYY", "-inf", "inf"),
            ("-- --- 2020", "DD MMM YYYY", "2020-01-01", "2020-12-31"),
            ("05MAR2020", "DDMMMYYYY", "2020-03-05", "2020-03-05"),
            ("03/05/2020", "MM/DD/YYYY", "2020-03-05", "2020-03-05"),
            ("MAR 2020", "MMM YYYY", "2020-03-01", "2020-03-31"),
            ("2020-UN-UN", "YYYY-MM-DD", "2020-01-01", "2020-12-31"),
            ("2020-05-03", "YYYY-DD-MM", "2020-03-05", "2020-03-05"),
            ("2020-03", "DD-MMM-YYYY", "2020-03-01", "2020-03-31"),
        ],
    )
    def test_what_is_read(self, text, form, lower, upper):
        dates = dates_of(text, forms=(form,))
        np.testing.assert_array_equal([dates.lower[0], dates.upper[0]], [day(lower), day(upper)])

    @pytest.mark.parametrize(
        ("text", "form"),
        [
            *(("31-FEB-2020", "DD-MMM-YYYY"), ("05-MÄR-2020", "DD-MMM-YYYY"), ("05-MAI-2020", "DD-MMM-YYYY")),
            *(("2020-13-05", "YYYY-MM-DD"), ("2020-05-13", "YYYY-DD-MM"), ("05.03.2020", "DD/MM/YYYY")),
            *(("5MAR2020", "DDMMMYYYY"), ("ND-MAR-2020", "DD-MMM-YYYY")),
        ],
    )
    def test_what_is_not(self, text, form):
        assert dates_of(text, forms=(form,)).unreadable.all()

    @pytest.mark.parametrize(
        "form", ["", "DD-MMM", "DD-MMM-YY", "YYYY-YYYY", "MM-MMM-YYYY", "DD*MM*YYYY", "DD-MM-YYYY-", "%d%m%Y"]
    )
    def test_what_is_not_a_form(self, form):
        with pytest.raises(ConfigurationError, match="is not a date form"):
            dates_of("2020", forms=(form,))

    @pytest.mark.parametrize("forms", [("DD/MM/YYYY", "MM/DD/YYYY"), ("YYYYMMDD", "DDMMYYYY")])
    def test_forms_that_fit_the_same_texts(self, forms):
        with pytest.raises(ConfigurationError, match="fit the same texts"):
            dates_of("2020", forms=forms)

    def test_several_forms(self):
        forms = ("DD-MMM-YYYY", "MM/YYYY", "DD-MM-YYYY")
        dates = dates_of("05-MAR-2020", "03/2020", "05-03-2020", "2020-03-05", forms=forms)
        assert written(dates.lower) == ["2020-03-05", "2020-03-01", "2020-03-05", "2020-03-05"]

    def test_months_are_english_under_any_locale(self):
        before = locale.setlocale(locale.LC_ALL)
        names = [each for each in ("de_DE.UTF-8", "fr_FR.UTF-8", "tr_TR.UTF-8", "C") if _sets(each)]
        try:
            for name in names:
                locale.setlocale(locale.LC_ALL, name)
                assert dates_of("05-may-2020", "05-DEC-2020", forms=("DD-MMM-YYYY",)).complete.all()
                assert dates_of("05-mai-2020", forms=("DD-MMM-YYYY",)).unreadable.all()
        finally:
            locale.setlocale(locale.LC_ALL, before)


def _sets(name):
    before = locale.setlocale(locale.LC_ALL)
    try:
        locale.setlocale(locale.LC_ALL, name)
    except locale.Error:
        return False
    locale.setlocale(locale.LC_ALL, before)
    return True


class TestArithmeticIsRefused:
    @pytest.mark.parametrize(
        "operation",
        [
            *(lambda dates: dates - 1, lambda dates: 1 - dates, lambda dates: dates + np.ones(1)),
            *(lambda dates: np.ones(1) - dates, lambda dates: dates - dates, lambda dates: -dates),
            *(lambda dates: dates * 2, np.asarray, lambda dates: dates / 30.4375),
        ],
    )
    @pytest.mark.parametrize("text", ["2020", "2020-03-05"])
    def test_of_any_date(self, operation, text):
        with pytest.raises(ImputationNotNamed, match=r"name an imputation: dates.imputed\('first'\)"):
            operation(dates_of(text))

    def test_days_where_some_are_partial(self):
        with pytest.raises(ImputationNotNamed, match="2 dates are partial"):
            dates_of("2020", "2020-03", "2020-03-05", "").days()
        assert written(dates_of("2020-03-05", "", "?").days()) == ["2020-03-05", None, None]


class TestImputation:
    @pytest.mark.parametrize(
        ("text", "first", "last", "mid", "flag"),
        [
            ("2020-02", "2020-02-01", "2020-02-29", "2020-02-15", "D"),
            ("2020", "2020-01-01", "2020-12-31", "2020-06-30", "M"),
            ("2020---15", "2020-01-15", "2020-12-15", "2020-06-15", "M"),
            ("2020---31", "2020-01-31", "2020-12-31", "2020-07-31", "M"),
            ("2020-03-05", "2020-03-05", "2020-03-05", "2020-03-05", ""),
            ("2020-03-05T14", "2020-03-05", "2020-03-05", "2020-03-05", ""),
            ("--03-05", None, None, None, ""),
            ("", None, None, None, ""),
            ("?", None, None, None, ""),
        ],
    )
    def test_by_hand(self, text, first, last, mid, flag):
        for method, expected in (("first", first), ("last", last), ("mid", mid)):
            found = dates_of(text).imputed(method, up_to="year")
            assert (written(found.days), found.flag.tolist(), found.moved.any()) == (
                [expected],
                [flag],
                False,
            )

    def test_no_more_than_allowed(self):
        dates = dates_of("2020-03", "2020", "2020---15", "--03-05", "2020-03-05", "")
        found = dates.imputed("last")
        assert found.flag.tolist() == ["D", "", "", "", "", ""]
        assert found.not_imputed.tolist() == [False, True, True, True, False, False]
        assert dates.imputed("last", up_to="month").flag.tolist() == ["D", "M", "M", "", "", ""]

    @pytest.mark.parametrize(
        ("text", "method", "not_before", "not_after", "expected"),
        [
            ("2020-03", "first", ["2020-03-10"], [], "2020-03-10"),
            ("2020-03", "first", ["2020-03-10", "2020-03-12"], [], "2020-03-12"),
            ("2020-03", "first", ["2020-03-10", "2020-04-12", None], [], "2020-03-10"),
            ("2020-03", "first", ["2020-02-10"], [], "2020-03-01"),
            ("2020-03", "first", ["2020-04-01"], [], "2020-03-01"),
            ("2020-03", "mid", ["2020-03-10"], [], "2020-03-15"),
            ("2020-03", "last", [], ["2020-03-20", "2020-03-18", "2020-02-01"], "2020-03-18"),
            ("2020-03", "first", ["2020-03-20"], ["2020-03-10"], "2020-03-10"),
            ("2020-03-05", "first", ["2020-03-10"], ["2020-03-01"], "2020-03-05"),
            ("2020---15", "first", ["2020-03-20"], [], "2020-04-15"),
            ("2020---15", "first", ["2020-03-15"], [], "2020-03-15"),
            ("2020---31", "last", [], ["2020-07-30"], "2020-05-31"),
            ("--03-05", "first", ["2020-03-06"], [], "2021-03-05"),
            ("--03-05", "last", [], ["2020-03-04"], "2019-03-05"),
            ("--03-05", "last", ["2020-03-04"], [], None),
            ("--02-29", "first", ["1896-03-01"], [], "1904-02-29"),
            ("--03", "first", ["2020-03-10"], [], "2020-03-10"),
            ("--03", "first", ["2020-04-10"], [], "2021-03-01"),
            ("--03", "last", [], ["2020-02-10"], "2019-03-31"),
            ("----15", "first", ["2020-02-16"], [], "2020-03-15"),
            ("-", "first", ["2020-02-16"], [], "2020-02-16"),
            ("", "first", ["2020-02-16"], [], None),
        ],
    )
    def test_bounds(self, text, method, not_before, not_after, expected):
        low, high = ([np.array([day(each)]) for each in given] for given in (not_before, not_after))
        dates = dates_of(text)
        found = dates.imputed(method, up_to="year", not_before=low, not_after=high)
        assert written(found.days) == [expected]
        plain = written(dates.imputed(method, up_to="year").days)
        assert found.moved.tolist() == [expected is not None and plain != [expected]]

    def test_a_bound_alone(self):
        dates = dates_of("2020-03", "2020-04")
        low = np.array([day("2020-03-10"), day("2020-04-11")])
        for bound in (low, (low,), [low]):
            assert written(dates.imputed("first", not_before=bound).days) == ["2020-03-10", "2020-04-11"]
        assert written(dates.imputed("last", not_after=day("2020-04-11")).days) == [
            "2020-03-31",
            "2020-04-11",
        ]

    def test_bounds_of_other_records(self):
        with pytest.raises(ValueError, match="do not go with 2 dates"):
            dates_of("2020-03", "2020-04").imputed("first", not_before=np.zeros(3))

    @pytest.mark.parametrize("bound", [np.array(["2020-03-10"], "datetime64[s]"), "2020", None])
    def test_what_is_not_a_number_of_days(self, bound):
        dates = dates_of("2020-03")
        with pytest.raises(TypeError, match="days since 1970-01-01"):
            dates.imputed("first", not_before=bound)
        with pytest.raises(TypeError, match="days since 1970-01-01"):
            _ = dates < bound

    @pytest.mark.parametrize(("method", "up_to"), [("frist", "day"), ("first", "D")])
    def test_what_is_not_an_imputation(self, method, up_to):
        with pytest.raises(ConfigurationError):
            dates_of("2020").imputed(method, up_to=up_to)


KINDS = (
    "2020-02-28",
    "2020-02",
    "2020---28",
    "2020---31",
    "2020",
    "--02-29",
    "--02-28",
    "--02",
    "----30",
    "-",
    "",
    "?",
)
TEXTS = st.one_of(
    st.sampled_from(KINDS),
    st.dates().map(str),
    st.dates().map(lambda each: str(each)[:7]),
    st.dates().map(lambda each: str(each)[:4]),
    st.dates().map(lambda each: f"{str(each)[:4]}---{each.day:02}"),
)
TIMED = st.from_regex(r"\A(19|20)\d\d-[01]\d-[0-3]\d(T[012]\d:[0-6]\d(:[0-6]\d)?)?\Z")


def allowed(text, years=range(2018, 2026)):
    """Every day that a text allows, by trying each of some years."""
    first, last = np.datetime64(f"{years[0]}-01-01"), np.datetime64(f"{years[-1]}-12-31")
    every = np.arange(first, last + 1)
    year, month, day_ = _parts(text)
    texts = every.astype(str)
    keep = [
        (not year or each[:4] == year)
        and (not month or each[5:7] == month)
        and (not day_ or each[8:] == day_)
        for each in texts
    ]
    return every[keep].astype(float)


def _parts(text):
    """Year, month and day of an ISO 8601 text; "" where a hyphen or nothing."""
    found, rest = [], text
    for width in (4, 2, 2):
        if rest.startswith("-") or not rest:
            found.append("")
            rest = rest[2:]
        else:
            found.append(rest[:width])
            rest = rest[width + 1 :]
    return found


SMALL = st.sampled_from(
    (
        "2020-02",
        "2020-02-10",
        "2020",
        "2020---15",
        "2020---30",
        "2021---31",
        "2021-01",
        "2020-03-01",
        "2020-12-31",
    )
)


class TestWhatAlwaysHolds:
    @given(st.lists(st.dates(), min_size=1))
    def test_complete_dates_come_back(self, given_dates):
        assert written(dates_of(*map(str, given_dates)).days()) == [*map(str, given_dates)]

    @given(st.lists(TIMED | TEXTS, min_size=1))
    def test_reading_many_at_once_is_reading_each(self, texts):
        held = np.array(texts, dtype=object)
        parts = read_texts(Distinct(held, np.arange(len(texts))))
        alone = [
            read_texts(Distinct(np.array([f"{each} "], dtype=object), np.zeros(1, int))) for each in texts
        ]
        assert parts.precision.tolist() == [int(each.precision[0]) for each in alone]
        by_grammar = [_read(each, (_ISO,)) for each in texts]
        readable = parts.precision >= 0
        columns = np.array([parts.year, parts.month, parts.day, parts.precision])
        assert (columns.T[readable] == np.array(by_grammar)[readable]).all()

    @given(
        st.lists(TEXTS, min_size=1),
        st.sampled_from(("first", "last", "mid")),
        st.sampled_from(("day", "month", "year")),
        st.lists(st.dates().map(lambda each: day(str(each))), max_size=2),
        st.lists(st.dates().map(lambda each: day(str(each))), max_size=2),
    )
    def test_an_imputed_day_is_allowed(self, texts, method, up_to, low, high):
        dates = dates_of(*texts)
        found = dates.imputed(method, up_to=up_to, not_before=low, not_after=high)
        has = ~np.isnan(found.days)
        assert ((dates.lower <= found.days) & (found.days <= dates.upper))[has].all()
        imputed = np.flatnonzero(found.imputed)
        for each in imputed:
            assert not (dates[[each]] == found.days[each]).false.any()
        assert (found.imputed | found.not_imputed).tolist() == dates.partial.tolist()
        assert not (found.moved & ~found.imputed).any()
        lacks = np.array(["", "D", "M", "Y"])[np.clip(DatePrecision.DAY - dates.precision, 0, 3)]
        assert (found.flag[imputed] == lacks[imputed]).all()
        assert (found.flag[~found.imputed] == "").all()

    @given(SMALL, SMALL, st.sampled_from(("__lt__", "__le__", "__gt__", "__ge__", "__eq__", "__ne__")))
    def test_comparison_is_that_of_all_days(self, one, other, operator):
        truth = getattr(dates_of(one), operator)(dates_of(other))
        pairs = getattr(allowed(one)[:, None], operator)(allowed(other)[None, :])
        assert (truth.true[0], truth.false[0]) == (pairs.all(), not pairs.any())

    @pytest.mark.slow
    @given(SMALL | st.just("--03-05") | st.just("--02"), st.integers(18200, 18800))
    def test_comparison_with_days_is_that_of_all_days(self, text, at):
        for operator in ("__lt__", "__le__", "__gt__", "__ge__", "__eq__", "__ne__"):
            mine = allowed(text)
            for truth in (getattr(dates_of(text), operator)(float(at)),):
                holds = getattr(mine, operator)(float(at))
                assert (truth.true[0], truth.false[0]) == (holds.all(), not holds.any())

    @given(st.lists(TEXTS, min_size=1), st.randoms(use_true_random=False))
    def test_the_order_of_records_does_not_matter(self, texts, random):
        order = np.array(random.sample(range(len(texts)), len(texts)))
        one, other = dates_of(*texts), dates_of(*[texts[each] for each in order])
        for method in ("first", "last", "mid"):
            mine, theirs = one.imputed(method, up_to="month"), other.imputed(method, up_to="month")
            np.testing.assert_array_equal(mine.days[order], theirs.days)
            assert (mine.flag[order] == theirs.flag).all()
        np.testing.assert_array_equal(one.precision[order], other.precision)

    @given(st.lists(TEXTS, min_size=1))
    def test_what_is_missing_or_unreadable_compares_as_unknown(self, texts):
        dates = dates_of(*texts)
        none = dates.missing | dates.unreadable
        for truth in (dates < dates, dates == dates, dates != 0.0, dates >= 0.0):
            assert truth.unknown[none].all()
            assert not (truth.true & truth.false).any()


def test_days_on_the_left():
    dates = dates_of("2020", "2021-03-05")
    at = np.full(2, day("2020-06-01"))
    assert (at < dates).true.tolist() == [False, True]
    assert (at == dates).false.tolist() == [False, True]
    assert (at < dates).unknown.tolist() == [True, False]


def test_a_comparison_has_no_single_truth():
    with pytest.raises(TypeError, match="no single truth"):
        bool(dates_of("2020") == 0.0)


def test_dates_of_other_records():
    with pytest.raises(ValueError, match="do not go with 2 dates"):
        _ = dates_of("2020", "2021") < dates_of("2020")


def test_pickled_and_shown_without_values():
    dates = dates_of("2020-03", "1234-05-06")
    assert dates.lower.shape == (2,)
    again = pickle.loads(pickle.dumps(dates))
    np.testing.assert_array_equal(again.upper, dates.upper)
    assert "partial     1" in repr(again)
    assert "1234" not in repr(again) + repr(again.imputed("first"))
