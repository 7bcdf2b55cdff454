"""XML to elements and back, with what a hostile file could do refused.

A document type declaration is refused before anything in it is read: without one there are no entities and
nothing outside the file. Depth, size and the number of elements are limited. Elements that are not kept are
counted, and neither they nor what is within them takes memory.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from ....schemas.errors import UnreadableInput
from ....schemas.wording import one_line
from ...values.regular_file import open_regular
from .vocabulary import KEPT, NOTHING, PREFIXES, Kept, Unsupported

MOST_BYTES = 512 * 2**20
_DEEPEST = 100
_MOST_ELEMENTS = 8_000_000
_MOST_KINDS = 1_000
_OURS = frozenset(PREFIXES.values())


@dataclass(slots=True)
class Element:
    """An element with its children by name, in order.

    Attributes
    ----------
    name : str
        With the prefix of this product: "ItemDef", "def:Origin".
    attributes : mapping of str to str
    children : mapping of name to list of Element
    text : str
    line : int
    """

    name: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    children: dict[str, list[Element]] = field(default_factory=dict)
    text: str = ""
    line: int = 0

    def get(self, attribute: str) -> str:
        """An attribute; empty if it is not present."""
        return self.attributes.get(attribute, "")

    def all(self, name: str) -> list[Element]:
        """The children of a name."""
        return self.children.get(name, [])

    def one(self, *names: str) -> Element:
        """The first descendant along these names; an element without content if it is not present."""
        found = self
        for name in names:
            within = found.children.get(name)
            if not within:
                return _ABSENT
            found = within[0]
        return found


_ABSENT = Element("")


@dataclass(frozen=True, slots=True)
class Parsed:
    """The root of a document, the namespaces in it, and what is not kept."""

    root: Element
    namespaces: frozenset[str]
    unsupported: Unsupported


def content_of(path: Path) -> bytes:
    """The bytes of a file that is not too large.

    Raises
    ------
    UnreadableInput
    """
    try:
        with open_regular(path) as file:
            size = os.fstat(file.fileno()).st_size
            content = file.read() if size <= MOST_BYTES else b""
    except OSError as error:
        raise UnreadableInput(
            "define.xml cannot be opened",
            f"{path}: {error.strerror or error}",
            "check that it exists, that it is a file and that you have read permission",
        ) from error
    if size > MOST_BYTES:
        raise UnreadableInput(
            f"define.xml is larger than {MOST_BYTES // 2**20} MB", str(path), "give a file of one study"
        )
    return content


def parse(content: bytes, path: Path) -> Parsed:
    """The elements of a document that are kept.

    Raises
    ------
    UnreadableInput
        When it is not well-formed, has a document type declaration, or is nested too deeply.
    """
    parser = expat.ParserCreate(namespace_separator=" ")
    document = _Document(path, parser)
    parser.buffer_text = True
    parser.StartElementHandler = document.start
    parser.EndElementHandler = document.end
    parser.CharacterDataHandler = document.characters
    parser.StartNamespaceDeclHandler = document.namespace
    parser.StartDoctypeDeclHandler = document.refusing("a document type declaration")
    parser.EntityDeclHandler = document.refusing("an entity declaration")
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        raise UnreadableInput(
            "define.xml is not well-formed",
            f"{path}, line {error.lineno}: {expat.errors.messages[error.code]}",
            "correct it there, or export it again",
        ) from error
    except (LookupError, ValueError) as error:  # expat asks Python for the encoding that is declared
        raise UnreadableInput(
            "define.xml declares an unsupported encoding",
            f"{path}: {one_line(str(error))}",
            "save it as UTF-8",
        ) from error
    return Parsed(document.root, frozenset(document.namespaces), document.unsupported)


class _Document:
    """The elements of a document, made as they go by."""

    def __init__(self, path: Path, parser: expat.XMLParserType) -> None:
        self.root = _ABSENT
        self.namespaces: set[str] = set()
        self.unsupported = Unsupported()
        self._path = path
        self._parser = parser
        self._names: dict[str, str] = {}
        self._prefixes: dict[str, str] = {}
        self._open: list[tuple[Element, Kept, list[str]]] = []
        self._skipped = 0
        self._elements = 0

    def namespace(self, prefix: str | None, uri: str | None) -> None:
        if len(self._prefixes) > _MOST_KINDS:
            raise self._refusal(f"more than {_MOST_KINDS} namespaces")
        self.namespaces.add(uri or "")
        self._prefixes.setdefault(uri or "", prefix or "")

    def start(self, expanded: str, attributes: dict[str, str]) -> None:
        if len(self._open) + self._skipped >= _DEEPEST:
            raise self._refusal(f"elements more than {_DEEPEST} deep")
        if self._skipped:
            self._skipped += 1
            return
        name = self._names.get(expanded) or self._named(expanded)
        if self._open and not self._is_kept(name):
            self._skipped = 1
            return
        self._elements += 1
        if self._elements > _MOST_ELEMENTS:
            raise self._refusal(f"more than {_MOST_ELEMENTS:,} elements")
        kept = KEPT.get(name, NOTHING)
        element = Element(name, self._attributes(name, kept, attributes), line=self._parser.CurrentLineNumber)
        if self._open:
            self._open[-1][0].children.setdefault(name, []).append(element)
        else:
            self.root = element
        self._open.append((element, kept, []))

    def end(self, _: str) -> None:
        if self._skipped:
            self._skipped -= 1
            return
        element, kept, texts = self._open.pop()
        if not texts:
            return
        text = "".join(texts)
        if kept.text:
            element.text = text
        elif not text.isspace():
            self._not_kept(f"text in {element.name}", element.line)

    def characters(self, text: str) -> None:
        if not self._skipped:
            self._open[-1][2].append(text)

    def refusing(self, what: str) -> Callable[..., None]:
        def refuse(*_: object) -> None:
            raise self._refusal(what)

        return refuse

    def _is_kept(self, name: str) -> bool:
        parent, kept, _ = self._open[-1]
        if name not in kept.children:
            self._not_kept(f"{name} in {parent.name}", self._parser.CurrentLineNumber)
            return False
        if name in parent.children and name not in kept.repeated:
            self._not_kept(f"a further {name} in {parent.name}", self._parser.CurrentLineNumber)
            return False
        return True

    def _attributes(self, element: str, kept: Kept, given: dict[str, str]) -> dict[str, str]:
        named = {self._names.get(key) or self._named(key): value for key, value in given.items()}
        if named.keys() <= kept.attributes:
            return named
        for name in named.keys() - kept.attributes:
            self._not_kept(f"attribute {name} of {element}", self._parser.CurrentLineNumber)
        return {name: value for name, value in named.items() if name in kept.attributes}

    def _not_kept(self, what: str, line: int) -> None:
        counts = self.unsupported.counts
        known = what in counts or len(counts) < _MOST_KINDS
        self.unsupported.add(one_line(what)[:200] if known else "others", line)

    def _named(self, expanded: str) -> str:
        """A name with the prefix that its namespace has here, or else in the file."""
        uri, _, local = expanded.rpartition(" ")
        prefix = PREFIXES.get(uri) if uri else ""
        if prefix is None:
            said = f"{self._prefixes.get(uri) or uri}:"
            prefix = said if said not in _OURS else f"{uri}:"  # a prefix of ours for another namespace
        name = f"{prefix}{local}"
        if len(self._names) < _MOST_KINDS:
            self._names[expanded] = name
        return name

    def _refusal(self, what: str) -> UnreadableInput:
        return UnreadableInput(
            f"define.xml contains {what}, which is not allowed",
            f"{self._path}, line {self._parser.CurrentLineNumber}",
            "remove it there; Define-XML needs none",
        )
