"""How adamgate's own rules are declared: errors in an analysis that pass all conformance checks."""

from __future__ import annotations

from functools import partial

from .rule import Citation, rule

OWN = Citation("adamgate", "survival analysis readiness")

readiness = partial(rule, citations=(OWN,))
"""`rule` for one of adamgate's own rules: an error changes results and cannot be intended."""
