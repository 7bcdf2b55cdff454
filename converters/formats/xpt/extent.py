"""How many records a dataset of a SAS transport file has, and where its bytes end.

Version 8 states the number. Version 5 does not: the data end where the next member header stands or the
file ends, and the last 80 bytes are filled up with blanks. A blank record that begins within those cannot
be told from padding. A file cut at the end of both a record and a card cannot be told from a whole one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .cards import CARD, MARK, Cards, padding

_SCAN_CARDS = 4096  # 320 KB: stays in the processor's cache


@dataclass(frozen=True, slots=True)
class Extent:
    """The data of one dataset.

    Attributes
    ----------
    start : int
        Offset of the first record in the file.
    records : int
        As many as there are for certain.
    perhaps : int
        Blank records left out at the end because they cannot be told from padding.
    """

    start: int
    records: int
    perhaps: int = 0


def stated_extent(cards: Cards, records: int, width: int, next_member: bytes, *, has_text: bool) -> Extent:
    """The extent of as many records as the header states; `cards` then stand at what follows.

    Parameters
    ----------
    cards : Cards
        At the first record.
    records, width : int
        Number of records, and bytes of each.
    next_member : bytes
        The kind of header with which another dataset begins.
    has_text : bool
        Whether there are character variables. Text is filled up with blanks, so that no record of theirs
        is all zero bytes.
    """
    start = cards.position
    end = start + records * width
    if end > cards.size:
        whole = (cards.size - start) // max(1, width)
        raise cards.damaged(
            f"the file is truncated: its header states {records} records, {whole} are present"
        )
    cards.position = min(end + padding(end), cards.size)
    _check_blank(cards, end, cards.position)
    if cards.next_kind() != next_member:
        _check_blank(cards, cards.position, cards.size)
        cards.position = cards.size
    if has_text:
        _check_written(cards, end - width, width, records)
    return Extent(start, records)


def measured_extent(
    cards: Cards, width: int, next_member: bytes, *, has_numbers: bool, has_text: bool
) -> Extent:
    """The extent of as many records as the bytes hold; parameters as of `stated_extent`.

    A number is never blank, so that with `has_numbers` there are no doubtful records.
    """
    start, end = cards.position, _end_of_data(cards, next_member)
    length = end - start
    if length % CARD:
        raise cards.damaged(
            f"the file is truncated or was changed in transfer: its length, {cards.size} bytes, "
            f"is not a multiple of {CARD}"
        )
    cards.position = end
    if width == 0:
        _check_blank(cards, start, end)
        return Extent(start, 0)
    certain = -(-max(0, length - (CARD - 1)) // width)
    doubtful = cards.at(start + certain * width, max(0, length - certain * width))
    records = certain + -(-len(doubtful.rstrip(b" ")) // width)
    room = length // width
    if records > room:
        raise cards.damaged(
            f"record {room + 1} is incomplete: {length % width} of its {width} bytes are present"
        )
    if has_text:
        _check_written(cards, start + (records - 1) * width, width, records)
    if has_numbers:
        _check_filled(cards, start + (records - 1) * width, width, records)
        return Extent(start, records)
    return Extent(start, records, room - records)


def _check_blank(cards: Cards, start: int, end: int) -> None:
    step = _SCAN_CARDS * CARD
    for position in range(start, end, step):
        if cards.at(position, min(step, end - position)).strip(b" "):
            raise cards.damaged("non-blank bytes follow the last record")


def _check_filled(cards: Cards, position: int, width: int, records: int) -> None:
    if records and not cards.at(position, width).strip(b" "):
        raise cards.damaged(
            f"record {records} is blank, including its numeric variables: the file was padded in transfer"
        )


def _check_written(cards: Cards, position: int, width: int, records: int) -> None:
    if records and not cards.at(position, width).strip(b"\0"):
        raise cards.damaged(
            f"record {records} contains only zero bytes, including its text: "
            "the file was not written completely"
        )


def _end_of_data(cards: Cards, next_member: bytes) -> int:
    """Where the next member header stands, else the end of the file."""
    beginning = np.frombuffer(MARK[:8], np.uint64)[0]
    window = np.empty((_SCAN_CARDS, CARD), np.uint8)
    position = cards.position
    while (filled := cards.fill(window, position)) >= CARD:
        whole = window[: filled // CARD]
        for card in np.flatnonzero(whole[:, :8].view(np.uint64)[:, 0] == beginning):
            if cards.kind_at(position + int(card) * CARD) == next_member:
                return position + int(card) * CARD
        position += filled
    return cards.size
