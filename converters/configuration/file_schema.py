"""The JSON Schema of ``adamgate.toml``, for editors and checks that do not run adamgate."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .registry import TABLES
from .tables import Table

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def file_schema(tables: Sequence[Table] = TABLES) -> dict[str, Any]:
    """The JSON Schema (2020-12) of a file with these tables.

    A date of TOML is a string of JSON there: ``2026-12-31``. What only adamgate can judge is left to it:
    names of rules and encodings, ids, conditions.
    """
    return {
        "$schema": DIALECT,
        "title": "adamgate.toml",
        "description": "Settings of adamgate: reading, checking, waivers and custom rules.",
        "type": "object",
        "properties": {each.name: each.form.schema(each) for each in tables},
        "additionalProperties": False,
    }
