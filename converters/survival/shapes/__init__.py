"""What an analysis table may look like: one module for each shape."""
