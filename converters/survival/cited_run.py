"""Codebooks of tables that a step of a pipeline writes name the record of the steps before it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

_CITED: ContextVar[Mapping[str, Any]] = ContextVar("cited", default={})  # noqa: B039  (it is never changed)


@contextmanager
def citing(run: Mapping[str, Any]) -> Iterator[None]:
    """Codebooks that are written within have this as `run`; nothing where it is empty."""
    token = _CITED.set(run)
    try:
        yield
    finally:
        _CITED.reset(token)


def cited_run() -> Mapping[str, Any]:
    """What a codebook says of the run; nothing outside of one."""
    return {"run": dict(_CITED.get())} if _CITED.get() else {}
