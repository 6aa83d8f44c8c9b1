"""What the first page says of this edition: what moved since the last, and when the next can be."""

import math
from collections import defaultdict
from datetime import date, timedelta
from typing import Any

from runner.months import Month
from runner.site.figures import Site

SMALL = 20
"""A number, or a denominator, up to which one unit moves a figure by a twentieth or more."""

USUALLY = 0.9
"""The share of months that were reported by the day on which the next one is said to be due."""

ENOUGH = 3
"""Months whose first release tells when the next one is due."""


def since_last(site: Site) -> dict[str, Any] | None:
    """What is given otherwise than in the release before.

    Args:
        site: What was read, its measures prepared.

    Returns:
        The release `compared_with`, how many `figures` of how many `measures` moved, the `causes` with
        their units, most first, and the headline figure that moved `furthest`, if any;
        none where nothing moved.
    """
    moved = [(measure, row) for measure in site.measures for row in measure["revised"]]
    if not moved:
        return None
    causes: dict[str, int] = defaultdict(int)
    for measure in site.measures:
        for row in measure["revisions"]:
            if row["statistic"] == measure["headline"]:
                causes[row["cause"]] += row["units"] or 0
    headlines = [(measure, row) for measure, row in moved if row["statistic"] == measure["headline"]]
    furthest = max(headlines, key=lambda pair: _distance(*pair), default=None)
    return {
        "compared_with": moved[0][1]["compared_with"],
        "figures": len(moved),
        "measures": len({measure["measure_id"] for measure, _ in moved}),
        "causes": sorted(causes.items(), key=lambda cause: -cause[1]),
        "furthest": {"measure": furthest[0], "row": furthest[1]}
        if furthest and _distance(*furthest)
        else None,
    }


def _distance(measure: dict[str, Any], row: dict[str, Any]) -> float:
    """How far a figure moved: a share by its points, another in proportion; a small one counts as nothing."""
    before, after = row["value_before"], row["value_after"]
    is_share = row["statistic"] in ("percent", "ratio")
    size = measure["now"]["denominator"] if is_share else before
    if before is None or after is None or size is None or size <= SMALL:
        return 0.0
    return abs(after - before) / (100 if is_share else before)


def next_edition(site: Site) -> dict[str, Any]:
    """The month that is reported next and, from when earlier months first were, the day it is due by.

    Args:
        site: What was read.

    Returns:
        The next `month`, the day `after` which an extract can report it, `due_by`, the days `within` which
        nine in ten of the `months` that have a release were first reported, as `met` of them were. `due_by`
        is none where fewer than three months have a release.
    """
    following = Month.of(site.month).next
    first: dict[str, date] = {}
    for row in site.quality["history"]:
        first.setdefault(row["release"].rpartition("-r")[0], row["as_at"])
    days = sorted((as_at - Month.parse(month).last_day).days for month, as_at in first.items())
    within = days[math.ceil(USUALLY * len(days)) - 1] if len(days) >= ENOUGH else None
    return {
        "month": following.first_day,
        "after": following.last_day,
        "due_by": None if within is None else following.last_day + timedelta(days=within),
        "within": within,
        "met": 0 if within is None else sum(taken <= within for taken in days),
        "months": len(days),
    }
