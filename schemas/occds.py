"""Where the schema of OCCDS was; it is ``adamgate.schema("OCCDS")`` now."""

from __future__ import annotations

from .gate.pandera_schemas import former_schema

schema = former_schema("OCCDS", __name__)
