"""Tables for a tool as Parquet: with all that is known of their variables, and as pandas reads them.

pandas takes dates of ``date32`` for objects: here they are timestamps. What it keeps in a file for itself,
such as which texts are categories, it finds.
"""

from __future__ import annotations

import pyarrow as pa

from ....schemas.study.dataset import Dataset
from .metadata import KEY

_PANDAS = b"pandas"
STAMPS_OF_DATES = pa.timestamp("ms")
"""The coarsest that Parquet has; datetimes are in microseconds, so by it our reader knows the dates."""


def for_pandas(schema: pa.Schema, dataset: Dataset) -> pa.Schema:
    """The Arrow schema of a dataset so that pandas gives the dataset's frame back."""
    kinds = (STAMPS_OF_DATES if pa.types.is_date(each.type) else each.type for each in schema)
    fields = [each.with_type(kind) for each, kind in zip(schema, kinds, strict=True)]
    known = pa.Schema.from_pandas(dataset.frame.iloc[:0], preserve_index=False).metadata[_PANDAS]
    return pa.schema(fields, metadata={KEY: schema.metadata[KEY], _PANDAS: known})
