"""What users read is the English of the field: no riddles, and one word for one thing."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import click
import pytest

import adamgate as ag
from adamgate.cli import cli
from adamgate.schemas.gate.waiver_rules import WAIVER_RULES
from adamgate.schemas.rules import rule_book

pytestmark = pytest.mark.one_version

ROOT = Path(__file__).resolve().parent.parent

ODD = (
    (r"\b(is|are|was|were) no\b(?! (longer|more than)\b)", "is not a …"),
    (r"\b(tell|tells|told|telling)\b", "report, show, list, state"),
    (r"\banew\b", "again"),
    (r"\b(stand|stands|stood|standing) (in|on|for|below|beside|there|without|alone as)\b", "is in, means"),
    (r"\bas (it|they) stands?\b", "unchanged"),
    (r"\bthere (is|are|was|were)\b", "the subject first: X is not present, the study has X"),
    (r"\b(is|are|was|were|be) (not )?there\b", "present, not present"),
    (r"\bby which\b", "with which, used to"),
    (r"\bof (your|one's|the user's) own\b|\buser's own\b", "custom"),
    (r"\ba reader of\b", "the subject: what it is"),
    (r"\bcomes? out\b|\bcame of it\b|\bfound out\b|\bby itself\b", "result, detected, automatically"),
    (r"\bmend\b|\b(take|takes|taken) (it|that|them)? ?(\w+ )?away\b", "fix, remove"),
    (r"\b(leave|leaves|leaving|left) (it |them |that )?out\b", "excluded, omit, skip"),
    (r"\brefuses?\b|\brefused from\b|\btherefore refused\b", "fails, fails the gate, rejects, is an error"),
    (r"\bnothing but\b", "only"),
    (r"\b(say|says|said) so\b", "states, reports; its source"),
    (r"\bwithout a word\b", "silently"),
    (r"\bcut short\b", "truncated, incomplete"),
    (r"\b(is|are) a text\b|\btexts of (censoring|events)\b", "character, string"),
    (r"\bhas no place for\b", "cannot hold"),
    (r"\b(a )?fault in adamgate\b", "internal error in adamgate"),
    (r"\bwrong usage\b", "usage error"),
    (r"\bnot delivered\b", "not present"),
    (r"\blook(s|ed)? into\b", "list, read"),
    (r"\bcalls an event\b", "event, censored record"),
    (r"\bdoes not apply here\b", "not applicable"),
    (r"\bwhole number (from|above) (zero|0|1)\b", "non-negative integer, positive integer"),
    (r"\b(some|every)body\b|\bwhoever\b", "a subject, a user, all subjects"),
    (r"\breasons? of censoring\b|\bcensorings\b", "censoring reason, censored record"),
    (r"\btimes? to an event\b", "time-to-event parameter, record"),
    (r"\bsay why\b", "document why"),
    (r"\blooks? inverted\b", "appears to be inverted"),
    (r"\b(is|are) none of\b(?! them)", "is not X, Y or Z"),
    (r"\bone to one\b", "one-to-one"),
    (r"\bgoes with several\b|\bstands under\b", "has more than one"),
    (r"\bmeets? no (finding|criterion)\b", "matches no finding, without a criterion"),
    (r"\b(lies|lie) with the data\b", "is in the data folder"),
    (r"\bthe record's own\b", "from the record, otherwise from ADSL"),
    (r"\bprotects nobody\b|\bgo around\b|\bfor ever\b", "no sermon: the fact"),
    (r"(?-i:\b[A-Z][A-Z0-9]{2,7}) of (?-i:ADSL|ADRS|TS)\b", "AGE in ADSL"),
    (r"\b(dates?|values?|subjects?|arms?|records?) of (?-i:ADSL|ADRS)\b", "in ADSL"),
    (r"(?-i:\bDCUTDTC) in (?-i:TS)\b|(?-i:\bTS \(DCUTDTC)", "in TS (TSPARMCD = DCUTDTC)"),
    (r"\bis (not )?(?-i:Y) but\b|(?-i:FL = Y),? but\b", "SAFFL is Y, but …"),
    (r"\bis (numeric|character|a date|missing) but\b", "a comma before but"),
    (r"\bis neither (?-i:[A-Z0-9]+) nor\b|\bnor (null|missing)\b", "is not Y or null"),
    (r"\bnone of (?-i:[A-Z][\w.]+), (?-i:[A-Z][\w.]+) is present", "neither A nor B is present"),
    (r"\bcut offs\b", "cut-offs"),
    (r"\breadiness of survival data\b", "survival analysis readiness"),
    (
        r"\bwhich the (other records|others) (follow|have)\b|; these follow\b",
        "the formula of the other records",
    ),
    (r"\bmust be (numeric|character)\b", "a numeric variable is expected"),
    (r"\b(instead of|in place of) a (numeric|character|date)\b", "ADT has no date format; … is expected"),
    (r"\bdisagree (on|about)\b", "are inconsistent about"),
    (r"\bdo(es)? not belong in\b", "is present in"),
    (r"((?-i:\b[A-Z][A-Z0-9]{2,7})|…) differs from (?-i:ADSL)\b", "AGE differs from AGE in ADSL"),
    (r"\b(\w+) states \w+, \1 states\b", "states months and weeks"),
    (r", (nothing was checked|the subject cannot)\b", "a semicolon"),
    (r"\((population PK)\)", "the scope is beside the title"),
    (r"(?<!only in )(?<!\.)(?-i:\b[Aa] [AEIO][A-Z]{2,})", "an"),  # but for A of `diff`, and .A
    (r"\bexpected 1 values\b", "1 value"),
    (r"\bpopulated\b", "has a value"),
)
"""What is odd, and what to say instead."""

ALLOWED = {
    ".refuses(": "a name in the code",
    "has AETRTEM populated": "as the standard puts it",
    "(default: refuse)": "a value of an option, as the following",
    "[refuse|": "in its help",
    "|refuse]": "in its help",
    '"refuse"': "in Python and TOML",
    "`refuse`": "in a table of options",
    "--same-day refuse": "on the command line",
    "'refuse'": "in Python and TOML",
}
"""Text that is right although a pattern fits, each with the reason."""

EARLIER = "earlier_messages.py"
"""Messages as earlier versions wrote them; they never change."""

_BLOCK = re.compile(r"^```(\w*)\n.*?^```$", re.MULTILINE | re.DOTALL)


def gathered_once(
    source: Callable[[], Iterator[tuple[str, str]]],
) -> Callable[[], tuple[tuple[str, str], ...]]:
    """What several tests look through is gathered once."""
    return cache(lambda: tuple(source()))


@gathered_once
def helps() -> Iterator[tuple[str, str]]:
    """The --help of every command, and of the commands below it."""

    def below(command: click.Command, name: str) -> Iterator[tuple[str, str]]:
        context = click.Context(command, info_name=name)
        yield f"{name} --help", command.get_help(context)
        if isinstance(command, click.Group):
            for each in command.list_commands(context):
                inner = command.get_command(context, each)
                assert inner is not None
                yield from below(inner, f"{name} {each}")

    return below(cli, "adamgate")


@gathered_once
def snapshots() -> Iterator[tuple[str, str]]:
    """Snapshots without the names of their tests."""
    for path in sorted((ROOT / "tests").rglob("*.ambr")):
        lines = path.read_text(encoding="utf-8").splitlines()
        yield _name(path), "\n".join(line for line in lines if not line.startswith("# name:"))


@gathered_once
def pages() -> Iterator[tuple[str, str]]:
    """Pages with the output of commands, but without Python, TOML and drawings."""
    for path in [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md"))]:
        page = path.read_text(encoding="utf-8")
        yield _name(path), _BLOCK.sub(lambda block: block[0] if block[1] == "console" else "", page)


@gathered_once
def rule_pages() -> Iterator[tuple[str, str]]:
    """What `adamgate explain` prints of each rule."""
    yield from ((rule_id, ag.explain(rule_id)) for rule_id in ag.rule_book())


@gathered_once
def literals() -> Iterator[tuple[str, str]]:
    """Strings of several words in the package, which may reach a user, and docstrings of public names."""
    public = _public_names()
    modules = [ROOT / "cli.py", *sorted((ROOT / "schemas").rglob("*.py"))]
    for path in [
        *modules,
        *sorted((ROOT / "converters").rglob("*.py")),
        *sorted((ROOT / "docs").glob("*.py")),
    ]:
        if path.name == EARLIER:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        shown = [*_strings(tree), *_docstrings(tree, public.get(_name(path), frozenset()))]
        yield _name(path), "\n".join(shown)


def _public_names() -> dict[str, frozenset[str]]:
    """Public names by the file that defines them."""
    names: dict[str, set[str]] = {}
    for module, name in re.findall(
        r"^from \.([\w.]+) import (\w+)", (ROOT / "__init__.pyi").read_text(encoding="utf-8"), re.MULTILINE
    ):
        path = ROOT / module.replace(".", "/")
        file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
        names.setdefault(_name(file), set()).add(name)
    return {file: frozenset(found) for file, found in names.items()}


def _strings(tree: ast.Module) -> Iterator[str]:
    silent = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            silent |= {id(part) for part in node.values}
            yield "".join(str(each.value) if isinstance(each, ast.Constant) else "…" for each in node.values)
        elif isinstance(node, ast.Constant) and id(node) not in silent and " " in str(node.value).strip():
            yield str(node.value)


def _docstrings(tree: ast.Module, public: frozenset[str]) -> Iterator[str]:
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef | ast.ClassDef) or node.name not in public:
            continue
        yield ast.get_docstring(node) or ""
        if isinstance(node, ast.ClassDef):
            methods = (each for each in node.body if isinstance(each, ast.FunctionDef))
            yield from (ast.get_docstring(each) or "" for each in methods if not each.name.startswith("_"))


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def odd_words(text: str) -> list[str]:
    """Each odd phrase with what is around it, and what to say instead."""
    joined = " ".join(text.split())
    for each in ALLOWED:
        joined = joined.replace(each, "")
    return [
        f"…{joined[max(0, found.start() - 50) : found.end() + 40]}… → {instead}"
        for pattern, instead in ODD
        for found in re.finditer(pattern, joined, re.IGNORECASE)
    ]


@pytest.mark.slow
@pytest.mark.parametrize("source", [helps, snapshots, pages, rule_pages, literals])
def test_no_odd_words(source) -> None:
    found = {name: odd for name, text in source() if (odd := odd_words(text))}
    assert not found, "\n".join(f"{name}: {each}" for name, odd in found.items() for each in odd)


@pytest.mark.slow
def test_what_is_looked_through_is_all_of_it() -> None:
    assert {"adamgate validate --help", "adamgate rules test --help"} <= {name for name, _ in helps()}
    assert "converters/reports/text.py" in dict(literals())
    assert "tests/reports/__snapshots__/test_text.ambr" in dict(snapshots())
    assert {"README.md", "docs/reading.md"} <= set(dict(pages()))
    assert {"TTE011", "AE041", "AD0204"} <= set(dict(rule_pages()))


@pytest.mark.parametrize(
    "text",
    [
        "5 is no severity",
        "what was lost is told",
        "copy it anew",
        "AVAL is not there",
        "mend it",
        "left out: 3",
        "STARTDT differs from TRTSDT of ADSL",
        "1 of 40 subjects of ADSL has no record",
        "ADT is after DCUTDTC in TS",
        "SAFFL = Y, but TRTSDT is missing",
        "TRTEMFL is Y but SAFFL is not Y",
        "ABLFL is neither Y nor null",
        "none of DTHFL, ADSL.DTHDT is present",
        "family: cut offs",
        "AVAL differs from ADT - STARTDT, which the other records follow",
        "AVAL is character, must be numeric",
        "ADT is character instead of a numeric date",
        "AESDTH and AEOUT disagree on whether the event was fatal",
        "AGE differs from ADSL",
        "AVALU states months, AVALU states weeks",
        "A AESTDTC that is missing",
        "no dataset was found, nothing was checked",
    ],
)
def test_odd_words_are_seen(text: str) -> None:
    assert odd_words(text)


def test_a_title_names_one_rule_only() -> None:
    titles = [rule.title for rule in (*rule_book().values(), *WAIVER_RULES)]
    assert [title for title, times in Counter(titles).items() if times > 1] == []


@pytest.mark.slow
def test_what_is_allowed_is_said_somewhere() -> None:
    said = " ".join(
        " ".join(text.split()) for source in (helps, snapshots, pages, literals) for _, text in source()
    )
    assert [each for each in ALLOWED if each not in said] == []
