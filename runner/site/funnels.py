"""Where the teams and limits of a funnel chart lie; the templates draw them."""

from collections.abc import Sequence
from typing import Any

from runner.site.charts import Scale, ticks

LIMITS = ("lower_998", "lower_95", "upper_95", "upper_998")
BEYOND = ("below 99.8%", "above 99.8%")
"""The signals of a team that chance does not explain; only these are named in the chart."""


def funnel(
    teams: Sequence[dict[str, Any]],
    limits: Sequence[dict[str, Any]],
    width: int,
    height: int,
    margin: int,
) -> dict[str, Any] | None:
    """The geometry of a funnel chart: each team at its denominator and percentage.

    Args:
        teams: Rows of team_signals of one measure's percentages.
        limits: Rows of funnel_limits of the measure, smallest first.
        width: In pixels.
        height: In pixels.
        margin: Pixels left for labels on the right; 0 draws none.

    Returns:
        None where there are no limits or no teams.
    """
    if not teams or not limits:
        return None
    smallest = min(row["denominator"] for row in teams)
    drawn = [row for row in limits if row["units"] >= smallest]
    seen = [row["value"] for row in teams] + [row[limit] for row in drawn for limit in LIMITS]
    marks = ticks([*seen, teams[0]["council_value"]], "percent")
    sizes = ticks([0, max(row["units"] for row in limits)], "count")
    left, right, foot = 52, width - (margin or 14), height - 52
    up = Scale(marks[0], marks[-1], 14, foot)
    across = Scale(sizes[0], sizes[-1], right, left)
    council = up(teams[0]["council_value"])
    return {
        "width": width,
        "height": height,
        "left": left,
        "right": right,
        "foot": foot,
        "has_labels": bool(margin),
        "ticks": [{"value": mark, "y": up(mark)} for mark in marks],
        "sizes": [{"value": size, "x": across(size)} for size in sizes],
        "starts_at": marks[0],
        "council": council,
        "lines": [
            {
                "limit": limit,
                "points": " ".join(f"{across(row['units'])},{up(row[limit])}" for row in drawn),
                "end": up(drawn[-1][limit]),
            }
            for limit in LIMITS
        ],
        "points": [
            {
                "x": across(row["denominator"]),
                "y": up(row["value"]),
                "row": row,
                "is_named": bool(margin) and row["signal"] in BEYOND,
            }
            for row in teams
        ],
    }
