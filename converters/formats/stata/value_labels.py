"""Value labels behind the data of a .dta file: for each set of them integers and their texts."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ...values.distinct_bytes import until_nul
from .layout import DtaFile
from .release import WRITTEN, DtaRelease

_PADDING = 3


def read_value_labels(file: DtaFile, release: DtaRelease) -> dict[bytes, dict[int, bytes]]:
    """Each set by its name, up to the end of the section or of the file."""
    found: dict[bytes, dict[int, bytes]] = {}
    while file.has("<lbl>") if release.has_tags else file.left > 0:
        length = file.whole("u4")
        name = until_nul(file.take(release.name))
        file.take(_PADDING)
        found[name] = _table(file, file.take(length))
        if release.has_tags:
            file.expect("</lbl>")
    return found


def _table(file: DtaFile, raw: bytes) -> dict[int, bytes]:
    count, size = np.frombuffer(raw[:8].ljust(8, b"\0"), f"{file.order}u4").tolist()
    if 8 + 8 * count + size != len(raw):
        raise file.damaged("its value labels are not as long as they state")
    starts, codes = np.frombuffer(raw, f"{file.order}i4", 2 * count, 8).reshape(2, count).tolist()
    texts = raw[8 + 8 * count :]
    if count and not 0 <= min(starts) <= max(starts) < max(size, 1):
        raise file.damaged("a value label is not within its section")
    return {code: until_nul(texts[start:]) for code, start in zip(codes, starts, strict=True)}


def written_value_labels(name: str, labels: Mapping[int, str]) -> bytes:
    """One set as it is written."""
    codes = sorted(labels)
    texts = [labels[code].encode() + b"\0" for code in codes]
    starts = np.cumsum([0, *map(len, texts[:-1])])[: len(texts)]
    table = b"".join(
        [
            np.array([len(codes), sum(map(len, texts))], "<u4").tobytes(),
            starts.astype("<i4").tobytes(),
            np.array(codes, "<i4").tobytes(),
            *texts,
        ]
    )
    head = np.array([len(table)], "<u4").tobytes() + name.encode().ljust(WRITTEN.name + _PADDING, b"\0")
    return b"<lbl>" + head + table + b"</lbl>"
