"""adamgate: clinical trial exports into tables that survival tools can trust.

Names are loaded on first use, so that ``import adamgate`` and ``adamgate --help`` stay fast. What they are,
and where each lives, is written in ``__init__.pyi``, for type checkers and for the loader alike.
"""

from __future__ import annotations

import pkgutil
import re
from importlib import import_module
from typing import Any

_IMPORT = re.compile(r"^from (\.[\w.]+) import (\w+) as \2$", re.MULTILINE)
_HOME = {
    name: module
    for module, name in _IMPORT.findall((pkgutil.get_data(__name__, "__init__.pyi") or b"").decode())
}
"""The module of each public name."""

__all__ = list(_HOME)

_FORMER = {"Inapplicable": "NotApplicable"}
"""Names of earlier versions, and what they are called now."""


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("adamgate")
    if name in _FORMER:
        import warnings

        now = _FORMER[name]
        warnings.warn(f"adamgate.{name} is adamgate.{now} now", DeprecationWarning, stacklevel=2)
        return __getattr__(now)
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = import_module(_HOME[name], __name__)
    value = getattr(home, name) if hasattr(home, name) else import_module(f"{_HOME[name]}.{name}", __name__)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
