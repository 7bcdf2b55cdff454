"""The data as rules see them."""
