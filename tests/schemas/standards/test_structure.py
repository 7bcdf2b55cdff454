"""The tables of the structures, and how a dataset's structure is told."""

import csv
import re

import pytest

from adamgate.schemas.standards import adae, adsl, adtte, bds, occds
from adamgate.schemas.standards.requirement import Requirement, in_force, index_of, with_index
from adamgate.schemas.standards.structure import Structure, detect_structure
from adamgate.schemas.standards.versions import ADAMIG, ADAMIG_VERSIONS, OCCDS, Standards

TABLES = {"ADSL": adsl, "BDS": bds, "TTE": adtte, "OCCDS": occds, "ADAE": adae}


@pytest.mark.parametrize(
    ("variable", "stands_for", "not_for"),
    [
        ("USUBJID", "USUBJID", "USUBJIDX XUSUBJID usubjid"),
        ("TRTxxP", "TRT01P TRT12P", "TRT00P TRT1P TRTP TRT01PN TRTxxP"),
        ("TRxxAGy", "TR01AG1 TR12AG10", "TR01AG0 TR01AG TR01AG01 TR01AG1N"),
        ("TRxxAGyN", "TR01AG1N", "TR01AG1"),
        ("AGEGRy", "AGEGR1 AGEGR99", "AGEGR0 AGEGR AGEGR1N"),
        ("ANLzzFL", "ANL01FL ANL99FL", "ANL1FL ANL00FL ANLFL"),
        ("SMQzzNAM", "SMQ01NAM", "SMQNAM"),
        ("ByIND", "B1IND", "BIND ByIND"),
        ("AyIND", "A2IND", "A0IND"),
        ("TRTEMwFL", "TRTEM1FL", "TRTEMFL TRTEM10FL"),
        ("MCRITyML", "MCRIT1ML", "MCRITML"),
        ("PxxSwSDT", "P01S1SDT", "P01SDT PxxSwSDT"),
        ("R2AyLO", "R2A1LO", "R2ALO"),
        ("--TERM", "AETERM MHTERM X1TERM", "TERM ATERM 1ATERM AAETERM"),
        ("--SEQ", "AESEQ", "ASEQ"),
        ("*DT", "EOSDT X1DT", "DT EOSDTM"),
        ("*SDTF", "TRTSDTF", "SDTF"),
    ],
)
def test_placeholders(variable, stands_for, not_for):
    requirement = Requirement(variable, "", "Char")
    assert requirement.is_pattern == (variable != "USUBJID")
    for name in stands_for.split():
        assert requirement.matches(name), name
    for name in not_for.split():
        assert not requirement.matches(name), name
    assert not requirement.matches(stands_for.split()[0] + "\n")


@pytest.mark.parametrize(
    ("template", "name", "index"),
    [
        ("TRTxxAN", "TRT01AN", {"xx": "01"}),
        ("TRxxAGyN", "TR12AG3N", {"xx": "12", "y": "3"}),
        ("ANLzzFL", "ANL07FL", {"zz": "07"}),
        ("TRTxxAN", "TRT01A", None),
        ("AGE", "AGE", {}),
    ],
)
def test_indexes(template, name, index):
    assert index_of(template, name) == index
    if index is not None:
        assert with_index(template, index) == name


def test_a_domain_takes_the_place_of_its_letters():
    decode = next(each for each in occds.REQUIREMENTS if each.variable == "--PTCD").of_domain("AE")
    assert (decode.variable, decode.needs) == ("AEPTCD", ("AEDECOD",))


@pytest.mark.parametrize("name", TABLES)
def test_a_variable_stands_once_in_each_version(name):
    table = TABLES[name]
    for adamig in ADAMIG_VERSIONS:
        for version in ("1.0", "1.1"):
            standards = Standards(adamig, version)
            rows = [each.variable for each in table.REQUIREMENTS if each.belongs_to(standards)]
            assert len(rows) == len(set(rows))
            assert set(rows) == set(in_force(table.REQUIREMENTS, standards))


def test_tables_hold_the_published_facts(shared):
    """Row by row, for the newest versions, and the older ones where the facts differ."""
    with (shared / "standards" / "adam_variables.csv").open(encoding="utf-8", newline="") as file:
        facts = list(csv.DictReader(file))
    newest = Standards()
    for fact in facts:
        place = f"{fact['structure']}.{fact['variable']}"
        rows = [each for each in TABLES[fact["structure"]].REQUIREMENTS if each.variable == fact["variable"]]
        current = [each for each in rows if each.belongs_to(newest)] or rows
        assert len(current) == 1, place
        (row,) = current
        assert (row.label, row.type, row.core) == (fact["label"], fact["type"], fact["core"]), place
        assert (row.codelist, row.condition) == (fact["codelist"], fact["condition"]), place
        assert "; ".join(row.needs) == fact["needs"], place
        assert "; ".join(row.one_to_one) == fact["one_to_one_with"], place
        assert ("needs" in row.doubts) == ("needs inferred" in fact["source_note"]), place
        if re.search(r"\bdoubtful\b", fact["source_note"]):
            assert row.doubts, place
        if fact["structure"] in {"ADSL", "BDS", "TTE"}:
            listed = {f"ADaMIG {v}" for v in re.findall(r"\d\.\d", fact["versions"].partition(" | ")[0])}
            known = set().union(*(each.versions or ADAMIG for each in rows))
            assert known == listed, place
    assert sum(len({each.variable for each in table.REQUIREMENTS}) for table in TABLES.values()) == len(facts)


def test_versions_differ():
    first, last = Standards("1.0"), Standards("1.3")
    assert bds.variables(first)["AVAL"].core == "Req"
    assert bds.variables(last)["AVAL"].core == "Cond"
    assert bds.variables(first)["ANRLO"].type == "Char"
    assert bds.variables(last)["ANRLO"].type == "Num"
    assert "PARAMTYP" in bds.variables(first)
    assert "PARAMTYP" not in bds.variables(last)
    assert "ASEQ" not in bds.variables(first)


def test_an_adverse_event_dataset_has_the_variables_of_its_class_before_the_subclass():
    early, late = adae.variables(Standards(occds="1.0")), adae.variables(Standards(occds="1.1"))
    assert early["AEBDSYCD"].core == "Perm"
    assert late["AEBDSYCD"].core == "Req"
    assert early["AETERM"].core == late["AETERM"].core == "Req"


def test_time_to_event_has_the_variables_of_its_class():
    variables = adtte.variables(Standards())
    assert variables["PARAMCD"] is bds.variables(Standards())["PARAMCD"]
    assert variables["CNSR"].type == "Num"


@pytest.mark.parametrize("name", TABLES)
def test_keys_are_variables_of_the_structure(name):
    table = TABLES[name]
    assert set(table.KEYS) <= set(table.variables(Standards()))


def test_versions_are_known_ones():
    for table in TABLES.values():
        for each in table.REQUIREMENTS:
            assert set(each.versions) <= {*ADAMIG, *OCCDS}


@pytest.mark.parametrize(
    ("name", "variables", "declared", "structure"),
    [
        ("ADSL", "", ("", ""), Structure.ADSL),
        ("ADSLX", "USUBJID", ("", ""), Structure.OTHER),
        ("IADSL", "USUBJID", ("", ""), Structure.ADSL),
        ("ISSADSL", "USUBJID AGE", ("", ""), Structure.ADSL),
        ("READSL", "USUBJID", ("", ""), Structure.OTHER),
        ("ADTTE", "", ("", ""), Structure.TTE),
        ("ADEFF", "PARAMCD STARTDT EVNTDESC AVAL", ("", ""), Structure.TTE),
        ("ADEFF", "PARAMCD AVAL", ("", ""), Structure.BDS),
        ("ADEFF", "PARAMCD AVAL", ("BASIC DATA STRUCTURE", "TIME-TO-EVENT"), Structure.TTE),
        ("ADEFF", "PARAMCD CNSR STARTDT", ("Basic Data Structure", ""), Structure.TTE),
        ("ADAE", "", ("OCCURRENCE DATA STRUCTURE", ""), Structure.ADAE),
        ("ADMH", "MHTERM MHSEQ", ("", ""), Structure.OCCDS),
        ("ADMH", "AEDECOD AESOC", ("ADAM OTHER", ""), Structure.OTHER),
        ("AE", "AETERM AESEQ", ("", ""), Structure.OTHER),
        ("adae", "aeterm", ("", ""), Structure.ADAE),
    ],
)
def test_detection(name, variables, declared, structure):
    assert detect_structure(name, variables.split(), *declared) is structure
