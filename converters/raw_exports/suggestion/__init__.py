"""A proposal of how raw files become SDTM datasets, from names, labels and values."""
