"""What is written of a definition: read again it is equal, and valid against the schema of Define-XML 2.1."""

from dataclasses import replace
from pathlib import Path

import pytest
from define_documents import DEFINE_2_1, DOCUMENTS
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from adamgate.converters.metadata.define_xml.reader import read_define
from adamgate.converters.metadata.define_xml.writer import define_xml

REAL = (
    "define/define10_adam.xml",
    "define/define_msg_adam.xml",
    "cdiscpilot/adam/define.xml",
    "cdiscpilot/sdtm/define.xml",
)


def written_and_read(definition, folder):
    path = Path(folder) / "again.xml"
    path.write_bytes(define_xml(definition))
    return read_define(path)


def read_text(text, folder):
    path = Path(folder) / "define.xml"
    path.write_text(text, encoding="utf-8")
    return read_define(path)


@pytest.fixture(scope="module")
def schema(shared):
    """The schema of Define-XML 2.1 with analysis results."""
    return etree.XMLSchema(
        etree.parse(shared / "formats/define-2.1/cdisc-arm-1.0-definexml-2.1/arm1-0-0.xsd")
    )


@pytest.mark.parametrize("version", DOCUMENTS)
def test_what_is_written_is_read_again(tmp_path, version):
    made = read_text(DOCUMENTS[version], tmp_path)
    again = written_and_read(made, tmp_path)
    assert again == replace(made, version="2.1")
    assert (again.unsupported, again.invalid, again.dangling) == ((), (), ())
    assert define_xml(again) == define_xml(made)


@pytest.mark.slow
@pytest.mark.parametrize("name", REAL)
def test_what_is_written_of_real_files_is_read_again(shared, tmp_path, name):
    made = read_define(shared / "data" / name)
    again = written_and_read(made, tmp_path)
    assert again == replace(made, version="2.1")
    assert (again.unsupported, again.invalid) == ((), ())


def test_it_is_valid_as_the_source_is(schema, tmp_path):
    made = read_text(DEFINE_2_1, tmp_path)
    schema.assertValid(etree.fromstring(DEFINE_2_1.encode()))
    schema.assertValid(etree.fromstring(define_xml(made)))


@pytest.mark.slow
def test_the_example_of_the_guidelines_is_as_valid_as_its_source(schema, shared):
    path = shared / "data/define/define_msg_adam.xml"
    assert schema.validate(etree.parse(path)) == schema.validate(
        etree.fromstring(define_xml(read_define(path)))
    )


TEXTS = st.text(
    st.characters(
        exclude_categories=("Cs", "Cc"), include_characters="\t\n\r", exclude_characters="\ufffe\uffff"
    ),
    min_size=1,
)


@pytest.mark.slow
@given(text=TEXTS)
def test_any_text_comes_back(tmp_path_factory, text):
    folder = tmp_path_factory.getbasetemp()
    made = read_text(DEFINE_2_1, folder)
    codelist = made.codelists["CL.PARAMCD"]
    changed = replace(
        made,
        codelists={
            **made.codelists,
            codelist.oid: replace(codelist, items=(replace(codelist.items[0], coded=text),)),
        },
        datasets=tuple(replace(each, structure_text=text, label=text.strip()) for each in made.datasets),
        methods={
            oid: replace(each, expressions=tuple(replace(code, code=text) for code in each.expressions))
            for oid, each in made.methods.items()
        },
    )
    assert written_and_read(changed, folder) == changed


def test_a_value_list_and_an_item_that_datasets_share_are_written_once(tmp_path):
    twice = DEFINE_2_1.replace(
        '<ItemDef OID="IT.USUBJID"',
        '<ItemGroupDef OID="IG.2" Name="ADTTE2" Repeating="Yes"><ItemRef ItemOID="IT.AVAL" Mandatory="No"/>'
        '</ItemGroupDef><ItemDef OID="IT.USUBJID"',
    )
    made = read_text(twice, tmp_path)
    text = define_xml(made).decode()
    assert (text.count('<ItemDef OID="IT.AVAL"'), text.count("<def:ValueListDef ")) == (1, 1)
    assert written_and_read(made, tmp_path) == made
