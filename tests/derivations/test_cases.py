"""Values by condition: the first case that is true, and what is known of the others."""

import numpy as np
import pandas as pd
import pytest

import adamgate as ag
from adamgate.converters.derivations.cases import CASES, Case, decided, variables_of
from adamgate.schemas.kinds import checked

AGES = ag.Dataset.from_frame(
    pd.DataFrame({"AGE": [40.0, 65.0, 80.0, 81.0, np.nan], "SEX": ["F", None, "M", "F", "F"]}), "DM"
)
GROUPS = (Case("AGE < 65", "<65"), Case("AGE <= 80", "65-80"), Case("AGE > 80", ">80"))


def test_the_first_case_that_is_true_counts():
    found = decided(GROUPS, AGES, "[subject.AGEGR1] cases")
    assert found.case.tolist() == [0, 1, 1, 2, -1]
    assert found.unknown.tolist() == [False, False, False, False, True]


def test_a_record_is_unknown_only_where_no_case_is_true():
    found = decided((Case("SEX == 'M'", 1.0), Case("AGE == 65", 2.0)), AGES, "cases")
    assert found.case.tolist() == [-1, 1, 0, -1, -1]
    assert found.unknown.tolist() == [False, False, False, False, True]


def test_no_records_have_no_case():
    assert len(decided(GROUPS, ag.Dataset.from_frame(AGES.frame.iloc[:0], "DM"), "cases").case) == 0


def test_a_file_writes_cases_as_a_list_of_tables():
    given = [{"where": "AGE < 65", "value": "<65"}, {"where": "AGE >= 65", "value": {"variable": "race"}}]
    found = checked(given, CASES, "cases", "[subject.X]")
    assert found == (Case("AGE < 65", "<65"), Case("AGE >= 65", ag.FromVariable("RACE")))
    assert checked(found, CASES, "cases", "[subject.X]") == found
    assert variables_of(found, "cases") == ("AGE", "RACE")


@pytest.mark.parametrize(
    ("given", "what"),
    [
        ([], "[] is not a value of cases"),
        ("AGE < 65", "'AGE < 65' is not a value of cases"),
        ([{"where": "AGE < 65"}], "[{'where': 'AGE < 65'}] is not a value of cases"),
        ([{"where": 1, "value": "a"}], "1 is not a value of where"),
        ([{"where": "AGE < 65", "value": True}], "True is not a value of value"),
    ],
)
def test_other_values_are_refused(given, what):
    with pytest.raises(ag.ConfigurationError) as refused:
        checked(given, CASES, "cases", "[subject.X]")
    assert refused.value.what == what


def test_a_condition_that_does_not_fit_names_its_entry():
    with pytest.raises(ag.ConfigurationError) as refused:
        decided((*GROUPS, Case("AGEE > 1", "a")), AGES, "[subject.AGEGR1] cases")
    assert refused.value.where == "[subject.AGEGR1] cases, entry 4: DM: AGEE > 1"
    assert refused.value.advice == "did you mean AGE?"
    with pytest.raises(ag.ConfigurationError) as refused:
        variables_of((Case("AGE >", "a"),), "[subject.AGEGR1] cases")
    assert refused.value.where == "[subject.AGEGR1] cases, entry 1: AGE >"
