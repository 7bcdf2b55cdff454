"""Rules about time-to-event data (TTE…), and what other datasets say of it (XD…, SL…)."""
