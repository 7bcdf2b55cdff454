"""What every page does for safety: its texts are printable, and the browser runs nothing else."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from ...schemas.wording import plain


def source_hash(text: str) -> str:
    """The hash by which a Content-Security-Policy allows a style or a script of the page itself."""
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def printable(content: Any) -> Any:
    """The same with each text printable: what could turn its direction around is shown as an escape."""
    if isinstance(content, str):
        return plain(content)
    if isinstance(content, Mapping):
        return {printable(key): printable(value) for key, value in content.items()}
    return [printable(each) for each in content] if isinstance(content, list) else content
