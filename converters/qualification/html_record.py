"""The record as a page that is self-contained, prints on paper and has places for signatures."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from ..page.safe_page import printable, source_hash

_TEMPLATES = Path(__file__).with_name("templates")


def html_record(document: Mapping[str, Any], sha256: str) -> str:
    """The page of a record's JSON form; every text is escaped, and the browser may load nothing.

    Parameters
    ----------
    document : mapping
    sha256 : str
        Of the JSON file: what is signed on paper says which file it is of.
    """
    style = (_TEMPLATES / "record.css").read_text(encoding="utf-8")
    template = _environment().get_template("record.html")
    return template.render(
        record=printable(document),
        sha256=sha256,
        style=Markup(style),  # noqa: S704  (a file of this package)
        policy=f"default-src 'none'; style-src {source_hash(style)}; base-uri 'none'; form-action 'none'",
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
