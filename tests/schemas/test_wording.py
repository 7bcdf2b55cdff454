"""Misspelt names and texts from outside."""

import pytest

from adamgate.schemas.wording import did_you_mean, nearest, one_line


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
