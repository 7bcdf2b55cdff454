"""Where the schema of ADSL was; it is ``adamgate.schema("ADSL")`` now."""

from __future__ import annotations

from .gate.pandera_schemas import former_schema

schema = former_schema("ADSL", __name__)
