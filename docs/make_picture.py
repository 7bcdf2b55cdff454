"""Draw docs/cartitude1.svg, survival of the synthetic study, and docs/swapped-censoring.svg: what CNSR passed
as the event would show. Same input, same bytes.

    .venv/bin/python docs/make_picture.py
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

import adamgate as ag

HERE = Path(__file__).resolve().parent
WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 760, 400, 64, 56, 200, 52
MONTHS = 75
GREEN, BLUE, RED = "#0b6e4f", "#1f5aa6", "#c1292e"
FONT = 'font-family="Helvetica, Arial, sans-serif"'


def survival_curve(duration: np.ndarray, event: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Kaplan-Meier estimate: times of events and survival just after them (Kaplan and Meier 1958)."""
    times = np.unique(duration[event])
    at_risk = (duration[None, :] >= times[:, None]).sum(axis=1)
    events = ((duration[None, :] == times[:, None]) & event[None, :]).sum(axis=1)
    return times, np.cumprod(1 - events / at_risk)


def x(months: float) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * months / MONTHS


def y(survival: float) -> float:
    return TOP + (HEIGHT - TOP - BOTTOM) * (1 - survival)


def steps(times: np.ndarray, survival: np.ndarray, last: float) -> str:
    path = [f"M{x(0):.1f},{y(1):.1f}"]
    for time, level in zip(times, survival, strict=True):
        path.append(f"H{x(time):.1f}V{y(level):.1f}")
    return "".join([*path, f"H{x(last):.1f}"])


def text(
    at_x: float, at_y: float, words: str, *, size: int = 13, colour: str = "#333", anchor: str = "start"
) -> str:
    return (
        f'<text x="{at_x:.1f}" y="{at_y:.1f}" {FONT} font-size="{size}" fill="{colour}" '
        f'text-anchor="{anchor}">{words}</text>'
    )


def median(times: np.ndarray, survival: np.ndarray) -> str:
    below = times[survival < 0.5]
    return f"median {below[0]:.1f} months" if below.size else "median not reached"


Curve = tuple[np.ndarray, np.ndarray]
"""Times of events, and survival just after them."""


def frame(title: str, heading: str, subject: str) -> list[str]:
    """The ground of a picture: its title, axes and their words."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">',
        f"<title>{title}</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        text(LEFT, 26, heading, size=17, colour="#111"),
        text(LEFT, 44, subject, size=12),
    ]
    for level in (0, 0.25, 0.5, 0.75, 1):
        parts.append(
            f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(level):.1f}" y2="{y(level):.1f}" stroke="#ddd"/>'
        )
        parts.append(text(LEFT - 8, y(level) + 4, f"{level:.0%}", size=12, anchor="end"))
    parts.extend(
        text(x(months), HEIGHT - BOTTOM + 20, str(months), size=12, anchor="middle")
        for months in range(0, MONTHS + 1, 12)
    )
    parts.append(
        text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 12, "months since infusion", size=12, anchor="middle")
    )
    return parts


def named_curve(curve: Curve, last: float, colour: str, *words: str, raised: int = 0) -> list[str]:
    """A curve, with words at its end, or above it, the first of which is its name."""
    times, survival = curve
    end = y(float(survival[-1])) - raised
    return [
        f'<path d="{steps(times, survival, last)}" fill="none" stroke="{colour}" stroke-width="2.2"/>',
        text(x(last) + 10, end - 4, words[0], colour=colour),
        *(
            text(x(last) + 10, end + 13 + 16 * n, each, size=12, colour=colour)
            for n, each in enumerate(words[1:])
        ),
    ]


def write(name: str, parts: list[str]) -> None:
    (HERE / name).write_text("\n".join([*parts, "</svg>"]) + "\n", encoding="utf-8", newline="\n")


def swapped_censoring(overall: pd.DataFrame) -> list[str]:
    """Overall survival, and what CNSR passed as the event would show."""
    duration, event = overall["duration"].to_numpy(), overall["event"].to_numpy()
    right, wrong = survival_curve(duration, event), survival_curve(duration, ~event)
    last = float(duration.max())
    return [
        *frame(
            "Overall survival of the synthetic study, and with CNSR passed as the event",
            "One flag, read the wrong way round",
            "Overall survival, synthetic study in the shape of CARTITUDE-1, 97 subjects",
        ),
        *named_curve(right, last, GREEN, "event = (CNSR == 0)", median(*right)),
        *named_curve(wrong, last, RED, "CNSR passed as the event", median(*wrong)),
    ]


def published(overall: pd.DataFrame, progression: pd.DataFrame) -> list[str]:
    """Overall and progression-free survival, with the figures that were published."""
    os, pfs = (
        survival_curve(each["duration"].to_numpy(), each["event"].to_numpy())
        for each in (overall, progression)
    )
    last = float(overall["duration"].max())
    return [
        *frame(
            "Overall and progression-free survival of the synthetic study",
            "24 raw exports, one command, the published figures",
            "Synthetic study in the shape of CARTITUDE-1, 97 subjects, Kaplan-Meier",
        ),
        f'<path d="M{x(60):.1f},{y(1):.1f}V{y(0):.1f}" stroke="#999" stroke-dasharray="4 4"/>',
        *named_curve(os, last, GREEN, "Overall survival", median(*os), "95% CI 41.9 to NE", raised=24),
        *named_curve(pfs, last, BLUE, "Progression-free survival", median(*pfs), "32 of 97 free at 5 years"),
    ]


def main() -> None:
    study = ag.read(HERE.parent / "fixtures" / "cartitude1")
    overall, progression = (ag.survival(study, paramcd=each, unit="months").frame for each in ("OS", "PFS"))
    write("swapped-censoring.svg", swapped_censoring(overall))
    write("cartitude1.svg", published(overall, progression))


if __name__ == "__main__":
    main()
