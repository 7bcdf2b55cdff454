"""What is no fault of a define.xml: designs that a careless rule would report."""

from dataclasses import replace

import described_study as base
import pytest
from described_study import DEFINITION, Described, of_codelist, of_dataset, of_level, of_variable

import adamgate as ag
from adamgate.schemas.study.definition import (
    CodelistDefinition,
    CodelistItem,
    DatasetDefinition,
    ExternalDictionary,
    RangeCheck,
    VariableOrigin,
    WhereClause,
)


def faults(definition):
    """Ids of the rules that report something about a definition without data."""
    report = ag.validate(ag.Study.of(definition=definition), select="DF")
    assert not [each for each in report.outcomes if str(each.status) == "not run"]
    return {each.rule_id for each in report.findings}


def test_rules_that_need_no_data_are_one_family():
    """`--select document` means all of them, whichever module they are in."""
    without_data = {each.family for each in ag.rule_book().values() if "DF040" <= each.id <= "DF058"}
    assert without_data == {"document"}


def messages(definition):
    return [each.message for each in ag.validate(ag.Study.of(definition=definition), select="DF").findings]


def without_origins(definition):
    for dataset, variable in definition.variables():
        definition = of_variable(definition, f"{dataset.name}.{variable.name}", origins=())
    return definition


VERSION_1 = replace(
    of_variable(
        of_variable(DEFINITION, "ADTTE.AVAL", value_list="", value_level=()),
        "ADTTE.AVALC",
        value_list="",
        value_level=(),
    ),
    version="1.0",
    analyses=(),
    where_clauses={},
    codelists={oid: each for oid, each in DEFINITION.codelists.items() if oid != "CL.RESPONSE"},
)
OTHER = replace(DEFINITION, document=replace(DEFINITION.document, context="Other"))
MEDDRA = CodelistDefinition("CL.NY", "MedDRA", "text", external=ExternalDictionary("MedDRA", "26.1"))
SUPPDM = DatasetDefinition(
    "IG.SUPPDM",
    "SUPPDM",
    "Supplemental Qualifiers",
    variables=(base.variable("SUPPDM.QNAM", "Name", "text", 8, origins=(base.ASSIGNED,)),),
)


def with_dataset(dataset, definition):
    return replace(definition, datasets=(*definition.datasets, dataset))


def _compared(*values, comparator="IN", item="IT.ADTTE.PARAMCD"):
    clause = WhereClause("WC.PFS", (RangeCheck(item, comparator, values),))
    return replace(DEFINITION, where_clauses={**DEFINITION.where_clauses, "WC.PFS": clause})


def _origin(path, *origins, **changes):
    return of_variable(DEFINITION, path, origins=origins, **changes)


@pytest.mark.parametrize(
    "definition",
    {
        "for submission": DEFINITION,
        "no origins, not for submission": without_origins(OTHER),
        "no origins in 1.0": without_origins(VERSION_1),
        "no origin of a variable without data": _origin("ADSL.AGE", has_no_data=True),
        "no origins of a dataset without data": of_dataset(_origin("ADSL.AGE"), "ADSL", has_no_data=True),
        "origins of all values": _origin("ADTTE.AVAL"),
        "derived, a comment explains it": _origin("ADSL.ITTFL", base.DERIVED, comment="COM.DATES"),
        "derived, the origin explains it": _origin(
            "ADSL.ITTFL", VariableOrigin("Derived", description="Randomized subjects")
        ),
        "derived, methods of all values": of_variable(DEFINITION, "ADTTE.AVAL", method=""),
        "derived, a method of the variable": of_level(DEFINITION, "ADTTE.AVAL", "OS", method=""),
        "predecessor in another define.xml": _origin("ADSL.AGE", base.predecessor("DM.AGE")),
        "predecessor in words": _origin("ADSL.AGE", base.predecessor("Age of DM")),
        "predecessor with its library": _origin("ADSL.AGE", base.predecessor("SDTM.ADSL.X")),
        "predecessor in a supplemental dataset": with_dataset(
            SUPPDM, _origin("ADSL.AGE", base.predecessor("SUPPDM.AGEX"))
        ),
        "codes in two cases": of_codelist(DEFINITION, "NY", items=tuple(map(CodelistItem, "NYy"))),
        "one decode for two codes": of_codelist(
            DEFINITION, "SEX", items=(CodelistItem("F", "Known"), CodelistItem("M", "Known"))
        ),
        "external dictionary": replace(DEFINITION, codelists={**DEFINITION.codelists, "CL.NY": MEDDRA}),
        "codelist of floats for an integer": of_codelist(DEFINITION, "CNSR", data_type="float"),
        "no order": of_variable(of_variable(DEFINITION, "ADSL.SEX", order=None), "ADSL.AGE", order=None),
        "gaps in the order": of_variable(DEFINITION, "ADSL.SEX", order=40),
        "a date without length": of_variable(DEFINITION, "ADSL.RFICDTC", length=None),
        "no labels, not for submission": of_variable(OTHER, "ADSL.AGE", label=""),
        "a checked blank": _compared("PFS", ""),
        "a checked number in another form": _compared("1.0", comparator="EQ", item="IT.ADTTE.CNSR"),
        "a checked range": _compared("M", comparator="LT"),
        "pages in the text of 1.0": replace(
            of_variable(VERSION_1, "ADSL.AGE", origins=(VariableOrigin("CRF Page 7"),)),
        ),
        "an analysis without a parameter": replace(
            DEFINITION,
            analyses=tuple(
                replace(display, results=tuple(replace(each, parameter="") for each in display.results))
                for display in DEFINITION.analyses
            ),
        ),
    }.items(),
    ids=lambda item: item[0],
)
def test_not_a_fault(definition):
    assert messages(definition[1]) == []


def test_version_2_0_without_origins_is_for_submission():
    assert faults(replace(without_origins(OTHER), version="2.0")) == {"DF044"}


def test_pages_of_1_0_without_annotated_crf():
    loose = replace(
        of_variable(VERSION_1, "ADSL.AGE", origins=(VariableOrigin("CRF Page 7"),)), annotated_crf=()
    )
    assert "ADSL.AGE is collected on pages of no document" in messages(loose)


def test_what_is_not_read_may_refer_to_a_document():
    orphan = replace(DEFINITION, comments={**DEFINITION.comments, "COM.X": base.Comment("COM.X", "x")})
    assert messages(orphan) == ["nothing refers to comment COM.X"]
    assert (
        messages(replace(orphan, unsupported=("adamref:Displays in MetaDataVersion (once, in line 9)",)))
        == []
    )


def test_value_level_of_1_0_has_no_where_clauses():
    levels = replace(DEFINITION, version="1.0", where_clauses={}, analyses=())
    for which in ("OS", "PFS"):
        levels = of_level(of_level(levels, "ADTTE.AVAL", which, where=()), "ADTTE.AVALC", which, where=())
    assert faults(levels) == set()


def test_a_message_names_the_value_level_and_its_line(tmp_path):
    level = of_level(
        of_variable(DEFINITION, "ADTTE.AVAL", method=""),
        "ADTTE.AVAL",
        "OS",
        method="",
        origins=(base.DERIVED,),
    )
    study = Described(tmp_path, level).document()
    assert messages(study.definition) == ["ADTTE.AVAL is derived, and has neither a method nor a comment"]


def test_names_of_a_hostile_file_stay_on_one_line():
    hostile = of_variable(DEFINITION, "ADSL.AGE", name="A\x1b[31m\n" * 50, label="")
    (message,) = [each for each in messages(hostile) if "label" in each]
    assert message.isprintable()
    assert len(message) < 120


def test_without_a_definition_no_rule_of_it_is_run():
    plain = ag.Study.of(*(ag.Dataset.from_frame(frame, name) for name, frame in base.frames().items()))
    report = ag.validate(plain)
    assert report.outcomes
    assert not [each for each in report.outcomes if each.rule_id.startswith("DF")]


def test_a_rule_without_a_definition_cannot_be_checked():
    rule = ag.rule_book()["DF040"]
    with pytest.raises(LookupError, match="no definition"):
        list(rule.run(None, ag.Study.of()))
