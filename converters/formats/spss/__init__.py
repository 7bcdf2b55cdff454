"""SPSS data files: .sav, and .zsav for reading."""
