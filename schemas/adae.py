"""Where the schema of ADAE was; it is ``adamgate.schema("ADAE")`` now."""

from __future__ import annotations

from .gate.pandera_schemas import former_schema

schema = former_schema("ADAE", __name__)
