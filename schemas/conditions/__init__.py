"""Conditions on records: parsed, never evaluated."""
