"""Fixed sets of words: severities have an order, the others refuse one; none compares as text."""

import itertools
import operator
import pickle
import random
from enum import Enum

import pytest
from package_modules import modules_of_the_package

import adamgate as ag
from adamgate.schemas.word import Word

ORDERINGS = [operator.lt, operator.le, operator.gt, operator.ge]


def enums_of_the_package() -> list[type[Enum]]:
    """Every enum class that a module of the package defines."""
    found = {
        value
        for module in modules_of_the_package()
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, Enum) and value.__module__.startswith("adamgate.")
    }
    return sorted(found, key=lambda each: each.__qualname__)


ENUMS = enums_of_the_package()
WORDS = [each for each in ENUMS if issubclass(each, Word) and each is not Word]
UNORDERED = [each for each in WORDS if each is not ag.Severity]


def test_the_enums_of_the_package_are_found():
    assert {
        "Detail",
        "Grain",
        "FormatKind",
        "DatePart",
        "Severity",
        "Shape",
        "Standing",
        "Status",
        "Structure",
        "TimeUnit",
    } <= {each.__name__ for each in ENUMS}


@pytest.mark.parametrize("kind", ENUMS)
def test_an_enum_that_is_text_is_a_word(kind):
    """An enum of numbers compares as its numbers, a plain one not at all; one of text must not as text."""
    assert issubclass(kind, Word) or not issubclass(kind, str)


@pytest.mark.parametrize("kind", UNORDERED)
@pytest.mark.parametrize("compare", ORDERINGS)
def test_a_word_refuses_an_order(kind, compare):
    first, *_, last = kind
    for left, right in [
        (first, last),
        (first, first),
        (first, str(last)),
        (str(first), last),
        (first, ag.Severity.NOTE),
    ]:
        with pytest.raises(TypeError, match=r"has no order|is not a severity"):
            compare(left, right)
    with pytest.raises(TypeError, match=f"{kind.__name__} has no order"):
        sorted(kind, reverse=True)


@pytest.mark.parametrize("kind", WORDS)
def test_a_word_equals_its_text(kind):
    for word in kind:
        assert word == str(word.value)
        assert str(word.value) == word
        assert hash(word) == hash(str(word.value))
        assert pickle.loads(pickle.dumps(word)) is word
        assert {str(word.value): 1}[word] == 1


RANKED = [ag.Severity.NOTE, ag.Severity.WARNING, ag.Severity.ERROR]


@pytest.mark.parametrize("compare", ORDERINGS)
def test_severities_have_an_order(compare):
    for (low, one), (high, other) in itertools.product(enumerate(RANKED), repeat=2):
        expected = compare(low, high)
        assert compare(one, other) is expected
        assert compare(one, str(other)) is expected, "a plain word means its severity"
        assert compare(str(one), other) is expected


def test_severities_are_sorted_by_weight():
    mixed = RANKED * 3
    random.Random(1).shuffle(mixed)
    assert sorted(mixed)[::3] == RANKED
    assert max(mixed) is ag.Severity.ERROR
    assert min(mixed) is ag.Severity.NOTE


@pytest.mark.parametrize("other", ["fatal", "ERROR", "", None, 1, ag.Status.FAILED])
@pytest.mark.parametrize("compare", ORDERINGS)
def test_a_severity_is_compared_with_severities_only(compare, other):
    with pytest.raises(TypeError, match=r"is not a severity|has no order"):
        compare(ag.Severity.ERROR, other)


@pytest.mark.slow
def test_a_filter_by_severity_keeps_what_it_says(root):
    report = ag.validate(ag.read(root / "fixtures" / "cartitude1-broken"))
    kept = [each.severity for each in report.findings if each.severity >= ag.Severity.WARNING]
    assert (len(kept), kept.count("error")) == (10, 9)
