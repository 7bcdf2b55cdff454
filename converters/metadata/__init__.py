"""Descriptions that stand beside the data."""
