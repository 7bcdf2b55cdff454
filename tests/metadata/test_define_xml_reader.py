"""Define-XML of every version: what is kept, what is listed, and what is refused."""

import gc
import pickle
import subprocess
import sys
import tracemalloc
from dataclasses import replace
from pathlib import Path
from time import process_time

import pytest
from define_documents import DEFINE_2_0, DEFINE_2_1, DOCUMENTS, large
from hypothesis import given
from hypothesis import strategies as st

from adamgate.converters.metadata.define_xml.reader import read_define
from adamgate.schemas.errors import UnreadableInput
from adamgate.schemas.study.definition import (
    AnalysisDataset,
    CodelistItem,
    Comment,
    DocumentPages,
    DocumentReference,
    ExternalDictionary,
    FormalExpression,
    InvalidValue,
    ProgrammingCode,
    RangeCheck,
    Standard,
    VariableOrigin,
)

REAL = (
    "define/define10_adam.xml",
    "define/define_msg_adam.xml",
    "cdiscpilot/adam/define.xml",
    "cdiscpilot/sdtm/define.xml",
)


@pytest.fixture
def read(tmp_path):
    """The definition of a text."""

    def reading(text, encoding="utf-8"):
        path = tmp_path / "define.xml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
        return read_define(path)

    return reading


@pytest.mark.parametrize("version", DOCUMENTS)
def test_everything_in_a_document_is_kept(read, version):
    made = read(DOCUMENTS[version])
    assert made.version == version
    assert (made.study.name, made.study.description, made.study.protocol) == (
        "Trial 1",
        "A <small> trial",
        "T-001",
    )
    assert (made.unsupported, made.dangling, made.invalid) == ((), (), ())
    [adtte] = made.datasets
    assert (adtte.name, adtte.label, adtte.href) == ("ADTTE", "Time to Event", "adtte.xpt")
    assert (adtte.purpose, adtte.repeating, adtte.is_reference_data) == ("Analysis", True, False)
    assert adtte.keys == ("USUBJID", "PARAMCD")
    assert adtte.structure_text == "One record per subject per parameter"
    assert [(each.name, each.order, each.mandatory) for each in adtte.variables] == [
        ("USUBJID", 1, True),
        ("PARAMCD", 2, True),
        ("AVAL", 3, False),
    ]
    aval = adtte.by_name["AVAL"]
    assert (aval.label, aval.data_type, aval.length, aval.significant_digits, aval.display_format) == (
        "Analysis Value",
        "float",
        8,
        2,
        "8.2",
    )
    assert made.codelists["CL.PARAMCD"].decodes == {"OS": "Overall Survival"}
    assert made.codelists["CL.PARAMCD"].format == "$PARAM"
    assert made.codelists["CL.MEDDRA"].external.dictionary == "MedDRA"
    assert made.documents["LF.CRF"].href == "crf.pdf"
    assert made.annotated_crf == (DocumentReference("LF.CRF"),)
    assert [each.definition.label for each in aval.value_level] == ["Survival"]


def test_version_1_0_says_some_of_it_in_other_places(read):
    made = read(DOCUMENTS["1.0"])
    adtte = made.by_name["ADTTE"]
    usubjid, _, aval = adtte.variables
    assert made.standards == (Standard("STD.1", "CDISC ADaM", "IG", "2.1"),)
    assert usubjid.origins == (VariableOrigin("CRF Page 3"),)
    assert made.comments[usubjid.comment].text == "DM.USUBJID"
    assert made.comments[adtte.comment].text == "All subjects"
    assert made.methods[aval.method].description == "ADT - STARTDT + 1"
    assert aval.value_level[0].where == ()  # which records it is about is not stated
    assert made.codelists["CL.PARAMCD"].items == (CodelistItem("OS", "Overall Survival", rank=1.0),)


@pytest.mark.parametrize("version", ["2.0", "2.1"])
def test_versions_2_keep_where_clauses_methods_and_analyses(read, version):
    made = read(DOCUMENTS[version])
    usubjid, paramcd, aval = made.by_name["ADTTE"].variables
    assert usubjid.origins == (VariableOrigin("Predecessor", description="DM.USUBJID"),)
    assert usubjid.role == "Identifier"
    assert paramcd.codelist == "CL.PARAMCD"
    assert aval.origins[0].documents == (DocumentReference("LF.CRF", (DocumentPages(pages="7 9"),)),)
    [level] = aval.value_level
    assert level.where == ("WC.OS", "WC.PFS")
    assert (level.definition.data_type, level.definition.mandatory, level.definition.method) == (
        "integer",
        True,
        "MT.OS",
    )
    assert made.where_clauses["WC.OS"].checks == (
        RangeCheck("IT.PARAMCD", "IN", ("OS", "OS2")),
        RangeCheck("IT.AVAL", "GE", ("0",), soft=False),
    )
    assert made.where_clauses["WC.OS"].comment == "COM.1"
    assert made.places["IT.PARAMCD"] == (("ADTTE", "PARAMCD"),)
    method = made.methods["MT.AVAL"]
    assert method.expressions == (
        FormalExpression("SAS", "aval = adt - startdt + 1;\n  if aval < 1 then aval = .;"),
    )
    assert method.documents == (DocumentReference("LF.GUIDE", (DocumentPages(first="3", last="5"),)),)
    assert made.methods["MT.OS"].type == "Imputation"
    assert made.comments["COM.1"] == Comment("COM.1", "See the guide", (DocumentReference("LF.GUIDE"),))
    assert made.codelists["CL.PARAMCD"].items == (
        CodelistItem("OS", "Overall Survival", 1.5, 1, extended=True, nci_code="C1"),
    )
    assert made.codelists["CL.PARAMCD"].nci_code == "C81"
    assert made.codelists["CL.NY"].enumerated
    assert [each.coded for each in made.codelists["CL.NY"].items] == ["N", "Y"]
    assert made.codelists["CL.MEDDRA"].external == ExternalDictionary(
        "MedDRA", "26.1", "https://www.meddra.org"
    )
    [display] = made.analyses
    [result] = display.results
    assert (display.name, display.description) == ("Table 14.2", "Survival")
    assert (result.parameter, result.reason, result.purpose) == (
        "IT.PARAMCD",
        "SPECIFIED IN SAP",
        "PRIMARY OUTCOME MEASURE",
    )
    assert result.datasets == (AnalysisDataset("IG.ADTTE", ("WC.OS",), ("IT.AVAL",)),)
    assert result.datasets_comment == "COM.1"
    assert result.documentation == Comment("", "Stratified", (DocumentReference("LF.GUIDE"),))
    assert result.code == ProgrammingCode("SAS 9.4", "proc lifetest;\n  run;")


def test_class_and_standards_of_2_1_and_of_2_0(read):
    newer, older = read(DEFINE_2_1), read(DEFINE_2_0)
    assert [each.by_name["ADTTE"].class_name for each in (newer, older)] == ["BASIC DATA STRUCTURE"] * 2
    assert newer.by_name["ADTTE"].subclass == "TIME-TO-EVENT"
    assert newer.document.context == "Other"
    assert newer.standards[1].publishing_set == "ADaM"
    assert older.standards == (Standard("STD.1", "ADaM-IG", "IG", "1.1"),)


def test_lines_are_those_of_the_file(read):
    made = read(DEFINE_2_1)
    lines = DEFINE_2_1.splitlines()
    for each in made.by_name["ADTTE"].variables:
        assert f'<ItemDef OID="{each.oid}"' in lines[each.line - 1]
    assert '<ItemGroupDef OID="IG.ADTTE"' in lines[made.datasets[0].line - 1]
    assert '<MethodDef OID="MT.OS"' in lines[made.methods["MT.OS"].line - 1]


def test_two_readings_are_equal_wherever_the_lines_are_and_go_through_pickle(read):
    made = read(DEFINE_2_1)
    assert read(DEFINE_2_1.replace("\n", "\r\n")) == made
    assert read(DEFINE_2_1.replace("><", ">\n<")) == made
    assert read(DEFINE_2_1.replace("UTF-8", "UTF-16"), "utf-16") == made
    assert pickle.loads(pickle.dumps(made)) == made
    assert read(DEFINE_2_1.replace('Mandatory="No"', 'Mandatory="Yes"')) != made


def test_prefixes_of_namespaces_do_not_matter(read):
    other = DEFINE_2_1.replace("def:", "d:").replace("xmlns:def", "xmlns:d")
    other = other.replace("<", "<o:").replace("<o:/", "</o:").replace("<o:?", "<?")
    for prefix in ("d", "arm"):
        other = other.replace(f"<o:{prefix}:", f"<{prefix}:").replace(f"</o:{prefix}:", f"</{prefix}:")
    other = other.replace("xmlns=", "xmlns:o=")
    assert read(other) == read(DEFINE_2_1)


def test_a_prefix_of_ours_for_another_namespace_means_nothing(read):
    other = DEFINE_2_1.replace("http://www.cdisc.org/ns/arm/v1.0", "urn:other")
    made = read(other)
    assert made.analyses == ()
    assert made.unsupported[0].startswith("urn:other:AnalysisResultDisplays in MetaDataVersion (once")


# What does not follow the standard


@pytest.mark.parametrize(
    ("old", "new", "listed"),
    [
        ('Name="AVAL" DataType="float"', 'Name="AVAL" DataType="float" v:X="1"', "attribute v:X of ItemDef"),
        ("<def:Standards>", "<v:More><a><b/></a></v:More><def:Standards>", "v:More in MetaDataVersion"),
        ("</Study>", "</Study><ClinicalData/><ClinicalData/>", "ClinicalData in ODM (2 times"),
        ("</Study>", "</Study><Study/>", "a further Study in ODM"),
        ("Event</TranslatedText>", "Event</TranslatedText><TranslatedText xml:lang='de'>Z</TranslatedText>",
         "a further TranslatedText in Description"),
        ("<def:Standards>", "stray <def:Standards>", "text in MetaDataVersion"),
        ('<ItemDef OID="IT.AVAL.OS"', '<ItemDef OID="IT.NOT" Name="N"/><ItemDef OID="IT.AVAL.OS"',
         "ItemDef that no dataset refers to"),
        ('<Alias Context="nci:ExtCodeID" Name="C81"/>',
         '<Alias Context="nci:ExtCodeID" Name="C81"/><Alias Context="x" Name="y"/>',
         "Alias in CodeList that is not its NCI code"),
    ],
)  # fmt: skip
def test_what_is_not_kept_is_listed_and_nothing_else_changes(read, old, new, listed):
    assert old in DEFINE_2_1
    text = DEFINE_2_1.replace("<ODM ", '<ODM xmlns:v="urn:vendor" ').replace(old, new)
    made = read(text)
    assert made == read(DEFINE_2_1)
    assert [each.startswith(listed) for each in made.unsupported] == [True]


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ('Length="11"', 'Length="eleven"',
         InvalidValue("IT.USUBJID", "Length", "eleven", "a positive integer")),
        ('Length="11"', 'Length="0"', InvalidValue("IT.USUBJID", "Length", "0", "a positive integer")),
        ('Length="11"', 'Length="9999999999"',
         InvalidValue("IT.USUBJID", "Length", "9999999999", "a positive integer")),
        ('KeySequence="2"', 'KeySequence="-2"',
         InvalidValue("IT.PARAMCD", "KeySequence", "-2", "a non-negative integer")),
        ('Repeating="Yes"', 'Repeating="Y"', InvalidValue("IG.ADTTE", "Repeating", "Y", "Yes or No")),
        ('Rank="1.5"', 'Rank="NaN"', InvalidValue("CL.PARAMCD", "Rank", "NaN", "a number")),
        ('Comparator="GE"', 'Comparator="&gt;="',
         InvalidValue("WC.OS", "Comparator", ">=", "one of EQ, NE, LT, LE, GT, GE, IN, NOTIN")),
        ('<MethodDef OID="MT.OS"', '<MethodDef OID="MT.AVAL"',
         InvalidValue("MT.AVAL", "OID", "MT.AVAL", "unique")),
    ],
)  # fmt: skip
def test_a_value_that_is_not_valid_is_listed_with_its_line(read, old, new, found):
    assert old in DEFINE_2_1
    text = DEFINE_2_1.replace(old, new)
    made = read(text)
    assert made.invalid == (found,)
    assert new.split()[-1].split("=")[0] in text.splitlines()[made.invalid[0].line - 1]


@pytest.mark.parametrize(
    ("old", "new", "kind", "referrer"),
    [
        ('CodeListOID="CL.PARAMCD"', 'CodeListOID="CL.X"', "codelist", "IT.PARAMCD"),
        ('MethodOID="MT.AVAL"', 'MethodOID="MT.X"', "method", "IT.AVAL"),
        ('<def:WhereClauseRef WhereClauseOID="WC.PFS"/>', '<def:WhereClauseRef WhereClauseOID="WC.X"/>',
         "where clause", "IT.AVAL.OS"),
        ('ValueListOID="VL.AVAL"', 'ValueListOID="VL.X"', "value list", "IT.AVAL"),
        ('def:StandardOID="STD.1"', 'def:StandardOID="STD.X"', "standard", "IG.ADTTE"),
        ('WC.OS" def:CommentOID="COM.1"', 'WC.OS" def:CommentOID="COM.X"', "comment", "WC.OS"),
        ('ItemOID="IT.AVAL" Comparator', 'ItemOID="IT.X" Comparator', "variable", "WC.OS"),
        ('<ItemRef ItemOID="IT.USUBJID"', '<ItemRef ItemOID="IT.X"', "variable", "IG.ADTTE"),
        ('ItemGroupOID="IG.ADTTE"', 'ItemGroupOID="IG.X"', "dataset", "AR.1"),
        ('<arm:AnalysisVariable ItemOID="IT.AVAL"', '<arm:AnalysisVariable ItemOID="IT.X"',
         "variable", "AR.1"),
        ('"LF.CRF"', '"LF.CRF"', "", ""),
        ('<def:leaf ID="LF.CRF"', '<def:leaf ID="LF.Y"', "document", ""),
    ],
)  # fmt: skip
def test_a_reference_that_leads_nowhere_is_listed(read, old, new, kind, referrer):
    made = read(DEFINE_2_1.replace(old, new))
    assert {(each.kind, each.referrer) for each in made.dangling} >= ({(kind, referrer)} if kind else set())
    assert bool(made.dangling) == bool(kind)
    assert len(set(made.dangling)) == len(made.dangling)


def test_of_two_with_one_oid_the_first_counts(read):
    twice = DEFINE_2_1.replace(
        '<ItemDef OID="IT.PARAMCD"',
        '<ItemDef OID="IT.USUBJID" Name="OTHER" DataType="float"/><ItemDef OID="IT.PARAMCD"',
    )
    assert [each.name for each in read(twice).datasets[0].variables] == ["USUBJID", "PARAMCD", "AVAL"]


def test_a_value_list_within_itself_ends(read):
    within = DEFINE_2_1.replace(
        '<ItemDef OID="IT.AVAL.OS" Name="AVAL" DataType="integer" Length="4">',
        '<ItemDef OID="IT.AVAL.OS" Name="AVAL" DataType="integer" Length="4"><def:ValueListRef '
        'ValueListOID="VL.AVAL"/>',
    )
    [level] = read(within).by_name["ADTTE"].by_name["AVAL"].value_level
    assert (level.definition.value_list, level.definition.value_level) == ("VL.AVAL", ())


def test_value_lists_may_be_nested_but_not_without_end(read):
    lists = "".join(
        f'<def:ValueListDef OID="VL.{each}"><ItemRef ItemOID="IT.V{each}" Mandatory="No"/></def:ValueListDef>'
        for each in range(5_000)
    )
    items = "".join(
        f'<ItemDef OID="IT.V{each}" Name="V{each}"><def:ValueListRef ValueListOID="VL.{each + 1}"/></ItemDef>'
        for each in range(5_000)
    )
    text = DEFINE_2_1.replace('ValueListOID="VL.AVAL"', 'ValueListOID="VL.0"')
    text = text.replace('<def:ValueListDef OID="VL.AVAL">', f'{lists}<def:ValueListDef OID="VL.AVAL">')
    made = read(text.replace('<ItemDef OID="IT.USUBJID"', f'{items}<ItemDef OID="IT.USUBJID"'))
    names, level = [], made.by_name["ADTTE"].by_name["AVAL"].value_level
    while level:
        names.append(level[0].definition.name)
        level = level[0].definition.value_level
    assert names == ["V0", "V1", "V2"]
    assert made.unsupported[0].startswith("def:ValueListDef nested more than 3 deep (once")


def test_nested_value_lists_of_the_pilot(shared):
    made = read_define(shared / "data/cdiscpilot/sdtm/define.xml")
    lbcat = made.by_name["LB"].by_name["LBCAT"]
    assert [len(each.definition.value_level) > 0 for each in lbcat.value_level] == [True] * 5


# What is refused


@pytest.mark.parametrize(
    ("text", "what", "where"),
    [
        ("", "the file is not a define.xml", "it seems to be empty"),
        ("USUBJID,AGE\n1,2\n", "the file is not a define.xml", "perhaps CSV"),
        ("<html></html>", "the file is not a define.xml", "root element html"),
        ("<ODM><Study/></ODM>", "the file is not a define.xml", "no MetaDataVersion within element ODM"),
        (
            "<ODM xmlns='http://www.cdisc.org/ns/odm/v1.3'><Study><MetaDataVersion/></Study></ODM>",
            "the file is ODM, but not a define.xml: it has no namespace of Define-XML",
            "line 1",
        ),
        (DEFINE_2_1.replace("def/v2.1", "def/v3.0"), "the version 3.0 of Define-XML is not known", "line "),
        (
            DEFINE_2_1.replace("<ODM ", '<ODM xmlns:old="http://www.cdisc.org/ns/def/v2.0" '),
            "the namespaces of versions 2.0 and 2.1 of Define-XML are mixed",
            "line ",
        ),
        (DEFINE_2_1.replace("</ItemGroupDef>", ""), "define.xml is not well-formed", "mismatched tag"),
        (DEFINE_2_1[:3000], "define.xml is not well-formed", "line "),
        (DEFINE_2_1.replace("&lt;", "&nbsp;"), "define.xml is not well-formed", "line 6: undefined entity"),
        (DEFINE_2_1.replace("UTF-8", "klingon"), "define.xml declares an unsupported encoding", "klingon"),
    ],
)
def test_what_is_no_define_xml_is_refused(read, text, what, where):
    with pytest.raises(UnreadableInput) as refused:
        read(text)
    assert refused.value.what.startswith(what)
    assert where in refused.value.where
    assert refused.value.advice


@pytest.mark.parametrize(
    ("where", "code"),
    [("gone.xml", "No such file"), ("", "Is a directory"), ("a\0b", "not a valid file name")],
)
def test_what_cannot_be_opened_is_refused(tmp_path, where, code):
    with pytest.raises(UnreadableInput, match=r"define\.xml cannot be opened") as refused:
        read_define(tmp_path / where)
    assert code in refused.value.where


_LAUGHS = "".join(f'<!ENTITY l{each} "{f"&l{each - 1};" * 10 if each else "ha"}">' for each in range(10))
HOSTILE = {
    "a local entity": '<!DOCTYPE ODM [<!ENTITY a "b">]><ODM>&a;</ODM>',
    "a file": '<!DOCTYPE ODM [<!ENTITY a SYSTEM "file:///etc/passwd">]><ODM>&a;</ODM>',
    "an address": '<!DOCTYPE ODM SYSTEM "http://127.0.0.1:9/x.dtd"><ODM/>',
    "parameter entities": '<!DOCTYPE ODM [<!ENTITY % a SYSTEM "http://127.0.0.1:9/x.dtd"> %a;]><ODM/>',
    "a billion laughs": f"<!DOCTYPE ODM [{_LAUGHS}]><ODM>&l9;</ODM>",
    "quadratic": f'<!DOCTYPE ODM [<!ENTITY a "{"b" * 100_000}">]><ODM>{"&a;" * 1_000}</ODM>',
    "deep": "<ODM>" * 2_000_000,
    "deep within": DEFINE_2_1.replace("<def:Standards>", "<v>" * 2_000_000),
    "deep and closed": "<a>" * 2_000_000 + "</a>" * 2_000_000,
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_what_a_hostile_file_does_is_refused_at_once(tmp_path, kind):
    path = tmp_path / "define.xml"
    path.write_text(HOSTILE[kind], encoding="utf-8")
    begin = process_time()
    with pytest.raises(UnreadableInput, match="which is not allowed"):
        read_define(path)
    assert process_time() - begin < 2  # it takes milliseconds; to read 2 million elements takes 6 s


@pytest.mark.slow
def test_what_is_not_kept_takes_no_memory(tmp_path):
    path = tmp_path / "define.xml"
    path.write_text(
        DEFINE_2_1.replace("</Study>", "</Study><ClinicalData>" + "<a b='c'/>" * 300_000 + "</ClinicalData>")
    )
    tracemalloc.start()
    made = read_define(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2 * path.stat().st_size + 2_000_000
    assert [each.partition(" (")[0] for each in made.unsupported] == ["ClinicalData in ODM"]


@pytest.mark.parametrize("what", ["attributes", "elements", "namespaces"])
def test_kinds_without_end_are_not_listed_without_end(read, what):
    made_of = {
        "attributes": lambda n: f"<ItemDef a{n}='1'/>",
        "elements": lambda n: f"<a{n}/>",
        "namespaces": lambda n: f"<a xmlns='urn:{n}'/>",
    }[what]
    text = DEFINE_2_1.replace("<def:Standards>", "".join(map(made_of, range(5_000))) + "<def:Standards>")
    if what == "namespaces":
        with pytest.raises(UnreadableInput, match="namespaces, which is not allowed"):
            read(text)
    else:
        assert 900 < len(read(text).unsupported) < 1_100


@pytest.mark.slow
@pytest.mark.one_version
def test_fifty_megabytes_take_seconds(tmp_path):
    path = tmp_path / "define.xml"
    path.write_text(large(110, 500), encoding="utf-8")
    assert path.stat().st_size > 50_000_000
    begin = process_time()
    made = read_define(path)
    assert process_time() - begin < 30  # 5 s on an idle core
    assert (len(made.datasets), sum(1 for _ in made.variables()), len(made.codelists)) == (
        110,
        55_000,
        55_000,
    )


ABOVE_IMPORTS = """
import sys
from pathlib import Path
from adamgate.converters.metadata.define_xml.reader import read_define

def peak():
    return int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) * 1024

before = peak()
definition = read_define(sys.argv[1])
print(peak() - before)
"""


@pytest.mark.slow
@pytest.mark.one_version
@pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="needs the peak of a process as Linux has it"
)
def test_a_large_file_takes_little_more_memory_than_what_is_read_of_it(tmp_path):
    path = tmp_path / "define.xml"
    path.write_text(large(110, 250), encoding="utf-8")
    peak = subprocess.run(
        [sys.executable, "-c", ABOVE_IMPORTS, str(path)], check=True, capture_output=True, text=True
    ).stdout
    assert int(peak) < 8 * path.stat().st_size  # 6 times; with every element of it, 14 times


def test_codelists_within_a_document_are_as_their_order_says(read):
    again = '<CodeList OID="CL.A" Name="again" DataType="text"/>'
    first = '<CodeList OID="CL.A" Name="first" DataType="text"/>'
    made = read(DEFINE_2_1.replace("<MethodDef", f"{first}{again}<CodeList Name='none'/><MethodDef", 1))
    assert made.codelists["CL.A"].name == "first"
    assert [(each.oid, each.expected) for each in made.invalid] == [
        ("CL.A", "unique"),
        ("", "an OID for each CodeList"),
    ]


def test_a_collector_that_is_off_stays_off(read):
    gc.disable()
    try:
        read(DEFINE_2_1)
        assert not gc.isenabled()
    finally:
        gc.enable()
    read(DEFINE_2_1)
    assert gc.isenabled()


@given(st.binary(max_size=40), st.integers(0, len(DEFINE_2_1)), st.integers(0, 60))
def test_damage_is_read_or_refused(tmp_path_factory, junk, at, removed):
    whole = DEFINE_2_1.encode()
    path = tmp_path_factory.getbasetemp() / "damaged.xml"
    path.write_bytes(whole[:at] + junk + whole[at + removed :])
    outcome = _read_or_refused(path)
    assert outcome == "2.1" or str(path) in outcome


def _read_or_refused(path):
    try:
        return read_define(path).version
    except UnreadableInput as refused:
        return refused.where


# Real files


@pytest.mark.parametrize("name", REAL)
def test_real_files_are_kept_whole(shared, name):
    made = read_define(shared / "data" / name)
    assert made.dangling == ()
    # LBSEQ is not a variable of ADLBHY.
    assert [(each.oid, each.value) for each in made.invalid] == (
        [("ADLBHY", "USUBJID, PARAMCD, AVISIT, LBSEQ")] if name == "cdiscpilot/adam/define.xml" else []
    )
    of_pilot = ("adamref:AnalysisResultDisplays in MetaDataVersion (14 times, first in line 18289)",)
    assert made.unsupported == (of_pilot if name == "cdiscpilot/adam/define.xml" else ())


def test_the_example_of_the_guidelines(shared):
    made = read_define(shared / "data/define/define_msg_adam.xml")
    assert (made.version, len(made.datasets), len(made.where_clauses)) == ("2.1", 12, 110)
    composite = [each for each in made.where_clauses.values() if len(each.checks) > 1]
    assert len(composite) == 2
    lists = {variable.value_list for _, variable in made.variables()} - {""}
    assert len(lists) == 10
    assert len(made.analyses) == 2
    assert made.by_name["ADSL"].keys == ("USUBJID",)


def test_replacing_lines_changes_nothing(read):
    made = read(DEFINE_2_1)
    moved = replace(made, datasets=tuple(replace(each, line=each.line + 5) for each in made.datasets))
    assert moved == made
