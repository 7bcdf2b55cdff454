"""Stata: tables for survival analysis are written; datasets are not, and nothing is read."""
