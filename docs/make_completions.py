"""The words that shells complete, from the commands and the rules; see `make docs`.

.venv/bin/python docs/make_completions.py
"""

from __future__ import annotations

import json

from adamgate.cli import cli
from adamgate.converters.terminal.completion import WORDS, made_words


def completions() -> str:
    """The file of words as commands and rules are today."""
    return f"{json.dumps(made_words(cli), indent=1)}\n"


if __name__ == "__main__":
    WORDS.write_text(completions(), encoding="utf-8", newline="\n")
