"""A dataset as other tools get it from Parquet."""

import io
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from adamgate.converters.formats.format import Output
from adamgate.converters.formats.parquet.writer import PARQUET
from adamgate.schemas.study.dataset import Dataset


def table_of(dataset: Dataset) -> pa.Table:
    """What pyarrow reads of a dataset that was written."""
    (planned,) = PARQUET.plan([Output(dataset, Path("adx.parquet"))])
    written = io.BytesIO()
    planned.write(written)
    return pq.read_table(written)
