"""A define.xml made from data: valid, what the data show, and nothing else."""

from datetime import datetime

import pandas as pd
import pytest
from lxml import etree

import adamgate as ag
from adamgate.converters.metadata.define_xml.reader import read_define
from adamgate.converters.metadata.define_xml.skeleton import UNKNOWN, skeleton
from adamgate.converters.metadata.define_xml.writer import define_xml
from adamgate.schemas.study.definition import CodelistItem, VariableOrigin

MOMENT = datetime(2024, 5, 6, 7, 8, 9)


@pytest.fixture(scope="module")
def schema(shared):
    return etree.XMLSchema(
        etree.parse(shared / "formats/define-2.1/cdisc-arm-1.0-definexml-2.1/arm1-0-0.xsd")
    )


@pytest.fixture
def study():
    adsl = pd.DataFrame(
        {"STUDYID": ["T1"] * 2, "USUBJID": ["1", "22"], "SAFFL": ["Y", "N"], "AGE": [61, 5.5]}
    )
    adtte = pd.DataFrame(
        {
            "STUDYID": ["T1"] * 12,
            "USUBJID": ["1", "22"] * 6,
            "SAFFL": ["Y", "N"] * 6,
            "PARAMCD": ["OS"] * 12,
            "PARAM": ["Overall Survival"] * 12,
            "STARTDT": pd.to_datetime(["2024-01-01"] * 12),
            "ADT": pd.date_range("2024-01-01", periods=12),
            "AVAL": [float(each) for each in range(1, 13)],
            "CNSR": [0, 1] * 6,
        }
    )
    return ag.Study.of(ag.Dataset.from_frame(adsl, "ADSL", "Subjects"), ag.Dataset.from_frame(adtte, "ADTTE"))


def test_what_the_data_show(study):
    made = skeleton(study, MOMENT)
    adsl, adtte = made.datasets
    assert (made.study.name, made.document.created) == ("T1", "2024-05-06T07:08:09")
    assert (adsl.label, adtte.label) == ("Subjects", UNKNOWN)
    assert (adsl.class_name, adsl.keys, adsl.repeating) == (
        "SUBJECT LEVEL ANALYSIS DATASET",
        ("USUBJID",),
        False,
    )
    assert (adtte.class_name, adtte.subclass) == ("BASIC DATA STRUCTURE", "TIME-TO-EVENT")
    assert adtte.structure_text == "One record per subject per parameter"
    assert [(each.name, each.data_type, each.length, each.significant_digits) for each in adsl.variables] == [
        ("STUDYID", "text", 2, None),
        ("USUBJID", "text", 2, None),
        ("SAFFL", "text", 1, None),
        ("AGE", "float", 8, 1),
    ]
    assert (adtte.by_name["ADT"].data_type, adtte.by_name["ADT"].display_format) == ("integer", "DATE9.")
    assert adtte.by_name["SAFFL"].origins == (VariableOrigin("Predecessor", description="ADSL.SAFFL"),)
    assert adtte.by_name["CNSR"].origins == ()
    assert made.codelists["CL.ADTTE.PARAMCD"].items == (CodelistItem("OS", "Overall Survival", order=1),)
    assert [each.coded for each in made.codelists["CL.ADSL.SAFFL"].items] == ["N", "Y"]


def test_the_method_of_aval_is_what_the_dates_show(study):
    made = skeleton(study, MOMENT)
    aval = made.by_name["ADTTE"].by_name["AVAL"]
    assert aval.origins == (VariableOrigin("Derived", "Sponsor"),)
    assert made.methods[aval.method].description == "As the dates show: OS: ADT - STARTDT + 1 (days)"
    frame = study["ADTTE"].frame.assign(AVAL=[3.7, 1.2, 9.9, 4.4, 0.1, 7.3, 2.2, 8.8, 5.1, 6.6, 3.3, 1.9])
    other = ag.Study.of(study["ADSL"], study["ADTTE"].replace(frame=frame))
    assert skeleton(other, MOMENT).methods == {}


def test_it_is_read_again(study, tmp_path):
    made = skeleton(study, MOMENT)
    path = tmp_path / "define.xml"
    path.write_bytes(define_xml(made))
    assert read_define(path) == made
    assert read_define(path).dangling == ()


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"USUBJID": pd.Series([], dtype=object)}),
        pd.DataFrame({"USUBJID": ["1"], "AVAL": [None]}),
        pd.DataFrame({"a b": ['<&">'], "é": [1e300]}),
        pd.DataFrame(
            {"PARAMCD": ["A", None], "PARAM": [None, "x"], "ANL01FL": ["Y", None], "XFL": ["Q", "Y"]}
        ),
        pd.DataFrame({"CNSR": [0], "PARAMCD": ["A"], "AVAL": ["x"], "ADT": ["y"], "STARTDT": ["z"]}),
        pd.DataFrame({"ADTM": pd.to_datetime(["2024-01-01 10:00:00.5", None])}),
    ],
)
def test_any_data_give_a_valid_document(schema, frame):
    study = ag.Study.of(ag.Dataset.from_frame(frame, "ADX"), ag.Dataset.from_frame(frame, "QUITELONGNAME"))
    text = define_xml(skeleton(study, MOMENT))
    schema.assertValid(etree.fromstring(text))
    assert define_xml(skeleton(study, MOMENT)) == text


def test_a_date_and_a_datetime_have_the_format_that_shows_them():
    stamps = pd.to_datetime(["2024-01-01 10:00:00", None])
    frame = pd.DataFrame({"ADTM": stamps, "ADT": stamps.normalize()})
    [adx] = skeleton(ag.Study.of(ag.Dataset.from_frame(frame, "ADX")), MOMENT).datasets
    assert [each.display_format for each in adx.variables] == ["DATETIME20.", "DATE9."]


@pytest.mark.slow
@pytest.mark.parametrize("level", ["adam", "sdtm"])
def test_the_pilot_gives_a_valid_document(schema, shared, level):
    study = ag.read(shared / "data/cdiscpilot" / level)
    made = skeleton(study, MOMENT)
    schema.assertValid(etree.fromstring(define_xml(made)))
    assert {each.name for each in made.datasets} == set(study.datasets)


def test_a_character_that_xml_cannot_hold_is_refused():
    data = ag.Dataset.from_frame(pd.DataFrame({"PARAMCD": ["A\x01"], "PARAM": ["x"]}), "ADX")
    with pytest.raises(ag.UnwritableOutput, match=r"XML cannot hold the character U\+0001"):
        define_xml(skeleton(ag.Study.of(data), MOMENT))
