"""Where the schema of TTE was; it is ``adamgate.schema("TTE")`` now."""

from __future__ import annotations

from .gate.pandera_schemas import former_schema

schema = former_schema("TTE", __name__)
