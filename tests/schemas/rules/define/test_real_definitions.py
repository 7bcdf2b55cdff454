"""Definitions that nobody here made, and those that the product makes: every finding is right."""

from datetime import datetime

import pytest

import adamgate as ag
from adamgate.converters.metadata.define_xml.reader import read_define
from adamgate.converters.metadata.define_xml.skeleton import skeleton
from adamgate.converters.metadata.define_xml.writer import define_xml

pytestmark = [pytest.mark.slow, pytest.mark.one_version]

FAMILIES = ("document", "value_level")
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
REAL = {
    "define/define_msg_adam.xml": ("define/adam_xpt", NOTHING),
    "define/define10_adam.xml": ("define/adam_xpt", NOTHING),
    "cdiscpilot/adam/define.xml": ("cdiscpilot/adam", PILOT_ADAM),
    "cdiscpilot/sdtm/define.xml": ("cdiscpilot/sdtm", NOTHING),
}


def found(study):
    report = ag.validate(study, select=FAMILIES)
    assert not [each for each in report.outcomes if str(each.status) == "not run"]
    return {(each.rule_id, each.message) for each in report.findings}


@pytest.mark.parametrize("file", REAL)
def test_every_finding_of_a_document_is_right(shared, file):
    _, expected = REAL[file]
    assert found(ag.read(define=shared / "data" / file)) == set(expected)


@pytest.mark.parametrize("file", REAL)
def test_every_finding_with_the_data_is_right(shared, file):
    folder, expected = REAL[file]
    study = ag.read(shared / "data" / folder, define=shared / "data" / file)
    assert found(study) == set(expected)


@pytest.mark.parametrize("folder", ["define/adam_xpt", "cdiscpilot/adam", "cdiscpilot/sdtm"])
def test_a_skeleton_of_data_describes_them(shared, folder, tmp_path):
    study = ag.read(shared / "data" / folder)
    assert found(with_skeleton(study, tmp_path)) == set()


@pytest.mark.parametrize("folder", ["cartitude1"])
def test_a_skeleton_of_a_fixture_describes_it(root, folder, tmp_path):
    assert found(with_skeleton(ag.read(root / "fixtures" / folder), tmp_path)) == set()


def with_skeleton(study, tmp_path):
    path = tmp_path / "define.xml"
    path.write_bytes(define_xml(skeleton(study, datetime(2024, 5, 6))))
    return ag.Study.of(*study, definition=read_define(path))
