"""How our own rules are declared: what ruins an analysis and passes every conformance check."""

from __future__ import annotations

from functools import partial

from .rule import Citation, rule

OWN = Citation("adamgate", "readiness of survival data")

readiness = partial(rule, citations=(OWN,))
"""`rule` for a statement of our own: an error changes numbers and cannot be meant."""
