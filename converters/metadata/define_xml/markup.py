"""Nodes of an XML document, and their text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

_IN_TEXT = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})
_IN_ATTRIBUTES = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\r": "&#13;", "\n": "&#10;", "\t": "&#9;"}
)


@dataclass(frozen=True, slots=True)
class Node:
    """An element: its attributes that are stated, and children or a text."""

    name: str
    attributes: Mapping[str, str]
    children: tuple[Node, ...] = ()
    text: str = ""


def node(
    name: str,
    attributes: Mapping[str, str | float | None],
    children: Iterable[Node | None] = (),
    text: str = "",
) -> Node:
    """An element without attributes and children that are not stated."""
    stated = {key: str(value) for key, value in attributes.items() if value not in ("", None)}
    return Node(name, stated, tuple(each for each in children if each is not None), text)


def rendered(root: Node) -> str:
    """The document, indented but within texts; the same nodes give the same text."""
    return "\n".join(('<?xml version="1.0" encoding="UTF-8"?>', *_lines(root, ""), ""))


def _lines(element: Node, indent: str) -> Iterator[str]:
    attributes = "".join(
        f' {key}="{value.translate(_IN_ATTRIBUTES)}"' for key, value in element.attributes.items()
    )
    start = f"{indent}<{element.name}{attributes}"
    if element.children:
        yield f"{start}>"
        for each in element.children:
            yield from _lines(each, f"{indent}  ")
        yield f"{indent}</{element.name}>"
    elif element.text:
        yield f"{start}>{element.text.translate(_IN_TEXT)}</{element.name}>"
    else:
        yield f"{start}/>"
