"""Where the schema of BDS was; it is ``adamgate.schema("BDS")`` now."""

from __future__ import annotations

from .gate.pandera_schemas import former_schema

schema = former_schema("BDS", __name__)
