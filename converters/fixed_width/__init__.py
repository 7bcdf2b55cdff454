"""Records of fixed width, as several formats store them, and the columns that they are of."""
