"""Types that names alone tell."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adamgate.schemas.standards import adae, adsl, adtte, bds, occds
from adamgate.schemas.standards.known_variables import variable_type

pytestmark = pytest.mark.one_version


@pytest.mark.parametrize(
    "name",
    [
        "STUDYID",
        "USUBJID",
        "SUBJID",
        "SITEID",
        "SEX",
        "TRT01P",
        "TRT12A",
        "TR01AG1",
        "AGEGR1",
        "AGEGR12",
        "RACEGR1",
        "SAFFL",
        "ANL01FL",
        "TRTEM1FL",
        "AETERM",
        "CMTRT",
        "MHDECOD",
        "AESTDTC",
        "RFSTDTC",
        "DTHDTC",
        "ADTF",
        "ASTTMF",
        "P01S1SDF",
        "PARAMCD",
        "AVALC",
        "MCRIT1ML",
        "B1IND",
        "A2IND",
        "SMQ01NAM",
        "CQ03NAM",
        "AEDUR",
        "VISIT",
        "AVALU",
        "COMP24FL",
        "EFFFL",
        "LBTESTCD",
        "AESER",
        "AESHOSP",
        "AESPID",
        "EVNTDESC",
    ],
)
def test_character_variables(name):
    assert variable_type(name) == "Char"
    assert variable_type(name.lower()) == "Char"


@pytest.mark.parametrize(
    "name",
    [
        "AGE",
        "TRT01PN",
        "AGEGR1N",
        "RACEGR2N",
        "SAFFN",
        "ANL01FN",
        "ADT",
        "ADTM",
        "ATM",
        "STARTDT",
        "TRTSDT",
        "TR01SDTM",
        "P01S1SDM",
        "AESEQ",
        "ASEQ",
        "XXSEQ",
        "ADY",
        "ASTDY",
        "AESTDY",
        "VISITNUM",
        "AVAL",
        "CNSR",
        "AVISITN",
        "AEPTCD",
        "SMQ01CD",
        "R2A1LO",
        "A1HI",
        "MCRIT1MN",
        "DCUTDT",
        "LSTALVDT",
        "DURDGR1N",
        "LBSTRESN",
    ],
)
def test_numeric_variables(name):
    assert variable_type(name) == "Num"
    assert variable_type(name.title()) == "Num"


@pytest.mark.parametrize(
    "name", ["", "X", "STUDY", "BODY", "REMEDY", "REASON", "ORIGIN", "ROUTE", "MMSETOT", "9"]
)
def test_names_that_tell_nothing(name):
    assert variable_type(name) is None


@pytest.mark.parametrize("table", [adsl, bds, adtte, occds, adae])
def test_every_variable_of_a_structure_is_known(table):
    latest = {each.variable: each for each in table.REQUIREMENTS}
    for each in latest.values():
        name = each.variable.replace("xx", "01").replace("zz", "02").replace("--", "AE")
        name = name.replace("y", "1").replace("w", "2").replace("*", "XYZ")
        assert variable_type(name) == each.type, name


@given(st.text(max_size=12))
def test_any_text_is_taken(name):
    assert variable_type(name) in {"Char", "Num", None}
