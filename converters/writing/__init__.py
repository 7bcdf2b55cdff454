"""A study to files, all or none."""
