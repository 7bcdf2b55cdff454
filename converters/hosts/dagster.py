"""Asset checks for Dagster, and an asset: `adamgate validate` and `adamgate run` in a graph of assets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import dagster as dg

from ...schemas.errors import AdamgateError
from .gate import GateRequest, GateVerdict, PathLike, is_retried, judged, ran

_COLUMNS = ("rule", "severity", "dataset", "variables", "parameter", "message", "records")


def validate_check(
    asset: Any, asked: GateRequest, *, name: str = "adamgate", blocking: bool = True, **check: Any
) -> dg.AssetChecksDefinition:
    """An asset check that judges a study: what depends on the asset is not made if the gate fails.

    Parameters
    ----------
    asset : asset, or its key
        The delivery.
    asked : GateRequest
    name : str
    blocking : bool
    check
        Further arguments of `dagster.asset_check`, such as ``retry_policy``.
    """

    @dg.asset_check(asset=asset, name=name, blocking=blocking, **check)
    def validate() -> dg.AssetCheckResult:
        with _ending_the_step():
            verdict = judged(asked)
        return dg.AssetCheckResult(
            passed=verdict.passed, description=verdict.line, metadata=_metadata(verdict)
        )

    return validate


def run_asset(
    name: str, config: PathLike, options: Mapping[str, Any] | None = None, **asset: Any
) -> dg.AssetsDefinition:
    """An asset that is the steps of a project, run as far as they have changed; each is metadata.

    Parameters
    ----------
    name : str
        Of the asset.
    config : path
        Settings file of the project, or its folder.
    options : mapping, optional
        Parameters of `adamgate.run`: ``{"only": "gate"}``.
    asset
        Further arguments of `dagster.asset`, such as ``deps`` and ``retry_policy``.
    """

    @dg.asset(name=name, **asset)
    def run() -> dg.MaterializeResult:
        with _ending_the_step():
            return dg.MaterializeResult(metadata=ran(config, options or {}))

    return run


def _metadata(verdict: GateVerdict) -> dict[str, Any]:
    """The counts, the report files, and a row for each finding; no keys or values of records."""
    found = [
        {
            "rule": each.rule_id,
            "severity": str(each.severity),
            "dataset": each.dataset,
            "variables": ", ".join(each.variables),
            "parameter": each.parameter,
            "message": each.message,
            "records": each.records,
        }
        for each in verdict.report.findings
    ]
    columns = [dg.TableColumn(name, "int" if name == "records" else "string") for name in _COLUMNS]
    table = dg.MetadataValue.table([dg.TableRecord(each) for each in found], dg.TableSchema(columns))
    return {**verdict.to_dict(), "findings": table}


@contextmanager
def _ending_the_step() -> Iterator[None]:
    """What a failure is to Dagster: a step that fails now, or that its retry policy tries again."""
    try:
        yield
    except AdamgateError as problem:
        if is_retried(problem):
            raise
        raise dg.Failure(str(problem), allow_retries=False) from None
