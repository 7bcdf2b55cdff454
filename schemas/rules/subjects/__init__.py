"""Rules about subjects (SL…), and about the datasets of a study together (XD…)."""
