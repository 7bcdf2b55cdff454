"""What derived columns are made from: days, positions among texts, masks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ...schemas.study.columns import Codes, Days, Mask


def dates(days: Days) -> NDArray[np.datetime64]:
    """Days since 1970-01-01 as dates."""
    known = ~np.isnan(days)
    found = np.full(len(days), np.datetime64("NaT", "s"))
    found[known] = days[known].astype("datetime64[D]")
    return found


def yes(flagged: Mask, other: str = "") -> pd.Series:
    """Y for some records; missing, or another letter, for the others."""
    codes = np.where(flagged, 0, 1 if other else -1).astype(np.int8)
    categories = pd.Index(["Y", other] if other else ["Y"], dtype=object)
    return pd.Series(pd.Categorical.from_codes(codes, categories=categories))


def texts(codes: NDArray[Any], values: Iterable[str]) -> pd.Series:
    """Texts by their positions, missing where -1."""
    categories = pd.Index(list(values), dtype=object)
    return pd.Series(pd.Categorical.from_codes(codes, categories=categories))


def taken(column: pd.Series, at: Codes) -> pd.Series:
    """The values at some positions; missing where the position is -1."""
    held = column.array if isinstance(column.dtype, pd.api.extensions.ExtensionDtype) else column.to_numpy()
    nowhere = len(column) == 0
    found = pd.api.extensions.take(held, np.full(len(at), -1) if nowhere else at, allow_fill=True)
    return pd.Series(found, dtype=found.dtype, copy=False)
