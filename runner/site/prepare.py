"""What a measure's page and its line of the scorecard show, from what was read."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

from runner.readers.text import decimals_shown
from runner.site import words
from runner.site.charts import chart, sparkline
from runner.site.evidence import checks_of, roll_forward
from runner.site.figures import Site
from runner.site.funnels import funnel

SHORT_NAMES = {"England": "England", "statistical neighbours: mean": "Neighbours"}
"""The comparators that the scorecard and the charts show, and what they are called there."""

WIDE, NARROW = (760, 360, 190), (340, 270, 0)
"""Width, height and room for labels of a chart, on a wide screen and on a narrow one."""


def prepared(
    measure: dict[str, Any], site: Site, sources: set[str], control: dict[str, list[dict[str, Any]]] | None
) -> dict[str, Any]:
    """What a measure's page and its line of the scorecard show besides what was read.

    Args:
        measure: A measure of the site.
        site: What was read.
        sources: The tables whose rows prove the measure's units.
        control: The counts of the release's control report by measure, if there was one.
    """
    of_all = {row["statistic"]: row for row in measure["figures"] if row["population"] == "all"}
    points = defaultdict(list)
    for row in measure["series"]:
        if row["population"] == "all":
            points[row["statistic"]].append(row)
    headline = measure["headline"]
    compared = _compared(measure)
    whole = [group for group in compared if group["population"] == "all"]
    measures = {one["measure_id"]: one for one in site.measures}
    return {
        # A month's signal is with its figure in the series; its changes are on the scorecard.
        "now": {**points[headline][-1], **of_all[headline]},
        "rate_now": of_all.get("rate") if headline == "count" else None,
        "sparkline": sparkline(points[headline]),
        "elsewhere": _elsewhere(whole[0]["rows"]) if whole else [],
        "decimals_elsewhere": max(measure["decimals"], 0),
        "compared": compared,
        "charts": [
            drawing
            for statistic in measure["statistics"].split("; ")
            if (drawing := _drawing(measure, statistic, points[statistic], whole))
        ],
        "named": [row for row in measure["figures"] if row["population"] != "all"],
        "groups": {name: rows for name, rows in measure["breakdowns"].items() if name != "team"},
        "by_team": _by_team(measure),
        "is_weighed": any(row["weight"] != row["units"] for row in measure["units"]),
        "checked": checks_of(measure["measure_id"], sources, site.quality["checks"]),
        "rolled": roll_forward(measures, measure["measure_id"]),
        "controlled": None if control is None else control.get(measure["measure_id"], []),
        "published": _published(measure),
        "revised": _revised(measure),
    }


def _by_team(measure: dict[str, Any]) -> dict[str, Any]:
    """The teams beside the council: those of the percentage where there is one, else of the headline."""
    statistics = {row["statistic"] for row in measure["teams"]}
    statistic = "percent" if "percent" in statistics else measure["headline"]
    teams = [row for row in measure["teams"] if row["statistic"] == statistic]
    drawn = {
        size: funnel(teams, measure["limits"], *shape)
        for size, shape in (("wide", WIDE), ("narrow", NARROW))
        if statistic == "percent"
    }
    return {
        "statistic": statistic,
        "teams": teams,
        "funnel": drawn if all(drawn.values()) and drawn else None,
        "why_no_limits": words.why_no_limits(statistic, teams),
        "in_words": words.teams_in_words(teams),
    }


def _compared(measure: dict[str, Any]) -> list[dict[str, Any]]:
    """A measure's comparators, one group for each statistic and population, with our rank among them."""
    groups: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in measure["comparators"]:
        groups[row["statistic"], row["population"]].append(row)
    ranks = {(row["statistic"], row["population"]): row for row in measure["ranks"]}
    return [
        {
            "statistic": key[0],
            "population": key[1],
            "covers": listed[0]["covers"],
            "note": listed[0]["note"],
            "rows": listed,
            "rank": ranks.get(key),
        }
        for key, listed in groups.items()
    ]


def _elsewhere(comparators: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The comparators that the scorecard shows, under their short names."""
    return [{**row, "short": SHORT_NAMES[row["kind"]]} for row in comparators if row["kind"] in SHORT_NAMES]


def _drawing(
    measure: dict[str, Any], statistic: str, points: list[dict[str, Any]], compared: list[dict[str, Any]]
) -> dict[str, Any] | None:
    """A statistic's chart for wide and narrow screens; none where no month has a figure."""
    references = [
        {"value": row["value"], "label": row["short"]}
        for group in compared
        if group["statistic"] == statistic
        for row in _elsewhere(group["rows"])
    ]
    wide, narrow = (chart(points, references, *size) for size in (WIDE, NARROW))
    if wide is None or narrow is None:
        return None
    wide["label_decimals"] = narrow["label_decimals"] = 1 if statistic != "count" else 0
    return {
        "statistic": statistic,
        "points": points,
        "last": points[-1],
        "has_parts": statistic in ("percent", "ratio", "mean", "rate"),
        "has_intervals": any(row.get("interval_lower") is not None for row in points),
        "description": words.chart_in_words(points, decimals_shown(statistic, measure["decimals"])),
        "wide": wide,
        "narrow": narrow,
    }


def _published(measure: dict[str, Any]) -> dict[str, Any] | None:
    """The headline figure of the last months, release by release; none for a first release."""
    listed = [row for row in measure["vintages"] if row["statistic"] == measure["headline"]]
    releases = list(dict.fromkeys(row["release"] for row in listed))[-6:]
    if len(releases) < 2:
        return None
    months: dict[date, dict[str, Any]] = defaultdict(dict)
    for row in sorted(listed, key=lambda row: row["reporting_month"], reverse=True):
        if row["release"] in releases:
            months[row["reporting_month"]][row["release"]] = {**row, "value_shown": None}
    return {"releases": releases, "months": months}


def _revised(measure: dict[str, Any]) -> list[dict[str, Any]]:
    """What is given otherwise than in the release before, figure by figure, each with its causes."""
    figures: dict[tuple[str, date], dict[str, Any]] = {}
    for row in measure["revisions"]:
        figure = figures.setdefault(
            (row["statistic"], row["reporting_month"]), {**row, "value_shown": None, "causes": []}
        )
        figure["causes"].append(words.cause_in_words(row["cause"], row["units"]))
    return list(figures.values())
