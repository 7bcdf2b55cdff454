"""Copy docs/errors.md into the package, where `adamgate explain` prints its sections; see `make docs`.

.venv/bin/python docs/make_errors.py
"""

from __future__ import annotations

from pathlib import Path

from adamgate.converters.terminal.error_pages import PAGE

SOURCE = Path(__file__).with_name("errors.md")

if __name__ == "__main__":
    PAGE.write_text(SOURCE.read_text(encoding="utf-8"), encoding="utf-8", newline="\n")
