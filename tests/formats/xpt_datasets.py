"""Datasets for tests of writing SAS transport files."""

import pandas as pd
import pytest

import adamgate as ag
from adamgate.schemas.study.dataset import Dataset


def dataset(**columns):
    """A dataset whose variables are described by the columns alone."""
    return Dataset.from_frame(pd.DataFrame(columns), "ADX")


def described(frame, *variables, **rest):
    return Dataset("ADX", frame, variables, **rest)


def written(data, folder, **options):
    path = folder / "adx.xpt"
    ag.write(data, path, overwrite=True, **options)
    return path


def refused(data, folder, **options):
    """The lines of the refusal."""
    with pytest.raises(ag.UnwritableOutput) as caught:
        ag.write(data, folder / "adx.xpt", **options)
    assert not list(folder.iterdir())
    return caught.value
