"""Published rules on pharmacokinetic data: pairs of text and number, and what no model can do without."""

import numpy as np
import pandas as pd
import pytest

from adamgate.schemas.gate.finding import Status
from adamgate.schemas.gate.validate import judge
from adamgate.schemas.rules import rule_book
from adamgate.schemas.rules.rule import Grain
from adamgate.schemas.standards.structure import Structure
from adamgate.schemas.standards.versions import Standards
from adamgate.schemas.study.dataset import Dataset
from adamgate.schemas.study.study import Study

pytestmark = pytest.mark.slow

PAIRS = {
    "STUDYID": ("STUDYIDN", ["S1", "S1", "S1", "S1"], [1.0, 1.0, 1.0, 1.0]),
    "PROJID": ("PROJIDN", ["P", "P", "P", "P"], [7.0, 7.0, 7.0, 7.0]),
    "USUBJID": ("USUBJIDN", ["S1-1", "S1-1", "S1-2", "S1-2"], [1.0, 1.0, 2.0, 2.0]),
    "SUBJID": ("SUBJIDN", ["1", "1", "2", "2"], [1.0, 1.0, 2.0, 2.0]),
    "SITEID": ("SITEIDN", ["01", "01", "02", "02"], [1.0, 1.0, 2.0, 2.0]),
    "SUBJTYPC": ("SUBJTYP", ["Patient", "Patient", "Volunteer", "Volunteer"], [1.0, 1.0, 2.0, 2.0]),
    "FLGREAS": ("FLGREASC", [1.0, 1.0, 2.0, 2.0], ["Vomited", "Vomited", "Haemolysed", "Haemolysed"]),
    "DVID": ("DVIDN", ["Dose", "Plasma", "Dose", "Plasma"], [0.0, 1.0, 0.0, 1.0]),
    "BLQFL": ("BLQFN", ["N", "Y", "N", "Y"], [0.0, 1.0, 0.0, 1.0]),
    "ALQFL": ("ALQFN", ["N", "Y", "N", "Y"], [0.0, 1.0, 0.0, 1.0]),
    "FORM": ("FORMN", ["TABLET", "TABLET", "SOLUTION", "SOLUTION"], [1.0, 1.0, 2.0, 2.0]),
    "ROUTE": ("ROUTEN", ["ORAL", "ORAL", "IV", "IV"], [1.0, 1.0, 2.0, 2.0]),
    "ACYCLE": ("ACYCLEC", [1.0, 2.0, 1.0, 2.0], ["Cycle 1", "Cycle 2", "Cycle 1", "Cycle 2"]),
    "COHORT": ("COHORTC", [1.0, 1.0, 2.0, 2.0], ["Low", "Low", "High", "High"]),
    "RACE": ("RACEN", ["ASIAN", "ASIAN", "WHITE", "WHITE"], [1.0, 1.0, 2.0, 2.0]),
    "SEX": ("SEXN", ["F", "F", "M", "M"], [1.0, 1.0, 2.0, 2.0]),
    "COUNTRY": ("COUNTRYN", ["BEL", "BEL", "JPN", "JPN"], [1.0, 1.0, 2.0, 2.0]),
}
NUMBERS = {"AFRLT": [0.0, 1.0, 0.0, 1.0], "EVID": [1.0, 0.0, 1.0, 0.0], "DV": [None, 3.5, None, 4.1]}

RULES = [rule for rule in rule_book().values() if rule.family in {"population_pk", "non_compartmental"}]
WITH_PARTNER = [rule for rule in RULES if "partner" in dict(rule.arguments)]


def records():
    columns = {text: values for text, (_, values, _) in PAIRS.items()}
    columns |= {partner: values for partner, _, values in PAIRS.values()}
    columns |= {"COUNTRYL": ["Belgium", "Belgium", "Japan", "Japan"]}
    columns |= {"COHORTN": ["one", "one", "two", "two"]}
    columns |= NUMBERS | {"MDV": [1.0, 0.0, 1.0, 0.0], "AMT": [100.0, None, 100.0, None]}
    return pd.DataFrame(columns)


def found(frame, name="ADPPK", rules=RULES, **options):
    report = judge(Study.of(Dataset.from_frame(frame, name)), rules={rule.id for rule in rules}, **options)
    assert not report.count(Status.NOT_RUN), report.not_run
    return {finding.rule_id: finding.records for finding in report.findings}


def names(rule):
    arguments = dict(rule.arguments)
    return arguments["variable"], arguments.get("partner", "")


def dataset_of(rule):
    return "ADNCA" if Structure.NCA in rule.scope.structures else "ADPPK"


def test_there_are_as_many_as_published():
    assert len(RULES) == 94


@pytest.mark.parametrize("name", ["ADPPK", "ADNCA"])
def test_a_clean_dataset_passes_them_all(name):
    assert found(records(), name) == {}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_each_rule_finds_its_fault_and_names_the_variable(rule):
    variable, partner = names(rule)
    frame = records()
    if rule.grain is Grain.METADATA:
        frame, expected = frame.drop(columns=partner or variable), 0
    elif rule.grain is Grain.RECORD:
        frame, expected = frame.assign(**{partner: frame[partner].where(frame.index != 1)}), 1
    else:
        mark = "another" if frame[partner].dtype == object else 99.0
        frame = frame.assign(**{partner: frame[partner].where(frame.index != 0, mark)})
        expected = int((frame[variable] == frame[variable][0]).sum())
    assert found(frame, dataset_of(rule), rules=[rule]) == {rule.id: expected}


@pytest.mark.parametrize("rule", WITH_PARTNER, ids=lambda rule: rule.id)
def test_a_pair_asked_in_one_direction_does_not_answer_for_the_other(rule):
    """Of two values that share a partner, and of a partner without its variable, nothing is said."""
    variable, partner = names(rule)
    frame = records()
    shared = frame.assign(**{partner: frame[partner].iloc[0]})
    assert found(shared, dataset_of(rule), rules=[rule]) == {}
    if rule.grain is Grain.METADATA:
        assert found(frame.drop(columns=variable), dataset_of(rule), rules=[rule]) == {}
    else:
        emptied = frame.assign(**{variable: frame[variable].where(frame.index != 1)})
        assert found(emptied, dataset_of(rule), rules=[rule]) == {}
        assert found(frame.drop(columns=partner), dataset_of(rule), rules=[rule]) == {}


def test_blank_values_take_no_part_in_a_pair():
    frame = records()
    frame = frame.assign(SITEID=["", "  ", "02", "02"], SITEIDN=[1.0, 5.0, 2.0, np.nan])
    assert found(frame) == {"AD0820": 1, "AD0821": 2}


def test_letter_case_counts_in_a_pair():
    frame = records().assign(COHORTC=["Low dose", "Low Dose", "High", "High"])
    assert found(frame) == {"AD0862": 2}


def test_trailing_blanks_do_not_count_in_a_pair():
    assert found(records().assign(COHORTC=["Low", "Low  ", "High", "High"])) == {}


@pytest.mark.parametrize("dtype", ["object", "category", "string"])
def test_a_pair_of_any_column_type(dtype):
    frame = records()
    frame = frame.assign(ROUTE=pd.Series(["ORAL", "ORAL", "ORAL", None]).astype(dtype))
    assert found(frame) == {"AD0851": 1, "AD0852": 3}


def test_an_empty_dataset_has_no_records_at_fault():
    assert found(records().iloc[:0]) == {}


def test_a_dataset_of_another_structure_is_judged_only_by_what_is_published_for_all():
    broken = records().assign(
        PARAMCD="X",
        SUBJTYPC=["Patient", "Patient", None, "Volunteer"],
        SITEID=["01", None, "02", "02"],
        COHORTN=["one", "two", "two", "two"],
    )
    assert found(broken.drop(columns=["AFRLT", "STUDYID"]), "ADLB") == {
        "AD0804": 0,
        "AD0805": 1,
        "AD0891": 2,
    }


def test_versions_that_do_not_know_population_pharmacokinetics_ask_nothing():
    broken = records().drop(columns=["SITEID", "AFRLT"])
    assert set(found(broken)) == {"AD0824", "AD0886"}
    assert found(broken, standards=Standards(adamig="1.2")) == {}
    frame = records().assign(ACYCLEC="Cycle")
    assert found(frame, "ADNCA", standards=Standards(adamig="1.0")) == {"AD0894": 4}


def test_a_declared_subclass_decides():
    data = Dataset.from_frame(records().drop(columns="AMT"), "ADPOP")
    for subclass, ids in (("POPULATION PHARMACOKINETIC ANALYSIS", {"AD0890"}), ("", set())):
        declared = data.replace(declared_class="BASIC DATA STRUCTURE", declared_subclass=subclass)
        report = judge(Study.of(declared), rules={rule.id for rule in RULES})
        assert {finding.rule_id for finding in report.findings} == ids
