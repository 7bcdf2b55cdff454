"""What CDISC says: structures, variables, codelists; no data."""
