"""In which version each rule came and last changed: a rule that is changed says so."""

import importlib.util
import json
import sys
from dataclasses import replace

import pytest

import adamgate as ag
from adamgate import cli
from adamgate.converters.reports.rule_page import explain, listed, render_changes
from adamgate.schemas.gate.selection import full_book
from adamgate.schemas.rules import rule as rule_module
from adamgate.schemas.rules.history import after, histories

DURATIONS = "adamgate.schemas.rules.time_to_event.durations"
INFERENCE = "adamgate.schemas.evidence.duration_inference"


pytestmark = pytest.mark.one_version


@pytest.fixture(scope="module")
def workshop(root):
    spec = importlib.util.spec_from_file_location("rule_history", root / "workshop" / "rule_history.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # its dataclasses look for it there
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def after_change(workshop):
    """Which rules the table calls changed in 9.9 after a text of a module is replaced by another."""

    def changed(module, old, new):
        def altered(name):
            text = workshop.source_of(name)
            if name == module:
                assert old in text
                text = text.replace(old, new)
            return text

        table = workshop.present("9.9", workshop.Logic(altered))
        assert all(row.since == histories()[rule_id].since for rule_id, row in table.items())
        return {rule_id for rule_id, row in table.items() if row.changed == "9.9"}

    return changed


@pytest.mark.slow
def test_the_table_is_of_the_rules_as_they_are(root, workshop):
    """A rule whose severity, scope, logic or message is another has changed in this version."""
    made = workshop.written(workshop.present())
    assert workshop.PLACE.read_text(encoding="utf-8") == made, (
        "rules are new or changed: `make docs` puts them down with the version of pyproject.toml; "
        "raise that first if it is released"
    )


def test_every_rule_has_its_versions():
    for rule in full_book().values():
        assert rule.since, rule
        assert not after(rule.since, rule.changed), rule


@pytest.mark.slow
def test_nothing_changed_where_nothing_is_changed(after_change):
    assert after_change("", "", "") == set()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("module", "old", "new", "rules"),
    [
        (DURATIONS, "inference.exceptions & ~near", "inference.exceptions", {"TTE007"}),
        (DURATIONS, "by one in the last decimal", "in the last decimal", {"TTE007"}),
        (DURATIONS, "_ENOUGH = 4", "_ENOUGH = 5", {"TTE008"}),
    ],
)
def test_logic_and_message_that_change_are_a_change(after_change, module, old, new, rules):
    assert after_change(module, old, new) == rules


@pytest.mark.slow
def test_evidence_that_changes_is_a_change_of_the_rules_that_use_it(after_change):
    changed = after_change(INFERENCE, "proven: tuple[Scale, ...] = ()", "proven: tuple[Scale, ...] = (None,)")
    assert {"TTE007", "TTE008"} <= changed
    assert "AD0005" not in changed


@pytest.mark.slow
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("_ENOUGH = 4\n", "_ENOUGH = 4  # four\n"),
        ("_ENOUGH = 4\n", "_ENOUGH   =   4\n"),
        ("A shifted date, or days", "A date, or days"),
    ],
)
def test_comments_layout_and_documentation_are_no_change(after_change, old, new):
    assert after_change(DURATIONS, old, new) == set()


@pytest.mark.slow
@pytest.mark.parametrize(
    "change",
    [
        {"severity": ag.Severity.NOTE},
        {"title": "AVAL is odd"},
        {"grain": ag.Grain.RECORD},
        {"arguments": (("most", 3),)},
        {"scope": rule_module.Scope(needs=("AVAL",))},
    ],
    ids=str,
)
def test_severity_title_and_scope_that_change_are_a_change(workshop, change):
    rule = ag.rule_book()["TTE007"]
    assert workshop.Logic().of(replace(rule, **change)) != histories()["TTE007"].logic
    assert workshop.Logic().of(rule) == histories()["TTE007"].logic


def test_a_new_rule_comes_in_this_version_and_one_that_is_gone_keeps_its_line(workshop):
    known = {
        "TTE001": workshop.RuleHistory("0.1.0", "0.1.0", "a"),
        "TTE002": workshop.RuleHistory("0.1.0", "0.2.0", "b"),
    }
    made = workshop.brought_up_to_date(known, {"TTE002": "c", "TTE003": "d"}, "0.3.0")
    assert workshop.written(made).splitlines()[3:] == [
        "TTE001 0.1.0 0.1.0 a",
        "TTE002 0.1.0 0.3.0 c",
        "TTE003 0.3.0 0.3.0 d",
        '"""',
    ]


@pytest.mark.parametrize(
    ("version", "release", "later"),
    [
        ("0.1.0", "0.1", False),
        ("0.1.1", "0.1", True),
        ("0.1.0", "0", True),
        ("0.10.0", "0.9", True),
        ("1.0", "1.0.0.0", False),
    ],
)
def test_versions_are_compared_as_numbers(version, release, later):
    assert after(version, release) is later


@pytest.fixture
def later(monkeypatch):
    """A rule book of version 0.3, one rule of which is new and one changed."""
    known = dict(histories())
    known["TTE006"] = replace(known["TTE006"], changed="0.2.0")
    known["TTE007"] = replace(known["TTE007"], since="0.3.0", changed="0.3.0")
    monkeypatch.setattr(rule_module, "histories", lambda: known)


@pytest.mark.usefixtures("later")
def test_the_list_of_what_is_new_or_changed():
    book = full_book().values()
    assert render_changes(listed(book, since="0.1")) == (
        "TTE006  new in 0.1.0  changed in 0.2.0  error  AVAL is negative or infinite\n"
        "TTE007  new in 0.3.0                    error  AVAL is inconsistent with ADT and STARTDT\n"
    )
    assert [rule.id for rule in listed(book, since="0.2")] == ["TTE007"]
    assert listed(book, since="0.3") == ()
    assert "\nsince:        adamgate 0.1.0\nlast changed: adamgate 0.2.0\n" in explain("TTE006")


def test_a_custom_rule_has_no_version():
    @ag.rule("ACME001", title="AVAL is odd", severity="note", grain="record", needs=("AVAL",))
    def odd(data):
        """AVAL is odd."""
        yield ag.Fault(data.numbers("AVAL") % 2 == 1, ("AVAL",), "AVAL is odd")

    (rule,) = odd.rules
    assert (rule.since, rule.changed) == ("", "")
    assert "since:" not in explain("ACME001", [rule])
    assert listed([rule], since="0") == ()


@pytest.mark.usefixtures("later")
def test_the_command(capfd):
    assert cli.run(["rules", "--since", "0.2"]) == 0
    assert capfd.readouterr().out.startswith("TTE007  new in 0.3.0")
    assert cli.run(["rules", "--since", "0.2", "--format", "json"]) == 0
    (entry,) = json.loads(capfd.readouterr().out)
    assert (entry["id"], entry["since"], entry["changed"]) == ("TTE007", "0.3.0", "0.3.0")
    assert cli.run(["rules", "--since", "0.3"]) == 0
    assert capfd.readouterr() == ("", "no rule is new or changed after 0.3\n")
    assert cli.run(["rules", "--since", "yesterday"]) == 2
    assert "'yesterday' is not a version of adamgate" in capfd.readouterr().err
