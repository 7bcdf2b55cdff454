"""A swimmer plot as the numbers of an SVG: a lane for each subject, with spans and marks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

import numpy as np

from ...schemas.wording import plain, rounded
from ..figures.lanes import TIMES, SwimmerLanes
from .axis import marks
from .curve import AxisMark

WIDTH, LEFT, RIGHT, TOP = 860, 92, 28, 8
"""Of the plot, in the units of the SVG."""
_ROW, _WIDE_ROW, _MOST_WIDE = 10, 15, 40
"""Height of a lane; of one where there are few, and what few are."""
_HEADING = 20
"""Height of the name of an arm."""
_LEAST = 3
"""Width of the treatment of one day."""


def _circle(x: float, y: float) -> str:
    return f"M{x - 3:g} {y:g}a3 3 0 1 0 6 0a3 3 0 1 0 -6 0Z"


def _diamond(x: float, y: float) -> str:
    return f"M{x:g} {y - 4:g}l4 4l-4 4l-4 -4Z"


def _triangle(x: float, y: float) -> str:
    return f"M{x:g} {y - 4:g}l4.2 7.4h-8.4Z"


def _cross(x: float, y: float) -> str:
    return f"M{x - 3.2:g} {y - 3.2:g}l6.4 6.4m0 -6.4l-6.4 6.4"


def _arrow(x: float, y: float) -> str:
    return f"M{x:g} {y - 3.6:g}l6.4 3.6l-6.4 3.6Z"


def _bar(x: float, y: float) -> str:
    return f"M{x:g} {y - 3.6:g}v7.2"


@dataclass(frozen=True, slots=True)
class MarkKind:
    """A kind of mark: what it says, and how it looks."""

    name: str
    time: str
    status: str
    shape: Callable[[float, float], str]
    told: str

    @property
    def sample(self) -> str:
        """The mark in the legend."""
        return self.shape(8, 8)


MARKS = (
    MarkKind("response", "response", "", _circle, "first response"),
    MarkKind("complete", "complete_response", "", _diamond, "first complete response"),
    MarkKind("progression", "progression", "", _triangle, "progression"),
    MarkKind("death", "death", "", _cross, "death"),
    MarkKind("ongoing", "end", "in follow-up", _arrow, "still in follow-up"),
    MarkKind("ended", "end", "ended", _bar, "alive at the end of the study"),
)
"""All marks, in the order in which they are drawn; each is known by its shape as well as by its colour."""
SPANS: Mapping[str, str] = {"treatment": "treatment", "in-response": "in response", "follow-up": "follow-up"}


@dataclass(frozen=True, slots=True)
class Lane:
    """One subject.

    Attributes
    ----------
    label : str
    y : float
    spans, marks : tuple of (str, str)
        Kind and path.
    told : str
        The lane in words.
    cells : tuple of (float, str)
        The times of `TIMES`, each as number and in words.
    status : str
    """

    label: str
    y: float
    spans: tuple[tuple[str, str], ...]
    marks: tuple[tuple[str, str], ...]
    told: str
    cells: tuple[tuple[float, str], ...]
    status: str


@dataclass(frozen=True, slots=True)
class ArmLanes:
    """The lanes of one arm; its name is empty where there is one group."""

    name: str
    y: float
    lanes: tuple[Lane, ...]


@dataclass(frozen=True, slots=True)
class SwimmerFigure:
    """A swimmer plot.

    Attributes
    ----------
    arms : tuple of ArmLanes
    times : tuple of AxisMark
    unit : str
    shared : str
        What all labels begin with, which is not repeated.
    subjects, without : int
    chosen, start, described : str
    sources : tuple of (str, str)
        What is drawn, and where it comes from.
    spans : mapping of str to str
    kinds : tuple of MarkKind
        Those that occur.
    bottom : float
    """

    arms: tuple[ArmLanes, ...]
    times: tuple[AxisMark, ...]
    unit: str
    shared: str
    subjects: int
    without: int
    chosen: str
    start: str
    described: str
    sources: tuple[tuple[str, str], ...]
    spans: Mapping[str, str]
    kinds: tuple[MarkKind, ...]
    bottom: float

    width, left, right, top = WIDTH, LEFT, WIDTH - RIGHT, TOP

    @property
    def height(self) -> float:
        return self.bottom + 42

    @property
    def is_dense(self) -> bool:
        return sum(len(each.lanes) for each in self.arms) > _MOST_WIDE

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(TIMES.values())


def swimmer_figure(lanes: SwimmerLanes, *, show_keys: bool) -> SwimmerFigure:
    """The figure of some lanes; without keys they are numbered."""
    frame = lanes.frame
    times = marks(float(np.nanmax(frame[list(TIMES)].to_numpy(np.float64))), lanes.unit)
    subjects = frame["USUBJID"].tolist()
    shared = _shared(subjects) if show_keys else ""
    labels = [plain(each[len(shared) :]) for each in subjects] if show_keys else _numbers(len(frame))
    row = _WIDE_ROW if len(frame) <= _MOST_WIDE else _ROW
    arms, y = [], float(TOP)
    records = frame.to_dict("records")
    for name in dict.fromkeys(frame["arm"]):
        y += _HEADING if lanes.arm else 0
        heading, placed = y - 6, []
        for label, record in zip(labels, records, strict=True):
            if record["arm"] == name:
                placed.append(_lane(record, label, y + row / 2, times[-1], lanes.unit))
                y += row
        arms.append(ArmLanes(plain(name) if lanes.arm else "", heading, tuple(placed)))
    drawn = {kind for arm in arms for lane in arm.lanes for kind, _ in (*lane.marks, *lane.spans)}
    kinds = tuple(each for each in MARKS if each.name in drawn)
    return SwimmerFigure(
        tuple(arms),
        tuple(AxisMark(each, f"{each:g}", _place(each, times[-1])) for each in times),
        lanes.unit,
        plain(shared),
        lanes.subjects,
        lanes.without,
        lanes.chosen,
        lanes.start,
        _described(lanes),
        tuple((told, plain(lanes.sources[name])) for name, told in {**TIMES, "status": "status"}.items()),
        {name: told for name, told in SPANS.items() if name in drawn},
        kinds,
        y,
    )


def _shared(subjects: list[str]) -> str:
    """What all identifiers begin with, up to a hyphen: the study."""
    if len(subjects) < 2:
        return ""
    first, last = min(subjects), max(subjects)
    common = "".join(one for one, _ in takewhile(lambda pair: pair[0] == pair[1], zip(first, last)))  # noqa: B905
    return common[: common.rfind("-") + 1]


def _numbers(lanes: int) -> list[str]:
    return [str(number) for number in range(1, lanes + 1)]


def _place(value: float, last: float) -> float:
    return round(LEFT + value / last * (WIDTH - RIGHT - LEFT), 1)


def _lane(record: Mapping[Any, Any], label: str, y: float, last: float, unit: str) -> Lane:
    return Lane(
        label,
        y,
        tuple(_spans(record, y, last)),
        tuple(_marks(record, y, last)),
        f"{label}: {'; '.join(_words(record, unit))}",
        tuple((float(record[name]), _shown(record[name])) for name in TIMES),
        record["status"],
    )


def _spans(record: Mapping[Any, Any], y: float, last: float) -> Iterator[tuple[str, str]]:
    """From below to above; the treatment has at least some width."""
    yield "follow-up", f"M{LEFT} {y:g}H{_place(record['end'], last):g}"
    if record["response"] < record["response_end"]:
        begin, end = _place(record["response"], last), _place(record["response_end"], last)
        yield "in-response", f"M{begin:g} {y:g}H{end:g}"
    if record["treatment_end"] >= 0:
        yield "treatment", f"M{LEFT} {y:g}H{max(_place(record['treatment_end'], last), LEFT + _LEAST):g}"


def _marks(record: Mapping[Any, Any], y: float, last: float) -> Iterator[tuple[str, str]]:
    for kind in MARKS:
        time = record[kind.time]
        if time >= 0 and kind.status in ("", record["status"]):
            yield kind.name, kind.shape(_place(time, last), y)


def _words(record: Mapping[Any, Any], unit: str) -> Iterator[str]:
    for name, told in TIMES.items():
        if not np.isnan(record[name]):
            yield f"{told} {_shown(record[name])}"
    yield unit
    if record["status"]:
        yield record["status"]


def _shown(time: float) -> str:
    return "" if np.isnan(time) else rounded(time)


def _described(lanes: SwimmerLanes) -> str:
    frame = lanes.frame
    counts = [f"{told}: {int(frame[name].notna().sum())}" for name, told in TIMES.items() if name != "end"]
    ongoing = int((frame["status"] == "in follow-up").sum())
    return (
        f"A lane for each of {len(frame)} subjects, {lanes.unit} from {lanes.start}. Subjects with "
        f"{', '.join(counts)}; still in follow-up: {ongoing}. The table below has the times."
    )
