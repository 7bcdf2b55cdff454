"""The pages of the site: those of docs/, README.md, those that follow from the code, and what they link to.

    .venv-site/bin/python docs/make_site.py out

`make site` does that, and builds the site of them. Links in the checkout lead from file to file; here they
are rewritten to where each file is on the site.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

DOCS = Path(__file__).resolve().parent
ROOT = DOCS.parent
sys.path.insert(0, str(DOCS))

import make_reference  # noqa: E402  (beside this file)
import make_rule_pages  # noqa: E402

BESIDE = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")
"""Pages of the checkout that are not in docs/."""

_LINK = re.compile(r"(\]\()([^)#\s:]+)(?=[)#])")
_FOLDER = re.compile(r"^( *)- (\w+)/\*\.md\n", re.MULTILINE)


def generated() -> dict[str, str]:
    """Pages that follow from the code, by their place on the site."""
    folders = {
        "commands": make_reference.command_pages(),
        "api": make_reference.api_pages(),
        "rules": make_rule_pages.rule_pages(),
    }
    pages = {f"{folder}/{name}": text for folder, made in folders.items() for name, text in made.items()}
    return pages | {"rules.md": make_rule_pages.rules_index()}


def checked_in() -> set[str]:
    """Pages of the checkout, and the files that they link to."""
    found: set[str] = set()
    left = [*BESIDE, *(f"docs/{page.name}" for page in DOCS.glob("*.md")), "docs/site/iframe-worker.js"]
    while left:
        path = left.pop()
        if path not in found:
            found.add(path)
            left += linked_files(path) if path.endswith(".md") else ()
    return found


def linked_files(path: str) -> Iterator[str]:
    """The files that a page of the checkout links to, or shows."""
    for _, target in _LINK.findall((ROOT / path).read_text(encoding="utf-8")):
        linked = _resolved(path, target)
        if (ROOT / linked).is_file():
            yield linked


def moved(path: str) -> str:
    """A page of the checkout with links to where the files are on the site."""
    folder = PurePosixPath(on_site(path)).parent

    def link(found: re.Match[str]) -> str:
        linked = _resolved(path, found[2])
        return found[1] + os.path.relpath(on_site(linked), folder) if (ROOT / linked).is_file() else found[0]

    return _LINK.sub(link, (ROOT / path).read_text(encoding="utf-8"))


def on_site(path: str) -> str:
    """Where a file of the checkout is on the site."""
    return "index.md" if path == "README.md" else path.removeprefix("docs/")


def _resolved(path: str, target: str) -> str:
    """The path in the checkout that a link of a page leads to."""
    return os.path.normpath(PurePosixPath(path).parent / target)


def gather(out: Path) -> None:
    """Write the pages into a folder `site-pages`, and beside it the settings with the whole navigation."""
    made = generated()
    content = {on_site(path): _content(path) for path in checked_in()}
    content |= {name: text.encode() for name, text in made.items()}
    shutil.rmtree(out / "site-pages", ignore_errors=True)
    for name, held in content.items():
        file = out / "site-pages" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(held)
    settings = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    (out / "mkdocs.yml").write_bytes(with_folders(settings, made).encode())


def _content(path: str) -> bytes:
    return moved(path).encode() if path.endswith(".md") else (ROOT / path).read_bytes()


def with_folders(settings: str, pages: dict[str, str]) -> str:
    """The settings with the pages of a folder where the navigation names it."""

    def listed(found: re.Match[str]) -> str:
        return "".join(f"{found[1]}- {name}\n" for name in pages if name.startswith(f"{found[2]}/"))

    return _FOLDER.sub(listed, settings)


if __name__ == "__main__":
    gather(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "out")
