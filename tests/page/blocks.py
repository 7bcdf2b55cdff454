"""What a reader sees of a document in HTML: the text of each block, in order."""

from __future__ import annotations

from html.parser import HTMLParser

KINDS = {"p": "text", "li": "text", "pre": "code", "td": "cell", "th": "cell"} | {
    f"h{level}": f"h{level}" for level in range(1, 7)
}
WITHOUT_END = ("br", "img", "input", "hr", "meta", "link")


class _Blocks(HTMLParser):
    """Blocks within an element, or of the whole document; marks of links and buttons are no text."""

    def __init__(self, within: str | None) -> None:
        super().__init__()
        self.within, self.reading = within, within is None
        self.blocks: list[tuple[str, str]] = []
        self.kind, self.text = "text", ""
        self.passed_over: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        if tag == self.within:
            self.reading = True
        elif not self.reading or tag in WITHOUT_END:
            self.text += given.get("alt") or "" if self.reading else ""
        elif self.passed_over or tag in ("button", "nav") or "headerlink" in (given.get("class") or ""):
            self.passed_over.append(tag)
        elif tag in KINDS:
            self.end_block()
            self.kind = KINDS[tag]

    def handle_endtag(self, tag: str) -> None:
        if self.passed_over:
            self.passed_over.pop()
        elif tag == self.within or (self.reading and tag in KINDS):
            self.end_block()
            self.reading = tag != self.within

    def handle_data(self, data: str) -> None:
        if self.reading and not self.passed_over:
            self.text += data

    def end_block(self) -> None:
        """Blanks are not compared: in code, Markdown has no rule for those at its ends."""
        text = "".join(self.text.split())
        if text:
            self.blocks.append((self.kind, text))
        self.kind, self.text = "text", ""


def blocks(document: str, within: str | None = None) -> list[tuple[str, str]]:
    """Kind and text of each block; of the element `within`, or of all."""
    reader = _Blocks(within)
    reader.feed(document)
    reader.close()
    reader.end_block()
    return reader.blocks
