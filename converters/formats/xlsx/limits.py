"""What a sheet of Excel can hold at most. Needs no pandas."""

MOST_ROWS, MOST_COLUMNS = 1_048_576, 16_384
LONGEST_TEXT = 32_767
"""Characters of a cell, as Excel counts them: in UTF-16."""
LONGEST_NAME = 31
"""Characters of the name of a sheet."""
