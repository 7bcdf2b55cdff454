"""What users install beside adamgate: pinned, with a licence that is allowed; what is apart is apart."""

import importlib.util
import re
import sys
import tomllib
from importlib.metadata import distributions

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

COPYLEFT = re.compile(r"\bA?GPL|General Public License|Affero", re.IGNORECASE)


@pytest.fixture(scope="module")
def shipped(root):
    spec = importlib.util.spec_from_file_location("shipped", root / "workshop" / "release" / "shipped.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # its dataclass looks for it there
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def extras(root):
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return {
        extra: sorted(canonicalize_name(Requirement(each).name) for each in packages)
        for extra, packages in project["optional-dependencies"].items()
    }


@pytest.mark.parametrize(
    ("expression", "allowed"),
    [
        ("MIT", True),
        ("GPL-3.0-or-later", False),
        ("LGPL-2.1-only", False),
        ("AGPL-3.0-or-later", False),
        ("MPL-2.0 AND (Apache-2.0 OR MIT)", True),
        ("GPL-2.0-only OR MIT", True),
        ("GPL-2.0-only AND MIT", False),
        ("MIT OR GPL-2.0-only AND GPL-3.0-only", True),
        ("(MIT OR GPL-2.0-only) AND GPL-3.0-only", False),
        ("GPL-3.0-or-later WITH GCC-exception-3.1", False),
        ("(MIT", False),
        ("MIT BSD-3-Clause", False),
        ("", False),
    ],
)
def test_an_expression(shipped, expression, allowed):
    assert shipped.is_allowed(expression) is allowed


def component(name, version="1.0", *licenses):
    return {"name": name, "version": version, **({"licenses": list(licenses)} if licenses else {})}


MIT = {"license": {"id": "MIT"}}


@pytest.mark.parametrize(
    ("package", "said"),
    [
        (component("Fine_Name", "1.0", MIT), None),
        (component("fine-name", "1.1", MIT), "fine-name 1.1: constraints.txt has 1.0"),
        (component("other", "1.0", MIT), "other 1.0 is not in constraints.txt"),
        (component("fine-name"), "fine-name 1.0 states no licence: read it, and add it to READ"),
        (
            component("fine-name", "1.0", {"expression": "GPL-3.0-or-later"}),
            "fine-name 1.0: GPL-3.0-or-later is not an allowed licence",
        ),
        (
            component("fine-name", "1.0", MIT, {"license": {"name": "Do As You Like"}}),
            "fine-name 1.0: Do As You Like is not an allowed licence",
        ),
        (
            component("fine-name", "1.0", {"license": {"name": "License :: OSI Approved :: BSD License"}}),
            None,
        ),
        (component("partd", "1.0"), None),
        (component("partd", "1.0", MIT), "partd states its licence (MIT): remove it from READ"),
    ],
)
def test_a_package(shipped, package, said):
    found = list(
        shipped.faults(
            shipped.packages({"components": [package]}), shipped.pins("# pins\nFine.name==1.0\npartd==1.0\n")
        )
    )
    assert found == ([said] if said else [])


def test_a_bill_without_packages_shows_nothing(shipped, tmp_path, capsys):
    bill = tmp_path / "bill.json"
    bill.write_text('{"components": []}', encoding="utf-8")
    assert shipped.main(bill) == 1
    assert "lists no package" in capsys.readouterr().err


def test_copyleft_is_in_environments_of_tests_alone(shipped, extras):
    """All that is installed here says so: what is under GPL or AGPL is a named oracle."""
    found = set()
    for each in distributions():
        stated = [each.metadata.get("License-Expression") or "", (each.metadata.get("License") or "")[:200]]
        stated += [line for line in each.metadata.get_all("Classifier") or () if line.startswith("License")]
        if any(COPYLEFT.search(part) for part in stated):
            found.add(canonicalize_name(each.name))
    assert found <= shipped.ORACLES
    for_users = {name for extra in users(extras) for name in extras[extra]}
    assert not for_users & shipped.ORACLES


# docs/install.md has a row for each extra

ROW = re.compile(r"^\| `([\w-]+)` \|(.*)\|$", re.MULTILINE)
FOR_DEVELOPERS = "Extras for developers"


def users(extras) -> set[str]:
    developers = {"test", "store", "oracles", "newer-oracles", "browser", "lint", "site", "test-hosts"}
    return set(extras) - developers


HOSTS = {"airflow", "dagster", "prefect"}
"""They are there already where adamgate is installed beside them, each in an environment of its own."""


def test_the_page_has_every_extra_with_what_it_installs(root, extras):
    page = (root / "docs" / "install.md").read_text(encoding="utf-8")
    for_users, for_developers = page.split("## Extras")[1].split("\n## ")[0].split(FOR_DEVELOPERS)
    rows = {extra: [cell.strip() for cell in cells.split("|")] for extra, cells in ROW.findall(for_users)}
    assert {extra: cells[0].split(", ") for extra, cells in rows.items()} == {
        extra: extras[extra] for extra in users(extras)
    }
    assert all(len(cells) == 3 and all(cells) for cells in rows.values())
    assert {extra for extra, _ in ROW.findall(for_developers)} == set(extras) - users(extras)


def test_the_bill_of_materials_has_every_extra_for_users(root, extras):
    makefile = (root / "Makefile").read_text(encoding="utf-8")
    listed = re.search(r"\$\(SHIPPED\)/\.ready:.*\n(?:\t.*\n)*?\t.*-e '\.\[([\w,-]+)\]'", makefile)
    assert listed is not None
    assert set(listed[1].split(",")) == users(extras) - HOSTS
