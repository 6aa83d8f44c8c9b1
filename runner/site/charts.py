"""Where the lines and points of a chart lie; the templates draw them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

LABEL_GAP = 17.0
"""Least distance between two labels beside a chart, in pixels."""


@dataclass(frozen=True)
class Scale:
    """A linear scale from values to pixels down the page.

    Attributes:
        low: The value at the foot.
        high: The value at the head.
        head: The pixel of the highest value.
        foot: The pixel of the lowest value.
    """

    low: float
    high: float
    head: float
    foot: float

    def __call__(self, value: float) -> float:
        """The pixel of a value, to a tenth."""
        return round(self.foot - (value - self.low) / (self.high - self.low) * (self.foot - self.head), 1)


def ticks(values: Sequence[float], statistic: str, wanted: int = 5) -> list[float]:
    """Round values for an axis that spans some values.

    The axis starts at nought unless the values vary by less than a third of the highest. An axis of
    percentages spans ten points or more, so that a small change looks small.

    Args:
        values: What is to be seen; at least one.
        statistic: One of measure_results' statistics: percentages end at 100, counts go by whole numbers.
        wanted: About how many steps.
    """
    low, high = min(values), max(values)
    if high - low >= high / 3 or low < 0:
        low = min(low, 0.0)
    if statistic == "percent" and high - low < 10:
        low = min(max((low + high) / 2 - 5, 0.0), 90.0)
        high = low + 10
    if high == low:
        high = low + (abs(low) or 1.0)
    span = high - low
    size = 10 ** math.floor(math.log10(span / wanted))
    step = next(size * times for times in (1, 2, 2.5, 5, 10) if size * times >= span / wanted)
    if statistic == "count":
        step = max(step, 1)
    first = math.floor(low / step + 1e-9)
    last = max(math.ceil(high / step - 1e-9), first + 1)
    found = [round(number * step, 10) for number in range(first, last + 1)]
    return [tick for tick in found if tick <= 100] if statistic == "percent" and high <= 100 else found


def segments(points: Sequence[tuple[float, float | None]]) -> list[str]:
    """The unbroken stretches of a line, each as the `points` of a polyline."""
    found: list[list[str]] = [[]]
    for x, y in points:
        if y is None:
            found.append([])
        else:
            found[-1].append(f"{x},{y}")
    return [" ".join(stretch) for stretch in found if stretch]


def spread(places: Sequence[float], gap: float = LABEL_GAP) -> list[float]:
    """Moves labels apart down the page so that none covers another; order and number stay.

    Args:
        places: Where each label would be.
        gap: Least distance between two.
    """
    order = sorted(range(len(places)), key=lambda index: places[index])
    moved = list(places)
    for before, after in pairwise(order):
        moved[after] = max(moved[after], moved[before] + gap)
    return moved


def sparkline(points: Sequence[dict[str, Any]], width: int = 132, height: int = 34) -> dict[str, Any] | None:
    """The geometry of a sparkline; none where no month has a figure.

    Args:
        points: Figures, oldest first.
        width: In pixels.
        height: In pixels.
    """
    values = [row["value"] for row in points if row["value"] is not None]
    if not values:
        return None
    low, high = min(values), max(values)
    scale = Scale(low, high if high > low else low + 1, 5, height - 5)
    step = (width - 12) / max(len(points) - 1, 1)
    placed = [
        (round(6 + number * step, 1), None if row["value"] is None else scale(row["value"]))
        for number, row in enumerate(points)
    ]
    return {
        "width": width,
        "height": height,
        **_stretches(points, placed),
        "open_points": [
            place
            for place, row in zip(placed[:-1], points[:-1], strict=True)
            if row["status"] == "provisional" and place[1] is not None
        ],
        "last": placed[-1] if placed[-1][1] is not None else None,
        "is_open": points[-1]["status"] == "provisional",
        "low": low,
        "high": high,
    }


def _stretches(
    points: Sequence[dict[str, Any]], placed: Sequence[tuple[float, float | None]]
) -> dict[str, list[str]]:
    """The lines through the final months, and on through the provisional ones, which come last."""
    first_open = next(
        (number for number, row in enumerate(points) if row["status"] == "provisional"), len(points)
    )
    return {
        "final_lines": segments(placed[:first_open]),
        "open_lines": segments(placed[max(first_open - 1, 0) :]) if first_open < len(points) else [],
    }


def chart(
    points: Sequence[dict[str, Any]],
    references: Sequence[dict[str, Any]],
    width: int,
    height: int,
    margin: int,
) -> dict[str, Any] | None:
    """The geometry of a chart of months with its limits; none where no month has a figure.

    Args:
        points: Figures with their signals, oldest first.
        references: Level lines besides the mean and limits, each with `value` and `label`.
        width: In pixels.
        height: In pixels.
        margin: Pixels left for labels on the right; 0 draws none.
    """
    last = points[-1]
    levels = [
        {"kind": kind, "value": last.get(kind)}
        for kind in ("mean", "lower_limit", "upper_limit")
        if last.get(kind) is not None
    ] + [{"kind": "comparator", **reference} for reference in references]
    values = [row["value"] for row in points if row["value"] is not None]
    if not values:
        return None
    marks = ticks([*values, *(level["value"] for level in levels)], last["statistic"])
    left, right, foot = 52, width - (margin or 14), height - 34
    scale = Scale(marks[0], marks[-1], 14, foot)
    step = (right - left - 12) / max(len(points) - 1, 1)
    places = [round(left + 6 + number * step, 1) for number in range(len(points))]
    placed = [
        (x, None if row["value"] is None else scale(row["value"]))
        for x, row in zip(places, points, strict=True)
    ]
    for level, y in zip(levels, spread([scale(level["value"]) for level in levels]), strict=True):
        level["y"], level["label_y"] = scale(level["value"]), y
    return {
        "width": width,
        "height": height,
        "left": left,
        "right": right,
        "foot": foot,
        "ticks": [{"value": mark, "y": scale(mark)} for mark in marks],
        "decimals": max((len(f"{mark:g}".partition(".")[2]) for mark in marks), default=0),
        "starts_at": marks[0],
        "levels": levels,
        "has_labels": bool(margin),
        **_stretches(points, placed),
        "points": [
            {"x": x, "y": y, "row": row} for (x, y), row in zip(placed, points, strict=True) if y is not None
        ],
        "months": [
            {"x": x, "month": row["reporting_month"]}
            for number, (x, row) in enumerate(zip(places, points, strict=True))
            if (len(points) - 1 - number) % (3 if margin else 6) == 0
        ],
    }
