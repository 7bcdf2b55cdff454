"""The record as a page that is self-contained, prints on paper and has places for signatures."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from ...schemas.wording import plain

_TEMPLATES = Path(__file__).with_name("templates")


def html_record(document: Mapping[str, Any]) -> str:
    """The page of a record's JSON form; every text is escaped, and the browser may load nothing."""
    style = (_TEMPLATES / "record.css").read_text(encoding="utf-8")
    template = _environment().get_template("record.html")
    return template.render(
        record=_printable(document),
        style=Markup(style),  # noqa: S704  (a file of this package)
        policy=f"default-src 'none'; style-src {_hash(style)}; base-uri 'none'; form-action 'none'",
    )


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def _printable(content: Any) -> Any:
    """The same with each text printable."""
    if isinstance(content, str):
        return plain(content)
    if isinstance(content, Mapping):
        return {_printable(key): _printable(value) for key, value in content.items()}
    return [_printable(each) for each in content] if isinstance(content, list) else content
