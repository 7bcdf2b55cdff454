"""Time to event: one record per subject and parameter, dated by the first event, else the last censoring."""
