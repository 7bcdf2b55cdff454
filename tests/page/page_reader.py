"""What a page holds, read back from its bytes."""

import gzip
import json
import re
from base64 import b64decode
from html.parser import HTMLParser


def findings_in(page: str) -> list[dict]:
    """The findings that the script of a page shows."""
    data = json.loads(gzip.decompress(b64decode(_data(page))))
    words = data.pop("words")
    texts = ("severity", "rule", "dataset", "parameter", "title", "message", "variables", "standing")

    def pairs(flat):
        return {
            words[name]: words[value[0]] if isinstance(value, list) else value
            for name, value in zip(flat[::2], flat[1::2], strict=True)
        }

    def example(packed):
        record, keys, values, raw = packed
        return {"record": record, "keys": pairs(keys), "values": pairs(values), "raw": words[raw]}

    return [
        {name: words[data[name][place]] for name in texts}
        | {"records": data["records"][place], "examples": [example(each) for each in data["examples"][place]]}
        for place in range(len(data["rule"]))
    ]


def _data(page: str) -> str:
    return re.search(r'<script id="findings-data" type="text/plain">([A-Za-z0-9+/=]*)</script>', page)[1]


class _Text(HTMLParser):
    def __init__(self):
        super().__init__()
        self.parts, self.tags, self._skipped = [], [], None

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag in ("script", "style"):
            self._skipped = tag

    def handle_endtag(self, tag):
        if tag == self._skipped:
            self._skipped = None

    def handle_data(self, data):
        if self._skipped is None:
            self.parts.append(data)


def read(page: str) -> _Text:
    """Tags with their attributes, and pieces of text that people see."""
    reader = _Text()
    reader.feed(page)
    return reader


def words_of(page: str) -> str:
    """All text that people see, with single blanks."""
    return " ".join(" ".join(read(page).parts).split())
