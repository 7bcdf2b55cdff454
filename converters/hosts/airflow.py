"""Operators for Apache Airflow 3: `adamgate validate` and `adamgate run` as tasks of a DAG."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException

from ...schemas.errors import AdamgateError
from ..terminal.exit_codes import REFUSED
from .gate import GateRequest, PathLike, Paths, is_retried, judged, ran


class AdamgateOperator(BaseOperator):
    """A task that fails at once, is skipped or is tried again, as the exit code asks for.

    Parameters
    ----------
    skip_if_refused : bool
        If a gate fails, the task is skipped instead, and with it what follows.
    """

    def __init__(self, *, skip_if_refused: bool = False, **task: Any) -> None:
        super().__init__(**task)
        self.skip_if_refused = skip_if_refused

    def result(self) -> Mapping[str, Any]:
        """Do the work; the result is kept (XCom)."""
        raise NotImplementedError

    def execute(self, context: Any) -> Mapping[str, Any]:  # noqa: ARG002  (Airflow's signature)
        try:
            return self.result()
        except AdamgateError as problem:
            if is_retried(problem):
                raise
            is_skipped = problem.exit_code == REFUSED and self.skip_if_refused
            ending = AirflowSkipException if is_skipped else AirflowFailException
            raise ending(str(problem)) from None


class ValidateOperator(AdamgateOperator):
    """Judge a study; arguments are those of `GateRequest`, and paths may be templates.

    The result has the verdict, the number of findings and the report files.
    """

    template_fields: Sequence[str] = ("data", "reports", "config", "settings", "rules", "baseline")

    def __init__(
        self,
        *,
        data: Paths,
        reports: Paths = (),
        config: PathLike | None = None,
        settings: Mapping[str, Any] | None = None,
        rules: Paths = (),
        baseline: PathLike | None = None,
        overwrite: bool = False,
        **task: Any,
    ) -> None:
        super().__init__(**task)
        self.data = data
        self.reports = reports
        self.config = config
        self.settings = settings
        self.rules = rules
        self.baseline = baseline
        self.overwrite = overwrite

    def result(self) -> Mapping[str, Any]:
        asked = {each.name: getattr(self, each.name) for each in fields(GateRequest)}
        verdict = judged(GateRequest(**asked))
        self.log.info("%s", verdict.line)
        verdict.require_passed()
        return verdict.to_dict()


class RunOperator(AdamgateOperator):
    """Run the steps of a project with these options of `adamgate.run`: ``{"only": "gate", "jobs": 2}``.

    The result is what became of each step.
    """

    template_fields: Sequence[str] = ("config", "options")

    def __init__(self, *, config: PathLike, options: Mapping[str, Any] | None = None, **task: Any) -> None:
        super().__init__(**task)
        self.config = config
        self.options = options

    def result(self) -> Mapping[str, Any]:
        return ran(self.config, self.options or {})
