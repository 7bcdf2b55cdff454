"""Values of some records, as documents and frames have them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...schemas.study import columns
from ...schemas.study.dataset import Dataset
from .pair import tags_of

ShownValue = str | float | None


def values_at(dataset: Dataset, name: str, positions: NDArray[np.intp]) -> list[ShownValue]:
    """Numbers, texts without trailing blanks, dates in ISO 8601; None where missing, ".A" where special."""
    taken = pd.Series(dataset[name].array.take(positions), copy=False)
    missing = columns.missing(taken)
    if columns.is_date(taken):
        in_days = taken.to_numpy().astype("datetime64[D]")
        whole = bool((in_days == taken.to_numpy())[~missing].all())
        written: list[Any] = np.datetime_as_string(in_days if whole else taken.to_numpy()).tolist()
    else:
        written = [_plain(value) for value in taken.astype(object)]
    found = [None if absent else value for value, absent in zip(written, missing, strict=True)]
    tags = tags_of(dataset, name)
    if tags is not None:
        for at in np.flatnonzero(tags[positions]):
            found[at] = f".{chr(tags[positions[at]])}"
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return value.rstrip(" ")
    return value.item() if isinstance(value, np.generic) else value
