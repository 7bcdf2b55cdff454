"""Rule files in Python, entry points, and the examples of rules."""

from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

import adamgate as ag
from adamgate.converters.configuration import rule_files
from adamgate.converters.configuration.rule_files import installed_rules, load_rules, own_rules
from adamgate.converters.reports.rule_examples import render_examples, run_examples

RULES = '''
import adamgate as ag


@ag.rule(
    {{"ACME001": {{"variable": "AVAL"}}, "ACME002": {{"variable": "CNSR"}}}},
    title="{{variable}} is above nine",
    severity=ag.Severity.ERROR,
    grain=ag.Grain.RECORD,
    structures=(ag.Structure.TTE,),
    needs=("{{variable}}",),
)
def large(data, *, variable):
    """{{variable}} is above nine.

    ## What it checks
    {{variable}} <= 9.
    """
    yield ag.Fault(data.numbers(variable) > 9, (variable,), f"{{variable}} is above nine")
'''.replace("{{", "{").replace("}}", "}")


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("my_rules.py").write_text(RULES)
    return Path("my_rules.py")


def test_a_file_gives_its_rules_and_the_book_stays_as_it_is(file: Path):
    before = dict(ag.rule_book())
    rules = load_rules(file)
    assert [rule.id for rule in rules] == ["ACME001", "ACME002"]
    assert {rule.family for rule in rules} == {"my_rules"}
    assert rules[1].title == "CNSR is above nine"
    assert [rule.id for rule in load_rules(str(file))] == ["ACME001", "ACME002"], "a second time too"
    assert dict(ag.rule_book()) == before
    assert "## What it checks\nCNSR <= 9." in ag.explain("ACME002", rules)


def test_a_module_may_add_to_another_family(file: Path):
    file.write_text('__family__ = "ours"\n' + RULES)
    assert {rule.family for rule in load_rules(file)} == {"ours"}


def test_two_functions_of_one_name_are_two_rules(file: Path):
    file.write_text(RULES + RULES.replace("ACME001", "ACME003").replace("ACME002", "ACME004"))
    assert [rule.id for rule in load_rules(file)] == ["ACME001", "ACME002", "ACME003", "ACME004"]


HELPERS = """
import adamgate as ag

def must_have(rule_id, variable):
    class Present:
        def __call__(self, data):
            return [] if variable in data else [ag.Fault(None, (variable,), f"no {variable}")]

    decorate = ag.rule(rule_id, title=f"{variable} is not present", severity="error", grain="metadata")
    return decorate(Present())
"""


def test_a_file_may_make_rules_by_functions_of_another(file: Path, tmp_path: Path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    Path("of_a_library.py").write_text(HELPERS)
    file.write_text(f'from of_a_library import must_have\nmust_have("ACME100", "ZZZ")\n{RULES}')
    Path("only.py").write_text('from of_a_library import must_have\nmust_have("ACME200", "ZZZ")\n')
    for _ in range(2):
        assert [rule.id for rule in load_rules(file)] == ["ACME100", "ACME001", "ACME002"]
        assert [rule.id for rule in load_rules("only.py")] == ["ACME200"]


def test_files_may_import_the_same_rules(file: Path, tmp_path: Path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    Path("shared_by_files.py").write_text(RULES)
    for name, rule_id in (("one", "ACME003"), ("two", "ACME005")):
        own = (
            RULES.replace("ACME001", rule_id)
            .replace("ACME002", f"{rule_id}1")
            .replace("def large", "def own")
        )
        Path(f"{name}.py").write_text(f"from shared_by_files import large\n{own}")
    found = [rule.id for rule in own_rules([Path("one.py"), Path("two.py")])]
    assert found == ["ACME001", "ACME002", "ACME003", "ACME0031", "ACME005", "ACME0051"]


def test_a_file_may_import_rules_of_another(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.syspath_prepend(tmp_path)
    Path("of_the_company.py").write_text(RULES)
    own = RULES.replace("ACME001", "ACME003").replace("ACME002", "ACME004").replace("def large", "def small")
    file.write_text(
        f"{own}\nfrom of_the_company import large\n"
        "from adamgate.schemas.rules.time_to_event.time_to_event import negative_duration\n"
    )
    for _ in range(2):
        assert [rule.id for rule in load_rules(file)] == ["ACME003", "ACME004", "ACME001", "ACME002"]


BROKEN = {
    "no rule": "x = 1\n",
    "syntax": "def broken(:\n",
    "name": "import adamgate\n\nundefined\n",
    "leaves": "import sys\nsys.exit(3)\n",
    "no docstring needed but arguments": "import adamgate as ag\nag.rule('ACME001')\n",
}


@pytest.mark.parametrize("case", BROKEN)
def test_what_a_broken_file_is_told(file: Path, case: str, snapshot: SnapshotAssertion):
    file.write_text(BROKEN[case])
    with pytest.raises(ag.ConfigurationError) as wrong:
        load_rules(file)
    assert str(wrong.value) == snapshot


def test_a_file_that_is_not_there_or_no_python(tmp_path: Path):
    with pytest.raises(ag.ConfigurationError, match="the rule file does not exist"):
        load_rules(tmp_path / "none.py")
    (tmp_path / "rules.txt").write_text("x")
    with pytest.raises(ag.ConfigurationError, match="the rule file is not a Python file"):
        load_rules(tmp_path / "rules.txt")


@pytest.mark.parametrize("value", ["acme_rules", "acme_rules:large", "acme_rules:EVERY"])
def test_installed_packages_bring_rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str):
    (tmp_path / "acme_rules.py").write_text(RULES + "\nEVERY = [large]\nagain = large\n")
    monkeypatch.syspath_prepend(tmp_path)
    entry = EntryPoint("acme", value, rule_files.GROUP)
    monkeypatch.setattr(rule_files, "entry_points", lambda group: [entry] if group == entry.group else [])
    for _ in range(2):  # a module that is loaded already
        assert [rule.id for rule in installed_rules()] == ["ACME001", "ACME002"]


@pytest.mark.parametrize("value", ["acme_none", "acme_empty", "acme_empty:thing"])
def test_a_broken_package_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str):
    (tmp_path / "acme_empty.py").write_text("thing = [3]\n")
    monkeypatch.syspath_prepend(tmp_path)
    entry = EntryPoint("acme", value, rule_files.GROUP)
    monkeypatch.setattr(rule_files, "entry_points", lambda group: [entry])
    with pytest.raises(ag.ConfigurationError, match="entry point acme of a package"):
        installed_rules()


def example(folder: Path, *values: float) -> None:
    folder.mkdir(parents=True)
    rows = "".join(f"S,S-0{n},OS,{value},0\n" for n, value in enumerate(values))
    (folder / "adtte.csv").write_text("STUDYID,USUBJID,PARAMCD,AVAL,CNSR\n" + rows)


def test_examples_that_pass_and_fail_as_they_should(file: Path, snapshot: SnapshotAssertion):
    example(Path("examples/ACME001/pass-small"), 1, 9)
    example(Path("examples/ACME001/fail-large"), 1, 10)
    example(Path("examples/TTE006/fail-negative"), -1)
    results = run_examples(Path("examples"), load_rules(file))
    assert all(each.as_expected for each in results)
    assert render_examples(results) == snapshot


def test_examples_that_do_not(file: Path, snapshot: SnapshotAssertion):
    example(Path("examples/ACME001/pass-large"), 10)
    example(Path("examples/ACME001/fail-small"), 1)
    Path("examples/ACME001/fail-empty").mkdir()
    Path("examples/ACME001/fail-elsewhere").mkdir()
    Path("examples/ACME001/fail-elsewhere/dm.csv").write_text("USUBJID\n1\n")
    results = run_examples(Path("examples"), load_rules(file))
    assert not any(each.as_expected for each in results)
    assert render_examples(results) == snapshot


def test_a_rule_that_breaks_fails_no_example(file: Path):
    file.write_text(RULES.replace("yield ag.Fault", "1 / 0\n    yield ag.Fault"))
    example(Path("examples/ACME001/fail-large"), 10)
    (result,) = run_examples(Path("examples"), load_rules(file))
    assert not result.as_expected
    assert result.told.startswith("not run: ZeroDivisionError")


@pytest.mark.parametrize(
    ("folder", "told"),
    [
        ("examples/ACME009/pass-x", "'ACME009' is not a rule id"),
        ("examples/ACME001/good-x", "does not begin with pass or fail"),
        ("examples", "contains no examples"),
        ("other", "cannot be read: No such file"),
    ],
)
def test_what_a_wrong_folder_is_told(file: Path, folder: str, told: str):
    Path(folder).mkdir(parents=True)
    with pytest.raises(ag.ConfigurationError, match=told):
        run_examples(Path("examples"), load_rules(file))
