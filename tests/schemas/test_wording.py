"""Misspelt names and texts from outside."""

import pytest

from adamgate.schemas.wording import did_you_mean, nearest, one_line, percent, rounded


def test_nearest_ignores_case_and_puts_the_likeliest_first():
    assert nearest("trt01", ["AGE", "TRT01A", "TRT01P", "TRTP"])[0] in ("TRT01A", "TRT01P")
    assert nearest("SAFLF", ["SAFFL", "ITTFL"])[0] == "SAFFL"
    assert nearest("ZZZ", ["SAFFL"]) == ()


@pytest.mark.parametrize(
    ("name", "known", "advice"),
    [
        ("SAFLF", ["SAFFL", "AGE"], "did you mean SAFFL?"),
        ("ZZZ", ["SAFFL", "AGE"], "use one of SAFFL, AGE"),
        ("ZZZ", list("ABCDEFGHIJKLMNO"), "use one of A, B, C, D, E, F, G, H, I, J, K, L and 3 more"),
        ("ZZZ", [], "none is present"),
    ],
)
def test_advice(name, known, advice):
    assert did_you_mean(name, known) == advice


def test_one_line_is_printable_and_short():
    assert one_line("a\n  b\x1b[31m") == "a b\\x1b[31m"
    assert one_line("x" * 100) == "x" * 77 + "..."
    assert len(one_line("x" * 100, 40)) == 40


@pytest.mark.parametrize(
    ("value", "decimals", "shown"),
    [
        (6.25, 1, "6.3"),  # Python's "%.1f" has 6.2
        (100 * 1 / 80, 1, "1.3"),
        (100 * 23 / 160, 1, "14.4"),
        (0.15, 1, "0.2"),
        (-6.25, 1, "-6.3"),
        (6.2499999, 1, "6.2"),
        (1204.0, 1, "1,204.0"),
        (1e30, 0, f"{10**30:,}"),
    ],
)
def test_ties_are_rounded_away_from_zero_as_in_sas(value, decimals, shown):
    assert rounded(value, decimals) == shown


def test_each_percentage_of_a_count_is_that_of_whole_numbers():
    for of in range(1, 200):
        for count in range(of + 1):
            tenths = (2000 * count + of) // (2 * of)
            assert percent(count / of) == f"{tenths // 10}.{tenths % 10}%"
