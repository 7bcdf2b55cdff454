"""One folder per format."""
