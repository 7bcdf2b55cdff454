"""Rules of a user's own in Python: from files named on the command line, from installed packages.

A rule file is the user's code and is run. So it is never named by a configuration file, which may come
with the data; only by the user, with ``--rules``, or by a package that the user installed, under the
entry point group ``adamgate.rules``.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Iterable, Iterator
from importlib.metadata import EntryPoint, entry_points
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

from ...schemas.errors import ConfigurationError
from ...schemas.gate.own_code import ends_the_run, own_code, words_of
from ...schemas.gate.selection import as_rules
from ...schemas.rules.rule import Rule, declared_meanwhile

GROUP = "adamgate.rules"
"""Entry points: each a module with rules, a rule, or a list of them."""

_NAMESPACE = "adamgate_rule_files"


def load_rules(path: Path | str) -> tuple[Rule, ...]:
    """The rules that a Python file declares with ``@adamgate.rule``. The file is run.

    Parameters
    ----------
    path : Path or str

    Returns
    -------
    tuple of Rule
        In the order in which they are declared while the file runs, then those it imports from a module that
        was loaded before; their family is the name of their module. Give them to `validate` as `extra_rules`.

    Raises
    ------
    ConfigurationError
        When the file cannot be read, breaks, or declares no rule.

    Examples
    --------
    >>> rules = ag.load_rules("rules.py")
    >>> [rule.id for rule in rules]
    ['ACME001']
    >>> report = ag.validate(ag.read("adam"), extra_rules=rules, select="ACME")
    >>> [(finding.rule_id, finding.records) for finding in report.findings]
    [('ACME001', 1)]
    """
    file = Path(path)
    if not os.path.isfile(file):
        raise ConfigurationError("the rule file does not exist", str(file), "specify a Python file")
    name = f"{_NAMESPACE}.{file.stem}"
    spec = spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise ConfigurationError(
            "the rule file is not a Python file", str(file), "use a file whose name ends in .py"
        )
    module = module_from_spec(spec)
    sys.modules[name] = module  # dataclasses and pickle look for it there
    try:
        with declared_meanwhile() as declared, own_code():
            spec.loader.exec_module(module)
            found = _distinct((*declared, *_imported(module)))
    except BaseException as failure:
        if ends_the_run(failure):
            raise
        sys.modules.pop(name, None)
        raise _broken(failure, str(file)) from failure
    if not found:
        raise ConfigurationError(
            "the file does not define a rule",
            str(file),
            'decorate a function with @adamgate.rule("ACME001", ...)',
        )
    return found


def installed_rules() -> tuple[Rule, ...]:
    """The rules of installed packages, by name of their entry points."""
    found: list[Rule] = []
    for each in sorted(entry_points(group=GROUP), key=lambda each: each.name):
        found += _of_entry_point(each)
    return tuple(found)


def own_rules(files: Iterable[Path]) -> tuple[Rule, ...]:
    """The rules of installed packages, then those of files."""
    return _distinct((*installed_rules(), *(rule for file in files for rule in load_rules(file))))


def _of_entry_point(entry: EntryPoint) -> tuple[Rule, ...]:
    place = f"entry point {entry.name} of {entry.dist.name if entry.dist else 'a package'}"
    try:
        with own_code():
            rules = as_rules(_declared(entry.load()))
    except ConfigurationError as wrong:
        raise ConfigurationError(wrong.what, place, wrong.advice) from None
    except BaseException as failure:
        if ends_the_run(failure):
            raise
        raise _broken(failure, place) from failure
    if not rules:
        raise ConfigurationError("the entry point does not provide a rule", place, f"see the group {GROUP}")
    return rules


def _imported(module: ModuleType) -> Iterator[Rule]:
    """The rules of functions that a file has from a module that was loaded before."""
    carried = as_rules(each for each in _declared(module) if not isinstance(each, Rule))
    return (each for each in carried if not each.is_ours)


def _distinct(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """Each rule once: several files may import the same."""
    return tuple({id(rule): rule for rule in rules}.values())


def _declared(target: Any) -> Iterable[Any]:
    """What of an entry point's target is a rule, or carries rules."""
    if isinstance(target, ModuleType):
        values = {
            id(each): each for each in vars(target).values()
        }.values()  # a second name is no second rule
        return [each for each in values if isinstance(each, Rule) or _carries(each)]
    return [target] if isinstance(target, Rule) or callable(target) else target


def _carries(value: Any) -> bool:
    rules = getattr(value, "rules", None) if callable(value) else None
    return isinstance(rules, tuple) and bool(rules) and all(isinstance(each, Rule) for each in rules)


def _broken(failure: BaseException, place: str) -> ConfigurationError:
    """Say where the user's code broke."""
    if isinstance(failure, ConfigurationError):
        return failure
    file = Path(place).absolute()
    steps = [each for each in traceback.extract_tb(failure.__traceback__) if Path(each.filename) == file]
    line = f", line {steps[-1].lineno}" if steps else ""
    if isinstance(failure, SyntaxError) and failure.lineno:
        line = f", line {failure.lineno}"
    what = f"the rules cannot be loaded: {words_of(failure)}"
    return ConfigurationError(what, f"{place}{line}", "correct the file")
