"""Draw docs/swapped-censoring.svg: overall survival of the synthetic study, and what CNSR passed as the
event would show. Same input, same bytes.

    .venv/bin/python docs/make_picture.py
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

import adamgate as ag

HERE = Path(__file__).resolve().parent
WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 760, 400, 64, 56, 200, 52
MONTHS = 75
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


def main() -> None:
    table = ag.survival(ag.read(HERE.parent / "fixtures" / "cartitude1"), paramcd="OS", unit="months")
    duration, event = table.frame["duration"].to_numpy(), table.frame["event"].to_numpy()
    right = survival_curve(duration, event)
    wrong = survival_curve(duration, ~event)
    last = float(duration.max())
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">',
        "<title>Overall survival of the synthetic study, and with CNSR passed as the event</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        text(LEFT, 26, "One flag, read the wrong way round", size=17, colour="#111"),
        text(LEFT, 44, "Overall survival, synthetic study in the shape of CARTITUDE-1, 97 subjects", size=12),
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
    for (times, survival), colour, name, words in (
        (right, "#0b6e4f", "event = (CNSR == 0)", median(*right)),
        (wrong, "#c1292e", "CNSR passed as the event", median(*wrong)),
    ):
        parts.append(
            f'<path d="{steps(times, survival, last)}" fill="none" stroke="{colour}" stroke-width="2.2"/>'
        )
        end = y(float(survival[-1]))
        parts.append(text(x(last) + 10, end - 4, name, colour=colour))
        parts.append(text(x(last) + 10, end + 13, words, size=12, colour=colour))
    parts.append("</svg>")
    (HERE / "swapped-censoring.svg").write_text("\n".join(parts) + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
