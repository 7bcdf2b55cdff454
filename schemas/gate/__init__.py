"""The verdict: rules run on a study, findings, the report."""
