"""Begin a rule: its function in the module of its family, and its tests beside those of the family.

    .venv/bin/python workshop/make_rule.py TTE099 durations

What is left to write is marked TO WRITE. Until it is written the tests fail, those of the new
rule and those of the rule book.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from adamgate.schemas.gate.selection import full_book
from adamgate.schemas.rules import FAMILIES
from adamgate.schemas.rules.ids import OWN_LETTERS, prefixes
from adamgate.schemas.rules.rule import DECLARED, Rule
from adamgate.schemas.wording import nearest

ROOT = Path(__file__).resolve().parent.parent
TO_WRITE = "TO WRITE"
_PUBLISHED = ("AD", "CT")
"""Ids of rules that others published: most are a row of a table that a function has already."""
_OTHERWISE = "WV"
"""Ids of rules about waivers, which belong to the gate."""

_FUNCTION = '''

@readiness(
    "{id}",
    title="TO WRITE: the fault, as a heading",
    severity=Severity.WARNING,
    grain=Grain.RECORD,
    structures={structures},
    needs=("USUBJID",),
)
def {name}(data: Dataset) -> Iterator[Fault]:
    """TO WRITE: the fault, in one sentence.

    ## What it checks
    TO WRITE: which records, against what, and how far they may differ.

    ## Not a fault
    TO WRITE: designs that are right and look like it.

    ## Why it matters
    TO WRITE: what it does to an analysis.

    ## Smallest fix
    TO WRITE: what to change in the data.
    """
    # As: yield Fault(data.numbers("AVAL") < 0, ("AVAL",), "AVAL is negative")
    raise NotImplementedError("{id}: TO WRITE")
'''
_TESTS = """

class Test{id}:
    def test_the_fault(self, trial):
        pytest.fail("TO WRITE: break a record of trial.adtte, trial.adsl or trial.adae")
        assert trial.told("{id}") == [("warning", 1)]

    def test_clean_data_pass(self, trial):
        report = trial.report("{id}")
        assert report.findings == ()
        assert "passed" in {{str(each.status) for each in report.outcomes}}, "it applies to none of them"

    def test_a_design_that_looks_like_it(self, trial):
        pytest.fail("TO WRITE: make the design that is right, and that a careless rule would fire on")
        assert trial.findings("{id}") == []
"""
_IMPORTS = {
    "Iterator": "collections.abc",
    "Severity": "...severity",
    "Structure": "...standards.structure",
    "Dataset": "...study.dataset",
    "readiness": "..readiness",
    "Fault": "..rule",
    "Grain": "..rule",
}
"""Names that a rule uses, and where a family has them from."""


class NotBegun(ValueError):
    """Why no rule is begun, and what to give instead."""


@dataclass(frozen=True)
class Beginning:
    """A rule that is to be begun.

    Attributes
    ----------
    id : str
    module : Path
        Of its family, from the root.
    tests : Path
        Of its family, from the root; need not exist.
    structures : str
        As Python writes them.
    """

    id: str
    module: Path
    tests: Path
    structures: str

    def function(self, module: str) -> str:
        """The text of the module with the rule at its end."""
        added = _FUNCTION.format(id=self.id, name=self.id.lower(), structures=self.structures)
        used = [name for name in _IMPORTS if re.search(rf"\b{name}\b", added)]
        return with_imports(module, {name: _IMPORTS[name] for name in used}) + added

    def cases(self, tests: str) -> str:
        """The text of the tests with those of the rule at its end."""
        module = tests or f'"""Rules of the family {self.module.stem}."""\n'
        plain_import = "" if re.search(r"^import pytest$", module, re.MULTILINE) else "import pytest"
        return _with_lines(module, [plain_import]) + _TESTS.format(id=self.id)


def beginning(rule_id: str, family: str, book: Mapping[str, Rule] | None = None) -> Beginning:
    """Where a rule goes.

    Raises
    ------
    NotBegun
        For a family that is not known, an id that is taken or has another form.
    """
    book = full_book() if book is None else book
    modules = {each.__name__.rpartition(".")[2]: each for each in FAMILIES}
    if family not in modules:
        near = " or ".join(nearest(family, modules))
        asked = f"; did you mean {near}?" if near else ""
        raise NotBegun(
            f"'{family}' is not a family of rules{asked}\nThe families: {', '.join(sorted(modules))}"
        )
    rules: list[Rule] = getattr(modules[family], DECLARED, [])
    _require_id(rule_id, family, rules, book)
    place = Path(*modules[family].__name__.split(".")[1:])
    common = Counter(rule.scope.structures for rule in rules).most_common(1)
    named = "".join(f"Structure.{each.name}, " for each in (common[0][0] if common else ()))
    return Beginning(
        rule_id,
        place.with_suffix(".py"),
        Path("tests", place.parent, f"test_{family}.py"),
        f"({named.rstrip(' ') if named.count(',') == 1 else named.rstrip(', ')})",
    )


def _require_id(rule_id: str, family: str, rules: list[Rule], book: Mapping[str, Rule]) -> None:
    form = re.fullmatch(r"([A-Z]+)(\d+)", rule_id)
    if form is None or form[1] not in OWN_LETTERS:
        raise NotBegun(
            f"'{rule_id}' is not an id of adamgate's own rules: they begin with {', '.join(OWN_LETTERS)}, "
            "digits follow: ID=TTE099"
        )
    letters = form[1]
    if letters in _PUBLISHED:
        raise NotBegun(
            f"rules that begin with {letters} are published ones: add the id to the table of a function in "
            f"schemas/rules/conformance/{family}.py, and a row with its breach and what comes close to TABLE "
            "in tests/schemas/rules/conformance/test_rules_conformance.py"
        )
    if letters == _OTHERWISE:
        raise NotBegun(f"rules that begin with {letters} are about waivers: schemas/gate/waiver_rules.py")
    usual = prefixes(rule.id for rule in rules)
    if usual and letters not in usual:
        others = sorted({each.family for each in book.values() if each.id.startswith(letters)})
        raise NotBegun(
            f"rules of the family {family} begin with {', '.join(usual)}; "
            f"those that begin with {letters} are in: {', '.join(others)}"
        )
    numbers = sorted(int(each.removeprefix(letters)) for each in book if prefixes([each]) == (letters,))
    digits = max((len(each) - len(letters) for each in book if prefixes([each]) == (letters,)), default=3)
    written = f"{letters}{int(form[2]):0{digits}}"
    if written in book:
        free = f"{letters}{numbers[-1] + 1:0{digits}}"
        raise NotBegun(f"{written} is taken: {book[written].title}; the next that is free is {free}")
    if written != rule_id:
        raise NotBegun(f"ids starting with {letters} have {digits} digits: ID={written}")


def with_imports(module: str, needed: Mapping[str, str]) -> str:
    """The text of a module with the imports that it lacks behind its own."""
    imported = re.findall(r"^from [.\w]+ import (\([^)]*\)|.*)", module, re.MULTILINE)
    known = set(re.findall(r"\w+", "".join(imported)))
    return _with_lines(
        module, [f"from {source} import {name}" for name, source in needed.items() if name not in known]
    )


def _with_lines(module: str, lines: list[str]) -> str:
    """The text with lines behind its imports, or behind its docstring where there are none."""
    added = "".join(f"{line}\n" for line in lines if line)
    if not added:
        return module
    found = list(re.finditer(r"^(?:from [.\w]+ import (?:\([^)]*\)|.*)|import .*)\n", module, re.MULTILINE))
    if not found:
        return f"{module}\n{added}"
    return module[: found[-1].end()] + added + module[found[-1].end() :]


def begin(rule_id: str, family: str, root: Path = ROOT) -> Beginning:
    """Write the function and its tests."""
    made = beginning(rule_id, family)
    module, tests = root / made.module, root / made.tests
    module.write_text(made.function(module.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
    before = tests.read_text(encoding="utf-8") if tests.exists() else ""
    tests.write_text(made.cases(before), encoding="utf-8", newline="\n")
    if find_spec("ruff") is not None:  # sorts the imports; there in .venv
        for command in (("check", "--quiet", "--select=I", "--fix"), ("format", "--quiet")):
            subprocess.run([sys.executable, "-m", "ruff", *command, str(module), str(tests)], check=False)
    return made


def main(arguments: list[str]) -> int:
    """Begin the rule of two arguments, and say what to do next."""
    if len(arguments) != 2 or not all(arguments):
        print("give an id and a family: make rule ID=TTE099 FAMILY=durations", file=sys.stderr)
        return 2
    try:
        made = begin(*arguments)
    except NotBegun as reason:
        print(reason, file=sys.stderr)
        return 2
    print(
        f"begun: {made.id}\n"
        f"  {made.module}  write the rule where it says {TO_WRITE}\n"
        f"  {made.tests}  write its tests\n"
        "then:\n"
        f"  {Path(sys.executable)} -m pytest {made.tests} -k {made.id}\n"
        f"  {Path(sys.executable)} -m adamgate explain {made.id}\n"
        "  make docs; make test; make lint"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
