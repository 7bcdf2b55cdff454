"""What the base studies call the same: parameters and texts, for conditions on records."""

IN_DAYS = ("OS", "TTDE")
"""A parameter that everybody has, in days in the trial, in the pilot and in pharmaverse."""
TO_EVENT = ("PFS", "TTDE")
"""A parameter with events of many kinds."""
OF_RESPONSE = ("DOR", "RSD")
FROM_EVENTS = ("TTSAE", "TTDE")
"""A parameter whose events are adverse events."""
PROGRESSION = ("Disease progression", "Disease Progression")
NAUSEA = ("Nausea", "NAUSEA")
FATIGUE = ("Fatigue", "FATIGUE")
IN_WHOLE_DAYS = ("DAYS", "DAY", "days")
