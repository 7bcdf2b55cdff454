"""XML to elements and back, with what a hostile file could do refused.

A document type declaration is refused before anything in it is read: without one there are no entities and
nothing outside the file. Depth, size and the number of elements are limited. Elements that are not kept are
counted, and neither they nor what is within them takes memory.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
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
WhatTakes = Mapping[str, Callable[["Element"], None]]
"""What is done with elements of a name."""
_NOTHING_TAKEN: WhatTakes = MappingProxyType({})
_NO_CHILDREN: dict[str, list[Element]] = {}


class Element:
    """An element with its children by name, in order.

    A file has a million of them: it is not a dataclass, and those without children share one mapping.

    Attributes
    ----------
    name : str
        With the prefix of this product: "ItemDef", "def:Origin".
    kept : Kept
        What is kept of elements of this name.
    attributes : mapping of str to str
    children : mapping of name to list of Element
    text : str
    line : int
    """

    __slots__ = ("attributes", "children", "kept", "line", "name", "text")

    def __init__(self, name: str, kept: Kept, attributes: dict[str, str], line: int) -> None:
        self.name = name
        self.kept = kept
        self.attributes = attributes
        self.children = _NO_CHILDREN
        self.text = ""
        self.line = line

    def add(self, child: Element) -> None:
        """Put an element after the other children of its name."""
        if self.children is _NO_CHILDREN:
            self.children = {child.name: [child]}
        elif child.name in self.children:
            self.children[child.name].append(child)
        else:
            self.children[child.name] = [child]

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


_ABSENT = Element("", NOTHING, {}, 0)


@dataclass(frozen=True, slots=True)
class Parsed:
    """The root of a document, and the namespaces in it."""

    root: Element
    namespaces: frozenset[str]


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


def parse(content: bytes, path: Path, unsupported: Unsupported, taken: WhatTakes = _NOTHING_TAKEN) -> Parsed:
    """The elements of a document that are kept.

    Parameters
    ----------
    content : bytes
    path : Path
    unsupported : Unsupported
        To which what is not kept is added.
    taken : mapping of name to function
        Given each element of that name when it ends; the document is without it.

    Raises
    ------
    UnreadableInput
        When it is not well-formed, has a document type declaration, or is nested too deeply.
    """
    parser = expat.ParserCreate(namespace_separator=" ")
    document = _Document(path, parser, unsupported, taken)
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
    root, document.root = document.root, _ABSENT  # the parser and its handlers hold each other
    return Parsed(root, frozenset(document.namespaces))


class _Document:
    """The elements of a document, made as they go by."""

    def __init__(
        self, path: Path, parser: expat.XMLParserType, unsupported: Unsupported, taken: WhatTakes
    ) -> None:
        self.root = _ABSENT
        self.namespaces: set[str] = set()
        self._unsupported = unsupported
        self._taken = taken
        self._path = path
        self._parser = parser
        self._names: dict[str, str] = {}
        self._prefixes: dict[str, str] = {}
        self._open: list[Element] = []
        self._texts: list[str] = []
        self._skipped = 0
        self._elements = 0

    def namespace(self, prefix: str | None, uri: str | None) -> None:
        if len(self._prefixes) > _MOST_KINDS:
            raise self._refusal(f"more than {_MOST_KINDS} namespaces")
        self.namespaces.add(uri or "")
        self._prefixes.setdefault(uri or "", prefix or "")

    def start(self, expanded: str, attributes: dict[str, str]) -> None:
        within = self._open
        if len(within) + self._skipped >= _DEEPEST:
            raise self._refusal(f"elements more than {_DEEPEST} deep")
        if self._skipped:
            self._skipped += 1
            return
        name = self._names.get(expanded) or self._named(expanded)
        if within and not self._is_kept(name, within[-1]):
            self._skipped = 1
            return
        self._elements += 1
        if self._elements > _MOST_ELEMENTS:
            raise self._refusal(f"more than {_MOST_ELEMENTS:,} elements")
        kept = KEPT.get(name, NOTHING)
        if not attributes.keys() <= kept.plain:
            attributes = self._attributes(name, kept, attributes)
        within.append(Element(name, kept, attributes, self._parser.CurrentLineNumber))

    def end(self, _: str) -> None:
        if self._skipped:
            self._skipped -= 1
            return
        element = self._open.pop()
        if element.kept.text:
            element.text = "".join(self._texts)
            self._texts.clear()
        elif element.text:
            self._not_kept(f"text in {element.name}", element.line)
        if element.name in self._taken:
            self._taken[element.name](element)
        elif self._open:
            self._open[-1].add(element)
        else:
            self.root = element

    def characters(self, text: str) -> None:
        if self._skipped:
            return
        element = self._open[-1]
        if element.kept.text:  # nothing within it is kept: the texts are of one element
            self._texts.append(text)
        elif not element.text and not text.isspace():
            element.text = text

    def refusing(self, what: str) -> Callable[..., None]:
        def refuse(*_: object) -> None:
            raise self._refusal(what)

        return refuse

    def _is_kept(self, name: str, parent: Element) -> bool:
        kept = parent.kept
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
        counts = self._unsupported.counts
        known = what in counts or len(counts) < _MOST_KINDS
        self._unsupported.add(one_line(what)[:200] if known else "others", line)

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
