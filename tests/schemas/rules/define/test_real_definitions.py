"""Definitions that nobody here made, and those that the product makes: every finding is right."""

from datetime import datetime

import pytest

import adamgate as ag
from adamgate.converters.metadata.define_xml.reader import read_define
from adamgate.converters.metadata.define_xml.skeleton import skeleton
from adamgate.converters.metadata.define_xml.writer import define_xml

pytestmark = [pytest.mark.slow, pytest.mark.one_version]

FAMILIES = ("document", "value_level", "datasets", "variables", "values")
NOTHING: dict[tuple[str, str], str] = {}
KEYS = (
    "def:DomainKeys='USUBJID, PARAMCD, AVISIT, LBSEQ' of ADLBHY is not valid, expected names of variables of"
    " the dataset (line 2664)"
)
PILOT_ADAM = {
    ("DF042", KEYS): "ADLBHY has no LBSEQ in define.xml",
    **{
        ("DF045", f"{path} is derived, and has neither a method nor a comment"): (
            "its origin is Derived; other datasets have a comment for the same variable"
        )
        for path in (
            "ADLBHY.PARAMCD",
            "ADQSADAS.PARAM",
            "ADQSADAS.PARAMCD",
            "ADQSNPIX.PARAM",
            "ADQSNPIX.PARAMCD",
            "ADVS.PARAM",
        )
    },
}


def undelivered(*names):
    """Datasets that the files here do not have."""
    reason = "the shared folder has a part of the delivery"
    return {("DF002", f"{name} is described in define.xml, and was not read"): reason for name in names}


MSG_LABELS = {
    ("DF013", f"label of {name} differs from define.xml"): "they differ: one of six true differences"
    for name in ("ADURN", "ADURU", "AOCCFL", "ITTFL", "SRCDOM", "STARTDT")
}
MSG = {
    **MSG_LABELS,
    ("DF004", "label of ADSL differs from define.xml"): "Subject-Level Analysis, with and without Dataset",
    **undelivered("ADADAS", "ADLBC", "ADLBCPV", "ADLBH", "ADLBHPV", "ADLBHY", "ADNPIX", "ADVS"),
}
PILOT_ADAM_DATA = {
    **PILOT_ADAM,
    ("DF023", "BMIBLGR1 is not in codelist BMICAT"): "BMICAT has >30, the data have >=30",
    **undelivered("ADLBC", "ADLBH", "ADLBHY", "ADQSADAS", "ADQSNPIX", "ADVS"),
}


def far_above(**longest):
    reason = "a length of 200 for all texts"
    return {
        ("DF025", f"length of {name} is 200 in define.xml, the longest value has {found}"): reason
        for name, lengths in longest.items()
        for found in lengths
    }


PILOT_SDTM_DATA = {
    ("DF005", "keys STUDYID, USUBJID, VISITNUM are not unique"): (
        "SV has visit 9.2 of subject 01-711-1143 twice"
    ),
    **undelivered(*"CM LB MH QS SC SE SUPPLB TA TE TI TS TV VS".split()),
    **far_above(
        AEDECOD=[46],
        AEOUT=[26],
        AETERM=[46],
        IDVARVAL=[4, 2, 1],
        RELID=[15],
        QEVAL=[22],
        QORIG=[7, 3],
        QVAL=[1, 2],
    ),
}
REAL = {
    "define/define_msg_adam.xml": ("define/adam_xpt", NOTHING, MSG),
    "cdiscpilot/adam/define.xml": ("cdiscpilot/adam", PILOT_ADAM, PILOT_ADAM_DATA),
    "cdiscpilot/sdtm/define.xml": ("cdiscpilot/sdtm", NOTHING, PILOT_SDTM_DATA),
    "define/define10_adam.xml": (None, NOTHING, NOTHING),
}


def found(study):
    report = ag.validate(study, select=FAMILIES)
    assert not [each for each in report.outcomes if str(each.status) == "not run"]
    return {(each.rule_id, each.message) for each in report.findings}


@pytest.mark.parametrize("file", REAL)
def test_every_finding_of_a_document_is_right(shared, file):
    assert found(ag.read(define=shared / "data" / file)) == set(REAL[file][1])


@pytest.mark.parametrize("file", [file for file, (folder, *_) in REAL.items() if folder])
def test_every_finding_with_the_data_is_right(shared, file):
    folder, _, expected = REAL[file]
    study = ag.read(shared / "data" / folder, define=shared / "data" / file)
    assert found(study) == set(expected)


LENGTHS = "DF025"
"""A skeleton states the lengths that the data have, also those far above any value."""


@pytest.mark.parametrize("folder", ["define/adam_xpt", "cdiscpilot/adam", "cdiscpilot/sdtm"])
def test_a_skeleton_of_data_describes_them(shared, folder, tmp_path):
    study = ag.read(shared / "data" / folder)
    assert {each for each in found(with_skeleton(study, tmp_path)) if each[0] != LENGTHS} == set()


@pytest.mark.parametrize("folder", ["cartitude1"])
def test_a_skeleton_of_a_fixture_describes_it(root, folder, tmp_path):
    study = ag.read(root / "fixtures" / folder)
    assert {each for each in found(with_skeleton(study, tmp_path)) if each[0] != LENGTHS} == set()


def with_skeleton(study, tmp_path):
    path = tmp_path / "define.xml"
    path.write_bytes(define_xml(skeleton(study, datetime(2024, 5, 6))))
    return ag.Study.of(*study, definition=read_define(path))
