"""Rules about adverse events (AE…)."""
