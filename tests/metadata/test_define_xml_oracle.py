"""Define-XML as odmlib reads it, element by element."""

import pytest
from define_documents import DEFINE_2_0, DEFINE_2_1

from adamgate.converters.metadata.define_xml.reader import read_define

define_loader = pytest.importorskip("odmlib.define_loader")
loader = pytest.importorskip("odmlib.loader")

pytestmark = pytest.mark.one_version
MODELS = {"2.0": "define_2_0", "2.1": "define_2_1"}
REAL = "define/define_msg_adam.xml"


@pytest.fixture(params=["2.0", "2.1", REAL])
def both(request, tmp_path):
    """The metadata of a file as odmlib has it, and the definition that is read of it."""
    if request.param == REAL:
        path = request.getfixturevalue("shared") / "data" / REAL
    else:
        path = tmp_path / "define.xml"
        text = {"2.0": DEFINE_2_0, "2.1": DEFINE_2_1}[request.param]
        path.write_text(
            text[: text.index("<arm:")] + text[text.index("</arm:AnalysisResultDisplays>") + 29 :]
        )
    made = read_define(path)
    reader = loader.ODMLoader(define_loader.XMLDefineLoader(model_package=MODELS[made.version]))
    reader.open_odm_document(str(path))
    return reader.root().Study.MetaDataVersion, made


def said(element, attribute):
    """An attribute of odmlib as a text; empty if it is not stated."""
    value = getattr(element, attribute, None)
    return "" if value is None else str(value)


def description(element):
    texts = getattr(getattr(element, "Description", None), "TranslatedText", None) or []
    return texts[0]._content.strip() if texts else ""


def number(value):
    return "" if value is None else str(value)


def test_datasets(both):
    oracle, made = both
    assert [
        (each.oid, each.name, each.label, each.structure_text, each.purpose, each.leaf, each.comment)
        for each in made.datasets
    ] == [
        (
            *(said(each, name) for name in ("OID", "Name")),
            description(each),
            *(said(each, name) for name in ("Structure", "Purpose", "ArchiveLocationID", "CommentOID")),
        )
        for each in oracle.ItemGroupDef
    ]
    assert [each.href for each in made.datasets] == [said(each.leaf, "href") for each in oracle.ItemGroupDef]


def test_variables(both):
    oracle, made = both
    items = {each.OID: each for each in oracle.ItemDef}
    for dataset, group in zip(made.datasets, oracle.ItemGroupDef, strict=True):
        expected = [
            (
                reference.ItemOID,
                said(reference, "OrderNumber"),
                said(reference, "Mandatory"),
                said(reference, "KeySequence"),
                said(reference, "MethodOID"),
                *(said(items[reference.ItemOID], name) for name in ("Name", "DataType", "Length")),
                said(items[reference.ItemOID], "SignificantDigits"),
                said(items[reference.ItemOID], "DisplayFormat"),
                said(items[reference.ItemOID], "CommentOID"),
                description(items[reference.ItemOID]),
                said(getattr(items[reference.ItemOID], "CodeListRef", None), "CodeListOID"),
            )
            for reference in group.ItemRef
        ]
        assert expected == [
            (
                each.oid,
                number(each.order),
                "Yes" if each.mandatory else "No",
                number(each.key_sequence),
                each.method,
                each.name,
                each.data_type,
                number(each.length),
                number(each.significant_digits),
                each.display_format,
                each.comment,
                each.label,
                each.codelist,
            )
            for each in dataset.variables
        ]


def test_origins(both):
    oracle, made = both
    items = {each.OID: each for each in oracle.ItemDef}
    compared = 0
    for _, variable in made.variables():
        origins = getattr(items[variable.oid], "Origin", None) or []
        origins = origins if isinstance(origins, list) else [origins]
        origins = [each for each in origins if said(each, "Type")]
        assert [(each.type, each.source, each.description) for each in variable.origins] == [
            (said(each, "Type"), said(each, "Source"), description(each)) for each in origins
        ]
        compared += len(origins)
    assert compared


def test_value_level(both):
    oracle, made = both
    lists = {variable.value_list: variable.value_level for _, variable in made.variables()}
    assert {each.OID for each in oracle.ValueListDef} == lists.keys() - {""}
    for each in oracle.ValueListDef:
        assert [
            (reference.ItemOID, [ref.WhereClauseOID for ref in reference.WhereClauseRef])
            for reference in each.ItemRef
        ] == [(level.definition.oid, list(level.where)) for level in lists[each.OID]]


def test_where_clauses(both):
    oracle, made = both
    assert {
        each.OID: [
            (check.ItemOID, check.Comparator, [value._content for value in check.CheckValue], check.SoftHard)
            for check in each.RangeCheck
        ]
        for each in oracle.WhereClauseDef
    } == {
        oid: [
            (check.item, check.comparator, list(check.values), "Soft" if check.soft else "Hard")
            for check in clause.checks
        ]
        for oid, clause in made.where_clauses.items()
    }


def test_codelists(both):
    oracle, made = both
    for each in oracle.CodeList:
        codelist = made.codelists[each.OID]
        decoded = [
            (item.CodedValue, item.Decode.TranslatedText[0]._content.strip()) for item in each.CodeListItem
        ]
        enumerated = [(item.CodedValue, "") for item in each.EnumeratedItem]
        assert [(item.coded, item.decode) for item in codelist.items] == decoded + enumerated
        assert (codelist.name, codelist.data_type) == (each.Name, each.DataType)
        assert codelist.enumerated == bool(enumerated)
        dictionary = said(getattr(each, "ExternalCodeList", None), "Dictionary")
        assert (codelist.external.dictionary if codelist.external else "") == dictionary
    assert len(oracle.CodeList) == len(made.codelists)


def test_methods_and_comments(both):
    oracle, made = both
    assert {
        each.OID: (said(each, "Name"), said(each, "Type"), description(each)) for each in oracle.MethodDef
    } == {oid: (method.name, method.type, method.description) for oid, method in made.methods.items()}
    assert {each.OID: description(each) for each in oracle.CommentDef} == {
        oid: comment.text for oid, comment in made.comments.items()
    }
