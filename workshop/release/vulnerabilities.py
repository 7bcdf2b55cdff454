"""Known vulnerabilities of what users install, from the package index, by pip-audit.

    .venv-dist/bin/python workshop/release/vulnerabilities.py dist/adamgate.cdx.json [--require]

An index need not state vulnerabilities, and pip-audit then reports none. This says NOT CHECKED instead, and
with --require ends with 1.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

AUDIT = Path(sys.executable).with_name("pip-audit")
Audit = Callable[[Sequence[str]], Mapping[str, Any] | None]


def audited(pinned: Sequence[str]) -> Mapping[str, Any] | None:
    """The report of pip-audit; ``None`` if it has none, as without a network."""
    with tempfile.TemporaryDirectory() as folder:
        listed = Path(folder, "requirements.txt")
        listed.write_text("\n".join(pinned) + "\n", encoding="utf-8")
        command = [str(AUDIT), "-r", str(listed), "--no-deps", "--disable-pip", "--progress-spinner", "off"]
        done = subprocess.run([*command, "-f", "json"], capture_output=True, text=True, check=False)
    try:
        report: Mapping[str, Any] = json.loads(done.stdout)
    except json.JSONDecodeError:
        return None
    return report


def unchecked(report: Mapping[str, Any] | None, pinned: Sequence[str]) -> list[str]:
    """The packages about which a report says nothing."""
    if report is None:
        return list(pinned)
    known = {(each["name"].lower(), each["version"]) for each in report["dependencies"] if "vulns" in each}
    return [each for each in pinned if tuple(each.lower().split("==")) not in known]


def judged(pinned: Sequence[str], audit: Audit = audited) -> tuple[list[str], list[str]]:
    """Vulnerabilities, a line each, and the packages that were not checked.

    The index is asked about one package first: one that knows nothing of it is not asked about the others.
    """
    if unchecked(audit(pinned[:1]), pinned[:1]):
        return [], list(pinned)
    report = audit(pinned)
    dependencies = (report or {"dependencies": []})["dependencies"]
    found = [
        f"{each['name']} {each['version']}: {fault['id']}, {_fixed(fault)}"
        for each in dependencies
        for fault in each.get("vulns", ())
    ]
    return found, unchecked(report, pinned)


def _fixed(fault: Mapping[str, Any]) -> str:
    return f"fixed in {', '.join(fault['fix_versions'])}" if fault["fix_versions"] else "not fixed yet"


def main(arguments: Sequence[str], audit: Audit = audited) -> int:
    required = "--require" in arguments
    (bill,) = (Path(each) for each in arguments if each != "--require")
    components = json.loads(bill.read_text(encoding="utf-8"))["components"]
    pinned = [f"{each['name']}=={each['version']}" for each in components]
    found, missed = judged(pinned, audit)
    for line in found:
        print(line, file=sys.stderr)
    if missed:
        print(
            f"NOT CHECKED: known vulnerabilities of {len(missed)} of {len(pinned)} packages "
            "(the package index reports none of them, or cannot be reached)",
            file=sys.stderr,
        )
    if not found and not missed:
        print(f"{len(pinned)} packages without known vulnerabilities")
    return 1 if found or (missed and required) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
