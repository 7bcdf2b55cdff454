"""adamgate: clinical trial exports into tables that survival tools can trust.

Names are loaded on first use, so that ``import adamgate`` and ``adamgate --help`` stay fast. What they are,
and where each lives, is written in ``__init__.pyi``, for type checkers and for the loader alike.
"""

from __future__ import annotations

import pkgutil
import re
from importlib import import_module
from typing import Any, NamedTuple

_IMPORT = re.compile(r"^from (\.[\w.]+) import (\w+) as \2$", re.MULTILINE)
_HOME = {
    name: module
    for module, name in _IMPORT.findall((pkgutil.get_data(__name__, "__init__.pyi") or b"").decode())
}
"""The module of each public name."""

__all__ = list(_HOME)


class _Former(NamedTuple):
    """What a name of earlier versions is called now, and the versions that deprecated and will remove it."""

    now: str
    since: str
    gone: str


_FORMER = {"Inapplicable": _Former("NotApplicable", since="0.2", gone="0.4")}
"""Names of earlier versions; docs/versioning.md lists them."""


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("adamgate")
    if name in _FORMER:
        import warnings

        former = _FORMER[name]
        message = f"adamgate.{name} is adamgate.{former.now} now; it will be removed in {former.gone}"
        warnings.warn(message, DeprecationWarning, stacklevel=2)
        return __getattr__(former.now)
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = import_module(_HOME[name], __name__)
    value = getattr(home, name) if hasattr(home, name) else import_module(f"{_HOME[name]}.{name}", __name__)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
