"""The terminal: streams, progress, exit codes, commands."""
