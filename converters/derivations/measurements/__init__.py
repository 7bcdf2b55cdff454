"""Findings as analysis records: parameters, baseline, change, derived records and variables."""
