"""A define.xml against the XML Schema of Define-XML, which CDISC publishes and the user gives.

lxml, which is needed for it alone, does so in another process. Nothing is fetched from a network, and no
entity is resolved.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import chain, islice
from pathlib import Path
from urllib.parse import unquote
from xml.parsers import expat

from ....schemas.errors import ConfigurationError, UnreadableInput
from ....schemas.study.definition import DefineVersion, SchemaProblem
from ....schemas.wording import one_line
from ...values.regular_file import open_regular
from ...values.separate_process import ProcessDied, call_apart
from .vocabulary import DEF_NAMESPACES, PREFIXES

MOST_PROBLEMS = 1_000
"""The first of them are listed."""
_MEMORY = 8 << 30
_DEEPEST = 3
_NAMES: Mapping[DefineVersion, tuple[str, ...]] = {
    "1.0": ("define1-0-0.xsd",),
    "2.0": ("arm1-0-0.xsd", "define2-0-0.xsd"),
    "2.1": ("arm1-0-0.xsd", "define2-1-0.xsd"),
}
"""Files of CDISC to begin with, that with analysis results first: it has everything of the other."""
_NAMESPACE = re.compile(r"\{([^{}]*)\}")
_ELSEWHERE = re.compile(r"\s*([A-Za-z][A-Za-z0-9+.-]+:|//)")
"""Begins an address that is not the path of a file; a drive of Windows has one letter."""
_XSD = "http://www.w3.org/2001/XMLSchema"
_BASE = "http://www.w3.org/XML/1998/namespace base"
_REFERRING = frozenset(("include", "import", "redefine", "override"))
_MOST_FILES = 100
_REPEATING = "No precomputed value available"
"""What libxml2 adds, as a warning, to the problem of a value that it has told before."""

_Found = tuple[int, str]
"""A line and a message."""


class InvalidSchema(Exception):
    """A file that is not an XML Schema, or refers to one that cannot be read."""


def schema_problems(
    content: bytes, path: Path, xsd: Path, version: DefineVersion
) -> tuple[SchemaProblem, ...]:
    """What is not valid in a define.xml by its XML Schema, by line.

    Parameters
    ----------
    content : bytes
        The file, which has no document type declaration.
    path : Path
        Of the file, for messages.
    xsd : Path
        The XML Schema, or a folder with it.
    version : {"1.0", "2.0", "2.1"}

    Raises
    ------
    ConfigurationError
        If lxml is not installed, or there is no usable XML Schema for this version.
    UnreadableInput
        If the document cannot be checked within the limits of memory and time.
    """
    schema = schema_file(xsd, version)
    try:
        found = call_apart(_problems, content, str(schema), memory=_MEMORY)
    except ImportError:
        raise ConfigurationError(
            "lxml, which checks define.xml against an XML Schema, is not installed",
            "xsd",
            "install it: pip install 'adamgate[define]'; or omit --xsd",
        ) from None
    except InvalidSchema as problem:
        raise ConfigurationError(
            "the XML Schema cannot be used",
            f"{schema}: {one_line(str(problem), 200)}",
            "give the folder of the XML Schema as CDISC publishes it",
        ) from None
    except ProcessDied as death:
        raise UnreadableInput(
            "define.xml cannot be checked against the XML Schema", f"{path}: {death}", "omit --xsd"
        ) from None
    return tuple(SchemaProblem(line, _in_words(message)) for line, message in found)


def schema_file(xsd: Path, version: DefineVersion) -> Path:
    """The XML Schema of a version: the file itself, or the one that a folder has for it.

    Raises
    ------
    ConfigurationError
        If there is none.
    """
    if xsd.is_file():
        return xsd
    names = _NAMES[version]
    if not xsd.is_dir():
        raise ConfigurationError("the folder of the XML Schema does not exist", str(xsd), "check --xsd")
    fitting = (each for name in names for each in _named(xsd, name) if _is_for(each, version))
    found = next(fitting, None)
    if found is None:
        raise ConfigurationError(
            f"no XML Schema of Define-XML {version} was found",
            str(xsd),
            f"give the folder that has {' or '.join(names)}, as CDISC publishes it",
        )
    return found


def _named(folder: Path, name: str) -> Iterator[Path]:
    """Files of a name in a folder and those within it, not far below."""
    patterns = ("/".join((*["*"] * depth, name)) for depth in range(_DEEPEST + 1))
    return chain.from_iterable(sorted(folder.glob(pattern)) for pattern in patterns)


def _is_for(file: Path, version: DefineVersion) -> bool:
    """Whether a schema names the namespace of a version: analysis results have one name for all."""
    namespaces = [uri for uri, each in DEF_NAMESPACES.items() if each == version]
    try:
        content = file.read_bytes()
    except OSError:
        return False
    return any(uri.encode() in content for uri in namespaces)


def _problems(content: bytes, schema: str) -> list[_Found]:
    """The work of the other process."""
    from lxml import etree

    _require_local(Path(schema))
    safe = etree.XMLParser(no_network=True, resolve_entities=False, load_dtd=False, huge_tree=False)
    try:
        valid = etree.XMLSchema(etree.parse(schema, safe))
    except (etree.LxmlError, OSError) as error:
        raise InvalidSchema(str(error)) from None
    try:
        document = etree.fromstring(content, safe)
    except etree.XMLSyntaxError as error:
        return [(error.lineno or 0, error.msg or "not well-formed")]
    valid.validate(document)
    told = ((each.line, each.message) for each in valid.error_log if _REPEATING not in each.message)
    return list(islice(told, MOST_PROBLEMS))


def _require_local(schema: Path) -> None:
    """Refuse a schema that would have libxml2, which fetches whatever it is told to, look elsewhere.

    Raises
    ------
    InvalidSchema
    """
    waiting, seen = [schema], {schema.resolve()}
    while waiting:
        file = waiting.pop()
        for location in _locations_in(file):
            other = (file.parent / unquote(location)).resolve()
            if other not in seen and other.is_file():
                seen.add(other)
                waiting.append(other)
        if len(seen) > _MOST_FILES:
            raise InvalidSchema(f"it consists of more than {_MOST_FILES} files")


def _locations_in(file: Path) -> list[str]:
    """The other files that a file of a schema refers to."""
    found: list[str] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        if _BASE in attributes:
            raise InvalidSchema(f"{file.name} has an attribute xml:base")
        namespace, _, local = name.rpartition(" ")
        location = attributes.get("schemaLocation")
        if namespace == _XSD and local in _REFERRING and location is not None:
            if _ELSEWHERE.match(location):
                raise InvalidSchema(f"{file.name} refers to {location}, which is not a file of this machine")
            found.append(location)

    def entity(name: str, *declared: object) -> None:
        if declared[1] is None:  # no value: it is elsewhere
            raise InvalidSchema(f"{file.name} declares the external entity {name}")

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = start
    parser.EntityDeclHandler = entity
    try:
        with open_regular(file) as content:
            parser.ParseFile(content)
    except (expat.ExpatError, OSError, LookupError, ValueError) as error:
        raise InvalidSchema(f"{file.name}: {error}") from None
    return found


def _in_words(message: str) -> str:
    """A message with prefixes in place of namespaces."""
    return one_line(_NAMESPACE.sub(lambda found: PREFIXES.get(found[1], f"{{{found[1]}}}"), message), 300)
