"""What the data say, without a verdict."""
