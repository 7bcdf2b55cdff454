"""Rules that CDISC publishes (AD…), and controlled terminology (CT…)."""
