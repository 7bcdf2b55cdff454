"""`make rule`: what it refuses, and that by hand only the rule and its tests are left to write."""

import ast
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import adamgate as ag


@pytest.fixture(scope="module")
def workshop(root):
    spec = importlib.util.spec_from_file_location("make_rule", root / "workshop" / "make_rule.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # its dataclasses look for it there
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("rule_id", "family", "said"),
    [
        ("TTE099", "duration", "did you mean durations"),
        ("TTE099", "", "The families: adverse_events, arms, basic_data_structure, censoring"),
        (
            "TTE007",
            "durations",
            "TTE007 is taken: AVAL is inconsistent with ADT and STARTDT; the next that is free is TTE0",
        ),
        ("TTE7", "durations", "TTE007 is taken"),
        ("TTE99", "durations", "ids starting with TTE have 3 digits: ID=TTE099"),
        ("AD0999", "flags", "add the id to the table of a function in schemas/rules/conformance/flags.py"),
        ("WV009", "durations", "schemas/gate/waiver_rules.py"),
        ("ACME001", "durations", "they begin with AD, AE, CT, DF, SL, TTE, WV, XD"),
        ("tte099", "durations", "'tte099' is not an id of adamgate's own rules"),
        (
            "AE099",
            "durations",
            "rules of the family durations begin with TTE; those that begin with AE are in: ad",
        ),
    ],
)
def test_a_rule_that_cannot_be_begun(workshop, capsys, rule_id, family, said):
    with pytest.raises(workshop.NotBegun) as refused:
        workshop.beginning(rule_id, family)
    assert said in str(refused.value)
    assert workshop.main([rule_id, family]) == 2
    assert capsys.readouterr().err


def test_without_arguments_it_says_how(workshop, capsys):
    assert workshop.main(["", ""]) == 2
    assert capsys.readouterr().err == "give an id and a family: make rule ID=TTE099 FAMILY=durations\n"


@pytest.mark.slow
def test_every_family_can_have_another_rule(workshop, root):
    """What is written is Python, and every name that it uses is imported."""
    ours = [rule for rule in ag.rule_book().values() if not rule.id.startswith(("AD", "CT"))]
    letters = {rule.family: rule.id.rstrip("0123456789") for rule in ours}
    assert len(letters) > 20
    for family, beginning in letters.items():
        made = workshop.beginning(f"{beginning}999", family)
        tests = root / made.tests
        before = tests.read_text(encoding="utf-8") if tests.exists() else ""
        for text in (made.function((root / made.module).read_text(encoding="utf-8")), made.cases(before)):
            tree = ast.parse(text)
            given = {
                alias.asname or alias.name
                for node in tree.body
                if isinstance(node, ast.Import | ast.ImportFrom)
                for alias in node.names
            }
            used = {node.id for node in ast.walk(tree.body[-1]) if isinstance(node, ast.Name)}
            assert used & {*workshop._IMPORTS, "pytest"} <= given
        assert ast.parse(f"structures={made.structures}")


@pytest.fixture(scope="module")
def checkout(root, tmp_path_factory):
    """A copy in which a rule may be begun."""
    copy = tmp_path_factory.mktemp("checkout") / "adamgate"
    made = shutil.ignore_patterns(".*", "__pycache__", "*.egg-info", "build", "dist", "out", "data")
    shutil.copytree(root, copy, ignore=made)
    return copy


def ran(checkout: Path, *arguments: str) -> subprocess.CompletedProcess:
    environment = os.environ | {"PYTHONPATH": str(checkout.parent)}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=checkout,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def replaced(path: Path, *changes: tuple[str, str]) -> None:
    text = path.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")


@pytest.mark.slow
@pytest.mark.one_version
@pytest.mark.parametrize(("rule_id", "family"), [("TTE099", "durations"), ("TTE098", "follow_up")])
def test_a_rule_is_written_in_two_places(checkout, rule_id, family):
    """One family has tests, the other has none yet."""
    begun = ran(checkout, "workshop/make_rule.py", rule_id, family)
    assert begun.returncode == 0, begun.stderr
    assert begun.stdout.startswith(f"begun: {rule_id}\n")
    module = checkout / "schemas" / "rules" / "time_to_event" / f"{family}.py"
    tests = checkout / "tests" / "schemas" / "rules" / "time_to_event" / f"test_{family}.py"
    test = ("-m", "pytest", "-q", "-p", "no:cacheprovider", str(tests), "-k", rule_id)

    unwritten = ran(checkout, *test).stdout
    assert "3 failed" in unwritten, "no test passes of what is not written"
    page = ran(checkout, "-m", "pytest", "-q", "tests/reports/test_rule_page.py", "-k", "every_rule_has")
    assert f"the rule was begun and is not written\nE       assert ['{rule_id}'" in page.stdout

    replaced(
        module,
        (
            f'raise NotImplementedError("{rule_id}: TO WRITE")',
            'yield Fault(data.numbers("AVAL") > 9e6, ("AVAL",), "long")',
        ),
        ("TO WRITE: the fault, as a heading", "AVAL is longer than a life"),
        ("TO WRITE: ", ""),
    )
    assert "2 failed, 1 passed" in ran(checkout, *test).stdout, "its tests are to be written, too"
    replaced(
        tests,
        (
            'pytest.fail("TO WRITE: break a record of trial.adtte, trial.adsl or trial.adae")',
            'trial.adtte.loc[3, "AVAL"] = 1e7',
        ),
        (
            'pytest.fail("TO WRITE: make the design that is right, and that a careless rule would fire on")',
            'trial.adtte.loc[3, "AVAL"] = 1e4',
        ),
    )
    assert "3 passed" in ran(checkout, *test).stdout
    assert ran(checkout, "-m", "adamgate", "explain", rule_id).stdout.startswith(
        f"{rule_id}  AVAL is longer than"
    )
    assert ran(checkout, "docs/make_rules.py").returncode == 0
    assert f"### {rule_id}\n" in (checkout / "docs" / "rules.md").read_text(encoding="utf-8")
