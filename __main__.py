"""``python -m adamgate``."""

from .cli import main

main()
