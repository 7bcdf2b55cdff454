"""What tests of mapping share: a specification from the text of a file, and what refuses it."""

from pathlib import Path

import pytest

import adamgate as ag
from adamgate.converters.configuration.from_tables import raw_specification
from adamgate.converters.configuration.load import entries_in

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures/derivations"


def specification(path):
    """The mapping that a file declares."""
    return raw_specification(entries_in(path))


def mapped(folder, files, declared):
    """The datasets that a specification makes of files, given by name and text."""
    for name, content in files.items():
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    (folder / "spec.toml").write_text(declared, encoding="utf-8")
    return ag.read_raw(folder, specification(folder / "spec.toml"))


def refusal(folder, files, declared):
    """The first problem of files that do not fit a specification: what is wrong, and where."""
    with pytest.raises(ag.DerivationRefused) as caught:
        mapped(folder, files, declared)
    first = caught.value.problems[0]
    return first.what, first.where


def plain(dataset):
    """Records as dicts, missing values as None."""
    frame = dataset.frame.astype(object)
    return frame.where(frame.notna(), None).to_dict("records")
