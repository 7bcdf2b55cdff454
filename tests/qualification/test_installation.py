"""Which files are compared with those of the wheel."""

import base64
import hashlib
from importlib.metadata import Distribution

from adamgate.converters.qualification.checked_case import NotRun
from adamgate.converters.qualification.installation import Installation


def installed(package, site, *recorded):
    """An installation of a folder, with the files that its installer recorded."""
    metadata = site / "adamgate-0.1.0.dist-info"
    metadata.mkdir(parents=True, exist_ok=True)
    (metadata / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: adamgate\nVersion: 0.1.0\n", encoding="utf-8"
    )
    lines = []
    for name in recorded:
        digest = hashlib.sha256((site / name).read_bytes()).digest()
        lines.append(f"{name},sha256={base64.urlsafe_b64encode(digest).decode().rstrip('=')},0\n")
    (metadata / "RECORD").write_text("".join(lines), encoding="utf-8")
    found = Installation(package)
    found.distribution = Distribution.at(metadata)
    return found


def test_an_editable_installation_in_an_environment_of_the_checkout_has_no_list_of_files(tmp_path):
    site = tmp_path / ".venv" / "lib" / "site-packages"
    site.mkdir(parents=True)
    (tmp_path / "__init__.py").write_text("", encoding="utf-8")
    (site / "__editable___adamgate_0_1_0_finder.py").write_text("", encoding="utf-8")
    installation = installed(tmp_path, site, "__editable___adamgate_0_1_0_finder.py")
    assert installation.recorded == {}
    first = next(iter(installation.cases()))
    assert isinstance(first, NotRun)
    assert "not installed from a wheel" in first.reason


def test_a_wheel_is_compared_also_where_its_environment_lies_in_a_checkout(tmp_path):
    site = tmp_path / "adamgate" / ".venv" / "lib" / "site-packages"
    package = site / "adamgate"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("", encoding="utf-8")
    assert next(iter(installed(package, site, "adamgate/__init__.py").cases())).equal
