"""The reference of the site: a page for each command, and for each part of the Python API.

Commands are described by their ``--help``, public names by their signatures and docstrings.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from inspect import Parameter, Signature
from typing import Any

import click
from markdown_text import as_text

import adamgate
from adamgate.cli import cli


def command_pages() -> dict[str, str]:
    """Each page of ``commands/`` by its name: the commands, then one for each."""
    context = click.Context(cli, info_name="adamgate", **cli.context_settings)
    pages = {"index.md": _help(context)}
    for name in cli.list_commands(context):
        own = _below(name, context, cli)
        group = own.command
        deeper = group.list_commands(own) if isinstance(group, click.Group) else ()
        pages[f"{name}.md"] = _help(own) + "".join(_help(_below(each, own, group)) for each in deeper)
    return pages


def _below(name: str, parent: click.Context, group: click.Group) -> click.Context:
    command = group.get_command(parent, name)
    assert command is not None
    return click.Context(command, parent=parent, info_name=name)


def _help(context: click.Context) -> str:
    """What ``--help`` shows; that of a command below another is a section of its page."""
    deep = context.command_path.count(" ") > 1
    written = _HelpInMarkdown(context.command_path, "##" if deep else "#")
    context.command.format_help(context, written)
    return written.getvalue()


class _HelpInMarkdown(click.HelpFormatter):
    """What a command writes for a terminal: headings and tables instead of indentation.

    Parameters
    ----------
    path : str
        Of the command: "adamgate config show".
    mark : str
        Of its heading.
    """

    def __init__(self, path: str, mark: str) -> None:
        super().__init__(width=10_000)  # nothing is cut
        self.path, self.mark, self.heading = path, mark, ""
        self.write(f"\n{mark} `{path}`\n\n")

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        self.write(f"{prefix or ''}```text\n{prog} {args}\n```\n")

    def write_heading(self, heading: str) -> None:
        self.heading = heading
        self.write(f"{self.mark}# {heading}\n\n")

    def write_paragraph(self) -> None:
        self.write("\n")

    def write_text(self, text: str) -> None:
        for paragraph in text.split("\n\n"):
            kept = paragraph.removeprefix("\b\n")
            self.write(f"```text\n{kept}\n```\n\n" if kept != paragraph else f"{as_text(kept)}\n\n")

    def write_dl(self, rows: Iterable[tuple[str, str]], *_: int) -> None:
        self.write(f"| {self.heading.lower()} | |\n|---|---|\n")
        for term, meaning in rows:
            self.write(f"| {self._term(term)} | {as_text(meaning)} |\n")

    def _term(self, term: str) -> str:
        if self.heading != "Commands":
            return _code(term)
        place = f"{term}.md" if " " not in self.path else f"#{self.path} {term}".replace(" ", "-")
        return f"[{_code(term)}]({place})"


def _code(text: str) -> str:
    """Code in a cell of a table, which a vertical bar would end."""
    return f"<code>{as_text(text)}</code>"


LINE = 88
"""Signatures that are longer have a line for each parameter."""


@dataclass(frozen=True, slots=True)
class Theme:
    """A page of the API.

    Attributes
    ----------
    page : str
    title : str
    homes : tuple of str
        Beginnings of the modules whose names are on it.
    """

    page: str
    title: str
    homes: tuple[str, ...]


THEMES = (
    Theme("data.md", "Reading and datasets", ("converters.reading", "schemas.study")),
    Theme("gate.md", "The gate", ("schemas.gate", "schemas.severity", "schemas.standards")),
    Theme("rules.md", "Rules", ("schemas.rules", "converters.configuration.rule_files")),
    Theme("reports.md", "Reports", ("converters.reports", "converters.page")),
    Theme("tables.md", "Survival tables and summaries", ("converters.survival",)),
    Theme("figures.md", "Figures", ("converters.figures", "converters.plot", "converters")),
    Theme("derivations.md", "Deriving ADaM datasets", ("converters.derivations",)),
    Theme("raw.md", "Raw exports", ("converters.raw_exports",)),
    Theme("writing.md", "Writing and comparing", ("converters.writing", "converters.diff")),
    Theme("pipelines.md", "Pipelines", ("converters.pipeline", "converters.configuration.run_pipeline")),
    Theme("errors.md", "Errors", ("schemas.errors",)),
)


def api_pages() -> dict[str, str]:
    """Each page of ``api/`` by its name: all names, then one for each theme."""
    names = _by_theme()
    places = {name: f"{theme.page}#{anchor}" for theme in names for name, anchor in names[theme].items()}
    pages = {"index.md": "\n".join(_all_names(names, places))}
    for theme in names:
        sections = [_section(name, getattr(adamgate, name)) for name in names[theme]]
        pages[theme.page] = _linked(f"# {theme.title}\n\n" + "\n".join(sections), places)
    return pages


def _by_theme() -> dict[Theme, dict[str, str]]:
    """The public names of each theme with their anchors: of two that differ in case, one has a number."""
    names: dict[Theme, dict[str, str]] = {theme: {} for theme in THEMES}
    for name in sorted(adamgate._HOME, key=lambda each: (each.lower(), each)):
        known = names[_theme(adamgate._HOME[name].removeprefix("."))]
        known[name] = f"{name.lower()}_1" if name.lower() in known.values() else name.lower()
    return names


def _theme(home: str) -> Theme:
    """The theme that names the longest beginning of a module."""
    known = [(part, each) for each in THEMES for part in each.homes if f"{home}.".startswith(f"{part}.")]
    if not known:
        raise LookupError(f"adamgate.{home} has public names: add it to a theme in docs/make_reference.py")
    return max(known, key=lambda each: len(each[0]))[1]


def _all_names(names: Mapping[Theme, Mapping[str, str]], places: Mapping[str, str]) -> Iterator[str]:
    yield (
        "# All names\n\n`import adamgate as ag` gives these names; others are not part of the API, and may "
        "change in any version.\n"
    )
    for theme in names:
        yield f"## [{theme.title}]({theme.page})\n\n| name | |\n|---|---|"
        yield from (
            f"| [`{name}`]({places[name]}) | {_summary(getattr(adamgate, name))} |" for name in names[theme]
        )
        yield ""


def _summary(value: object) -> str:
    first = (inspect.getdoc(value) or "").partition("\n\n")[0]
    return _escaped(" ".join(first.split()))


def _section(name: str, value: Any) -> str:
    """A public name with all that belongs to it."""
    parts = [f"## {name}\n", _signature(f"ag.{name}", value), _described(value)]
    if inspect.ismodule(value):
        members = {each: getattr(value, each) for each in value.__all__}
    else:
        members = dict(_own_members(value)) if inspect.isclass(value) else {}
    for member, each in members.items():
        parts += [f"### {name}.{member}\n", _signature(f"{name}.{member}", each), _described(each)]
    return "\n".join(filter(None, parts))


def _own_members(kind: type) -> Iterator[tuple[str, Any]]:
    """Public methods and properties that a class of ours or one that it is made of defines."""
    seen = set()
    for each in kind.__mro__:
        if not each.__module__.startswith("adamgate."):
            continue
        for name, value in vars(each).items():
            plain = value.__func__ if isinstance(value, classmethod | staticmethod) else value
            documented = inspect.isfunction(plain) or isinstance(plain, property)
            if documented and not name.startswith("_") and name not in seen:
                seen.add(name)
                yield name, plain


def _signature(name: str, value: Any) -> str:
    if isinstance(value, type) and issubclass(value, Enum):
        return _python(f"{name}.{each.name}  # {each.value!r}" for each in value)
    if not callable(value):
        return ""
    try:
        signature = inspect.signature(value)
    except ValueError:  # made as its base is: a warning
        return ""
    shown = list(_parameters(signature))
    returned = "" if inspect.isclass(value) or signature.return_annotation == "None" else _returned(signature)
    line = f"{name}({', '.join(shown)}){returned}"
    if len(line) <= LINE:
        return _python([line])
    return _python([f"{name}(", *(f"    {each}," for each in shown), f"){returned}"])


def _parameters(signature: Signature) -> Iterator[str]:
    """Each as it is written in Python, with the star before those that are given by name alone."""
    marked = False
    for each in signature.parameters.values():
        if each.name in ("self", "cls"):
            continue
        if each.kind is Parameter.KEYWORD_ONLY and not marked:
            yield "*"
        marked = marked or each.kind in (Parameter.KEYWORD_ONLY, Parameter.VAR_POSITIONAL)
        yield str(each.replace(annotation=_as_written(each.annotation), default=_default(each)))


class _Written(str):
    """Text that stands for itself in a signature."""

    __slots__ = ()
    __repr__ = str.__str__


def _as_written(annotation: Any) -> Any:
    return _Written(annotation) if isinstance(annotation, str) else annotation


def _default(parameter: Parameter) -> Any:
    """The default where it reads the same in every run; what an object or a function makes is left open."""
    given = parameter.default
    if isinstance(given, Enum):
        return _Written(f"{type(given).__name__}.{given.name}")
    plain = given is Parameter.empty or given is None or isinstance(given, str | int | float | tuple)
    return given if plain else _Written("…")


def _returned(signature: Signature) -> str:
    annotation = signature.return_annotation
    return "" if annotation is Signature.empty else f" -> {annotation}"


def _python(lines: Iterable[str]) -> str:
    return "\n".join(["```python", *lines, "```\n"])


_SECTION = re.compile(r"^(\w+)\n-{3,}$\n?", re.MULTILINE)
_OTHERS = re.compile(r"^Other attributes are those of `(\w+)`\.$", re.MULTILINE)
_LISTS = ("Parameters", "Attributes", "Returns", "Raises", "Warns")


def _described(value: object) -> str:
    """A docstring in NumPy's form: what it says, then its sections."""
    beginning, sections = _sections(value)
    parts = [
        f"**{title}**\n\n{_items(_with_those_of_bases(text, value)) if title in _LISTS else _prose(text)}"
        for title, text in sections.items()
    ]
    return "\n\n".join([_prose(beginning), *parts]) + "\n"


def _sections(value: object) -> tuple[str, dict[str, str]]:
    """How a docstring begins, and its sections by their titles."""
    beginning, *parts = _SECTION.split(inspect.getdoc(value) or "")
    return beginning, dict(zip(parts[::2], parts[1::2], strict=True))


def _with_those_of_bases(text: str, value: object) -> str:
    """Where others are those of a class that it is made of, they follow: that one need not be public."""
    bases = {each.__name__: each for each in getattr(value, "__mro__", ())[1:]}

    def attributes(found: re.Match[str]) -> str:
        if found[1] not in bases:
            return found[0]
        return _with_those_of_bases(_sections(bases[found[1]])[1].get("Attributes", ""), bases[found[1]])

    return _OTHERS.sub(attributes, text)


def _items(text: str) -> str:
    """A list of names, or types, and what is below each."""
    entries = re.split(r"^(?=\S)", text.strip(), flags=re.MULTILINE)
    return "\n".join(_item(*entry.strip().split("\n", 1)) for entry in entries if entry.strip())


def _item(term: str, below: str = "") -> str:
    if term.endswith("."):  # a sentence about others: "Other attributes are those of `RawFile`."
        return f"- {_escaped(term)}"
    names, _, kind = term.partition(" : ")
    meaning = " ".join(inspect.cleandoc(below).split())
    first = f"`{names}`" + (f", {_escaped(kind)}" if kind else "")
    return f"- {first}: {_escaped(meaning)}" if meaning else f"- {first}"


def _prose(text: str) -> str:
    """Paragraphs, and examples as code."""
    paragraphs = re.split(r"\n{2,}", text.strip())
    return "\n\n".join(
        f"```pycon\n{each}\n```" if each.startswith(">>>") else _escaped(each) for each in paragraphs if each
    )


def _escaped(text: str) -> str:
    """Text in which only code is marked."""
    parts = re.split(r"(``[^`]+``|`[^`]+`)", text)
    return "".join(each if each.startswith("`") else as_text(each) for each in parts)


def _linked(page: str, places: Mapping[str, str]) -> str:
    """The page with a link at each public name that stands as code in its text."""

    def link(found: re.Match[str]) -> str:
        name = found[1]
        return f"[`{name}`]({places[name]})" if name in places else found[0]

    blocks = re.split(r"(^```.*?^```$)", page, flags=re.MULTILINE | re.DOTALL)
    return "".join(
        each if each.startswith("```") else re.sub(r"(?<![`\w])`(\w+)`(?!`)", link, each) for each in blocks
    )
