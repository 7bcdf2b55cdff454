"""Parquet: one file, or a folder of parts."""
