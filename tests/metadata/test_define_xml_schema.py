"""A define.xml against the XML Schema that a user gives."""

import http.server
import sys
import threading

import pytest
from define_documents import DEFINE_1_0, DEFINE_2_1

import adamgate as ag
from adamgate.converters.metadata.define_xml.xml_schema import MOST_PROBLEMS, schema_file

pytest.importorskip("lxml")

SCHEMA = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"
  xmlns:def="http://www.cdisc.org/ns/def/v{version}">{within}<xs:element name="none"/></xs:schema>
"""


@pytest.fixture
def document(tmp_path):
    path = tmp_path / "define.xml"
    path.write_text(DEFINE_2_1, encoding="utf-8")
    return path


@pytest.fixture
def cdisc(shared):
    return shared / "formats" / "define-2.1"


def problems(document, xsd):
    return ag.read(define=document, xsd=xsd).definition.schema_problems


def findings(study):
    return [(str(each.severity), each.message) for each in ag.validate(study, select="DF058").findings]


def test_a_valid_document(shared, cdisc):
    study = ag.read(define=shared / "data" / "define" / "define_msg_adam.xml", xsd=cdisc)
    assert study.definition.schema_problems == ()
    assert findings(study) == []


@pytest.mark.slow
def test_a_problem_is_a_finding_with_file_and_line(shared, cdisc, tmp_path):
    text = (shared / "data" / "define" / "define_msg_adam.xml").read_text(encoding="utf-8")
    damaged = tmp_path / "define.xml"
    damaged.write_text(text.replace(' Purpose="Analysis"', ' Purpose="Analysis" Colour="red"', 1))
    end_of_tag = text.index(">", text.index(' Purpose="Analysis"'))
    line = 1 + text[:end_of_tag].count("\n")
    study = ag.read(shared / "data" / "define" / "adam_xpt", define=damaged, xsd=cdisc)
    ((severity, message),) = findings(study)
    assert severity == "error"
    assert message.startswith(f"define.xml:{line}: Element 'ItemGroupDef', attribute 'Colour'")
    assert findings(ag.read(define=damaged, xsd=cdisc)) == findings(study)


def test_a_line_far_down_and_many_problems(cdisc, document):
    text = DEFINE_2_1.replace("<ItemDef ", "\n" * 70_000 + '<ItemDef Colour="red" ', 1)
    document.write_text(text, encoding="utf-8")
    colour = [each for each in problems(document, cdisc) if "Colour" in each.message]
    assert [each.line > 70_000 for each in colour] == [True]
    repeated = "".join(f'<MethodDef OID="M{n}" Name="m" Type="wrong"/>' for n in range(MOST_PROBLEMS + 50))
    document.write_text(DEFINE_2_1.replace("<MethodDef ", f"{repeated}<MethodDef ", 1), encoding="utf-8")
    assert len(problems(document, cdisc)) == MOST_PROBLEMS


def test_a_wrong_value_is_one_problem(cdisc, document):
    before = problems(document, cdisc)
    document.write_text(DEFINE_2_1.replace('KeySequence="1"', 'KeySequence="one"'), encoding="utf-8")
    (added,) = [each for each in problems(document, cdisc) if each not in before]
    assert "KeySequence" in added.message


def test_without_an_xml_schema_the_rule_is_not_applicable(document):
    report = ag.validate(ag.read(define=document), select="DF058")
    assert [(str(each.status), each.reason) for each in report.outcomes] == [
        ("not applicable", "not checked against an XML Schema")
    ]


def test_the_file_of_each_version_is_found(tmp_path):
    for version, folder in (("2.0", "arm-2.0"), ("2.1", "arm-2.1")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "arm1-0-0.xsd").write_text(SCHEMA.format(version=version, within=""))
    assert schema_file(tmp_path, "2.0").parent.name == "arm-2.0"
    assert schema_file(tmp_path, "2.1").parent.name == "arm-2.1"
    with pytest.raises(ag.ConfigurationError, match=r"no XML Schema of Define-XML 1\.0"):
        schema_file(tmp_path, "1.0")
    named = tmp_path / "arm-2.0" / "arm1-0-0.xsd"
    assert schema_file(named, "1.0") == named


@pytest.mark.parametrize(
    ("content", "said"),
    [("", "cannot be used"), ("<a/>", "cannot be used"), (None, "does not exist")],
    ids=["empty", "not a schema", "absent"],
)
def test_an_unusable_schema_is_refused(document, tmp_path, content, said):
    xsd = tmp_path / "mine.xsd"
    if content is not None:
        xsd.write_text(content)
    with pytest.raises(ag.ConfigurationError, match=said):
        ag.read(define=document, xsd=xsd)


@pytest.fixture
def server():
    """An address on this machine, and what is asked of it."""
    asked = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_error(404)

    listening = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=listening.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{listening.server_port}/other.xsd", asked
    listening.shutdown()
    thread.join()
    listening.server_close()


@pytest.mark.parametrize(
    "within",
    [
        '<xs:include schemaLocation="{address}"/>',
        '<xs:import namespace="urn:other" schemaLocation="{address}"/>',
        '<xs:redefine schemaLocation=" {address}"/>',
        '<xs:include schemaLocation="other.xsd" xml:base="{address}"/>',
        '<xs:include schemaLocation="//127.0.0.1/other.xsd"/>',
        '<xs:include schemaLocation="within.xsd"/>',
    ],
)
def test_nothing_is_fetched_from_a_network_for_a_schema(document, tmp_path, server, within):
    address, asked = server
    xsd = tmp_path / "define2-1-0.xsd"
    xsd.write_text(SCHEMA.format(version="2.1", within=within.format(address=address)))
    further = f'<xs:import namespace="urn:other" schemaLocation="{address}"/>'
    (tmp_path / "within.xsd").write_text(SCHEMA.format(version="2.1", within=further))
    with pytest.raises(ag.ConfigurationError, match=r"not a file of this machine|xml:base"):
        ag.read(define=document, xsd=xsd)
    assert asked == []


def test_an_external_entity_of_a_schema_is_refused(document, tmp_path, server):
    address, asked = server
    xsd = tmp_path / "define2-1-0.xsd"
    declared = f'<!DOCTYPE xs:schema [<!ENTITY other SYSTEM "{address}">]>'
    xsd.write_text(declared + SCHEMA.format(version="2.1", within="&other;"))
    with pytest.raises(ag.ConfigurationError, match="external entity other"):
        ag.read(define=document, xsd=xsd)
    assert asked == []


def test_nothing_is_fetched_from_a_network_for_a_document(cdisc, document, server):
    address, asked = server
    instance = (
        f'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="urn:other {address}"'
        f' xsi:noNamespaceSchemaLocation="{address}"'
    )
    document.write_text(DEFINE_2_1.replace("<ODM ", f"<ODM {instance} ", 1), encoding="utf-8")
    assert problems(document, cdisc) is not None
    assert asked == []


def test_without_lxml_the_message_says_what_to_install(document, cdisc, monkeypatch):
    monkeypatch.setattr(
        "adamgate.converters.metadata.define_xml.xml_schema.call_apart",
        lambda function, *arguments, **_: function(*arguments),
    )
    monkeypatch.setitem(sys.modules, "lxml", None)
    with pytest.raises(ag.ConfigurationError) as wrong:
        ag.read(define=document, xsd=cdisc)
    assert "lxml" in wrong.value.what
    assert "pip install 'adamgate[define]'" in wrong.value.advice


def test_a_note_where_no_define_xml_is_there_to_check(tmp_path, cdisc):
    (tmp_path / "adsl.csv").write_text("USUBJID\n1\n")
    study = ag.read(tmp_path, xsd=cdisc)
    assert [each.message for each in study.notes] == [
        "nothing was checked against the XML Schema: no define.xml describes the study"
    ]


def test_rules_about_data_do_not_judge_a_document_alone(document):
    report = ag.validate(ag.read(define=document))
    assert {each.rule_id[:2] for each in report.outcomes} == {"DF"}
    assert len(report.inputs) == 0


def test_version_1_0_alone(tmp_path):
    (tmp_path / "define.xml").write_text(DEFINE_1_0, encoding="utf-8")
    report = ag.validate(ag.read(define=tmp_path / "define.xml"))
    assert not [each for each in report.outcomes if str(each.status) == "not run"]
