"""What identifies a subject is recognised wherever it stands, and ordinary words are not taken for it."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adamgate.schemas.evidence.identifiers import identifiers, names_subject
from adamgate.schemas.evidence.parameters import identifying_codes, named
from adamgate.schemas.study.dataset import Dataset

SUBJECTS = ["ST-01-1004", "ST-01-1005", "st-02-a77"]


def dataset(**columns) -> Dataset:
    return Dataset.from_frame(pd.DataFrame({"USUBJID": SUBJECTS, **columns}), "ADTTE")


def test_identifiers_are_whole_or_the_last_part():
    assert identifiers(dataset()) == {
        *("ST-01-1004", "1004", "ST-01-1005", "1005", "ST-02-A77", "A77"),
    }
    assert identifiers(dataset(SUBJID=[1.0, 2.0, 3.0])) >= {"1", "2", "3"}
    assert identifiers(Dataset.from_frame(pd.DataFrame({"AVAL": [1.0]}), "ADTTE")) == frozenset()


@given(
    st.sampled_from([*SUBJECTS, "1004", "1005", "a77"]),
    st.sampled_from(["", "Death of ", "(", '"', "see: "]),
    st.sampled_from(["", " at home", ")", '"', ", again", "."]),
)
def test_an_identifier_among_other_words_is_recognised(identifier, before, after):
    for text in (identifier, identifier.upper(), identifier.lower()):
        assert names_subject(dataset(), before + text + after)


@pytest.mark.parametrize("text", ["", "Death", "Grade 4", "10044", "ST-01", "1004mg", "Month 12", "OS"])
def test_other_words_are_not(text):
    assert not names_subject(dataset(), text)


@pytest.mark.parametrize(
    ("codes", "withheld"),
    [
        (["OS", "PFS", "OS"], set()),
        (["OS", "PFS", "DOR"], {"OS", "PFS", "DOR"}),  # as many as subjects, each of one
        (["OS", "OS", "1005"], {"1005"}),
        (["OS", "ST-02-A77", "OS"], {"ST-02-A77"}),
        (["OS", "OS", None], set()),
    ],
)
def test_parameters_that_are_not_quoted(codes, withheld):
    assert identifying_codes(dataset(PARAMCD=codes)) == withheld


def test_parameters_are_listed_for_a_message():
    assert named(dataset(PARAMCD=["OS", "OS", "1005"])) == "OS, 1 with a subject's identifier as PARAMCD"
    frame = pd.DataFrame({"USUBJID": SUBJECTS * 30, "PARAMCD": [f"P{number // 3}" for number in range(90)]})
    listed = named(Dataset.from_frame(frame, "ADTTE"))
    assert listed.startswith("P0, P1, ")
    assert listed.endswith("P18, 11 more")
