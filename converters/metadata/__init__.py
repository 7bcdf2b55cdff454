"""Descriptions beside the data."""
