"""Sheets of metadata in the workbooks that we write. Needs no pandas."""

VARIABLES, DATASETS = "_variables", "_datasets"
