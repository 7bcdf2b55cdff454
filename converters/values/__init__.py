"""Text and bytes to typed columns and back, whatever the file."""
