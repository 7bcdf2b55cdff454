"""Variables that adamgate.toml derives have their tables as methods of a define.xml."""

import tomllib

import pytest

import adamgate as ag
from adamgate import cli
from adamgate.converters.metadata.define_xml.reader import read_define

PROJECT = "fixtures/cartitude1-project/adamgate.toml"


@pytest.fixture
def written(root, tmp_path):
    path = tmp_path / "define.xml"
    data = str(root / "fixtures" / "cartitude1")
    assert cli.run(["define", data, "--config", str(root / PROJECT), "-o", str(path), "-q"]) == 0
    return read_define(path)


def method_of(definition, dataset, variable):
    found = definition.by_name[dataset].by_name[variable]
    assert [each.type for each in found.origins] == ["Derived"]
    return definition.methods[found.method]


def test_a_variable_has_the_table_that_derives_it(written, root):
    method = method_of(written, "ADSL", "SAFFL")
    assert method.description == "As declared: exists INFUSION"
    (expression,) = method.expressions
    declared = tomllib.loads((root / PROJECT).read_text(encoding="utf-8"))
    assert tomllib.loads(expression.code)["subject"]["SAFFL"] == declared["subject"]["SAFFL"]


def test_the_variables_of_parameters_have_one_method_with_all_of_them(written):
    method = method_of(written, "ADTTE", "AVAL")
    assert method.oid == "MT.ADTTE.endpoint"
    assert method_of(written, "ADTTE", "CNSR") == method
    assert method.description.startswith(
        "As declared: OS: unit months, origin TRTSDT, events DEATH, censors "
    )
    assert "PFS: " in method.description
    assert list(tomllib.loads(method.expressions[0].code)["endpoint"])[:2] == ["OS", "PFS"]


def test_what_is_not_derived_has_no_method(written):
    assert written.by_name["ADSL"].by_name["USUBJID"].method == ""
    assert written.dangling == ()


@pytest.mark.slow
def test_the_document_agrees_with_its_data_and_itself(root, tmp_path, written):
    study = ag.Study.of(*ag.read(root / "fixtures" / "cartitude1"), definition=written)
    report = ag.validate(study, select="DF")
    assert not [each for each in report.findings if each.rule_id not in ("DF025", "DF044")]


def test_without_settings_the_dates_show_how_aval_is_made(root, tmp_path):
    path = tmp_path / "define.xml"
    assert cli.run(["define", str(root / "fixtures" / "cartitude1"), "-o", str(path), "-q"]) == 0
    made = read_define(path)
    assert method_of(made, "ADTTE", "AVAL").description.startswith("As the dates show: ")


@pytest.mark.slow
@pytest.mark.one_version
def test_the_document_is_valid(root, shared, tmp_path):
    path = tmp_path / "define.xml"
    data = str(root / "fixtures" / "cartitude1")
    assert cli.run(["define", data, "--config", str(root / PROJECT), "-o", str(path), "-q"]) == 0
    study = ag.read(define=path, xsd=shared / "formats" / "define-2.1")
    assert study.definition.schema_problems == ()
