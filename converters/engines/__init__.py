"""Engines run work in other processes, here or on other machines. A new one is an entry in `ENGINES`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from types import MappingProxyType
from typing import cast

from .engine import Engine

ENGINES: Mapping[str, str] = MappingProxyType(
    {"processes": "processes.Processes", "dask": "dask_cluster.DaskCluster"}
)
"""Module and class of each engine by its name; imported when used."""


def engine_of(name: str, *options: object) -> Engine:
    """An engine by its name, made with its options.

    Parameters
    ----------
    name : str
        A key of `ENGINES`.
    *options
        What its class takes: the number of jobs, or the address of the scheduler.
    """
    module, made = ENGINES[name].split(".")
    found = getattr(import_module(f".{module}", __name__), made)
    return cast("Callable[..., Engine]", found)(*options)
