"""An earlier JSON report → the findings a study is compared with."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from ...schemas.errors import UnreadableInput
from ...schemas.gate.baseline import Baseline
from ...schemas.gate.earlier_messages import earlier_identities
from ...schemas.gate.earlier_rules import cause_since, identities_since, weight_since
from ...schemas.gate.finding import KnownFinding, fingerprint_of_whole
from ...schemas.gate.report import NOT_JUDGED
from ...schemas.severity import Severity
from ..values.regular_file import read_regular

_VERSION = re.compile(r"1\.([1-9]\d{0,3})")
"""Reports of version 1.0 have no fingerprints."""
_BY_MESSAGE = frozenset({"1.1", "1.2"})
"""Versions that know a fault of a dataset as a whole by its message."""
_FINGERPRINT = re.compile(r"[0-9a-f]{64}")
_LISTED = re.compile(r"([0-9a-f]{12}( [0-9a-f]{12})*)?")
_AGAIN = "create it again: adamgate validate ... -o old.json"


def read_baseline(path: Path | str) -> Baseline:
    """The findings of a report that ``adamgate validate --format json`` wrote.

    Parameters
    ----------
    path : Path or str

    Returns
    -------
    Baseline
        For ``validate(study, baseline=…)``: only new findings fail the gate.

    Raises
    ------
    UnreadableInput
        If the file cannot be read, is not such a report, or is a report of a version without fingerprints.

    Examples
    --------
    >>> study = ag.read("broken")
    >>> with open("before.json", "w") as file:
    ...     _ = file.write(ag.render(ag.validate(study), "json"))
    >>> report = ag.validate(study, baseline=ag.read_baseline("before.json"))
    >>> report.verdict(), report.count(ag.Severity.ERROR)
    ('passed', 1)
    """
    file = Path(path)
    try:
        content = read_regular(file)
    except OSError as failure:
        raise UnreadableInput(
            f"the baseline cannot be read: {failure.strerror}", str(file), "check the path"
        ) from failure
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        raise UnreadableInput("the baseline is not JSON", str(file), _AGAIN) from None
    version = document.get("schema_version") if isinstance(document, dict) else None
    if not isinstance(version, str) or not isinstance(document.get("findings"), list):
        raise UnreadableInput("the baseline is not an adamgate report", str(file), _AGAIN)
    if document.get("verdict") == NOT_JUDGED:
        raise UnreadableInput(
            "the baseline is a report of a run that ended without a verdict", str(file), _AGAIN
        )
    if not _VERSION.fullmatch(version):
        raise UnreadableInput(
            f"the baseline is a report of unsupported version {version[:20]}", str(file), _AGAIN
        )
    found = tuple(
        _known(each, f"{file}, findings[{number}]") for number, each in enumerate(document["findings"])
    )
    if version in _BY_MESSAGE:
        found = tuple(map(_as_known_since, found))
    else:
        causes = (each.get("cause") for each in document["findings"])
        found = tuple(map(_by_cause_since, found, causes))
    return Baseline(found, str(path), hashlib.sha256(content).hexdigest())


def _known(given: Any, where: str) -> KnownFinding:
    try:
        return _checked(given)
    except (KeyError, TypeError, ValueError):
        raise UnreadableInput("a finding in the baseline is not valid", where, _AGAIN) from None


def _as_known_since(known: KnownFinding) -> KnownFinding:
    """A fault of a dataset as a whole by the fingerprints and the weight that it may have today; any other
    as it is."""
    if known.records:
        return known
    identities = identities_since(known.rule_id, earlier_identities(known.rule_id, known.message))
    prints = tuple(fingerprint_of_whole(*known.subject, *each) for each in identities) or (known.fingerprint,)
    weight = weight_since(known.rule_id, known.severity)
    return replace(known, fingerprint=prints[0], also=prints[1:], weight=weight)


def _by_cause_since(known: KnownFinding, cause: object) -> KnownFinding:
    """A fault of a dataset as a whole by the fingerprint of its cause today, where that has changed."""
    if known.records or not isinstance(cause, str) or cause_since(known.rule_id, cause) == cause:
        return known
    since = cause_since(known.rule_id, cause)
    return replace(known, fingerprint=fingerprint_of_whole(*known.subject, known.parameter, since))


def _checked(given: Mapping[str, Any]) -> KnownFinding:
    listed = given["record_keys"]
    fingerprint = given["fingerprint"]
    records = given["records"]
    variables = given["variables"]
    words = (given["rule_id"], given["dataset"], given["message"])
    if not all(isinstance(each, str) for each in (*words, *variables)) or not isinstance(variables, list):
        raise TypeError
    if not isinstance(records, int) or isinstance(records, bool) or records < 0:
        raise TypeError
    if not _FINGERPRINT.fullmatch(fingerprint) or (listed is not None and not _LISTED.fullmatch(listed)):
        raise ValueError
    hashes = None if listed is None else tuple(listed.split())
    if hashes is not None and len(hashes) != records:
        raise ValueError
    parameter = given.get("parameter") or ""
    if not isinstance(parameter, str):
        raise TypeError
    rule_id, dataset, message = words
    return KnownFinding(
        rule_id,
        Severity(given["severity"]),
        dataset,
        tuple(variables),
        message,
        records,
        fingerprint,
        hashes,
        parameter,
    )
