"""Stata's .dta, of datasets and of tables for survival analysis."""
