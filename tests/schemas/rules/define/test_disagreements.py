"""Disagreements of a define.xml with itself and with the data: each is found by its rule, and by no other."""

from dataclasses import dataclass, replace

import described_study as base
import pytest
from described_study import (
    ADTTE,
    DEFINITION,
    Described,
    of_codelist,
    of_dataset,
    of_level,
    of_variable,
    variable,
)

import adamgate as ag
from adamgate.schemas.study.definition import (
    AnalysisDataset,
    CodelistItem,
    Definition,
    DocumentPages,
    DocumentReference,
    MethodDefinition,
    RangeCheck,
    VariableOrigin,
    WhereClause,
)


@dataclass(frozen=True)
class Seed:
    """One disagreement: how it comes about, and who finds it on which variables."""

    rule: str
    variables: tuple[str, ...] = ()
    definition: Definition = DEFINITION
    in_file: tuple[tuple[str, str], ...] = ()
    values: tuple[str, int, object] | None = None
    """A variable, a record counted from 0, and the value that it has instead."""
    dataset: str = "(study)"
    records: int = 0


def _of_clause(name, *checks):
    clause = WhereClause(f"WC.{name}", tuple(RangeCheck(*each) for each in checks))
    return replace(DEFINITION, where_clauses={**DEFINITION.where_clauses, clause.oid: clause})


def _of_result(**changes):
    (display,) = DEFINITION.analyses
    changed = replace(display.results[0], **changes)
    return replace(DEFINITION, analyses=(replace(display, results=(changed,)),))


def _with_variable(path, label, data_type, length=None, **facts):
    name = path.split(".")[0]
    of = DEFINITION.by_name[name]
    made = variable(path, label, data_type, length, order=99, **facts)
    return of_dataset(DEFINITION, name, variables=(*of.variables, made))


def without_codelist(name, definition):
    kept = {oid: each for oid, each in definition.codelists.items() if oid != f"CL.{name}"}
    return replace(definition, codelists=kept)


AGE_AGAIN_REFERRED = (
    '<ItemRef ItemOID="IT.ADSL.ITTFL"',
    '<ItemRef ItemOID="IT.AGAIN" Mandatory="No"/><ItemRef ItemOID="IT.ADSL.ITTFL"',
)
ANOTHER_AGE = """<ItemDef OID="IT.AGAIN" Name="Age" DataType="integer" Length="3"><Description>
<TranslatedText xml:lang="en">Age</TranslatedText></Description><def:Origin Type="Assigned"/></ItemDef>"""
AGE_AGAIN = ('<ItemDef OID="IT.ADSL.AGE"', f'{ANOTHER_AGE}<ItemDef OID="IT.ADSL.AGE"')

DOCUMENT = {
    "codelist not defined": Seed(
        "DF040", ("ADSL.AGE",), of_variable(DEFINITION, "ADSL.AGE", codelist="CL.NOWHERE")
    ),
    "method not defined": Seed(
        "DF040", ("ADTTE.AVALC",), of_variable(DEFINITION, "ADTTE.AVALC", method="MT.NOWHERE")
    ),
    "where clause of value level not defined": Seed(
        "DF040", (), of_level(DEFINITION, "ADTTE.AVAL", "PFS", where=("WC.PFS", "WC.TTP", "WC.NOWHERE"))
    ),
    "variable defined again": Seed("DF041", ("ADSL.Age",), in_file=(AGE_AGAIN_REFERRED, AGE_AGAIN)),
    "OID used again": Seed(
        "DF041",
        (),
        in_file=(
            ('OID="CL.SEX" Name="SEX"', 'OID="CL.NY" Name="SEX"'),
            ('CodeListOID="CL.SEX"', 'CodeListOID="CL.NY"'),
        ),
    ),
    "Mandatory is neither Yes nor No": Seed("DF042", (), in_file=(('Mandatory="No"', 'Mandatory="no"'),)),
    "length is not a number": Seed(
        "DF042", (), in_file=(('DataType="integer" Length="3"', 'DataType="integer" Length="three"'),)
    ),
    "unknown data type": Seed(
        "DF043", ("ADSL.AGE",), of_variable(DEFINITION, "ADSL.AGE", data_type="number")
    ),
    "no origin": Seed("DF044", ("ADSL.SEX",), of_variable(DEFINITION, "ADSL.SEX", origins=())),
    "derived without method": Seed(
        "DF045", ("ADSL.ITTFL",), of_variable(DEFINITION, "ADSL.ITTFL", origins=(base.DERIVED,))
    ),
    "predecessor not defined": Seed(
        "DF046",
        ("ADTTE.USUBJID",),
        of_variable(DEFINITION, "ADTTE.USUBJID", origins=(base.predecessor("ADSL.SUBJID"),)),
    ),
    "predecessor not named": Seed(
        "DF046",
        ("ADTTE.USUBJID",),
        of_variable(DEFINITION, "ADTTE.USUBJID", origins=(VariableOrigin("Predecessor"),)),
    ),
    "codelist with a term twice": Seed(
        "DF047", (), of_codelist(DEFINITION, "NY", items=tuple(map(CodelistItem, "NYY")))
    ),
    "codelist without terms": Seed(
        "DF047", (), of_codelist(DEFINITION, "RESPONSE", items=(), enumerated=False)
    ),
    "codelist with a blank term": Seed(
        "DF047",
        (),
        of_codelist(
            DEFINITION,
            "SEX",
            items=(CodelistItem("F", "Female"), CodelistItem("M", "Male"), CodelistItem(" ", "Unknown")),
        ),
    ),
    "codelist of another type": Seed(
        "DF048", ("ADTTE.CNSR",), of_codelist(DEFINITION, "CNSR", data_type="text")
    ),
    "order number repeated": Seed("DF049", ("ADSL.SEX",), of_variable(DEFINITION, "ADSL.SEX", order=2)),
    "key sequence repeated": Seed(
        "DF050", ("ADTTE.PARAMCD",), of_variable(DEFINITION, "ADTTE.PARAMCD", key_sequence=1)
    ),
    "text without length": Seed(
        "DF051", ("ADTTE.PARAMCD",), of_variable(DEFINITION, "ADTTE.PARAMCD", length=None)
    ),
    "variable without label": Seed("DF052", ("ADSL.AGE",), of_variable(DEFINITION, "ADSL.AGE", label="")),
    "dataset without label": Seed("DF052", ("ADTTE",), of_dataset(DEFINITION, "ADTTE", label="")),
    "pages of no document": Seed(
        "DF053",
        ("ADSL.AGE",),
        of_variable(
            DEFINITION,
            "ADSL.AGE",
            origins=(
                VariableOrigin("Collected", documents=(DocumentReference("", (DocumentPages(pages="7"),)),)),
            ),
        ),
    ),
    "checked value outside the codelist": Seed(
        "DF054", ("ADTTE.PARAMCD",), _of_clause("PFS", ("IT.ADTTE.PARAMCD", "IN", ("PFS", "EFS")))
    ),
    "value level without where clause": Seed(
        "DF055", ("ADTTE.AVALC",), of_level(DEFINITION, "ADTTE.AVALC", "OS", where=())
    ),
    "method that nothing refers to": Seed(
        "DF056",
        (),
        replace(
            DEFINITION,
            methods={
                **DEFINITION.methods,
                "MT.LEFT": MethodDefinition("MT.LEFT", "Left", "Computation", "Left over"),
            },
        ),
    ),
    "variable that no dataset refers to": Seed(
        "DF056",
        (),
        in_file=(
            (
                '<ItemDef OID="IT.ADSL.AGE"',
                '<ItemDef OID="IT.LEFT" Name="LEFT" DataType="text" Length="1"/><ItemDef OID="IT.ADSL.AGE"',
            ),
        ),
    ),
    "parameter of a result not defined": Seed("DF057", (), _of_result(parameter="IT.NOWHERE")),
    "where clause of a result not defined": Seed(
        "DF057", (), _of_result(datasets=(AnalysisDataset("IG.ADTTE", ("WC.NOWHERE",), ("IT.ADTTE.AVAL",)),))
    ),
    "variable of a result in another dataset": Seed(
        "DF057",
        ("ADSL.AGE",),
        _of_result(datasets=(AnalysisDataset("IG.ADTTE", ("WC.OS",), ("IT.ADSL.AGE",)),)),
    ),
}


def _in_adtte(rule, variable_name, records, **facts):
    return Seed(rule, (variable_name,), dataset="ADTTE", records=records, **facts)


OVERLAP = _of_clause("TTP", ("IT.ADTTE.PARAMCD", "IN", ("OS", "TTP")))
DATA = {
    "where clause that selects nothing": Seed(
        "DF030",
        ("AVAL", "AVALC"),
        _of_clause("TTP", ("IT.ADTTE.USUBJID", "EQ", ("T1-777",))),
        dataset="ADTTE",
    ),
    "where clause of a result that selects nothing": Seed(
        "DF030",
        (),
        replace(
            _of_clause("NONE", ("IT.ADTTE.CNSR", "GT", ("1",))),
            analyses=_of_result(datasets=(AnalysisDataset("IG.ADTTE", ("WC.NONE",)),)).analyses,
        ),
        dataset="ADTTE",
    ),
    "fraction where whole numbers are stated": _in_adtte("DF031", "AVAL", 1, values=("AVAL", 0, 30.5)),
    "text where numbers are stated": _in_adtte(
        "DF031",
        "AVALC",
        6,
        definition=of_level(DEFINITION, "ADTTE.AVALC", "OS", data_type="integer", codelist=""),
    ),
    "more digits than the length": _in_adtte("DF032", "AVAL", 1, values=("AVAL", 2, 12345.0)),
    "text longer than the length": _in_adtte(
        "DF032", "AVALC", 3, definition=of_level(DEFINITION, "ADTTE.AVALC", "PFS", length=2)
    ),
    "value outside the codelist": _in_adtte("DF033", "AVALC", 1, values=("AVALC", 3, "C")),
    "value of the codelist of other records": _in_adtte("DF033", "AVALC", 1, values=("AVALC", 7, "Y")),
    "missing where it is mandatory": _in_adtte("DF034", "AVAL", 1, values=("AVAL", 4, None)),
    "more decimals than stated": _in_adtte("DF035", "AVAL", 1, values=("AVAL", 6, 2.25)),
    "two data types for one record": Seed(
        "DF036",
        ("AVAL",),
        without_codelist("RESPONSE", of_level(OVERLAP, "ADTTE.AVALC", "PFS", codelist="")),
        dataset="ADTTE",
        records=6,
    ),
}


def found(study):
    report = ag.validate(study, select="DF")
    assert not [each for each in report.outcomes if str(each.status) == "not run"]
    return sorted((each.rule_id, each.dataset, each.variables, each.records) for each in report.findings)


def test_the_study_agrees_with_its_definition(tmp_path):
    described = Described(tmp_path)
    assert described.study().definition == DEFINITION
    assert found(described.study()) == []
    assert found(described.document()) == []
    assert len(ADTTE.by_name["AVAL"].value_level) == 2


@pytest.mark.parametrize("name", DOCUMENT)
def test_a_document_that_disagrees_with_itself(name, tmp_path):
    seed = DOCUMENT[name]
    described = Described(tmp_path, seed.definition, in_file=seed.in_file)
    assert found(described.document()) == [(seed.rule, "(study)", seed.variables, 0)]


@pytest.mark.parametrize("name", DATA)
def test_data_that_disagree_with_the_document(name, tmp_path):
    seed = DATA[name]
    frames = base.frames()
    if seed.values is not None:
        variable_name, record, value = seed.values
        frames[seed.dataset].loc[record, variable_name] = value
    described = Described(tmp_path, seed.definition, frames, seed.in_file)
    assert found(described.study()) == [(seed.rule, seed.dataset, seed.variables, seed.records)]


def test_there_are_forty_kinds():
    assert len(DOCUMENT) + len(DATA) >= 40
