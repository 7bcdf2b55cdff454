"""Text of SAS transport files in other encodings than ASCII."""

import pandas as pd
import pytest
from xpt_datasets import dataset, written

import adamgate as ag


@pytest.mark.parametrize("encoding", ["utf-8", "wlatin1", "shift_jis"])
def test_other_encodings(encoding, tmp_path):
    texts = {
        "utf-8": ["Größe", "中", "e\u0301"],
        "wlatin1": ["Größe", "\u2013", "x"],
        "shift_jis": ["女", "x", "ｱ"],
    }[encoding]
    for column in (pd.Categorical(texts * 2), pd.array([*texts, *texts], "string[pyarrow]")):
        data = dataset(A=column)
        path = written(data, tmp_path, xpt_encoding=encoding)
        assert ag.read(path, encoding=encoding)["ADX"]["A"].tolist() == texts * 2
    with pytest.raises(ag.ConfigurationError, match="does not contain ASCII as it is"):
        written(data, tmp_path, xpt_encoding="utf-16")
