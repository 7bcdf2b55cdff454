"""Text of the code in pages of Markdown."""

from __future__ import annotations

import re


def as_text(text: str) -> str:
    """Text in which Markdown finds nothing of its own: a star is a star, a vertical bar ends no cell."""
    return re.sub(r"[&<>|*_`\[\]\\]", lambda sign: f"&#{ord(sign[0])};", text)
