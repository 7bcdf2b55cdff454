"""Tasks for Prefect 3: `adamgate validate` and `adamgate run` in a flow."""

from __future__ import annotations

from typing import Any

from prefect import get_run_logger, task
from prefect.cache_policies import NO_CACHE

from .gate import GateRequest, PathLike, is_retried, judged, ran


def _is_retried(task: Any, run: Any, state: Any) -> bool:  # noqa: ARG001  (Prefect's signature)
    """Whether a failed run is tried again, if the task has retries."""
    return is_retried(state.data)


# A gate that is called again judges again: the files may have changed.
@task(name="adamgate validate", retry_condition_fn=_is_retried, cache_policy=NO_CACHE)
def validate(asked: GateRequest) -> dict[str, Any]:
    """Judge a study; raises `Refused` if the gate fails.

    Retries are those of ``validate.with_options(retries=3, retry_delay_seconds=60)``.

    Returns
    -------
    dict
        The verdict, the number of findings, the report files.
    """
    verdict = judged(asked)
    get_run_logger().info("%s", verdict.line)
    verdict.require_passed()
    return verdict.to_dict()


@task(name="adamgate run", retry_condition_fn=_is_retried, cache_policy=NO_CACHE)
def run(config: PathLike, **options: Any) -> dict[str, str]:
    """Run the steps of a project, as far as they have changed; raises an error if one of them fails.

    Its options are those of `adamgate.run`. While it runs, the working directory of the process is the folder
    of the project: other tasks of the process must have absolute paths.

    Returns
    -------
    dict
        What became of each step, by its name.
    """
    return ran(config, options)
