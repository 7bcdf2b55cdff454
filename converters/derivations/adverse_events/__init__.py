"""Adverse events: one record per record of SDTM AE, with analysis dates, treatment emergence and flags."""
