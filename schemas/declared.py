"""Declarations as words, for the report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from datetime import date
from typing import Any

from .declarations import Declarations, Endpoint
from .terminology import BUILT_IN, Terminology


def stated(declarations: Declarations) -> Mapping[str, str]:
    """What is declared, name by name: "cut_off" to "2024-01-31", "endpoint OS role" to "OS"."""
    return dict(_stated(declarations, ""))


def _stated(declared: Declarations | Endpoint, prefix: str) -> Iterator[tuple[str, str]]:
    for each in fields(declared):
        value = getattr(declared, each.name)
        if value is BUILT_IN:
            continue
        if each.name == "endpoints":
            for parameter, endpoint in value.items():
                yield from _stated(endpoint, f"endpoint {parameter} ")
        elif value is not None and value is not False and value not in ("", ()):
            yield f"{prefix}{each.name}", _words(value)


def _words(value: Any) -> str:
    if value is True:
        return "yes"
    if isinstance(value, Terminology):
        return ", ".join(value.versions)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return "; ".join(" within ".join(each) if isinstance(each, tuple) else str(each) for each in value)
    return str(value)
