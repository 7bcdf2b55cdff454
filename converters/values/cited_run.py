"""Codebooks and reports that a step of a pipeline writes name the record of the steps before it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

_CITED: ContextVar[Mapping[str, Any]] = ContextVar("cited", default={})  # noqa: B039  (it is never changed)


@contextmanager
def citing(run: Mapping[str, Any]) -> Iterator[None]:
    """What is written within has this as `run`; nothing where it is empty."""
    token = _CITED.set(run)
    try:
        yield
    finally:
        _CITED.reset(token)


def cited_run() -> Mapping[str, Any]:
    """What a document says of the run; nothing outside of one."""
    return {"run": dict(_CITED.get())} if _CITED.get() else {}


def cited_lines() -> Iterator[str]:
    """The same in a text."""
    run = _CITED.get()
    if run:
        yield f"Run: step {run['step']} of {run['record']}"
        yield from (f"  after step {each['step']}, SHA-256 {each['sha256']}" for each in run["after"])
